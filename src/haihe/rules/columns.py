"""Evaluate a checked expression over whole columns, with the results that the CEL library gives row by row.

Each overload that the library's type checker may choose is one vectorised function. Whole numbers are 64-bit and an
overflow is an error of its row, as in CEL; division truncates towards zero; texts compare by code point; ``&&``,
``||`` and ``?:`` follow CEL's treatment of errors.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from haihe.rules.lanes import Lane, Words, constant
from haihe.rules.money import LARGEST, Flags, Ints, largest
from haihe.rules.tree import Call, Constant, Listing, Name, Node

SECONDS = LARGEST // 10**9
"""Longest duration: whole seconds that fit into 64 bits of nanoseconds, as in CEL."""

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""First and last second of the years 1 to 9999."""

_Function = Callable[..., Lane]


def evaluate_columns(node: Node, lanes: Mapping[str, Lane], literals: Mapping[int, Lane]) -> Lane:
    """Evaluate an expression over all rows at once.

    Parameters
    ----------
    node : Node
        Checked tree.
    lanes : mapping of str to Lane
        Fields and parameters by name, each of shape (n,) or (1,).
    literals : mapping of int to Lane
        Calls that stand for a value, such as ``amount('5000 万元')`` or ``given('x')``, by their place in the text.

    Returns
    -------
    Lane
        Shape (n,), or (1,) where no field of shape (n,) takes part.
    """
    match node:
        case Constant(value, kind):
            return constant(kind, value)
        case Name(name):
            return lanes[name]
        case Call(_, overload, args, kind, place):
            if place in literals and overload in LITERAL_CALLS:
                return literals[place]
            if overload == "in_list" and isinstance(args[1], Listing):
                items = [evaluate_columns(item, lanes, literals) for item in args[1].items]
                return _in(evaluate_columns(args[0], lanes, literals), items)
            values = [evaluate_columns(arg, lanes, literals) for arg in args]
            return OVERLOADS[overload](kind, *values)
        case _:
            raise TypeError(f"{node} is no part of the rule language")


LITERAL_CALLS = frozenset({"amount_string", "date_string", "given_string", "string_to_timestamp", "string_to_duration"})
"""Calls whose argument is a literal text, replaced by their value when the expression is read."""


def _strict(change: Callable[..., Any]) -> _Function:
    """Make a function of values a function of lanes: at fault wherever one of its arguments is."""

    def apply(kind: Any, *lanes: Lane) -> Lane:
        missing, broken = lanes[0].missing, lanes[0].broken
        for lane in lanes[1:]:
            missing, broken = missing | lane.missing, broken | lane.broken
        return Lane(kind, change(*(lane.values for lane in lanes)), missing, broken)

    return apply


def _checked(change: Callable[..., tuple[Any, Flags]]) -> _Function:
    """As `_strict`, for a function that also says which rows have no result."""

    def apply(kind: Any, *lanes: Lane) -> Lane:
        lane = _strict(lambda *values: change(*values))(kind, *lanes)
        values, wrong = lane.values
        return Lane(kind, values, lane.missing, lane.broken | wrong)

    return apply


def _compare(numbers: Callable[[Any, Any], Any], texts: Callable[[str, str], bool]) -> _Function:
    def change(a: Any, b: Any) -> Any:
        if isinstance(a, Words):
            return a.with_(b, texts).astype(bool)
        return numbers(a, b)

    return _strict(change)


def _add(a: Ints, b: Ints) -> tuple[Ints, Flags]:
    total = a + b
    if largest(a) + largest(b) <= LARGEST:
        return total, np.zeros(1, dtype=bool)
    return total, ((a ^ total) & (b ^ total)) < 0


def _subtract(a: Ints, b: Ints) -> tuple[Ints, Flags]:
    left = a - b
    if largest(a) + largest(b) <= LARGEST:
        return left, np.zeros(1, dtype=bool)
    return left, ((a ^ b) & (a ^ left)) < 0


def _multiply(a: Ints, b: Ints) -> tuple[Ints, Flags]:
    with np.errstate(over="ignore"):
        product = a * b
    if largest(a) * largest(b) <= LARGEST:
        return product, np.zeros(1, dtype=bool)
    a, b = np.broadcast_arrays(a, b)
    lowest = np.iinfo(np.int64).min
    risky = (a == -1) & (b == lowest)
    divisor = np.where((a == 0) | (a == -1), 1, a)
    back = np.where(a == -1, b, product // divisor)
    rest = np.where(a == -1, 0, product % divisor)
    return product, np.asarray((a != 0) & (risky | (back != b) | (rest != 0)))


def _divide(a: Ints, b: Ints) -> tuple[Ints, Flags]:
    wrong = (b == 0) | ((a == np.iinfo(np.int64).min) & (b == -1))
    divisor = np.where(wrong, 1, b)
    quotient, rest = a // divisor, a % divisor
    return quotient + ((rest != 0) & ((a < 0) != (divisor < 0))), wrong


def _modulo(a: Ints, b: Ints) -> tuple[Ints, Flags]:
    wrong = (b == 0) | ((a == np.iinfo(np.int64).min) & (b == -1))
    return np.fmod(a, np.where(wrong, 1, b)), wrong


def _negate(a: Ints) -> tuple[Ints, Flags]:
    with np.errstate(over="ignore"):
        return -a, a == np.iinfo(np.int64).min


def _moment(change: Callable[[Any, Any], Any]) -> _Function:
    def apply(a: Ints, b: Ints) -> tuple[Ints, Flags]:
        moment = change(a, b)
        return moment, (moment < FIRST_SECOND) | (moment > LAST_SECOND)

    return _checked(apply)


def _span(change: Callable[[Any, Any], Any]) -> _Function:
    def apply(a: Ints, b: Ints) -> tuple[Ints, Flags]:
        span = change(a, b)
        return span, np.abs(span) > SECONDS

    return _checked(apply)


def _and(kind: Any, a: Lane, b: Lane) -> Lane:
    return _decided(kind, a, b, by=False)


def _or(kind: Any, a: Lane, b: Lane) -> Lane:
    return _decided(kind, a, b, by=True)


def _decided(kind: Any, a: Lane, b: Lane, by: bool) -> Lane:
    """``&&`` and ``||``: one side decides alone where it has the value `by`; else both are needed."""
    fault_a, fault_b = a.fault, b.fault
    decided = (~fault_a & (a.flags == by)) | (~fault_b & (b.flags == by))
    missing = np.where(decided, np.uint64(0), a.missing | b.missing)
    return Lane(kind, np.where(decided, by, not by), missing, ~decided & (a.broken | b.broken))


def _conditional(kind: Any, test: Lane, yes: Lane, no: Lane) -> Lane:
    fault, holds = test.fault, test.flags
    missing = np.where(fault, test.missing, np.where(holds, yes.missing, no.missing))
    broken = np.where(fault, test.broken, np.where(holds, yes.broken, no.broken))
    if isinstance(yes.values, Words):
        values: Any = _choose(holds, yes.values, no.values)
    else:
        values = np.where(holds, yes.values, no.values)
    return Lane(kind, values, missing, broken)


def _choose(holds: Flags, yes: Words, no: Words) -> Words:
    return Words(np.where(holds, yes.codes, no.codes + len(yes.table)), yes.table + no.table)


def _in(value: Lane, items: list[Lane]) -> Lane:
    """Is it one of the list; a list with an item at fault is at fault."""
    found = constant("bool", False)
    for item in items:
        same = _EQUALS("bool", value, item)
        missing, broken = found.missing | same.missing, found.broken | same.broken
        found = Lane("bool", found.flags | same.flags, missing, broken)
    return Lane("bool", found.values, found.missing | value.missing, found.broken | value.broken)


def _joined(a: Words, b: Words) -> Words:
    return Words.of(a.with_(b, lambda x, y: x + y))


_EQUALS = _compare(np.equal, lambda x, y: x == y)

OVERLOADS: dict[str, _Function] = {
    "logical_and": _and,
    "logical_or": _or,
    "logical_not": _strict(np.logical_not),
    "conditional": _conditional,
    "equals": _EQUALS,
    "not_equals": _compare(np.not_equal, lambda x, y: x != y),
    **{
        f"{name}_{kind}": _compare(numbers, texts)
        for kind in ("bool", "int64", "string", "timestamp", "duration")
        for name, numbers, texts in (
            ("less", np.less, lambda x, y: x < y),
            ("less_equals", np.less_equal, lambda x, y: x <= y),
            ("greater", np.greater, lambda x, y: x > y),
            ("greater_equals", np.greater_equal, lambda x, y: x >= y),
        )
    },
    "add_int64": _checked(_add),
    "subtract_int64": _checked(_subtract),
    "multiply_int64": _checked(_multiply),
    "divide_int64": _checked(_divide),
    "modulo_int64": _checked(_modulo),
    "negate_int64": _checked(_negate),
    "min_int_int": _strict(np.minimum),
    "max_int_int": _strict(np.maximum),
    "add_string": _strict(_joined),
    "size_string": _strict(lambda a: a.map(len).astype(np.int64)),
    "string_size": _strict(lambda a: a.map(len).astype(np.int64)),
    "starts_with_string": _compare(np.equal, lambda x, y: x.startswith(y)),
    "ends_with_string": _compare(np.equal, lambda x, y: x.endswith(y)),
    "contains_string": _compare(np.equal, lambda x, y: y in x),
    "subtract_timestamp_timestamp": _span(np.subtract),
    "add_timestamp_duration": _moment(np.add),
    "add_duration_timestamp": _moment(np.add),
    "subtract_timestamp_duration": _moment(np.subtract),
    "add_duration_duration": _span(np.add),
    "subtract_duration_duration": _span(np.subtract),
    "timestamp_to_year": _strict(lambda a: a.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970),
}
"""Every overload of the rule language, by the library's name for it."""
