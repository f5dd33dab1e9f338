"""Figures of the month and of published plans."""

from collections import Counter, defaultdict

from haihe.figures import Column, Figure, Table
from haihe.messages import Text
from haihe.workspace.dashboards.counting import ITEMS, counted, quality_of
from haihe.workspace.dashboards.places import map_of
from haihe.workspace.dashboards.work_figures import COUNT
from haihe.workspace.duties import periods
from haihe.workspace.duties.lights import BAD, GOOD, WAIT, WARN
from haihe.workspace.months.board import lights, newest_month
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.reality import courses
from haihe.workspace.units.models import Person

COLOURS = {
    BAD: Text("红灯", "red"),
    WARN: Text("黄灯", "yellow"),
    GOOD: Text("绿灯", "green"),
    WAIT: Text("不着色", "no colour"),
}
MONTHS = Text("工作区·月度运行（已审批报表）", "workspace, monthly operation (approved returns)")


def months_map(person: Person) -> Figure | Table:
    """Draw the red lights of the newest month on a map of places."""
    month = newest_month(person)
    rows = [row for row in lights(person, month) if row.indicator.scope == "region"]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counts[row.place][row.light.mark] += 1
    period = periods.words(month) if month else Text("", "")
    columns = [Column("place", Text("地区", "Place"), labels={row.place: row.place_name for row in rows})]
    columns += [
        Column(mark, words, unit=Text("项", "indicators"), kind="number", digits=0) for mark, words in COLOURS.items()
    ]
    return map_of(
        person,
        "months-map",
        Text(f"月度指标红灯数 {period.zh}".strip(), f"Red lights of the month {period.en}".strip()),
        columns,
        {place: tuple(float(found[mark]) for mark in COLOURS) for place, found in sorted(counts.items())},
        MONTHS,
        quality_of(row.quality for row in rows),
    )


def months(person: Person) -> Figure | Table:
    """Count the lights of the newest month by indicator."""
    month = newest_month(person)
    rows = lights(person, month)
    period = periods.words(month) if month else Text("", "")
    return counted(
        "months",
        Text(f"月度指标灯 {period.zh}".strip(), f"Lights of the month {period.en}".strip()),
        Counter((row.indicator.code, row.light.mark) for row in rows),
        (Text("指标", "Indicator"), {row.indicator.code: row.indicator.name for row in rows}),
        (Text("灯", "Light"), COLOURS),
        Column("n", Text("地区、链或行业数", "Places, chains or sectors"), unit=ITEMS, kind="number", digits=0),
        MONTHS,
        quality_of(row.quality for row in rows),
    )


def plans(person: Person) -> Figure | Table:
    """Count the indicators of the plans in force by where reality left them."""
    seen = Plan.objects.visible_to(person).in_force().select_related("unit", "version__dataset")
    there = list(seen.filter(made__isnull=False).distinct())
    counts: Counter[tuple[str, str]] = Counter()
    for plan in there:
        for course in courses(person, plan):
            counts[plan.code, course.last[1].mark if course.last is not None else WAIT] += 1
    return counted(
        "plans",
        Text("规划方案与实绩：指标按状态", "Plans and reality: indicators by light"),
        counts,
        (Text("方案", "Plan"), {plan.code: plan.name for plan in there}),
        (Text("状态", "Light"), {**COLOURS, WAIT: Text("尚无实绩", "nothing reached yet")}),
        COUNT,
        Text("工作区·规划方案与月度、报告实绩", "workspace, plans with monthly and reported figures"),
        quality_of("illustrative" for plan in there if plan.illustrative),
        [Text("逐项的期间、偏离与规则见方案的“实绩”页", "period, deviation and rule of each stand on the plan's page of reality")],
    )  # fmt: skip
