"""Detectors of faults that identities alone do not explain: slipped units, transposed blocks, subtotals among parts."""

import numpy as np
from scipy.optimize import nnls

from haihe.accounts.regional import FloatArray

EXPLAINED = 0.8
"""Share of the cells of a part that one power of ten must explain."""
POWER = 0.002
"""How far, in powers of ten, a factor may be from a whole power."""
NOTICED = 1e-3
"""Imbalance, as a share of the largest part, from which on a slip is looked for."""
DEFICIENT = 1e-7
"""Singular value, of rows scaled to length 1, below which rows depend on each other."""
WHOLE = 1e-4
"""How far a coefficient of a subtotal may be from 0 or 1."""


def slips(error: FloatArray, parts: FloatArray) -> FloatArray:
    """Find parts of an identity that are a power of ten off.

    The parts of an identity add up to 0 in each of m places. Where the part p stands 10**k times too large, the error is
    ``(1 - 10**-k) · part`` in every place, so ``1 - error / part`` is 10**-k throughout.

    Parameters
    ----------
    error : ndarray, shape (m,)
        What the identity misses in each place.
    parts : ndarray, shape (p, m)
        Parts with the sign they have in the identity.

    Returns
    -------
    ndarray, shape (p,)
        The power k by which each part is too large; 0 where it is not, or where no one power explains it.
    """
    scale = np.abs(parts).max(axis=0, initial=0.0)
    found = np.zeros(len(parts))
    wrong = np.abs(error) > NOTICED * scale
    if not wrong.any():
        return found
    there = parts != 0
    ratio = 1.0 - np.divide(error, parts, out=np.full(parts.shape, np.nan), where=there & wrong)
    power = -np.log10(ratio, out=np.full(parts.shape, np.nan), where=ratio > 0)
    whole = np.round(power)
    hit = (np.abs(power - whole) < POWER) & (whole != 0)
    middle = np.array([np.median(w[h]) if h.any() else 0.0 for w, h in zip(whole, hit, strict=True)])
    agree = (hit & (whole == middle[:, None])).sum(axis=1)
    # The place where a sector buys from itself may balance in itself, so one place need not agree.
    enough = agree >= np.maximum(EXPLAINED * np.maximum(there.sum(axis=1) - 1, wrong.sum()), 1)
    found[enough] = middle[enough]
    return found


def mended(error: FloatArray, other: FloatArray, scale: float) -> float:
    """Give the share of an imbalance that another reading of the table would remove; 0 where there is none."""
    before, after = float(np.abs(error).sum()), float(np.abs(other).sum())
    return max(0.0, 1.0 - after / before) if before > NOTICED * scale else 0.0


def subtotals(rows: FloatArray) -> list[tuple[int, list[int]]]:
    """Find rows that are the sum of two or more other rows.

    Rows that are independent hold no subtotal; this is seen from the singular values at once. Else each row is fitted
    by the others with coefficients not below 0, and is a subtotal where the fit is exact with coefficients 0 and 1.
    Subtotals of subtotals are found too.

    Parameters
    ----------
    rows : ndarray, shape (n, m)
        Values of n rows; those that are 0 throughout are passed over. With m below n nothing can be told.

    Returns
    -------
    list of (int, list of int)
        Each subtotal and the rows it adds up.
    """
    length = np.linalg.norm(rows, axis=1)
    live = np.flatnonzero(length > 0)
    if len(live) < 3 or rows.shape[1] < len(live):
        return []
    # Orthogonal compression: the rows keep all their inner products, in at most n columns.
    whole = np.asarray(np.linalg.qr(rows[live].T / np.abs(rows).max(), mode="r")).T
    if np.linalg.svd(whole / np.linalg.norm(whole, axis=1)[:, None], compute_uv=False)[-1] > DEFICIENT:
        return []
    found = []
    for at in range(len(live)):
        others = np.delete(np.arange(len(live)), at)
        fit = nnls(whole[others].T, whole[at])[0]
        ones = np.abs(fit - 1.0) < WHOLE
        exact = (ones | (np.abs(fit) < WHOLE)).all()
        missed = np.linalg.norm(whole[others][ones].sum(axis=0) - whole[at])
        if exact and ones.sum() >= 2 and missed < WHOLE * np.linalg.norm(whole[at]):
            found.append((int(live[at]), [int(live[k]) for k in others[ones]]))
    return found
