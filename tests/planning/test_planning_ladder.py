"""The ladder: its steps add up to what limits cost, and each group lifted alone brings back what it says."""

import math
from functools import cache

import pandas as pd
import pytest

from haihe.planning import Session, plan
from haihe.planning import ladder as room
from haihe.planning.assembly import BEFORE_PROJECTS, GROUPS, Grip, assemble
from haihe.planning.ladder import Ladder, ladder
from haihe.planning.plans import BAND, Plan
from haihe.planning.rolling import replan
from haihe.planning.setup import setup_of
from scarce_region import scarce_region
from small_region import EVIDENCE


@cache
def planned() -> Plan:
    return plan(scarce_region(), band=False)


def check(steps: Ladder) -> None:
    p, frame = steps.plan, steps.steps.set_index("group")
    assert list(frame.index) == [group for group in GROUPS if p.assembly.policies(group) or group == "projects"]
    before = [group for group in frame.index if group in BEFORE_PROJECTS]
    assert frame.loc[before, "added"].sum() == pytest.approx(p.loss, rel=1e-6)
    assert -frame.loc["projects", "added"] == pytest.approx(p.gain, rel=1e-6)
    assert frame["cost"].iloc[-1] == pytest.approx(p.loss - p.gain, rel=1e-6)
    assert (frame.loc[before, "added"] > 0).all(), "a limit that binds is free"
    assert (frame.loc[before, "alone"] > 0).all()
    assert (frame["rows"] > 0).all()


def test_the_steps_add_up_to_what_limits_cost_less_what_projects_bring() -> None:
    check(ladder(planned()))


def test_what_a_group_lifted_alone_brings_back_is_found_by_solving_without_it() -> None:
    p = planned()
    frame = ladder(p).steps.set_index("group")
    for group in frame.index:
        session = Session(p.model.program)
        grip = Grip(session, p.assembly)
        grip.lift(group)
        if group == "projects":
            grip.hold_projects()
        alone = p.solution.objective - session.solve(method="ipx").objective
        assert frame.loc[group, "alone"] == pytest.approx(alone, rel=1e-6, abs=1e-8), group


@pytest.mark.parametrize("factor", BAND)
def test_without_limits_elasticities_do_not_matter(factor: float) -> None:
    """So that one solve without limits serves the plan and its bands."""
    p = planned()
    assembly = assemble(setup_of(p.region, assumptions=p.model.economy.assumptions.scaled(factor)))
    session = Session(assembly.model.program)
    grip = Grip(session, assembly)
    grip.lift()
    grip.hold_projects()
    assert session.solve().objective == pytest.approx(p.base.objective, rel=1e-9)
    banded = plan(p.region)
    assert [other.base is banded.base for other in banded.variants] == [True, True]


def test_goals_stand_on_the_last_step() -> None:
    p = plan(scarce_region(), band=False, goals={"exports": 0.5})
    frame = ladder(p, alone=False).steps
    assert frame["group"].iloc[-1] == "goals"
    assert frame["cost"].iloc[-1] == pytest.approx(p.loss - p.gain, rel=1e-6)
    assert frame["alone"].isna().all()


def test_table_and_figure_show_every_step() -> None:
    steps = ladder(planned())
    (table,), (figure,) = steps.tables.values(), steps.figures.values()
    assert len(table) == len(steps.steps)
    assert len(figure.table) == 2 * len(steps.steps)
    assert table.frame["added"].sum() == pytest.approx(10 * steps.steps["added"].sum())


@pytest.mark.parametrize("broken", ["free", "_put"])
def test_a_ladder_that_forgets_a_step_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == "free":
        monkeypatch.setattr(room._Climb, "free", lambda climb: climb.session.solve())
    else:
        monkeypatch.setattr(room._Climb, "_put", lambda climb, group: None)
    with pytest.raises(AssertionError):
        check(ladder(planned()))


def check_sum(steps: Ladder) -> None:
    p, frame = steps.plan, steps.steps
    assert frame["cost"].iloc[-1] == pytest.approx(p.loss - p.gain, rel=1e-6)
    assert frame["added"].sum() == pytest.approx(p.loss - p.gain, rel=1e-6)


def test_decisions_that_are_held_are_a_step_and_it_adds_up() -> None:
    tight = scarce_region(cap=0.75, land=6500.0)
    p = replan(tight, planned(), decided_until=2019, band=False).plan
    steps = ladder(p)
    check_sum(steps)
    frame = steps.steps.set_index("group")
    assert frame.index[0] == "decided"
    assert frame.loc["decided", "rows"] == len(p.asked.decided.table)  # type: ignore[union-attr]
    free = plan(tight, band=False)
    lost = (p.loss - p.gain) - (free.loss - free.gain)
    assert lost > 1e-6
    assert frame.loc["decided", "alone"] == pytest.approx(lost, rel=1e-5)
    assert frame.loc["caps", "alone"] > 0
    without = frame.drop(index=["decided", "projects"])["added"]
    assert frame.loc["decided", "added"] + without.sum() == pytest.approx(p.loss, rel=1e-6)


def only_with_projects() -> Plan:
    """A target for what is spent on projects, which nothing but projects can meet."""
    target = {
        "target": "build", "name_zh": "建设", "name_en": "build", "region": "south", "year": 2023, "sense": "at_least",
        "value": 1.0, "unit": "亿元", "indicator": "project_investment", "kind": "hard", **EVIDENCE,
    }  # fmt: skip
    return plan(scarce_region().with_table("targets", pd.DataFrame([target])), band=False)


def test_projects_come_first_where_limits_can_only_be_met_with_them() -> None:
    p = only_with_projects()
    assert "N-PLN-83" in [finding.code for finding in p.findings]
    steps = ladder(p)
    check_sum(steps)
    frame = steps.steps.set_index("group")
    assert frame.index[0] == "projects"
    assert math.isnan(frame.loc["projects", "alone"])
    assert frame["alone"].drop("projects").notna().all()
    again = replan(p.region, p, decided_until=2019, band=False).plan
    check_sum(ladder(again))
