"""Money in few columns: the same optimum as the whole money, whole and in parts, with scarce credit and late payment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn_by
from hypothesis import settings
from hypothesis import strategies as st
from selection_cases import SITES, drawn

from haihe.planning import choosing, compact
from haihe.planning.choosing import Candidates, Cut
from haihe.planning.money import MoneySpec
from haihe.planning.projects import ProjectSpec
from money_cases import TIMES, spec_of
from money_cases import money_of as money_for


def case(seed: int, *, kinds: int = 0) -> tuple[ProjectSpec, MoneySpec, Any]:
    """Give projects whose support may come late, whose credit may run short, and of which one may have been started."""
    rng = np.random.default_rng(seed)
    spec, funds, worth = drawn(seed, 7, starts=2)
    spec = replace(spec, committed=np.arange(7) == 3, reference=(spec.project == 3) & _first(spec.project))
    years = len(funds.years) + 1
    fees = [(0.0, 0.005, 0.01), (0.004, 0.001, 0.02), (0.003, 0.003, 0.003), (0.0, 0.01, 0.005)][kinds]
    size = spec.project.size
    wide = {name: np.pad(getattr(funds, name), ((0, 0), (0, 1)), "edge") for name in ("budget", "promised", "matching")}
    funds = replace(
        funds,
        **wide,
        years=tuple(range(funds.years[0], funds.years[0] + years)),
        delay=1,
        advance=rng.uniform(0.0, 0.05, SITES),
        borrowing=rng.uniform(0.0, 0.1, SITES),
        credit=rng.uniform(0.2, 3.0, SITES),
        fee=np.tile(fees, (size, 1)) * rng.uniform(0.8, 1.2, (size, 1)),
        least=np.tile((0.2, 0.05, 0.0), (size, 1)),
        most=np.clip(np.tile((0.4, 0.6, 0.5), (size, 1)) * _loose(spec, rng), 0.25, 1.0),
    )
    return spec, funds, worth


def _loose(spec: ProjectSpec, rng: np.random.Generator) -> Any:
    """How much of each kind of money an option may use: sometimes too little to be built; what was started has enough."""
    loose = rng.uniform(0.4, 1.4, (spec.project.size, 1))
    loose[spec.project == 3] = 1.2
    return loose


def _first(project: Any) -> Any:
    return np.concatenate([[True], project[1:] != project[:-1]])


def check_same(seed: int, kinds: int) -> None:
    """Whole and in parts, forced and free: the optimum is that of the whole money, and so is the cost of a choice."""
    spec, funds, worth = case(seed, kinds=kinds)
    candidates = Candidates(TIMES, spec, funds, gain=worth)
    few, all_ = candidates.model(), candidates.model(accounts=True)
    assert few.session.arrays.matrix.shape[1] < all_.session.arrays.matrix.shape[1], "no fewer columns"
    assert few.session.solve(method="simplex").objective == pytest.approx(
        all_.session.solve(method="simplex").objective, abs=1e-8
    ), "another optimum in parts"
    for p, into in ((None, False), (1, True), (4, False), (5, True)):
        for model in (few, all_):
            if p is not None:
                model.force(p, into)
        here, there = few.solve(), all_.solve()
        for model in (few, all_):
            model.free()
        assert (here is None) == (there is None), "possible in one only"
        if here is None or there is None:
            continue
        assert here.objective == pytest.approx(there.objective, abs=1e-6), "another optimum"
        z = few.choice(here)
        assert few.money_cost(z) == pytest.approx(all_.money_cost(z), abs=1e-8), "another cost of the money"


@pytest.mark.parametrize("kinds", range(4))
@pytest.mark.parametrize("seed", range(3))
def test_few_columns_give_the_same(seed: int, kinds: int) -> None:
    check_same(seed, kinds)


def _cheap(patch: pytest.MonkeyPatch) -> None:
    make = compact.fill
    patch.setattr(choosing, "fill", lambda *args: replace(f := make(*args), fees=0.9 * f.fees))


def _all_credit(patch: pytest.MonkeyPatch) -> None:
    make = choosing.define_compact_money
    patch.setattr(
        choosing,
        "define_compact_money",
        lambda program, a, p, spec, filled: make(program, a, p, replace(spec, credit=spec.credit * 2), filled),
    )


def _at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compact, "_limited", lambda projects, spec: np.zeros(projects.spec.project.size, dtype=bool))


def _always_possible(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compact, "_refuse_impossible", lambda *args: None)


@pytest.mark.parametrize("broken", [_cheap, _all_credit, _at_once, _always_possible])
def test_broken_money_is_noticed(broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    with pytest.raises(AssertionError, match=r"another|possible in one only"):
        [check_same(seed, kinds) for seed in range(6) for kinds in range(4)]


def test_own_money_first_then_the_bank_then_private_capital() -> None:
    spec = spec_of(1, investment=10.0, award=1.0)
    funds = money_for(spec, least=(0.2, 0.0, 0.0), most=(0.3, 0.5, 1.0), fee=(0.0, 0.005, 0.01))
    filled = compact.fill(spec, funds, TIMES)
    np.testing.assert_allclose(filled.share, [[0.3, 0.5, 0.1]])
    assert filled.possible.all()
    short = compact.fill(spec, money_for(spec, most=(0.3, 0.2, 0.2)), TIMES)
    assert not short.possible.any()


@settings(max_examples=30)
@drawn_by(st.integers(0, 10_000), st.integers(1, 5))
def test_cuts_stay_below_the_planes_they_stand_for(seed: int, count: int) -> None:
    """Whatever is left out of a cut, the small model is never above the highest plane, and hardly below it."""
    rng = np.random.default_rng(seed)
    spec = spec_of(4, starts=2)
    size = spec.project.size
    base = rng.uniform(-1.0, 1.0, size)
    cuts = tuple(
        Cut(
            float(rng.uniform(-5, 5)),
            base + rng.choice([1e-8, 1e-6, 1e-2], size) * rng.uniform(-1, 1, size),
            rng.random(size),
        )
        for _ in range(count)
    )
    small = Candidates(TIMES, spec, cuts=cuts).model()
    for p in range(4):
        z = np.zeros(size)
        z[2 * p] = 1.0
        small.hold(z)
        found = small.session.solve(method="simplex").objective
        small.free()
        real = max(cut.of(z) for cut in cuts)
        assert real - 2 * choosing.FAINT <= found <= real + 1e-8


def test_rooms_that_a_later_year_makes_idle_may_go_and_others_not() -> None:
    spec = spec_of(3, uses=np.array([[1.0], [1.0], [1.0]]), room=np.array([[2.0], [5.0]]), starts=2)
    falling = spec.room.copy()
    falling[0, 0] = np.linspace(3.0, 1.0, falling.shape[2])
    for room in (spec.room, falling, falling[:, :, ::-1]):
        own = Candidates(TIMES, replace(spec, room=room.copy()), gain=np.linspace(1.0, 2.0, spec.project.size))
        few, all_ = own.model().solve(), own.model(accounts=True).solve()
        assert few is not None
        assert all_ is not None
        assert few.objective == pytest.approx(all_.objective)
