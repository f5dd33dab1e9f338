r"""Relocation: a firm moves from one member to another, and as much capacity closes where it came from.

The gain of a move is what the capacity earns where it goes to less what it earned where it was, less the cost of moving;
whether a region lets a firm go for that is for the settlement between the regions to say, not for this file. Taxes of
moved firms are shared by rule (see the article on moved firms among the example's rule files).
"""

import numpy as np

from haihe.planning.economy import Economy
from haihe.planning.program import Ints, Program
from haihe.planning.projects import Projects, course_of


def enter_moves(program: Program, economy: Economy, projects: Projects, origin: Ints) -> int:
    r"""Enter the capacity that closes where firms move from, as a deviation from the reference path.

    .. math:: (1+g_t) k^0_{r't+1} = \dots - \sum_o q\,\frac{\text{added}_t}{\theta_t} (z_o - \bar z_o), \qquad
              x^0_{r't} \le k^0_{r't} - \sum_o q\,\frac{\text{part}_t}{\theta_t} (z_o - \bar z_o)

    r' is the member moved from; moves within a member change nothing. Unit: bn yuan of output a year.

    Parameters
    ----------
    program : Program
        A plan's program with projects, not yet handed over.
    economy : Economy
    projects : Projects
    origin : ndarray of int, shape (P,)
        Position of the member that each project's firm moves from; -1 for none.

    Returns
    -------
    int
        Number of options that move between members.
    """
    spec = projects.spec
    if not origin.size:
        return 0
    moving = np.flatnonzero((origin[spec.project] >= 0) & (origin[spec.project] != spec.member))
    if not moving.size:
        return 0
    course, trend = course_of(spec, economy.assumptions), economy.assumptions.trend
    r, j = origin[spec.project[moving]], spec.sector[spec.project[moving]]
    q = spec.capacity[spec.project[moving]][:, None] / trend
    stock, within = (program.row_blocks[name].index for name in ("stock", "within_capacity"))
    own, fixed = spec.reference[moving], projects.reference.index[0]
    for rows, values in ((stock[r, j], (q * course.added[moving])[:, :-1]), (within[r, j], q * course.part[moving])):
        program.enter(rows, projects.choice.index[moving][:, None], values)
        program.enter(rows[own], np.full((1, 1), fixed), -values[own])
    return int(moving.size)
