"""The lights of a month: every approved figure against the pace of its year's target, with the rule that gives the colour."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from haihe.messages import Text
from haihe.workspace.duties.figures import ACTUAL, Point
from haihe.workspace.duties.lights import BAD, GOOD, WAIT, WARN, Light, target_light
from haihe.workspace.duties.models import Target
from haihe.workspace.months import pace
from haihe.workspace.months.models import Cause, Indicator, Return, place_names
from haihe.workspace.months.returns import decimal
from haihe.workspace.problems.agenda import Suggestion
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Unit

ORDER = {BAD: 0, WARN: 1, WAIT: 2, GOOD: 3}
NO_TARGET = Light(
    WAIT,
    Text("没有当年目标", "no target for the year"),
    Text(
        "职责与目标中没有本指标、本地区当年的目标，不着色",
        "no colour: no target of this year for the indicator and place",
    ),
)
CENT = Decimal("0.01")
MONTH = re.compile(r"(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One indicator of one place in a month.

    ``actual`` is what the year reached by then, ``due`` what the pace asks, ``cause`` what the owner noted last.
    """

    indicator: Indicator
    place: str
    place_name: Text
    month: str
    of: Return
    value: Decimal | None
    before: Decimal | None
    growth: Decimal | None
    contradicts: bool
    actual: Decimal | None
    due: Decimal | None
    target: Target | None
    light: Light
    cause: str
    quality: str


@dataclass(frozen=True)
class Course:
    """The figures of an indicator and place by year and month, the rows they come from, and their returns."""

    figures: dict[int, dict[int, Decimal]]
    rows: dict[str, tuple[Return, dict[str, Any]]]

    def before(self, month: str) -> Decimal | None:
        """Give the figure of the month before."""
        year, number = int(month[:4]), int(month[5:])
        return self.figures[year].get(number - 1) if number > 1 else self.figures[year - 1].get(pace.YEAR)


def courses(person: Person, years: Iterable[int] | None = None, indicator: str = "") -> dict[tuple[str, str], Course]:
    """Give the approved figures that a person sees, by indicator and place; of two units' figures the later unit's stands."""
    seen = (
        Return.objects.visible_to(person).filter(state=APPROVED).select_related("unit").order_by("month", "-unit__path")
    )
    if years is not None:
        wanted = sorted(years)
        seen = seen.filter(month__gte=f"{wanted[0]}-01", month__lte=f"{wanted[-1]}-12")
    found: dict[tuple[str, str], Course] = defaultdict(lambda: Course(defaultdict(dict), {}))
    for each in seen:
        for row in each.rows:
            if indicator and row["indicator"] != indicator:
                continue
            course = found[row["indicator"], row["place"]]
            value = decimal(row["value"])
            if value is not None:
                course.figures[each.year][each.number] = value
            course.rows[each.month] = (each, row)
    return found


def newest_month(person: Person) -> str:
    """Give the newest approved month that a person sees; "" where there is none."""
    found = Return.objects.visible_to(person).filter(state=APPROVED).order_by("-month").values_list("month", flat=True)
    return found.first() or ""


def lights(person: Person, month: str = "") -> list[Row]:
    """Give the lights of a month, the newest where none is named: red, yellow, without a colour, green; none of what is no month."""
    month = month or newest_month(person)
    if MONTH.fullmatch(month) is None:
        return []
    year = int(month[:4])
    there = courses(person, (year - 1, year))
    shown = {key: course for key, course in there.items() if month in course.rows}
    indicators = {each.code: each for each in Indicator.objects.filter(code__in={code for code, _ in shown})}
    targets = _targets(person, indicators, year)
    causes = _causes(person, month)
    names = place_names(place for _, place in shown)
    rows = [
        _row(indicators[code], place, names[place], month, course, targets.get((code, place)), causes)
        for (code, place), course in shown.items()
        if code in indicators
    ]
    return sorted(rows, key=lambda row: (ORDER[row.light.mark], row.indicator.code, row.place))


def _targets(person: Person, indicators: dict[str, Indicator], year: int) -> dict[tuple[str, str], Target]:
    seen = (
        Target.objects.visible_to(person).filter(indicator__in=indicators, year=year).select_related("unit", "issuer")
    )
    return {(target.indicator, place_of(target, indicators[target.indicator])): target for target in seen}


def place_of(target: Target, indicator: Indicator) -> str:
    """Give the place of an indicator that a target speaks of."""
    return {"region": target.region, "chain": target.chain, "sector": target.sectors}[indicator.scope]


def _causes(person: Person, month: str) -> dict[tuple[str, str, int], str]:
    seen = Cause.objects.visible_to(person).filter(of__month=month).order_by("created", "pk")
    return {(each.indicator, each.place, each.of_id): each.words for each in seen}


def _row(
    indicator: Indicator,
    place: str,
    name: Text,
    month: str,
    course: Course,
    target: Target | None,
    causes: dict[tuple[str, str, int], str],
) -> Row:
    year, number = int(month[:4]), int(month[5:])
    of, row = course.rows[month]
    now, last = course.figures[year], course.figures[year - 1]
    value, given = decimal(row["value"]), decimal(row["growth"])
    ago = last.get(number) if indicator.measure != pace.RATE else None  # a rate does not grow by per cent
    worked_out = pace.growth_of(value, ago)
    actual, due, light = judged(indicator, number, now, last, target)
    return Row(
        indicator=indicator,
        place=place,
        place_name=name,
        month=month,
        of=of,
        value=value,
        before=course.before(month),
        growth=worked_out if worked_out is not None else given,
        contradicts=pace.contradicts(given, value, ago),
        actual=actual,
        due=due,
        target=target,
        light=light,
        cause=causes.get((indicator.code, place, of.pk), ""),
        quality=row["quality"],
    )


def judged(
    indicator: Indicator, month: int, now: pace.Months, last: pace.Months, target: Target | None
) -> tuple[Decimal | None, Decimal | None, Light]:
    """Give what was reached by a month, what was due, and the light, whose rule names the pace."""
    actual = pace.reached(indicator.measure, month, now)
    if target is None:
        return actual, None, NO_TARGET
    asked = pace.due(indicator.measure, indicator.pace, month, target.value, last)
    due = asked.value.quantize(CENT)
    slack = target.slack * asked.share if target.slack else abs(due) * indicator.slack / 100
    light = target_light(target.sense, due, slack.quantize(CENT), actual, indicator.counted_in)
    rule = Text(f"{asked.rule.zh}；{light.rule.zh}", f"{asked.rule.en}; {light.rule.en}")
    return actual, due, Light(light.mark, light.words, rule)


def next_list(person: Person, month: str = "") -> list[Row]:
    """Give what the next meeting must see: the red lights, then the yellow ones."""
    return [row for row in lights(person, month) if row.light.mark in (BAD, WARN)]


def suggestions(person: Person, unit: Unit, since: date | None) -> list[Suggestion]:
    """Give the red and yellow lights of the newest month for the agenda of an office's meeting."""
    del since
    return [_suggestion(row) for row in next_list(person) if row.of.unit.path.startswith(unit.path)]


def _suggestion(row: Row) -> Suggestion:
    zh, en = row.indicator.name.zh, row.indicator.name.en
    cause = Text(f"；原因：{row.cause}", f"; cause: {row.cause}") if row.cause else Text("", "")
    colour = Text("红灯", "red") if row.light.mark == BAD else Text("黄灯", "yellow")
    said = row.light.words
    return Suggestion(
        "months",
        Text(f"{row.place_name.zh}：{zh}（{row.month}）", f"{row.place_name.en}: {en} ({row.month})"),
        Text(f"{colour.zh}：{said.zh}{cause.zh}", f"{colour.en}: {said.en}{cause.en}"),
        row.of.kind(),
        row.of.code,
        row.of.unit,
        row.of.get_absolute_url(),
    )


def points(person: Person, targets: Sequence[Target]) -> Iterator[tuple[int, Point]]:
    """Give what targets reached by the monthly figures: of a flow the whole year's sum, of all else the newest month."""
    wanted = {target.indicator for target in targets if target.indicator}
    indicators = {each.code: each for each in Indicator.objects.filter(code__in=wanted)}
    if not indicators:
        return
    there = courses(person, [target.year for target in targets])
    name = Text("月度指标", "monthly indicator")
    for target in targets:
        indicator = indicators.get(target.indicator)
        course = there.get((indicator.code, place_of(target, indicator))) if indicator else None
        if indicator is None or course is None or not course.figures[target.year]:
            continue
        months = course.figures[target.year]
        last = max(months)
        value = pace.reached(indicator.measure, last, months)
        if value is None or (indicator.measure == pace.FLOW and last != pace.YEAR):
            continue
        period = str(target.year) if indicator.measure == pace.FLOW else f"{target.year}-{last:02d}"
        yield target.pk, Point(ACTUAL, period, value, name, indicator.get_absolute_url())
