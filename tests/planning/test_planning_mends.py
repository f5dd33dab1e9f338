"""Faults that two reviewers found in the plan, each held by a test."""

import numpy as np
import pandas as pd
import pytest

from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.planning.assumptions import Assumptions
from haihe.planning.goals import Goals, Stage
from haihe.planning.limits import limits_of
from haihe.planning.measures import Measure
from haihe.planning.pareto import pareto
from haihe.planning.rolling import replan
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

CARBON = {"limit": "cap", "name_zh": "碳", "name_en": "carbon", "resource": "co2", "regions": "*", "sectors": "*"}
CARBON |= {"sense": "cap", "year": 2025, "value": 0.9, "unit": "share of reference"}


def region(*limits: dict[str, object], **tables: pd.DataFrame) -> Region:
    given = small_tables() | tables
    given["limits"] = pd.DataFrame([EVIDENCE | CARBON | row for row in limits or ({},)])
    return Region(given, META)


def test_a_soft_target_and_goals_stand_in_one_program() -> None:
    target = {"target": "T", "name_zh": "钢", "name_en": "steel", "region": "north", "year": 2025, "sense": "at_least"}
    target |= {"value": 20.0, "unit": "bn yuan", "indicator": "output", "sectors": "steel", "measure": "level"}
    target |= {"kind": "soft", "penalty": 1.0, **EVIDENCE}
    r = region(targets=pd.DataFrame([target]))
    assert len(plan(r, band=False, projects=False).targets) > 0
    p = plan(r, goals=["welfare", "co2"], band=False, projects=False)
    assert set(p.goals["measure"]) == {"welfare", "co2"}
    assert len(pareto(r, "co2", "welfare", points=3).points) >= 2


def test_a_replan_keeps_the_assumptions_that_the_plan_was_given() -> None:
    r = region()
    before = plan(r, assumptions=Assumptions.of(r).scaled(4.0), band=False, projects=False)
    again = replan(r, before, decided_until=2019)
    assert again.plan.solution.objective == pytest.approx(before.solution.objective, rel=1e-8)


@pytest.mark.parametrize(
    "goals",
    [
        lambda: Goals.lexicographic(["welfare", "value_added"], tolerance=1e9),
        lambda: Goals.lexicographic(["welfare", "value_added"], tolerance=float("nan")),
        lambda: Goals.lexicographic([Stage(Measure("welfare"), -0.1)]),
        lambda: Goals.weighted({"jobs": -1.0}),
        lambda: Goals.weighted({"jobs": float("inf")}),
        lambda: Goals().under(("co2", "at_most", 1.0)),  # type: ignore[arg-type]
        lambda: Goals().under(("co2", "cap", float("nan"))),
    ],
)
def test_goals_that_do_not_hold_are_refused(goals: object) -> None:
    with pytest.raises(HaiheError) as caught:
        goals()  # type: ignore[operator]
    assert caught.value.code == "E-PLN-57"


def test_consumption_must_weigh_something() -> None:
    with pytest.raises(HaiheError) as caught:
        Goals.weighted({"welfare": 0.0, "consumption": 1e-300, "value_added": 1.0})
    assert caught.value.code == "E-PLN-50"


@pytest.mark.parametrize("change", [{"pooled": False}, {"regions": "north"}, {"sectors": "steel"}])
def test_a_limit_whose_set_changes_with_the_year_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(HaiheError) as caught:
        limits_of(region({"year": 2019, "pooled": True}, {"year": 2021, "pooled": True} | change))
    assert caught.value.code == "E-PLN-55"
    assert dict(caught.value.findings[0].values)["value"] == "cap"
    assert caught.value.findings[0].row == 3
    assert np.isfinite(len(limits_of(region({"year": 2019}, {"year": 2021}))))
