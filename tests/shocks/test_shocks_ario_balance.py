"""What holds on every day of every run, on random economies; and a slow model by the book."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from ario_cases import Slow, table
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.shocks import AtRest, Event, Inventories, Lane, Rebuild, Response, disrupt, stepping

seeds = st.integers(0, 10_000)
few = settings(max_examples=8)
ORDERS: list[tuple] = [(), ("final",), ("industry", "final"), ("s1", ("final", "s2"))]


class Balance:
    """Follows a run and keeps the worst of every balance, over output at rest."""

    def __init__(self, rest: AtRest) -> None:
        self.rest = rest
        self.worst = dict.fromkeys(("deliveries", "stocks", "capacity", "negative", "orders"), 0.0)
        self.before: tuple[np.ndarray, np.ndarray] | None = None

    def keep(self, name: str, value: float) -> None:
        self.worst[name] = max(self.worst[name], float(value))

    def watch(self, t: int, economy: stepping.Economy) -> None:
        """Take the matrix of orders apart that the model never makes."""
        s, rest = economy.stocks, self.rest
        scale = rest.output.max()
        made = economy.made[0]
        if self.before is not None:
            orders, stock = self.before
            group = np.repeat(np.arange(len(s.bounds) - 1), np.diff(s.bounds))
            share = economy.served[economy.class_of][:, 0] * economy.on_the_way[:, 0]
            delivered = orders * share[group].transpose(1, 2, 0)
            used = s.inputs * made[economy.order]
            expected = stock + (delivered.sum(axis=1) - used) * s.step
            known = np.isfinite(expected) & ~(np.isinf(s.slack) & (expected < 0))
            self.keep("stocks", np.abs(s.stock[:, 0][known] - expected[known]).max(initial=0.0) / scale)
            self.keep("negative", -s.stock.min() / scale)
            sent = delivered.sum(axis=2) + (economy.clients[:, 0] * economy.served[:, 0]).sum(axis=0)
            self.keep("deliveries", np.abs(rest.by_producer(sent) - made).max() / scale)
        self.keep("capacity", ((made - economy.capacity[0]) / scale).max())
        orders = s.flows * economy.factors[:, 0][np.repeat(np.arange(len(s.bounds) - 1), np.diff(s.bounds))].transpose(
            1, 2, 0
        )
        orders = orders * s.scale[:, 0][:, None]
        asked = np.stack([orders[:, :, a:b].sum(axis=2) for a, b in zip(s.bounds[:-1], s.bounds[1:], strict=True)])
        self.keep("orders", np.abs(asked - economy.asked[:, 0]).max() / scale)
        self.before = orders, s.stock[:, 0].copy()


def happens(rng: np.random.Generator) -> list[Event]:
    curve = str(rng.choice(["none", "linear", "concave", "convex", "exponential"]))
    days = 0.0 if curve == "none" else float(rng.integers(1, 20))
    when = {
        "start": float(rng.integers(0, 4)),
        "duration": float(rng.integers(0, 6)),
        "recovery": curve,
        "recovery_days": days,
    }
    found = [
        Event("capacity", float(rng.uniform(0, 1)), ["r1"], **when),
        Event("demand", float(rng.uniform(-0.5, 1)), ["r0"], **when),
    ]
    if rng.random() < 0.5:
        found.append(Event("link", float(rng.uniform(0, 1)), ["r0"], to_regions=["r1"], **when))
    if rng.random() < 0.5:
        found.append(
            Event("capital", 5e3, ["r0"], ["s1"], start=2, duration=2, rebuild=Rebuild({"s1": 0.3, "s2": 0.7}, 9.0))
        )
    return found


@few
@given(seeds, st.sampled_from([0.0, 2.0, 6.0, 40.0, np.inf]), st.sampled_from(ORDERS), st.sampled_from([1, 3, 7]))
def test_nothing_is_made_from_nothing(seed: int, days: float, order: tuple, step: int) -> None:
    """Deliveries and what is not met are the orders; stocks change by deliveries less use; nobody is above capacity."""
    rng = np.random.default_rng(seed)
    rest = AtRest.of(table(seed))
    balance = Balance(rest)
    response = Response(priority=order, adaptation=float(rng.uniform(0, 1)))
    found = disrupt(
        rest,
        happens(rng),
        days=60,
        step=step,
        inventories=Inventories(days),
        response=response,
        engine="plain",
        watch=balance.watch,
    )
    assert max(balance.worst.values()) < 1e-11, balance.worst
    parts = found.losses[["demand", "capacity", "inputs"]].sum(axis=1)
    np.testing.assert_allclose(parts, found.losses["output"], atol=1e-8 * rest.output.max())
    assert (found.unmet >= -1e-9 * rest.output.max()).all()


@pytest.mark.parametrize("broken", ["stock", "capacity", "deliveries"])
def test_the_balances_are_not_idle(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is broken where the model is."""
    rest = AtRest.of(table(3))
    right = stepping.Economy.advance

    def advance(self: stepping.Economy, t: int, day: float, move: Callable, book: object) -> None:
        right(self, t, day, move, book)
        if broken == "stock":
            self.stocks.stock *= 1.001
        elif broken == "capacity":
            self.capacity = self.capacity * 0.999
        else:
            self.served = self.served * 0.999

    monkeypatch.setattr(stepping.Economy, "advance", advance)
    balance = Balance(rest)
    event = Event("capacity", 0.5, ["r1"], start=2, duration=5)
    disrupt(rest, [event], days=30, inventories=Inventories(6.0), engine="plain", watch=balance.watch)
    assert max(balance.worst.values()) > 1e-6


@few
@given(seeds, st.sampled_from([0.0, 3.0, 90.0]), st.sampled_from([1, 7]), st.sampled_from(ORDERS))
def test_without_a_shock_all_rests_for_ever(seed: int, days: float, step: int, order: tuple) -> None:
    rest = AtRest.of(table(seed, R=3, n=2))
    response = Response(priority=[c for c in order if c != ("final", "s2")])
    found = disrupt(rest, days=150, step=step, inventories=Inventories(days), response=response, engine="plain")
    assert np.abs(found.production - rest.output).max() / rest.output.max() < 1e-11
    assert np.abs(found.unmet).max() / rest.output.max() < 1e-11
    assert found.summary["first_day"].isna().all()


@few
@given(
    seeds,
    st.sampled_from([0.0, 2.0, 6.0, 50.0]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([1.0, 5.0]),
    st.booleans(),
)
def test_it_is_the_model_by_the_book(
    seed: int, days: float, share: float, adaptation: float, step: float, final_first: bool
) -> None:
    """The matrix of orders, which we never make, gives the same."""
    rest = AtRest.of(table(seed))
    rng = np.random.default_rng(seed)
    many = np.where(rng.random((3, rest.size)) < 0.2, 2 * days, days)
    path = rng.uniform(0, 1, 8)
    event = Event("capacity", share, ["r1"], start=step, path=tuple(np.repeat(path, int(step))))
    lost = np.zeros((25, rest.size))
    lost[1:9, 3:] = share * path[:, None] * (rest.output[3:] > 0)
    slow = Slow(
        rest, many, psi=0.7, restore=11.0, overproduction=1.4, overproduction_days=9.0, adaptation=adaptation, step=step
    )
    stocks = Inventories(pd.DataFrame(many, rest.sectors, rest.index), restore_days=11.0, psi=0.7)
    response = Response(1.4, 9.0, adaptation, priority=["final"] if final_first else [])
    for engine in ("plain", "fused"):
        if engine == "fused":
            pytest.importorskip("numba")
        found = disrupt(
            rest, [event], days=int(25 * step), step=int(step), inventories=stocks, response=response, engine=engine
        )
        np.testing.assert_allclose(found.production, slow.run(lost, final_first), atol=1e-10 * rest.output.max())


@few
@given(seeds, st.floats(0, 1), st.floats(0, 1))
def test_a_bigger_shock_loses_no_less_on_its_days(seed: int, one: float, other: float) -> None:
    """Before anybody can react, output of those hit is capacity."""
    rest = AtRest.of(table(seed))
    small, large = sorted((one, other))
    lanes = [Lane(str(size), [Event("capacity", size, ["r1"], start=0, duration=1)]) for size in (small, large)]
    found = disrupt(rest, lanes=lanes, days=1, keep="all", engine="plain")
    np.testing.assert_allclose(
        found.production[0, 0, 3:], rest.output[3:] * (1 - small), atol=1e-12 * rest.output.max()
    )
    assert (found.production[1] <= found.production[0] + 1e-12).all()


@few
@given(seeds)
def test_everything_destroyed_is_rebuilt(seed: int) -> None:
    """Damage falls day by day to nothing, and what was delivered for it is the damage."""
    rest = AtRest.of(table(seed, idle=False))
    happens = [Event("household", 40.0, ["r0"], start=1, duration=2, rebuild=Rebuild({"s0": 0.5, "s2": 0.5}, 5.0))]
    found = disrupt(rest, happens, days=200, engine="plain")
    left = found.book.remaining[0]
    assert left[1] == pytest.approx(40.0)
    assert (np.diff(left[1:]) <= 1e-12).all()
    assert left[-1] < 1e-6
    assert found.book.output[0].sum() > rest.output.sum() * len(found.days)
