"""Hand a program to HiGHS, solve it, and check the answer ourselves.

HiGHS's word is never taken alone: after each solve the residuals, the signs of the duals and the gap between primal
and dual objective are computed here from our own arrays, and an answer outside the tolerances is refused. Choices
that were measured (docs/decisions): always minimise; algorithm named (``ipx`` with crossover cold, dual simplex
warm); one thread; no interior-point iterations on a cold solve is an alarm (``W-PLN-63``), because it means HiGHS
fell back, unless presolve left nothing to solve. A solve that is cancelled or runs out of time is never a figure: it
ends in an error that says how far it was, and the session can be used on.
"""

import time
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import highspy
import numpy as np

from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.control import Control, Watch, watching
from haihe.planning.program import Arrays, Block, Floats, Ints, Program, refuse_missing
from haihe.planning.ranges import check_ranges

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
DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
"""HiGHS's numbers: the dual method after edits of bounds, the primal one where only costs changed."""


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
    rates of change of the minimised objective with the active bound. ``findings`` holds what the reader must know
    about the solve itself.
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
    findings: Findings = field(default_factory=Findings)

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
    """One program inside HiGHS: solve, edit bounds and costs in place, solve again from the last basis.

    Parameters
    ----------
    program : Program
        The program; it is assembled once.
    control : Control, optional
        Time limit, cancel and progress of every solve of this session.

    Attributes
    ----------
    findings : Findings
        Numbers of very different size that were handed over (``W-PLN-62``).
    """

    def __init__(self, program: Program, control: Control | None = None) -> None:
        self.program = program
        self.control = control or Control()
        self.arrays = program.arrays()
        self.findings = check_ranges(program, self.arrays)
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            self.solver.setOptionValue(option, value)
        self._hand_over()
        self._cold_seconds = np.inf
        self._has_basis = False
        self._only_costs = False

    def set_costs(self, cost: Floats, constant: float | None = None) -> None:
        """Change the cost of every column (and the constant) in place; the basis is kept.

        Parameters
        ----------
        cost : ndarray, shape (columns,)
            Cost to minimise; `Program.costs` gives those the program was built with.
        constant : float, optional
            Constant of the objective; stays as it is where not given.
        """
        new = np.array(np.broadcast_to(np.asarray(cost, dtype=np.float64), self.arrays.cost.shape))
        if not np.isfinite(new).all():
            raise HaiheError("E-PLN-01", what="cost")
        kept = self.arrays.constant if constant is None else float(constant)
        self.arrays = replace(self.arrays, cost=new, constant=kept)
        self._only_costs = True
        self.solver.changeColsCost(new.size, np.arange(new.size, dtype=np.int32), new)
        self.solver.changeObjectiveOffset(kept)

    def basis(self) -> object | None:
        """Give the last basis, to go back to with `set_basis`; None before the first solve."""
        return self.solver.getBasis() if self._has_basis else None

    def set_basis(self, basis: object, *, budget: float | None = None) -> None:
        """Start the next warm solve from a basis of this program, or of one of the same form.

        Parameters
        ----------
        basis : object
            As `basis` gives it.
        budget : float, optional
            Seconds that the warm solve may take before a cold one is tried; those of the last cold solve where not given.
        """
        if budget is not None:
            self._cold_seconds = budget
        if self.solver.setBasis(basis) == highspy.HighsStatus.kError:
            raise ValueError("the basis is of another program")
        self._has_basis, self._only_costs = True, False

    def set_row_bounds(self, rows: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Change the bounds of rows in place; the basis is kept."""
        which = np.ascontiguousarray(rows.ravel(), dtype=np.int32)
        low, high = _spread(lower, which.size), _spread(upper, which.size)
        refuse_missing(low, high)
        row_lower, row_upper = self.arrays.row_lower.copy(), self.arrays.row_upper.copy()
        row_lower[which], row_upper[which] = low, high
        self.arrays = replace(self.arrays, row_lower=row_lower, row_upper=row_upper)
        self._only_costs = False
        self.solver.changeRowsBounds(which.size, which, low, high)

    def set_column_bounds(self, columns: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Change the bounds of columns in place; the basis is kept."""
        which = np.ascontiguousarray(columns.ravel(), dtype=np.int32)
        low, high = _spread(lower, which.size), _spread(upper, which.size)
        refuse_missing(low, high)
        new_lower, new_upper = self.arrays.lower.copy(), self.arrays.upper.copy()
        new_lower[which], new_upper[which] = low, high
        self.arrays = replace(self.arrays, lower=new_lower, upper=new_upper)
        self._only_costs = False
        self.solver.changeColsBounds(which.size, which, low, high)

    def solve(self, *, method: Method | None = None) -> Solution:
        """Solve and check.

        Without a method: from the last basis by simplex within the time of the last cold solve; where that takes
        longer, fails or is refused by our own check (and the first time), cold by interior point with crossover.

        Raises
        ------
        HaiheError
            ``E-PLN-02`` infeasible, ``E-PLN-03`` unbounded or another status, ``E-PLN-04`` an answer that our own
            check refuses, ``E-PLN-60`` cancelled, ``E-PLN-61`` out of time. The session can be used on.
        """
        with watching(self.solver, self.control) as watch:
            if method is None and self._has_basis:
                solution = self._run("simplex", watch, self._cold_seconds)
                if solution is not None:
                    return solution
            if method != "simplex":
                self.solver.clearSolver()
            solution = self._run("simplex" if method == "simplex" else "ipx", watch)
            if solution is None:
                raise HaiheError("E-PLN-61", seconds=f"{watch.seconds:.0f}", how_far=watch.how_far)
        if method != "simplex":
            self._cold_seconds = solution.seconds
        return solution

    def _run(self, method: Method, watch: Watch, budget: float = np.inf) -> Solution | None:
        """Run once; None when the time was over, or when a warm try (with a budget) gave nothing that can be used."""
        warm = bool(np.isfinite(budget))
        h, watch.method = self.solver, method
        if self.control.cancelled:
            raise HaiheError("E-PLN-60", seconds=f"{watch.seconds:.0f}", how_far=watch.how_far)
        h.setOptionValue("solver", method)
        h.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX if self._only_costs else DUAL_SIMPLEX)
        h.setOptionValue("time_limit", h.getRunTime() + max(min(budget, watch.remaining), 0.0))
        began = time.perf_counter()
        h.run()
        seconds = time.perf_counter() - began
        status = h.getModelStatus()
        self._refuse_stopped(watch)
        if status == highspy.HighsModelStatus.kTimeLimit:
            self._has_basis = self._has_basis and method == "simplex"
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
        self._has_basis, self._only_costs = bool(answer.dual_valid), False
        objective = float(self.arrays.cost @ x) + self.arrays.constant
        return Solution(objective, x, activity, y, d, check, *self._way(method), seconds, self._alarms(method))

    def _refuse_stopped(self, watch: Watch) -> None:
        """Raise what stopped the run: the user's own callables, or their wish to cancel; nothing of it stays."""
        if watch.fault is None and not watch.cancelled:
            return
        self.solver.clearSolver()
        self._has_basis = False
        if watch.fault is not None:
            raise watch.fault
        raise HaiheError("E-PLN-60", seconds=f"{watch.seconds:.0f}", how_far=watch.how_far)

    def _way(self, method: Method) -> tuple[str, int]:
        """Method that really ran, and its steps."""
        info = self.solver.getInfo()
        if method == "simplex":
            return method, int(info.simplex_iteration_count)
        return (method if info.ipm_iteration_count > 0 else "presolve or simplex"), int(info.ipm_iteration_count)

    def _alarms(self, method: Method) -> Findings:
        """Say where HiGHS silently fell back to simplex; where presolve solved it all nothing fell back."""
        info = self.solver.getInfo()
        fell_back = method == "ipx" and info.ipm_iteration_count <= 0 and info.simplex_iteration_count > 0
        return Findings([Finding("W-PLN-63", values={"steps": info.simplex_iteration_count})] if fell_back else [])

    def _hand_over(self) -> None:
        """Pass the arrays as they are: filling a `HighsLp` field by field copies element by element, 10 times slower."""
        a, m = self.arrays, self.arrays.matrix
        rows, columns = m.shape
        form, sense = int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize)
        bounds = (a.cost, a.lower, a.upper, a.row_lower, a.row_upper)
        continuous = np.zeros(columns, dtype=np.int32)
        matrix = (m.indptr, m.indices, m.data, continuous)
        status = self.solver.passModel(columns, rows, m.nnz, form, sense, a.constant, *bounds, *matrix)
        if status == highspy.HighsStatus.kError:
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
