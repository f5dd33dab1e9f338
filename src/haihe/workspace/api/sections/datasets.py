"""Datasets and their immutable versions: what they hold, row by row, and their way through approval."""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import pandas as pd
from django.conf import settings
from django.http import Http404
from ninja import Path as InPath
from ninja import Query
from pydantic import BaseModel, Field, StringConstraints

from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, cursor_of, paged, read_cursor
from haihe.workspace.api.sections.said import Name, Reason, named
from haihe.workspace.data import store, versions
from haihe.workspace.data.actions import APPROVE, READ, SUBMIT
from haihe.workspace.data.models import Dataset, Version

SECTION = Section("datasets", Text("数据集", "Datasets"))

Cell = str | int | float | bool | date | None
TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class DatasetOut(BaseModel):
    """A dataset; ``current`` is the version in force."""

    code: str
    name: Name
    unit: str
    current: str | None
    number: int
    edition: int


class TableOut(BaseModel):
    """A table of a version: hash of its content, and rows."""

    name: str
    sha256: str
    rows: int


class VersionOut(BaseModel):
    """A version. Its content never changes; its state does.

    ``vouched_by`` approved it in the unit that made it, ``approved_by`` in the unit that keeps the dataset.
    """

    code: str
    dataset: str
    number: int
    unit: str
    state: str
    sha256: str
    parent: str | None
    note: str
    created: datetime
    created_by: str
    submitted_by: str
    vouched_by: str
    approved_by: str
    returned: str
    tables: list[TableOut]
    edition: int


class ColumnOut(BaseModel):
    """A column of a table."""

    name: str
    title: Name
    kind: str
    key: bool


class RowsOut(BaseModel):
    """Some rows of a table, as lists in the order of the columns; missing is null."""

    columns: list[ColumnOut]
    rows: list[list[Cell]]
    total: int
    next: str | None


class RowsAsked(BaseModel):
    """Which rows are asked for."""

    limit: int = Field(200, ge=1, le=2000, description="at most so many")
    cursor: str = Field("", max_length=400, description="`next` of the page before; empty for the first")


def dataset_out(dataset: Dataset) -> DatasetOut:
    """Give what is said of a dataset."""
    return DatasetOut(
        code=dataset.code,
        name=named(dataset.name),
        unit=dataset.unit.code,
        current=dataset.current.code if dataset.current else None,
        number=dataset.number,
        edition=dataset.edition,
    )


def version_out(version: Version) -> VersionOut:
    """Give what is said of a version."""
    return VersionOut(
        code=version.code,
        dataset=version.dataset.code,
        number=version.number,
        unit=version.unit.code,
        state=version.state,
        sha256=version.sha256,
        parent=version.parent.code if version.parent else None,
        note=version.note,
        created=version.created,
        created_by=version.created_by,
        submitted_by=version.submitted_by,
        vouched_by=version.vouched_by,
        approved_by=version.approved_by,
        returned=version.returned,
        tables=[TableOut(name=name, sha256=each["sha256"], rows=each["rows"]) for name, each in version.tables.items()],
        edition=version.edition,
    )


@SECTION.get("/datasets", READ, Text("列出可见的数据集", "list the datasets that I see"), Paged[DatasetOut])
def datasets(request: Call, asked: Query[Asked]) -> Paged[DatasetOut]:
    """List datasets in the order of their codes."""
    seen = Dataset.objects.visible_to(request.user).select_related("unit", "current")
    return paged(seen, asked, "code", dataset_out)


@SECTION.get("/datasets/{code}", READ, Text("读取一个数据集", "read a dataset"), DatasetOut, of=Dataset)
def dataset(thing: Dataset) -> DatasetOut:
    """Give a dataset."""
    return dataset_out(thing)


@SECTION.get(
    "/datasets/{code}/versions",
    READ,
    Text("列出数据集中可见的版本", "list the versions of a dataset that I see"),
    Paged[VersionOut],
    of=Dataset,
)
def dataset_versions(request: Call, thing: Dataset, asked: Query[Asked]) -> Paged[VersionOut]:
    """List versions, the newest first."""
    seen = Version.objects.visible_to(request.user).filter(dataset=thing)
    return paged(seen.select_related("dataset", "unit", "parent"), asked, "-number", version_out)


@SECTION.get("/versions/{code}", READ, Text("读取一个版本", "read a version"), VersionOut, of=Version)
def version(thing: Version) -> VersionOut:
    """Give a version with the hash of each of its tables."""
    return version_out(thing)


@SECTION.get(
    "/versions/{code}/tables/{table}",
    READ,
    Text("按行读取版本中的一张表", "read a table of a version, row by row"),
    RowsOut,
    of=Version,
    limit="rows",
)
def version_rows(thing: Version, table: InPath[TableName], asked: Query[RowsAsked]) -> RowsOut:
    """Give some rows. A version never changes, so that pages of it fit together."""
    if table not in thing.tables or table not in TABLES:
        raise Http404
    spec = TABLES[table]
    sha = thing.tables[table]["sha256"]
    frame = _frame(settings.OFFICE.home, sha, table)
    by = f"row:{sha[:16]}"
    start = read_cursor(asked.cursor, by, int) if asked.cursor else 0
    until = start + asked.limit
    return RowsOut(
        columns=[
            ColumnOut(name=each.name, title=named(each.title), kind=each.kind, key=each.key) for each in spec.columns
        ],
        rows=_plain(frame[spec.names].iloc[start:until]),
        total=len(frame),
        next=cursor_of(by, until) if until < len(frame) else None,
    )


@lru_cache(maxsize=4)
def _frame(_home: Path, sha: str, table: str) -> pd.DataFrame:
    """Give a table, read once for the pages of it that follow each other; what lies under a hash never changes."""
    return store.get(sha, table)


def _plain(frame: pd.DataFrame) -> list[list[Cell]]:
    """Give the cells as JSON has them; missing is null."""
    cells = frame.astype(object)
    return cells.where(cells.notna(), None).to_numpy().tolist()


@SECTION.post("/versions/{code}/submit", SUBMIT, Text("提交版本待审批", "submit a version"), VersionOut, of=Version)
def submit_version(request: Call, thing: Version) -> VersionOut:
    """Hand a draft in for approval."""
    versions.submit(request.user, thing, channel="api")
    return version_out(thing)


@SECTION.post(
    "/versions/{code}/approve", APPROVE, Text("审批版本", "approve a version"), VersionOut, of=Version, scope="approve"
)
def approve_version(request: Call, thing: Version) -> VersionOut:
    """Approve what somebody else submitted: in the unit that made it, or as the keeper, so that it is in force."""
    versions.approve(request.user, thing, channel="api")
    return version_out(thing)


@SECTION.post(
    "/versions/{code}/return", APPROVE, Text("退回版本", "return a version"), VersionOut, of=Version, scope="approve"
)
def return_version(request: Call, thing: Version, sent: Reason) -> VersionOut:
    """Send a submitted version back, with a reason."""
    versions.send_back(request.user, thing, sent.reason, channel="api")
    return version_out(thing)


@SECTION.post(
    "/versions/{code}/reopen",
    APPROVE,
    Text("撤销审批版本", "un-approve a version"),
    VersionOut,
    of=Version,
    scope="approve",
)
def reopen_version(request: Call, thing: Version, sent: Reason) -> VersionOut:
    """Un-approve the version in force, with a reason."""
    versions.reopen(request.user, thing, sent.reason, channel="api")
    return version_out(thing)
