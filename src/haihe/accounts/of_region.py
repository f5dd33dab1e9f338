"""The accounts that a region's tables hold, and what they become when carried to a later year."""

import numpy as np
import pandas as pd

from haihe.accounts.aggregate import Concordance, aggregate
from haihe.accounts.declared import known_totals_of, revisions_of
from haihe.accounts.regional import Accounts
from haihe.accounts.update import update
from haihe.accounts.updated import Updated
from haihe.accounts.vector import known_cells, places_of, to_vector
from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.region.units import factors


def accounts_of(region: Region, year: int | None = None) -> Accounts:
    """Read the accounts of a region.

    Parameters
    ----------
    region : Region
        A region with the table ``accounts``; with ``flows`` where goods move between its regions.
    year : int, optional
        Year of the accounts; the base year of the region where not given.

    Returns
    -------
    Accounts
        Regions and sectors in the order of the tables ``regions`` and ``sectors``; money in the region's
        ``money_unit``, whatever unit each row has.

    Raises
    ------
    HaiheError
        ``E-TAB-01`` without accounts, ``E-ACC-40`` where the year is absent, ``E-UNIT-02`` where a unit is not
        money, and what `Accounts.from_frame` raises.
    """
    year = region.meta.base_year if year is None else year
    frame = region["accounts"]
    frame = frame[frame["year"] == year]
    if frame.empty:
        known = "、".join(str(y) for y in sorted(region["accounts"]["year"].unique()))
        raise HaiheError("E-ACC-40", table="accounts", year=year, years=known)
    unit = region.meta.money_unit
    names: dict[str, Text] = {}
    for table, key in (("regions", "region"), ("sectors", "sector")):
        names |= {
            code: Text(zh, en)
            for code, zh, en in region[table][[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
        }
    flows = region["flows"] if region.has("flows") else None
    if flows is not None:
        flows = _in_unit(flows[flows["year"] == year], unit)
    places = {code: k for k, code in enumerate([*region["regions"]["region"], *region["sectors"]["sector"]])}
    ordered = (
        _in_unit(frame, unit)
        .assign(_r=frame["region"].map(places), _s=frame["row"].map(places))
        .sort_values(["_r", "_s"])
    )
    return Accounts.from_frame(ordered.drop(columns=["_r", "_s"]), unit, flows=flows, year=year, names=names)


def update_region(
    region: Region,
    year: int,
    *,
    national_then: Accounts,
    national_now: Accounts,
    sectors: Concordance | None = None,
    base: int | None = None,
) -> Updated:
    """Carry a region's accounts to a later year with what its own tables hold of that year.

    Parameters
    ----------
    region : Region
        With ``accounts`` and ``known_totals`` of `year`; its ``revisions`` of the base year are applied.
    year : int
        Year of the result.
    national_then, national_now : Accounts
        National tables of one region, the first of the base year or near it.
    sectors : Concordance, optional
        From the national tables' sectors to the region's; may be left out where they are the same.
    base : int, optional
        Year of the accounts to start from; the latest before `year` where not given.

    Returns
    -------
    Updated
        See `haihe.accounts.update`, which does the work.

    Raises
    ------
    HaiheError
        ``E-ACC-68`` where nothing is known of `year`, ``E-ACC-40`` where there are no earlier accounts, and what
        `aggregate` and `update` raise.
    """
    totals = known_totals_of(region, year)
    if not totals:
        raise HaiheError("E-ACC-68", table="known_totals", year=year)
    earlier = [int(known) for known in region["accounts"]["year"].unique() if known < year]
    if base is None and not earlier:
        raise HaiheError("E-ACC-40", table="accounts", year=f"< {year}", years="—")
    accounts = accounts_of(region, max(earlier) if base is None else base)
    nations = (national_then, national_now)
    if sectors is not None:
        ordered = sectors.ordered(accounts.sectors)
        nations = (aggregate(national_then, ordered), aggregate(national_now, ordered))
    return update(
        accounts,
        year,
        national_then=nations[0],
        national_now=nations[1],
        totals=totals,
        revisions=revisions_of(region, accounts.year),
    )


def totals_met(region: Region, accounts: Accounts) -> pd.DataFrame:
    """Compare accounts with what the region's table ``known_totals`` holds of their year.

    Returns
    -------
    DataFrame
        The rows of the table of that year, in its order, with ``published`` and ``found`` in the accounts' unit and
        ``difference`` (share of the published sum; missing where that is 0); empty where nothing is known.
    """
    table = region.frame("known_totals")
    rows = table[table["year"] == accounts.year].reset_index(drop=True)
    places = places_of(accounts)
    known = known_cells(accounts, places, known_totals_of(region, accounts.year))
    found = known.members @ to_vector(accounts, places)
    share = np.divide(found, known.targets, out=np.full(len(found), np.nan), where=known.targets != 0)
    return rows.assign(published=known.targets, found=found, difference=share - 1)


def _in_unit(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Convert every row's value into one unit."""
    return frame.assign(value=frame["value"] * factors(frame["unit"], unit), unit=unit)
