"""Tables, figures and sentences of firm cascades, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.region.units import said
from haihe.shocks.network import MADE_UP, FirmNetwork

if TYPE_CHECKING:
    from haihe.shocks.systemic import Cascade, SystemicRisk

SHOWN = 20
LISTED = 500
FELT = 0.01
"""Share of its activity from which on a firm is said to feel it."""
METHOD = Text(
    "经济系统性风险指数（Diem 等，2022）：企业停产后，客户缺少其行业补不上的投入，供方失去销售，两个方向传到不再变动为止",
    "economic systemic risk index (Diem et al. 2022): buyers lack the inputs that the sector cannot replace, suppliers lose "
    "sales, in both directions until nothing moves",
)
COUNTED = Text(
    "只计所列企业与供货；最终用户的购买视为不变。", "Only listed firms and deliveries count; final users buy on."
)
FIRM, REGION, SECTOR = Text("企业", "Firm"), Text("地区", "Region"), Text("行业", "Sector")


class _NetworkViews:
    """What tables of a network share."""

    def __init__(self, network: FirmNetwork) -> None:
        self.network = network
        self.unit = said(network.unit)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column]) -> Table:
        basis = self.network.basis
        notes = [COUNTED, *basis.notes, *([MADE_UP] if self.network.made_up else [])]
        return Table(
            frame, columns, key=key, title=title, source=basis.source, quality=self.network.quality, method=METHOD,
            years=basis.years, notes=notes,
        )  # fmt: skip

    def _column(self, key: str, title: Text) -> Column:
        return Column(key, title, labels=self.network.basis.names)

    def _name(self, code: str) -> Text:
        return self.network.basis.name(code)


class CascadeViews(_NetworkViews):
    """Tables, figures and words of one cascade."""

    def __init__(self, found: Cascade) -> None:
        super().__init__(found.network)
        self.found = found

    def tables(self) -> dict[str, Table]:
        """Firms hit, and losses by region and sector."""
        share = [
            Column("shock", Text("冲击本身", "Shock itself"), kind="share", digits=0),
            Column("down", Text("缺投入", "Want of inputs"), kind="share", digits=1),
            Column("up", Text("缺客户", "Want of customers"), kind="share", digits=1),
            Column("loss", Text("损失", "Loss"), kind="share", digits=1),
        ]
        firms = self._table(
            "cascade-firms",
            Text("谁受波及", "Who is hit"),
            self.found.hit.head(LISTED),
            [
                self._column("enterprise", FIRM), self._column("region", REGION), self._column("sector", SECTOR), *share,
                Column("lost_sales", Text("损失的年销售", "Sales lost a year"), unit=self.unit),
            ],
        )  # fmt: skip
        return {firms.key: firms} | {t.key: t for t in (self._by("region", REGION), self._by("sector", SECTOR))}

    def figures(self) -> dict[str, Figure]:
        """Losses by region and sector as bars."""
        tables = [self._by(key, title, SHOWN) for key, title in (("region", REGION), ("sector", SECTOR))]
        drawn = [bars(table, table.columns[0].key, "lost_sales", horizontal=True) for table in tables if len(table)]
        return {figure.key: figure for figure in drawn}

    def _by(self, key: str, title: Text, most: int | None = None) -> Table:
        frame = self.found.by("region" if key == "region" else "sector")
        frame = frame[frame["lost_sales"] > 0].reset_index(drop=True)
        named = Text(f"各{title.zh}损失", f"Losses by {title.en.lower()}")
        return self._table(
            f"cascade-{key}s" if most is None else f"cascade-{key}s-chart",
            named,
            frame.head(most) if most else frame,
            [
                self._column(key, title),
                Column("firms", Text("受波及企业", "Firms hit"), unit=Text("家", "firms"), digits=0),
                Column("lost_sales", Text("损失的年销售", "Sales lost a year"), unit=self.unit),
                Column("share", Text("占其销售", "Of its sales"), kind="share", digits=2),
            ],
        )

    @property
    def words(self) -> Text:
        """Who is hit, in one sentence."""
        found = self.found
        origin = found.hit[found.hit["shock"] > 0]
        others = found.hit[found.hit["shock"] == 0]
        who = self._name(origin["enterprise"].iloc[0])
        if len(origin) > 1:
            who = Text(f"{who.zh}等 {len(origin)} 家企业", f"{who.en} and {len(origin) - 1} more")
        start = Text(
            "{who}受冲击后，所列企业年销售损失 {index:.2%}", "a shock to {who} costs listed firms {index:.2%} of sales"
        )
        said_first = start.format(who=who, index=found.index)
        if others.empty:
            return Text(f"{said_first.zh}，没有波及其他企业", f"{said_first.en} and reaches no other firm")
        first = others.iloc[0]
        name, count, much = self._name(first["enterprise"]), len(others), int((others["loss"] >= FELT).sum())
        return Text(
            f"{said_first.zh}；另有 {count} 家受波及，其中 {much} 家损失超过 {FELT:.0%}；损失销售最多的是{name.zh}（{first['loss']:.1%}）",
            f"{said_first.en}; {count} others are hit, {much} of them by more than {FELT:.0%}; most sales are lost by {name.en} "
            f"({first['loss']:.1%})",
        )


class SystemicViews(_NetworkViews):
    """Tables, figures and words of the index."""

    def __init__(self, found: SystemicRisk) -> None:
        super().__init__(found.network)
        self.found = found

    def tables(self) -> dict[str, Table]:
        """Firms by index; the largest of each region and sector."""
        made = [self._firms(LISTED, "systemic-firms")]
        for key, title in (("region", REGION), ("sector", SECTOR)):
            made.append(
                self._table(
                    f"systemic-{key}s",
                    Text(f"各{title.zh}最要紧的企业", f"The firm that matters most, by {title.en.lower()}"),
                    self.found.by("region" if key == "region" else "sector"),
                    [
                        self._column(key, title),
                        Column("firms", Text("企业数", "Firms"), unit=Text("家", "firms"), digits=0),
                        self._column("largest", Text("最要紧的企业", "Matters most")),
                        Column("index", Text("其指数", "Its index"), kind="share", digits=3),
                        Column("mean", Text("平均指数", "Mean index"), kind="share", digits=4),
                    ],
                )
            )
        return {table.key: table for table in made}

    def figures(self) -> dict[str, Figure]:
        """The firms that matter most as bars."""
        figure = bars(self._firms(SHOWN, "systemic-firms-chart"), "enterprise", "index", horizontal=True)
        return {figure.key: figure}

    def _firms(self, most: int, key: str) -> Table:
        return self._table(
            key,
            Text("哪些企业最要紧", "Which firms matter most"),
            self.found.frame.head(most),
            [
                self._column("enterprise", FIRM),
                self._column("region", REGION),
                self._column("sector", SECTOR),
                Column("sales", Text("年销售", "Sales a year"), unit=self.unit),
                Column("index", Text("系统性风险指数", "Systemic risk index"), kind="share", digits=3),
                Column("beyond", Text("其中波及他人", "Of it, others' loss"), kind="share", digits=3),
            ],
        )

    @property
    def words(self) -> Text:
        """Which firm matters most, in one sentence."""
        first = self.found.frame.iloc[0]
        name = self._name(first["enterprise"])
        return Text(
            f"{name.zh}若停产，所列企业年销售损失 {first['index']:.2%}，为各企业之首",
            f"if {name.en} stops, listed firms lose {first['index']:.2%} of sales, more than for any other firm",
        )
