"""What is said never to hold never holds: against every assignment of small ranges; and plain contradictions are found."""

import itertools
import random

import pytest

import haihe.rules.narrowing as narrowing
from haihe.rules.expression import compile_expression
from haihe.rules.intervals import Choice, Span, ranges_of
from haihe.rules.narrowing import Narrower
from haihe.rules.quantities import COUNT, MONEY
from haihe.rules.vocabulary import Term, Vocabulary
from rules_library import Library

TERMS = {
    "a": Term("int", COUNT, low=-2, high=3),
    "b": Term("int", COUNT, low=0, high=4),
    "c": Term("string", choices=("x", "y", "z")),
    "p": Term("bool"),
}
VOCABULARY = Vocabulary(TERMS, {MONEY: COUNT.grain})
VALUES = {"a": range(-2, 4), "b": range(5), "c": ("x", "y", "z"), "p": (True, False)}
WORLD = [dict(zip(VALUES, values, strict=True)) for values in itertools.product(*VALUES.values())]


def number(rng: random.Random, depth: int) -> str:
    if depth <= 0:
        return rng.choice(["a", "b", str(rng.randint(-4, 6))])
    way = rng.randrange(6)
    one, other = number(rng, depth - 1), number(rng, depth - 1)
    if way < 3:
        return f"({one} {'+-*'[way]} {other})"
    return (f"-({one})", f"{rng.choice(('min', 'max'))}({one}, {other})", f"({truth(rng, 0)} ? {one} : {other})")[
        way - 3
    ]


def truth(rng: random.Random, depth: int) -> str:
    if depth <= 0:
        way = rng.randrange(5)
        if way < 2:
            order = rng.choice(("<", "<=", ">", ">=", "==", "!="))
            return f"({number(rng, rng.randint(0, 1))} {order} {number(rng, rng.randint(0, 1))})"
        text = rng.choice(("c == 'x'", "c != 'y'", "c in ['x', 'z']", "!(c in ['x', 'y'])", "c == 'z'"))
        return ("p", text, f"(a in [{rng.randint(-4, 4)}, {rng.randint(-4, 4)}])")[way - 2]
    one, other = truth(rng, depth - 1), truth(rng, depth - 1)
    return rng.choice(
        (f"({one} && {other})", f"({one} || {other})", f"!({one})", f"({one} ? {other} : {truth(rng, 0)})")
    )


def false_claims(count: int, seed: int) -> tuple[list[str], int, int]:
    """Expressions wrongly said never to hold; how many never hold; how many of those are found."""
    rng, library, start = random.Random(seed), Library(VOCABULARY), ranges_of(TERMS)
    wrong, never, found = [], 0, 0
    for _ in range(count):
        text = truth(rng, rng.randint(0, 3))
        expression = compile_expression(text, VOCABULARY, "bool")
        compiled = library.compile(text)
        holds = any(library.evaluate(compiled, row) for row in WORLD)
        said = Narrower(expression.literals).demand(expression.node, True, start) is None
        never, found = never + (not holds), found + (said and not holds)
        if said and holds:
            wrong.append(text)
    return wrong, never, found


def test_nothing_that_can_hold_is_said_not_to() -> None:
    wrong, never, found = false_claims(700, 5)
    assert not wrong
    assert never > 60
    assert found > 0.6 * never


def test_a_wrong_narrowing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowing, "_either", lambda ways: ways[0])
    assert false_claims(400, 5)[0]


def test_a_wrong_span_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Span, "divided", lambda self, factor: Span(self.low, self.high))
    assert false_claims(500, 5)[0]


@pytest.mark.parametrize(
    "text",
    [
        "a > 3",
        "a > 1 && a < 2",
        "a < 0 && b > 4 - a",
        "a + b > 7",
        "a * 2 == 7",
        "b < a && b > 2",
        "c == 'x' && c != 'x'",
        "p && !p",
        "!(a <= 3)",
        "a in [9, 10]",
        "min(a, b) > 3",
        "(p ? a : b) > 4",
        "a > 3 || b > 4",
        "b - a > 6",
        "-b > 0",
    ],
)
def test_plain_contradictions_are_found(text: str) -> None:
    expression = compile_expression(text, VOCABULARY, "bool")
    assert Narrower(expression.literals).demand(expression.node, True, ranges_of(TERMS)) is None


def test_choices_meet_and_join_as_sets_do() -> None:
    subsets = [frozenset(some) for n in range(4) for some in itertools.combinations("xyz", n)]
    choices = [Choice(values, all_but) for values in subsets for all_but in (False, True)]

    def holds(choice: Choice, value: str) -> bool:
        return (value in choice.values) != choice.all_but

    for one, other in itertools.product(choices, choices):
        for value in "xyzw":  # w stands for every value that nobody names
            assert holds(one.meet(other), value) == (holds(one, value) and holds(other, value))
            assert holds(one.hull(other), value) == (holds(one, value) or holds(other, value))


def test_a_span_of_products_holds_every_product() -> None:
    ends = [None, -2, 0, 1, 3]
    spans = [Span(low, high) for low in ends for high in ends if low is None or high is None or low <= high]
    far = 9  # as far as an open end is looked at

    def inside(span: Span) -> range:
        return range(-far if span.low is None else span.low, (far if span.high is None else span.high) + 1)

    for one, other in itertools.product(spans, spans):
        found = one.times(other)
        for a, b in itertools.product(inside(one), inside(other)):
            assert found.low is None or found.low <= a * b
            assert found.high is None or a * b <= found.high
    assert Span(0).times(Span(2)) == Span(0)
    assert Span(3).times(Span(2)) == Span(6)
