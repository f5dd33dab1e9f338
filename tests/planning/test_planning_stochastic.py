"""One choice for several scenarios: what trying every choice gives; what knowing and planning are worth is never below 0."""

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from stochastic_cases import WEIGHTS, Futures, futures

from haihe.messages import HaiheError
from haihe.planning import risk as risk_room
from haihe.planning import stochastic, stochastic_choice
from haihe.planning.program import Program
from haihe.planning.risk import KINDS, Kind, Risk, define_risk
from haihe.planning.solver import Session
from haihe.planning.stochastic_choice import Decided, decide_for_all
from haihe.planning.stochastic_rounds import Found, StochasticRounds

pytestmark = pytest.mark.slow
ALPHA = 0.7
EXACT = 1e-6
case = cache(futures)


def now_of(known: Futures, until: int | None) -> Any:
    start = known.grown.spec.start
    return np.ones(start.size, dtype=bool) if until is None else start <= start.min() + until


@cache
def decided(seed: int, kind: Kind, until: int | None, n: int = 4) -> Decided:
    known = case(seed, n)
    return decide_for_all(known.scenes(), WEIGHTS, kind=kind, alpha=ALPHA, now=now_of(known, until))


def brute(known: Futures, kind: Kind, until: int | None) -> float:
    """The least measure over all ways to decide now."""
    ways = known.least(now_of(known, until))
    measure = Risk(kind, WEIGHTS, ALPHA, known.costs.min(axis=0))
    return min(measure.of(costs) for costs in ways)


def check(seed: int, kind: Kind, until: int | None, n: int = 4) -> None:
    known, d = case(seed, n), decided(seed, kind, until, n)
    assert d.found.value == pytest.approx(brute(known, kind, until), abs=EXACT)
    assert d.found.gap <= EXACT
    np.testing.assert_allclose(d.own, known.costs.min(axis=0), atol=EXACT)
    ways = {z.tobytes(): k for k, z in enumerate(known.choices)}
    for s, z in enumerate(d.found.choices):
        assert d.found.costs[s] == pytest.approx(known.costs[ways[z.tobytes()], s], abs=EXACT)
        np.testing.assert_array_equal(z[d.now], d.found.choices[0][d.now])


@pytest.mark.parametrize(("seed", "kind", "until"), [*product((0, 1), KINDS, (None,)), *product((0,), KINDS, (0,))])
def test_the_choice_is_the_best_of_all(seed: int, kind: Kind, until: int | None) -> None:
    check(seed, kind, until)


@pytest.mark.endure
@pytest.mark.parametrize(("seed", "kind", "until"), list(product(range(2, 5), KINDS, (None, 0))))
def test_more_choices_are_the_best_of_all(seed: int, kind: Kind, until: int | None) -> None:
    check(seed, kind, until, n=5)


@pytest.mark.parametrize("kind", KINDS)
def test_knowing_and_planning_are_worth_something(kind: Kind) -> None:
    for seed in (0, 1):
        d = decided(seed, kind, None)
        assert d.evpi >= 0
        assert d.vss >= 0
        assert (d.regrets(d.found.costs) >= 0).all()
        assert d.measure("cvar", d.found.costs) >= d.measure("expected", d.found.costs) - 1e-12
        for each in d.alone:
            own = d.names.index(each.name)
            assert each.costs[own] == pytest.approx(d.own[own], abs=EXACT)
            assert d.risk.of(each.costs) >= d.found.value
    regret, mean = decided(0, "regret", None), decided(0, "expected", None)
    assert regret.measure("regret", regret.found.costs) <= mean.measure("regret", mean.found.costs) + EXACT
    assert mean.measure("expected", mean.found.costs) <= regret.measure("expected", regret.found.costs) + EXACT


def find_roughly(known: Futures, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rounds of a single scenario end with the worst choice that is possible; their bound stays honest."""
    real = StochasticRounds.run

    def run(rounds: StochasticRounds, *given: Any) -> Found:
        found = real(rounds, *given)
        if len(rounds.scenes) > 1:
            return found
        (scene,), fixed, now = rounds.scenes, rounds.fixed, rounds.now
        costs = known.costs[:, list(known.scenarios).index(scene.name)]
        same = [fixed is None or (z[now] == fixed[now]).all() for z in known.choices]
        z = known.choices[int(np.where(same & np.isfinite(costs), costs, -np.inf).argmax())]
        cost = scene.cost(z)
        if fixed is None:
            scene.known = {z.tobytes(): cost}
        return replace(found, choices=[z], costs=np.array([cost]), value=cost)

    monkeypatch.setattr(StochasticRounds, "run", run)
    monkeypatch.setattr(stochastic_choice, "AGAIN", 1)


@pytest.mark.parametrize(("kind", "until"), [*product(KINDS, (None, 0))])
def test_rough_choices_make_ranges_wide_and_no_value_negative(
    kind: Kind, until: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = case(0)
    now, own = now_of(known, until), known.costs.min(axis=0)
    find_roughly(known, monkeypatch)
    d = decide_for_all(known.scenes(), WEIGHTS, kind=kind, alpha=ALPHA, now=now)
    assert d.evpi >= 0
    assert d.vss >= 0
    assert (d.regrets(d.found.costs) >= 0).all()
    assert d.found.value == d.risk.of(d.found.costs)
    measure = Risk(kind, WEIGHTS, ALPHA, own)
    same = [(z[now] == d.central.choice[now]).all() for z in known.choices]
    best, centre, perfect = brute(known, kind, until), measure.of(known.costs[same].min(axis=0)), measure.of(own)
    truth = {"measure": best, "perfect": perfect, "evpi": best - perfect, "central": centre, "vss": centre - best}
    for what, (value, low, high) in d.ranges.items():
        assert low - EXACT <= truth[what] <= high + EXACT, what
        assert low - EXACT <= value <= high + EXACT, what


@pytest.mark.parametrize("kind", KINDS)
def test_deciding_later_never_costs_more(kind: Kind) -> None:
    all_now, some, none = (decided(0, kind, until) for until in (None, 0, -1))
    assert none.found.value <= some.found.value + EXACT
    assert some.found.value <= all_now.found.value + EXACT
    assert none.evpi == pytest.approx(0.0, abs=EXACT)


@pytest.mark.parametrize("kind", ["expected", "cvar"])
def test_one_scenario_is_the_plan_of_that_scenario(kind: Kind) -> None:
    known = case(1, 4, ("middle",))
    d = decide_for_all(known.scenes(), np.ones(1), kind=kind)
    alone = Futures(known.grown, known.scenarios)
    assert d.found.value == pytest.approx(alone.costs.min(), abs=EXACT)
    assert d.evpi == pytest.approx(0.0, abs=EXACT)
    assert d.vss == pytest.approx(0.0, abs=EXACT)
    assert decide_for_all(known.scenes(), np.ones(1), kind="regret").found.value == pytest.approx(0.0, abs=EXACT)


def test_a_weight_of_nearly_one_gives_the_choice_of_that_scenario() -> None:
    known = case(0)
    d = decide_for_all(known.scenes(), np.array([1e-7, 1e-7, 1.0]))
    assert d.found.costs[2] == pytest.approx(d.own[2], abs=1e-4)


@pytest.mark.parametrize("broken", ["slope", "tie", "risk"])
def test_a_broken_model_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    decided.cache_clear()
    if broken == "slope":
        real = stochastic.Scene.learn

        def flat(scene: Any, z: Any) -> float:
            cost = real(scene, z)
            scene.cuts[-1].slope[:] *= 0.5
            return cost

        monkeypatch.setattr(stochastic.Scene, "learn", flat)
    elif broken == "tie":
        monkeypatch.setattr(stochastic.Joint, "_tie", lambda *_: None)
        monkeypatch.setattr(stochastic, "_parts", lambda scenes, now: list(range(len(scenes))))
    else:
        monkeypatch.setattr(
            stochastic, "define_risk", lambda p, r, c, n: define_risk(p, Risk("expected", r.weights), c, n)
        )
    try:
        with pytest.raises((AssertionError, KeyError)):
            check(0, "regret", None)
    finally:
        decided.cache_clear()


def test_a_choice_that_an_economy_cannot_bear_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    known = case(0)
    best = decided(0, "expected", None).found.choices[0]
    scenes = known.scenes()
    real = scenes[0].valuer.cut

    def cut(z: Any) -> Any:
        if (z == best).all():
            raise HaiheError("E-PLN-02")
        return real(z)

    monkeypatch.setattr(scenes[0].valuer, "cut", cut)
    d = decide_for_all(scenes, WEIGHTS)
    allowed = [k for k, z in enumerate(known.choices) if (z != best).any()]
    assert d.found.value == pytest.approx((known.costs[allowed] @ WEIGHTS).min(), abs=EXACT)


SIZES = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(-50.0, 50.0), min_size=n, max_size=n), st.lists(st.floats(0.05, 1.0), min_size=n, max_size=n)
    )
)


@settings(max_examples=60)
@given(sizes=SIZES, alpha=st.floats(0.0, 0.97))
def test_measures_are_what_their_programs_give(sizes: Any, alpha: float) -> None:
    costs, weights = np.array(sizes[0]), np.array(sizes[1]) / np.sum(sizes[1])
    n, own = costs.size, costs - np.linspace(0.0, 3.0, costs.size)
    cvar = linprog(
        np.concatenate([[1.0], weights / (1 - alpha)]),
        A_ub=-np.column_stack([np.ones(n), np.eye(n)]),
        b_ub=-costs,
        bounds=[(None, None), *[(0, None)] * n],
    ).fun
    wanted: dict[Kind, float] = {"expected": weights @ costs, "cvar": cvar, "regret": (costs - own).max()}
    assert Risk("cvar", weights, 0.0).of(costs) == pytest.approx(wanted["expected"], abs=1e-9)
    assert cvar >= wanted["expected"] - 1e-7
    for kind, value in wanted.items():
        risk = Risk(kind, weights, alpha, own)
        assert risk.of(costs) == pytest.approx(value, abs=1e-6)
        assert risk.of(np.where(np.arange(n) == 0, np.inf, costs)) == np.inf
        program = Program()
        names = tuple(map(str, range(n)))
        columns = program.columns("c", {"scenario": names}, lower=costs, upper=costs, unit="bn yuan")
        risk_room.define_risk(program, risk, columns, names)
        assert Session(program).solve().objective == pytest.approx(value, abs=1e-6)
