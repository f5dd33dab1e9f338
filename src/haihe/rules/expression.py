"""Expressions of rules: a small part of CEL, parsed and type-checked by the CEL library, with units checked here.

What may be written: fields and parameters by name; ``amount('5000 万元')``, ``date('2023-04-11')``,
``given('field')``; ``+ - *``, comparisons, ``&& || !``, ``c ? a : b``, ``x in ['a', 'b']``; ``min`` and ``max`` of
two numbers; ``startsWith``, ``endsWith``, ``contains``, ``size`` and ``+`` of texts; differences of dates against
``duration('720h')`` and ``getFullYear()``. Not part of it: floating numbers, regular expressions, loops, maps,
conversions, and division, whose remainder would be lost without a word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from haihe.rules.columns import evaluate_columns
from haihe.rules.dialect import ExpressionError, Reader, nearest, refusal
from haihe.rules.lanes import Lane
from haihe.rules.quantities import COUNT, Measure
from haihe.rules.tree import Kind, Name, Node, decode, walk
from haihe.rules.vocabulary import KINDS, Vocabulary

LONGEST = 2_000
"""Characters that an expression may have."""

MOST_NODES = 400
"""Nodes that an expression may have."""

_FAULT = re.compile(r"ERROR: <input>:(?P<line>-?\d+):(?P<column>-?\d+): (?P<says>.*)")
_UNKNOWN = re.compile(r"undeclared reference to '(?P<name>[^']*)'")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(?P<function>[^']*)' applied to '\((?P<types>.*)\)'")
_RECURSION = re.compile(r"recursion|codepoint limit")


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Parameters
    ----------
    text : str
        As the file has it.
    node : Node
        Checked tree.
    kind : Kind
        Type of the result.
    measure : Measure or None
        What the result counts, where it is a number.
    names : tuple of str
        Fields and parameters in it, sorted.
    literals : mapping of int to Lane
        Values of ``amount``, ``date`` and ``duration`` by place.
    asked : mapping of int to str
        Fields that ``given`` asks for, by place.
    """

    text: str
    node: Node
    kind: Kind
    measure: Measure | None
    names: tuple[str, ...]
    literals: Mapping[int, Lane]
    asked: Mapping[int, str]

    def evaluate(self, lanes: Mapping[str, Lane]) -> Lane:
        """Evaluate over columns.

        Parameters
        ----------
        lanes : mapping of str to Lane
            At least the `names`, each of shape (n,) or (1,).

        Returns
        -------
        Lane
            Shape (n,), or (1,) where every name in it has one value.
        """
        asked = {place: Lane("bool", lanes[name].missing == 0) for place, name in self.asked.items()}
        return evaluate_columns(self.node, lanes, {**self.literals, **asked})


def compile_expression(text: str, vocabulary: Vocabulary, want: Kind, *, division: bool = False) -> Expression:
    """Parse, type-check and unit-check an expression.

    Parameters
    ----------
    text : str
        The expression.
    vocabulary : Vocabulary
        Names it may use.
    want : {"bool", "int"}
        Type that it must have.
    division : bool
        Allow ``/`` and ``%``, which truncate. Rules may not use them; tests against the library do.

    Raises
    ------
    ExpressionError
        ``E-RUL-10`` for what is no expression, ``E-RUL-11`` an unknown name, ``E-RUL-12`` types that do not fit,
        ``E-RUL-13`` units that do not fit, ``E-RUL-14`` an unknown choice, ``E-RUL-15`` something outside the rule
        language, ``E-RUL-16`` too long or too deep, ``E-RUL-17`` a wrong result type, ``E-RUL-18`` an argument that
        must be a literal, ``E-RUL-20`` and ``E-RUL-21`` an amount that cannot be read or is finer than its grain,
        ``E-RUL-22`` an impossible date or duration.
    """
    if len(text) > LONGEST:
        raise ExpressionError("E-RUL-16", value=len(text), limit=LONGEST)
    node = decode(_check(text, vocabulary))
    if sum(1 for _ in walk(node)) > MOST_NODES:
        raise ExpressionError("E-RUL-16", value=f"> {MOST_NODES}", limit=MOST_NODES)
    reader = Reader(text, vocabulary, division)
    measure = reader.measure(node)
    if node.kind != want:
        raise refusal(text, 0, "E-RUL-17", value=KINDS[node.kind], wanted=KINDS[want])
    names = sorted({below.name for below in walk(node) if isinstance(below, Name)} | set(reader.asked.values()))
    counts = (measure or COUNT) if node.kind == "int" else None
    return Expression(text, node, node.kind, counts, tuple(names), reader.literals, reader.asked)


def _check(text: str, vocabulary: Vocabulary) -> bytes:
    """Let the library parse and type-check; turn what it says into a coded refusal."""
    try:
        checked: bytes = vocabulary.environment.compile(text).serialize()
        return checked
    except (RuntimeError, ValueError) as error:
        raise _refused(text, str(error), vocabulary) from error


def _refused(text: str, says: str, vocabulary: Vocabulary) -> ExpressionError:
    if _RECURSION.search(says):
        return ExpressionError("E-RUL-16", value=len(text), limit=LONGEST)
    fault = _FAULT.search(says)
    if fault is None:
        return ExpressionError("E-RUL-10", why=says.splitlines()[0][:120])
    line, column = max(int(fault["line"]), 1), max(int(fault["column"]), 1)
    if unknown := _UNKNOWN.search(fault["says"]):
        name = unknown["name"]
        return ExpressionError("E-RUL-11", line, column, value=name, near=nearest(name, vocabulary.terms))
    if overload := _NO_OVERLOAD.search(fault["says"]):
        function = overload["function"].strip("_")
        return ExpressionError("E-RUL-12", line, column, value=function, wanted=overload["types"])
    return ExpressionError("E-RUL-10", line, column, why=fault["says"][:160])
