"""The reference path: balanced by the least change, and the optimum of the plan whatever it is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.reference import Demand, balance, capacity_path, constant, follow
from plan_cases import synthetic, with_growth, with_partners
from plan_checks import p1_reference

PARTS = ("households", "exports", "imports", "outflow", "inflow", "flows")


def seeds_of(seed: int, R: int = 2, n: int = 2, T: int = 2) -> tuple[Demand, np.ndarray]:
    rng = np.random.default_rng(seed)
    flows = rng.uniform(0.5, 3.0, (R, R, n, T)) * (1 - np.eye(R))[:, :, None, None]
    shape = (R, n, T)
    demand = Demand(
        rng.uniform(1, 9, shape), rng.uniform(0, 4, (2, *shape)), rng.uniform(0, 4, (2, *shape)),
        rng.uniform(0, 2, shape), rng.uniform(0.1, 2, shape), flows, rng.uniform(-1, 3, shape),
    )  # fmt: skip
    return demand, demand.net() + rng.uniform(-4, 4, shape)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), R=st.integers(1, 4))
def test_balanced_demand_meets_what_is_asked_and_keeps_every_sign(seed: int, R: int) -> None:
    seeds, asked = seeds_of(seed, R)
    moved = balance(seeds, asked)
    np.testing.assert_allclose(moved.net(), asked, atol=1e-9 * (1 + np.abs(asked).max()))
    for name in PARTS:
        before, after = getattr(seeds, name), getattr(moved, name)
        assert ((before > 0) == (after > 0)).all()
    np.testing.assert_array_equal(moved.fixed, seeds.fixed)


def test_the_change_is_the_least_one() -> None:
    """A general minimiser finds nothing nearer to the seeds (one product, one year, two regions)."""
    seeds, asked = seeds_of(4, n=1, T=1)
    moved = balance(seeds, asked)
    first = np.concatenate([getattr(seeds, name).ravel() for name in PARTS])
    ours = np.concatenate([getattr(moved, name).ravel() for name in PARTS])
    there = first > 0

    def unpacked(v: np.ndarray) -> Demand:
        full = np.zeros_like(first)
        full[there] = v
        cuts = np.cumsum([getattr(seeds, name).size for name in PARTS])[:-1]
        parts = [p.reshape(getattr(seeds, name).shape) for p, name in zip(np.split(full, cuts), PARTS, strict=True)]
        return replace(seeds, **dict(zip(PARTS, parts, strict=True)))

    def away(v: np.ndarray) -> float:
        return float((v * np.log(v / first[there]) - v + first[there]).sum())

    found = minimize(
        away, first[there], bounds=[(1e-9, None)] * int(there.sum()), method="SLSQP",
        constraints={"type": "eq", "fun": lambda v: (unpacked(v).net() - asked).ravel()},
        options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    assert found.success
    np.testing.assert_allclose(ours[there], found.x, rtol=2e-4, atol=2e-4)


def economy() -> Economy:
    return synthetic(2).build().economy


def test_a_uniform_path_changes_nothing() -> None:
    e = economy()
    flat = synthetic(2)
    grown = replace(flat, growth=np.zeros_like(flat.intensity)).build().economy
    for name in (*PARTS, "fixed", "output", "capacity", "investment"):
        np.testing.assert_array_equal(getattr(e, name), getattr(grown, name), err_msg=name)


def test_a_path_that_grows_all_alike_scales_everything() -> None:
    e = economy()
    parts = {name: getattr(e, name)[..., 0] for name in PARTS}
    spent = e.mix * (e.kappa * e.investment[..., 0]).sum(axis=1, keepdims=True)
    now = constant(Demand(**parts, fixed=e.fixed[..., 0] + spent), 3)
    path = np.broadcast_to([1.0, 1.2, 0.9], (*e.wages.shape, 3))
    moved = follow(now, e.output[..., 0], path, e.a0, 1 - e.a0.sum(axis=1))
    for name in PARTS:
        np.testing.assert_allclose(getattr(moved, name), getattr(now, name) * [1.0, 1.2, 0.9], rtol=1e-9)


def test_a_path_without_any_outlet_is_refused() -> None:
    seeds, asked = seeds_of(1, R=1, n=1, T=1)
    none = replace(seeds, **{name: np.zeros_like(getattr(seeds, name)) for name in PARTS})
    with pytest.raises(HaiheError) as caught:
        balance(none, asked + 10)
    assert caught.value.findings[0].code == "E-PLN-24"


@given(st.lists(st.floats(0.3, 1.7), min_size=2, max_size=6))
def test_capacity_is_enough_and_is_what_was_left_and_built(path: list[float]) -> None:
    s = Assumptions(first_year=2026, last_year=2026 + 2 * (len(path) - 1), step=2)
    output = 10 * np.array(path)[None, None, :]
    stock, built = capacity_path(output, s)
    assert (stock >= output).all()
    assert (built >= 0).all()
    h, g, d = s.steps[:-1], s.growth_steps[:-1], s.depreciation_steps[:-1]
    np.testing.assert_allclose((1 + g) * stock[..., 1:], (1 - d) * stock[..., :-1] + h * built[..., :-1], rtol=1e-12)
    idle = stock[..., 1:] > output[..., 1:] * (1 + 1e-9)
    assert (built[..., :-1][idle] == 0).all()


def test_the_reference_is_no_optimum_where_idle_capacity_is_taken_to_earn(monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_growth(with_partners(synthetic(2)))
    p1_reference(case)
    monkeypatch.setattr(Economy, "idle", property(lambda e: np.zeros(e.output.shape, dtype=bool)))
    with pytest.raises(AssertionError, match=r"moves|prices"):
        p1_reference(case)
