"""Acceptance of projects: the lines J1 to J6 of the design, and the bad input that must be refused by name.

====  =======================================================================  ==========================================
line  what must hold                                                           tests, and their broken twins
====  =======================================================================  ==========================================
J1    no limit exceeded, projects whole after our own rounding                 test_planning_selection
J2    a forced loss is never negative; more of a budget never hurts            test_planning_reasons, _selection, _money
J3    what is displaced, moved, added makes the forced choice                  test_planning_reasons
J4    losses within the gap are called undecided                               test_planning_reasons
J5    small cases are those of brute force                                     test_planning_selection, _reasons
J6    the worked money cases                                                   here, test_planning_project_inputs,
                                                                               test_planning_selection, test_rules_cases
====  =======================================================================  ==========================================

Of the worked cases, upgrade and base re-engineering (1, 2), energy saving (3) and the digital pilot (6) concern what
projects are paid: they go here through rules, choice and payment, and through the rules alone in
test_planning_project_inputs. A fifth leading industry (7) is a limit of the choice, tested in test_planning_selection, and
a warning of the rules. Tax of moved firms (4) and carbon permits (5) concern no project's money and stand in
test_rules_cases.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from selection_cases import with_columns

import haihe as hh
from haihe.messages import HaiheError
from haihe.planning import choosing
from haihe.planning.assumptions import Assumptions
from haihe.planning.choosing import Candidates
from haihe.planning.economy import Economy
from haihe.planning.inputs import economy_of
from haihe.planning.money_inputs import money_of
from haihe.planning.program import Program
from haihe.planning.project_inputs import projects_of
from haihe.planning.project_results import funding_table
from haihe.planning.setup import rules_of, setup_of
from haihe.region import Region

ROOMS = [Path(__file__).resolve().parents[1] / name for name in ("", "planning", "rules")]
HOLDS, FAILS = "test_check_holds", "test_broken_is_caught"
SELECTION, REASONS = "test_planning_selection", "test_planning_reasons"

LINES: dict[str, dict[str, tuple[str, ...]]] = {
    "J1": {SELECTION: ("check_keeps", HOLDS, FAILS, "test_the_example_is_proved_within_a_per_cent")},
    "J2": {
        REASONS: ("check_losses", HOLDS, FAILS),
        SELECTION: ("check_budgets", HOLDS, FAILS),
        "test_planning_money": ("test_more_of_any_budget_never_hurts", "test_broken_model_is_noticed"),
    },
    "J3": {REASONS: ("check_replay", HOLDS, FAILS)},
    "J4": {REASONS: ("check_undecided", HOLDS, FAILS)},
    "J5": {SELECTION: ("check_brute", HOLDS, FAILS), REASONS: ("check_losses", "check_borders", HOLDS, FAILS)},
    "J6": {
        "test_planning_projects_acceptance": (
            "test_worked_cases_are_paid_as_the_rules_say", "test_money_paid_by_another_is_noticed",
        ),
        "test_planning_project_inputs": ("test_worked_cases_of_the_rules",),
        SELECTION: ("test_leading_industries_are_counted_with_those_there",),
        "test_rules_cases": ("test_every_case_beside_a_scheme_comes_out",),
    },
}  # fmt: skip
"""Tests of every line by module."""

BROKEN = {"J1": "keeps", "J2": "losses", "J3": "replay", "J4": "undecided", "J5": "brute"}
"""Check of a line that must be tripped by a broken model."""


@pytest.fixture
def every_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ROOMS:
        if str(folder) not in sys.path:
            monkeypatch.syspath_prepend(str(folder))


def named() -> Iterator[tuple[str, str, str]]:
    for line, modules in LINES.items():
        for module, tests in modules.items():
            for test in tests:
                yield line, module, test


@pytest.mark.usefixtures("every_room")
@pytest.mark.parametrize(("line", "module", "test"), list(named()))
def test_every_named_test_is_there(line: str, module: str, test: str) -> None:
    assert line
    assert callable(getattr(importlib.import_module(module), test, None)), f"{module} has no {test}"


@pytest.mark.usefixtures("every_room")
def test_the_list_is_whole_and_every_line_fails_on_a_broken_model() -> None:
    assert set(LINES) == {f"J{k}" for k in range(1, 7)}
    broken = {name for module in (SELECTION, REASONS) for name, *_ in importlib.import_module(module).BROKEN}
    assert set(BROKEN.values()) <= broken


# --- J6: the worked cases, paid ---------------------------------------------------------------------------------------

PROOF = {"source": "DEMO", "quality": "illustrative"}
# Article, investment, equipment (万元), energy saved (tce); what the city and the district pay (亿元).
WORKED = {
    "upgrade with 120 mn of equipment": ("UPGRADE", 15000, 12000, None, 0.06, 0.06),
    "upgrade with 620 mn meets the cap": ("UPGRADE", 70000, 62000, None, 0.25, 0.25),
    "total investment of 9 mn is too small": ("UPGRADE", 900, 800, None, 0.0, 0.0),
    "base re-engineering with 200 mn": ("BASE", 25000, 20000, None, 0.15, 0.15),
    "12,000 tce saved meet the cap": ("SAVING", 5000, 100, 12000, 0.04, 0.0),
    "a cheap saving project is held to 30 %": ("SAVING", 900, 100, 12000, 0.027, 0.0),
    "945 tce saved": ("SAVING", 500, 100, 945, 0.00378, 0.0),
    "digital pilot of 20 mn": ("DIGITAL-NATION", 2000, 1000, None, 0.025, 0.025),
}


@pytest.fixture(scope="module")
def economy() -> Economy:
    region = hh.example("jing-jin-ji")
    return economy_of(region, Assumptions.of(region))


def paid(economy: Economy, name: str) -> pd.Series:
    """Sums by payer of what is paid for a worked case once it is built, under ample budgets."""
    article, investment, equipment, saving, *_ = WORKED[name]
    row = {"project": "P1", "article": article, "investment": investment, "equipment": equipment, "saving": saving}
    region = _with_project(hh.example("jing-jin-ji"), row)
    spec = projects_of(region, economy, book=rules_of(region))
    assert spec is not None
    money = money_of(region, economy, spec)
    small = Candidates(economy.assumptions, spec, money, gain=np.ones(spec.project.size)).model(accounts=True)
    answer = small.solve()
    assert answer is not None
    small.hold(small.choice(answer))
    assert small.money is not None
    assert small.choice(answer).sum() == 1
    frame = funding_table(small.projects, small.money, small.session.solve(method="simplex"))
    return (
        frame.groupby("payer")["amount"].sum().reindex(["city", "district", "own", "bank", "private"], fill_value=0.0)
    )


def _with_project(region: Region, row: dict[str, Any]) -> Region:
    """The example with one project, ready to be built where districts' money is not short."""
    need = 1e-6 if row["investment"] > 900 or row["article"] == "SAVING" else 0.0
    frame = pd.DataFrame([{"sector": "MCH", "output": 1000.0, "start": 2027, "need": need, **row, **PROOF}])
    frame["name_zh"] = frame["name_en"] = frame["project"]
    sites = pd.DataFrame({"project": ["P1"], "region": ["TJ-BH"], **PROOF})
    changed = region.with_table("projects", frame).with_table("project_sites", sites)
    budgets = region["budgets"].assign(value=lambda f: 1e7, promised=0.0)
    finances = region["finances"].copy()
    finances.loc[finances["item"] == "matching_capacity", "value"] = 1e7
    changed = changed.with_table("budgets", budgets).with_table("finances", finances)
    return changed.with_table("project_resources", region["project_resources"].iloc[:0])


def check_paid(economy: Economy, name: str) -> None:
    sums = paid(economy, name)
    *_, city, district = WORKED[name]
    assert sums["city"] == pytest.approx(city, abs=1e-9), "the city pays another amount"
    assert sums["district"] == pytest.approx(district, abs=1e-9), "the district pays another amount"
    assert sums.sum() == pytest.approx(WORKED[name][1] * 1e-4, abs=1e-9), "the money is not the investment"


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKED)
def test_worked_cases_are_paid_as_the_rules_say(name: str, economy: Economy) -> None:
    check_paid(economy, name)


@pytest.mark.slow
def test_money_paid_by_another_is_noticed(economy: Economy, monkeypatch: pytest.MonkeyPatch) -> None:
    make = choosing.define_money

    def turned(program: Program, assumptions: Any, projects: Any, spec: Any) -> Any:
        own = projects.spec
        object.__setattr__(own, "city", 0.4 * own.award)
        return make(program, assumptions, projects, spec)

    monkeypatch.setattr(choosing, "define_money", turned)
    with pytest.raises(AssertionError, match="another amount"):
        check_paid(economy, "upgrade with 120 mn of equipment")


# --- bad input, by every way in ---------------------------------------------------------------------------------------


def _no_rule() -> Region:
    region = hh.example("jing-jin-ji")
    return region.with_table("rules", region["rules"][lambda rules: rules["fund"] != "TECH"])


def _cell(table: str, row: int, column: str, value: Any) -> Region:
    region = hh.example("jing-jin-ji")
    frame = region[table].copy()
    frame.loc[row, column] = value
    return region.with_table(table, frame)


BAD: dict[str, tuple[str, Callable[[], Region]]] = {
    "a fund without a rule": ("E-PLN-40", _no_rule),
    "a site in an unknown region": ("E-PLN-41", lambda: _cell("project_sites", 5, "region", "NOWHERE")),
    "a year is missing": ("E-PLN-42", lambda: _cell("projects", 7, "start", None)),
    "projects that wait for each other": ("E-PLN-90", lambda: with_columns(requires={"P001": "P003", "P003": "P001"})),
    "a tie to no project": ("E-PLN-91", lambda: with_columns(excludes={"P001": "P999"})),
    "a firm from nowhere": ("E-PLN-91", lambda: with_columns(moves_from={"P001": "NOWHERE"})),
    "a phase on another site": ("E-PLN-92", lambda: with_columns(phase_of={"P002": "P003"})),
}


@pytest.mark.slow
@pytest.mark.parametrize("ask", [hh.select, hh.plan], ids=["select", "plan"])
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_its_mend(name: str, ask: Callable[[Region], Any]) -> None:
    code, make = BAD[name]
    with pytest.raises(HaiheError) as caught:
        ask(make())
    found = [finding for finding in caught.value.findings if finding.code == code]
    assert found, [finding.code for finding in caught.value.findings]
    for lang in ("zh", "en"):
        assert found[0].text(lang)
        assert found[0].message.mend(lang)


@pytest.mark.slow
def test_a_project_larger_than_any_site_is_named() -> None:
    """It is no error, since other projects can be planned; both ways in take their findings from the same setup."""
    region = _cell("project_resources", 0, "value", 1e9)
    said = [finding for finding in setup_of(region).findings if finding.code == "W-PLN-41"]
    assert any(region["project_resources"]["project"].iloc[0] in finding.text("en") for finding in said)
