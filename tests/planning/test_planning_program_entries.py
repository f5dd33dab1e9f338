"""Coefficients of a program: entered small, spread out at assembly; against a dense sum cell by cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.planning import Program


def entered(seed: int) -> tuple[Program, np.ndarray]:
    """Enter random arrays of broadcastable shapes, with zeros and with cells hit twice; give the dense matrix too."""
    rng = np.random.default_rng(seed)
    program = Program()
    x = program.columns("x", {"i": range(3), "j": range(4)}, unit="1")
    r = program.rows("r", {"i": range(3), "k": range(2)}, unit="1")
    dense = np.zeros((r.size, x.size))
    for _ in range(rng.integers(0, 5)):
        rows = r.index[:, :, None] if rng.random() < 0.7 else r.index[:1, :1, None]
        columns = x.index[:, None, :] if rng.random() < 0.7 else x.index[:1, None, :]
        whole = np.broadcast_shapes(rows.shape, columns.shape)
        shape = tuple(size if rng.random() < 0.6 else 1 for size in whole)[rng.integers(0, 4) :]
        values = rng.integers(-1, 2, shape).astype(float)
        program.enter(rows, columns, values)
        np.add.at(dense, np.broadcast_arrays(rows, columns), np.broadcast_to(values, whole))
    return program, dense


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_entries_add_up_cell_by_cell_and_store_no_zeros(seed: int) -> None:
    program, dense = entered(seed)
    matrix = program.arrays().matrix
    np.testing.assert_array_equal(matrix.toarray(), dense)
    assert matrix.nnz == np.count_nonzero(dense)


def test_an_array_changed_after_it_was_entered_changes_nothing() -> None:
    program = Program()
    x = program.columns("x", {"i": range(3)}, unit="1")
    r = program.rows("r", {"k": range(2)}, unit="1")
    rows, columns, values = r.index[:, None], x.index[None], np.array([[1.0, 0.0, 2.0]])
    program.enter(rows, columns, values)
    rows[:], columns[:], values[:] = 0, 0, 9.0
    np.testing.assert_array_equal(program.arrays().matrix.toarray(), [[1.0, 0.0, 2.0]] * 2)


def test_shapes_that_do_not_fit_are_refused_where_they_are_entered() -> None:
    program = Program()
    x = program.columns("x", {"i": range(3)}, unit="1")
    r = program.rows("r", {"k": range(2)}, unit="1")
    with pytest.raises(ValueError, match="broadcast"):
        program.enter(r.index, x.index, 1.0)


def test_a_program_without_coefficients_has_an_empty_matrix() -> None:
    program = Program()
    program.columns("x", {"i": range(3)}, unit="1")
    program.rows("r", {"k": range(2)}, unit="1")
    assert program.arrays().size == {"columns": 3, "rows": 2, "nonzeros": 0}
