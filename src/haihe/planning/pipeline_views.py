"""Tables and figures of a pipeline and of late ones, in both languages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.planning.indicator_list import INDICATORS
from haihe.planning.pipeline_inputs import NAMES, STAGES
from haihe.planning.views import YI, names_of
from haihe.region.units import said

if TYPE_CHECKING:
    from haihe.planning.pipeline import Pipeline
    from haihe.planning.pipeline_slips import Drawn, Slip

WHAT: Mapping[object, Text] = {
    "producing": Text("在产项目（个，按当年月份折算）", "Projects producing (by share of the year)"),
    "output": Text("产出（亿元）", "Output (100 m yuan)"),
    "value_added": Text("直接增加值（亿元）", "Direct value added (100 m yuan)"),
    "jobs": Text("就业（人）", "Jobs (persons)"),
    "investment": Text("当年投资（亿元）", "Investment in the year (100 m yuan)"),
    "support": Text("应付财政支持（亿元）", "Public support due (100 m yuan)"),
}
HELD_NOTE = Text(
    "各阶段占用比例见表“阶段占用”。候选项目的占用与留给新项目的余量相比；方案开始前已开工的项目早已占用，另列一栏。",
    "Shares held by stage stand in the table stage_holds. What candidates hold is set against what is set aside for new "
    "projects; what had been started before the plan holds its own already and stands apart.",
)
MONEY_NOTE = Text(
    "资金按应付年份（建成后的第一年）列示，占用比例取项目今天所处的阶段；预算已扣除对其他项目的承诺。实际支付可以晚一年。",
    "Money stands in the year it is due (the first after completion), at the share of the stage in which the project is "
    "today; what is promised to others is taken off the budget. It may be paid a year later.",
)
DIRECT = Text(
    "只计项目本身的直接变化；方案会怎样改做，须用移动后的日期重新规划。",
    "Direct changes of the projects only; what the plan would do instead takes a new plan with the dates moved.",
)

QUANTITY = Text(
    "数值是项目当年带来的量，单位也是这一量的单位，不是目标的单位：以增速为目标的，列的是对增加值的贡献。",
    "Amounts are what the projects bring in that year, in the unit of that quantity and not of the target: for a target on "
    "growth, what they add to value added.",
)


def pipeline_names(pipeline: "Pipeline") -> dict[object, Text]:
    """Names of regions, resources, funds and stages."""
    found = names_of(pipeline.region) | dict(STAGES)
    for name, key in (("resources", "resource"), ("funds", "fund"), ("targets", "target"), ("chains", "chain")):
        rows = pipeline.region.frame(name)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
        found |= {code: Text(zh, en) for code, zh, en in rows}
    return found


class PipelineViews:
    """Tables and figures of a pipeline."""

    def __init__(self, pipeline: "Pipeline") -> None:
        self.pipeline = pipeline
        self.names = pipeline_names(pipeline)
        day = pipeline.schedule.as_of.isoformat()
        prices = pipeline.region.meta.price_year
        self.source = Text(
            f"haihe 项目进度，据项目与进度表，以 {day} 为准，金额按 {prices} 年价格",
            f"haihe pipeline, as of {day}, in prices of {prices}",
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (self.stages(), self.balance(), self.money(), self.course())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        table = self.stages()
        return {table.key: bars(table, "year", "projects", by="stage", stacked=True)} if len(table) else {}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table with the words that all of them share."""
        p = self.pipeline
        return Table(
            frame.reset_index(drop=True), columns, key=key, title=title, source=self.source, quality=p.quality,
            notes=notes, years=(p.years[0], p.years[-1]),
        )  # fmt: skip

    def stages(self) -> Table:
        """How many projects stand in each stage, year by year."""
        return self.table(
            "pipeline-stages",
            Text("各阶段的项目（年末）", "Projects by stage, at the end of the year"),
            self.pipeline.stages,
            [
                Column("year", Text("年份", "Year"), kind="year"),
                Column("stage", Text("阶段", "Stage"), labels=self.names),
                Column("projects", Text("项目数", "Projects"), digits=0),
                Column("investment", Text("总投资", "Investment"), unit=YI, digits=1),
            ],
        )

    def balance(self) -> Table:
        """What stages hold against what sites have: in the year in which least is free, without a limit in that of most held."""
        frame = self.pipeline.balance
        order = frame.sort_values(["free", "held"], ascending=[True, False], kind="stable", na_position="last")
        least = order.drop_duplicates(["site", "resource"])
        shown = least.sort_values(["resource", "free"], kind="stable", na_position="last")
        return self.table(
            "pipeline-held",
            Text(
                "各阶段占用的要素（余量最少的一年；没有限额的取占用最多的一年）",
                "What stages hold of each resource, in the year with least left (without a limit: with most held)",
            ),
            shown,
            [
                Column("site", Text("地区", "Site"), labels=self.names),
                Column("resource", Text("要素", "Resource"), labels=self.names),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("room", Text("留给新项目", "Set aside"), kind="number", digits=0),
                *(Column(stage, STAGES[stage], kind="number", digits=0) for stage in NAMES),
                Column("held", Text("占用合计", "Held"), kind="number", digits=0),
                Column("free", Text("自由余量", "Free"), kind="number", digits=0, signed=True),
                Column("beside", Text("此前已开工项目另占", "Held beside by earlier ones"), kind="number", digits=0),
                Column("unit", Text("单位", "Unit"), labels={u: said(u) for u in shown["unit"].unique()}),
            ],
            HELD_NOTE,
        )

    def money(self) -> Table:
        """What stages hold of each budget in the year it is due."""
        return self.table(
            "pipeline-money",
            Text("各阶段占用的财政支持（按应付年份）", "Public money held by stage, by year due"),
            self.pipeline.money,
            [
                Column("fund", Text("资金", "Fund"), labels=self.names),
                Column("region", Text("出资地区", "Payer"), labels=self.names),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("budget", Text("可用预算", "Budget"), kind="number", unit=YI, digits=3),
                *(Column(stage, STAGES[stage], kind="number", unit=YI, digits=3) for stage in NAMES),
                Column("held", Text("占用合计", "Held"), kind="number", unit=YI, digits=3),
                Column("free", Text("自由余量", "Free"), kind="number", unit=YI, digits=3, signed=True),
            ],
            MONEY_NOTE,
        )

    def course(self) -> Table:
        """What there is, year by year."""
        return self.table(
            "pipeline-course",
            Text("项目逐年带来什么（如期）", "What the projects bring year by year, on time"),
            self.pipeline.course,
            [
                Column("year", Text("年份", "Year"), kind="year"),
                Column("producing", Text("在产项目", "Producing"), unit=Text("个", "items"), digits=1),
                Column("output", Text("产出", "Output"), unit=YI, digits=1),
                Column("value_added", Text("直接增加值", "Direct value added"), unit=YI, digits=1),
                Column("jobs", Text("就业", "Jobs"), unit=Text("人", "persons"), digits=0),
                Column("investment", Text("当年投资", "Investment"), unit=YI, digits=1),
                Column("support", Text("应付财政支持", "Support due"), unit=YI, digits=3),
            ],
            Text(
                "产出、就业按达产计，投产当年按月折算。",
                "Output and jobs at capacity; the first year counts by months.",
            ),
        )


def slip_tables(slip: "Slip") -> dict[str, Table]:
    """Tables of a late pipeline beside the one on time, by key; those without rows are left out."""
    views = slip.before.views
    freed = slip.freed.sort_values("freed", ascending=False, kind="stable")
    made = (
        views.table(
            "pipeline-late",
            Text("延误之后逐年还有什么", "What there is year by year when projects are late"),
            slip.course,
            [
                Column("what", Text("内容", "What"), labels=WHAT),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("planned", Text("如期", "On time"), digits=1),
                Column("late", Text("延误", "Late"), digits=1),
                Column("difference", Text("差额", "Difference"), digits=1, signed=True),
            ],
            DIRECT,
        ),
        views.table(
            "pipeline-freed",
            Text("因延误腾出的要素", "What comes free because projects are late"),
            freed,
            [
                Column("site", Text("地区", "Site"), labels=views.names),
                Column("resource", Text("要素", "Resource"), labels=views.names),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("planned", Text("如期占用", "Held on time"), kind="number", digits=0),
                Column("late", Text("延误时占用", "Held when late"), kind="number", digits=0),
                Column("freed", Text("腾出", "Freed"), kind="number", digits=0, signed=True),
                Column("unit", Text("单位", "Unit"), labels={u: said(u) for u in freed["unit"].unique()}),
            ],
        ),
        views.table(
            "pipeline-targets",
            Text(
                "项目对目标所计内容的直接贡献：如期与延误",
                "What the projects add directly to what targets count: on time and late",
            ),
            slip.targets,
            [
                Column("target", Text("目标", "Target"), labels=views.names),
                Column("quantity", Text("对什么的贡献", "Adds to"), labels=_quantities(slip.targets, views.names)),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("planned", Text("如期", "On time"), kind="number", digits=2),
                Column("late", Text("延误", "Late"), kind="number", digits=2),
                Column("difference", Text("差额", "Difference"), kind="number", digits=2, signed=True),
                Column("unit", Text("单位", "Unit"), labels={u: said(u) for u in slip.targets["unit"].unique() if u}),
            ],
            DIRECT,
            QUANTITY,
            Text("“—”：项目没有申报这一量。", "“—”: projects do not state it."),
        ),
    )
    return {table.key: table for table in made if len(table)}


def _quantities(targets: pd.DataFrame, names: Mapping[object, Text]) -> dict[object, Text]:
    """Words for what targets count, by code."""
    found: dict[object, Text] = {}
    for code in targets["quantity"].unique():
        base, _, of = str(code).partition(":")
        title, name = INDICATORS[base].title if base in INDICATORS else Text(base, base), names.get(of, Text(of, of))
        words = title.format(of=name)
        found[code] = words if words != title or not of else Text(f"{words.zh}：{name.zh}", f"{words.en}: {name.en}")
    return found


def drawn_table(drawn: "Drawn") -> Table:
    """What there is year by year, with the spread over the draws."""
    return drawn.pipeline.views.table(
        "pipeline-drawn",
        Text("按延误分布抽样：逐年还有什么", "What there is year by year, with delays drawn"),
        drawn.course,
        [
            Column("what", Text("内容", "What"), labels=WHAT),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("planned", Text("如期", "On time"), digits=1),
            Column("middle", Text("中位", "Median"), digits=1),
            Column("low", Text("十分位（低）", "Low tenth"), digits=1),
            Column("high", Text("十分位（高）", "High tenth"), digits=1),
        ],
        DIRECT,
    )
