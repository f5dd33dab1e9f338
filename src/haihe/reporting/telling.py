"""The few lines that tell most, resting on official or estimated inputs only."""

from collections.abc import Mapping

import numpy as np

from haihe.accounts import Accounts, accounts_of
from haihe.figures import format_number
from haihe.messages import Quality, Text, worst_quality
from haihe.planning import Assumptions, Front
from haihe.planning.inputs import intensity_of, members_of
from haihe.planning.program import Floats
from haihe.planning.telling_words import rough
from haihe.planning.views import YI_PER_BN, rate
from haihe.region import Region
from haihe.region.units import said
from haihe.reporting.content import KeyLine

MADE_UP: Quality = "illustrative"
NOTICED = 0.01
"""A sector counts as a strength from this share of a member's output on."""


def telling_lines(region: Region) -> list[KeyLine]:
    """Say what matters most about the facts, a line each; a line that would rest on illustrative inputs is left out.

    Parameters
    ----------
    region : Region
        A region with accounts.

    Returns
    -------
    list of KeyLine
        At most five.
    """
    accounts, members = accounts_of(region), members_of(region)
    mark = region.worst_quality("accounts") or MADE_UP
    lines: list[tuple[Text, Quality]] = [
        (size_line(accounts, members), mark),
        (making_line(region, accounts, members), mark),
        (strength_line(region, accounts, members), mark),
    ]
    if region.has("flows"):
        shipped = worst_quality({mark, region.worst_quality("flows") or MADE_UP}) or MADE_UP
        lines.append((flows_line(region, accounts, members), shipped))
    intensity, known = intensity_of(region, "co2", accounts.year, members, accounts.sectors, "t CO2")
    if known is not None:
        lines.append((carbon_line(accounts, members, intensity), worst_quality({mark, known}) or MADE_UP))
    return [KeyLine(text, quality) for text, quality in lines if quality != MADE_UP]


def what_if_lines(region: Region, fronts: Mapping[float, Front]) -> list[KeyLine]:
    """Say what a cut costs pooled and separate, under the plan's assumptions and with their band.

    Parameters
    ----------
    region : Region
        A region with accounts.
    fronts : mapping of float to Front
        One cut under elasticities halved, as given and doubled, see `haihe.planning.band`.
    """
    accounts, middle = accounts_of(region), fronts[1.0]
    years = Assumptions.of(region)
    return [
        KeyLine(cost_line(fronts, years), middle.quality),
        KeyLine(cut_line(fronts, accounts, years), middle.quality),
    ]


def size_line(accounts: Accounts, members: list[str]) -> Text:
    """Value added of every member."""
    money = accounts.to_unit("亿元")
    size = money.value_added.sum(axis=1)
    each = [(money.names[m], size[money.position(m)]) for m in members]
    zh = "、".join(f"{name.zh} {number(v)} 亿元" for name, v in each)
    en = ", ".join(f"{name.en} {number(v)}" for name, v in each)
    return Text(
        f"{accounts.year} 年增加值（当时公布，当年价格）：{zh}。",
        f"Value added in {accounts.year} as published then, 100 million yuan: {en}.",
    )


def making_line(region: Region, accounts: Accounts, members: list[str]) -> Text:
    """Share of manufacturing in every member's value added, and what it was in the earliest accounts."""
    years = sorted({int(year) for year in region["accounts"]["year"].unique()})
    then = accounts_of(region, years[0])
    now = {m: manufacturing_share(region, accounts, m) for m in members}
    before = {m: manufacturing_share(region, then, m) for m in members}
    old = years[0] < accounts.year
    zh = "、".join(
        f"{accounts.names[m].zh} {now[m]:.1%}" + (f"（{then.year} 年 {before[m]:.1%}）" if old else "") for m in members
    )
    en = ", ".join(
        f"{accounts.names[m].en} {now[m]:.1%}" + (f" ({before[m]:.1%} in {then.year})" if old else "") for m in members
    )
    return Text(f"{accounts.year} 年制造业占增加值：{zh}。", f"Manufacturing in value added, {accounts.year}: {en}.")


def manufacturing_share(region: Region, accounts: Accounts, member: str) -> float:
    """Share of manufacturing in a member's value added."""
    groups = region["sectors"].set_index("sector").reindex(accounts.sectors)["group"]
    added = accounts.value_added[accounts.position(member)]
    return float(added[(groups == "manufacturing").to_numpy()].sum() / added.sum())


def carbon_line(accounts: Accounts, members: list[str], intensity: Floats) -> Text:
    """Emissions of production per 10,000 yuan of value added."""
    money = accounts.to_unit("bn yuan").select(members)
    tonnes = (intensity * money.output).sum(axis=1) / money.value_added.sum(axis=1) / 1e5
    each = list(zip((accounts.names[m] for m in members), tonnes, strict=True))
    zh = "、".join(f"{name.zh} {t:.2f} 吨" for name, t in each)
    en = ", ".join(f"{name.en} {t:.2f}" for name, t in each)
    return Text(
        f"{accounts.year} 年生产部门每万元增加值的二氧化碳直接排放：{zh}。",
        f"Direct CO2 of production per 10,000 yuan of value added, {accounts.year}, tonnes: {en}.",
    )


def strength_line(region: Region, accounts: Accounts, members: list[str]) -> Text:
    """The sector in mining and manufacturing that each member is strongest in."""
    groups = region["sectors"].set_index("sector").reindex(accounts.sectors)["group"]
    made = groups.isin(("mining", "manufacturing")).to_numpy()
    share = accounts.output / accounts.output.sum(axis=1, keepdims=True)
    quotient = share / (accounts.output.sum(axis=0) / accounts.output.sum())
    parts = []
    for member in members:
        r = accounts.position(member)
        best = int(np.argmax(np.where(made & (share[r] >= NOTICED), quotient[r], 0.0)))
        parts.append((accounts.names[member], accounts.names[accounts.sectors[best]], quotient[r, best]))
    zh = "；".join(f"{m.zh}：{s.zh}（{q:.1f} 倍）" for m, s, q in parts)
    en = "; ".join(f"{m.en}: {s.en} ({q:.1f} times)" for m, s, q in parts)
    return Text(
        f"{accounts.year} 年各地最突出的工业行业（产出占比与全国之比）：{zh}。",
        f"Strongest industry in {accounts.year}, share of output against the nation's: {en}.",
    )


def flows_line(region: Region, accounts: Accounts, members: list[str]) -> Text:
    """How much of what the members ship inside the nation stays among them, with the band."""
    flows = region["flows"]
    flows = flows[(flows["year"] == accounts.year) & flows["from_region"].isin(members)]
    inside = flows["to_region"].isin(members)
    value, low, high = (flows.loc[inside, name].sum() for name in ("value", "low", "high"))
    total = flows["value"].sum()
    return Text(
        f"{accounts.year} 年成员之间的往来约占其国内流出的 {value / total:.0%}（{low / total:.0%}–{min(1.0, high / total):.0%}："
        f"公布的表没有伙伴地区）。",
        f"About {value / total:.0%} of what the members shipped inside the nation in {accounts.year} went to each other "
        f"({low / total:.0%} to {min(1.0, high / total):.0%}: published tables name no partner).",
    )


def cost_line(fronts: Mapping[float, Front], assumed: Assumptions) -> Text:
    """What a cut costs pooled and separate, and what pooling saves, with the band over elasticities."""
    cut = float(fronts[1.0].points["cut"].iloc[0])
    losses = {by: front.points.set_index("pooled")["loss"] * YI_PER_BN for by, front in fronts.items()}
    together, alone = ([loss[way] for loss in losses.values()] for way in (True, False))
    savings = [front.saving(cut) for front in fronts.values()]
    middle = losses[1.0]
    level = assumed.trend[assumed.last_index] * (1 - cut) - 1
    return Text(
        f"若成员合计在 {assumed.last_year} 年比基准路径少排 {cut:.0%}（基准年均增长 {rate(assumed.growth)}，少排后仍比 "
        f"{assumed.first_year} 年高 {level:.0%}；不用升级技术），统筹完成的代价约 {rough(middle[True])} 亿元"
        f"（{rough(min(together))}–{rough(max(together))}），各自完成约 {rough(middle[False])} 亿元"
        f"（{rough(min(alone))}–{rough(max(alone))}）；统筹约省 {fronts[1.0].saving(cut):.0%}"
        f"（{min(savings):.0%}–{max(savings):.0%}）。括号内为弹性减半与加倍。",
        f"If the members emit {cut:.0%} less in {assumed.last_year} than on the reference path (which grows "
        f"{rate(assumed.growth)} a year, so still {level:.0%} above {assumed.first_year}; no upgraded technology), that "
        f"costs about {rough(middle[True])} x 100 m yuan together ({rough(min(together))} to {rough(max(together))}) and "
        f"{rough(middle[False])} each on its own ({rough(min(alone))} to {rough(max(alone))}); pooling saves about "
        f"{fronts[1.0].saving(cut):.0%} ({min(savings):.0%} to {max(savings):.0%}). In brackets: elasticities halved and "
        f"doubled.",
    )


def cut_line(fronts: Mapping[float, Front], accounts: Accounts, assumed: Assumptions) -> Text:
    """Who would cut how much when permits are pooled, and the price together and alone."""
    middle = fronts[1.0].members
    unit = said(fronts[1.0].unit)
    together = middle[middle["pooled"]].set_index("region")
    alone = middle[~middle["pooled"]].set_index("region")
    cut = [(accounts.names[str(r)], together.loc[r, "own_cut"], alone.loc[r, "price"]) for r in together.index]
    prices = [float(f.members.loc[f.members["pooled"], "price"].iloc[0]) for f in fronts.values()]
    zh = "、".join(f"{n.zh}减 {c:.1%}（单独完成约 {rough(p)} 元）" for n, c, p in cut)
    en = ", ".join(f"{n.en} cuts {c:.1%} (alone: about {rough(p)} yuan)" for n, c, p in cut)
    price, low, high = rough(float(together["price"].iloc[0])), rough(min(prices)), rough(max(prices))
    return Text(
        f"同样不用升级技术，统筹时 {assumed.last_year} 年价格约每{unit.zh} {price} 元（{low}–{high}）：{zh}。",
        f"Without the upgraded technology, too, the price in {assumed.last_year} together is about {price} yuan/{unit.en} "
        f"({low} to {high}): {en}.",
    )


def number(value: float) -> str:
    """Write a number without decimals, with separators."""
    return format_number(value, 0)
