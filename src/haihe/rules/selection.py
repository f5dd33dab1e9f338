"""Optimal selection: the set that maximises a declared objective under the very limits of the round.

A small integer program over the applications that may be funded: maximise the sum of worth subject to every limit
(batch budget, district matching, quotas, exclusions). Among sets of equal worth the one with the better-ranked
application wins, compared from the top of the ranking down, so that the answer is one and does not depend on the order
of rows. Selection by rank obeys the same limits, so the optimum is never worse under its own objective; it may well
fund fewer or other projects, and what it maximises is said beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import gcd

from haihe.rules.set_program import AtLeast, AtMost, Row, best_set
from haihe.rules.slate import Slate

FEN_PER_YUAN = 100
BITS = 40
"""Size of an objective, in bits, up to which worth and ranking are maximised in one solve."""
BLOCK = 24
"""Places of the ranking settled by one solve where several sets are of equal worth."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of funded applications and its worth."""

    funded: frozenset[int]
    worth: int


@dataclass(frozen=True, slots=True)
class Valuation:
    """What each application is worth: its merit, times its support in whole yuan where `weighted`.

    Attributes
    ----------
    merit : tuple of int or None
        By position; None where merit is the score, in steps.
    weighted : bool
    """

    merit: tuple[int, ...] | None
    weighted: bool

    def merit_of(self, slate: Slate, i: int) -> int:
        """Merit of one application."""
        return slate.entries[i].score or 0 if self.merit is None else self.merit[i]

    def weight_of(self, slate: Slate, i: int) -> int:
        """What a merit of one is multiplied by."""
        return slate.entries[i].support // FEN_PER_YUAN if self.weighted else 1

    def of(self, slate: Slate) -> list[int]:
        """Worth of every position."""
        return [self.merit_of(slate, i) * self.weight_of(slate, i) for i in range(len(slate))]


@dataclass(frozen=True)
class Market:
    """The integer program of a slate: who may be chosen, what each is worth, what each uses.

    Attributes
    ----------
    slate : Slate
    valuation : Valuation
    seconds : float
        Time for one solve.
    tries : int
        Settings of one lever looked at before its search is given up, and said to be so.
    """

    slate: Slate
    valuation: Valuation
    seconds: float = 60.0
    tries: int = 30

    @cached_property
    def worth(self) -> list[int]:
        """Worth of every position, not negative."""
        return self.valuation.of(self.slate)

    def on(self, slate: Slate) -> "Market":
        """Give the program of another slate under the same valuation."""
        return replace(self, slate=slate)

    def chooses(self, i: int) -> bool:
        """Say whether the best choice funds a position."""
        best = self.best()
        return best is not None and i in best.funded

    def rows(self) -> list[Row]:
        """Give each limit that could bind, over the places of `Slate.open`."""
        place = {i: k for k, i in enumerate(self.slate.open)}
        weights: list[dict[int, int]] = [{} for _ in self.slate.limits]
        for i, k in place.items():
            for number, need in self.slate.needs(i):
                weights[number][k] = need
        return [
            AtMost(weight, limit.cap)
            for weight, limit in zip(weights, self.slate.limits, strict=True)
            if sum(weight.values()) > limit.cap
        ]

    def most(self, i: int) -> tuple[int, bool]:
        """Greatest worth that a choice has, and whether a choice of that worth has an open position."""
        open_ = self.slate.open
        chosen = best_set([2 * self.worth[j] + (j == i) for j in open_], self.rows(), {}, seconds=self.seconds)
        members = {open_[k] for k in chosen or ()}
        return sum(self.worth[j] for j in members), i in members

    def best(self, fixed: Mapping[int, int] | None = None) -> Choice | None:
        """Give the one best choice with some positions fixed in or out; None where there is none."""
        open_ = self.slate.open
        at = {i: k for k, i in enumerate(open_)}
        settled = {at[i]: value for i, value in (fixed or {}).items() if i in at}
        if any(value and i not in at for i, value in (fixed or {}).items()):
            return None
        divisor = reduce(gcd, (self.worth[i] for i in open_), 0) or 1
        worth = [self.worth[i] // divisor for i in open_]
        chosen = _in_order(worth, self.rows(), settled, self.seconds)
        if chosen is None:
            return None
        funded = frozenset(open_[k] for k in chosen)
        return Choice(funded, sum(self.worth[i] for i in funded))


def _in_order(
    worth: Sequence[int], rows: Sequence[Row], fixed: dict[int, int], seconds: float
) -> frozenset[int] | None:
    """Maximise worth, then settle equals from the first place down, block by block."""
    n = len(worth)
    if not n:
        return frozenset()
    first = max(min(n, BITS - sum(worth).bit_length()), 0)
    chosen = best_set([w << first | _bit(k, 0, first) for k, w in enumerate(worth)], rows, fixed, seconds=seconds)
    if chosen is None or first == n:
        return chosen
    level = sum(worth[k] for k in chosen)
    held: list[Row] = [*rows, AtLeast({k: w for k, w in enumerate(worth) if w}, level)]
    settled = dict(fixed) | {k: int(k in chosen) for k in range(first)}
    for start in range(first, n, BLOCK):
        size = min(BLOCK, n - start)
        better = best_set([_bit(k, start, size) for k in range(n)], held, settled, seconds=seconds)
        if better is None:
            break
        chosen = better
        settled |= {k: int(k in chosen) for k in range(start, start + size)}
    return chosen


def _bit(place: int, start: int, size: int) -> int:
    """Weight of a place in its block: the first place outweighs all that follow it."""
    return 1 << (size - 1 - (place - start)) if start <= place < start + size else 0
