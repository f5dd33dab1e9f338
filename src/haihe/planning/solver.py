"""Hand a program to HiGHS, solve it, and check the answer ourselves.

HiGHS's word is never taken alone: after each solve the residuals, the signs of the duals and the gap between primal
and dual objective are computed here from our own arrays, and an answer outside the tolerances is refused. Choices
that were measured (docs/decisions): always minimise; algorithm named (``ipx`` with crossover cold, dual simplex
warm); one thread; no interior-point iterations on a cold solve is an alarm, because it means HiGHS fell back.
"""

import time
from dataclasses import dataclass, replace
from typing import Any, Literal

import highspy
import numpy as np

from haihe.messages import HaiheError
from haihe.planning.program import Arrays, Block, Floats, Ints, Program, refuse_missing

Method = Literal["ipx", "simplex"]
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "run_crossover": "on",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
TOLERANCE = 1e-6
"""Largest residual, wrong-signed dual or gap accepted, relative to the size of what it is measured against."""


@dataclass(frozen=True, slots=True)
class Check:
    """What our own check of a solution found; all four are relative and should be near 0.

    ``primal``: largest violation of a row or bound over 1 + its size. ``dual``: largest dual or reduced cost whose
    sign does not fit the active bound, over 1 + the largest cost. ``stationarity``: largest |c - A'y - d|, over the
    same. ``gap``: |primal - dual objective| over 1 + |primal|.
    """

    primal: float
    dual: float
    stationarity: float
    gap: float

    @property
    def worst(self) -> float:
        """The largest of the four."""
        return max(self.primal, self.dual, self.stationarity, self.gap)


@dataclass(frozen=True, slots=True)
class Solution:
    """A checked optimum of a program (a minimisation).

    ``x`` (columns), ``activity`` (rows) and the raw duals: ``row_dual`` y and ``reduced`` d with c = A'y + d. Both are
    rates of change of the minimised objective with the active bound.
    """

    objective: float
    x: Floats
    activity: Floats
    row_dual: Floats
    reduced: Floats
    check: Check
    method: str
    iterations: int
    seconds: float

    def value(self, block: Block) -> Floats:
        """Values of a block of columns, shaped like it."""
        return block.of(self.x)

    def worth(self, rows: Block) -> Floats:
        """What one more unit on the right-hand side of each row adds to what is maximised (minus the objective).

        This is the one place where the sign of a dual is turned: the program minimises minus welfare, so a row's
        worth is minus its dual. A cap that binds has a positive worth; a balance row (supply - use = need) a
        negative one, since more need costs welfare.
        """
        return -rows.of(self.row_dual)


class Session:
    """One program inside HiGHS: solve, edit bounds in place, solve again from the last basis.

    Parameters
    ----------
    program : Program
        The program; it is assembled once.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.arrays = program.arrays()
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            self.solver.setOptionValue(option, value)
        self._hand_over()
        self._cold_seconds = np.inf
        self._has_basis = False

    def set_row_bounds(self, rows: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Change the bounds of rows in place; the basis is kept."""
        which = np.ascontiguousarray(rows.ravel(), dtype=np.int32)
        low, high = _spread(lower, which.size), _spread(upper, which.size)
        refuse_missing(low, high)
        row_lower, row_upper = self.arrays.row_lower.copy(), self.arrays.row_upper.copy()
        row_lower[which], row_upper[which] = low, high
        self.arrays = replace(self.arrays, row_lower=row_lower, row_upper=row_upper)
        self.solver.changeRowsBounds(which.size, which, low, high)

    def set_column_bounds(self, columns: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Change the bounds of columns in place; the basis is kept."""
        which = np.ascontiguousarray(columns.ravel(), dtype=np.int32)
        low, high = _spread(lower, which.size), _spread(upper, which.size)
        refuse_missing(low, high)
        new_lower, new_upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        new_lower[which], new_upper[which] = low, high
        self.arrays = replace(self.arrays, lower=new_lower, upper=new_upper)
        self.solver.changeColsBounds(which.size, which, low, high)

    def solve(self, *, method: Method | None = None) -> Solution:
        """Solve and check.

        Without a method: from the last basis by dual simplex within twice the time of the last cold solve; where
        that takes longer, fails or is refused by our own check (and the first time), cold by interior point with
        crossover.

        Raises
        ------
        HaiheError
            ``E-PLN-02`` infeasible, ``E-PLN-03`` unbounded or another status, ``E-PLN-04`` an answer that our own
            check refuses.
        """
        if method is None and self._has_basis:
            solution = self._run("simplex", limit=2.0 * self._cold_seconds)
            if solution is not None:
                return solution
        if method == "simplex":
            solution = self._run("simplex", limit=np.inf)
        else:
            self.solver.clearSolver()
            solution = self._run("ipx", limit=np.inf)
            if solution is not None:
                self._cold_seconds = solution.seconds
        if solution is None:
            raise HaiheError("E-PLN-03", status="time limit")
        return solution

    def _run(self, method: Method, limit: float) -> Solution | None:
        """Run once; None when the time limit came first, or when a warm try gave nothing that can be used."""
        warm = bool(np.isfinite(limit))
        h = self.solver
        h.setOptionValue("solver", method)
        h.setOptionValue("time_limit", h.getRunTime() + limit if warm else np.inf)
        began = time.perf_counter()
        h.run()
        seconds = time.perf_counter() - began
        status, info = h.getModelStatus(), h.getInfo()
        if status == highspy.HighsModelStatus.kTimeLimit:
            return None
        if status == highspy.HighsModelStatus.kInfeasible:
            raise HaiheError("E-PLN-02")
        if status != highspy.HighsModelStatus.kOptimal:
            if warm:
                return None
            raise HaiheError("E-PLN-03", status=h.modelStatusToString(status))
        answer = h.getSolution()
        x, y, d, activity = (
            np.asarray(v, dtype=np.float64)
            for v in (answer.col_value, answer.row_dual, answer.col_dual, answer.row_value)
        )
        check = check_solution(self.arrays, x, y, d)
        if not check.worst <= TOLERANCE:
            if warm:
                return None
            raise HaiheError("E-PLN-04", worst=f"{check.worst:.1e}", tolerance=f"{TOLERANCE:.0e}", parts=str(check))
        self._has_basis = bool(answer.dual_valid)
        steps = info.ipm_iteration_count if method == "ipx" else info.simplex_iteration_count
        used = method if method == "simplex" or info.ipm_iteration_count > 0 else "presolve or simplex"
        objective = float(self.arrays.cost @ x) + self.arrays.constant
        return Solution(objective, x, activity, y, d, check, used, int(steps), seconds)

    def _hand_over(self) -> None:
        a = self.arrays
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = a.matrix.shape[1], a.matrix.shape[0]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = a.cost, a.lower, a.upper
        lp.row_lower_, lp.row_upper_ = a.row_lower, a.row_upper
        lp.offset_ = a.constant
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = a.matrix.indptr
        lp.a_matrix_.index_ = a.matrix.indices
        lp.a_matrix_.value_ = a.matrix.data
        if self.solver.passModel(lp) == highspy.HighsStatus.kError:
            raise HaiheError("E-PLN-03", status="model refused")


def check_solution(arrays: Arrays, x: Floats, y: Floats, d: Floats) -> Check:
    """Check a primal-dual pair against the arrays, in our own arithmetic.

    A dual may be positive only where the lower bound is active and negative only where the upper one is; elsewhere
    it must be 0. The dual objective is the sum of each dual times its active bound.
    """
    activity = arrays.matrix @ x
    primal = max(_violation(activity, arrays.row_lower, arrays.row_upper), _violation(x, arrays.lower, arrays.upper))
    scale = 1.0 + float(np.abs(arrays.cost).max(initial=0.0))
    stationarity = float(np.abs(arrays.cost - arrays.matrix.T @ y - d).max(initial=0.0)) / scale
    wrong_rows, value_rows = _dual_value(arrays.row_lower, arrays.row_upper, y)
    wrong_columns, value_columns = _dual_value(arrays.lower, arrays.upper, d)
    objective = float(arrays.cost @ x)
    gap = abs(objective - value_rows - value_columns) / (1.0 + abs(objective))
    return Check(primal, max(wrong_rows, wrong_columns) / scale, stationarity, gap)


def _violation(values: Floats, lower: Floats, upper: Floats) -> float:
    has_lower, has_upper = np.isfinite(lower), np.isfinite(upper)
    below = (lower - values)[has_lower] / (1.0 + np.abs(lower[has_lower]))
    above = (values - upper)[has_upper] / (1.0 + np.abs(upper[has_upper]))
    return max(0.0, float(below.max(initial=0.0)), float(above.max(initial=0.0)))


def _dual_value(lower: Floats, upper: Floats, duals: Floats) -> tuple[float, float]:
    """Largest dual without a bound to press on, and the sum of dual times the bound it presses on."""
    bound = np.where(duals > 0, lower, upper)
    finite = np.isfinite(bound)
    wrong = float(np.abs(duals[~finite]).max(initial=0.0))
    return wrong, float(duals[finite] @ bound[finite])


def _spread(values: Floats | float, size: int) -> Floats:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.float64).ravel(), (size,)))
