"""Location quotients and cross-hauling: how much of a use a region meets from its own production.

Every function takes the output (or employment) of one region, or of many at once along leading axes, and that of the
nation (or any parent that contains the region). In all of them ``x`` is the region, ``X`` the nation, i the product
and j the sector that buys it. A quotient cut at 1 is the share of national domestic sourcing kept in the region.
"""

import numpy as np

from haihe.accounts.regional import FloatArray


def slq(regional: FloatArray, national: FloatArray) -> FloatArray:
    """Simple location quotient ``SLQ_i = (x_i / Σx) / (X_i / ΣX)``.

    Parameters
    ----------
    regional : ndarray, shape (..., n)
        Output or employment of the region, not negative.
    national : ndarray, shape (n,)
        The same of the nation.

    Returns
    -------
    ndarray, shape (..., n)
        1 where the region is as specialised as the nation; 0 where nation or region has nothing.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., section 8.2.1.
    """
    x, X = np.asarray(regional, dtype=np.float64), np.asarray(national, dtype=np.float64)
    return _ratio(_ratio(x, x.sum(axis=-1, keepdims=True)), _ratio(X, X.sum()))


def cilq(regional: FloatArray, national: FloatArray) -> FloatArray:
    """Cross-industry quotient ``CILQ_ij = SLQ_i / SLQ_j`` for i ≠ j and ``SLQ_i`` for i = j.

    The simple quotient on the diagonal follows Smith and Morrison (1974): ``SLQ_i / SLQ_i`` would say nothing.

    Parameters
    ----------
    regional, national
        As in `slq`.

    Returns
    -------
    ndarray, shape (..., n, n)
        0 in the column of a sector that the region does not have.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., section 8.2.3.
    """
    simple = slq(regional, national)
    crossed = _ratio(simple[..., :, None], simple[..., None, :])
    return np.asarray(np.where(np.eye(simple.shape[-1], dtype=bool), simple[..., :, None], crossed))


def size_factor(regional: FloatArray, national: FloatArray, delta: float) -> FloatArray:
    """Allowance for size ``λ = [log2(1 + Σx / ΣX)]^δ``: 1 for the nation itself or with δ = 0, less for small regions.

    Parameters
    ----------
    regional, national
        As in `slq`.
    delta : float
        δ, from 0 (size does not matter) to below 1.

    Returns
    -------
    ndarray, shape (...,)

    References
    ----------
    Flegg, A. T. and Webber, C. D. (1997), Regional Studies 31(8), 795-805.
    """
    share = _ratio(np.asarray(regional, dtype=np.float64).sum(axis=-1), np.asarray(national, dtype=np.float64).sum())
    return np.asarray(np.log2(1.0 + share) ** delta)


def flq(regional: FloatArray, national: FloatArray, delta: float) -> FloatArray:
    """Flegg's quotient ``FLQ_ij = λ · CILQ_ij`` (with ``SLQ_i`` on the diagonal), λ from `size_factor`.

    Parameters
    ----------
    regional, national, delta
        As in `size_factor`.

    Returns
    -------
    ndarray, shape (..., n, n)
        With δ = 0 the same as `cilq`.

    References
    ----------
    Flegg, A. T. and Webber, C. D. (1997), Regional Studies 31(8), 795-805.
    Flegg, A. T. and Tohmo, T. (2013), Regional Studies 47(5), 703-721.
    """
    return np.asarray(size_factor(regional, national, delta)[..., None, None] * cilq(regional, national))


def aflq(regional: FloatArray, national: FloatArray, delta: float) -> FloatArray:
    """Augmented Flegg quotient: ``FLQ_ij · log2(1 + SLQ_j)`` where ``SLQ_j > 1``, else ``FLQ_ij``.

    A sector in which the region is specialised has its suppliers near it, so its column is raised; never below `flq`.

    Parameters
    ----------
    regional, national, delta
        As in `size_factor`.

    Returns
    -------
    ndarray, shape (..., n, n)

    References
    ----------
    Flegg, A. T. and Webber, C. D. (2000), Regional Studies 34(6), 563-569.
    """
    raised = np.log2(1.0 + np.maximum(slq(regional, national), 1.0))
    return np.asarray(flq(regional, national, delta) * raised[..., None, :])


def heterogeneity(output: FloatArray, uses: FloatArray, sold: FloatArray, bought: FloatArray) -> FloatArray:
    """Share of trade in both directions, ``h_i = (v_i - |b_i|) / (output_i + uses_i)`` (volume v, balance b).

    Parameters
    ----------
    output, uses : ndarray, shape (..., n)
        Output, and intermediate and final use, of the table that shows the trade.
    sold, bought : ndarray, shape (..., n)
        What leaves and enters it; the smaller of the two is in both directions.

    Returns
    -------
    ndarray, shape (..., n)
        Between 0 and 1; 0 where there is neither output nor use.

    References
    ----------
    Kronenberg, T. (2009), International Regional Science Review 32(1), 40-64.
    """
    return np.clip(_ratio(2.0 * np.minimum(sold, bought), np.asarray(output + uses)), 0.0, 1.0)


def heterogeneity_of_potential(
    output: FloatArray, uses: FloatArray, sold: FloatArray, bought: FloatArray
) -> FloatArray:
    """Share of trade in both directions in the most there could be, ``min(sold, bought) / min(output, uses)``.

    Parameters
    ----------
    output, uses, sold, bought
        As in `heterogeneity`.

    Returns
    -------
    ndarray, shape (..., n)
        Between 0 and 1.

    References
    ----------
    Többen, J. and Kronenberg, T. (2015), Economic Systems Research 27(4), 487-507.
    """
    return np.clip(_ratio(np.minimum(sold, bought), np.minimum(output, uses)), 0.0, 1.0)


def charm(supply: FloatArray, demand: FloatArray, h: FloatArray | float) -> FloatArray:
    """Local supply by the cross-hauling adjusted method: ``min(supply, demand) - h · (supply + demand) / 2``.

    Parameters
    ----------
    supply, demand : ndarray, shape (..., n)
        What the region offers to, and wants from, itself and the rest of the nation.
    h : float or ndarray, shape (n,)
        `heterogeneity` of the products.

    Returns
    -------
    ndarray, shape (..., n)
        Product of the region used in the region, not negative; the rest of `demand` comes in, the rest of `supply`
        goes out. With h = 0 it is the commodity balance (supply-demand pool).

    References
    ----------
    Kronenberg, T. (2009), International Regional Science Review 32(1), 40-64.
    """
    return np.asarray(np.maximum(np.minimum(supply, demand) - np.asarray(h) * (supply + demand) / 2.0, 0.0))


def charm_of_potential(supply: FloatArray, demand: FloatArray, h: FloatArray | float) -> FloatArray:
    """Local supply by the reformulated cross-hauling method: ``(1 - h) · min(supply, demand)``, never negative.

    The trade in both directions is bound to its potential, the smaller of supply and demand, so that a product of
    which the region makes or uses little cannot be cross-hauled beyond it.

    Parameters
    ----------
    supply, demand
        As in `charm`.
    h : float or ndarray, shape (n,)
        `heterogeneity_of_potential` of the products.

    Returns
    -------
    ndarray, shape (..., n)

    References
    ----------
    Többen, J. and Kronenberg, T. (2015), Economic Systems Research 27(4), 487-507.
    """
    return np.asarray((1.0 - np.asarray(h)) * np.maximum(np.minimum(supply, demand), 0.0))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole, 0 where the whole is not above 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
