"""The CEL library's own evaluator, row by row: the reference for the evaluator over columns, and a peer of the bench."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel

from haihe.rules.quantities import parse_quantity
from haihe.rules.vocabulary import Vocabulary

TYPES = {"bool": cel.Type.BOOL, "int": cel.Type.INT, "string": cel.Type.STRING, "date": cel.Type.TIMESTAMP}


class Library:
    """Compiles an expression once and evaluates it for one row at a time."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.row = vocabulary, dict[str, Any]()
        text = [cel.Type.STRING]
        numbers = [cel.Type.INT, cel.Type.INT]
        functions = [
            ("amount", "amount_string", cel.Type.INT, text, self._amount),
            ("date", "date_string", cel.Type.TIMESTAMP, text, lambda day: moment(dt.date.fromisoformat(day))),
            ("given", "given_string", cel.Type.BOOL, text, lambda name: name in self.row),
            ("min", "min_int_int", cel.Type.INT, numbers, min),
            ("max", "max_int_int", cel.Type.INT, numbers, max),
        ]
        self.environment = cel.NewEnv(
            variables={name: TYPES[term.kind] for name, term in vocabulary.terms.items()},
            functions=[
                cel.FunctionDecl(name, [cel.Overload(overload, return_type=kind, parameters=takes, impl=run)])
                for name, overload, kind, takes, run in functions
            ],
        )

    def _amount(self, written: str) -> int:
        quantity = parse_quantity(written)
        return int(quantity.value / self.vocabulary.measure(quantity).grain)

    def compile(self, text: str) -> Any:
        """Compile an expression."""
        return self.environment.compile(text)

    def evaluate(self, compiled: Any, row: Mapping[str, Any]) -> Any:
        """Value of an expression for a row that holds what is given; None where it has none."""
        self.row = dict(row)
        value = compiled.eval(data=self.row)
        if value.type() == cel.Type.ERROR:
            return None
        plain = value.value()
        if isinstance(plain, dt.datetime):
            return int((plain - moment(dt.date(1970, 1, 1))).total_seconds())
        if isinstance(plain, dt.timedelta):
            return int(plain / dt.timedelta(seconds=1))
        return plain


def moment(day: dt.date) -> dt.datetime:
    """First second of a day."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
