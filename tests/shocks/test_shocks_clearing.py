"""Clearing payments and losses of equity: published examples by hand, the definitions, invariants, bad input.

Published: the three-member system printed with the clearing function of a public package (its example: a ring of weight
x = 1/2 with external assets 1/2, 5/8, 3/4 and external debts 3/2, 1/2, 1/2), and the star of Glasserman and Young (2015,
Journal of Banking and Finance 50, figure 1; one centre, four others). Their numbers are worked out by hand below.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.shocks import clearing as module
from haihe.shocks.clearing import clear, greatest
from haihe.shocks.debtrank import debtrank
from haihe.shocks.obligations import Obligations

SEEDS = st.integers(0, 100_000)


def system(
    owed: list[list[float]],
    assets: list[float],
    outside: list[float] | None = None,
    guarantees: dict[tuple[int, int], float] | None = None,
) -> Obligations:
    names = [f"m{k}" for k in range(len(assets))]
    held = pd.DataFrame({"holder": names, "item": "cash", "value": assets})
    rows = [(names[i], names[j], "loan", v) for i, row in enumerate(owed) for j, v in enumerate(row) if v]
    rows += [(names[i], None, "bond", v) for i, v in enumerate(outside or []) if v]
    rows += [(names[i], names[j], "guarantee", v) for (i, j), v in (guarantees or {}).items()]
    return Obligations.from_frames(held, pd.DataFrame(rows, columns=["debtor", "creditor", "kind", "value"]))


def drawn(seed: int, n: int = 6) -> Obligations:
    rng = np.random.default_rng(seed)
    owed = np.where(rng.random((n, n)) < 0.5, rng.uniform(0, 10, (n, n)), 0.0)
    np.fill_diagonal(owed, 0.0)
    return system(owed.tolist(), rng.uniform(0, 12, n).tolist(), rng.uniform(0, 6, n).tolist())


def by_repetition(o: Obligations, alpha: float, beta: float) -> np.ndarray:
    """Greatest fixed point by its definition: start from what is owed, apply the rule until it stands still."""
    paid = o.debts.copy()
    shares = o.shares.toarray()
    for _ in range(200_000):
        income = shares.T @ paid
        able = o.assets + income >= o.debts * (1 - 1e-12)
        following = np.where(able, o.debts, np.minimum(o.debts, alpha * o.assets + beta * income))
        if np.abs(following - paid).max() < 1e-15:
            break
        paid = following
    return paid


RING = ([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]], [1 / 2, 5 / 8, 3 / 4], [3 / 2, 1 / 2, 1 / 2])


def test_published_ring_by_hand() -> None:
    # Member 0 owes 5/2 and has 1/2 + 1 at most: in default. Members 1 and 2 owe 3/2 each, of which a third to each other and
    # to 0. p0 = 1/2 + (p1 + p2)/3, p1 = 5/8 + p0/5 + p2/3 (if short), p2 = 3/4 + p0/5 + p1/3 (if short).
    # With 1 and 2 sound p0 = 3/2; then 1 has 5/8 + 3/10 + 1/2 = 57/40 < 3/2: short; 2 has 3/4 + 3/10 + 1/2 = 31/20: sound.
    # With 0 and 1 short: p0 = 1 + p1/3 and p1 = 9/8 + p0/5, so p0 = 165/112 and p1 = 159/112;
    # 2 then has 3/4 + 33/112 + 53/112 = 85/56 >= 3/2: sound.
    found = clear(system(*RING))
    assert found.paid == pytest.approx([165 / 112, 159 / 112, 3 / 2], abs=1e-14)
    assert found.wave.tolist() == [0, 1, -1]
    assert found.costs == 0


def test_published_ring_with_bankruptcy_costs_by_hand() -> None:
    # alpha = 1/2, beta = 7/10. Round 0: member 0. p0 = 1/4 + 7/10 = 19/20, a fifth of it 19/100 to each.
    # Round 1: 1 has 5/8 + 19/100 + 1/2 < 3/2, and 2 has 3/4 + 19/100 + 1/2 = 1.44 < 3/2: both fail. Then
    # p0 = 1/4 + 0.7 (p1 + p2)/3, p1 = 5/16 + 0.7 (p0/5 + p2/3), p2 = 3/8 + 0.7 (p0/5 + p1/3).
    # Let s = p1 + p2: s (1 - 7/30) = 11/16 + 7/25 p0 and p0 = 1/4 + 7/30 s.
    s = (11 / 16 + 7 / 100) / (1 - 7 / 30 - 49 / 750)
    gap = (3 / 8 - 5 / 16) / (1 + 7 / 30)
    found = clear(system(*RING), alpha=0.5, beta=0.7)
    assert found.paid == pytest.approx([1 / 4 + 7 / 30 * s, (s - gap) / 2, (s + gap) / 2], abs=1e-14)
    assert found.wave.tolist() == [0, 1, 1]


def test_star_with_a_shock_to_the_centre_by_hand() -> None:
    # The centre has 150 outside, owes 100 outside and 10 to each of four; each of these has 50, owes 55 outside: net worth
    # 10 and 5. The centre loses 94 of its assets: it has 56 for 140, pays 4 to each. Each has 54 < 55: all fail.
    owed = [[0, 10, 10, 10, 10]] + [[0.0] * 5] * 4
    o = system(owed, [150.0, 50, 50, 50, 50], [100.0, 55, 55, 55, 55])
    assert o.net_worth.tolist() == [10, 5, 5, 5, 5]
    found = clear(o, assets=np.array([56.0, 50, 50, 50, 50]))
    assert found.paid == pytest.approx([56, 54, 54, 54, 54])
    assert found.wave.tolist() == [0, 1, 1, 1, 1]
    mild = clear(o, assets=np.array([80.0, 50, 50, 50, 50]))  # pays 80/14 > 5 to each: nobody else fails
    assert mild.defaults.tolist() == [True, False, False, False, False]


@settings(max_examples=60)
@given(seed=SEEDS, alpha=st.sampled_from([0.0, 0.4, 0.9, 1.0]), beta=st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_payments_are_the_greatest_fixed_point(seed: int, alpha: float, beta: float) -> None:
    o = drawn(seed)
    found = clear(o, alpha=alpha, beta=beta)
    np.testing.assert_allclose(found.paid, by_repetition(o, alpha, beta), atol=1e-9)


@settings(max_examples=40)
@given(seed=SEEDS)
def test_money_is_kept_and_nobody_pays_more_than_it_has_or_owes(seed: int) -> None:
    o = drawn(seed)
    found = clear(o, alpha=0.6, beta=0.8)
    assert (found.paid <= o.debts + 1e-12).all()
    assert (found.paid <= o.assets + found.received + 1e-9).all()
    to_outside = (found.paid * np.divide(o.outside, o.debts, out=np.zeros(o.n), where=o.debts > 0)).sum()
    assert found.equity.sum() + to_outside + found.costs == pytest.approx(o.assets.sum())
    assert (found.equity >= -1e-9).all()


@settings(max_examples=30)
@given(seed=SEEDS)
def test_less_money_or_higher_costs_never_raise_a_payment(seed: int) -> None:
    o = drawn(seed)
    best = clear(o).paid
    assert (clear(o, assets=o.assets * 0.7).paid <= best + 1e-9).all()
    assert (clear(o, alpha=0.5, beta=0.5).paid <= best + 1e-9).all()


def test_a_wrong_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_round(shares, debts, assets, alpha=1.0, beta=1.0):  # type: ignore[no-untyped-def]
        paid = np.minimum(debts, assets + shares.T @ debts)
        return paid, np.where(paid < debts, 0, -1)

    monkeypatch.setattr(module, "greatest", one_round)
    assert any(np.abs(clear(o).paid - by_repetition(o, 1, 1)).max() > 1e-3 for o in map(drawn, range(20)))


def test_a_closed_ring_without_money_still_clears_at_the_greatest_point() -> None:
    # Each owes 1 to the next and has nothing: all can pay if all pay.
    o = system([[0, 1, 0], [0, 0, 1], [1, 0, 0]], [0.0, 0, 0])
    assert clear(o).paid.tolist() == [1, 1, 1]
    # Once one also owes outside, everything leaks out and nothing is ever paid.
    leaking = system([[0, 1, 0], [0, 0, 1], [1, 0, 0]], [0.0, 0, 0], [1.0, 0, 0])
    assert clear(leaking).paid == pytest.approx([0, 0, 0], abs=1e-9)


def test_members_without_debts_and_no_debts_at_all() -> None:
    o = system([[0, 5], [0, 0]], [1.0, 0.0])
    found = clear(o)
    assert (found.paid.tolist(), found.equity.tolist()) == ([1, 0], [0, 1])
    assert np.isnan(found.frame["recovery"][1])
    calm = system([[0, 0], [0, 0]], [1.0, 2.0])
    assert clear(calm).equity.tolist() == [1, 2]
    assert "足额" in clear(calm).words.zh


def test_guarantees_are_called_up_to_what_is_unpaid_and_granted() -> None:
    # 0 owes 10 outside and has 4; 1 guarantees 5 of it, 2 guarantees 15: six are unpaid, called 1.5 and 4.5.
    o = system([[0] * 3] * 3, [4.0, 2, 4], [10.0, 0, 0], {(1, 0): 5.0, (2, 0): 15.0})
    found = clear(o)
    assert found.called[:, 0] == pytest.approx([0, 1.5, 4.5])
    assert found.paid == pytest.approx([4, 1.5, 4])
    assert found.wave.tolist() == [0, -1, 1]
    assert found.debts == pytest.approx([10, 1.5, 4.5])
    little = clear(system([[0] * 2] * 2, [4.0, 9], [10.0, 0], {(1, 0): 5.0}))
    assert little.called[1, 0] == 5


def test_a_chain_of_guarantees_spreads() -> None:
    # 0 fails by 6; 1 guarantees 6 and has 1: fails by 5 with its own debt of 0; 2 guarantees 1's debts of its own: none.
    own = system([[0] * 3] * 3, [0.0, 1, 9], [6.0, 2, 0], {(1, 0): 6.0, (2, 1): 9.0})
    found = clear(own)
    # 1 owes 2 + 6 and has 1: pays a quarter... of its own 2 it pays 1/4, so 7/4 are called from 2.
    assert found.called[2, 1] == pytest.approx(7 / 4)
    assert found.paid == pytest.approx([0, 1, 7 / 4])
    without = system([[0] * 3] * 3, [0.0, 1, 9], [6.0, 2, 0])
    assert clear(without).paid == pytest.approx([0, 1, 0])


def test_common_holdings_fall_together() -> None:
    held = pd.DataFrame(
        {"holder": ["a", "a", "b", "b"], "item": ["cash", "land", "land", "cash"], "value": [1.0, 10, 20, 5]}
    )
    owed = pd.DataFrame({"debtor": ["a", "b"], "creditor": ["b", None], "kind": "loan", "value": [8.0, 20.0]})
    o = Obligations.from_frames(held, owed)
    assert not clear(o, fall={"land": 0.2}).defaults.any()
    found = clear(o, fall={"land": 0.5})
    assert found.paid == pytest.approx([6, 20])
    assert clear(o, fall={"land": 0.6}).defaults.tolist() == [True, True]
    with pytest.raises(HaiheError, match="E-SHK-35"):
        clear(o, fall={"gold": 0.1})


HELD = pd.DataFrame({"holder": ["a", "b"], "item": "cash", "value": [1.0, 2.0]})
OWED = pd.DataFrame({"debtor": ["a"], "creditor": ["b"], "kind": ["loan"], "value": [1.0]})


@pytest.mark.parametrize(
    ("code", "held", "owed"),
    [
        ("E-SHK-40", HELD.iloc[:0], OWED),
        ("E-SHK-41", HELD, OWED.assign(debtor="z")),
        ("E-SHK-41", HELD, OWED.assign(creditor="z")),
        ("E-SHK-41", HELD, OWED.assign(kind="guarantee", creditor=None)),
        ("E-SHK-42", HELD, OWED.assign(creditor="a")),
        ("E-SHK-32", HELD, OWED.assign(value=-1.0)),
        ("E-SHK-32", HELD.assign(value=np.nan), OWED),
    ],
)
def test_bad_obligations_have_codes(code: str, held: pd.DataFrame, owed: pd.DataFrame) -> None:
    with pytest.raises(HaiheError) as caught:
        Obligations.from_frames(held, owed)
    assert caught.value.code == code


def test_bad_questions_have_codes() -> None:
    o = Obligations.from_frames(HELD, OWED)
    poor = Obligations.from_frames(HELD.assign(value=[0.0, 2.0]), OWED)
    asked = {
        "E-SHK-34": lambda: clear(o, alpha=1.2),
        "E-SHK-35": lambda: debtrank(poor.__class__.from_frames(HELD, OWED), {}),
        "E-SHK-41": lambda: debtrank(o, {"z": 1.0}),
        "E-SHK-43": lambda: debtrank(poor, {"b": 1.0}),
    }
    for code, ask in asked.items():
        with pytest.raises(HaiheError) as caught:
            ask()
        assert caught.value.code == code
    with pytest.raises(HaiheError, match="E-SHK-34"):
        clear(o, assets=np.array([-1.0, 1.0]))


def again_plainly(owed: list[list[float]], equity: list[float], start: list[float]) -> list[float]:
    n, before, now = len(equity), [0.0] * len(equity), list(start)
    for _ in range(100_000):
        following = [
            min(1.0, now[i] + sum(owed[j][i] / equity[i] * (now[j] - before[j]) for j in range(n))) for i in range(n)
        ]
        if max(a - b for a, b in zip(following, now, strict=True)) <= 1e-13:
            return following
        before, now = now, following
    return now


def once_plainly(owed: list[list[float]], equity: list[float], start: list[float]) -> list[float]:
    n, h = len(equity), list(start)
    state = ["D" if s > 0 else "U" for s in start]
    while "D" in state:
        following = [
            min(1.0, h[i] + sum(min(1.0, owed[j][i] / equity[i]) * h[j] for j in range(n) if state[j] == "D"))
            for i in range(n)
        ]
        moved = ["I" if state[i] in "DI" else ("D" if following[i] > 0 else "U") for i in range(n)]
        h, state = following, moved
    return h


@settings(max_examples=40)
@given(seed=SEEDS)
def test_debtrank_is_that_of_the_definitions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    owed = np.where(rng.random((n, n)) < 0.5, rng.uniform(0, 3, (n, n)), 0.0)
    np.fill_diagonal(owed, 0.0)
    equity = rng.uniform(1, 12, n)
    names = [f"m{k}" for k in range(n)]
    held = pd.DataFrame({"holder": names, "item": "equity", "value": equity})
    rows = [(names[i], names[j], "loan", owed[i, j]) for i in range(n) for j in range(n) if owed[i, j]]
    o = Obligations.from_frames(held, pd.DataFrame(rows, columns=["debtor", "creditor", "kind", "value"]))
    start = rng.uniform(0, 1, n) * (rng.random(n) < 0.5)
    start[0] = 0.3
    shock = dict(zip(names, start, strict=True))
    for rule, plainly in (("again", again_plainly), ("once", once_plainly)):
        found = debtrank(o, shock, rule)  # type: ignore[arg-type]
        assert found.loss == pytest.approx(plainly(owed.tolist(), equity.tolist(), start.tolist()), abs=1e-9)
        assert found.rank >= 0


def test_views_have_words_in_both_languages() -> None:
    o = system(*RING)
    for result in (clear(o), debtrank(system([[0, 1], [0, 0]], [2.0, 3.0]), {"m0": 0.5})):
        assert all(table.quality == "illustrative" for table in result.tables.values())
        assert all(figure.options("en") for figure in result.figures.values())
        assert result.words.zh
        assert result.words.en


def test_waves_follow_the_order_of_default() -> None:
    o = system([[0, 4, 0], [0, 0, 4], [0, 0, 0]], [0.0, 1, 1], [0, 0, 4.5])
    paid, wave = greatest(o.shares, o.debts, o.assets)
    assert wave.tolist() == [0, 1, 2]
    assert paid == pytest.approx([0, 1, 2])
