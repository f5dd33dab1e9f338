"""Rolling: what was decided stays, the rest is planned anew; unchanged tables give the plan they gave before."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning import Plan, plan
from haihe.planning.decided import Decisions, decide, decisions_table
from haihe.planning.results import output_of
from haihe.planning.rolling import replan
from haihe.planning.scenarios import Edit, scenario
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

KEY = ["decision", "record", "year"]


def with_technology() -> Region:
    tables = small_tables()
    tables["technologies"] = pd.DataFrame(
        [
            {
                "technology": "up", "name_zh": "升级", "name_en": "upgraded", "energy_inputs": -0.12,
                "other_inputs": -0.015, "labour": -0.05, "co2": -0.15, "new_capital": 0.2, "retrofit": 0.35,
                "retrofit_limit": 0.06, **EVIDENCE,
            }
        ]
    )  # fmt: skip
    target = {
        "target": "T1", "name_zh": "产出", "name_en": "output", "region": "north", "year": 2025, "indicator": "output",
        "sense": "at_least", "value": 250.0, "unit": "亿元", **EVIDENCE,
    }  # fmt: skip
    tables["targets"] = pd.DataFrame([target])
    return scenario(Region(tables, META), edits=[("limits", "cap|2019", "value", 0.93)])


REGION = with_technology()
PREVIOUS = plan(REGION, band=False)


def net(outcome: Plan) -> float:
    return outcome.loss - outcome.gain


@pytest.mark.parametrize("until", [2017, 2019, 2023, 2024])
def test_unchanged_tables_give_the_plan_they_gave_before(until: int) -> None:
    again = replan(REGION, PREVIOUS, decided_until=until)
    assert not again.plan.variants
    assert again.plan.solution.objective == pytest.approx(PREVIOUS.solution.objective, rel=1e-8, abs=1e-8)
    assert again.plan.limited.objective == pytest.approx(PREVIOUS.limited.objective, rel=1e-8, abs=1e-8)
    np.testing.assert_allclose(
        output_of(again.plan.model, again.plan.solution), output_of(PREVIOUS.model, PREVIOUS.solution), atol=1e-6
    )
    assert again.changes.empty
    assert again.causes["added"].iloc[-1] == pytest.approx(0.0, abs=1e-7)
    assert not [finding for finding in again.findings if finding.code == "W-PLN-84"]


@pytest.mark.parametrize("until", [2019, 2021])
def test_decisions_up_to_the_year_are_held_and_later_ones_move(until: int) -> None:
    tight = scenario(REGION, edits=[("limits", "cap|2019", "value", 0.88)])
    new = replan(tight, PREVIOUS, decided_until=until, band=False)
    before, now = (decisions_table(each).set_index(KEY)["value"] for each in (PREVIOUS, new.plan))
    early = before.index.get_level_values("year") <= until
    np.testing.assert_allclose(now[early], before[early], atol=1e-7)
    assert (now[~early] - before[~early]).abs().max() > 1e-3
    free = plan(tight, band=False)
    assert net(new.plan) >= net(free) - 1e-7
    assert net(new.plan) - net(free) > 1e-6
    assert new.causes["cause"].tolist() == ["previous", "updates"]
    assert new.changes["after"].tolist() == [0.88]
    assert new.comparison.summary["difference"].iloc[-1] == pytest.approx(new.causes["added"].iloc[-1])


@settings(max_examples=3)
@given(first=st.sampled_from([2017, 2019, 2021]), cap=st.sampled_from([0.85, 0.9, 0.97]))
def test_the_more_is_decided_the_more_it_costs(first: int, cap: float) -> None:
    region = scenario(REGION, edits=[("limits", "cap|2019", "value", cap)], check=False)
    less, more = (net(replan(region, PREVIOUS, decided_until=y, band=False).plan) for y in (first, first + 2))
    assert more >= less - 1e-7


def test_what_was_really_done_goes_before_what_was_planned() -> None:
    table = decisions_table(PREVIOUS, 2019)
    row = table[(table["decision"] == "investment") & (table["year"] == 2019)].iloc[0]
    done = pd.DataFrame([row.to_dict() | {"value": 0.5 * row["value"]}])
    new = replan(REGION, PREVIOUS, decided_until=2019, actuals=done, band=False)
    now = decisions_table(new.plan).set_index(KEY)["value"]
    assert now[tuple(row[KEY])] == pytest.approx(0.5 * row["value"], abs=1e-9)
    assert new.causes["cause"].tolist() == ["previous", "actuals"]
    assert new.causes["added"].iloc[-1] > 0
    tight = [("limits", "cap|2019", "value", 0.9)]
    both = replan(scenario(REGION, edits=tight), PREVIOUS, decided_until=2019, actuals=done, band=False)
    assert both.causes["cause"].tolist() == ["previous", "actuals", "updates"]
    assert both.causes["added"].sum() == pytest.approx(net(both.plan) - net(PREVIOUS))


def test_more_than_all_segments_was_built() -> None:
    """What happened happened, though the plan's own guard would not have allowed it."""
    table = decisions_table(PREVIOUS, 2019)
    row = table[(table["decision"] == "investment") & (table["year"] == 2017)].iloc[-1]
    build = PREVIOUS.model.production.build
    much = pd.DataFrame([row.to_dict() | {"value": 2.4 * float(build.reference[-1, -1, 0])}])
    decisions = decide(PREVIOUS, 2019, much)
    assert decisions.table.set_index(KEY).loc[tuple(row[KEY]), "value"] == much["value"].iloc[0]
    with pytest.raises(HaiheError) as caught:
        replan(REGION, PREVIOUS, decided_until=2019, actuals=much, band=False)
    assert [finding.code for finding in caught.value.findings][:2] == ["E-PLN-02", "E-PLN-65"]
    wide = scenario(
        REGION, edits=[Edit("parameters", "investment_limit", column, value) for column, value in WIDE.items()]
    )
    new = replan(wide, PREVIOUS, decided_until=2019, actuals=much, band=False)
    now = decisions_table(new.plan).set_index(KEY)["value"]
    assert now[tuple(row[KEY])] == pytest.approx(much["value"].iloc[0], rel=1e-9)
    assert new.causes["cause"].tolist() == ["previous", "updates"]


WIDE = {
    "name_zh": "投资上限", "name_en": "investment limit", "value": 3.0, "unit": "ratio", "source": "S1",
    "quality": "illustrative",
}  # fmt: skip


def test_amounts_carry_over_to_another_growth() -> None:
    slow = scenario(REGION, edits=[("parameters", "growth", "value", 0.04), ("parameters", "growth", "low", 0.03)])
    new = replan(slow, PREVIOUS, decided_until=2019, band=False)
    before, now = (decisions_table(each, 2019).set_index(KEY)["value"] for each in (PREVIOUS, new.plan))
    np.testing.assert_allclose(now, before, atol=1e-7)
    assert any(finding.code == "W-PLN-69" for finding in new.findings)


def test_updated_tables_can_be_given_by_name_and_targets_are_reckoned() -> None:
    limits = REGION["limits"].assign(value=lambda t: t["value"].where(t["limit"] != "cap", 0.9))
    new = replan(REGION, PREVIOUS, decided_until=2017, happened={"limits": limits}, band=False)
    assert new.changes["after"].tolist() == [0.9]
    frame = new.reckoning
    assert sorted(frame["year"]) == list(new.plan.model.economy.assumptions.years)
    assert (frame["plan_now"] != frame["plan_before"]).any()
    assert set(new.frames) == {"changes", "causes", "reckoning", "decided"}
    assert "compare-summary" in new.tables


def test_what_the_previous_plan_was_asked_for_is_asked_again() -> None:
    plain = plan(REGION, band=False, upgrades=False, projects=False, pooled=False)
    again = replan(REGION, plain, decided_until=2019)
    assert again.plan.asked == replace(plain.asked, decided=again.decisions)
    assert again.plan.solution.objective == pytest.approx(plain.solution.objective, rel=1e-8, abs=1e-8)


def test_decisions_without_a_place_are_named() -> None:
    fewer = plan(REGION.with_table("technologies", REGION["technologies"].iloc[:0]), band=False)
    findings = decide(PREVIOUS, 2019).unmatched(fewer.model)
    assert [finding.code for finding in findings] == ["W-PLN-84"]
    assert not decide(PREVIOUS, 2019).unmatched(PREVIOUS.model)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": 2016}, "E-PLN-83"),
        ({"until": 2025}, "E-PLN-83"),
        ({"record": "nowhere|steel"}, "E-PLN-85"),
        ({"year": 2021}, "E-PLN-85"),
        ({"value": -1.0}, "E-PLN-86"),
        ({"value": None}, "E-PLN-86"),
        ({"unit": "亿元"}, "E-PLN-86"),
    ],
)
def test_what_cannot_have_happened_is_refused(change: dict[str, Any], code: str) -> None:
    usual = {"decision": "investment", "record": "north|steel", "year": 2019, "value": 1.0, "unit": "bn yuan/year"}
    rest = {name: value for name, value in change.items() if name != "until"}
    with pytest.raises(HaiheError) as caught:
        decide(PREVIOUS, change.get("until", 2019), pd.DataFrame([usual | rest]))
    assert caught.value.code == code
    assert "{" not in caught.value.text("zh") + caught.value.text("en")


def test_the_table_tells_new_capacity_in_money_of_its_year() -> None:
    table = decisions_table(PREVIOUS).set_index(KEY)["value"]
    model, s = PREVIOUS.model, PREVIOUS.model.economy.assumptions
    told = np.array(
        [
            [[table["investment", f"{r}|{j}", y] for y in s.years] for j in model.economy.sectors]
            for r in model.economy.members
        ]
    )
    np.testing.assert_allclose(told, model.production.build.value(PREVIOUS.solution.x) * s.trend)
    assert isinstance(decide(PREVIOUS, 2019), Decisions)
