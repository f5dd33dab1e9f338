"""Tables and figures of indicators, targets, limits, roles, fronts and near-optimal plans, in both languages."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, lines, ranges
from haihe.messages import Text, worst_quality
from haihe.planning.alternatives import VERDICTS, Alternatives
from haihe.planning.indicators import Indicators, absent_table, indicator_table
from haihe.planning.limits import limits_table
from haihe.planning.outcome import Outcome
from haihe.planning.pareto import Pareto
from haihe.planning.roles import roles_of, roles_table
from haihe.planning.views import DIFFERENCE_NOTE, YI, YI_PER_BN, PlanViews
from haihe.region.units import factor, said

SHOWN: Mapping[str, str] = {
    "bn yuan": "亿元", "t CO2": "万t CO2", "tce": "万tce", "persons": "万人", "m3": "万m3", "yuan/person": "元/person",
    "t CO2/bn yuan": "t CO2/亿元", "tce/bn yuan": "tce/亿元", "share": "%",
}  # fmt: skip
"""Unit in which an amount is shown."""
DIGITS: Mapping[str, int] = {"亿元": 0, "%": 2, "万t CO2": 0, "万tce": 0, "万m3": 0, "万人": 2, "t CO2/亿元": 0}
"""Decimals that are shown, by unit; where it says nothing, `USUAL`."""
USUAL = 3
PER_YEAR = "%/year"
"""Unit of a target that is an average growth a year."""
WAYS: Mapping[object, Text] = {
    "together": Text("共同承担（可调剂）", "Together (may share)"),
    "apart": Text("各自承担（同比例）", "Apart (same share each)"),
}
KINDS: Mapping[object, Text] = {
    "hard": Text("必须", "hard"),
    "soft": Text("尽量", "soft"),
    "watch": Text("对照", "watched"),
}
SENSES: Mapping[object, Text] = {"floor": Text("至少", "at least"), "cap": Text("至多", "at most")}
YES: Mapping[object, Text] = {True: Text("是", "yes"), False: Text("否", "no")}
ALL_TOGETHER = Text("全部成员", "All members")
AMOUNTS = ("reference", "plan", "wanted", "gap")
HEADS: Mapping[str, Text] = {
    "reference": Text("基准路径", "Reference"),
    "plan": Text("方案", "Plan"),
    "wanted": Text("目标值", "Wanted"),
}
GROWTH_NOTE = Text(
    "占比与增长以 % 表示，差距为百分点；增长目标列的是自基年起的年均增速。目标年之前为路上的直线，不作考核。",
    "Shares and growth in %, gaps in percentage points; a target on growth shows the average growth a year since its base "
    "year. Before the target's year a straight line stands for the way there; nothing is due.",
)
NEAR_NOTE = Text(
    "近优方案：福利损失不超过所列额度的全部方案；“可议”的决策在这些方案里可增可减，“确定”的不可。",
    "Near-optimal plans lose no more welfare than stated; what is a toss-up may go either way in them, what is settled "
    "may not.",
)


def shown(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Bring amounts to the unit in which they are read; shares stay, the column ``unit`` follows."""
    plain = frame["unit"].str.removesuffix("/year").str.removesuffix(", discounted")
    large = [large_unit(unit) for unit in plain]
    ratio = [1.0 if small == big else factor(small, big) for small, big in zip(plain, large, strict=True)]
    digits = [DIGITS.get(unit, USUAL) for unit in large]
    return frame.assign(unit=large, digits=digits, **{name: frame[name] * ratio for name in columns})


def reckoned(plan: Outcome) -> pd.DataFrame:
    """The reckoning of `haihe.planning.targets.targets_table` as it is read: money and people in large units, shares in %.

    A target on growth shows the average growth a year since its base year, one on a change the change since then, both in
    %; in the base year itself there is none yet. What is missing less than is shown counts as reached.
    """
    indicators = plan.assembly.indicators
    specs = {spec.name: spec for spec in plan.assembly.setup.targets}
    frame = shown(plan.targets, AMOUNTS)
    for name in frame["target"].unique():
        spec = specs[name]
        if spec.against == "level":
            continue
        mine, raw = frame["target"] == name, plan.targets[plan.targets["target"] == name]
        years = raw["year"] - spec.base_year
        power = 1.0 / years.where(years > 0) if spec.against == "growth" else 1.0
        base = spec.base(indicators)
        moved = {column: 100 * ((raw[column] / base) ** power - 1) for column in ("reference", "plan", "wanted")}
        moved["gap"] = (moved["plan"] - moved["wanted"]) * (1 if spec.sense == "floor" else -1)
        for column, values in moved.items():
            frame.loc[mine, column] = values.where(years > 0)
        frame.loc[mine, "unit"] = PER_YEAR if spec.against == "growth" else "%"
        frame.loc[mine, "digits"] = DIGITS["%"]
    unseen = frame["gap"].abs() < 0.5 * 10.0 ** -frame["digits"]
    return frame.assign(gap=frame["gap"].mask(unseen, 0.0), reached=frame["reached"].astype(bool) | unseen)


def rested(frame: pd.DataFrame, views: PlanViews) -> pd.DataFrame:
    """Mark each row with the worst of its own mark and the plan's: what the plan says rests on all its inputs."""
    marks = {mark: worst_quality({mark, views.quality}) for mark in frame["quality"].dropna().unique()}
    return frame.assign(quality=frame["quality"].map(marks))


def indicator_view(plan: Outcome) -> Table:
    """Every indicator in the last year of the plan: reference, plan, difference."""
    views, indicators = PlanViews(plan), plan.assembly.indicators
    frame = indicator_table(indicators, plan.solution.x)
    frame = rested(shown(frame[frame["year"] == views.last], ["reference", "plan", "difference"]), views)
    return Table(
        frame,
        [
            Column("indicator", Text("指标", "Indicator"), labels=_titles(indicators, frame["indicator"])),
            _region(views),
            _amount("reference"),
            _amount("plan"),
            Column("difference", Text("差额", "Difference"), kind="number", signed=True, digits_by="digits"),
            Column("change", Text("变化", "Change"), kind="share", digits=2, signed=True),
            _unit(frame),
            Column("quality", Text("质量", "Quality"), kind="quality"),
        ],
        key="plan-indicators",
        title=Text(f"{views.last} 年：各项指标", f"Indicators, {views.last}"),
        source=views.source,
        quality=views.quality,
        quality_column="quality",
        notes=[DIFFERENCE_NOTE],
    )


def absent_view(plan: Outcome) -> Table | None:
    """Indicators without data and why; None where there is none."""
    views, frame = PlanViews(plan), absent_table(plan.assembly.indicators)
    if frame.empty:
        return None
    reasons = {row.zh: Text(str(row.zh), str(row.en)) for row in frame.itertuples(index=False)}
    return Table(
        frame,
        [
            Column(
                "indicator", Text("指标", "Indicator"), labels=_titles(plan.assembly.indicators, frame["indicator"])
            ),
            Column("zh", Text("缺少的数据", "What is missing"), labels=reasons),
        ],
        key="plan-indicators-absent",
        title=Text("没有数据的指标", "Indicators without data"),
        source=views.source,
        quality=None,
    )


def targets_view(plan: Outcome) -> Table:
    """Reckoning of the targets, year by year, with those that the plan cannot express and why."""
    views, indicators = PlanViews(plan), plan.assembly.indicators
    specs = plan.assembly.setup.targets
    known = reckoned(plan)
    known = rested(known.assign(stated=known["quality"]), views)
    others = pd.DataFrame(
        [
            {"target": spec.name, "region": spec.measure.regions[0], "year": spec.year, "kind": spec.kind,
             "quality": spec.quality, "stated": spec.quality, "why": reason.zh, "unit": "", "digits": 0}
            for spec in specs
            if (reason := spec.why_not(indicators)) is not None
        ]
    )  # fmt: skip
    reasons = {r.zh: r for spec in specs if (r := spec.why_not(indicators)) is not None}
    frame = pd.concat([known.assign(why=""), others], ignore_index=True) if len(others) else known.assign(why="")
    return Table(
        frame,
        [
            Column("target", Text("目标", "Target"), labels={spec.name: spec.title for spec in specs}),
            _region(views),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("due", Text("当年应达", "Due"), labels=YES),
            Column("sense", Text("方向", "Sense"), labels=SENSES),
            _amount("reference"),
            _amount("plan"),
            _amount("wanted"),
            Column(
                "gap",
                Text("超过（＋）差距（−）", "Ahead (+) or behind (−)"),
                kind="number",
                signed=True,
                digits_by="digits",
            ),
            Column("reached", Text("达到", "Reached"), labels=YES),
            _unit(frame),
            Column("kind", Text("方式", "Kind"), labels=KINDS),
            Column("why", Text("无法表达的原因", "Why it cannot be expressed"), labels=reasons | {"": Text("", "")}),
            Column("stated", Text("目标值的质量", "Mark of the target"), kind="quality"),
            Column("quality", Text("对照的质量", "Mark of the reckoning"), kind="quality"),
        ],
        key="plan-targets",
        title=Text("目标对照：逐年", "Targets, year by year"),
        source=views.source,
        quality=views.quality,
        quality_column="quality",
        notes=[GROWTH_NOTE, DIFFERENCE_NOTE],
    )


def reachable_view(plan: Outcome, found: pd.DataFrame) -> Table:
    """What `haihe.planning.reachable.reachable` found: cost of reaching each target, or how near any plan can come."""
    views = PlanViews(plan)
    frame = rested(shown(found, ["plan", "wanted", "best"]), views)
    return Table(
        frame.assign(cost=frame["cost"] * YI_PER_BN),
        [
            Column("target", Text("目标", "Target"), labels={s.name: s.title for s in plan.assembly.setup.targets}),
            _region(views),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("sense", Text("方向", "Sense"), labels=SENSES),
            _amount("plan"),
            _amount("wanted"),
            Column("reachable", Text("能达到", "Reachable"), labels=YES),
            Column("best", Text("最接近", "Nearest"), kind="number", digits_by="digits"),
            _unit(frame),
            Column("cost", Text("达到的代价", "Cost of reaching it"), unit=YI, digits=1),
            Column("quality", Text("质量", "Quality"), kind="quality"),
        ],
        key="plan-targets-reachable",
        title=Text("各目标能否达到、代价多少", "Which targets can be reached, at what cost"),
        source=views.source,
        quality=views.quality,
        quality_column="quality",
        notes=[DIFFERENCE_NOTE],
    )


def limits_view(plan: Outcome) -> Table:
    """Limits on indicators in the last year: reference, limit, plan, and what one unit of relief is worth."""
    views, indicators = PlanViews(plan), plan.assembly.indicators
    frame = limits_table(indicators, plan.assembly.limits, plan.solution)
    frame = frame[frame["year"] == views.last]
    plain = frame["unit"].str.removesuffix("/year")
    point = plain == "share"
    money = frame["price"] * 1e9 * np.where(point, 0.01, 1.0)
    frame = frame.assign(price=money, price_unit="元/" + plain.where(~point, "%"))
    titles = {limit.spec.name: limit.spec.title for limit in plan.assembly.limits}
    return Table(
        shown(frame, ["reference", "limit_value", "plan", "slack"]),
        [
            Column("limit", Text("限制", "Limit"), labels=titles),
            _region(views),
            Column("sense", Text("方向", "Sense"), labels=SENSES),
            _amount("reference"),
            Column("limit_value", Text("限值", "Limit"), kind="number", digits_by="digits"),
            _amount("plan"),
            Column("slack", Text("余量", "Slack"), kind="number", digits_by="digits"),
            _unit(shown(frame, [])),
            Column("price", Text("放宽一个单位值多少", "Worth of one unit of relief"), digits=0),
            Column("price_unit", Text("价格单位", "Unit of price"), labels={u: said(u) for u in frame["price_unit"].unique()}),
            Column("quality", Text("质量", "Quality"), kind="quality"),
        ],
        key="plan-limits",
        title=Text(f"{views.last} 年：指标限制", f"Limits on indicators, {views.last}"),
        source=views.source,
        quality=views.quality,
        notes=[DIFFERENCE_NOTE],
    )  # fmt: skip


def roles_view(plan: Outcome) -> Table:
    """Functional roles in the last year: the indicator that speaks for each, and whether the plan serves it."""
    views, indicators = PlanViews(plan), plan.assembly.indicators
    roles = roles_of(plan.region)
    frame = roles_table(indicators, roles, plan.solution)
    frame = frame[frame["year"].isna() | (frame["year"] == views.last)]
    reasons = {row.why_zh: Text(str(row.why_zh), str(row.why_en)) for row in frame.itertuples(index=False)}
    frame = rested(shown(frame, ["reference", "plan", "difference"]), views)
    return Table(
        frame,
        [
            Column("role", Text("功能定位", "Role"), labels={role.name: role.title for role in roles}),
            _region(views),
            Column("indicator", Text("反映它的指标", "Indicator"), labels=_titles(indicators, frame["indicator"])),
            _amount("reference"),
            _amount("plan"),
            Column("change", Text("变化", "Change"), kind="share", digits=2, signed=True),
            Column("serves", Text("有利", "Served"), labels=YES),
            _unit(frame),
            Column("why_zh", Text("没有数据的原因", "Why there is no data"), labels=reasons),
            Column("quality", Text("质量", "Quality"), kind="quality"),
        ],
        key="plan-roles",
        title=Text(f"{views.last} 年：各地功能定位", f"Functional roles, {views.last}"),
        source=views.source,
        quality=views.quality,
        quality_column="quality",
        notes=[DIFFERENCE_NOTE],
    )


def pareto_table(front: Pareto, source: Text) -> Table:
    """Points of a front: both measures, what is lost, and the price of one more unit."""
    x_unit, y_unit = (large_unit(unit.removesuffix(", discounted").removesuffix("/year")) for unit in front.units)
    factors = [
        factor(unit.removesuffix(", discounted").removesuffix("/year"), large)
        for unit, large in zip(front.units, (x_unit, y_unit), strict=True)
    ]
    frame = front.points.assign(
        x=front.points["x"] * factors[0],
        y=front.points["y"] * factors[1],
        loss=front.points["loss"] * factors[1],
        percent=front.points["share"] * 100,
        price=front.points["price"] * factors[1] / factors[0],
    )
    both = Text(f"{said(y_unit).zh}/{said(x_unit).zh}", f"{said(y_unit).en} per {said(x_unit).en}")
    level = [] if frame["level"].isna().all() else [Column("level", Text("第三指标", "Third measure"), digits=3)]
    return Table(
        frame,
        [
            Column("percent", Text("改善", "Better by"), unit=Text("%", "%"), digits=1),
            Column("way", Text("方式", "Way"), labels=WAYS),
            *level,
            Column("x", totalled(front.titles[0], front.units[0]), unit=said(x_unit)),
            Column("y", totalled(front.titles[1], front.units[1]), unit=said(y_unit)),
            Column("loss", totalled(Text("代价", "Cost"), front.units[1]), unit=said(y_unit)),
            Column("loss_share", Text("占规模", "Of its size"), kind="share", digits=2),
            Column("price", Text("再改善一个单位的代价", "Cost of one more unit"), unit=both),
        ],
        key="pareto",
        title=Text(f"前沿：{front.titles[0].zh}与{front.titles[1].zh}", f"Front: {front.titles[0].en} and {front.titles[1].en}"),
        source=source,
        quality=front.quality,
        notes=[DIFFERENCE_NOTE, *_stops(front)],
    )  # fmt: skip


def pareto_figure(front: Pareto, source: Text) -> Figure:
    """The front: what is lost against how much better the first measure is."""
    return lines(pareto_table(front, source), "percent", "loss", by="way")


def alternatives_table(found: Alternatives, plan: Outcome) -> Table:
    """Ranges of every decision among near-optimal plans, in per cent of its size, with what they say."""
    views = PlanViews(plan)
    sizes = pd.Series({decision.key: decision.size for decision in found.decisions})
    frame = found.ranges.assign(size=found.ranges["decision"].map(sizes))
    share = {name: 100 * (frame[name] - frame["reference"]) / frame["size"] for name in ("plan", "low", "high")}
    slack = f"{found.slack * 10:,.1f}"
    return Table(
        frame.assign(**share),
        [
            Column("decision", Text("决策", "Decision"), labels={d.key: d.title for d in found.decisions}),
            Column("plan", Text("方案较基准", "Plan against reference"), unit=Text("%", "%"), digits=1, signed=True),
            Column("low", Text("最低", "Least"), unit=Text("%", "%"), digits=1, signed=True),
            Column("high", Text("最高", "Most"), unit=Text("%", "%"), digits=1, signed=True),
            Column("verdict", Text("结论", "Verdict"), labels=dict(VERDICTS)),
        ],
        key="plan-alternatives",
        title=Text(f"近优方案的取值范围（额度 {slack} 亿元）", f"Ranges among near-optimal plans (slack {slack} x 100 m yuan)"),
        source=views.source,
        quality=views.quality,
        notes=[NEAR_NOTE, DIFFERENCE_NOTE],
    )  # fmt: skip


def alternatives_figure(found: Alternatives, plan: Outcome) -> Figure:
    """The ranges as bands round the plan."""
    return ranges(alternatives_table(found, plan), "decision", "plan", "low", "high")


def large_unit(unit: str) -> str:
    """Give the unit in which amounts of a unit are shown."""
    return SHOWN.get(unit, unit)


def _amount(key: str) -> Column:
    """A column of amounts in the unit of each row, with its decimals."""
    return Column(key, HEADS[key], kind="number", digits_by="digits")


def _region(views: PlanViews) -> Column:
    return Column("region", Text("地区", "Region"), labels={**views.names, "*": ALL_TOGETHER})


def _unit(frame: pd.DataFrame) -> Column:
    return Column("unit", Text("单位", "Unit"), labels={unit: said(unit) for unit in frame["unit"].unique() if unit})


def _titles(indicators: Indicators, codes: "pd.Series[str]") -> dict[object, Text]:
    return {code: indicators.spec(code).title for code in codes.unique() if code != "—"}


def totalled(title: Text, unit: str) -> Text:
    """Say that an amount is a discounted total over the plan, where it is one."""
    return Text(f"{title.zh}，贴现累计", f"{title.en}, discounted total") if unit.endswith("discounted") else title


def _stops(front: Pareto) -> list[Text]:
    return [
        Text(f"{WAYS[way].zh}：改善到 {share:.0%} 时已没有可行方案。", f"{WAYS[way].en}: no plan reaches {share:.0%}.")
        for way, share in front.stopped.items()
    ]
