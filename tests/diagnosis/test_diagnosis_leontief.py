"""The Leontief object: solves against the inverse by brute force, identities, diagnostics, and what it refuses."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import made

import haihe as hh
from haihe.accounts import InterregionalTable
from haihe.diagnosis import (
    Ghosh,
    Leontief,
    cost_push,
    domestic_coefficients,
    downstreamness,
    home_shares,
    input_coefficients,
    price_push,
    upstreamness,
)
from haihe.diagnosis.condition import largest_eigenvalue
from haihe.messages import HaiheError

many = settings(max_examples=40)
seeds = st.integers(0, 10**6)
shapes = st.lists(st.integers(1, 6), min_size=1, max_size=4)
precisions = st.sampled_from(["double", "single"])
orders = st.sampled_from(["C", "F"])


def refused(code: str, *words: str):
    """Expect an error of this code that says these words."""
    return pytest.raises(HaiheError, match=rf"(?s){code}" + "".join(f".*{re.escape(word)}" for word in words))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIHE_LANG", "en")


@many
@given(seed=seeds, shape=shapes, precision=precisions, order=orders)
def test_every_solve_is_that_of_the_inverse(seed, shape, precision, order):
    t = made(seed, shape)
    n = len(t.x)
    model = Leontief.from_flows(np.array(t.Z, order=order), t.x.to_numpy(), t.x.index, precision=precision)
    assert not model.raw.factored
    Y = np.random.default_rng(seed).uniform(-1.0, 5.0, (n, 3))
    np.testing.assert_allclose(model.output(Y), t.L @ Y, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.output(Y[:, 0]), t.L @ Y[:, 0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.multipliers(Y.T), Y.T @ t.L, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.inverse(), t.L, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.column_sums(), t.L.sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(model.row_sums(), t.L.sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(model.raw.inverse_diagonal(), np.diag(t.L), rtol=1e-10)
    np.testing.assert_allclose(model.A, t.a, rtol=1e-12)
    assert model.raw.factored
    assert model.precision == precision


def test_the_diagonal_of_the_inverse_with_exchanged_rows():
    rng = np.random.default_rng(5)
    B = rng.normal(size=(300, 300)) / 40
    B[:150] *= 30
    system = Leontief(B).raw
    np.testing.assert_allclose(system.inverse_diagonal(), np.diag(np.linalg.inv(np.eye(300) - B)), rtol=1e-8)
    assert (system._factors[1] != np.arange(300)).sum() > 100


@many
@given(seed=seeds, shape=shapes, precision=precisions)
def test_costs_are_fully_accounted_for(seed, shape, precision):
    """Σ v L = 1: all primary cost along the chain is the price."""
    t = made(seed, shape)
    model = t.model(precision=precision)
    v = t.v / t.x
    np.testing.assert_allclose(model.multipliers(v), 1.0, rtol=1e-11)
    np.testing.assert_allclose(model.prices(v.iloc[0]), 1.0, rtol=1e-11)
    np.testing.assert_allclose(model.output(t.Y).sum(axis=1), t.x, rtol=1e-11)


@many
@given(seed=seeds, shape=shapes)
def test_labels_decide_not_order(seed, shape):
    t = made(seed, shape)
    n = len(t.x)
    rng = np.random.default_rng(seed)
    mixed = [rng.permutation(n) for _ in range(4)]
    Z = t.Z.iloc[mixed[0], mixed[1]]
    model = Leontief.from_flows(Z, t.x.iloc[mixed[2]])
    assert list(model.labels) == list(t.x.index[mixed[0]])
    found = model.output(t.Y.iloc[mixed[3]])
    plain = t.model().output(t.Y)
    pd.testing.assert_frame_equal(found.loc[plain.index], plain, rtol=1e-10)
    S = t.v / t.x
    pd.testing.assert_frame_equal(
        model.multipliers(S[S.columns[mixed[3]]])[t.x.index], t.model().multipliers(S), rtol=1e-10
    )


@many
@given(seed=seeds, shape=shapes)
def test_ghosh_output_is_leontief_output(seed, shape):
    t = made(seed, shape)
    model = t.model()
    ghosh = Ghosh(model)
    pd.testing.assert_series_equal(ghosh.output(t.v.iloc[0]), t.x, check_names=False, rtol=1e-10)
    G = np.linalg.inv(np.eye(len(t.x)) - t.Z.to_numpy() / t.x.to_numpy()[:, None])
    np.testing.assert_allclose(ghosh.inverse(), G, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ghosh.B, t.Z.to_numpy() / t.x.to_numpy()[:, None], rtol=1e-12)
    S = np.random.default_rng(seed).random((2, len(t.x)))
    np.testing.assert_allclose(ghosh.multipliers(S), S @ G.T, rtol=1e-9, atol=1e-12)


@many
@given(seed=seeds, shape=shapes)
def test_stages_are_at_least_one_and_agree_in_total(seed, shape):
    t = made(seed, shape)
    up, down = upstreamness(t.model()), downstreamness(t.model())
    assert (up >= 1 - 1e-12).all()
    assert (down >= 1 - 1e-12).all()
    sold = t.Z.sum(axis=1) > 0
    bought = t.Z.sum(axis=0) > 0
    assert (up[sold] > 1).all()
    assert (down[bought] > 1).all()
    # Mean stages weighted by primary inputs and by final demand: both are total output.
    assert float(t.v.iloc[0] @ up) == pytest.approx(t.x.sum(), rel=1e-10)
    assert float(t.f @ down.to_numpy()) == pytest.approx(t.x.sum(), rel=1e-10)


@many
@given(seed=seeds, shape=shapes, count=st.integers(1, 3))
def test_prices_set_from_outside_are_those_of_the_smaller_system(seed, shape, count):
    t = made(seed, shape)
    n = len(t.x)
    rng = np.random.default_rng(seed)
    K = rng.permutation(n)[: min(count, n)]
    N = np.setdiff1d(np.arange(n), K)
    given_prices = pd.Series(rng.uniform(-0.5, 0.5, len(K)), index=t.x.index[K])
    found = price_push(t.model(), given_prices)
    np.testing.assert_allclose(found[t.x.index[K]], given_prices)
    small = np.linalg.inv(np.eye(len(N)) - t.a[np.ix_(N, N)])
    np.testing.assert_allclose(
        found.to_numpy()[N], given_prices.to_numpy() @ t.a[np.ix_(K, N)] @ small, rtol=1e-8, atol=1e-12
    )
    costs = pd.Series([0.1], index=t.x.index[K[:1]])
    np.testing.assert_allclose(cost_push(t.model(), costs), 0.1 * t.L[K[0]], rtol=1e-10, atol=1e-14)


@many
@given(seed=seeds, shape=shapes, precision=precisions, order=orders)
def test_the_series_gives_the_solution_without_the_factors(seed, shape, precision, order):
    t = made(seed, shape)
    Z = np.array(t.Z, order=order)
    model = Leontief.from_flows(Z, t.x.to_numpy(), t.x.index, precision=precision, method="series")
    np.testing.assert_allclose(model.output(t.Y), t.L @ t.Y.to_numpy(), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(model.output(t.f), t.x, rtol=1e-10, atol=1e-10)
    assert model.raw.residual(model.output(t.f), t.f) <= (1e-12 if precision == "double" else 1e-11)
    np.testing.assert_allclose(model.multipliers(t.v / t.x), 1.0, rtol=1e-10)
    np.testing.assert_allclose(model.column_sums(), t.L.sum(axis=0), rtol=1e-10)
    assert (model.output(np.zeros(len(t.x))) == 0).all()
    assert not model.raw.factored
    assert "series" in repr(model)
    whole = Leontief(t.a, t.x.index, precision=precision, method="series")
    np.testing.assert_allclose(whole.output(t.f), t.x, rtol=1e-10, atol=1e-10)


def test_the_series_takes_regions_in_any_order_and_one_sweep_for_each_alone():
    t = made(3, [4, 3, 5])
    mixed = np.random.default_rng(0).permutation(12)
    Z, x = t.Z.iloc[mixed, mixed], t.x.iloc[mixed]
    model = Leontief.from_flows(Z, x, method="series")
    pd.testing.assert_series_equal(model.output(t.Y.sum(axis=1)), x, check_names=False)
    apart = t.a.copy()
    region = np.asarray(t.x.index.get_level_values(0))
    apart[region[:, None] != region[None, :]] = 0.0
    alone = Leontief(apart, t.x.index, method="series")
    alone.output(np.ones(12))
    assert alone.raw.sweeps == [2]  # the second sees that the first was exact
    assert model.raw.sweeps[0] > 2


def test_the_series_says_when_it_does_not_come_there():
    turn = np.array([[0.0, -1.5], [1.5, 0.0]])
    labels = pd.MultiIndex.from_tuples([("a", "1"), ("b", "1")])
    with refused("E-DIA-04", "1.5"):
        Leontief(turn, labels, method="series").output(np.ones(2))
    near = Leontief(np.array([[0.0, 1 - 1e-9], [1 - 1e-9, 0.0]]), labels, method="series")
    with refused("E-DIA-07", "1e-13"):
        near.output(np.ones(2))
    with refused("E-DIA-04", "1.1"):
        Leontief(np.array([[0.5, 0.6], [0.6, 0.5]]), labels, method="series").output(np.ones(2))
    with refused("E-DIA-11", "0、1"):
        Leontief(turn, method="series")
    with refused("E-DIA-08", "magic", "series"):
        Leontief(turn, labels, method="magic")


@many
@given(seed=seeds, n=st.integers(1, 8), radius=st.floats(0.5, 1.5))
def test_an_economy_that_cannot_sustain_itself_is_refused(seed, n, radius):
    rng = np.random.default_rng(seed)
    A = rng.random((n, n)) + 0.01
    A *= radius / np.abs(np.linalg.eigvals(A)).max()
    model = Leontief(A, pd.Index([f"s{i}" for i in range(n)]))
    if abs(radius - 1) < 1e-6:
        return
    if radius > 1:
        with refused("E-DIA-04", "spectral radius", "s") as caught:
            model.output(np.ones(n))
        assert "—" not in caught.value.text("en")
    else:
        assert (model.row_sums() >= 1 - 1e-9).all()
        assert model.diagnostics().spectral_radius == pytest.approx(radius, rel=1e-6)


def test_the_sectors_that_consume_too_much_are_named_first():
    A = np.diag([0.1, 0.2, 0.3, 0.1])
    A[1, 1], A[0, 3] = 1.2, 5.0
    labels = pd.MultiIndex.from_tuples([("TJ", s) for s in ("coal", "steel", "cars", "trade")])
    with refused("E-DIA-04", "1.2", "TJ / steel") as caught:
        Leontief(A, labels).output(np.ones(4))
    assert "cars" not in caught.value.text("en")
    with refused("E-DIA-04", "is 1,"):
        Leontief(np.full((2, 2), 0.5)).column_sums()
    # A column above 1 alone is no reason: trade buys five of coal, and nobody buys trade.
    A[1, 1] = 0.2
    fine = Leontief(A, labels)
    assert list(fine.diagnostics().dear) == [("TJ", "trade")]
    assert (fine.row_sums() > 0).all()


def test_negative_coefficients_are_judged_by_their_eigenvalues():
    turning = Leontief(np.array([[0.5, -0.6], [0.6, 0.5]]))
    np.testing.assert_allclose(turning.inverse(), np.linalg.inv([[0.5, 0.6], [-0.6, 0.5]]))
    found = turning.diagnostics()
    assert (found.negative_coefficients, len(found.negative_solution)) == (1, 1)
    with refused("E-DIA-04"):
        Leontief(np.array([[0.5, -0.9], [0.9, 0.5]])).inverse()


def test_largest_eigenvalues_of_large_and_of_nilpotent_matrices():
    rng = np.random.default_rng(0)
    A = rng.random((150, 150)) * (rng.random((150, 150)) < 0.1)
    own = np.abs(np.linalg.eigvals(A)).max()
    assert largest_eigenvalue(lambda V: A @ V, 150) == pytest.approx(own, rel=1e-6)
    B = np.zeros((80, 80))
    B[0, 1], B[1, 2] = 3.0, 0.2
    assert largest_eigenvalue(lambda V: B @ V, 80) < 1e-3
    assert largest_eigenvalue(lambda V: V, 0) == 0.0


def test_diagnostics_of_a_sound_and_of_a_sick_table():
    t = made(4, [5, 3])
    found = t.model().diagnostics()
    assert found.residual < 1e-13
    assert found.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(t.a)).max())
    assert found.condition == pytest.approx(np.linalg.cond(np.eye(8) - t.a, 1), rel=1e-6)
    assert 14 < found.digits < 16
    for name in ("negative_coefficients", "dear", "zero_output", "negative_output", "negative_solution"):
        value = getattr(found, name)
        assert (value if isinstance(value, int) else len(value)) == 0
    near = Leontief(np.array([[1 - 1e-9]]))
    assert near.diagnostics().condition == pytest.approx(1.0)
    assert Leontief(np.array([[0.5, 0.5], [0.5, 0.5 - 1e-9]])).diagnostics().digits < 8
    frame = found.to_frame("zh")
    assert list(frame["name"])[:3] == ["residual", "spectral_radius", "condition"]
    assert frame["text"].str.contains("谱半径").any()
    assert not found.to_frame("en")["text"].str.contains("谱").any()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("precision", ["double", "single"])
def test_the_condition_estimate_does_not_depend_on_the_memory_order(order, precision):
    t = made(9, [6, 6])
    model = Leontief(np.array(t.a, order=order), precision=precision)
    assert model.diagnostics().condition == pytest.approx(np.linalg.cond(np.eye(12) - t.a, 1), rel=1e-3)


def test_sectors_without_output():
    """No output and no inputs: coefficients 0, nothing needed, nothing lost; inputs without output are refused."""
    t = made(1, [4, 3])
    idle = 2
    Z, x, Y = t.Z.copy(), t.x.copy(), t.Y.copy()
    Z.iloc[idle], Z.iloc[:, idle], Y.iloc[idle], x.iloc[idle] = 0.0, 0.0, 0.0, 0.0
    x = x * 0 + np.linalg.solve(np.eye(7) - _without(t.a, idle), Y.sum(axis=1))
    Z = pd.DataFrame(_without(t.a, idle) * x.to_numpy(), index=x.index, columns=x.index)
    model = Leontief.from_flows(Z, x)
    pd.testing.assert_series_equal(model.output(Y.sum(axis=1)), x, check_names=False)
    assert model.output(Y.sum(axis=1)).iloc[idle] == 0.0
    assert np.isnan(upstreamness(model).iloc[idle])
    assert upstreamness(model).drop(x.index[idle]).ge(1 - 1e-12).all()
    assert downstreamness(model).iloc[idle] == 1.0
    assert list(model.diagnostics().zero_output) == [x.index[idle]]
    ghosh = Ghosh(model)
    v = x - Z.sum()
    np.testing.assert_allclose(ghosh.output(v), x, atol=1e-12)
    assert (ghosh.B[idle] == 0).all()
    Z.iloc[0, idle] = 5.0
    with refused("E-DIA-05", "R0 / S02"):
        Leontief.from_flows(Z, x)
    assert (input_coefficients(Z.to_numpy(), x.to_numpy())[:, idle] == 0).all()
    accounts = hh.accounts_of(hh.example("jing-jin-ji"))
    output = accounts.output.copy()
    output[1, 4] = 0.0
    with refused("E-DIA-05", f"{accounts.regions[1]} / {accounts.sectors[4]}"):
        Leontief.of(replace(accounts, output=output))


def _without(A: np.ndarray, idle: int) -> np.ndarray:
    A = A.copy()
    A[idle], A[:, idle] = 0.0, 0.0
    return A


def test_disconnected_sectors_and_regions():
    A = np.zeros((4, 4))
    A[:2, :2] = [[0.1, 0.2], [0.3, 0.1]]
    model = Leontief(A)
    np.testing.assert_allclose(model.output(np.array([0.0, 0.0, 3.0, 4.0])), [0.0, 0.0, 3.0, 4.0])
    np.testing.assert_allclose(model.inverse(), np.linalg.inv(np.eye(4) - A))
    labels = pd.MultiIndex.from_product([["a", "b"], ["1", "2"]], names=["region", "sector"])
    np.testing.assert_allclose(Leontief(A, labels, method="series").output(np.ones(4)), model.output(np.ones(4)))
    assert len(Leontief(np.zeros((0, 0))).output(np.zeros(0))) == 0


def test_negative_output_is_shown():
    t = made(2, [3])
    x = t.x.copy()
    x.iloc[1] *= -1
    found = Leontief(t.a, t.x.index)
    found.x = x.to_numpy()
    assert list(found.diagnostics().negative_output) == [x.index[1]]


def test_of_an_interregional_table_is_the_whole_coupled_matrix():
    accounts = hh.accounts_of(hh.example("jing-jin-ji"))
    table = InterregionalTable.from_accounts(accounts)
    model = Leontief.of(table)
    assert model.labels.equals(table.index)
    np.testing.assert_allclose(model.A, table.coefficients, rtol=1e-12)
    demand = table.final.sum(axis=1) + table.exports + table.residual
    np.testing.assert_allclose(model.output(demand), table.output, rtol=1e-9, atol=table.output.max() * 1e-12)
    primary = np.vstack([table.added, table.imports[None]]).sum(axis=0) / table.output
    np.testing.assert_allclose(model.prices(primary), 1.0, rtol=1e-9)


def test_of_accounts_is_a_block_a_region_of_own_products():
    accounts = hh.accounts_of(hh.example("jing-jin-ji"))
    model = Leontief.of(accounts)
    n = len(accounts.sectors)
    A = model.A
    for r in range(len(accounts.regions)):
        A[r * n : (r + 1) * n, r * n : (r + 1) * n] = 0
    assert (A == 0).all()
    share = home_shares(accounts)
    own = (share[:, :, None] * accounts.final).sum(axis=2)
    sold = own + accounts.exports + accounts.outflow + accounts.flows_out + accounts.residual
    np.testing.assert_allclose(model.output(sold.ravel()), accounts.output.ravel(), rtol=1e-8)
    # Without trade it is the plain table.
    none = np.zeros_like(accounts.imports)
    closed = replace(accounts, imports=none, inflow=none, exports=none, outflow=none, flows=None)
    n = len(accounts.sectors)
    np.testing.assert_allclose(domestic_coefficients(closed)[:n, :n], closed.coefficients[0])
    # The home share of the coupled table is the same.
    coupled = InterregionalTable.from_accounts(accounts).coefficients
    np.testing.assert_allclose(domestic_coefficients(accounts)[:n, :n], coupled[:n, :n], atol=1e-12)


def test_what_it_refuses():
    t = made(0, [3, 2])
    with refused("E-DIA-01", "(2, 3)"):
        Leontief(np.ones((2, 3)))
    with refused("E-DIA-01", "(5, 5)", "(4, 4)"):
        Leontief(t.a, t.x.index[:4])
    with refused("E-DIA-03", "twice"):
        Leontief(np.zeros((2, 2)), pd.Index(["a", "a"]))
    bad = t.a.copy()
    bad[1, 3] = np.nan
    with refused("E-DIA-02", "A", "R0 / S01"):
        Leontief(bad, t.x.index)
    with refused("E-DIA-08", "half", "double"):
        Leontief(t.a, precision="half")
    model = t.model()
    with refused("E-DIA-03", "R1 / S01"):
        model.output(t.Y.iloc[:3])
    with refused("E-DIA-01"):
        model.output(np.ones(3))
    with refused("E-DIA-02", "R0 / S02"):
        model.output(np.array([1.0, 1.0, np.inf, 1.0, 1.0]))
    with refused("E-DIA-03", "x", "unexpected"):
        Leontief.from_flows(t.Z, t.x.set_axis(list("abcde")))
    with refused("E-DIA-06"):
        upstreamness(Leontief(t.a))
    with refused("E-DIA-09", "R9"):
        cost_push(model, pd.Series({("R9", "S00"): 1.0}))
    with refused("E-DIA-03", "twice"):
        price_push(model, pd.Series([1.0, 1.0], index=t.x.index[[0, 0]]))


def test_single_precision_says_when_it_does_not_do():
    A = np.array([[0.5, 0.5 - 1e-13], [0.5, 0.5 - 1e-13]])
    with refused("E-DIA-12", "single"):
        Leontief(A, precision="single").output(np.array([1.0, -1.0]))
    assert (Leontief(A).row_sums() > 1e12).all()
    n = 40
    rng = np.random.default_rng(0)
    A = rng.random((n, n))
    A *= (1 - 3e-8) / A.sum(axis=0)
    with refused("E-DIA-07", "1e-11"):
        Leontief(A, precision="single").output(np.ones(n))


def test_the_page_of_the_engine_runs():
    page = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "engine.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    names: dict[str, object] = {}
    exec(compile(code, "engine.md", "exec"), names)
    assert names["model"].raw.factored
