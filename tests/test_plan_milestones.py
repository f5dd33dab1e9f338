"""Milestones of uneven length, and a plan that starts after the year of its accounts."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.accounts.of_region import accounts_of
from haihe.messages import HaiheError
from haihe.planning import Assumptions, front, plan
from haihe.planning.caps import cap_path
from haihe.planning.inputs import accounts_year, caps_of, economy_of
from haihe.planning.program import Block, Floats
from haihe.planning.results import value_added_of
from haihe.planning.wedges import value_path, wedges
from haihe.region import Region
from haihe.reporting.plan_chapters import movement
from plan_cases import Built, synthetic, with_loss
from plan_checks import expenditure
from plan_formulas import earned, even_formulas, formulas
from small_region import EVIDENCE, META, YEAR, small_tables

horizons = st.builds(
    lambda first, step, periods, outlook: Assumptions(
        first_year=first,
        last_year=first + step * (periods - 1),
        step=step,
        outlook_year=first + step * (periods - 1) + outlook,
    ),
    st.integers(2000, 2050),
    st.integers(1, 5),
    st.integers(1, 8),
    st.integers(0, 12),
)


@pytest.mark.parametrize(
    ("given_years", "years", "steps"),
    [
        ({"first_year": 2026, "last_year": 2030, "step": 1, "outlook_year": 2035}, (2026, 2027, 2028, 2029, 2030, 2035), (1, 1, 1, 1, 5, 5)),
        ({"first_year": 2020, "last_year": 2022, "step": 2, "outlook_year": 2027}, (2020, 2022, 2027), (2, 5, 5)),
        (
            {"first_year": 2026, "last_year": 2030, "step": 2, "outlook_year": 2035, "outlook_step": 2},
            (2026, 2028, 2030, 2032, 2035), (2, 2, 2, 3, 3)),
        (
            {"first_year": 2028, "last_year": 2030, "step": 2, "outlook_year": 2033, "outlook_step": 1},
            (2028, 2030, 2031, 2032, 2033), (2, 1, 1, 1, 1)),
        ({"first_year": 2028, "last_year": 2030, "step": 2, "outlook_year": 2033, "outlook_step": 7}, (2028, 2030, 2033), (2, 3, 3)),
        ({"first_year": 2030, "last_year": 2030, "step": 3, "outlook_year": 2035}, (2030, 2035), (5, 5)),
        ({"first_year": 2030, "last_year": 2030, "step": 3}, (2030,), (3,)),
        ({"first_year": 2026, "last_year": 2030, "step": 2, "outlook_year": 2030}, (2026, 2028, 2030), (2, 2, 2)),
        ({"first_year": 2026, "last_year": 2030, "step": 2, "outlook_year": 0}, (2026, 2028, 2030), (2, 2, 2)),
    ],
)  # fmt: skip
def test_a_milestone_lasts_until_the_next_and_the_last_as_long_as_the_one_before(
    given_years: dict[str, int], years: tuple[int, ...], steps: tuple[int, ...]
) -> None:
    s = Assumptions(**given_years)  # type: ignore[arg-type]
    assert s.years == years
    assert s.steps.tolist() == list(steps)
    assert s.years[s.last_index] == s.last_year


@pytest.mark.parametrize("outlook", [2029, 1, -5])
def test_an_outlook_before_the_last_year_is_refused(outlook: int) -> None:
    with pytest.raises(HaiheError) as caught:
        Assumptions(first_year=2026, last_year=2030, step=1, outlook_year=outlook)
    assert caught.value.code == "E-PLN-21"


@given(s=horizons)
def test_rates_and_weights_follow_the_calendar(s: Assumptions) -> None:
    passed = np.array(s.years) - s.first_year
    np.testing.assert_allclose(s.trend, (1 + s.growth) ** passed)
    np.testing.assert_allclose(s.weights, s.steps * ((1 + s.growth) / (1 + s.discount)) ** passed)
    for here, (t, then) in zip(s.growth_steps, pairwise(s.trend), strict=False):
        assert then == pytest.approx(t * (1 + here))


@given(s=horizons)
def test_a_unit_of_capacity_is_worth_what_it_earns_for_ever(s: Assumptions) -> None:
    """The backward recursion against the plain sum of discounted earnings over a thousand milestones."""
    rent = np.array([1.0, 0.5, 0.0])[:, None] + np.zeros(len(s.years))
    rent = np.vstack([rent, np.random.default_rng(1).uniform(0, 1, len(s.years))])
    path = value_path(rent, s)
    table = earned(s, np.array(s.years, dtype=float), s.steps)
    np.testing.assert_allclose(path[0], table.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(path[1], path[0] / 2, rtol=1e-12)
    assert not path[2].any()
    np.testing.assert_allclose(path[3], rent[3] @ table, rtol=1e-12)


@settings(max_examples=25)
@given(step=st.integers(1, 5), periods=st.integers(1, 9), seed=st.sampled_from([2, 5]))
def test_milestones_of_one_length_give_the_closed_form(step: int, periods: int, seed: int) -> None:
    """Everything in the program that knows the length of a milestone, against the formulas for one length."""
    b = with_loss(synthetic(seed)).over(step, periods).build()
    e, w, p, f = b.economy, wedges(b.economy), b.model.production, even_formulas(b.economy)
    last = np.arange(periods) == periods - 1
    kept, built = f.f * (1 - f.delta[-1]), f.f * step

    def cost(block: Block) -> Floats:
        return block.of(b.session.arrays.cost)

    expected = {
        "weights": (e.assumptions.weights, f.weights),
        "tau": (w.build, f.tau),
        "output": (cost(p.old), f.loss * f.weights),
        "capacity": (cost(p.stock_old), -kept * f.stock[:, :, None] * last),
        "upgraded": (cost(p.stock_upgraded), -kept * (f.stock + f.more)[..., None] * last),
        "build": (
            ((cost(p.build.down) - cost(p.build.up)) / 2)[..., 0],
            built * f.stock[:, :, None] * last - f.tau * f.weights,
        ),
        "build_upgraded": (
            cost(p.build_upgraded),
            f.tau_1 * f.weights - built * (f.stock + f.more)[..., None] * last,
        ),
        "retrofit": (cost(p.retrofit), f.tau_u * f.weights - built * f.more[..., None] * last),
        "build_limit": (
            bound(b, "build_limit"),
            0.5 * (f.g + f.delta) / f.h * e.output,
        ),
        "stock": (bound(b, "stock"), ((f.g + f.delta) * e.output)[..., 1:]),
    }
    for name, (ours, theirs) in expected.items():
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12, err_msg=name)


def bound(b: Built, name: str) -> Floats:
    """Upper bounds of a family of rows."""
    return b.model.program.row_blocks[name].of(b.session.arrays.row_upper)


@settings(max_examples=25)
@given(step=st.integers(1, 3), periods=st.integers(1, 6), outlook=st.integers(0, 7))
def test_wedges_of_uneven_milestones_equal_the_plain_sums(step: int, periods: int, outlook: int) -> None:
    e = with_loss(synthetic(2)).over(step, periods, outlook).build().economy
    ours, theirs = wedges(e), formulas(e)
    for name, formula in (
        ("build", "tau"), ("upgrade", "tau_1"), ("retrofit", "tau_u"), ("capacity", "stock"), ("saving", "more"),
    ):  # fmt: skip
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, formula), rtol=1e-12, atol=1e-12, err_msg=name)


@given(s=horizons, cut=st.floats(0.01, 0.9))
def test_a_cap_falls_in_a_straight_line_over_the_years_and_stays_in_the_outlook(s: Assumptions, cut: float) -> None:
    path = cap_path(np.array([[10.0], [2.0]]), cut, s)
    assert path.shape == (2, len(s.years))
    np.testing.assert_allclose(path[:, s.last_index :] / [[10.0], [2.0]], 1 - cut)
    if s.last_year > s.first_year:
        fallen = np.diff(path[0, : s.last_index + 1]) / np.diff(s.years[: s.last_index + 1])
        np.testing.assert_allclose(fallen, -10 * cut / (s.last_year - s.first_year))


def region(**more: float) -> Region:
    """The small region with parameters added, and uses of one year only."""
    tables = small_tables()
    tables["uses"] = tables["uses"][tables["uses"]["year"] == YEAR]
    rows = [{"parameter": name, "value": value, "unit": "year"} for name, value in more.items()]
    added = pd.DataFrame(rows).assign(name_zh="参数", name_en="parameter", **EVIDENCE)
    tables["parameters"] = pd.concat([tables["parameters"], added], ignore_index=True) if rows else tables["parameters"]
    return Region(tables, META)


def with_caps(r: Region, *points: tuple[int, float], unit: str = "share of reference") -> Region:
    """The region with its carbon cap at these years only."""
    first = r["limits"].iloc[[0]]
    return r.with_table("limits", pd.concat([first.assign(year=y, value=v, unit=unit) for y, v in points]))


def test_a_negative_step_of_the_outlook_is_refused() -> None:
    with pytest.raises(HaiheError, match="E-PLN-22"):
        Assumptions(first_year=2026, last_year=2030, step=1, outlook_year=2035, outlook_step=-1)


def test_the_outlook_year_is_read_from_the_table() -> None:
    s = Assumptions.of(region(first_year=2020, last_year=2022, step=1, outlook_year=2030))
    assert s.years == (2020, 2021, 2022, 2030)
    assert Assumptions.of(region(outlook_year=0)).years == (2017, 2019, 2021, 2023, 2025)
    assert Assumptions.of(region()).outlook_year == 0


def test_without_years_of_its_own_a_plan_begins_in_the_base_year():
    """A user's first dataset has no parameters at all."""
    r = region()
    later = Region(r.tables, r.meta.model_copy(update={"base_year": 2023}))
    assert Assumptions.of(later).years == (2023, 2025, 2027, 2029, 2031)
    given = region(first_year=2030, step=1)
    assert Assumptions.of(given).years == (2030, 2031, 2032, 2033, 2034)


def test_a_stated_cap_moves_by_years_between_uneven_milestones() -> None:
    r = with_caps(region(first_year=2017, last_year=2019, step=1, outlook_year=2024), (2022, 0.5))
    e = economy_of(r, Assumptions.of(r))
    (spec,) = caps_of(r, e)
    np.testing.assert_allclose(spec.cap.sum(axis=0) / spec.reference(e).sum(axis=0), [1.0, 0.9, 0.8, 0.5])


def test_the_accounts_are_the_latest_that_are_not_after_the_first_year() -> None:
    r = region()
    older = r["accounts"].assign(year=2012)
    both = r.with_table("accounts", pd.concat([r["accounts"], older], ignore_index=True))
    assert accounts_year(both, Assumptions(first_year=2026, last_year=2030)) == YEAR
    assert accounts_year(both, Assumptions(first_year=2017)) == YEAR
    assert accounts_year(both, Assumptions(first_year=2015)) == 2012
    with pytest.raises(HaiheError) as caught:
        economy_of(both, Assumptions(first_year=2011))
    assert caught.value.code == "E-ACC-40"


def test_accounts_of_others_do_not_move_the_year() -> None:
    """A district or the partner may have later accounts; the plan needs those of its members."""
    r = region()
    later = r["accounts"][r["accounts"]["region"] == "north"].assign(year=2020, region="harbour")
    more = r.with_table("accounts", pd.concat([r["accounts"], later], ignore_index=True))
    assert accounts_year(more, Assumptions(first_year=2021)) == YEAR


@pytest.mark.parametrize("unit", ["share of reference", "t CO2"])
def test_a_later_start_scales_the_whole_plan(unit: str) -> None:
    """All flows grow alike: the same horizon three years later costs (1 + g)^3 times as much, at the same price.

    Single trades are not compared: two of the same elasticity may stand in for each other at no cost.
    """
    value = 0.8 if unit != "t CO2" else 1.2e6
    now = region(first_year=2017, last_year=2019, step=1, outlook_year=2024)
    later = region(first_year=2020, last_year=2022, step=1, outlook_year=2027)
    grown = 1.05**3
    one = plan(with_caps(now, (2019, value), unit=unit), band=False, projects=False)
    other = plan(
        with_caps(later, (2022, value * (grown if unit == "t CO2" else 1.0)), unit=unit), band=False, projects=False
    )
    assert one.loss > 1e-3
    assert other.loss == pytest.approx(grown * one.loss, rel=1e-6)
    for name in ("output", "trade", "flows", "caps", "summary"):
        here, there = one.frames[name], other.frames[name]
        np.testing.assert_allclose(there["reference"], grown * here["reference"], err_msg=name)
    for column in ("cap", "use"):
        here, there = (p.caps.groupby("year")[column].sum().to_numpy() for p in (one, other))
        np.testing.assert_allclose(there, grown * here, rtol=1e-6, err_msg=column)
    np.testing.assert_allclose(other.caps["price"], one.caps["price"], rtol=1e-5)
    for end, share in (("low", 0.7), ("high", 1.4)):
        np.testing.assert_allclose(other.flows[end], share * other.flows["plan"])


def test_the_sources_say_from_which_accounts_and_how_they_were_grown() -> None:
    same, later = plan(region(), band=False), plan(region(first_year=2020, last_year=2026), band=False)
    assert "accounts of 2017;" in same.views.source.en
    assert "grown" not in same.views.source.en
    assert "accounts of 2017 grown by 5% a year to 2020" in later.views.source.en
    assert "据 2017 年核算（按年均 5% 推到 2020 年）计算" in later.views.source.zh
    words = movement(later).intro
    assert "starts in 2020 from the accounts of 2017 grown by 5% a year to 2020" in words.en
    assert "2020–2026 年" in words.zh
    assert "outlook" not in words.en
    assert not any("stands for" in note.en for note in later.views.summary().notes)


def test_results_of_one_year_are_those_of_the_last_year_not_of_the_outlook() -> None:
    r = with_caps(region(first_year=2020, last_year=2024, outlook_year=2030), (2024, 0.8))
    p = plan(r, band=False)
    assert p.views.last == 2024
    assert "outlook 2030" in repr(p)
    assert "2020 to 2024 (outlook 2030)" in movement(p).intro.en
    assert "2024" in p.views.summary().title.en
    assert any("2024 to 2029" in note.en for note in p.views.summary().notes)
    assert any("2024–2029 年" in note.zh for note in p.tables["plan-price-cap"].notes)
    assert sorted(p.summary["year"].unique()) == [2020, 2022, 2024, 2030]
    made, spent = value_added_of(p.model, p.solution), expenditure(p.model, p.solution)
    np.testing.assert_allclose(made.sum(axis=1), spent, rtol=1e-9)
    f, p = front(r, cuts=(0.2,)), plan(r, band=False, projects=False)
    priced = p.caps[p.caps["year"] == 2024].set_index("region")["price"]
    at = f.members[f.members["pooled"]].set_index("region")
    np.testing.assert_allclose(at["price"], priced.reindex(at.index), rtol=1e-6)
    own = (1 - p.caps["use"] / p.caps["reference"])[p.caps["year"] == 2024]
    np.testing.assert_allclose(at["own_cut"], own, atol=1e-9)
    assert f.points["loss"].iloc[0] == pytest.approx(p.loss, rel=1e-7)


def test_uses_of_several_years_are_a_path_and_the_last_one_stays() -> None:
    """The small region states uses of 2017, 2018 and 2019 that rise by a tenth of the first a year."""
    r = region(first_year=2017, last_year=2021, step=1).with_table("uses", small_tables()["uses"])
    e = economy_of(r, Assumptions.of(r))
    (spec,) = [cap for cap in caps_of(r, e) if cap.resource == "co2"]
    per = spec.per_output
    ratio = (per / per[..., :1])[per[..., 0] > 0]
    np.testing.assert_allclose(ratio, np.broadcast_to([1.0, 1.1, 1.2, 1.2, 1.2], ratio.shape), rtol=1e-12)


def test_scaled_accounts_stay_balanced_and_keep_their_shares() -> None:
    a = accounts_of(region())
    b = a.scaled(1.7)
    assert b.year == a.year
    np.testing.assert_allclose(b.coefficients, a.coefficients)
    np.testing.assert_allclose(b.row_balance, 1.7 * a.row_balance, atol=1e-9)
    for name in ("output", "added", "final", "exports", "imports", "outflow", "inflow", "residual", "flows"):
        np.testing.assert_allclose(getattr(b, name), 1.7 * getattr(a, name))


def test_fixed_demand_takes_up_what_uneven_milestones_build_less() -> None:
    """Use outside the plan and reference investment add up to the same in every milestone."""
    e = replace(with_loss(synthetic(2))).over(1, 5, 5).build().economy
    spent = e.mix[:, :, None] * (e.kappa[:, :, None] * e.investment).sum(axis=1, keepdims=True)
    total = e.fixed + spent
    np.testing.assert_allclose(total, np.repeat(total[..., :1], 6, axis=2))
    assert np.abs(np.diff(e.fixed, axis=2)[..., 3]).min() > 0
