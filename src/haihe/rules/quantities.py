"""Amounts with units as a rule writes them, ``5000 万元``, ``10 %``, ``400 元/tce``, exactly.

A quantity is an exact number of base units with the powers of its dimensions, from `haihe.region.units`. Expressions
see it as a whole number of grains: fen for money, and for every other dimension the finest decimal that any declared
field of that dimension has. So two quantities are compared as whole numbers or not at all.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from haihe.messages import HaiheError
from haihe.region import units

MONEY: tuple[tuple[str, int], ...] = (("money", 1),)
FEN = Fraction(1, 100)
"""Grain of money: one fen, in yuan."""

_NUMBER = re.compile(r"\s*(?P<sign>[-+]?)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>.*?)\s*")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount: how many base units, of what dimensions, and as it was written."""

    value: Fraction
    powers: tuple[tuple[str, int], ...]
    written: str
    unit: str

    @property
    def is_plain(self) -> bool:
        """True for a number without a unit."""
        return not self.unit

    @property
    def is_money(self) -> bool:
        """True for an amount of money."""
        return self.powers == MONEY

    def grains(self, grain: Fraction) -> int:
        """Whole grains in it; ``E-RUL-21`` where it is finer than a grain."""
        exact = self.value / grain
        if exact.denominator != 1:
            raise HaiheError("E-RUL-21", value=self.written)
        return int(exact)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a whole number in an expression counts: dimensions, and base units in one of it."""

    powers: tuple[tuple[str, int], ...] = ()
    grain: Fraction = Fraction(1)

    def times(self, other: "Measure") -> "Measure":
        """Measure of a product."""
        powers = dict(self.powers)
        for dimension, power in other.powers:
            powers[dimension] = powers.get(dimension, 0) + power
        return Measure(tuple(sorted((d, p) for d, p in powers.items() if p)), self.grain * other.grain)


COUNT = Measure()
"""A plain number."""


def parse_quantity(text: str) -> Quantity:
    """Read an amount with its unit; a number without one is a plain number.

    Raises
    ------
    HaiheError
        ``E-RUL-20`` where it is no number with a unit, ``E-UNIT-01`` where the unit is unknown.

    Examples
    --------
    >>> parse_quantity("5000 万元").value, parse_quantity("10 %").value
    (Fraction(50000000, 1), Fraction(1, 10))
    """
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise HaiheError("E-RUL-20", value=text[:_LONGEST])
    unit = units.parse(found["unit"] or "1")
    number = Fraction(found["sign"] + found["digits"].replace(",", ""))
    return Quantity(number * unit.factor, unit.powers, text.strip(), found["unit"])


def common_grain(grains: list[Fraction]) -> Fraction:
    """Largest number of which every grain is a whole multiple."""
    below = reduce(lcm, (grain.denominator for grain in grains))
    return Fraction(reduce(gcd, (int(grain * below) for grain in grains)), below)
