"""Tables, figures and sentences on resources, transfers, ports and links of a plan, in both languages."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, heat, lines
from haihe.messages import Text
from haihe.planning.results import WORTHLESS
from haihe.planning.views import PlanViews, enlarged, key_of, span_notes
from haihe.region.units import said

STEP = 0.01
"""One step more of something is the power of ten nearest to this share of what there is."""
CALIBRATED = Text(
    "货运系数已按公布的吞吐量校准：系数大于 1 表示港口还承运外省货物、空箱等，这里假定它们随成员的贸易同比例变动。",
    "Freight is calibrated to the published throughput: a factor above 1 stands for goods of other provinces, empty "
    "boxes and the like, which are taken to move with the members' trade.",
)
SERIES = {
    "reference": Text("基准路径货量", "Freight on the reference path"),
    "freight": Text("方案货量", "Freight planned"),
    "room": Text("能力（含扩容）", "Capacity with expansion"),
}


class ResourceViews:
    """Tables and figures of one plan's resources and links; `PlanViews` gives names, source and marks."""

    def __init__(self, views: PlanViews) -> None:
        self.views, self.plan = views, views.plan
        model = self.plan.model
        self.titles: dict[object, Text] = {name: resource.spec.title for name, resource in model.resources.items()}
        self.links: dict[object, Text] = {
            link.name: link.title for corridor in model.corridors.values() for link in corridor.spec.links
        }
        parts = [resource.expansions for resource in model.resources.values()]
        parts += [corridor.expansions for corridor in model.corridors.values()]
        self.built: dict[object, Text] = {spec.name: spec.title for part in parts for spec in part.specs}
        self.things: dict[object, Text] = {
            **self.titles,
            **{name: corridor.spec.title for name, corridor in model.corridors.items()},
        }

    def tables(self) -> dict[str, Table]:
        """Every table by key; none of what the plan does not have."""
        shown: list[Table] = []
        if self.plan.model.resources:
            shown += [self.resources(), self.transfers()]
        if self.plan.model.corridors:
            shown += [self.links_table()]
        if self.built:
            shown += [self.expansions()]
        shown += [figure.table for figure in self.figures().values()]
        return {table.key: table for table in shown}

    def figures(self) -> dict[str, Figure]:
        """Every figure by key: how full resources are, and freight against capacity of the links that are scarce."""
        shown = [self.fullness()] if self.plan.model.resources else []
        scarce = self.plan.links[self.plan.links["price"] > WORTHLESS]
        shown += [self.freight(name) for name in scarce["corridor"].unique()]
        return {figure.key: figure for figure in shown}

    def resources(self) -> Table:
        """Use and endowment of every resource in the last year, and what one more unit is worth."""
        frame = self._with_band(self._last(self.plan.resources), "resource", ["resource", "region"])
        frame = enlarged(frame, ["reference", "use", "endowment", "received", "given", "expanded"])
        return self.views.table(
            "plan-resources",
            Text(f"{self.views.last} 年要素的使用与余缺", f"Resources: use and scarcity, {self.views.last}"),
            frame.assign(net=frame["received"] - frame["given"]),
            [
                Column("resource", Text("要素", "Resource"), labels=self.titles),
                self.views.place(),
                Column("reference", Text("基准路径需要", "Need on reference path")),
                Column("use", Text("方案使用", "Use planned")),
                Column("endowment", Text("拥有量", "Endowment")),
                Column("net", Text("调入（＋）调出（−）", "Received (+) or given (−)"), signed=True),
                Column("expanded", Text("扩容", "Expanded")),
                Column("unit", Text("单位", "Unit"), labels=_units(frame["unit"])),
                Column("price", Text("影子价格", "Price")),
                Column("low", Text("下限", "Low")),
                Column("high", Text("上限", "High")),
                Column("price_unit", Text("价格单位", "Unit of price"), labels=_units(frame["price_unit"])),
                self.views.rests(),
            ],
            Text(
                "影子价格：该地区多一单位要素可增加的福利；为 0 表示不紧缺。没有替代的要素一旦不够，价格会极高，请先核对使用强度。",
                "Price: what one more unit there adds to welfare; 0 means not scarce. What nothing can replace becomes "
                "extremely dear once it is short: check the uses first.",
            ),
            *span_notes(self.plan),
        )

    def transfers(self) -> Table:
        """Who uses whose resource in the last year, at what cost, and what a wider limit would bring."""
        frame = enlarged(self._last(self.plan.transfers), ["limit", "amount"])
        return self.views.table(
            "plan-transfers",
            Text(f"{self.views.last} 年要素调剂与共享", f"Transfers and sharing of resources, {self.views.last}"),
            frame,
            [
                Column("resource", Text("要素", "Resource"), labels=self.titles),
                Column("from_region", Text("提供地", "From"), labels=self.views.names),
                Column("to_region", Text("使用地", "To"), labels=self.views.names),
                Column("amount", Text("调剂量", "Amount")),
                Column("limit", Text("上限", "Limit")),
                Column("unit", Text("单位", "Unit"), labels=_units(frame["unit"])),
                Column("cost", Text("每单位成本", "Cost of a unit")),
                Column("gain", Text("上限每放宽一单位的收益", "Gain of one more unit of the limit")),
                Column("price_unit", Text("价格单位", "Unit of price"), labels=_units(frame["price_unit"])),
            ],
            *span_notes(self.plan),
        )

    def links_table(self) -> Table:
        """Freight, capacity and price of every link in the last year."""
        frame = self._with_band(self._last(self.plan.links), "link", ["corridor", "link"])
        frame = enlarged(frame, ["reference", "freight", "carried", "capacity", "expanded"])
        room = frame["capacity"] + frame["expanded"]
        calibrated = [CALIBRATED] if (frame["calibration"] != 1.0).any() else []
        return self.views.table(
            "plan-links",
            Text(f"{self.views.last} 年港口与通道", f"Ports and links, {self.views.last}"),
            frame.assign(full=frame["carried"] / room.where(room > 0)),
            [
                Column("link", Text("通道", "Link"), labels=self.links),
                Column("carried", Text("承运", "Carried")),
                Column("capacity", Text("能力", "Capacity")),
                Column("expanded", Text("扩容", "Expanded")),
                Column("full", Text("利用率", "In use"), kind="share", digits=0),
                Column("unit", Text("单位", "Unit"), labels=_units(frame["unit"])),
                Column("price", Text("影子价格", "Price"), digits=1),
                Column("low", Text("下限", "Low"), digits=1),
                Column("high", Text("上限", "High"), digits=1),
                Column("price_unit", Text("价格单位", "Unit of price"), labels=_units(frame["price_unit"])),
                Column("calibration", Text("校准系数", "Calibration"), digits=2),
                Column("quality", Text("能力数据的质量", "Mark of its capacity"), kind="quality"),
            ],
            *calibrated,
            *span_notes(self.plan),
        )

    def expansions(self) -> Table:
        """What is built or bought, by year."""
        frame = enlarged(self.plan.expansions, ["amount"])
        return self.views.table(
            "plan-expansions",
            Text("扩容：建什么、买什么", "Expansion: what is built and bought"),
            frame,
            [
                Column("expansion", Text("扩容", "Expansion"), labels=self.built),
                Column("of", Text("对象", "Of"), labels=self.things),
                self.views.place(),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("amount", Text("当年在用", "Standing in that year")),
                Column("unit", Text("单位", "Unit"), labels=_units(frame["unit"])),
                Column("cost", Text("每单位每年成本", "Cost of a unit and year")),
                Column("price_unit", Text("成本单位", "Unit of cost"), labels=_units(frame["price_unit"])),
            ],
            Text(
                "有使用年限的投资按年金摊到每年（社会贴现率）。",
                "An investment with a life is charged by the year, as an annuity at the social discount rate.",
            ),
        )

    def fullness(self) -> Figure:
        """What production would need on the reference path, against what each region has, by year: a heat map."""
        frame = self.plan.resources.dropna(subset=["endowment"])
        who = [
            Text(
                f"{self.titles[resource].zh}·{self.views.names[region].zh}",
                f"{self.titles[resource].en}: {self.views.names[region].en}",
            )
            for resource, region in zip(frame["resource"], frame["region"], strict=True)
        ]
        have = frame["endowment"].where(frame["endowment"] > 0)
        frame = frame.assign(who=pd.Series(who, index=frame.index, dtype=object))
        table = self.views.table(
            "plan-scarcity",
            Text("基准路径的需要占拥有量的比例", "Need on the reference path over what there is"),
            enlarged(
                frame.assign(percent=100 * frame["reference"] / have, price=frame["price"]), ["reference", "endowment"]
            ),
            [
                Column("who", Text("要素·地区", "Resource: region")),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("percent", Text("需要/拥有", "Need over endowment"), unit=Text("%", "%"), digits=0),
                Column("reference", Text("基准路径需要", "Need on reference path")),
                Column("endowment", Text("拥有量", "Endowment")),
                Column(
                    "unit", Text("单位", "Unit"), labels=_units(frame["unit"]) | _units(enlarged(frame, [])["unit"])
                ),
            ],
            Text(
                "超过 100% 的部分要靠调剂、扩容或调整产业。", "What is above 100 % must be borrowed, built or given up."
            ),
        )
        return heat(table, "year", "who", "percent")

    def freight(self, corridor: str) -> Figure:
        """Freight of a corridor and the room of its links, by year."""
        frame = self.plan.links[self.plan.links["corridor"] == corridor]
        room = frame.assign(room=frame["capacity"] + frame["expanded"])
        by_year = room.groupby("year").agg({"reference": "first", "freight": "first", "room": "sum", "unit": "first"})
        long = by_year.reset_index().melt(["year", "unit"], list(SERIES), "series", "amount")
        long = enlarged(long, ["amount"])
        title = self.things[corridor]
        table = self.views.table(
            key_of("plan-freight", corridor),
            Text(f"货量与能力：{title.zh}", f"Freight and room: {title.en}"),
            long,
            [
                Column("year", Text("年份", "Year"), kind="year"),
                Column("series", Text("项目", "Item"), labels=SERIES),
                Column("amount", Text("数量", "Amount"), unit=said(str(long["unit"].iloc[0]))),
            ],
        )
        return lines(table, "year", "amount", by="series")

    def sentences(self) -> list[Text]:
        """Say who is short in the last year and what one step more is worth, the dearest first.

        A step is the power of ten nearest to a hundredth of what there is; its worth is the price times the step, which
        holds for a small step only.
        """
        resources = self._with_band(self._last(self.plan.resources), "resource", ["resource", "region"])
        links = self._with_band(self._last(self.plan.links), "link", ["corridor", "link"])
        told = []
        for frame, column in ((resources, "endowment"), (links, "capacity")):
            short = frame[frame["price"] > WORTHLESS]
            step = 10.0 ** np.round(np.log10(STEP * short[column].where(short[column] > 0, 1 / STEP)))
            worth = {name: short[name] * step for name in ("price", "low", "high")}
            plain = short.assign(step=step, plain=step, plain_unit=short["unit"], **worth)
            told += enlarged(plain, ["step"]).to_dict("records")
        return [self._sentence(row) for row in sorted(told, key=lambda row: -row["price"])]

    def _sentence(self, row: Mapping[Hashable, Any]) -> Text:
        """Say what one step more is worth; price, low and high hold the yuan of the step."""
        unit, plain = said(row["unit"]), said(row["plain_unit"])
        if "link" in row:
            what = self.links[row["link"]]
        else:
            title, where = self.titles[row["resource"]], self.views.names[row["region"]]
            what = Text(f"{where.zh}的{title.zh}", f"{title.en} in {where.en}")
        low, high = row["low"], row["high"]
        worth = _money(row["price"])
        if not np.isnan(low):
            band = _money(low), _money(high)
            worth = Text(f"{worth.zh}（{band[0].zh}至{band[1].zh}）", f"{worth.en} ({band[0].en} to {band[1].en})")
        year = self.views.last
        return Text(
            f"{year} 年{what.zh}紧缺：每增加 {row['step']:,.9g} {unit.zh}，当年福利约增加 {worth.zh}。",
            f"{year}: {what.en}: scarce; {row['plain']:,.9g} {plain.en} more would add about {worth.en} to welfare that year.",
        )

    def _last(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["year"] == self.views.last]

    def _with_band(self, frame: pd.DataFrame, kind: str, by: list[str]) -> pd.DataFrame:
        """Add the band of each price and what it rests on."""
        names = {"resource": ["name", "region"], "link": ["region", "name"]}[kind]
        prices = self.plan.prices[self.plan.prices["kind"] == kind].rename(columns=dict(zip(names, by, strict=True)))
        return frame.merge(prices[[*by, "year", "low", "high", "rests_on"]], on=[*by, "year"], how="left")


def _units(units: "pd.Series[str]") -> dict[object, Text]:
    """Units in both languages."""
    return {unit: said(unit) for unit in units.unique()}


def _money(yuan: float) -> Text:
    """Write an amount of money with two digits, in a unit that suits its size."""
    word, size = ("亿元", 1e8) if abs(yuan) >= 1e8 else ("万元", 1e4)
    zh, en = (float(f"{yuan / each:.1e}") for each in (size, 1e6))
    return Text(f"{zh:,.9g} {word}", f"{en:,.9g} m yuan")
