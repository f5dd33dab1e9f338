"""Sharing the cost of something built together: a line, a berth, a laboratory, a park.

A cost game says what a coalition would have to pay for what it needs on its own; its savings are a game like any other.
The airport game is the plain case in which one thing serves all and the member that needs most sets its size.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from haihe.coalition.game import MOST, Game, checked_members, sums
from haihe.messages import HaiheError
from haihe.planning.program import Floats


def savings(costs: Game) -> Game:
    """Turn a game of costs into the game of what coalitions save: ``v(S) = Σ_S c(i) - c(S)``.

    A split y of the savings means payments ``c(i) - y_i``; see `payments`.
    """
    return Game(costs.members, sums(costs.alone) - costs.values)


def payments(costs: Game, split: ArrayLike) -> Floats:
    """What each member pays when the savings are split so, shape (n,); sums to c(N) where the split is of all savings."""
    return np.asarray(costs.alone - np.asarray(split, dtype=np.float64))


def airport_game(needs: ArrayLike, members: Sequence[str] = ()) -> Game:
    """Write down the cost game in which a coalition pays for its largest need.

    Parameters
    ----------
    needs : array_like, shape (n,)
        Cost of the thing at the size that each member needs, not negative.
    members : sequence of str, optional
        Names; ``1``, ``2``, … where not given.

    Raises
    ------
    HaiheError
        ``E-COA-10`` for a negative or missing cost, ``E-COA-03`` and ``E-COA-07`` for the members, ``E-COA-06`` where
        names and costs differ in number.
    """
    c = _checked(needs)
    names = checked_members(members or [str(i + 1) for i in range(c.size)])
    if len(names) != c.size:
        raise HaiheError("E-COA-06", n=len(names), value=c.shape)
    if c.size > MOST:
        raise HaiheError("E-COA-07", n=c.size, most=MOST)
    largest = np.zeros(1)
    for cost in c:
        largest = np.concatenate([largest, np.maximum(largest, cost)])
    return Game(names, largest)


def airport_shares(needs: ArrayLike) -> Floats:
    """Share the cost so that every step is paid equally by those who need it: the Shapley value of the airport game.

    Returns
    -------
    ndarray, shape (n,)
        Payments, in the order of `needs`; they sum to the largest need. Any number of members.

    Raises
    ------
    HaiheError
        ``E-COA-10`` for a negative or missing cost.

    References
    ----------
    Littlechild, S. C. and Owen, G. (1973), A simple expression for the Shapley value in a special case, Management
    Science 20, 370-372.

    Examples
    --------
    >>> airport_shares([12.0, 20.0, 33.0])
    array([ 4.,  8., 21.])
    """
    c = _checked(needs)
    order = np.argsort(c, kind="stable")
    steps = np.diff(c[order], prepend=0.0) / np.arange(c.size, 0, -1)
    shares = np.empty(c.size)
    shares[order] = np.cumsum(steps)
    return shares


def _checked(needs: ArrayLike) -> Floats:
    c = np.atleast_1d(np.asarray(needs, dtype=np.float64))
    if not (np.isfinite(c).all() and (c >= 0).all()):
        raise HaiheError("E-COA-10", rule="airport", value=c.min(initial=np.nan))
    return c
