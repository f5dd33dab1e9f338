"""The Shapley value: what a member adds on average, over all orders in which the members may come together."""

from math import comb

import numpy as np

from haihe.coalition.game import Game, marginals, sizes, without
from haihe.planning.program import Floats


def shapley(game: Game) -> Floats:
    """Work out the Shapley value from all coalitions.

    ``φ_i = Σ_S s!(n-1-s)!/n! (v(S ∪ i) - v(S))`` over the coalitions S without i, s being their size.

    Parameters
    ----------
    game : Game
        Up to 20 members; n 2**n operations, in whole arrays.

    Returns
    -------
    ndarray, shape (n,)
        In the unit of the values; sums to v(N).

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.

    Examples
    --------
    >>> shapley(Game(("left", "right", "right too"), [0, 0, 0, 1, 0, 1, 0, 1])).round(4)
    array([0.6667, 0.1667, 0.1667])
    """
    n, of_size = game.n, sizes(game.n)
    weight = np.array([1.0 / (n * comb(n - 1, s)) for s in range(n)])
    payoffs = [float((marginals(game.values, i) * weight[of_size[without(n, i)]]).sum()) for i in range(n)]
    return np.array(payoffs)
