"""Goals: weighted, in order, under conditions; answers worked out on paper, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from goal_cases import RICH, Desk, desk, one_year
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning import goals as room
from haihe.planning.goals import Goals, Reached, Stage, define_watches, solve_goals
from haihe.planning.measures import Measure
from haihe.planning.solver import Session

COST = 0.02 / 2 / 2.0
"""What moving trade by one unit costs in its first segment."""


def reach(here: Desk, goals: Goals, cut: float | None = None) -> tuple[Reached, Session]:
    watches = define_watches(here.program, here.indicators, goals.measures)
    session = here.session(cut=cut)
    return solve_goals(session, here.indicators, watches, goals), session


def loss(here: Desk, reached: Reached) -> float:
    return -here.indicators.value(Measure("welfare"), reached.solution.x)


def exports(here: Desk) -> float:
    return float(here.built.economy.exports.sum())


def test_weight_on_exports_buys_what_costs_less() -> None:
    """At 0.012 a unit exports pay only against what comes in more or leaves the nation's way less, at 0.005 each.

    The next segment costs 0.02: exports of each product move to the end of the first one, 2 %, since there is room for
    as much in the first segments of imports, inflow and outflow.
    """
    here = desk(one_year(), upgrades=False)
    e = here.built.economy
    reached, _ = reach(here, Goals.weighted({"exports": 0.012}))
    assert (e.exports.sum(axis=0) <= e.imports.sum(axis=0) + e.inflow + e.outflow).all()
    moved = 0.02 * exports(here)
    row = reached.table.set_index("measure").loc["exports"]
    length = here.weights[0]
    assert row["value"] == pytest.approx(length * (exports(here) + moved), rel=1e-5)
    assert loss(here, reached) == pytest.approx(length * 2 * COST * moved, rel=1e-4)
    little, _ = reach(desk(one_year(), upgrades=False), Goals.weighted({"exports": 0.009}))
    assert little.table["value"].iloc[0] == pytest.approx(length * exports(here), rel=1e-6)


def test_second_goal_takes_what_the_first_gives_up() -> None:
    """Welfare gives up a share of discounted consumption; each unit of exports costs 2 x 0.005."""
    here = desk(one_year(), upgrades=False)
    given_up = 1e-5
    reached, _ = reach(here, Goals.lexicographic([Stage(Measure("welfare"), given_up), "exports/2017"]))
    spent = given_up * here.built.economy.households.sum() * here.weights[0]
    assert loss(here, reached) == pytest.approx(spent, rel=1e-3)
    more = spent / here.weights[0] / (2 * COST)
    assert reached.table["value"].iloc[1] == pytest.approx(exports(here) + more, rel=1e-6)
    assert reached.table["price"].iloc[1] == pytest.approx(here.weights[0] * 2 * COST, rel=1e-6)


def test_condition_costs_as_the_limit_does() -> None:
    here = desk(one_year(), upgrades=False)
    wanted = 1.005 * exports(here)
    reached, session = reach(
        here, Goals().under(("exports/2017", "floor", wanted), ("exports/2017", "cap", wanted * 1.1))
    )
    assert loss(here, reached) == pytest.approx(here.weights[0] * 2 * COST * 0.005 * exports(here), rel=1e-6)
    after = session.solve(method="ipx")
    assert -here.indicators.value(Measure("welfare"), after.x) == pytest.approx(0.0, abs=1e-9), "bounds are put back"


def test_gap_as_a_later_goal_is_narrowed_as_far_as_welfare_allows() -> None:
    here = desk(one_year(), upgrades=False)
    given_up = 1e-5
    reached, _ = reach(here, Goals.lexicographic([Stage(Measure("welfare"), given_up), "spread:consumption/2017"]))
    people = here.data.population
    assert people is not None
    moved = given_up * here.built.economy.households.sum() / (2 * 0.02 / 2 / 0.5 + COST)
    measure = Measure("spread:consumption", year=2017)
    narrowed = here.indicators.value(measure, here.indicators.reference) - here.indicators.value(
        measure, reached.solution.x
    )
    assert narrowed == pytest.approx(moved * (1e9 / people).sum(), rel=1e-3)


@settings(max_examples=5, deadline=None)
@given(weight=st.floats(1e-4, 2e-2), cut=st.sampled_from([None, 0.1]))
def test_weighted_plan_is_also_the_plan_of_its_order(weight: float, cut: float | None) -> None:
    """What a weight reaches, an order reaches that gives up just as much welfare; and no plan has more of both."""
    here = desk(RICH)
    one, _ = reach(here, Goals.weighted({"jobs@M0/2025": weight}), cut)
    free = desk(RICH)
    best, _ = reach(free, Goals(), cut)
    spent = max(0.0, loss(here, one) - loss(free, best))
    size = float((here.built.economy.households * here.weights).sum())
    other = desk(RICH)
    two, _ = reach(other, Goals.lexicographic([Stage(Measure("welfare"), spent / size), "jobs@M0/2025"]), cut)
    assert two.table["value"].iloc[1] == pytest.approx(one.table["value"].iloc[0], rel=1e-4)
    assert loss(other, two) <= loss(here, one) + 1e-5 * size


def test_losses_and_prices_stay_in_welfare() -> None:
    here = desk(RICH)
    reached, session = reach(here, Goals.weighted({"jobs@M0/2025": 0.01}), 0.1)
    again = replace(here.built, session=session)
    plain = again.solve(0.1)
    assert reached.solution.objective >= plain.objective - 1e-6
    assert reached.solution.objective == pytest.approx(
        float(here.program.costs() @ reached.solution.x) + here.program.constant
    )
    assert reached.solution.check.worst < 1e-6


@pytest.mark.parametrize(
    "make",
    [
        lambda: Goals.lexicographic(["value_added"]),
        lambda: Goals.lexicographic(["jobs@M0", "welfare"]),
        lambda: Goals.lexicographic(["co2", "welfare"]),
        lambda: Goals.weighted({"welfare": 0.0, "value_added": 1.0}),
        lambda: Goals.of({"welfare": 0.0, "output": 1.0, "jobs": 1.0}),
        lambda: Goals.of(["output"]),
    ],
)
def test_activity_alone_is_refused_with_the_reason(make: object) -> None:
    with pytest.raises(HaiheError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.code == "E-PLN-50"
    assert "consumption" in caught.value.text("en")
    assert "消费" in caught.value.text("zh")


def test_why_value_added_alone_is_refused() -> None:
    """Left to itself it leaves at least half of all goods without a price: what people get is left to chance."""
    here = desk(RICH)
    watches = define_watches(here.program, here.indicators, [Measure("value_added")])
    session = here.session()
    session.set_costs(watches["value_added"].cost(here.program.costs().size))
    solution = session.solve(method="ipx")
    priced = np.abs(solution.worth(here.model.balance)) > 1e-6
    assert priced.mean() < 0.5
    normal = here.built.free()
    assert (np.abs(normal.worth(here.model.balance)) > 1e-6).all()


def test_goals_are_read_from_what_a_plan_takes() -> None:
    assert Goals.of(None) == Goals()
    assert Goals.of(["welfare", "jobs"]).order[1].measure == Measure("jobs")
    assert Goals.of({"jobs": 0.1}).weights == ((Measure("jobs"), 0.1),)
    assert [str(m) for m in Goals.of({"jobs": 0.1}).under(("co2/2025", "cap", 3.0)).measures] == ["jobs", "co2/2025"]
    with pytest.raises(HaiheError):
        define_watches(desk(RICH).program, desk(RICH).indicators, [Measure("energy_intensity")])


def test_a_goal_that_is_let_go_or_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(room.Watched, "cost", lambda self, n: self.row.terms[0][0].costs(n) / float(self.row.scales[0]))
        with pytest.raises((AssertionError, HaiheError)):
            test_weight_on_exports_buys_what_costs_less()
    with monkeypatch.context() as patch:
        patch.setattr(room.Watched, "keep", lambda *_, **__: None)
        with pytest.raises(AssertionError):
            test_second_goal_takes_what_the_first_gives_up()
