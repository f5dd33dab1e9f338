"""Tables, figures and sentences of the districts' game, in both languages."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.coalition.district_inputs import FUNDS, PROJECTS
from haihe.coalition.names import RULES
from haihe.figures import Column, Figure, Table, bars, ranges
from haihe.messages import Text
from haihe.planning.views import YI
from haihe.region.units import factor

if TYPE_CHECKING:
    from haihe.coalition.district_game import DistrictGame

A_YEAR = Text(f"{YI.zh}/年", f"{YI.en} a year")
MADE_UP = Text(
    "各区产出是按“各区份额”表把全市核算拆开得到的，份额为示例，不代表任何区的统计；区间差别只能说明方法。",
    "The districts' output is the city's accounts split by the table of district shares; the shares are illustrative and "
    "stand for no statistics, so differences between districts show the method only.",
)
MODEL = Text(
    "小模型：各区沿方案的弹性曲线减产、改造产能、建设候选项目（可分割）；金额为规划末年一年的数，按基年价格。",
    "A small model: districts cut output along the plan's elastic curves, upgrade capacity and build candidate projects (in "
    "parts); money is that of the plan's last year, at base-year prices.",
)
OWEN = Text(
    "欧文点按影子价格付钱：卖指标的按最后一吨的价格收款。它一定稳定，但减排便宜的大户几乎得不到额外好处。",
    "The Owen point pays by shadow prices: who gives a permit gets the price of the last one. It is stable for certain, but "
    "leaves a large, cheap giver almost nothing beyond its costs.",
)
SHAPLEY = Text(
    "沙普利值按平均贡献分：每个区按任意先后次序加入时平均带来多少就得多少。它常被认为公平，但可能有一组区自己干更划算。",
    "The Shapley value pays average contributions: what a district adds on average over all orders of joining. It is often "
    "called fair, but a group of districts may do better on its own.",
)
STABLE = Text(
    "“离开可得”是最想离开的一组区自己干比按该分配所得多出的数；不大于 0 即没有哪一组愿意离开。"
    "“至多”是精确搜索证明的上界。",
    "“Gain by leaving” is what the group that most wants to leave reaches on its own beyond its part; at most 0 means that "
    "nobody wants to leave. “At most” is a bound that the exact search proves.",
)
SMALL = 0.01
"""Share of what the limits cost each alone below which a gain is called small."""
YUAN = factor("亿元", "元")
YES_NO = {True: Text("稳定", "stable"), False: Text("不稳定", "not stable")}


class DistrictViews:
    """Tables, figures and sentences of the game."""

    def __init__(self, found: "DistrictGame") -> None:
        self.found = found
        spec = found.spec
        self.names: dict[object, Text] = dict(zip(spec.members, spec.titles, strict=True))
        self.things: dict[object, Text] = {"": Text("—", "—"), PROJECTS: Text("项目选址", "Sites of projects")}
        self.things.update((item.thing, spec.things.get(item.thing, item.title)) for item in spec.endowments)
        self.things[FUNDS] = Text("配套财力", "Money for matching")
        self.pools: dict[object, Text] = {pool.name: pool.title for pool in found.program.pools}
        self.source = Text(
            f"haihe 各区合作模型，{spec.title.zh}，{spec.year} 年，据方案的核算、限制、要素与项目表",
            f"haihe model of districts, {spec.title.en}, {spec.year}, from the plan's accounts, limits, resources, projects",
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key; those without rows are left out."""
        made = (self.gains(), self.splits(), self.stability(), self.by_thing(), self.trades())
        return {table.key: table for table in made if len(table)}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key; all say that the split of output is illustrative."""
        figures = (self.gain_figure(), self.split_figure(), self.interval_figure(), self.thing_figure())
        return {figure.key: figure for figure in figures if figure is not None}

    def table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        """Make a table with the words that all of them share."""
        year = self.found.spec.year
        return Table(
            frame.reset_index(drop=True), columns, key=key, title=title, source=self.source,
            quality=self.found.quality, notes=(MADE_UP, MODEL, *notes), years=(year, year),
        )  # fmt: skip

    def gains(self) -> Table:
        """Who gains by what, at the prices of all together."""
        return self.table(
            "district-gains",
            Text("各区得失：单独、合作与结算（欧文点）", "Districts alone, together and after payments (Owen point)"),
            self.found.gains,
            [
                self._district(),
                Column("alone", Text("单独时的代价", "Cost alone"), unit=A_YEAR, digits=2),
                Column("together", Text("合作时的代价", "Cost together"), unit=A_YEAR, digits=2),
                Column("payment", Text("结算收入", "Is paid"), unit=A_YEAR, digits=2, signed=True),
                Column("gain", Text("净得", "Gain"), unit=A_YEAR, digits=2, signed=True),
                Column("main", Text("主要靠", "Mostly by"), labels=self.things),
            ],
            OWEN,
        )

    def splits(self) -> Table:
        """What each district gets under each rule."""
        notes = [OWEN, SHAPLEY]
        if self.found.sampled is not None:
            s = self.found.sampled
            notes.append(
                Text(
                    f"沙普利值由 {s.orders} 个次序抽样得到，区间为各区自己的 {s.confidence:.0%} 置信区间。",
                    f"The Shapley value is sampled from {s.orders} orders; intervals are at {s.confidence:.0%}, each for its "
                    "own district.",
                )
            )
        return self.table(
            "district-splits",
            Text("各种分配办法下各区所得", "What each district gets under each rule"),
            self.found.splits,
            [
                self._rule(),
                self._district(),
                Column("gain", Text("所得", "Gain"), unit=A_YEAR, digits=2, signed=True),
                Column("low", Text("区间下限", "Low"), unit=A_YEAR, digits=2),
                Column("high", Text("区间上限", "High"), unit=A_YEAR, digits=2),
                Column("share", Text("占总收益", "Share of all"), kind="share", digits=1),
            ],
            *notes,
        )

    def stability(self) -> Table:
        """Which coalition would rather leave, and what it would gain."""
        frame = self.found.stability
        stable = frame["stable"].map({True: True, False: False}).astype(object)
        return self.table(
            "district-stability",
            Text("哪种分配留得住人", "Which split nobody wants to leave"),
            frame.assign(stable=stable),
            [
                self._rule(),
                Column("stable", Text("结果", "Outcome"), kind="text", labels=YES_NO),
                Column("coalition", Text("最想离开的一组", "The group that most wants to leave")),
                Column("members", Text("区数", "Districts"), digits=0),
                Column("gain", Text("离开可得", "Gain by leaving"), unit=A_YEAR, digits=4, signed=True),
                Column("most", Text("至多", "At most"), unit=A_YEAR, digits=4),
            ],
            STABLE,
        )

    def by_thing(self) -> Table:
        """What each pooled thing is worth."""
        return self.table(
            "district-things",
            Text("统筹哪一项最值", "What each pooled thing is worth"),
            self.found.by_thing,
            [
                Column("thing", Text("统筹事项", "Thing"), labels=self.things),
                Column("only", Text("只统筹此项", "Only this"), unit=A_YEAR, digits=2),
                Column("without", Text("缺少此项的损失", "Lost without it"), unit=A_YEAR, digits=2),
                Column("shapley", Text("平均贡献", "Average contribution"), unit=A_YEAR, digits=2),
            ],
        )

    def trades(self) -> Table:
        """Who gives and who receives what."""
        frame = self.found.trades
        frame = frame[frame["received"].abs() > 1e-6 * frame.groupby("endowment")["received"].transform("max").abs()]
        return self.table(
            "district-trades",
            Text("调剂与结算", "Transfers and payments"),
            frame.assign(price=frame["price"] * YUAN),
            [
                self._district(),
                Column("endowment", Text("事项", "What"), labels=self.pools),
                Column("received", Text("调入（负为调出）", "Received (negative: given)"), digits=1, signed=True),
                Column("unit", Text("单位", "Unit")),
                Column("price", Text("价格（元/单位）", "Price, yuan a unit"), digits=1),
                Column("payment", Text("结算收入", "Is paid"), unit=A_YEAR, digits=3, signed=True),
            ],
            Text(
                "价格为零的事项不必付钱：全市合计够用，难点只在分布；这时的调剂量不唯一。",
                "What has a price of zero costs nothing: the city has enough of it, only in other places; its amounts are then "
                "not unique.",
            ),
        )

    def gain_figure(self) -> Figure:
        """Gain of each district at the prices."""
        return bars(self.gains(), "district", "gain", horizontal=True)

    def split_figure(self) -> Figure:
        """Two rules side by side."""
        wanted = [rule for rule in ("owen", "shapley", "nucleolus") if rule in self.found.payoffs]
        frame = self.found.splits
        table = self.table(
            "district-split-rules",
            Text("欧文点与沙普利值", "Owen point and Shapley value")
            if len(wanted) == 2
            else Text("欧文点、沙普利值与核仁", "Owen point, Shapley value and nucleolus"),
            frame[frame["rule"].isin(wanted)],
            [self._rule(), self._district(), Column("gain", Text("所得", "Gain"), unit=A_YEAR, digits=2)],
            OWEN,
            SHAPLEY,
        )
        return bars(table, "district", "gain", by="rule", horizontal=True)

    def interval_figure(self) -> Figure | None:
        """The sampled Shapley value with its intervals; None where it is exact."""
        if self.found.sampled is None:
            return None
        frame = self.found.splits
        table = self.table(
            "district-shapley",
            Text("抽样的沙普利值及其区间", "Sampled Shapley value with intervals"),
            frame[frame["rule"] == "shapley"],
            [
                self._district(),
                Column("gain", Text("所得", "Gain"), unit=A_YEAR, digits=2),
                Column("low", Text("区间下限", "Low"), unit=A_YEAR, digits=2),
                Column("high", Text("区间上限", "High"), unit=A_YEAR, digits=2),
            ],
            SHAPLEY,
        )
        return ranges(table, "district", "gain", "low", "high")

    def thing_figure(self) -> Figure | None:
        """What each pooled thing is worth."""
        table = self.by_thing()
        return bars(table, "thing", "shapley", horizontal=True) if len(table) else None

    def words(self) -> list[Text]:
        """Say what was found, also where it is small or unstable."""
        found = self.found
        cost, gain = found.cost_alone, found.gain
        share = gain / cost if cost > 0 else np.nan
        return [
            Text(
                f"{len(found.spec.members)} 个区合作一年多得 {gain:.2f} 亿元，为各自单独承担限制的净代价（{cost:.1f} 亿元）的 {share:.1%}。",
                f"Together {len(found.spec.members)} districts gain {gain:.2f} x 100 m yuan a year, {share:.1%} of the net cost "
                f"of the limits to each alone ({cost:.1f}).",
            ),
            *self._small(share),
            *self._thing_words(),
            *self._stability_words(),
            MADE_UP,
        ]

    def _small(self, share: float) -> list[Text]:
        if not share < SMALL:
            return []
        return [
            Text(
                "收益不到代价的百分之一，小于模型本身的误差，不足以单独支持合作。",
                "The gain is below one per cent of the cost, less than the model's own error: no case for pooling by itself.",
            )
        ]

    def _thing_words(self) -> list[Text]:
        frame = self.found.by_thing
        if frame.empty or self.found.gain <= 0:
            return []
        best = frame.iloc[int(frame["shapley"].to_numpy().argmax())]
        name, share = self.things[best["thing"]], best["shapley"] / self.found.gain
        return [
            Text(
                f"其中约 {share:.0%} 来自“{name.zh}”。",
                f"About {share:.0%} of it comes from pooling {name.en}.",
            )
        ]

    def _stability_words(self) -> list[Text]:
        said = []
        for rule in ("owen", "shapley"):
            test, name = self.found.tests[rule], RULES[rule]
            if test.stable:
                said.append(
                    Text(f"{name.zh}稳定：没有哪一组区愿意离开。", f"{name.en} is stable: no group wants to leave.")
                )
            elif test.stable is False:
                share = test.gain / self.found.gain
                said.append(
                    Text(
                        f"{name.zh}不稳定：有 {len(test.coalition)} 个区一起离开可多得 {test.gain:.2f} 亿元（总收益的 {share:.1%}）。",
                        f"{name.en} is not stable: {len(test.coalition)} districts would gain {test.gain:.2f} x 100 m yuan by "
                        f"leaving ({share:.1%} of all).",
                    )
                )
        return said

    def _district(self) -> Column:
        return Column("district", Text("区", "District"), labels=self.names)

    def _rule(self) -> Column:
        return Column(
            "rule",
            Text("分配办法", "Rule"),
            labels=RULES | {"core": Text("核心中的一点", "a point of the core")} | self._weight,
        )

    @property
    def _weight(self) -> dict[str, Text]:
        """What the rule by endowment weighs with: the first of the endowments."""
        held = self.found.values.spec.endowments  # noqa: PD011
        return {"endowment": Text(f"按拥有的{held[0].title.zh}分配", f"by {held[0].title.en} held")} if held else {}
