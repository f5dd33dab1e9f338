"""Views of what binds and of trade by partner, in both languages."""

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.planning.assembly import GROUPS
from haihe.planning.binding import binding_table
from haihe.planning.outcome import Outcome
from haihe.planning.partners import WORLD, partner_names
from haihe.planning.resource_views import ResourceViews
from haihe.planning.results import WORTHLESS
from haihe.planning.views import INDICATORS, JUMPS, YI, YI_PER_BN, PlanViews, span_notes
from haihe.region.units import said

PRICED = ("cap", "resource", "link")
"""Kinds of price that stand in the table of paths."""
POOL = "*"
NATION = Text("国内其他地区", "Rest of the nation")
NO_PARTNERS = Text(
    "没有按伙伴国别分列的数据，境外合为一组（见表 foreign_partners）。",
    "No data by foreign partner: all abroad is one group (see table foreign_partners).",
)
GROUP_TITLES = dict(
    zip(
        GROUPS,
        (
            Text("上限", "Caps"),
            Text("要素", "Resources"),
            Text("港口与通道", "Ports and links"),
            Text("产能置换与护栏", "Replacement and guards"),
            Text("限制与目标", "Limits and targets"),
            Text("项目与资金", "Projects and money"),
        ),
        strict=True,
    )
)


def binding_view(plan: Outcome) -> Table:
    """Every limit that binds: where, in which years, and what one more unit is worth."""
    views = PlanViews(plan)
    frame = binding_table(plan)
    labels = place_names(plan)
    where = [labels.get(place) or _joined(labels, str(place)) for place in frame["place"]]
    spans = [
        "" if pd.isna(since) else f"{since}" if since == until else f"{since}–{until}"
        for since, until in zip(frame["since"], frame["until"], strict=True)
    ]
    return views.table(
        "plan-binding",
        Text("起作用的全部限制", "Every limit that binds"),
        frame.assign(where=pd.Series(where, index=frame.index, dtype=object), span=spans),
        [
            Column("group", Text("类别", "Group"), labels=GROUP_TITLES),
            Column("title", Text("限制", "Limit")),
            Column("where", Text("地区或对象", "Where")),
            Column("span", Text("起作用的年份", "Binds in")),
            Column("year", Text("价格年份", "Year of price"), kind="year"),
            Column("price", Text("多一单位的价值", "One more unit"), kind="number", digits=2),
            Column("low", Text("下限", "Low"), kind="number", digits=2),
            Column("high", Text("上限", "High"), kind="number", digits=2),
            Column("unit", Text("单位", "Unit"), labels={unit: said(unit) for unit in frame["unit"].unique()}),
            Column("quality", Text("限额的质量", "Mark of the limit"), kind="quality"),
        ],
        Text(
            "价格只对小的变动成立；“—”为没有单价或没有区间：资金与区内要素的区间未另行求解。",
            "Prices hold for a small change. “—”: no price a unit, or no band: money and room at sites are not solved again "
            "with other elasticities.",
        ),
        JUMPS,
        *span_notes(plan),
    )


def price_paths(plan: Outcome) -> Table | None:
    """Price of every cap, resource and link that is scarce in any year, one column a milestone; None without any."""
    views = PlanViews(plan)
    frame = plan.prices[plan.prices["kind"].isin(PRICED)]
    keys = ["kind", "name", "region", "unit"]
    shared = [
        kind == "cap" and plan.model.caps[name].spec.pooled
        for kind, name in zip(frame["kind"], frame["name"], strict=True)
    ]
    frame = frame.assign(region=frame["region"].mask(pd.Series(shared, index=frame.index, dtype=bool), POOL))
    wide = frame.drop_duplicates([*keys, "year"]).pivot_table(index=keys, columns="year", values="price", sort=False)
    wide = wide[wide.max(axis=1) > WORTHLESS].reset_index()
    if wide.empty:
        return None
    years = [year for year in plan.model.economy.assumptions.years if year in wide]
    labels = place_names(plan) | views.limits
    return views.table(
        "plan-price-paths",
        Text("紧缺之物的价格：逐期", "Prices of what is scarce, milestone by milestone"),
        wide.rename(columns={year: f"at{year}" for year in years}),
        [
            Column("name", Text("对象", "Of what"), labels=labels),
            Column("region", Text("地区或通道", "Where"), labels=labels),
            *(Column(f"at{year}", Text(f"{year} 年", f"{year}"), kind="number", digits=1) for year in years),
            Column("unit", Text("单位", "Unit"), labels={unit: said(unit) for unit in wide["unit"].unique()}),
        ],
        JUMPS,
        *span_notes(plan),
    )


def place_names(plan: Outcome) -> dict[object, Text]:
    """Names of whatever a limit may be on: regions, sectors, resources, links, expansions, funds, members together."""
    views = PlanViews(plan)
    resources = ResourceViews(views)
    names = {**views.names, **resources.titles, **resources.links, **resources.built}
    funds = plan.region.frame("funds")[["fund", "name_zh", "name_en"]].itertuples(index=False, name=None)
    names |= {code: Text(zh, en) for code, zh, en in funds}
    every = plan.region.frame("resources")[["resource", "name_zh", "name_en"]].itertuples(index=False, name=None)
    names = {code: Text(zh, en) for code, zh, en in every} | names | resources.things
    return names | {POOL: Text("成员统筹", "Members together"), "": Text("—", "—")}


def partners_figure(plan: Outcome) -> Figure:
    """Change of trade in the plan's last year by partner: the rest of the nation and every group abroad."""
    views = PlanViews(plan)
    frame = plan.trade[plan.trade["year"] == views.last]
    total = frame.groupby(["kind", "partner"], sort=False)[["reference", "plan", "difference"]].sum().reset_index()
    names = {"nation": NATION, **partner_names(plan.region)}
    who = [
        Text(f"{INDICATORS[kind].zh}·{names[partner].zh}", f"{INDICATORS[kind].en}: {names[partner].en}")
        for kind, partner in zip(total["kind"], total["partner"], strict=True)
    ]
    money = {name: total[name] * YI_PER_BN for name in ("reference", "plan", "difference")}
    unknown = [NO_PARTNERS] if WORLD in set(total["partner"]) else []
    table = views.table(
        "plan-partners",
        Text(f"{views.last} 年成员对外贸易：按伙伴", f"Members' trade with others in {views.last}, by partner"),
        total.assign(**money, who=pd.Series(who, dtype=object)),
        [
            Column("who", Text("贸易·伙伴", "Trade: partner")),
            Column("reference", Text("基准路径", "Reference"), unit=YI, digits=0),
            Column("plan", Text("方案", "Plan"), unit=YI, digits=0),
            Column("difference", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
        ],
        *unknown,
    )
    return bars(table, "who", "difference", horizontal=True)


def _joined(labels: dict[object, Text], place: str) -> Text:
    """Names of a place given by several labels."""
    parts = [labels.get(part, Text(part, part)) for part in place.split("|")]
    return Text("·".join(p.zh for p in parts), ", ".join(p.en for p in parts))
