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
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from haihe.messages import HaiheError, Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Dims = Mapping[str, Sequence[object]]


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
    """

    name: str
    dims: Dims
    start: int
    unit: str
    title: Text
    policy: bool = False

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
        self._entries: list[tuple[Ints, Ints, Floats]] = []
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
    ) -> Block:
        """Add a family of constraints; bounds broadcast against its shape (equal bounds make an equation)."""
        block = self._block(self.row_blocks, name, dims, self._n_rows, unit, title, policy=policy)
        self._row_parts.append((_fill(lower, block), _fill(upper, block)))
        self._n_rows += block.size
        return block

    def enter(self, rows: Ints, columns: Ints, values: ArrayLike) -> None:
        """Add coefficients; the three arrays broadcast together, entries on one cell add up, zeros are dropped."""
        r, c, v = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=np.float64))
        keep = v != 0.0
        self._entries.append((r[keep], c[keep], v[keep]))

    def costs(self) -> Floats:
        """Cost of every column, in order."""
        return _join([part[2] for part in self._column_parts])

    def arrays(self) -> "Arrays":
        """Assemble everything into flat arrays (compressed by column)."""
        lower, upper = (_join([part[k] for part in self._column_parts]) for k in range(2))
        cost = self.costs()
        row_lower, row_upper = (_join([part[k] for part in self._row_parts]) for k in range(2))
        rows, cols, values = (np.concatenate([e[k] for e in self._entries]) for k in range(3))
        matrix = sparse.csc_matrix((values, (rows, cols)), shape=(self._n_rows, self._n_columns))
        matrix.eliminate_zeros()
        arrays = Arrays(matrix, lower, upper, cost, row_lower, row_upper, self.constant)
        for name, array in (("coefficient", matrix.data), ("cost", cost)):
            if not np.isfinite(array).all():
                raise HaiheError("E-PLN-01", what=name)
        refuse_missing(lower, upper, row_lower, row_upper)
        return arrays

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


def _join(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
