"""Many members: sampled Shapley values with honest intervals, and core points from few coalitions."""

import threading

import numpy as np
import pytest

from game_cases import oracle_of
from haihe.coalition import sampling
from haihe.coalition.core import core_slack, least_core
from haihe.coalition.game import CachedOracle, Game, membership, sizes, sums
from haihe.coalition.generation import LocalSearch, core_by_generation
from haihe.coalition.sampling import added, block, sample_shapley
from haihe.coalition.shapley import shapley
from haihe.messages import HaiheError
from haihe.planning.control import Control

METHODS = ("stratified", "antithetic")


def pooled(seed: int, n: int) -> Game:
    """What a coalition makes of three pooled resources, with a smooth part: a game like that of a plan."""
    rng = np.random.default_rng(seed)
    held = np.stack([sums(rng.random(n)) for _ in range(3)])
    return Game(tuple(map(str, range(n))), 10 * held.min(axis=0) + np.sqrt(held.sum(axis=0)))


def lumpy(seed: int, n: int) -> Game:
    """What the largest needs leave: kinks everywhere."""
    weight = np.random.default_rng(seed).integers(1, 20, n).astype(float)
    return Game(tuple(map(str, range(n))), np.maximum(sums(weight) - 0.4 * weight.sum(), 0.0))


@pytest.mark.parametrize("method", METHODS)
def test_500_orders_come_within_two_per_cent(method):
    """G4: sum of absolute errors over v(N), on average over seeds (single runs within 3 %)."""
    for game in (pooled(1, 10), lumpy(2, 10)):
        exact = shapley(game)
        errors = []
        for seed in range(12):
            found = sample_shapley(oracle_of(game), 500, method=method, seed=seed)
            errors.append(np.abs(found.payoffs - exact).sum() / game.grand)
            assert found.payoffs.sum() == pytest.approx(game.grand)
        assert np.mean(errors) < 0.02
        assert max(errors) < 0.03


def coverage(method, sample) -> float:
    inside, games = [], [pooled(3, 6), lumpy(4, 6)]
    for game in games:
        exact = shapley(game)
        for seed in range(150):
            found = sample(oracle_of(game), 240, method=method, seed=seed, confidence=0.9)
            inside.append(((found.low <= exact + 1e-9) & (exact <= found.high + 1e-9)).mean())
    return float(np.mean(inside))


@pytest.mark.parametrize("method", METHODS)
def test_intervals_cover_what_they_say(method):
    assert 0.86 < coverage(method, sample_shapley) < 0.94


def test_coverage_finds_too_narrow_intervals_out():
    def narrow(oracle, orders, **options):
        found = sample_shapley(oracle, orders, **options)
        middle, reach = found.payoffs, (found.high - found.low) / 2 / np.sqrt(2)
        return type("Narrow", (), {"low": middle - reach, "high": middle + reach})

    assert coverage("antithetic", narrow) < 0.86


def test_blocks_are_balanced():
    order = np.array([2, 0, 3, 1])
    both = block(order, "antithetic")
    assert both.tolist() == [[2, 0, 3, 1], [1, 3, 0, 2]]
    every = block(order, "stratified")
    assert every.shape == (8, 4)
    for place in every.T:
        assert np.bincount(place).tolist() == [2, 2, 2, 2]
    game = lumpy(0, 4)
    assert added(oracle_of(game), order).sum() == pytest.approx(game.grand)


def test_the_mean_over_all_seeds_is_the_value():
    game = lumpy(6, 5)
    for method in METHODS:
        mean = np.mean([sample_shapley(oracle_of(game), 20, method=method, seed=s).payoffs for s in range(400)], axis=0)
        assert np.abs(mean - shapley(game)).max() < 0.01 * game.grand


def test_same_seed_same_answer_and_no_value_twice():
    game = pooled(1, 8)
    asked: list[int] = []

    def slow(mask: int) -> float:
        asked.append(mask)
        return float(game.values[mask])

    oracle = CachedOracle(game.members, slow)
    one = sample_shapley(oracle, 64, seed=3)
    other = sample_shapley(oracle_of(game), 64, seed=3)
    assert (one.payoffs == other.payoffs).all()
    assert len(asked) == len(set(asked)) == oracle.calls == one.calls
    assert one.orders == 64
    assert not (sample_shapley(oracle_of(game), 64, seed=4).payoffs == one.payoffs).all()


def test_a_stopped_sample_says_so_and_one_stopped_at_once_is_refused(monkeypatch):
    game, stop = pooled(1, 6), threading.Event()
    said = []

    def watch(text) -> None:
        said.append(text)
        if len(said) == 5:
            stop.set()

    monkeypatch.setattr(sampling, "EVERY", 0.0)
    found = sample_shapley(oracle_of(game), 5000, method="antithetic", control=Control(cancel=stop, progress=watch))
    assert not found.complete
    assert found.blocks == len(said) == 5
    assert sample_shapley(oracle_of(game), 100).complete
    with pytest.raises(HaiheError) as error:
        sample_shapley(oracle_of(game), 5000, control=Control(cancel=stop))
    assert error.value.code == "E-COA-13"
    with pytest.raises(HaiheError) as error:
        sample_shapley(oracle_of(game), 5000, seconds=1e-9)
    assert error.value.code == "E-COA-13"
    small = Control(time_limit=1e-9)
    assert sample_shapley(oracle_of(game), 100, control=small).complete, "a time limit is one solve's"
    with pytest.raises(ValueError, match="confidence"):
        sample_shapley(oracle_of(game), 10, confidence=1.5)


def test_a_core_point_of_sixteen_from_few_coalitions():
    """Two resources of which both are needed: the core is not empty, and far from all coalitions are asked for."""
    n = 16
    rng = np.random.default_rng(0)
    one, two = rng.random(n), rng.random(n)
    game = Game(tuple(map(str, range(n))), np.minimum(sums(one), sums(two)))
    oracle = oracle_of(game)
    found = core_by_generation(oracle, lambda x: [int(game.excess(x)[1:-1].argmax()) + 1], exact=True)
    assert found.in_core
    assert found.proven
    assert not found.empty
    assert found.calls < 2000
    assert found.point.sum() == pytest.approx(game.grand)
    assert core_slack(game, found.point)[0] >= -1e-6
    assert core_slack(game, game.grand * one / one.sum() * 0.5 + game.grand * np.eye(n)[0] * 0.5)[0] < -1e-3


def test_a_local_search_proves_nothing_but_finds_much():
    game = pooled(5, 10)
    found = core_by_generation(oracle_of(game), least=True)
    assert not found.proven
    assert found.bound <= least_core(game).epsilon + 1e-9 * game.scale
    search = LocalSearch(oracle_of(game), seed=1)
    x = np.full(10, game.grand / 10)
    excess = game.excess(x)
    ends = search(x)
    assert excess[ends[0]] == max(excess[mask] for mask in ends)
    for mask in ends:
        assert excess[mask] >= max(excess[mask ^ 1 << i] for i in range(10) if 0 < mask ^ 1 << i < game.everybody)


def test_an_empty_core_is_known_early_and_proven():
    game = Game(tuple("abcde"), (sizes(5) >= 3).astype(float))
    found = core_by_generation(oracle_of(game), lambda x: [int(game.excess(x)[1:-1].argmax()) + 1], exact=True)
    assert found.empty
    assert not found.in_core
    masks = [game.mask(coalition) for coalition in found.proof.coalitions]
    weights = np.array(found.proof.weights)
    assert np.allclose(weights @ membership(masks, 5), 1.0)
    assert weights @ game.values[masks] > game.grand


def test_generation_stops_when_cancelled_or_out_of_rounds():
    game = pooled(5, 8)
    separate = LocalSearch(oracle_of(game))
    stopped = core_by_generation(oracle_of(game), separate, exact=True, control=Control(cancel=lambda: True))
    assert not stopped.proven
    assert stopped.rounds == 1
    said = []
    core_by_generation(oracle_of(game), least=True, control=Control(progress=said.append))
    assert said
    with pytest.raises(HaiheError) as error:
        core_by_generation(oracle_of(game), least=True, rounds=1)
    assert error.value.code == "E-COA-14"
    single = core_by_generation(CachedOracle(["a"], lambda mask: 3.0))
    assert single.point.tolist() == [3.0]
    assert single.in_core


class OnlyMember:
    """A game of one that knows the value of its only member, and of nobody else."""

    members = ("a",)
    calls = 1

    def __call__(self, mask: int) -> float:
        return {1: 3.0}[mask]


def test_a_core_point_of_one_asks_for_no_other_coalition():
    found = core_by_generation(OnlyMember())
    assert found.point.tolist() == [3.0]
    assert found.in_core
    assert not found.empty
