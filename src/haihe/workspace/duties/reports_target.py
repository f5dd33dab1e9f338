"""Reports on the duties and targets of a document come in by workbook, each unit its own; they stay drafts until handed in."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar, cast

import pandas as pd
from django.utils import timezone

from haihe.messages import Finding, Findings, HaiheError, Lang, Text
from haihe.region.draft import Draft
from haihe.region.spec import TableSpec, code, number, text
from haihe.region.template import sheets_bytes
from haihe.workspace.audit.chain import record, store
from haihe.workspace.duties import lights, periods, reporting, rows
from haihe.workspace.duties.actions import REPORT
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Tables
from haihe.workspace.intake.targets import Target as IntakeTarget
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Owned, Person, Unit

DUTY_REPORTS = TableSpec(
    "duty_reports",
    Text("职责进展", "duty reports"),
    Text("本单位各项职责在一个期间的进展。", "Progress of the unit's duties in a period."),
    (
        code("duty", "职责代码", "duty", ("职责的代码", "Code of the duty."), key=True),
        code("period", "期间", "period", ("2026-11、2026-Q4 或 2026", "2026-11, 2026-Q4 or 2026."), key=True),
        number("share", "已完成", "done", ("完成百分比", "Percent done."), "%", minimum=0, maximum=100, required=True),
        text("words", "进展", "words", ("进展、困难与下一步", "Progress, difficulties, next steps.")),
    ),
    Text("职责", "duties"),
)
TARGET_REPORTS = TableSpec(
    "target_reports",
    Text("目标实绩", "target reports"),
    Text(
        "本单位报告的目标在一个期间的实绩，按目标的计量单位。", "Figures of targets in a period, in each target's unit."
    ),
    (
        code("target", "目标代码", "target", ("目标的代码", "Code of the target."), key=True),
        code("period", "期间", "period", ("2026-11、2026-Q4 或 2026", "2026-11, 2026-Q4 or 2026."), key=True),
        number("value", "数值", "figure", ("实绩", "What was reached."), "@unit", required=True),
        text("unit", "计量单位", "unit", ("目标的计量单位，勿改", "Unit of the target; leave it.")),
        text("words", "说明", "words", ("说明", "Remark.")),
    ),
    Text("目标", "targets"),
)
SPECS: dict[str, TableSpec] = {"duty_reports": DUTY_REPORTS, "target_reports": TARGET_REPORTS}


class ReportsTarget(IntakeTarget):
    """A unit's reports on the duties and targets of a document."""

    code: ClassVar[str] = "reports"
    name: ClassVar[Text] = Text("职责与目标的进展报告", "reports on duties and targets")
    kind: ClassVar[type[Owned]] = PlanDocument
    upload_action: ClassVar[str] = REPORT
    confirm_action: ClassVar[str] = REPORT
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the document's name."""
        name = cast("PlanDocument", thing).name
        return Text(f"{name.zh}：进展报告", f"{name.en}: reports")

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the two tables of reports."""
        del thing
        return SPECS

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what the unit has reported, in every state."""
        found = [(name, _row(report)) for name, report in _reports(cast("PlanDocument", thing), unit)]
        return {name: rows.typed(spec, [row for each, row in found if each == name]) for name, spec in SPECS.items()}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name what the unit has reported, by the editions of its reports."""
        there = [(report.code, report.edition) for _, report in _reports(cast("PlanDocument", thing), unit)]
        return sha256(json.dumps(sorted(there)).encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, duties and targets that are not the unit's, and periods that are none."""
        return Findings([*draft.findings, *_wrong(cast("PlanDocument", thing), upload.unit, draft)])

    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Enter the reports as drafts; one that was handed in already raises ``E-WEB-21``."""
        document = cast("PlanDocument", thing)
        stood = {name: _by_key(name, frame) for name, frame in self.current(document, upload.unit).items()}
        wanted = {}
        for name, frame in tables.items():
            sent = _by_key(name, frame)
            wanted[name] = {key: row for key, row in sent.items() if stood[name].get(key) != row}
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
        stood = {name: _by_key(name, frame) for name, frame in self.current(document, upload.unit).items()}
        before = {name: {key: stood[name].get(key) for key in said} for name, said in wanted.items()}
        left = {}
        for name, said in wanted.items():
            for key, row in said.items():
                made = _put(person, document, name, key, row)
                left[f"{name}:{key}"] = made.edition if made is not None else None
        document.kept = [*document.kept, {"upload": upload.code, "before": before, "left": left}]
        store(person.actor(REPORT, "import"), "import", document, reason=reason)

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the later upload, or the reports that were changed or handed in since."""
        document = cast("PlanDocument", thing)
        last = document.kept[-1] if document.kept else None
        if last is None or last["upload"] != upload.code:
            later = last["upload"] if last else "—"
            return Text("其后的上传 {u}", "the later upload {u}").format(u=later)
        there = {f"{name}:{_key(report)}": report for name, report in _reports(document, upload.unit)}
        moved = [
            key
            for key, edition in last["left"].items()
            if (there[key].edition if key in there else None) != edition or (key in there and there[key].state != DRAFT)
        ]
        return Text("、".join(moved), ", ".join(moved)) if moved else None

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give the drafts, and a row for the last complete period of everything that has no report for it."""
        document = cast("PlanDocument", thing)
        there = self.current(document, unit)
        tables = {
            name: pd.concat([frame, _asked(document, unit, name, frame)], ignore_index=True)
            for name, frame in there.items()
        }
        return sheets_bytes([SPECS[name] for name in SPECS if name in names], lang, tables=tables)


def _reports(document: PlanDocument, unit: Unit) -> Iterator[tuple[str, Report]]:
    there = Report.objects.filter(unit=unit).select_related("duty", "target").order_by("code")
    for report in there.filter(duty__document=document) | there.filter(target__document=document):
        yield ("duty_reports" if report.duty_id else "target_reports"), report


def _row(report: Report) -> dict[str, Any]:
    said: dict[str, Any] = {"period": report.period, "words": report.words or None}
    if report.duty is not None:
        return said | {"duty": report.duty.code, "share": report.share}
    assert report.target is not None
    value = None if report.value is None else float(report.value)
    return said | {"target": report.target.code, "value": value, "unit": report.target.counted_in}


def _key(report: Report) -> str:
    return f"{report.item.code}|{report.period}"


def _by_key(name: str, frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    first, second = SPECS[name].key
    return {f"{row[first]}|{row[second]}": row for row in rows.plain_rows(frame)}


def _items(document: PlanDocument, unit: Unit, name: str) -> dict[str, Duty | Target]:
    query = document.duties if name == "duty_reports" else document.targets
    return {item.code: item for item in query.filter(unit=unit).select_related("unit")}


def _put(person: Person, document: PlanDocument, name: str, key: str, row: Mapping[str, Any] | None) -> Report | None:
    item_code, period = key.split("|")
    duty = name == "duty_reports"
    items = document.duties if duty else document.targets
    item = items.select_related("unit").get(code=item_code)
    if row is None:
        report = item.reports.get(period=period)
        report.edit_allowed()
        record(person.actor(REPORT, "import"), "delete", report.kind(), report.code, before=report.snapshot())
        report.delete()
        return None
    words = row["words"] or ""
    if duty:
        return reporting.report(person, item, period, share=round(row["share"]), words=words, channel="import")
    value = Decimal(repr(float(row["value"]))).quantize(Decimal("0.000001"))
    return reporting.report(person, item, period, value=value, words=words, channel="import")


def _asked(document: PlanDocument, unit: Unit, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    today, key = timezone.localdate(), SPECS[name].key[0]
    there = set(zip(frame[key], frame["period"], strict=True))
    asked = []
    for item in _items(document, unit, name).values():
        if isinstance(item, Duty) and item.state != lights.OPEN:
            continue
        period = periods.last_complete((item.every if isinstance(item, Duty) else "") or periods.MONTH, today)
        if (item.code, period) not in there:
            asked.append({key: item.code, "period": period, "unit": getattr(item, "counted_in", None)})
    return rows.typed(SPECS[name], asked)


def _wrong(document: PlanDocument, unit: Unit, draft: Draft) -> Iterator[Finding]:
    today = timezone.localdate()
    for name, spec in SPECS.items():
        if name not in draft.tables:
            continue
        items, key = _items(document, unit, name), spec.key[0]
        for at, row in enumerate(rows.plain_rows(draft.tables[name])):
            if row[key] is not None and row[key] not in items:
                place = draft.origins[name].place(at, key)
                said = {"value": row[key], "what": Text("本单位的职责或目标", "duty or target of the unit")}
                yield Finding("E-DUT-10", place.sheet, place.row, place.header, place.letter, said, place.file)
            if row["period"] is not None and not _can_be_reported(row["period"], today):
                place = draft.origins[name].place(at, "period")
                said = {"value": row["period"]}
                yield Finding("E-DUT-02", place.sheet, place.row, place.header, place.letter, said, place.file)


def _can_be_reported(period: str, today: Any) -> bool:
    try:
        periods.checked(period, today)
    except HaiheError:
        return False
    return True
