"""Events, bad input, special economies, engines, lanes, draws and remedies."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ario_cases import table
from hypothesis import given, settings
from hypothesis import strategies as st

import haihe as hh
from haihe.accounts import Accounts
from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.shocks import (
    AtRest,
    Event,
    Inventories,
    Lane,
    Ranges,
    Rebuild,
    Response,
    batch,
    disrupt,
    monte_carlo,
    passing,
    what_pays,
)

DAYS = np.arange(0.0, 40.0)
PLAIN = {"engine": "plain"}


@pytest.fixture(scope="module")
def rest() -> AtRest:
    return AtRest.of(table(5, R=3, n=3, idle=False))


def accounts() -> Accounts:
    """Two regions that trade, import and have inflows of nobody named."""
    rng = np.random.default_rng(2)
    R, n = 2, 3
    Z, final = rng.uniform(1, 30, (R, n, n)), rng.uniform(20, 90, (R, n, 1))
    uses = Z.sum(axis=2) + final.sum(axis=2)
    imports, inflow = 0.2 * uses, 0.1 * uses
    flows = np.zeros((R, R, n))
    flows[0, 1], flows[1, 0] = 0.1 * uses[1], 0.15 * uses[0]
    exports = rng.uniform(5, 20, (R, n))
    output = uses + exports + flows.sum(axis=1) - flows.sum(axis=0) - imports - inflow
    added = (output - Z.sum(axis=1))[:, None]
    return Accounts(
        regions=["a", "b"], sectors=["s0", "s1", "s2"], year=2020, unit="万元", final_kinds=["c"], added_kinds=["v"], Z=Z,
        final=final, added=added, exports=exports, imports=imports, outflow=np.zeros((R, n)), inflow=inflow,
        residual=np.zeros((R, n)), output=output, flows=flows,
    )  # fmt: skip


@given(
    st.sampled_from(["none", "linear", "concave", "convex", "exponential"]),
    st.integers(0, 5),
    st.integers(0, 8),
    st.integers(1, 15),
)
@settings(max_examples=30)
def test_a_path_is_full_then_falls(curve: str, start: int, duration: int, days: int) -> None:
    event = Event(
        "capacity", 0.5, start=start, duration=duration, recovery=curve, recovery_days=0 if curve == "none" else days
    )
    left = event.left(DAYS)
    assert (left[:start] == 0).all()
    assert (left[start : start + duration] == 1).all()
    assert (np.diff(left[start:]) <= 1e-15).all()
    if np.isfinite(event.end):
        assert (left[event.end <= DAYS] == 0).all()


def test_curves_have_their_shape() -> None:
    """Half-way linear leaves a half, concave more, convex less; exponential leaves 5 % at the end."""
    left = {
        curve: Event("capacity", 1.0, start=0, duration=0, recovery=curve, recovery_days=10).left(DAYS)
        for curve in ("linear", "concave", "convex", "exponential")
    }
    assert left["convex"][5] < left["linear"][5] == 0.5 < left["concave"][5]
    assert left["exponential"][10] == pytest.approx(0.05)


WRONG = [
    ("E-SHK-03", lambda: Event("capacity", 0.5, ["nowhere"])),
    ("E-SHK-03", lambda: Event("capacity", pd.Series({("r0", "s9"): 0.5}))),
    ("E-SHK-03", lambda: Event("imports", 0.5, ["abroad"])),
    ("E-SHK-04", lambda: Event("capacity", 1.5)),
    ("E-SHK-04", lambda: Event("capacity", float("nan"))),
    ("E-SHK-05", lambda: Event("capacity", 0.5, start=-1)),
    ("E-SHK-05", lambda: Event("capacity", 0.5, recovery="linear")),
    ("E-SHK-06", lambda: Event("capacity", 0.5, recovery="fast", recovery_days=3)),
    ("E-SHK-06", lambda: Event("weather", 0.5)),
    ("E-SHK-07", lambda: Event("capital", 5.0, rebuild=Rebuild({"s0": 0.4}))),
    ("E-SHK-08", lambda: Event("household", 5.0)),
    ("E-SHK-08", lambda: Event("link", 0.5, ["r0"])),
    ("E-SHK-08", lambda: Event("capacity", 0.5, kinds=["c"])),
    ("E-SHK-09", lambda: Event("exports", 0.5)),
    ("E-SHK-10", lambda: Event("capital", 5.0, rebuild=Rebuild({"s0": 1.0}, days=0))),
]


@pytest.mark.parametrize(("code", "make"), WRONG)
def test_what_makes_no_sense_is_refused(code: str, make: object, rest: AtRest) -> None:
    with pytest.raises(HaiheError) as caught:
        disrupt(rest, [make()], days=3, **PLAIN)
    assert caught.value.code == code
    assert all(caught.value.text(lang) for lang in ("zh", "en"))


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("E-SHK-03", {"inventories": Inventories({"steel": 5.0})}),
        ("E-SHK-10", {"inventories": Inventories(-1.0)}),
        ("E-SHK-10", {"inventories": Inventories(restore_days=0.0)}),
        ("E-SHK-10", {"response": Response(adaptation=2.0)}),
        ("E-SHK-03", {"response": Response(priority=["nobody"])}),
        ("E-SHK-11", {"response": Response(priority=["final", "final"])}),
        ("E-SHK-14", {"days": 0}),
        ("E-SHK-14", {"step": 9}),
        ("E-SHK-15", {"lanes": []}),
        ("E-SHK-16", {"capital": np.ones(2)}),
    ],
)
def test_parameters_that_make_no_sense_are_refused(code: str, options: dict, rest: AtRest) -> None:
    with pytest.raises(HaiheError) as caught:
        disrupt(rest, **{"days": 5} | PLAIN | options)
    assert caught.value.code == code


def test_tables_that_cannot_run_are_refused() -> None:
    bad = table(1)
    bad.Z[1, 1] = np.nan
    with pytest.raises(HaiheError, match="E-SHK-01"):
        AtRest.of(bad)
    empty = table(1)
    for block in (empty.Z, empty.final):
        block[...] = 0.0
    with pytest.raises(HaiheError, match="E-SHK-02"):
        AtRest.of(empty)


def test_capital_of_nobody_and_idle_builders_are_refused() -> None:
    rest = AtRest.of(table(1))
    with pytest.raises(HaiheError, match="E-SHK-12"):
        disrupt(rest, [Event("capital", 5.0)], capital=np.zeros(rest.size), days=3, **PLAIN)
    alone = table(1)
    alone.Z[[0, 3]], alone.Z[:, [0, 3]], alone.final[[0, 3]] = 0.0, 0.0, 0.0
    with pytest.raises(HaiheError, match="E-SHK-13"):
        disrupt(alone, [Event("capital", 5.0, ["r1"], ["s1"], rebuild=Rebuild({"s0": 1.0}))], days=3, **PLAIN)


def test_cancelling_stops_it_and_progress_is_told(rest: AtRest) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(HaiheError, match="E-SHK-20"):
        disrupt(rest, days=5, control=Control(cancel=stop), **PLAIN)
    said: list = []
    monte_carlo(rest, [Event("capacity", 0.2, ["r0"])], draws=2, days=5, control=Control(progress=said.append), **PLAIN)
    assert said


def test_who_supplies_himself_and_who_is_alone() -> None:
    """A producer that buys only from itself is hit by its own loss only; a total halt stops it and lets it come back."""
    alone = table(1, R=1, n=2, idle=False)
    alone.Z[...] = np.diag([40.0, 30.0])
    alone = AtRest.of(alone)
    found = disrupt(
        alone,
        [Event("capacity", 1.0, ["r0"], ["s0"], start=2, duration=2)],
        days=400,
        inventories=Inventories(4.0),
        **PLAIN,
    )
    made = found.production / alone.output
    assert made[2:4, 0].max() == 0
    assert np.abs(made[:, 1] - 1).max() < 1e-12
    assert np.isfinite(made).all()
    assert made[4, 0] > 0.5


def test_every_supplier_of_a_product_down(rest: AtRest) -> None:
    """Orders stay where nobody can deliver; deliveries are 0, and come back with capacity."""
    event = Event("capacity", 1.0, sectors=["s1"], start=1, duration=3)
    found = disrupt(rest, [event], days=30, inventories=Inventories(60.0), **PLAIN)
    made = found.production.reshape(-1, 3, 3)[:, :, 1]
    assert made[1:4].max() == 0
    assert (made[4] > 0).all()
    assert np.isfinite(found.production).all()


def test_priority_serves_its_class_first(rest: AtRest) -> None:
    event = Event("capacity", 0.6, start=1, duration=5)
    first, last = (
        disrupt(rest, [event], days=3, response=Response(priority=[who]), **PLAIN).book.unmet.sum()
        for who in ("final", "industry")
    )
    usual = disrupt(rest, [event], days=3, **PLAIN).book.unmet.sum()
    assert first < usual < last


def test_a_collapse_is_said_and_serving_industry_first_prevents_it() -> None:
    """Sharing with final users alone lets factories run dry for good."""
    rest = AtRest.of(table(5, R=1, n=3, idle=False))
    event = Event("capacity", 0.6, ["r0"], ["s0"], start=1, duration=30)
    shared, industry = (
        disrupt(rest, [event], inventories=Inventories(5.0), response=Response(priority=first), **PLAIN).summary.iloc[0]
        for first in ([], ["industry"])
    )
    assert shared["collapsed"]
    assert np.isnan(shared["recovered_day"])
    assert not industry["collapsed"]
    assert industry["output"] < 0.2 * shared["output"]


def test_demand_imports_exports_and_links_hit_whom_they_name() -> None:
    rest = AtRest.of(accounts())
    assert rest.partners == ["abroad", "elsewhere"]
    made = rest.yearly.sum(axis=1) + rest.final[: rest.size].sum(axis=1)
    np.testing.assert_allclose(made, accounts().output.ravel())
    cut = disrupt(rest, [Event("imports", 1.0, ["abroad"], ["s1"], start=1, duration=200)], days=60, **PLAIN)
    assert cut.book.arriving[0, 1:, 1].max() == 0
    assert cut.book.arriving[0, 1, 0] > 0
    assert cut.first_bottlenecks["input"].iloc[0] in ("s1", None)
    scarce = disrupt(
        rest,
        [Event("imports", 1.0, ["abroad"], ["s1"], start=1, duration=200)],
        days=60,
        inventories=Inventories(5.0),
        response=Response(adaptation=0.0),
        **PLAIN,
    )
    assert scarce.first_bottlenecks["input"].iloc[0] == "s1"
    assert "s1" in scarce.words()("en")
    sold = rest.final[: rest.size, rest.uses.index(("", "exports"))] / 365
    port = disrupt(rest, [Event("exports", 1.0, ["a"], start=1, duration=1)], days=2, **PLAIN)
    np.testing.assert_allclose(rest.output - port.production[1], np.where(np.arange(6) < 3, sold, 0), atol=1e-12)
    link = disrupt(rest, [Event("link", 1.0, ["a"], to_regions=["b"], start=1, duration=1)], days=2, **PLAIN)
    shipped = (rest.yearly[:3, 3:].sum(axis=1) + rest.final[:3, 1]) / 365
    np.testing.assert_allclose(rest.output[:3] - link.production[1, :3], shipped, atol=1e-12)
    np.testing.assert_allclose(link.unmet[1, :3], rest.final[:3, 1] / 365, atol=1e-12)


@given(st.integers(0, 1000), st.booleans())
@settings(max_examples=8)
def test_lanes_together_are_lanes_alone(seed: int, order: bool) -> None:
    """In both engines, with links, classes and rebuilding in some lanes."""
    rest = AtRest.of(table(seed, R=3, n=3))
    rng = np.random.default_rng(seed)
    rebuilt = Event("capital", 4e3, ["r0"], ["s1"], start=2, duration=1, rebuild=Rebuild({"s2": 1.0}, 7.0))
    lanes = [
        Lane("a", [Event("capacity", float(rng.uniform()), ["r1"], start=1, duration=3)], stocks=0.5),
        Lane("b", [Event("link", 0.7, ["r0"], to_regions=["r2"], start=1, duration=9), rebuilt], overproduction=1.5),
        Lane("c", [Event("demand", -0.3, ["r2"], start=3, duration=4)], stocks={"s1": 0.1}, adaptation=0.0),
        Lane("d"),
    ]
    options = {"days": 40, "inventories": Inventories(8.0), "response": Response(priority=["final"] if order else [])}
    both = disrupt(rest, lanes=lanes, keep="all", engine="plain", **options)
    whole = rest.output.max()
    for engine in ("plain", "fused"):
        if engine == "fused":
            pytest.importorskip("numba")
        together = disrupt(rest, lanes=lanes, keep="all", engine=engine, **options)
        assert np.abs(together.production - both.production).max() / whole < 1e-12
        for k, lane in enumerate(lanes):
            alone = disrupt(rest, lanes=[lane], engine=engine, **options)
            assert np.abs(alone.production - both.production[k]).max() / whole < 1e-12
    single = disrupt(rest, lanes=lanes, keep="all", precision="single", engine="plain", **options)
    assert 1e-12 < np.abs(single.production - both.production).max() / whole < 1e-4


def test_totals_are_the_sums_of_the_paths(rest: AtRest) -> None:
    lanes = [Lane(str(k), [Event("capacity", 0.1 * k, ["r0"], start=1, duration=9)]) for k in range(4)]
    options = {"days": 30, "inventories": Inventories(5.0), **PLAIN}
    paths, totals = (disrupt(rest, lanes=lanes, keep=keep, **options) for keep in ("all", "totals"))
    pd.testing.assert_frame_equal(paths.losses, totals.losses)
    made = paths.production
    np.testing.assert_allclose(paths.book.lost, (rest.output - made).sum(axis=1))
    np.testing.assert_allclose(paths.regions["output"], made.reshape(4, 30, 3, 3).sum(axis=3).ravel())
    np.testing.assert_allclose(paths.sectors["output"], made.reshape(4, 30, 3, 3).sum(axis=2).ravel())
    with pytest.raises(HaiheError, match="E-SHK-17"):
        _ = totals.production


def test_recovery_is_counted_from_the_last_day_below(rest: AtRest) -> None:
    event = Event("capacity", 0.4, ["r0"], start=2, duration=5, recovery="linear", recovery_days=10)
    found = disrupt(rest, [event], days=365, **PLAIN)
    day, share = found.summary["recovered_day"].iloc[0], found.totals[0]
    assert (share[int(day) :] >= 0.999).all()
    assert share[int(day) - 1] < 0.999
    assert disrupt(rest, [event], days=6, **PLAIN).summary["recovered_day"].isna().all()
    assert disrupt(rest, days=6, **PLAIN).summary["recovered_day"].iloc[0] == 0


def test_small_shocks_leave_others_alone_and_large_ones_cause_shortage(rest: AtRest) -> None:
    """Facts that a peer's tests state of its own model."""
    small = disrupt(rest, [Event("capacity", 1e-4, ["r0"], ["s0"], start=5, duration=5)], days=365, **PLAIN)
    assert small.first_bottlenecks["day"].isna().all()
    assert small.summary["recovered_day"].iloc[0] <= 210
    assert np.abs(small.production[210:] / rest.output - 1).max() < 1e-3
    other = small.production[5][3:] / rest.output[3:]
    assert np.abs(other - 1).max() < 1e-6
    large = disrupt(
        rest, [Event("capacity", 0.9, ["r0"], start=5, duration=60)], days=100, inventories=Inventories(4.0), **PLAIN
    )
    assert large.first_bottlenecks["day"].notna().all()


def test_draws_are_the_same_for_the_same_seed_and_bands_hold_them(rest: AtRest) -> None:
    event = [Event("capacity", 0.5, ["r0"], start=1, duration=5, recovery="linear", recovery_days=10)]
    one, two, other = (monte_carlo(rest, event, draws=12, seed=seed, days=60, **PLAIN) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.summary, two.summary)
    assert not one.drawn.equals(other.drawn)
    assert (one.bands["p10"] <= one.bands["p50"]).all()
    assert (one.bands["p50"] <= one.bands["p90"]).all()
    stated = disrupt(rest, event, days=60, **PLAIN)
    np.testing.assert_allclose(one.output[0], stated.book.output[0], rtol=1e-9)
    as_stated = Ranges(*[(1.0, 1.0)] * 4)
    fixed = monte_carlo(rest, event, as_stated, draws=3, days=60, **PLAIN)
    assert fixed.summary["output"].std() < 1e-9 * fixed.summary["output"].mean()
    assert set(one.influence["drawn"]) <= set(one.drawn)
    assert one.influence.iloc[0]["drawn"] in ("size", "recovery")


HALT = Event("capacity", 0.9, ["r0"], start=1, duration=20)
SHARED = {
    "one lane": {"days": 40},
    "lanes": {"days": 40, "lanes": [Lane("a", [HALT]), Lane("b", [], stocks=0.3)]},
    "first served": {"days": 40, "response": Response(priority=("s1", "final"))},
    "single": {"days": 40, "precision": "single"},
}


@pytest.mark.parametrize("engine", ["plain", "fused"])
@pytest.mark.parametrize("case", SHARED)
def test_threads_change_no_bit(case: str, engine: str, rest: AtRest) -> None:
    if engine == "fused":
        pytest.importorskip("numba")
    hit = [] if "lanes" in SHARED[case] else [HALT]
    run = partial(disrupt, rest, hit, inventories=Inventories(4.0), engine=engine, keep="all", **SHARED[case])
    one, two, many = (run(threads=threads) for threads in (1, 2, 9))
    assert one.first_bottlenecks["day"].notna().any()
    for other in (two, many):
        np.testing.assert_array_equal(one.production, other.production)
        np.testing.assert_array_equal(one.limiting, other.limiting)
        np.testing.assert_array_equal(one.book.stock_low, other.book.stock_low)
        pd.testing.assert_frame_equal(one.summary, other.summary)


def last_part_wins(patch: pytest.MonkeyPatch) -> None:
    right = passing.Shared.__call__

    def call(self: passing.Shared, s: passing.Stocks, *told: np.ndarray) -> np.ndarray:
        asked = right(self, s, *told)
        s.most[:] = self._parts[-1].most
        return asked

    patch.setattr(passing.Shared, "__call__", call)


def parts_count_from_zero(patch: pytest.MonkeyPatch) -> None:
    right = passing.Stocks.parts
    patch.setattr(passing.Stocks, "parts", lambda self, count: [replace(p, first=0) for p in right(self, count)])


@pytest.mark.parametrize("mutant", [last_part_wins, parts_count_from_zero], ids=lambda mutant: mutant.__name__)
def test_threads_that_go_wrong_are_found_out(mutant: Callable, rest: AtRest, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        test_threads_change_no_bit("one lane", "plain", rest)


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(HaiheError, match="E-SHK-18"):
        Ranges(size=(2.0, 1.0))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["processes", pytest.param("dask", marks=pytest.mark.endure)])
def test_others_give_the_same_draws(way: str, rest: AtRest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a day is missing (nobody recovers within the days looked at), and with groups of other sizes."""
    monkeypatch.setattr(batch, "SENT", 3)
    event = [Event("capacity", 0.5, ["r0"], start=1, duration=5)]
    run = partial(monte_carlo, rest, event, draws=6, days=11, **PLAIN)
    here = run()
    assert here.summary["recovered_day"].isna().any()
    said: list = []
    if way == "processes":
        there = run(workers=2, control=Control(progress=said.append))
    else:
        distributed = pytest.importorskip("distributed", reason="distributed stands in the extras dask and dev")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            there = run(dask=cluster.scheduler_address, control=Control(progress=said.append))
    assert len(said) == 3
    pd.testing.assert_frame_equal(here.summary, there.summary, rtol=1e-12, atol=0)
    np.testing.assert_allclose(here.output, there.output, rtol=1e-12)
    np.testing.assert_array_equal(here.days, there.days)
    pd.testing.assert_frame_equal(here.losses, there.losses, rtol=1e-12)


@pytest.mark.slow
def test_a_stress_hands_its_draws_to_others() -> None:
    region = hh.example("jing-jin-ji")
    run = partial(hh.stress, region, "gas-limit", lanes=batch.SENT + 2, days=60, coordinated=False)
    here, there = run(), run(workers=2)
    assert here.spread is not None
    assert there.spread is not None
    pd.testing.assert_frame_equal(here.spread.losses, there.spread.losses, rtol=1e-9)


def test_more_stock_of_what_is_short_pays(rest: AtRest) -> None:
    event = [Event("capacity", 0.8, sectors=["s1"], start=1, duration=15)]
    found = what_pays(rest, event, days=120, inventories=Inventories(6.0), response=Response(adaptation=0.0), **PLAIN)
    assert set(found["remedy"]) == {"stock", "supplier", "capacity"}
    best = found[found["remedy"] == "stock"].iloc[0]
    assert best["input"] == "s1"
    assert best["saved_value_added"] > 0
    assert best["per_cost"] == pytest.approx(best["saved_value_added"] / best["cost"])
    assert found[found["remedy"] == "capacity"]["cost"].isna().all()


@pytest.mark.parametrize("page", ["disruption.md", "disruption.zh.md"])
def test_the_page_prints_what_it_shows(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of the explanation runs as it stands."""
    text = (Path(__file__).parents[2] / "docs" / "explanation" / page).read_text(encoding="utf-8")
    code, shown = re.findall(r"```(?:python|text)\n(.*?)```", text, flags=re.S)[:2]
    exec(compile(code, page, "exec"), {})  # our own page
    assert capsys.readouterr().out == shown
