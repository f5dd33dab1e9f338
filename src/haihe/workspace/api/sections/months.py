"""Months: indicators, returns with their way to approval, the lights and the next meeting's list."""

from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Reason, Shown, named, step
from haihe.workspace.audit.chain import Channel
from haihe.workspace.intake.rows_target import one_named
from haihe.workspace.months import board, returns
from haihe.workspace.months.actions import FILL, NOTE, READ, VOUCH
from haihe.workspace.months.models import Indicator, Return
from haihe.workspace.units.models import Person

SECTION = Section("months", Text("月度运行", "Monthly operation"))


class IndicatorOut(BaseModel):
    """A monthly indicator."""

    code: str
    name: Name
    unit: str
    counted_in: str
    sense: str
    measure: str
    scope: str
    pace: str
    reporters: list[str]
    active: bool
    edition: int


class FigureOut(BaseModel):
    """One figure of a return; decimals written as text."""

    indicator: str
    place: str
    value: str | None
    growth: str | None
    quality: str | None
    source: str | None
    note: str | None


class ReturnOut(BaseModel):
    """What a unit reports for a month."""

    code: str
    unit: str
    month: str
    state: str
    revision: int
    rows: list[FigureOut]
    submitted_by: str
    approved_by: str
    returned: str
    edition: int


class LightOut(BaseModel):
    """The light of an indicator and place, with the rule that gives it."""

    indicator: str
    place: str
    month: str
    mark: str
    words: Name
    rule: Name
    actual: str | None
    due: str | None
    growth: str | None
    cause: str
    quality: str | None


class LightsOut(BaseModel):
    """The lights of a month."""

    month: str
    lights: list[LightOut]


class MonthAsked(BaseModel):
    """Which month; the newest approved one where none is named."""

    month: str = ""


class BeginIn(BaseModel):
    """A unit and a month, written 2026-11."""

    model_config = ConfigDict(extra="forbid")

    unit: Shown
    month: str = Field(max_length=20)


class CauseIn(BaseModel):
    """Why a figure of a return is off."""

    model_config = ConfigDict(extra="forbid")

    indicator: Shown
    place: Shown
    words: LongWords


def indicator_out(indicator: Indicator) -> IndicatorOut:
    """Give what is said of an indicator."""
    return IndicatorOut(
        code=indicator.code,
        name=named(indicator.name),
        unit=indicator.unit.code,
        counted_in=indicator.counted_in,
        sense=indicator.sense,
        measure=indicator.measure,
        scope=indicator.scope,
        pace=indicator.pace,
        reporters=indicator.reporting,
        active=indicator.active,
        edition=indicator.edition,
    )


def return_out(thing: Return) -> ReturnOut:
    """Give what is said of a return."""
    return ReturnOut(
        code=thing.code,
        unit=thing.unit.code,
        month=thing.month,
        state=thing.state,
        revision=thing.revision,
        rows=[FigureOut.model_validate(row) for row in thing.rows],
        submitted_by=thing.submitted_by,
        approved_by=thing.approved_by,
        returned=thing.returned,
        edition=thing.edition,
    )


def _said(value: Any) -> str | None:
    return None if value is None else str(value)


def light_out(row: board.Row) -> LightOut:
    """Give what is said of a light."""
    return LightOut(
        indicator=row.indicator.code,
        place=row.place,
        month=row.month,
        mark=row.light.mark,
        words=named(row.light.words),
        rule=named(row.light.rule),
        actual=_said(row.actual),
        due=_said(row.due),
        growth=_said(row.growth),
        cause=row.cause,
        quality=row.quality,
    )


@SECTION.get(
    "/indicators", READ, Text("列出可见的月度指标", "list the monthly indicators that I see"), Paged[IndicatorOut]
)
def monthly_indicators(request: Call, asked: Query[Asked]) -> Paged[IndicatorOut]:
    """List indicators by code."""
    return paged(Indicator.objects.visible_to(request.user).select_related("unit"), asked, "code", indicator_out)


@SECTION.get(
    "/indicators/{code}", READ, Text("读取一个月度指标", "read a monthly indicator"), IndicatorOut, of=Indicator
)
def monthly_indicator(thing: Indicator) -> IndicatorOut:
    """Give an indicator."""
    return indicator_out(thing)


@SECTION.get("/months", READ, Text("列出可见的月度报表", "list the monthly returns that I see"), Paged[ReturnOut])
def monthly_returns(request: Call, asked: Query[Asked]) -> Paged[ReturnOut]:
    """List returns."""
    return paged(Return.objects.visible_to(request.user).select_related("unit"), asked, "-id", return_out)


@SECTION.get("/months/{code}", READ, Text("读取一份月度报表", "read a monthly return"), ReturnOut, of=Return)
def monthly_return(thing: Return) -> ReturnOut:
    """Give a return. Its rows are sent in by an upload to the target ``month``."""
    return return_out(thing)


@SECTION.post("/months/{code}/submit", FILL, Text("提交月度报表", "submit a month"), ReturnOut, of=Return)
def submit_month(request: Call, thing: Return) -> ReturnOut:
    """Hand a month in to the unit's approver."""
    returns.submit(request.user, thing, channel="api")
    return return_out(thing)


@SECTION.post(
    "/months/{code}/approve", VOUCH, Text("审批月度报表", "approve a month"), ReturnOut, of=Return, scope="approve"
)
def approve_month(request: Call, thing: Return) -> ReturnOut:
    """Approve and lock what somebody else handed in."""
    returns.approve(request.user, thing, channel="api")
    return return_out(thing)


@SECTION.post(
    "/months/{code}/reopen", VOUCH, Text("撤销审批", "un-approve a month"), ReturnOut, of=Return, scope="approve"
)
def reopen_month(request: Call, thing: Return, sent: Reason) -> ReturnOut:
    """Un-approve a month, with a reason."""
    thing.reopen(request.user, sent.reason, channel="api")
    return return_out(thing)


@SECTION.get("/lights", READ, Text("读取一个月的灯号", "read the lights of a month"), LightsOut)
def monthly_lights(request: Call, asked: Query[MonthAsked]) -> LightsOut:
    """Give the lights of a month: red, yellow, without a colour, green. A month that is none has no lights."""
    found = board.lights(request.user, asked.month)
    return LightsOut(month=found[0].month if found else "", lights=[light_out(row) for row in found])


@SECTION.post("/months", FILL, Text("建立月度报表", "begin a month"), ReturnOut, status=201)
def begin_month(request: Call, sent: BeginIn) -> Made:
    """Give the return of a unit and month, begun where it is not there. Its figures come in by uploads to ``month``."""
    unit = one_named(sent.unit, request.user.units(FILL), "unit")
    if unit is None:
        raise HaiheError("E-INT-11", column="unit", value=sent.unit)
    made = returns.begin(request.user, unit, sent.month, channel="api")
    return Made(return_out(made), f"/api/v1/months/{made.code}")


@SECTION.post("/months/{code}/cause", NOTE, Text("说明偏离原因", "note why a figure is off"), ReturnOut, of=Return)
def note_cause(request: Call, thing: Return, sent: CauseIn) -> ReturnOut:
    """Note why a figure of a return is off."""
    returns.note(request.user, thing, sent.indicator, sent.place, sent.words, channel="api")
    return return_out(thing)


def _sent_back(person: Person, thing: Return, reason: str, channel: Channel) -> None:
    thing.send_back(person, reason, channel=channel)


step(SECTION, "return_month", "/months/{code}/return", VOUCH, Text("退回月度报表", "send a month back"), ReturnOut, Return,
     _sent_back, return_out, reason=True, scope="approve")  # fmt: skip
