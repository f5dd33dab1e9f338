"""Checks of facts, one by one: each finds its fault where it is, and is silent without it."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import LANGUAGES, Finding
from haihe.region import Region
from haihe.region.checks import balance
from small_region import FINAL, META, SECTORS, VALUE_ADDED, YEAR, small_region, small_tables

REGION = small_region()


def found(region: Region) -> list[tuple[str, str, int | None, str | None]]:
    return [(f.code, f.table, f.row, f.column) for f in region.check()]


def said(finding: Finding, name: str) -> Any:
    """Give one of the values that fill a message."""
    return dict(finding.values)[name]


def changed(name: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Region:
    """Give the small region with one table changed."""
    frame = REGION[name].copy()
    back = change(frame)
    return REGION.with_table(name, frame if back is None else back)


def at(name: str, **where: object) -> int:
    """Give the position of the one record with these values."""
    frame = REGION[name]
    hits = np.flatnonzero(np.logical_and.reduce([frame[c].eq(v) for c, v in where.items()]))
    assert len(hits) == 1
    return int(hits[0])


def test_the_small_region_is_whole() -> None:
    assert found(REGION) == []


@pytest.mark.parametrize(
    ("row", "column", "code", "cell"),
    [
        ("farm", "steel", "E-BAL-03", ("farm", "steel")),
        ("steel", "output", "E-BAL-03", ("steel", "output")),
        ("steel", "steel", "E-BAL-03", ("steel", "output")),
        ("care", "government", "E-BAL-01", ("care", "residual")),
        ("care", "inflow", "E-BAL-01", ("care", "residual")),
        ("taxes", "farm", "E-BAL-02", ("surplus", "farm")),
        ("surplus", "farm", "E-BAL-02", ("surplus", "farm")),
    ],
)
def test_an_account_out_of_balance_points_at_a_cell_that_mends_it(
    row: str, column: str, code: str, cell: tuple[str, str]
) -> None:
    position = at("accounts", region="south", row=row, column=column)

    def off(frame: pd.DataFrame) -> None:
        frame.loc[position, "value"] += 0.125

    broken = changed("accounts", off)
    finding, *others = broken.check()
    mender = at("accounts", region="south", row=cell[0], column=cell[1])
    assert not others
    assert (finding.code, finding.row, finding.column) == (code, mender + 2, "value")
    assert abs(float(said(finding, "residual"))) == pytest.approx(0.125)
    frame = broken["accounts"].copy()
    frame.loc[mender, "value"] = float(said(finding, "mended"))
    assert not broken.with_table("accounts", frame).check()


def test_a_wrong_flow_is_told_from_two_wrong_accounts() -> None:
    def off(frame: pd.DataFrame) -> None:
        frame.loc[1, "value"] *= 1.1

    (finding,) = changed("flows", off).check()
    assert (finding.code, finding.table, finding.row) == ("E-BAL-05", "flows", 3)
    assert float(said(finding, "mended")) == pytest.approx(REGION["flows"]["value"].iloc[1])


def test_units_of_money_may_be_mixed_as_declared() -> None:
    def in_wan(frame: pd.DataFrame) -> None:
        numbers = [column for column in ("value", "low", "high") if column in frame]
        frame.loc[::3, numbers] *= 1e4
        frame.loc[::3, "unit"] = "万元"

    assert not changed("accounts", in_wan).check()
    assert not changed("flows", in_wan).check()

    def undeclared(frame: pd.DataFrame) -> None:
        frame.loc[::3, "value"] *= 1e4

    assert [f.code for f in changed("accounts", undeclared).check()] == ["E-BAL-08", "E-BAL-08"]


def test_the_balance_check_would_fail_if_it_forgot_a_term(monkeypatch: pytest.MonkeyPatch) -> None:
    net = balance._net
    monkeypatch.setattr(balance, "_net", lambda flows: -net(flows))
    assert len(REGION.check()) >= len(SECTORS)
    monkeypatch.setattr(balance, "_net", lambda flows: 0 * net(flows))
    assert len(REGION.check()) >= len(SECTORS)


@settings(max_examples=25)
@given(st.integers(0, len(REGION["accounts"]) - 1), st.floats(1e-4, 1e3), st.sampled_from([-1, 1]))
def test_every_cell_of_an_account_is_watched(position: int, by: float, sign: int) -> None:
    def off(frame: pd.DataFrame) -> None:
        frame.loc[position, "value"] += sign * by

    findings = changed("accounts", off).check()
    assert [f.code[:5] for f in findings] == ["E-BAL"]
    kind = REGION["accounts"].iloc[position]
    expected = "E-BAL-02" if kind["row"] in VALUE_ADDED else "E-BAL-03"
    if kind["row"] in SECTORS and kind["column"] not in (*SECTORS, "output"):
        expected = "E-BAL-01"
    assert findings[0].code == expected
    assert set(FINAL) < set(REGION["accounts"]["column"])


def test_an_account_without_output_or_base_year() -> None:
    assert [
        f.code for f in changed("accounts", lambda f: f[~f["column"].eq("output") | ~f["row"].eq("farm")]).check()
    ] == [
        "E-BAL-04",
        "E-BAL-04",
    ]
    assert found(changed("accounts", lambda f: f[f["region"].eq("north")])) == [("E-YEAR-02", "accounts", None, "year")]
    assert [c for c, *_ in found(REGION.with_meta(base_year=YEAR + 1))] == ["E-YEAR-02"] * 2


def test_small_incomplete_regions_are_fine() -> None:
    tables = {name: small_tables()[name] for name in ("sources", "regions", "sectors")}
    assert found(Region(tables, META)) == []
    no_flows = {name: frame for name, frame in small_tables().items() if name != "flows"}
    assert {c for c, *_ in found(Region(no_flows, META))} == {"E-BAL-01"}


def test_references_to_an_absent_table_are_one_finding() -> None:
    tables = {name: frame for name, frame in small_tables().items() if name not in ("resources", "limits", "scenarios")}
    codes = found(Region(tables, META))
    assert [(c, t) for c, t, *_ in codes] == [
        ("E-TAB-04", name) for name in ("endowments", "uses", "transfers", "project_resources")
    ]


def test_the_tree_of_regions() -> None:
    def parents(*pairs: tuple[str, str]) -> Callable[[pd.DataFrame], None]:
        def change(frame: pd.DataFrame) -> None:
            for child, parent in pairs:
                frame.loc[frame["region"].eq(child), "parent"] = parent

        return change

    def codes(*pairs: tuple[str, str]) -> list[tuple[str, int | None]]:
        return [(c, row) for c, _, row, _ in found(changed("regions", parents(*pairs)))]

    assert codes(("rest", "rest")) == [("E-TREE-01", 6)]
    assert codes(("rest", "world"), ("world", "rest")) == [("E-TREE-01", 6)]
    assert ("E-TREE-02", 4) in codes(("south", "harbour"), ("harbour", "nation"))
    assert codes(("harbour", "nation")) == []


def test_years() -> None:
    def without(year: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
        return lambda f: f[~(f["region"].eq("north") & f["resource"].eq("co2") & f["year"].eq(year))]

    assert found(changed("endowments", without(2018))) == []  # two years left: no step to compare with
    longer = changed("endowments", lambda f: pd.concat([f, f[f["year"].eq(2019)].assign(year=2021)]))
    assert [c for c, *_ in found(longer)] == ["W-YEAR-01"] * 4
    every_second = changed("endowments", lambda f: f.assign(year=2017 + 2 * (f["year"] - 2017)))
    assert found(every_second) == []
    assert "E-RANGE-02" in {c for c, *_ in found(changed("links", lambda f: f.assign(year=20190)))}


def test_keys_name_the_first_record() -> None:
    region = changed("uses", lambda f: pd.concat([f, f.iloc[[4]]]))
    (finding,) = region.check()
    assert (finding.code, finding.row, said(finding, "first")) == ("E-KEY-01", 38, 6)
    (finding,) = changed("sources", lambda f: pd.concat([f, f])).check()
    assert (finding.code, finding.row, said(finding, "first")) == ("E-KEY-01", 3, 2)


def test_limits_reach_the_regions_below() -> None:
    def only(regions: str, sectors: str = "*") -> Callable[[pd.DataFrame], None]:
        def change(frame: pd.DataFrame) -> None:
            frame.loc[1, ["regions", "sectors"]] = [regions, sectors]

        return change

    assert found(changed("limits", only("nation"))) == []
    assert found(changed("limits", only("harbour", "steel"))) == []  # a project may go there
    assert [c for c, *_ in found(changed("limits", only("harbour", "farm")))] == ["W-LIM-01"]
    assert [c for c, *_ in found(changed("limits", only("north;nowhere")))] == ["E-REF-01"]


def test_stages_of_firms() -> None:
    firm = {"enterprise": "e1", "name_zh": "一", "name_en": "one", "region": "south", "sector": "steel", "output": 1.0,
            "unit": "亿元", "source": "S1", "quality": "estimated"}  # fmt: skip
    whole = REGION.with_table("enterprises", pd.DataFrame([firm | {"stages": "metal.smelt"}]))
    assert found(whole) == []
    lost = REGION.with_table("enterprises", pd.DataFrame([firm | {"stages": "metal.smelt;metal.roll"}]))
    assert found(lost) == [("E-REF-01", "enterprises", 2, "stages")]


def test_rules_without_budget() -> None:
    assert [c for c, *_ in found(changed("funds", lambda f: pd.concat([f, f.assign(fund="F2")])))] == []
    assert [c for c, *_ in found(changed("budgets", lambda f: f.assign(fund="F2")))] == ["W-RULE-02", "E-REF-01"]


def test_units_that_do_not_fit() -> None:
    assert [c for c, *_ in found(changed("budgets", lambda f: f.assign(unit="亩")))] == ["E-UNIT-04"]
    assert [c for c, *_ in found(changed("limits", lambda f: f.assign(unit=["亩", "t"])))] == ["E-UNIT-04", "E-UNIT-04"]
    assert [c for c, *_ in found(changed("endowments", lambda f: f.assign(unit="万t CO2")))] == ["E-UNIT-04"] * 6
    assert {c for c, *_ in found(changed("accounts", lambda f: f.assign(unit="USD")))} == {"E-UNIT-04"}


@pytest.mark.parametrize(("value", "wrong"), [(0.0, True), (-1.0, True), (1e-9, False)])
@pytest.mark.parametrize("column", ["published", "revised"])
def test_a_revision_is_between_figures_above_nothing(column: str, value: float, wrong: bool) -> None:
    row = {"region": "north", "year": YEAR, "published": 10.0, "revised": 8.0, "unit": "亿元", "source": "S1"}
    row |= {"quality": "official", "reason_zh": "普查", "reason_en": "census", "note": None, column: value}
    revised = REGION.with_table("revisions", pd.DataFrame([row]))
    assert found(revised) == ([("E-RANGE-06", "revisions", 2, column)] if wrong else [])
    assert all("{" not in f.text(lang) for f in revised.check() for lang in LANGUAGES)


def calls_in_haihe(work: Callable[[], object]) -> int:
    """Count the calls of Python functions of the package that some work makes."""
    count = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_globals.get("__name__", "").startswith("haihe.")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_checking_more_cells_takes_no_more_calls() -> None:
    few, many = (calls_in_haihe(wide_region(sectors).check) for sectors in (10, 100))
    assert many <= few + 100  # the larger one has 21 780 cells more; a call for each would show


def wide_region(count: int) -> Region:
    """Give two regions of many sectors whose accounts have no fault."""
    many = [f"s{i}" for i in range(count)]
    sectors = pd.DataFrame({"sector": many, "name_zh": many, "name_en": many, "group": "services"})
    row, column = np.meshgrid(many, many, indexing="ij")
    inner = pd.DataFrame({"row": row.ravel(), "column": column.ravel(), "value": 1.0})
    final = [pd.DataFrame({"row": many, "column": kind, "value": 20.0}) for kind in FINAL]
    output = pd.DataFrame({"row": many, "column": "output", "value": 100.0 + count})
    added = [pd.DataFrame({"row": kind, "column": many, "value": 25.0}) for kind in VALUE_ADDED]
    accounts = pd.concat([inner, *final, output, *added]).assign(
        year=YEAR, region="north", unit="亿元", source="S1", quality="estimated"
    )
    tables = {name: small_tables()[name] for name in ("sources", "regions")}
    region = Region(
        tables | {"sectors": sectors, "accounts": pd.concat([accounts, accounts.assign(region="south")])}, META
    )
    assert not region.check()
    return region
