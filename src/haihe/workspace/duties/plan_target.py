"""The targets and duties of a document come in by workbook: findings, preview, confirmation, undoing."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, ClassVar, cast

import pandas as pd

from haihe.messages import Finding, Findings, Lang, Text
from haihe.region.draft import Draft
from haihe.region.spec import TableSpec
from haihe.region.template import sheets_bytes
from haihe.workspace.audit.chain import store
from haihe.workspace.duties import assigning, rows
from haihe.workspace.duties.actions import KEEP
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Tables
from haihe.workspace.intake.targets import Target as IntakeTarget
from haihe.workspace.units.models import Owned, Person, Unit


class PlanTarget(IntakeTarget):
    """The targets and duties of a plan document. Rows that a file lacks stay; a duty is dropped on its own page."""

    code: ClassVar[str] = "plan"
    name: ClassVar[Text] = Text("计划文件的目标与职责", "targets and duties of a plan document")
    kind: ClassVar[type[Owned]] = PlanDocument
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the document's name."""
        return cast("PlanDocument", thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the declared tables ``targets`` and ``duties``."""
        del thing
        return rows.SPECS

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what stands."""
        del unit
        there = rows.rows_of(cast("PlanDocument", thing))
        return {name: rows.typed(spec, there[name]) for name, spec in rows.SPECS.items()}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name what stands, by the editions of everything in the document."""
        del unit
        said = json.dumps(rows.editions_of(cast("PlanDocument", thing)), sort_keys=True)
        return sha256(said.encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, and the codes of units, targets and duties that cannot be used."""
        del upload
        return Findings([*draft.findings, *_strangers(cast("PlanDocument", thing), draft)])

    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Make and change targets and duties."""
        document = cast("PlanDocument", thing)
        stood = self.current(document, upload.unit)
        wanted = {name: _changed(rows.SPECS[name], stood[name], frame) for name, frame in tables.items()}
        self._exchange(person, document, upload, wanted)
        return document.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Put back what stood before, or again what the upload said."""
        document = cast("PlanDocument", thing)
        last = document.kept.pop()
        self._exchange(person, document, upload, last["before"], reason)
        return document.code

    def _exchange(
        self, person: Person, document: PlanDocument, upload: Upload, wanted: Mapping[str, Any], reason: str = ""
    ) -> None:
        before = rows.exchange(person, document, wanted)
        editions = rows.editions_of(document)
        left = {name: {code: editions[name].get(code) for code in codes} for name, codes in wanted.items()}
        document.kept = [*document.kept, {"upload": upload.code, "before": before, "left": left}]
        store(person.actor(KEEP, "import"), "import", document, reason=reason)

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the later upload, or the targets and duties that were changed or reported on since."""
        document = cast("PlanDocument", thing)
        last = document.kept[-1] if document.kept else None
        if last is None or last["upload"] != upload.code:
            later = last["upload"] if last else "—"
            return Text("其后的上传 {u}", "the later upload {u}").format(u=later)
        editions = rows.editions_of(document)
        moved = [
            code
            for name, codes in last["left"].items()
            for code, edition in codes.items()
            if editions[name].get(code) != edition or (last["before"][name][code] is None and _used(name, code))
        ]
        return Text("、".join(moved), ", ".join(moved)) if moved else None

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give the document's rows, with the units to choose from."""
        document = cast("PlanDocument", thing)
        specs = [spec for name, spec in rows.SPECS.items() if name in names]
        offices = list(assigning.owners(document.unit).values_list("code", flat=True))
        lists = {"departments.department": offices}
        return sheets_bytes(specs, lang, tables=self.current(document, unit), lists=lists)


def _changed(spec: TableSpec, stood: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Any]:
    """Give the rows that differ from what stands, by code."""
    before = {row[spec.key[0]]: row for row in rows.plain_rows(stood)}
    sent = {row[spec.key[0]]: row for row in rows.plain_rows(frame)}
    return {code: row for code, row in sent.items() if before.get(code) != row}


def _used(name: str, code: str) -> bool:
    """Whether something stands on a target or duty."""
    if name == "targets":
        target = Target.objects.get(code=code)
        return target.reports.exists() or target.duties.exclude(document=target.document).exists()
    duty = Duty.objects.get(code=code)
    return duty.reports.exists() or duty.notes.exists() or duty.children.exists()


def _strangers(document: PlanDocument, draft: Draft) -> Iterator[Finding]:
    """Give the codes that cannot be used: taken by another document, unknown units, unknown targets."""
    owners = set(assigning.owners(document.unit).values_list("code", flat=True))
    offices = set(Unit.objects.exclude(kind_of="firm").values_list("code", flat=True))
    targets = set(document.targets.values_list("code", flat=True))
    if "targets" in draft.tables:
        targets |= set(draft.tables["targets"]["target"].dropna())
    known = {"owner": owners, "helpers": offices, "target": targets}
    for name, kind in rows.KINDS.items():
        if name not in draft.tables:
            continue
        key = rows.SPECS[name].key[0]
        frame = draft.tables[name]
        taken = set(
            kind.objects.filter(code__in=list(frame[key].dropna()))
            .exclude(document=document)
            .values_list("code", flat=True)
        )
        for at, row in enumerate(rows.plain_rows(frame)):
            if row[key] in taken:
                yield _finding(draft, name, at, key, "E-DUT-09", value=row[key])
            for column in known if name == "duties" else ():
                for code in str(row[column] or "").split(";"):
                    if code and code not in known[column]:
                        yield _finding(draft, name, at, column, "E-DUT-10", value=code, what=rows.WHATS[column])


def _finding(draft: Draft, name: str, at: int, column: str, code: str, **values: Any) -> Finding:
    place = draft.origins[name].place(at, column)
    return Finding(code, place.sheet, place.row, place.header, place.letter, values, place.file)
