"""Indicators: each equals what the result frames of a solved plan say, computed another way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from goal_cases import RICH, Desk, desk
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.planning import indicator_fields
from haihe.planning.assembly import assemble
from haihe.planning.forms import LinearForm, total
from haihe.planning.indicator_data import IndicatorData
from haihe.planning.indicator_list import INDICATORS
from haihe.planning.indicators import absent_table, indicator_table
from haihe.planning.measures import Measure
from haihe.planning.results import output_of, summary_table, trade_table, value_added_of, welfare_table
from haihe.planning.setup import setup_of
from haihe.planning.solver import Solution
from haihe.region import Region
from plan_cases import synthetic
from small_region import META, small_tables


@pytest.fixture(scope="module")
def here() -> Desk:
    return desk(RICH)


@pytest.fixture(scope="module")
def solved(here: Desk) -> Solution:
    return here.solve(cut=0.2)


def plan_of(here: Desk, solution: Solution, code: str) -> np.ndarray:
    table = indicator_table(here.indicators, solution.x, [code])
    table = table[table["region"] != "*"]
    return table["plan"].to_numpy().reshape(len(here.indicators.members), -1)


@pytest.mark.parametrize(
    "name", ["value_added", "output", "consumption", "investment", "exports", "imports", "outflow", "inflow"]
)
def test_indicator_equals_the_summary_of_the_plan(here: Desk, solved: Solution, name: str) -> None:
    summary = summary_table(here.model, solved)
    expected = summary[summary["indicator"] == name]
    assert plan_of(here, solved, name).ravel() == pytest.approx(expected["plan"].to_numpy(), rel=1e-9, abs=1e-9)
    table = indicator_table(here.indicators, solved.x, [name])
    reference = table.loc[table["region"] != "*", "reference"].to_numpy()
    assert reference == pytest.approx(expected["reference"].to_numpy(), rel=1e-9, abs=1e-9)


def made(here: Desk, solution: Solution, per: np.ndarray, change: str | None = None) -> np.ndarray:
    """Something per output, computed from the output arrays of the solution; shape (R, T)."""
    e, p = here.built.economy, here.model.production
    factors = 1 + (e.change(change) if change else np.zeros(len(e.technologies)))
    old, new = solution.value(p.old), solution.value(p.upgraded)
    amount = old + np.einsum("k,krnt->rnt", factors, new)
    return np.einsum("rn,rnt->rt", per, amount) * e.assumptions.trend


def test_indicators_of_uses_taxes_and_wages_are_what_output_says(here: Desk, solved: Solution) -> None:
    e, d = here.built.economy, here.data
    assert d.taxes is not None
    for code, per, change in (
        ("household_income", e.wages, "labour"),
        ("energy", d.uses["energy"].intensity, "energy_inputs"),
        ("co2", d.uses["co2"].intensity, "co2"),
        ("use:water", d.uses["water"].intensity, None),
        ("research", d.uses["rd"].intensity, None),
        ("taxes", d.taxes, None),
    ):
        assert plan_of(here, solved, code) == pytest.approx(made(here, solved, per, change), rel=1e-9), code
    jobs = made(here, solved, d.uses["labour"].intensity, "labour") / e.assumptions.trend
    assert plan_of(here, solved, "jobs") == pytest.approx(jobs, rel=1e-9)


def test_ratios_are_quotients_of_what_the_frames_say(here: Desk, solved: Solution) -> None:
    e, d = here.built.economy, here.data
    added = value_added_of(here.model, solved)
    rest = d.groups["manufacturing"]
    assert plan_of(here, solved, "manufacturing_share") == pytest.approx(added[:, rest].sum(1) / added.sum(1), rel=1e-9)
    whole = value_added_of(here.model, solved).sum(axis=1) * e.assumptions.trend
    energy = made(here, solved, d.uses["energy"].intensity, "energy_inputs")
    assert plan_of(here, solved, "energy_intensity") == pytest.approx(energy / whole, rel=1e-9)
    output, upgraded = output_of(here.model, solved), solved.value(here.model.production.upgraded).sum(axis=0)
    can = np.any(e.can, axis=0)
    assert plan_of(here, solved, "upgraded_share") == pytest.approx(upgraded.sum(1) / output[:, can].sum(1), rel=1e-9)


def test_import_dependence_counts_use_at_home(here: Desk, solved: Solution) -> None:
    trade = trade_table(here.model, solved).groupby(["kind", "region", "sector", "year"], sort=False)["plan"].sum()
    e, goods = here.built.economy, here.model.goods
    assert goods.flows is not None
    shape = (len(e.members), len(e.sectors), len(e.assumptions.years))
    t = {kind: trade[kind].to_numpy().reshape(shape) for kind in ("exports", "imports", "outflow", "inflow")}
    flows = goods.flows.value(solved.x) * e.assumptions.trend
    used = output_of(here.model, solved) * e.assumptions.trend + t["imports"] + t["inflow"] + flows.sum(axis=0)
    used = used - t["exports"] - t["outflow"] - flows.sum(axis=1)
    share = here.data.chains["CHAIN"].shares[None, :, None]
    expected = (share * t["imports"]).sum(1) / (share * used).sum(1)
    assert plan_of(here, solved, "import_dependence:CHAIN") == pytest.approx(expected, rel=1e-9)
    table = indicator_table(here.indicators, solved.x, ["import_dependence:CHAIN"])
    together = table.loc[table["region"] == "*", "plan"].to_numpy()
    assert together == pytest.approx((share * t["imports"]).sum((0, 1)) / (share * used).sum((0, 1)), rel=1e-9)


def test_partner_groups_add_up(here: Desk, solved: Solution) -> None:
    parts = sum(plan_of(here, solved, f"imports:{partner}") for partner in here.built.economy.partners)
    assert len(here.built.economy.partners) > 1
    assert parts == pytest.approx(plan_of(here, solved, "imports"), rel=1e-9)


def test_welfare_is_the_objective_against_the_reference(here: Desk, solved: Solution) -> None:
    free = here.solve()
    gap = here.indicators.value(Measure("welfare"), solved.x) - here.indicators.value(Measure("welfare"), free.x)
    assert gap == pytest.approx(free.objective - solved.objective, rel=1e-9)
    assert here.indicators.value(Measure("welfare"), here.indicators.reference) == pytest.approx(0.0, abs=1e-9)
    base = replace(free, x=here.indicators.reference)
    frame = welfare_table(here.model, solved, base).groupby("region")["welfare"].sum()
    for code in here.indicators.members:
        assert here.indicators.value(Measure("welfare", (code,)), solved.x) == pytest.approx(frame[code], abs=1e-8)


def test_gap_is_what_members_have_per_head(here: Desk, solved: Solution) -> None:
    assert here.data.population is not None
    each = plan_of(here, solved, "consumption") / here.data.population[:, None] * 1e9
    table = indicator_table(here.indicators, solved.x, ["spread:consumption"])
    assert table["plan"].to_numpy() == pytest.approx(each.max(axis=0) - each.min(axis=0), rel=1e-9)
    assert set(table["unit"]) == {"yuan/person"}


@settings(max_examples=20, deadline=None)
@given(pick=st.data())
def test_sets_add_up_and_years_between_milestones_lie_on_the_line(
    here: Desk, solved: Solution, pick: st.DataObject
) -> None:
    codes = ["value_added", "jobs", "exports", "from_members", "chain_output:CHAIN", "co2", "consumption", "investment"]
    code = pick.draw(st.sampled_from(codes))
    year = pick.draw(st.sampled_from([2018, 2021, 2024, None]))
    i, e = here.indicators, here.built.economy
    whole = i.form(Measure(code, year=year))
    parts = [i.form(Measure(code, (r,), (s,), year)) for r in e.members for s in e.sectors]
    assert total(parts).at(solved.x) == pytest.approx(whole.at(solved.x), rel=1e-9)
    assert (whole * 2.0 - whole).at(solved.x) == pytest.approx(whole.at(solved.x), rel=1e-9)
    size = solved.x.size
    assert whole.costs(size) @ solved.x + whole.constant == pytest.approx(whole.at(solved.x), rel=1e-9)
    if year is not None and code != "jobs":
        ends = [y for y in e.assumptions.years if abs(y - year) < e.assumptions.step]
        g = e.assumptions.growth
        flat = [i.form(Measure(code, year=y)).at(solved.x) / (1 + g) ** y for y in ends]
        assert whole.at(solved.x) / (1 + g) ** year == pytest.approx(np.mean(flat), rel=1e-9)


def test_what_has_no_data_is_absent_with_a_reason(here: Desk) -> None:
    bare = desk(synthetic().over(1, 1), upgrades=False, data=IndicatorData())
    absent = absent_table(bare.indicators).set_index("indicator")
    for code in (
        "jobs",
        "research",
        "taxes",
        "co2",
        "energy_intensity",
        "spread:consumption",
        "upgraded_share",
        "output_by_ownership",
    ):
        assert absent.loc[code, "zh"]
        assert absent.loc[code, "en"]
    table = indicator_table(bare.indicators, bare.indicators.reference)
    assert not set(table["indicator"]) & set(absent.index)
    assert set(absent_table(here.indicators)["indicator"]) == {"project_investment", "output_by_ownership"}
    with pytest.raises(HaiheError) as caught:
        bare.indicators.form(Measure("jobs"))
    assert caught.value.code == "E-PLN-52"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("valu_added", "E-PLN-51"),
        ("jobs@@M0", "E-PLN-51"),
        ("use", "E-PLN-51"),
        ("jobs:water", "E-PLN-51"),
        ("use:gold", "E-PLN-52"),
        ("imports:NOBODY", "E-PLN-52"),
        ("jobs@M9", "E-PLN-53"),
        ("jobs[S9]", "E-PLN-53"),
        ("jobs/2050", "E-PLN-53"),
        ("energy_intensity", "E-PLN-54"),
        ("spread:consumption", "E-PLN-54"),
        ("spread:energy_intensity", "E-PLN-54"),
        ("welfare/2019", "E-PLN-54"),
    ],
)
def test_measures_that_do_not_hold_say_why(here: Desk, text: str, code: str) -> None:
    with pytest.raises(HaiheError) as caught:
        here.indicators.form(Measure.parse(text))
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_a_measure_reads_back_what_it_writes() -> None:
    for text in ("jobs", "use:water@M0;M1/2019", "value_added[manufacturing;S0]@M0", "spread:consumption/2025"):
        assert str(Measure.parse(text)) == text


def test_forms_of_other_units_do_not_add() -> None:
    one = LinearForm(np.array([0]), np.array([1.0]), 0.0, "t", Text("甲", "a"))
    with pytest.raises(ValueError, match="do not add up"):
        one + one.called("persons", one.title)


def test_every_indicator_is_declared_in_both_languages() -> None:
    for code, spec in INDICATORS.items():
        assert spec.code == code
        assert spec.title.zh
        assert spec.title.en
        assert spec.formula
        assert bool(spec.needs.zh) == bool(spec.needs.en)


@pytest.mark.parametrize("broken", ["value_added", "jobs", "investment", "used_at_home", "carbon"])
def test_a_wrong_field_is_noticed(broken: str, solved: Solution, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks above fail where a field forgets the upgraded technology or what goes out."""
    original = getattr(indicator_fields, broken)
    other = desk(RICH)
    spec = {"value_added": "value_added", "jobs": "jobs", "investment": "investment", "carbon": "co2"}.get(broken)
    fields = [original(indicator_fields.Scope(other.model, other.data))]
    kept = replace(fields[0], parts=fields[0].parts[:1])
    assert not np.allclose(kept.at(solved.x), fields[0].at(solved.x), rtol=1e-6)
    if spec is not None:
        monkeypatch.setitem(INDICATORS, spec, replace(INDICATORS[spec], field=lambda _: kept))
        check = {
            "value_added": lambda: test_indicator_equals_the_summary_of_the_plan(other, solved, "value_added"),
            "investment": lambda: test_indicator_equals_the_summary_of_the_plan(other, solved, "investment"),
        }.get(spec, lambda: test_indicators_of_uses_taxes_and_wages_are_what_output_says(other, solved))
        with pytest.raises(AssertionError):
            check()


def test_jobs_follow_the_uses_while_they_are_stated_and_the_trend_after() -> None:
    """Uses of labour of two years: the path between them as it stands, then output per worker grows with the trend."""
    tables = small_tables()
    land = tables["uses"][(tables["uses"]["resource"] == "land") & tables["uses"]["year"].isin([2017, 2019])]
    people = land.assign(resource="labour", unit="persons/亿元")
    labour = {"resource": "labour", "name_zh": "劳动力", "name_en": "Labour", "kind": "stock", "unit": "persons"}
    tables["uses"] = pd.concat([tables["uses"], people])
    tables["resources"] = pd.concat([tables["resources"], pd.DataFrame([labour])])
    setup = setup_of(Region(tables, META), projects=False)
    assembly = assemble(setup)
    jobs = assembly.indicators.field("jobs").at(assembly.indicators.reference)
    output = setup.economy.output * setup.assumptions.trend
    per = jobs / output
    years = setup.assumptions.years
    stated = people.pivot_table(index=["region", "sector"], columns="year", values="value")
    for r, member in enumerate(setup.economy.members):
        for i, sector in enumerate(setup.economy.sectors):
            known = stated.loc[member, sector] * 10.0  # persons per bn yuan
            for t, year in enumerate(years):
                wanted = known[2017] if year == 2017 else known[2019] * 1.05 ** (2019 - year)
                assert per[r, i, t] == pytest.approx(wanted, rel=1e-9)
