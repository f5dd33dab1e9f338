"""Tables and figures of projects and their money, in both languages: who pays, for what, when, and who cannot."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.leverage import MEANINGS, leverage_table, money_per_support
from haihe.planning.money import Money
from haihe.planning.program import Program
from haihe.planning.project_results import (
    budgets_table,
    fiscal_table,
    funding_table,
    ownership_table,
    projects_table,
    room_table,
)
from haihe.planning.solver import Solution
from haihe.planning.views import YI, names_of
from haihe.region import Region
from haihe.region.units import said

STATUS: Mapping[str, Text] = {
    "committed": Text("已开工", "started before"),
    "anyway": Text("无需支持也会建", "built without support"),
    "chosen": Text("支持建设", "built with support"),
    "part": Text("只建一部分", "built in part"),
    "not": Text("不建", "not built"),
}
BOUND: Mapping[str, Text] = {
    "": Text("—", "—"),
    "worth": Text("按方案价格，产能不值其投资", "its capacity is not worth its investment at the plan's prices"),
    "rules": Text("办法给的支持少于所需", "the rules give less than it needs"),
    "room": Text("要素不足", "short of"),
    "budget": Text("资金预算不足", "no budget of"),
    "matching": Text("区级配套不足", "cannot be matched by"),
    "credit": Text("信贷额度不足", "no bank credit in"),
    "other": Text("其他限制", "other limits"),
}
PAYERS: Mapping[str, Text] = {
    "city": Text("市级资金", "City"),
    "district": Text("区级配套", "District"),
    "own": Text("自有资金", "Own money"),
    "bank": Text("银行贷款", "Bank credit"),
    "private": Text("社会资本", "Private capital"),
    "carried": Text("企业垫付", "Carried by the firm"),
}
HINT = Text(
    "“为何没有”按影子价格判断，只是大致：项目是整个的，价格只说明最后一点的价值。确切原因须强制改选后重新求解。",
    "Why not is judged by prices and holds about: projects come whole, a price speaks of the last little bit. The exact "
    "reason takes a new solve with the choice forced.",
)
GUIDANCE = Text(
    "引导而非替代：没有支持也会建的项目不予支付；所需支持是数据，不是推断。",
    "Guidance, not replacement: what is built anyway is not paid for. What a project needs is data, not inferred.",
)
OWNERS: Mapping[str, Text] = {
    "state": Text("国有", "State"),
    "private": Text("民营", "Private"),
    "foreign": Text("外资", "Foreign"),
    "mixed": Text("混合所有", "Mixed"),
    "": Text("未说明", "Not stated"),
}
BARRIER_NOTE = Text(
    "项目不计所在行业未被解释的成本（楔子）；若计入，其价值与资金的价格会低得多，直至为 0。引用时须同时给出两种算法的结果。",
    "Projects do not pay what the accounts leave unexplained in their sector (its wedge). If they did, they and a yuan of "
    "a fund would be worth much less, down to nothing: quote no such figure without both.",
)
PRICE_NOTE = Text(
    "价格：该年多 1 元预算可增加多少当年福利，只对小的变动成立；“—”表示多出的钱只会用于清偿已开工项目的欠款。",
    "Price: welfare, in money of that year, that one more yuan of its budget adds; it holds for a small change. “—”: "
    "more money would only pay what is owed to projects started before.",
)

PAID = Text("谁出钱：按年份", "Who pays, by year")
PAID_NOTE = Text(
    "支持在完工后支付；此前由企业垫付，支付时冲减，故“企业垫付”先正后负。",
    "Support is paid after completion. Until then the firm carries it: positive first, negative when it is paid.",
)


def paid_by_year(funding: pd.DataFrame) -> pd.DataFrame:
    """Money by year and payer, 亿元, from the funding of every project (`funding_table`)."""
    total = funding.groupby(["payer", "year"])["amount"].sum().reset_index()
    order = {payer: k for k, payer in enumerate(PAYERS)}
    return total.sort_values(["year", "payer"], key=lambda c: c.map(order) if c.name == "payer" else c)


def paid_columns() -> list[Column]:
    """Columns of what `paid_by_year` gives."""
    return [
        Column("payer", Text("出资", "Payer"), labels=PAYERS),
        Column("year", Text("年份", "Year"), kind="year"),
        Column("amount", Text("金额", "Amount"), unit=YI, digits=2),
    ]


@dataclass(frozen=True)
class MoneyViews:
    """Tables and figures of the projects of a solved plan.

    Parameters
    ----------
    region : Region
    program : Program
        The plan's program.
    assumptions : Assumptions
    money : Money
        Projects and money in it.
    solution : Solution
    source : Text
        Source line.
    mark : Quality, optional
        Worst mark of what the plan rests on: what is computed from it is no better.
    """

    region: Region
    program: Program
    assumptions: Assumptions
    money: Money
    solution: Solution
    source: Text
    mark: Quality = "official"

    @property
    def names(self) -> dict[object, Text]:
        """Names of regions, sectors, projects, resources and funds by code."""
        spec = self.money.projects.spec
        found = names_of(self.region) | dict(zip(spec.projects, spec.titles, strict=True))
        for table, key in (("resources", "resource"), ("funds", "fund"), ("departments", "department")):
            rows = self.region.frame(table)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
            found |= {code: Text(zh, en) for code, zh, en in rows}
        return found

    @property
    def quality(self) -> Quality:
        """Worst quality of projects, money and the plan they stand in."""
        return worst_quality({self.money.spec.quality, self.money.projects.spec.quality, self.mark}) or "illustrative"

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (
            self.projects(), self.funding(), self.budgets(), self.districts(), self.ownership(), self.room(),
            self.beside(), self.leverage(),
        )  # fmt: skip
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        figure = self.funding_figure()
        return {} if figure is None else {figure.key: figure}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table with the words that all of them share."""
        return Table(
            frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=notes,
            years=self.money.spec.years[:1] + self.money.spec.years[-1:],
        )  # fmt: skip

    def named(self, codes: str) -> Text:
        """Say the codes of a limit, joined by bars, e.g. a resource and a district."""
        texts = [self.names.get(code, Text(code, code)) for code in codes.split("|") if code]
        return Text("·".join(t.zh for t in texts), ", ".join(t.en for t in texts))

    def projects(self) -> Table:
        """What became of every project."""
        frame = projects_table(self.program, self.money.projects, self.money, self.solution)
        said_why = {code: self.named(code) for code in frame["bound_by"].unique()}
        why = [
            BOUND[b] if not by else Text(f"{BOUND[b].zh}：{said_why[by].zh}", f"{BOUND[b].en} {said_why[by].en}")
            for b, by in zip(frame["bound"], frame["bound_by"], strict=True)
        ]
        return self.table(
            "plan-projects",
            Text("项目：建不建、在哪里、何时开工", "Projects: whether, where and when"),
            frame.assign(why=pd.Series(why, dtype=object), start=frame["start"].astype("float64")),
            [
                Column("project", Text("项目", "Project"), labels=self.names),
                Column("status", Text("结果", "Outcome"), labels=STATUS),
                Column("share", Text("建成比例", "Share built"), kind="share", digits=0),
                Column("site", Text("选址", "Site"), labels=self.names),
                Column("start", Text("开工", "Start"), kind="year"),
                Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
                Column("support", Text("财政支持", "Support"), unit=YI, digits=3),
                Column("spared", Text("不必支付的支持", "Support spared"), unit=YI, digits=3),
                Column("need", Text("所需支持", "Support needed"), unit=YI, digits=3),
                Column("value", Text("约值（贴现）", "Worth, about (discounted)"), unit=YI, digits=2, signed=True),
                Column("why", Text("为何没有全建", "Why not whole")),
            ],
            GUIDANCE,
            HINT,
            BARRIER_NOTE,
        )

    def funding(self) -> Table:
        """Who pays, by year."""
        frame = funding_table(self.money.projects, self.money, self.solution)
        return self.table("plan-funding", PAID, paid_by_year(frame), paid_columns(), PAID_NOTE)

    def funding_figure(self) -> Figure | None:
        """Who pays by year, stacked."""
        table = self.funding()
        return bars(table, "year", "amount", by="payer", stacked=True) if len(table) else None

    def budgets(self) -> Table:
        """Budgets that candidates are paid from: what there is, what is used, what one more yuan is worth."""
        frame = budgets_table(self.assumptions, self.money, self.solution)
        departments = self.region.frame("funds").set_index("fund")["department"]
        return self.table(
            "plan-budgets",
            Text("资金预算与多 1 元的价值", "Budgets, and what one more yuan is worth"),
            frame.assign(department=frame["fund"].map(departments)),
            [
                Column("fund", Text("资金", "Fund"), labels=self.names),
                Column("department", Text("主管部门", "Department"), labels=self.names),
                Column("region", Text("出资地区", "Payer"), labels=self.names),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("budget", Text("预算", "Budget"), unit=YI, digits=3),
                Column("promised", Text("其中已承诺", "Promised already"), unit=YI, digits=3),
                Column("used", Text("方案使用", "Used"), unit=YI, digits=3),
                Column("left", Text("结余", "Left"), unit=YI, digits=3),
                Column("price", Text("多 1 元的价值", "One more yuan"), unit=Text("元/元", "yuan per yuan"), digits=2),
            ],
            PRICE_NOTE,
            BARRIER_NOTE,
        )

    def districts(self) -> Table:
        """Districts over the plan: what their candidates would need, what they have, what they pay, what binds."""
        spec, own = self.money.spec, self.money.projects.spec
        frame = fiscal_table(self.assumptions, self.money, self.solution)
        asked = np.zeros(len(spec.districts))
        first = ~pd.Series(own.project).duplicated().to_numpy()
        np.add.at(asked, spec.district[first], own.district[own.project[first]])
        total = frame.groupby("district", sort=False).agg(
            due=("due", "sum"),
            capacity=("capacity", lambda values: values.sum(min_count=len(values))),
            borrowed=("borrowed", lambda values: values.sum(min_count=1)),
            ahead=("ahead", "max"),
            ahead_limit=("ahead_limit", "max"),
            headroom=("headroom", "max"),
            price=("price", "max"),
        )
        total = total.assign(asked=pd.Series(asked, index=list(spec.districts))).reset_index()
        return self.table(
            "plan-districts",
            Text("各区配套：所需、财力与约束", "Matching by districts: needs, money, limits"),
            total.sort_values("asked", ascending=False),
            [
                Column("district", Text("区", "District"), labels=self.names),
                Column("asked", Text("候选项目所需配套", "Needed by its candidates"), unit=YI, digits=3),
                Column("due", Text("方案支付", "Paid in the plan"), unit=YI, digits=3),
                Column("capacity", Text("各年配套财力合计", "Money for matching, all years"), unit=YI, digits=3),
                Column("borrowed", Text("举借", "Borrowed"), unit=YI, digits=3),
                Column("headroom", Text("债务限额余地", "Room below the debt ceiling"), unit=YI, digits=3),
                Column("ahead", Text("暂付款最多时", "Paid ahead at most"), unit=YI, digits=3),
                Column("ahead_limit", Text("暂付款余地", "Room to pay ahead"), unit=YI, digits=3),
                Column("price", Text("多 1 元的价值（最高的一年）", "One more yuan, in its dearest year"), digits=2),
            ],
            Text(
                "候选项目按首选地计；“—”为没有数据，不设限制。",
                "Candidates at their first site. “—”: not known, not limited.",
            ),
        )

    def ownership(self) -> Table:
        """Projects and money by ownership."""
        return self.table(
            "plan-ownership",
            Text("按所有制：建成与资金", "By ownership: built, and whose money"),
            ownership_table(self.money.projects, self.money, self.solution),
            [
                Column("ownership", Text("所有制", "Ownership"), labels=OWNERS),
                Column("candidates", Text("候选", "Candidates"), digits=0),
                Column("built", Text("建成（份额合计）", "Built (sum of shares)"), digits=1),
                Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
                Column("support", Text("财政支持", "Support"), unit=YI, digits=3),
                *(Column(kind, PAYERS[kind], unit=YI, digits=2) for kind in ("own", "bank", "private")),
                Column("support_share", Text("支持占投资", "Support of investment"), kind="share", digits=1),
            ],
        )

    def room(self) -> Table:
        """Resources of sites that are used up, and what one more unit is worth."""
        frame = room_table(self.money.projects, self.solution)
        frame = frame[frame["price"] > 1.0]
        total = frame.groupby(["site", "resource", "unit"], sort=False).agg(
            room=("room", "max"), price=("price", "sum")
        )
        total = total.reset_index().sort_values("price", ascending=False)
        units = {unit: said(unit) for unit in total["unit"].unique()}
        return self.table(
            "plan-site-room",
            Text("区内要素：用尽的与多一单位的价值", "Resources of sites that are used up, and what one more is worth"),
            total,
            [
                Column("site", Text("地区", "Site"), labels=self.names),
                Column("resource", Text("要素", "Resource"), labels=self.names),
                Column("room", Text("留给新项目的余量", "Set aside for projects"), digits=0),
                Column("unit", Text("单位", "Unit"), labels=units),
                Column(
                    "price",
                    Text("各年都多一单位的价值（贴现）", "One more in every year (discounted)"),
                    unit=Text("元/单位", "yuan per unit"),
                    digits=0,
                ),
            ],
        )

    def beside(self) -> Table:
        """Money of firms and banks beside each yuan of support."""
        frame = money_per_support(self.money.projects, self.money, self.solution)
        return self.table(
            "plan-money-beside-support",
            Text("每 1 元财政支持对应的其他资金", "Other money beside each yuan of support"),
            frame,
            [
                Column("fund", Text("资金", "Fund"), labels=self.names),
                Column("projects", Text("项目数", "Projects"), digits=0),
                Column("support", Text("财政支持（市、区）", "Support (city and district)"), unit=YI, digits=2),
                *(Column(kind, PAYERS[kind], unit=YI, digits=2) for kind in ("own", "bank", "private")),
                Column(
                    "bank_private",
                    Text("银行与社会资本", "Bank and private"),
                    unit=Text("元/元", "yuan per yuan"),
                    digits=1,
                ),
                Column(
                    "all", Text("企业全部资金", "All money of the firm"), unit=Text("元/元", "yuan per yuan"), digits=1
                ),
            ],
            Text(
                "这是同一项目里其他资金与支持之比，不说明没有支持时会少来多少钱。",
                "This is the ratio of other money to support in the same projects; it does not say how much would have "
                "stayed away without support.",
            ),
        )

    def leverage(self) -> Table:
        """Guidance funds: the four meanings of leverage, each by its name."""
        frame = leverage_table(self.region)
        names = ("public", "aim", *MEANINGS)
        parts = {
            code: Text(zh, en) for code, zh, en in zip(frame["part"], frame["part_zh"], frame["part_en"], strict=True)
        }
        words = {"public": Text("财政出资", "Public money"), "aim": Text("目标撬动", "Aim"), **MEANINGS}
        quality = worst_quality(set(frame["quality"])) or "illustrative"
        return Table(
            frame,
            [
                Column("fund", Text("基金", "Fund"), labels=self.names),
                Column("part", Text("范围", "Part"), labels=parts),
                Column("year", Text("年份", "Year"), kind="year"),
                *(Column(name, words[name], unit=YI, digits=2) for name in names),
                *(
                    Column(
                        f"{name}_times", Text(f"{word.zh}/财政出资", f"{word.en} over public"), kind="number", digits=2
                    )
                    for name, word in MEANINGS.items()
                ),
            ],
            key="fund-leverage",
            title=Text("引导基金：认缴、实缴、投资、落地", "Guidance funds: committed, paid in, invested, landed"),
            source=Text("表“基金运作”，据各行所列来源", "table fund_money, sources as its rows say"),
            quality=quality,
            notes=[Text("四种口径不可混用；“—”为未见公布。", "The four must not be mixed; “—” was not found.")],
            years=sorted({int(year) for year in frame["year"]}),
        )
