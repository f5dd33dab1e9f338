"""Games of the literature: Shapley value, core, nucleolus and Owen point exact to 1e-9; wrong routines are found out."""

import numpy as np
import pytest

from game_cases import (
    BAWERK,
    OWEN_MEINHARDT,
    OWEN_PRIETO,
    TVA,
    Known,
    banzhaf,
    by_coalition,
    known,
    market,
    nucleolus_of_a_corner,
    weighted_majority,
)
from haihe.coalition.core import core_slack, least_core, stability
from haihe.coalition.game import Game
from haihe.coalition.joint_costs import payments, savings
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.production_game import owen_point, production_game
from haihe.coalition.shapley import shapley

EXACT = 1e-9
GAMES = known()


def near(found: np.ndarray, answer: tuple[float, ...], game: Game) -> bool:
    return bool(np.abs(found - np.array(answer)).max() <= EXACT * max(1.0, game.scale))


@pytest.mark.parametrize("case", [k for k in GAMES if k.shapley], ids=lambda k: k.name)
def test_shapley_values_of_the_literature(case: Known):
    assert near(shapley(case.game), case.shapley, case.game)


@pytest.mark.parametrize("case", [k for k in GAMES if k.nucleolus], ids=lambda k: k.name)
def test_nucleoli_of_the_literature(case: Known):
    assert near(nucleolus(case.game), case.nucleolus, case.game)


@pytest.mark.parametrize("case", [k for k in GAMES if k.epsilon is not None], ids=lambda k: k.name)
def test_least_cores_of_the_literature(case: Known):
    found = least_core(case.game)
    assert abs(found.epsilon - case.epsilon) <= EXACT * max(1.0, case.game.scale)
    assert found.empty == (case.epsilon > 0)


def reversed_order(game: Game) -> np.ndarray:
    return shapley(game)[::-1]


def last_joiner(game: Game) -> np.ndarray:
    added = np.array([game.grand - game.values[game.everybody - (1 << i)] for i in range(game.n)])
    return added * game.grand / added.sum() if added.sum() else added


@pytest.mark.parametrize("broken", [banzhaf, reversed_order, last_joiner, nucleolus])
def test_a_wrong_shapley_value_is_found_out(broken):
    small = [k for k in GAMES if k.shapley and k.game.n <= 6]
    assert not all(near(broken(k.game), k.shapley, k.game) for k in small)


@pytest.mark.parametrize(
    "broken",
    [
        nucleolus_of_a_corner,
        shapley,
        lambda game: least_core(game).point,
        lambda game: nucleolus(game, per_capita=True),
        lambda game: nucleolus(game)[::-1],
    ],
    ids=["binding at a corner", "shapley", "least core", "per capita", "reversed"],
)
def test_a_wrong_nucleolus_is_found_out(broken):
    small = [k for k in GAMES if k.nucleolus and k.game.n <= 6]
    assert not all(near(broken(k.game), k.nucleolus, k.game) for k in small)


def test_the_trap_is_one():
    case = next(k for k in GAMES if "trap" in k.name)
    assert not near(nucleolus_of_a_corner(case.game), case.nucleolus, case.game)


def test_an_empty_core_comes_with_its_proof():
    majority = by_coalition({"ab": 1, "ac": 1, "bc": 1, "abc": 1}, "abc")
    proof = least_core(majority).proof
    assert {frozenset(coalition) for coalition in proof.coalitions} == {frozenset(pair) for pair in ("ab", "ac", "bc")}
    assert np.allclose(proof.weights, 0.5)
    assert proof.surplus == pytest.approx(0.5)


def test_the_core_of_a_glove_market_is_one_point():
    glove = by_coalition({"ab": 1, "ac": 1, "abc": 1}, "abc")
    assert np.allclose(least_core(glove).point, [1, 0, 0])
    held = stability(glove, [0.8, 0.2, 0.0])
    assert (held.stable, held.coalition, held.blocking) == (False, ("a", "c"), 1)
    assert held.gain == pytest.approx(0.2)
    assert stability(glove, [1, 0, 0]).stable
    assert not stability(glove, [0.9, 0.0, 0.0]).stable


def test_every_order_of_a_convex_game_ends_in_the_core():
    game = next(k.game for k in GAMES if k.name.startswith("convex"))
    assert game.convex().holds
    rng = np.random.default_rng(0)
    for _ in range(20):
        order = rng.permutation(game.n)
        masks = np.cumsum(1 << order)
        x = np.empty(game.n)
        x[order] = np.diff(np.concatenate([[0.0], game.values[masks]]))
        assert core_slack(game, x)[0] >= -1e-9
    assert core_slack(game, shapley(game))[0] > 0


def test_what_the_tennessee_valley_paid():
    game = savings(TVA)
    assert np.allclose(payments(TVA, shapley(game)), [117829.0, 100756.5, 193998.5])
    assert np.allclose(payments(TVA, nucleolus(game)), [116234.0, 93540.0, 202810.0])


def test_horses_change_hands_in_the_middle_of_the_core_prices():
    """Böhm-Bawerk's market: the core prices run from 21 to 21.5; n = 18."""
    buyers, sellers = [30, 28, 26, 24, 22, 21, 20, 18, 17, 15], [10, 11, 15, 17, 20, 21.5, 25, 26]

    def at(price: float) -> np.ndarray:
        return np.array([max(b - price, 0.0) for b in buyers] + [max(price - s, 0.0) for s in sellers])

    assert [stability(BAWERK, at(price)).stable for price in (20.9, 21.0, 21.5, 21.6)] == [False, True, True, False]
    assert np.allclose(nucleolus(BAWERK), at(21.25), atol=EXACT)


def test_a_market_with_one_buyer_gives_the_seller_the_second_best_price_at_least():
    game = market([10.0, 7.0], [2.0])
    assert np.allclose(nucleolus(game), [1.5, 0.0, 6.5])


def test_owen_points_of_the_literature():
    first = owen_point(*OWEN_PRIETO)
    assert np.allclose(first.payoffs, [230, 282, 480], atol=EXACT)
    assert np.allclose(first.prices, [8, 6], atol=EXACT)
    assert first.unique
    assert np.allclose(production_game(*OWEN_PRIETO).values, [0, 68, 102, 170, 0, 710, 762, 992], atol=1e-9)
    second = owen_point(*OWEN_MEINHARDT)
    assert second.value == pytest.approx(26500, abs=1e-6)
    assert np.allclose(
        production_game(*OWEN_MEINHARDT).values, [0, 7000, 3600, 11000, 14000, 243000 / 11, 19500, 26500], atol=1e-6
    )
    assert core_slack(production_game(*OWEN_MEINHARDT), second.payoffs)[0] >= -1e-6


def test_owen_point_of_gloves_pays_only_the_scarce_side_and_a_range_where_neither_is():
    scarce = owen_point([[1.0], [1.0]], [[1, 0, 0], [0, 1, 1]], [1.0])
    assert np.allclose(scarce.payoffs, [1, 0, 0])
    assert scarce.unique
    even = owen_point([[1.0], [1.0]], [[1, 0], [0, 1]], [1.0])
    assert not even.unique
    assert np.allclose([even.low, even.high], [[0, 0], [1, 1]])


def test_weighted_majority_without_veto_has_no_core():
    assert least_core(weighted_majority(5, [3, 2, 2, 1])).empty
    assert not least_core(weighted_majority(3, [2, 1, 1])).empty
