"""From a region's tables to the plan's arrays, with the quality of everything that is read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy, calibrate
from haihe.planning.named import chosen
from haihe.planning.partners import partners_of
from haihe.planning.path_inputs import UNIFORM, ReferencePath, reference_path
from haihe.planning.program import Floats
from haihe.planning.resources import ResourceSpec
from haihe.planning.stated import stated_intensity
from haihe.planning.technology import Technology
from haihe.region import Region
from haihe.region.units import compatible, factor, factors

SHARE = "share of reference"


def members_of(region: Region) -> list[str]:
    """Regions whose economy is planned: those with the role ``member``."""
    table = region["regions"]
    return table.loc[table["role"] == "member", "region"].tolist()


def accounts_year(region: Region, assumptions: Assumptions) -> int:
    """Year of the accounts that the plan starts from: the latest one that is not after the first milestone.

    Only the years in which a member has accounts count. Where there is none, it is the first milestone year itself,
    of which `haihe.accounts.accounts_of` then says that it is absent.
    """
    frame = region["accounts"]
    years = frame.loc[frame["region"].isin(members_of(region)), "year"]
    known = years[years <= assumptions.first_year]
    return int(known.max()) if len(known) else assumptions.first_year


def economy_of(
    region: Region, assumptions: Assumptions, *, upgrades: bool = True, path: ReferencePath | None = None
) -> Economy:
    """Calibrate the economy on a region's tables.

    The accounts are those of `accounts_year`. Where the plan starts later, every flow is grown alike, by
    (1 + growth) ^ (first milestone - year of the accounts), and then follows the reference path.

    Parameters
    ----------
    region : Region
        Needs ``accounts`` of the first milestone year or before; ``flows``, ``technologies`` and ``foreign_partners``
        are used where present.
    assumptions : Assumptions
        Growth, depreciation, horizon.
    upgrades : bool
        Leave the upgraded technologies out when False.
    path : ReferencePath, optional
        Reference path, see `path_of`; the uniform one where not given.

    Raises
    ------
    HaiheError
        As `haihe.accounts.accounts_of` and `haihe.planning.economy.calibrate`.
    """
    year = accounts_year(region, assumptions)
    accounts = accounts_of(region, year).scaled((1 + assumptions.growth) ** (assumptions.first_year - year))
    flags = region["sectors"].set_index("sector").reindex(accounts.sectors)
    members = members_of(region)
    return calibrate(
        accounts,
        members,
        Technology.of(region, accounts.sectors) if upgrades else (),
        assumptions,
        local=flags["local"].to_numpy(dtype=bool),
        path=None if path is None else path.index,
        partners=partners_of(region, members, accounts.sectors),
    )


def path_of(region: Region, assumptions: Assumptions, name: str = UNIFORM) -> ReferencePath:
    """Give the reference path of that name, see `haihe.planning.path_inputs.reference_path`."""
    year = accounts_year(region, assumptions)
    return reference_path(
        region,
        name,
        year=year,
        members=members_of(region),
        sectors=accounts_of(region, year).sectors,
        assumptions=assumptions,
    )


def intensity_of(
    region: Region, resource: str, year: int, regions: Sequence[str], sectors: Sequence[str], unit: str
) -> tuple[Floats, Quality | None]:
    """Use of a resource per bn yuan of output.

    Parameters
    ----------
    region : Region
        Its table ``uses`` is read; the year nearest to the one asked for counts (the earlier of two).
    resource : str
        Resource.
    year : int
        Year asked for.
    regions, sectors : sequence of str
        Labels of the answer.
    unit : str
        Unit of the resource in which to count.

    Returns
    -------
    intensity : ndarray, shape (R, n)
        ``unit`` per bn yuan; 0 where nothing is stated.
    quality : str or None
        Worst mark of what was read; None where nothing was.
    """
    shape = (len(regions), len(sectors))
    if not region.has("uses"):
        return np.zeros(shape), None
    table = region["uses"]
    table = table[(table["resource"] == resource) & table["region"].isin(regions) & table["sector"].isin(sectors)]
    if table.empty:
        return np.zeros(shape), None
    years = np.sort(table["year"].unique().astype(int))
    nearest = int(years[np.argmin(np.abs(years - year))])
    table = table[table["year"] == nearest]
    value = table["value"].to_numpy() * factors(table["unit"], f"{unit}/bn yuan").to_numpy()
    answer = pd.Series(value, index=pd.MultiIndex.from_frame(table[["region", "sector"]]))
    full = answer.reindex(pd.MultiIndex.from_product([regions, sectors]), fill_value=0.0)
    return np.asarray(full, dtype=np.float64).reshape(shape), worst_quality(set(table["quality"]))


def intensity_paths(
    region: Region, resource: str, unit: str, regions: Sequence[str], sectors: Sequence[str], years: Sequence[int]
) -> tuple[Floats, Quality | None]:
    """Use of a resource per bn yuan of output in every year asked for, as `haihe.planning.resource_inputs` has it.

    Between two years of the table ``uses`` it moves in a straight line; before the first and after the last it stays.

    Returns
    -------
    intensity : ndarray, shape (R, n, T)
        ``unit`` per bn yuan; 0 where nothing is stated.
    quality : str or None
        Worst mark of what was read; None where nothing was.

    Raises
    ------
    HaiheError
        ``E-PLN-31`` for a unit that does not fit.
    """
    rows = region.frame("uses").reset_index(drop=True)
    rows = rows[(rows["resource"] == resource) & rows["region"].isin(regions) & rows["sector"].isin(sectors)]
    if rows.empty:
        return np.zeros((len(regions), len(sectors), len(years))), None
    return stated_intensity(rows, unit, regions, sectors, years), worst_quality(set(rows["quality"]))


def unit_of(region: Region, resource: str) -> str:
    """Unit that a resource is counted in."""
    table = region["resources"].set_index("resource")
    if resource not in table.index:
        raise HaiheError("E-PLN-13", table="limits", column="resource", value=resource)
    return str(table.loc[resource, "unit"])


def caps_of(region: Region, economy: Economy) -> list[CapSpec]:
    """Read the caps that the table ``limits`` puts on the members' use of resources.

    A cap's value holds in its own year; between the years of a limit, and from the reference in the first milestone
    to its first year, it moves in a straight line, and after its last year it stays. Use per unit of output follows
    the years of ``uses`` in the same way (`intensity_paths`). A limit on what no member uses is left out, and `left_out`
    names it.
    Floors and limits on indicators are read by `haihe.planning.limits.limits_of`.
    """
    specs = []
    for name, rows in capped(region).groupby("limit", sort=False):
        first = rows.iloc[0]
        unit = unit_of(region, first["resource"])
        intensity, quality = intensity_paths(
            region, first["resource"], unit, economy.members, economy.sectors, economy.assumptions.years
        )
        intensity = intensity * chosen(first["sectors"], economy.sectors)[:, None]
        who = chosen(first["regions"], economy.members)
        reference = (intensity * economy.output).sum(axis=1) * who[:, None]
        if not reference.any() or quality is None:
            continue
        path = _path(rows.sort_values("year"), reference.sum(axis=0), unit, economy.assumptions)
        share = reference / reference.sum(axis=0)
        specs.append(
            CapSpec(
                name=str(name),
                resource=str(first["resource"]),
                unit=unit,
                intensity=intensity,
                upgraded=economy.change_of_use(unit),
                cap=np.where(who[:, None] > 0, share * path, np.inf),
                pooled=bool(first["pooled"]),
                title=Text(first["name_zh"], first["name_en"]),
                marks={"uses": quality, "limits": worst_quality(rows["quality"]) or "illustrative"},
            )
        )
    return specs


def capped(region: Region) -> pd.DataFrame:
    """Rows of ``limits`` that cap the use of a resource, with their place in the table as index."""
    rows = region.frame("limits").reset_index(drop=True)
    return rows[(rows["sense"] == "cap") & rows["resource"].notna() & (rows["resource"] != "")]


def left_out(region: Region, caps: Sequence[CapSpec]) -> Findings:
    """Name every limit that the plan leaves out because no member uses what it limits (``W-PLN-16``)."""
    taken = {cap.name for cap in caps}
    rows = capped(region)
    rows = rows[~rows["limit"].isin(taken)].drop_duplicates("limit")
    return Findings(
        Finding(
            "W-PLN-16", table="limits", row=int(row) + 2, column="limit", values={"value": limit, "resource": resource}
        )
        for row, limit, resource in zip(rows.index, rows["limit"], rows["resource"], strict=True)
    )


def limited_twice(caps: Sequence[CapSpec], resources: Sequence[ResourceSpec]) -> Findings:
    """Name every cap on a resource of which an endowment is in force, too (``W-PLN-85``)."""
    endowed = {resource.name: resource.title for resource in resources}
    return Findings(
        Finding(
            "W-PLN-85",
            table="limits",
            column="resource",
            values={"value": cap.name, "title": cap.title, "resource": endowed[cap.resource]},
        )
        for cap in caps
        if cap.resource in endowed
    )


def rests_on(region: Region, caps: Sequence[CapSpec], *, upgrades: bool) -> dict[str, Quality]:
    """Worst quality of every table that the plan's numbers rest on."""
    tables = ["accounts", "flows", "parameters", *(["technologies"] if upgrades else [])]
    marks = {name: region.worst_quality(name) for name in tables if region.has(name)}
    for cap in caps:
        for name, mark in cap.marks.items():
            marks[name] = worst_quality({mark, marks.get(name) or mark})
    return {name: mark for name, mark in marks.items() if mark is not None}


def _path(rows: pd.DataFrame, reference: Floats, unit: str, assumptions: Assumptions) -> Floats:
    """Cap of the whole set in each milestone, detrended; shape (T,), as the set's ``reference``.

    A cap stated as shares of the reference moves in shares; one with an amount in it moves in amounts.
    """
    years = np.asarray(assumptions.years, dtype=float)
    known = rows["year"].to_numpy(dtype=float)
    for row, its_unit in zip(rows.index, rows["unit"], strict=True):
        if its_unit != SHARE and not compatible(its_unit, unit):
            raise HaiheError("E-PLN-31", table="limits", row=int(row) + 2, column="unit", value=its_unit, wanted=unit)
    then = np.interp(known, years, reference)
    shares = bool((rows["unit"] == SHARE).all())

    def trend(when: Floats) -> Floats:
        return np.ones_like(when) if shares else (1 + assumptions.growth) ** (when - assumptions.first_year)

    values = [
        value * (1.0 if shares else use * grown) if its_unit == SHARE else value * factor(its_unit, unit)
        for value, its_unit, use, grown in zip(rows["value"], rows["unit"], then, trend(known), strict=True)
    ]
    if known[0] > years[0]:
        known, values = np.concatenate([[years[0]], known]), [1.0 if shares else reference[0], *values]
    path = np.interp(years, known, np.asarray(values))
    return np.asarray(path * reference if shares else path / trend(years))
