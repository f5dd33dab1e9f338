"""Tables and figures of draws, in both languages. Money in 亿元 (100 million yuan)."""

from collections.abc import Mapping

import pandas as pd

from haihe.figures import Column, Figure, Table, bars, ranges
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.views import YI_PER_BN, names_of
from haihe.region import Region
from haihe.region.units import said

MOST = 20
MONEY = ("cost", "limits", "gain")
QUANTITIES: Mapping[str, Text] = {
    "cost": Text("净代价（亿元，贴现累计）", "Net cost (100 m yuan, discounted total)"),
    "limits": Text("限制的代价（亿元，贴现累计）", "Cost of limits (100 m yuan, discounted total)"),
    "gain": Text("项目与目标所增（亿元，贴现累计）", "Added by projects and goals (100 m yuan, discounted)"),
    "share": Text("净代价占消费（比例）", "Net cost as a share of consumption"),
    "pooling_saves": Text("统筹节省的比例", "Share saved by pooling"),
}
DRAWN: Mapping[str, Text] = {
    "elasticities": Text("全部弹性", "All elasticities"),
    "gravity_exponent": Text("地区间流动（在其上下限之间）", "Flows between members (within their band)"),
}
PRICE = "price:"


class DrawViews:
    """The tables and figures of a list of draws.

    Parameters
    ----------
    region : Region
        Names and quality.
    plans, errors : int
        Draws with and without a plan.
    summary, movers, influence : DataFrame
        As of `haihe.planning.draws.Draws`.
    """

    counted, alike = Text("抽样数", "Draws"), Text("方向一致的抽样", "Draws of the same sign")

    def __init__(
        self,
        region: Region,
        plans: int,
        errors: int,
        summary: pd.DataFrame,
        movers: pd.DataFrame,
        influence: pd.DataFrame,
    ) -> None:
        self.summary_frame, self.movers_frame, self.influence_frame = summary, movers, influence
        self.names = names_of(region)
        mark = region.worst_quality("parameters") or "estimated"
        self.quality: Quality = worst_quality({mark, "estimated"}) or "estimated"
        parameters, limits = region.frame("parameters"), region.frame("limits")
        rows = zip(parameters["parameter"], parameters["name_zh"], parameters["name_en"], strict=True)
        self.drawn = {code: Text(zh, en) for code, zh, en in rows} | dict(DRAWN)
        self.quantities = dict(QUANTITIES)
        units = dict(zip(region.frame("resources")["resource"], region.frame("resources")["unit"], strict=True))
        caps = zip(limits["limit"], limits["name_zh"], limits["name_en"], limits["resource"], strict=True)
        for code, zh, en, resource in caps:
            unit = said(f"yuan/{units[resource]}") if resource in units else Text("元", "yuan")
            self.quantities[f"{PRICE}{code}"] = Text(f"影子价格：{zh}（{unit.zh}）", f"Price: {en} ({unit.en})")
        lost = Text(f"；{errors} 个无可行方案", f"; {errors} without a plan") if errors else Text("", "")
        self.note = Text(
            f"{plans} 个抽样{lost.zh}；各参数在参数表的上下限之间，不是概率预测。",
            f"{plans} draws{lost.en}; parameters between low and high of the table parameters: no forecast of odds.",
        )
        self.source = Text(
            f"haihe 方案，{region.meta.title_zh}", f"haihe plans, {region.meta.title_en or region.meta.title_zh}"
        )

    def tables(self) -> dict[str, Table]:
        """Every table by key."""
        made = (self.summary(), self.movers(), self.influence())
        return {table.key: table for table in made}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key; none without a plan."""
        if self.movers_frame["p50"].isna().all():
            return {}
        return {"draws-movers": self.robust(), "draws-influence": self.matters()}

    def summary(self) -> Table:
        """10, 50 and 90 per cent of every quantity."""
        frame, figures = self.summary_frame, ["p10", "p50", "p90", "least", "most"]
        times = frame["quantity"].isin(MONEY).map({True: YI_PER_BN, False: 1.0})
        frame = frame.assign(**{name: frame[name] * times for name in figures})
        columns = [Column("quantity", Text("结果", "Result"), labels=self.quantities), *_quantiles(None)]
        title = Text("结果有多可靠", "How sure the results are")
        return self._table("draws-summary", title, frame, [*columns, Column("draws", self.counted, digits=0)])

    def movers(self) -> Table:
        """Sectors whose output moves most, and whether the draws agree on the sign."""
        frame = self.movers_frame.head(MOST)
        figures = ["p10", "p50", "p90", "least", "most"]
        frame = frame.assign(**{name: 100 * frame[name] for name in figures})
        return self._table(
            "draws-movers",
            Text("产出变化最大的行业", "Sectors whose output moves most"),
            frame,
            [
                Column("region", Text("地区", "Region"), labels=self.names),
                Column("sector", Text("行业", "Sector"), labels=self.names),
                *_quantiles(Text("%", "%")),
                Column("agree", self.alike, kind="share", digits=0),
            ],
        )

    def influence(self) -> Table:
        """Which parameter matters most for which result."""
        return self._table(
            "draws-influence",
            Text("哪个参数最要紧", "Which parameter matters most"),
            self.influence_frame,
            [
                Column("quantity", Text("结果", "Result"), labels=self.quantities),
                Column("drawn", Text("参数", "Parameter"), labels=self.drawn),
                Column("correlation", Text("秩相关", "Rank correlation"), digits=2, signed=True),
                Column("noise", Text("低于此值不足为据", "No sign of anything below"), digits=2),
            ],
        )

    def robust(self) -> Figure:
        """Change of output of the sectors that move most, 10 to 90 per cent of the draws."""
        table = self.movers()
        frame = table.frame
        named = [
            Text(f"{self.names[r].zh}·{self.names[s].zh}", f"{self.names[r].en}: {self.names[s].en}")
            for r, s in zip(frame["region"], frame["sector"], strict=True)
        ]
        shown = self._table(
            "draws-movers",
            table.title,
            frame.assign(who=pd.Series(named, index=frame.index, dtype=object)),
            [Column("who", Text("地区·行业", "Region: sector")), *_quantiles(Text("%", "%"))],
        )
        return ranges(shown, "who", "p50", "p10", "p90")

    def matters(self) -> Figure:
        """Rank correlation of every parameter with the cost."""
        frame = self.influence_frame
        frame = frame[(frame["quantity"] == "cost") & frame["correlation"].notna()]
        table = self._table(
            "draws-influence",
            Text("哪个参数左右净代价", "What moves the net cost"),
            frame,
            [
                Column("drawn", Text("参数", "Parameter"), labels=self.drawn),
                Column("correlation", Text("秩相关", "Rank correlation"), digits=2, signed=True),
            ],
        )
        return bars(table, "drawn", "correlation", horizontal=True)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column]) -> Table:
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=[self.note])


def _quantiles(unit: Text | None) -> list[Column]:
    words = {
        "p10": Text("10% 分位", "10 %"),
        "p50": Text("中位数", "Median"),
        "p90": Text("90% 分位", "90 %"),
        "least": Text("最小", "Least"),
        "most": Text("最大", "Most"),
    }
    return [Column(name, title, unit=unit, digits=2) for name, title in words.items()]
