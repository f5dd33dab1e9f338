"""The colour of a target and of a duty, each with the rule that gave it. Plain functions of plain values."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from haihe.messages import Text
from haihe.region.units import typed

GOOD, WARN, BAD, WAIT = "good", "warn", "bad", "wait"
AT_LEAST, AT_MOST = "at_least", "at_most"
OPEN, DONE, DROPPED = "open", "done", "dropped"
SOON = timedelta(days=30)
"""How long before its day a duty is due soon."""
WHOLE = 100
DUTY_RULE = Text(
    f"到期未办结为红；{SOON.days} 天内到期且未完成为黄；已办结、已完成或按期推进为绿；尚无已审批的报告不着色",
    f"red: past its day and not closed; yellow: due within {SOON.days} days and not complete; green: closed, complete or "
    "on its way; no colour: no approved report yet",
)


@dataclass(frozen=True, slots=True)
class Light:
    """A colour: its mark, why it is so, and the rule."""

    mark: str
    words: Text
    rule: Text


def plain(value: Decimal) -> str:
    """Write a figure without superfluous zeros."""
    return f"{value.normalize():,f}"


def target_light(sense: str, value: Decimal, slack: Decimal, actual: Decimal | None, counted_in: str = "") -> Light:
    """Give the colour of a target.

    Parameters
    ----------
    sense : {"at_least", "at_most"}
        Which side of the value is reached.
    value : Decimal
        What shall stand at the time of the actual figure, in the target's unit of measure.
    slack : Decimal
        What may be missing for yellow, in the same unit, not negative.
    actual : Decimal, optional
        What was reached; without it there is no colour.
    counted_in : str
        Unit of measure.
    """
    how = Text("不低于", "at least") if sense == AT_LEAST else Text("不高于", "at most")
    rule = Text(
        "{how} {value} {unit} 为绿；差距不超过 {slack} {unit} 为黄；更大为红",
        "green: {how} {value} {unit}; yellow: {slack} {unit} missing at most; red: more",
    ).format(how=how, value=plain(value), slack=plain(slack), unit=typed(counted_in))
    if actual is None:
        return Light(WAIT, Text("尚无实绩", "no actual figure yet"), rule)
    missing = value - actual if sense == AT_LEAST else actual - value
    if missing <= 0:
        return Light(GOOD, Text("已达到", "reached"), rule)
    said = Text("差 {gap} {unit}", "{gap} {unit} missing").format(gap=plain(missing), unit=typed(counted_in))
    return Light(WARN if missing <= slack else BAD, said, rule)


def value_due(value: Decimal, year: int, base: tuple[int, Decimal] | None, day: date) -> Decimal:
    """Give what shall stand on a day: on the straight line from the end of the base year to the end of the target's year.

    Parameters
    ----------
    value : Decimal
        The target.
    year : int
        Year at whose end it shall stand.
    base : tuple of int and Decimal, optional
        Base year and what stood at its end; without it, or at the target's year and after, the target itself is given.
    day : date
        The day.
    """
    if base is None or base[0] >= year:
        return value
    start, end = date(base[0], 12, 31), date(year, 12, 31)
    passed = min(max((day - start).days, 0), (end - start).days)
    return base[1] + (value - base[1]) * passed / (end - start).days


def overdue(state: str, due: date | None, today: date) -> bool:
    """Whether a duty is overdue: it is open, and its day is past."""
    return state == OPEN and due is not None and due < today


def duty_light(state: str, due: date | None, share: int | None, today: date) -> Light:
    """Give the colour of a duty.

    Parameters
    ----------
    state : {"open", "done", "dropped"}
        Of the duty.
    due : date, optional
        Its day.
    share : int, optional
        Percent done, by the last report that its unit approved.
    today : date
        The day on which it is looked at.
    """
    if state == DONE:
        return Light(GOOD, Text("已办结", "closed"), DUTY_RULE)
    if state == DROPPED:
        return Light(WAIT, Text("已终止", "dropped"), DUTY_RULE)
    if due is not None and due < today:
        late = (today - due).days
        return Light(BAD, Text("逾期 {n} 天", "{n} days overdue").format(n=late), DUTY_RULE)
    if share == WHOLE:
        return Light(GOOD, Text("已完成，待办结", "complete, to be closed"), DUTY_RULE)
    if due is not None and due - today <= SOON:
        left = (due - today).days
        return Light(WARN, Text("还有 {n} 天到期", "due in {n} days").format(n=left), DUTY_RULE)
    if share is None:
        return Light(WAIT, Text("尚无已审批的报告", "no approved report yet"), DUTY_RULE)
    return Light(GOOD, Text("按期推进", "on its way"), DUTY_RULE)
