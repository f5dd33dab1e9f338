"""Tables, figures and sentences of a shock, in both languages."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, frames, heat, lines
from haihe.messages import Text
from haihe.region import TABLES
from haihe.region.units import said
from haihe.shocks.answer_views import answer_tables
from haihe.shocks.stress_words import shock_lines

if TYPE_CHECKING:
    from haihe.shocks.stress import Stress

MOST = 20
WEEKS = 40
METHOD = Text(
    "有库存的动态投入产出推演（ARIO 一类：Hallegatte，2008，2014；Guan 等，2020），逐日，三地相连，外来货源另计",
    "dynamic input-output model with stocks (of the ARIO family: Hallegatte 2008, 2014; Guan et al. 2020), day by day, members "
    "coupled, suppliers outside apart",
)
PUSHED = Text(
    "价格模型（Miller 与 Blair，2009，第13.2节）：给定的价格不变，其余按传导率转嫁成本，不考虑替代",
    "price model (Miller and Blair 2009, section 13.2): set prices stay, the others pass on costs, nothing is substituted",
)
QUANTITIES = {
    "output": Text("产出损失", "Output lost"),
    "value_added": Text("增加值损失", "Value added lost"),
    "unmet": Text("未满足的最终需求", "Final use not met"),
    "lowest": Text("最低时为平时的（%）", "Lowest, % of usual"),
    "recovered_day": Text("恢复正常（第几天）", "Back to usual on day"),
}
REMEDIES = {
    "stock": Text("该投入品库存加倍", "Twice the stock of the input"),
    "supplier": Text("可以完全改换供应商", "Suppliers can be changed wholly"),
    "capacity": Text("可多调用一成产能", "A tenth more capacity to call up"),
    "outside": Text("外来供应可再多一成", "A tenth more from outside"),
}
REGION, SECTOR = Text("地区", "Region"), Text("行业", "Sector")
NO_FORECAST = Text(
    "情景推演，不是预测；库存与应对为假设，带宽为抽样结果。",
    "A what-if, no forecast; stocks and responses are assumed, bands are draws.",
)
KINDS = TABLES["shock_events"].column("kind").word_of


class StressViews:
    """Tables, figures and words of a shock.

    Parameters
    ----------
    found : Stress
    """

    def __init__(self, found: Stress) -> None:
        self.found, self.basis = found, found.basis
        self.unit = said(found.rest.unit)
        self.key = f"stress-{found.shock.code}"

    def tables(self) -> dict[str, Table]:
        """Every table by key."""
        made = [self._events()]
        if self.found.run is not None:
            made += [self._summary(), self._sums("region"), self._sums("sector"), self._producers(), self._remedies()]
        if self.found.coordinated is not None:
            made += answer_tables(self, self.found.coordinated)
        if len(self.found.prices):
            made.append(self._prices())
        return {table.key: table for table in made}

    def figures(self) -> dict[str, Figure]:
        """Course with its band, sectors over weeks (still), and the same as it plays; none where only prices jump."""
        if self.found.run is None:
            return {}
        weeks = self._weeks()
        still = heat(weeks, "week", "sector", "percent", title=self._title(Text("各行业逐周", "sectors, week by week")))
        worst = int(self.found.weeks.groupby("week", sort=False)["share"].mean().to_numpy()[:WEEKS].argmin())
        moving = frames(
            self.table(f"{self.key}-frames", Text("各行业逐周（可播放）", "sectors, week by week (plays)"), weeks.frame,
                        list(weeks.columns)),
            "week", "sector", "percent", start=worst,
        )  # fmt: skip
        course = lines(self._course(), "day", "percent", low="low", high="high")
        return {figure.key: figure for figure in (course, still, moving)}

    def lines(self) -> list[Text]:
        """What happens, what it costs, what breaks first, what helps: a line each."""
        return shock_lines(self.found)

    @cached_property
    def _spread(self) -> pd.DataFrame:
        assert self.found.spread is not None
        return self.found.spread.losses.set_index("quantity")

    def _title(self, about: Text) -> Text:
        name = self.found.shock.name
        return Text(f"{name.zh}：{about.zh}", f"{name.en}: {about.en}")

    def table(
        self, key: str, about: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text, method: Text = METHOD
    ) -> Table:
        """Make a table headed by the name of the shock."""
        return self.basis.table(key, self._title(about), frame, columns, method, *notes, NO_FORECAST)

    def _events(self) -> Table:
        rows = self.found.shock.rows
        said_ = pd.Series(
            [Text(str(z), str(e)) for z, e in zip(rows["name_zh"], rows["name_en"], strict=True)], index=rows.index
        )
        columns = [
            Column("what", Text("事件", "Event")),
            Column("kind", Text("类别", "Kind"), labels=KINDS),
            Column("amount", Text("幅度", "Size")),
            Column("unit", Text("单位", "Unit"), labels={"share": Text("比例", "share")}),
            Column("start", Text("开始日", "Start"), digits=0),
            Column("duration", Text("持续天数", "Days"), digits=0),
            Column("recovery_days", Text("恢复天数", "Days of recovery"), digits=0),
            Column("reason", Text("依据", "Reason")),
        ]
        return self.table(f"{self.key}-events", Text("发生了什么", "what happens"), rows.assign(what=said_), columns)

    def _summary(self) -> Table:
        names = ["stated", "p10", "p50", "p90"]
        frame = self._spread.reset_index()
        times = frame["quantity"].eq("lowest").map({True: 100.0, False: 1.0})
        frame = frame.assign(**{name: frame[name] * times for name in names})
        heads = [
            Text("按设定", "As stated"),
            Text("抽样10%", "10 % of draws"),
            Text("中位", "Median"),
            Text("抽样90%", "90 % of draws"),
        ]
        columns = [
            Column(
                "quantity", Text(f"结果（金额为{self.unit.zh}）", f"Result (money: {self.unit.en})"), labels=QUANTITIES
            )
        ]
        columns += [Column(name, head, digits=1) for name, head in zip(names, heads, strict=True)]
        return self.table(f"{self.key}-summary", Text("损失与恢复", "losses and recovery"), frame, columns)

    def _sums(self, key: str) -> Table:
        frame = self.found.by_region if key == "region" else self.found.by_sector
        about = {"region": Text("分地区损失", "losses by region"), "sector": Text("分行业损失", "losses by sector")}[
            key
        ]
        first = Column(key, {"region": REGION, "sector": SECTOR}[key], labels=self.basis.names)
        return self.table(f"{self.key}-{key}s", about, frame, [first, *self._money()])

    def _producers(self) -> Table:
        columns = [
            Column("region", REGION, labels=self.basis.names),
            Column("sector", SECTOR, labels=self.basis.names),
            *self._money(),
            Column("first_day", Text("断供始于第几天", "Short from day"), digits=0),
            Column("first_input", Text("所缺投入品", "Short of"), labels=self.basis.names),
        ]
        about = Text("损失最大的行业", "who loses most")
        return self.table(f"{self.key}-producers", about, self.found.losses.head(MOST), columns)

    def _money(self) -> list[Column]:
        return [
            Column("value_added", Text("增加值损失", "Value added lost"), unit=self.unit, digits=2),
            Column("output", Text("产出损失", "Output lost"), unit=self.unit, digits=2),
            Column("direct", Text("其中直接", "Direct"), unit=self.unit, digits=2),
            Column("indirect", Text("其中间接", "Indirect"), unit=self.unit, digits=2),
            Column("share", Text("占同期的比例", "Share of the time"), kind="share", digits=2),
        ]

    def _remedies(self) -> Table:
        columns = [
            Column("remedy", Text("若当时", "Had there been"), labels=REMEDIES),
            Column("input", Text("投入品", "Input"), labels=self.basis.names),
            Column("saved_value_added", Text("少损失增加值", "Value added saved"), unit=self.unit, digits=2),
            Column("saved_unmet", Text("多满足最终需求", "Final use served"), unit=self.unit, digits=2),
            Column("cost", Text("多占用的库存资金", "Money tied up"), unit=self.unit, digits=1),
        ]
        return self.table(f"{self.key}-remedies", Text("什么有用", "what helps"), self.found.remedies, columns)

    def _prices(self) -> Table:
        frame = self.found.prices.sort_values(ascending=False).head(MOST).mul(100).reset_index()
        columns = [
            Column("region", REGION, labels=self.basis.names),
            Column("sector", SECTOR, labels=self.basis.names),
            Column("price", Text("价格上升", "Price rises"), unit=Text("%", "%"), digits=2),
        ]
        return self.table(f"{self.key}-prices", Text("涨价传导", "prices passed on"), frame, columns, method=PUSHED)

    def _weeks(self) -> Table:
        frame = self.found.weeks.assign(percent=lambda f: 100 * f["share"])
        frame = frame[frame["week"] <= WEEKS]
        columns = [
            Column("week", Text("第几周", "Week"), digits=0),
            Column("sector", SECTOR, labels=self.basis.names),
            Column("percent", Text("产出，为平时的", "Output, of usual"), unit=Text("%", "%"), digits=1),
        ]
        return self.table(f"{self.key}-weeks", Text("各行业逐周产出", "output of sectors by week"), frame, columns)

    def _course(self) -> Table:
        assert self.found.spread is not None
        bands = self.found.spread.bands
        frame = bands[bands["region"] == ""].assign(
            percent=lambda f: 100 * f["stated"], low=lambda f: 100 * f["p10"], high=lambda f: 100 * f["p90"]
        )
        columns = [
            Column("day", Text("第几天", "Day"), digits=0),
            Column("percent", Text("产出，为平时的", "Output, of usual"), unit=Text("%", "%"), digits=1),
            Column("low", Text("抽样10%", "10 % of draws"), unit=Text("%", "%"), digits=1),
            Column("high", Text("抽样90%", "90 % of draws"), unit=Text("%", "%"), digits=1),
        ]
        return self.table(f"{self.key}-course", Text("三地产出的过程", "course of the members' output"), frame, columns)
