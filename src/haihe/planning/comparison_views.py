"""Tables and figures of plans side by side, in both languages. Money in 亿元 (100 million yuan)."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars, ranges
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.outcome import Outcome
from haihe.planning.results import WORTHLESS
from haihe.planning.scenarios import titles_of
from haihe.planning.views import DIFFERENCE_NOTE, INDICATORS, YI, YI_PER_BN, names_of, source_of
from haihe.region import TABLES
from haihe.region.units import said

POLICY = ("cap", "resource", "link", "limit", "budget")
"""Kinds of price that a policy maker can move."""
MOST = 20
SCENARIO = Text("情景", "Scenario")
OWN_NAMES: Mapping[str, Text] = {
    "plan": Text("方案", "plan"),
    "as-is": Text("现状", "as is"),
    "previous": Text("上次方案", "previous plan"),
    "replanned": Text("重新规划", "replanned"),
}
"""Names of plans that are no scenario of a table."""
REMARK = re.compile(r"\s*[（(][^（）()]*[）)]")
"""What stands in brackets in the reason of a scenario, too long for a heading."""
BAND_NOTE = Text(
    "区间：全部弹性减半与加倍时的结果；差额的区间逐一弹性相减得出。",
    "Band: all elasticities halved and doubled; the band of a difference is taken elasticity by elasticity.",
)


class ComparisonViews:
    """The tables and figures of a comparison.

    Parameters
    ----------
    plans : mapping of str to Outcome
        Plans by scenario; the first is what the others are compared with.
    summary, changes : DataFrame
        As of `haihe.planning.comparison.Comparison`.
    frames : mapping of str to DataFrame
        As of `haihe.planning.comparison.Comparison.frame`, by name.
    """

    def __init__(
        self,
        plans: Mapping[str, Outcome],
        summary: pd.DataFrame,
        changes: pd.DataFrame,
        frames: Mapping[str, pd.DataFrame],
    ) -> None:
        self.summary_frame, self.changes_frame, self.frames = summary, changes, frames
        self.scenarios = list(plans)
        first = plans[self.scenarios[0]]
        self.last = first.model.economy.assumptions.last_year
        known = {name: title for plan in plans.values() for name, title in titles_of(plan.region).items()}
        self.titles = {
            name: OWN_NAMES.get(name, _short(known[name]) if name in known else Text(name, name)) for name in plans
        }
        self.names: dict[object, Text] = {}
        for plan in plans.values():
            self.names = names_of(plan.region) | self.names
            for table, key in (("limits", "limit"), ("resources", "resource"), ("links", "link"), ("funds", "fund")):
                rows = plan.region.frame(table)
                self.names |= {
                    c: Text(z, e) for c, z, e in zip(rows[key], rows["name_zh"], rows["name_en"], strict=True)
                }
            self.names |= {name: corridor.spec.title for name, corridor in plan.model.corridors.items()}
        marks = [mark for plan in plans.values() for mark in plan.marks.values()]
        self.quality: Quality = worst_quality(marks) or "illustrative"
        self.source = source_of(first)

    def tables(self) -> dict[str, Table]:
        """Every table by key."""
        made = [self.summary(), self.changes(), self.totals(), self.prices(), self.movers(), self.targets()]
        return {table.key: table for table in made if table is not None}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        made = {"compare-cost": self.cost(), "compare-totals": self.total_changes()}
        return {key: figure for key, figure in made.items() if figure is not None}

    def summary(self) -> Table:
        """Cost of every scenario and its difference from the first."""
        money = ["cost", "low", "high", "limits", "gain", "difference", "difference_low", "difference_high"]
        frame = self.summary_frame.assign(**{name: self.summary_frame[name] * YI_PER_BN for name in money})
        amount = [
            Column("cost", Text("净代价", "Net cost"), unit=YI, digits=0),
            Column("low", Text("下限", "Low"), unit=YI, digits=0),
            Column("high", Text("上限", "High"), unit=YI, digits=0),
            Column("limits", Text("其中：限制的代价", "of which cost of limits"), unit=YI, digits=0),
            Column("gain", Text("其中：项目与目标所增", "of which added by projects and goals"), unit=YI, digits=1),
            Column("share", Text("占消费", "Of consumption"), kind="share", digits=2),
            Column("difference", Text("比第一个情景", "Against the first"), unit=YI, digits=1, signed=True),
            Column("difference_low", Text("差额下限", "Difference, low"), unit=YI, digits=1, signed=True),
            Column("difference_high", Text("差额上限", "Difference, high"), unit=YI, digits=1, signed=True),
        ]
        title = Text("各情景的代价（规划期贴现累计）", "Cost of the scenarios (discounted total over the horizon)")
        return self._table("compare-summary", title, frame, [self._scenario(), *amount], BAND_NOTE)

    def changes(self) -> Table | None:
        """What was changed in the tables; None where nothing was."""
        if self.changes_frame.empty:
            return None
        frame = self.changes_frame.assign(
            **{
                side: pd.Series([_shown(value) for value in self.changes_frame[side]], dtype=object)
                for side in ("before", "after")
            }
        )
        return Table(
            frame,
            [
                self._scenario(),
                Column("table", Text("表", "Table"), labels={name: spec.title for name, spec in TABLES.items()}),
                Column("record", Text("记录", "Record")),
                Column("column", Text("列", "Column"), labels=_headings(frame)),
                Column("before", Text("原值", "Before")),
                Column("after", Text("新值", "After")),
            ],
            key="compare-changes",
            title=Text("情景改动了什么", "What the scenarios change"),
            source=self.source,
            quality=None,
        )

    def totals(self) -> Table:
        """Totals of all members in the last year, one column a scenario, and the differences."""
        frame = self.frames["totals"]
        together = frame[frame["year"] == self.last].groupby(["scenario", "indicator"], sort=False)["plan"].sum()
        wide = self._beside(together.reset_index(), ["indicator"], "plan", YI_PER_BN)
        columns = [Column("indicator", Text("指标", "Indicator"), labels=INDICATORS), *self._columns(YI)]
        title = Text(f"{self.last} 年成员合计", f"Members together, {self.last}")
        return self._table("compare-totals", title, wide, columns)

    def prices(self) -> Table | None:
        """Prices of what policy can move in the last year, where any plan has one; None where none has."""
        frame = self.frames["prices"]
        frame = frame[(frame["year"] == self.last) & frame["kind"].isin(POLICY)]
        wide = self._beside(frame, ["name", "region", "unit"], "price", 1.0)
        shown = [f"value{k}" for k in range(len(self.scenarios))]
        wide = wide[wide[shown].abs().max(axis=1) > WORTHLESS]
        if wide.empty:
            return None
        units = {unit: said(unit) for unit in wide["unit"].unique()}
        columns = [
            Column("name", Text("限制的对象", "What is limited"), labels=self.names),
            Column("region", Text("地区", "Region"), labels=self.names),
            Column("unit", Text("单位", "Unit"), labels=units),
            *self._columns(None),
        ]
        title = Text(f"{self.last} 年影子价格", f"Prices, {self.last}")
        return self._table("compare-prices", title, wide, columns)

    def movers(self) -> Table:
        """Products whose output in the last year differs most from the first scenario's."""
        frame = self.frames["output"]
        frame = frame[frame["year"] == self.last]
        wide = self._beside(frame, ["region", "sector"], "plan", YI_PER_BN)
        gaps = wide[[f"gap{k}" for k in range(1, len(self.scenarios))]].abs().max(axis=1)
        columns = [
            Column("region", Text("地区", "Region"), labels=self.names),
            Column("sector", Text("行业", "Sector"), labels=self.names),
            *self._columns(YI),
        ]
        title = Text(f"{self.last} 年产出差别最大的行业", f"Sectors whose output differs most, {self.last}")
        return self._table("compare-output", title, wide.loc[gaps.nlargest(MOST).index], columns)

    def targets(self) -> Table | None:
        """Gap of every target by scenario; None where the plans have none."""
        frame = self.frames["targets"]
        frame = frame[frame["year"] == self.last] if len(frame) else frame
        if frame.empty:
            return None
        wide = self._beside(frame, ["target", "region", "unit"], "gap", 1.0)
        columns = [
            Column("target", Text("目标", "Target")),
            Column("region", Text("地区", "Region"), labels=self.names),
            Column("unit", Text("单位", "Unit"), labels={unit: said(unit) for unit in wide["unit"].unique()}),
            *self._columns(None),
        ]
        title = Text(f"{self.last} 年与目标的差距", f"Gaps to targets, {self.last}")
        return self._table("compare-targets", title, wide, columns)

    def cost(self) -> Figure:
        """Difference of cost from the first scenario, with its band."""
        return ranges(self._gaps(), "scenario", "difference", "difference_low", "difference_high")

    def total_changes(self) -> Figure:
        """Change of members' totals in the last year against the first scenario."""
        frame = self.frames["totals"]
        frame = frame[(frame["year"] == self.last) & (frame["scenario"] != self.scenarios[0])]
        together = frame.groupby(["scenario", "indicator"], sort=False)["plan_difference"].sum().reset_index()
        table = self._table(
            "compare-total-changes",
            Text(
                f"{self.last} 年成员合计：与第一个情景之差",
                f"Members together, {self.last}: against the first scenario",
            ),
            together.assign(amount=together["plan_difference"] * YI_PER_BN),
            [
                Column("indicator", Text("指标", "Indicator"), labels=INDICATORS),
                self._scenario(),
                Column("amount", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
            ],
        )
        return bars(table, "indicator", "amount", by="scenario")

    def _gaps(self) -> Table:
        money, first = ["difference", "difference_low", "difference_high"], self.titles[self.scenarios[0]]
        frame = self.summary_frame.iloc[1:]
        frame = frame.assign(**{name: frame[name] * YI_PER_BN for name in money})
        return self._table(
            "compare-cost",
            Text(
                f"净代价比“{first.zh}”多（＋）少（−）多少",
                f"Net cost against “{first.en}”: more (+) or less (−)",
            ),
            frame,
            [
                self._scenario(),
                Column("difference", Text("差额", "Difference"), unit=YI, digits=1, signed=True),
                Column("difference_low", Text("下限", "Low"), unit=YI, digits=1, signed=True),
                Column("difference_high", Text("上限", "High"), unit=YI, digits=1, signed=True),
            ],
            BAND_NOTE,
        )

    def _beside(self, frame: pd.DataFrame, keys: list[str], value: str, times: float) -> pd.DataFrame:
        """One column a scenario (``value0``, …), and differences from the first (``gap1``, …)."""
        named = frame.assign(**{key: frame[key].astype(object).where(frame[key].notna(), "") for key in keys})
        wide = named.pivot_table(index=keys, columns="scenario", values=value, sort=False, dropna=False)
        wide = wide.reindex(columns=self.scenarios).dropna(how="all") * times
        wide.columns = pd.Index([f"value{k}" for k in range(len(self.scenarios))])
        gaps = {f"gap{k}": wide[f"value{k}"] - wide["value0"] for k in range(1, len(self.scenarios))}
        return wide.assign(**gaps).reset_index()

    def _columns(self, unit: Text | None) -> list[Column]:
        titles = list(self.titles.values())
        shown = [Column(f"value{k}", title, unit=unit, digits=1) for k, title in enumerate(titles)]
        gaps = [
            Column(f"gap{k}", Text(f"{title.zh}：差额", f"{title.en}: difference"), unit=unit, digits=1, signed=True)
            for k, title in enumerate(titles)
            if k
        ]
        return [*shown, *gaps]

    def _scenario(self) -> Column:
        return Column("scenario", SCENARIO, labels=self.titles)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        return Table(
            frame,
            columns,
            key=key,
            title=title,
            source=self.source,
            quality=self.quality,
            notes=[*notes, DIFFERENCE_NOTE],
        )


def _short(title: Text) -> Text:
    return Text(REMARK.sub("", title.zh), REMARK.sub("", title.en))


def _headings(frame: pd.DataFrame) -> dict[str, Text]:
    """Titles of the changed columns; ``*`` stands for a whole record."""
    titles = {"*": Text("整条记录", "whole record")}
    for table, column in frame[["table", "column"]].drop_duplicates().itertuples(index=False):
        if column != "*":
            titles[column] = TABLES[table].column(column).title
    return titles


def _shown(value: Any) -> str | Text:
    if isinstance(value, bool | np.bool_):
        return Text("是", "yes") if value else Text("否", "no")
    return "—" if value is None or pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
