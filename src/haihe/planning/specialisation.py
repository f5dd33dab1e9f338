"""Unbounded specialisation: a plan that closes sectors by the dozen says nothing about the economy.

Trade at fixed prices without limits lets every member make only what pays best: taken away elastic answers and wedges,
this plan closes most of its sectors (tests/planning/test_planning_stability.py shows it). Where so many end near
nothing all the same, an elasticity, a segment or a limit is out of place, and the reader must know.
"""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Finding, Findings
from haihe.planning.model import Model
from haihe.planning.results import TINY, output_of
from haihe.planning.solver import Solution

GONE = 0.05
"""A sector of a member counts as closed below this share of its reference output."""
MANY = 0.10
"""Share of closed sectors above which the plan is unbounded specialisation."""


@dataclass(frozen=True)
class Closed:
    """Sectors of members that are closed in a year: how many of how many, and the year in which most are."""

    cells: int
    total: int
    year: int

    @property
    def share(self) -> float:
        """Share of all sectors of members, 0 to 1."""
        return self.cells / self.total if self.total else 0.0


def closed_sectors(model: Model, solution: Solution) -> Closed:
    """Count the sectors of members that make less than `GONE` of their reference, in the year in which most do.

    Parameters
    ----------
    model : Model
    solution : Solution
        Its output, of shape (R, n, T), is compared with the reference path; cells whose reference is tiny are left out.

    Returns
    -------
    Closed
    """
    e = model.economy
    counts = e.output > TINY
    gone = counts & (output_of(model, solution) < GONE * e.output)
    by_year, total = gone.sum(axis=(0, 1)), counts.sum(axis=(0, 1))
    share = np.divide(by_year, total, out=np.zeros(total.shape), where=total > 0)
    worst = int(np.argmax(share))
    return Closed(int(by_year[worst]), int(total[worst]), int(e.assumptions.years[worst]))


def check_specialisation(model: Model, solution: Solution) -> Findings:
    """Warn where more than `MANY` of all sectors are closed (``W-PLN-82``).

    Parameters
    ----------
    model : Model
    solution : Solution
        The plan.

    Returns
    -------
    Findings
        One warning, or none.
    """
    closed = closed_sectors(model, solution)
    if closed.share <= MANY:
        return Findings()
    values = {"count": closed.cells, "total": closed.total, "year": closed.year, "share": f"{closed.share:.0%}"}
    return Findings([Finding("W-PLN-82", values=values)])
