"""Narrow ranges to where an expression may have a wanted value; see `haihe.rules.intervals`."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Final, cast

from haihe.rules.columns import LITERAL_CALLS
from haihe.rules.intervals import Choice, Ranges, Span
from haihe.rules.lanes import Lane
from haihe.rules.tree import Call, Constant, Listing, Name, Node

_ROUNDS: Final = 4
_NUMBERS = frozenset({"int", "date", "duration"})
_OPPOSITE = {"less": "greater_equals", "greater_equals": "less", "greater": "less_equals", "less_equals": "greater"}
_SUMS = frozenset({"add_int64", "add_timestamp_duration", "add_duration_timestamp", "add_duration_duration"})
_DIFFERENCES = frozenset(
    {
        "subtract_int64",
        "subtract_timestamp_timestamp",
        "subtract_timestamp_duration",
        "subtract_duration_duration",
    }
)
_ANYTHING = Choice(frozenset(), all_but=True)


class Narrower:
    """Narrows ranges for one expression, whose literal calls have the values given by place."""

    def __init__(self, literals: Mapping[int, Lane]) -> None:
        self.literals = literals

    def demand(self, node: Node, truth: bool, ranges: Ranges) -> Ranges | None:
        """Ranges in which a yes-or-no node may be `truth`; None where it is proved that it cannot."""
        match node:
            case Constant(value, "bool"):
                return ranges if value == truth else None
            case Name(name):
                return _narrow_name(name, Choice(frozenset({truth})), ranges)
            case Call(_, "logical_not", (inner,)):
                return self.demand(inner, not truth, ranges)
            case Call(_, ("logical_and" | "logical_or") as overload, (one, other)):
                if (overload == "logical_and") == truth:
                    return self._both(one, other, truth, ranges)
                return _either([self.demand(one, truth, ranges), self.demand(other, truth, ranges)])
            case Call(_, "conditional", (test, yes, no)):
                ways = [(self.demand(test, True, ranges), yes), (self.demand(test, False, ranges), no)]
                return _either([where and self.demand(branch, truth, where) for where, branch in ways])
            case Call(_, "in_list", (value, Listing(items))):
                return self._listed(value, items, truth, ranges)
            case Call(_, ("equals" | "not_equals") as overload, (one, other)):
                return self._equal(one, other, (overload == "equals") == truth, ranges)
            case Call(_, overload, (one, other)) if _order_of(overload):
                order = _order_of(overload)
                return self._ordered(one, other, order if truth else _OPPOSITE[order], ranges)
            case _:
                return ranges

    def _both(self, one: Node, other: Node, truth: bool, ranges: Ranges) -> Ranges | None:
        for _ in range(_ROUNDS):
            first = self.demand(one, truth, ranges)
            after = first and self.demand(other, truth, first)
            if after is None or after == ranges:
                return after
            ranges = after
        return ranges

    def _listed(self, value: Node, items: Iterable[Node], truth: bool, ranges: Ranges) -> Ranges | None:
        if truth:
            return _either([self._equal(value, item, True, ranges) for item in items])
        left: Ranges | None = ranges
        for item in items:
            left = left and self._equal(value, item, False, left)
        return left

    def _equal(self, one: Node, other: Node, same: bool, ranges: Ranges) -> Ranges | None:
        if one.kind not in _NUMBERS:
            return self._equal_choice(one, other, same, ranges)
        first, second = self.span(one, ranges), self.span(other, ranges)
        if same:
            both = first.meet(second)
            where = self._narrow(one, both, ranges)
            return where and self._narrow(other, both, where)
        for node, own, away in ((one, first, second), (other, second, first)):
            if away.low is not None and away.low == away.high:
                shorter = _without(own, away.low)
                where = self._narrow(node, shorter, ranges)
                if where is None:
                    return None
                ranges = where
        return ranges

    def _equal_choice(self, one: Node, other: Node, same: bool, ranges: Ranges) -> Ranges | None:
        first, second = _choice(one, ranges), _choice(other, ranges)
        for node, own, away in ((one, first, second), (other, second, first)):
            if same:
                allowed = away
            elif len(away.values) == 1 and not away.all_but:
                allowed = Choice(away.values, all_but=True)
            else:
                continue
            if own.meet(allowed).empty:
                return None
            if isinstance(node, Name):
                where = _narrow_name(node.name, allowed, ranges)
                if where is None:
                    return None
                ranges = where
        return ranges

    def _ordered(self, one: Node, other: Node, order: str, ranges: Ranges) -> Ranges | None:
        if one.kind not in _NUMBERS:
            return ranges
        small, large = (one, other) if order.startswith("less") else (other, one)
        gap = 0 if order.endswith("equals") else 1
        top, bottom = self.span(large, ranges).high, self.span(small, ranges).low
        where = self._narrow(small, Span(None, None if top is None else top - gap), ranges)
        return where and self._narrow(large, Span(None if bottom is None else bottom + gap), where)

    def span(self, node: Node, ranges: Ranges) -> Span:
        """Range of a number, day or duration."""
        match node:
            case Constant(value):
                return Span(cast("int", value), cast("int", value))
            case Name(name):
                return cast("Span", ranges[name])
            case Call(_, overload, _, _, place) if overload in LITERAL_CALLS and place in self.literals:
                value = int(self.literals[place].ints[0])
                return Span(value, value)
            case Call(_, "conditional", (_, yes, no)):
                return self.span(yes, ranges).hull(self.span(no, ranges))
            case Call(_, ("size_string" | "string_size"), _):
                return Span(0)
            case Call(_, overload, args):
                return _combined(overload, [self.span(arg, ranges) for arg in args if arg.kind in _NUMBERS])
        return Span()

    def _narrow(self, node: Node, span: Span, ranges: Ranges) -> Ranges | None:
        """Ranges in which a number may lie in a span."""
        if self.span(node, ranges).meet(span).empty:
            return None
        match node:
            case Name(name):
                return _narrow_name(name, span, ranges)
            case Call(_, overload, (one, other)) if overload in _SUMS:
                where = self._narrow(one, span.minus(self.span(other, ranges)), ranges)
                return where and self._narrow(other, span.minus(self.span(one, where)), where)
            case Call(_, overload, (one, other)) if overload in _DIFFERENCES:
                where = self._narrow(one, span.plus(self.span(other, ranges)), ranges)
                return where and self._narrow(other, self.span(one, where).minus(span), where)
            case Call(_, "negate_int64", (inner,)):
                return self._narrow(inner, span.scaled(-1), ranges)
            case Call(_, "multiply_int64", (one, other)):
                return self._narrow_product(one, other, span, ranges)
            case Call(_, ("min_int_int" | "max_int_int") as overload, (one, other)):
                end = Span(span.low) if overload == "min_int_int" else Span(None, span.high)
                where = self._narrow(one, end, ranges)
                return where and self._narrow(other, end, where)
            case Call(_, "conditional", (test, yes, no)):
                ways = [(self.demand(test, True, ranges), yes), (self.demand(test, False, ranges), no)]
                return _either([where and self._narrow(branch, span, where) for where, branch in ways])
            case _:
                return ranges

    def _narrow_product(self, one: Node, other: Node, span: Span, ranges: Ranges) -> Ranges | None:
        for node, factor in ((one, self.span(other, ranges)), (other, self.span(one, ranges))):
            if factor.low is not None and factor.low == factor.high:
                where = self._narrow(node, span.divided(factor.low), ranges)
                if where is None:
                    return None
                ranges = where
        return ranges


def _combined(overload: str, spans: list[Span]) -> Span:
    match overload, spans:
        case _, [one, other] if overload in _SUMS:
            return one.plus(other)
        case _, [one, other] if overload in _DIFFERENCES:
            return one.minus(other)
        case "negate_int64", [one]:
            return one.scaled(-1)
        case "multiply_int64", [one, other]:
            return one.times(other)
        case "min_int_int", [one, other]:
            return one.least(other)
        case "max_int_int", [one, other]:
            return one.scaled(-1).least(other.scaled(-1)).scaled(-1)
    return Span()


def _order_of(overload: str) -> str:
    """``less_equals`` of ``less_equals_int64``; "" for what is no comparison."""
    order = overload.rpartition("_")[0]
    return order if order in _OPPOSITE else ""


def _choice(node: Node, ranges: Ranges) -> Choice:
    match node:
        case Constant(value):
            return Choice(frozenset({cast("str | bool", value)}))
        case Name(name):
            return cast("Choice", ranges[name])
    return _ANYTHING


def _without(span: Span, value: int) -> Span:
    """A span without one number, where that is one of its ends."""
    low = value + 1 if span.low == value else span.low
    return Span(low, value - 1 if span.high == value else span.high)


def _narrow_name(name: str, wanted: Span | Choice, ranges: Ranges) -> Ranges | None:
    known = ranges[name]
    if isinstance(known, Span):
        left: Span | Choice = known.meet(cast("Span", wanted))
    else:
        left = known.meet(cast("Choice", wanted))
    if left.empty:
        return None
    return ranges if left == known else ranges | {name: left}


def _either(ways: list[Ranges | None]) -> Ranges | None:
    """Hull of the ways that are possible."""
    possible = [way for way in ways if way is not None]
    return reduce(_hull, possible) if possible else None


def _hull(one: Ranges, other: Ranges) -> Ranges:
    if one is other:
        return one
    pairs = ((name, known, other[name]) for name, known in one.items())
    return {
        name: known.hull(cast("Span", second)) if isinstance(known, Span) else known.hull(cast("Choice", second))
        for name, known, second in pairs
    }
