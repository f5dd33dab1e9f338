"""Targets: held, paid for, or only compared; their levels; the reckoning of each year."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from goal_cases import RICH, Desk, desk, one_year
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.planning import targets
from haihe.planning.measures import Measure
from haihe.planning.solver import Solution
from haihe.planning.targets import (
    Target,
    TargetSpec,
    define_target,
    not_expressible,
    targets_of,
    targets_table,
)
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

COST = 0.02 / 2 / 2.0
"""What moving trade by one unit costs in its first segment."""


def target(code: str, value: float, unit: str = "share", **more: object) -> TargetSpec:
    given = {"against": "level", "base_year": 2017, "kind": "hard", "penalty": 0.0, "sense": "floor", **more}
    return TargetSpec(
        "T", Text("目标", "target"), Measure.parse(code), value=value, unit=unit, quality="official", source="S", **given  # type: ignore[arg-type]
    )  # fmt: skip


def solved(here: Desk, spec: TargetSpec) -> tuple[Solution, Target]:
    one = define_target(here.program, here.indicators, spec)
    return here.solve(), one


def loss(here: Desk, solution: Solution) -> float:
    return -here.indicators.value(Measure("welfare"), solution.x)


def exports(here: Desk) -> float:
    return float(here.built.economy.exports.sum())


@pytest.mark.parametrize(("penalty", "kept"), [(1.9 * COST, False), (2.1 * COST, True)])
def test_a_soft_target_is_met_where_its_penalty_is_above_what_it_costs(penalty: float, kept: bool) -> None:
    """One more unit of exports costs a segment of exports and one of imports: 2 x 0.005 bn yuan."""
    here = desk(one_year(), upgrades=False)
    level = 1.005 * exports(here)
    spec = target("exports@M0;M1/2017", level / 0.1, "亿元", kind="soft", penalty=penalty * 0.1)
    solution, one = solved(here, spec)
    assert one.level == pytest.approx(level)
    short = solution.value(one.shortfall)[0] * one.bounded.scales[0] if one.shortfall else np.nan
    assert short == pytest.approx(0.0 if kept else 0.005 * exports(here), abs=1e-9)
    paid = here.weights[0] * (2 * COST if kept else penalty) * 0.005 * exports(here)
    assert solution.objective - here.built.free().objective == pytest.approx(paid, rel=1e-6)
    assert loss(here, solution) == pytest.approx(paid if kept else 0.0, abs=1e-9)


def test_a_hard_target_is_met_and_a_watched_one_changes_nothing() -> None:
    here = desk(one_year(), upgrades=False)
    level = 1.005 * exports(here)
    solution, _ = solved(here, target("exports/2017", level, "bn yuan"))
    assert loss(here, solution) == pytest.approx(here.weights[0] * 2 * COST * 0.005 * exports(here), rel=1e-6)
    other = desk(one_year(), upgrades=False)
    watched = target("exports/2017", level, "bn yuan", kind="watch")
    solution, _ = solved(other, watched)
    assert loss(other, solution) == pytest.approx(0.0, abs=1e-9)
    table = targets_table(other.indicators, [watched], solution)
    assert not table["reached"].any()
    assert table["gap"].iloc[0] == pytest.approx(-0.005 * exports(here), rel=1e-6)


def test_watched_ratios_change_nothing_either() -> None:
    here = desk(RICH)
    level = 0.9 * here.indicators.value(Measure("carbon_intensity", year=2025), here.indicators.reference)
    solution, _ = solved(here, target("carbon_intensity/2025", level, "Mt CO2/bn yuan", sense="cap", kind="watch"))
    assert loss(here, solution) == pytest.approx(0.0, abs=1e-6)
    held = desk(RICH)
    solution, _ = solved(held, target("carbon_intensity/2025", level, "Mt CO2/bn yuan", sense="cap"))
    assert held.indicators.value(Measure("carbon_intensity", year=2025), solution.x) == pytest.approx(level, rel=1e-8)


def test_levels_of_growth_and_change() -> None:
    here = desk(RICH)
    i = here.indicators
    start = i.value(Measure("value_added", year=2017), i.reference)
    assert target("value_added/2025", 4.5, "%", against="growth").level(i) == pytest.approx(start * 1.045**8)
    assert target("value_added/2025", -10, "%", against="change").level(i) == pytest.approx(0.9 * start)
    trend = 1 + here.built.economy.assumptions.growth
    before = target("value_added/2017", 4.5, "%", against="growth", base_year=2016)
    assert before.level(i) == pytest.approx(start / trend * 1.045)
    people = target("jobs/2017", 0, "%", against="growth", base_year=2016)
    assert people.level(i) == pytest.approx(i.value(Measure("jobs", year=2017), i.reference))
    middle = i.value(Measure("value_added", year=2020), i.reference)
    assert target("value_added/2021", 3, "%", against="growth", base_year=2020).level(i) == pytest.approx(middle * 1.03)


@settings(max_examples=8, deadline=None)
@given(rate=st.floats(0.5, 8.0), year=st.sampled_from([2019, 2020, 2025]), penalty=st.floats(1e-4, 1.0))
def test_soft_targets_pay_what_is_missing_and_never_more(rate: float, year: int, penalty: float) -> None:
    """The objective gains what the target costs; a soft target never costs more than missing all of it on the reference."""
    here = desk(RICH)
    spec = target(f"value_added@M0/{year}", rate, "%", against="growth", kind="soft", penalty=penalty)
    solution, one = solved(here, spec)
    i = here.indicators
    gap = max(0.0, one.level - i.value(spec.measure, i.reference))
    per_unit = targets._penalty(i, spec)
    cost = solution.objective - here.built.free().objective
    assert -1e-6 <= cost <= per_unit * gap + 1e-6
    short = max(0.0, one.level - i.value(spec.measure, solution.x))
    assert cost == pytest.approx(loss(here, solution) + per_unit * short, abs=1e-6)


def test_the_reckoning_goes_year_by_year() -> None:
    here = desk(RICH)
    level = 1.02 * here.indicators.value(Measure("jobs", ("M0",), year=2022), here.indicators.reference)
    spec = target("jobs@M0/2022", level, "persons")
    solution, _ = solved(here, spec)
    table = targets_table(here.indicators, [spec], solution)
    assert list(table["year"]) == [2017, 2019, 2021, 2022]
    assert list(table["due"]) == [False, False, False, True]
    due = table.iloc[-1]
    assert due["plan"] == pytest.approx(level, rel=1e-8)
    assert due["reached"]
    assert table["wanted"].iloc[0] == pytest.approx(table["reference"].iloc[0])
    assert (np.sign(table["gap"] + 1e-9) == np.sign(table["plan"] - table["wanted"] + 1e-9)).all()


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (target("jobs@M9/2025", 1, "persons"), "no member"),
        (target("jobs/2040", 1, "persons"), "outside the plan"),
        (target("jobs/2025", 1, "tce"), "does not fit"),
        (target("use:gold/2025", 1, "t"), "uses states no use"),
        (target("value_added/2025", 5, "%", against="growth", base_year=2010), "base year"),
        (target("spread:consumption/2025", 5, "yuan/person"), "cannot use"),
        (replace(target("jobs/2025", 1), measure=Measure("", year=2025)), "no indicator"),
    ],
)
def test_what_cannot_be_expressed_says_why(spec: TargetSpec, word: str) -> None:
    here = desk(RICH)
    found = not_expressible(here.indicators, [spec])
    assert len(found) == 1
    assert word in found[0].text("en")
    assert found[0].text("zh")
    assert targets_table(here.indicators, [spec], here.built.free()).empty


def test_the_table_is_read_with_its_defaults() -> None:
    tables = small_tables()
    row = {
        "target": "A",
        "name_zh": "甲",
        "name_en": "a",
        "region": "TJ",
        "year": 2030,
        "sense": "at_least",
        "value": 3.0,
        "unit": "%",
    }
    rows = [
        row,
        row
        | {"target": "B", "indicator": "jobs", "kind": "soft", "penalty": 2.0, "measure": "growth", "sense": "at_most"},
    ]
    tables["targets"] = pd.DataFrame([EVIDENCE | r for r in rows])
    one, two = targets_of(Region(tables, META))
    assert (one.kind, one.against, one.sense, one.measure.indicator) == ("watch", "level", "floor", "")
    assert (two.kind, two.against, two.sense, two.base_year) == ("soft", "growth", "cap", 2029)
    assert two.penalty == pytest.approx(0.2)
    tables["targets"] = pd.DataFrame([EVIDENCE | row | {"kind": "soft"}])
    with pytest.raises(HaiheError) as caught:
        targets_of(Region(tables, META))
    assert caught.value.code == "E-PLN-56"
    tables["targets"] = pd.DataFrame([EVIDENCE | row | {"indicator": "value_aded"}])
    with pytest.raises(HaiheError) as caught:
        targets_of(Region(tables, META))
    assert caught.value.code == "E-PLN-51"
    assert "value_added" in caught.value.text("en")
    assert "row 2" in caught.value.text("en")


def test_a_penalty_that_forgets_the_years_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "length_of", lambda *_: 1.0)
    monkeypatch.setattr(Desk, "weights", property(lambda _: np.array([2.0])))
    with pytest.raises(AssertionError):
        test_a_soft_target_is_met_where_its_penalty_is_above_what_it_costs(1.9 * COST, False)
