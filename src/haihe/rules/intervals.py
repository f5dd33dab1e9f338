"""Can a condition hold at all? Ranges of fields, narrowed by what the condition asks for.

Each field starts with its declared range (numbers, days), its choices, or yes and no. Demanding that a condition
holds narrows the ranges: a comparison narrows both sides, through sums, differences and products with constants;
``&&`` narrows one after the other until nothing changes; ``||`` and ``?:`` take the hull of their branches. Where a
range becomes empty, the condition is proved never to hold. Nothing is claimed where it is not proved: what cannot be
narrowed stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from haihe.rules.vocabulary import Term


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from low to high; None is without end."""

    low: int | None = None
    high: int | None = None

    @property
    def empty(self) -> bool:
        """True where there is none."""
        return self.low is not None and self.high is not None and self.low > self.high

    def meet(self, other: "Span") -> "Span":
        """What is in both."""
        lows = [end for end in (self.low, other.low) if end is not None]
        highs = [end for end in (self.high, other.high) if end is not None]
        return Span(max(lows, default=None), min(highs, default=None))

    def hull(self, other: "Span") -> "Span":
        """Smallest span around both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Span(low, high)

    def plus(self, other: "Span") -> "Span":
        """Sums."""
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Span(low, high)

    def minus(self, other: "Span") -> "Span":
        """Differences."""
        return self.plus(Span(_negative(other.high), _negative(other.low)))

    def scaled(self, factor: int) -> "Span":
        """Products with a constant."""
        ends = [None if end is None else end * factor for end in (self.low, self.high)]
        return Span(*(ends if factor >= 0 else reversed(ends))) if factor else Span(0, 0)

    def times(self, other: "Span") -> "Span":
        """Products."""
        ends = (self.low, self.high, other.low, other.high)
        if any(end is None for end in ends):
            if self.low is not None and self.low == self.high:
                return other.scaled(self.low)
            if other.low is not None and other.low == other.high:
                return self.scaled(other.low)
            positive = (self.low or 0) >= 0 and (other.low or 0) >= 0 and None not in (self.low, other.low)
            return Span((self.low or 0) * (other.low or 0)) if positive else Span()
        products = [a * b for a in ends[:2] for b in ends[2:] if a is not None and b is not None]
        return Span(min(products), max(products))

    def least(self, other: "Span") -> "Span":
        """The smaller of two numbers."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        highs = [end for end in (self.high, other.high) if end is not None]
        return Span(low, min(highs, default=None))

    def divided(self, factor: int) -> "Span":
        """Whole numbers whose product with a constant lies in it."""
        if factor == 0:
            return Span() if self.low is None or self.high is None or self.low <= 0 <= self.high else Span(1, 0)
        low, high = (self.low, self.high) if factor > 0 else (_negative(self.high), _negative(self.low))
        size = abs(factor)
        return Span(None if low is None else -(-low // size), None if high is None else high // size)


@dataclass(frozen=True, slots=True)
class Choice:
    """Texts, or yes and no: those listed, or all but those listed."""

    values: frozenset[str | bool]
    all_but: bool = False

    @property
    def empty(self) -> bool:
        """True where there is none."""
        return not self.all_but and not self.values

    def meet(self, other: "Choice") -> "Choice":
        """What is in both."""
        if self.all_but and other.all_but:
            return Choice(self.values | other.values, True)
        if self.all_but or other.all_but:
            listed, left_out = (other, self) if self.all_but else (self, other)
            return Choice(listed.values - left_out.values)
        return Choice(self.values & other.values)

    def hull(self, other: "Choice") -> "Choice":
        """What is in either."""
        if self.all_but and other.all_but:
            return Choice(self.values & other.values, True)
        if self.all_but or other.all_but:
            listed, left_out = (other, self) if self.all_but else (self, other)
            return Choice(left_out.values - listed.values, True)
        return Choice(self.values | other.values)


Ranges = dict[str, Span | Choice]
"""Range of each name."""

_BOTH = Choice(frozenset({True, False}))
_NUMBERS = frozenset({"int", "date", "duration"})


def ranges_of(terms: Mapping[str, Term]) -> Ranges:
    """Give the declared ranges of fields and parameters."""
    found: Ranges = {}
    for name, term in terms.items():
        if term.kind in _NUMBERS:
            fixed = None if term.value is None else int(term.value.ints[0])
            found[name] = Span(term.low, term.high) if fixed is None else Span(fixed, fixed)
        elif term.kind == "bool":
            found[name] = _BOTH
        else:
            found[name] = Choice(frozenset(term.choices)) if term.choices else Choice(frozenset(), True)
    return found


def _negative(end: int | None) -> int | None:
    return None if end is None else -end
