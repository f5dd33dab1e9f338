"""A core point of many members, from the few coalitions that matter.

The least core's program is solved over the coalitions known so far; a separation looks for coalitions that would leave
the split it gives; they are added, until none is found. What is proven depends on the separation: an exact one (a mixed
integer program, or all coalitions) proves the point, a local search does not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from haihe.coalition.core import BalancedCollection, balanced
from haihe.coalition.game import Oracle, coalition_of, membership
from haihe.coalition.program import Answer, CoalitionProgram, outset
from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.program import Floats, Ints

ROUNDS = 1000
"""Rounds of generation after which the search gives up."""
STARTS = 8
"""Coalitions drawn at random from which a local search starts, besides the best ones known."""

Separate = Callable[[Floats], Sequence[int]]
"""From a split to masks of coalitions with a large excess ``v(S) - x(S)``; may be empty where none is above 0."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What a search by generated constraints found.

    Attributes
    ----------
    members : tuple of str
    point : ndarray, shape (n,)
        The split, of v(N).
    bound : float
        No split has a largest excess below this.
    gain : float
        Largest excess at the point that was found, in the unit of the values.
    coalition : tuple of str
        The coalition that has it.
    in_core : bool
        No coalition was found that gains by leaving; a certainty only where `proven`.
    empty : bool
        The core is certainly empty (`bound` lies above 0), with its `proof`.
    proven : bool
        The separation was exact and the search came to its end, so that `gain` is the true largest excess.
    rounds, calls : int
        Rounds of generation; values the oracle worked out so far.
    proof : BalancedCollection or None
    """

    members: tuple[str, ...]
    point: Floats
    bound: float
    gain: float
    coalition: tuple[str, ...]
    in_core: bool
    empty: bool
    proven: bool
    rounds: int
    calls: int
    proof: BalancedCollection | None


def core_by_generation(
    oracle: Oracle,
    separate: Separate | None = None,
    *,
    exact: bool = False,
    least: bool = False,
    rounds: int = ROUNDS,
    tolerance: float = 1e-7,
    seed: int = 0,
    control: Control | None = None,
) -> Generated:
    """Find a core point of many members, asking only for the values of coalitions that matter.

    Parameters
    ----------
    oracle : Oracle
        Gives v(S).
    separate : callable, optional
        From a split, shape (n,), to masks of coalitions that would gain by leaving. Without it `LocalSearch` looks for
        them, which may miss one.
    exact : bool
        States that `separate` gives the coalition with the largest excess among its answers whenever one is above 0
        (with `least`: always).
    least : bool
        Go on to the least core; else stop at the first split that no coalition is found to leave.
    rounds : int
        Rounds after which the search gives up.
    tolerance : float
        Excess that counts as none, relative to the largest gain among the first coalitions and everybody.
    seed : int
        Of the local search.
    control : Control, optional
        Progress and cancel. A cancelled search gives the point it has, not `proven`.

    Raises
    ------
    HaiheError
        ``E-COA-14`` when the rounds are over, ``E-COA-09`` where the program has no optimum.

    References
    ----------
    Hallefjord, A., Helming, R. and Jørnsten, K. (1995), International Journal of Game Theory 24, 365-372.
    """
    control = control or Control()
    search = _Search(oracle, separate or LocalSearch(oracle, seed), tolerance)
    for count in range(1, rounds + 1):
        cancelled = control.cancelled
        going_on = search.step(least) and not cancelled
        if control.progress:
            control.progress(_said(count, search.gain))
        if not going_on:
            return search.outcome(count, proven=exact and separate is not None and not cancelled)
    raise HaiheError("E-COA-14", rounds=rounds, value=f"{search.gain:.6g}")


class LocalSearch:
    """Look for a coalition that would leave: from several starts, change one member at a time while it helps.

    It asks the oracle for about n values a step and may end below the largest excess, so it proves nothing.

    Parameters
    ----------
    oracle : Oracle
    seed : int
        Of the starts drawn at random, which differ from call to call.
    starts : int
        How many are drawn; besides, the best ends of the last call are started from.
    """

    def __init__(self, oracle: Oracle, seed: int = 0, starts: int = STARTS) -> None:
        self.oracle, self.starts = oracle, starts
        self.n = len(oracle.members)
        self._rng = np.random.default_rng(seed)
        self._ends: list[int] = []

    def __call__(self, x: Floats) -> list[int]:
        """Give the ends of all starts, the one with the largest excess first."""
        everybody = (1 << self.n) - 1
        if everybody < 3:
            return []
        drawn = self._rng.integers(1, everybody, size=self.starts).tolist()
        ends = {self._climb(int(start), x) for start in [*drawn, *self._ends]}
        ranked = sorted(ends, key=lambda mask: -self._excess(mask, x))
        self._ends = ranked[: self.starts]
        return ranked

    def _climb(self, mask: int, x: Floats) -> int:
        everybody, here = (1 << self.n) - 1, self._excess(mask, x)
        while True:
            changed = [mask ^ 1 << i for i in range(self.n) if 0 < mask ^ 1 << i < everybody]
            excess = [self._excess(other, x) for other in changed]
            if not excess or max(excess) <= here:
                return mask
            here = max(excess)
            mask = changed[excess.index(here)]

    def _excess(self, mask: int, x: Floats) -> float:
        return self.oracle(mask) - float(membership(mask, self.n) @ x)


class _Search:
    """The state between two rounds: gains above what members reach alone, scaled to size 1 for the program."""

    def __init__(self, oracle: Oracle, separate: Separate, tolerance: float) -> None:
        self.oracle, self.separate, self.tolerance = oracle, separate, tolerance
        self.n = len(oracle.members)
        self.everybody = (1 << self.n) - 1
        self.alone = np.array([oracle(1 << i) for i in range(self.n)])
        first = outset(self.n) if self.n > 1 else np.zeros(0, dtype=np.int64)
        gains, whole = self._gains(first), float(self._gains(np.array([self.everybody]))[0])
        self.scale = max(float(np.abs([*gains, whole]).max()), 1e-6 * float(np.abs(self.alone).max()), 1e-300)
        self.whole = whole / self.scale
        self.program = CoalitionProgram(self.n)
        self.program.settle(self.everybody, self.whole)
        self.program.add(first, 1.0, gains / self.scale)
        self.answer = Answer(np.full(self.n, self.whole / self.n), 0.0, np.zeros(1))
        self.gain, self.worst = 0.0, 0

    @property
    def empty(self) -> bool:
        """Whether the core is already known to be empty."""
        return self.answer.epsilon > self.tolerance

    def step(self, least: bool) -> bool:
        """Do one round; tell whether there is reason for another."""
        if self.n == 1:
            return False
        self.answer = self.program.solve()
        point = self.alone + self.scale * self.answer.x
        found = np.array([mask for mask in self.separate(point) if 0 < mask < self.everybody], dtype=np.int64)
        gains = self._gains(found) / self.scale
        known, values = np.array(self.program.masks[1:]), np.array(self.program.values[1:])
        masks, values = np.concatenate([found, known]), np.concatenate([gains, values])
        excess = values - membership(masks, self.n) @ self.answer.x
        at = int(excess.argmax())
        self.gain, self.worst = float(excess[at]) * self.scale, int(masks[at])
        if self.empty and not least:
            return False
        aim = self.answer.epsilon if least else max(self.answer.epsilon, 0.0)
        short = excess[: found.size] > aim + self.tolerance
        return self.program.add(found[short], 1.0, gains[short]) > 0

    def outcome(self, rounds: int, *, proven: bool) -> Generated:
        """State what was found."""
        members, empty = self.oracle.members, self.empty
        return Generated(
            members,
            self.alone + self.scale * self.answer.x,
            self.answer.epsilon * self.scale,
            self.gain,
            coalition_of(members, self.worst),
            not empty and self.gain <= self.tolerance * self.scale,
            empty,
            proven,
            rounds,
            self.oracle.calls,
            balanced(self.program, self.answer, members, self.scale) if empty else None,
        )

    def _gains(self, masks: Ints) -> Floats:
        """What coalitions reach above their members alone."""
        values = np.array([self.oracle(int(mask)) for mask in masks])
        return np.asarray(values - membership(masks, self.n) @ self.alone)


def _said(count: int, gain: float) -> Text:
    return Text(
        f"第 {count} 轮：离开可得最多 {gain:.4g}", f"round {count}: the most a coalition gains by leaving is {gain:.4g}"
    )
