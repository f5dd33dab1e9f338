"""Reference paths and foreign partners from tables; capacity replacement and the growth guard."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from haihe.messages import HaiheError
from haihe.planning import model, plan
from haihe.planning.assembly import assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import cap_path
from haihe.planning.conduct import ReplacementSpec, replacement_of
from haihe.planning.edits import set_caps
from haihe.planning.inputs import economy_of, path_of
from haihe.planning.model import Model, build_model
from haihe.planning.program import Program
from haihe.planning.projects import course_of
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution
from haihe.planning.technology import Technology
from haihe.region import Region
from plan_cases import Built, synthetic, with_growth, with_partners, with_two
from small_region import EVIDENCE, META, small_tables

RICH = with_partners(with_two(synthetic(2)))


def region(**tables: list[dict[str, object]]) -> Region:
    given = small_tables()
    for name, rows in tables.items():
        everywhere = {"regions": "*", "sectors": "*"} if name in ("growth_paths", "foreign_partners") else {}
        given[name] = pd.DataFrame([EVIDENCE | everywhere | row for row in rows])
    return Region(given, META)


def grown(path: str, **row: object) -> dict[str, object]:
    return {"path": path, "title_zh": "路径", "year": 2020, "value": 0.05, "unit": "1/year"} | row


def test_stated_rates_hold_until_their_year_and_the_trend_after() -> None:
    r = region(
        growth_paths=[
            grown("plan", value=8, unit="%"),
            grown("plan", sectors="steel", regions="south", value=-0.02),
            grown("plan", sectors="farm", year=2018, value=0.0),
            grown("other", value=0.5),
        ]
    )
    s = Assumptions(first_year=2017, last_year=2021, step=1)
    path = path_of(r, s, "plan")
    trend = 1.05 ** np.arange(5)
    expected = np.array([1, 1.08, 1.08**2, 1.08**3, 1.08**3 * 1.05])
    np.testing.assert_allclose(path.index[0, 1] * trend, expected)
    np.testing.assert_allclose(path.index[0, 2] * trend, expected)
    np.testing.assert_allclose(path.index[1, 1] * trend, [1, 0.98, 0.98**2, 0.98**3, 0.98**3 * 1.05])
    np.testing.assert_allclose(path.index[0, 0] * trend, [1, 1.0, 1.08, 1.08**2, 1.08**2 * 1.05])
    assert path.marks == {"growth_paths": "illustrative"}
    e = economy_of(r, s, path=path)
    np.testing.assert_allclose(e.output / e.output[..., :1], path.index, rtol=1e-12)
    assert np.abs(e.residual()).max() <= 1e-9 * e.output.max()


@pytest.mark.parametrize(("code", "name"), [("E-PLN-26", "no-such-path"), ("E-PLN-27", "shift-share")])
def test_a_path_that_cannot_be_made_is_refused(code: str, name: str) -> None:
    with pytest.raises(HaiheError) as caught:
        path_of(region(), Assumptions(), name)
    assert caught.value.findings[0].code == code


def test_past_differences_are_carried_forward_by_half() -> None:
    given = small_tables()
    then = given["accounts"]
    given["accounts"] = pd.concat([then, then.assign(year=2022, value=then["value"] * 1.2)])
    given["flows"] = pd.concat([given["flows"], given["flows"].assign(year=2022)])
    r = Region(given, META)
    s = Assumptions(first_year=2022, last_year=2026, step=2)
    np.testing.assert_allclose(path_of(r, s, "shift-share").index, 1.0, rtol=1e-9)


def test_partners_divide_trade_and_the_rest_goes_to_others() -> None:
    r = region(
        foreign_partners=[
            {"partner": "east", "title_zh": "东方", "exports": 0.3, "imports": 0.5},
            {"partner": "east", "title_zh": "东方", "sectors": "steel", "exports": 0.6},
        ]
    )
    e, plain = economy_of(r, Assumptions()), economy_of(region(), Assumptions())
    assert e.partners == ("east", "others")
    np.testing.assert_allclose(e.exports.sum(axis=0), plain.exports[0])
    np.testing.assert_allclose(e.exports[0, :, 1], 0.6 * plain.exports[0, :, 1])
    np.testing.assert_allclose(e.imports[0], 0.5 * plain.imports[0])
    with pytest.raises(HaiheError) as caught:
        economy_of(
            region(foreign_partners=[{"partner": p, "title_zh": p, "exports": 0.6} for p in "ab"]), Assumptions()
        )
    assert caught.value.findings[0].code == "E-PLN-28"


def test_dividing_trade_between_alike_partners_changes_nothing() -> None:
    b, c = synthetic(2).build(), with_partners(synthetic(2)).build()
    one, two = b.solve(0.2), c.solve(0.2)
    assert one.objective == pytest.approx(two.objective, rel=1e-9)
    together = c.model.goods.exports.value(two.x).sum(axis=0)
    np.testing.assert_allclose(b.model.goods.exports.value(one.x)[0], together, atol=1e-4)


def solved(b: Built, cut: float, **more: object) -> tuple[Model, Solution]:
    """Solve a case under a cap with more parts in its model."""
    m = build_model(b.economy, [b.spec], **more)  # type: ignore[arg-type]
    session = Session(m.program)
    set_caps(session, m, [replace(b.spec, cap=cap_path(b.reference, cut, b.economy.assumptions))])
    return m, session.solve(method="ipx")


def out_before_in(m: Model, s: Solution) -> tuple[np.ndarray, np.ndarray]:
    """What is built and what leaves, a year."""
    p, a = m.production, m.economy.assumptions
    built = p.build.value(s.x) + s.value(p.build_upgraded).sum(axis=0)
    stock = s.value(p.stock_old) + s.value(p.stock_upgraded).sum(axis=0)
    gone = stock * a.depreciation_steps / a.steps + s.value(p.closed)
    return built, gone


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_nothing_is_built_before_as_much_has_left(ratio: float) -> None:
    b = with_growth(RICH).build()
    rule = np.zeros(b.economy.wages.shape)
    rule[:, 1] = ratio
    m, s = solved(b, 0.2, replacement=ReplacementSpec(rule, "illustrative"))
    built, gone = out_before_in(m, s)
    assert (ratio * built[:, 1] <= gone[:, 1] + 1e-7).all()
    free, without = solved(b, 0.2)
    built, gone = out_before_in(free, without)
    assert (ratio * built[:, 1] > gone[:, 1] + 1e-3).any(), "the rule would not have bound"
    assert s.objective > without.objective


def test_closing_pays_only_where_a_rule_asks_for_it() -> None:
    clean = Technology(energy=np.arange(3) == 0, co2=-0.9, energy_inputs=-0.5, other_inputs=-0.3, new_capital=0.0)
    b = replace(RICH, technologies=(replace(clean, retrofit_limit=0.0),)).build()
    _, s = solved(b, 0.5)
    assert np.abs(s.value(b.model.production.closed)).max() <= 1e-7
    rule = np.ones(b.economy.wages.shape)
    m, s = solved(b, 0.5, replacement=ReplacementSpec(rule, "illustrative"))
    assert s.value(m.production.closed).max() > 1e-3


def test_the_rule_of_a_table_reaches_what_it_names() -> None:
    r = region(replacements=[{"sector": "steel", "regions": "south", "ratio": 1.25}])
    spec = replacement_of(r, economy_of(r, Assumptions()))
    assert spec is not None
    assert spec.ratio.tolist() == [[0.0, 0.0, 0.0], [0.0, 1.25, 0.0]]
    assert replacement_of(region(), economy_of(region(), Assumptions())) is None


def test_output_moves_no_faster_than_the_guard_and_the_reference_passes() -> None:
    guarded = replace(RICH, assumptions=replace(RICH.assumptions, growth_guard=0.01))
    b = with_growth(guarded).build()
    free = b.free()
    e = b.economy
    np.testing.assert_allclose(b.model.production.old.of(free.x), e.output, rtol=1e-6)
    s = b.solve(0.4)
    made = s.value(b.model.production.old) + s.value(b.model.production.upgraded).sum(axis=0)
    pace = made[..., 1:] / made[..., :-1] / (e.output[..., 1:] / e.output[..., :-1])
    assert np.abs(pace - 1).max() <= 0.01 * e.assumptions.steps.max() + 1e-7
    loose = with_growth(RICH).build()
    t = loose.solve(0.4)
    made = t.value(loose.model.production.old) + t.value(loose.model.production.upgraded).sum(axis=0)
    pace = made[..., 1:] / made[..., :-1] / (e.output[..., 1:] / e.output[..., :-1])
    assert np.abs(pace - 1).max() > 0.03, "the guard would not have bound"


@pytest.mark.parametrize("family", ["replacement", "growth_guard"])
def test_a_family_left_out_is_noticed(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Program.rows

    def rows(self: Program, name: str, dims: object, **more: object) -> object:
        return original(self, name, dims, **(more | {"upper": np.inf} if name.startswith(family) else more))  # type: ignore[arg-type]

    monkeypatch.setattr(Program, "rows", rows)
    check = (
        test_output_moves_no_faster_than_the_guard_and_the_reference_passes
        if family == "growth_guard"
        else lambda: test_nothing_is_built_before_as_much_has_left(1.0)
    )
    with pytest.raises(AssertionError):
        check()


def test_the_families_stand_in_the_model_only_where_asked() -> None:
    names = set(model.build_model(RICH.build().economy).program.row_blocks)
    assert not names & {"replacement", "growth_guard_up", "growth_guard_down"}


def test_a_growth_guard_that_binds_is_reported() -> None:
    """Under a hard cap the guard holds output somewhere, and the table of guards names it; without a guard it does not."""
    limit = {"limit": "cap", "name_zh": "碳", "name_en": "carbon", "resource": "co2", "sense": "cap", "year": 2025}
    limit |= {"value": 0.75, "unit": "share of reference"}
    guard = {"parameter": "growth_guard", "name_zh": "护栏", "name_en": "guard", "value": 0.01, "unit": "share"}
    guarded = plan(region(limits=[limit], parameters=[guard]), band=False, projects=False)
    held = guarded.guards[guarded.guards["quantity"].str.startswith("growth_guard")]
    assert len(held) > 0
    assert set(held.columns) >= {"region", "sector", "year"}
    free = plan(region(limits=[limit], parameters=[guard | {"value": 0.0}]), band=False, projects=False)
    assert not free.guards["quantity"].str.startswith("growth_guard").any()
    assert guarded.loss > free.loss


def test_a_candidate_project_counts_as_built_under_the_rule() -> None:
    """What a project adds to a sector under capacity replacement needs as much to leave as any other capacity."""
    r = region(replacements=[{"sector": "steel", "regions": "*", "ratio": 1.0}])
    assembly = assemble(setup_of(r))
    m, own = assembly.model, assembly.model.projects.spec
    rows = m.program.row_blocks["replacement"]
    matrix = m.program.arrays().matrix.tocsc()
    a = m.economy.assumptions
    for o, p in enumerate(own.project):
        column = matrix[rows.start : rows.start + rows.size, m.projects.choice.index[o]].toarray().reshape(rows.shape)
        label = f"{m.economy.members[own.member[o]]}:{m.economy.sectors[own.sector[p]]}"
        expected = np.zeros(rows.shape)
        if label in rows.dims["cell"]:
            added = course_of(own, a).added[o]
            expected[list(rows.dims["cell"]).index(label)] = own.capacity[p] * added / a.trend / a.steps
        np.testing.assert_allclose(column, expected, rtol=1e-12, atol=1e-15)
    assert np.abs(matrix[rows.start : rows.start + rows.size][:, m.projects.choice.index].toarray()).max() > 0
