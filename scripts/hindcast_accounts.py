"""The hindcast's table of the design: what input-output accounts with fixed coefficients add to a reference path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import hindcast_ways as ways
from haihe.accounts import Accounts
from haihe.accounts.regional import FloatArray
from haihe.accounts.transit import clean_trade, net_transit
from hindcast_ways import Dated, National, ratio

OUTPUT_ANSWER, TRADE_ANSWER = 0.3, 2.0
"""Elasticities of the one-period kernel: output answers as the plan's labour does, trade as the plan's trade."""


@dataclass(frozen=True)
class Case:
    """What is known, and the truth, which only the scoring and the rows that say so may see."""

    known: National
    truth: Accounts

    @property
    def dated(self) -> Dated:
        """Only what set (a) may know."""
        return Dated(self.known.first, self.known.then, self.known.gdp)


def leontief(case: Case, shipments: FloatArray) -> FloatArray:
    """Output with the coefficients and import shares of 2012, the true local final demand of 2017, given shipments.

    ``x = (I - dA)⁻¹ (d f + e)``, shape (R, n): d is the share of local use met at home, after transit is netted; the
    published residual counts as local demand.
    """
    then, now = netted(case.known.then), netted(case.truth)
    home = 1.0 - ratio(then.imports + then.inflow, then.uses + then.residual, 0.0)
    demand = home * (now.final.sum(axis=2) + now.residual) + shipments
    system = np.eye(home.shape[1]) - home[:, :, None] * then.coefficients
    return np.asarray(np.linalg.solve(system, demand[..., None])[..., 0])


def netted(accounts: Accounts) -> Accounts:
    """Clean the signs of trade and net transit."""
    return net_transit(clean_trade(accounts)[0])[0]


def net_leontief(case: Case) -> FloatArray:
    """Output with the coefficients of 2012, the true final demand and the true net outflow of 2017."""
    system = np.eye(len(case.truth.sectors)) - case.known.then.coefficients
    demand = case.truth.final.sum(axis=2) + case.truth.net_trade + case.truth.residual
    return np.asarray(np.linalg.solve(system, demand[..., None])[..., 0])


def least_change(
    made: FloatArray,
    sold: FloatArray,
    bought: FloatArray,
    system: FloatArray,
    demand: FloatArray,
    answers: tuple[float, float],
) -> FloatArray:
    """One-period quadratic core of each region; gives output, shape (R, n).

    ``min Σ (x - x̄)²/(2 ε x̄) + Σ (e - ē)²/(2 η ē) + Σ (m - m̄)²/(2 η m̄)`` subject to ``(I - A) x + m - e = f``, with
    output x̄ ``made``, shipments ē ``sold``, purchases m̄ ``bought``, I - A the ``system`` (R, n, n), f the local final
    ``demand`` and (ε, η) the ``answers``. The optimum is linear in the row prices λ: ``x = x̄ + ε x̄ (I - A)'λ``,
    ``e = ē - η ē λ``, ``m = m̄ + η m̄ λ``. A product that nobody trades answers as if a trace were traded.
    """
    output, trade = answers
    lacking = demand + sold - bought - (system @ made[..., None])[..., 0]
    trading = trade * (sold + bought) + 1e-9 * made.sum(axis=1, keepdims=True)
    slope = (system * (output * made)[:, None, :]) @ system.transpose(0, 2, 1)
    slope = slope + trading[..., None] * np.eye(made.shape[1])
    price = np.linalg.solve(slope, lacking[..., None])
    return np.asarray(made + output * made * (system.transpose(0, 2, 1) @ price)[..., 0])


def kernel(
    case: Case, growth: FloatArray, demand: FloatArray, answers: tuple[float, float] = (OUTPUT_ANSWER, TRADE_ANSWER)
) -> FloatArray:
    """Least change of output, shipments and purchases of 2012 times ``growth``; totals met again; shape (R, n)."""
    then = netted(case.known.then)
    sold, bought = (then.exports + then.outflow) * growth, (then.imports + then.inflow) * growth
    made, system = then.output * growth, np.eye(growth.shape[1]) - then.coefficients
    moved = np.maximum(least_change(made, sold, bought, system, demand, answers), 0.0)
    return np.asarray(moved * (made.sum(axis=1) / moved.sum(axis=1))[:, None])


DESIGN = {
    "uniform: known province GDP growth": (33.3, 30.3, 31.3, 27.9),
    "shift-share: rest of the nation × province GDP": (21.0, 20.5, 15.6, 20.5),
    "Leontief, true local demand, shipments × GDP": (33.9, 30.4, 31.7, 28.9),
    "same, shipments × shift-share": (24.8, 24.5, 25.1, 25.1),
    "same, true shipments of 2017": (5.3, 23.9, 25.9, 25.7),
    "Leontief, true net outflow of 2017": (30.3, 18.4, 23.4, 22.3),
    "soft core round uniform, true local demand": (),
    "soft core round shift-share, true local demand": (23.3, 19.1, 15.9, 20.8),
    "soft core round shift-share, uniform demand": (20.5, 20.2, 17.2, 20.5),
}
"""What the prototype of the design measured; for the uniform soft core it gave 34-36, 29-32, 30-31 and 26-30 only."""


def design_rows(case: Case) -> dict[str, FloatArray]:
    """Predict by every method of the design's table, in its order."""
    known, now = case.known, netted(case.truth)
    base = netted(known.then)
    alike, shares = (way(known) for way in (ways.uniform, ways.elsewhere))
    sold, local = base.exports + base.outflow, now.final.sum(axis=2) + now.residual
    gdp = known.gdp[:, None]
    others = known.before.sum() - known.before.sum(axis=1)
    rest = (known.elsewhere * (known.before.sum(axis=0) - known.before)).sum(axis=1) / others
    ahead = known.elsewhere / rest[:, None] * gdp
    found = [
        known.before * alike,
        known.before * shares,
        leontief(case, sold * gdp),
        leontief(case, sold * ahead),
        leontief(case, now.exports + now.outflow),
        net_leontief(case),
        kernel(case, alike, local),
        kernel(case, shares, local),
        kernel(case, shares, (base.final.sum(axis=2) + base.residual) * gdp),
    ]
    return dict(zip(DESIGN, found, strict=True))
