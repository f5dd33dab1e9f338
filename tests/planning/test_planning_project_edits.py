"""Edits in place give what a program built anew gives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning.project_edits import force, hold_reference, release, set_money, set_room
from money_cases import economy_case, money_of, paid, planned, spec_of

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
