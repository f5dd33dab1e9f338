"""The accounts that a region's tables hold."""

import pandas as pd

from haihe.accounts.regional import Accounts
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


def _in_unit(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Convert every row's value into one unit."""
    return frame.assign(value=frame["value"] * factors(frame["unit"], unit), unit=unit)
