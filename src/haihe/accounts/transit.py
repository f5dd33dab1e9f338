"""Goods that only pass through: cleaning signs, and netting transit out of outflow, inflow, exports and imports."""

from dataclasses import replace

import numpy as np

from haihe.accounts.regional import Accounts, FloatArray

NETTING = (("outflow", "inflow"), ("exports", "imports"), ("outflow", "imports"), ("exports", "inflow"))
"""Pairs from which transit is taken, in this order."""


def clean_trade(accounts: Accounts) -> tuple[Accounts, FloatArray, FloatArray]:
    """Give every trade figure a sign that means what its name says.

    Negative outflow counts as inflow, negative inflow as outflow, and so for exports and imports. A region whose
    outflow and inflow are not published at all (Hubei 2012) takes its residual by sign: what is left over flows out,
    what is lacking flows in.

    Returns
    -------
    accounts : Accounts
        Cleaned; the row identity is unchanged.
    moved : ndarray, shape (R, n)
        Sum of absolute amounts moved to the opposite side.
    taken : ndarray, shape (R, n)
        Residual taken as outflow (positive) or inflow (negative).
    """
    trade = {name: getattr(accounts, name) for name in ("outflow", "inflow", "exports", "imports")}
    silent = ((trade["outflow"] == 0) & (trade["inflow"] == 0)).all(axis=1)
    taken = np.where(silent[:, None], accounts.residual, 0.0)
    moved = sum((np.maximum(-array, 0.0) for array in trade.values()), np.zeros_like(taken))
    clean = {
        name: np.maximum(trade[name], 0.0) + np.maximum(-trade[opposite], 0.0)
        for name, opposite in (
            ("outflow", "inflow"),
            ("inflow", "outflow"),
            ("exports", "imports"),
            ("imports", "exports"),
        )
    }
    clean["outflow"] = clean["outflow"] + np.maximum(taken, 0.0)
    clean["inflow"] = clean["inflow"] + np.maximum(-taken, 0.0)
    return replace(accounts, residual=accounts.residual - taken, **clean), moved, taken


def net_transit(accounts: Accounts, theta: float = 1.0) -> tuple[Accounts, dict[str, FloatArray], FloatArray]:
    """Take goods in transit out of trade.

    A region cannot ship more of its own product than it makes. What it does ship beyond that,
    t = max(0, outflow + exports - θ·output), only passes through, and is taken in equal amounts from both sides:
    outflow with inflow, then exports with imports, outflow with imports, exports with inflow. So Z, final use, output
    and the net balance outflow + exports - imports - inflow stay as they were.

    Parameters
    ----------
    accounts : Accounts
        With clean signs (`clean_trade`).
    theta : float
        Share of output that may be shipped.

    Returns
    -------
    accounts : Accounts
        With net trade.
    netted : dict of str to ndarray, shape (R, n)
        Amount taken from each pair, by ``"outflow, inflow"`` and so on.
    left : ndarray, shape (R, n)
        What could not be netted because nothing comes in.
    """
    trade = {name: getattr(accounts, name).copy() for name in ("outflow", "inflow", "exports", "imports")}
    left = np.maximum(0.0, trade["outflow"] + trade["exports"] - theta * accounts.output)
    netted: dict[str, FloatArray] = {}
    for out, into in NETTING:
        amount = np.minimum(left, np.minimum(trade[out], trade[into]))
        trade[out] -= amount
        trade[into] -= amount
        left = left - amount
        netted[f"{out}, {into}"] = amount
    return replace(accounts, **trade), netted, left
