"""The register of problems: raised, taken up, decided, worked on, reported, closed."""

from datetime import date
from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Reason, Shown, named, step
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Version
from haihe.workspace.frame.access import find
from haihe.workspace.intake.rows_target import one_named, those_named
from haihe.workspace.problems import bounds, raising, steering
from haihe.workspace.problems.actions import CLOSE, RAISE, READ, STEER, WORK
from haihe.workspace.problems.bottleneck_pages import office_for
from haihe.workspace.problems.forms import offices_beside
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.registers import register_of
from haihe.workspace.units.models import Unit

SECTION = Section("problems", Text("重大问题", "Problems"))


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


class OwnerIn(BaseModel):
    """Who answers for a problem, who helps, until when."""

    model_config = ConfigDict(extra="forbid")

    owner: Shown
    helpers: list[Shown] = Field(default_factory=list, max_length=200)
    due: date | None = None


class FactsIn(BaseModel):
    """What is said of a problem; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name_zh: str | None = Field(None, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    name_en: str | None = Field(None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    evidence: LongWords | None = None
    due: date | None = None


class MergeIn(BaseModel):
    """The problem that takes another in, and why."""

    model_config = ConfigDict(extra="forbid")

    into: Shown
    reason: LongWords


class BottleneckIn(BaseModel):
    """A limit in the last plan of a version, as its bottlenecks name it: ``row`` and ``place``."""

    model_config = ConfigDict(extra="forbid")

    version: Shown
    bound: LongWords


class RegisterIn(BaseModel):
    """An office."""

    model_config = ConfigDict(extra="forbid")

    unit: Shown


class RegisterOut(BaseModel):
    """The register of an office; uploads to the target ``problems`` name it by its code."""

    code: str
    unit: str


class ResultIn(BaseModel):
    """What came of it."""

    model_config = ConfigDict(extra="forbid")

    result: LongWords


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


@SECTION.post("/problems/{code}/accept", STEER, Text("受理问题", "take a problem up"), ProblemOut, of=Problem)
def accept_problem(request: Call, thing: Problem, sent: OwnerIn) -> ProblemOut:
    """Take a problem up: an office answers for it, others help."""
    offices = offices_beside(thing)
    owner = one_named(sent.owner, offices, "owner")
    if owner is None:
        raise HaiheError("E-PRB-14", column="owner", value=sent.owner)
    helpers = those_named(";".join(sent.helpers), offices, "helpers")
    steering.accept(request.user, thing, owner, helpers, sent.due, channel="api")
    return problem_out(thing)


@SECTION.post("/problems/{code}/change", RAISE, Text("修改问题", "change a problem"), ProblemOut, of=Problem)
def change_problem(request: Call, thing: Problem, sent: FactsIn) -> ProblemOut:
    """Change what is said of an open problem; the columns of the table come in by an upload to ``problems``, too."""
    steering.change(request.user, thing, sent.model_dump(exclude_none=True), channel="api")
    return problem_out(thing)


@SECTION.post(
    "/problems/{code}/merge", STEER, Text("合并问题", "merge a problem"), ProblemOut, of=Problem, scope="approve"
)
def merge_problem(request: Call, thing: Problem, sent: MergeIn) -> ProblemOut:
    """Merge a problem into another open one that the caller sees."""
    into = Problem.objects.visible_to(request.user).called(sent.into)
    if into is None:
        raise HaiheError("E-PRB-09", column="into", value=sent.into)
    steering.merge(request.user, thing, into, sent.reason, channel="api")
    return problem_out(thing)


@SECTION.post("/bottleneck-problems", RAISE, Text("将瓶颈登记为问题", "make a problem of a bottleneck"), ProblemOut)
def raise_bottleneck(request: Call, sent: BottleneckIn) -> ProblemOut:
    """Make a problem of one limit in the last plan of a version; the same limit gives the same open problem."""
    version: Version = find(request.user, Version, sent.version, DATA_READ)
    study, unit = bounds.last_bottlenecks(request.user, version), office_for(request.user, version)
    if study is None or unit is None:
        raise HaiheError("E-PRB-11", value=sent.bound[:100])
    found = bounds.from_bottleneck(bounds.bound_of(study, sent.bound), version)
    return problem_out(raising.raise_from(request.user, unit, found, channel="api"))


@SECTION.post("/problem-registers", RAISE, Text("打开单位的问题登记", "open the register of an office"), RegisterOut)
def open_register(request: Call, sent: RegisterIn) -> RegisterOut:
    """Give the register of an office of the caller, opened where it has none."""
    unit = one_named(sent.unit, raising.offices(request.user), "unit")
    if unit is None:
        raise HaiheError("E-PRB-14", column="unit", value=sent.unit)
    register = register_of(request.user, unit, "api")
    return RegisterOut(code=register.code, unit=unit.code)


step(SECTION, "start_problem", "/problems/{code}/start", WORK, Text("开始办理", "begin to work on a problem"), ProblemOut,
     Problem, steering.start, problem_out)  # fmt: skip
step(SECTION, "return_problem", "/problems/{code}/return", CLOSE, Text("退回办理结果", "send a result back"), ProblemOut,
     Problem, steering.send_back, problem_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "reopen_problem", "/problems/{code}/reopen", STEER, Text("重新打开问题", "open a problem again"), ProblemOut,
     Problem, steering.reopen, problem_out, reason=True, scope="approve")  # fmt: skip
