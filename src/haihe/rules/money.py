"""Exact amounts: whole fen in 64-bit integers, exact rates, declared rounding, guarded overflow.

Nothing that decides or pays an award passes through a binary fraction. An amount is a whole number of *grains*: fen
for money, the last declared decimal of the declared unit for anything else. A rate is a `Fraction`. A product is exact
until the declared rounding rule brings it to whole grains, so that it is what a pocket calculator shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError, Text

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LARGEST = 2**63 - 1
"""Largest number of grains: 92 trillion yuan and more in fen."""

Way = Literal["half_up", "half_even", "down", "up"]
WAYS: dict[Way, Text] = {
    "half_up": Text("四舍五入", "half up"),
    "half_even": Text("四舍六入五成双", "half to even"),
    "down": Text("舍去", "down"),
    "up": Text("进位", "up"),
}

STEPS: dict[str, int] = {"分": 1, "角": 10, "元": 100, "百元": 10**4, "千元": 10**5, "万元": 10**6}
"""Steps to which money may be rounded, in fen."""

FEN_PER_YUAN = 100

_WIDEST = 40
"""Most powers of ten, up or down, that a number may have before it is made exact."""

_LONGEST = 100
"""Most characters of a number before it is made exact."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a product becomes a whole number: to a step of so many grains, in one way."""

    step: int = 1
    way: Way = "half_up"


def times(amounts: Ints, rate: Fraction, rounding: Rounding = Rounding()) -> Ints:
    """Multiply whole amounts by an exact rate and round by the declared rule.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n,)
        Grains.
    rate : Fraction
        Grains of the result for one grain of the amount.
    rounding : Rounding

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    HaiheError
        ``E-RUL-40`` where a result does not fit into 64 bits.

    Examples
    --------
    >>> times(np.array([12_345], dtype=np.int64), Fraction(1, 10)).tolist()
    [1235]
    """
    numerator, denominator = rate.numerator, rate.denominator * rounding.step
    if largest(amounts) * abs(numerator) < LARGEST // 2 and denominator < LARGEST // 2:
        return guarded(_divided(amounts * np.int64(numerator), denominator, rounding.way), rounding.step)
    exact = [_round(int(amount) * numerator, denominator, rounding.way) * rounding.step for amount in amounts]
    return whole(exact)


def rounded(amounts: Ints, rounding: Rounding) -> Ints:
    """Bring whole amounts to a step; what is already a multiple of it stays."""
    return amounts if rounding.step == 1 else times(amounts, Fraction(1), rounding)


def whole(numbers: list[int]) -> Ints:
    """Make an array of exact numbers; ``E-RUL-40`` where one does not fit into 64 bits."""
    if any(abs(number) > LARGEST for number in numbers):
        raise HaiheError("E-RUL-40", value=max(map(abs, numbers)))
    return np.array(numbers, dtype=np.int64)


def guarded(amounts: Ints, factor: int) -> Ints:
    """Multiply by a whole factor; ``E-RUL-40`` where a result does not fit into 64 bits."""
    if largest(amounts) * abs(factor) > LARGEST:
        raise HaiheError("E-RUL-40", value=largest(amounts) * abs(factor))
    return amounts * np.int64(factor)


def added(first: Ints, second: Ints) -> Ints:
    """Add two columns; ``E-RUL-40`` where a sum does not fit into 64 bits."""
    if largest(first) + largest(second) > LARGEST:
        return whole([int(a) + int(b) for a, b in zip(*np.broadcast_arrays(first, second), strict=True)])
    return first + second


def summed(frame: pd.DataFrame, by: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Add up columns of whole amounts by group, exactly.

    Parameters
    ----------
    frame : DataFrame
    by : sequence of str
        Columns of the groups, which become the index.
    names : sequence of str
        Columns of whole amounts; what is missing adds nothing.

    Returns
    -------
    DataFrame of Int64
        One row a group, one column a name.

    Raises
    ------
    HaiheError
        ``E-RUL-40`` where a sum does not fit into 64 bits.
    """
    keys, given = [frame[name] for name in by], frame[list(names)].astype("Int64")
    if _may_wrap(given):
        exact = given.fillna(0).astype(object).groupby(keys).sum()
        whole([int(number) for number in exact.to_numpy(dtype=object).ravel()])
    return given.groupby(keys).sum()


def cumulated(frame: pd.DataFrame, by: Sequence[Any], names: Sequence[str]) -> pd.DataFrame:
    """Add up columns of whole amounts row by row within groups given as columns; errors as of `summed`."""
    given = frame[list(names)].astype("Int64")
    if _may_wrap(given):
        for _, group in given.fillna(0).astype(object).groupby(list(by), sort=False):
            for name in names:
                whole(list(accumulate(map(int, group[name]))))
    return given.groupby(list(by), sort=False).cumsum()


def whole_fen(amounts: "pd.Series[Any]") -> bool:
    """Tell whether a column holds nothing but whole fen, none missing or below 0, that fit into 64 bits."""
    numbers = pd.to_numeric(amounts, errors="coerce")
    return not bool((numbers.isna() | (numbers % 1 != 0) | (numbers < 0) | (numbers >= LARGEST + 1)).any())


def _may_wrap(amounts: pd.DataFrame) -> bool:
    """Tell whether some sum of a column could pass 64 bits; half of it leaves room for what floats lose."""
    sizes = amounts.astype("Float64").abs().sum()
    return bool((sizes > LARGEST / 2).any())


def largest(amounts: Ints) -> int:
    """Largest size of an amount, as an exact number; 0 for an empty column."""
    return max(int(amounts.max()), -int(amounts.min())) if amounts.size else 0


def share_out(amounts: Ints, weights: Mapping[str, Fraction], remainder: str) -> dict[str, Ints]:
    """Split amounts between payers so that the parts add up to the fen.

    Every payer but one gets its part rounded down; the one named gets what is left.

    Parameters
    ----------
    amounts : ndarray of int64, shape (n,)
        Not negative.
    weights : mapping of str to Fraction
        Weight of each payer; only their proportions matter.
    remainder : str
        Payer that takes what rounding leaves; one of `weights`.

    Returns
    -------
    dict of str to ndarray of int64, shape (n,)
        In the order of `weights`; their sum is `amounts` exactly.

    Examples
    --------
    >>> halves = {"city": Fraction(1), "district": Fraction(1)}
    >>> {payer: part.tolist() for payer, part in share_out(np.array([101]), halves, "district").items()}
    {'city': [50], 'district': [51]}
    """
    total = sum(weights.values())
    parts = {
        payer: times(amounts, weight / total, Rounding(1, "down"))
        for payer, weight in weights.items()
        if payer != remainder
    }
    left = amounts - sum(parts.values(), np.zeros_like(amounts))
    return {payer: parts.get(payer, left) for payer in weights}


def yuan(fen: int) -> Decimal:
    """Give an amount in yuan, exactly."""
    return Decimal(fen) / FEN_PER_YUAN


def decimal_of(value: Any) -> Decimal:
    """Read a number of any Python type as a decimal that can be reckoned with.

    Raises
    ------
    ValueError
        Where it is none, is not finite, or is so large, so small or so long that reckoning with it would not end.

    Examples
    --------
    >>> decimal_of("12.50"), decimal_of(0.1)
    (Decimal('12.50'), Decimal('0.1'))
    """
    text = str(value)
    try:
        number = Decimal(text if len(text) <= _LONGEST else "nan")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > _WIDEST:
        raise ValueError(f"no number to reckon with: {text[:_LONGEST]}")
    return number


def fen(value: int | Decimal | str | float, unit: str = "元") -> int:
    """Give an amount of money in fen, exactly; a float counts as its shortest decimal.

    Raises
    ------
    ValueError
        Where it is no number; see `decimal_of`.
    HaiheError
        ``E-RUL-41`` where it is not a whole number of fen or the unit is none of money, ``E-RUL-40`` where it does
        not fit into 64 bits.
    """
    factors = {"分": 1, "元": 100, "yuan": 100, "千元": 10**5, "万元": 10**6, "百万元": 10**8, "亿元": 10**10}
    exact = Fraction(decimal_of(value)) * factors.get(unit, 0)
    if unit not in factors or exact.denominator != 1:
        raise HaiheError("E-RUL-41", value=f"{value} {unit}")
    if abs(exact) > LARGEST:
        raise HaiheError("E-RUL-40", value=f"{value} {unit}")
    return int(exact)


def said_money(fen: int) -> Text:
    """Write an amount: in 万元 and in yuan, exactly and with thousands separators.

    Examples
    --------
    >>> said_money(1_200_000_000).zh, said_money(1_200_000_001).zh, said_money(1_200_000_000).en
    ('1,200 万元', '1,200.000001 万元', '12,000,000 yuan')
    """
    return Text(f"{exactly(Fraction(fen, 10**6))} 万元", f"{exactly(Fraction(fen, 100))} yuan")


def exactly(value: Fraction, most: int = 12) -> str:
    """Write an exact number as a decimal where it is one within so many digits, else as a quotient."""
    for digits in range(most + 1):
        scaled, rest = divmod(value.numerator * 10**digits, value.denominator)
        if not rest:
            return f"{Decimal(scaled).scaleb(-digits):,.{digits}f}"
    return f"{value.numerator:,}/{value.denominator:,}"


def _divided(amounts: Ints, denominator: int, way: Way) -> Ints:
    """Whole quotients of whole numbers, rounded; the sign does not change the way."""
    if denominator == 1:
        return amounts
    size = np.abs(amounts)
    quotient, rest = np.divmod(size, np.int64(denominator))
    match way:
        case "down":
            more = np.zeros(size.shape, dtype=bool)
        case "up":
            more = rest > 0
        case "half_up":
            more = rest >= denominator - rest
        case "half_even":
            more = (rest > denominator - rest) | ((rest == denominator - rest) & (quotient % 2 == 1))
    return np.asarray(np.sign(amounts) * (quotient + more))


def _round(numerator: int, denominator: int, way: Way) -> int:
    """`_divided` for one number of any size."""
    quotient, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest - denominator
    more = {
        "down": False,
        "up": rest > 0,
        "half_up": twice >= 0,
        "half_even": twice > 0 or (twice == 0 and quotient % 2),
    }
    return (-1 if numerator < 0 else 1) * (quotient + bool(more[way]))
