"""Fitting a matrix to row and column sums: RAS, and GRAS where cells may be negative."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haihe.accounts.conflicts import refuse_margins, refuse_unfinished
from haihe.accounts.regional import FloatArray

TINY = 1e-300


@dataclass(frozen=True)
class BalanceResult:
    """A balanced matrix.

    Attributes
    ----------
    matrix : ndarray, shape (..., m, n)
        The fitted matrix.
    iterations : int
        Passes over rows and columns until the last matrix of the batch was balanced.
    residual : float
        Largest deviation of a margin, relative to the gross sum of its row or column.
    converged : bool
        True; a fit that does not converge raises.
    """

    matrix: FloatArray
    iterations: int
    residual: float
    converged: bool


def ras(
    seed: FloatArray,
    row_sums: FloatArray,
    column_sums: FloatArray,
    tol: float = 1e-10,
    max_iterations: int = 10_000,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    batch_labels: Sequence[str] | None = None,
) -> BalanceResult:
    """Fit non-negative matrices to row and column sums by bi-proportional scaling (RAS).

    The result is r̂ A ŝ: closest to the seed in the sense of information, zero where the seed is zero. A whole batch is
    fitted at once; matrices that are done drop out of the work.

    Parameters
    ----------
    seed : ndarray, shape (..., m, n)
        Start, not negative; leading axes are a batch.
    row_sums : ndarray, shape (..., m)
        Wanted row sums, not negative. Zero gives a row of zeros.
    column_sums : ndarray, shape (..., n)
        Wanted column sums, not negative, with the same total.
    tol : float
        Allowed deviation of each margin, relative to itself.
    max_iterations : int
        Passes before giving up.
    row_labels, column_labels, batch_labels : sequence of str, optional
        Names for error messages; numbers from 1 where not given.

    Returns
    -------
    BalanceResult

    Raises
    ------
    HaiheError
        ``E-ACC-24`` negative seed or margin; ``E-ACC-20`` totals differ; ``E-ACC-21`` a row or column total with no
        cell to carry it; ``E-ACC-22`` a set of rows that only reaches columns with a smaller sum; ``E-ACC-23`` feasible
        but not done within `max_iterations`.

    References
    ----------
    Stone, R. (1961), Input-Output and National Accounts; Bacharach, M. (1970), Biproportional Matrices and
    Input-Output Change.
    """
    seed, u, v = (np.asarray(array, dtype=np.float64) for array in (seed, row_sums, column_sums))
    shape = seed.shape
    A, u, v = seed.reshape(-1, *shape[-2:]), u.reshape(-1, shape[-2]), v.reshape(-1, shape[-1])
    labels = (row_labels, column_labels, batch_labels)
    refuse_margins(A, u, v, labels, signed=False)
    # Every batch is scaled to a total of 1, so that no unit can overflow the multipliers.
    size, weight = np.maximum(v.sum(axis=1), TINY), np.maximum(A.sum(axis=(1, 2)), TINY)
    A, u, v = A / weight[:, None, None], u / size[:, None], v / size[:, None]
    r, s = np.ones_like(u), np.ones_like(v)
    residual = np.full(len(A), np.inf)
    active, iteration = np.arange(len(A)), 0
    with np.errstate(over="ignore", invalid="ignore"):
        for iteration in range(1, max_iterations + 1):
            B, ua, va = A[active], u[active], v[active]
            rows = (B @ s[active, :, None])[..., 0]
            deviation = np.abs(r[active] * rows - ua)
            residual[active] = np.max(deviation / np.where(ua > 0, ua, 1.0), axis=1, initial=0.0)
            finite = np.isfinite(residual[active])
            if iteration > 1 and ((residual[active] <= tol) | ~finite).all():
                break
            if iteration > 1:
                going = (residual[active] > tol) & finite
                active, B, ua, va, rows = active[going], B[going], ua[going], va[going], rows[going]
            r[active] = ua / np.maximum(rows, TINY)
            s[active] = va / np.maximum((r[active, None] @ B)[:, 0], TINY)
    if (failed := np.flatnonzero(~(residual <= tol))).size:
        at = int(failed[0])
        refuse_unfinished(at, A[at], u[at], v[at], float(size[at]), labels, float(residual[at]), iteration)
    fitted = r[:, :, None] * A * s[:, None, :] * size[:, None, None]
    return BalanceResult(fitted.reshape(shape), iteration - 1, float(residual.max(initial=0.0)), True)


def gras(
    seed: FloatArray,
    row_sums: FloatArray,
    column_sums: FloatArray,
    tol: float = 1e-10,
    max_iterations: int = 10_000,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
) -> BalanceResult:
    """Fit a matrix with negative cells to row and column sums (generalised RAS); every cell keeps its sign.

    With the seed split into P - N (both not negative) the result is r̂ P ŝ - r̂⁻¹ N ŝ⁻¹, where each multiplier solves
    a quadratic equation for its own margin. The objective is that of Lenzen et al. (2007), under which a seed that
    already has the wanted margins comes back unchanged; rows and columns without positive cells are scaled by the rule
    of Temurshoev et al. (2013).

    Parameters
    ----------
    seed : ndarray, shape (m, n)
        Start, of any sign.
    row_sums : ndarray, shape (m,)
        Wanted row sums, of any sign; zero margins are allowed.
    column_sums : ndarray, shape (n,)
        Wanted column sums, of any sign, with the same total.
    tol : float
        Allowed deviation of each margin, relative to the gross sum (of absolute values) of its row or column.
    max_iterations, row_labels, column_labels
        As in `ras`.

    Raises
    ------
    HaiheError
        ``E-ACC-20`` to ``E-ACC-23`` as in `ras`.

    References
    ----------
    Junius, T. and Oosterhaven, J. (2003), Economic Systems Research 15(1), 87-96.
    Lenzen, M., Wood, R. and Gallego, B. (2007), Economic Systems Research 19(4), 461-465.
    Temurshoev, U., Miller, R. E. and Bouwmeester, M. C. (2013), Economic Systems Research 25(3), 361-367.
    """
    A, u, v = (np.asarray(array, dtype=np.float64) for array in (seed, row_sums, column_sums))
    labels = (row_labels, column_labels, None)
    refuse_margins(A[None], u[None], v[None], labels, signed=True)
    P, N = np.maximum(A, 0.0), np.maximum(-A, 0.0)
    s, inverse_s = np.ones_like(v), np.ones_like(v)
    r, inverse_r = np.ones_like(u), np.ones_like(u)
    residual, iteration = np.inf, 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for iteration in range(1, max_iterations + 1):
            plus, minus = P @ s, N @ inverse_s
            if iteration > 1:
                deviation = np.abs(r * plus - inverse_r * minus - u)
                gross = np.maximum(r * plus + inverse_r * minus, np.abs(u))
                residual = float(np.max(deviation / np.maximum(gross, TINY), initial=0.0))
                if residual <= tol or not np.isfinite(residual):
                    break
            r, inverse_r = _multipliers(u, plus, minus)
            s, inverse_s = _multipliers(v, r @ P, inverse_r @ N)
    if not residual <= tol:
        refuse_unfinished(0, A, u, v, 1.0, labels, residual, iteration)
    fitted = r[:, None] * P * s - inverse_r[:, None] * N * inverse_s
    return BalanceResult(fitted, iteration - 1, residual, True)


def _multipliers(target: FloatArray, plus: FloatArray, minus: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve plus·x - minus/x = target for x > 0; give x and 1/x without cancellation, 0 where without weight."""
    root = np.sqrt(target**2 + 4.0 * plus * minus)
    larger = (root + np.abs(target)) / 2.0
    smaller = np.divide(plus * minus, larger, out=np.zeros_like(root), where=larger > 0)
    rising, falling = np.where(target >= 0, larger, smaller), np.where(target >= 0, smaller, larger)
    x = np.divide(rising, plus, out=np.zeros_like(root), where=plus > 0)
    inverse = np.divide(falling, minus, out=np.zeros_like(root), where=minus > 0)
    return x, inverse
