"""A plan's path against what was reached: plain functions of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from haihe.messages import Text
from haihe.workspace.duties.lights import BAD, GOOD, WAIT, WARN, Light, plain, target_light
from haihe.workspace.frame.shown import MISSING

PLACES = Decimal("0.000001")
BETWEEN = Text(
    "方案只定各里程碑年末的数；其间按直线计",
    "the plan states the ends of its milestones; between them lies a straight line",
)
NOT_YET = Light(
    WAIT, Text("尚未到期", "not due yet"), Text("里程碑年末之后才着色", "no colour before the end of its year")
)


@dataclass(frozen=True)
class Spot:
    """What was reached by a day, beside what the plan has for it.

    ``planned`` is missing outside the plan's years; ``between`` says that the day lies between milestones.
    """

    day: date
    period: str
    planned: Decimal | None
    between: bool
    actual: Decimal | None
    name: Text | None = None
    url: str = ""

    @property
    def deviation(self) -> Decimal | None:
        """What was reached less what was planned; missing where one of them is."""
        return None if self.planned is None or self.actual is None else self.actual - self.planned

    @property
    def share(self) -> Decimal | None:
        """The deviation in per cent of what was planned."""
        gap = self.deviation
        return None if gap is None or not self.planned else gap / abs(self.planned) * 100

    @property
    def figures(self) -> tuple[str, str, str]:
        """Planned, reached and the deviation, without superfluous zeros; a dash where one is missing."""
        planned, actual, gap = (
            MISSING if value is None else plain(value) for value in (self.planned, self.actual, self.deviation)
        )
        return planned, actual, gap


def planned_on(path: Mapping[int, Decimal], day: date) -> tuple[Decimal, bool] | None:
    """Give what a path has for a day, and whether that lies between two milestones.

    Parameters
    ----------
    path : mapping of int to Decimal
        Value at the end of each milestone year.
    day : date

    Returns
    -------
    tuple of Decimal and bool, optional
        The milestone's own value at its end, a point of the straight line between two; none before the first milestone's end
        and after the last one's.
    """
    years = sorted(path)
    for year in years:
        if day == date(year, 12, 31):
            return path[year], False
    earlier = [year for year in years if date(year, 12, 31) < day]
    later = [year for year in years if date(year, 12, 31) > day]
    if not earlier or not later:
        return None
    start, end = date(earlier[-1], 12, 31), date(later[0], 12, 31)
    passed = Decimal((day - start).days) / Decimal((end - start).days)
    value = path[start.year] + (path[end.year] - path[start.year]) * passed
    return value.quantize(PLACES, rounding=ROUND_HALF_EVEN), True


def light_of(spot: Spot, sense: str, slack: Decimal, unit: str, today: date) -> Light:
    """Give the colour of a spot, by the rule of targets.

    Parameters
    ----------
    spot : Spot
    sense : {"at_least", "at_most"}
    slack : Decimal
        Part of what is planned that may be missing for yellow.
    unit : str
    today : date
        Before a milestone's end there is no colour where nothing was reached yet.
    """
    if spot.actual is None and today <= spot.day:
        return NOT_YET
    if spot.planned is None:
        rule = Text("该日不在方案年份之内", "the day is outside the years of the plan")
        return Light(WAIT, Text("方案无此年", "not in the plan"), rule)
    allowed = (abs(spot.planned) * slack).quantize(PLACES, rounding=ROUND_HALF_EVEN)
    light = target_light(sense, spot.planned, allowed, spot.actual, unit)
    if not spot.between:
        return light
    return Light(light.mark, light.words, Text(f"{BETWEEN.zh}；{light.rule.zh}", f"{BETWEEN.en}; {light.rule.en}"))


def since(spots: Sequence[tuple[Spot, Light]]) -> Spot | None:
    """Give the spot since which a course has been off without a break: the first of its last run of yellow and red."""
    known = [(spot, light) for spot, light in spots if spot.actual is not None]
    first = None
    for spot, light in reversed(known):
        if light.mark not in (BAD, WARN):
            break
        first = spot
    return first


def start_light(planned: int, reached: int | None, today: date) -> Light:
    """Give the colour of a project's start: the year planned against the year in which it was started, if it was."""
    rule = Text(
        "计划年末前开工为绿；晚于计划年份开工为黄；过了计划年末仍未开工为红；未到期不着色",
        "green: started by the end of the planned year; yellow: started later; red: not started after that year; no colour: "
        "not due yet",
    )
    if reached is not None:
        late = reached - planned
        return (
            Light(GOOD, Text("已按计划开工", "started as planned"), rule)
            if late <= 0
            else Light(WARN, Text("晚 {n} 年开工", "started {n} years late").format(n=late), rule)
        )
    if today > date(planned, 12, 31):
        return Light(BAD, Text("逾期未开工", "not started in time"), rule)
    return Light(WAIT, Text("尚未到期", "not due yet"), rule)
