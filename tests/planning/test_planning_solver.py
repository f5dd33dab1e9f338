"""Control of solves: time limit, cancel, progress, costs edited in place, bases, and numbers of very different size."""

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.planning import Program, Session
from haihe.planning.control import Control, Watch
from haihe.planning.ranges import WIDEST, check_ranges
from test_plan_program import random_program


def scarce(control: Control | None = None) -> Session:
    """Give a program that presolve alone cannot solve: 120 activities, 60 scarce things, 5 of them watched."""
    rng = np.random.default_rng(0)
    use = rng.uniform(0.1, 1.0, (60, 120)) * (rng.random((60, 120)) < 0.3)
    program = Program()
    x = program.columns("x", {"i": range(120)}, upper=10.0, cost=-rng.uniform(0.5, 1.5, 120), unit="1")
    plain = program.rows("plain", {"k": range(55)}, upper=use[:55].sum(axis=1), unit="1")
    caps = program.rows("cap", {"k": range(5)}, upper=0.8 * use[55:].sum(axis=1), unit="1")
    program.enter(plain.index[:, None], x.index[None, :], use[:55])
    program.enter(caps.index[:, None], x.index[None, :], use[55:])
    return Session(program, control)


def after(polls: int) -> Any:
    """A cancel that says yes at the given poll."""
    seen = iter(range(10**9))
    return lambda: next(seen) >= polls


@pytest.mark.parametrize("polls", [0, 1, 5, 12])
@pytest.mark.parametrize("method", ["ipx", "simplex"])
def test_a_cancelled_solve_leaves_nothing_and_the_session_goes_on(polls: int, method: Any) -> None:
    expected = scarce().solve(method="ipx").objective
    session = scarce(Control(cancel=after(polls)))
    before = session.arrays
    with pytest.raises(HaiheError) as caught:
        session.solve(method=method)
    assert caught.value.code == "E-PLN-60"
    assert session.arrays == before
    assert session.basis() is None
    assert not session.solver.getSolution().value_valid
    for control in (Control(cancel=lambda: False), Control()):
        session.control = control
        assert session.solve().objective == pytest.approx(expected, abs=1e-7)


def test_an_event_set_by_another_thread_cancels() -> None:
    event = threading.Event()
    session = scarce(Control(cancel=event))
    threading.Thread(target=event.set).start()
    while not event.is_set():
        pass
    with pytest.raises(HaiheError) as caught:
        session.solve()
    assert caught.value.code == "E-PLN-60"


@pytest.mark.parametrize("method", ["ipx", "simplex", None])
def test_out_of_time_is_an_error_that_says_how_far_and_never_a_figure(method: Any) -> None:
    session = scarce(Control(time_limit=1e-9))
    with pytest.raises(HaiheError) as caught:
        session.solve(method=method)
    assert caught.value.code == "E-PLN-61"
    assert isinstance(caught.value.findings[0].values["how_far"], Text)
    session.control = Control()
    assert session.solve().check.worst <= 1e-6


def test_a_warm_solve_without_time_does_not_return_the_last_answer() -> None:
    session = scarce()
    session.solve()
    rows = session.program.row_blocks["cap"]
    session.set_row_bounds(rows.index, -np.inf, 0.99 * rows.of(session.arrays.row_upper))
    session.control = Control(time_limit=1e-9)
    with pytest.raises(HaiheError) as caught:
        session.solve()
    assert caught.value.code == "E-PLN-61"


def test_a_stopped_interior_point_run_names_its_step_and_its_gap() -> None:
    session = scarce()
    total = 0
    session.control = Control(cancel=lambda: bool(count()) and False)
    seen: list[int] = []

    def count() -> int:
        seen.append(1)
        return len(seen)

    session.solve(method="ipx")
    total = len(seen)
    session.control = Control(cancel=after(total - 2))
    with pytest.raises(HaiheError) as caught:
        session.solve(method="ipx")
    far = caught.value.findings[0].values["how_far"]
    assert "ipx, step " in far.en
    assert "gap " in far.en
    assert "第" in far.zh


def test_progress_names_steps_and_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haihe.planning.control.EVERY", 0.0)
    said: list[Text] = []
    session = scarce(Control(progress=said.append))
    session.solve(method="ipx")
    assert any("ipx, step" in text.en and text.en.endswith(" s") for text in said)


def test_what_a_callable_of_the_user_raises_comes_out_and_the_session_goes_on() -> None:
    def broken() -> bool:
        if session.solver.getRunTime() >= 0 and next(polls) > 3:
            raise KeyboardInterrupt
        return False

    polls = iter(range(10**9))
    session = scarce()
    expected = session.solve().objective
    session.control = Control(cancel=broken)
    with pytest.raises(KeyboardInterrupt):
        session.solve(method="ipx")
    session.control = Control()
    assert session.solve().objective == pytest.approx(expected, abs=1e-7)


def test_a_cancelled_warm_solve_gives_its_basis_up_and_a_kept_one_starts_another_session() -> None:
    session = scarce()
    first = session.solve()
    basis = session.basis()
    session.control = Control(cancel=lambda: True)
    with pytest.raises(HaiheError):
        session.solve()
    other = scarce()
    other.set_basis(basis)
    again = other.solve()
    assert (again.method, again.iterations) == ("simplex", 0)
    assert again.objective == pytest.approx(first.objective, abs=1e-9)


def test_a_time_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Control(time_limit=0.0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_costs_edited_in_place_equal_a_rebuilt_program(seed: int) -> None:
    program, x, rows = random_program(seed)
    session = Session(program)
    session.solve()
    a, rng = session.arrays, np.random.default_rng(seed + 1)
    cost = rng.integers(-5, 6, x.size).astype(float)
    cost[~np.isfinite(a.lower)] = -abs(cost[~np.isfinite(a.lower)])
    cost[~np.isfinite(a.upper)] = abs(cost[~np.isfinite(a.upper)])
    constant = float(rng.integers(-5, 6))
    session.set_costs(cost, constant)
    rebuilt = Program()
    y = rebuilt.columns("x", x.dims, lower=a.lower, upper=a.upper, cost=cost, unit="1")
    again = rebuilt.rows("r", rows.dims, lower=a.row_lower, upper=a.row_upper, unit="1")
    rebuilt.enter(again.index[:, None], y.index[None, :], a.matrix.toarray())
    rebuilt.constant = constant
    expected = Session(rebuilt).solve().objective
    assert session.solve().objective == pytest.approx(expected, abs=1e-7)
    assert session.solve(method="ipx").objective == pytest.approx(expected, abs=1e-7)


def test_costs_that_are_missing_are_refused_and_change_nothing() -> None:
    session = scarce()
    before = session.arrays
    with pytest.raises(HaiheError) as caught:
        session.set_costs(np.full(before.cost.shape, np.nan))
    assert caught.value.code == "E-PLN-01"
    assert session.arrays == before


def test_going_back_to_a_basis_takes_no_steps() -> None:
    session = scarce()
    assert session.basis() is None
    first = session.solve()
    basis = session.basis()
    rows = session.program.row_blocks["cap"]
    bound = rows.of(session.arrays.row_upper)
    session.set_row_bounds(rows.index, -np.inf, 0.8 * bound)
    assert session.solve(method="simplex").iterations > 0
    session.set_row_bounds(rows.index, -np.inf, bound)
    session.set_basis(basis)
    again = session.solve(method="simplex")
    assert again.iterations == 0
    assert again.objective == pytest.approx(first.objective, abs=1e-7)
    with pytest.raises(ValueError, match="another program"):
        Session(random_program(1)[0]).set_basis(basis)


def test_falling_back_to_simplex_is_an_alarm_but_presolve_is_not() -> None:
    session = scarce()
    assert not session.solve(method="ipx").findings
    info = SimpleNamespace(ipm_iteration_count=0, simplex_iteration_count=7)
    session.solver = SimpleNamespace(getInfo=lambda: info)
    assert [finding.code for finding in session._alarms("ipx")] == ["W-PLN-63"]
    assert not session._alarms("simplex")
    info.simplex_iteration_count = 0
    assert not session._alarms("ipx")


def ranged(matrix: float = 1.0, cost: float = 1.0, bound: float = 1.0, side: float = 1.0) -> Program:
    """Two rows and two columns; each number given is the size of one cell among ones."""
    program = Program()
    x = program.columns(
        "x", {"i": ["a", "b"]}, cost=[1.0, cost], upper=[1.0, bound], unit="1", title=Text("甲", "first")
    )
    y = program.columns("y", {"i": ["c"]}, cost=0.0, unit="1")
    rows = program.rows("r", {"k": ["p", "q"]}, upper=[side, 1.0], unit="1", title=Text("行", "row"))
    program.enter(rows.index, x.index, [10.0, -10.0 * matrix])
    program.enter(rows.index[:1], y.index, 10.0)
    return program


@pytest.mark.parametrize(
    ("what", "places"),
    [
        ("matrix", ("row r[q] × first x[b]", "row r[p] × first x[a]")),
        ("cost", ("first x[b]", "first x[a]")),
        ("bound", ("first x[b]", "first x[a]")),
        ("side", ("row r[p]", "row r[q]")),
    ],
)
@pytest.mark.parametrize("size", [2e9, 0.5e-9])
def test_ranges_over_a_billion_are_named_where_they_stand(what: str, places: tuple[str, str], size: float) -> None:
    program = ranged(**{what: size})
    (finding,) = Session(program).findings
    assert finding.code == "W-PLN-62"
    odd, usual = places
    at = (finding.values["at_large"].en, finding.values["at_small"].en)
    assert at == ((odd, usual) if size > 1 else (usual, odd))
    assert not check_ranges(ranged(**{what: 0.9 * WIDEST}), ranged(**{what: 0.9 * WIDEST}).arrays())


def test_the_example_of_tests_has_no_such_ranges() -> None:
    assert not scarce().findings


def test_a_log_line_of_each_method_is_read() -> None:
    watch = Watch(Control())
    watch.method = "ipx"
    watch.read(
        SimpleNamespace(message="  28*  -1.72288290e+03  -1.72288295e+03   5.80e-16   3.18e-16   2.00e-09       1.4")
    )
    assert (watch.steps, watch.primal, watch.dual) == (28, -1722.8829, -1722.88295)
    watch.read(SimpleNamespace(message="        728    -1.4475558571e+03 Pr: 0(0); Du: 0(1.80211e-10) 2.1s\n"))
    assert watch.steps == 728
    watch.read(SimpleNamespace(message="2374 rows, 46809 cols, 238900 nonzeros 0s\n"))
    assert watch.steps == 728
