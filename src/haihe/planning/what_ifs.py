"""What if: the scenarios of a region, each solved like its plan and put beside it.

Every scenario is planned with the same assumptions, path and goals as the plan, without bands: what is told is the
difference between two optima of one economy. Where a scenario changes nothing that the reference path rests on, the
plan's own solve without limits serves it too, and where its program has the same form, it is solved from the plan's basis.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.figures.workbook import InSheets
from haihe.messages import HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.again import solve_again
from haihe.planning.comparison import Comparison, compare
from haihe.planning.control import Control
from haihe.planning.plans import Plan
from haihe.planning.results import WORTHLESS
from haihe.planning.scenarios import scenario, scenarios_of, title_of
from haihe.planning.telling import Line
from haihe.planning.telling_words import rough
from haihe.planning.trade_views import place_names
from haihe.planning.views import DIFFERENCE_NOTE, YI, YI_PER_BN, PlanViews
from haihe.region.units import said

SAME = 1e-8
"""Share of consumption up to which a change of welfare is none."""
NOTHING = 0.5
"""Change of output up to this is not worth telling, bn yuan a year."""
NOTICED = 0.05
"""Relative change of a price that is told, and the share of the largest change in money below which one is a trifle."""
ABSURD = 100.0
"""A price that rises beyond this many times says that nothing can replace the thing."""
GIVEN = ("links", "endowments")
"""Tables in which a scenario gives more of something without what building it costs."""
PRICED = ("cap", "resource", "link")
COLUMNS = [
    "scenario", "feasible", "cost", "price_kind", "price_name", "price_region", "price_year", "price_before", "price_after",
    "price_unit", "region", "sector", "output", "method", "seconds",
]  # fmt: skip


@dataclass(frozen=True)
class WhatIfs(InSheets):
    """Scenarios beside a plan.

    Attributes
    ----------
    plan : Plan
    table : DataFrame
        One row a scenario: scenario, feasible, cost (discounted bn yuan that it loses more than the plan; less is
        negative), price_kind, price_name, price_region, price_year, price_before, price_after, price_unit (the price that
        changes most, weighed by the amount it is of; missing where none changes), region, sector, output (bn yuan of the
        sector that moves most in the plan's last year), method, seconds.
    titles : dict of str to Text
        What each scenario is, from its first reason (``Chinese / English``).
    plans : dict of str to Plan
        The scenarios that are feasible.
    """

    plan: Plan
    table: pd.DataFrame
    titles: dict[str, Text]
    plans: dict[str, Plan]

    def __repr__(self) -> str:
        costs = zip(self.table["scenario"], self.table["cost"], strict=True)
        each = ", ".join(f"{name} infeasible" if pd.isna(cost) else f"{name} {cost:+.1f}" for name, cost in costs)
        return f"WhatIfs: {each} bn yuan of discounted welfare lost against the plan"

    @property
    def comparison(self) -> Comparison:
        """The plan and its scenarios table by table; the plan stands first."""
        return compare({"plan": self.plan, **self.plans})

    @property
    def quality(self) -> Quality:
        """Worst mark of what the plan and the scenarios rest on."""
        marks = [mark for p in (self.plan, *self.plans.values()) for mark in p.marks.values()]
        return worst_quality(marks) or "illustrative"

    @property
    def lines(self) -> list[Line]:
        """A sentence a scenario: what it costs or brings, which price and which sector it moves."""
        return [Line("what-if", self._sentence(row), self.quality) for row in self.table.to_dict("records")]

    def _sentence(self, row: dict[object, object]) -> Text:
        title, told = self.titles[str(row["scenario"])], self._told(row)
        return Text(f"{title.zh}：{told.zh}。", f"{title.en}: {told.en}.")

    def _told(self, row: dict[object, object]) -> Text:
        """What a scenario changes."""
        if not row["feasible"]:
            return Text("没有可行的方案", "no feasible plan")
        cost = float(str(row["cost"]))
        amount = rough(abs(cost) * YI_PER_BN)
        more = Text(f"福利少 {amount} 亿元（贴现累计）", f"{amount} x 100 m yuan less welfare (discounted total)")
        less = Text(f"福利多 {amount} 亿元（贴现累计）", f"{amount} x 100 m yuan more welfare (discounted total)")
        parts = [
            Text("福利不变", "no change of welfare")
            if abs(cost) <= SAME * self.plan.consumption
            else more
            if cost > 0
            else less
        ]
        if cost < 0 and self._built(str(row["scenario"])):
            parts.append(Text("未计建设费用", "the cost of building is not counted"))
        parts += [text for text in (self._price(row), self._sector(row)) if text is not None]
        return Text("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))

    def _built(self, name: str) -> bool:
        """Tell whether a scenario gives something more without what it costs: capacity of a link, or an endowment."""
        return any(edit.table in GIVEN for edit in scenarios_of(self.plan.region)[name])

    def _after(self, row: dict[object, object]) -> Text:
        """The price in the scenario; each member's where they shared one and no longer do."""
        one = rough(float(str(row["price_after"])))
        if row["price_kind"] != "cap":
            return Text(f" {one}", one)
        frame = self.plans[str(row["scenario"])].prices
        name, year = row["price_name"], int(float(str(row["price_year"])))
        frame = frame[(frame["kind"] == "cap") & (frame["name"] == name) & (frame["year"] == year)]
        if len(set(frame["price"].map(rough))) <= 1:
            return Text(f" {one}", one)
        names = PlanViews(self.plan).names
        each = [(names[r], rough(price)) for r, price in zip(frame["region"], frame["price"], strict=True)]
        return Text("、".join(f"{n.zh} {p}" for n, p in each), ", ".join(f"{n.en} {p}" for n, p in each))

    def _price(self, row: dict[object, object]) -> Text | None:
        if pd.isna(row["price_year"]):  # type: ignore[call-overload]
            return None
        names = place_names(self.plan)
        for other in self.plans.values():
            names = place_names(other) | names
        name, region = str(row["price_name"]), str(row["price_region"])
        what = names.get(name) or PlanViews(self.plan).limits.get(name, Text(name, name))
        where = names.get(region, Text("", "")) if row["price_kind"] == "resource" else Text("", "")
        before, after = rough(float(str(row["price_before"]))), self._after(row)
        unit = said(str(row["price_unit"]))
        rigid = Text("", "")
        if float(str(row["price_after"])) > ABSURD * float(str(row["price_before"])) > 0:
            rigid = Text(
                "（没有替代的要素一旦不够，价格极高，请先核对使用强度）", " (nothing replaces it: check the uses first)"
            )
        year = int(float(str(row["price_year"])))
        return Text(
            f"{year} 年{where.zh}{what.zh}的价格由 {before} 变为{after.zh} {unit.zh}{rigid.zh}",
            f"the price of {what.en}{' in ' + where.en if where.en else ''} in {year} goes from {before} to "
            f"{after.en} {unit.en}{rigid.en}",
        )

    def _sector(self, row: dict[object, object]) -> Text | None:
        if not row["sector"]:
            return None
        names = PlanViews(self.plan).names
        region, sector, amount = (
            names[row["region"]],
            names[row["sector"]],
            rough(float(str(row["output"])) * YI_PER_BN),
        )
        return Text(
            f"产出变动最大的是{region.zh}{sector.zh}（{amount} 亿元）",
            f"output moves most in {region.en}, {sector.en} ({amount} x 100 m yuan)",
        )

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key: the scenarios, what they change, and prices side by side."""
        more = self.comparison.views if self.plans else None
        words = Column("words", Text("说明", "In words"))
        found = [
            self._table("what-ifs", Text("情景逐个说明", "Scenarios in words"), words),
            *([more.changes(), more.prices()] if more else []),
        ]
        return {table.key: table for table in found if table is not None}

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key: what every scenario costs or brings."""
        title = Text("如果……会怎样（与方案相比，贴现累计）", "What if (against the plan, discounted total)")
        table = self._table("what-ifs-figure", title)
        return {table.key: bars(table, "title", "amount", horizontal=True)}

    def _table(self, key: str, title: Text, *more: Column) -> Table:
        frame = self.table.assign(
            title=pd.Series([self.titles[name] for name in self.table["scenario"]], dtype=object),
            words=pd.Series([self._told(row) for row in self.table.to_dict("records")], dtype=object),
            amount=-self.table["cost"].astype(float) * YI_PER_BN,
        )
        amount = Column("amount", Text("福利变化", "Change of welfare"), unit=YI, digits=1, signed=True)
        note = Text(
            "情景取自表 scenarios；只与方案本身相比，没有区间。",
            "Scenarios of the table scenarios; compared with the plan itself, without bands.",
        )
        return Table(
            frame,
            [Column("title", Text("如果", "What if")), amount, *more],
            key=key,
            title=title,
            source=PlanViews(self.plan).source,
            quality=self.quality,
            notes=[note, DIFFERENCE_NOTE],
        )


def what_ifs(
    plan: Plan, names: Sequence[str] | None = None, *, control: Control | None = None, progress: Progress | None = None
) -> WhatIfs:
    """Solve scenarios of a plan's region and put them beside the plan.

    Parameters
    ----------
    plan : Plan
        A solved plan.
    names : sequence of str, optional
        Scenarios of the table ``scenarios``; all of them where not given.
    control : Control, optional
        Progress and cancel of every solve, and the time limit of those that start cold.
    progress : callable, optional
        Called with a `Text` before each scenario.

    Returns
    -------
    WhatIfs
        A scenario without a feasible plan is a row that says so.

    Raises
    ------
    HaiheError
        As `haihe.planning.scenarios.scenario` and `haihe.planning.setup.setup_of`.
    """
    known = scenarios_of(plan.region)
    chosen = list(known) if names is None else list(names)
    titles, plans, rows = dict[str, Text](), dict[str, Plan](), []
    for name in chosen:
        region = scenario(plan.region, name)
        titles[name] = title_of(name, [edit.reason for edit in known[name]])
        if progress:
            progress(Text(f"情景：{titles[name].zh}", f"scenario: {titles[name].en}"))
        tables = {edit.table for edit in known[name]}
        try:
            plans[name] = solve_again(plan, region, tables, control)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            rows.append({"scenario": name, "feasible": False})
            continue
        rows.append(_row(plan, name, plans[name]))
    return WhatIfs(plan, pd.DataFrame(rows, columns=COLUMNS), titles, plans)


def _row(plan: Plan, name: str, other: Plan) -> dict[str, object]:
    """What a scenario changes most."""
    costs = [p.solution.objective - p.base.objective for p in (plan, other)]
    last = plan.model.economy.assumptions.last_year
    keys = ["region", "sector", "year"]
    both = plan.output[[*keys, "plan"]].merge(other.output[[*keys, "plan"]], on=keys, suffixes=("", "_other"))
    both = both[both["year"] == last].assign(gap=lambda f: f["plan_other"] - f["plan"])
    top = both.iloc[int(np.argmax(both["gap"].abs()))]
    moved = abs(top["gap"]) > NOTHING
    return {
        "scenario": name,
        "feasible": True,
        "cost": costs[1] - costs[0],
        **_dearest(plan, other),
        "region": top["region"] if moved else "",
        "sector": top["sector"] if moved else "",
        "output": top["gap"],
        "method": other.solution.method,
        "seconds": other.solution.seconds,
    }


def _dearest(plan: Plan, other: Plan) -> dict[str, object]:
    """The price whose change tells most.

    Of prices that change noticeably and whose change, times the amount they are of, is no trifle: those of the plan's last
    year before others, and of these the one that changes most.
    """
    keys = ["kind", "name", "region", "year", "unit"]
    prices = [p.prices[p.prices["kind"].isin(PRICED)][[*keys, "price"]] for p in (plan, other)]
    both = prices[0].merge(prices[1], on=keys, suffixes=("_before", "_after"))
    both = both.merge(_amounts(plan), on=["kind", "name", "region", "year"], how="left")
    gap = (both["price_after"] - both["price_before"]).abs()
    share = gap / both[["price_before", "price_after"]].max(axis=1)
    worth = gap * both["amount"].fillna(0.0)
    told = both[(gap > WORTHLESS) & (share >= NOTICED) & (worth >= NOTICED * worth.max())].assign(share=share)
    if told.empty:
        return {"price_year": np.nan}
    late = told["year"] == plan.model.economy.assumptions.last_year
    row = (told[late] if late.any() else told).nlargest(1, "share").iloc[0]
    named = {f"price_{key}": row[key] for key in keys}
    return named | {"price_before": row["price_before"], "price_after": row["price_after"]}


def _amounts(plan: Plan) -> pd.DataFrame:
    """How much of what has a price there is: kind, name, region, year, amount."""
    caps = plan.caps.rename(columns={"limit": "name", "cap": "amount"}).assign(kind="cap")
    resources = plan.resources.rename(columns={"resource": "name", "endowment": "amount"}).assign(kind="resource")
    links = plan.links.rename(columns={"link": "name", "corridor": "region", "capacity": "amount"}).assign(kind="link")
    parts = [f[["kind", "name", "region", "year", "amount"]] for f in (caps, resources, links) if len(f)]
    columns = ["kind", "name", "region", "year", "amount"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
