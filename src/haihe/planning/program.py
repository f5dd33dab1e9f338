"""The program: labelled blocks of columns and rows, assembled as arrays.

A linear program is kept as blocks. A block of columns is a family of variables over named dimensions, for example
output over (region, sector, year); a block of rows is a family of constraints. Coefficients are entered by whole
arrays that broadcast against the blocks' index grids, so nothing here loops over cells. The program is always a
minimisation: HiGHS returns duals of the wrong sign for maximised interior-point solves (measured, see
docs/decisions/0003-always-minimise.md).

    minimise    c'x + constant
    subject to  row_lower <= A x <= row_upper,   lower <= x <= upper
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from haihe.messages import HaiheError, Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Dims = Mapping[str, Sequence[object]]
NOTHING = 1e-9
"""Coefficients up to this size are left out, as HiGHS does silently: so our own checks see the same program."""


@dataclass(frozen=True, slots=True)
class Block:
    """A family of columns or rows over named dimensions.

    Parameters
    ----------
    name : str
        Name of the family, unique among columns or among rows.
    dims : mapping of str to sequence
        Dimension names and labels in order, e.g. ``{"region": ["BJ", "TJ"], "year": [2017, 2019]}``.
    start : int
        Position of the first member.
    unit : str
        Unit of the variable, or of the row's activity.
    title : Text
        What it is, in both languages.
    policy : bool
        Rows that a policy maker set (a cap, an endowment, a budget): where no plan is feasible, only these may be
        relaxed; the others are how the economy works.
    reference : ndarray, optional
        What the reference path adds to each row where its columns speak of deviations, shaped like the block: bound
        plus reference is then the limit in full. None where the columns hold it all.
    """

    name: str
    dims: Dims
    start: int
    unit: str
    title: Text
    policy: bool = False
    reference: Floats | None = field(default=None, compare=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return tuple(len(labels) for labels in self.dims.values())

    @property
    def size(self) -> int:
        """Number of members."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def index(self) -> Ints:
        """Positions of the members, shaped like the block."""
        return np.arange(self.start, self.start + self.size, dtype=np.int64).reshape(self.shape)

    def of(self, values: Floats) -> Floats:
        """Cut this block's members out of a vector over all columns (or rows), shaped like the block."""
        return values[self.start : self.start + self.size].reshape(self.shape)

    def labels(self) -> pd.MultiIndex:
        """The label of each member, in order."""
        return pd.MultiIndex.from_product([list(v) for v in self.dims.values()], names=list(self.dims))

    def label(self, position: int) -> str:
        """Name one member in full, e.g. ``balance[BJ,STEEL,2019]``."""
        where = np.unravel_index(position - self.start, self.shape)
        return f"{self.name}[{','.join(str(v[int(k)]) for v, k in zip(self.dims.values(), where, strict=True))}]"

    def series(self, values: Floats) -> pd.Series:
        """This block's members of a vector as a labelled series."""
        return pd.Series(self.of(values).ravel(), index=self.labels(), name=self.name)


class Program:
    """A linear program under construction.

    Examples
    --------
    >>> p = Program()
    >>> x = p.columns("output", {"sector": ["a", "b"]}, upper=[2.0, 3.0], cost=-1.0, unit="bn yuan")
    >>> cap = p.rows("cap", {"year": [2017]}, upper=4.0, unit="bn yuan")
    >>> p.enter(cap.index[:, None], x.index[None, :], 1.0)
    >>> p.arrays().matrix.toarray()
    array([[1., 1.]])
    """

    def __init__(self) -> None:
        self.column_blocks: dict[str, Block] = {}
        self.row_blocks: dict[str, Block] = {}
        self.constant = 0.0
        self._column_parts: list[tuple[Floats, Floats, Floats]] = []
        self._row_parts: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Places, Places, Floats]] = []
        self._n_columns = 0
        self._n_rows = 0

    def columns(
        self,
        name: str,
        dims: Dims,
        *,
        unit: str,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        title: Text | None = None,
    ) -> Block:
        """Add a family of variables; bounds and cost broadcast against its shape."""
        block = self._block(self.column_blocks, name, dims, self._n_columns, unit, title)
        self._column_parts.append((_fill(lower, block), _fill(upper, block), _fill(cost, block)))
        self._n_columns += block.size
        return block

    def rows(
        self,
        name: str,
        dims: Dims,
        *,
        unit: str,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        title: Text | None = None,
        policy: bool = False,
        reference: ArrayLike | None = None,
    ) -> Block:
        """Add a family of constraints; bounds broadcast against its shape (equal bounds make an equation)."""
        block = self._block(self.row_blocks, name, dims, self._n_rows, unit, title, policy=policy)
        if reference is not None:
            block = replace(block, reference=_fill(reference, block).reshape(block.shape))
            self.row_blocks[name] = block
        self._row_parts.append((_fill(lower, block), _fill(upper, block)))
        self._n_rows += block.size
        return block

    def enter(self, rows: Ints, columns: Ints, values: ArrayLike) -> None:
        """Add coefficients; the three arrays broadcast together, entries on one cell add up, zeros are dropped.

        They are kept as small as they came and spread out only when the program is assembled.
        """
        entry = (np.array(rows, np.int32), np.array(columns, np.int32), np.array(values, np.float64))
        np.broadcast_shapes(*(part.shape for part in entry))
        self._entries.append(entry)

    def copy(self) -> "Program":
        """Copy the program, to grow the copy and leave this one as it is."""
        new = Program()
        new.column_blocks, new.row_blocks = dict(self.column_blocks), dict(self.row_blocks)
        new.constant, new._n_columns, new._n_rows = self.constant, self._n_columns, self._n_rows
        new._column_parts, new._row_parts = list(self._column_parts), list(self._row_parts)
        new._entries = list(self._entries)
        return new

    def costs(self) -> Floats:
        """Cost of every column, in order."""
        return _join([part[2] for part in self._column_parts])

    def arrays(self) -> "Arrays":
        """Assemble everything into flat arrays (compressed by column)."""
        lower, upper = (_join([part[k] for part in self._column_parts]) for k in range(2))
        cost = self.costs()
        row_lower, row_upper = (_join([part[k] for part in self._row_parts]) for k in range(2))
        rows, cols, values = self._spread_out()
        matrix = sparse.csc_matrix((values, (rows, cols)), shape=(self._n_rows, self._n_columns))
        matrix.data[np.abs(matrix.data) <= NOTHING] = 0.0
        matrix.eliminate_zeros()
        arrays = Arrays(matrix, lower, upper, cost, row_lower, row_upper, self.constant)
        for name, array in (("coefficient", matrix.data), ("cost", cost)):
            if not np.isfinite(array).all():
                raise HaiheError("E-PLN-01", what=name)
        refuse_missing(lower, upper, row_lower, row_upper)
        return arrays

    def _spread_out(self) -> tuple[Places, Places, Floats]:
        """Row, column and value of every coefficient but zeros, written once into arrays of the right length."""
        ends = np.cumsum([0, *(_count(*entry) for entry in self._entries)])
        whole = (np.empty(ends[-1], np.int32), np.empty(ends[-1], np.int32), np.empty(ends[-1]))
        for entry, start, end in zip(self._entries, ends[:-1], ends[1:], strict=True):
            shape = np.broadcast_shapes(*(part.shape for part in entry))
            if end - start == np.prod(shape, dtype=np.int64):
                for target, part in zip(whole, entry, strict=True):
                    target[start:end].reshape(shape)[...] = part
            else:
                keep = np.broadcast_to(entry[2] != 0.0, shape)
                for target, part in zip(whole, np.broadcast_arrays(*entry), strict=True):
                    target[start:end] = part[keep]
        return whole

    def _block(
        self,
        known: dict[str, Block],
        name: str,
        dims: Dims,
        start: int,
        unit: str,
        title: Text | None,
        *,
        policy: bool = False,
    ) -> Block:
        if name in known:
            raise ValueError(f"block {name} stands twice")
        known[name] = Block(
            name, {k: tuple(v) for k, v in dims.items()}, start, unit, title or Text(name, name), policy
        )
        return known[name]


@dataclass(frozen=True, slots=True)
class Arrays:
    """A program as flat arrays; the matrix is CSC with shape (rows, columns)."""

    matrix: sparse.csc_matrix
    lower: Floats
    upper: Floats
    cost: Floats
    row_lower: Floats
    row_upper: Floats
    constant: float

    @property
    def size(self) -> dict[str, int]:
        """Columns, rows and nonzeros."""
        return {"columns": self.matrix.shape[1], "rows": self.matrix.shape[0], "nonzeros": self.matrix.nnz}


def refuse_missing(*bounds: Floats) -> None:
    """Refuse bounds that are not a number (``E-PLN-01``); infinite ones mean no bound."""
    if any(np.isnan(bound).any() for bound in bounds):
        raise HaiheError("E-PLN-01", what="bound")


def _fill(values: ArrayLike, block: Block) -> Floats:
    return np.broadcast_to(np.asarray(values, dtype=np.float64), block.shape).ravel()


def _count(rows: Places, columns: Places, values: Floats) -> int:
    """Number of nonzero coefficients of an entry: each of its values stands equally often."""
    size = int(np.prod(np.broadcast_shapes(rows.shape, columns.shape, values.shape), dtype=np.int64))
    return int(np.count_nonzero(values)) * (size // values.size) if values.size else 0


def _join(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
