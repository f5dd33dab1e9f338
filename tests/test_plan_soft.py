"""Soft quantities: convex, closed, exact at the reference, and near the quadratic they stand for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import Text
from haihe.planning import Program, Session
from haihe.planning.soft import Soft, define_soft

ENDS = (0.02, 0.06, 0.12, 0.20, 0.35, 0.60, 1.00)


def one(
    reference: float, elasticity: float, *, price: float = 0.0, weight: float = 1.0, guard: float = 1.0
) -> tuple[Session, Soft]:
    """One soft quantity whose deviation is fixed by a row; ``price`` is its gain."""
    program = Program()
    soft = define_soft(
        program,
        "v",
        {"year": (2017,)},
        np.array([reference]),
        elasticity=elasticity,
        segments=ENDS,
        weights=np.array([weight]),
        gain=price,
        guard=guard,
        title=Text("量", "quantity"),
    )
    rows = program.rows("deviation", {"year": (2017,)}, unit="bn yuan/year")
    soft.enter(program, rows.index, 1.0)
    return Session(program), soft


def cost_of(session: Session, deviation: float) -> float:
    session.set_row_bounds(np.array([0]), deviation, deviation)
    return session.solve(method="simplex").objective


@settings(max_examples=30)
@given(reference=st.floats(0.1, 1e4), elasticity=st.floats(0.1, 5.0), weight=st.floats(0.1, 20.0))
def test_cost_is_convex_symmetric_and_near_the_quadratic(reference: float, elasticity: float, weight: float) -> None:
    session, _ = one(reference, elasticity, weight=weight)
    share = np.linspace(-1, 1, 21)
    cost = np.array([cost_of(session, v * reference) for v in share])
    size = weight * reference / elasticity
    assert cost[10] == pytest.approx(0.0, abs=1e-9 * size)
    assert np.diff(cost, 2).min() >= -1e-9 * size
    np.testing.assert_allclose(cost, cost[::-1], rtol=1e-9, atol=1e-9 * size)
    np.testing.assert_allclose(cost, size * share**2 / 2, atol=size * 0.4**2 / 8)


@given(elasticity=st.floats(0.1, 5.0), end=st.sampled_from(ENDS))
def test_cost_is_exact_at_the_ends_of_segments(elasticity: float, end: float) -> None:
    session, _ = one(7.0, elasticity)
    assert cost_of(session, end * 7.0) == pytest.approx(7.0 * end**2 / 2 / elasticity)


@given(guard=st.just(0.0) | st.floats(1e-3, 1.0), price=st.sampled_from([-1e3, 1e3]))
def test_response_is_closed_at_its_guard(guard: float, price: float) -> None:
    session, soft = one(5.0, 2.0, price=price, guard=guard)
    s = session.solve(method="simplex")
    assert soft.deviation(s.x)[0] == pytest.approx(np.sign(price) * guard * 5.0)
    assert bool(soft.at_end(s.x)[0]) == (guard > 0)


def test_the_reference_is_the_answer_without_a_reason_to_move_and_zero_stays_zero() -> None:
    session, soft = one(5.0, 2.0)
    s = session.solve()
    assert soft.value(s.x)[0] == pytest.approx(5.0)
    assert not soft.at_end(s.x).any()
    session, soft = one(0.0, 2.0, price=100.0)
    assert soft.value(session.solve().x)[0] == 0.0


@settings(max_examples=30)
@given(price=st.floats(-0.4, 0.4), elasticity=st.floats(0.2, 2.0))
def test_the_answer_to_a_price_is_the_elasticity_within_a_segment(price: float, elasticity: float) -> None:
    """A gain of p moves the quantity to the end of the last segment whose cost is below p: e p up to a width."""
    session, soft = one(1.0, elasticity, price=price)
    moved = soft.deviation(session.solve(method="simplex").x)[0]
    ends = np.array([0.0, *ENDS])
    widest = np.diff(ends).max() if abs(elasticity * price) > 0.6 else 0.25
    assert abs(moved - np.clip(elasticity * price, -1, 1)) <= widest / 2 + 1e-9


def test_gain_at_the_reference_stands_in_the_constant() -> None:
    session, _ = one(5.0, 2.0, price=3.0)
    assert cost_of(session, 0.0) == pytest.approx(-15.0)
