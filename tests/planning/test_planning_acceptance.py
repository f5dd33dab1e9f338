"""The acceptance list of the plan: every line, the tests that hold it up, and those that show that they can fail.

====  =======================================================================  ==========================================
line  what must hold                                                           where
====  =======================================================================  ==========================================
D1    balanced flows meet their margins; rows of the members balance           accounts/test_accounts_build, _broken
D2    netting transit changes no balance                                       accounts/test_accounts_build, _broken
D3    flows between members at distance exponent 0 and above                   accounts/test_accounts_build, _broken
D4    a made-up table without transit leaves no residual                       accounts/test_accounts_build, _broken
P1    the reference is the optimum, in quantities and prices                   test_plan_checks, test_plan_reference
P2    identities: balance, value added, capacity                               test_plan_checks
P3    strong duality; accounts of regions add up                               test_plan_checks
P4    cost and price rise with the cap, pooling never costs                    test_plan_checks
P5    units and order change nothing                                           test_plan_checks, test_planning_invariance
P6    noise moves prices and output little                                     test_planning_stability
P7    seven segments are enough; a held quantity is listed                     test_planning_stability, test_plan_checks
P8    a price is what one more unit saves                                      test_plan_checks
P9    interior point = simplex, cold = warm                                    test_plan_checks, test_planning_invariance
P10   unbounded specialisation is warned of                                    test_planning_stability
P11   leakage adds up                                                          test_plan_checks
====  =======================================================================  ==========================================

Below, `LINES` names the tests themselves and `LATER` what the evidence had left untested; a test here fails where one
of them is renamed or gone. Hand-solved models stand in test_planning_hand, builds with linopy in test_plan_linopy and
test_planning_linopy, bad input in test_planning_bad_input.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plan_breakages import BREAKAGES
from plan_checks import CHECKS

TESTS = Path(__file__).resolve().parents[1]
BUILD, BROKEN = "test_accounts_build", "test_accounts_build_broken"
PUBLISHED = "test_a_broken_build_of_the_published_tables_is_noticed"
CHECK, STABLE = "test_plan_checks", "test_planning_stability"
REFERENCE, SAME = "test_plan_reference", "test_planning_invariance"
HOLDS, FAILS = "test_check_holds", "test_check_fails_on_a_broken_model"

LINES: dict[str, dict[str, tuple[str, ...]]] = {
    "D1": {
        BUILD: ("test_four_region_table_balances", "test_without_netting_some_products_cannot_be_balanced"),
        BROKEN: (PUBLISHED,),
    },
    "D2": {
        BUILD: ("test_netting_changes_no_balance", "test_netting_on_the_published_tables"),
        BROKEN: (PUBLISHED, "test_netting_of_one_side_only_is_noticed"),
    },
    "D3": {
        BUILD: (
            "test_flows_without_decay_are_the_validated_ones",
            "test_flows_rise_with_decay_and_depend_on_the_distance",
        ),
        BROKEN: (PUBLISHED,),
    },
    "D4": {
        BUILD: ("test_made_up_table_without_transit_has_no_residual",),
        BROKEN: ("test_margins_moved_without_need_are_noticed",),
    },
    "P1": {
        CHECK: (HOLDS, FAILS, "test_reference_is_the_optimum_over_any_milestones"),
        REFERENCE: ("test_reference_is_the_optimum",),
    },
    "P2": {CHECK: (HOLDS, FAILS)},
    "P3": {CHECK: (HOLDS, FAILS)},
    "P4": {CHECK: (HOLDS, FAILS), REFERENCE: ("test_front_is_near_the_prototype",)},
    "P5": {CHECK: (HOLDS, FAILS), SAME: ("test_the_plan_stays_the_same", "test_a_broken_model_is_noticed")},
    "P6": {STABLE: ("test_noise_moves_prices_little", "test_answers_as_steep_as_a_wall_are_noticed")},
    "P7": {
        CHECK: (HOLDS, FAILS),
        STABLE: (
            "test_seven_segments_are_enough",
            "test_three_open_segments_are_not",
            "test_what_a_guard_holds_is_listed",
            "test_a_guard_that_is_not_listed_is_noticed",
        ),
    },
    "P8": {CHECK: (HOLDS, FAILS)},
    "P9": {CHECK: (HOLDS, FAILS), SAME: ("test_the_plan_stays_the_same", "test_a_broken_model_is_noticed")},
    "P10": {
        STABLE: (
            "test_specialisation_without_corridors_is_warned_of",
            "test_a_check_that_lets_it_pass_is_noticed",
        )
    },
    "P11": {CHECK: (HOLDS, FAILS)},
}
"""Tests of every line by module."""

LATER: dict[str, dict[str, tuple[str, ...]]] = {
    "reference paths by region, sector and year": {
        CHECK: (HOLDS, "test_reference_is_the_optimum_over_any_milestones"),
        "test_planning_reference": (
            "test_balanced_demand_meets_what_is_asked_and_keeps_every_sign",
            "test_the_change_is_the_least_one",
            "test_the_reference_is_no_optimum_where_idle_capacity_is_taken_to_earn",
        ),
        "test_planning_conduct": ("test_stated_rates_hold_until_their_year_and_the_trend_after",),
    },
    "energy balance as a resource": {
        "test_planning_resources_whole": ("test_energy_balances", "test_a_broken_balance_is_noticed")
    },
    "uncertainty draws": {
        "test_planning_draws": (
            "test_draws_lie_within_their_bands_and_the_middle_is_what_is_given",
            "test_each_row_is_the_plan_of_its_draw",
        )
    },
}
"""What section 12 of the evidence had left untested and must be tested; the rest stands in docs/explanation/limits.md."""

UNTESTED = (
    "price deflators", "capital goods by sector", "elasticities", "land and water on real data", "16 members",
    "core of the game with whole projects",
)  # fmt: skip
"""Words of docs/explanation/limits.md for what stays untested."""


def named() -> Iterator[tuple[str, str, str]]:
    for line, modules in (LINES | LATER).items():
        for module, tests in modules.items():
            for test in tests:
                yield line, module, test


@pytest.fixture
def every_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests of every room be imported."""
    for folder in (TESTS, TESTS / "planning", TESTS / "accounts"):
        if str(folder) not in sys.path:
            monkeypatch.syspath_prepend(str(folder))


@pytest.mark.usefixtures("every_room")
@pytest.mark.parametrize(("line", "module", "test"), list(named()))
def test_every_named_test_is_there(line: str, module: str, test: str) -> None:
    assert line
    found = getattr(importlib.import_module(module), test, None)
    assert callable(found), f"{module} has no {test}"


def test_the_list_is_whole() -> None:
    assert set(LINES) == {*(f"D{k}" for k in range(1, 5)), *(f"P{k}" for k in range(1, 12))}
    numbers = {f"P{name.split('_')[0][1:]}" for name in CHECKS}
    assert numbers == {line for line, modules in LINES.items() if CHECK in modules}


def test_every_check_of_the_list_is_tripped_by_a_broken_model() -> None:
    assert {breakage.check for breakage in BREAKAGES} == set(CHECKS)


def test_what_stays_untested_is_said_to_the_reader() -> None:
    page = (TESTS.parent / "docs" / "explanation" / "limits.md").read_text(encoding="utf-8")
    section = page.partition("## Not tested")[2]
    missing = [words for words in UNTESTED if words not in " ".join(section.split())]
    assert not missing, f"the page does not name {missing}"
