"""Numbers as a reader sees them."""

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

MISSING = "—"
"""What stands for a missing value; never 0."""
WIDE = Context(prec=400)
"""Room for every float; halves are rounded away from zero, as a spreadsheet shows them."""


def is_missing(value: object) -> bool:
    """True for None, NaN, NaT, ``pandas.NA`` and infinities."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and not math.isfinite(value)


def format_number(
    value: object, digits: int = 1, *, share: bool = False, signed: bool = False, grouped: bool = True
) -> str:
    """Write a number with thousands separators and a real minus sign, in its declared unit.

    Chinese and English write these figures alike; 万 and 亿 belong to the unit and are never converted here.

    Parameters
    ----------
    value : number or missing
        What to write.
    digits : int
        Decimals.
    share : bool
        The value is a share of one and is written as a percentage.
    signed : bool
        Write ``+`` before a positive number.
    grouped : bool
        Separate thousands (years are not).
    """
    if is_missing(value):
        return MISSING
    number = Decimal(repr(float(value))) * (100 if share else 1)  # type: ignore[arg-type]
    rounded = abs(number).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, WIDE)
    text = f"{rounded:{',' if grouped else ''}f}"
    zero = not any(c in "123456789" for c in text)
    sign = "" if zero else "−" if number < 0 else "+" if signed else ""
    return f"{sign}{text}{'%' if share else ''}"


def suitable_digits(values: Iterable[float], *, share: bool = False) -> int:
    """Decimals that show three significant figures of the largest value (none where all are whole numbers)."""
    sizes = [abs(v) * (100 if share else 1) for v in values if not is_missing(v)]
    largest = max(sizes, default=0.0)
    if largest == 0.0 or all(size == int(size) for size in sizes):
        return 0
    return min(max(2 - math.floor(math.log10(largest)), 0), 8)
