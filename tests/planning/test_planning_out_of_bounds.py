"""Numbers nobody can mean are refused by name, and no rule is lost because its number is too large."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from goal_region import region_with
from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.planning.assembly import assemble
from haihe.planning.assumptions import LONGEST, MOST_ELASTIC, Assumptions
from haihe.planning.bounds import hold
from haihe.planning.measures import Measure
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

EVERY = Assumptions().elasticity


def refused(make: Any) -> str:
    with pytest.raises(HaiheError) as caught:
        make()
    for finding in caught.value.findings:
        assert "{" not in finding.text("zh") + finding.text("en")
    return caught.value.code


def with_rows(name: str, **row: object) -> Region:
    """The small region with one record of a table, or with one that takes the place of its first."""
    tables = small_tables()
    first = tables[name].iloc[:1].to_dict("records")[0] if name in tables else {}
    return Region(tables | {name: pd.DataFrame([first | dict(EVIDENCE) | row])}, META)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("E-PLN-97", {"local_guard": -0.01}),
        ("E-PLN-97", {"local_guard": 1.01}),
        ("E-PLN-97", {"local_guard": float("nan")}),
        ("E-PLN-97", {"investment_limit": 0.99}),
        ("E-PLN-97", {"investment_limit": float("inf")}),
        ("E-PLN-97", {"first_year": 2017.7, "last_year": 2025.7}),
        ("E-PLN-97", {"outlook_year": 2030.5}),
        ("E-PLN-97", {"elasticity": EVERY | {"labour": 1.01 * MOST_ELASTIC}}),
        ("E-PLN-98", {"first_year": 2000, "last_year": 2001 + LONGEST, "step": 1}),
        ("E-PLN-98", {"first_year": 2000, "last_year": 2002, "outlook_year": 2001 + LONGEST}),
    ],
)
def test_parameters_out_of_bounds_are_refused(code: str, given: dict[str, Any]) -> None:
    assert refused(lambda: Assumptions(**given)) == code


def test_parameters_at_their_bounds_are_taken() -> None:
    s = Assumptions(
        local_guard=1.0,
        investment_limit=1.0,
        elasticity=dict.fromkeys(EVERY, MOST_ELASTIC),
        first_year=2000,
        last_year=2000 + LONGEST,
    )
    assert set(s.scaled(2.0).elasticity.values()) == {MOST_ELASTIC}
    assert set(s.scaled(0.5).elasticity.values()) == {MOST_ELASTIC / 2}
    assert replace(s, local_guard=0.0).local_guard == 0.0


@pytest.mark.parametrize("value", [2017.7, 2016.5])
def test_a_year_with_a_part_is_refused_where_it_stands(value: float) -> None:
    row = {"parameter": "first_year", "name_zh": "首年", "name_en": "first year", "value": value, "unit": "year"}
    region = with_rows("parameters", **row)
    with pytest.raises(HaiheError) as caught:
        Assumptions.of(region)
    finding = caught.value.findings[0]
    assert (finding.code, finding.table, finding.row, finding.column) == ("E-PLN-97", "parameters", 2, "value")


TARGET = {
    "target": "T", "name_zh": "目标", "name_en": "target", "region": "north", "year": 2021, "sense": "at_least",
    "indicator": "value_added", "kind": "hard",
}  # fmt: skip
EXPANSION = {
    "expansion": "E", "name_zh": "造地", "name_en": "New land", "resource": "land", "region": "north", "first_year": 2019,
    "most": 5.0, "cost": 1.0, "unit": "亩",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "row", "code"),
    [
        ("limits", {"value": 1.01e15}, "E-RANGE-02"),
        ("replacements", {"sector": "steel", "regions": "*", "ratio": 101.0}, "E-RANGE-02"),
        ("expansions", EXPANSION | {"life": 0.5}, "E-RANGE-01"),
        ("targets", TARGET | {"value": 5.0, "unit": "亿元", "kind": "soft", "penalty": 1.1e9}, "E-RANGE-02"),
        ("targets", TARGET | {"value": 101.0, "unit": "%", "measure": "growth", "base_year": 2017}, "E-RANGE-02"),
        ("targets", TARGET | {"value": 1.01, "unit": "share", "measure": "growth", "base_year": 2017}, "E-RANGE-02"),
        ("targets", TARGET | {"value": 100.0, "unit": "%", "measure": "growth", "base_year": 2017}, ""),
        ("targets", TARGET | {"value": 300.0, "unit": "%", "measure": "change", "base_year": 2017}, ""),
        ("targets", TARGET | {"value": 300.0, "unit": "亿元", "measure": "growth", "base_year": 2017}, ""),
    ],
)
def test_tables_name_numbers_that_nobody_can_mean(name: str, row: dict[str, object], code: str) -> None:
    found = [f for f in with_rows(name, **row).check() if f.code.startswith("E-RANGE")]
    assert [(f.code, f.table, f.row) for f in found] == ([(code, name, 2)] if code else [])
    for finding in found:
        assert "{" not in finding.text("zh") + finding.text("en")


@pytest.mark.parametrize("value", [1e30, 1e200, 1e308])
def test_a_hard_target_is_never_lost_because_its_number_is_too_large(value: float) -> None:
    grown = TARGET | {"value": value, "unit": "share", "measure": "growth", "base_year": 2017}
    level = TARGET | {"value": value, "unit": "亿元", "sense": "at_most"}
    for row in (grown, level):
        assert refused(lambda row=row: plan(with_rows("targets", **row), band=False)) == "E-PLN-01"


def test_a_row_is_let_go_by_infinity_alone() -> None:
    setup = setup_of(region_with(), projects=False)
    measure = Measure("jobs", ("north",), year=setup.assumptions.years[1])
    assembly = assemble(setup, [measure])
    session, row = Session(assembly.model.program), assembly.watches[str(measure)].row
    at = row.rows.index.ravel()
    hold(session, row, np.inf, sense="cap")
    assert np.isinf(session.arrays.row_upper[at]).all()
    for value in (np.nan, 1e300, -1e300):
        with pytest.raises(HaiheError, match="E-PLN-01"):
            hold(session, row, value, sense="cap")
