"""From the tables links, freight and expansions to the plan's corridors."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.expansions import ExpansionSpec
from haihe.planning.goods import Trade
from haihe.planning.links import WAYS, CorridorSpec, Far, LinkSpec
from haihe.planning.program import Floats
from haihe.planning.resource_inputs import WAN_TO_BN, expansion_spec, expansions_stated
from haihe.planning.stated import factors_to, laid_out, members_above, refuse_negative, stated_paths
from haihe.region import Region
from haihe.region.units import compatible, factor, known

MEASURES = {"weight": "t", "containers": "TEU"}
"""Unit of freight by the measure of the table ``freight``."""
FAR_OFF = 10.0
"""A calibration beyond this factor is probably a wrong unit."""
ROLES: dict[str, Far] = {"partner": "partner", "abroad": "abroad"}


@dataclass(frozen=True)
class _Ends:
    """Where a link leads: from a member (its home), used by members, to a far end; whether it is written that way."""

    home: str
    users: tuple[str, ...]
    far: Far
    other: str
    forward: bool


def corridors_of(region: Region, economy: Economy, *, trade: Trade = "pairs") -> list[CorridorSpec]:
    """Read every corridor whose links all have a capacity, with freight calibrated to the throughput known.

    Links between the same two members, or from the same members to the same outside, are parallel: they share the
    freight. Where one of them states no capacity the others limit nothing either, and the demand that may use it is
    left out. Capacities are paths over the years stated (see `haihe.planning.stated.stated_paths`).

    Parameters
    ----------
    region : Region
        Tables links and freight; expansions where present.
    economy : Economy
        Members, sectors, milestones, reference trade.
    trade : str
        In which form members trade; through a pool no link between two of them can be bound.

    Returns
    -------
    list of CorridorSpec
        `link_findings` names the links that are left out.

    Raises
    ------
    HaiheError
        ``E-PLN-30`` a negative number, ``E-PLN-31`` a unit that does not fit, ``E-PLN-32`` a link of a region to
        itself, ``E-PLN-39`` an expansion of a link that is not there.
    """
    rows, weights, mark = _links(region, economy), _weights(region, economy), _mark(region.frame("freight"))
    expansions = expansions_stated(region)
    _refuse_unknown_links(rows, expansions)
    specs = []
    for group in _groups(rows, trade):
        spec = _corridor(group, weights, region, economy)
        if spec is not None and mark is not None:
            more = expansions[expansions["link"].isin(spec.names)]
            marks = {"freight": mark, "links": worst_quality(link.quality for link in spec.links) or mark}
            marks |= {} if more.empty else {"expansions": worst_quality(more["quality"]) or mark}
            spec = replace(spec, expansions=_expansions(more, spec, economy), marks=marks)
            specs.append(_calibrated(spec, group, economy))
    return specs


def link_findings(
    region: Region, economy: Economy, specs: Sequence[CorridorSpec], *, trade: Trade = "pairs"
) -> Findings:
    """Name the links that lead nowhere in the plan (``W-PLN-37``) and those that limit nothing (``N-PLN-38``).

    Freight coefficients that had to be multiplied by more than `FAR_OFF`, or divided by it, are named too
    (``W-PLN-89``).
    """
    rows = _links(region, economy).drop_duplicates("link")
    taken = {name for spec in specs for name in spec.names}
    found, idle = [], []
    for row in rows.to_dict("records"):
        why = _disconnected(row)
        if why is not None:
            values = {"link": Text(row["name_zh"], row["name_en"]), "why": why}
            found.append(Finding("W-PLN-37", table="links", row=row["at"] + 2, column="to_region", values=values))
        elif row["link"] not in taken:
            idle.append(row["link"])
    if idle:
        why = Text("自身或并行通道没有写明能力", "they, or links beside them, state no capacity")
        if not region.has("freight"):
            why = Text("没有货运系数表 freight", "there is no table freight")
        elif trade == "pool":
            why = Text("没有写明能力，或成员间贸易按统一市场处理", "no capacity, or members trade through a pool")
        found.append(Finding("N-PLN-38", table="links", values={"links": ", ".join(idle), "why": why}))
    for spec in specs:
        if not 1 / FAR_OFF <= spec.factor <= FAR_OFF:
            said = {"links": ", ".join(spec.names), "times": f"{spec.factor:.3g}"}
            found.append(Finding("W-PLN-89", table="freight", column="value", values=said))
    return Findings(found)


def _links(region: Region, economy: Economy) -> pd.DataFrame:
    """Give the links with their place in the table (``at``), their ends in the plan (``ends``) and unit (``counted``)."""
    rows = region.frame("links").reset_index(drop=True)
    refuse_negative(rows, "links", "capacity", "throughput", "cost")
    same = rows.index[rows["from_region"] == rows["to_region"]]
    if len(same):
        value = rows.loc[same[0], "to_region"]
        raise HaiheError("E-PLN-32", table="links", row=int(same[0]) + 2, column="to_region", value=value)
    member = members_above(region, economy.members)
    roles = dict(zip(region["regions"]["region"], region["regions"]["role"], strict=True))
    ends = [_ends(row, member, roles, economy.members) for row in rows.to_dict("records")]
    units = [next((u for u in MEASURES.values() if known(unit) and compatible(unit, u)), "") for unit in rows["unit"]]
    return rows.assign(at=rows.index, ends=pd.Series(ends, rows.index, dtype=object), counted=units)


def _ends(
    row: Mapping[Hashable, Any], member: Mapping[str, str], roles: Mapping[str, str], members: Sequence[str]
) -> _Ends | None:
    """Find what a link connects; None where it connects nothing that is planned."""
    start, end = (member.get(row[name]) for name in ("from_region", "to_region"))
    if start is not None and end is not None:
        low, high = sorted((start, end), key=list(members).index)
        return None if start == end else _Ends(start, (low,), "member", high, start == low)
    inner = start if start is not None else end
    outer = row["to_region"] if start is not None else row["from_region"]
    if inner is None or roles.get(outer) not in ROLES:
        return None
    named = [code.strip() for code in str(row["users"]).split(";")] if pd.notna(row["users"]) else [inner]
    users = tuple(m for m in members if "*" in named or m in {member.get(code) for code in named})
    return _Ends(inner, users or (inner,), ROLES[roles[outer]], str(outer), start is not None)


def _disconnected(row: Mapping[Hashable, Any]) -> Text | None:
    """Say why a link is not in the plan at all; None where it connects something."""
    if row["ends"] is None:
        return Text("它没有连接方案中的任何两方", "it connects no two sides of the plan")
    if not row["counted"]:
        return Text(f"单位 {row['unit']} 不是货运的计量", f"its unit {row['unit']} does not count freight")
    return None


def _weights(region: Region, economy: Economy) -> dict[str, Floats]:
    """Freight per bn yuan of goods by unit of freight, shape (n, T) each."""
    rows = region.frame("freight").reset_index(drop=True)
    refuse_negative(rows, "freight", "value")
    weights = {}
    for measure, unit in MEASURES.items():
        of_it = rows[rows["measure"] == measure]
        values = of_it["value"] * factors_to(of_it, "freight", f"{unit}/bn yuan")
        if not of_it.empty:
            paths = stated_paths(of_it.assign(value=values), ["sector"], economy.assumptions.years)
            weights[unit] = laid_out(paths, economy.sectors)
    return weights


def _groups(rows: pd.DataFrame, trade: Trade) -> list[pd.DataFrame]:
    """Parallel links: of the same two members, or to the same outside with a member in common; same unit."""
    usable = rows[rows["ends"].notna() & rows["counted"].ne("")]
    if trade == "pool":
        usable = usable.loc[np.array([ends.far != "member" for ends in usable["ends"]], dtype=bool)]
    groups: list[tuple[tuple[str, str], set[str], set[str]]] = []
    for row in usable.drop_duplicates("link").to_dict("records"):
        key, users, links = (row["ends"].other, row["counted"]), set(row["ends"].users), {row["link"]}
        for group in [g for g in groups if g[0] == key and g[1] & users]:
            groups.remove(group)
            users, links = users | group[1], links | group[2]
        groups.append((key, users, links))
    return [usable[usable["link"].isin(links)] for _, _, links in groups]


def _corridor(
    rows: pd.DataFrame, weights: Mapping[str, Floats], region: Region, economy: Economy
) -> CorridorSpec | None:
    """Make the corridor of parallel links, of the demands that only links with a capacity can serve."""
    first = _first(rows)
    ends: dict[str, _Ends] = {link: row["ends"] for link, row in first.items()}
    one, unit = next(iter(ends.values())), str(rows["counted"].iloc[0])
    users = [m for m in economy.members if any(m in each.users for each in ends.values())]
    serves = {link: _serves(users, each, two_way=bool(first[link]["two_way"])) for link, each in ends.items()}
    stated = set(rows.loc[rows["capacity"].notna(), "link"])
    free = np.zeros((len(users), len(WAYS)), dtype=bool)
    for link in ends.keys() - stated:
        free |= serves[link]
    bound = np.asarray((~free).any(axis=1))
    left = {link: (mask & ~free)[bound] for link, mask in serves.items()}
    kept = [link for link in ends if left[link].any()]
    if unit not in weights or not kept:
        return None
    using = tuple(user for user, counts in zip(users, bound, strict=True) if counts)
    return CorridorSpec(
        name=f"{'+'.join(using)}-{one.other}:{unit}",
        title=_title(region, using, one.other),
        unit=unit,
        users=using,
        far=one.far,
        other=one.other,
        weights=weights[unit],
        factor=1.0,
        links=_link_specs(rows, kept, left, unit, economy),
    )


def _link_specs(
    rows: pd.DataFrame, kept: Sequence[str], serves: Mapping[str, np.ndarray], unit: str, economy: Economy
) -> tuple[LinkSpec, ...]:
    """Make the links of a corridor, in its unit."""
    first = _first(rows)
    amounts = rows.assign(value=rows["capacity"] * [factor(u, unit) for u in rows["unit"]])
    capacity = laid_out(stated_paths(amounts, ["link"], economy.assumptions.years), kept) / economy.assumptions.trend
    costs = _costs(rows, unit).reindex(list(kept)).fillna(0.0)
    return tuple(
        LinkSpec(
            name=link,
            title=Text(first[link]["name_zh"], first[link]["name_en"]),
            mode=str(first[link]["mode"]),
            capacity=capacity[k],
            cost=float(costs[link] - costs.min()),
            serves=serves[link],
            home=first[link]["ends"].home,
            throughput=_throughput(rows, link, unit)[0],
            quality=_mark(rows[(rows["link"] == link) & rows["capacity"].notna()]) or "illustrative",
        )
        for k, link in enumerate(kept)
    )


def _first(rows: pd.DataFrame) -> dict[str, dict[Hashable, Any]]:
    """First record of each link."""
    return {row["link"]: row for row in rows.drop_duplicates("link").to_dict("records")}


def _title(region: Region, users: Sequence[str], other: str) -> Text:
    names = region["regions"].set_index("region")
    zh, en = ([str(names.loc[code, f"name_{lang}"]) for code in (*users, other)] for lang in ("zh", "en"))
    return Text(f"{'、'.join(zh[:-1])}—{zh[-1]}通道能力", f"capacity between {', '.join(en[:-1])} and {en[-1]}")


def _serves(users: Sequence[str], ends: _Ends, *, two_way: bool) -> np.ndarray:
    """Which demands a link may serve, out and in; shape (D, 2)."""
    using = np.array([user in ends.users for user in users])
    ways = np.array([ends.forward or two_way, not ends.forward or two_way])
    return np.asarray(using[:, None] & ways)


def _costs(rows: pd.DataFrame, unit: str) -> "pd.Series[float]":
    """Cost of each link, the latest stated, bn yuan a unit."""
    latest = rows.dropna(subset=["cost"]).sort_values("year").drop_duplicates("link", keep="last").set_index("link")
    return latest["cost"] * WAN_TO_BN / [factor(u, unit) for u in latest["unit"]]


def _throughput(rows: pd.DataFrame, link: str, unit: str) -> tuple[float, int]:
    """Latest known throughput of a link and its year; NaN where none is."""
    known_rows = rows[(rows["link"] == link) & rows["throughput"].notna()].sort_values("year")
    if known_rows.empty:
        return np.nan, 0
    last = known_rows.iloc[-1]
    return float(last["throughput"] * factor(last["unit"], unit)), int(last["year"])


def _calibrated(spec: CorridorSpec, rows: pd.DataFrame, economy: Economy) -> CorridorSpec:
    """Multiply the weights so that the reference path carries what is known, where every link's throughput is known."""
    known_ones = [_throughput(rows, link, spec.unit) for link in spec.names]
    if any(year == 0 for _, year in known_ones):
        return spec
    served = np.asarray(spec.serves.any(axis=-1))[..., None]
    path = (spec.reference(economy) * served).sum(axis=(0, 1)) * economy.assumptions.trend
    there = sum(_in_year(path, economy, year) / len(known_ones) for _, year in known_ones)
    if there <= 0:
        return spec
    times = sum(amount for amount, _ in known_ones) / there
    return replace(spec, weights=spec.weights * times, factor=times)


def _in_year(path: Floats, economy: Economy, year: int) -> float:
    """Give a path of milestones in any year; before the first it follows the trend back."""
    s = economy.assumptions
    if year < s.first_year:
        return float(path[0] * (1 + s.growth) ** (year - s.first_year))
    return float(np.interp(year, s.years, path))


def _expansions(rows: pd.DataFrame, spec: CorridorSpec, economy: Economy) -> tuple[ExpansionSpec, ...]:
    factors_to(rows, "expansions", spec.unit)
    home = {link.name: link.home for link in spec.links}
    return tuple(
        expansion_spec(row, row["link"], home[row["link"]], spec.unit, economy) for row in rows.to_dict("records")
    )


def _refuse_unknown_links(rows: pd.DataFrame, expansions: pd.DataFrame) -> None:
    wrong = expansions.index[expansions["link"].notna() & ~expansions["link"].isin(rows["link"])]
    if len(wrong):
        name = expansions.loc[wrong[0], "expansion"]
        raise HaiheError("E-PLN-39", table="expansions", row=int(wrong[0]) + 2, column="link", value=name)


def _mark(rows: pd.DataFrame) -> Quality | None:
    return worst_quality(rows["quality"].dropna())
