"""Figures and tables of reality beside a plan, as the library draws them."""

import math
from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from haihe.figures import Column, Figure, Table, lines
from haihe.messages import Text
from haihe.region.units import said
from haihe.workspace.duties import periods
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.reality import Course, Start

YI = Text("亿元", "100 m yuan")
PLANNED, REACHED = "planned", "reached"
SIDES = {PLANNED: Text("方案", "planned"), REACHED: Text("实绩", "reached")}
COURSES, STARTS = "courses", "starts"


def plain(value: Decimal | None) -> float:
    """Give a number for a table; missing stays missing."""
    return math.nan if value is None else float(value)


def source_of(plan: Plan) -> Text:
    """Say where the numbers come from: the plan with its data version, and what came back."""
    return Text(
        f"规划方案 {plan.code}（数据版本 {plan.version.code}）；月度报表、进展报告",
        f"plan {plan.code} (data version {plan.version.code}); monthly returns, reports",
    )


def courses_table(plan: Plan, courses: Sequence[Course]) -> Table:
    """Give every year of every course: planned, reached, deviation, light with its rule, since when it has been off."""
    rows = []
    for course in courses:
        off = course.off_since
        for spot, light in course.spots:
            rows.append(
                (
                    course.name, periods.words(spot.period), said(course.unit), plain(spot.planned), plain(spot.actual),
                    plain(spot.deviation), plain(spot.share), light.words, light.rule,
                    periods.words(off.period) if off is not None and off.day <= spot.day and spot.actual is not None else Text("—", "—"),
                    spot.name or Text("—", "—"),
                )
            )  # fmt: skip
    columns = [
        Column("what", Text("指标、地区", "Indicator and place")),
        Column("period", Text("期间", "Period")),
        Column("unit", Text("单位", "Unit")),
        Column("planned", Text("方案", "Planned")),
        Column("reached", Text("实绩", "Reached")),
        Column("deviation", Text("偏离", "Deviation")),
        Column("share", Text("偏离幅度", "Deviation"), unit=Text("%", "%"), digits=1),
        Column("light", Text("状态", "Light")),
        Column("rule", Text("评灯规则", "Rule of the colour")),
        Column("since", Text("自何时偏离", "Off since")),
        Column("from", Text("实绩来自", "Reached, from")),
    ]
    return Table(
        pd.DataFrame(rows, columns=[column.key for column in columns]),
        columns,
        key=COURSES,
        title=Text("指标：方案与实绩", "Indicators: planned and reached"),
        source=source_of(plan),
        quality=plan.quality,  # type: ignore[arg-type]
    )


def starts_table(plan: Plan, starts: Sequence[Start]) -> Table:
    """Give every project: planned and actual year of its start, public money planned, awarded and paid."""
    rows = [
        (
            start.title, start.where, str(start.planned), str(start.reached or "—"),
            start.project.stage_name if start.project else Text("看板中没有", "not on the board"),
            plain(start.support), plain(start.awarded), plain(start.paid), start.light.words, start.light.rule,
        )
        for start in starts
    ]  # fmt: skip
    columns = [
        Column("project", Text("项目", "Project")),
        Column("site", Text("地点", "Site")),
        Column("planned", Text("计划开工年", "Planned start")),
        Column("started", Text("实际开工年", "Started")),
        Column("stage", Text("看板阶段", "Stage on the board")),
        Column("support", Text("计划财政支持", "Public support planned"), unit=YI),
        Column("awarded", Text("已授予", "Awarded"), unit=YI),
        Column("paid", Text("已拨付", "Paid"), unit=YI),
        Column("light", Text("状态", "Light")),
        Column("rule", Text("评灯规则", "Rule of the colour")),
    ]
    return Table(
        pd.DataFrame(rows, columns=[column.key for column in columns]),
        columns,
        key=STARTS,
        title=Text("项目：计划与实际", "Projects: planned and real"),
        source=source_of(plan),
        quality=plan.quality,  # type: ignore[arg-type]
    )


def course_figure(plan: Plan, course: Course) -> Figure | None:
    """Draw one course: the plan's path and what was reached; none where nothing can be drawn."""
    rows = [(spot.period, PLANNED, plain(spot.planned)) for spot, _ in course.spots]
    rows += [(spot.period, REACHED, plain(spot.actual)) for spot, _ in course.spots]
    if not course.spots:
        return None
    named = {spot.period: periods.words(spot.period) for spot, _ in course.spots}
    table = Table(
        pd.DataFrame(rows, columns=["period", "side", "value"]),
        [
            Column("period", Text("期间", "Period"), labels=named),
            Column("side", Text("方案或实绩", "Planned or reached"), labels=SIDES),
            Column("value", course.title, unit=said(course.unit)),
        ],
        key="course",
        title=Text(f"{course.name.zh}：方案与实绩", f"{course.name.en}: planned and reached"),
        source=source_of(plan),
        quality=plan.quality,  # type: ignore[arg-type]
    )
    return lines(table, "period", "value", by="side")
