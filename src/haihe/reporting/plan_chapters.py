"""The chapters on a plan: how things move, what is scarce, resources and links, projects and money, goals, other futures."""

from collections.abc import Mapping, Sequence

from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.planning import Front, Plan
from haihe.planning.fates import Fates
from haihe.planning.front_views import front_figure, front_members, fronts_table
from haihe.planning.gallery import goal_tables, money_views
from haihe.planning.ladder import Ladder
from haihe.planning.resource_views import ResourceViews
from haihe.planning.telling import Line
from haihe.planning.trade_views import binding_view, partners_figure, price_paths
from haihe.planning.views import base_of, rate, source_of
from haihe.planning.what_ifs import WhatIfs
from haihe.reporting.content import Block, Chapter, KeyLine, KeyLines

PROJECT_TABLES = ("plan-projects", "plan-budgets", "plan-districts", "plan-ownership", "plan-money-beside-support")
"""Order of the tables on projects and money; what a plan has beside them follows."""


def key_lines(lines: Sequence[Line]) -> KeyLines:
    """Sentences of a plan as telling lines."""
    return KeyLines([KeyLine(line.text, line.quality) for line in lines])


def movement(plan: Plan) -> Chapter:
    """How output, trade and investment move against the reference path."""
    views, base = plan.views, base_of(plan)
    s = plan.model.economy.assumptions
    outlook = s.years[-1] if s.years[-1] > s.last_year else None
    ahead = Text(f"（展望 {outlook} 年）", f" (outlook {outlook})") if outlook else Text("", "")
    return Chapter(
        "plan",
        Text("方案", "The plan"),
        Text(
            f"{s.first_year}–{s.last_year} 年{ahead.zh}，在全部限制之下，产出、贸易和投资相对基准路径怎样变动。"
            f"基准路径以 {s.first_year} 年为起点，据 {base.zh}，各行业年均增长 {rate(s.growth)}，是假想的参照，不是预测；"
            "限制逐年收紧，因此投资从首期就开始调整。"
            "增加值按基年价格计：升级技术少用投入，产出下降时增加值也可能上升。",
            f"How output, trade and investment move against the reference path under all limits, {s.first_year} to "
            f"{s.last_year}{ahead.en}. The reference starts in {s.first_year} from {base.en}, and grows by "
            f"{rate(s.growth)} a year everywhere: a thought path for comparison, no forecast. Limits tighten year by "
            "year, so investment moves from the first milestone. "
            "Value added is at base-year prices: upgraded technology uses fewer inputs, so it may rise while output falls.",
        ),
        [
            views.summary(),
            views.output(),
            views.trade(),
            *([views.flows()] if plan.region.has("flows") else []),
            partners_figure(plan),
            views.investment(),
        ],
    )


def scarcity(
    plan: Plan, front: Front | None, fronts: Mapping[float, Front] | None = None, steps: Ladder | None = None
) -> Chapter:
    """What is scarce and what one more unit of it is worth."""
    views = plan.views
    blocks: list[Block] = [key_lines([line for line in plan.lines if line.topic in ("cost", "caps", "leaks")])]
    if steps is not None:
        blocks += [*steps.figures.values(), *steps.tables.values()]
    paths = price_paths(plan)
    blocks += [binding_view(plan), *([paths] if paths is not None else [])]
    if plan.model.caps:
        blocks += [views.caps(), *(views.cap_prices(limit) for limit in plan.model.caps)]
    if front is not None:
        source = source_of(plan)
        blocks += [
            front_figure(front, source, views.quality),
            front_members(front, plan.region, source, views.quality),
        ]
    if fronts:
        blocks.append(fronts_table(fronts, source_of(plan), fronts[1.0].quality))
    blocks += [views.welfare(), views.good_prices()]
    leakage = views.leakage()
    if leakage is not None:
        blocks.append(leakage)
    blocks.append(views.guards())
    return Chapter(
        "scarcity",
        Text("什么稀缺、值多少", "What is scarce and what it is worth"),
        Text(
            "每个价格都写明单位、区间与所依据的输入。",
            "Each price carries its unit, its band and what it rests on.",
        ),
        blocks,
    )


def resources_chapter(plan: Plan) -> Chapter | None:
    """Resources, transfers, ports and links; None where the plan has neither."""
    if not plan.model.resources and not plan.model.corridors:
        return None
    views = ResourceViews(plan.views)
    figures = views.figures()
    drawn = {figure.table.key for figure in figures.values()}
    lines = key_lines([line for line in plan.lines if line.topic in ("resources", "links")])
    return Chapter(
        "resources",
        Text("要素、港口与通道", "Resources, ports and links"),
        Text(
            "水、能源、机时等够不够，谁向谁调剂，港口与通道何时饱和，扩容建不建。",
            "Whether water, energy, laboratory hours and the like suffice, who lends to whom, when ports and links are full, "
            "and what is built.",
        ),
        [
            *([lines] if lines.lines else [NOTHING_SHORT]),
            *figures.values(),
            *(table for key, table in views.tables().items() if key not in drawn),
        ],
    )


SCENARIOS = Text("情景逐个与方案相比", "Scenarios beside the plan, one by one")
FATES = Text("行业的改造、维持与退出相比较", "What becomes of a sector: upgrading, keeping and closing it side by side")
NOTHING_SHORT = Text("没有一种要素、港口或通道紧缺。", "No resource, port or link is short.")


def projects_chapter(plan: Plan) -> Chapter | None:
    """Projects and money; None where the plan has none."""
    views = money_views(plan)
    if views is None:
        return None
    figures = views.figures()
    drawn = {figure.table.key for figure in figures.values()}
    tables = {key: table for key, table in views.tables().items() if key not in drawn}
    order = sorted(tables, key=lambda key: PROJECT_TABLES.index(key) if key in PROJECT_TABLES else len(PROJECT_TABLES))
    lines = key_lines([line for line in plan.lines if line.topic in ("projects", "money")])
    return Chapter(
        "projects",
        Text("项目与资金", "Projects and money"),
        Text(
            "哪些候选项目建、在哪里、何时开工，谁出钱，预算与区级配套在哪里不够。",
            "Which candidates are built, where and when, who pays, and where budgets and matching fall short.",
        ),
        [*([lines] if lines.lines else []), *figures.values(), *(tables[key] for key in order)],
    )


def goals_chapter(plan: Plan) -> Chapter:
    """Targets, limits on indicators, indicators and roles."""
    lines = key_lines([line for line in plan.lines if line.topic in ("reached", "limits")])
    return Chapter(
        "goals",
        Text("目标与指标", "Goals and indicators"),
        Text(
            "规划目标在方案中能否达到、差多少；各项指标与三地功能定位；没有数据的指标写明原因。",
            "Which targets the plan reaches and how far it is from others; indicators, and the roles of the members; "
            "indicators without data say why.",
        ),
        [*([lines] if lines.lines else []), *goal_tables(plan)],
    )


def futures_chapter(what_ifs: WhatIfs | None, fates: Sequence[Fates] = ()) -> Chapter | None:
    """Other futures: scenarios beside the plan, and what becomes of a sector; None without either."""
    blocks: list[Block] = []
    if what_ifs is not None and len(what_ifs.table):
        tables = what_ifs.tables
        blocks += [*what_ifs.figures.values(), *tables.values()]
    for compared in fates:
        blocks += list[Figure | Table](compared.tables.values())
    if not blocks:
        return None
    parts = [SCENARIOS] if what_ifs is not None and len(what_ifs.table) else []
    parts += [FATES] if fates else []
    return Chapter(
        "futures",
        Text("如果换一种做法", "If things were done otherwise"),
        Text(
            "；".join(part.zh for part in parts) + "。",
            "; ".join(part.en for part in parts) + ".",
        ),
        blocks,
    )
