"""A dataset as a target of uploads: a workbook comes in, a version comes out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, Lang, Text
from haihe.region.check import check_draft
from haihe.region.draft import Draft, empty_table
from haihe.region.issues import Issue, Origin, Part
from haihe.region.meta import Meta
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import sheets_bytes
from haihe.workspace.data import store
from haihe.workspace.data.actions import SUBMIT
from haihe.workspace.data.asking import SOURCE
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.versions import head, make, make_like, meta_of, table_of, tables_of
from haihe.workspace.intake.changes import Mine
from haihe.workspace.intake.models import REPLACE, Upload
from haihe.workspace.intake.scope import OPEN, below, rows_of
from haihe.workspace.intake.targets import Tables, Target
from haihe.workspace.units.models import Owned, Person, Unit

STANDING = "（数据集现有 / in the dataset）"
"""File named for a finding at a row that was not sent: what was sent does not agree with it."""


class DatasetTarget(Target):
    """Files sent in for a dataset. The keeping unit may change every row, another unit those of its own regions."""

    code: ClassVar = "dataset"
    name: ClassVar = Text("数据集", "dataset")
    kind: ClassVar = Dataset
    upload_action: ClassVar = SUBMIT
    confirm_action: ClassVar = SUBMIT
    fetches: ClassVar = ("shared",)

    def title(self, thing: Owned) -> Text:
        """Give the dataset's name."""
        return _dataset(thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Every table of a region."""
        del thing
        return TABLES

    def whole(self, thing: Owned) -> bool:
        """The first file must be whole."""
        return not _filled(_dataset(thing).current)

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the tables of the version on which the unit goes on."""
        return tables_of(head(_dataset(thing), unit))

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name that version."""
        version = head(_dataset(thing), unit)
        return version.code if version is not None else "-"

    def decides(self, thing: Owned, unit: Unit) -> bool:
        """What the keeping unit confirms is in force at once."""
        return unit.pk == _dataset(thing).unit_id

    def scope(self, thing: Owned, unit: Unit) -> frozenset[str] | None:
        """The regions of a unit that does not keep the dataset: its own and what lies below."""
        dataset = _dataset(thing)
        if unit.pk == dataset.unit_id:
            return None
        return below(table_of(dataset.current, "regions"), unit.region) if unit.region else frozenset()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Check what would stand after the change; what did not agree before and was not sent is not said again."""
        dataset = _dataset(thing)
        version = head(dataset, upload.unit)
        if version is None or not _filled(version):
            return check_draft(draft)
        regions = self.scope(thing, upload.unit)
        before, meta = tables_of(version), meta_of(version)
        joined = _joined(before, meta, draft, regions, replaced=upload.way == REPLACE)
        known = {_said(finding) for finding in check_draft(Draft(before, {}, meta))}
        found = [each for each in check_draft(joined) if each.file != STANDING or _said(each) not in known]
        return Findings([*found, *_reserved(draft, before)])

    def prepare(self, tables: Tables) -> None:
        """Write the tables' files."""
        store.put(tables)

    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Make a version of the changed tables."""
        dataset = _dataset(thing)
        parent = head(dataset, upload.unit)
        meta = None if _filled(parent) else Meta(**upload.reading.meta)
        note = upload.file_name
        version = make(
            person, dataset, upload.unit, tables, note, parent=parent, meta=meta, upload=upload.code, channel="import"
        )
        return version.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Make a version with the content from before the last one of the upload."""
        dataset = _dataset(thing)
        done = Version.objects.select_related("parent").get(code=upload.made)
        note = upload.file_name
        version = make_like(
            person,
            dataset,
            upload.unit,
            done.parent,
            note,
            parent=done,
            upload=upload.code,
            reason=reason,
            channel="import",
        )
        return version.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Name the versions that were made after the upload's last one."""
        done = Version.objects.get(code=upload.made)
        if head(_dataset(thing), upload.unit) == done:
            return None
        later = Version.objects.filter(dataset=done.dataset, number__gt=done.number).exclude(pk=done.pk)
        seen = [
            version
            for version in later.order_by("number")[:20]
            if version.unit_id == upload.unit_id or version.approved_at
        ]
        names = "、".join(version.code for version in seen) or "—"
        return Text(names, names.replace("、", ", "))

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give some tables as they are, with the unit's own rows, and the codes of the others to choose from."""
        dataset = _dataset(thing)
        version, regions = head(dataset, unit), self.scope(thing, unit)
        there = tables_of(version)
        specs = [TABLES[name] for name in TABLES if name in names]
        tables = {spec.name: _own(spec, there.get(spec.name, empty_table(spec)), regions) for spec in specs}
        refs = {column.ref for spec in specs for column in spec.columns if column.ref}
        lists = {ref: _codes(there, ref) for ref in sorted(refs)}
        return sheets_bytes(specs, lang, tables=tables, lists=lists)


def _dataset(thing: Owned) -> Dataset:
    assert isinstance(thing, Dataset)
    return thing


def _filled(version: Version | None) -> bool:
    return version is not None and bool(version.tables)


def _own(spec: TableSpec, frame: pd.DataFrame, regions: frozenset[str] | None) -> pd.DataFrame:
    return frame if regions is None else frame[rows_of(spec, regions)(frame)]


def _codes(there: Tables, ref: str) -> list[str]:
    table, _, column = ref.partition(".")
    return there[table][column].dropna().unique().tolist() if table in there else []


def _said(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.table, finding.column or "", repr(sorted(map(str, dict(finding.values).items())))


def _joined(before: Tables, meta: Meta, draft: Draft, regions: frozenset[str] | None, *, replaced: bool) -> Draft:
    """Give what would stand: the rows sent that may be taken, and the rows that stay, each at its place."""
    placed = [_placed(issue, draft) for issue in draft.issues]
    joined = Draft({}, {}, meta, {}, placed)
    for name, spec in TABLES.items():
        old = before.get(name, empty_table(spec))
        if name not in draft.tables:
            if len(old):
                joined.tables[name], joined.origins[name] = old, Origin([_standing(spec, len(old))])
            continue
        sent, bad = draft.tables[name], draft.bad[name]
        mine = rows_of(spec, regions) if regions is not None else None
        taken = _taken(spec, sent, bad, old, mine)
        matched = _matched(spec, old, sent[taken])
        stays = ~matched & ~(np.full(len(old), replaced) if mine is None else replaced & mine(old))
        joined.tables[name] = pd.concat([sent[taken], old[stays]], ignore_index=True)
        wrong = np.zeros((int(stays.sum()), len(spec.columns)), dtype=bool)
        joined.bad[name] = pd.concat([bad[taken], pd.DataFrame(wrong, columns=spec.names)], ignore_index=True)
        parts = _taken_parts(draft.origins[name], taken)
        joined.origins[name] = Origin([*parts, _standing(spec, int(stays.sum()))])
    return joined


def _reserved(draft: Draft, before: Tables) -> list[Finding]:
    """Give a finding for every new source whose code stands for a request for data: merging alone makes those."""
    if "sources" not in draft.tables:
        return []
    there = set(before["sources"]["source"]) if "sources" in before else set[str]()
    found = []
    for at, code in enumerate(draft.tables["sources"]["source"].fillna("").tolist()):
        if code.upper().startswith(SOURCE) and code not in there:
            place = draft.origins["sources"].place(at, "source")
            values = {"value": code}
            found.append(Finding("E-DAT-07", place.sheet, place.row, column="source", values=values, file=place.file))
    return found


def _placed(issue: Issue, draft: Draft) -> Issue:
    if issue.place is not None or issue.table not in draft.origins:
        return issue
    return replace(issue, place=draft.origins[issue.table].place(issue.at, issue.column))


def _standing(spec: TableSpec, rows: int) -> Part:
    return Part(STANDING, spec.name, np.arange(2, rows + 2), {})


def _taken(
    spec: TableSpec, sent: pd.DataFrame, bad: pd.DataFrame, old: pd.DataFrame, mine: Mine | None
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Say which rows would be taken: the sender's own, and rows that cannot be told because their cells are wrong."""
    if mine is None:
        return np.ones(len(sent), dtype=bool)
    unclear = bad.to_numpy(dtype=bool).any(axis=1)
    added = ~_matched(spec, sent, old) if spec.name in OPEN else np.zeros(len(sent), dtype=bool)
    return np.asarray(mine(sent) | unclear | added, dtype=bool)


def _matched(spec: TableSpec, frame: pd.DataFrame, other: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Say which rows of a table have a row of the same key in another."""
    keys = pd.MultiIndex.from_frame(frame[spec.key].astype(object))
    return np.asarray(keys.isin(pd.MultiIndex.from_frame(other[spec.key].astype(object))), dtype=bool)


def _taken_parts(origin: Origin, taken: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[Part]:
    parts, start = [], 0
    for part in origin:
        parts.append(replace(part, rows=part.rows[taken[start : start + len(part.rows)]]))
        start += len(part.rows)
    return parts
