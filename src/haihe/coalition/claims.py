"""Sharing what is too little for all claims: proportional, equal awards, equal losses, and the rule of the Talmud.

The estate E is below the sum of the claims d. Aumann and Maschler (1985) showed that the rule behind three cases of the
Talmud is the nucleolus of the game in which a coalition is worth what the others' claims leave of the estate.
"""

import numpy as np
from numpy.typing import ArrayLike

from haihe.messages import HaiheError
from haihe.planning.program import Floats


def proportional(estate: float, claims: ArrayLike) -> Floats:
    """Give everybody the same share of its claim, shape (n,).

    Raises
    ------
    HaiheError
        ``E-COA-12`` where a claim is negative, or the estate negative or above the sum of the claims.
    """
    d = _checked(estate, claims)
    return np.asarray(d * (estate / d.sum()) if d.sum() > 0 else d)


def constrained_equal_awards(estate: float, claims: ArrayLike) -> Floats:
    """Give everybody the same, but nobody more than its claim: ``min(d_i, λ)``; errors as in `proportional`."""
    d = _checked(estate, claims)
    return np.asarray(np.minimum(d, _level(estate, d)))


def constrained_equal_losses(estate: float, claims: ArrayLike) -> Floats:
    """Let everybody lose the same, but nobody more than its claim: ``max(d_i - λ, 0)``; errors as in `proportional`."""
    d = _checked(estate, claims)
    return np.asarray(d - constrained_equal_awards(float(d.sum()) - estate, d))


def talmud(estate: float, claims: ArrayLike) -> Floats:
    """Equal awards up to half of each claim, and equal losses of the other half; errors as in `proportional`.

    References
    ----------
    Aumann, R. J. and Maschler, M. (1985), Journal of Economic Theory 36, 195-213.

    Examples
    --------
    >>> talmud(200, [100, 200, 300])
    array([50., 75., 75.])
    """
    d = _checked(estate, claims)
    half = d / 2
    if estate <= half.sum():
        return constrained_equal_awards(estate, half)
    return np.asarray(half + constrained_equal_losses(estate - float(half.sum()), half))


def _checked(estate: float, claims: ArrayLike) -> Floats:
    d = np.atleast_1d(np.asarray(claims, dtype=np.float64))
    total = float(d.sum())
    if not (np.isfinite(total) and (d >= 0).all() and -1e-12 * total <= estate <= total * (1 + 1e-12)):
        raise HaiheError("E-COA-12", value=estate, total=f"{total:.6g}")
    return d


def _level(estate: float, d: Floats) -> float:
    """The λ with ``Σ min(d_i, λ) = E``: the claims up to it are met in full, the rest share what is left equally."""
    ordered = np.sort(d)
    rest = np.arange(d.size, 0, -1)
    met = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
    level = (estate - met) / rest
    fits = np.flatnonzero(level <= ordered)
    return float(level[fits[0]]) if fits.size else float(ordered[-1])
