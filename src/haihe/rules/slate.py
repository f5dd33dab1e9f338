"""A round as whole numbers: who asks for how much with which score under which limits, and who comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from haihe.rules.limits import Limit, Measure

Standing = Literal["open", "ineligible", "undecided", "nothing_due", "unscored", "below_pass"]
Shortage = Literal["stop", "skip"]
FINEST = 10**6
"""Largest denominator of a share that is surely recognised from its rounded part."""
MONEY_TIES = ("support", "city", "district")
"""Tie columns that follow the amount when it is changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One application.

    Attributes
    ----------
    application : str
    support, city : int
        Fen; the district pays the rest.
    filed : (int, int)
        Support and city part as filed: a changed amount is split likewise.
    score : int or None
        In steps of the round, e.g. hundredths of a point.
    eligible : bool or None
        None where a missing value leaves it undecided.
    ties : tuple of int
        Places in the declared tie columns, smaller first; for a column of money +1 or -1, the amount itself being read.
    """

    application: str
    support: int
    city: int
    filed: tuple[int, int]
    score: int | None
    eligible: bool | None
    ties: tuple[int, ...] = ()

    @property
    def district(self) -> int:
        """What the district pays, in fen."""
        return self.support - self.city

    def measure(self, name: Measure) -> int:
        """What this application adds to a limit of that measure."""
        return 1 if name == "count" else int(getattr(self, name))


def city_part(support: int, filed: tuple[int, int]) -> int:
    """Split a changed amount as it was filed: the city's share rounded down to the fen, the district pays the rest."""
    share = share_filed(*filed)
    return support * share.numerator // share.denominator


@lru_cache(maxsize=10_000)
def share_filed(support: int, city: int) -> Fraction:
    """Give the simplest share that, rounded down to the fen, makes the city's part what was filed.

    So a split of 101 fen into 50 and 51 is read as one half. Found along the continued fraction.
    """
    if not support:
        return Fraction(0)
    last = Fraction((city + 1) * FINEST - 1, support * FINEST)
    return _simplest(Fraction(city, support), last)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """Fraction of smallest denominator between two others, both included."""
    whole = low.numerator // low.denominator
    if whole == low:
        return low
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


@dataclass(frozen=True)
class Slate:
    """All applications of a round with its limits and rules.

    Attributes
    ----------
    entries : tuple of Entry
    limits : tuple of Limit
    tie_columns : tuple of str
        Declared tie columns in order.
    pass_score : int or None
        Least score that may be funded, in steps.
    when_short : {"stop", "skip"}
        What the first application that the budget no longer covers does: end the list, or be passed over.
    scored : bool
        True where an application without a score may not be funded.
    """

    entries: tuple[Entry, ...]
    limits: tuple[Limit, ...]
    tie_columns: tuple[str, ...]
    pass_score: int | None
    when_short: Shortage
    scored: bool = True

    def __len__(self) -> int:
        return len(self.entries)

    def standing(self, i: int) -> Standing:
        """Say whether an application may be funded at all."""
        return self.standing_of(self.entries[i])

    def standing_of(self, entry: Entry) -> Standing:
        """Say the same of one that an entry describes."""
        if entry.eligible is None:
            return "undecided"
        if not entry.eligible:
            return "ineligible"
        if entry.support <= 0:
            return "nothing_due"
        if entry.score is None and self.scored:
            return "unscored"
        if self.pass_score is not None and (entry.score is None or entry.score < self.pass_score):
            return "below_pass"
        return "open"

    @cached_property
    def open(self) -> list[int]:
        """Positions that may be funded, the best first."""
        return [i for i in self.order if self.standing(i) == "open"]

    @cached_property
    def order(self) -> list[int]:
        """All positions by score, then by the declared ties, then by application number."""
        return sorted(range(len(self.entries)), key=self.rank_key)

    def rank_key(self, i: int) -> tuple[object, ...]:
        """What an application is ranked by, smaller first; one without a score comes last."""
        return self.key_of(self.entries[i])

    def key_of(self, entry: Entry) -> tuple[object, ...]:
        """What one is ranked by that an entry describes."""
        return (*self._tie_key_of(entry), entry.application)

    def tie_key(self, i: int) -> tuple[object, ...]:
        """Score and declared ties, without the last resort of the application number."""
        return self._tie_key_of(self.entries[i])

    def _tie_key_of(self, entry: Entry) -> tuple[object, ...]:
        ties = [
            place * int(getattr(entry, name)) if name in MONEY_TIES else place
            for name, place in zip(self.tie_columns, entry.ties, strict=True)
        ]
        return (entry.score is None, -(entry.score or 0), *ties)

    def needs(self, i: int) -> list[tuple[int, int]]:
        """Limits an application counts in, each with what it adds."""
        return self.needs_of(i, self.entries[i])

    def needs_of(self, i: int, entry: Entry) -> list[tuple[int, int]]:
        """Give the same with other amounts in its place."""
        return [(number, entry.measure(self.limits[number].measure)) for number in self._member_of[i]]

    @cached_property
    def by_score(self) -> dict[int | None, list[Entry]]:
        """All applications of each score."""
        found: dict[int | None, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.score, []).append(entry)
        return found

    @cached_property
    def _member_of(self) -> list[list[int]]:
        """Numbers of the limits that each application counts in, in the order of the limits."""
        found: list[list[int]] = [[] for _ in self.entries]
        for number, limit in enumerate(self.limits):
            for i in limit.members:
                found[i].append(number)
        return found

    def exceeded(self, chosen: Sequence[int]) -> list[int]:
        """Numbers of the limits that a choice exceeds, computed in whole numbers."""
        used = self.used(chosen)
        return [number for number, limit in enumerate(self.limits) if used[number] > limit.cap]

    def used(self, chosen: Sequence[int]) -> list[int]:
        """What a choice takes of each limit."""
        used = [0] * len(self.limits)
        for i in chosen:
            for number, need in self.needs(i):
                used[number] += need
        return used

    def with_support(self, i: int, support: int) -> "Slate":
        """Give the same round with another amount for one application."""
        entry = self.entries[i]
        return self.with_entry(i, replace(entry, support=support, city=city_part(support, entry.filed)))

    def with_score(self, i: int, score: int) -> "Slate":
        """Give the same round with another score for one application."""
        return self.with_entry(i, replace(self.entries[i], score=score))

    def with_eligible(self, i: int) -> "Slate":
        """Give the same round with one application eligible."""
        return self.with_entry(i, replace(self.entries[i], eligible=True))

    def with_cap(self, number: int, cap: int) -> "Slate":
        """Give the same round with another cap for one limit."""
        limits = list(self.limits)
        limits[number] = replace(limits[number], cap=cap)
        return self._keeping(replace(self, limits=tuple(limits)), "_member_of", "order", "open")

    def with_entry(self, i: int, entry: Entry) -> "Slate":
        """Give the same round with one application as an entry describes it."""
        entries = list(self.entries)
        entries[i] = entry
        return self._keeping(replace(self, entries=tuple(entries)), "_member_of")

    def _keeping(self, changed: "Slate", *names: str) -> "Slate":
        """Hand on what was computed and has not changed."""
        changed.__dict__.update({name: getattr(self, name) for name in names})
        return changed
