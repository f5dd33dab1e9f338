"""Draws: within their bands, the same for the same seed, taken up where they were left; flows stay balanced."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from haihe.messages import HaiheError
from haihe.planning import Assumptions, plan
from haihe.planning import draws as room
from haihe.planning.control import Control
from haihe.planning.drawing import ELASTICITIES, FLOWS, dimensions_of, drawn_region, moved_flows, places
from haihe.planning.draws import Draws, draws
from haihe.planning.scenarios import scenario
from haihe.region import Region
from plan_cases import synthetic
from small_region import EVIDENCE, META, named, small_tables

BANDS = {
    "growth": (0.03, 0.05, 0.06, "1/year"),
    "elasticity_exports": (1.0, 2.0, 4.0, "share"),
    "elasticity_imports": (1.0, 2.0, 4.0, "share"),
    "local_guard": (0.02, 0.05, 0.10, "share"),
    "discount": (0.08, 0.08, 0.08, "1/year"),
    "step": (1.0, 2.0, 2.0, "year"),
    "gravity_exponent": (0.5, 1.0, 2.0, "1"),
}


def wide() -> Region:
    """Two members and a partner with accounts of its own, bands on parameters and flows, and a cap that binds."""
    case = synthetic(0)
    flows = case.accounts.flows_frame().assign(unit="亿元", **EVIDENCE)
    uses = pd.DataFrame(
        [
            (member, sector, "co2", 2017, case.intensity[r, j], "万t CO2/亿元")
            for r, member in enumerate(case.members)
            for j, sector in enumerate(case.accounts.sectors)
        ],
        columns=["region", "sector", "resource", "year", "value", "unit"],
    )
    parameters = [
        {"parameter": name, "name_zh": name, "name_en": name, "low": low, "value": value, "high": high, "unit": unit}
        for name, (low, value, high, unit) in BANDS.items()
    ]
    cap = {"resource": "co2", "sense": "cap", "year": 2019, "value": 0.93, "unit": "share of reference", **EVIDENCE}
    tables = {name: small_tables()[name] for name in ("sources", "resources")} | {
        "regions": named(
            "region",
            *((code, code, code) for code in case.accounts.regions),
            level="province",
            role=["member", "member", "partner"],
        ),
        "sectors": named("sector", *((code, code, code) for code in case.accounts.sectors), group="manufacturing"),
        "accounts": case.accounts.to_frame().assign(unit="亿元", **EVIDENCE),
        "flows": flows.assign(low=0.6 * flows["value"], high=1.6 * flows["value"]),
        "parameters": pd.DataFrame(parameters).assign(**EVIDENCE),
        "uses": uses.assign(**EVIDENCE),
        "limits": named("limit", ("cap", "碳上限", "carbon cap"), **cap),
    }
    return Region(tables, META)


REGION = wide()


def test_what_is_drawn_is_what_is_unknown_and_read() -> None:
    together = dimensions_of(REGION)
    assert [dimension.name for dimension in together] == [ELASTICITIES, "growth", "local_guard", FLOWS]
    assert together[0].parameters == ("elasticity_exports", "elasticity_imports")
    apart = [dimension.name for dimension in dimensions_of(REGION, together=False)]
    assert apart == ["growth", "elasticity_exports", "elasticity_imports", "local_guard", FLOWS]
    unbanded = REGION.with_table("flows", REGION["flows"].assign(low=np.nan, high=np.nan))
    assert FLOWS not in [dimension.name for dimension in dimensions_of(unbanded)]
    with pytest.raises(HaiheError) as caught:
        dimensions_of(REGION.with_table("parameters", REGION["parameters"].assign(low=np.nan)))
    assert caught.value.code == "E-PLN-88"
    with pytest.raises(HaiheError) as caught:
        dimensions_of(scenario(REGION, edits=[("parameters", "growth", "value", 0.2)], check=False))
    assert (caught.value.code, caught.value.findings[0].row) == ("E-PLN-89", 2)


@settings(max_examples=15)
@given(at=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_draws_lie_within_their_bands_and_the_middle_is_what_is_given(at: list[float]) -> None:
    dimensions = dimensions_of(REGION)
    for dimension, place in zip(dimensions, at, strict=False):
        for name, value in dimension.at(place).items():
            low, _, high, _ = BANDS[name]
            assert low - 1e-12 <= value <= high + 1e-12
        for end, which in ((0.0, 0), (0.5, 1), (1.0, 2)):
            for name, value in dimension.at(end).items():
                assert value == pytest.approx(BANDS[name][which])
    assert dimensions[0].at(0.25)["elasticity_exports"] == pytest.approx(2**0.5)
    assert dimensions[1].at(0.25)["growth"] == pytest.approx(0.04)
    first = dimensions[0].at(at[0])
    ratios = {round(first[name] / BANDS[name][1], 9) for name in first}
    assert len(ratios) == 1


def test_a_draw_is_read_by_the_plan() -> None:
    changed, values = drawn_region(REGION, dimensions_of(REGION), [0.0, 1.0, 0.5, 0.5])
    assumptions = Assumptions.of(changed)
    assert assumptions.elasticity["exports"] == pytest.approx(1.0)
    assert assumptions.growth == pytest.approx(0.06)
    assert assumptions.local_guard == pytest.approx(0.05)
    assert values[FLOWS] == 0.5
    np.testing.assert_allclose(changed["flows"]["value"], REGION["flows"]["value"])


@settings(max_examples=12)
@given(place=st.floats(0.0, 1.0))
def test_moved_flows_keep_what_every_region_ships_and_receives(place: float) -> None:
    before, after = REGION["flows"], moved_flows(REGION, place)
    assert (after["value"] >= 0).all()
    for end in ("from_region", "to_region"):
        members = before[end].isin(["M0", "M1"])
        sums = [table[members].groupby(["sector", end])["value"].sum() for table in (before, after)]
        np.testing.assert_allclose(sums[1], sums[0], rtol=1e-12)
    inner = (before["from_region"] != "REST") & (before["to_region"] != "REST")
    gap = (after["value"] - before["value"])[inner] * np.sign(place - 0.5)
    assert (gap >= -1e-12).all()
    assert (after["value"][inner] <= before["high"][inner] + 1e-9).all()
    assert (after["value"][inner] >= before["low"][inner] - 1e-9).all()


def test_flows_without_an_outlet_stay_and_all_ends_are_reached_where_there_is_room() -> None:
    after = moved_flows(REGION, 0.0)
    inner = after["from_region"].isin(["M0", "M1"]) & after["to_region"].isin(["M0", "M1"])
    np.testing.assert_allclose(after["value"][inner], after["low"][inner])
    table = REGION["flows"]
    closed = REGION.with_table("flows", table[(table["to_region"] != "REST") | (table["sector"] != "S1")])
    still = moved_flows(closed, 1.0)
    steel = still["sector"].to_numpy() == "S1"
    np.testing.assert_allclose(still["value"][steel], closed["flows"]["value"][steel])


def test_places_are_even_repeatable_and_can_be_added_to() -> None:
    few, many = places(4, 8, seed=3), places(4, 32, seed=3)
    np.testing.assert_array_equal(few, many[:8])
    assert not np.allclose(few, places(4, 8, seed=4))
    for method in ("sobol", "lhs"):
        at = np.sort(places(3, 16, seed=1, method=method), axis=0)  # type: ignore[arg-type]
        np.testing.assert_array_equal(np.floor(at * 16), np.repeat(np.arange(16)[:, None], 3, axis=1))
    assert places(2, 5, seed=0).shape == (5, 2)


@pytest.fixture(scope="module")
def made() -> Draws:
    return draws(REGION, 6, seed=1, pooling=True)


def test_each_row_is_the_plan_of_its_draw(made: Draws) -> None:
    assert made.table["draw"].tolist() == list(range(6))
    row = made.table.iloc[2]
    at = [row[f"drawn:{dimension.name}"] for dimension in made.dimensions]
    own = plan(drawn_region(REGION, made.dimensions, at)[0], band=False)
    assert row["cost"] == pytest.approx(own.loss - own.gain, abs=1e-8)
    last = own.model.economy.assumptions.last_year
    output = own.output[own.output["year"] == last].set_index(["region", "sector"])["change"]
    assert row["output:M0|S1"] == pytest.approx(output["M0", "S1"], abs=1e-7)
    caps = own.prices[(own.prices["kind"] == "cap") & (own.prices["year"] == last) & (own.prices["name"] == "cap")]
    assert row["price:cap"] == pytest.approx(caps["price"].mean(), rel=1e-6)
    assert 0 <= row["pooling_saves"] < 1
    assert not made.errors.size


def test_the_summary_says_what_the_rows_say(made: Draws) -> None:
    summary = made.summary.set_index("quantity")
    np.testing.assert_allclose(
        summary.loc["cost", ["p10", "p50", "p90"]].astype(float), np.quantile(made.table["cost"], [0.1, 0.5, 0.9])
    )
    influence = made.influence
    for row in influence[influence["quantity"] == "cost"].itertuples():
        own = spearmanr(made.table[f"drawn:{row.drawn}"], made.table["cost"]).statistic
        assert row.correlation == pytest.approx(own)
    assert set(influence["drawn"]) == {dimension.name for dimension in made.dimensions}
    movers = made.movers
    assert movers["p50"].abs().is_monotonic_decreasing
    steel = movers.set_index(["region", "sector"]).loc[("M0", "S1")]
    changes = made.table["output:M0|S1"]
    assert steel["agree"] == pytest.approx((np.sign(changes) == np.sign(changes.median())).mean())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_and_figures_of_draws(made: Draws, lang: Any, tmp_path: Path) -> None:
    assert set(made.tables) == {"draws-summary", "draws-movers", "draws-influence"}
    for figure in made.figures.values():
        assert figure.options(lang)["series"]
    assert made.to_excel(tmp_path / "d.xlsx", lang).is_file()
    shown = made.tables["draws-summary"].frame.set_index("quantity")
    assert shown.loc["cost", "p50"] == pytest.approx(10 * made.table["cost"].median())
    assert shown.loc["share", "p50"] == pytest.approx(made.table["share"].median())


def test_draws_are_taken_up_where_they_were_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, real, asked = tmp_path / "draws.csv", room.one_draw, []

    def counted(region: Region, dimensions: Any, number: int, *rest: Any) -> dict[str, Any]:
        asked.append(number)
        if number == 2 and len(asked) < 4:
            raise KeyboardInterrupt
        return real(region, dimensions, number, *rest)

    monkeypatch.setattr(room, "one_draw", counted)
    with pytest.raises(KeyboardInterrupt):
        draws(REGION, 4, file=file)
    assert len(pd.read_csv(file)) == 2
    whole = draws(REGION, 4, file=file)
    assert asked == [0, 1, 2, 2, 3]
    monkeypatch.setattr(room, "one_draw", real)
    again = draws(REGION, 4)
    pd.testing.assert_frame_equal(
        whole.table.drop(columns="error").astype(float), again.table.drop(columns="error").astype(float), rtol=1e-9
    )
    assert whole.errors.empty
    for other in ({"seed": 5}, {"upgrades": False}, {"together": False}):
        with pytest.raises(HaiheError) as caught:
            draws(REGION, 4, file=file, **other)  # type: ignore[arg-type]
        assert caught.value.code == "E-PLN-99"


def test_two_processes_give_what_one_gives() -> None:
    one, two = (draws(REGION, 2, seed=2, processes=k).table for k in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_a_draw_without_a_plan_is_a_row_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real = room.plan

    def sometimes(region: Region, **options: Any) -> Any:
        if Assumptions.of(region).growth > 0.05:
            raise HaiheError("E-PLN-02")
        return real(region, **options)

    monkeypatch.setattr(room, "plan", sometimes)
    found = draws(REGION, 4)
    assert 0 < len(found.errors) < 4
    assert found.errors["error"].str.startswith("E-PLN-02").all()
    assert found.summary.set_index("quantity").loc["cost", "draws"] == 4 - len(found.errors)
    for table in found.tables.values():
        assert any("without a plan" in note.en for note in table.notes)


def test_wrong_data_are_no_draw_and_end_the_list() -> None:
    broken = REGION.with_table("accounts", REGION["accounts"].assign(value=lambda t: 1.5 * t["value"].abs()))
    with pytest.raises(HaiheError) as caught:
        draws(broken, 2)
    assert caught.value.code.startswith(("E-PLN-1", "E-ACC"))


def test_a_cancelled_list_stops() -> None:
    event = threading.Event()
    event.set()
    with pytest.raises(HaiheError) as caught:
        draws(REGION, 2, control=Control(cancel=event))
    assert caught.value.code == "E-PLN-60"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "run,error\n", "draw,run,error\nx,y,z\n", "\udcff\udcfe"])
def test_a_file_that_keeps_no_draws_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "draws.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(HaiheError) as caught:
        draws(REGION, 2, file=file)
    assert caught.value.code == "E-PLN-99"
    assert file.read_bytes() == text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "wrong", [{"n": 0}, {"n": -1}, {"assumptions": Assumptions()}, {"band": True}, {"band": False}, {"method": "dice"}]
)
def test_what_would_draw_nothing_or_always_the_same_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(HaiheError) as caught:
        draws(REGION, **({"n": 2} | wrong))
    assert caught.value.code == "E-PLN-96"
    for lang in ("zh", "en"):
        assert "{" not in caught.value.findings[0].text(lang)


def test_the_reference_path_is_an_option_of_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def told(region: Region, **options: Any) -> Any:
        seen.append(options["path"])
        raise HaiheError("E-PLN-02")

    monkeypatch.setattr(room, "plan", told)
    draws(REGION, 2, path="shift-share")
    assert seen == ["shift-share"] * 2
