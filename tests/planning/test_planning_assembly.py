"""A program put together: every policy row can be lifted and put back, and each stage of a plan is what it says."""

import numpy as np
import pytest

from haihe.messages import HaiheError
from haihe.planning import plan, plans
from haihe.planning.assembly import BEFORE_PROJECTS, GROUPS, Grip, assemble
from haihe.planning.program import Program
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region.examples import example
from small_region import small_region


def test_every_policy_row_of_the_example_is_in_one_group() -> None:
    assembly = assemble(setup_of(example("jing-jin-ji")))
    named = [block.name for group in GROUPS for block in assembly.policies(group)]
    policy = [block.name for block in assembly.model.program.row_blocks.values() if block.policy]
    assert sorted(named) == sorted(policy)


def test_what_is_lifted_comes_back_as_it_was() -> None:
    assembly = assemble(setup_of(small_region()))
    session = Session(assembly.model.program)
    grip, built = Grip(session, assembly), session.arrays
    plain = session.solve()
    grip.lift()
    grip.hold_projects()
    free = session.solve()
    assert free.objective != plain.objective
    grip.restore()
    grip.free_projects()
    for name in ("lower", "upper", "row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(session.arrays, name), getattr(built, name))
    assert session.solve().objective == pytest.approx(plain.objective, rel=1e-9)


def test_without_limits_and_projects_the_base_is_the_reference_path() -> None:
    p = plan(small_region(), band=False)
    assert p.calibration < 1e-9
    assert p.loss >= 0
    assert p.gain >= 0
    alone = plan(small_region(), band=False, projects=False)
    assert alone.loss == pytest.approx(p.loss, abs=1e-7)
    assert alone.gain == 0.0
    assert set(BEFORE_PROJECTS) | {"projects"} == set(GROUPS)


def test_limits_that_only_projects_can_meet_are_met_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage before projects may be infeasible: then the plan is the one with projects, and that is said."""
    usual = plan(small_region(), band=False)
    assert usual.gain > 0
    monkeypatch.setattr(plans, "_without_projects", lambda session: None)
    p = plan(small_region(), band=False)
    assert "N-PLN-83" in [finding.code for finding in p.findings]
    assert p.gain == 0.0
    assert p.loss == pytest.approx(usual.loss - usual.gain, abs=1e-7)


def test_a_stage_without_a_plan_is_no_error_and_any_other_is() -> None:
    p = Program()
    x = p.columns("x", {"i": ["a"]}, unit="1", upper=1.0)
    rows = p.rows("row", {"j": ["r"]}, unit="1", lower=2.0)
    p.enter(rows.index, x.index, 1.0)
    assert plans._without_projects(Session(p)) is None
    free = Program()
    y = free.columns("y", {"i": ["a"]}, unit="1", cost=-1.0)
    free.enter(free.rows("row", {"j": ["r"]}, unit="1", lower=0.0).index, y.index, 1.0)
    with pytest.raises(HaiheError) as caught:
        plans._without_projects(Session(free))
    assert caught.value.code == "E-PLN-03"
