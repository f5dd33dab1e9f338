"""The mean over all orders of change: how much each factor of a product contributes to its change, exactly."""

from math import factorial

import numpy as np

from haihe.accounts.regional import FloatArray


def mean_over_orderings(states: FloatArray, factors: int) -> FloatArray:
    """Split a change among factors, averaged over all orders in which they may change.

    Parameters
    ----------
    states : ndarray, shape (2,) * k + (...)
        The result with each of k factors at its first (0) or second (1) value: ``states[0, 1, ...]`` has the second
        factor changed only.
    factors : int
        k.

    Returns
    -------
    ndarray, shape (k, ...)
        Contribution of each factor. They add up to ``states[1, 1, ...] - states[0, 0, ...]``. It is the mean over all
        k! orders of changing one factor after the other, which is the Shapley value; it does not depend on the order
        in which factors are named, nor on the direction of time.

    References
    ----------
    Dietzenbacher, E. and Los, B. (1998), Economic Systems Research 10(4), 307-324. Shapley, L. S. (1953), in
    Contributions to the Theory of Games II, 307-317.
    """
    steps = np.stack([_steps(states, p) for p in range(factors)])
    weights = np.zeros((2,) * (factors - 1))
    for at in np.ndindex(weights.shape):
        before = sum(at)
        weights[at] = factorial(before) * factorial(factors - 1 - before) / factorial(factors)
    return np.asarray(np.tensordot(steps, weights, axes=(tuple(range(1, factors)), tuple(range(factors - 1)))))


def range_over_orderings(states: FloatArray, factors: int) -> tuple[FloatArray, FloatArray]:
    """Give the least and the most that each factor contributes in any order, each of shape (k, ...).

    Parameters
    ----------
    states, factors
        As in `mean_over_orderings`.

    Returns
    -------
    low, high : ndarray, shape (k, ...)
        How far apart single orders are: where it is wide, how much a factor did is a matter of convention.
    """
    steps = np.stack([_steps(states, p) for p in range(factors)])
    axes = tuple(range(1, factors))
    return np.asarray(steps.min(axis=axes)), np.asarray(steps.max(axis=axes))


def _steps(states: FloatArray, factor: int) -> FloatArray:
    """What changing one factor does, whichever of the others have changed already, shape (2,) * (k - 1) + (...)."""
    return np.asarray(np.take(states, 1, axis=factor) - np.take(states, 0, axis=factor))
