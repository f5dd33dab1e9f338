"""Every family of rows worked out on paper in two regions, and the table that says where.

The paper economy is that of `hand_cases`: output 100, inputs 20, wages 30, rent 50, everything traded 50. Each case
moves one bound by a little, so that every answer stays within its first segment unless the case says otherwise, and
gives the welfare that is lost (negative where it is gained). Families that others work out are listed with their test.
"""

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hand_cases import FREED, GAIN, HIRED, LESS, LOSS, MORE, TECHNOLOGY, UNIT, carbon, economy, paper, with_guard

from haihe.messages import HaiheError
from haihe.planning.assembly import assemble
from haihe.planning.conduct import ReplacementSpec
from haihe.planning.measures import Measure
from haihe.planning.program import Program
from haihe.planning.setup import setup_of
from haihe.region.examples import example
from money_cases import money_of, paid, spec_of

NEXT = 1 / 1.08
"""Discount of the second year."""


def check_reference() -> None:
    """Nothing is lost where nothing is asked."""
    for e in (economy(), economy(2), economy(2, technologies=(TECHNOLOGY,)), economy(2, kappa=1.0)):
        assert paper(e).lost() == pytest.approx(0.0, abs=1e-9)


def check_balance() -> None:
    """A must find 1.5 more: it eats 1 less, its first segment, at 1.02; the other 0.5 B eats less and ships at 0.005.

    That is 1.5 x 1.02 + 0.5 x 0.005. Money for it comes from the pool, as A then buys more than it sells.
    """
    p = paper(economy())
    p.shift("balance", 1.5, (0, 0, 0))
    assert p.lost() == pytest.approx(1.5 * LESS + 0.5 * 0.005)
    assert p.session.solve().value(p.model.factors.finance).ravel() == pytest.approx([0.5, -0.5])


def check_finance() -> None:
    """The same without a pool of money: A must do without 0.5 more in its second segment, (0.02 + 1) / 2 / 0.5 = 1.02."""
    p = paper(economy(), pooled_finance=False)
    p.shift("balance", 1.5, (0, 0, 0))
    assert p.lost() == pytest.approx(1.0 * LESS + 0.5 * (1 + 1.02))


def check_external_balance() -> None:
    """Both members together must sell 0.6 more abroad than they buy: they ship it (0.005) and eat 0.6 less."""
    p = paper(economy())
    p.shift("external_balance", 0.6, (0, 0))
    assert p.lost() == pytest.approx(0.6 * (LESS + 0.005))


def check_capital_goods() -> None:
    """Capacity costs 1 of goods a unit; 0.1 units built less in the only year is as much to eat, at 0.98.

    What it would have been worth afterwards, 3.6 / 1.08, is its cost and its wedge; the wedge is not paid. Not building
    costs 0.02 a unit: lost 0.1 x (0.02 + 3.6 / 1.08 - tau - 0.98), tau = 3.6 / 1.08 - 1.
    """
    p = paper(economy(kappa=1.0))
    row = p.model.program.row_blocks["build_limit"].index[:1, 0, 0]
    p.session.set_row_bounds(row, -np.inf, -0.1)
    assert p.lost() == pytest.approx(0.1 * (0.02 + 1.0 - MORE))


def check_capacity() -> None:
    """One unit of capacity more for the only year: 0.8 more to eat and 0.3 more to work."""
    p = paper(economy())
    p.shift("within_capacity", 1.0, (0, 0, 0))
    assert p.lost() == pytest.approx(-GAIN)


def check_upgraded_capacity() -> None:
    """A unit of upgraded capacity: it needs inputs of 0.1 and wages of 0.27."""
    p = paper(economy(technologies=(TECHNOLOGY,)))
    p.shift("within_capacity_upgraded", 1.0, (0, 0, 0, 0))
    assert p.lost() == pytest.approx(-(0.9 * MORE - 0.27 * HIRED))


def check_stock() -> None:
    """A unit of capacity that appears in the second year brings its output then, and 93 % of its worth after it.

    New capacity does not answer (its elasticity is next to nothing).
    """
    p = paper(economy(2, elasticity={"investment": 1e-3}))
    p.shift("stock", 1.0, (0, 0, 0))
    assert p.lost() == pytest.approx(-(GAIN * NEXT + 0.93 * UNIT * NEXT**2))


def check_upgraded_stock() -> None:
    """The same of upgraded capacity: it saves 0.1 of inputs and 0.03 of wages, worth 0.13 x 1.08 / 0.15 = 0.936."""
    p = paper(economy(2, technologies=(TECHNOLOGY,), elasticity={"investment": 1e-3}))
    p.shift("stock_upgraded", 1.0, (0, 0, 0, 0))
    more = 0.9 * MORE - 0.27 * HIRED
    assert p.lost() == pytest.approx(-(more * NEXT + 0.93 * (UNIT + 0.936) * NEXT**2))


def check_build_limit() -> None:
    """0.1 less may be built in the first year than the reference builds (the limit stands 3.5 above that).

    The wedge of 3.6 / 1.08 a unit is not paid, not building costs 0.02; in the second year 0.1 is not made, and 0.093 of
    the capacity is missing afterwards.
    """
    p = paper(economy(2))
    p.shift("build_limit", -3.6, (0, 0, 0))
    assert p.lost() == pytest.approx(0.1 * (0.02 - UNIT * NEXT + LOSS * NEXT + 0.93 * UNIT * NEXT**2))


def check_labour() -> None:
    """0.7 of labour is taken away from A: 0.6 more is hired at 1 + 1/30, its first segment, 0.1 at 1 + 1.7.

    Making less would set labour free at 0.816 / 0.3 = 2.72 a unit.
    """
    p = paper(economy())
    p.shift("labour_need", -0.7, (0, 0))
    assert p.lost() == pytest.approx(0.6 * HIRED + 0.1 * (1 + 0.51 / 0.3))


def check_cap() -> None:
    """A must emit 1 less. On its own it makes 1 less; from the pool B makes 0.5 less, as its output emits twice."""
    for pooled, less in ((False, 1.0), (True, 0.5)):
        p = paper(economy(), caps=[carbon(np.array([99.0, 200.0]), pooled=pooled)])
        assert p.lost() == pytest.approx(less * LOSS)
        permits = p.session.solve().value(p.model.caps["CO2"].permits).ravel()
        assert permits == pytest.approx([1.0, -1.0] if pooled else [0.0, 0.0])


def check_replacement() -> None:
    """1.01 units must leave A for one that is built, and 7 leave: 7 - 7 / 1.01 is not built, at 0.02 a unit.

    Where new capacity does not answer, 0.07 is closed instead: 0.1 for the closing, 0.001 of margin, and its worth.
    """
    rule = ReplacementSpec(np.array([[1.01], [0.0]]), "illustrative")
    assert paper(economy(), replacement=rule).lost() == pytest.approx(0.02 * (7 - 7 / 1.01))
    fixed = paper(economy(elasticity={"investment": 1e-3}), replacement=rule)
    assert fixed.lost() == pytest.approx(0.07 * (0.101 + UNIT * NEXT))


def check_guard() -> None:
    """A loses 1 of 100 units of capacity in the second year, and may fall by 0.5 %: in the first it makes 99 / 0.995.

    If it gets 1 more instead, it may use 0.5 of it. New capacity does not answer.
    """
    still = economy(2, elasticity={"investment": 1e-3})
    p = paper(with_guard(still, 0.005))
    p.shift("within_capacity", -1.0, (0, 0, 1))
    assert p.lost() == pytest.approx(LOSS * ((100 - 99 / 0.995) + NEXT))
    p = paper(with_guard(still, 0.005))
    p.shift("within_capacity", 1.0, (0, 0, 1))
    assert p.lost() == pytest.approx(-0.5 * GAIN * NEXT)


def check_trade_pool() -> None:
    """As `check_balance`, with trade through a pool: B sends 0.5 and A receives it, at 0.005 each.

    Sending counts as selling only where somebody receives. With trade of 5 instead of 50 outside, A, which must sell 1
    more, finds 0.1 in each first segment of its four kinds of trade and in B's, 0.8 in all; the rest costs 0.51 / 2.
    """
    p = paper(economy(), trade="pool")
    p.shift("balance", 1.5, (0, 0, 0))
    assert p.lost() == pytest.approx(1.5 * LESS + 0.5 * 2 * 0.005)
    e, few = economy(), np.full((2, 1, 1), 5.0)
    p = paper(replace(e, exports=few[None], imports=few[None], outflow=few, inflow=few), trade="pool")
    p.shift("external_balance", 1.0, (0, 0))
    assert p.lost() == pytest.approx(1.0 * LESS + 0.8 * 0.005 + 0.2 * 0.255)


def check_project_once() -> None:
    """A project with two sites, worth 1.0 here and 0.8 there, is built once."""
    spec = spec_of(1, sites=[[0, 1]])
    p = paid(spec, money_of(spec, fee=(0.0, 0.0, 0.0)), [1.0, 0.8])
    assert p.chosen(p.solve()) == pytest.approx([1.0, 0.0])


def check_money_least() -> None:
    """At least half of the 10 that a project costs must be private money, at a fee of 1 %; own money is free."""
    p = paid(spec_of(1, investment=10.0), money_of(spec_of(1, investment=10.0), least=(0.0, 0.0, 0.5)), [1.0])
    assert -p.solve().objective == pytest.approx(1.0 - 0.1 * 0.01 * 5.0)


def test_what_a_unit_is_worth() -> None:
    """The numbers of the cases, once more: (0.784 - 0.31, 0.816 - 0.29)."""
    assert pytest.approx([0.474, 0.526]) == [GAIN, LOSS]
    assert pytest.approx([1.04 - 0.04 / 6, 0.96 + 0.04 / 6]) == [HIRED, FREED]
    assert pytest.approx(0.5 + 0.93 / 1.08 * UNIT) == UNIT


Where = tuple[str, str]
HERE = __name__
RESOURCES, LINKS = "test_planning_resources", "test_planning_links"
MONEY, PROJECTS = "test_planning_money_hand", "test_planning_projects"
SELECTION = "test_planning_selection"
LIMITS, TARGETS, GOALS = "test_planning_goals_limits", "test_planning_targets", "test_planning_goals"
DISTRICT = "test_a_district_that_cannot_pay_its_half_borrows_then_pays_ahead_then_leaves_the_rest"
CREDIT = "test_scarce_credit_is_made_up_by_dearer_private_money"
FAMILIES: dict[str, Where] = {
    "balance": (HERE, "check_balance"),
    "within_capacity": (HERE, "check_capacity"),
    "within_capacity_upgraded": (HERE, "check_upgraded_capacity"),
    "stock": (HERE, "check_stock"),
    "stock_upgraded": (HERE, "check_upgraded_stock"),
    "build_limit": (HERE, "check_build_limit"),
    "labour_need": (HERE, "check_labour"),
    "external_balance": (HERE, "check_external_balance"),
    "finance_pool": (HERE, "check_external_balance"),
    "cap": (HERE, "check_cap"),
    "pool": (HERE, "check_cap"),
    "replacement": (HERE, "check_replacement"),
    "growth_guard_up": (HERE, "check_guard"),
    "growth_guard_down": (HERE, "check_guard"),
    "trade_pool": (HERE, "check_trade_pool"),
    "resource": (RESOURCES, "check_limit"),
    "expansion_limit": (RESOURCES, "check_bought"),
    "expansion_kept": (RESOURCES, "check_built"),
    "freight": (LINKS, "check_one_way"),
    "link": (LINKS, "check_one_way"),
    "project_once": (HERE, "check_project_once"),
    "requires": (SELECTION, "test_a_prerequisite_is_started_no_later"),
    "phase": (SELECTION, "test_phases_stand_on_one_site_one_after_the_other"),
    "excludes": (SELECTION, "test_of_two_that_exclude_each_other_the_better_is_built"),
    "industry_entry": (SELECTION, "test_leading_industries_are_counted_with_those_there"),
    "leading_industries": (SELECTION, "test_leading_industries_are_counted_with_those_there"),
    "project_room": (PROJECTS, "test_price_of_room_is_what_one_more_unit_brings"),
    "support_due": (MONEY, "test_one_budget_is_a_knapsack"),
    "fund_budget": (MONEY, "test_one_budget_is_a_knapsack"),
    "sources": (MONEY, CREDIT),
    "money_least": (HERE, "check_money_least"),
    "money_most": (MONEY, CREDIT),
    "credit_ceiling": (MONEY, CREDIT),
    "matching": (MONEY, DISTRICT),
    "debt_ceiling": (MONEY, DISTRICT),
    "suspended_payments": (MONEY, "test_paying_ahead_bridges_a_late_budget"),
    "limit": (LIMITS, "test_floor_on_exports_costs_one_segment_of_exports_and_one_of_imports"),
    "gap": (LIMITS, "test_cap_on_the_gap_moves_consumption_and_the_goods_for_it"),
    "target": (TARGETS, "test_a_hard_target_is_met_and_a_watched_one_changes_nothing"),
    "watch": (GOALS, "test_condition_costs_as_the_limit_does"),
}
"""Family of rows (its name up to the colon) and the case that was worked out on paper for it."""


def case(family: str) -> Callable[[], None]:
    module, name = FAMILIES[family]
    found: Callable[[], None] = getattr(importlib.import_module(module), name)
    return found


CASES = sorted(name for name in globals() if name.startswith("check_"))


@pytest.mark.parametrize("name", CASES)
def test_worked_out_on_paper(name: str) -> None:
    globals()[name]()


def test_every_family_of_the_example_has_a_case() -> None:
    setup = setup_of(example("jing-jin-ji"))
    named = {block.partition(":")[0] for block in assemble(setup, [Measure("jobs")]).model.program.row_blocks}
    assert named <= set(FAMILIES)
    assert len(named) >= 20


@pytest.mark.parametrize("family", FAMILIES)
def test_the_case_fails_where_its_rows_hold_nothing(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Program.rows

    def rows(self: Program, name: str, dims: Any, **more: Any) -> Any:
        free = {"lower": -np.inf, "upper": np.inf} if name.partition(":")[0] == family else {}
        return original(self, name, dims, **(more | free))

    check = case(family)
    check()
    monkeypatch.setattr(Program, "rows", rows)
    if family == "watch":  # these rows are free until a goal holds them
        monkeypatch.setattr("haihe.planning.goals.hold", lambda *_, **__: None)
    with pytest.raises((AssertionError, HaiheError)):
        check()
