r"""Which of equally good joint plans is told: the one that moves least between members.

Consumption answers in steps, so many plans are equally good for all together and differ in who holds the gain before
anything is paid. By the theorem of complementary slackness the optimal plans are those in which every column and row
whose dual is not 0 stays at its bound. On that face a second, smaller program is solved:

.. math:: \min \sum_{p, r, t} (1 + r \varepsilon) \, \lvert q_{prt} \rvert

with q what member r receives of the pool p in the program's own units. The weights put ties in the order in which the
members stand, so that the answer does not hang on where the solver began.
"""

from dataclasses import replace

import numpy as np

from haihe.coalition.values import Coalitions
from haihe.messages import Finding, HaiheError
from haihe.planning.solver import Session, Solution

ZERO = 1e-9
"""Duals up to this are 0: the column or row is free to move on the optimal face."""
MISS = 1e-7
"""Share of the objective's size that the plan chosen may miss of the optimum."""
TIE = 1e-3
"""By how much a flow of the next member weighs more, so that ties have one answer."""


def plainest(coalitions: Coalitions, together: Solution) -> tuple[Solution, Finding | None]:
    """Choose, among the joint plans that are as good, the one that moves least between members.

    Parameters
    ----------
    coalitions : Coalitions
    together : Solution
        An optimum with all players in.

    Returns
    -------
    (Solution, Finding or None)
        The plan with the duals of ``together``. Where the second solve fails ``together`` itself with ``W-COA-38``.
    """
    if not coalitions.gates.received:
        return together, None
    session = _session(coalitions)
    _keep_face(session, together)
    try:
        found = session.solve(method="ipx")
    except HaiheError as error:
        if error.code not in ("E-PLN-02", "E-PLN-03", "E-PLN-04"):
            raise
        return together, Finding("W-COA-38")
    size = together.x.size
    x = np.asarray(found.x[:size])
    missed = abs(float(coalitions.built.cost @ (x - together.x)))
    if missed > MISS * (1.0 + abs(together.objective)):
        return together, Finding("W-COA-38")
    return replace(together, x=x, activity=coalitions.built.matrix @ x), None


def _session(coalitions: Coalitions) -> Session:
    """Make a session of the joint plan that minimises the flows through all pools, grown by the size of each flow."""
    program = coalitions.model.program.copy()
    cost = [np.zeros(program.costs().size)]
    for block, _scale, unit, _rows in coalitions.gates.received.values():
        name = f"moved:{block.name}"
        size = program.columns(name, block.dims, unit=unit)
        for sign, side in ((1.0, "in"), (-1.0, "out")):
            rows = program.rows(f"{name}:{side}", block.dims, lower=0.0, unit=unit)
            program.enter(rows.index, size.index, 1.0)
            program.enter(rows.index, block.index, -sign)
        ties = 1.0 + TIE * np.arange(block.shape[0], dtype=np.float64)
        cost.append(np.broadcast_to(ties.reshape(-1, *[1] * (len(block.shape) - 1)), block.shape).ravel())
    ground = coalitions.ground
    session = replace(ground, model=replace(coalitions.model, program=program)).session(coalitions.control)
    bounds = ground.bounds(coalitions.everybody)
    session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
    session.set_costs(np.concatenate(cost), 0.0)
    return session


def _keep_face(session: Session, together: Solution) -> None:
    """Hold every column and row whose dual is not 0 at the bound that it presses on."""
    a = session.arrays
    columns, rows = (np.flatnonzero(np.abs(dual) > ZERO) for dual in (together.reduced, together.row_dual))
    held = np.where(together.reduced[columns] > 0, a.lower[columns], a.upper[columns])
    bound = np.where(together.row_dual[rows] > 0, a.row_lower[rows], a.row_upper[rows])
    columns, held = columns[np.isfinite(held)], held[np.isfinite(held)]
    rows, bound = rows[np.isfinite(bound)], bound[np.isfinite(bound)]
    session.set_column_bounds(columns, held, held)
    session.set_row_bounds(rows, bound, bound)
