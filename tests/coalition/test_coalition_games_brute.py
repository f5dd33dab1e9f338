"""Every solution against its definition, on five hundred random games; and each reference rejects wrong routines."""

from functools import cache

import numpy as np
import pytest

from game_cases import (
    banzhaf,
    kohlberg,
    least_core_by_enumeration,
    nucleolus_by_scheme,
    nucleolus_of_a_corner,
    oracle_of,
    random_game,
    shapley_by_orders,
)
from haihe.coalition.core import core_slack, least_core
from haihe.coalition.game import Game, membership, sizes, sums
from haihe.coalition.generation import core_by_generation
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.program import proper, started
from haihe.coalition.shapley import shapley

enumerated = cache(lambda seed: least_core_by_enumeration(random_game(seed)))
SEEDS = range(500)
FEW = range(60)


def mismatch_of_orders(routine, seeds) -> float:
    games = [random_game(seed, 6 if seed % 25 == 0 else 5) for seed in seeds]
    return max(float(np.abs(routine(game) - shapley_by_orders(game)).max() / game.scale) for game in games)


def test_shapley_is_the_mean_over_all_orders():
    assert mismatch_of_orders(shapley, SEEDS) < 1e-9


@pytest.mark.parametrize("broken", [banzhaf, nucleolus, lambda game: shapley(game) + 1e-6 * game.scale])
def test_the_orders_reject_a_wrong_value(broken):
    assert mismatch_of_orders(broken, FEW) > 1e-9


def mismatch_of_core(routine, seeds) -> float:
    worst = 0.0
    for seed in seeds:
        game = random_game(seed)
        epsilon, point = routine(game)
        worst = max(worst, abs(epsilon - enumerated(seed)) / game.scale)
        worst = max(worst, abs(core_slack(game, point)[0] + epsilon) / game.scale, abs(point.sum() - game.grand))
    return worst


def found_by_program(game: Game) -> tuple[float, np.ndarray]:
    found = least_core(game)
    return found.epsilon, found.point


def found_by_generation(game: Game) -> tuple[float, np.ndarray]:
    found = core_by_generation(
        oracle_of(game),
        lambda x: [int(game.excess(x)[1:-1].argmax()) + 1],
        exact=True,
        least=True,
        tolerance=1e-10,
    )
    assert found.proven
    return found.bound, found.point


def only_single_members(game: Game) -> tuple[float, np.ndarray]:
    values = game.zero_normalised().values / game.scale
    answer = started(values, np.ones(values.size)).solve()
    return answer.epsilon * game.scale, game.alone + answer.x * game.scale


def equal_shares(game: Game) -> tuple[float, np.ndarray]:
    point = np.full(game.n, game.grand / game.n)
    return -core_slack(game, point)[0], point


@pytest.mark.parametrize("routine", [found_by_program, found_by_generation])
def test_least_core_is_the_least_of_all_coalitions(routine):
    assert mismatch_of_core(routine, SEEDS) < 1e-8


@pytest.mark.parametrize("broken", [only_single_members, equal_shares])
def test_enumeration_rejects_a_wrong_least_core(broken):
    assert mismatch_of_core(broken, FEW) > 1e-8


def test_an_empty_core_is_proven_by_a_balanced_collection():
    empty = 0
    for seed in SEEDS:
        game = random_game(seed)
        found = least_core(game)
        assert found.empty == (enumerated(seed) > 1e-9 * game.scale)
        if found.proof is not None:
            empty += 1
            masks = np.array([game.mask(coalition) for coalition in found.proof.coalitions])
            weights = np.array(found.proof.weights)
            assert (weights > 0).all()
            assert np.allclose(weights @ membership(masks, game.n), 1.0)
            assert weights @ game.values[masks] - game.grand == pytest.approx(found.proof.surplus, rel=1e-6)
            assert found.proof.surplus > 0
    assert 50 < empty < 450


def test_nucleolus_meets_kohlbergs_criterion():
    assert all(kohlberg(game, nucleolus(game)) for game in map(random_game, SEEDS))


@pytest.mark.parametrize(
    "broken",
    [
        nucleolus_of_a_corner,
        shapley,
        lambda game: least_core(game).point,
        lambda game: nucleolus(game, per_capita=True),
        lambda game: nucleolus(game, imputations=False),
    ],
    ids=["binding at a corner", "shapley", "least core", "per capita", "prenucleolus"],
)
def test_kohlbergs_criterion_rejects_what_is_not_the_nucleolus(broken):
    assert not all(kohlberg(game, broken(game)) for game in map(random_game, FEW))


@pytest.mark.parametrize(("per_capita", "imputations"), [(True, True), (True, False), (False, False)])
def test_other_nucleoli_meet_their_criterion(per_capita, imputations):
    for seed in range(150):
        game = random_game(seed)
        x = nucleolus(game, per_capita=per_capita, imputations=imputations)
        assert kohlberg(game, x, per_capita, imputations)


def mismatch_of_scheme(routine, seeds, per_capita=False, imputations=True) -> float:
    games = [random_game(seed, 4) for seed in seeds]
    return max(
        float(np.abs(routine(g) - nucleolus_by_scheme(g, per_capita, imputations)).max() / g.scale) for g in games
    )


@pytest.mark.parametrize("per_capita", [False, True])
def test_nucleolus_is_that_of_the_primal_scheme(per_capita):
    assert mismatch_of_scheme(lambda g: nucleolus(g, per_capita=per_capita), FEW, per_capita) < 1e-7


@pytest.mark.endure
@pytest.mark.parametrize("imputations", [False, True])
@pytest.mark.parametrize("per_capita", [False, True])
def test_nucleolus_is_that_of_the_primal_scheme_on_all_games(per_capita, imputations):
    def ours(game: Game) -> np.ndarray:
        return nucleolus(game, per_capita=per_capita, imputations=imputations)

    assert mismatch_of_scheme(ours, SEEDS, per_capita, imputations) < 1e-7


@pytest.mark.parametrize("broken", [nucleolus_of_a_corner, shapley, lambda g: least_core(g).point])
def test_the_primal_scheme_rejects_a_wrong_nucleolus(broken):
    assert mismatch_of_scheme(broken, FEW) > 1e-7


def test_nucleolus_lies_in_the_core_where_there_is_one():
    """G5; also on larger games with many ties."""
    inside = 0
    games = [random_game(seed) for seed in SEEDS]
    rng = np.random.default_rng(5)
    for n in (8, 11, 13):
        pooled = np.stack([sums(rng.integers(0, 6, n).astype(float)) for _ in range(3)])
        games.append(Game(tuple(map(str, range(n))), pooled.min(axis=0)))
    for game in games:
        if not least_core(game).empty:
            inside += 1
            assert core_slack(game, nucleolus(game))[0] >= -1e-8 * game.scale
    assert inside > 100


def test_checks_of_a_game_are_those_of_all_pairs():
    for seed in range(120):
        game = random_game(seed)
        masks = np.arange(1, 1 << game.n)
        one, other = (grid.ravel() for grid in np.meshgrid(masks, masks))
        apart = (one & other) == 0
        v = game.values
        surplus = v[one | other] - v[one] - v[other]
        assert game.superadditive().surplus == pytest.approx(surplus[apart].min())
        assert game.convex().surplus == pytest.approx(
            min(
                v[S | i | j] - v[S | i] - v[S | j] + v[S]
                for S in range(1 << game.n)
                for i in (1 << np.arange(game.n)).tolist()
                for j in (1 << np.arange(game.n)).tolist()
                if i < j and not S & (i | j)
            )
        )
        pair = game.superadditive()
        assert game.value({*pair.first, *pair.second}) - game.value(pair.first) - game.value(
            pair.second
        ) == pytest.approx(pair.surplus)


def test_pairs_beyond_one_chunk_are_seen():
    n = 12
    values = sizes(n).astype(float) ** 2
    values[0b111000000111] -= 50.0
    pair = Game(tuple(map(str, range(n))), values).superadditive()
    assert not pair.holds
    assert {*pair.first, *pair.second} == {"0", "1", "2", "9", "10", "11"}
    assert proper(3).sum() == 6
