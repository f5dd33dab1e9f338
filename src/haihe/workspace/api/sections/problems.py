"""Problems and meetings."""

from datetime import date
from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Reason, named
from haihe.workspace.meetings import minutes
from haihe.workspace.meetings.actions import APPROVE, PREPARE
from haihe.workspace.meetings.actions import READ as MEETINGS_READ
from haihe.workspace.meetings.agenda import items_of
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.problems import raising, steering
from haihe.workspace.problems.actions import CLOSE, RAISE, READ, STEER, WORK
from haihe.workspace.problems.models import Problem
from haihe.workspace.units.models import Unit

SECTION = Section("problems", Text("重大问题与会议", "Problems and meetings"))


class ProblemOut(BaseModel):
    """A problem; ``figure`` is the number that it rests on, with where it stands; ``worth`` in 亿元 for one per cent more."""

    code: str
    name: Name
    number: int
    unit: str
    owner: str | None
    state: str
    reported: bool
    severity: str
    overdue: bool
    raised: date
    due: date | None
    region: str
    chain: str
    resource: str
    evidence: str
    figure: dict[str, str]
    worth: str | None
    decision: str
    result: str
    reported_by: str
    closed_by: str
    into: str | None
    reason: str
    quality: str
    source: str
    edition: int


class ProblemIn(BaseModel):
    """A problem to be raised."""

    model_config = ConfigDict(extra="forbid")

    unit: str = Field(max_length=40)
    name_zh: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    name_en: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    evidence: LongWords = ""
    region: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    chain: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    resource: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")
    due: date | None = None


class DecisionIn(BaseModel):
    """What was decided."""

    model_config = ConfigDict(extra="forbid")

    decision: LongWords
    due: date | None = None


class ResultIn(BaseModel):
    """What came of it."""

    model_config = ConfigDict(extra="forbid")

    result: LongWords


class ItemOut(BaseModel):
    """An item of an agenda."""

    code: str
    name: Name
    about_kind: str
    about: str
    presents: str | None
    wanted: str
    minutes: str
    decision: str
    owner: str | None
    due: date | None
    duty: str


class MeetingOut(BaseModel):
    """A meeting with its agenda."""

    code: str
    title: str
    unit: str
    day: date
    place: str
    invited: list[str]
    version: str
    state: str
    convened: bool
    issued: bool
    illustrative: bool
    approved_by: str
    items: list[ItemOut]
    edition: int


def problem_out(problem: Problem) -> ProblemOut:
    """Give what is said of a problem."""
    same: dict[str, Any] = {
        name: getattr(problem, name)
        for name in ProblemOut.model_fields
        if name not in {"name", "unit", "owner", "reported", "overdue", "worth", "into"}
    }
    return ProblemOut(
        name=named(problem.name),
        unit=problem.unit.code,
        owner=problem.owner.code if problem.owner else None,
        reported=problem.reported_at is not None,
        overdue=problem.overdue(),
        worth=None if problem.worth is None else f"{problem.worth:f}",
        into=problem.into.code if problem.into else None,
        **same,
    )


def item_out(item: Item) -> ItemOut:
    """Give what is said of an item."""
    same: dict[str, Any] = {
        name: getattr(item, name) for name in ItemOut.model_fields if name not in {"name", "presents", "owner"}
    }
    return ItemOut(
        name=named(item.name),
        presents=item.presents.code if item.presents else None,
        owner=item.owner.code if item.owner else None,
        **same,
    )


def meeting_out(meeting: Meeting) -> MeetingOut:
    """Give what is said of a meeting."""
    return MeetingOut(
        code=meeting.code,
        title=meeting.title,
        unit=meeting.unit.code,
        day=meeting.day,
        place=meeting.place,
        invited=list(meeting.inviting),
        version=meeting.version,
        state=meeting.state,
        convened=meeting.convened is not None,
        issued=meeting.issued is not None,
        illustrative=meeting.illustrative,
        approved_by=meeting.approved_by,
        items=[item_out(item) for item in items_of(meeting)],
        edition=meeting.edition,
    )


@SECTION.get("/problems", READ, Text("列出可见的重大问题", "list problems"), Paged[ProblemOut])
def problems(request: Call, asked: Query[Asked]) -> Paged[ProblemOut]:
    """List problems in the order of their codes."""
    seen = Problem.objects.visible_to(request.user).select_related("unit", "owner", "into")
    return paged(seen, asked, "code", problem_out)


@SECTION.post("/problems", RAISE, Text("提出问题", "raise a problem"), ProblemOut, status=201)
def raise_problem(request: Call, sent: ProblemIn) -> Made:
    """Raise a problem in the name of an office of the caller; ``E-PRB-14`` for an office that is not there."""
    facts = sent.model_dump()
    unit = Unit.objects.filter(pk__in=request.user.units(RAISE), code=facts.pop("unit")).first()
    if unit is None:
        raise HaiheError("E-PRB-14", column="unit", value=sent.unit)
    made = raising.raise_problem(request.user, unit, facts, "api")
    return Made(problem_out(made), f"/api/v1/problems/{made.code}")


@SECTION.get("/problems/{code}", READ, Text("读取一个问题", "read a problem"), ProblemOut, of=Problem)
def problem(thing: Problem) -> ProblemOut:
    """Give a problem."""
    return problem_out(thing)


@SECTION.post("/problems/{code}/decide", STEER, Text("作出决定", "decide"), ProblemOut, of=Problem, scope="approve")
def decide_problem(request: Call, thing: Problem, sent: DecisionIn) -> ProblemOut:
    """Record what was decided; its owner does it."""
    steering.decide(request.user, thing, sent.decision, due=sent.due, channel="api")
    return problem_out(thing)


@SECTION.post("/problems/{code}/report", WORK, Text("报告结果", "report the result"), ProblemOut, of=Problem)
def report_problem(request: Call, thing: Problem, sent: ResultIn) -> ProblemOut:
    """Report the result of a problem, for somebody else to confirm."""
    steering.report(request.user, thing, sent.result, channel="api")
    return problem_out(thing)


@SECTION.post(
    "/problems/{code}/close", CLOSE, Text("确认并办结", "confirm and close"), ProblemOut, of=Problem, scope="approve"
)
def close_problem(request: Call, thing: Problem) -> ProblemOut:
    """Confirm the result that somebody else reported, and close."""
    steering.close(request.user, thing, channel="api")
    return problem_out(thing)


@SECTION.post(
    "/problems/{code}/decline", STEER, Text("不予受理", "decline a problem"), ProblemOut, of=Problem, scope="approve"
)
def decline_problem(request: Call, thing: Problem, sent: Reason) -> ProblemOut:
    """Decline a problem, with a reason."""
    steering.decline(request.user, thing, sent.reason, channel="api")
    return problem_out(thing)


@SECTION.get("/meetings", MEETINGS_READ, Text("列出可见的会议", "list meetings"), Paged[MeetingOut])
def meetings(request: Call, asked: Query[Asked]) -> Paged[MeetingOut]:
    """List meetings in the order of their codes."""
    return paged(Meeting.objects.visible_to(request.user).select_related("unit"), asked, "code", meeting_out)


@SECTION.get("/meetings/{code}", MEETINGS_READ, Text("读取一次会议", "read a meeting"), MeetingOut, of=Meeting)
def meeting(thing: Meeting) -> MeetingOut:
    """Give a meeting with its agenda, minutes and decisions."""
    return meeting_out(thing)


@SECTION.post(
    "/meetings/{code}/approve",
    APPROVE,
    Text("审批会议纪要", "approve minutes"),
    MeetingOut,
    of=Meeting,
    scope="approve",
)
def approve_meeting(request: Call, thing: Meeting) -> MeetingOut:
    """Approve and lock minutes that somebody else handed in."""
    minutes.approve(request.user, thing, channel="api")
    return meeting_out(thing)


@SECTION.post(
    "/meetings/{code}/issue", PREPARE, Text("交办会议决定", "issue decisions"), MeetingOut, of=Meeting, scope="approve"
)
def issue_meeting(request: Call, thing: Meeting) -> MeetingOut:
    """Make a duty of every decision of approved minutes."""
    minutes.issue(request.user, thing, channel="api")
    return meeting_out(thing)
