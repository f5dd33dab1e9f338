"""Fitting cells to totals of unequal reliability: GRAS with soft constraints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, eye_array, hstack
from scipy.sparse.csgraph import connected_components

from haihe.accounts.regional import FloatArray
from haihe.accounts.totals import Totals
from haihe.messages import HaiheError

CELL_ERROR = 0.1
"""Default relative standard error of a cell of typical size (see `soft_balance`)."""
STEP = 3.0
"""Largest change of the logarithm of a cell in one Newton step."""
RIDGE = 1e-11
"""Added to the scaled Hessian, which is singular where one total follows from others."""
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class SoftBalance:
    """Fitted cells and how far each total was met.

    Attributes
    ----------
    cells : ndarray
        Fitted cells, in the shape of the seed.
    report : DataFrame
        One row a total: name, source, target, achieved, reliability, standard_error, deviation (achieved less target
        in standard errors; for a hard total 0 when it is met to the tolerance).
    iterations : int
        Newton steps of the slowest independent block.
    residual : float
        Largest unmet part of a total, relative to the gross sum of its cells.
    """

    cells: FloatArray
    report: pd.DataFrame
    iterations: int
    residual: float


def soft_balance(
    seed: FloatArray,
    totals: Totals,
    cell_error: float = CELL_ERROR,
    freedom: FloatArray | None = None,
    tol: float = 1e-12,
    max_iterations: int = 300,
) -> SoftBalance:
    """Fit cells to totals of which some are hard and some only reliable to a stated degree; every cell keeps its sign.

    With y = z/a the ratio of a cell to its seed, minimises::

        Σ_c |a_c| (y_c ln y_c - y_c + 1) / (κ f_c)  +  ½ Σ_k ((G z - t)_k / σ_k)²

    (for a negative cell 1/y takes the place of the multiplier, as in GRAS), subject to (G z)_k = t_k where σ_k = 0.
    So z = a·exp(±f·Gᵀλ), and the dual in λ is smooth, convex and as small as the number of totals: it is solved by
    damped Newton steps, block by block where totals share no cell. With all σ = 0 and f = 1 the result is that of
    `gras`. The seed speaks with a variance κ|a_c|f_c for cell c, κ = `cell_error`² Σa²/Σ|a|: `cell_error` is the
    relative standard error of a cell of typical (size-weighted mean) size; larger cells are relatively surer.

    Parameters
    ----------
    seed : ndarray, any shape
        Start, of any sign; zero cells stay zero.
    totals : Totals
        Over the cells of the seed in C order.
    cell_error : float
        How sure the seed is, against the reliabilities of the totals. Without effect where all totals are hard.
    freedom : ndarray, optional
        f of each cell, in the shape of the seed: 1 by default, 0 for a cell that must not change.
    tol : float
        Allowed unmet part of each total, relative to the gross sum of its cells.
    max_iterations : int
        Newton steps before giving up.

    Raises
    ------
    HaiheError
        ``E-ACC-60`` hard totals that cannot be met together, by name; ``E-ACC-61`` not done within `max_iterations`;
        ``E-ACC-11`` where totals are over another number of cells.

    References
    ----------
    Lenzen, M., Gallego, B. and Wood, R. (2009), Matrix balancing under conflicting information, Economic Systems
    Research 21(1), 23-44. Stone, R., Champernowne, D. G. and Meade, J. E. (1942), The precision of national income
    estimates, Review of Economic Studies 9(2), 111-125.
    """
    a = np.asarray(seed, dtype=np.float64)
    free = np.ones_like(a) if freedom is None else np.broadcast_to(np.asarray(freedom, dtype=np.float64), a.shape)
    if totals.members.shape != (len(totals), a.size):
        raise HaiheError("E-ACC-11", array="totals", shape=totals.members.shape, expected=(len(totals), a.size))
    z, f, G = a.ravel().copy(), free.ravel(), totals.members
    block = connected_components(abs(G) @ abs(G).T, directed=False)[1]
    steps, residual = 0, 0.0
    for b in range(int(block.max(initial=-1)) + 1):
        at = np.flatnonzero(block == b)
        part = csr_array(G[at])
        cells = np.unique(part.indices)
        fitted, done, left = _fit(
            z[cells], f[cells], csr_array(part[:, cells]), totals, at, cell_error, tol, max_iterations
        )
        z[cells] = fitted
        steps, residual = max(steps, done), max(residual, left)
    return SoftBalance(z.reshape(a.shape), _report(totals, G @ z), steps, residual)


def _report(totals: Totals, achieved: FloatArray) -> pd.DataFrame:
    error, gap = totals.standard_error, achieved - totals.targets
    return pd.DataFrame(
        {
            "name": totals.names,
            "source": totals.sources,
            "target": totals.targets,
            "achieved": achieved,
            "reliability": totals.reliability,
            "standard_error": error,
            "deviation": np.divide(gap, error, out=np.zeros_like(gap), where=error > 0),
        }
    )


def _fit(
    seed: FloatArray,
    f: FloatArray,
    G: csr_array,
    totals: Totals,
    at: np.ndarray,
    cell_error: float,
    tol: float,
    max_iterations: int,
) -> tuple[FloatArray, int, float]:
    """Fit the cells of one block; arrays (c,), (c,), (k, c). Gives cells, steps and residual."""
    size = float(np.abs(seed).sum()) or 1.0
    a, t, error = seed / size, totals.targets[at] / size, totals.standard_error[at] / size
    a = np.where(_forced_to_zero(a, f, G, t, error), 0.0, a)
    kappa = max(cell_error**2 * float((a**2).sum()) / max(float(np.abs(a).sum()), TINY), TINY)
    slack, sign = error**2 / kappa, np.sign(a)
    lever = sign * f
    G_t = csr_array(G.T)
    lam, residual, steps = np.zeros(len(t)), np.inf, 0
    w = np.zeros_like(a)

    def dual(w: FloatArray, lam: FloatArray) -> float:
        grown = np.divide(np.expm1(lever * w), f, out=sign * w, where=f > 0)
        return float(np.abs(a) @ grown - lam @ t + 0.5 * slack @ lam**2)

    with np.errstate(over="ignore", invalid="ignore"):
        value = dual(w, lam)
        for _ in range(max_iterations):
            z = a * np.exp(lever * w)
            gradient = G @ z - t + slack * lam
            gross = abs(G) @ np.abs(z) + np.abs(t) + np.abs(slack * lam)
            residual = float(np.max(np.abs(gradient) / np.maximum(gross, TINY), initial=0.0))
            if residual <= tol or not np.isfinite(residual):
                break
            step = _newton(G, G_t, np.abs(z) * f, slack, gradient)
            move = G_t @ step
            length = min(1.0, STEP / max(float(np.max(np.abs(lever * move), initial=0.0)), TINY))
            slope, norm = float(gradient @ step), float(np.linalg.norm(gradient))
            for _ in range(30):
                trial, shifted = lam + length * step, w + length * move
                reached = dual(shifted, trial)
                if reached <= value + 1e-4 * length * slope:
                    break
                left = G @ (a * np.exp(lever * shifted)) - t + slack * trial
                if float(np.linalg.norm(left)) < norm:
                    break
                length /= 2.0
            lam, w, value, steps = trial, shifted, reached, steps + 1
    if not residual <= tol:
        _refuse(seed, f, G, totals, at, residual, steps)
    return z * size, steps, residual


def _newton(G: csr_array, G_t: csr_array, weight: FloatArray, slack: FloatArray, gradient: FloatArray) -> FloatArray:
    """Newton step of the dual; the Hessian G diag(weight) Gᵀ + diag(slack) is scaled to a unit diagonal first."""
    hessian = (G @ diags_array(weight) @ G_t).toarray()
    hessian[np.diag_indices_from(hessian)] += slack
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), TINY**0.5))
    scaled = hessian * scale[:, None] * scale
    scaled[np.diag_indices_from(scaled)] += RIDGE
    return np.asarray(-scale * cho_solve(cho_factor(scaled, lower=True), scale * gradient))


def _forced_to_zero(a: FloatArray, f: FloatArray, G: csr_array, t: FloatArray, error: FloatArray) -> np.ndarray:
    """Cells of a hard total of 0 whose terms all have one sign: no multiplier but 0 can meet it."""
    terms = G @ diags_array(a)
    one_sided = np.abs(np.asarray(terms.sum(axis=1)).ravel()) >= np.asarray(abs(terms).sum(axis=1)).ravel()
    binding = (one_sided & (t == 0) & (error == 0)).astype(float)
    return np.asarray((abs(G).T @ binding > 0) & (f > 0))


def _refuse(
    seed: FloatArray, f: FloatArray, G: csr_array, totals: Totals, at: np.ndarray, residual: float, iterations: int
) -> None:
    """Raise for a fit that did not converge: name the hard totals in conflict, or say that it is only slow.

    The dual prices of the elastic problem (`_gap`) give totals that cannot be met together; those that can be left out
    of the proof are left out one by one, so that none is named without need.
    """
    hard = np.flatnonzero(totals.standard_error[at] == 0)
    H, fixed = csr_array(G[hard]), f == 0
    wanted = totals.targets[at][hard] - H @ np.where(fixed, seed, 0.0)
    terms = csr_array(H @ diags_array(np.where(fixed, 0.0, np.sign(seed))))
    gap, price = _gap(terms, wanted)
    least = 1e-9 * (float(np.abs(wanted).sum()) + float(np.abs(seed).max(initial=0.0)))
    if gap > least:
        named = np.flatnonzero(np.abs(price) > 1e-7)
        for k in named:
            rest = named[named != k]
            if rest.size and _gap(csr_array(terms[rest]), wanted[rest])[0] > least:
                named = rest
        gap = _gap(csr_array(terms[named]), wanted[named])[0]
        names = ", ".join(totals.names[at[hard[k]]] for k in named)
        raise HaiheError("E-ACC-60", names=names, value=f"{gap:.6g}")
    raise HaiheError("E-ACC-61", value=f"{residual:.3g}", iterations=iterations)


def _gap(terms: csr_array, wanted: FloatArray) -> tuple[float, FloatArray]:
    """Least sum of deviations from totals over cells that are not negative, and the price of each total."""
    scale = float(np.abs(wanted).max(initial=0.0)) or 1.0
    K, C = terms.shape
    own = eye_array(K, format="csr")
    equations = hstack([terms, own, -own], format="csr")
    cost = np.concatenate([np.zeros(C), np.ones(2 * K)])
    found = linprog(cost, A_eq=equations, b_eq=wanted / scale, method="highs-ds")
    return float(found.fun or 0.0) * scale, np.asarray(found.eqlin.marginals)
