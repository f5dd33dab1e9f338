"""GRAS with soft constraints: equal to GRAS where all is hard; reliabilities obeyed; conflicts named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from haihe.accounts import gras
from haihe.accounts.soft_balance import soft_balance
from haihe.accounts.totals import Totals
from haihe.messages import HaiheError

sizes = st.integers(2, 6)
seeds = st.integers(0, 10**6)
many = settings(max_examples=50)


def pattern(seed, m, n, density=0.85, signed=True):
    """A seed, and margins of another matrix with the same signs."""
    rng = np.random.default_rng(seed)
    keep = rng.random((m, n)) < density
    sign = np.where(rng.random((m, n)) < 0.25, -1.0, 1.0) if signed else 1.0
    start = keep * sign * rng.uniform(0.1, 10.0, (m, n))
    target = start * rng.uniform(0.3, 3.0, (m, n))
    return start, target.sum(axis=1), target.sum(axis=0)


def margins(start, u, v, row_error=0.0, column_error=0.0):
    rows = Totals.rows(start.shape, u, row_error, [f"r{i}" for i in range(len(u))])
    return Totals.join(rows, Totals.columns(start.shape, v, column_error, [f"c{j}" for j in range(len(v))]))


@many
@given(seed=seeds, m=sizes, n=sizes)
def test_with_hard_margins_it_is_gras(seed, m, n):
    start, u, v = pattern(seed, m, n)
    fit = soft_balance(start, margins(start, u, v))
    np.testing.assert_allclose(fit.cells, gras(start, u, v, tol=1e-12).matrix, rtol=1e-6, atol=1e-8)


@many
@given(seed=seeds, m=sizes, n=sizes)
def test_it_tends_to_gras_as_consistent_totals_become_sure(seed, m, n):
    start, u, v = pattern(seed, m, n)
    exact = gras(start, u, v, tol=1e-12).matrix
    apart = [np.abs(soft_balance(start, margins(start, u, v, e, e)).cells - exact).max() for e in (1e-1, 1e-3, 1e-6)]
    assert apart[2] <= 1e-4 * np.abs(exact).max()
    assert apart[2] <= apart[0] + 1e-9


@many
@given(seed=seeds, m=sizes, n=sizes, row_error=st.floats(0.001, 0.3))
def test_hard_margins_met_signs_and_zeros_kept(seed, m, n, row_error):
    start, u, v = pattern(seed, m, n)
    fit = soft_balance(start, margins(start, u * 1.1, v, row_error=row_error))
    gross = np.abs(fit.cells).sum(axis=0) + np.abs(v)
    assert (np.abs(fit.cells.sum(axis=0) - v) <= 1e-10 * gross + 1e-12).all()
    assert (fit.cells * start >= 0).all()
    assert (fit.cells[start == 0] == 0).all()


@many
@given(seed=seeds, m=sizes, n=sizes, unit=st.sampled_from([1e-4, 1e4, 1e9]), error=st.floats(0.01, 0.3))
def test_the_unit_of_money_does_not_matter(seed, m, n, unit, error):
    start, u, v = pattern(seed, m, n)
    plain = soft_balance(start, margins(start, u, v, error, 2 * error)).cells
    scaled = soft_balance(start * unit, margins(start, u * unit, v * unit, error, 2 * error)).cells
    np.testing.assert_allclose(scaled, plain * unit, rtol=1e-6, atol=1e-8 * unit)


@many
@given(seed=seeds, m=sizes, n=sizes, k=st.integers(0, 1))
def test_a_total_deviates_less_the_more_reliable_it_is(seed, m, n, k):
    start, u, v = pattern(seed, m, n, signed=False, density=1.0)
    gaps = []
    for error in (0.2, 0.05, 0.01, 0.001):
        errors = np.full(m, 0.05)
        errors[k] = error
        fit = soft_balance(start, margins(start, u * 1.3, v, errors, 0.05))
        gaps.append(abs(fit.report["achieved"][k] - fit.report["target"][k]))
    assert (np.diff(gaps) <= 1e-9 * u.max()).all()


@many
@given(seed=seeds, first=st.floats(0.005, 0.2), second=st.floats(0.005, 0.2), apart=st.floats(0.5, 2.0))
def test_sources_that_disagree_meet_where_their_reliabilities_say(seed, first, second, apart):
    start = np.random.default_rng(seed).uniform(1.0, 10.0, (3, 3))
    total = start.sum()
    both = csr_array(np.ones((2, 9)))
    said = np.array([total, total * apart])
    fit = soft_balance(start, Totals.of(both, said, [first, second]), cell_error=100.0)
    weight = 1.0 / (said * np.array([first, second])) ** 2
    assert fit.cells.sum() == pytest.approx((weight @ said) / weight.sum(), rel=1e-3)
    # Deviations balance: each pulls with its weight, in opposite directions.
    d = fit.report["deviation"] * np.sqrt(weight)
    assert abs(d.sum()) <= 1e-2 * np.abs(d).sum() + 1e-9


@pytest.mark.parametrize("error", [0.02, 0.1, 0.3])
def test_seed_and_total_are_weighed_by_their_standard_errors(error):
    """Two statements about one cell, 100 and 101: the fit is their mean with inverse variances as weights."""
    fit = soft_balance(np.array([100.0]), Totals.of(np.ones((1, 1)), [101.0], [0.1]), cell_error=error)
    seed, total = (100.0 * error) ** -2, (101.0 * 0.1) ** -2
    assert fit.cells[0] == pytest.approx((100.0 * seed + 101.0 * total) / (seed + total), abs=0.01)


def test_the_report_says_deviation_in_standard_errors():
    start = np.array([[4.0, 6.0]])
    totals = Totals.of(np.ones((2, 2)), [12.0, 20.0], [0.1, 0.05], ["bureau", "customs"], ["A", "B"])
    report = soft_balance(start, totals).report
    assert list(report["name"]) == ["bureau", "customs"]
    assert list(report["source"]) == ["A", "B"]
    np.testing.assert_allclose(report["standard_error"], [1.2, 1.0])
    gap = report["achieved"] - report["target"]
    np.testing.assert_allclose(report["deviation"], gap / report["standard_error"])
    assert report["deviation"][0] > 0 > report["deviation"][1]


def test_a_cell_without_freedom_stays():
    start = np.array([[1.0, 2.0], [3.0, 4.0]])
    free = np.array([[1.0, 0.0], [1.0, 1.0]])
    fit = soft_balance(start, margins(start, [6.0, 4.0], [5.0, 5.0]), freedom=free)
    assert fit.cells[0, 1] == 2.0
    np.testing.assert_allclose(fit.cells, [[4.0, 2.0], [1.0, 3.0]], rtol=1e-9)


def test_aggregates_of_cells_can_be_known():
    start = np.ones((3, 3))
    corner = np.zeros((1, 3, 3))
    corner[0, :2, :2] = 1.0
    fit = soft_balance(start, Totals.join(margins(start, [3.0] * 3, [3.0] * 3), Totals.of(corner, [5.0])))
    assert fit.cells[:2, :2].sum() == pytest.approx(5.0)
    np.testing.assert_allclose(fit.cells.sum(axis=1), 3.0)


def test_a_hard_zero_empties_its_cells():
    start = np.ones((2, 2))
    fit = soft_balance(start, margins(start, [0.0, 2.0], [1.0, 1.0]))
    np.testing.assert_allclose(fit.cells, [[0.0, 0.0], [1.0, 1.0]])


def test_blocks_that_share_no_total_are_independent():
    start, u, v = pattern(1, 3, 4)
    alone = soft_balance(start, margins(start, u, v, 0.05)).cells
    pair = np.stack([start, start * 7.0])
    single = margins(start, u, v, 0.05)
    first = csr_array(np.hstack([single.members.toarray(), np.zeros((7, 12))]))
    second = csr_array(np.hstack([np.zeros((7, 12)), single.members.toarray()]))
    both = Totals.join(
        Totals.of(first, single.targets, single.reliability), Totals.of(second, single.targets * 7, single.reliability)
    )
    fit = soft_balance(pair, both)
    np.testing.assert_allclose(fit.cells[0], alone, rtol=1e-8)
    np.testing.assert_allclose(fit.cells[1], 7.0 * alone, rtol=1e-8)


def test_hard_totals_in_conflict_are_named():
    start = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    with pytest.raises(HaiheError) as caught:
        soft_balance(start, margins(start, [5.0, 1.0, 2.0], [3.0, 2.0, 3.0]))
    finding = caught.value.findings[0]
    assert finding.code == "E-ACC-60"
    # Row 0 wants 5 through a column of 3; the same seen from the other side: rows 1 and 2 cannot fill columns 1 and 2.
    assert set(finding.values["names"].split(", ")) in ({"r0", "c0"}, {"r1", "r2", "c1", "c2"})
    assert float(finding.values["value"]) == pytest.approx(2.0)


def test_the_same_conflict_made_soft_is_settled():
    start = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    errors = np.array([0.1, 0.0, 0.0])
    totals = margins(start, [5.0, 1.0, 4.0], [3.0, 2.0, 2.0], errors)
    fit = soft_balance(start, totals)
    np.testing.assert_allclose(fit.cells.sum(axis=0), [3.0, 2.0, 2.0], rtol=1e-9)
    assert fit.report["deviation"][0] == pytest.approx((2.0 - 5.0) / 0.5)


def test_two_hard_sources_that_disagree_are_both_named():
    totals = Totals.of(np.ones((2, 4)), [10.0, 11.0], 0.0, ["yearbook", "communique"])
    with pytest.raises(HaiheError, match="yearbook, communique"):
        soft_balance(np.ones(4), totals)


def test_giving_up_says_so():
    start, u, v = pattern(3, 5, 5, signed=False)
    with pytest.raises(HaiheError) as caught:
        soft_balance(start, margins(start, u * 50, v * 50), max_iterations=1)
    assert caught.value.findings[0].code == "E-ACC-61"


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_no_unit_makes_a_conflict_or_hides_one(unit):
    start, u, v = pattern(3, 5, 5, signed=False)
    with pytest.raises(HaiheError) as slow:
        soft_balance(start * unit, margins(start, u * unit * 50, v * unit * 50), max_iterations=1)
    assert slow.value.findings[0].code == "E-ACC-61"
    with pytest.raises(HaiheError) as conflict:
        soft_balance(np.full(4, unit), Totals.of(np.ones((2, 4)), [10.0 * unit, 11.0 * unit], 0.0))
    assert conflict.value.findings[0].code == "E-ACC-60"


def test_steps_are_counted_from_none():
    start = np.array([[1.0, 2.0], [3.0, 4.0]])
    met = soft_balance(start, margins(start, start.sum(axis=1), start.sum(axis=0)))
    assert met.iterations == 0
    assert met.residual == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_array_equal(met.cells, start)
    moved = soft_balance(np.ones(1), Totals.of(np.ones((1, 1)), [1.0 + 1e-9]))
    assert moved.iterations == 1  # so near, one step of Newton is enough


@pytest.mark.parametrize(("value", "error"), [(np.nan, 0.1), (1.0, -0.1), (1.0, np.inf)])
def test_unusable_totals_are_refused(value, error):
    with pytest.raises(HaiheError) as caught:
        Totals.of(np.ones((1, 2)), [value], [error], ["GDP"])
    assert caught.value.findings[0].code == "E-ACC-62"


def test_totals_over_other_cells_are_refused():
    with pytest.raises(HaiheError) as caught:
        soft_balance(np.ones((2, 2)), Totals.of(np.ones((1, 3)), [1.0]))
    assert caught.value.findings[0].code == "E-ACC-11"
