"""How far a year's target should be reached after some months, and what growth two years' figures give. Plain functions.

The linear pace gives every month a twelfth. The seasonal pace gives the months to date the share that the same months had in
last year's twelve; it needs all of them, and falls back to the linear one, which the rule then says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from haihe.messages import Text

FLOW, LEVEL, RATE = "flow", "level", "rate"
LINEAR, SEASONAL = "linear", "seasonal"
YEAR = 12
HUNDRED = Decimal(100)
ROUNDING = Decimal("0.1")
"""Percentage points by which a growth may differ from that of the figures: both are published rounded."""

Months = Mapping[int, Decimal]
"""Figures by month, 1 to 12; a month that is not known is not there."""


@dataclass(frozen=True, slots=True)
class Due:
    """What should stand after some months: the figure, its share of the year, and the rule."""

    value: Decimal
    share: Decimal
    rule: Text


def share_due(month: int, pace: str, last: Months) -> tuple[Decimal, Text]:
    """Give the share of a year's flow that is due by the end of a month, and the rule.

    Parameters
    ----------
    month : int
        1 to 12.
    pace : {"linear", "seasonal"}
    last : mapping of int to Decimal
        Last year's figures by month, for the seasonal pace.

    Returns
    -------
    share : Decimal
        Between 0 and 1; 1 in December.
    rule : Text
    """
    linear = Decimal(month) / YEAR
    even = Text(f"均匀进度：{month}/12", f"even pace: {month}/12")
    if pace == LINEAR:
        return linear, even
    whole = sum(last.values(), Decimal(0))
    if len(last) < YEAR or whole <= 0 or min(last.values()) < 0:
        return linear, Text(
            f"{even.zh}（去年各月不全，未用季节进度）", f"{even.en} (last year's months are not all known)"
        )
    share = sum((last[each] for each in range(1, month + 1)), Decimal(0)) / whole
    said = f"{share * HUNDRED:.1f}%"
    return share, Text(f"季节进度：去年同期占全年 {said}", f"seasonal pace: {said} of last year stood by then")


def reached(measure: str, month: int, months: Months) -> Decimal | None:
    """Give what a year has reached by a month: the sum of its flow, where every month stands; else the month's own figure."""
    if measure != FLOW:
        return months.get(month)
    if any(each not in months for each in range(1, month + 1)):
        return None
    return sum((months[each] for each in range(1, month + 1)), Decimal(0))


def due(measure: str, pace: str, month: int, target: Decimal, last: Months) -> Due:
    """Give what should stand at a month's end on the way to a year's target.

    Parameters
    ----------
    measure : {"flow", "level", "rate"}
        A flow adds up over the months; a level moves from last December to the target, a twelfth a month, and is compared
        with the target itself where last December is not known; a rate is compared with the target itself.
    pace : {"linear", "seasonal"}
        For a flow.
    month : int
        1 to 12.
    target : Decimal
        Of the whole year, in the indicator's unit.
    last : mapping of int to Decimal
        Last year's figures by month.
    """
    if measure == FLOW:
        share, rule = share_due(month, pace, last)
        return Due(target * share, share, rule)
    if measure == LEVEL and YEAR in last:
        share = Decimal(month) / YEAR
        rule = Text(f"自上年末起按 {month}/12 推进", f"{month}/12 of the way from last December")
        return Due(last[YEAR] + (target - last[YEAR]) * share, share, rule)
    return Due(target, Decimal(1), Text("直接与全年目标比较", "compared with the year's target itself"))


def growth_of(value: Decimal | None, last: Decimal | None) -> Decimal | None:
    """Give the growth on the same month of last year, %; nothing where a figure is missing or last year's is not above 0."""
    if value is None or last is None or last <= 0:
        return None
    return (value / last - 1) * HUNDRED


def contradicts(growth: Decimal | None, value: Decimal | None, last: Decimal | None) -> bool:
    """Whether a growth that was given is not that of the figures, by more than rounding."""
    worked_out = growth_of(value, last)
    return growth is not None and worked_out is not None and abs(growth - worked_out) > ROUNDING
