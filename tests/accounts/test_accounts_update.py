"""Updating: identities exact, totals as sure as stated, revisions declared, every cell told where it comes from."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.accounts import KnownTotal, Revision, aggregate, update
from haihe.accounts.updated import UPDATE_STEPS
from haihe.messages import HaiheError, Text

make = runpy.run_path(str(Path(__file__).with_name("conftest.py")))["make"]

REVISED = Revision("R1", 10.0, 7.0, "亿元", "bureau", Text("修订", "revised"))


def nation(seed, year):
    merged = aggregate(make(seed), regions=dict.fromkeys(["R0", "R1", "R2"], "CN"))
    return replace(merged, flows=None, year=year)


def gdp(region, value, reliability=0.0, unit="万元", **more):
    return KnownTotal(f"GDP {region}", "added", value, unit, reliability, "bureau", region, **more)


def carried(old=None, totals=(), then=5, now=6, **more):
    return update(
        old or make(0),
        2020,
        national_then=nation(then, 2017),
        national_now=nation(now, 2020),
        totals=totals,
        **more,
    )


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**4),
    damping=st.floats(0.0, 1.0),
    growth=st.floats(0.5, 3.0),
    reliability=st.sampled_from([0.0, 0.01, 0.1]),
    with_flows=st.booleans(),
)
def test_every_identity_holds_and_signs_are_kept(seed, damping, growth, reliability, with_flows):
    old = make(seed, with_flows=with_flows)
    totals = [gdp("R0", old.value_added[0].sum() * growth, reliability), gdp("R2", old.value_added[2].sum(), 0.02)]
    result = carried(old, totals, then=seed + 1, now=seed + 2, damping=damping)
    new = result.accounts
    assert new.year == 2020
    assert [c.name for c in new.diagnose(1e-9) if c.status == "FAIL"] == []
    for block in ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "output"):
        assert (getattr(new, block) * getattr(old, block) >= 0).all()
    if with_flows:
        assert (np.einsum("rri->ri", new.flows) == 0).all()
        np.testing.assert_allclose(new.flows_out.sum(), new.flows_in.sum())
    if reliability == 0.0:
        assert new.value_added[0].sum() == pytest.approx(totals[0].value, rel=1e-9)


def test_with_nothing_new_nothing_changes():
    old = make(0)
    result = carried(old, now=5)
    np.testing.assert_allclose(result.accounts.Z, old.Z, rtol=1e-8)
    np.testing.assert_allclose(result.accounts.flows, old.flows, rtol=1e-8)
    assert result.changes()["amount"].max() <= 1e-6


def test_coefficients_move_with_the_nation_as_far_as_damping_and_bound_say():
    old, then, now = make(0), nation(5, 2017), nation(6, 2020)
    full = carried(old, damping=1.0, bound=1.5).stages["structure"]
    ratio = np.clip(now.coefficients / then.coefficients, 1 / 1.5, 1.5)
    np.testing.assert_allclose(full.coefficients, old.coefficients * ratio, rtol=1e-12)
    still = carried(old, damping=0.0).stages["structure"]
    np.testing.assert_array_equal(still.Z, old.Z)


def test_a_more_reliable_source_wins_and_the_report_says_by_how_much():
    old = make(0)
    value = old.value_added[0].sum()
    totals = [gdp("R0", value, 0.002), gdp("R0", value * 1.2, 0.05, sectors=None)]
    told = carried(old, totals).totals
    assert list(told["unit"]) == ["万元"] * 2
    gap = (told["achieved"] - told["target"]).abs()
    assert gap[0] < 0.1 * gap[1]
    np.testing.assert_allclose(told["deviation"], (told["achieved"] - told["target"]) / told["standard_error"])


def test_the_published_residual_grows_with_output_and_is_held():
    exact = make(0)
    error = np.random.default_rng(1).uniform(-2.0, 2.0, exact.output.shape)
    old = replace(exact, residual=error, exports=exact.exports + 3.0, outflow=exact.outflow - error - 3.0 + 5.0)
    old = replace(old, inflow=old.inflow + 5.0)
    result = carried(old, [gdp("R0", old.value_added[0].sum() * 2.0)])
    grown = result.stages["levels"].output / old.output
    np.testing.assert_allclose(result.accounts.residual, error * grown)
    assert [c.name for c in result.accounts.diagnose(1e-9) if c.status == "FAIL"] == []


def test_groups_kinds_trade_and_units():
    old = make(0)
    totals = [
        gdp("R0", 0.02, 0.0, unit="亿元", sectors=["S1", "S2"]),
        KnownTotal("labour", "added", 150.0, "万元", 0.0, "b", "R1", kinds=["labour"]),
        KnownTotal("consumption", "final", 90.0, "万元", 0.0, "b", "R1", kinds=["household_rural", "household_urban"]),
        KnownTotal("exports of all", "exports", 30.0, "万元", 0.0, "customs"),
        KnownTotal("output", "output", 100.0, "万元", 0.0, "b", "R2", ["S0"]),
    ]
    new = carried(old, totals).accounts
    assert new.value_added[0, 1:3].sum() == pytest.approx(200.0)
    assert new.added[1, 0].sum() == pytest.approx(150.0)
    assert new.final[1, :, :2].sum() == pytest.approx(90.0)
    assert new.exports.sum() == pytest.approx(30.0)
    assert new.output[2, 0] == pytest.approx(100.0)
    assert [c.name for c in new.diagnose(1e-9) if c.status == "FAIL"] == []


def test_a_revision_changes_levels_not_coefficients_and_is_told():
    old = make(0)
    result = carried(old, now=5, revisions=[REVISED])
    revised = result.stages["revision"]
    np.testing.assert_allclose(revised.coefficients, old.coefficients)
    np.testing.assert_allclose(revised.output[1], 0.7 * old.output[1])
    np.testing.assert_allclose(revised.flows[1, 0], 0.7 * old.flows[1, 0])
    assert result.revisions["factor"].tolist() == [0.7]
    assert "revised" in result.provenance()["what_en"].tolist()
    moved = result.changes().query("step == 'revision' and block == 'output'").set_index("region")["share"]
    np.testing.assert_allclose(moved[["R0", "R1", "R2"]], [0.0, 0.3, 0.0], atol=1e-12)


def test_every_cell_is_marked_and_its_steps_sum_to_its_value():
    result = carried(make(0), [gdp("R0", 400.0)], revisions=[REVISED])
    for cells in (result.cells(), result.flow_cells()):
        assert set(cells["quality"]) == {"estimated"}
        steps = cells["old"] + cells[list(UPDATE_STEPS)].sum(axis=1)
        np.testing.assert_allclose(steps, cells["value"], rtol=1e-9, atol=1e-9)
        assert cells[["method_zh", "method_en"]].notna().all(axis=None)
    assert len(result.cells()) == len(result.accounts.to_frame())
    ages = result.provenance()["age"].tolist()
    assert ages[0] == "old"
    assert set(ages[1:]) == {"new"}


@pytest.mark.parametrize(
    ("total", "near"),
    [
        (gdp("R0", 1.0, sectors=["S9"]), "S"),
        (KnownTotal("x", "outputs", 1.0, "万元", 0.0, "b"), "output"),
        (KnownTotal("x", "added", 1.0, "万元", 0.0, "b", kinds=["labor"]), "labour"),
    ],
)
def test_unknown_names_in_a_total_are_refused_with_the_nearest(total, near):
    with pytest.raises(HaiheError) as caught:
        carried(make(0), [total])
    finding = caught.value.findings[0]
    assert finding.code == "E-ACC-64"
    assert finding.values["near"].startswith(near)


def test_conflicting_hard_totals_are_named():
    with pytest.raises(HaiheError, match="yearbook, communique"):
        carried(
            make(0),
            [
                KnownTotal("yearbook", "added", 300.0, "万元", 0.0, "b", "R0"),
                KnownTotal("communique", "added", 310.0, "万元", 0.0, "b", "R0"),
            ],
        )


def test_a_nation_in_other_sectors_is_refused():
    other = nation(5, 2017).rename({"S0": "T0"})
    with pytest.raises(HaiheError) as caught:
        update(make(0), 2020, national_then=other, national_now=nation(6, 2020), totals=[])
    assert caught.value.findings[0].code == "E-ACC-63"
