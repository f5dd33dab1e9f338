"""The best answer to a shock: a linear program of weeks, in which what happens by itself is one of the choices.

Capital is fixed; every week has the capacity that the simulation had, called up or lost as there. Producers use inputs in
fixed proportions from stocks; goods move between members and from partners outside. What a plan may do and people by
themselves do not: the factories of a region lend each other stocks, buyers of a product change their suppliers as far as
transport allows, and whoever is worth most is served first. It may not serve final users less than they were served
unplanned, and must leave stocks no lower than the simulation does at the end. Of plans as good it takes the one that
sends least beyond what is sent anyway, so that every transfer it names has a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.planning.program import Program as Linear
from haihe.planning.solver import Session
from haihe.shocks.unplanned import WEEK, Flows

Floats = NDArray[np.float64]
TRANSPORT = 1.5
"""Deliveries from a supplier to a region, at most over those at rest (or what the simulation sent, where that is more)."""

KEPT, MOVED = 1e-4, 1e-3
"""Beside a unit of value added: worth of a unit of stock held for a week, cost of a unit sent beyond what is sent alone.
Both are so small that they only choose among plans as good: the one that changes least, then the one with more stock."""
SMALL = 100_000
"""Variables up to which dual simplex is taken: at the example's 22,000 it needs a sixth of the time of interior point."""
STOPPED = ("E-PLN-60", "E-PLN-61")
"""Cancelled, out of time: said as they are."""


@dataclass(frozen=True, eq=False)
class Weekly:
    """Flows of W weeks: made (W, n, R), sent (W, n, R + q, R), stock at the end (W, n, R), final served (W, n, R + q).

    Of an input that never runs out ``stock`` is what is on order and not yet delivered; it may not pile up more than alone.
    """

    made: Floats
    sent: Floats
    stock: Floats
    final: Floats

    @property
    def vector(self) -> Floats:
        """All in the order of the program's variables."""
        parts = (self.made, self.sent, self.stock, self.final)
        return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1).ravel()


@dataclass(frozen=True, eq=False)
class Program:
    """A linear program: maximise ``value @ v`` where ``equal @ v = right``, ``above @ v >= least``, ``low <= v <= high``.

    Of several optima, the one with most ``KEPT * stocked @ v - MOVED * max(v - alone, 0)``, the latter over `sent`.

    Attributes
    ----------
    value, stocked : ndarray, shape (v,)
        Value added of a unit of output; 1 for stocks that can run out.
    equal, right, above, least, low, high
        Rows and bounds.
    sent : ndarray of int
        Positions of the deliveries.
    alone : ndarray, shape of `sent`
        Deliveries that happen by themselves.
    shape : (int, int, int, int)
        Weeks, products, suppliers, regions.
    """

    value: Floats
    stocked: Floats
    equal: sparse.csr_matrix
    right: Floats
    above: sparse.csr_matrix
    least: Floats
    low: Floats
    high: Floats
    sent: NDArray[np.intp]
    alone: Floats
    shape: tuple[int, int, int, int]

    def gap(self, v: Floats) -> float:
        """Largest breach of a row or bound, as a share of the largest figure."""
        breach = [
            np.abs(self.equal @ v - self.right).max(initial=0.0),
            (self.least - self.above @ v).max(initial=0.0),
            (self.low - v).max(initial=0.0),
            (v - self.high).max(initial=0.0),
        ]
        return float(max(breach) / max(np.abs(v).max(initial=0.0), 1.0))


def by_weeks(flows: Flows) -> Weekly:
    """Add up the days of a run to whole weeks; days left over at the end are cut."""
    W = len(flows.made) // WEEK

    def weekly(values: Floats) -> Floats:
        return np.asarray(values[: W * WEEK].reshape(W, WEEK, *values.shape[1:]).sum(axis=1))

    made, sent = weekly(flows.made), weekly(flows.sent)
    change = (sent.sum(axis=2) - flows.used(made)) * np.where(flows.endless, -1.0, 1.0)[:, None]
    return Weekly(made, sent, flows.stock + np.cumsum(change, axis=0), weekly(flows.final))


def program(flows: Flows, transport: float = TRANSPORT) -> Program:
    """Write the program of a run.

    Parameters
    ----------
    flows : Flows
        What happens by itself.
    transport : float
        See `TRANSPORT`.
    """
    alone = by_weeks(flows)
    W, n, P, R = alone.sent.shape
    wide = n * R + n * P * R + n * R + n * P
    made, deliveries, stock, final = _places(n, P, R)
    sent = (np.arange(W)[:, None] * wide + deliveries).ravel()
    rows, right = _week_rows(flows, n, P, R, wide)
    start = np.zeros((W, len(right)))
    start[0, : n * R] = flows.stock.ravel()
    carry = sparse.lil_matrix((len(right), wide))
    carry[np.arange(n * R), stock] = -1.0
    before = sparse.kron(sparse.eye(W, k=-1), carry.tocsr())
    equal = (sparse.kron(sparse.eye(W), rows) + before).tocsr()
    low, high = _bounds(flows, alone, transport)
    value = np.zeros((W, wide))
    value[:, made] = flows.added.ravel()
    held = np.zeros((W, wide))
    held[:, stock] = np.repeat(~flows.endless, R)
    served = np.zeros((W, wide))
    served[:, final] = 1.0
    from_outside, most = _outside_rows(flows, alone, wide)
    return Program(
        value=value.ravel(),
        stocked=held.ravel(),
        equal=equal,
        right=start.ravel(),
        above=sparse.vstack([sparse.csr_matrix(served.ravel()[None]), -from_outside]).tocsr(),
        least=np.append(alone.final.sum(), -most),
        low=low,
        high=high,
        sent=sent,
        alone=alone.sent.ravel(),
        shape=(W, n, P, R),
    )


def best(task: Program, control: Control | None = None) -> tuple[Weekly, float]:
    """Solve; give the plan and its value added.

    Parameters
    ----------
    task : Program
    control : Control, optional
        Time limit, cancel and progress of the solve.

    Raises
    ------
    HaiheError
        ``E-PLN-60`` cancelled, ``E-PLN-61`` out of time, ``E-SHK-70`` where the solver does not end at an optimum.
    """
    linear = _linear(task)
    try:
        session = Session(linear, control)
        found = session.solve(method="simplex" if len(session.arrays.cost) <= SMALL else "ipx").x
    except HaiheError as error:
        if error.code in STOPPED:
            raise
        raise HaiheError("E-SHK-70", value=error.code) from error
    v = found[: len(task.value)].copy()
    v[task.sent] += found[len(task.value) :]
    W, n, P, R = task.shape
    made, sent, stock, final = _places(n, P, R)
    weeks = v.reshape(W, -1)
    plan = Weekly(
        weeks[:, made].reshape(W, n, R),
        weeks[:, sent].reshape(W, n, P, R),
        weeks[:, stock].reshape(W, n, R),
        weeks[:, final].reshape(W, n, P),
    )
    return plan, float(task.value @ v)


def _linear(task: Program) -> Linear:
    """Write the program for the solver: deliveries in two parts, as alone and what is sent beyond that."""
    linear, high = Linear(), task.high.copy()
    high[task.sent] = np.clip(task.alone, task.low[task.sent], task.high[task.sent])
    worth = task.value + KEPT * task.stocked
    v = linear.columns("flow", {"at": range(len(high))}, unit="", lower=task.low, upper=high, cost=-worth)
    room = task.high[task.sent] - high[task.sent]
    more = linear.columns("more", {"at": range(len(room))}, unit="", upper=room, cost=MOVED)
    equal = linear.rows("kept", {"at": range(len(task.right))}, unit="", lower=task.right, upper=task.right)
    least = task.least - 1e-9 * np.abs(task.least) - 1e-9
    above = linear.rows("served", {"at": range(len(least))}, unit="", lower=least)
    for block, matrix in ((equal, task.equal), (above, task.above)):
        for columns, part in ((v, matrix), (more, matrix[:, task.sent])):
            entries = part.tocoo()
            linear.enter(block.index[entries.row], columns.index[entries.col], entries.data)
    return linear


def _places(n: int, P: int, R: int) -> tuple[NDArray[np.intp], ...]:
    """Where a week's variables stand: made, sent, stock, final."""
    ends = np.cumsum([0, n * R, n * P * R, n * R, n * P])
    made, sent, stock, final = (np.arange(a, b) for a, b in pairwise(ends))
    return made, sent, stock, final


def _week_rows(flows: Flows, n: int, P: int, R: int, wide: int) -> tuple[sparse.csr_matrix, Floats]:
    """Rows of one week: stocks (n·R), then all that is made is sent (n·R)."""
    made, sent, stock, final = _places(n, P, R)
    sign = np.where(flows.endless, -1.0, 1.0)
    i, s = np.divmod(np.arange(n * R), R)
    rows = sparse.lil_matrix((2 * n * R, wide))
    rows[np.arange(n * R), stock] = 1.0
    arriving = sent.reshape(n, P, R)
    for place in range(P):
        rows[np.arange(n * R), arriving[i, place, s]] = -sign[i]
    use = np.zeros((n, R, n, R))
    use[:, np.arange(R), :, np.arange(R)] = np.moveaxis(flows.use, 1, 0) * sign[None, :, None]
    rows[: n * R, : n * R] = use.reshape(n * R, n * R)
    own = np.arange(n * R, 2 * n * R)
    rows[own, made] = 1.0
    for place in range(R):
        rows[own, arriving[i, s, place]] = -1.0
    rows[own, final.reshape(n, P)[i, s]] = -1.0
    return rows.tocsr(), np.zeros(2 * n * R)


def _outside_rows(flows: Flows, alone: Weekly, wide: int) -> tuple[sparse.csr_matrix, Floats]:
    """What partners deliver to all regions and final users together, and the most they can, week by week."""
    W, n, P, R = alone.sent.shape
    _, sent, _, final = _places(n, P, R)
    rows = sparse.lil_matrix((n * (P - R), wide))
    i, q = np.divmod(np.arange(n * (P - R)), max(P - R, 1))
    for place in range(R):
        rows[np.arange(len(i)), sent.reshape(n, P, R)[i, R + q, place]] = 1.0
    rows[np.arange(len(i)), final.reshape(n, P)[i, R + q]] = 1.0
    able = flows.abroad[: W * WEEK].reshape(W, WEEK, n, P - R).sum(axis=1)
    taken = (alone.sent.sum(axis=3) + alone.final)[:, :, R:]
    return sparse.kron(sparse.eye(W), rows.tocsr()).tocsr(), np.maximum(able, taken).ravel()


def _bounds(flows: Flows, alone: Weekly, transport: float) -> tuple[Floats, Floats]:
    """Lower and upper bounds of all variables."""
    W = len(alone.sent)
    days = W * WEEK

    def weekly(values: Floats) -> Floats:
        return np.asarray(values[:days].reshape(W, WEEK, *values.shape[1:]).sum(axis=1))

    most = Weekly(
        np.maximum(np.minimum(weekly(flows.capacity), WEEK * flows.normal), alone.made),
        np.maximum(transport * flows.usual * weekly(flows.passable), alone.sent),
        np.maximum(flows.goal, alone.stock),
        np.maximum(weekly(flows.asked), alone.final),
    )
    least = Weekly(*(np.zeros_like(part) for part in (most.made, most.sent, most.stock, most.final)))
    least.stock[-1][~flows.endless] = alone.stock[-1][~flows.endless] * (1 - 1e-9)
    least.stock[:] = np.minimum(least.stock, most.stock)
    low = np.minimum(least.vector, alone.vector)
    return low, most.vector * (1 + 1e-9) + 1e-9
