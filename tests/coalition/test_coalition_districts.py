"""Districts: values against independent programs, the walk, prices, and the exact search; each fails when broken."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from district_cases import gains_by_hand, made_up

from game_cases import is_monotone
from haihe.coalition import district_values, districts, separation, walk
from haihe.coalition.core import core_slack
from haihe.coalition.district_game import Search
from haihe.coalition.district_values import YI, DistrictGround, DistrictValues
from haihe.coalition.game import membership
from haihe.coalition.generation import core_by_generation
from haihe.coalition.sampling import sample_shapley
from haihe.coalition.separation import Separation
from haihe.coalition.shapley import shapley
from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.planning.solver import Session

THINGS = ("co2", "energy", "funds", "projects")
Patch = pytest.MonkeyPatch


def check_values(seed: int = 1, n: int = 4) -> None:
    spec = made_up(seed, n)
    game = DistrictValues(spec, THINGS).game()
    np.testing.assert_allclose(game.values, gains_by_hand(spec, THINGS), atol=2e-6)


@pytest.mark.parametrize("seed", range(4))
def test_values_of_all_coalitions_equal_those_of_programs_built_one_by_one(seed: int) -> None:
    check_values(seed)


def test_six_districts_by_brute_force() -> None:
    check_values(seed=7, n=6)


def never_shut(monkeypatch: Patch) -> None:
    real = walk.Walker.go

    def go(self: walk.Walker, mask: int) -> None:
        self.seen = getattr(self, "seen", 0) | mask
        real(self, self.seen)

    monkeypatch.setattr(walk.Walker, "go", go)


def everything_pooled(monkeypatch: Patch) -> None:
    real = districts.DistrictProgram.bounds
    monkeypatch.setattr(districts.DistrictProgram, "bounds", lambda self, mask, things=None: real(
        self, mask, districts.things_of(self.spec)))  # fmt: skip


def rights_for_all(monkeypatch: Patch) -> None:
    real = districts.district_program

    def build(spec: object, things: object = None) -> districts.DistrictProgram:
        made = real(spec, things)  # type: ignore[arg-type]
        rows = made.program.row_blocks["right"]
        parts = made.program._row_parts
        at = list(made.program.row_blocks).index("right")
        parts[at] = (parts[at][0], np.ones(rows.size))
        return made

    monkeypatch.setattr(district_values, "district_program", build)


@pytest.mark.parametrize("broken", [never_shut, everything_pooled, rights_for_all])
def test_a_broken_program_does_not_pass(broken: Callable[[Patch], None], monkeypatch: Patch) -> None:
    broken(monkeypatch)
    with pytest.raises(AssertionError):
        check_values()


@pytest.mark.parametrize("seed", range(3))
def test_the_game_is_one_of_gains(seed: int) -> None:
    game = DistrictValues(made_up(seed, 5), THINGS).game()
    assert np.abs(game.alone).max() == 0.0
    assert game.superadditive(1e-6).holds
    assert game.grand > 0


def test_the_order_of_districts_does_not_matter() -> None:
    spec = made_up(3, 5)
    order = (4, 2, 0, 1, 3)
    moved = spec.only(tuple(spec.members[d] for d in order))
    a, b = (DistrictValues(which, THINGS).game() for which in (spec, moved))
    for mask in range(1 << 5):
        assert b.value(a.coalition(mask)) == pytest.approx(a.values[mask], abs=1e-6)


def test_warm_equals_cold() -> None:
    values = DistrictValues(made_up(2, 5), THINGS)
    warm = values.game().values
    session = Session(values.program.program)
    rng = np.random.default_rng(0)
    for mask in rng.permutation(1 << 5):
        bounds = values.program.bounds(int(mask))
        session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        cold = values.gain_of(session.solve(method="ipx").objective)
        assert warm[mask] == pytest.approx(cold, abs=1e-7 * (1 + abs(YI * values.alone.objective)))


def test_more_of_everything_never_hurts_and_adds_less_and_less() -> None:
    spec = made_up(5, 3)
    ends = [
        replace(spec, endowments=tuple(replace(e, have=e.have * by) for e in spec.endowments)) for by in (1.0, 1.1, 1.2)
    ]
    low, middle, high = (DistrictValues(which, THINGS).together.objective for which in ends)
    assert low >= middle >= high
    assert middle <= (low + high) / 2 + 1e-9


def check_owen(seed: int) -> None:
    values = DistrictValues(made_up(seed, 5), THINGS)
    game, split = values.game(), values.owen()
    assert split.sum() == pytest.approx(game.grand, abs=1e-7 * (1 + game.grand))
    assert core_slack(game, split)[0] >= -1e-6
    assert np.allclose(split, paid_by_bounds(values), atol=1e-6)


def paid_by_bounds(values: DistrictValues) -> np.ndarray:
    """The same split from the duals and the bounds of each district's own rows and columns, not from amounts."""
    program, n = values.program, len(values.spec.members)
    paid = []
    for mask, solution in ((0, values.alone), (values.everybody, values.together)):
        session = Session(program.program)
        bounds = program.bounds(mask)
        session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        a = session.arrays
        total = np.zeros(n)
        for owner, low, high, dual in (
            (program.row_owner, a.row_lower, a.row_upper, solution.row_dual),
            (program.owner, a.lower, a.upper, solution.reduced),
        ):
            bound = np.where(dual > 0, low, high)
            worth = np.where(np.isfinite(bound), dual * np.where(np.isfinite(bound), bound, 0.0), 0.0)
            total += np.bincount(owner[owner >= 0], worth[owner >= 0], n)
        paid.append(total)
    return YI * (paid[0] - paid[1])


@pytest.mark.parametrize("seed", range(4))
def test_prices_of_all_together_pay_a_split_in_the_core(seed: int) -> None:
    check_owen(seed)


def test_a_wrong_sign_of_prices_does_not_pass(monkeypatch: Patch) -> None:
    real = district_values._traded
    monkeypatch.setattr(district_values, "_traded", lambda *given: real(*given).assign(payment=lambda f: -f["payment"]))
    with pytest.raises(AssertionError):
        check_owen(1)


def check_search(*, cuts: bool, seed: int = 2) -> None:
    values = DistrictValues(made_up(seed, 5), THINGS)
    game, find = values.game(), Separation(values, cuts=cuts)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        x = rng.dirichlet(np.ones(5)) * game.grand
        found = find.search(x)
        worst = float(game.excess(x)[1:-1].max())
        assert found.excess == pytest.approx(worst, abs=2 * YI * separation.GAP)
        assert game.values[found.mask] - float(membership(found.mask, 5) @ x) == pytest.approx(worst, abs=2e-4)
        assert found.most >= worst - 1e-6


def check_searches() -> None:
    for seed in range(3):
        check_search(cuts=True, seed=seed)


@pytest.mark.parametrize("cuts", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_the_exact_search_finds_the_largest_excess(cuts: bool, seed: int) -> None:
    check_search(cuts=cuts, seed=seed)


def wrong_prices(monkeypatch: Patch) -> None:
    real = separation.Prices.gains
    monkeypatch.setattr(separation.Prices, "gains", lambda self, solution: 0.5 * real(self, solution))


def nobody_tied(monkeypatch: Patch) -> None:
    real = separation._with_members

    def loose(program: object, cuts: object, alone: float) -> object:
        made, member = real(program, cuts, alone)  # type: ignore[arg-type]
        at = list(made.row_blocks).index("most:co2:limits")
        size = next(block.size for name, block in made.row_blocks.items() if name == "most:co2:limits")
        made._row_parts[at] = (np.full(size, -np.inf), np.full(size, np.inf))
        return made, member

    monkeypatch.setattr(separation, "_with_members", loose)


@pytest.mark.parametrize("broken", [wrong_prices, nobody_tied])
def test_a_broken_search_does_not_pass(broken: Callable[[Patch], None], monkeypatch: Patch) -> None:
    broken(monkeypatch)
    with pytest.raises(AssertionError):
        check_searches()


def test_generated_core_point_stands_every_coalition() -> None:
    values = DistrictValues(made_up(4, 6), THINGS)
    found = core_by_generation(values.oracle, Search(values), exact=True, tolerance=1e-6)
    assert found.proven
    assert found.in_core
    fresh = DistrictValues(made_up(4, 6), THINGS)
    assert core_slack(fresh.game(), found.point)[0] >= -1e-4


def check_sampled() -> None:
    values = DistrictValues(made_up(8, 10, projects=8), THINGS)
    exact = shapley(values.game())
    found = sample_shapley(values.oracle, 500, method="antithetic", seed=3)
    assert np.abs(found.payoffs - exact).sum() <= 0.02 * exact.sum()
    assert ((found.low <= exact) & (exact <= found.high)).mean() >= 0.7


def test_sampled_shapley_of_ten_districts_is_within_two_per_cent() -> None:
    check_sampled()


def test_sampling_always_the_same_order_does_not_pass(monkeypatch: Patch) -> None:
    from haihe.coalition import sampling

    monkeypatch.setattr(sampling, "block", lambda order, _: np.stack([np.sort(order)] * 2))
    with pytest.raises(AssertionError):
        check_sampled()


def test_gray_code_meets_every_coalition_once_and_moves_one_member() -> None:
    masks = list(walk.gray(6, top=5))
    assert sorted(masks) == [5 << 6 | k for k in range(64)]
    assert {(a ^ b).bit_count() for a, b in pairwise(masks)} == {1}


@pytest.mark.slow
def test_two_processes_find_the_same_values() -> None:
    ground = DistrictGround(DistrictValues(made_up(1, 5), THINGS).program)
    np.testing.assert_allclose(walk.walk(ground, workers=2), walk.walk(ground), atol=1e-9)


def test_a_walk_can_be_cancelled_and_says_how_far_it_is() -> None:
    ground = DistrictGround(DistrictValues(made_up(1, 4), THINGS).program)
    with pytest.raises(HaiheError) as error:
        walk.walk(ground, control=Control(cancel=lambda: True))
    assert error.value.code == "E-PLN-60"
    said: list[str] = []
    walk.walk(ground, control=Control(progress=lambda text: said.append(text.en)))
    assert said[-1] == "coalitions: 16 of 16"


def test_too_many_members_are_refused() -> None:
    class Many(DistrictGround):
        n = walk.MOST + 1

    with pytest.raises(HaiheError) as error:
        walk.walk(Many(DistrictValues(made_up(1, 2), THINGS).program))
    assert error.value.code == "E-COA-56"


def test_unknown_things_and_hopeless_districts_are_named() -> None:
    spec = made_up(1, 3)
    with pytest.raises(HaiheError) as error:
        DistrictValues(spec, ("co2", "gold"))
    assert error.value.code == "E-COA-55"
    assert "gold" in str(error.value)
    co2, *others = spec.endowments
    bare = replace(spec, endowments=(replace(co2, have=co2.have * np.array([1.0, 0.0, 1.0])), *others))
    with pytest.raises(HaiheError) as error:
        DistrictValues(bare, THINGS)
    assert error.value.code == "E-COA-52"
    assert "D1" in str(error.value)
    assert "D0" not in str(error.value)


def test_things_add_up_and_nothing_pooled_is_worth_nothing() -> None:
    values = DistrictValues(made_up(2, 4), THINGS)
    game = values.things_game()
    assert game.values[0] == 0.0
    assert game.grand == pytest.approx(values.grand, abs=1e-7)
    assert is_monotone(game, 1e-6)
    nothing = DistrictValues(made_up(2, 4), ())
    assert nothing.grand == pytest.approx(0.0, abs=1e-9)
    assert nothing.trades.empty
