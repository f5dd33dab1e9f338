"""A plan of weeks played day by day: what is planned meets the capacity and the stocks of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haihe.shocks.response import Weekly
from haihe.shocks.unplanned import WEEK, Flows

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Played:
    """What came of a plan: output (T, n, R), final use served (T, n, R + q), lowest stock (n, R), value added."""

    made: Floats
    final: Floats
    lowest: Floats
    value: float


def play(plan: Weekly, flows: Flows) -> Played:
    """Carry out a plan day by day.

    Every day each producer aims at a seventh of its week, held down by the capacity of that day and by the stocks of the
    morning, which short users share in proportion. What is made goes out as planned, in proportion; goods arrive for the
    next morning. What a day misses is made up on later days of the week where capacity and stocks allow.

    Parameters
    ----------
    plan : Weekly
    flows : Flows
        Capacity, stocks and needs of the same run.

    Returns
    -------
    Played
        Its value may lie below the plan's, and below what happens by itself.
    """
    W, n, P, R = plan.sent.shape
    days = W * WEEK
    stock = flows.stock.copy()
    lowest = stock.copy()
    made, final = np.zeros((days, n, R)), np.zeros((days, n, P))
    for day in range(days):
        week, left = day // WEEK, WEEK - day % WEEK
        if left == WEEK:
            missing = plan.made[week].copy()
        out = np.minimum(np.maximum(missing, 0.0) / left, flows.capacity[day])
        out = out * _allowed(flows, stock, out)
        missing -= out
        share = np.divide(out, plan.made[week], out=np.zeros_like(out), where=plan.made[week] > 0)
        of_supplier = np.concatenate([share, np.full((n, P - R), 1.0 / WEEK)], axis=1)
        made[day] = out
        final[day] = plan.final[week] * of_supplier
        arriving = (plan.sent[week] * of_supplier[:, :, None]).sum(axis=1)
        stock = np.where(flows.endless[:, None], stock, stock - flows.used(out) + arriving)
        np.minimum(lowest, stock, out=lowest)
    return Played(made, final, lowest, float((flows.added * made).sum()))


def _allowed(flows: Flows, stock: Floats, out: Floats) -> Floats:
    """Share of its aim that each producer can make: the least of its inputs' shares, shape (n, R)."""
    used = flows.used(out)
    short = np.divide(stock, used, out=np.ones_like(used), where=used > 0)
    share = np.clip(np.where(flows.endless[:, None], 1.0, short), 0.0, 1.0)
    needed = flows.use > 0
    return np.asarray(np.where(needed, share[:, :, None], 1.0).min(axis=0).T)
