"""Preparing and sending a request: what each addressee is asked, what haihe holds already, reminders, the end."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db import transaction
from django.utils import timezone

from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.data.actions import ASK
from haihe.workspace.data.asking import (
    Asked,
    asked_cells,
    frame_or_empty,
    keys_of,
    known_rows,
    narrowed,
    rows_asked,
    shared_out,
)
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import CLOSED, OPEN, Answer, Request
from haihe.workspace.data.versions import tables_of
from haihe.workspace.units.approval import APPROVED, DRAFT
from haihe.workspace.units.models import Person, Unit

FIELDS = ("title", "note", "asked", "addressees", "due", "remind_days")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one addressee is asked in one table.

    Parameters
    ----------
    spec : TableSpec
        The table with the columns that travel.
    frame : DataFrame
        The rows asked, with what is known.
    fresh : ndarray of bool, shape (rows,)
        Rows that the dataset does not have.
    marks : DataFrame of bool
        Cells that are asked.
    """

    spec: TableSpec
    frame: pd.DataFrame
    fresh: npt.NDArray[np.bool_]
    marks: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Held:
    """A figure that is asked although haihe holds it."""

    unit: str
    table: str
    key: tuple[Any, ...]
    column: str
    value: Any
    unit_of: str
    dataset: Dataset
    source: Text
    quality: Text

    @property
    def figure(self) -> list[Any]:
        """What `Request.struck` calls it."""
        return [self.table, *self.key, self.column]

    @property
    def column_name(self) -> Text:
        """Name of the column."""
        return TABLES[self.table].column(self.column).title

    @property
    def table_name(self) -> Text:
        """Name of the table."""
        return TABLES[self.table].title


def new(person: Person, dataset: Dataset, fields: Mapping[str, Any], channel: Channel = "web") -> Request:
    """Begin a request in the office that keeps the dataset; ``E-DAT-24`` where the person may not ask there."""
    if not person.may(ASK, dataset.unit):
        raise HaiheError("E-DAT-24", value=dataset.code)
    code = f"{timezone.localdate():%Y%m%d}-{secrets.token_hex(3)}"
    request = Request(code=code, unit=dataset.unit, dataset=dataset, created_by=person.username, **fields)
    store(person.actor(ASK, channel), "create", request)
    return request


def change(
    person: Person, request: Request, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change a request that was not sent."""
    request.must_be(DRAFT)
    for name in FIELDS:
        if name in fields:
            setattr(request, name, fields[name])
    store(person.actor(ASK, channel), "change", request, edition=edition)


def version_asked(request: Request) -> Version:
    """Give the version that a request starts from: the one at sending, else the one in force; ``E-DAT-25`` where none is."""
    version = request.base or request.dataset.current
    if version is None:
        raise HaiheError("E-DAT-25", value=request.dataset.code)
    return version


def facts(request: Request) -> dict[str, pd.DataFrame]:
    """Give the tables that a request reads: those asked, the regions and the sources."""
    names = {"regions", "sources", *(each.table for each in request.tables)}
    version = version_asked(request)
    return tables_of(version, [name for name in version.tables if name in names])


def shares(request: Request, tables: Mapping[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Give the regions that each addressee answers for, by code of the unit."""
    units = dict(Unit.objects.filter(code__in=request.addressees).values_list("code", "region"))
    out = shared_out(frame_or_empty(tables, TABLES["regions"]), [region for region in units.values() if region])
    return {code: out.get(region, set()) for code, region in units.items()}


def sheets(request: Request, unit: Unit, tables: Mapping[str, pd.DataFrame]) -> dict[str, Sheet]:
    """Give what a unit is asked, by table; rows of which every figure was struck are left out."""
    regions = shares(request, tables)
    every = set().union(*regions.values())
    given = {}
    for asked in request.tables:
        spec = TABLES[asked.table]
        frame = frame_or_empty(tables, spec)
        rows = rows_asked(spec, frame, unit.region, regions.get(unit.code, set()), every, asked.year)
        given[asked.table] = _sheet(spec, frame, rows, asked, request.struck_keys)
    return given


def _sheet(
    spec: TableSpec, frame: pd.DataFrame, rows: pd.DataFrame, asked: Asked, struck: set[tuple[Any, ...]]
) -> Sheet:
    known = known_rows(spec, frame, rows, asked.columns)
    marks = asked_cells(spec, known, asked, struck)
    kept = marks.any(axis=1).to_numpy()
    known, marks = known[kept].reset_index(drop=True), marks[kept].reset_index(drop=True)
    there = set(keys_of(frame, spec))
    fresh = np.array([key not in there for key in keys_of(known, spec)], dtype=bool)
    return Sheet(narrowed(spec, asked.columns), known, fresh, marks)


def held(person: Person, request: Request) -> list[Held]:
    """Give the figures asked that a dataset which the person may read holds already: collect once."""
    tables = facts(request)
    units = Unit.objects.filter(code__in=request.addressees).order_by("path")
    asked = {unit.code: sheets(request, unit, tables) for unit in units}
    found = []
    datasets = Dataset.objects.visible_to(person).filter(current__isnull=False).select_related("current")
    for dataset in datasets:
        names = {"sources", *(each.table for each in request.tables)}
        there = tables_of(dataset.current, [name for name in dataset.current.tables if name in names])
        for code, given in asked.items():
            for each in request.tables:
                if each.table in there:
                    found += _held(code, given[each.table], each, there, dataset)
    return found


def _held(code: str, sheet: Sheet, asked: Asked, there: Mapping[str, pd.DataFrame], dataset: Dataset) -> list[Held]:
    spec = TABLES[asked.table]
    frame = there[asked.table]
    both = sheet.frame[spec.key].merge(frame, how="left", on=spec.key)
    sources = there["sources"].set_index("source")["title_zh"].to_dict() if "sources" in there else {}
    english = there["sources"].set_index("source")["title_en"].to_dict() if "sources" in there else {}
    found = []
    keys = keys_of(both, spec)
    for name in asked.columns:
        hits = both[name].notna().to_numpy() & sheet.marks[name].to_numpy()
        for at in np.flatnonzero(hits):
            row = both.iloc[at]
            quality = row.get("quality")
            source = str(row.get("source", "")) if row.get("source") is not None else ""
            said = Text(str(sources.get(source, source)), str(english.get(source, source)))
            mark = QUALITY_NAMES[quality] if quality in QUALITY_NAMES else Text("—", "—")
            fixed = spec.column(name).unit
            unit_of = str(row.get("unit", "")) if fixed == "@unit" else fixed or ""
            found.append(Held(code, asked.table, keys[at], name, row[name], unit_of, dataset, said, mark))
    return found


def strike(
    person: Person, request: Request, figures: list[list[Any]], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Take figures out of a request that was not sent."""
    request.must_be(DRAFT)
    there = request.struck_keys
    request.struck = [*request.struck, *(each for each in figures if tuple(each) not in there)]
    store(person.actor(ASK, channel), "strike", request, edition=edition)


def send(person: Person, request: Request, edition: int | None = None, channel: Channel = "web") -> list[Answer]:
    """Send a request: from now on each addressee has an answer to fill in.

    Raises
    ------
    HaiheError
        ``E-DAT-21`` nothing is asked or nobody, ``E-DAT-22`` an addressee has no region in the dataset, ``E-DAT-23`` the
        due day is past, ``E-DAT-25`` the dataset has no version in force.
    """
    request.must_be(DRAFT)
    if not request.tables or not request.addressees:
        raise HaiheError("E-DAT-21", value=request.title)
    if request.due < timezone.localdate():
        raise HaiheError("E-DAT-23", column="due", value=request.due.isoformat())
    version = version_asked(request)
    known = set(frame_or_empty(facts(request), TABLES["regions"])["region"])
    units = list(Unit.objects.filter(code__in=request.addressees).order_by("path"))
    for unit in units:
        if unit.region not in known:
            raise HaiheError("E-DAT-22", value=unit.name, region=unit.region or "—", dataset=request.dataset.code)
    actor = person.actor(ASK, channel, request.unit)
    with transaction.atomic():
        request.base, request.state, request.sent_at = version, OPEN, timezone.now()
        store(actor, "send", request, edition=edition)
        answers = [
            Answer(code=f"{request.code}-{unit.code}", request=request, unit=unit, since=request.sent_at, created_by="")
            for unit in units
        ]
        for answer in answers:
            store(actor, "ask", answer)
    return answers


def remind(person: Person, request: Request, channel: Channel = "web") -> list[Answer]:
    """Remind every addressee whose answer is not approved yet; gives whom."""
    request.must_be(OPEN)
    actor = person.actor(ASK, channel, request.unit)
    with transaction.atomic():
        late = list(request.answers.exclude(state=APPROVED).select_related("unit", "request"))
        for answer in late:
            answer.reminded_at = timezone.now()
            store(actor, "remind", answer)
    return late


def close(person: Person, request: Request, edition: int | None = None, channel: Channel = "web") -> None:
    """End a request: nothing more can be handed in."""
    request.must_be(OPEN)
    request.state, request.closed_at = CLOSED, timezone.now()
    store(person.actor(ASK, channel), "close", request, edition=edition)


def reopen(person: Person, request: Request, edition: int | None = None, channel: Channel = "web") -> None:
    """Open a closed request again."""
    request.must_be(CLOSED)
    request.state, request.closed_at = OPEN, None
    store(person.actor(ASK, channel), "reopen", request, edition=edition)
