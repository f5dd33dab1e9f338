"""Whose is what in a plan's program: found from the program itself, not from names.

With the gates shut nothing may lead from one member to another. So the program without the columns between members, the
rows of pools and the rows that a policy maker set falls apart into pieces, and each piece belongs to the member whose
product balances stand in it, or to a pair of members (the corridor between them). A policy row belongs to whom its
columns belong to; one that reaches over several members couples them, and then leaving has effects on others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from haihe.coalition.gates import Gates
from haihe.planning.model import Model
from haihe.planning.program import Arrays, Floats, Ints, Program

Flags = NDArray[np.bool_]
PASSES = 3
"""Rounds in which a column that stands in policy rows only gets the owner of those rows."""


@dataclass(frozen=True)
class Ownership:
    """Owners as bitmasks over the model's members: one bit for a member, two for a pair, 0 for nobody.

    Attributes
    ----------
    columns, rows : ndarray of int
        Owners of every column and row.
    joint : tuple of str
        Labels of policy rows that reach over members which no pair of the trade between them explains.
    mixed : tuple of str
        Members that hang together even with every gate shut, such as by a project that may stand in either.
    """

    columns: Ints
    rows: Ints
    joint: tuple[str, ...]
    mixed: tuple[str, ...]

    @property
    def separable(self) -> bool:
        """True where members are coupled by gates only."""
        return not self.coupled

    @property
    def coupled(self) -> tuple[str, ...]:
        """What couples members beside the gates: rows by their labels, and members that hang together."""
        return (*self.joint, *(["–".join(self.mixed)] if self.mixed else []))


def ownership_of(model: Model, gates: Gates, arrays: Arrays) -> Ownership:
    """Find whose every column and row is.

    Parameters
    ----------
    model : Model
        With its program grown by the gates.
    gates : Gates
    arrays : Arrays
        The program's arrays as built.

    Returns
    -------
    Ownership
    """
    program, matrix = model.program, arrays.matrix.tocsr()
    policy, apart, private = (
        np.zeros(size, dtype=bool) for size in (matrix.shape[0], matrix.shape[0], matrix.shape[1])
    )
    for block in program.row_blocks.values():
        policy[block.index.ravel()] = block.policy
    apart[gates.pools] = True
    private[:] = True
    private[gates.columns] = False
    rows, columns, mixed = _by_piece(model, matrix, ~(policy | apart), private)
    inner = _pattern(matrix, ~apart, private)
    inner = sparse.diags(_not_in(gates.replaced, policy.size)) @ inner
    members = len(model.economy.members)
    for _ in range(PASSES):
        reach = _or_over(inner, columns, members)
        columns = np.where(private & (columns == 0), _or_over(inner.T, reach, members), columns)
    rows = np.where(policy, reach, rows)
    rows[gates.pools] = 0
    single = _or_over(inner, np.where(np.bitwise_count(columns) == 1, columns, 0), members)
    held = np.isfinite(arrays.row_lower) | np.isfinite(arrays.row_upper)
    joint = np.flatnonzero(policy & held & (np.bitwise_count(reach) > 1) & (single > 0))
    columns[gates.columns] = gates.owners
    return Ownership(columns, rows, tuple(_label(program, int(k)) for k in joint), mixed)


def _by_piece(
    model: Model, matrix: sparse.csr_matrix, rows: Flags, columns: Flags
) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Owners by the piece that a row or column stands in, and the members that share one piece.

    A piece belongs to the member whose balances stand in it, or to both ends of the corridor whose freight does.
    """
    kept = _pattern(matrix, rows, columns).tocoo()
    height, size = matrix.shape[0], sum(matrix.shape)
    graph = sparse.csr_matrix((kept.data, (kept.row, kept.col + height)), shape=(size, size))
    count, piece = connected_components(graph, directed=False)
    owner = np.zeros(count, dtype=np.int64)
    members = [str(name) for name in model.economy.members]
    for r in range(len(members)):
        owner[np.unique(piece[model.balance.index[r].ravel()])] |= 1 << r
    shared = int(np.bitwise_or.reduce(owner[np.bitwise_count(owner) > 1], initial=0))
    for corridor in model.corridors.values():
        if corridor.spec.far == "member":
            ends = sum(1 << members.index(end) for end in (corridor.spec.users[0], corridor.spec.other))
            at = np.unique(piece[corridor.freight.index.ravel()])
            owner[at] = np.where(owner[at] == 0, ends, owner[at])
    mixed = tuple(name for r, name in enumerate(members) if shared >> r & 1)
    return owner[piece[:height]], owner[piece[height:]], mixed


def _pattern(matrix: sparse.csr_matrix, rows: Flags, columns: Flags) -> sparse.csr_matrix:
    """1 where a coefficient stands in rows and columns that are kept."""
    ones = sparse.csr_matrix((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    return sparse.csr_matrix(sparse.diags(rows.astype(np.float64)) @ ones @ sparse.diags(columns.astype(np.float64)))


def _not_in(places: Ints, size: int) -> Floats:
    kept = np.ones(size)
    kept[places] = 0.0
    return kept


def _or_over(pattern: sparse.csr_matrix, owners: Ints, members: int) -> Ints:
    """Owners of everything that each row of a pattern holds."""
    bits = (owners[:, None] >> np.arange(members) & 1).astype(np.float64)
    found = np.asarray(pattern @ bits) > 0
    return np.asarray(found.astype(np.int64) @ (np.int64(1) << np.arange(members, dtype=np.int64)))


def _label(program: Program, row: int) -> str:
    block = next(b for b in program.row_blocks.values() if b.start <= row < b.start + b.size)
    return block.label(row)
