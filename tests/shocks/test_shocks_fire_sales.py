"""Sales under pressure: the definition by plain loops, a search over prices, invariants, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from haihe.messages import HaiheError
from haihe.shocks import clearing as clearing_module
from haihe.shocks import fire_sales
from haihe.shocks.clearing import clear
from haihe.shocks.obligations import Obligations

SEEDS = st.integers(0, 100_000)
KINDS = ("land", "shares")


def drawn(seed: int, n: int = 5) -> Obligations:
    """Random members with cash and two kinds of holdings, and debts among them and outside."""
    rng = np.random.default_rng(seed)
    names = [f"m{k}" for k in range(n)]
    rows = [(name, kind, rng.uniform(0, 8)) for name in names for kind in ("cash", *KINDS)]
    owed = [(a, b, "loan", rng.uniform(0, 8)) for a in names for b in names if a != b and rng.random() < 0.5]
    owed += [(a, None, "bond", rng.uniform(0, 12)) for a in names]
    held = pd.DataFrame(rows, columns=["holder", "item", "value"])
    return Obligations.from_frames(held, pd.DataFrame(owed, columns=["debtor", "creditor", "kind", "value"]))


def plainly(
    o: Obligations, fall: dict[str, float], depth: dict[str, float], alpha: float, beta: float
) -> tuple[list[float], list[float]]:
    """Payments and prices by the definition, both together, repeated from the top; everything in loops."""
    n, owed = o.n, o.owed.toarray()
    held = [[float(o.holdings[k].iloc[i]) * (1 - fall.get(k, 0.0)) for k in KINDS] for i in range(n)]
    cash = [float(o.assets[i] - sum(o.holdings[k].iloc[i] for k in KINDS)) for i in range(n)]
    debts = [float(owed[i].sum() + o.outside[i]) for i in range(n)]
    paid, price = list(debts), [1.0] * len(KINDS)
    for _ in range(200_000):
        got = [sum(owed[j][i] / debts[j] * paid[j] for j in range(n) if debts[j] > 0) for i in range(n)]
        worth = [sum(price[k] * held[i][k] for k in range(len(KINDS))) for i in range(n)]
        after = []
        for i in range(n):
            solvent = cash[i] + worth[i] + got[i] >= debts[i] * (1 - 1e-12)
            after.append(debts[i] if solvent else alpha * (cash[i] + worth[i]) + beta * got[i])
        part = [min(1.0, max(0.0, debts[i] - cash[i] - got[i]) / worth[i]) if worth[i] else 0.0 for i in range(n)]
        prices = []
        for k, kind in enumerate(KINDS):
            whole = sum(held[i][k] for i in range(n))
            sold = sum(part[i] * held[i][k] for i in range(n)) / whole if whole else 0.0
            prices.append((1 - depth.get(kind, 0.0)) ** sold)
        moved = max(abs(a - b) for a, b in zip(after + prices, paid + price, strict=True))
        paid, price = after, prices
        if moved < 1e-13:
            break
    return paid, price


@settings(max_examples=40)
@given(
    seed=SEEDS, land=st.sampled_from([0.0, 0.3, 0.9]), other=st.sampled_from([0.0, 0.6]), alpha=st.sampled_from([1, 0.6]),
    fall=st.sampled_from([0.0, 0.4]),
)  # fmt: skip
def test_payments_and_prices_are_those_of_the_definition(
    seed: int, land: float, other: float, alpha: float, fall: float
) -> None:
    o = drawn(seed)
    depth, mark = {"land": land, "shares": other}, {"land": fall}
    found = clear(o, fall=mark, sales=depth, alpha=alpha, beta=0.9)
    paid, price = plainly(o, mark, depth, alpha, 0.9)
    assert found.sales is not None
    np.testing.assert_allclose(found.paid, paid, atol=1e-7)
    np.testing.assert_allclose(found.sales.prices, price, atol=1e-8)


def test_one_seller_stops_at_the_highest_price_that_pays() -> None:
    """It needs 3 and holds 10: the highest q with q 10 x = 3 and q = (1/2)^x; below it another root that is not taken."""
    held = pd.DataFrame({"holder": ["a", "a"], "item": ["cash", "land"], "value": [1.0, 10.0]})
    owed = pd.DataFrame({"debtor": ["a"], "creditor": [None], "kind": ["bond"], "value": [4.0]})
    found = clear(Obligations.from_frames(held, owed), sales={"land": 0.5})
    share = brentq(lambda x: 10 * x * 0.5**x - 3, 0, 1 / np.log(2))
    assert found.sales is not None
    assert found.sales.prices[0] == pytest.approx(0.5**share, abs=1e-11)
    assert found.sales.sold[0] == pytest.approx(share, abs=1e-10)
    assert found.equity[0] == pytest.approx(10 * 0.5**share * (1 - share), abs=1e-9)


@settings(max_examples=15)
@given(SEEDS)
def test_no_higher_price_is_a_fixed_point(seed: int) -> None:
    """A search over all prices of one kind, each cleared by itself: at every higher price more would be sold."""
    o, depth = drawn(seed), 0.7
    found = clear(o, sales={"land": depth})
    assert found.sales is not None
    price = float(found.sales.prices[0])
    land = o.holdings["land"].to_numpy()
    for q in np.linspace(price, 1.0, 40)[1:]:
        assets = o.assets - land * (1 - q)
        alone = clear(o, assets=assets)
        worth = q * land + o.holdings["shares"].to_numpy()
        cash = o.assets - o.holdings.sum(axis=1).to_numpy()
        part = np.clip((o.debts - alone.received - cash) / worth, 0.0, 1.0)
        assert (1 - depth) ** ((part * land).sum() / land.sum()) < q + 1e-9 * (price < 1)


@settings(max_examples=25)
@given(SEEDS)
def test_money_is_kept_and_deeper_markets_help(seed: int) -> None:
    o = drawn(seed)
    calm, thin, thinner = (clear(o, sales={"land": d, "shares": d}, alpha=0.8) for d in (0.0, 0.4, 0.8))
    assert calm.paid == pytest.approx(clear(o, alpha=0.8).paid)
    assert (thin.paid <= calm.paid + 1e-9).all()
    assert (thinner.paid <= thin.paid + 1e-9).all()
    assert thinner.sales is not None
    outside = (thinner.paid * np.divide(o.outside, o.debts, out=np.zeros(o.n), where=o.debts > 0)).sum()
    lost = thinner.sales.frame()["lost"].sum()
    assert thinner.equity.sum() + outside + thinner.costs + lost == pytest.approx(o.assets.sum())


def test_who_only_holds_is_hit_by_those_who_sell() -> None:
    """b has debts that its land covers while nobody sells; a's sales alone make it fail."""
    held = pd.DataFrame({"holder": ["a", "b"], "item": "land", "value": [10.0, 10.0]})
    owed = pd.DataFrame({"debtor": ["a", "b"], "creditor": None, "kind": "bond", "value": [20.0, 8.0]})
    o = Obligations.from_frames(held, owed)
    alone = clear(o)
    assert alone.defaults.tolist() == [True, False]
    found = clear(o, sales={"land": 0.6})
    assert found.defaults.tolist() == [True, True]
    assert found.wave[1] > found.wave[0]
    assert "clearing-sales" in found.tables
    assert "抛售" in found.words.zh
    assert "sales under pressure" in found.words.en


def test_guarantees_called_force_sales_too() -> None:
    """What b must stand in for it pays by selling; c holds the same and is worth less."""
    held = pd.DataFrame({"holder": ["a", "b", "c"], "item": ["cash", "land", "land"], "value": [1.0, 10.0, 10.0]})
    owed = pd.DataFrame(
        {
            "debtor": ["a", "b"],
            "creditor": [None, "a"],
            "kind": ["bond", "guarantee"],
            "value": [6.0, 5.0],
        }
    )
    found = clear(Obligations.from_frames(held, owed), sales={"land": 0.5})
    assert found.called[1, 0] == pytest.approx(5.0)
    assert found.paid[1] == pytest.approx(5.0)
    assert found.sales is not None
    assert found.equity[2] == pytest.approx(10 * found.sales.prices[0])
    assert found.sales.prices[0] < 1


def test_a_wrong_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices that forget what others sell differ from the definition."""
    whole = fire_sales.Sales.pressed

    def half(self: fire_sales.Sales, needed: np.ndarray) -> fire_sales.Sales:
        return whole(self, needed / 2)

    monkeypatch.setattr(fire_sales.Sales, "pressed", half)
    gaps = []
    for seed in range(10):
        found = clear(drawn(seed), sales={"land": 0.5})
        gaps.append(np.abs(found.sales.prices - plainly(drawn(seed), {}, {"land": 0.5}, 1, 1)[1]).max())
    assert max(gaps) > 1e-3


def test_bad_questions_have_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    o = drawn(1)
    asked = {
        "E-SHK-34": lambda: clear(o, sales={"land": 1.0}),
        "E-SHK-35": lambda: clear(o, sales={"gold": 0.2}),
        "E-SHK-48": lambda: clear(o, assets=o.assets, sales={"land": 0.2}),
    }
    for code, ask in asked.items():
        with pytest.raises(HaiheError) as caught:
            ask()
        assert caught.value.code == code
        assert caught.value.text("zh") != caught.value.text("en")
    with pytest.raises(HaiheError, match="E-SHK-34"):
        clear(o, sales={"land": -0.1})
    monkeypatch.setattr(clearing_module, "ROUNDS", 1)
    with pytest.raises(HaiheError, match="E-SHK-49"):
        clear(drawn(3), fall={"land": 0.6}, sales={"land": 0.9})
