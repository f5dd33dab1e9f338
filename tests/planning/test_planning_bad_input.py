"""Bad input through `haihe.plan`: what is wrong gets a code, a place and a mend, and nothing half-solved becomes a figure.

`CASES` is the table: what is wrong, what the plan answers with, and the table that it names. An ``E-`` code is raised
and no plan exists; a ``W-`` or ``N-`` code stands in the findings of the plan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import highspy
import numpy as np
import pandas as pd
import pytest

import haihe as hh
from haihe.messages import Finding, HaiheError
from haihe.planning.contradictions import contradictions
from haihe.planning.fronts import front
from haihe.planning.pareto import pareto
from haihe.region import Region
from small_region import EVIDENCE, META, SECTORS, small_region, small_tables

Tables = dict[str, pd.DataFrame]
Change = Callable[[Tables], None]


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong, and the answer."""

    what: str
    change: Change
    code: str
    table: str


def cell(table: str, at: dict[str, object], column: str, value: object) -> Change:
    """Put a value into the rows where other columns have given values."""

    def change(tables: Tables) -> None:
        frame = tables[table].copy()
        here = np.logical_and.reduce([frame[name] == wanted for name, wanted in at.items()])
        frame.loc[here, column] = value
        tables[table] = frame

    return change


def added(table: str, *rows: dict[str, Any], alone: bool = False, **more: Any) -> Change:
    """Add rows with evidence, or let them be the whole table."""

    def change(tables: Tables) -> None:
        new = pd.DataFrame([{**EVIDENCE, **more, **row} for row in rows])
        old = [] if alone or table not in tables else [tables[table]]
        tables[table] = pd.concat([*old, new], ignore_index=True)

    return change


def both(*changes: Change) -> Change:
    def change(tables: Tables) -> None:
        for one in changes:
            one(tables)

    return change


def limits(*rows: dict[str, Any]) -> Change:
    usual = {"limit": "L", "sense": "cap", "value": 0.9, "unit": "share of reference", "year": 2025}
    return added(
        "limits", *(usual | row for row in rows), alone=True, name_zh="限", name_en="limit", regions="*", sectors="*"
    )


def targets(*rows: dict[str, Any]) -> Change:
    usual = {
        "region": "north",
        "indicator": "consumption",
        "unit": "亿元",
        "kind": "hard",
        "sense": "at_least",
        "year": 2025,
    }
    return added("targets", *(usual | row for row in rows), name_zh="目标", name_en="target")


def parameter(name: str, value: float, unit: str) -> Change:
    return added("parameters", {"parameter": name, "value": value, "unit": unit}, name_zh="参数", name_en="parameter")


def road(**row: Any) -> Change:
    freight = [{"sector": s, "measure": "weight", "value": 1.0, "unit": "t/亿元"} for s in SECTORS]
    usual = {
        "link": "road",
        "from_region": "north",
        "to_region": "south",
        "mode": "road",
        "capacity": 90.0,
        "unit": "t",
    }
    return both(
        added("links", usual | row, year=2019, name_zh="公路", name_en="road"), added("freight", *freight, year=2017)
    )


def contradictory(tables: Tables) -> None:
    """Two hard targets of which one asks for more than the other allows."""
    targets({"target": "a", "value": 60.0}, {"target": "b", "value": 50.0, "sense": "at_most"})(tables)


def floor_over_cap(tables: Tables) -> None:
    limits({"limit": "A", "resource": "co2"}, {"limit": "B", "resource": "co2", "sense": "floor", "value": 0.95})(
        tables
    )


FARM = {"region": "north", "sector": "farm", "resource": "land"}
CASES = [
    Wrong("a negative endowment", cell("endowments", {"resource": "land"}, "value", -5.0), "E-PLN-30", "endowments"),
    Wrong("a negative use", cell("uses", FARM, "value", -1.0), "E-PLN-30", "uses"),
    Wrong("a negative capacity of a link", road(capacity=-1.0), "E-PLN-30", "links"),
    Wrong("negative exports", cell("accounts", {"row": "steel", "column": "export"}, "value", -1.0), "E-PLN-10", "accounts"),
    Wrong("accounts that do not balance", cell("accounts", {"row": "steel", "column": "export"}, "value", 99.0), "E-PLN-11", "accounts"),
    Wrong("contradictory targets", contradictory, "E-PLN-67", "targets"),
    Wrong("a floor above a cap", floor_over_cap, "E-PLN-67", "limits"),
    Wrong("a cap of nothing", limits({"resource": "co2", "value": 0.0}), "E-PLN-02", ""),
    Wrong("a link of a region to itself", road(to_region="north"), "E-PLN-32", "links"),
    Wrong("a link within a member", road(from_region="harbour"), "W-PLN-37", "links"),
    Wrong("a link between two outside regions", road(from_region="rest", to_region="world"), "W-PLN-37", "links"),
    Wrong("coefficients that differ by over 1e9", cell("uses", FARM, "value", 1e-12), "W-PLN-62", ""),
    Wrong("uses of one resource in different units", cell("uses", FARM, "value", 1e-12), "W-PLN-36", "uses"),
    Wrong("a resource in a unit of another", cell("endowments", {"resource": "land"}, "unit", "t CO2"), "E-PLN-31", "endowments"),
    Wrong("a parameter in a wrong unit", parameter("discount", 8.0, "t"), "E-PLN-18", "parameters"),
    Wrong("a parameter that nothing reads", parameter("growht", 0.05, "1/year"), "W-PLN-17", "parameters"),
    Wrong("an open last segment", parameter("segment_1", 1.5, "share"), "E-PLN-05", "parameters"),
    Wrong("a negative elasticity", parameter("elasticity_labour", -1.0, "share"), "E-PLN-08", "parameters"),
    Wrong("a horizon that does not divide", parameter("last_year", 2024, "year"), "E-PLN-06", "parameters"),
    Wrong("an outlook before the end", parameter("outlook_year", 2020, "year"), "E-PLN-21", "parameters"),
    Wrong("a limit on an unknown indicator", limits({"indicator": "jbos"}), "E-PLN-51", "limits"),
    Wrong("a limit on what has no data", limits({"indicator": "jobs", "sense": "floor"}), "E-PLN-52", ""),
    Wrong("a limit on two things", limits({"indicator": "jobs", "resource": "co2"}), "E-PLN-55", "limits"),
    Wrong("a cap on what no member uses", limits({"resource": "co2", "regions": "harbour"}), "W-PLN-16", "limits"),
    Wrong("a soft target without a penalty", targets({"target": "a", "value": 60.0, "kind": "soft"}), "E-PLN-56", "targets"),
    Wrong("a target that no indicator stands for", targets({"target": "a", "value": 60.0, "indicator": None}), "N-PLN-57", "targets"),
]  # fmt: skip
"""What is wrong, the code that answers, and the table it names (empty: none need be named)."""


def answers(change: Change) -> tuple[bool, list[Finding]]:
    """Plan, and give whether there is a plan and everything that was said."""
    tables = small_tables()
    change(tables)
    try:
        planned = hh.plan(Region(tables, META), band=False)
    except HaiheError as error:
        return False, list(error.findings)
    return True, list(planned.findings)


@cache
def usual() -> frozenset[str]:
    """Codes of the region as it is."""
    planned, found = answers(lambda _: None)
    assert planned
    return frozenset(finding.code for finding in found)


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.what.replace(" ", "-"))
def test_what_is_wrong_is_said_with_its_place_and_its_mend(wrong: Wrong) -> None:
    assert wrong.code not in usual(), "the region says this anyway"
    planned, found = answers(wrong.change)
    assert planned == (not wrong.code.startswith("E-"))
    said = [finding for finding in found if finding.code == wrong.code]
    assert said, f"{wrong.code} is not among {[finding.code for finding in found]}"
    assert not wrong.table or said[0].table == wrong.table
    for lang in ("zh", "en"):
        text = said[0].text(lang)
        assert "{" not in text
        assert len(text) > 20


def test_limits_that_cannot_all_hold_are_named() -> None:
    """Two that exclude each other are named with their row before any solve; where all together are too much, the list."""
    for change, table in ((contradictory, "targets"), (floor_over_cap, "limits")):
        tables = small_tables()
        change(tables)
        (crossed,) = contradictions(Region(tables, META))
        assert (crossed.code, crossed.table) == ("E-PLN-67", table)
        assert crossed.row is not None
    assert not contradictions(small_region())
    _, found = answers(limits({"resource": "co2", "value": 0.0}))
    assert [finding.code for finding in found[:2]] == ["E-PLN-02", "N-PLN-64"]


def test_where_the_sizes_lie_apart_is_named() -> None:
    _, found = answers(cell("uses", FARM, "value", 1e-12))
    said = [finding.text("en") for finding in found if finding.code == "W-PLN-62"]
    assert any("[north," in text and "smallest" in text for text in said)


# --- no half-solved figure ------------------------------------------------------------------------------------------------

STATUS = highspy.Highs.getModelStatus
UNSURE = ("kUnknown", "kUnbounded", "kUnboundedOrInfeasible", "kSolveError", "kIterationLimit")
CALLS: dict[str, Callable[[Region], object]] = {
    "plan": lambda region: hh.plan(region, band=False),
    "front": lambda region: front(region, cuts=(0.1,)),
    "pareto": lambda region: pareto(region, points=3),
}


def refused(call: Callable[[Region], object], code: str) -> None:
    """The call raises the code, in both languages, and gives nothing."""
    with pytest.raises(HaiheError) as caught:
        call(small_region())
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


@pytest.mark.parametrize(
    ("name", "status"), [*(("plan", status) for status in UNSURE), ("front", UNSURE[0]), ("pareto", UNSURE[0])]
)
def test_a_solve_without_an_optimum_is_never_a_figure(name: str, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda _: getattr(highspy.HighsModelStatus, status))
    refused(CALLS[name], "E-PLN-03")


def test_an_optimum_in_name_only_is_refused_by_our_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver says optimal, but its point is not."""
    original = highspy.Highs.getSolution

    def moved(self: Any) -> Any:
        answer = original(self)
        answer.col_value = [1.001 * v + 1e-3 for v in answer.col_value]
        return answer

    monkeypatch.setattr(highspy.Highs, "getSolution", moved)
    refused(CALLS["plan"], "E-PLN-04")


def test_a_warm_solve_without_an_optimum_is_done_again_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second solve starts from the basis of the first; where that ends nowhere, the interior point takes over."""
    expected = hh.plan(small_region(), band=False)
    seen: list[str] = []
    run = highspy.Highs.run

    def noted(self: Any) -> Any:
        seen.append(str(self.getOptionValue("solver")[1]))
        return run(self)

    def status(self: Any) -> Any:
        return highspy.HighsModelStatus.kUnknown if seen[-1] == "simplex" else STATUS(self)

    monkeypatch.setattr(highspy.Highs, "run", noted)
    monkeypatch.setattr(highspy.Highs, "getModelStatus", status)
    again = hh.plan(small_region(), band=False)
    assert "simplex" in seen
    assert again.solution.objective == pytest.approx(expected.solution.objective, rel=1e-9)
    assert again.solution.method != "simplex"


def test_a_solver_that_takes_any_answer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the status let pass, a plan would come out and the test above would fail."""
    unsure = highspy.HighsModelStatus.kUnknown
    monkeypatch.setattr(highspy.Highs, "getModelStatus", lambda _: unsure)
    monkeypatch.setattr(highspy.HighsModelStatus, "kOptimal", unsure)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        refused(CALLS["plan"], "E-PLN-03")
