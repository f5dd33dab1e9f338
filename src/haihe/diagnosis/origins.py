"""Where what a region uses comes from, and where what it makes goes: home, neighbours, rest of the country, abroad.

Everything here is direct trade of one product; what stands behind it along the supply chain is in `trade`. Published
tables name no partner, so the split between neighbours and the rest of the country follows the table ``flows`` (and
carries its band), while home and abroad are as published.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.places import Places
from haihe.messages import Text

ORIGINS: Mapping[str, Text] = {
    "home": Text("本地", "Own region"),
    "neighbours": Text("区域内其他成员", "Other members"),
    "rest": Text("国内其他地区", "Rest of the country"),
    "abroad": Text("境外", "Abroad"),
}
"""Groups of places as one region sees them, from near to far."""

ROUNDING = 1e-9
"""What is left at home below this share of uses is rounding, and taken as 0."""


def bought(accounts: Accounts, places: Places, region: str) -> FloatArray:
    """Give what a region uses of each product, by the group of places that it comes from.

    Parameters
    ----------
    accounts : Accounts
        With flows; without them all domestic trade counts as with the rest of the country.
    places : Places
        Who the members are.
    region : str
        The region that uses.

    Returns
    -------
    ndarray, shape (4, n)
        Money by `ORIGINS` and product; the sum over origins is `Accounts.uses`. NaN for abroad, and so for the rest
        of the country, where the accounts hold no trade with abroad of its own (`Accounts.merged_trade`).
    """
    r = accounts.position(region)
    arriving = np.zeros_like(accounts.output) if accounts.flows is None else accounts.flows[:, r]
    near = _rows(arriving, accounts, places.beside(region))
    rest = accounts.inflow[r] + arriving.sum(axis=0) - near
    own = accounts.uses[r] - near - rest - accounts.imports[r]
    own = np.where(np.abs(own) <= ROUNDING * np.abs(accounts.uses[r]), 0.0, own)
    return _grouped(own, near, rest, accounts.imports[r], accounts.merged_trade)


def sold(accounts: Accounts, places: Places, region: str) -> FloatArray:
    """Give what a region makes of each product, by the group of places that it goes to.

    Parameters
    ----------
    accounts, places
        As in `bought`.
    region : str
        The region that makes.

    Returns
    -------
    ndarray, shape (4, n)
        Money by `ORIGINS` and product; with the residual, the sum is output.
    """
    r = accounts.position(region)
    leaving = np.zeros_like(accounts.output) if accounts.flows is None else accounts.flows[r]
    near = _rows(leaving, accounts, places.beside(region))
    rest = accounts.outflow[r] + leaving.sum(axis=0) - near
    own = accounts.output[r] - near - rest - accounts.exports[r] - accounts.residual[r]
    own = np.where(np.abs(own) <= ROUNDING * np.abs(accounts.output[r]), 0.0, own)
    return _grouped(own, near, rest, accounts.exports[r], accounts.merged_trade)


def neighbour_band(flows: pd.DataFrame, places: Places, region: str, sectors: list[str]) -> FloatArray:
    """Give the band of what comes from the other members, by product.

    Parameters
    ----------
    flows : DataFrame
        Columns from_region, to_region, sector, low, high, of one year and in the accounts' unit.
    places : Places
        Who the members are.
    region : str
        The region that uses.
    sectors : list of str
        Products of the answer.

    Returns
    -------
    ndarray, shape (2, n)
        Low and high: sums of the flows' bands, so the outer band. NaN where a flow states none.
    """
    own = flows[(flows["to_region"] == region) & flows["from_region"].isin(places.beside(region))]
    total = own.groupby("sector")[["low", "high"]].sum(skipna=False)
    return np.asarray(total.reindex(sectors, fill_value=0.0).to_numpy(dtype=np.float64).T)


def shares(amounts: FloatArray, whole: FloatArray) -> FloatArray:
    """Give parts of a whole, e.g. origins of uses, shapes (4, n) and (n,); NaN where the whole is not above 0."""
    whole = np.broadcast_to(whole, amounts.shape)
    return np.asarray(np.divide(amounts, whole, out=np.full(amounts.shape, np.nan), where=whole > 0))


def _rows(flows: FloatArray, accounts: Accounts, regions: tuple[str, ...]) -> FloatArray:
    """Sum of the rows of some regions."""
    index = [accounts.regions.index(code) for code in regions if code in accounts.regions]
    return np.asarray(flows[index].sum(axis=0))


def _grouped(own: FloatArray, near: FloatArray, rest: FloatArray, abroad: FloatArray, merged: bool) -> FloatArray:
    """Stack the four groups; without trade with abroad of its own neither rest nor abroad is known."""
    unknown = np.full_like(own, np.nan)
    return np.stack([own, near, unknown if merged else rest, unknown if merged else abroad])
