"""Programs with whole columns: a mixed-integer run on a session's arrays, with our own check and an honest bound.

`haihe.planning.solver.Session` knows linear programs. Here some of its columns are whole (projects come whole). The
answer of HiGHS is never taken as it is: whole columns are rounded, every row and bound is checked again in our own
arithmetic, and beside the objective stands the bound below which no answer can lie. Objective less bound is the gap, in
the unit of the objective: a relative gap would be measured against all of welfare, which dwarfs what projects are worth
(see docs/explanation/selection.md).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from haihe.messages import HaiheError
from haihe.planning.control import Control, watching
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.solver import OPTIONS, TOLERANCE, Session, Solution

EXACT = 1e-7
"""Gap, in the unit of the objective, up to which an answer counts as exact: 100 yuan where that is bn yuan."""
WHOLE_OPTIONS: dict[str, bool | int | float | str] = {
    **OPTIONS,
    "solver": "choose",
    "mip_rel_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
}
QUICK: dict[str, bool | int | float | str] = {
    "mip_allow_restart": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
}
"""For small programs that are solved again and again: searches within the search took most of the time, and found little."""


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """The best whole answer found, and how good it can be at most; a minimisation.

    ``x`` has its whole columns rounded, ``objective`` is that of ``x`` itself and ``violation`` its largest violation of
    a row or bound over 1 + its size. ``bound`` is below the objective of every whole answer; ``proved`` says that the
    gap asked for was reached.
    """

    x: Floats
    objective: float
    bound: float
    violation: float
    proved: bool
    seconds: float
    nodes: int

    @property
    def gap(self) -> float:
        """How much better the best answer might be, in the unit of the objective."""
        return max(self.objective - self.bound, 0.0)

    def value(self, block: Block) -> Floats:
        """Values of a block of columns, shaped like it."""
        return block.of(self.x)


class WholeSession(Session):
    """A session in which some columns must be whole.

    Parameters
    ----------
    program : Program
    whole : ndarray of int
        Positions of the columns that must be whole.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    options : mapping, optional
        Options of HiGHS besides `WHOLE_OPTIONS`, such as `QUICK`.
    """

    def __init__(
        self,
        program: Program,
        whole: Ints,
        control: Control | None = None,
        options: Mapping[str, bool | int | float | str] | None = None,
    ) -> None:
        super().__init__(program, control)
        self.options = {**WHOLE_OPTIONS, **(options or {})}
        self.whole = np.ascontiguousarray(whole.ravel(), dtype=np.int32)

    def solve_whole(
        self, *, gap: float = EXACT, start: Floats | None = None, below: float = np.inf
    ) -> WholeAnswer | None:
        """Solve with whole columns.

        Parameters
        ----------
        gap : float
            Gap at which to stop, in the unit of the objective.
        start : ndarray, optional
            Values of the whole columns, or of the first of them, to start from, such as those of the answer before; what
            is not given is filled in by the solver. One that breaks a row does no harm.
        below : float
            Any answer below this objective will do: the search ends with the first one, and where there is none the
            answer, if any, lies above. Nothing is known about what lies above, so the bound is not higher than this.

        Returns
        -------
        WholeAnswer or None
            None where nothing whole satisfies every row. Where the time of the control was over, the best answer so
            far with its bound, ``proved`` being false.

        Raises
        ------
        HaiheError
            ``E-PLN-60`` cancelled, ``E-PLN-61`` out of time without any answer, ``E-PLN-03`` another status,
            ``E-PLN-04`` an answer that our own check refuses.
        """
        h = self._fresh(gap)
        if np.isfinite(below):
            h.setOptionValue("objective_bound", float(below))
            h.setOptionValue("objective_target", float(below))
        if start is not None:
            known = self.whole[: start.size]
            h.setSolution(known.size, known, np.round(start))
        with watching(h, self.control) as watch:
            if self.control.cancelled:
                raise HaiheError("E-PLN-60", seconds="0", how_far=watch.how_far)
            if self.control.listens:
                h.cbMipInterrupt.subscribe(watch.listen)
            if np.isfinite(self.control.time_limit):
                h.setOptionValue("time_limit", float(self.control.time_limit))
            began = time.perf_counter()
            h.run()
            seconds = time.perf_counter() - began
            if watch.fault is not None:
                raise watch.fault
            if watch.cancelled:
                raise HaiheError("E-PLN-60", seconds=f"{watch.seconds:.0f}", how_far=watch.how_far)
            status, info = h.getModelStatus(), h.getInfo()
            if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound):
                return None
            late = status == highspy.HighsModelStatus.kTimeLimit
            ended = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kObjectiveTarget)
            if not late and status not in ended:
                raise HaiheError("E-PLN-03", status=h.modelStatusToString(status))
            if late and info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
                raise HaiheError("E-PLN-61", seconds=f"{watch.seconds:.0f}", how_far=watch.how_far)
        answer = self._checked(np.asarray(h.getSolution().col_value, dtype=np.float64))
        bound = min(float(info.mip_dual_bound), answer[1], below) if self.whole.size else answer[1]
        return WholeAnswer(*answer[:2], bound, answer[2], status == ended[0], seconds, int(info.mip_node_count))

    def settle(self, answer: WholeAnswer, *, cold: bool = False) -> Solution:
        """Solve again with the whole columns fixed as they were answered: a checked optimum with prices.

        The bounds of the session are as before afterwards.
        """
        lower, upper = self.arrays.lower[self.whole], self.arrays.upper[self.whole]
        fixed = answer.x[self.whole]
        self.set_column_bounds(self.whole.astype(np.int64), fixed, fixed)
        try:
            return self.solve(method="ipx" if cold else None)
        finally:
            self.set_column_bounds(self.whole.astype(np.int64), lower, upper)

    def _fresh(self, gap: float) -> highspy.Highs:
        """Hand the arrays as they stand to a solver of its own, so that the session keeps its basis."""
        h, a, m = highspy.Highs(), self.arrays, self.arrays.matrix  # type: ignore[no-untyped-call]
        for option, value in self.options.items():
            h.setOptionValue(option, value)
        h.setOptionValue("mip_abs_gap", float(gap))
        rows, columns = m.shape
        kinds = np.zeros(columns, dtype=np.int32)
        kinds[self.whole] = 1
        form, sense = int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize)
        bounds = (a.cost, a.lower, a.upper, a.row_lower, a.row_upper)
        matrix = (m.indptr, m.indices, m.data, kinds)
        if h.passModel(columns, rows, m.nnz, form, sense, a.constant, *bounds, *matrix) == highspy.HighsStatus.kError:
            raise HaiheError("E-PLN-03", status="model refused")
        return h

    def _checked(self, x: Floats) -> tuple[Floats, float, float]:
        """Round the whole columns, add up every row again; give the point, its objective and its worst violation."""
        a = self.arrays
        x = x.copy()
        x[self.whole] = np.round(x[self.whole])
        x = np.clip(x, a.lower, a.upper)
        activity = a.matrix @ x
        worst = max(
            0.0,
            *(
                float((over[np.isfinite(edge)] / (1.0 + np.abs(edge[np.isfinite(edge)]))).max(initial=0.0))
                for over, edge in ((a.row_lower - activity, a.row_lower), (activity - a.row_upper, a.row_upper))
            ),
        )
        if not worst <= TOLERANCE:
            raise HaiheError(
                "E-PLN-04", worst=f"{worst:.1e}", tolerance=f"{TOLERANCE:.0e}", parts="rows after rounding"
            )
        return x, float(a.cost @ x) + a.constant, worst
