"""Shocks as tables, prices passed on, the mixed model, the best answer: identities, references, bad input."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ario_cases import table
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.messages import HaiheError, Text
from haihe.region.examples import examples_folder
from haihe.shocks import AtRest, Event, Inventories, Response
from haihe.shocks.coordinated import coordinate
from haihe.shocks.library import economy_of, shocks_of, stocks_of, with_shock
from haihe.shocks.mixed import mixed
from haihe.shocks.played import play
from haihe.shocks.prices_push import push
from haihe.shocks.response import best, by_weeks, program
from haihe.shocks.shock_files import REFERRED
from haihe.shocks.shock_tables import shock_of
from haihe.shocks.stress import Stress, horizon, stress
from haihe.shocks.stress_words import amount
from haihe.shocks.unplanned import WEEK, unplanned

SEEDS = st.integers(0, 10_000)


def coefficients(seed: int, n: int = 6) -> np.ndarray:
    """Random input coefficients with column sums below 0.9."""
    A = np.random.default_rng(seed).random((n, n))
    return A / A.sum(axis=0) * np.random.default_rng(seed + 1).uniform(0.2, 0.9, n)


@pytest.fixture(scope="module")
def region() -> hh.Region:
    return hh.example("jing-jin-ji")


@pytest.fixture(scope="module")
def small(region: hh.Region) -> hh.Region:
    """The example without its large tables."""
    return hh.Region({name: region[name] for name in REFERRED if region.has(name)}, region.meta)


@pytest.fixture(scope="module")
def rest(region: hh.Region) -> AtRest:
    return economy_of(region)


# --- prices and the mixed model -----------------------------------------------------------------------------------------


@given(SEEDS)
@settings(max_examples=20)
def test_prices_follow_their_equation_and_the_cost_identity(seed: int) -> None:
    """Free prices are the cost of their inputs; with all passed on, Δp' = v' L for the primary cost that is implied."""
    A, rng = coefficients(seed), np.random.default_rng(seed)
    fixed = np.arange(6) < rng.integers(1, 5)
    given_ = np.where(fixed, rng.uniform(-0.2, 0.5, 6), 0.0)
    share = rng.uniform(0, 1, 6)
    p = push(A, given_, fixed, share)
    assert np.allclose(p[~fixed], (share * (A.T @ p))[~fixed])
    assert np.allclose(p[fixed], given_[fixed])
    whole = push(A, given_, fixed)
    implied = whole - A.T @ whole
    assert np.allclose(implied[~fixed], 0)
    assert np.allclose(whole, implied @ np.linalg.inv(np.eye(6) - A))


def test_nothing_passed_on_leaves_other_prices() -> None:
    p = push(coefficients(1), np.array([0.3, 0, 0, 0, 0, 0]), np.arange(6) == 0, 0.0)
    assert np.allclose(p, [0.3, 0, 0, 0, 0, 0])


@given(SEEDS)
@settings(max_examples=20)
def test_mixed_model_gives_back_the_economy_and_its_balance(seed: int) -> None:
    """With the actual output of some sectors the actual economy comes back; with any, x = A x + y holds."""
    A, rng = coefficients(seed), np.random.default_rng(seed)
    y = rng.random(6)
    x = np.linalg.solve(np.eye(6) - A, y)
    fixed = rng.random(6) < 0.5
    got_x, got_y = mixed(A, x, y, fixed)
    assert np.allclose(got_x, x)
    assert np.allclose(got_y, y)
    lower = np.where(fixed, 0.7 * x, x)
    low_x, low_y = mixed(A, lower, y, fixed)
    assert np.allclose(low_x, A @ low_x + low_y)
    assert np.allclose(low_x[fixed], lower[fixed])
    assert (low_x <= x + 1e-9).all()


def test_mixed_model_of_two_sectors_by_hand() -> None:
    """Output of the first sector set to 100: x2 = (y2 + a21 100) / (1 - a22), y1 the rest."""
    A = np.array([[0.2, 0.3], [0.1, 0.5]])
    x, y = mixed(A, np.array([100.0, np.nan]), np.array([np.nan, 40.0]), np.array([True, False]))
    assert np.allclose(x, [100, 100])
    assert np.allclose(y, [100 - 20 - 30, 40])


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_pass_through_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(HaiheError, match="E-SHK-68"):
        push(coefficients(0), np.zeros(6), np.arange(6) == 0, share)


def test_mixed_model_refuses_missing_figures() -> None:
    with pytest.raises(HaiheError, match="E-SHK-69"):
        mixed(coefficients(0), np.full(6, np.nan), np.ones(6), np.arange(6) == 0)


# --- the best answer ----------------------------------------------------------------------------------------------------


def events_of(seed: int) -> list[Event]:
    """A random loss of capacity of one producer and a link that is half closed."""
    rng = np.random.default_rng(seed)
    return [
        Event("capacity", rng.uniform(0.2, 0.9), [f"r{rng.integers(2)}"], [f"s{rng.integers(3)}"], start=2, duration=9),
        Event("link", 0.5, ["r0"], to_regions=["r1"], start=5, duration=10),
    ]


@given(SEEDS)
@settings(max_examples=6)
def test_what_happens_alone_is_a_choice_of_the_plan(seed: int) -> None:
    """The run's flows satisfy every row and bound; the plan is worth at least as much and keeps to them too."""
    rest = AtRest.of(table(seed, idle=False))
    flows = unplanned(rest, events_of(seed), 42, Inventories(days=8.0, restore_days=10.0))
    task, alone = program(flows), by_weeks(flows)
    assert task.gap(alone.vector) < 1e-9
    assert task.value @ alone.vector == pytest.approx(flows.value)
    plan, worth = best(task)
    assert worth >= flows.value * (1 - 1e-7)
    assert task.gap(plan.vector) < 1e-5
    assert plan.final.sum() >= alone.final.sum() * (1 - 1e-6)


@given(SEEDS)
@settings(max_examples=4)
def test_a_plan_that_is_played_keeps_to_capacity_and_stocks(seed: int) -> None:
    rest = AtRest.of(table(seed, idle=False))
    flows = unplanned(rest, events_of(seed), 28, Inventories(days=5.0, restore_days=10.0))
    plan, _ = best(program(flows))
    played = play(plan, flows)
    assert (played.made <= flows.capacity * (1 + 1e-9) + 1e-9).all()
    assert played.lowest[~flows.endless].min() >= -1e-9 * max(flows.stock.max(), 1.0)
    assert played.final.sum() <= plan.final.sum() * (1 + 1e-9)
    assert played.value == pytest.approx(float((flows.added * played.made).sum()))


def test_flows_alone_are_told_completely() -> None:
    """All that is made is sent or used; stocks follow from deliveries and use (a broken scribe fails here)."""
    rest = AtRest.of(table(3, idle=False))
    flows = unplanned(rest, events_of(3), 30, Inventories(days=8.0))
    R = len(rest.regions)
    assert np.allclose(flows.sent.sum(axis=3)[:, :, :R] + flows.final[:, :, :R], flows.made)
    stocks = flows.stock + np.cumsum(flows.sent.sum(axis=2) - flows.used(flows.made), axis=0)
    assert (stocks >= -1e-9).all()


def test_without_a_shock_there_is_nothing_to_gain(rest: AtRest, region: hh.Region) -> None:
    found = coordinate(rest, [], 28, stocks_of(region), response=Response(headroom=1.05))
    assert found is not None
    assert found.worth["planned"] == pytest.approx(found.worth["usual"], rel=1e-7)
    assert found.worth["alone"] == pytest.approx(found.worth["usual"], rel=1e-9)


def test_less_than_a_week_has_no_answer(rest: AtRest, region: hh.Region) -> None:
    assert coordinate(rest, [], WEEK - 1, stocks_of(region)) is None


# --- tables and the example ---------------------------------------------------------------------------------------------


def test_every_shock_of_the_example_reads_and_is_marked(region: hh.Region, rest: AtRest) -> None:
    known = shocks_of(region)
    assert len(known) >= 5
    assert (known["quality"] == "illustrative").all()
    for code in known["shock"]:
        found = shock_of(region, rest, code)
        assert found.events
        assert horizon(list(found.events)) >= 120


def test_a_district_counts_by_its_share(small: hh.Region, rest: AtRest) -> None:
    rows = pd.DataFrame([{"kind": "capacity", "regions": "TJ-BH", "sectors": "CHM", "amount": 0.5}])
    changed, code = with_shock(small, rows)
    event = shock_of(changed, rest, code).events[0]
    shares = small["district_shares"].set_index(["region", "sector"])["share"]
    assert isinstance(event.amount, pd.Series)
    assert event.amount["TJ", "CHM"] == pytest.approx(0.5 * shares["TJ-BH", "CHM"])


def test_damage_is_all_of_the_money(small: hh.Region, rest: AtRest) -> None:
    rows = pd.DataFrame([{"kind": "capital", "regions": "TJ-BH;TJ-BC", "amount": 2e6, "unit": "万元"}])
    changed, code = with_shock(small, rows)
    amount = shock_of(changed, rest, code).events[0].amount
    assert isinstance(amount, pd.Series)
    assert amount.sum() == pytest.approx(200.0)


def test_rationed_energy_spares_who_needs_none(small: hh.Region, rest: AtRest) -> None:
    rows = pd.DataFrame([{"kind": "energy", "product": "OIL", "amount": 0.4}])
    changed, code = with_shock(small, rows)
    amount = shock_of(changed, rest, code).events[0].amount
    needs = rest.inputs[rest.sectors.index("OIL")] > 0
    assert isinstance(amount, pd.Series)
    assert np.allclose(amount.reindex(rest.index), np.where(needs, 0.4, 0.0))
    assert 0 < needs.sum() < rest.size


BAD = [
    ({"kind": "capacity", "sectors": "CHIPS", "amount": 0.5}, None),
    ({"kind": "capacity", "regions": "TJ-TEDA", "amount": 0.5}, "E-SHK-63"),
    ({"kind": "energy", "amount": 0.5}, "E-SHK-62"),
    ({"kind": "stage", "chain": "AUTO", "stage": "NONE", "amount": 0.5}, "E-SHK-64"),
    ({"kind": "port", "link": "NOPORT", "amount": 0.5}, "E-SHK-64"),
    ({"kind": "capacity", "amount": 1.5}, "E-SHK-04"),
    ({"kind": "capacity", "amount": 0.5, "recovery": "linear"}, "E-SHK-05"),
    ({"kind": "capacity", "amount": 0.5, "start": -3}, None),
    ({"kind": "quake", "amount": 0.5}, None),
]


@pytest.mark.parametrize(("row", "code"), BAD)
def test_rows_that_make_no_sense_are_refused(
    small: hh.Region, rest: AtRest, row: dict[str, object], code: str | None
) -> None:
    """With a code, and said in both languages."""

    def tried() -> None:
        changed, name = with_shock(small, pd.DataFrame([row]))
        shock_of(changed, rest, name)

    with pytest.raises(HaiheError) as error:
        tried()
    assert code is None or error.value.code == code
    assert error.value.text("zh") != error.value.text("en")


def test_unknown_names_and_files_are_refused(region: hh.Region) -> None:
    with pytest.raises(HaiheError, match="port-closed"):
        stress(region, "port-close")
    with pytest.raises(HaiheError) as error:
        stress(region, "no-such-file.csv")
    assert error.value.code == "E-FILE-01"
    two = pd.DataFrame({"shock": ["a", "b"], "kind": "capacity", "amount": 0.1})
    with pytest.raises(HaiheError) as error:
        stress(region, two)
    assert error.value.code == "E-SHK-67"


@pytest.fixture(scope="module")
def found(region: hh.Region) -> Stress:
    return stress(region, "gas-limit", lanes=4)


def test_a_stress_tells_its_parts_and_they_add_up(found: Stress) -> None:
    assert found.quality == "illustrative"
    for column in ("output", "value_added"):
        whole = found.run.summary[column].iloc[0]
        assert found.by_region[column].sum() == pytest.approx(whole)
        assert found.by_sector[column].sum() == pytest.approx(whole)
    assert np.allclose(found.losses["direct"] + found.losses["indirect"], found.losses["output"])
    assert found.prices.max() == pytest.approx(0.3)
    assert found.coordinated.worth["planned"] >= found.coordinated.worth["alone"]
    assert all(line.zh and line.en for line in found.words)
    assert len({line.zh for line in found.words}) == len(found.words)


def test_its_words_are_what_was_measured(found: Stress) -> None:
    """Money as in the tables: 亿元 in Chinese, bn yuan in English; each alone, planned, played; only transfers between places."""
    worth = found.coordinated.worth
    said = next(line for line in found.words if "统筹方案" in line.zh and "可挽回" in line.zh)
    for case in ("planned", "played"):
        assert amount(worth[case] - worth["alone"], "亿元").zh in said.zh
        assert amount(worth[case] - worth["alone"], "亿元").en in said.en
    assert amount(123.0, "亿元") == Text("123 亿元", "12.3 bn yuan")
    moved = next(line for line in found.words if "调剂" in line.zh and "跨地区" in line.zh)
    names = [found.basis.name(code) for code in found.rest.regions]
    assert not any(f"{name.zh}多供{name.zh}" in moved.zh for name in names)
    assert not any(f"from {name.en} to {name.en}" in moved.en for name in names)


def test_a_plan_that_fails_when_played_is_said_so(found: Stress) -> None:
    answer = found.coordinated
    worse = replace(answer, played=replace(answer.played, value=answer.worth["alone"] - 5.0))
    lines = replace(found, coordinated=worse).words
    assert any("不如各自应对" in line.zh and "worse than alone" in line.en for line in lines)
    short = replace(answer, played=replace(answer.played, final=0.9 * answer.played.final))
    full = replace(answer, played=replace(answer.played, final=1.1 * answer.played.final))
    assert any("少满足" in line.zh for line in replace(found, coordinated=short).words)
    assert any("多满足" in line.zh for line in replace(found, coordinated=full).words)


def test_its_figures_play_and_say_both_languages(found: Stress) -> None:
    moving = found.figures["stress-gas-limit-frames"]
    option = moving.options("zh")
    assert len(option["options"]) == len(option["timeline"]["data"]) > 10
    assert option["timeline"]["autoPlay"] is False
    assert option["xAxis"]["min"] <= 0
    assert "stress-gas-limit-weeks" in found.figures
    for table_ in found.tables.values():
        assert table_.title.zh != table_.title.en
        assert table_.records("en") is not None


def test_the_same_seed_gives_the_same_bands(region: hh.Region, found: Stress) -> None:
    again = stress(region, "寒潮限气", lanes=4, coordinated=False)
    pd.testing.assert_frame_equal(again.spread.losses, found.spread.losses)
    assert again.coordinated is None


def test_the_command_lists_and_refuses() -> None:
    """``--list`` names the library of the example; no shock at all is wrong usage."""
    run = CliRunner().invoke(app, ["stress", str(examples_folder() / "jing-jin-ji"), "--list", "--json"])
    assert run.exit_code == 0
    listed = json.loads(run.stdout)["shocks"]
    assert {"port-closed", "chips-cut", "gas-limit", "car-plant", "district-flood"} <= {row["shock"] for row in listed}
    assert CliRunner().invoke(app, ["stress", str(examples_folder() / "jing-jin-ji")]).exit_code == 2
