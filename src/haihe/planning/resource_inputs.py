"""From the tables resources, uses, endowments, transfers and expansions to the plan's resources."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.expansions import ExpansionSpec, building_years, yearly_charge
from haihe.planning.program import Floats
from haihe.planning.resources import ResourceSpec
from haihe.planning.stated import (
    factors_to,
    laid_out,
    members_above,
    nearest_stated,
    refuse_negative,
    stated_intensity,
    stated_paths,
)
from haihe.region import Region
from haihe.region.units import factor

WAN_TO_BN = factor("万元", "bn yuan")
RANGE = 1e6
"""Intensities of one resource that differ by more are probably in different units."""


def resources_of(region: Region, economy: Economy) -> list[ResourceSpec]:
    """Read every resource that at least one member uses and of which at least one states an endowment.

    Only endowments of purpose ``economy`` count here. A member's own figure counts; where it states none, those of its
    parts add up. All figures are paths over the years stated (see `haihe.planning.stated.stated_paths`).

    Parameters
    ----------
    region : Region
        Tables resources, uses and endowments; transfers and expansions where present.
    economy : Economy
        Members, sectors, milestones, technologies.

    Returns
    -------
    list of ResourceSpec
        In the order of the table; `resource_findings` names what is left out.

    Raises
    ------
    HaiheError
        ``E-PLN-30`` a negative amount, ``E-PLN-31`` a unit that does not fit, ``E-PLN-32`` a transfer of a region to
        itself, ``E-PLN-39`` an expansion of nothing or of two things.
    """
    if not region.has("resources", "uses", "endowments"):
        return []
    endowed, used = _endowments(region, economy), _uses(region, economy)
    expansions = expansions_stated(region)
    specs = []
    for resource, zh, en, unit in region["resources"][["resource", "name_zh", "name_en", "unit"]].itertuples(
        index=False
    ):
        have, use = endowed[endowed["resource"] == resource], used[used["resource"] == resource]
        if have.empty or not use["value"].gt(0).any():
            continue
        transfers = _transfers(region, economy, resource, unit)
        more = expansions[expansions["resource"] == resource]
        givers = tuple(dict.fromkeys(transfers["giver"]))
        limit, cost = _transfer_arrays(transfers, economy, givers)
        specs.append(
            ResourceSpec(
                name=resource,
                title=Text(zh, en),
                unit=unit,
                intensity=stated_intensity(use, unit, economy.members, economy.sectors, economy.assumptions.years),
                upgraded=economy.change_of_use(unit),
                endowment=_endowment(have, economy, unit),
                givers=givers,
                transfer_limit=limit,
                transfer_cost=cost,
                expansions=_expansions(more, region, economy, unit),
                marks=_marks(uses=use, endowments=have, transfers=transfers, expansions=more),
            )
        )
    return specs


def resource_findings(region: Region, economy: Economy, specs: Sequence[ResourceSpec]) -> Findings:
    """Say what of the resources does not limit the plan, and what looks wrong.

    Endowments without uses (``N-PLN-34``), uses without endowments (``N-PLN-35``, not where a limit stands in
    ``limits``), transfers that no member gets (``W-PLN-33``), intensities of very different size (``W-PLN-36``),
    transfers within one member and uses of its parts (``N-PLN-88``).
    """
    endowed, used = _endowments(region, economy), _uses(region, economy)
    used = used[used["value"].gt(0)]
    limited = set(region.frame("limits")["resource"])
    names = region.frame("resources").set_index("resource")
    found: list[Finding] = []
    for resource in names.index:
        title = Text(names.loc[resource, "name_zh"], names.loc[resource, "name_en"])
        have = set(endowed.loc[endowed["resource"] == resource, "member"])
        use = set(used.loc[used["resource"] == resource, "region"])
        stated = region.frame("endowments")["resource"].eq(resource).any()
        if stated and have and not use:
            found.append(Finding("N-PLN-34", table="endowments", column="resource", values={"resource": title}))
        lacking = [member for member in economy.members if member in use - have]
        if lacking and resource not in limited:
            values = {"resource": title, "regions": ", ".join(lacking)}
            found.append(Finding("N-PLN-35", table="uses", column="resource", values=values))
    left_out = [*_transfers_left_out(region, economy), *_without_effect(region, economy)]
    return Findings([*found, *left_out, *_far_apart(specs, economy)])


def expansions_stated(region: Region) -> pd.DataFrame:
    """Read ``expansions``, each of one thing (``E-PLN-39``) and none negative; the index counts records from 0."""
    rows = region.frame("expansions").reset_index(drop=True)
    refuse_negative(rows, "expansions", "most", "cost", "life")
    of_resource = rows["resource"].notna() & rows["region"].notna()
    wrong = rows.index[of_resource.eq(rows["link"].notna()) | (rows["resource"].notna() & ~of_resource)]
    if len(wrong):
        name = rows.loc[wrong[0], "expansion"]
        raise HaiheError("E-PLN-39", table="expansions", row=int(wrong[0]) + 2, column="resource", value=name)
    return rows


def expansion_spec(row: Mapping[Hashable, Any], place: str, payer: str, unit: str, economy: Economy) -> ExpansionSpec:
    """Make one expansion of a row of ``expansions``, counted in ``unit``."""
    s = economy.assumptions
    times = factor(row["unit"], unit)
    cost, lasting = row["cost"] * WAN_TO_BN / times, bool(pd.notna(row["life"]))
    years = building_years(s.years, int(row["first_year"]))
    most = row["most"] * times * (years if lasting else np.minimum(years, 1.0))
    return ExpansionSpec(
        name=row["expansion"],
        title=Text(row["name_zh"], row["name_en"]),
        place=place,
        payer=payer,
        most=most / s.trend,
        cost=yearly_charge(cost, row["life"], s.discount) if lasting else cost,
        lasting=lasting,
        quality=row["quality"],
    )


def _uses(region: Region, economy: Economy) -> pd.DataFrame:
    rows = region.frame("uses").reset_index(drop=True)
    rows = rows[rows["region"].isin(economy.members) & rows["sector"].isin(economy.sectors)]
    refuse_negative(rows, "uses", "value")
    return rows


def _endowments(region: Region, economy: Economy) -> pd.DataFrame:
    """Endowments of the whole economy that count for a member, with a column ``member``."""
    rows = region.frame("endowments").reset_index(drop=True)
    refuse_negative(rows, "endowments", "value")
    return nearest_stated(rows[rows["purpose"] == "economy"], region, economy.members)


def _endowment(rows: pd.DataFrame, economy: Economy, unit: str) -> Floats:
    """Amounts of the members, detrended, parts added up; inf where nothing is stated."""
    rows = rows.assign(value=rows["value"] * factors_to(rows, "endowments", unit))
    paths = stated_paths(rows, ["member", "region"], economy.assumptions.years).groupby(level="member").sum()
    return laid_out(paths, economy.members, empty=np.inf) / economy.assumptions.trend


def _transfers(region: Region, economy: Economy, resource: str, unit: str) -> pd.DataFrame:
    """Transfers that a member gets from elsewhere, with columns giver, taker, limit and cost in the plan's units.

    A transfer between two parts of one member serves projects and is not counted here.
    """
    rows = region.frame("transfers").reset_index(drop=True)
    rows = rows[rows["resource"] == resource]
    refuse_negative(rows, "transfers", "limit", "cost")
    same = rows.index[rows["from_region"] == rows["to_region"]]
    if len(same):
        value = rows.loc[same[0], "to_region"]
        raise HaiheError("E-PLN-32", table="transfers", row=int(same[0]) + 2, column="to_region", value=value)
    member = members_above(region, economy.members)
    giver = rows["from_region"].map(member).fillna(rows["from_region"])
    taker = rows["to_region"].map(member)
    times = factors_to(rows, "transfers", unit)
    limit = rows["limit"].fillna(np.inf) * times
    rows = rows.assign(giver=giver, taker=taker, limit=limit, cost=rows["cost"].fillna(0.0) * WAN_TO_BN / times)
    return rows[taker.notna() & (giver != taker)]


def _transfer_arrays(rows: pd.DataFrame, economy: Economy, givers: Sequence[str]) -> tuple[Floats, Floats]:
    """Limits (detrended, parts added up) and costs (the mean of the parts), both of shape (R, G, T)."""
    s, empty = economy.assumptions, np.zeros((len(economy.members), len(givers), len(economy.assumptions.years)))
    if rows.empty:
        return empty, empty
    ends = ["taker", "giver", "from_region", "to_region"]
    limits = stated_paths(rows.assign(value=rows["limit"]), ends, s.years).groupby(level=["taker", "giver"]).sum()
    costs = stated_paths(rows.assign(value=rows["cost"]), ends, s.years).groupby(level=["taker", "giver"]).mean()
    return laid_out(limits, economy.members, givers) / s.trend, laid_out(costs, economy.members, givers)


def _expansions(rows: pd.DataFrame, region: Region, economy: Economy, unit: str) -> tuple[ExpansionSpec, ...]:
    member = members_above(region, economy.members)
    factors_to(rows, "expansions", unit)
    for at, name in rows.loc[~rows["region"].isin(member), "expansion"].items():
        raise HaiheError("E-PLN-39", table="expansions", row=int(str(at)) + 2, column="region", value=name)
    return tuple(
        expansion_spec(row, member[row["region"]], member[row["region"]], unit, economy)
        for row in rows.to_dict("records")
    )


def _marks(**tables: pd.DataFrame) -> dict[str, Quality]:
    marks = {name: worst_quality(rows["quality"].dropna()) for name, rows in tables.items()}
    return {name: mark for name, mark in marks.items() if mark is not None}


def _transfers_left_out(region: Region, economy: Economy) -> list[Finding]:
    """Transfers that no member gets."""
    rows = region.frame("transfers").reset_index(drop=True)
    member = members_above(region, economy.members)
    lost = rows[~rows["to_region"].isin(member)]
    given = lost["from_region"].isin(member)
    outside = Text("调入地不属于任何成员", "the region that gets it lies in no member")
    neither = Text("两地都不属于任何成员", "neither region lies in a member")
    return [
        Finding(
            "W-PLN-33",
            table="transfers",
            row=int(str(at)) + 2,
            column="to_region",
            values={"resource": resource, "giver": giver, "taker": taker, "why": outside if known else neither},
        )
        for (at, resource, giver, taker), known in zip(
            lost[["resource", "from_region", "to_region"]].itertuples(), given, strict=True
        )
    ]


def _without_effect(region: Region, economy: Economy) -> list[Finding]:
    """Transfers within one member, whose parts share what it has anyway, and uses stated for parts of a member."""
    member = members_above(region, economy.members)
    moves, uses = region.frame("transfers"), region.frame("uses")
    giver, taker = (moves[name].map(member) for name in ("from_region", "to_region"))
    within = int((giver.notna() & (giver == taker)).sum())
    parts = int((uses["region"].isin(member) & ~uses["region"].isin(economy.members)).sum())
    same = Text(
        "两地属于同一成员，成员的要素本来就合计", "both ends lie in one member, whose parts are added up anyway"
    )
    part = Text("使用强度只按成员读取", "uses are read for members only")
    counted = (("transfers", "to_region", within, same), ("uses", "region", parts, part))
    return [
        Finding("N-PLN-88", table=table, column=column, values={"count": count, "why": why})
        for table, column, count, why in counted
        if count
    ]


def _far_apart(specs: Sequence[ResourceSpec], economy: Economy) -> list[Finding]:
    """Resources whose intensities differ by more than `RANGE` between cells."""
    found = []
    for spec in specs:
        first = spec.intensity[:, :, 0]
        used = np.where(first > 0, first, np.nan)
        low, high = (np.unravel_index(int(pick(used)), used.shape) for pick in (np.nanargmin, np.nanargmax))
        times = float(used[high] / used[low])
        if times > RANGE:
            cells = [f"{economy.members[r]} {economy.sectors[i]}" for r, i in (low, high)]
            values = {"resource": spec.title, "times": f"{times:.0e}", "least": cells[0], "most": cells[1]}
            found.append(Finding("W-PLN-36", table="uses", column="value", values=values))
    return found
