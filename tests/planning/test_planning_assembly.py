"""A program put together: every policy row can be lifted and put back, and each stage of a plan is what it says."""

import numpy as np
import pandas as pd
import pytest

from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.planning.assembly import BEFORE_PROJECTS, GROUPS, Grip, assemble
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region import Region
from haihe.region.examples import example
from small_region import EVIDENCE, META, small_region, small_tables


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


def test_limits_that_only_projects_can_meet_are_met_and_said() -> None:
    """Steel of the south must grow by more than ordinary capacity can, but a project brings it."""
    tables = small_tables()
    e = setup_of(small_region()).economy
    most = float(e.output[1, 1, 0] * e.assumptions.trend[-1])
    tables["projects"] = tables["projects"].assign(
        start=[2018, 2019], output=[3e6, 9000.0], investment=[30000.0, 8000.0], need=[1.0, 0.0]
    )
    floor = {"limit": "steel", "name_zh": "钢", "name_en": "steel", "indicator": "output", "regions": "south"}
    floor |= {"sectors": "steel", "sense": "floor", "year": 2025, "value": 2.2 * most, "unit": "bn yuan"}
    tables["limits"] = pd.DataFrame([floor | EVIDENCE])
    with pytest.raises(HaiheError) as caught:
        plan(Region(tables, META), band=False, projects=False)
    assert caught.value.code == "E-PLN-02"
    p = plan(Region(tables, META), band=False)
    assert "N-PLN-83" in [finding.code for finding in p.findings]
    assert p.gain == 0.0
    assert p.loss == pytest.approx(p.solution.objective - p.base.objective)
