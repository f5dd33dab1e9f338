"""Sizes of a program's numbers: where they lie so far apart that no solver can tell the small ones from rounding."""

from collections.abc import Iterable

import numpy as np

from haihe.messages import Finding, Findings, Text
from haihe.planning.program import Arrays, Block, Floats, Ints, Program

WIDEST = 1e9
"""Largest over smallest number of one kind that still leaves a solver digits to work with."""


def check_ranges(program: Program, arrays: Arrays, widest: float = WIDEST) -> Findings:
    """Compare the largest with the smallest number of each kind (``W-PLN-62``).

    Kinds are the coefficients of the matrix, the costs, the bounds of columns and the right-hand sides of rows;
    zeros and infinite bounds do not count. Each finding names where the two ends stand.

    Parameters
    ----------
    program : Program
        Its blocks give the names.
    arrays : Arrays
        What is handed to the solver.
    widest : float
        Largest ratio that is passed over.

    Returns
    -------
    Findings
        At most four warnings.
    """
    matrix = arrays.matrix
    column_of = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    columns, rows = np.arange(matrix.shape[1]), np.arange(matrix.shape[0])
    kinds = (
        (Text("系数", "coefficients"), matrix.data, matrix.indices.astype(np.int64), column_of),
        (Text("目标系数", "costs"), arrays.cost, None, columns),
        (Text("变量上下界", "bounds of variables"), np.r_[arrays.lower, arrays.upper], None, np.r_[columns, columns]),
        (Text("约束右端", "right-hand sides"), np.r_[arrays.row_lower, arrays.row_upper], np.r_[rows, rows], None),
    )
    findings = (_spread(program, what, values, r, c, widest) for what, values, r, c in kinds)
    return Findings(finding for finding in findings if finding is not None)


def _spread(
    program: Program, what: Text, values: Floats, rows: Ints | None, columns: Ints | None, widest: float
) -> Finding | None:
    size = np.abs(values)
    counts = np.isfinite(size) & (size > 0)
    if not counts.any():
        return None
    large = int(np.argmax(np.where(counts, size, -np.inf)))
    small = int(np.argmin(np.where(counts, size, np.inf)))
    with np.errstate(over="ignore"):  # the smallest numbers there are make the ratio infinite
        ratio = float(size[large] / size[small])
    if ratio <= widest:
        return None

    def where(position: int) -> Text:
        names = []
        if rows is not None:
            names.append(_name(program.row_blocks.values(), int(rows[position])))
        if columns is not None:
            names.append(_name(program.column_blocks.values(), int(columns[position])))
        return Text("、".join(name.zh for name in names), " × ".join(name.en for name in names))

    return Finding(
        "W-PLN-62",
        values={
            "what": what,
            "ratio": f"{ratio:.0e}",
            "large": f"{size[large]:.1e}",
            "at_large": where(large),
            "small": f"{size[small]:.1e}",
            "at_small": where(small),
        },
    )


def _name(blocks: Iterable[Block], position: int) -> Text:
    """Name a row or column by its family's title and its label."""
    block = find_block(blocks, position)
    label = block.label(position)
    return Text(f"{block.title.zh} {label}", f"{block.title.en} {label}")


def find_block(blocks: Iterable[Block], position: int) -> Block:
    """Find the block that a row or column belongs to."""
    for block in blocks:
        if block.start <= position < block.start + block.size:
            return block
    raise IndexError(f"no block has position {position}")
