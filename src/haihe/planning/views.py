"""Tables and figures of a plan, in both languages. Money in 亿元 (100 million yuan)."""

import re
from collections.abc import Mapping

import pandas as pd

from haihe.figures import Column, Figure, Table, bars, heat, lines, ranges
from haihe.messages import QUALITY_NAMES, Quality, Text, worst_quality
from haihe.planning.outcome import Outcome
from haihe.region import TABLES, Region
from haihe.region.units import factor, said

YI = Text("亿元", "100 m yuan")
YI_PER_BN = 10.0
INDICATORS: Mapping[str, Text] = {
    "value_added": Text("增加值", "Value added"),
    "output": Text("总产出", "Gross output"),
    "consumption": Text("居民消费", "Household consumption"),
    "investment": Text("方案内投资", "Investment planned"),
    "labour": Text("劳动报酬（基年工资）", "Labour at base-year wages"),
    "exports": Text("出口", "Exports"),
    "imports": Text("进口", "Imports"),
    "outflow": Text("流出国内其他地区", "Outflow to rest of China"),
    "inflow": Text("自国内其他地区流入", "Inflow from rest of China"),
}
FLOWS = Text("成员间流动", "Flows between members")
HELD = ("quantity", "region", "from_region", "to_region", "sector")
PARTS: Mapping[str, Text] = {
    "consumption": Text("消费", "Consumption"),
    "labour": Text("少付的劳动", "Labour spared"),
    "trade": Text("贸易调整成本", "Cost of moving trade"),
    "investment": Text("投资与产能", "Investment and capacity"),
    "projects": Text("候选项目", "Candidate projects"),
    "resources": Text("要素调剂、扩容与运输", "Transfers, expansion and freight"),
    "targets": Text("未达目标的代价", "Paid for missed targets"),
    "other": Text("其他", "Other"),
}
LARGE = {"t CO2": "万t CO2", "tce": "万tce", "m3": "万m3", "persons": "万人", "TEU": "万TEU", "t": "万t"}
"""Unit in which totals of a resource are shown."""
JUMPS = Text(
    "单期价格会随各期长短和投资时点上下跳动（后期新增的产能要到下一期才能使用），不是逐年上涨或下跌的走势；"
    "应看全程，勿单独引用一期（见决策 0011）。",
    "The price of a single milestone jumps with the length of milestones and with when investment comes (what is built "
    "stands from the next one on). It is no trend: read the whole path, quote no single year (decision 0011).",
)
POOL = "*"
"""Stands for the members together, where they share one price."""
DIFFERENCE_NOTE = Text(
    "方案只说明情景之间的差别，不是预测；金额按基年价格；“代价”“福利”为规划期内逐年贴现的累计值。",
    "The plan speaks of differences between scenarios and is no forecast; money at base-year prices; cost and welfare "
    "are discounted totals over the horizon.",
)


def key_of(*parts: str) -> str:
    """Join the parts of a key of a table or figure, without what a file name may not hold on every system."""
    return re.sub(r'[:*?"<>|/\\]+', "-", "-".join(parts))


def names_of(region: Region) -> dict[object, Text]:
    """Names of regions and sectors by code, and of what the results add."""
    found: dict[object, Text] = {"abroad": Text("境外", "Abroad"), "total": Text("合计", "Total")}
    for table, key in (("regions", "region"), ("sectors", "sector")):
        rows = region[table][[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
        found |= {code: Text(zh, en) for code, zh, en in rows}
    return found


def table_titles(names: list[str]) -> Text:
    """Titles of tables, joined."""
    titles = [TABLES[name].title if name in TABLES else Text(name, name) for name in names]
    return Text("、".join(title.zh for title in titles), ", ".join(title.en for title in titles))


def rate(value: float) -> str:
    """Write a yearly rate in per cent, with no more digits than it has: 5%, 4.5%."""
    return f"{100 * value:.3g}%"


def base_of(plan: Outcome) -> Text:
    """Say which accounts the plan starts from, and how they were brought to its first milestone."""
    year, s = plan.model.economy.year, plan.model.economy.assumptions
    if year == s.first_year:
        return Text(f"{year} 年核算", f"the accounts of {year}")
    return Text(
        f"{year} 年核算（按年均 {rate(s.growth)} 推到 {s.first_year} 年）",
        f"the accounts of {year} grown by {rate(s.growth)} a year to {s.first_year}",
    )


def span_notes(plan: Outcome) -> list[Text]:
    """Say which years the last year of the plan stands for where an outlook makes it longer than the others."""
    s = plan.model.economy.assumptions
    until = s.last_year + int(s.steps[s.last_index]) - 1
    if s.steps[s.last_index] <= s.step:
        return []
    return [
        Text(
            f"{s.last_year} 年一期代表 {s.last_year}–{until} 年，其价格和数量是这几年共用的一个值。",
            f"The milestone {s.last_year} stands for {s.last_year} to {until}: its prices and amounts are one for these "
            "years.",
        )
    ]


def source_of(plan: Outcome) -> Text:
    """Source line of a plan's figures: what was computed from what, and what is made up."""
    made_up = sorted(name for name, mark in plan.marks.items() if mark == "illustrative")
    base = base_of(plan)
    zh = f"haihe 方案，据 {base.zh}计算"
    en = f"haihe plan, computed from {base.en}"
    if made_up:
        tables = table_titles(made_up)
        zh += f"；示例输入：{tables.zh}"
        en += f"; illustrative inputs: {tables.en}"
    return Text(zh, en)


def enlarged(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Bring amounts of resources to the unit in which totals are shown; the column ``unit`` follows."""
    large = frame["unit"].map(lambda unit: LARGE.get(unit, unit))
    ratio = [factor(small, big) for small, big in zip(frame["unit"], large, strict=True)]
    return frame.assign(unit=large, **{name: frame[name] * ratio for name in columns})


class PlanViews:
    """The tables and figures of one plan."""

    def __init__(self, plan: Outcome) -> None:
        self.plan, self.names = plan, names_of(plan.region)
        self.first, self.last = plan.model.economy.assumptions.first_year, plan.model.economy.assumptions.last_year
        self.quality: Quality = worst_quality(plan.marks.values()) or "illustrative"
        self.source = source_of(plan)
        self.limits = {name: cap.spec.title for name, cap in plan.model.caps.items()}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table of the plan with its source, mark and the note that it is no forecast."""
        return Table(
            frame,
            columns,
            key=key,
            title=title,
            source=self.source,
            quality=self.quality,
            notes=[*notes, DIFFERENCE_NOTE],
        )

    def place(self, key: str = "region") -> Column:
        """A column of region or sector codes, shown by name."""
        titles = {"region": Text("地区", "Region"), "sector": Text("行业", "Sector"), "place": Text("地区", "Place")}
        return Column(key, titles[key], labels={**self.names, POOL: Text("成员统筹", "Members together")})

    def rests(self) -> Column:
        """A column that names what a price rests on, by the tables' titles."""
        labels = {key: table_titles(str(key).split(", ")) for key in self.plan.prices["rests_on"].unique()}
        words = QUALITY_NAMES[self.quality]
        return Column("rests_on", Text(f"依据（{words.zh}）", f"Rests on ({words.en})"), labels=labels)

    def summary(self) -> Table:
        """Totals in the last year: reference, plan, difference."""
        frame = self.plan.summary[self.plan.summary["year"] == self.last]
        money = {name: frame[name] * YI_PER_BN for name in ("reference", "plan", "difference")}
        return self.table(
            "plan-summary",
            Text(f"{self.last} 年：基准路径与方案", f"{self.last}: reference path and plan"),
            frame.assign(**money),
            [
                Column("indicator", Text("指标", "Indicator"), labels=INDICATORS),
                self.place(),
                Column("reference", Text("基准路径", "Reference"), unit=YI, digits=0),
                Column("plan", Text("方案", "Plan"), unit=YI, digits=0),
                Column("difference", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
                Column("change", Text("变化", "Change"), kind="share", digits=2, signed=True),
            ],
            *span_notes(self.plan),
        )

    def output(self) -> Figure:
        """Change of output by sector and region in the last year, as a heat map."""
        frame = self.plan.output[self.plan.output["year"] == self.last]
        table = self.table(
            "plan-output",
            Text(f"{self.last} 年产出较基准路径的变化", f"Output against the reference path, {self.last}"),
            frame.assign(percent=frame["change"] * 100, amount=frame["plan"] * YI_PER_BN),
            [
                self.place("sector"),
                self.place(),
                Column("percent", Text("变化", "Change"), unit=Text("%", "%"), digits=1, signed=True),
                Column("amount", Text("方案产出", "Output planned"), unit=YI, digits=0),
                Column("upgraded_share", Text("升级技术占比", "Share upgraded"), kind="share", digits=0),
            ],
        )
        return heat(table, "region", "sector", "percent", height=760)

    def trade(self) -> Figure:
        """Change of trade by kind in the last year."""
        frame = self.plan.summary
        frame = frame[
            (frame["year"] == self.last) & frame["indicator"].isin(("exports", "imports", "outflow", "inflow"))
        ]
        table = self.table(
            "plan-trade",
            Text(f"{self.last} 年贸易较基准路径的变化", f"Trade against the reference path, {self.last}"),
            frame.assign(amount=frame["difference"] * YI_PER_BN),
            [
                Column("indicator", Text("贸易", "Trade"), labels=INDICATORS),
                self.place(),
                Column("amount", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
                Column("change", Text("变化", "Change"), kind="share", digits=2, signed=True),
            ],
        )
        return bars(table, "indicator", "amount", by="region")

    def investment(self) -> Figure:
        """Investment against the reference path, year by year."""
        frame = self.plan.summary[self.plan.summary["indicator"] == "investment"]
        table = self.table(
            "plan-investment",
            Text("投资较基准路径的变化", "Investment against the reference path"),
            frame.assign(amount=frame["difference"] * YI_PER_BN),
            [
                Column("year", Text("年份", "Year"), kind="year"),
                self.place(),
                Column("amount", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
                Column("change", Text("变化", "Change"), kind="share", digits=2, signed=True),
            ],
        )
        return lines(table, "year", "amount", by="region")

    def caps(self) -> Table:
        """Caps in the last year: use, permits and their price."""
        frame = self.plan.caps[self.plan.caps["year"] == self.last]
        prices = self.plan.prices.rename(columns={"name": "limit"})
        prices = prices[["limit", "region", "year", "low", "high", "rests_on"]]
        first = self.plan.caps[self.plan.caps["year"] == self.first].set_index(["limit", "region"])["use"]
        frame = frame.assign(base=[first[key] for key in zip(frame["limit"], frame["region"], strict=True)])
        frame = enlarged(frame, ["base", "reference", "cap", "use", "permits"]).merge(
            prices, on=["limit", "region", "year"]
        )
        return self.table(
            "plan-caps",
            Text(f"{self.last} 年上限与配额调剂", f"Caps and permits, {self.last}"),
            frame,
            [
                Column("limit", Text("限制", "Limit"), labels=self.limits),
                self.place(),
                Column("base", Text(f"{self.first} 年用量", f"Use in {self.first}"), digits=0),
                Column("reference", Text("基准路径用量", "Use on reference path"), digits=0),
                Column("cap", Text("初始配额", "Initial cap"), digits=0),
                Column("use", Text("方案用量", "Use planned"), digits=0),
                Column("permits", Text("调入（＋）调出（−）", "Received (+) or given (−)"), digits=0, signed=True),
                Column("unit", Text("单位", "Unit"), labels={unit: said(unit) for unit in frame["unit"].unique()}),
                Column("price", Text("影子价格", "Price"), unit=Text("元/单位", "yuan per unit"), digits=0),
                Column("low", Text("下限", "Low"), digits=0),
                Column("high", Text("上限", "High"), digits=0),
                self.rests(),
            ],
            Text(
                "影子价格：上限每放宽一单位可增加的福利；区间为全部弹性减半与加倍时的结果。",
                "Price: what one more unit of cap adds to welfare; band: all elasticities halved and doubled.",
            ),
            Text(
                "初始配额按同一比例分给各地区，是一种假定。",
                "The initial caps cut every member by the same share, which is one choice of many.",
            ),
            *span_notes(self.plan),
        )

    def cap_prices(self, limit: str) -> Figure:
        """Price of a cap over the years; one line where the members share it."""
        cap = self.plan.model.caps[limit].spec
        frame = self.plan.prices
        frame = frame[(frame["kind"] == "cap") & (frame["name"] == limit)]
        if cap.pooled:
            frame = frame.drop_duplicates("year").assign(region=POOL)
        table = self.table(
            key_of("plan-price", limit),
            Text(f"影子价格：{cap.title.zh}", f"Price: {cap.title.en}"),
            frame,
            [
                Column("year", Text("年份", "Year"), kind="year"),
                self.place(),
                Column("price", Text("价格", "Price"), unit=said(f"yuan/{cap.unit}"), digits=0),
                self.rests(),
            ],
            JUMPS,
            *span_notes(self.plan),
        )
        return lines(table, "year", "price", by="region")

    def good_prices(self, most: int = 12) -> Figure:
        """Products whose price moved most in the last year, with the band within which nothing moves."""
        frame = self.plan.prices
        frame = frame[(frame["kind"] == "good") & (frame["year"] == self.last)]
        frame = frame.iloc[(frame["price"] - 1).abs().argsort()[::-1][:most]]
        named = [
            Text(f"{self.names[r].zh}·{self.names[s].zh}", f"{self.names[r].en}: {self.names[s].en}")
            for r, s in zip(frame["region"], frame["sector"], strict=True)
        ]
        table = self.table(
            "plan-good-prices",
            Text(f"{self.last} 年价格变化最大的产品", f"Products whose price moved most, {self.last}"),
            frame.assign(who=pd.Series(named, index=frame.index, dtype=object)),
            [
                Column("who", Text("地区·产品", "Region: product")),
                Column("price", Text("价格指数", "Price index"), unit=Text("基准=1", "reference = 1"), digits=3),
                Column("low", Text("下限", "Low"), digits=3),
                Column("high", Text("上限", "High"), digits=3),
                self.rests(),
            ],
            Text(
                "区间内价格变动不会引起数量变动，因此价格只知道到这个程度。",
                "Within the band no quantity moves, so prices are known no better than that.",
            ),
        )
        return ranges(table, "who", "price", "low", "high")

    def welfare(self) -> Figure:
        """Who bears the cost: welfare by region and part against no caps."""
        frame = self.plan.welfare
        table = self.table(
            "plan-welfare",
            Text("福利变化的构成（贴现累计）", "What the change of welfare is made of (discounted total)"),
            frame[frame["part"] != "permits"].assign(amount=frame["welfare"] * YI_PER_BN),
            [
                Column("part", Text("构成", "Part"), labels=PARTS),
                self.place(),
                Column("amount", Text("福利变化", "Change of welfare"), unit=YI, digits=0, signed=True),
            ],
            Text(
                "不含配额与资金调剂的结算：多减排的地区应得的补偿没有计入，因此这不是“谁承担成本”。",
                "Payments for permits and pooled finance are not counted: what a region that cuts more ought to be "
                "paid is left out, so this is not who bears the cost.",
            ),
        )
        return bars(table, "region", "amount", by="part", stacked=True)

    def leakage(self) -> Table | None:
        """What the caps add to emissions elsewhere; None where nothing is capped or the partner's use is unknown."""
        if self.plan.leakage.empty:
            return None
        frame = enlarged(self.plan.leakage, ["direct", "embodied"])
        unit = said(str(frame["unit"].iloc[0]))
        guard = self.plan.model.economy.assumptions.local_guard
        rates = "; ".join(f"{rate:.0%}" for rate in self.leakage_rates().values())
        return self.table(
            "plan-leakage",
            Text(
                f"{self.last} 年减排与泄漏（剔除趋势增长）", f"Own cut and leakage, {self.last} (without trend growth)"
            ),
            frame,
            [
                Column("limit", Text("限制", "Limit"), labels=self.limits),
                self.place("place"),
                Column("direct", Text("直接", "Direct"), unit=unit, digits=0, signed=True),
                Column("embodied", Text("含供应链", "With supply chain"), unit=unit, digits=0, signed=True),
            ],
            Text(
                f"成员减少量的 {rates} 在区外重新出现（含供应链）。这取决于护栏：电、热、水等的对外贸易最多偏离 {guard:.0%}，"
                "放宽后泄漏会明显增大。",
                f"{rates} of what the members cut reappears outside (with supply chains). That depends on the guard: "
                f"trade in electricity, heat and water stays within {guard:.0%}; without it far more would leak.",
            ),
            Text(
                "成员只计自身用量，两列相同；境外按国内其他地区的强度估算。",
                "Members count their own use in both columns; abroad counts with the intensities of the rest of China.",
            ),
        )

    def leakage_rates(self) -> dict[str, float]:
        """Share of the members' cut that reappears outside with its supply chains, by limit; missing without a cut."""
        rates = {}
        for limit, frame in self.plan.leakage.groupby("limit", sort=False):
            embodied = frame.set_index("place")["embodied"]
            own = float(embodied.reindex(self.plan.model.economy.members).sum())
            rates[str(limit)] = (float(embodied["total"]) - own) / -own if own < 0 else float("nan")
        return rates

    def guards(self) -> Table:
        """Quantities that use their last segment: there the guard answers, not the elasticity."""
        return self.table(
            "plan-guards",
            Text("被护栏顶住的量", "Quantities held by a guard"),
            self.held(),
            [
                Column("quantity", Text("量", "Quantity"), labels={**INDICATORS, "flows": FLOWS}),
                self.place(),
                Column("from_region", Text("流出地", "From"), labels=self.names),
                Column("to_region", Text("流入地", "To"), labels=self.names),
                self.place("sector"),
                Column("years", Text("年份", "Years")),
            ],
            Text(
                "护栏是对偏离基准的外沿限制（如电、热、水的对外贸易最多偏离 5%）。"
                "顶到护栏的量和与它有关的价格由护栏决定，不由弹性决定；放宽护栏，结果会变。",
                "A guard is an outer limit on how far a quantity may leave the reference (trade in electricity, heat "
                "and water, for instance, by 5 %). What is held by one, and the prices around it, follow from it.",
            ),
        )

    def held(self) -> pd.DataFrame:
        """Quantities held by a guard, a row each with the years in which they are."""
        frame = self.plan.guards
        keys = [name for name in HELD if name in frame]
        years = frame.groupby(keys, sort=False, dropna=False)["year"].agg(lambda y: ", ".join(map(str, sorted(y))))
        return years.rename("years").reset_index().reindex(columns=[*HELD, "years"])

    def flows(self) -> Table:
        """Goods between members in the last year, with the band over what published tables cannot tell."""
        frame = self.plan.flows[self.plan.flows["year"] == self.last]
        total = frame.groupby(["from_region", "to_region"], sort=False)[["reference", "plan", "low", "high"]].sum()
        return self.table(
            "plan-flows",
            Text(f"{self.last} 年成员之间的往来", f"Goods between members, {self.last}"),
            (total * YI_PER_BN).reset_index(),
            [
                Column("from_region", Text("流出地", "From"), labels=self.names),
                Column("to_region", Text("流入地", "To"), labels=self.names),
                Column("reference", Text("基准路径", "Reference"), unit=YI, digits=0),
                Column("plan", Text("方案", "Plan"), unit=YI, digits=0),
                Column("low", Text("方案下限", "Plan, low"), unit=YI, digits=0),
                Column("high", Text("方案上限", "Plan, high"), unit=YI, digits=0),
            ],
            Text(
                "公布的表没有伙伴地区；区间按基年流动的区间同比例推算。",
                "Published tables name no partner; the band is that of the base year, in proportion.",
            ),
        )

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        shown = [self.output(), self.trade(), self.investment(), self.welfare(), self.good_prices()]
        shown += [self.cap_prices(limit) for limit in self.plan.model.caps]
        return {figure.key: figure for figure in shown}

    def tables(self) -> dict[str, Table]:
        """Every table by key, those of the figures included."""
        extra = [self.summary(), *([self.caps()] if self.plan.model.caps else []), self.guards()]
        leak = self.leakage()
        extra += [self.flows()] if self.plan.region.has("flows") else []
        shown = [*extra, *([leak] if leak else []), *(figure.table for figure in self.figures().values())]
        return {table.key: table for table in shown}
