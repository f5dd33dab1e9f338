r"""Ways to guess a reference path: how output of every sector grows in every region, given what is known.

Pure functions of arrays. ``before`` is output in the base year, shape (R, n); every answer is a growth index of the
same shape, output then over output in the base year. What each region's economy grows by in all, ``total_growth``, is
given (a target, a forecast, a known GDP), and every way that takes it meets it,

.. math:: \sum_i x_{ri} g_{ri} = G_r \sum_i x_{ri}

in output, or in value added where `by_value_added` says so. `inferred_growth` and `rest_of_nation` only say how
sectors differ.

`docs/evidence/hindcast-2012-2017.md` says how far off each way was where the truth is known. None of them is a
forecast that a plan vouches for: the plan speaks about differences to whatever path it is given.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from haihe.accounts.balance import ras
from haihe.accounts.quotients import slq
from haihe.messages import HaiheError, Text
from haihe.planning.program import Floats

BEFORE = Text("基年产出", "output of the base year")
TOTAL = Text("地区总量增长", "total growth of the regions")
GROWTH = Text("行业增长", "growth of the sectors")
ADDED = Text("增加值", "value added")
FARTHEST = 2.0
"""Logarithms of location quotients, and of inferred leads of sectors, count up to this far from 0."""
ALIKE = 1e-12
"""Mean squared deviation of sector shares below which regions count as having the same structure."""
PENALTIES = tuple(10.0**k for k in np.arange(-4.0, 1.25, 0.25))
"""Penalties that `inferred_growth` chooses from, over the mean diagonal of its kernel."""


def uniform(before: Floats, total_growth: ArrayLike) -> Floats:
    """Let every sector of a region grow alike.

    Parameters
    ----------
    before : ndarray, shape (R, n)
        Output in the base year, not negative, any unit.
    total_growth : array_like, shape (R,)
        Growth index of each region in all.

    Returns
    -------
    ndarray, shape (R, n)
        Growth index of each region and sector.

    Raises
    ------
    HaiheError
        ``E-PLN-70`` a shape that does not fit, ``E-PLN-71`` a figure missing or negative or a total of 0,
        ``E-PLN-72`` a region without output.
    """
    return _fitted(before, np.ones_like(before), total_growth)


def shift_share(before: Floats, sector_growth: ArrayLike, total_growth: ArrayLike) -> Floats:
    """Let sectors grow as they do elsewhere, scaled so that each region meets its total.

    Parameters
    ----------
    before : ndarray, shape (R, n)
        Output in the base year.
    sector_growth : array_like, shape (n,) or (R, n)
        Growth index of each sector in the nation, or for each region in the rest of it (`rest_of_nation`).
    total_growth : array_like, shape (R,)
        Growth index of each region in all.

    Returns
    -------
    ndarray, shape (R, n)
        Growth index of each region and sector.

    Raises
    ------
    HaiheError
        As `uniform`.

    References
    ----------
    Dunn, E. S. (1960), Papers of the Regional Science Association 6, 97-112. Without its regional component, which
    the region's total takes the place of.
    """
    return _fitted(before, sector_growth, total_growth)


def rest_of_nation(before: Floats, after: Floats) -> Floats:
    """Growth of each sector in all regions but one, for each region left out; shape (R, n).

    Where nobody else had the sector, it takes the growth of all sectors elsewhere.

    Parameters
    ----------
    before, after : ndarray, shape (R, n)
        Output of all regions of the nation in two years.

    Raises
    ------
    HaiheError
        ``E-PLN-74`` where no other region has output.
    """
    then, now = before.sum(axis=0) - before, after.sum(axis=0) - after
    for r in np.flatnonzero(~(then.sum(axis=1) > 0))[:1]:
        raise HaiheError("E-PLN-74", region=int(r) + 1)
    whole = np.broadcast_to(now.sum(axis=1, keepdims=True) / then.sum(axis=1, keepdims=True), then.shape)
    there = then > 1e-9 * before.sum(axis=0)
    return np.asarray(np.divide(now, then, out=whole.copy(), where=there))


def damped(before: Floats, sector_growth: ArrayLike, damping: float, total_growth: ArrayLike) -> Floats:
    """Take only part of the differences between sectors: growth to the power ``damping``.

    Parameters
    ----------
    before, sector_growth, total_growth
        As in `shift_share`.
    damping : float
        0 gives `uniform`, 1 `shift_share`.

    Raises
    ------
    HaiheError
        As `uniform`; ``E-PLN-73`` where ``damping`` is not between 0 and 1.
    """
    if not 0.0 <= damping <= 1.0:
        raise HaiheError("E-PLN-73", name="damping", value=damping, low=0, high=1)
    return _fitted(before, np.asarray(sector_growth, dtype=np.float64) ** damping, total_growth)


def specialisation(before: Floats) -> Floats:
    """Logarithm of the location quotient, cut at ±`FARTHEST`; 0 where a region has nothing; shape (R, n)."""
    quotient = slq(before, before.sum(axis=0))
    return np.clip(np.log(np.where(quotient > 0, quotient, 1.0)), -FARTHEST, FARTHEST)


def tendency(features: Floats, differential: Floats, weights: Floats, penalty: float = 1e-3) -> Floats:
    """Slopes of growth differentials on features, over all regions and sectors at once.

    Weighted ridge regression with one constant a region (which the region's total would take away anyway); features
    are standardised for the penalty.

    Parameters
    ----------
    features : ndarray, shape (R, n, k)
        What is known in the first year, e.g. `specialisation`.
    differential : ndarray, shape (R, n)
        Logarithm of observed growth over what another way would have said, in a period of the past.
    weights : ndarray, shape (R, n)
        Not negative, e.g. shares of sectors; 0 leaves a cell out, a row of 0 a region.
    penalty : float
        Ridge penalty as a share of the weight of all cells.

    Returns
    -------
    ndarray, shape (k,)
        Change of the logarithm of growth per unit of feature.
    """
    weight = weights / np.where(weights.sum(axis=1) > 0, weights.sum(axis=1), 1.0)[:, None]
    x = features - (weight[..., None] * features).sum(axis=1, keepdims=True)
    moments = np.einsum("rik,ri,ril->kl", x, weight, x)
    spread = np.sqrt(np.diag(moments) / weight.sum())
    scale = np.where(spread > 0, spread, 1.0)
    system = moments / np.outer(scale, scale) + penalty * weight.sum() * np.eye(scale.size)
    return np.asarray(np.linalg.solve(system, np.einsum("rik,ri,ri->k", x, weight, differential) / scale) / scale)


def tending(before: Floats, growth: ArrayLike, features: Floats, slopes: ArrayLike, total_growth: ArrayLike) -> Floats:
    """Change another way's growth by what `tendency` found, and meet the totals again.

    Parameters
    ----------
    before, total_growth
        As in `shift_share`.
    growth : array_like, shape (n,) or (R, n)
        Growth index before the change.
    features : ndarray, shape (R, n, k)
        Of the base year, the same ones that the slopes were found on.
    slopes : array_like, shape (k,) or (R, k)
        From `tendency`; with one row a region where each was found without that region.
    """
    shift = np.einsum("rik,rk->ri", features, np.broadcast_to(slopes, (features.shape[0], features.shape[2])))
    return _fitted(before, np.asarray(growth, dtype=np.float64) * np.exp(shift), total_growth)


def both_margins(before: Floats, total_growth: ArrayLike, sector_growth: ArrayLike) -> Floats:
    """Meet each region's total and each sector's total over all regions with the least change (RAS).

    Where the two sets of totals do not add up to the same, the regions' hold and the sectors' are scaled.

    Parameters
    ----------
    before : ndarray, shape (R, n)
        Output in the base year of all regions of the nation.
    total_growth : array_like, shape (R,)
        Growth index of each region in all.
    sector_growth : array_like, shape (n,)
        Growth index of each sector in the nation.

    Raises
    ------
    HaiheError
        As `uniform`; ``E-ACC-21`` to ``E-ACC-23`` of `haihe.accounts.ras`.

    References
    ----------
    Stone, R. (1961), Input-Output and National Accounts, OEEC; Bacharach, M. (1970), Biproportional Matrices and
    Input-Output Change, Cambridge University Press.
    """
    index = _fitted(before, sector_growth, total_growth)
    if np.ndim(sector_growth) != 1:
        raise HaiheError("E-PLN-70", what=GROWTH, shape=np.shape(sector_growth), expected=index.shape[1:])
    rows = before.sum(axis=1) * np.asarray(total_growth, dtype=np.float64)
    columns = before.sum(axis=0) * np.asarray(sector_growth, dtype=np.float64)
    found = ras(before, rows, columns * (rows.sum() / columns.sum())).matrix
    return np.divide(found, before, out=index, where=before > 0)


def by_value_added(before: Floats, growth: ArrayLike, added_share: Floats, gdp_growth: ArrayLike) -> Floats:
    """Scale growth so that value added, not output, meets each region's total.

    Parameters
    ----------
    before : ndarray, shape (R, n)
        Output in the base year.
    growth : array_like, shape (n,) or (R, n)
        Growth index of the sectors.
    added_share : ndarray, shape (R, n)
        Value added per unit of output, taken not to change.
    gdp_growth : array_like, shape (R,)
        Growth index of each region's value added.
    """
    return _fitted(before, growth, gdp_growth, added_share)


def inferred_growth(before: Floats, total_growth: ArrayLike, penalties: Sequence[float] = PENALTIES) -> Floats:
    r"""Infer how sectors grow from how regions with different structures grow.

    A weak source: in the hindcast it beat uniform growth in one period and lost clearly in the other. Useful as one
    of several ways in a `blend`.

    With shares s and ``log G_r = c + sum_i s_ri d_i + e_r``, the d are found by ridge regression. The penalty is the
    one that predicts a region from all others best (closed form of leave-one-out).

    Parameters
    ----------
    before : ndarray, shape (R, n)
        Output in the base year of many regions.
    total_growth : array_like, shape (R,)
        Growth index of each region in all; nothing else of the later year is used.
    penalties : sequence of float
        To choose from, over the mean diagonal of the kernel.

    Returns
    -------
    ndarray, shape (n,)
        Growth index of each sector, for `shift_share`, none farther than a factor of e² from the mean. All alike where
        regions have the same structure.

    Raises
    ------
    HaiheError
        As `uniform`.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009), The Elements of Statistical Learning, 2nd ed., section 3.4.1
    (ridge) and 7.10 (leave-one-out).
    """
    grown = _checked(before, np.ones_like(before), total_growth)[2]
    shares = before / before.sum(axis=1, keepdims=True)
    y, centre = np.log(grown), np.eye(len(before)) - 1.0 / len(before)
    x = centre @ shares
    kernel = x @ x.T
    unit = np.trace(kernel) / len(before)
    if unit <= ALIKE:
        return np.full(before.shape[1], float(np.exp(y.mean())))
    size = len(before)
    solved = [np.linalg.solve(kernel + p * unit * np.eye(size), np.c_[kernel, centre @ y]) for p in penalties]
    # Left out, a residual grows by 1 / (1 - leverage); the constant has a leverage of its own, 1 / R.
    hats = [solution[:, :-1] + 1.0 / size for solution in solved]
    misses = [(((y - hat @ y) / np.maximum(1.0 - np.diag(hat), 1e-9)) ** 2).sum() for hat in hats]
    lead = x.T @ solved[int(np.argmin(misses))][:, -1]
    return np.asarray(np.exp(y.mean() + np.clip(lead, -FARTHEST, FARTHEST)))


def blend(before: Floats, growths: Sequence[Floats], total_growth: ArrayLike) -> Floats:
    """Geometric mean of several ways, totals met again.

    Parameters
    ----------
    before, total_growth
        As in `uniform`.
    growths : sequence of ndarray, each of shape (R, n)
        Growth indices of other ways.

    Returns
    -------
    ndarray, shape (R, n)
        Growth index of each region and sector.
    """
    return _fitted(before, np.exp(np.mean([np.log(np.maximum(g, 1e-12)) for g in growths], axis=0)), total_growth)


def along(growth: Floats, span: float, years: ArrayLike) -> Floats:
    """Spread growth over time at a constant yearly rate a region and sector.

    Parameters
    ----------
    growth : ndarray, shape (R, n)
        Growth index over ``span`` years.
    span : float
        Years, over 0.
    years : array_like, shape (T,)
        Years since the base year.

    Returns
    -------
    ndarray, shape (R, n, T)
        Growth index since the base year, ``growth ** (years / span)``. Totals are met in year ``span``; between and
        beyond, sectors that grow faster weigh more by the year, so the total does not grow at a constant rate.
    """
    if not span > 0:
        raise HaiheError("E-PLN-73", name="span", value=span, low=0, high="∞")
    return np.asarray(growth[..., None] ** (np.asarray(years, dtype=np.float64) / span))


def _fitted(before: Floats, growth: ArrayLike, total_growth: ArrayLike, share: Floats | None = None) -> Floats:
    """Scale growth so that each region meets its total, counted in output or in ``share`` of it."""
    amounts, index, grown = _checked(before, growth, total_growth)
    measure = amounts
    if share is not None:
        if np.shape(share) != amounts.shape:
            raise HaiheError("E-PLN-70", what=ADDED, shape=np.shape(share), expected=amounts.shape)
        measure = amounts * share
    reached = (measure * index).sum(axis=1)
    for r in np.flatnonzero(~(reached > 0))[:1]:
        raise HaiheError("E-PLN-72", region=int(r) + 1)
    return np.asarray(index * (grown * measure.sum(axis=1) / reached)[:, None])


def _checked(before: ArrayLike, growth: ArrayLike, total_growth: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Bring all to their shapes and refuse what is no amount or growth."""
    amounts = np.asarray(before, dtype=np.float64)
    if amounts.ndim != 2:
        raise HaiheError("E-PLN-70", what=BEFORE, shape=amounts.shape, expected="(R, n)")
    regions, sectors = amounts.shape
    wanted = (
        (BEFORE, amounts, [(regions, sectors)]),
        (GROWTH, growth, [(regions, sectors), (sectors,)]),
        (TOTAL, total_growth, [(regions,)]),
    )
    found = []
    for what, value, shapes in wanted:
        given = np.asarray(value, dtype=np.float64)
        if given.shape not in shapes:
            raise HaiheError("E-PLN-70", what=what, shape=given.shape, expected=shapes[0])
        fine = np.isfinite(given) & (given > 0 if what is TOTAL else given >= 0)
        for at in np.argwhere(~fine)[:1]:
            raise HaiheError("E-PLN-71", what=what, at=", ".join(str(int(k) + 1) for k in at))
        found.append(np.broadcast_to(given, amounts.shape) if what is GROWTH else given)
    for r in np.flatnonzero(~(amounts.sum(axis=1) > 0))[:1]:
        raise HaiheError("E-PLN-72", region=int(r) + 1)
    return found[0], found[1], found[2]
