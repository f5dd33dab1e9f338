"""Whole columns give what the CEL library gives row by row, on 10,000 random expressions with errors of every kind."""

import datetime as dt
import random
from fractions import Fraction

import numpy as np
import pytest

import haihe.rules.columns as columns
from haihe.rules.dialect import ExpressionError
from haihe.rules.expression import Expression, compile_expression
from haihe.rules.lanes import Lane, Words
from haihe.rules.quantities import FEN, MONEY, Measure
from haihe.rules.vocabulary import Term, Vocabulary
from rules_library import Library, moment

INTS = (0, 1, -1, 2, 7, -13, 100, 2**31, 2**62, 2**63 - 1, -(2**63), 3_037_000_500)
TEXTS = ("", "a", "国家级", "国家", "z", "A", "日本𠀀", "a'b", "天津市")
DAYS = (dt.date(2023, 4, 11), dt.date(2024, 2, 29), dt.date(1970, 1, 1), dt.date(1600, 1, 1), dt.date(9999, 12, 31))
ROWS = 8
TERMS = {
    **{name: Term("int", Measure()) for name in ("i", "j", "k")},
    **{name: Term("int", Measure(MONEY, FEN)) for name in ("m", "n")},
    **{name: Term("string") for name in ("s", "t")},
    **{name: Term("date") for name in ("d", "e")},
    **{name: Term("bool") for name in ("p", "q")},
}
VOCABULARY = Vocabulary(TERMS, {MONEY: FEN, (): Fraction(1, 10_000)})


def table(rng: random.Random) -> list[dict]:
    """Rows in which every field is missing now and then."""
    pick = {"int": INTS, "string": TEXTS, "date": DAYS, "bool": (True, False)}
    return [
        {name: rng.choice(pick[term.kind]) for name, term in TERMS.items() if rng.random() > 0.2} for _ in range(ROWS)
    ]


def lanes(rows: list[dict]) -> dict[str, Lane]:
    """The rows as columns."""
    found = {}
    for bit, (name, term) in enumerate(TERMS.items()):
        given = [row.get(name) for row in rows]
        missing = np.array([(value is None) << bit for value in given], dtype=np.uint64)
        if term.kind == "string":
            values = Words.of(np.array(["" if v is None else v for v in given], dtype=object))
        elif term.kind == "date":
            values = np.array([0 if v is None else (v - dt.date(1970, 1, 1)).days * 86_400 for v in given])
        else:
            values = np.array([v or 0 for v in given], dtype=bool if term.kind == "bool" else np.int64)
        found[name] = Lane(term.kind, values, missing)
    return found


class Maker:
    """Makes random expressions of a type, well typed and in units that fit."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def pick(self, *ways) -> str:
        return self.rng.choice(ways)()

    def number(self, depth: int) -> str:
        r = self.rng
        if depth <= 0:
            return self.pick(
                lambda: r.choice("ijk"),
                lambda: str(r.choice(INTS)) if r.random() < 0.7 else str(r.randint(-9, 9)),
            )
        return self.pick(
            lambda: r.choice("ijk"),
            lambda: f"({self.number(depth - 1)} {r.choice('+-*/%')} {self.number(depth - 1)})",
            lambda: f"-({self.number(depth - 1)})",
            lambda: f"{r.choice(('min', 'max'))}({self.number(depth - 1)}, {self.number(depth - 1)})",
            lambda: f"size({self.text(depth - 1)})",
            lambda: f"{self.day(depth - 1)}.getFullYear()",
            lambda: f"({self.truth(depth - 1)} ? {self.number(depth - 1)} : {self.number(depth - 1)})",
        )

    def money(self, depth: int) -> str:
        r = self.rng
        if depth <= 0:
            return self.pick(lambda: r.choice("mn"), lambda: f"amount('{r.choice((0, 1, 5000, '1,000.25'))} 万元')")
        return self.pick(
            lambda: r.choice("mn"),
            lambda: f"({self.money(depth - 1)} {r.choice('+-')} {self.money(depth - 1)})",
            lambda: f"({self.money(depth - 1)} * {self.number(depth - 1)})",
            lambda: f"max({self.money(depth - 1)}, {self.money(depth - 1)})",
        )

    def text(self, depth: int) -> str:
        r = self.rng
        literal = "'" + r.choice(TEXTS).replace("'", "\\'") + "'"
        if depth <= 0:
            return self.pick(lambda: r.choice("st"), lambda: literal)
        return self.pick(
            lambda: r.choice("st"),
            lambda: f"({self.text(depth - 1)} + {self.text(depth - 1)})",
            lambda: f"({self.truth(depth - 1)} ? {self.text(depth - 1)} : {self.text(depth - 1)})",
        )

    def day(self, depth: int) -> str:
        r = self.rng
        if depth <= 0:
            return self.pick(lambda: r.choice("de"), lambda: f"date('{r.choice(DAYS).isoformat()}')")
        return self.pick(
            lambda: r.choice("de"), lambda: f"({self.day(depth - 1)} {r.choice('+-')} {self.span(depth - 1)})"
        )

    def span(self, depth: int) -> str:
        r = self.rng
        literal = f"duration('{r.choice(('720h', '1h30m', '-24h', '2562047h', '0s', '59s'))}')"
        if depth <= 0:
            return literal
        return self.pick(
            lambda: literal,
            lambda: f"({self.day(depth - 1)} - {self.day(depth - 1)})",
            lambda: f"({self.span(depth - 1)} {r.choice('+-')} {self.span(depth - 1)})",
        )

    def truth(self, depth: int) -> str:
        r, order = self.rng, self.rng.choice(("<", "<=", ">", ">=", "==", "!="))
        if depth <= 0:
            return self.pick(lambda: r.choice(("p", "q", "true", "false")), lambda: f"given('{r.choice(list(TERMS))}')")
        kind = r.choice((self.number, self.money, self.text, self.day, self.span, self.truth))
        same = r.choice((self.number, self.text, self.truth))
        return self.pick(
            lambda: r.choice("pq"),
            lambda: f"({kind(depth - 1)} {order} {kind(depth - 1)})",
            lambda: f"({kind(depth - 1)} {order} {kind(depth - 1)})",
            lambda: f"({self.truth(depth - 1)} {r.choice(('&&', '||'))} {self.truth(depth - 1)})",
            lambda: f"({self.truth(depth - 1)} {r.choice(('&&', '||'))} {self.truth(depth - 1)})",
            lambda: f"!({self.truth(depth - 1)})",
            lambda: f"({same(depth - 1)} in [{', '.join(same(depth - 1) for _ in range(r.randint(1, 3)))}])",
            lambda: (
                f"{self.text(depth - 1)}.{r.choice(('startsWith', 'endsWith', 'contains'))}({self.text(depth - 1)})"
            ),
            lambda: f"({self.truth(depth - 1)} ? {self.truth(depth - 1)} : {self.truth(depth - 1)})",
        )


def ours(lane: Lane, row: int) -> object:
    """Value of a lane in a row; None where it has none."""
    place = row if lane.fault.shape[0] > 1 else 0
    if lane.fault[place]:
        return None
    return lane.values[row if len(lane.values) > 1 else 0].item()


def compiled_or_none(text: str, want: str) -> Expression | None:
    """The expression; None where it is too deep, or where a random text mixes a number with money."""
    try:
        return compile_expression(text, VOCABULARY, want, division=True)
    except ExpressionError as refusal:
        if refusal.code not in ("E-RUL-16", "E-RUL-13"):
            raise
        return None


def disagreements(count: int, seed: int) -> tuple[list[str], dict[str, int]]:
    """Expressions on which columns and library differ, and how often there was a value, none, and each outcome."""
    rng = random.Random(seed)
    maker, library, different = Maker(rng), Library(VOCABULARY), []
    seen = {"values": 0, "none": 0, "refused": 0}
    for number in range(count):
        if number % 50 == 0:
            rows = table(rng)
            known = lanes(rows)
            facts = [{k: moment(v) if isinstance(v, dt.date) else v for k, v in row.items()} for row in rows]
        want = "bool" if rng.random() < 0.7 else "int"
        text = (maker.truth if want == "bool" else maker.number)(rng.choice((1, 2, 2, 3, 3, 4)))
        expression = compiled_or_none(text, want)
        if expression is None:
            seen["refused"] += 1
            continue
        compiled, lane = library.compile(text), expression.evaluate(known)
        for row, fact in enumerate(facts):
            theirs = library.evaluate(compiled, fact)
            seen["none" if theirs is None else "values"] += 1
            if ours(lane, row) != theirs:
                different.append(f"{text} on {fact}: library {theirs}, columns {ours(lane, row)}")
                break
    return different, seen


def test_columns_agree_with_the_library() -> None:
    different, seen = disagreements(1_200, seed=1)
    assert not different[:5]
    assert seen["values"] > 3_000
    assert seen["none"] > 800


@pytest.mark.endure
def test_columns_agree_with_the_library_on_ten_thousand_expressions() -> None:
    different, seen = disagreements(10_000, seed=20261122)
    assert not different[:5]
    assert seen["values"] > 20_000
    assert seen["none"] > 8_000
    assert seen["refused"] < 300


@pytest.mark.parametrize("overload", ["divide_int64", "logical_and", "multiply_int64", "add_timestamp_duration"])
def test_a_wrong_evaluator_is_noticed(monkeypatch: pytest.MonkeyPatch, overload: str) -> None:
    right = columns.OVERLOADS[overload]

    def floor_division(kind, a, b):
        one = np.where((b.values == 0) | (b.values == -1), 1, b.values)
        return Lane(kind, a.values // one, a.missing | b.missing, a.broken | b.broken | (b.values == 0))

    def strict_and(kind, a, b):
        return Lane(kind, a.flags & b.flags, a.missing | b.missing, a.broken | b.broken)

    def never_overflows(kind, a, b):
        lane = right(kind, a, b)
        return Lane(kind, lane.values, lane.missing, a.broken | b.broken)

    broken = {"divide_int64": floor_division, "logical_and": strict_and}.get(overload, never_overflows)
    monkeypatch.setitem(columns.OVERLOADS, overload, broken)
    assert disagreements(1_000, seed=7)[0]
