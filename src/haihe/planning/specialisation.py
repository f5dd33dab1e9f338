"""Plans that say little: unbounded specialisation, and answers that the closed range of a response gives.

A plan that closes sectors by the dozen says nothing about the economy.

Trade at fixed prices without limits lets every member make only what pays best: taken away elastic answers and wedges,
this plan closes most of its sectors (tests/planning/test_planning_stability.py shows it). Where so many end near
nothing all the same, an elasticity, a segment or a limit is out of place, and the reader must know.
"""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Finding, Findings, Text
from haihe.planning.model import Model
from haihe.planning.results import TINY, output_of
from haihe.planning.solver import Solution

GONE = 0.05
"""A sector of a member counts as closed below this share of its reference output."""
MANY = 0.10
"""Share of closed sectors above which the plan is unbounded specialisation."""
COSTLY = 0.05
"""Share of consumption above which limits cost more than small answers round a reference can tell."""
AT_END = 0.05
"""Share of elastic quantities in their last segment above which the closed range decides."""


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


def at_end_share(model: Model, solution: Solution) -> float:
    """Share of elastic quantities that stand in the last segment of their answer, 0 to 1.

    Consumption, trade, investment and labour of every member, sector and milestone count where their reference is not
    tiny and no guard is narrower than the last segment.
    """
    goods = model.goods
    softs = [goods.consumption, goods.exports, goods.imports, goods.outflow, goods.inflow, *goods.between]
    ends = total = 0
    for soft in [*softs, model.production.build, model.factors.labour]:
        open_ = (soft.room[..., -1] > 0) & (soft.reference > TINY)
        ends += int((soft.at_end(solution.x) & open_).sum())
        total += int(open_.sum())
    return ends / total if total else 0.0


def check_range(model: Model, solution: Solution, loss: float) -> Findings:
    """Warn where limits cost more than `COSTLY` of consumption, or more than `AT_END` of quantities are at their end.

    Parameters
    ----------
    model : Model
    solution : Solution
        The plan.
    loss : float
        What the limits cost, discounted bn yuan.

    Returns
    -------
    Findings
        One ``W-PLN-86``, or none.
    """
    e = model.economy
    share = loss / float(e.households.sum(axis=(0, 1)) @ e.assumptions.weights)
    ends = at_end_share(model, solution)
    why = [
        text
        for text, holds in (
            (Text(f"限制的代价占消费的 {share:.1%}", f"limits cost {share:.1%} of consumption"), share > COSTLY),
            (
                Text(
                    f"{ends:.1%} 的弹性数量已到最后一段", f"{ends:.1%} of elastic quantities are in their last segment"
                ),
                ends > AT_END,
            ),
        )
        if holds
    ]
    if not why:
        return Findings()
    said = Text("，".join(text.zh for text in why), " and ".join(text.en for text in why))
    return Findings([Finding("W-PLN-86", values={"why": said})])
