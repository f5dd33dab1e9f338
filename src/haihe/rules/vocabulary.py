"""The names that an expression may use, and what the rule language adds to CEL."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import cel_expr_python.cel as cel

from haihe.messages import Text
from haihe.rules.lanes import Lane
from haihe.rules.quantities import COUNT, FEN, MONEY, Measure, Quantity
from haihe.rules.tree import Kind

_TYPES: dict[Kind, cel.Type] = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "date": cel.Type.TIMESTAMP,
}

KINDS: dict[Kind, Text] = {
    "bool": Text("是否", "yes or no"),
    "int": Text("数", "a number"),
    "string": Text("文字", "a text"),
    "date": Text("日期", "a date"),
    "duration": Text("时长", "a duration"),
    "null": Text("空值", "null"),
    "list": Text("列表", "a list"),
    "other": Text("其他", "something else"),
}


def _function(name: str, overload: str, result: cel.Type, *parameters: cel.Type) -> cel.FunctionDecl:
    return cel.FunctionDecl(name, [cel.Overload(overload, return_type=result, parameters=list(parameters))])


FUNCTIONS = [
    _function("amount", "amount_string", cel.Type.INT, cel.Type.STRING),
    _function("date", "date_string", cel.Type.TIMESTAMP, cel.Type.STRING),
    _function("given", "given_string", cel.Type.BOOL, cel.Type.STRING),
    _function("min", "min_int_int", cel.Type.INT, cel.Type.INT, cel.Type.INT),
    _function("max", "max_int_int", cel.Type.INT, cel.Type.INT, cel.Type.INT),
]
"""What rules add to the standard functions of CEL."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a name stands for.

    Parameters
    ----------
    kind : Kind
        Type of its values.
    measure : Measure or None
        What its numbers count.
    choices : tuple of str
        The only texts it may be; empty for free text.
    low, high : int or None
        Declared range, in grains, or in seconds for dates.
    value : Lane or None
        Its value, for a parameter.
    """

    kind: Kind
    measure: Measure | None = None
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    value: Lane | None = None


@dataclass(frozen=True)
class Vocabulary:
    """Fields and parameters by name.

    Parameters
    ----------
    terms : mapping of str to Term
        Every name an expression may use.
    grains : mapping of powers to Fraction
        Grain of each dimension that a declared field has; money is always in fen.
    """

    terms: Mapping[str, Term]
    grains: Mapping[tuple[tuple[str, int], ...], Fraction]

    @cached_property
    def environment(self) -> cel.Env:
        """The library's environment, with every name declared."""
        return cel.NewEnv(variables={name: _TYPES[term.kind] for name, term in self.terms.items()}, functions=FUNCTIONS)

    def with_terms(self, more: Mapping[str, Term]) -> "Vocabulary":
        """Give a vocabulary with further names."""
        return Vocabulary({**self.terms, **more}, self.grains) if more else self

    def measure(self, quantity: Quantity) -> Measure:
        """What a written amount counts; a millionth of the base unit where no field has its dimensions."""
        if quantity.is_plain:
            return COUNT
        powers = quantity.powers
        return Measure(powers, FEN if powers == MONEY else self.grains.get(powers, Fraction(1, 10**6)))
