"""Accounts: identities, diagnostics, long form, units, selection, aggregation."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haihe.accounts import Accounts, Concordance, InterregionalTable, aggregate, read_pairs
from haihe.messages import HaiheError, Text

ARRAYS = ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "residual", "output", "flows")
LABELS = ("regions", "sectors", "year", "unit", "final_kinds", "added_kinds", "merged_trade")
fixture_ok = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)


def same(a: Accounts, b: Accounts, rtol: float = 0.0) -> None:
    for name in LABELS:
        assert getattr(a, name) == getattr(b, name), name
    for name in ARRAYS:
        left, right = getattr(a, name), getattr(b, name)
        if left is None or right is None:
            assert left is None, name
            assert right is None, name
        else:
            np.testing.assert_allclose(left, right, rtol=rtol, atol=rtol, err_msg=name)


def test_identities_of_a_sound_table(economy):
    report = economy().diagnose(1e-12)
    assert report.ok
    assert not report.of("SKIPPED")
    assert set(report.to_frame("zh").columns) == {"check", "region", "status", "value", "tolerance", "text"}
    assert {c.region for c in report} == {"R0", "R1", "R2"}


@pytest.mark.parametrize(
    ("array", "place", "change", "failing"),
    [
        ("Z", (0, 1, 2), 1.0, {"row_identity", "column_identity", "output_input", "gdp_expenditure", "gdp_income"}),
        ("final", (0, 1, 2), 1.0, {"row_identity", "gdp_expenditure"}),
        ("added", (0, 1, 2), 1.0, {"column_identity", "output_input", "gdp_income"}),
        ("exports", (0, 1), 1.0, {"row_identity", "gdp_expenditure"}),
        ("inflow", (0, 1), 1.0, {"row_identity", "gdp_expenditure"}),
        ("residual", (0, 1), 1.0, {"row_identity", "gdp_expenditure"}),
        ("flows", (0, 0, 1), 1.0, {"own_flows"}),
    ],
)
def test_every_broken_cell_is_found(economy, array, place, change, failing):
    sound = economy()
    cells = getattr(sound, array).copy()
    cells[place] += change
    report = replace(sound, **{array: cells}).diagnose()
    assert {c.name for c in report.of("FAIL")} == failing
    assert {c.region for c in report.of("FAIL")} == {"R0"}


def test_errors_that_cancel_in_the_sum_are_found(economy):
    sound = economy()
    exports = sound.exports.copy()
    exports[0, 0] += 1.0
    exports[0, 1] -= 1.0
    report = replace(sound, exports=exports).diagnose()
    assert {c.name for c in report.of("FAIL")} == {"row_identity"}


def test_unproductive_idle_and_negative_cells(economy):
    sound = economy()
    Z = sound.Z.copy()
    Z[1, 0, 0] = 2.0 * sound.output[1, 0]
    assert replace(sound, Z=Z).diagnose().get("spectral_radius", "R1").status == "FAIL"
    output = sound.output.copy()
    output[2, 3] = 0.0
    assert replace(sound, output=output).diagnose().get("zero_output", "R2").value == 1
    assert np.isfinite(replace(sound, output=output).coefficients).all()
    added = sound.added.copy()
    added[0, 3, 1] = -1.0
    check = replace(sound, added=added).diagnose().get("negative_added", "R0")
    assert (check.status, check.value) == ("WARNING", 1)
    assert sound.diagnose().get("negative_inventories", "R0").status == "PASS"
    assert sound.diagnose().get("negative_inventories", "R0").value == 4


def test_checks_without_data_are_skipped_not_passed(economy):
    report = economy(with_flows=False).diagnose()
    assert {c.name for c in report.of("SKIPPED")} == {"negative_flows", "own_flows"}
    empty = replace(economy(), output=np.zeros((3, 4)))
    assert empty.diagnose().get("row_identity").status == "SKIPPED"


@fixture_ok
@given(seed=st.integers(0, 1000), R=st.integers(1, 4), n=st.integers(1, 5), with_flows=st.booleans())
def test_long_form_round_trip(economy, seed, R, n, with_flows):
    a = economy(seed, R, n, with_flows)
    flows = a.flows_frame() if with_flows and R > 1 else None
    back = Accounts.from_frame(a.to_frame(), "万元", flows)
    if flows is None:
        a = replace(a, flows=None)
    same(a, back)


def test_long_form_columns_and_sparse_cells(economy):
    a = economy()
    frame = a.to_frame()
    assert list(frame.columns) == ["year", "region", "row", "column", "value"]
    assert list(a.flows_frame().columns) == ["year", "from_region", "to_region", "sector", "value"]
    sparse = frame[(frame["value"] != 0) | (frame["column"] == "output")]
    assert len(sparse) < len(frame)
    same(a, Accounts.from_frame(sparse, "万元", a.flows_frame()))


def test_trade_that_is_merged_stays_missing(economy):
    a = replace(economy(with_flows=False), merged_trade=True)
    frame = a.to_frame()
    assert not frame["column"].isin(["export", "import"]).any()
    assert Accounts.from_frame(frame, "万元").merged_trade


def broken(frame: pd.DataFrame, at: int, column: str, value: object) -> pd.DataFrame:
    frame = frame.astype(object)
    frame.loc[at, column] = value
    return frame


def test_long_form_faults_are_named(economy):
    a = economy()
    frame, flows = a.to_frame(), a.flows_frame()
    cases = [
        (broken(frame, 7, "value", "x"), None, "E-ACC-06", 9),
        (broken(frame, 7, "value", np.nan), None, "E-ACC-06", 9),
        (pd.concat([frame, frame.iloc[[3]]], ignore_index=True), None, "E-ACC-04", len(frame) + 2),
        (frame.drop(columns="row"), None, "E-ACC-02", None),
        (broken(frame, 5, "year", 2012), None, "E-ACC-13", None),
        (frame, broken(flows, 4, "to_region", "R9"), "E-ACC-03", 6),
        (frame, broken(flows, 4, "sector", "S9"), "E-ACC-03", 6),
        (frame, broken(flows, 4, "to_region", "R0").assign(sector="S1").iloc[4:5], "E-ACC-14", 6),
        (broken(frame, len(frame) - 1, "column", "government"), None, "E-ACC-03", len(frame) + 1),
    ]
    for cells, links, code, row in cases:
        with pytest.raises(HaiheError) as caught:
            Accounts.from_frame(cells, "万元", links)
        assert (caught.value.code, caught.value.findings[0].row) == (code, row)
        assert caught.value.text("zh")
        assert caught.value.text("en")


def test_units_change_figures_not_shares(economy):
    a = economy()
    b = a.to_unit("亿元")
    np.testing.assert_allclose(b.output * 1e4, a.output)
    np.testing.assert_allclose(b.flows * 1e4, a.flows)
    np.testing.assert_allclose(b.coefficients, a.coefficients)
    same(b.to_unit("万元"), a, rtol=1e-12)
    for unit, code in (("dollar", "E-UNIT-01"), ("USD", "E-UNIT-02"), ("亩", "E-UNIT-02")):
        with pytest.raises(HaiheError, match=code):
            a.to_unit(unit)


def test_selection_keeps_the_identity(economy):
    a = economy(R=4)
    part = a.select(["R3", "R1"])
    assert part.regions == ["R3", "R1"]
    assert part.diagnose(1e-12).ok
    np.testing.assert_allclose(part.net_trade, a.net_trade[[3, 1]])
    with pytest.raises(HaiheError, match="R33") as caught:
        a.select(["R33"])
    assert "nearest is “R3”" in caught.value.text("en")


def test_shapes_and_units_are_checked(economy):
    a = economy()
    with pytest.raises(HaiheError, match="E-ACC-11"):
        replace(a, exports=np.zeros((2, 4)))
    with pytest.raises(HaiheError, match="E-UNIT-02"):
        replace(a, unit="t CO2")


@fixture_ok
@given(seed=st.integers(0, 1000), data=st.data())
def test_aggregation_keeps_identities_and_totals(economy, seed, data):
    a = economy(seed, R=4, n=5)
    groups = st.sampled_from("PQR")
    sectors = {code: data.draw(groups) for code in a.sectors}
    regions = {code: data.draw(groups) for code in a.regions}
    b = aggregate(a, sectors=sectors, regions=regions)
    assert b.sectors == list(dict.fromkeys(sectors.values()))
    assert b.regions == list(dict.fromkeys(regions.values()))
    assert b.diagnose(1e-12).ok
    for name in ("Z", "final", "added", "exports", "imports", "output"):
        assert getattr(b, name).sum() == pytest.approx(getattr(a, name).sum())
    internal = sum(
        a.flows[r, s].sum()
        for r, p in enumerate(a.regions)
        for s, q in enumerate(a.regions)
        if regions[p] == regions[q]
    )
    assert b.flows.sum() == pytest.approx(a.flows.sum() - internal)


@fixture_ok
@given(seed=st.integers(0, 1000), data=st.data())
def test_merging_a_coupled_table_adds_up_its_cells(economy, seed, data):
    t = InterregionalTable.from_accounts(economy(seed, R=3, n=4))
    groups = st.sampled_from("PQ")
    sectors = {code: data.draw(groups) for code in t.sectors}
    regions = {code: data.draw(groups) for code in t.regions}
    merged = aggregate(t, sectors=sectors, regions=regions)
    assert merged.diagnose(1e-12).ok
    cells = t.Z_frame().rename(index=regions, columns=regions, level=0).rename(index=sectors, columns=sectors, level=1)
    summed = cells.groupby(level=[0, 1], sort=False).sum().T.groupby(level=[0, 1], sort=False).sum().T
    np.testing.assert_allclose(merged.Z_frame(), summed.loc[merged.index, merged.index], rtol=1e-12)
    assert merged.final_imports.sum() == pytest.approx(t.final_imports.sum())
    one = aggregate(t, regions=dict.fromkeys(t.regions, "all"))
    assert (one.sectors, one.output.sum()) == (t.sectors, pytest.approx(t.output.sum()))


def test_aggregating_in_two_steps_is_aggregating_once(economy):
    a = economy(n=5)
    first = Concordance({"S0": "A", "S1": "A", "S2": "B", "S3": "C", "S4": "C"})
    second = {"A": "X", "B": "X", "C": "Y"}
    once = aggregate(a, sectors=first.then(second, {"X": Text("甲", "X")}))
    same(once, aggregate(aggregate(a, sectors=first), sectors=second), rtol=1e-12)
    assert once.names["X"].zh == "甲"


def test_concordance_maps_every_code_exactly_once(economy):
    a = economy()
    with pytest.raises(HaiheError, match="S2, S3") as caught:
        aggregate(a, sectors={"S0": "A", "S1": "A"})
    assert caught.value.code == "E-ACC-08"
    with pytest.raises(HaiheError) as caught:
        Concordance.from_pairs([("S0", "A"), ("S1", "A"), ("S0", "B")])
    assert caught.value.code == "E-ACC-09"
    assert "S0" in str(caught.value)
    with pytest.raises(HaiheError, match="E-ACC-10"):
        aggregate(a, sectors=dict.fromkeys([*a.sectors, "S7"], "A"))


def test_a_concordance_is_read_from_a_table_and_put_in_order(tmp_path):
    file = tmp_path / "map.csv"
    file.write_text("from,to,name_zh,name_en\nS0,B,乙,Second\nS1,A,甲,First\n", encoding="utf-8")
    read = read_pairs(file)
    assert (read.targets, read.names["A"].en) == (["B", "A"], "First")
    assert read.ordered(["A", "B"]).targets == ["A", "B"]
    file.write_text("from,to,name_zh,name_en\n S0 ,B , 乙,Second \n", encoding="utf-8")
    assert (read_pairs(file).mapping, read_pairs(file).names["B"]) == ({"S0": "B"}, Text("乙", "Second"))
    for text, code, row in (
        ("from,to\nA,B,C\n", "E-FILE-14", 2),
        ("from,to\nS0,B\n\nS1, \n", "E-ACC-70", 4),
        ("from,to\n,B\n", "E-ACC-70", 2),
        ("from,to\nS0,B\nS0 ,A\n", "E-ACC-09", None),
    ):
        file.write_text(text)
        with pytest.raises(HaiheError) as caught:
            read_pairs(file)
        assert (caught.value.code, caught.value.findings[0].row) == (code, row)
        assert "map.csv" in caught.value.findings[0].file
    file.write_text("from,onto\nS0,B\n")
    with pytest.raises(HaiheError) as caught:
        read_pairs(file)
    assert (caught.value.code, caught.value.findings[0].column) == ("E-ACC-02", "to")


def test_renaming_takes_names_along(economy):
    a = replace(economy(), names={"R0": Text("甲", "First")})
    b = a.rename({"R0": "BJ", "S1": "C13"})
    assert b.regions == ["BJ", "R1", "R2"]
    assert b.sectors[1] == "C13"
    assert b.names["BJ"].en == "First"
    assert {f.name for f in fields(b)} >= {"names", "flows"}
