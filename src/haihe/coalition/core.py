"""The core: splits that no coalition has reason to leave; and where there is none, the nearest to it and the proof.

A split x of v(N) is in the core when ``x(S) >= v(S)`` for every coalition S (Gillies 1959). The least core makes the
largest excess ``v(S) - x(S)`` as small as it can be (Maschler, Peleg and Shapley 1979). By Bondareva (1963) and Shapley
(1967) the core is empty exactly when some balanced collection of coalitions is worth more than v(N); that collection
is the dual solution of the least core's program and is handed over as the proof.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from haihe.coalition.game import Game, checked_split, coalition_of, membership, sizes
from haihe.coalition.program import Answer, CoalitionProgram, proper, solved, started
from haihe.planning.program import Floats

TOLERANCE = 1e-9
"""Excess that counts as none, relative to the size of the game."""


@dataclass(frozen=True, slots=True)
class BalancedCollection:
    """Coalitions that together prove an empty core.

    Attributes
    ----------
    coalitions : tuple of tuple of str
    weights : tuple of float
        Share of its time that each coalition works; over the coalitions of any one member they sum to 1.
    surplus : float
        ``Σ weight v(S) - v(N)``, above 0: so much would be missing to content all of them.
    """

    coalitions: tuple[tuple[str, ...], ...]
    weights: tuple[float, ...]
    surplus: float


@dataclass(frozen=True, slots=True)
class LeastCore:
    """A split in the least core.

    Attributes
    ----------
    members : tuple of str
    point : ndarray, shape (n,)
        One split of v(N) that makes the largest excess as small as possible; in the core where `empty` is False.
    epsilon : float
        That excess (per head of the coalition where asked for): at most 0 where the core is not empty. 0 for one member.
    empty : bool
        Whether the core is empty.
    proof : BalancedCollection or None
        The proof where it is empty.
    """

    members: tuple[str, ...]
    point: Floats
    epsilon: float
    empty: bool
    proof: BalancedCollection | None


@dataclass(frozen=True, slots=True)
class Stability:
    """Who would rather leave a split.

    Attributes
    ----------
    stable : bool
        True where the split hands out v(N) and no coalition gains by leaving (beyond the tolerance).
    coalition : tuple of str
        The coalition with the most to gain (or the least to lose) by leaving; empty for one member.
    gain : float
        What it would gain, ``v(S) - x(S)``; negative where it would lose.
    blocking : int
        Number of coalitions that would gain.
    left_over : float
        ``v(N) - x(N)``: what the split does not hand out (or, negative, does not have).
    """

    stable: bool
    coalition: tuple[str, ...]
    gain: float
    blocking: int
    left_over: float


def core_slack(game: Game, x: ArrayLike) -> tuple[float, tuple[str, ...]]:
    """How far a split is from being left: the smallest ``x(S) - v(S)`` over all coalitions but everybody and nobody.

    Returns
    -------
    slack : float
        Negative where a coalition gains by leaving; infinite for one member.
    coalition : tuple of str
        The coalition that has it.
    """
    excess = game.excess(x)[1:-1]
    if not excess.size:
        return np.inf, ()
    worst = int(excess.argmax())
    return -float(excess[worst]), game.coalition(worst + 1)


def stability(game: Game, x: ArrayLike, tolerance: float = TOLERANCE) -> Stability:
    """Say which coalition would rather leave a split, and what it would gain.

    Parameters
    ----------
    game : Game
    x : array_like, shape (n,)
    tolerance : float
        Relative to the size of the game.
    """
    split = checked_split(x, game.n)
    slack, coalition = core_slack(game, split)
    left = game.grand - float(split.sum())
    allowed = tolerance * game.scale
    blocking = int((game.excess(split)[1:-1] > allowed).sum())
    return Stability(blocking == 0 and abs(left) <= allowed, coalition, -slack, blocking, left)


def least_core(game: Game, *, per_capita: bool = False) -> LeastCore:
    """Find a split that makes the largest excess as small as possible, and whether the core is empty.

    Parameters
    ----------
    game : Game
    per_capita : bool
        Divide each coalition's excess by its number of members.

    Raises
    ------
    HaiheError
        ``E-COA-09`` where the program has no optimum.
    """
    values = game.zero_normalised().values / game.scale
    weights = sizes(game.n).astype(np.float64) if per_capita else np.ones(values.size)
    if game.n == 1:
        return LeastCore(game.members, np.array([game.grand]), 0.0, False, None)
    program = started(values, weights)
    answer = solved(program, values, weights, proper(game.n))
    empty = answer.epsilon > TOLERANCE
    point = game.alone + answer.x * game.scale
    proof = balanced(program, answer, game.members, game.scale) if empty else None
    return LeastCore(game.members, point, answer.epsilon * game.scale, empty, proof)


def balanced(program: CoalitionProgram, answer: Answer, members: tuple[str, ...], scale: float) -> BalancedCollection:
    """Read the proof of an empty core from the duals of the least core's program.

    The duals λ satisfy ``Σ λ(S) w(S) = 1`` and ``Σ λ(S) 1_S = μ 1_N``; the weights λ/μ are balanced and their surplus
    is ε/μ.
    """
    rows = program.binding(answer)
    duals, masks = answer.duals[rows], np.array(program.masks)[rows]
    total = float((duals @ membership(masks, program.n)).mean())
    coalitions = tuple(coalition_of(members, int(mask)) for mask in masks)
    return BalancedCollection(coalitions, tuple((duals / total).tolist()), answer.epsilon / total * scale)
