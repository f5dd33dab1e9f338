"""The linear program behind core, least core and nucleolus, grown coalition by coalition.

It finds a split x of what everybody reaches together that keeps the largest weighted excess ε small::

    min ε   subject to   x(S) + w(S) ε >= v(S)   for the coalitions known so far,
                         x(S) = a                for the coalitions that are settled (at first only everybody).

Few of the 2**n coalitions ever matter, so they are added as they are found to be violated; the basis is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from haihe.coalition.game import membership, sums
from haihe.messages import HaiheError
from haihe.planning.program import Floats, Ints

FEASIBILITY = 1e-10
"""Tolerance of the solver; the numbers handed over are of size 1."""
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "solver": "simplex",
    "presolve": "off",
    "primal_feasibility_tolerance": FEASIBILITY,
    "dual_feasibility_tolerance": FEASIBILITY,
}
POSITIVE = 1e-7
"""Dual from which on a row counts as binding on the whole optimal face; duals of basic solutions are fractions."""
AT_ONCE = 32
"""Violated coalitions added in one go."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answer:
    """An optimum: the split, the largest weighted excess, and the dual of every row in the order of `masks`."""

    x: Floats
    epsilon: float
    duals: Floats


class CoalitionProgram:
    """The program over n members; numbers should be scaled to size 1.

    Parameters
    ----------
    n : int
        Number of members.

    Attributes
    ----------
    masks : list of int
        Coalition of each row.
    weights, values : list of float
        w(S) and v(S) of each row; weight 0 for a plain bound ``x(S) >= v(S)`` and for an equation.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.masks: list[int] = []
        self.weights: list[float] = []
        self.values: list[float] = []
        self._known: set[int] = set()
        self._open: list[bool] = []
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            self.solver.setOptionValue(option, value)
        infinite = np.full(n + 1, np.inf)
        self.solver.addVars(n + 1, -infinite, infinite)
        self.solver.changeColCost(n, 1.0)

    def add(self, masks: Sequence[int] | Ints, weights: ArrayLike, values: ArrayLike) -> int:
        """Add rows ``x(S) + w ε >= v`` for coalitions that have none yet; give how many were new."""
        offered = np.asarray(masks, dtype=np.int64)
        fresh = np.array([mask not in self._known for mask in offered.tolist()], dtype=bool)
        self._known.update(offered[fresh].tolist())
        w, v = (np.broadcast_to(np.asarray(part, np.float64), offered.shape)[fresh] for part in (weights, values))
        self._append(offered[fresh], w, v, np.full(int(fresh.sum()), np.inf))
        return int(fresh.sum())

    def bound(self, masks: Sequence[int] | Ints, values: ArrayLike) -> None:
        """Add rows ``x(S) >= v`` without ε; the coalition may also have a row with ε."""
        offered = np.asarray(masks, dtype=np.int64)
        v = np.broadcast_to(np.asarray(values, dtype=np.float64), offered.shape)
        self._append(offered, np.zeros(offered.size), v, np.full(offered.size, np.inf))

    def settle(self, mask: int, value: float) -> None:
        """Add the equation ``x(S) = value``."""
        self._append(np.array([mask]), np.zeros(1), np.array([value]), np.array([value]), is_open=False)

    def drop(self, settled: Bools) -> None:
        """Take the rows (not the equations) of coalitions out whose x(S) follows from what is settled.

        Parameters
        ----------
        settled : ndarray of bool, shape (2**n,)
            By mask.
        """
        rows = [row for row, mask in enumerate(self.masks) if self._open[row] and settled[mask]]
        for row in rows:
            self.solver.changeRowBounds(row, -np.inf, np.inf)
            self._open[row] = False

    def solve(self) -> Answer:
        """Solve from the last basis.

        Raises
        ------
        HaiheError
            ``E-COA-09`` where there is no optimum.
        """
        self.solver.run()
        status = self.solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise HaiheError("E-COA-09", status=self.solver.modelStatusToString(status))
        found = self.solver.getSolution()
        columns = np.asarray(found.col_value, dtype=np.float64)
        return Answer(columns[:-1], float(columns[-1]), np.asarray(found.row_dual, dtype=np.float64))

    def binding(self, answer: Answer) -> list[int]:
        """Rows that bind in every optimum: those with a positive dual (complementary slackness), equations left out.

        A row that only happens to bind at the corner the solver stopped in has dual 0 and is not among them.
        """
        return [int(row) for row in np.flatnonzero(answer.duals > POSITIVE) if self._open[row]]

    def _append(self, masks: Ints, weights: Floats, values: Floats, upper: Floats, *, is_open: bool = True) -> None:
        if not masks.size:
            return
        dense = np.column_stack([membership(masks, self.n), weights])
        rows, columns = np.nonzero(dense)
        starts = np.searchsorted(rows, np.arange(masks.size)).astype(np.int32)
        self.solver.addRows(
            masks.size, values, upper, rows.size, starts, columns.astype(np.int32), dense[rows, columns]
        )
        self.masks += masks.tolist()
        self.weights += weights.tolist()
        self.values += values.tolist()
        self._open += [is_open] * masks.size


def started(values: Floats, weights: Floats) -> CoalitionProgram:
    """Begin the program of a game that is written down.

    What everybody has is split; single members and their opposites, which keep ε from falling without end, have rows.

    Parameters
    ----------
    values, weights : ndarray, shape (2**n,)
        v(S) and w(S) by mask, of size 1.
    """
    n = values.size.bit_length() - 1
    program = CoalitionProgram(n)
    program.settle(values.size - 1, float(values[-1]))
    first = outset(n)
    program.add(first, weights[first], values[first])
    return program


def outset(n: int) -> Ints:
    """Masks of the single members and of all but one."""
    singles = 1 << np.arange(n)
    return np.unique(np.concatenate([singles, (1 << n) - 1 - singles]))


def proper(n: int) -> Bools:
    """By mask, whether a coalition is neither empty nor everybody."""
    inside = np.ones(1 << n, dtype=bool)
    inside[[0, -1]] = False
    return inside


def solved(program: CoalitionProgram, values: Floats, weights: Floats, among: Bools) -> Answer:
    """Solve over all coalitions of `among`, adding those that are violated until none is.

    Parameters
    ----------
    program : CoalitionProgram
    values, weights : ndarray, shape (2**n,)
    among : ndarray of bool, shape (2**n,)
        Coalitions that count.
    """
    masks = np.flatnonzero(among)
    while True:
        answer = program.solve()
        short = (values - sums(answer.x))[masks] - weights[masks] * answer.epsilon
        most = np.argsort(short)[-AT_ONCE:] if short.size <= AT_ONCE else np.argpartition(short, -AT_ONCE)[-AT_ONCE:]
        violated = masks[most[short[most] > 2 * FEASIBILITY]]
        if not program.add(violated, weights[violated], values[violated]):
            return answer
