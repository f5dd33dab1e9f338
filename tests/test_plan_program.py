"""Programs, sessions and our own check of answers: invariants on small random programs."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from haihe.messages import HaiheError
from haihe.planning import Program, Session, solver
from haihe.planning.program import Block
from haihe.planning.solver import TOLERANCE, check_solution


def random_program(seed: int) -> tuple[Program, Block, Block]:
    """Draw a feasible, bounded program: rows hold at a point inside the bounds, costs push against finite ones."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 7), rng.integers(1, 6)
    inside = rng.integers(-3, 4, n).astype(float)
    lower, upper = inside - rng.integers(0, 4, n), inside + rng.integers(0, 4, n)
    cost = rng.integers(-5, 6, n).astype(float)
    lower[(rng.random(n) < 0.3) & (cost < 0)] = -np.inf
    upper[(rng.random(n) < 0.3) & (cost > 0)] = np.inf
    matrix = rng.integers(-3, 4, (m, n)) * (rng.random((m, n)) < 0.7)
    level = matrix @ inside
    row_lower, row_upper = level - rng.integers(0, 3, m), level + rng.integers(0, 3, m)
    row_lower[rng.random(m) < 0.3] = -np.inf
    row_upper[rng.random(m) < 0.3] = np.inf
    program = Program()
    x = program.columns("x", {"i": range(n)}, lower=lower, upper=upper, cost=cost, unit="1")
    rows = program.rows("r", {"k": range(m)}, lower=row_lower, upper=row_upper, unit="1")
    program.enter(rows.index[:, None], x.index[None, :], matrix)
    program.constant = float(rng.integers(-5, 6))
    return program, x, rows


def peer(session: Session) -> float:
    """Optimum of the same arrays by scipy's interface."""
    a = session.arrays
    dense = a.matrix.toarray()
    up, low = np.isfinite(a.row_upper), np.isfinite(a.row_lower)
    answer = linprog(
        a.cost,
        A_ub=np.vstack([dense[up], -dense[low]]),
        b_ub=np.concatenate([a.row_upper[up], -a.row_lower[low]]),
        bounds=np.column_stack([a.lower, a.upper]),
        method="highs",
    )
    assert answer.status == 0
    return float(answer.fun) + a.constant


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32), method=st.sampled_from(["ipx", "simplex", None]))
def test_optimum_equals_scipy(seed: int, method: Any) -> None:
    session = Session(random_program(seed)[0])
    solution = session.solve(method=method)
    assert solution.objective == pytest.approx(peer(session), abs=1e-7)
    assert solution.check.worst <= TOLERANCE


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_edits_in_place_equal_a_rebuilt_program(seed: int) -> None:
    """Bounds that widen keep the program feasible; the edited session and a new one agree, warm and cold."""
    program, x, rows = random_program(seed)
    session = Session(program)
    session.solve()
    rng = np.random.default_rng(seed + 1)
    a = session.arrays
    wider = (a.row_lower - rng.integers(0, 3, rows.size), a.row_upper + rng.integers(0, 3, rows.size))
    bounds = (a.lower - rng.integers(0, 3, x.size), a.upper + rng.integers(0, 3, x.size))
    session.set_row_bounds(rows.index, *wider)
    session.set_column_bounds(x.index, *bounds)
    rebuilt = Program()
    y = rebuilt.columns("x", x.dims, lower=bounds[0], upper=bounds[1], cost=a.cost, unit="1")
    again = rebuilt.rows("r", rows.dims, lower=wider[0], upper=wider[1], unit="1")
    dense = a.matrix.toarray()
    rebuilt.enter(again.index[:, None], y.index[None, :], dense)
    rebuilt.constant = program.constant
    expected = Session(rebuilt).solve().objective
    assert session.solve().objective == pytest.approx(expected, abs=1e-7)
    assert session.solve(method="ipx").objective == pytest.approx(expected, abs=1e-7)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), where=st.integers(0, 100), size=st.sampled_from([1e-3, 0.1, -0.5]))
def test_check_refuses_a_perturbed_answer(seed: int, where: int, size: float) -> None:
    session = Session(random_program(seed)[0])
    s, a = session.solve(), session.arrays
    assert check_solution(a, s.x, s.row_dual, s.reduced).worst <= TOLERANCE
    dense = a.matrix.toarray()
    j, i = where % s.x.size, where % s.row_dual.size
    moved, rate, dual = s.x.copy(), s.reduced.copy(), s.row_dual.copy()
    moved[j] += size
    rate[j] += size
    dual[i] += size
    if a.cost[j] != 0:
        assert check_solution(a, moved, s.row_dual, s.reduced).worst > TOLERANCE
    assert check_solution(a, s.x, s.row_dual, rate).worst > TOLERANCE
    if np.abs(dense[i]).max() > 0:
        assert check_solution(a, s.x, dual, s.reduced).worst > TOLERANCE
    if np.abs(a.cost).max() > 0:
        assert check_solution(a, s.x, -s.row_dual, -s.reduced).worst > TOLERANCE


def hand() -> Session:
    """min -2a - b, a + b <= 4, 0 <= a, b <= 3: optimum (3, 1), row dual -1, reduced cost of a -1."""
    program = Program()
    x = program.columns("x", {"i": ["a", "b"]}, upper=3.0, cost=[-2.0, -1.0], unit="1")
    row = program.rows("r", {"k": [0]}, upper=4.0, unit="1")
    program.enter(row.index[:, None], x.index[None, :], 1.0)
    return Session(program)


def test_hand_solved_program() -> None:
    session = hand()
    s = session.solve()
    np.testing.assert_allclose(s.x, [3.0, 1.0])
    np.testing.assert_allclose(s.row_dual, [-1.0])
    np.testing.assert_allclose(s.reduced, [-1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(s.worth(session.program.row_blocks["r"]), [1.0])
    assert s.objective == pytest.approx(-7.0)


@pytest.mark.parametrize(
    ("part", "x", "y", "d"),
    [
        ("primal", [3.0, 2.0], [-1.0], [-1.0, 0.0]),
        ("dual", [3.0, 1.0], [1.0], [-3.0, -2.0]),
        ("stationarity", [3.0, 1.0], [-1.0], [-1.5, 0.0]),
        ("gap", [3.0, 0.5], [-1.0], [-1.0, 0.0]),
    ],
)
def test_each_part_of_the_check_sees_its_own_fault(part: str, x: list[float], y: list[float], d: list[float]) -> None:
    check = check_solution(hand().arrays, np.array(x), np.array(y), np.array(d))
    assert getattr(check, part) > 0.01


@pytest.mark.parametrize("part", ["col_value", "row_dual", "col_dual"])
def test_a_wrong_answer_of_the_solver_is_refused(part: str) -> None:
    session = hand()
    solver = session.solver

    class Wrong:
        def __getattr__(self, name: str) -> Any:
            return getattr(solver, name)

        def getSolution(self) -> Any:  # noqa: N802
            names = ("col_value", "row_dual", "col_dual", "row_value", "dual_valid")
            values = {name: getattr(solver.getSolution(), name) for name in names}
            values[part] = [1.01 * v for v in values[part]]
            return SimpleNamespace(**values)

    session.solver = Wrong()
    with pytest.raises(HaiheError) as caught:
        session.solve()
    assert caught.value.code == "E-PLN-04"


def test_infeasible_and_unbounded_have_their_codes() -> None:
    session = hand()
    session.set_row_bounds(np.array([0]), 7.0, 8.0)
    for method in ("ipx", "simplex", None):
        with pytest.raises(HaiheError) as caught:
            session.solve(method=method)
        assert caught.value.code == "E-PLN-02"
    session.set_row_bounds(np.array([0]), -np.inf, np.inf)
    session.set_column_bounds(np.array([0]), 0.0, np.inf)
    for method in ("ipx", "simplex"):
        with pytest.raises(HaiheError) as caught:
            session.solve(method=method)
        assert caught.value.code == "E-PLN-03"


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_infeasible_programs_are_called_infeasible(seed: int) -> None:
    program, x, _ = random_program(seed)
    bad = program.rows("bad", {"k": [0, 1]}, lower=[1.0, -np.inf], upper=[np.inf, 0.0], unit="1")
    program.enter(bad.index[:, None], x.index[None, :1], 1.0)
    with pytest.raises(HaiheError) as caught:
        Session(program).solve()
    assert caught.value.code == "E-PLN-02"


@pytest.mark.parametrize("where", ["coefficient", "cost", "lower", "upper", "row_lower", "row_upper"])
def test_a_missing_number_is_refused(where: str) -> None:
    program = Program()
    bad = {
        name: (np.nan if name == where else value) for name, value in [("lower", 0.0), ("upper", 1.0), ("cost", 1.0)]
    }
    x = program.columns("x", {"i": [0, 1]}, unit="1", **bad)
    rows = program.rows(
        "r",
        {"k": [0]},
        lower=np.nan if where == "row_lower" else 0.0,
        upper=np.nan if where == "row_upper" else 1.0,
        unit="1",
    )
    program.enter(rows.index[:, None], x.index[None, :], np.nan if where == "coefficient" else 1.0)
    with pytest.raises(HaiheError) as caught:
        Session(program)
    assert caught.value.code == "E-PLN-01"


def test_an_edit_that_is_missing_is_refused_and_changes_nothing() -> None:
    session = hand()
    before = session.arrays
    for edit in (session.set_row_bounds, session.set_column_bounds):
        with pytest.raises(HaiheError) as caught:
            edit(np.array([0]), 0.0, np.nan)
        assert caught.value.code == "E-PLN-01"
    assert session.arrays == before
    assert session.solve().objective == pytest.approx(-7.0)


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3), before=st.integers(0, 5))
def test_labels_positions_and_series_of_a_block_agree(sizes: list[int], before: int) -> None:
    program = Program()
    program.columns("first", {"i": range(before)}, unit="1")
    dims = {f"d{k}": [f"{k}{j}" for j in range(size)] for k, size in enumerate(sizes)}
    block = program.columns("x", dims, unit="1")
    values = np.arange(before + block.size, dtype=float)
    series = block.series(values)
    assert block.index.shape == tuple(sizes)
    for position, (label, value) in zip(block.index.ravel(), series.items(), strict=True):
        parts = label if isinstance(label, tuple) else (label,)
        assert block.label(int(position)) == f"x[{','.join(parts)}]"
        assert value == values[position]


def test_a_block_cannot_stand_twice_and_entries_add_up() -> None:
    program = Program()
    x = program.columns("x", {"i": [0]}, unit="1")
    r = program.rows("r", {"k": [0]}, unit="1")
    with pytest.raises(ValueError, match="twice"):
        program.columns("x", {"i": [0]}, unit="1")
    program.enter(r.index, x.index, 1.0)
    program.enter(r.index, x.index, [2.0])
    program.enter(r.index, x.index, 0.0)
    assert program.arrays().matrix.toarray() == [[3.0]]
    assert program.arrays().size == {"columns": 1, "rows": 1, "nonzeros": 1}


def test_a_warm_solve_past_its_time_falls_back_to_a_cold_one() -> None:
    session = hand()
    session.solve()
    session._cold_seconds = 0.0
    session.set_row_bounds(np.array([0]), -np.inf, 3.5)
    assert session.solve().objective == pytest.approx(-6.5)


def test_arrays_are_never_changed_behind_a_solution() -> None:
    session = hand()
    before = session.arrays
    copy = replace(before, row_upper=before.row_upper.copy())
    session.set_row_bounds(np.array([0]), -np.inf, 1.0)
    np.testing.assert_array_equal(before.row_upper, copy.row_upper)
    assert session.arrays.row_upper[0] == 1.0


def test_a_warm_answer_that_is_refused_is_solved_again_cold(monkeypatch):
    """A refused warm answer must never end the work: the cold solve decides."""
    program = Program()
    x = program.columns("x", {"i": range(6)}, unit="1", upper=2.0, cost=-1.0)
    cap = program.rows("cap", {"t": [0]}, unit="1", upper=5.0)
    program.enter(cap.index[:, None], x.index[None, :], 1.0)
    session = Session(program)
    assert session.solve().objective == pytest.approx(-5.0)
    session.set_row_bounds(cap.index, -np.inf, 4.0)
    real, seen = solver.check_solution, []

    def refuse_first(*words):
        seen.append(1)
        check = real(*words)
        return replace(check, gap=1.0) if len(seen) == 1 else check

    monkeypatch.setattr(solver, "check_solution", refuse_first)
    solution = session.solve()
    assert solution.objective == pytest.approx(-4.0)
    assert len(seen) == 2
    assert solution.method != "simplex"


def test_coefficients_that_the_solver_would_drop_are_dropped_here_too() -> None:
    p = Program()
    x = p.columns("x", {"i": ["a", "b"]}, unit="1", upper=1.0, cost=-1.0)
    rows = p.rows("row", {"j": ["r"]}, unit="1", upper=1.0)
    p.enter(rows.index, x.index, np.array([1.0, 1e-9]))
    session = Session(p)
    assert session.arrays.matrix.nnz == 1
    assert session.solver.getNumNz() == 1
