"""The value of coordination on the example and on the published accounts of 2017; properties, no frozen numbers."""

from dataclasses import replace
from pathlib import Path

import pytest
from coalition_cases import agreed

import haihe as hh
from haihe.coalition.agreement import as_planned
from haihe.coalition.core import core_slack
from haihe.coalition.owen import owen_split
from haihe.coalition.values import Coalitions, Question
from haihe.planning.assembly import assemble
from haihe.planning.caps import cap_path
from haihe.planning.model import build_model
from haihe.planning.setup import setup_of
from plan_cases import EXAMPLE, published

pytestmark = pytest.mark.slow


def test_grand_coalition_of_the_example_is_its_plan() -> None:
    region = hh.read(EXAMPLE)
    setup = setup_of(region, projects=False)
    asked = Coalitions(Question(assemble(setup).model, as_planned(), tuple(setup.economy.members)))
    made = hh.plan(region, projects=False, band=False)
    assert asked.welfare(asked.everybody) == pytest.approx(-made.solution.objective, rel=1e-7)
    assert asked.ownership.separable
    game = asked.game()
    assert game.superadditive(1e-6).holds
    point = owen_split(asked, asked.solve(0), asked.solve(asked.everybody))
    assert point.assured
    assert core_slack(game, point.split)[0] >= -1e-6


@pytest.mark.endure
def test_published_accounts_give_the_share_of_the_cost_that_was_found_before(reference: Path) -> None:
    """Coordination saves 39 to 46 % of the cost of an 18 % cap over all elasticities and segments tried before."""
    built = published(reference).build()
    spec = replace(built.spec, cap=cap_path(built.reference, 0.18, built.economy.assumptions))
    asked = Coalitions(Question(build_model(built.economy, [spec]), agreed(), tuple(built.economy.members)))
    free = -asked.free().objective
    cost, gain = free - asked.welfare(0), asked.gain(7)
    assert 0.38 <= gain / cost <= 0.47
    permits = asked.gain(7, 1)
    assert permits > 0.75 * gain, "most of it is pooled permits"
    assert cost > 0
