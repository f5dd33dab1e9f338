"""Constant prices: deflating accounts by a price index, value added by double deflation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.messages import HaiheError


@dataclass(frozen=True, eq=False)
class Deflated:
    """Accounts at constant prices, and what deflation did.

    Attributes
    ----------
    accounts : Accounts
        With `price_year` set; both identities exact.
    report : DataFrame
        One row a region and sector: nominal and real value added and output, their implied deflators, ``row_gap`` (what
        the row lacked after deflation because flows came at another region's prices or imports at their own; it stands
        in the residual), ``negative`` (real value added below 0 while nominal is not: the index does not fit), unit.
    """

    accounts: Accounts
    report: pd.DataFrame

    def regions(self) -> pd.DataFrame:
        """Sum the report by region: nominal and real GDP and output, deflators, absolute row gap over output."""
        amounts = ["value_added_nominal", "value_added_real", "output_nominal", "output_real"]
        table = self.report.assign(row_gap=self.report["row_gap"].abs())
        summed = table.groupby("region", sort=False)[[*amounts, "row_gap"]].sum().reset_index()
        summed["gdp_deflator"] = summed["value_added_nominal"] / summed["value_added_real"]
        summed["output_deflator"] = summed["output_nominal"] / summed["output_real"]
        summed["row_gap_share"] = summed["row_gap"] / summed["output_real"]
        return summed


def to_constant_prices(
    accounts: Accounts, index: FloatArray, price_year: int, import_index: FloatArray | None = None
) -> Deflated:
    """Express accounts at the prices of another year.

    Every use of a product is divided by the index of that product: at home that of the region, a flow from elsewhere
    that of its origin, imports their own where given. Real value added is real output less real inputs (double
    deflation); its kinds keep their nominal shares, since none has a price of its own.

    Parameters
    ----------
    accounts : Accounts
        At current prices.
    index : ndarray, shape (n,) or (R, n)
        Producer price of each product, `price_year` = 1.
    price_year : int
        Year whose prices are used.
    import_index : ndarray, shape (n,) or (R, n), optional
        Price of imports likewise; `index` where not given.

    Raises
    ------
    HaiheError
        ``E-ACC-65`` names the region and its sectors without a usable index: a table without one stays nominal
        (`Accounts.price_basis`). ``E-ACC-66`` where the accounts are at constant prices already.

    References
    ----------
    United Nations (2018), Handbook on Supply and Use Tables and Input-Output Tables with Extensions and Applications,
    chapter 9.
    """
    if accounts.price_year is not None:
        raise HaiheError("E-ACC-66", value=accounts.price_year)
    price = _usable(accounts, index)
    foreign = price if import_index is None else _usable(accounts, import_index)
    deflated = {block: getattr(accounts, block) / price[:, :, None] for block in ("Z", "final")}
    deflated |= {block: getattr(accounts, block) / price for block in TRADE if block != "imports"}
    deflated["imports"] = accounts.imports / foreign
    if accounts.flows is not None:
        deflated["flows"] = accounts.flows / price[:, None, :]
    real = deflated["output"] - deflated["Z"].sum(axis=1)
    nominal = accounts.value_added
    # Where kinds cancel to 0 there are no shares: what double deflation leaves goes to all kinds alike.
    alike = np.full_like(accounts.added, 1.0 / max(len(accounts.added_kinds), 1))
    shares = np.divide(accounts.added, nominal[:, None, :], out=alike, where=nominal[:, None, :] != 0)
    table = replace(accounts, price_year=price_year, added=shares * real[:, None, :], **deflated)
    gap = -table.row_balance
    table = replace(table, residual=table.residual + gap)
    report = pd.DataFrame(
        {
            "region": np.repeat(accounts.regions, len(accounts.sectors)),
            "sector": np.tile(accounts.sectors, len(accounts.regions)),
            "value_added_nominal": nominal.ravel(),
            "value_added_real": real.ravel(),
            "value_added_deflator": _over(nominal, real),
            "output_nominal": accounts.output.ravel(),
            "output_real": table.output.ravel(),
            "output_deflator": price.ravel(),
            "row_gap": gap.ravel(),
            "negative": ((real < 0) & (nominal >= 0)).ravel(),
            "unit": accounts.unit,
        }
    )
    return Deflated(table, report)


def real_growth(then: Accounts, now: Accounts) -> pd.DataFrame:
    """Give volume growth between two tables at the same prices.

    Parameters
    ----------
    then, now : Accounts
        Of the same regions; `then` at the current prices of the year whose constant prices `now` is at, or both at the
        same constant prices.

    Returns
    -------
    DataFrame
        region, gdp_then, gdp_now, growth (gdp_now / gdp_then - 1), growth_a_year, unit.

    Raises
    ------
    HaiheError
        ``E-ACC-66`` where the prices are not the same; ``E-ACC-07`` for a region that is missing.
    """
    base = then.year if then.price_year is None else then.price_year
    if base != (now.year if now.price_year is None else now.price_year):
        raise HaiheError("E-ACC-66", value=base)
    before = then.value_added.sum(axis=1)
    after = now.to_unit(then.unit).select(then.regions).value_added.sum(axis=1)
    growth, years = after / before, max(now.year - then.year, 1)
    return pd.DataFrame(
        {
            "region": then.regions,
            "gdp_then": before,
            "gdp_now": after,
            "growth": growth - 1.0,
            "growth_a_year": growth ** (1.0 / years) - 1.0,
            "unit": then.unit,
        }
    )


def _usable(accounts: Accounts, index: FloatArray) -> FloatArray:
    """Give the index for all regions; refuse one that is missing or not above 0."""
    prices = np.asarray(index, dtype=np.float64)
    if prices.shape not in ((len(accounts.sectors),), accounts.output.shape):
        raise HaiheError("E-ACC-11", array="index", shape=prices.shape, expected=accounts.output.shape)
    prices = np.broadcast_to(prices, accounts.output.shape)
    bad = ~(np.isfinite(prices) & (prices > 0))
    if bad.any():
        r = int(np.flatnonzero(bad.any(axis=1))[0])
        missing = [accounts.sectors[i] for i in np.flatnonzero(bad[r])]
        raise HaiheError("E-ACC-65", region=accounts.regions[r], value=", ".join(missing))
    return np.asarray(prices)


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0).ravel()
