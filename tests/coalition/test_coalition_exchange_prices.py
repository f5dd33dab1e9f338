"""The search for prices: bounds that hold in every round, and the joint plan in the end."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from exchange_region import THINGS, exchange_region
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import haihe as hh
from haihe.coalition import price_search
from haihe.coalition.exchange import Exchange, Together, exchange, together
from haihe.coalition.member import Member
from haihe.coalition.member_folder import member_part
from haihe.coalition.pooling import YUAN, pooling_of
from haihe.coalition.price_search import Offers, PriceSearch
from haihe.messages import HaiheError
from haihe.planning.program import Floats


@dataclass
class Toy:
    """Members whose gains are the least of some planes: concave, known, cheap to answer. One thing, T years."""

    slopes: Floats  # (R, P, T) yuan a unit
    offsets: Floats  # (R, P) bn yuan
    bound: float

    def answer(self, r: int, prices: Floats) -> tuple[Floats, float]:
        t = prices.size
        planes = np.hstack([-self.slopes[r] / YUAN, np.ones((len(self.slopes[r]), 1))])
        box = [(-self.bound, self.bound)] * t + [(None, None)]
        found = linprog(np.r_[prices / YUAN, -1.0], A_ub=planes, b_ub=self.offsets[r], bounds=box, method="highs")
        return found.x[:t], float(found.x[t])

    def best(self) -> float:
        """Most gain of any balanced exchange, in one program."""
        members, planes, t = self.slopes.shape
        rows = np.zeros((members * planes, members * (t + 1)))
        for r in range(members):
            at = slice(r * planes, (r + 1) * planes)
            rows[at, r * (t + 1) : r * (t + 1) + t] = -self.slopes[r] / YUAN
            rows[at, r * (t + 1) + t] = 1.0
        balance = np.tile(np.hstack([np.eye(t), np.zeros((t, 1))]), members)
        cost = np.tile(np.r_[np.zeros(t), -1.0], members)
        box = ([(-self.bound, self.bound)] * t + [(None, None)]) * members
        found = linprog(cost, A_ub=rows, b_ub=self.offsets.ravel(), A_eq=balance, b_eq=np.zeros(t), bounds=box)
        return -float(found.fun)


def toy(seed: int, members: int, years: int) -> Toy:
    """Draw members; at no exchange the first plane binds, at a gain of 0."""
    rng = np.random.default_rng(seed)
    slopes = rng.uniform(100.0, 900.0, (members, 8, years))
    offsets = rng.uniform(0.0, 2.0, (members, 8))
    offsets[:, 0] = 0.0
    return Toy(slopes, offsets, 1e7)


def searched(made: Toy, rounds: int = 40, tolerance: float = 1e-4) -> PriceSearch:
    """Search and check that both bounds hold and amounts balance in every round."""
    members, _, years = made.slopes.shape
    search = PriceSearch(Offers(np.full((members, 1, years), made.bound), made.slopes[:, :1], np.ones(years)))
    best = made.best()
    while search.rounds < rounds and search.gap > tolerance:
        answers = [made.answer(r, search.asked[0]) for r in range(members)]
        search.answer(np.array([a for a, _ in answers])[:, None, :], np.array([g for _, g in answers]))
        assert search.gain <= best + 1e-6 <= search.bound + 2e-6
        assert not search.settled.sum(axis=0).any()
        known = np.min(made.offsets[:, :, None] + made.slopes @ search.settled[:, 0, :, None] / YUAN, axis=1)
        assert known.sum() >= search.gain - 1e-6
    return search


@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(1, 3))
@settings(max_examples=25)
def test_both_bounds_hold_in_every_round_and_close(seed: int, members: int, years: int) -> None:
    made = toy(seed, members, years)
    search = searched(made)
    assert search.gain >= 0.99 * made.best() - 1e-6


def test_bounds_that_close_too_early_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = PriceSearch.answer

    def generous(self: PriceSearch, amounts: Floats, gains: Floats, prices: Floats | None = None) -> None:
        kept(self, amounts, 1.2 * gains, prices)

    monkeypatch.setattr(PriceSearch, "answer", generous)
    with pytest.raises(AssertionError):
        searched(toy(0, 3, 2))


def test_what_was_surely_gained_stays_where_a_mix_cannot_be_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    made = toy(0, 3, 2)
    search = searched(made, rounds=8, tolerance=0.0)
    gain, settled, real = search.gain, search.settled, price_search.linprog
    assert gain > 0

    def no_mix(*args: object, **kwargs: object) -> object:
        return SimpleNamespace(x=None, message="") if "A_eq" in kwargs else real(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(price_search, "linprog", no_mix)
    answers = [made.answer(r, search.asked[0]) for r in range(3)]
    search.answer(np.array([a for a, _ in answers])[:, None, :], np.array([g for _, g in answers]))
    assert search.gain == gain
    assert search.settled == pytest.approx(settled)


def check_recovered(joint: Together, done: Exchange, *, rounds: int = 40) -> None:
    """At least 99 % of the gain of the joint plan, permit prices within 1 % of it or inside its range."""
    assert len(done.rounds) <= rounds
    assert done.gain >= 0.99 * joint.gain
    assert done.gain <= joint.gain * (1 + 1e-6) + 1e-6 <= done.bound * (1 + 1e-5) + 2e-6
    prices = done.prices
    for k, year in enumerate(prices.columns):
        low, high = joint.price_range("CARBON", int(year))
        found = prices.loc["CARBON", year]
        assert 0.99 * low - 1e-6 <= found <= 1.01 * high + 1e-6, (k, year, low, found, high)


@pytest.mark.parametrize(("members", "seed"), [(2, 1), (3, 1), (3, 2)])
def test_members_reach_the_joint_plan_without_handing_over_data(members: int, seed: int) -> None:
    region = exchange_region(members, seed)
    joint, done = together(region, THINGS), exchange(region, THINGS)
    assert joint.gain > 0.1
    assert done.reached
    check_recovered(joint, done)
    balance = done.settled.groupby(["thing", "year"])["amount"].sum()
    size = done.settled.groupby(["thing", "year"])["amount"].agg(lambda v: v.abs().sum())
    assert (balance.abs() <= 1e-9 * (1.0 + size)).all()


def test_members_really_gain_what_was_settled() -> None:
    region = exchange_region()
    done = exchange(region, THINGS)
    gain = 0.0
    for name, rows in done.settled.groupby("member"):
        member = Member(member_part(region, str(name)).region, THINGS)
        gain += member.gain(member.settle(rows["amount"].to_numpy().reshape(len(THINGS), -1)))
    assert gain >= done.gain - 1e-6
    assert gain <= done.bound + 1e-6


def test_no_exchange_fails_what_an_exchange_must_show() -> None:
    region = exchange_region()
    joint, none = together(region, THINGS), exchange(region, THINGS, most_rounds=0)
    assert none.gain == 0.0
    assert not none.settled["amount"].any()
    assert [finding.code for finding in none.findings] == ["W-COA-87"]
    with pytest.raises(AssertionError):
        check_recovered(joint, none)


def test_without_a_box_the_search_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    region = exchange_region(3, 2)
    kept = len(exchange(region, THINGS).rounds)
    for name, value in (("WIDTH", 1e3), ("WIDEST", 1e3), ("SHRINKS", 1.0)):
        monkeypatch.setattr(price_search, name, value)
    assert len(exchange(region, THINGS).rounds) > kept


def test_resources_are_pooled_too() -> None:
    region = exchange_region(water=True)
    things = ("water", "CARBON")
    joint, done = together(region, things), exchange(region, things)
    check_recovered(joint, done)


def test_what_cannot_be_pooled_is_refused() -> None:
    for things in (("sunshine",), (), ("CARBON", "CARBON")):
        with pytest.raises(HaiheError) as refused:
            pooling_of(exchange_region(2), things)
        assert refused.value.code == "E-COA-71"


@pytest.mark.endure
def test_the_example_is_recovered_within_forty_rounds() -> None:
    region = hh.example("jing-jin-ji")
    joint, done = together(region, ("CARBON", "money")), exchange(region, ("CARBON", "money"))
    check_recovered(joint, done)
