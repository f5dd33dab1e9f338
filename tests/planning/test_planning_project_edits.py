"""Edits in place give what a program built anew gives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning.project_edits import (
    budgets_band,
    force,
    hold_reference,
    more_budget,
    release,
    set_barrier,
    set_money,
    set_room,
)
from haihe.planning.project_results import budgets_table
from money_cases import TIMES, economy_case, money_of, paid, planned, spec_of

WORTH = [0.9, 0.6, 0.5, 0.4]


def spec_and_money(scale: float = 1.0, room: float = 8.0):
    spec = spec_of(
        4,
        sites=[[0], [1], [0], [1]],
        investment=4.0,
        award=0.4,
        uses=np.array([[3.0], [4.0], [3.0], [5.0]]),
        room=np.array([[room], [room]]),
        members=(0, 0),
        build=1,
    )
    funds = money_of(
        spec, city=0.4 * scale, district=0.3 * scale, matching=0.25 * scale, borrowing=0.05 * scale,
        advance=0.1 * scale, credit=3.0 * scale, most=(0.5, 0.6, 0.4),
    )  # fmt: skip
    return spec, funds


@settings(max_examples=20)
@given(scale=st.floats(0.1, 3.0), room=st.floats(0.0, 10.0))
def test_edited_in_place_is_built_anew(scale: float, room: float) -> None:
    p = paid(*spec_and_money(), WORTH)
    p.solve()
    spec, funds = spec_and_money(scale, room)
    set_money(p.session, p.money, funds)
    set_room(p.session, p.projects, spec.room)
    fresh = paid(spec, funds, WORTH).solve()
    assert p.solve().objective == pytest.approx(fresh.objective, abs=1e-9)


def test_forcing_costs_and_can_be_undone() -> None:
    p = paid(*spec_and_money(), WORTH)
    first = p.solve()
    z = p.chosen(first)
    least, best = p.projects.spec.projects[int(np.argmin(z))], p.projects.spec.projects[int(np.argmax(z))]
    force(p.session, p.projects, least, built=True)
    forced = p.solve()
    assert p.chosen(forced)[int(np.argmin(z))] == pytest.approx(1.0)
    assert forced.objective > first.objective + 1e-6
    force(p.session, p.projects, least, built=None)
    force(p.session, p.projects, best, built=False)
    assert p.chosen(p.solve())[int(np.argmax(z))] == pytest.approx(0.0)
    force(p.session, p.projects, best, built=None)
    assert p.solve().objective == pytest.approx(first.objective, abs=1e-12)
    with pytest.raises(HaiheError, match="E-PLN-47"):
        force(p.session, p.projects, "P99", built=True)


def test_without_projects_the_plan_is_the_plan_without_projects() -> None:
    built = economy_case().build()
    spec = spec_of(
        3, investment=0.1, capacity=0.02, sector=1, award=0.01, anyway=(1,), committed=(2,),
        uses=np.full((3, 1), 2.0), room=np.array([[1.0], [1.0]]),
    )  # fmt: skip
    p = planned(built, spec, money_of(spec, city=0.002, matching=0.0))
    free = p.solve()
    hold_reference(p.session, p.projects, p.money)
    assert p.solve().objective == pytest.approx(built.free().objective, abs=1e-9)
    release(p.session, p.projects, p.money)
    again = p.solve()
    assert again.objective == pytest.approx(free.objective, abs=1e-9)
    fresh = planned(built, replace(spec), money_of(spec, city=0.002, matching=0.0)).solve()
    assert again.objective == pytest.approx(fresh.objective, abs=1e-9)


def test_more_of_a_budget_is_worth_less_and_less_and_begins_at_its_price() -> None:
    spec, funds = spec_and_money(room=20.0)
    funds = replace(funds, matching=np.full_like(funds.matching, np.inf), credit=np.full_like(funds.credit, np.inf))
    p = paid(spec, replace(funds, budget=np.where(funds.budget > 0.35, 0.3, 1.0)), WORTH)
    first = p.solve()
    gains = more_budget(p.session, p.money, "F", "C", [0.001, 0.1, 0.2, 0.5], [2027])
    price = budgets_table(TIMES, p.money, first).query("region == 'C' and year == 2027")["gain"].iloc[0]
    assert price > 0
    assert gains["per_yuan"].iloc[0] == pytest.approx(price)
    assert (np.diff(gains["gain"]) >= -1e-12).all()
    assert (np.diff(gains["per_yuan"]) <= 1e-9).all()
    assert gains["per_yuan"].iloc[-1] < price * 0.9
    assert p.solve().objective == pytest.approx(first.objective, abs=1e-12)
    less = more_budget(p.session, p.money, "F", "C", [-9.0], [2027])
    assert less["in_all"].iloc[0] == pytest.approx(-0.3)
    assert less["gain"].iloc[0] < 0
    with pytest.raises(HaiheError, match="E-PLN-48"):
        more_budget(p.session, p.money, "F", "NOWHERE", [1.0])


def test_the_price_of_a_budget_has_the_band_of_the_wedge() -> None:
    """Charged in place is charged from the start, and the price falls as projects pay more of their sector's wedge."""
    built = economy_case().build()
    e, wedges = built.economy, built.model.wedges
    spec = spec_of(2, sites=[[0], [1]], members=(0, 1), investment=0.1, capacity=0.02, sector=1, award=0.01, city=1.0)
    funds = money_of(spec, city=0.013)
    p = planned(built, spec, funds)
    first = p.solve()
    for barrier in (0.25, 1.0):
        set_barrier(p.session, p.projects, e, wedges, barrier)
        fresh = planned(built, replace(spec, barrier=barrier), funds).solve()
        assert p.solve().objective == pytest.approx(fresh.objective, abs=1e-9)
    assert p.money is not None
    table = budgets_band(p.session, p.money, e, wedges)
    np.testing.assert_allclose(table["price"], budgets_table(e.assumptions, p.money, first)["price"], atol=1e-6)
    assert (table["low"] <= table["price"]).all()
    assert (table["price"] <= table["high"]).all()
    bound = table[table["price"] > 0]
    assert (bound["low"] < bound["price"] * 0.8).all()
    np.testing.assert_allclose(bound["high"], bound["price"])
    assert p.solve().objective == pytest.approx(first.objective, abs=1e-9)
