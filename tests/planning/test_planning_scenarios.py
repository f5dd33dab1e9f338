"""Scenarios change what they name and nothing else; contradictory limits are seen before anything is solved."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning import Session, plan
from haihe.planning.contradictions import contradictions
from haihe.planning.differences import table_differences
from haihe.planning.scenarios import Edit, scenario, scenarios_of
from haihe.region import TABLES, Region
from haihe.region.examples import example
from small_region import EVIDENCE, META, small_region, small_tables

REGION = small_region()
NUMBERS = [
    (name, column.name)
    for name in REGION
    for column in TABLES[name].columns
    if column.kind == "number" and not column.key and name not in ("accounts", "flows")
]


def codes(region: Region, *args: Any, **more: Any) -> list[str]:
    with pytest.raises(HaiheError) as caught:
        scenario(region, *args, **more)
    for finding in caught.value.findings:
        assert "{" not in finding.text("zh") + finding.text("en")
    return [finding.code for finding in caught.value.findings]


def rail(*, leave: str = "", **more: object) -> list[Edit]:
    """A rail link that the small region does not have."""
    cells = {
        "name_zh": "新铁路", "name_en": "New rail", "from_region": "north", "to_region": "south", "mode": "rail",
        "capacity": 80.0, "unit": "万t", "source": "S1", "quality": "illustrative",
    } | more  # fmt: skip
    return [Edit("links", "rail|2019", column, value) for column, value in cells.items() if column != leave]


def key_of(name: str, at: int) -> str:
    row = REGION[name].iloc[at]
    return "|".join(str(row[key]) for key in TABLES[name].key)


@settings(max_examples=12)
@given(cell=st.sampled_from(NUMBERS), at=st.integers(0, 100), value=st.floats(0.01, 1e6))
def test_an_edit_sets_its_cell_and_leaves_every_other(cell: tuple[str, str], at: int, value: float) -> None:
    name, column = cell
    at %= len(REGION[name])
    before = REGION.hash
    changed = scenario(REGION, edits=[Edit(name, key_of(name, at), column, value)], check=False)
    assert changed[name][column].iloc[at] == value
    assert REGION.hash == before
    for other in REGION:
        if other != name:
            pd.testing.assert_frame_equal(changed[other], REGION[other])
    old = REGION[name][column].iloc[at]
    back = scenario(changed, edits=[(name, key_of(name, at), column, "" if pd.isna(old) else old)], check=False)
    assert back == REGION
    said = scenario(REGION, edits=[(name, tuple(key_of(name, at).split("|")), column, repr(value))], check=False)
    assert said == changed


def test_named_scenarios_are_read_and_put_into_force() -> None:
    assert list(scenarios_of(REGION)) == ["tight"]
    first, second = scenarios_of(REGION)["tight"]
    assert (first.table, first.key, first.column, first.value, first.reason, first.row) == (
        "limits", "cap|2019", "value", "0.7", "更严格", 2,
    )  # fmt: skip
    assert (second.reason, second.row) == ("", 3)
    tight = scenario(REGION, "tight", check=False)
    assert tight["limits"].set_index("limit").loc["cap", "value"] == 0.7
    own = tight["endowments"].set_index(["region", "resource", "year"])["value"]
    assert own["north", "co2", 2019] == 100.0
    assert scenario(REGION) is REGION


def test_of_several_scenarios_the_later_one_wins() -> None:
    tables = small_tables()
    more = pd.DataFrame(
        [("loose", "limits", "cap|2019", "value", "0.9", "")],
        columns=["scenario", "table", "record", "column", "value", "reason"],
    )
    tables["scenarios"] = pd.concat([tables["scenarios"], more], ignore_index=True)
    region = Region(tables, META)
    for names, value in ((["tight", "loose"], 0.9), (["loose", "tight"], 0.7)):
        assert scenario(region, names, check=False)["limits"]["value"].iloc[0] == value
    edits = [("limits", "cap|2019", "value", 0.5)]
    assert scenario(region, ["loose"], edits=edits, check=False)["limits"]["value"].iloc[0] == 0.5


def test_tables_and_columns_may_be_called_by_their_titles() -> None:
    changed = scenario(REGION, edits=[("限制", "cap|2019", "数值", "0.6")], check=False)
    assert changed["limits"]["value"].iloc[0] == 0.6


def test_a_record_that_is_not_there_is_added_where_all_its_required_columns_are_given() -> None:
    changed = scenario(REGION, edits=rail())
    link = changed["links"].iloc[-1]
    assert (link["link"], link["year"], link["capacity"], link["from_region"]) == ("rail", 2019, 80.0, "north")
    assert len(changed["links"]) == len(REGION["links"]) + 1
    assert pd.isna(link["throughput"])
    assert codes(REGION, edits=rail(leave="unit")) == ["E-SCN-05"]


def test_a_table_that_is_not_there_is_begun() -> None:
    region = REGION.with_table("links", REGION["links"].iloc[:0])
    assert not region.has("links")
    assert scenario(region, edits=rail())["links"]["link"].tolist() == ["rail"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("limit", "cap|2019", "value", 1), "E-SCN-01"),
        (("limits", "cap|2019", "valeu", 1), "E-SCN-02"),
        (("limits", "cap|2020", "value", 1), "E-SCN-03"),
        (("limits", "cap", "value", 1), "E-SCN-03"),
        (("limits", "cap|2019", "value", "much"), "E-SCN-04"),
        (("limits", "cap|2019", "sense", "sideways"), "E-SCN-04"),
    ],
)
def test_what_matches_nothing_is_refused_with_the_nearest_name(edit: tuple[Any, ...], code: str) -> None:
    assert codes(REGION, edits=[edit]) == [code]


def test_all_wrong_edits_are_named_at_once_and_an_unknown_scenario_too() -> None:
    assert codes(REGION, edits=[("limit", "a", "b", 1), ("limits", "cap|2019", "valeu", 1)]) == ["E-SCN-01", "E-SCN-02"]
    with pytest.raises(HaiheError) as caught:
        scenario(REGION, "tigth")
    assert caught.value.code == "E-PLN-68"
    assert "tight" in caught.value.text("en")


def test_what_an_edit_breaks_is_refused_but_not_what_was_broken_before() -> None:
    assert "E-REF-01" in codes(REGION, edits=rail(to_region="nowhere"))
    changed = scenario(REGION, edits=rail(to_region="nowhere"), check=False)
    assert changed["links"]["to_region"].iloc[-1] == "nowhere"
    again = scenario(changed, edits=[("links", "port|2019", "capacity", 500.0)])
    assert again["links"]["capacity"].iloc[0] == 500.0


def test_the_check_of_a_region_knows_records_that_a_scenario_adds() -> None:
    def with_scenario(edits: list[Edit]) -> list[str]:
        rows = [("new", e.table, e.key, e.column, str(e.value), "") for e in edits]
        table = pd.DataFrame(rows, columns=["scenario", "table", "record", "column", "value", "reason"])
        return [f.code for f in REGION.with_table("scenarios", table).check() if f.table == "scenarios"]

    assert with_scenario(rail()) == []
    missing = with_scenario(rail(leave="unit"))
    assert missing == ["E-SCN-05"] * len(rail(leave="unit"))
    assert with_scenario(rail()[:1]) == ["E-SCN-03"]
    assert with_scenario([Edit("限制", "cap|2019", "数值", 0.5)]) == []


def test_the_scenarios_of_the_example_can_be_put_into_force() -> None:
    region = example("jing-jin-ji")
    names = list(scenarios_of(region))
    assert {"cap-5-tighter", "new-rail", "larger-port", "labs-not-shared"} <= set(names)
    for name in names:
        changed = scenario(region, name)
        assert not table_differences(region, changed).empty


def limits(*rows: dict[str, Any]) -> Region:
    usual = {
        "name_zh": "限制", "name_en": "limit", "resource": "co2", "regions": "*", "sectors": "*", "year": 2019,
        "unit": "万t CO2", **EVIDENCE,
    }  # fmt: skip
    table = pd.DataFrame([usual | {"limit": f"L{k}"} | row for k, row in enumerate(rows)])
    return REGION.with_table("limits", table)


CAP, FLOOR = {"sense": "cap"}, {"sense": "floor"}


@pytest.mark.parametrize(
    ("rows", "row", "year"),
    [
        ([CAP | {"value": 5.0}, FLOOR | {"value": 6.0}], 3, 2019),
        ([FLOOR | {"value": 6e4, "unit": "t CO2"}, CAP | {"value": 5.0}], 2, 2019),
        ([CAP | {"value": 5.0}, FLOOR | {"value": 6.0, "regions": "north"}], 3, 2019),
        ([CAP | {"value": 5.0, "regions": "north;south"}, FLOOR | {"value": 6.0, "regions": "south"}], 3, 2019),
        ([CAP | {"value": 5.0}, FLOOR | {"value": 6.0, "year": 2025}], 3, 2025),
        (
            [CAP | {"value": 9.0, "year": 2017}, CAP | {"limit": "L0", "value": 1.0, "year": 2021},
             FLOOR | {"value": 6.0}], 4, 2019,
        ),
        ([CAP | {"value": 0.8, "unit": "share of reference"}, FLOOR | {"value": 0.9, "unit": "share of reference"}], 3, 2019),
    ],
)  # fmt: skip
def test_floors_above_a_cap_that_covers_them_are_found(rows: list[dict[str, Any]], row: int, year: int) -> None:
    (finding,) = contradictions(limits(*rows))
    assert finding.code == "E-PLN-67"
    assert (finding.table, finding.row) == ("limits", row)
    assert f"{year}" in finding.text("en")
    assert "{" not in finding.text("zh") + finding.text("en")


@pytest.mark.parametrize(
    "rows",
    [
        [CAP | {"value": 5.0}, FLOOR | {"value": 5.0}],
        [CAP | {"value": 5.0, "regions": "north"}, FLOOR | {"value": 6.0}],
        [CAP | {"value": 5.0, "regions": "north"}, FLOOR | {"value": 6.0, "regions": "south"}],
        [CAP | {"value": 5.0, "sectors": "farm"}, FLOOR | {"value": 6.0, "sectors": "farm;steel"}],
        [CAP | {"value": 5.0}, FLOOR | {"value": 6.0, "resource": "land", "unit": "亩"}],
        [CAP | {"value": 0.8, "unit": "share of reference"}, FLOOR | {"value": 6.0}],
        [CAP | {"value": 0.8, "unit": "share of reference"},
         FLOOR | {"value": 0.9, "unit": "share of reference", "regions": "north"}],
        [CAP | {"value": 5.0, "year": 2021}, FLOOR | {"value": 6.0, "year": 2019},
         FLOOR | {"limit": "L1", "value": 1.0, "year": 2021}],
    ],
)  # fmt: skip
def test_limits_that_can_both_hold_are_left_alone(rows: list[dict[str, Any]]) -> None:
    assert not contradictions(limits(*rows))


def test_targets_that_exclude_each_other_are_found() -> None:
    usual = {
        "name_zh": "目标", "name_en": "target", "region": "north", "year": 2019, "indicator": "co2", "unit": "万t CO2",
        "kind": "hard", **EVIDENCE,
    }  # fmt: skip
    rows = [
        usual | {"target": "T1", "sense": "at_least", "value": 5.0},
        usual | {"target": "T2", "sense": "at_most", "value": 4e4, "unit": "t CO2"},
        usual | {"target": "T3", "sense": "at_most", "value": 6.0},
        usual | {"target": "T4", "sense": "at_most", "value": 1.0, "region": "south"},
        usual | {"target": "T5", "sense": "at_most", "value": 1.0, "indicator": None},
        usual | {"target": "T6", "sense": "at_most", "value": 1.0, "kind": "watch"},
    ]
    (finding,) = contradictions(REGION.with_table("targets", pd.DataFrame(rows)))
    assert (finding.table, finding.row) == ("targets", 2)
    assert "“T2”" in finding.text("en")


def test_contradictory_limits_stop_a_plan_before_anything_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    region = limits(CAP | {"value": 5.0}, FLOOR | {"value": 6.0})
    monkeypatch.setattr(Session, "solve", None)
    with pytest.raises(HaiheError) as caught:
        plan(region)
    assert (caught.value.code, caught.value.findings[0].row) == ("E-PLN-67", 3)


@pytest.mark.parametrize(
    "parts", [(), ("limits",), ("limits", "cap|2019", "value"), ("a", "b", "c", 1, "e", 6), "limits"]
)
def test_an_edit_that_lacks_a_part_is_refused(parts: Any) -> None:
    assert codes(REGION, edits=[parts]) == ["E-SCN-06"]


def test_an_edit_may_say_why() -> None:
    assert scenario(REGION, edits=[("limits", "cap|2019", "value", 0.5, "why")])["limits"]["value"].iloc[0] == 0.5
