"""Near-optimal plans: within the slack, feasible, ranges that hold the plan; verdicts; by hand where it can be done."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goal_region import CAP, capped_plan, region_with
from haihe.messages import HaiheError, Text
from haihe.planning import alternatives as room
from haihe.planning.alternatives import Alternatives, alternatives, verdict_of
from haihe.planning.decisions import Decision, decisions_of
from haihe.planning.forms import LinearForm
from haihe.planning.plans import plan
from haihe.planning.solver import Method, Session, Solution


@cache
def found(within: float = 0.05) -> Alternatives:
    return alternatives(capped_plan(), within=within)


def test_ranges_hold_the_plan_and_widen_with_the_slack() -> None:
    near, far = found(), found(0.2)
    for a in (near, far):
        r = a.ranges
        room_ = 1e-6 * (1 + r["plan"].abs())
        assert (r["low"] <= r["plan"] + room_).all()
        assert (r["high"] >= r["plan"] - room_).all()
        assert (r["high"] - r["low"]).max() > 0
    slack = 1e-6 * (1 + near.ranges["plan"].abs())
    assert (far.ranges["low"] <= near.ranges["low"] + slack).all()
    assert (far.ranges["high"] >= near.ranges["high"] - slack).all()
    assert near.slack == pytest.approx(0.05 * capped_plan().loss)


def test_every_plan_is_feasible_and_within_the_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each plan found is put into the rows and bounds of the plan it is an alternative to."""
    p = capped_plan()
    points: list[np.ndarray] = []
    original = room._Search.at
    monkeypatch.setattr(room._Search, "at", lambda self, x: (points.append(x), original(self, x))[1])
    a = alternatives(p, within=0.05)
    arrays = p.model.program.arrays()
    own = p.model.program.costs()
    best = p.solution.objective - p.model.program.constant
    assert len(points) == a.solves
    for x in points:
        near = x[: own.size]
        activity = arrays.matrix @ near
        room_ = 1e-6 * (1 + np.abs(activity))
        assert (activity >= arrays.row_lower - room_).all()
        assert (activity <= arrays.row_upper + room_).all()
        assert (near >= arrays.lower - 1e-7).all()
        assert (near <= arrays.upper + 1e-7).all()
        assert own @ near - best <= a.slack * (1 + 1e-6) + 1e-6
    assert (a.plans["loss"] <= a.slack * (1 + 1e-6) + 1e-6).all()


def test_plans_given_differ_more_than_those_left_out() -> None:
    a = found()
    table = a.plans.pivot_table(index="number", columns="decision", values="value", sort=False)
    assert list(table.index) == [0, 1, 2, 3]
    assert table.loc[0].to_numpy() == pytest.approx(a.ranges["plan"].to_numpy())
    width = (a.ranges["high"] - a.ranges["low"]).to_numpy()
    used = width > 1e-9 * width.max()
    scaled = table.to_numpy()[:, used] / width[used]
    gaps = [np.abs(scaled[i] - scaled[j]).mean() for i in range(4) for j in range(i)]
    assert min(gaps) > 0.05
    different = a.most_different(1)
    assert len(different) == 3
    assert (different["optimum"] != different["value"]).any()


def test_range_of_exports_by_hand() -> None:
    """What a slack buys of one decision is what its limit would cost: the two answers are each other's inverse."""
    p = capped_plan()
    decision = next(d for d in decisions_of(p) if d.key == "trade:north:exports")
    a = alternatives(p, slack=0.05 * p.loss, decisions=[decision], plans=1)
    most = float(a.ranges["high"].iloc[0])
    floor = {
        "limit": "FLOOR", "name_zh": "出口下限", "name_en": "floor on exports", "indicator": "exports", "regions": "north",
        "sectors": "*", "sense": "floor", "year": 2017, "value": 0.0, "unit": "share of reference",
    }  # fmt: skip
    year = p.model.economy.assumptions.last_year
    path = [floor, floor | {"year": year - 2, "value": 0.0}, floor | {"year": year, "value": most / decision.reference}]
    held = plan(region_with(CAP, *path), band=False, projects=False)
    assert held.loss - p.loss == pytest.approx(a.slack, rel=1e-4)


def decision(reference: float, size: float) -> Decision:
    form = LinearForm(np.array([0]), np.array([1.0]), 0.0, "t", Text("甲", "a"))
    return Decision("d", "output", "north", "farm", form, reference, size, form.title)


@pytest.mark.parametrize(
    ("plan_", "low", "high", "verdict"),
    [
        (90.0, 89.0, 91.0, "settled"),
        (90.0, 80.0, 95.0, "direction"),
        (110.0, 105.0, 120.0, "direction"),
        (110.0, 109.0, 111.0, "settled"),
        (99.0, 90.0, 110.0, "open"),
        (99.0, 90.0, 100.0, "open"),
        (100.0, 99.95, 100.05, "stays"),
    ],
)
def test_what_a_range_says(plan_: float, low: float, high: float, verdict: str) -> None:
    assert verdict_of(decision(100.0, 100.0), plan_, low, high) == verdict


@settings(max_examples=80)
@given(low=st.floats(-50, 50), width=st.floats(0, 50), where=st.floats(0, 1))
def test_a_settled_sign_is_never_a_range_across_nothing(low: float, width: float, where: float) -> None:
    verdict = verdict_of(decision(100.0, 100.0), 100 + low + where * width, 100 + low, 100 + low + width)
    if verdict in ("settled", "direction"):
        assert low > 0.1 or low + width < -0.1
    if verdict == "stays":
        assert abs(low) <= 0.1 + 1e-9
        assert abs(low + width) <= 0.1 + 1e-9


def test_without_a_cost_a_slack_must_be_said() -> None:
    p = plan(region_with(CAP | {"value": 1e3}), band=False, projects=False)
    with pytest.raises(HaiheError) as caught:
        alternatives(p)
    assert caught.value.code == "E-PLN-59"
    a = alternatives(p, slack=0.01, decisions=decisions_of(p)[:1], plans=1)
    assert np.isnan(a.within) or a.within > 0
    assert a.ranges["high"].iloc[0] > a.ranges["low"].iloc[0]


def test_an_answer_that_the_check_refuses_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    original, refused = Session.solve, []

    def solve(self: Session, *, method: Method | None = None) -> Solution:
        if method == "simplex":
            refused.append(1)
            raise HaiheError("E-PLN-04", worst="", tolerance="", parts="")
        return original(self, method=method)

    monkeypatch.setattr(Session, "solve", solve)
    a = alternatives(capped_plan(), within=0.05)
    assert refused
    np.testing.assert_allclose(a.ranges["low"], found().ranges["low"], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(a.ranges["high"], found().ranges["high"], rtol=1e-5, atol=1e-5)


def test_a_plan_that_is_not_the_best_of_its_program_is_refused() -> None:
    p = capped_plan()
    worse = replace(p, solution=replace(p.solution, objective=p.solution.objective + 0.05 * p.loss))
    with pytest.raises(HaiheError) as caught:
        alternatives(worse, within=0.05)
    assert caught.value.code == "E-PLN-59"


def test_a_search_without_its_slack_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room._Search, "ends_of", lambda self, decision: self.solve(decision.form.costs(self.own.size)))
    a = alternatives(capped_plan(), within=0.05)
    assert not np.allclose(a.ranges["high"], found().ranges["high"], rtol=1e-4)
