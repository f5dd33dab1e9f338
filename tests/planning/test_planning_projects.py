"""Projects in the plan: what they change, what they are worth, what the reference already holds, what sites can give."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.planning import projects
from haihe.planning.program import Program
from haihe.planning.project_results import effects_of, projects_table, room_table
from haihe.planning.projects import YI, ProjectSpec, course_of, hurdles, value_of
from haihe.planning.solver import Session
from money_cases import FIRST, LAST, TIMES, economy_case, paid, planned, spec_of
from money_cases import money_of as money_for
from plan_cases import Built
from plan_formulas import formulas

SMALL = {"investment": [0.02, 0.02], "capacity": [0.002, 0.002]}


@pytest.fixture(scope="module")
def built() -> Built:
    return economy_case().build()


@pytest.fixture(scope="module")
def yearly() -> Built:
    return economy_case(step=1).build()


def outputs(b: Built, x: Any) -> np.ndarray:
    return x.value(b.model.production.old) + x.value(b.model.production.upgraded).sum(axis=0)


# --- checks, each also run on a broken model ------------------------------------------------------------------------


def check_reference_stays(b: Built) -> None:
    """Whatever is started or built anyway is in the reference path: the plan is what it was without projects."""
    base = b.free()
    for more in ({"committed": (0,), "anyway": (1,)}, {"anyway": (0, 1)}):
        # The second project costs ten times what its capacity is worth: its owner knows better.
        spec = spec_of(2, sites=[[0], [0, 1]], starts=3, members=(0, 1), sector=[0, 1], **SMALL, **more)
        spec = replace(spec, investment=np.where(spec.project == 1, 10.0, 1.0) * spec.investment)
        p = planned(b, spec)
        s = p.solve()
        assert s.objective == pytest.approx(base.objective, abs=1e-9), "the reference is not the optimum"
        np.testing.assert_allclose(s.value(p.projects.choice)[spec.reference], 1.0, atol=1e-9)
        np.testing.assert_allclose(outputs(b, s), outputs(b, base), atol=1e-9)


def check_stock(b: Built) -> None:
    """The stock of a sector grows by the capacity that was completed, in money of its own year and worn since."""
    a, e = b.economy.assumptions, b.economy
    spec = spec_of(1, investment=0.01, capacity=0.5, sector=1, build=3)
    p = planned(b, spec)
    s = p.solve()
    assert s.value(p.projects.choice)[0] == pytest.approx(1.0)
    production, h = b.model.production, a.steps
    k = s.value(production.stock_old)[0, 1] * a.trend
    i = (production.build.value(s.x)[0, 1] - s.value(production.closed)[0, 1]) * a.trend
    i -= s.value(production.retrofit)[:, 0, 1].sum(axis=0) * a.trend
    grown = k[1:] - (1 - a.depreciation) ** h[:-1] * k[:-1] - h[:-1] * i[:-1]
    done = FIRST + 3
    years = np.array(a.years)
    arrives = [t for t in range(len(years) - 1) if years[t] < done <= years[t + 1]]
    expected = np.zeros(len(years) - 1)
    expected[arrives] = 0.5 * (1 - a.depreciation) ** (years[arrives[0] + 1] - done)
    np.testing.assert_allclose(grown, expected, atol=1e-8)
    x = s.value(production.old)[0, 1] * a.trend
    part = 0.5 * (years[arrives[0] + 1] - done) / h[arrives[0]]
    assert x[arrives[0]] <= k[arrives[0]] + part + 1e-8
    assert e.output[0, 1, 0] == pytest.approx(s.value(production.stock_old)[0, 1, 0])


def check_goods(b: Built) -> None:
    """The product market bears the project's own investment, by the region's mix, in the years of construction."""
    a, e = b.economy.assumptions, b.economy
    spec = spec_of(1, investment=3.0, capacity=0.5, sector=1, build=3)
    p = planned(b, spec)
    s = p.solve()
    assert s.value(p.projects.choice)[0] == pytest.approx(1.0)
    arrays = p.session.arrays
    column = p.projects.choice.index[0]
    taken = -arrays.matrix[b.model.balance.index.ravel(), column].toarray().reshape(e.output.shape)
    spent = (taken * a.trend * a.steps).sum(axis=(1, 2))
    np.testing.assert_allclose(spent, [0.3, 0.0], atol=1e-12)
    in_year = (taken * a.trend).sum(axis=1)[0]
    overlap = [max(0.0, min(y + h, FIRST + 3) - max(y, FIRST)) for y, h in zip(a.years, a.steps, strict=True)]
    np.testing.assert_allclose(in_year, 0.1 * np.array(overlap) / a.steps, atol=1e-12)
    np.testing.assert_allclose(taken[0].sum(axis=1) / taken[0].sum(), e.mix[0])


def check_worth(b: Built) -> None:
    """What a project is worth at reference prices, worked out once more; the plan's gain is that within the prices' band."""
    a, e, f = b.economy.assumptions, b.economy, formulas(b.economy)
    base = b.free()
    for build in (1, 2, 3):
        spec = spec_of(1, investment=0.01, capacity=0.003, sector=2, build=build)
        done, q, cost = FIRST + build, 0.003, 0.01 * YI
        years = np.array(a.years, dtype=float)
        ends = years + f.h
        earned = 0.0
        for t in range(years.size):
            if years[t] < done <= ends[t]:
                left = (1 - a.depreciation) ** (ends[t] - done)
                stands = (f.tau[0, 2, t] + e.kappa[0, 2]) / f.h[t] * left
                earned += f.weights[t] / a.trend[t] * q * (stands + e.rent[0, 2] * (ends[t] - done) / f.h[t])
        spent = sum(
            f.weights[t] / a.trend[t] * cost / build / f.h[t] * max(0.0, min(ends[t], done) - max(years[t], FIRST))
            for t in range(years.size)
        )
        got = value_of(spec, e, b.model.wedges)
        assert got[0][0] == pytest.approx(earned)
        assert got[1][0] == pytest.approx(spent)
        gain = base.objective - planned(b, spec).solve().objective
        band = a.segments[0] / 2 / a.elasticity["consumption"] + a.segments[0] / 2 / 2
        assert abs(gain - (earned - spent)) <= 2 * band * (earned + spent), "the plan's gain is not the value"


def check_room(b: Built) -> None:
    """Nobody uses more than a site has, stocks counted from the start and flows from completion."""
    del b  # no economy is needed
    uses = np.array([[3.0, 2.0], [4.0, 1.0], [2.0, 5.0]])
    room = np.array([[5.0, 6.0], [4.0, np.inf]])
    spec = spec_of(3, sites=[[0, 1]] * 3, starts=2, uses=uses, room=room, held=[True, False], members=(0, 0))
    worth = np.linspace(1.0, 2.0, spec.project.size)
    p = paid(spec, money_for(spec), worth)
    z = p.chosen(p.solve())
    for site, resource in ((0, 0), (0, 1), (1, 0)):
        here = spec.site == site
        for year in spec.years:
            since = spec.start if resource == 0 else spec.done
            used = (z * uses[spec.project, resource])[here & (since <= year)].sum()
            assert used <= room[site, resource] * (1 + 1e-9), f"site {site} uses {used} of resource {resource}"
    assert room_table(p.projects, p.solve())["left"].min() >= -1e-9
    assert np.bincount(spec.project, z).max() <= 1 + 1e-9


CHECKS: dict[str, Callable[[Built], None]] = {
    name.removeprefix("check_"): function for name, function in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
def test_check_holds(name: str, built: Built) -> None:
    CHECKS[name](built)


@pytest.mark.parametrize("name", ["stock", "goods", "worth", "reference_stays"])
def test_check_holds_year_by_year(name: str, yearly: Built) -> None:
    CHECKS[name](yearly)


# --- deliberately broken ----------------------------------------------------------------------------------------------


def _course(**factors: float) -> Callable[..., Any]:
    def change(original: Callable[..., Any], *args: Any) -> Any:
        found = original(*args)
        return replace(found, **{name: factor * getattr(found, name) for name, factor in factors.items()})

    return change


def _no_reference(original: Callable[..., Any], program: Program, economy: Any, chosen: Any) -> Any:
    spec = replace(chosen.spec, reference=np.zeros_like(chosen.spec.reference))
    return original(program, economy, replace(chosen, spec=spec))


def _no_hurdle(original: Callable[..., Any], spec: ProjectSpec, value: np.ndarray) -> Any:
    return 0.0 * original(spec, value)


def _no_flows(original: Callable[..., Any], program: Program, spec: ProjectSpec, gain: np.ndarray) -> Any:
    return original(program, replace(spec, held=np.ones_like(spec.held), start=spec.done + 99), gain)


def _undetrended(original: Callable[..., Any], program: Program, economy: Any, chosen: Any) -> Any:
    times = replace(economy.assumptions, growth=0.0)
    return original(program, replace(economy, assumptions=times), chosen)


BREAKAGES = [
    ("capacity never worn or late", "course_of", _course(added=1.1), "stock"),
    ("part of a milestone forgotten", "course_of", _course(part=0.0), "worth"),
    ("investment not spread", "course_of", _course(spend=2.0), "goods"),
    ("projects of the reference counted twice", "enter_effects", _no_reference, "reference_stays"),
    ("no hurdle for what is built anyway", "hurdles", _no_hurdle, "reference_stays"),
    ("uses never counted", "define_choice", _no_flows, "room"),
    ("trend forgotten", "enter_effects", _undetrended, "stock"),
]


@pytest.mark.parametrize(("what", "name", "change", "check"), BREAKAGES, ids=[b[0] for b in BREAKAGES])
def test_broken_model_is_noticed(
    what: str, name: str, change: Callable[..., Any], check: str, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(projects, name)
    monkeypatch.setattr(projects, name, lambda *args: change(original, *args))
    with pytest.raises(AssertionError):
        CHECKS[check](built)


# --- properties ---------------------------------------------------------------------------------------------------------


@given(build=st.integers(1, 4), start=st.integers(0, 4), step=st.sampled_from([1, 2, 4]))
def test_what_is_spent_is_the_investment_and_capacity_arrives_once(build: int, start: int, step: int) -> None:
    times = replace(TIMES, step=step, outlook_year=LAST + 8, outlook_step=4)
    spec = spec_of(1, build=build)
    spec = replace(spec, start=spec.start + start, done=spec.done + start)
    course = course_of(spec, times)
    assert (course.spend * times.steps).sum() == pytest.approx(1.0)
    assert (course.added > 0).sum() == 1
    assert ((course.part > 0) <= (course.added > 0)).all()
    assert (course.part < 1).all()
    t = int(np.argmax(course.added))
    assert course.part[0, t] * times.steps[t] == pytest.approx(times.years[t] + times.steps[t] - spec.done[0])


@settings(max_examples=50)
@given(values=st.lists(st.floats(-5.0, 5.0), min_size=6, max_size=6), anyway=st.booleans())
def test_the_reference_is_the_best_of_a_project_built_anyway(values: list[float], anyway: bool) -> None:
    spec = spec_of(2, starts=3, anyway=(0,) if anyway else ())
    value = np.array(values)
    raised = value + hurdles(spec, value)
    if anyway:
        assert raised[0] > raised[1:3].max()
        assert raised[0] > 0
        assert raised[0] >= value[0] - 1e-12
    np.testing.assert_array_equal(raised[3:], value[3:])


def test_price_of_room_is_what_one_more_unit_brings() -> None:
    uses = np.array([[3.0], [4.0], [2.0]])
    worth = np.array([0.5, 0.9, 0.2])

    def best(room: float) -> tuple[float, float]:
        spec = spec_of(3, uses=uses, room=np.array([[room], [np.inf]]))
        p = paid(spec, money_for(spec), worth)
        s = p.solve()
        return -s.objective, float(room_table(p.projects, s)["price"].sum()) / 1e9

    low, price = best(5.0)
    assert price == pytest.approx((best(5.01)[0] - low) / 0.01, rel=1e-6)
    # By hand: the second fits whole (4 of 5), the last unit goes to the first, worth 0.5 / 3 a unit.
    assert low == pytest.approx(0.9 + 0.5 / 3)
    assert price == pytest.approx(0.5 / 3)


def test_scarce_land_pushes_what_is_built_anyway_out_of_the_reference(built: Built) -> None:
    base = built.free()
    spec = spec_of(1, anyway=(0,), investment=0.5, capacity=0.5, uses=np.array([[4.0]]), room=np.array([[1.0], [1.0]]))
    p = planned(built, spec)
    s = p.solve()
    assert s.value(p.projects.choice)[0] == pytest.approx(0.25)
    assert s.objective > base.objective + 1e-4
    table = projects_table(p.session.program, p.projects, None, s)
    assert table.loc[0, "status"] == "part"
    assert (table.loc[0, "bound"], table.loc[0, "bound_by"]) == ("room", "R0|D0")


def test_a_project_not_worth_its_investment_is_left_and_says_so(built: Built) -> None:
    spec = spec_of(2, investment=[0.01, 5.0], capacity=[0.004, 0.004], sector=1)
    p = planned(built, spec)
    table = projects_table(p.session.program, p.projects, None, p.solve())
    assert table["status"].tolist() == ["chosen", "not"]
    assert table["bound"].tolist() == ["", "worth"]
    assert table.loc[0, "value"] > 0 > table.loc[1, "value"]


def test_effects_are_the_reduced_cost_where_nothing_else_binds(built: Built) -> None:
    spec = spec_of(2, investment=[0.3, 0.01], capacity=[0.004, 0.004], sector=[0, 1], starts=3)
    p = planned(built, spec)
    s = p.solve()
    once = p.projects.once.of(s.row_dual)[spec.project]
    np.testing.assert_allclose(
        effects_of(p.session.program, p.projects, s), once * -1 - s.reduced[p.projects.choice.index], atol=1e-9
    )


def test_the_wedge_can_be_charged_and_then_only_cheaper_capital_pays(built: Built) -> None:
    """With the wedge a project is worth the capital it saves against its sector's, so at the sector's own cost nothing."""
    e = built.economy
    q, sector = 0.002, 1
    kappa = float(e.kappa[0, sector])
    cost = np.array([0.9, 1.1]) * kappa * q / YI
    spec = spec_of(2, investment=cost, capacity=q, sector=sector, build=2, barrier=1.0)
    # A completion at the very start of a milestone, so that nothing is earned before the wedge is paid.
    p = planned(built, spec)
    s = p.solve()
    np.testing.assert_allclose(s.value(p.projects.choice), [1.0, 0.0], atol=1e-9)
    free = planned(built, replace(spec, barrier=0.0)).solve()
    assert free.objective < s.objective


def test_order_of_projects_does_not_matter(built: Built) -> None:
    one = spec_of(3, investment=[0.3, 0.01, 0.05], capacity=[0.1, 0.004, 0.02], sector=[0, 1, 2], starts=2)
    turned = np.array([2, 0, 1])
    two = spec_of(
        3, investment=one.investment[::2][turned], capacity=one.capacity[turned], sector=one.sector[turned], starts=2
    )
    a, b = planned(built, one), planned(built, two)
    sa, sb = a.solve(), b.solve()
    assert sa.objective == pytest.approx(sb.objective, abs=1e-9)
    za, zb = (s.value(p.projects.choice).reshape(3, 2) for s, p in ((sa, a), (sb, b)))
    np.testing.assert_allclose(zb, za[turned], atol=1e-6)


def test_the_choice_is_the_only_block_to_be_whole() -> None:
    spec = spec_of(2)
    p = paid(spec, money_for(spec), [1.0, 1.0])
    assert isinstance(p.session, Session)
    assert p.projects.choice.size == spec.project.size
    assert p.session.arrays.upper[p.projects.choice.index].tolist() == [1.0, 1.0]
