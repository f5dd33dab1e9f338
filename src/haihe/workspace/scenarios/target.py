"""The scenarios of a unit come in by workbook: the region's table of scenarios, one cell that is set in each row."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, ClassVar, cast

import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.planning.scenarios import Edit, title_of
from haihe.region.draft import Draft
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.data.models import Dataset
from haihe.workspace.intake.models import CONFIRMED, REPLACE, Upload
from haihe.workspace.intake.rows_target import plain, typed
from haihe.workspace.intake.targets import SHOWN, Tables, Target
from haihe.workspace.scenarios import editing
from haihe.workspace.scenarios.actions import EDIT
from haihe.workspace.scenarios.editing import OWN, Written
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units.codes import checked
from haihe.workspace.units.models import Owned, Person, Unit

SPEC = TABLES[OWN]
NAMED = 5


class ScenariosTarget(Target):
    """The scenarios that a unit has on a dataset. One that is not there yet is made on the version in force."""

    code: ClassVar[str] = "scenarios"
    name: ClassVar[Text] = Text("情景", "scenarios")
    kind: ClassVar[type[Owned]] = Dataset
    upload_action: ClassVar[str] = EDIT
    confirm_action: ClassVar[str] = EDIT
    fetches: ClassVar[tuple[str, ...]] = ("shared",)

    def title(self, thing: Owned) -> Text:
        """Give the dataset and what comes in."""
        name = _dataset(thing).name
        return Text(f"{name.zh}：情景", f"{name.en}: scenarios")

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the table of scenarios."""
        del thing
        return {OWN: SPEC}

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the units that see the dataset and for which the person makes scenarios."""
        dataset = _dataset(thing)
        return [unit for unit in (dataset.unit, *dataset.shared.all()) if person.may(EDIT, unit)]

    def things(self, person: Person) -> Iterable[Any]:
        """Give the datasets with a version in force."""
        seen = Dataset.objects.visible_to(person).filter(current__isnull=False)
        return seen.select_related("unit").prefetch_related(*self.fetches)[:SHOWN]

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what the unit's scenarios set."""
        cells = [(each.code, *edit) for each in _there(thing, unit).values() for edit in each.edits]
        return {OWN: typed(SPEC, [dict(zip(SPEC.names, (*row[:5], row[5] or None), strict=True)) for row in cells])}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name what stands by the editions of the scenarios and the version in force."""
        dataset = _dataset(thing)
        said = [(code, each.edition) for code, each in sorted(_there(thing, unit).items())]
        return sha256(json.dumps([dataset.current and dataset.current.code, said]).encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form; then, as the library says it, with each scenario that would stand."""
        if draft.findings.errors or OWN not in draft.tables:
            return draft.findings
        there = _there(thing, upload.unit)
        found = list(draft.findings)
        sent: dict[str, list[Edit]] = {}
        for at, row in enumerate(plain(draft.tables[OWN])):
            sent.setdefault(row["scenario"], []).append(
                Edit(row["table"], row["record"], row["column"], row["value"], row["reason"] or "", at)
            )
        for code, edits in sent.items():
            stays = there[code].edits if code in there and upload.way != REPLACE else []
            try:
                self._free(thing, code, there)
                editing.fitting(_version(thing, there.get(code)), [*stays, *edits])
            except HaiheError as error:
                found += [_placed(draft, finding, edits[0].row or 0) for finding in error.findings]
        return Findings(found)

    def _free(self, thing: Owned, code: str, there: Mapping[str, Scenario]) -> None:
        """Raise where a code is none, or stands for a scenario of another unit or dataset."""
        del thing
        if code not in there and Scenario.objects.filter(code__iexact=checked(code, "scenario")).exists():
            raise HaiheError("E-SCN-28", column="scenario", value=code)

    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Make and change the scenarios that differ; what stood before is kept."""
        there, wanted = _there(thing, upload.unit), dict[str, Written]()
        for row in plain(tables[OWN]):
            edit = [row["table"], row["record"], row["column"], row["value"], row["reason"] or ""]
            wanted.setdefault(row["scenario"], []).append(edit)
        kept = []
        for code in [*wanted, *(code for code in there if code not in wanted)]:
            each, edits = there.get(code), wanted.get(code, [])
            if each is None or sorted(each.edits) != sorted(edits):
                before = each.edits if each is not None else None
                made = _put(person, _dataset(thing), upload.unit, code, each, edits)
                kept.append({"code": code, "before": before, "after": made.edits, "edition": made.edition})
        upload.kept = kept
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Let every scenario set what it set before, and take away what was new; called again, do it all again."""
        there = _there(thing, upload.unit)
        turn = "before" if upload.state == CONFIRMED else "after"
        for entry in upload.kept:
            each = there.get(entry["code"])
            if entry[turn] is None and each is not None:
                editing.delete(person, each, "import", reason)
                entry["edition"] = None
            else:
                entry["edition"] = _put(
                    person, _dataset(thing), upload.unit, entry["code"], each, entry[turn], reason
                ).edition
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Name the scenarios that were changed since."""
        there = _there(thing, upload.unit)
        later = [
            entry["code"]
            for entry in upload.kept
            if (there[entry["code"]].edition if entry["code"] in there else None) != entry["edition"]
        ]
        return Text("、".join(later[:NAMED]), ", ".join(later[:NAMED])) if later else None


def _dataset(thing: Owned) -> Dataset:
    return cast("Dataset", thing)


def _there(thing: Owned, unit: Unit) -> dict[str, Scenario]:
    """Give the unit's scenarios on a dataset by code."""
    seen = Scenario.objects.filter(dataset=_dataset(thing), unit=unit).select_related("unit", "version", "dataset")
    return {each.code: each for each in seen.order_by("code")}


def _version(thing: Owned, each: Scenario | None) -> Any:
    """Give the version on which a scenario stands: a new one on the one in force."""
    return each.version if each is not None else _dataset(thing).current


def _put(
    person: Person,
    dataset: Dataset,
    unit: Unit,
    code: str,
    each: Scenario | None,
    edits: Written,
    reason: str = "",
) -> Scenario:
    """Let a scenario set exactly this; make it where it is not there, called as its first reason says."""
    if each is None:
        title = title_of(code, [edit[4] for edit in edits])
        names = title.zh[:200], title.en[:200] if title.en != title.zh else ""
        return editing.new(person, unit, dataset.current, code, *names, edits=edits, channel="import")  # type: ignore[arg-type]
    editing.state(person, each, edits, channel="import", reason=reason)
    return each


def _placed(draft: Draft, finding: Finding, first: int) -> Finding:
    """Give a finding at the row that was sent; of a scenario as a whole at its first row."""
    at = finding.row if finding.table == OWN and finding.row is not None else first
    column = finding.column if finding.column in SPEC.names else "value"
    place = draft.origins[OWN].place(at, column)
    return Finding(finding.code, place.sheet, place.row, place.header, place.letter, finding.values, place.file)
