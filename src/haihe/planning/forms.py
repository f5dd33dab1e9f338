"""Linear functions of a program's columns: one number (`LinearForm`), or one for every region, sector and year (`Field`).

An indicator, a limit, a target and a goal are all such functions; they differ only in what is asked of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import ArrayLike

from haihe.messages import Text
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.soft import Soft

Part = tuple[Ints, Floats]
"""Columns and their coefficients, both of shape (R, n, T, m): m columns for every region, sector and year."""

CELL = ("region", "sector", "year")


@dataclass(frozen=True, slots=True)
class LinearForm:
    """A linear function of the columns of a program, ``values @ x[columns] + constant``.

    Parameters
    ----------
    columns : ndarray of int, shape (k,)
        Columns that count; one may stand several times.
    values : ndarray, shape (k,)
        Coefficient of each.
    constant : float
        What is there when every column is 0.
    unit : str
        Unit of the number.
    title : Text
        What it is.

    Examples
    --------
    >>> form = LinearForm(np.array([0, 2]), np.array([1.0, 3.0]), 5.0, "bn yuan", Text("和", "sum"))
    >>> form.at(np.array([1.0, 9.0, 2.0]))
    12.0
    """

    columns: Ints
    values: Floats
    constant: float
    unit: str
    title: Text

    def at(self, x: Floats) -> float:
        """The number at a solution; x has shape (columns,)."""
        return float(self.values @ x[self.columns] + self.constant)

    def __add__(self, other: "LinearForm") -> "LinearForm":
        """Add a form of the same unit; `ValueError` for another unit."""
        if other.unit != self.unit:
            raise ValueError(f"{self.unit} and {other.unit} do not add up")
        return replace(
            self,
            columns=np.concatenate([self.columns, other.columns]),
            values=np.concatenate([self.values, other.values]),
            constant=self.constant + other.constant,
        )

    def __mul__(self, factor: float) -> "LinearForm":
        """Scale by a number; the unit stays, so it must be a pure number."""
        return replace(self, values=self.values * factor, constant=self.constant * factor)

    __rmul__ = __mul__

    def __sub__(self, other: "LinearForm") -> "LinearForm":
        """Subtract a form of the same unit."""
        return self + other * -1.0

    def called(self, unit: str, title: Text) -> "LinearForm":
        """The same function under another unit and title."""
        return replace(self, unit=unit, title=title)

    def costs(self, n_columns: int) -> Floats:
        """The coefficients as a vector over all columns, as an objective needs them; shape (n_columns,)."""
        return np.bincount(self.columns, weights=self.values, minlength=n_columns).astype(np.float64)

    def enter(self, program: Program, row: int, factor: float = 1.0) -> None:
        """Enter the form (without its constant) into a row of a program that is being built."""
        program.enter(np.full(self.columns.shape, row, dtype=np.int64), self.columns, self.values * factor)

    @property
    def size(self) -> float:
        """Power of ten near which a row of this form should be scaled, from its constant, so that rows are alike."""
        return float(10.0 ** (np.floor(np.log10(abs(self.constant))) - 2)) if self.constant else 1.0


def total(forms: Sequence[LinearForm]) -> LinearForm:
    """Sum of one or more forms of one unit."""
    return reduce(add, forms)


@dataclass(frozen=True)
class Field:
    """A linear function for every region, sector and year.

    Parameters
    ----------
    parts : tuple of (ndarray of int, ndarray)
        Columns and coefficients, each of shape (R, n, T, m); m differs from part to part.
    constant : ndarray, shape (R, n, T)
        What is there when every column is 0.
    """

    parts: tuple[Part, ...]
    constant: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        """Regions, sectors, years."""
        r, n, t = self.constant.shape
        return r, n, t

    def at(self, x: Floats) -> Floats:
        """Values at a solution, shape (R, n, T); x has shape (columns,)."""
        found = self.constant.copy()
        for columns, values in self.parts:
            found += (x[columns] * values).sum(axis=-1)
        return found

    def __add__(self, other: "Field") -> "Field":
        return Field((*self.parts, *other.parts), self.constant + other.constant)

    def __sub__(self, other: "Field") -> "Field":
        return self + other.times(-1.0)

    def times(self, factor: ArrayLike) -> "Field":
        """Scale by factors that broadcast against (R, n, T)."""
        f = np.broadcast_to(np.asarray(factor, dtype=np.float64), self.shape)
        return Field(tuple((columns, values * f[..., None]) for columns, values in self.parts), self.constant * f)

    def form(self, weights: ArrayLike, unit: str, title: Text) -> LinearForm:
        """Weighted sum over regions, sectors and years.

        Parameters
        ----------
        weights : array_like
            Broadcasts against (R, n, T); 0 leaves a cell out, so a set of regions, sectors and years is a weight of
            zeros and ones.
        unit : str
            Unit of the sum.
        title : Text
            What the sum is.
        """
        w = np.broadcast_to(np.asarray(weights, dtype=np.float64), self.shape)
        here = w != 0.0
        parts = [(columns[here], values[here] * w[here][:, None]) for columns, values in self.parts]
        return LinearForm(
            np.concatenate([columns.ravel() for columns, _ in parts] or [np.empty(0, dtype=np.int64)]),
            np.concatenate([values.ravel() for _, values in parts] or [np.empty(0)]),
            float((self.constant * w).sum()),
            unit,
            title,
        )


def cells(block: Block, *, region: str = "region", only: tuple[str, object] | None = None) -> Ints:
    """Columns of a block by region, sector and year; every other dimension goes into the last axis.

    Parameters
    ----------
    block : Block
        Dimensions must include ``region`` (or what is given for it), ``sector`` and ``year``.
    region : str
        Dimension that stands for the region, e.g. ``to_region`` of flows.
    only : (str, label), optional
        Keep one label of another dimension, e.g. ``("technology", "SMART")``.

    Returns
    -------
    ndarray of int, shape (R, n, T, m)
    """
    names, index = list(block.dims), block.index
    if only is not None:
        index = np.take(index, [list(block.dims[only[0]]).index(only[1])], axis=names.index(only[0]))
    first = [names.index(name) for name in (region, *CELL[1:])]
    index = index.transpose([*first, *(k for k in range(len(names)) if k not in first)])
    return index.reshape(*index.shape[:3], -1)


def block_field(block: Block, factor: ArrayLike = 1.0, *, only: tuple[str, object] | None = None) -> Field:
    """A family of columns times factors that broadcast against (R, n, T)."""
    columns = cells(block, only=only)
    ones = np.ones(columns.shape)
    return Field(((columns, ones),), np.zeros(columns.shape[:3])).times(factor)


def soft_field(soft: Soft, *, region: str = "region", only: tuple[str, object] | None = None) -> Field:
    """A soft quantity by region, sector and year: its reference and its deviation."""
    parts = []
    for block, sign in ((soft.up, 1.0), (soft.down, -1.0)):
        columns = cells(block, region=region, only=only)
        parts.append((columns, np.full(columns.shape, sign)))
    names = [name for name in soft.up.dims if name != "segment"]
    reference = soft.reference
    if only is not None:
        reference = np.take(reference, [list(soft.up.dims[only[0]]).index(only[1])], axis=names.index(only[0]))
    first = [names.index(name) for name in (region, *CELL[1:])]
    reference = reference.transpose([*first, *(k for k in range(len(names)) if k not in first)])
    return Field(tuple(parts), reference.reshape(*reference.shape[:3], -1).sum(axis=-1))
