"""Tables and figures of trade and dependence. Money in 亿元."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.diagnosis.origins import ORIGINS, neighbour_band
from haihe.diagnosis.places import MONEY, dated
from haihe.diagnosis.result import Basis, Result
from haihe.diagnosis.trade import Trade
from haihe.figures import Column, Figure, Table, bars, flows
from haihe.messages import Text
from haihe.region import Region
from haihe.region.units import factors

YI = Text("亿元", "100 m yuan")
PERCENT = Text("%", "%")
USES: Mapping[str, Text] = {
    "consumption": Text("消费", "Consumption"),
    "investment": Text("投资", "Investment"),
    "other": Text("其他最终使用", "Other final use"),
    "exports": Text("出口", "Exports"),
    "shipped": Text("省外流出", "Shipped in the country"),
}
USERS: Mapping[str, Text] = {
    "abroad": Text("境外", "Abroad"),
    "rest": Text("其他未列地区", "Regions not named"),
    "residual": Text("核算误差", "Unexplained"),
}
CONTENT_METHOD = Text(
    "增加值与境外产品的完全含量 S(I−A)⁻¹，A 为地区间投入系数（Chenery 1953、Moses 1955 的固定来源比例；"
    "Miller、Blair 2009，3.3 节）",
    "total content of value added and of products from abroad, S (I - A)⁻¹, with A the interregional coefficients (fixed "
    "proportions of origins, Chenery 1953, Moses 1955; Miller and Blair 2009, section 3.3)",
)
TIVA_METHOD = Text(
    "增加值贸易：各地增加值最终被谁的最终使用吸收（Johnson、Noguera 2012）",
    "trade in value added: in whose final use the value added of each region ends (Johnson and Noguera 2012)",
)
DIRECT_METHOD = Text(
    "各产品的使用按来源分组，为直接来源，不含供应链上游",
    "uses of each product by origin, direct, without what stands behind it along the supply chain",
)
PARTNERS = Text(
    "公布的表没有伙伴地区：“区域内其他成员”与“国内其他地区”之间的划分随距离假设变动，本地与境外不受影响。",
    "Published tables name no partner: the split between other members and the rest of the country moves with the "
    "assumption on distance; own region and abroad do not.",
)
TRANSIT = Text(
    "运出多于所产（过境或核算误差）时自给为负，图中按 0 计，其余按比例；表中保留原值。",
    "Where more leaves than is made (transit, or errors of the accounts) the own share is below 0; drawn as 0 with the "
    "others in proportion, and kept in the table.",
)
UNCOUPLED = Text(
    "没有地区间流动表：与成员之间的往来都计入国内其他地区。",
    "There is no table of flows: what members ship to each other counts with the rest of the country.",
)


@dataclass(frozen=True, eq=False)
class TradeView(Result):
    """Trade and dependence of the members.

    Attributes
    ----------
    trade : Trade
        Accounts of the base year and what follows from them.
    contents, value_added_trade, self_sufficiency : DataFrame
        As the methods of `Trade`; ``self_sufficiency`` also has ``near_low`` and ``near_high``, the band of the share
        from other members. ``value_added_trade`` is empty where no flows couple the regions.
    basis : Basis
        What it rests on.
    """

    trade: Trade
    contents: pd.DataFrame
    value_added_trade: pd.DataFrame
    self_sufficiency: pd.DataFrame
    groups: Mapping[str, str]
    basis: Basis

    @property
    def home(self) -> str:
        """Region that the figures look from."""
        return self.trade.places.home

    def content_of(self, use: str, region: str | None = None) -> "pd.Series[float]":
        """Share of value added by origin in a use of a region (`home` where not given)."""
        own = self.contents[(self.contents["region"] == (region or self.home)) & (self.contents["use"] == use)]
        return own.set_index("origin")["share"]

    def shown(self) -> Iterable[Table | Figure]:
        """Content of uses and exports; value added ending where; direct origins of manufactures."""
        coupled: list[Table | Figure] = (
            [] if self.value_added_trade.empty else [self._tiva_figure(), self._tiva_table()]
        )
        return [self._content_figure(), *coupled, self._origin_figure(), self._origin_table()]

    def _dated(self, title: Text) -> Text:
        return dated(title, self.trade.accounts.year)

    @property
    def _notes(self) -> tuple[Text, ...]:
        several = len(self.trade.accounts.regions) > 1
        if self.trade.coupled:
            return (PARTNERS,)
        return (UNCOUPLED,) if several else ()

    def _content_figure(self) -> Figure:
        frame = self.contents[self.contents["value"].notna()]
        names, words = self.basis, USES
        who = [
            Text(f"{names.name(r).zh}·{words[u].zh}", f"{names.name(r).en}: {words[u].en}")
            for r, u in zip(frame["region"], frame["use"], strict=True)
        ]
        table = self.basis.table(
            "trade-content",
            self._dated(
                Text(
                    "消费、投资与出口中是谁的增加值", "Whose value added stands in consumption, investment and exports"
                )
            ),
            frame.assign(who=pd.Series(who, index=frame.index, dtype=object), percent=100 * frame["share"]),
            [
                Column("who", Text("地区·用途", "Region: use")),
                Column("origin", Text("来源", "Origin"), labels=ORIGINS),
                Column("percent", Text("占比", "Share"), unit=PERCENT, digits=1),
                Column("value", Text("金额", "Amount"), unit=YI, digits=0),
            ],
            CONTENT_METHOD,
            *self._notes,
        )
        return bars(table, "who", "percent", by="origin", stacked=True, horizontal=True)

    def _tiva_rows(self) -> pd.DataFrame:
        members = self.trade.places.members
        return self.value_added_trade[self.value_added_trade["origin"].isin(members)]

    def _tiva_figure(self) -> Figure:
        frame = self._tiva_rows()
        frame = frame[(frame["user"] != "residual") & (frame["value"] > 0)]
        table = self.basis.table(
            "trade-value-added-flows",
            self._dated(Text("各地增加值最终在哪里使用", "Where each region's value added ends")),
            frame,
            self._tiva_columns(),
            TIVA_METHOD,
            *self._notes,
        )
        return flows(table, "origin", "user", "value")

    def _tiva_columns(self) -> list[Column]:
        return [
            self.basis.place("origin", Text("增加值来自", "Value added of")),
            Column("user", Text("最终使用在", "Ends in"), labels={**self.basis.names, **USERS}),
            Column("value", Text("增加值", "Value added"), unit=YI, digits=0),
        ]

    def _tiva_table(self) -> Table:
        wide = self._tiva_rows().pivot_table(index="origin", columns="user", values="value", sort=False)
        wide = wide.loc[:, (wide != 0).any()]
        labels = {**self.basis.names, **USERS}
        return self.basis.table(
            "trade-value-added",
            self._dated(Text("增加值贸易", "Trade in value added")),
            wide.assign(total=wide.sum(axis="columns")).reset_index(),
            [
                self.basis.place("origin", Text("增加值来自", "Value added of")),
                *(Column(str(user), labels.get(user, Text(user, user)), unit=YI, digits=0) for user in wide.columns),
                Column("total", Text("合计", "Total"), unit=YI, digits=0),
            ],
            TIVA_METHOD,
            *self._notes,
            Text(
                "“核算误差”为公布的表供给与使用之间的差额沿供应链的部分，主要来自国内其他地区，不分给任何使用者。",
                "“Unexplained” is what the published tables leave between supply and use, carried along the supply chain; "
                "most of it lies with the rest of the country. It is given to no user.",
            ),
        )

    def _origin_figure(self) -> Figure:
        frame = self.self_sufficiency[self.self_sufficiency["region"] == self.home]
        made = frame["sector"].map(self.groups).isin(("mining", "manufacturing")) & frame["home"].notna()
        frame = frame[made] if made.any() else frame[frame["home"].notna()]
        frame = frame.sort_values("home", kind="stable")
        positive = frame[list(ORIGINS)].clip(lower=0.0)
        drawn = frame[["sector", "uses"]].join(positive.div(positive.sum(axis="columns"), axis="index"))
        long = drawn.melt(["sector", "uses"], list(ORIGINS), var_name="origin", value_name="share")
        through = (TRANSIT,) if (frame[list(ORIGINS)] < 0).any(axis=None) else ()
        name = self.basis.name(self.home)
        table = self.basis.table(
            "trade-origins",
            self._dated(Text(f"{name.zh}所用工业品来自哪里", f"Where the manufactures used in {name.en} come from")),
            long.assign(percent=100 * long["share"]),
            [
                self.basis.place("sector"),
                Column("origin", Text("来源", "Origin"), labels=ORIGINS),
                Column("percent", Text("占使用", "Share of use"), unit=PERCENT, digits=0),
                Column("uses", Text("区内使用", "Use"), unit=YI, digits=0),
            ],
            DIRECT_METHOD,
            *through,
            *self._notes,
        )
        return bars(table, "sector", "percent", by="origin", stacked=True, horizontal=True)

    def _origin_table(self) -> Table:
        return self.basis.table(
            "trade-self-sufficiency",
            self._dated(Text("自给率与对外依存", "Self-sufficiency and dependence")),
            self.self_sufficiency,
            [
                self.basis.place(),
                self.basis.place("sector"),
                Column("uses", Text("区内使用", "Use"), unit=YI, digits=0),
                Column("home", Text("自给率", "Own share"), kind="share", digits=0),
                Column("neighbours", ORIGINS["neighbours"], kind="share", digits=0),
                Column("near_low", Text("其下限", "low"), kind="share", digits=0),
                Column("near_high", Text("其上限", "high"), kind="share", digits=0),
                Column("rest", ORIGINS["rest"], kind="share", digits=0),
                Column("abroad", ORIGINS["abroad"], kind="share", digits=0),
            ],
            DIRECT_METHOD,
            *self._notes,
        )


def trade_view(region: Region, trade: Trade, basis: Basis) -> TradeView:
    """Work out trade and dependence of a region's members.

    Parameters
    ----------
    region : Region
        For the bands of flows and the groups of sectors.
    trade : Trade
        Accounts of the base year.
    basis : Basis
        What it rests on.
    """
    sectors = region["sectors"]
    return TradeView(
        trade,
        trade.contents(),
        trade.value_added_trade() if trade.coupled else pd.DataFrame(columns=["origin", "user", "value"]),
        _banded(region, trade),
        dict(zip(sectors["sector"], sectors["group"], strict=True)),
        basis,
    )


def _banded(region: Region, trade: Trade) -> pd.DataFrame:
    """Self-sufficiency with the band of the share from other members."""
    frame, a = trade.self_sufficiency(), trade.accounts
    flows = region.frame("flows")
    flows = flows[flows["year"] == a.year]
    times = factors(flows["unit"], MONEY)
    flows = flows.assign(low=flows["low"] * times, high=flows["high"] * times)
    bands = [neighbour_band(flows, trade.places, member, a.sectors) for member in trade.places.members]
    low, high = np.concatenate(bands, axis=1) if trade.coupled else np.full((2, len(frame)), np.nan)
    uses = frame["uses"].where(frame["uses"] > 0)
    return frame.assign(near_low=low / uses, near_high=(high / uses).clip(upper=1.0))
