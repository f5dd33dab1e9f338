"""The hindcast 2012 to 2017: what its page says is what is measured, and no way knows more than its set."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from haihe.accounts import Accounts

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(scope="module")
def scripts():
    """The script and its table of the design."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return importlib.import_module("evaluate_hindcast"), importlib.import_module("hindcast_accounts")
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def script(scripts):
    return scripts[0]


@pytest.fixture(scope="module")
def least_change(scripts):
    return scripts[1].least_change


@pytest.fixture(scope="module")
def cases(script, reference):
    return script.read_cases(reference)


@pytest.fixture(scope="module")
def case(cases):
    return cases[0]


@pytest.fixture(scope="module")
def measured(script, reference):
    return script.measure(reference)


def members(errors, name, script):
    return [*errors.loc[script.MEMBERS, name], errors[name].median()]


def test_h1_shift_share_is_off_as_the_design_measured(measured, script):
    np.testing.assert_allclose(members(measured["b"], script.REST, script), [21.0, 20.5, 15.6, 20.5], atol=0.2)
    np.testing.assert_allclose(members(measured["a"], script.BASE_A[0], script), [33.3, 30.3, 31.3, 27.9], atol=0.2)
    np.testing.assert_allclose(members(measured["a"], script.BASE_A[1], script), [32.6, 27.5, 30.6, 27.5], atol=0.2)


def test_the_table_of_the_design_is_reproduced(measured, script):
    far = dict(zip(script.DESIGN, script.differences(measured), strict=True))
    exact = [name for name in far if not name.startswith("soft core")]
    assert len(exact) == 6
    assert max(far[name] for name in exact) < 0.1
    assert max(far[name] for name in far if name not in exact and script.DESIGN[name]) < 1.0


def test_h2_the_page_shows_uniform_growth_and_shift_share_in_every_set(measured, script):
    page = script.TARGET.read_text(encoding="utf-8")
    assert page == script.document(measured), "run scripts/evaluate_hindcast.py"
    for part in ("## Set (a)", "## Set (b)", "## The same in a second period", "## What input-output", "## Every"):
        section = page.split(part)[1].split("\n## ")[0]
        assert "uniform" in section
        assert "shift-share" in section


def test_h3_skill_is_claimed_only_where_most_provinces_improve(measured, script):
    for errors, against in (
        (measured["a"], script.against_a()),
        (measured["b"], script.against_own(script.SET_B)),
    ):
        good = script.skilled(errors, against)
        for name, bases in against.items():
            shares = [(errors[name] < errors[base]).mean() for base in bases]
            assert (name in good) == (bool(bases) and min(shares) >= 0.6)
    assert list(script.SET_A)[-1] in script.skilled(measured["a"], script.against_a())
    assert script.skilled(measured["b"], script.against_own(script.SET_B)) == []


def test_h3_a_way_is_held_against_what_knows_the_same(script):
    assert all(bases == script.BASE_A for name, bases in script.against_a().items() if name not in script.BASE_A)
    own = {name for name, (_, base) in script.SET_B.items() if base == script.ALL}
    assert own == {name for name in script.SET_B if "both margins" in name}


def scrambled(truth: Accounts, rows: list[int], seed: int = 1) -> Accounts:
    """Deal the output and value added of some provinces to other sectors; their GDP stays."""
    output, added = truth.output.copy(), truth.added.copy()
    rng = np.random.default_rng(seed)
    for r in rows:
        order = rng.permutation(output.shape[1])
        output[r], added[r] = output[r, order], added[r][:, order]
    return replace(truth, output=output, added=added)


def rebuilt(script, case, truth):
    made = script.case_of(case.known.first, case.known.then, truth)
    known = {name: getattr(made.known, name) for name in ("first", "then", "gdp", "elsewhere", "whole", "added")}
    return replace(made, known=replace(case.known, **known))


def test_no_way_of_set_a_knows_the_sectors_of_the_truth(script, case):
    other = rebuilt(script, case, scrambled(case.truth, list(range(len(case.truth.regions)))))
    assert not hasattr(case.dated, "whole")
    for name, way in script.SET_A.items():
        np.testing.assert_allclose(way(other.dated), way(case.dated), rtol=1e-9, err_msg=name)


def test_no_way_beside_the_rest_of_the_nation_knows_the_own_table(script, case):
    r = case.truth.regions.index("Tianjin")
    other = rebuilt(script, case, scrambled(case.truth, [r]))
    for name, (way, base) in script.SET_B.items():
        before, after = way(case.known)[r], way(other.known)[r]
        if script.REST in (name, base):
            np.testing.assert_allclose(after, before, rtol=1e-9, err_msg=name)
        else:
            assert np.abs(after / before - 1).max() > 1e-3, name


def test_every_way_meets_the_province_totals(script, case):
    before, gdp = case.known.before, case.known.gdp
    for name, way in (*script.SET_A.items(), *((name, way) for name, (way, _) in script.SET_B.items())):
        made = (before * way(case.known)).sum(axis=1)
        amount = before * case.known.added_share if "scaled by value added" in name else before
        reached = (amount * way(case.known)).sum(axis=1) / amount.sum(axis=1)
        if name != "both margins (RAS) of output":
            np.testing.assert_allclose(reached, gdp, rtol=1e-9, err_msg=name)
        assert (made > 0).all()


def test_the_tables_of_2007_have_the_same_sectors_and_balance(case):
    first, then = case.known.first, case.known.then
    assert first.sectors == then.sectors
    assert len(first.regions) == 30
    assert np.abs(first.row_balance).sum() / first.output.sum() < 1e-6


def test_the_kernel_is_the_optimum_of_its_quadratic_program(least_change):
    rng = np.random.default_rng(3)
    n, answers = 3, (0.3, 2.0)
    made, sold, bought = rng.uniform(1, 5, n), rng.uniform(0.5, 2, n), rng.uniform(0.5, 2, n)
    system = np.eye(n) - rng.uniform(0, 0.25, (n, n))
    demand = system @ made + bought - sold + rng.uniform(-0.3, 0.3, n)
    start = np.concatenate([made, sold, bought])
    weight = np.concatenate([np.full(n, answers[0]), np.full(2 * n, answers[1])]) * start
    found = minimize(
        lambda v: ((v - start) ** 2 / (2 * weight)).sum(),
        start,
        jac=lambda v: (v - start) / weight,
        constraints={
            "type": "eq",
            "fun": lambda v: system @ v[:n] + v[2 * n :] - v[n : 2 * n] - demand,
            "jac": lambda _: np.hstack([system, -np.eye(n), np.eye(n)]),
        },
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 200},
    )
    ours = least_change(made[None], sold[None], bought[None], system[None], demand[None], answers)[0]
    np.testing.assert_allclose(ours, found.x[:n], rtol=1e-5)
    assert np.abs(ours - made).max() > 1e-3


def test_a_kernel_that_balances_already_stays_at_its_reference(least_change):
    rng = np.random.default_rng(5)
    made, trade = rng.uniform(1, 5, (2, 4)), rng.uniform(0.5, 2, (2, 2, 4))
    system = np.eye(4) - rng.uniform(0, 0.2, (2, 4, 4))
    demand = (system @ made[..., None])[..., 0] + trade[0] - trade[1]
    np.testing.assert_allclose(least_change(made, trade[1], trade[0], system, demand, (0.5, 1.0)), made)


def test_the_error_is_counted_as_it_says(script):
    truth, found = np.array([[4.0, 6.0]]), np.array([[5.0, 5.0]])
    assert script.wmape(truth, found) == pytest.approx([20.0])
