"""Which targets can be reached: costs as of a hard target, and the nearest value where none can."""

import pytest

from goal_region import CAP, region_with
from haihe.planning import reachable as room
from haihe.planning.plans import Plan, plan
from haihe.planning.reachable import reachable

EASY = {
    "target": "EASY", "name_zh": "甲", "name_en": "a", "region": "north", "year": 2025, "sense": "at_least", "unit": "%",
    "indicator": "value_added", "measure": "growth", "base_year": 2017, "value": 1.0,
}  # fmt: skip
CARBON = EASY | {
    "target": "CARBON",
    "sense": "at_most",
    "indicator": "carbon_intensity",
    "measure": "change",
    "value": -22.0,
}
FAR = EASY | {"target": "FAR", "value": 60.0}
IMPORTS = EASY | {"target": "IMPORTS", "indicator": "import_dependence", "measure": "level", "value": 1000.0}
PEOPLE = EASY | {"target": "PEOPLE", "indicator": "jobs", "measure": "change", "value": 0.5, "region": "south"}


@pytest.fixture(scope="module")
def asked() -> Plan:
    return plan(region_with(CAP, targets=[EASY, CARBON, FAR, IMPORTS, PEOPLE]), band=False, projects=False)


def test_targets_are_reached_at_a_cost_or_not_at_all(asked: Plan) -> None:
    table = reachable(asked).set_index("target")
    assert table.loc["EASY", "cost"] == 0.0
    assert table["reachable"].to_dict() == {
        "EASY": True,
        "CARBON": True,
        "FAR": False,
        "IMPORTS": False,
        "PEOPLE": True,
    }
    for name in ("CARBON", "PEOPLE"):
        assert table.loc[name, "cost"] > 0
    for name in ("FAR", "IMPORTS"):
        assert table.loc[name, ["cost"]].isna().all()
        gap = table.loc[name, "wanted"] - table.loc[name, ["plan", "best"]].astype(float)
        assert abs(gap["best"]) < abs(gap["plan"]), "the nearest plan is no nearer than the plan"


@pytest.mark.parametrize("target", [CARBON, PEOPLE])
def test_cost_is_that_of_the_plan_that_must_reach_it(asked: Plan, target: dict[str, object]) -> None:
    held = plan(region_with(CAP, targets=[target | {"kind": "hard"}]), band=False, projects=False)
    cost = reachable(asked).set_index("target").loc[target["target"], "cost"]
    assert cost == pytest.approx(held.solution.objective - asked.solution.objective, rel=1e-6)


def test_no_plan_comes_nearer_than_the_nearest() -> None:
    """A hard target just short of it is met, one just beyond it is not."""
    base = plan(region_with(CAP, targets=[IMPORTS]), band=False, projects=False)
    best = float(reachable(base)["best"].iloc[0])
    level = IMPORTS | {"unit": "share"}
    inside = plan(region_with(CAP, targets=[level | {"value": best * 0.999}]), band=False, projects=False)
    assert reachable(inside)["reachable"].iloc[0]
    outside = plan(region_with(CAP, targets=[level | {"value": best * 1.001}]), band=False, projects=False)
    assert not reachable(outside)["reachable"].iloc[0]


def test_a_search_that_turns_the_wrong_way_is_noticed(asked: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    original = room._Search.nearest
    monkeypatch.setattr(
        room._Search, "nearest", lambda self, spec, target, now: original(self, _turned(spec), target, now)
    )
    with pytest.raises(AssertionError):
        test_targets_are_reached_at_a_cost_or_not_at_all(asked)


def _turned(spec: room.TargetSpec) -> room.TargetSpec:
    return room.replace(spec, sense="cap" if spec.sense == "floor" else "floor")
