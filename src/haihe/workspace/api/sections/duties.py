"""Plan documents, targets, duties and reports."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Figure, Line, LongWords, Name, Reason, Shown, named, step
from haihe.workspace.duties import assigning, reporting, turns
from haihe.workspace.duties.actions import ACCEPT, ASSIGN, NOTE, READ, REPORT, VOUCH
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.intake.rows_target import one_named, those_named
from haihe.workspace.units.models import Unit

SECTION = Section("duties", Text("目标与职责", "Targets and duties"))


class DocumentOut(BaseModel):
    """A plan document."""

    code: str
    name: Name
    unit: str
    number: str
    issued: date | None
    source: str
    quality: str
    confirmed: bool
    edition: int


class TargetOut(BaseModel):
    """A target; figures as decimals written out, in ``counted_in``."""

    code: str
    name: Name
    unit: str
    issuer: str
    document: str | None
    indicator: str
    year: int
    sense: str
    value: str
    slack: str
    counted_in: str
    source: str
    quality: str
    confirmed: bool
    edition: int


class DutyOut(BaseModel):
    """A duty; ``light`` and ``waits_for`` as its page shows them, ``share`` by the last approved report."""

    code: str
    name: Name
    unit: str
    issuer: str
    helpers: list[str]
    document: str | None
    target: str | None
    due: date | None
    state: str
    overdue: bool
    light: str
    share: int | None
    waits_for: str | None
    waits_since: datetime | None
    about_kind: str
    about: str
    source: str
    quality: str
    confirmed: bool
    edition: int


class ReportOut(BaseModel):
    """A report on a duty or a target."""

    code: str
    unit: str
    duty: str | None
    target: str | None
    period: str
    share: int | None
    value: str | None
    words: str
    stage: str
    returned: str
    submitted_by: str
    approved_by: str
    accepted_by: str
    edition: int


class ReportIn(BaseModel):
    """Progress on a duty in a period."""

    period: str = Field(max_length=8)
    share: int = Field(ge=0, le=100)
    words: LongWords = ""


class TargetReportIn(BaseModel):
    """What was reached of a target in a period, in its unit."""

    model_config = ConfigDict(extra="forbid")

    period: str = Field(max_length=8)
    value: Figure
    words: LongWords = ""


class DutyIn(BaseModel):
    """A duty to be assigned."""

    model_config = ConfigDict(extra="forbid")

    issuer: Shown
    owner: Shown
    name_zh: Line = Field(min_length=1)
    name_en: Line = ""
    helpers: list[Shown] = Field(default_factory=list, max_length=200)
    due: date | None = None
    evidence: LongWords = ""
    document: Shown = ""


class DutyChangeIn(BaseModel):
    """What is changed of a duty; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    owner: Shown | None = None
    helpers: list[Shown] | None = Field(None, max_length=200)
    name_zh: Line | None = Field(None, min_length=1)
    name_en: Line | None = None
    due: date | None = None


class NoteIn(BaseModel):
    """A note, in the name of an office that the duty concerns."""

    model_config = ConfigDict(extra="forbid")

    unit: Shown
    words: LongWords


def document_out(document: PlanDocument) -> DocumentOut:
    """Give what is said of a document."""
    return DocumentOut(
        code=document.code,
        name=named(document.name),
        unit=document.unit.code,
        number=document.number,
        issued=document.issued,
        source=document.source,
        quality=document.quality,
        confirmed=document.confirmed,
        edition=document.edition,
    )


def target_out(target: Target) -> TargetOut:
    """Give what is said of a target."""
    return TargetOut(
        code=target.code,
        name=named(target.name),
        unit=target.unit.code,
        issuer=target.issuer.code,
        document=target.document.code if target.document else None,
        indicator=target.indicator,
        year=target.year,
        sense=target.sense,
        value=f"{target.value:f}",
        slack=f"{target.slack:f}",
        counted_in=target.counted_in,
        source=target.source,
        quality=target.quality,
        confirmed=target.confirmed,
        edition=target.edition,
    )


def duty_out(duty: Duty) -> DutyOut:
    """Give what is said of a duty."""
    turn = turns.turn_of(duty)
    return DutyOut(
        code=duty.code,
        name=named(duty.name),
        unit=duty.unit.code,
        issuer=duty.issuer.code,
        helpers=list(duty.helping),
        document=duty.document.code if duty.document else None,
        target=duty.target.code if duty.target else None,
        due=duty.due,
        state=duty.state,
        overdue=duty.overdue(),
        light=turns.light_of(duty).mark,
        share=turns.share_of(duty),
        waits_for=turn.who if turn else None,
        waits_since=turn.since if turn else None,
        about_kind=duty.about_kind,
        about=duty.about,
        source=duty.source,
        quality=duty.quality,
        confirmed=duty.confirmed,
        edition=duty.edition,
    )


def report_out(report: Report) -> ReportOut:
    """Give what is said of a report."""
    return ReportOut(
        code=report.code,
        unit=report.unit.code,
        duty=report.duty.code if report.duty else None,
        target=report.target.code if report.target else None,
        period=report.period,
        share=report.share,
        value=None if report.value is None else f"{report.value:f}",
        words=report.words,
        stage=report.stage,
        returned=report.returned,
        submitted_by=report.submitted_by,
        approved_by=report.approved_by,
        accepted_by=report.accepted_by,
        edition=report.edition,
    )


@SECTION.get("/plan-documents", READ, Text("列出可见的计划文件", "list plan documents"), Paged[DocumentOut])
def plan_documents(request: Call, asked: Query[Asked]) -> Paged[DocumentOut]:
    """List plan documents in the order of their codes."""
    seen = PlanDocument.objects.visible_to(request.user).select_related("unit")
    return paged(seen, asked, "code", document_out)


@SECTION.get("/targets", READ, Text("列出可见的目标", "list targets"), Paged[TargetOut])
def targets(request: Call, asked: Query[Asked]) -> Paged[TargetOut]:
    """List targets in the order of their codes."""
    seen = Target.objects.visible_to(request.user).select_related("unit", "issuer", "document")
    return paged(seen, asked, "code", target_out)


@SECTION.get("/targets/{code}", READ, Text("读取一项目标", "read a target"), TargetOut, of=Target)
def target(thing: Target) -> TargetOut:
    """Give a target."""
    return target_out(thing)


@SECTION.get("/duties", READ, Text("列出可见的职责", "list duties"), Paged[DutyOut])
def duties(request: Call, asked: Query[Asked]) -> Paged[DutyOut]:
    """List duties in the order of their codes."""
    return paged(turns.shown(Duty.objects.visible_to(request.user)), asked, "code", duty_out)


@SECTION.get("/duties/{code}", READ, Text("读取一项职责", "read a duty"), DutyOut, of=Duty)
def duty(thing: Duty) -> DutyOut:
    """Give a duty."""
    return duty_out(thing)


@SECTION.post("/duties/{code}/close", ASSIGN, Text("办结职责", "close a duty"), DutyOut, of=Duty, scope="approve")
def close_duty(request: Call, thing: Duty, sent: Reason) -> DutyOut:
    """Close a duty; an empty reason is enough where an accepted report says that it is done."""
    assigning.close(request.user, thing, sent.reason, channel="api")
    return duty_out(thing)


@SECTION.post("/duties/{code}/report", REPORT, Text("报告职责进展", "report on a duty"), ReportOut, of=Duty)
def report_on_duty(request: Call, thing: Duty, sent: ReportIn) -> ReportOut:
    """Enter a report for a period as a draft, or change the draft."""
    made = reporting.report(request.user, thing, sent.period, share=sent.share, words=sent.words, channel="api")
    return report_out(made)


@SECTION.get("/reports", READ, Text("列出可见的进展报告", "list reports"), Paged[ReportOut])
def reports(request: Call, asked: Query[Asked]) -> Paged[ReportOut]:
    """List reports, the newest first."""
    seen = Report.objects.visible_to(request.user).select_related("unit", "duty", "target")
    return paged(seen, asked, "-id", report_out)


@SECTION.get("/reports/{code}", READ, Text("读取一份报告", "read a report"), ReportOut, of=Report)
def report(thing: Report) -> ReportOut:
    """Give a report."""
    return report_out(thing)


@SECTION.post("/reports/{code}/submit", REPORT, Text("提交报告", "hand a report in"), ReportOut, of=Report)
def submit_report(request: Call, thing: Report) -> ReportOut:
    """Hand a report in to the unit's approver."""
    reporting.submit(request.user, thing, channel="api")
    return report_out(thing)


@SECTION.post(
    "/reports/{code}/approve", VOUCH, Text("审批本单位报告", "approve a report"), ReportOut, of=Report, scope="approve"
)
def approve_report(request: Call, thing: Report) -> ReportOut:
    """Approve what somebody else of the unit handed in."""
    reporting.approve(request.user, thing, channel="api")
    return report_out(thing)


@SECTION.post(
    "/reports/{code}/accept", ACCEPT, Text("接收并锁定报告", "accept a report"), ReportOut, of=Report, scope="approve"
)
def accept_report(request: Call, thing: Report) -> ReportOut:
    """Accept an approved report and lock it."""
    reporting.accept(request.user, thing, channel="api")
    return report_out(thing)


@SECTION.post(
    "/reports/{code}/return",
    ACCEPT,
    Text("撤销审批并退回", "un-approve a report"),
    ReportOut,
    of=Report,
    scope="approve",
)
def return_report(request: Call, thing: Report, sent: Reason) -> ReportOut:
    """Un-approve a report with a reason: it is a draft again."""
    reporting.return_report(request.user, thing, sent.reason, channel="api")
    return report_out(thing)


@SECTION.get(
    "/plan-documents/{code}", READ, Text("读取一份计划文件", "read a plan document"), DocumentOut, of=PlanDocument
)
def plan_document(thing: PlanDocument) -> DocumentOut:
    """Give a document. Documents come in by uploads to ``documents``, their targets and duties by uploads to ``plan``."""
    return document_out(thing)


@SECTION.post("/duties", ASSIGN, Text("下达职责", "assign a duty"), DutyOut, status=201)
def assign_duty(request: Call, sent: DutyIn) -> Made:
    """Assign a duty in the name of an office of the caller."""
    issuer = _unit(sent.issuer, assigning.issuers(request.user), "issuer")
    offices = assigning.owners(issuer)
    document = None
    if sent.document:
        document = one_named(sent.document, PlanDocument.objects.filter(unit=issuer), "document")
    made = assigning.assign(
        request.user,
        issuer,
        _unit(sent.owner, offices, "owner"),
        name_zh=sent.name_zh,
        name_en=sent.name_en,
        helpers=those_named(";".join(sent.helpers), offices, "helpers"),
        due=sent.due,
        evidence=sent.evidence,
        document=document,
        channel="api",
    )
    return Made(duty_out(made), f"/api/v1/duties/{made.code}")


def _unit(code: str, among: Any, column: str) -> Unit:
    """Give a unit that must be named; ``E-INT-11`` for none."""
    found: Unit | None = one_named(code, among, column)
    if found is None:
        raise HaiheError("E-INT-11", column=column, value=code)
    return found


@SECTION.post("/duties/{code}/change", ASSIGN, Text("修改职责", "change a duty"), DutyOut, of=Duty)
def change_duty(request: Call, thing: Duty, sent: DutyChangeIn) -> DutyOut:
    """Change an open duty, its owner or its helpers."""
    offices = assigning.owners(thing.issuer)
    said = sent.model_dump(exclude_none=True, exclude={"owner", "helpers"})
    if sent.owner is not None:
        said["unit"] = _unit(sent.owner, offices, "owner")
    if sent.helpers is not None:
        said["helpers"] = those_named(";".join(sent.helpers), offices, "helpers")
    assigning.change(request.user, thing, said, channel="api")
    return duty_out(thing)


@SECTION.post("/duties/{code}/note", NOTE, Text("在职责上留言", "note something on a duty"), DutyOut, of=Duty)
def note_on_duty(request: Call, thing: Duty, sent: NoteIn) -> DutyOut:
    """Add a note to a duty in the name of its owner, a helper or its issuer."""
    unit = _unit(sent.unit, request.user.units(NOTE), "unit")
    assigning.note(request.user, unit, thing, sent.words, channel="api")
    return duty_out(thing)


@SECTION.post("/targets/{code}/report", REPORT, Text("报告目标实绩", "report on a target"), ReportOut, of=Target)
def report_on_target(request: Call, thing: Target, sent: TargetReportIn) -> ReportOut:
    """Enter what was reached in a period as a draft, or change the draft; many at once come in by uploads to ``reports``."""
    value = Decimal(sent.value)
    return report_out(reporting.report(request.user, thing, sent.period, value=value, words=sent.words, channel="api"))


step(SECTION, "drop_duty", "/duties/{code}/drop", ASSIGN, Text("终止职责", "drop a duty"), DutyOut, Duty, assigning.drop,
     duty_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "reopen_duty", "/duties/{code}/reopen", ASSIGN, Text("重新打开职责", "open a duty again"), DutyOut, Duty,
     assigning.reopen, duty_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "send_report_back", "/reports/{code}/send-back", VOUCH, Text("退回报告修改", "give a report back to its editor"),
     ReportOut, Report, reporting.send_back, report_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "reopen_report", "/reports/{code}/reopen", VOUCH, Text("撤销本单位审批", "un-approve in the unit"), ReportOut,
     Report, reporting.reopen, report_out, reason=True, scope="approve")  # fmt: skip
