"""A column of values in an expression: one value a row, or one for all rows, with what is missing or cannot be had.

A lane follows CEL: a value that is not there is an error of the row that touches it, and ``&&`` and ``||`` absorb an
error where the other side decides. So "cannot be decided" is never read as false. Dates and durations are whole
seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from haihe.rules.money import Flags, Ints
from haihe.rules.tree import Kind

Masks = npt.NDArray[np.uint64]

NOTHING: Masks = np.zeros(1, dtype=np.uint64)
FINE: Flags = np.zeros(1, dtype=bool)


@dataclass(frozen=True, slots=True)
class Words:
    """Texts as codes into a table of the different ones."""

    codes: npt.NDArray[np.int64]
    table: tuple[str, ...]

    @classmethod
    def of(cls, texts: npt.NDArray[Any]) -> "Words":
        """Encode texts, one a row."""
        table, codes = np.unique(texts.astype(object), return_inverse=True)
        return cls(codes.astype(np.int64).reshape(-1), tuple(table) or ("",))

    def to_array(self) -> npt.NDArray[Any]:
        """Give the texts, shape (n,)."""
        return np.asarray(np.asarray(self.table, dtype=object)[self.codes])

    def map(self, change: Callable[[str], Any]) -> npt.NDArray[Any]:
        """Apply a function to each different text; shape (n,)."""
        return np.asarray(_column([change(text) for text in self.table])[self.codes])

    def with_(self, other: "Words", change: Callable[[str, str], Any]) -> npt.NDArray[Any]:
        """Apply a function to each different pair of texts; shape (n,)."""
        if len(other.codes) == 1:
            text = other.table[int(other.codes[0])]
            return self.map(lambda own: change(own, text))
        pairs = self.codes * len(other.table) + other.codes
        seen, back = np.unique(pairs, return_inverse=True)
        width = len(other.table)
        results = [change(self.table[int(pair) // width], other.table[int(pair) % width]) for pair in seen]
        return np.asarray(_column(results)[back.reshape(pairs.shape)])

    def pick(self, rows: Any) -> "Words":
        """Keep some rows."""
        return Words(self.codes[rows], self.table)


def _column(results: list[Any]) -> npt.NDArray[Any]:
    """Results of a function of texts as an array; texts as objects, so that none takes the room of the longest."""
    return np.array(results, dtype=object if any(isinstance(result, str) for result in results) else None)


@dataclass(frozen=True, slots=True)
class Lane:
    """Values of one node of an expression over all rows.

    Parameters
    ----------
    kind : Kind
        Type of the values.
    values : ndarray or Words, shape (n,) or (1,)
        Meaningless in rows that are at fault.
    missing : ndarray of uint64, shape (n,) or (1,)
        A bit for each field whose absence leaves the row without a value.
    broken : ndarray of bool, shape (n,) or (1,)
        True where the value cannot be computed: overflow, division by zero, a date out of range.
    """

    kind: Kind
    values: Any
    missing: Masks = field(default_factory=lambda: NOTHING)
    broken: Flags = field(default_factory=lambda: FINE)

    def pick(self, rows: npt.NDArray[np.intp], length: int) -> "Lane":
        """Keep some rows of `length`; what has one value for all rows stays as it is."""
        values = self.values
        if isinstance(values, Words):
            values = values.pick(rows) if len(values.codes) == length else values
        elif len(values) == length:
            values = values[rows]
        missing = self.missing[rows] if len(self.missing) == length else self.missing
        return Lane(self.kind, values, missing, self.broken[rows] if len(self.broken) == length else self.broken)

    @property
    def fault(self) -> Flags:
        """True where there is no value."""
        return np.asarray((self.missing != 0) | self.broken)

    @property
    def flags(self) -> Flags:
        """The values of a lane of yes and no."""
        return np.asarray(self.values, dtype=bool)

    @property
    def ints(self) -> Ints:
        """The values of a lane of whole numbers, dates or durations."""
        return np.asarray(self.values, dtype=np.int64)


def constant(kind: Kind, value: Any) -> Lane:
    """Give a lane with one value for all rows."""
    if kind == "string":
        return Lane(kind, Words(np.zeros(1, dtype=np.int64), (value,)))
    return Lane(kind, np.array([value], dtype=bool if kind == "bool" else np.int64))
