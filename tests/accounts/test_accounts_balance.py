"""RAS and GRAS: margins met, signs kept, unit does not matter, conflicts named."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from haihe.accounts import gras, ras
from haihe.accounts.conflicts import blocked
from haihe.messages import HaiheError

sizes = st.integers(1, 7)
many = settings(max_examples=60)


def pattern(seed: int, m: int, n: int, density: float, signed: bool):
    """A seed, and margins of another matrix with the same signs, so that they can be met."""
    rng = np.random.default_rng(seed)
    keep = rng.random((m, n)) < density
    sign = np.where(rng.random((m, n)) < 0.25, -1.0, 1.0) if signed else 1.0
    start = keep * sign * rng.uniform(0.1, 10.0, (m, n))
    target = start * rng.uniform(0.3, 3.0, (m, n))
    return start, target.sum(axis=1), target.sum(axis=0)


@many
@given(seed=st.integers(0, 10**6), m=sizes, n=sizes, density=st.floats(0.3, 1.0))
def test_ras_meets_margins_keeps_zeros_and_is_biproportional(seed, m, n, density):
    start, u, v = pattern(seed, m, n, density, signed=False)
    fit = ras(start, u, v, tol=1e-11)
    np.testing.assert_allclose(fit.matrix.sum(axis=1), u, rtol=1e-10)
    np.testing.assert_allclose(fit.matrix.sum(axis=0), v, rtol=1e-10)
    assert fit.converged
    assert fit.residual <= 1e-11
    assert ((fit.matrix > 0) == (start > 0)).all()
    if (start > 0).all() and min(m, n) > 1:
        ratio = fit.matrix / start
        cross = ratio[0, 0] * ratio[1, 1] / (ratio[0, 1] * ratio[1, 0])
        assert cross == pytest.approx(1.0)


@many
@given(
    seed=st.integers(0, 10**6), m=sizes, n=sizes, unit=st.sampled_from([1e-4, 1e4, 1e12]), weight=st.floats(1e-6, 1e9)
)
def test_ras_does_not_depend_on_units(seed, m, n, unit, weight):
    start, u, v = pattern(seed, m, n, 0.8, signed=False)
    plain = ras(start, u, v, tol=1e-12).matrix
    np.testing.assert_allclose(ras(start * weight, u * unit, v * unit, tol=1e-12).matrix, plain * unit, rtol=1e-8)


@many
@given(seed=st.integers(0, 10**6), m=sizes, n=sizes, batch=st.integers(1, 5))
def test_ras_of_a_batch_is_ras_of_each(seed, m, n, batch):
    parts = [pattern(seed + b, m, n, 0.9, signed=False) for b in range(batch)]
    start, u, v = (np.stack(arrays) for arrays in zip(*parts, strict=True))
    together = ras(start, u, v, tol=1e-12)
    for b in range(batch):
        np.testing.assert_allclose(together.matrix[b], ras(*parts[b], tol=1e-12).matrix, rtol=1e-9, atol=1e-12)


def test_ras_leaves_a_balanced_matrix_alone_and_takes_zero_margins():
    start = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(ras(start, start.sum(axis=1), start.sum(axis=0)).matrix, start, rtol=1e-12)
    fit = ras(np.ones((3, 3)), np.array([0.0, 2.0, 3.0]), np.array([5.0, 0.0, 0.0]))
    np.testing.assert_allclose(fit.matrix, [[0, 0, 0], [2, 0, 0], [3, 0, 0]])
    assert (ras(np.zeros((2, 2)), np.zeros(2), np.zeros(2)).matrix == 0).all()


@pytest.mark.parametrize("fit", [ras, gras])
def test_passes_are_counted_and_the_last_one_allowed_is_used(fit):
    """A matrix of rank one with other margins of rank one is balanced by a single pass."""
    start, u, v = np.outer([1.0, 2.0], [3.0, 4.0]), np.array([30.0, 70.0]), np.array([40.0, 60.0])
    assert fit(start, u, v).iterations == 1
    assert fit(start, u, v, max_iterations=2).iterations == 1
    np.testing.assert_allclose(fit(start, u, v).matrix, np.outer(u, v) / 100.0, rtol=1e-12)
    with refused("E-ACC-23", "1"):
        fit(start, u, v, max_iterations=1)  # nobody has looked at what the only pass gave


@many
@given(seed=st.integers(0, 10**6), m=st.integers(2, 6), n=st.integers(2, 6))
def test_gras_meets_margins_and_keeps_signs(seed, m, n):
    start, u, v = pattern(seed, m, n, 0.9, signed=True)
    fit = gras(start, u, v, tol=1e-10)
    gross = np.abs(fit.matrix)
    np.testing.assert_allclose(
        fit.matrix.sum(axis=1) / np.maximum(gross.sum(axis=1), 1), u / np.maximum(gross.sum(axis=1), 1), atol=1e-8
    )
    np.testing.assert_allclose(
        fit.matrix.sum(axis=0) / np.maximum(gross.sum(axis=0), 1), v / np.maximum(gross.sum(axis=0), 1), atol=1e-8
    )
    assert (np.sign(fit.matrix) == np.sign(start)).all()


@many
@given(seed=st.integers(0, 10**6), m=sizes, n=sizes)
def test_gras_of_balanced_seed_changes_nothing_and_without_negatives_is_ras(seed, m, n):
    start, u, v = pattern(seed, m, n, 0.9, signed=True)
    np.testing.assert_allclose(gras(start, start.sum(axis=1), start.sum(axis=0)).matrix, start, rtol=1e-7, atol=1e-9)
    start, u, v = pattern(seed, m, n, 0.9, signed=False)
    np.testing.assert_allclose(gras(start, u, v, tol=1e-12).matrix, ras(start, u, v, tol=1e-12).matrix, rtol=1e-8)


@many
@given(seed=st.integers(0, 10**6), unit=st.sampled_from([1e-4, 1e4, 1e9]))
def test_gras_does_not_depend_on_the_unit(seed, unit):
    start, u, v = pattern(seed, 5, 4, 0.9, signed=True)
    plain = gras(start, u, v, tol=1e-12).matrix
    np.testing.assert_allclose(
        gras(start * unit, u * unit, v * unit, tol=1e-12).matrix, plain * unit, rtol=1e-6, atol=1e-9 * unit
    )


def test_gras_takes_zero_margins_and_rows_of_one_sign():
    start = np.array([[5.0, -2.0, 0.0], [-1.0, -3.0, 0.0], [2.0, 4.0, 6.0]])
    fit = gras(start, np.array([0.0, -6.0, 14.0]), np.array([3.0, 0.0, 5.0]), tol=1e-12)
    np.testing.assert_allclose(fit.matrix.sum(axis=1), [0, -6, 14], atol=1e-9)
    np.testing.assert_allclose(fit.matrix.sum(axis=0), [3, 0, 5], atol=1e-9)
    assert (np.sign(fit.matrix) == np.sign(start)).all()
    empty = gras(np.array([[1.0, 0.0], [2.0, -1.0]]), np.array([0.0, 3.0]), np.array([4.0, -1.0]))
    np.testing.assert_allclose(empty.matrix, [[0, 0], [4, -1]], atol=1e-9)


def test_gras_minimises_the_published_objective():
    """Against a direct minimisation of Σ|a| (z ln z - z) over all matrices with the margins (Lenzen et al. 2007)."""
    start, u, v = pattern(11, 3, 3, 1.0, signed=True)
    fit = gras(start, u, v, tol=1e-13).matrix
    z = fit / start
    gradient = np.sign(start) * np.log(z)
    # At the optimum sign·ln z = λ_i + μ_j: every 2x2 cross difference vanishes.
    cross = gradient[:-1, :-1] + gradient[1:, 1:] - gradient[:-1, 1:] - gradient[1:, :-1]
    np.testing.assert_allclose(cross, 0.0, atol=1e-9)


def refused(code: str, *words: str):
    return pytest.raises(HaiheError, match=f"(?s){code}" + "".join(f".*{word}" for word in words))


def test_conflicts_are_named_before_any_work():
    ones = np.ones((2, 2))
    with refused("E-ACC-20", "5", "6", "-1"):
        ras(ones, np.array([2.0, 3.0]), np.array([3.0, 3.0]))
    with refused("E-ACC-21", "row “coal”", "7"):
        ras(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([7.0, 1.0]), np.array([4.0, 4.0]), row_labels=["coal", "oil"])
    with refused("E-ACC-21", "steel", "column “TJ”"):
        ras(
            np.array([ones, [[1.0, 0.0], [1.0, 0.0]]]),
            np.ones((2, 2)),
            np.ones((2, 2)),
            column_labels=["BJ", "TJ"],
            batch_labels=["coal", "steel"],
        )
    with refused("E-ACC-24"):
        ras(-ones, np.ones(2), np.ones(2))
    with refused("E-ACC-24", "column “2”"):
        ras(ones, np.ones(2), np.array([3.0, -1.0]))
    with refused("E-ACC-21", "row “1”", "-2"):
        gras(ones, np.array([-2.0, 6.0]), np.array([2.0, 2.0]))


def test_a_blocked_set_is_named():
    """BJ and TJ want 9, but may ship only to HE, that takes 4."""
    start = np.array([[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 1.0]])
    with refused("E-ACC-22", "BJ, TJ", "9", "HE", "4") as caught:
        ras(
            start,
            np.array([5.0, 4.0, 2.0]),
            np.array([2.0, 2.0, 4.0, 3.0]),
            row_labels=["BJ", "TJ", "RoC"],
            column_labels=["BJ", "TJ", "HE", "RoC"],
            batch_labels=None,
            max_iterations=500,
        )
    assert caught.value.findings[0].values["value"] == "10"


def test_of_several_blocked_tables_the_first_is_named():
    free, blocked_at_row_1 = np.ones((2, 2)), np.array([[1.0, 0.0], [1.0, 1.0]])
    u, v = np.array([3.0, 1.0]), np.array([2.0, 2.0])
    with refused("E-ACC-22", "oil") as caught:
        ras(
            np.stack([free, blocked_at_row_1, blocked_at_row_1]),
            np.stack([u, u, u]),
            np.stack([v, v, v]),
            batch_labels=["coal", "oil", "steel"],
            max_iterations=200,
        )
    assert "steel" not in str(caught.value)
    assert "coal" not in str(caught.value)


def test_an_unfinished_fit_is_not_called_a_conflict():
    start, u, v = pattern(3, 5, 5, 1.0, signed=False)
    with refused("E-ACC-23", "2"):
        ras(start, u, v, tol=1e-14, max_iterations=2)
    start, u, v = pattern(3, 5, 5, 1.0, signed=True)
    with refused("E-ACC-23", "2"):
        gras(start, u, v, tol=1e-14, max_iterations=2)


@many
@given(seed=st.integers(0, 10**6), m=st.integers(2, 5), n=st.integers(2, 5))
def test_the_named_set_really_conflicts(seed, m, n):
    """Random margins on a random pattern: either they can be met, or the rows named exceed all columns they reach."""
    rng = np.random.default_rng(seed)
    start = (rng.random((m, n)) < 0.5).astype(float)
    u, v = rng.integers(1, 9, m).astype(float), rng.integers(1, 9, n).astype(float)
    v *= u.sum() / v.sum()
    assume((start.sum(axis=1) > 0).all() and (start.sum(axis=0) > 0).all())
    gap, rows, columns = blocked(start, u, v)
    if gap > 1e-9:
        assert set(np.flatnonzero(start[rows].any(axis=0))) <= set(columns)
        assert u[rows].sum() > v[columns].sum() + 1e-9
    else:
        i, j = np.nonzero(start)
        equations = np.zeros((m + n, len(i)))
        equations[i, np.arange(len(i))] = equations[m + j, np.arange(len(i))] = 1.0
        assert linprog(np.zeros(len(i)), A_eq=equations, b_eq=np.concatenate([u, v])).status == 0
