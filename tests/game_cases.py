"""Games with known answers, and independent ways to the same answers by definition; shared by tests/coalition."""

from dataclasses import dataclass
from itertools import combinations, permutations
from math import factorial

import numpy as np
from scipy.optimize import linprog

from haihe.coalition.game import CachedOracle, Game, membership, sizes, sums
from haihe.coalition.joint_costs import airport_game, savings
from haihe.coalition.production_game import production_game
from haihe.coalition.program import CoalitionProgram, proper, solved, started

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Known:
    """A game of the literature: its answers, None where they are not stated."""

    name: str
    game: Game
    shapley: tuple[float, ...] | None = None
    nucleolus: tuple[float, ...] | None = None
    epsilon: float | None = None


def by_coalition(values: dict[str, float], members: str) -> Game:
    """A game from values by letters, e.g. ``{"ab": 1}``; what is not named is 0."""
    game = Game(tuple(members), np.zeros(1 << len(members)))
    table = np.zeros(1 << len(members))
    for names, value in values.items():
        table[game.mask(names)] = value
    return Game(tuple(members), table)


def oracle_of(game: Game) -> CachedOracle:
    """A game that is written down as an oracle."""
    return CachedOracle(game.members, lambda mask: float(game.values[mask]))


def claims_game(estate: float, claims: list[float]) -> Game:
    """What each coalition is left when all others have had their claims."""
    values = np.maximum(estate - sums(np.array(claims, float))[::-1], 0.0)
    values[0] = 0.0
    return Game(tuple(LETTERS[: len(claims)]), values)


def airport_nucleolus(needs: list[float]) -> np.ndarray:
    """Payments of the airport game's nucleolus by Littlechild's closed form (1974).

    From the smallest need on, the group that pays alike is the one with the smallest ``(c_k - paid) / (k - done + 1)``
    over the needs k; the largest stands for all the rest and counts one less.
    """
    c = np.array(needs, float)
    order, n = np.argsort(c, kind="stable"), c.size
    ordered, pays = c[order], np.zeros(n)
    done, paid = 0, 0.0
    while done < n:
        ends = np.arange(done, n)
        heads = ends - done + 2 - (ends == n - 1)
        rate = (ordered[ends] - paid) / heads
        at = int(np.flatnonzero(rate <= rate.min() * (1 + 1e-12))[-1])
        pays[done : done + at + 1] = rate[at]
        paid += float(rate[at]) * (at + 1)
        done += at + 1
    shares = np.empty(n)
    shares[order] = pays
    return shares


def is_monotone(game: Game, tolerance: float) -> bool:
    """Whether no member makes a coalition worth less."""
    masks = np.arange(game.values.size)
    gain = [game.values[masks | 1 << i] - game.values[masks] for i in range(game.n)]
    return bool(np.min(gain) >= -tolerance * game.scale)


def weighted_majority(quota: float, weights: list[float]) -> Game:
    return Game(tuple(LETTERS[: len(weights)]), (sums(np.array(weights, float)) >= quota).astype(float))


def council() -> Game:
    """Security Council: five with a veto, nine of fifteen votes."""
    vetoes = sums(np.array([1.0] * 5 + [0.0] * 10))
    return Game(tuple(LETTERS[:15]), ((vetoes == 5) & (sizes(15) >= 9)).astype(float))


def market(buyers: list[float], sellers: list[float]) -> Game:
    """One horse a seller, one a buyer: the best trades of each coalition."""
    n, m = len(buyers), len(sellers)
    member = membership(np.arange(1 << (n + m)), n + m).astype(bool)
    worth = -np.sort(-np.where(member[:, :n], buyers, -np.inf), axis=1)
    asks = np.sort(np.where(member[:, n:], sellers, np.inf), axis=1)
    k = min(n, m)
    gain = np.where(np.isfinite(worth[:, :k]) & np.isfinite(asks[:, :k]), worth[:, :k] - asks[:, :k], 0.0)
    return Game(tuple(LETTERS[: n + m]), np.maximum(gain, 0.0).sum(axis=1))


TVA = by_coalition(
    {"a": 163520, "b": 140826, "c": 250096, "ab": 301607, "ac": 378821, "bc": 367370, "abc": 412584}, "abc"
)
"""Costs of the Tennessee Valley Authority in thousand dollars: navigation, flood control, power."""
OWEN_PRIETO = ([[4, 5], [6, 2]], [[4, 6, 60], [33, 39, 0]], [68, 52])
OWEN_MEINHARDT = ([[0.25, 0.1], [8, 5], [4, 6]], [[9, 5, 14], [260, 120, 590], [200, 200, 400]], [200, 150])
BAWERK = market([30, 28, 26, 24, 22, 21, 20, 18, 17, 15], [10, 11, 15, 17, 20, 21.5, 25, 26])
MEASURE = np.array([1.0, 2.0, 3.0, 4.0])
THIRD = 1 / 3


def known() -> list[Known]:
    glove = by_coalition({"ab": 1, "ac": 1, "abc": 1}, "abc")
    gloves = Game(tuple("abcde"), np.minimum(sums(np.array([1.0, 1, 0, 0, 0])), sums(np.array([0.0, 0, 1, 1, 1]))))
    majority = by_coalition({"ab": 1, "ac": 1, "bc": 1, "abc": 1}, "abc")
    runway = savings(airport_game([12.0, 20.0, 33.0], "abc"))
    drivers = {"ab": 5, "ac": 5, "ad": 8, "bc": 9, "bd": 10, "cd": 8, "abc": 13, "abd": 15, "acd": 16, "bcd": 17}
    trap = {"ab": 3, "ac": 2, "abc": 1, "ad": 1, "bd": 2, "abd": 1, "acd": 1, "bcd": 2, "abcd": 7}
    return [
        Known("glove market: one left, two right", glove, (2 / 3, 1 / 6, 1 / 6), (1, 0, 0), 0.0),
        Known("glove market: two left, three right", gloves, (39 / 60,) * 2 + (14 / 60,) * 3, (1, 1, 0, 0, 0), 0.0),
        Known("majority of three, empty core", majority, (THIRD,) * 3, (THIRD,) * 3, THIRD),
        Known("Talmud, estate 100", claims_game(100, [100, 200, 300]), None, (100 / 3,) * 3),
        Known("Talmud, estate 200", claims_game(200, [100, 200, 300]), None, (50, 75, 75)),
        Known("Talmud, estate 300", claims_game(300, [100, 200, 300]), None, (50, 100, 150)),
        Known("airport (Littlechild and Owen)", runway, (12 - 4, 20 - 8, 33 - 21), (12 - 6, 20 - 7, 33 - 20), -6.0),
        Known(
            "Tennessee Valley (Straffin and Heaney)", savings(TVA), (45691, 40069.5, 56097.5), (47286,) * 3, -47286.0
        ),
        Known("convex: square of a measure", Game(tuple("abcd"), sums(MEASURE) ** 2), tuple(MEASURE * MEASURE.sum())),
        Known("weighted majority [3; 2, 1, 1]", weighted_majority(3, [2, 1, 1]), (2 / 3, 1 / 6, 1 / 6), (1, 0, 0), 0.0),
        Known("weighted majority [5; 3, 2, 2, 1]", weighted_majority(5, [3, 2, 2, 1]), (5 / 12, 1 / 4, 1 / 4, 1 / 12)),
        Known("Security Council", council(), (421 / 2145,) * 5 + (4 / 2145,) * 10, (0.2,) * 5 + (0.0,) * 10, 0.0),
        Known("four with nested programs", by_coalition(drivers | {"abcd": 21}, "abcd"), None, (3.5, 4.5, 5.5, 7.5)),
        Known("many optima: the trap", by_coalition(trap, "abcd"), None, (13 / 6, 13 / 6, 4 / 3, 4 / 3)),
        Known("production (Owen)", production_game(*OWEN_PRIETO)),
    ]


def shapley_by_orders(game: Game) -> np.ndarray:
    """Mean of what each member adds over all n! orders."""
    total = np.zeros(game.n)
    for order in permutations(range(game.n)):
        mask = 0
        for i in order:
            total[i] += game.values[mask | 1 << i] - game.values[mask]
            mask |= 1 << i
    return total / factorial(game.n)


def least_core_by_enumeration(game: Game, per_capita: bool = False) -> float:
    """Smallest possible largest excess, all coalitions in one program of another solver interface."""
    n = game.n
    masks = np.arange(1, (1 << n) - 1)
    heads = sizes(n)[masks] if per_capita else np.ones(masks.size)
    rows = -np.column_stack([membership(masks, n), heads])
    equation = np.append(np.ones(n), 0.0)[None]
    found = linprog(np.append(np.zeros(n), 1.0), rows, -game.values[masks], equation, [game.grand], bounds=(None, None))
    assert found.status == 0
    return float(found.fun)


def nucleolus_by_scheme(game: Game, per_capita: bool = False, imputations: bool = True) -> np.ndarray:
    """Maschler, Peleg and Shapley: after each program, settle a coalition only when no optimum makes it better off.

    Primal all the way (no dual is read): for each coalition that binds, its payment is maximised over the optimal face.
    """
    n = game.n
    masks = np.arange(1, (1 << n) - 1)
    member = membership(masks, n)
    heads = sizes(n)[masks].astype(float) if per_capita else np.ones(masks.size)
    v = game.values[masks]
    lows = [(game.values[1 << i] if imputations else None, None) for i in range(n)] + [(None, None)]
    equations, amounts = [np.append(np.ones(n), 0.0)], [game.grand]
    left = np.ones(masks.size, dtype=bool)
    for _ in range(n):
        rows, reached = -np.column_stack([member, heads])[left], -v[left]
        aim = np.append(np.zeros(n), 1.0)
        best = linprog(aim, rows, reached, np.array(equations), amounts, bounds=lows)
        assert best.status == 0
        epsilon, x = best.fun, best.x[:n]
        slack = member @ x + heads * epsilon - v
        face = [*lows[:n], (epsilon, epsilon)]
        fixed = (np.array(equations), list(amounts))

        def highest(row, rows=rows, reached=reached, fixed=fixed, face=face):
            return -linprog(-np.append(row, 0.0), rows, reached + 1e-10, *fixed, bounds=face).fun

        binding = [(member[k], v[k] - heads[k] * epsilon) for k in np.flatnonzero(left & (slack < 1e-7))]
        if imputations:
            binding += [(np.eye(n)[i], game.alone[i]) for i in np.flatnonzero(x - game.alone < 1e-7)]
        for row, amount in binding:
            if highest(row) <= amount + 1e-6:
                equations.append(np.append(row, 0.0))
                amounts.append(amount)
        settled = np.array(equations)[:, :n]
        for k in np.flatnonzero(left):
            left[k] = np.linalg.matrix_rank(np.vstack([settled, member[k]])) > np.linalg.matrix_rank(settled)
        if np.linalg.matrix_rank(settled) == n:
            return np.linalg.lstsq(settled, np.array(amounts), rcond=None)[0]
        keep = independent(settled)
        equations, amounts = [equations[k] for k in keep], [amounts[k] for k in keep]
    raise AssertionError("a program settled nothing")


def independent(rows: np.ndarray) -> list[int]:
    kept: list[int] = []
    for k in range(len(rows)):
        if np.linalg.matrix_rank(rows[[*kept, k]]) == len(kept) + 1:
            kept.append(k)
    return kept


def kohlberg(game: Game, x: np.ndarray, per_capita: bool = False, imputations: bool = True) -> bool:
    """Kohlberg (1971): x is the nucleolus when, for every level, the coalitions with an excess above it are balanced.

    Single members that get just what they reach alone may help with any weight that is not negative.
    """
    n = game.n
    size = max(game.scale, 1e-12)
    if abs(x.sum() - game.grand) > 1e-7 * size or (imputations and (x < game.alone - 1e-7 * size).any()):
        return False
    masks = np.arange(1, (1 << n) - 1)
    heads = sizes(n)[masks] if per_capita else 1.0
    excess = (game.values - sums(x))[masks] / heads / size
    member = membership(masks, n)
    helpers = np.eye(n)[np.abs(x - game.alone) <= 1e-7 * size] if imputations else np.zeros((0, n))
    level = np.inf
    while True:
        below = excess[excess < level - 1e-7]
        if not below.size:
            return True
        level = below.max()
        above = member[excess >= level - 1e-7]
        if not balanced_with(above, helpers):
            return False
        if np.linalg.matrix_rank(np.vstack([above, np.ones(n)])) == n:
            return True


def balanced_with(rows: np.ndarray, helpers: np.ndarray) -> bool:
    """Whether weights above 0 for all rows (and not negative for helpers) sum to 1 for each member."""
    k, h = len(rows), len(helpers)
    n = rows.shape[1]
    every = np.vstack([rows, helpers, np.zeros((1, n))]).T
    short = np.hstack([-np.eye(k), np.zeros((k, h)), np.ones((k, 1))])
    bounds = [(0, None)] * (k + h) + [(None, 1)]
    found = linprog(np.append(np.zeros(k + h), -1.0), short, np.zeros(k), every, np.ones(n), bounds=bounds)
    return bool(found.status == 0 and -found.fun > 1e-7)


def random_game(seed: int, most: int = 5) -> Game:
    """Of any kind: real or small whole numbers (many ties), superadditive or not, with or without a core."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most + 1))
    kind = seed % 4
    if kind == 0:
        values = rng.random(1 << n) * sizes(n)
    elif kind == 1:
        values = rng.integers(0, 4, 1 << n) * (sizes(n) > 1).astype(float)
        values[-1] = rng.integers(2, 9)
    elif kind == 2:
        values = np.minimum(sums(rng.integers(0, 5, n).astype(float)), sums(rng.integers(0, 5, n).astype(float)))
    else:
        values = rng.normal(size=1 << n) * 100
        values[-1] = abs(values[-1]) + sum(values[1 << i] for i in range(n))
    values[0] = 0.0
    if values[-1] < sum(values[1 << i] for i in range(n)):
        values[-1] = sum(values[1 << i] for i in range(n)) + rng.random()
    return Game(tuple(LETTERS[:n]), values)


def nucleolus_of_a_corner(game: Game) -> np.ndarray:
    """The well-known mistake: settle all coalitions that bind at the corner where the solver stopped."""
    values = game.zero_normalised().values / game.scale
    ones, n = np.ones(values.size), game.n
    program: CoalitionProgram = started(values, ones)
    program.bound(1 << np.arange(n), 0.0)
    rows, amounts, among = [np.ones(n)], [values[-1]], proper(n)
    while np.linalg.matrix_rank(np.array(rows)) < n:
        answer = solved(program, values, ones, among)
        binding = among & (np.abs(values - sums(answer.x) - answer.epsilon) < 1e-9)
        for mask in np.flatnonzero(binding):
            row = membership(mask, n)
            if np.linalg.matrix_rank(np.array([*rows, row])) > len(rows):
                rows.append(row)
                amounts.append(values[mask] - answer.epsilon)
                program.settle(int(mask), amounts[-1])
        basis = np.array(rows)
        along = np.linalg.lstsq(basis.T, membership(np.arange(1 << n), n).T, rcond=None)[0]
        follows = np.abs(basis.T @ along - membership(np.arange(1 << n), n).T).max(axis=0) < 1e-8
        program.drop(follows)
        among &= ~follows
    return game.alone + np.linalg.solve(np.array(rows), np.array(amounts)) * game.scale


def banzhaf(game: Game) -> np.ndarray:
    """Equal weights for all coalitions: not the Shapley value."""
    return np.array(
        [
            sum(
                game.values[sum(1 << j for j in rest) | 1 << i] - game.values[sum(1 << j for j in rest)]
                for k in range(game.n)
                for rest in combinations([j for j in range(game.n) if j != i], k)
            )
            / 2 ** (game.n - 1)
            for i in range(game.n)
        ]
    )
