"""What every split must keep: efficiency, symmetry, dummies, additivity, covariance; and errors with their codes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.coalition.core import core_slack, least_core
from haihe.coalition.game import CachedOracle, Game, sizes, sums
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.production_game import owen_point, production_game
from haihe.coalition.program import CoalitionProgram
from haihe.coalition.shapley import shapley
from haihe.coalition.simple_rules import by_contribution, by_halves, equal
from haihe.messages import HaiheError

some = settings(max_examples=60)
seeds, counts = st.integers(0, 10**6), st.integers(2, 6)
SPLITS = {
    "shapley": shapley,
    "nucleolus": nucleolus,
    "per capita": lambda game: nucleolus(game, per_capita=True),
    "equal": equal,
    "contribution": by_contribution,
    "halves": by_halves,
}


def together(seed: int, n: int) -> Game:
    """A superadditive game: what a coalition makes of what it pools, and a bonus for numbers."""
    rng = np.random.default_rng(seed)
    pooled = np.stack([sums(rng.random(n) * 10) for _ in range(3)])
    return Game(tuple("abcdef"[:n]), pooled.min(axis=0) + rng.random() * sizes(n) ** 2)


def swapped(game: Game, order: np.ndarray) -> Game:
    """The same game with the members listed in another order."""
    masks = np.rint(sums((1 << order).astype(float))).astype(int)
    return Game(tuple(game.members[i] for i in order), game.values[masks])


def near(x: np.ndarray, y: np.ndarray | float, game: Game) -> bool:
    return bool(np.abs(x - y).max() <= 1e-7 * game.scale)


def all_is_handed_out_and_nobody_loses(split, seed: int, n: int) -> bool:
    game = together(seed, n)
    x = split(game)
    return near(x.sum(), game.grand, game) and bool((x >= game.alone - 1e-9 * game.scale).all())


def names_and_their_order_do_not_matter(split, seed: int, n: int) -> bool:
    game = together(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    return near(split(swapped(game, order)), split(game)[order], game)


def units_and_starting_points_do_not_matter(split, seed: int, n: int) -> bool:
    game, rng = together(seed, n), np.random.default_rng(seed)
    factor, given_anyway = 10 ** rng.uniform(-4, 4), rng.normal(size=n) * 1e3
    moved = Game(game.members, factor * game.values + sums(given_anyway))
    return bool(np.allclose(split(moved), factor * split(game) + given_anyway, atol=1e-6 * moved.scale))


def alike_get_the_same(split, seed: int, n: int) -> bool:
    """Values by the number of members only."""
    size = np.sort(np.random.default_rng(seed).random(n + 1))
    game = Game(tuple("abcdef"[:n]), (size - size[0])[sizes(n)] * sizes(n))
    return near(split(game), game.grand / n, game)


def who_adds_nothing_gets_what_it_has_alone(split, seed: int, n: int) -> bool:
    game = together(seed, n)
    more = Game((*game.members, "idle"), np.concatenate([game.values, game.values + 2.5]))
    return near(split(more), np.append(split(game), 2.5), more)


def values_of_two_agreements_add_up(split, seed: int, n: int) -> bool:
    one, other = together(seed, n), together(seed + 1, n)
    both = Game(one.members, one.values + other.values)
    return near(split(both), split(one) + split(other), both)


EVERY = (
    all_is_handed_out_and_nobody_loses,
    names_and_their_order_do_not_matter,
    units_and_starting_points_do_not_matter,
    alike_get_the_same,
)
KEPT = [(held, name) for held in EVERY for name in SPLITS]
KEPT += [(who_adds_nothing_gets_what_it_has_alone, name) for name in ("shapley", "nucleolus", "contribution")]
KEPT += [(values_of_two_agreements_add_up, name) for name in ("shapley", "equal")]
BROKEN = {
    "all to the first": lambda game: np.append(game.grand, np.zeros(game.n - 1)),
    "nothing for the rest": lambda game: shapley(game) * 0.999,
    "same for all, whatever they have": lambda game: np.full(game.n, game.grand / game.n),
    "squares of what each adds": lambda game: shapley(game) ** 2 / (shapley(game) ** 2).sum() * game.grand,
}
LOST = [
    (all_is_handed_out_and_nobody_loses, "nothing for the rest"),
    (all_is_handed_out_and_nobody_loses, "same for all, whatever they have"),
    (names_and_their_order_do_not_matter, "all to the first"),
    (alike_get_the_same, "all to the first"),
    (units_and_starting_points_do_not_matter, "same for all, whatever they have"),
    (units_and_starting_points_do_not_matter, "squares of what each adds"),
    (who_adds_nothing_gets_what_it_has_alone, "same for all, whatever they have"),
    (values_of_two_agreements_add_up, "squares of what each adds"),
]


@pytest.mark.parametrize(("held", "name"), KEPT, ids=lambda part: getattr(part, "__name__", part))
@some
@given(seed=seeds, n=counts)
def test_a_split_keeps_its_properties(held, name, seed, n):
    assert held(SPLITS[name], seed, n)


@pytest.mark.parametrize(("held", "name"), LOST, ids=lambda part: getattr(part, "__name__", part))
def test_a_wrong_split_loses_its_properties(held, name):
    assert not all(held(BROKEN[name], seed, 2 + seed % 5) for seed in range(30))


def test_a_nucleolus_does_not_add_up():
    assert not all(values_of_two_agreements_add_up(nucleolus, seed, 4) for seed in range(30))


@some
@given(seed=seeds, n=st.integers(3, 6))
def test_the_least_core_is_no_worse_than_any_split(seed, n):
    game = together(seed, n)
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(n))
    assert least_core(game).epsilon <= -core_slack(game, game.grand * share)[0] + 1e-9 * game.scale


@some
@given(seed=seeds, m=st.integers(1, 4), p=st.integers(1, 4), n=st.integers(1, 4))
def test_the_owen_point_is_in_the_core_of_every_production_game(seed, m, p, n):
    """G3, with independent values: each coalition on its own, cold."""
    rng = np.random.default_rng(seed)
    A = rng.integers(0, 4, (m, p)).astype(float) + (rng.random((m, p)) if seed % 2 else 0.0)
    A[0] += 1.0
    B, c = rng.integers(0, 6, (m, n)).astype(float), rng.integers(0, 6, p).astype(float)
    game, point = production_game(A, B, c), owen_point(A, B, c)
    assert point.payoffs.sum() == pytest.approx(game.grand, abs=1e-7)
    assert core_slack(game, point.payoffs)[0] >= -1e-6
    assert (point.low <= point.payoffs + 1e-7).all()
    assert (point.payoffs <= point.high + 1e-7).all()
    mask = int(rng.integers(1, 1 << n))
    held = B[:, [i for i in range(n) if mask >> i & 1]]
    assert game.values[mask] == pytest.approx(owen_point(A, held, c).value, abs=1e-7)


@pytest.mark.parametrize(
    "broken", [lambda p, A, B, c: p.prices[::-1] @ B, lambda p, A, B, c: p.value * B.sum(axis=0) / B.sum()]
)
def test_a_wrong_owen_point_leaves_the_core(broken):
    A, B, c = np.array([[4.0, 5], [6, 2]]), np.array([[4.0, 6, 60], [33, 39, 0]]), np.array([68.0, 52])
    x = broken(owen_point(A, B, c), A, B, c)
    game = production_game(A, B, c)
    assert core_slack(game, x)[0] < -1e-6 or abs(x.sum() - game.grand) > 1e-6


def test_a_gain_of_nothing_is_split_all_the_same():
    game = Game(("a", "b", "c"), sums(np.array([1.0, 2.0, 3.0])))
    for split in (shapley, nucleolus, equal):
        assert np.allclose(split(game), [1, 2, 3])
    assert not least_core(game).empty
    assert np.allclose(nucleolus(Game(("a",), [0.0, 4.0])), [4.0])
    assert np.allclose(shapley(Game(("a",), [0.0, 4.0])), [4.0])


def contradicted() -> None:
    program = CoalitionProgram(2)
    program.settle(1, 0.0)
    program.settle(1, 1.0)
    program.solve()


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("E-COA-01", lambda: Game(("a", "b"), [0.0, 1.0])),
        ("E-COA-02", lambda: Game(("a",), [0.0, 1.0]).value(["b"])),
        ("E-COA-03", lambda: Game(("a", "a"), [0.0] * 4)),
        ("E-COA-03", lambda: CachedOracle([], lambda mask: 0.0)),
        ("E-COA-04", lambda: Game(("a",), [0.0, np.nan])),
        ("E-COA-04", lambda: CachedOracle(["a"], lambda mask: np.inf)(1)),
        ("E-COA-05", lambda: Game(("a",), [1.0, 1.0])),
        ("E-COA-06", lambda: Game(("a",), [0.0, 1.0]).excess([1.0, 2.0])),
        ("E-COA-07", lambda: Game(tuple(map(str, range(21))), [0.0])),
        ("E-COA-07", lambda: CachedOracle(map(str, range(63)), lambda mask: 0.0)),
        ("E-COA-07", lambda: CachedOracle(map(str, range(21)), lambda mask: 0.0).game()),
        ("E-COA-08", lambda: nucleolus(Game(("a", "b"), [0.0, 1.0, 1.0, 1.0]))),
        ("E-COA-09", contradicted),
        ("E-COA-11", lambda: owen_point([[0.0]], [[1.0]], [1.0])),
        ("E-COA-11", lambda: owen_point([[1.0]], [[-1.0]], [1.0])),
        ("E-COA-11", lambda: owen_point([[1.0, 2.0]], [[1.0]], [1.0])),
        ("E-COA-11", lambda: owen_point([[1.0]], [[1.0]], [1.0], ["a", "b"])),
    ],
)
def test_wrong_input_is_refused_with_a_code(code, what):
    with pytest.raises(HaiheError) as error:
        what()
    assert error.value.code == code
    assert "{" not in error.value.text("zh") + error.value.text("en")


def test_without_imputations_there_is_still_a_prenucleolus():
    assert np.allclose(nucleolus(Game(("a", "b"), [0.0, 1.0, 1.0, 1.0]), imputations=False), [0.5, 0.5])


def test_values_cannot_be_changed_afterwards():
    values = np.array([0.0, 1.0])
    game = Game(("a",), values)
    values[1] = 5.0
    assert game.grand == 1.0
    with pytest.raises(ValueError, match="read-only"):
        game.values[1] = 2.0
