"""Who ships to whom: margins that agree, and a gravity seed fitted to them."""

import numpy as np

from haihe.accounts.balance import BalanceResult, ras
from haihe.accounts.regional import BoolArray, FloatArray


def fix_margins(outflow: FloatArray, inflow: FloatArray, kept: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Make the total outflow and inflow of every product agree without touching some regions.

    With A0, B0 the outflow and inflow of the regions kept exact and Xo, Xi those of the others, the others' outflow is
    multiplied by a and their inflow by 1/a, where A0 + a·Xo = B0 + Xi/a.

    Parameters
    ----------
    outflow, inflow : ndarray, shape (R, n)
        Not negative.
    kept : ndarray of bool, shape (R,)
        Regions that keep their figures.

    Returns
    -------
    outflow, inflow : ndarray, shape (R, n)
    factor : ndarray, shape (n,)
        a by product; NaN where no a > 0 exists because the others trade too little: then the others' lacking side
        takes the difference, spread as the side it answers (all alike where that is 0 too).
    """
    others = ~kept
    gap = outflow[kept].sum(axis=0) - inflow[kept].sum(axis=0)
    Xo, Xi = outflow[others].sum(axis=0), inflow[others].sum(axis=0)
    root = np.sqrt(gap**2 + 4.0 * Xo * Xi)
    with np.errstate(divide="ignore", invalid="ignore"):
        # The two forms of the same root of Xo·a² + gap·a - Xi = 0; each is free of cancellation on its side.
        a = np.where(gap > 0, 2.0 * Xi / (gap + root), (root - gap) / (2.0 * Xo))
        solved = np.isfinite(a) & (a > 0)
        scaled_out = np.where(others[:, None] & solved, outflow * a, outflow)
        scaled_in = np.where(others[:, None] & solved, inflow / a, inflow)
    lacking = np.where(solved, 0.0, scaled_out.sum(axis=0) - scaled_in.sum(axis=0))
    scaled_in = scaled_in + np.maximum(lacking, 0.0) * _spread(outflow, others)
    scaled_out = scaled_out + np.maximum(-lacking, 0.0) * _spread(inflow, others)
    return scaled_out, scaled_in, np.where(solved, a, np.nan)


def _spread(weights: FloatArray, others: BoolArray) -> FloatArray:
    """Shares of the other regions by product, alike where they have no weight, shape (R, n)."""
    weights = np.where(others[:, None], weights, 0.0)
    weights = np.where(weights.sum(axis=0) > 0, weights, others[:, None].astype(float))
    return np.asarray(weights / weights.sum(axis=0))


def gravity_seed(outflow: FloatArray, inflow: FloatArray, distance: FloatArray, beta: float) -> FloatArray:
    """Give the gravity seed outflow_r · inflow_s · d_rs^-β with a zero diagonal.

    Parameters
    ----------
    outflow, inflow : ndarray, shape (R, n)
        Margins.
    distance : ndarray, shape (R, R)
        Distances in any one unit.
    beta : float
        Distance exponent. The tables hold no information on it: quote every flow with its band.

    Returns
    -------
    ndarray, shape (n, R, R)
    """
    off = ~np.eye(len(distance), dtype=bool)
    friction = np.zeros_like(distance)
    friction[off] = (distance[off] / np.median(distance[off])) ** -beta
    return np.asarray(outflow.T[:, :, None] * inflow.T[:, None, :] * friction)


def gravity_flows(
    outflow: FloatArray,
    inflow: FloatArray,
    distance: FloatArray,
    beta: float,
    regions: list[str],
    sectors: list[str],
    tol: float = 1e-10,
) -> BalanceResult:
    """Fit the gravity seed to the margins, all products at once.

    Parameters
    ----------
    outflow, inflow : ndarray, shape (R, n)
        Margins with equal totals for every product (`fix_margins`).
    distance, beta
        As in `gravity_seed`.
    regions, sectors : list of str
        Names for error messages.
    tol : float
        Allowed relative deviation of each margin.

    Returns
    -------
    BalanceResult
        ``matrix`` of shape (n, R, R).
    """
    seed = gravity_seed(outflow, inflow, distance, beta)
    return ras(seed, outflow.T, inflow.T, tol, row_labels=regions, column_labels=regions, batch_labels=sectors)
