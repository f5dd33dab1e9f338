"""How a plan's sentences call things, and how they say since when something is short and what one more unit is worth."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from haihe.figures import format_number
from haihe.figures.numbers import WIDE
from haihe.messages import Text
from haihe.planning.binding import KINDS, POOL, YUAN
from haihe.planning.outcome import Outcome
from haihe.planning.resource_views import ResourceViews
from haihe.planning.views import YI_PER_BN, PlanViews
from haihe.region.units import said

APART = 1.5
"""Times by which prices of other milestones differ from the one told, from which on they are told too."""
FULL = 1 - 1e-6
"""Use of a link's room from which on it is full."""
POINTS = Text("个百分点", "percentage points")
UNIT_WORDS = {
    "t CO2": Text("吨二氧化碳", "t of CO2"),
    "tce": Text("吨标准煤", "tce"),
    "m3": Text("立方米", "m3"),
    "TEU": Text("标准箱", "TEU"),
    "t": Text("吨", "t"),
    "persons": Text("人", "person"),
    "机时": Text("机时", "machine hour"),
    "yuan": Text("元", "yuan"),
}
"""Units of one more, as they are spoken."""


class Words:
    """What things are called in a plan's sentences."""

    def __init__(self, plan: Outcome) -> None:
        self.plan, self.views = plan, PlanViews(plan)
        self.members = plan.model.economy.members
        resources = ResourceViews(self.views)
        limits: dict[object, Text] = {limit.spec.name: limit.spec.title for limit in plan.assembly.limits}
        limits |= {target.spec.name: target.spec.title for target in plan.assembly.targets}
        self.titles: dict[object, Text] = {**resources.titles, **resources.links, **limits}
        self.titles |= self.views.limits.items()
        self.built = resources.built
        funds = plan.region.frame("funds")
        self.funds = {
            code: Text(zh, en) for code, zh, en in zip(funds["fund"], funds["name_zh"], funds["name_en"], strict=True)
        }

    def name(self, code: str) -> Text:
        """Name of a region or sector."""
        return self.views.names.get(code, Text(code, code))

    def listed(self, names: Sequence[Text]) -> Text:
        """Names, joined."""
        return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))

    def what(self, row: dict[object, object]) -> Text:
        """What is scarce, and where."""
        name, place = str(row["row"]).partition(":")[2], str(row["place"])
        if str(row["row"]).startswith("link:"):
            return self.titles.get(place, Text(place, place))
        title = self.titles.get(name, Text(name, name))
        if place in (POOL, "", name):
            return title
        where = self.name(place)
        if _stem(where.zh) in title.zh or where.en in title.en:
            return title
        if str(row["row"]).startswith("cap:"):
            return Text(f"{title.zh}（{where.zh}）", f"{title.en} ({where.en})")
        return Text(f"{where.zh}{title.zh}", f"{title.en} in {where.en}")

    def scarce(self, row: dict[object, object]) -> Text:
        """Since when something binds, and what one more unit is worth, with its band."""
        what, unit = self.what(row), str(row["unit"]).partition("/")[2]
        one = UNIT_WORDS.get(unit, POINTS if unit == "share" else said(unit))
        amount = str(row["row"]).startswith(tuple(KINDS))
        price, low, high = (
            float(str(row[name])) / (100 if unit == "share" else 1) for name in ("price", "low", "high")
        )
        told = (rough(price), rough(low), rough(high))
        band = _band(*told, self.set_by(row)) if np.isfinite(low + high) else Text("", "")
        zh, en = (
            (f"多 1 {one.zh}", f"1 {one.en} more") if amount else (f"放宽 1 {one.zh}", f"relaxing it by 1 {one.en}")
        )
        since, until = row["since"], row["until"]
        end = self.plan.model.economy.assumptions.years[-1]
        span = Text(f"自 {since} 年起", f"from {since}")
        if until < end:  # type: ignore[operator]
            only = Text(f"仅 {since} 年", f"in {since} only")
            span = only if since == until else Text(f"在 {since}–{until} 年", f"from {since} to {until}")
        short, path = self.short_of(row), self.path(row)
        return Text(
            f"{what.zh}{span.zh}{short.zh}，{row['year']} 年{zh}约值 {rough(price)} 元{band.zh}{path.zh}",
            f"{what.en}: {short.en} {span.en}; in {row['year']} {en} is worth about {rough(price)} yuan{band.en}{path.en}",
        )

    def short_of(self, row: dict[object, object]) -> Text:
        """Say that something is short, or that a link is full while a dearer one beside it has room."""
        none = Text("不够", "short")
        links = self.plan.links
        if not str(row["row"]).startswith("link:") or links.empty:
            return none
        corridor = str(row["row"]).partition(":")[2]
        beside = links[
            (links["corridor"] == corridor) & (links["year"] == row["since"]) & (links["link"] != row["place"])
        ]
        free = set(beside.loc[beside["carried"] < FULL * (beside["capacity"] + beside["expanded"]), "link"])
        if corridor not in self.plan.model.corridors or not free:
            return none
        costs = {link.name: link.cost for link in self.plan.model.corridors[corridor].spec.links}
        other = min(free, key=lambda name: costs[name])
        more = rough((costs[other] - costs[str(row["place"])]) * YUAN)
        name = self.titles.get(other, Text(other, other))
        unit = str(row["unit"]).partition("/")[2]
        one = UNIT_WORDS.get(unit, said(unit))
        return Text(
            f"已满，其余改走{name.zh}（每{one.zh}多 {more} 元）",
            f"full (the rest takes {name.en}, {more} yuan/{one.en} more)",
        )

    def path(self, row: dict[object, object]) -> Text:
        """Prices of the other milestones, where they are far from the one told."""
        frame = self.prices_of(row)
        prices = frame[frame["price"] > 0].set_index("year")["price"]
        if len(prices) < 2 or prices.max() <= APART * prices.min():
            return Text("", "")
        told = float(str(row["price"]))
        ahead = prices[prices.index > row["year"]]
        if len(ahead) and prices.is_monotonic_increasing and ahead.iloc[-1] > APART * told:
            return Text(
                f"，展望期 {ahead.index[-1]} 年升至 {rough(ahead.iloc[-1])} 元",
                f", rising to {rough(ahead.iloc[-1])} in the outlook, {ahead.index[-1]}",
            )
        if prices.max() <= APART * told and prices.min() * APART >= told:
            return Text("", "")
        every = "、".join(f"{year} 年 {rough(price)}" for year, price in prices.items())
        each = ", ".join(f"{year} {rough(price)}" for year, price in prices.items())
        return Text(
            f"；各期 {every}，单期价格随各期长短和投资时点跳动",
            f"; by milestone {each}: a single one jumps with its length",
        )

    def prices_of(self, row: dict[object, object]) -> pd.DataFrame:
        """Prices of what a row binds, in every milestone; empty where the plan has none of it."""
        prefix, _, name = str(row["row"]).partition(":")
        kind, place = KINDS.get(f"{prefix}:"), row["place"]
        prices = self.plan.prices
        frame = prices[(prices["kind"] == kind) if kind else pd.Series(False, index=prices.index)]
        if kind == "link":
            return frame[(frame["region"] == name) & (frame["name"] == place)]
        frame = frame[frame["name"] == name]
        return frame.drop_duplicates("year") if place == POOL else frame[frame["region"] == place]

    def set_by(self, row: dict[object, object]) -> Text | None:
        """What sets the price of a resource: a transfer or an expansion in use that costs just as much; None without."""
        if not str(row["row"]).startswith(("resource:", "link:")):
            return None
        name, place, price = str(row["row"]).partition(":")[2], row["place"], float(str(row["price"]))
        for frame, of, where in ((self.plan.expansions, "of", "place"), (self.plan.transfers, "resource", "to_region")):
            if frame.empty:
                continue
            used = frame[(frame[of] == name) & (frame[where] == place) & (frame["year"] == row["year"])]
            used = used[(used["amount"] > 0) & ((used["cost"] - price).abs() <= 1e-3 * abs(price))]
            if len(used) and of == "of":
                code = str(used["expansion"].iloc[0])
                return self.built.get(code, Text(code, code))
            if len(used):
                giver = self.name(str(used["from_region"].iloc[0]))
                return Text(f"自{giver.zh}调入", f"bringing it from {giver.en}")
        return None

    def own_cut(self, cap: str) -> Text:
        """How much less every member uses in the last year than on the reference path."""
        frame = self.plan.caps
        frame = frame[(frame["limit"] == cap) & (frame["year"] == self.views.last)]
        cuts = zip(frame["region"], frame["use"] / frame["reference"] - 1, strict=True)
        named = [(self.name(str(region)), format_number(cut, 1, share=True, signed=True)) for region, cut in cuts]
        title = self.views.limits[cap]
        several = len(self.plan.model.caps) > 1
        head = Text(f"{title.zh}之下，", f"under {title.en}, ") if several else Text("", "")
        return Text(
            f"{head.zh}{self.views.last} 年比基准路径：{'、'.join(f'{n.zh} {cut}' for n, cut in named)}",
            f"{head.en}against the reference path in {self.views.last}: {', '.join(f'{n.en} {cut}' for n, cut in named)}",
        )

    def fund(self, row: dict[object, object]) -> Text:
        """In which years a fund is used up, and what one more yuan would bring."""
        code = str(row["place"]).partition("|")[0]
        fund, price = self.funds.get(code, Text(code, code)), rough(float(str(row["price"])))
        span = str(row["since"]) if row["since"] == row["until"] else f"{row['since']}–{row['until']}"
        return Text(
            f"{fund.zh}在 {span} 年用尽，{row['year']} 年多 1 元预算约增加福利 0–{price} 元（项目计入所在行业未被解释的成本时"
            "可低至 0，完全不计时取上限；只对小的变动成立）",
            f"{fund.en} is used up in {span}; in {row['year']} one more yuan adds 0 to {price} yuan of welfare (down to 0 "
            "where projects pay what the accounts leave unexplained in their sector, the upper end where they do not; for a "
            "small change)",
        )

    def mover(self, row: dict[object, object]) -> Text:
        """One sector of one region with its change."""
        region, sector = self.name(str(row["region"])), self.name(str(row["sector"]))
        amount = rough(float(str(row["difference"])) * YI_PER_BN)
        change = format_number(float(str(row["change"])), 1, share=True, signed=True)
        return Text(
            f"{region.zh}{sector.zh}（{amount} 亿元，{change}）",
            f"{region.en} {sector.en} ({amount} x 100 m yuan, {change})",
        )


def _band(price: str, low: str, high: str, set_by: Text | None) -> Text:
    """Say a band; where there is none, what sets the price, or else that elasticities do not matter."""
    if price == low == high:
        if set_by is not None:
            return Text(f"（等于{set_by.zh}的成本）", f" (what {set_by.en} costs)")
        return Text("（与弹性无关）", " (whatever the elasticities)")
    return Text(f"（{low}–{high}）", f" ({low} to {high})")


def said_yuan(amount: float) -> Text:
    """Write an amount of yuan in the unit in which it is read.

    Examples
    --------
    >>> said_yuan(0.25).zh, said_yuan(123_400.0).zh, said_yuan(2.5e9).en
    ('0.25 元', '12 万元', '25 x 100 m yuan')
    """
    size, zh, en = next(
        (step for step in ((1e8, "亿元", "x 100 m yuan"), (1e4, "万元", "x 10,000 yuan")) if abs(amount) >= step[0]),
        (1.0, "元", "yuan"),
    )
    number = rough(amount / size)
    return Text(f"{number} {zh}", f"{number} {en}")


def _stem(name: str) -> str:
    """Name of a place without the kind of place it is."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市区县" else name


def rough(value: float) -> str:
    """Write a number to two significant digits, with separators: no more is known. Halves go up, as in every table.

    Examples
    --------
    >>> rough(1234.0), rough(0.0456), rough(5.25), rough(5.75), rough(0.0)
    ('1,200', '0.046', '5.3', '5.8', '0')
    """
    if value == 0 or not np.isfinite(value):
        return format_number(value, 0)
    exact = Decimal(repr(float(value)))
    short = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_UP, WIDE)
    return format_number(short, max(0, 1 - short.adjusted()))
