"""Compute awards over columns: rate × base, steps, sums, floors and caps, all in whole grains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import numpy as np

from haihe.rules.clauses import Bound, Plan, StepPlan, TermPlan
from haihe.rules.expression import Expression
from haihe.rules.lanes import FINE, NOTHING, Lane, Masks
from haihe.rules.money import Flags, Ints, Rounding, added, rounded, times

Lanes = Mapping[str, Lane]


@dataclass(frozen=True, slots=True)
class Computed:
    """Amounts of one award over n rows.

    Parameters
    ----------
    raw : ndarray of int64, shape (n,)
        Before floor and caps.
    amount : ndarray of int64, shape (n,)
        After them, rounded as declared.
    limits : tuple of ndarray of int64, each shape (n,)
        Value of each cap, in the order of the plan.
    binding : ndarray of uint64, shape (n,)
        A bit for each cap that binds: that equals the amount while more was due.
    lifted : ndarray of bool, shape (n,)
        True where the floor raised the amount.
    missing : ndarray of uint64, shape (n,)
        Fields that are missing for it; then the amounts are 0 and mean nothing.
    broken : ndarray of bool, shape (n,)
    """

    raw: Ints
    amount: Ints
    limits: tuple[Ints, ...]
    binding: Masks
    lifted: Flags
    missing: Masks
    broken: Flags


@dataclass(slots=True)
class _Faults:
    """Gathers what is missing or broken over everything that an award needs."""

    length: int
    missing: Masks
    broken: Flags

    @classmethod
    def none(cls, length: int) -> "_Faults":
        return cls(length, NOTHING, FINE)

    def take(self, lane: Lane) -> None:
        self.missing, self.broken = self.missing | lane.missing, self.broken | lane.broken

    def numbers(self, expression: Expression, lanes: Lanes) -> Ints:
        """Evaluate to whole numbers; 0 where there is none."""
        lane = expression.evaluate(lanes)
        self.take(lane)
        return _settled(lane, self.length)


def _settled(lane: Lane, length: int) -> Ints:
    return np.broadcast_to(np.where(lane.fault, 0, lane.ints), (length,))


def compute(plan: Plan, lanes: Lanes, length: int, rounding: Rounding, *, negative: bool = False) -> Computed:
    """Compute one award.

    Parameters
    ----------
    plan : Plan
    lanes : mapping of str to Lane
        Fields and parameters over n rows.
    length : int
        n.
    rounding : Rounding
        Products are rounded to the grain in its way, caps that are products always down, and the result is brought
        to its step without passing a cap.
    negative : bool
        Leave results below 0 as they are (scores); else they are 0.

    Returns
    -------
    Computed

    Raises
    ------
    HaiheError
        ``E-RUL-40`` where an amount does not fit into 64 bits.
    """
    faults = _Faults.none(length)
    exact = Rounding(1, rounding.way)
    raw = _raw(plan, lanes, faults, exact)
    if not negative:
        raw = np.maximum(raw, 0)
    floor = _limit(plan.floor, lanes, faults, exact) if plan.floor else raw
    due = np.maximum(raw, floor)
    limits = tuple(_limit(cap, lanes, faults, Rounding(1, "down")) for cap in plan.caps)
    amount = reduce(np.minimum, limits, due)
    if rounding.step > 1:
        steps = (rounded(limit, Rounding(rounding.step, "down")) for limit in limits)
        amount = reduce(np.minimum, steps, rounded(amount, rounding))
    lowest = reduce(np.minimum, limits, due)
    bits = (np.where((limit == lowest) & (limit < due), np.uint64(1 << i), 0) for i, limit in enumerate(limits))
    binding = reduce(np.bitwise_or, bits, np.zeros(length, dtype=np.uint64)).astype(np.uint64)
    missing = np.broadcast_to(faults.missing, (length,))
    broken = np.broadcast_to(faults.broken, (length,))
    return Computed(raw, amount, limits, binding, floor > raw, missing, broken)


def _raw(plan: Plan, lanes: Lanes, faults: _Faults, rounding: Rounding) -> Ints:
    if plan.fixed is not None:
        return np.full(faults.length, plan.fixed, dtype=np.int64)
    if plan.terms:
        return reduce(added, (_term(term, lanes, faults, rounding) for term in plan.terms))
    base = faults.numbers(plan.base, lanes) if plan.base is not None else np.zeros(faults.length, dtype=np.int64)
    if plan.steps is not None:
        by = faults.numbers(plan.steps.by, lanes)
        return _slices(plan.steps, by, rounding) if plan.steps.slices else _steps(plan.steps, by, base, rounding)
    return times(base, plan.ratio or Fraction(0), rounding)


def _steps(steps: StepPlan, by: Ints, base: Ints, rounding: Rounding) -> Ints:
    """What the row reached gives; 0 below the first."""
    row = np.searchsorted(np.array(steps.starts, dtype=np.int64), by, side="right")
    given = [np.zeros_like(base)]
    for fixed, ratio in zip(steps.fixed, steps.ratios, strict=True):
        given.append(np.full_like(base, fixed) if fixed is not None else times(base, ratio or Fraction(0), rounding))
    return np.asarray(np.choose(row, given)) if len(given) <= _CHOICES else np.stack(given)[row, np.arange(len(row))]


_CHOICES = 32
"""Most alternatives that numpy's `choose` takes."""


def _slices(steps: StepPlan, by: Ints, rounding: Rounding) -> Ints:
    """Each row's rate of the part of the value between its start and the next; rounded once, at the end."""
    ends = (*steps.starts[1:], None)
    parts = [
        added(np.maximum(by if end is None else np.minimum(by, end), start), np.array([-start], dtype=np.int64))
        for start, end in zip(steps.starts, ends, strict=True)
    ]
    return weighted(parts, [ratio or Fraction(0) for ratio in steps.ratios], rounding)


def weighted(parts: Sequence[Ints], ratios: Sequence[Fraction], rounding: Rounding) -> Ints:
    """Sum of parts times ratios, exact until it is rounded once."""
    below = np.lcm.reduce([ratio.denominator for ratio in ratios], dtype=object)
    total = np.zeros(len(parts[0]), dtype=np.int64)
    for part, ratio in zip(parts, ratios, strict=True):
        total = added(total, times(part, ratio * int(below)))
    return times(total, Fraction(1, int(below)), rounding)


def _term(term: TermPlan, lanes: Lanes, faults: _Faults, rounding: Rounding) -> Ints:
    """One part of a sum: its ratio of the base, capped; what stands in where the base is missing."""
    lane = term.base.evaluate(lanes)
    value = times(_settled(lane, faults.length), term.ratio, rounding)
    for cap in term.caps:
        value = np.minimum(value, _limit(cap, lanes, faults, rounding))
    if term.instead is None:
        faults.take(lane)
        return value
    faults.broken = faults.broken | lane.broken
    return np.asarray(np.where(lane.missing != 0, term.instead, value))


def _limit(bound: Bound, lanes: Lanes, faults: _Faults, rounding: Rounding) -> Ints:
    if bound.base is None:
        return np.full(faults.length, bound.fixed or 0, dtype=np.int64)
    return times(faults.numbers(bound.base, lanes), bound.ratio, rounding)
