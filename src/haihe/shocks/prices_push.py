"""Prices that jump, and how much of it is passed on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError

Floats = NDArray[np.float64]


def push(A: Floats, given: Floats, fixed: NDArray[np.bool_], pass_through: float | Floats = 1.0) -> Floats:
    """Rise of every price where some prices are set from outside and the others pass on a share of higher costs.

    Sectors that are free follow ``p_j = g_j Σ_i p_i a_ij``; with all passed on (g = 1) this is the price model with some
    prices given.

    Parameters
    ----------
    A : ndarray, shape (n, n)
        Input coefficients.
    given : ndarray, shape (n,)
        Relative rise of the prices that are set.
    fixed : ndarray of bool, shape (n,)
        Which are set.
    pass_through : float or ndarray, shape (n,)
        Share of a rise of costs that goes into the price, between 0 and 1.

    Returns
    -------
    ndarray, shape (n,)
        Relative rise of every price; as given where it is set.

    Raises
    ------
    HaiheError
        ``E-SHK-68`` for a pass-through outside 0 to 1 or a rise that is not a number.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., sections 2.6 and 13.2.
    """
    share = np.broadcast_to(np.asarray(pass_through, dtype=float), given.shape)
    if not np.isfinite(given[fixed]).all() or not ((share >= 0) & (share <= 1)).all():
        raise HaiheError("E-SHK-68", value=float(np.min(share)))
    free = ~fixed
    prices = np.where(fixed, given, 0.0)
    passed = A.T * share[:, None]
    system = np.eye(int(free.sum())) - passed[np.ix_(free, free)]
    prices[free] = np.linalg.solve(system, passed[np.ix_(free, fixed)] @ given[fixed])
    return np.asarray(prices)


def pushed(A: Floats, labels: pd.Index, set_prices: pd.Series, pass_through: float = 1.0) -> pd.Series:
    """As `push`, with labels: `set_prices` by label of the sectors whose price is set."""
    at = labels.get_indexer(set_prices.index)
    fixed, given = np.zeros(len(labels), dtype=bool), np.zeros(len(labels))
    fixed[at], given[at] = True, set_prices.to_numpy(dtype=float)
    return pd.Series(push(A, given, fixed, pass_through), index=labels, name="price")
