"""The few lines that tell most, resting on official or estimated inputs only."""

import numpy as np

from haihe.accounts import Accounts
from haihe.accounts.of_region import accounts_of
from haihe.figures import format_number
from haihe.messages import Quality, Text, worst_quality
from haihe.planning import Front
from haihe.planning.inputs import members_of
from haihe.region import Region
from haihe.region.units import said
from haihe.reporting.content import KeyLine

MADE_UP: Quality = "illustrative"
NOTICED = 0.01
"""A sector counts as a strength from this share of a member's output on."""


def telling_lines(region: Region, fronts: dict[float, Front] | None = None) -> list[KeyLine]:
    """Say what matters most, a line each; a line that would rest on illustrative inputs is left out.

    Parameters
    ----------
    region : Region
        A region with accounts.
    fronts : dict of float to Front, optional
        One cut under elasticities halved, as given and doubled, see `haihe.planning.band`.

    Returns
    -------
    list of KeyLine
    """
    accounts, members = accounts_of(region), members_of(region)
    mark = region.worst_quality("accounts") or MADE_UP
    lines = [(size_line(accounts, members), mark), (strength_line(region, accounts, members), mark)]
    if region.has("flows"):
        shipped = worst_quality({mark, region.worst_quality("flows") or MADE_UP}) or MADE_UP
        lines.append((flows_line(region, accounts, members), shipped))
    if fronts:
        middle = fronts[1.0]
        lines += [(cost_line(fronts), middle.quality), (cut_line(middle, accounts), middle.quality)]
    return [KeyLine(text, quality) for text, quality in lines if quality != MADE_UP]


def size_line(accounts: Accounts, members: list[str]) -> Text:
    """Value added of every member."""
    money = accounts.to_unit("亿元")
    size = money.value_added.sum(axis=1)
    each = [(money.names[m], size[money.position(m)]) for m in members]
    zh = "、".join(f"{name.zh}{number(v)}亿元" for name, v in each)
    en = ", ".join(f"{name.en} {number(v)}" for name, v in each)
    return Text(f"{accounts.year} 年增加值：{zh}。", f"Value added in {accounts.year}, 100 million yuan: {en}.")


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
        f"各地最突出的工业行业（占比与全国之比）：{zh}。", f"Strongest industry, share against the nation's: {en}."
    )


def flows_line(region: Region, accounts: Accounts, members: list[str]) -> Text:
    """How much of what the members ship inside the nation stays among them, with the band."""
    flows = region["flows"]
    flows = flows[(flows["year"] == accounts.year) & flows["from_region"].isin(members)]
    inside = flows["to_region"].isin(members)
    value, low, high = (flows.loc[inside, name].sum() for name in ("value", "low", "high"))
    total = flows["value"].sum()
    return Text(
        f"成员之间的往来占其国内流出的 {value / total:.0%}（{number(value)}亿元；公布的表没有伙伴地区，"
        f"区间 {number(low)}–{number(high)}亿元）。",
        f"{value / total:.0%} of what the members ship inside the nation goes to each other ({number(value)} x 100 m "
        f"yuan; published tables name no partner, band {number(low)} to {number(high)}).",
    )


def cost_line(fronts: dict[float, Front]) -> Text:
    """What a cut costs pooled and separate, and what pooling saves, with the band over elasticities."""
    middle = fronts[1.0]
    cut = float(middle.points["cut"].iloc[0])
    loss = middle.points.set_index("pooled")["loss"] * 10
    savings = [front.saving(cut) for front in fronts.values()]
    return Text(
        f"若成员合计减排 {cut:.0%}（不靠新技术），各自完成代价 {number(loss[False])}亿元，"
        f"统筹完成 {number(loss[True])}亿元："
        f"统筹省 {middle.saving(cut):.0%}（弹性减半与加倍时 {min(savings):.0%}–{max(savings):.0%}）。",
        f"A cut of {cut:.0%} by the members without new technology costs {number(loss[False])} x 100 m yuan each on "
        f"its own and {number(loss[True])} together: pooling saves {middle.saving(cut):.0%} ({min(savings):.0%} to "
        f"{max(savings):.0%} with elasticities halved and doubled).",
    )


def cut_line(front: Front, accounts: Accounts) -> Text:
    """Who would cut how much when permits are pooled, and the price alone and together."""
    together = front.members[front.members["pooled"]].set_index("region")
    alone = front.members[~front.members["pooled"]].set_index("region")
    unit = said(front.unit)
    cut = [(accounts.names[str(r)], together.loc[r, "own_cut"], alone.loc[r, "price"]) for r in together.index]
    price = float(together["price"].iloc[0])
    zh = "、".join(f"{n.zh}减 {c:.1%}（单独完成时每{unit.zh} {number(p)} 元）" for n, c, p in cut)
    en = ", ".join(f"{n.en} cuts {c:.1%} (alone: {number(p)} yuan/{unit.en})" for n, c, p in cut)
    return Text(
        f"统筹时价格为每{unit.zh} {number(price)} 元：{zh}。",
        f"Together the price is {number(price)} yuan/{unit.en}: {en}.",
    )


def number(value: float) -> str:
    """Write a number without decimals, with separators."""
    return format_number(value, 0)
