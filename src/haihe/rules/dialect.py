"""What of CEL a rule may use, and which units go together.

The library has already checked the types. Here every node must be of the rule language, every literal must be
readable, and numbers may be added and compared only where they count the same thing in the same grain.
"""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable

from haihe.messages import Finding, HaiheError, Text
from haihe.rules.columns import OVERLOADS, SECONDS
from haihe.rules.lanes import Lane, constant
from haihe.rules.quantities import COUNT, Measure, parse_quantity
from haihe.rules.tree import Call, Constant, Listing, Name, Node, Other, walk
from haihe.rules.vocabulary import KINDS, Vocabulary

_SCALARS = frozenset({"bool", "int", "string", "date", "duration"})
_DIVISION = frozenset({"divide_int64", "modulo_int64"})
_SAME_UNIT = frozenset({"add_int64", "subtract_int64", "min_int_int", "max_int_int", "equals", "not_equals"}) | {
    f"{name}_int64" for name in ("less", "less_equals", "greater", "greater_equals")
}
_DURATION = re.compile(r"(-?)(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,12})s)?")

_LISTED = 8
"""Words that are listed where none is near."""

ANY = Measure((("any", 1),))
"""Measure of the literal 0, which may be compared with everything."""


class ExpressionError(Exception):
    """An expression that cannot be used: a coded finding, with its place in the text (line and column from 1)."""

    def __init__(self, code: str, line: int = 1, column: int = 1, **values: object) -> None:
        self.code, self.line, self.column, self.values = code, line, column, values
        super().__init__(code)

    def finding(self, *, row: int | None = None, file: str = "") -> Finding:
        """Give the finding, at the line of a file where the text begins."""
        return Finding(
            self.code,
            row=None if row is None else row + self.line - 1,
            values={"place": self.column, **self.values},
            file=file,
        )


def refusal(text: str, place: int, code: str, **values: object) -> ExpressionError:
    """Make a refusal at an offset of a text."""
    before = text[:place]
    return ExpressionError(code, before.count("\n") + 1, place - before.rfind("\n"), **values)


def nearest(word: str, known: Iterable[str]) -> Text:
    """Say which known word is most like one; where none is near, say which there are."""
    listed = list(known)
    close = difflib.get_close_matches(word, listed, 1, 0.5)
    return like(close[0]) if close else available(listed)


def like(word: str | Text) -> Text:
    """Say that a word is the nearest."""
    return Text("最接近的为“{w}”", "the nearest is “{w}”").format(w=word)


def available(known: Iterable[str]) -> Text:
    """Say which words there are: eight of them at most."""
    listed = list(known)
    more = len(listed) > _LISTED
    zh, en = "、".join(listed[:_LISTED]) or "—", ", ".join(listed[:_LISTED]) or "—"
    return Text(f"可用的有：{zh}{'等' if more else ''}", f"there are: {en}{' and more' if more else ''}")


def date_seconds(text: str) -> int:
    """Give the first second of a day written ``YYYY-MM-DD``; `ValueError` for an impossible one."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return (dt.date.fromisoformat(text).toordinal() - dt.date(1970, 1, 1).toordinal()) * 86_400


def duration_seconds(text: str) -> int:
    """Give the seconds of a duration such as ``720h`` or ``1h30m``; `ValueError` where it is none."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    total = hours * 3600 + minutes * 60 + seconds
    if total > SECONDS:
        raise ValueError(text)
    return -total if found[1] else total


class Reader:
    """Walks a checked tree once; gathers literals and names asked for, and gives the measure of every number."""

    def __init__(self, text: str, vocabulary: Vocabulary, division: bool) -> None:
        self.text, self.vocabulary, self.division = text, vocabulary, division
        self.literals: dict[int, Lane] = {}
        self.asked: dict[int, str] = {}

    def refusal(self, code: str, node: Node, **values: object) -> ExpressionError:
        """Make a refusal at a node."""
        return refusal(self.text, node.place, code, **values)

    def measure(self, node: Node) -> Measure | None:
        """Check a node and all below it; give what it counts, None where it is no number."""
        match node:
            case Constant(None):
                raise self.refusal("E-RUL-15", node, value="null")
            case Constant(value, "int"):
                return ANY if value == 0 else COUNT
            case Constant():
                return None
            case Name(name) if name in self.vocabulary.terms:
                return self.vocabulary.terms[name].measure
            case Call(_, "in_list", (value, Listing(items)), _, _):
                self._same_kind(node, [value, *items])
                self._unify(node, [self.measure(part) for part in (value, *items)])
                self._known_choices(value, items)
                return None
            case Call():
                return self._call(node)
            case Listing():
                raise self.refusal("E-RUL-15", node, value="[…]")
            case _:
                what = node.what if isinstance(node, Other) else getattr(node, "name", "?")
                raise self.refusal("E-RUL-15", node, value=what)

    def _call(self, node: Call) -> Measure | None:
        if literal := _LITERALS.get(node.overload):
            return literal(self, node, self._literal_text(node))
        if node.overload not in OVERLOADS or (node.overload in _DIVISION and not self.division):
            inside = (below.what for below in walk(node) if isinstance(below, Other))
            raise self.refusal("E-RUL-15", node, value=next(inside, node.function.strip("_")))
        measures = [self.measure(arg) for arg in node.args]
        if node.overload in ("equals", "not_equals"):
            self._same_kind(node, node.args)
            for one, other in (node.args, node.args[::-1]):
                self._known_choices(one, (other,))
        return self._result(node, measures)

    def _result(self, node: Call, measures: list[Measure | None]) -> Measure | None:
        match node.overload:
            case "conditional":
                return self._unify(node, measures[1:])
            case "multiply_int64":
                one, other = (measure or COUNT for measure in measures)
                return ANY if ANY in (one, other) else one.times(other)
            case "negate_int64":
                return measures[0]
            case overload if overload in _SAME_UNIT:
                unit = self._unify(node, measures)
                return unit if node.kind == "int" else None
            case _:
                return COUNT if node.kind == "int" else None

    def _unify(self, node: Node, measures: list[Measure | None]) -> Measure | None:
        known = [measure for measure in measures if measure is not None and measure != ANY]
        for measure in known[1:]:
            if measure != known[0]:
                raise self.refusal("E-RUL-13", node, value=say(known[0]), wanted=say(measure))
        return known[0] if known else ANY if any(measures) else None

    def _same_kind(self, node: Node, parts: Iterable[Node]) -> None:
        kinds = [part.kind for part in parts]
        for kind in kinds:
            if kind not in _SCALARS:
                raise self.refusal("E-RUL-15", node, value=KINDS[kind])
            if kind != kinds[0]:
                raise self.refusal("E-RUL-12", node, value=KINDS[kinds[0]], wanted=KINDS[kind])

    def _known_choices(self, name: Node, others: Iterable[Node]) -> None:
        choices = self.vocabulary.terms[name.name].choices if isinstance(name, Name) else ()
        for other in others:
            if choices and isinstance(other, Constant) and other.value not in choices:
                raise self.refusal("E-RUL-14", other, value=other.value, near=nearest(str(other.value), choices))

    def _literal_text(self, node: Call) -> str:
        argument = node.args[0]
        if not isinstance(argument, Constant):
            raise self.refusal("E-RUL-18", node, value=node.function)
        return str(argument.value)

    def amount(self, node: Call, written: str) -> Measure:
        """Take in ``amount('…')``."""
        try:
            quantity = parse_quantity(written)
            measure = self.vocabulary.measure(quantity)
            self.literals[node.place] = constant("int", quantity.grains(measure.grain))
        except HaiheError as error:
            found = error.findings[0]
            raise self.refusal(found.code, node, **found.values) from error
        except OverflowError as error:
            raise self.refusal("E-RUL-20", node, value=written) from error
        return measure

    def date(self, node: Call, written: str) -> None:
        """Take in ``date('…')``."""
        self._moment(node, written, date_seconds)

    def duration(self, node: Call, written: str) -> None:
        """Take in ``duration('…')``."""
        self._moment(node, written, duration_seconds)

    def _moment(self, node: Call, written: str, read: Callable[[str], int]) -> None:
        try:
            self.literals[node.place] = constant(node.kind, read(written))
        except ValueError as error:
            raise self.refusal("E-RUL-22", node, value=written) from error

    def given(self, node: Call, name: str) -> None:
        """Take in ``given('…')``."""
        if name not in self.vocabulary.terms:
            raise self.refusal("E-RUL-11", node, value=name, near=nearest(name, self.vocabulary.terms))
        self.asked[node.place] = name


_LITERALS = {
    "amount_string": Reader.amount,
    "date_string": Reader.date,
    "string_to_duration": Reader.duration,
    "given_string": Reader.given,
}


def say(measure: Measure) -> Text:
    """Say what a number counts: its dimensions, and its grain where that is what differs."""
    if measure == COUNT:
        return Text("无单位的数", "a plain number")
    if not measure.powers:
        return Text(f"比例（以 {measure.grain} 计）", f"a share (in steps of {measure.grain})")
    words = "·".join(name if power == 1 else f"{name}^{power}" for name, power in measure.powers)
    return Text(f"{words}（以 {measure.grain} 计）", f"{words} (in steps of {measure.grain})")
