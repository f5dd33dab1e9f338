"""Plain rules for splitting a gain.

Every rule leaves each member what it reaches alone and shares out the rest, the gain ``v(N) - Σ v(i)``: equally, by
given weights (an endowment such as people or permits), by what each member adds at last, by what each reaches alone, or
by halves between each two members, as the sharing of tax between origin and destination of a firm does.
"""

import numpy as np
from numpy.typing import ArrayLike

from haihe.coalition.game import Game, checked_split
from haihe.coalition.names import RULES
from haihe.messages import HaiheError
from haihe.planning.program import Floats


def equal(game: Game) -> Floats:
    """Share the gain equally, shape (n,)."""
    return by_weights(game, np.ones(game.n), "equal")


def by_weights(game: Game, weights: ArrayLike, rule: str = "endowment") -> Floats:
    """Share the gain in proportion to weights.

    Parameters
    ----------
    game : Game
    weights : array_like, shape (n,)
        Not negative, with a sum above 0; in any one unit.
    rule : str
        Key of `RULES`, named in the error.

    Returns
    -------
    ndarray, shape (n,)
        ``v(i) + w_i / Σ w · (v(N) - Σ v(i))``.

    Raises
    ------
    HaiheError
        ``E-COA-10`` for weights that are negative or sum to 0, ``E-COA-06`` for another number of them.
    """
    w = checked_split(weights, game.n)
    total = float(w.sum())
    if (w < 0).any() or total <= 0:
        raise HaiheError("E-COA-10", rule=RULES[rule], value=", ".join(f"{part:.6g}" for part in w))
    return np.asarray(game.alone + w / total * game.gain)


def by_contribution(game: Game) -> Floats:
    """Share the gain by what is lost when each member leaves last: ``v(N) - v(N \\ i) - v(i)``; errors as `by_weights`."""
    everybody = (1 << game.n) - 1
    last = game.grand - game.values[everybody - (1 << np.arange(game.n))]
    return by_weights(game, _weights(last - game.alone, game), "contribution")


def by_standalone(game: Game) -> Floats:
    """Share the gain by what each member reaches alone; in a game of gains there is nothing; errors as `by_weights`."""
    return by_weights(game, game.alone, "standalone")


def by_halves(game: Game, share: ArrayLike = 0.5) -> Floats:
    """Let each two members halve what they gain together, as today's rule for shared tax does.

    The rule knows only pairs. What all gain together is handed out in the proportion of the members' halves.

    Parameters
    ----------
    game : Game
    share : array_like, a number or shape (n, n)
        Part that the row's member gets of what it gains with the column's; ``share[i, j] + share[j, i]`` is 1. The
        diagonal is not read. A number stands for all pairs and is then one half.

    Raises
    ------
    HaiheError
        ``E-COA-10`` where no pair gains, or the two parts of a pair do not sum to 1.
    """
    n = game.n
    parts = np.broadcast_to(np.asarray(share, dtype=np.float64), (n, n))
    aside = ~np.eye(n, dtype=bool)
    if not (np.abs(parts + parts.T - 1.0)[aside] <= 1e-9).all() or (parts[aside] < 0).any():
        raise HaiheError("E-COA-10", rule=RULES["halves"], value="share[i, j] + share[j, i] ≠ 1")
    bits = 1 << np.arange(n)
    pairs = game.values[bits[:, None] | bits] - game.alone[:, None] - game.alone
    taken = np.where(aside, parts * pairs, 0.0).sum(axis=1)
    return by_weights(game, _weights(taken, game), "halves")


def _weights(raw: Floats, game: Game) -> Floats:
    """Take rounding below 0 for 0."""
    return np.where(np.abs(raw) <= 1e-12 * game.scale, 0.0, raw)
