"""Roles of regions, and what projects add to indicators."""

import numpy as np
import pytest

from goal_region import capped_plan, region_with
from haihe.planning.indicators import indicator_table
from haihe.planning.measures import Measure
from haihe.planning.plans import plan
from haihe.planning.results import project_spending
from haihe.planning.roles import roles_of, roles_table
from small_region import small_region


def role(**row: object) -> dict[str, object]:
    return {
        "role": "R",
        "name_zh": "定位",
        "name_en": "role",
        "region": "north",
        "indicator": "exports",
        "direction": "up",
    } | row


def test_roles_are_read_and_compared_with_the_reference() -> None:
    rows = [
        role(),
        role(role="LESS", indicator="co2", direction="down", sectors="steel"),
        role(role="NONE", indicator=""),
        role(role="FAR", region="world"),
        role(role="GAP", indicator="spread:consumption"),
        role(role="ALL", indicator="welfare"),
    ]
    p = capped_plan()
    table = roles_table(p.assembly.indicators, roles_of(region_with(roles=rows)), p.solution)
    years = p.model.economy.assumptions.years
    known = table[table["role"] == "LESS"]
    assert list(known["year"]) == list(years)
    last = known.iloc[-1]
    measure = Measure("co2", ("north",), ("steel",), years[-1])
    assert last["plan"] == pytest.approx(p.assembly.indicators.value(measure, p.solution.x))
    assert last["serves"] == (last["plan"] <= last["reference"])
    without = table[table["role"].isin(["NONE", "FAR", "GAP", "ALL"])]
    assert len(without) == 4
    assert without["plan"].isna().all()
    assert (without["why_zh"] != "").all()
    assert "no member" in without["why_en"].iloc[1]
    assert roles_of(region_with()) == []


def test_project_investment_is_what_the_results_say() -> None:
    p = plan(small_region(), band=False)
    assert p.model.projects is not None
    i, e = p.assembly.indicators, p.model.economy
    table = indicator_table(i, p.solution.x, ["project_investment", "investment"])
    spent = table.query("indicator == 'project_investment' and region != '*'")["plan"].to_numpy()
    expected = project_spending(p.model, p.solution) * e.assumptions.trend
    assert np.abs(expected).max() > 0
    assert spent == pytest.approx(expected.ravel(), abs=1e-9)
    summary = p.summary.query("indicator == 'investment'")["plan"].to_numpy()
    whole = table.query("indicator == 'investment' and region != '*'")["plan"].to_numpy()
    assert whole == pytest.approx(summary, rel=1e-9)
    owners = sorted(set(p.model.projects.spec.ownership) - {""})
    parts = [
        i.form(Measure(f"project_investment:{owner}", year=e.assumptions.last_year)).at(p.solution.x)
        for owner in owners
    ]
    if "" not in p.model.projects.spec.ownership:
        together = i.form(Measure("project_investment", year=e.assumptions.last_year)).at(p.solution.x)
        assert sum(parts) == pytest.approx(together, abs=1e-9)
    assert i.absent("project_investment:nobody") is not None
