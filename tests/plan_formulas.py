"""The formulas of the plan's calibration, written out once more for tests and for the peer build."""

from dataclasses import dataclass

import numpy as np

from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.program import Floats

FOR_EVER = 1000
"""Milestones after which nothing of a unit of capacity is left: (0.93 / 1.08)^1000 is 1e-65."""


@dataclass(frozen=True)
class Formulas:
    """Constants of a plan.

    Lengths h, rates a milestone and weights have shape (T,), wedges (R, n, T); ``loss``, and ``stock`` and ``more``,
    the value after the horizon of a unit of capacity and of its upgrade, (R, n).
    """

    h: Floats
    g: Floats
    rho: Floats
    delta: Floats
    weights: Floats
    loss: Floats
    tau: Floats
    tau_1: Floats
    tau_u: Floats
    stock: Floats
    more: Floats
    f: float


def formulas(e: Economy) -> Formulas:
    """Work out everything from calendar years: what a unit earns is added up over a thousand further milestones."""
    a, tech = e.assumptions, e.technology
    years = np.array(a.years, dtype=float)
    gaps = np.diff(years)
    h = np.append(gaps, gaps[-1] if gaps.size else a.step)
    g, rho = (1 + a.growth) ** h - 1, (1 + a.discount) ** h - 1
    left = 1 - e.a0.sum(axis=1) - e.wages
    saving = (e.a0 - e.a1).sum(axis=1) - tech.labour * e.wages
    worth = earned(a, years, h)
    later = worth[1:] / (1 + rho)
    stock, more = np.maximum(0.0, left), saving
    tau = stock[:, :, None] * later - e.kappa[:, :, None]
    spared, kappa = more[:, :, None] * later, e.kappa[:, :, None]
    weights = h * ((1 + a.growth) / (1 + a.discount)) ** (years - years[0])
    return Formulas(
        h=h,
        g=g,
        rho=rho,
        delta=1 - (1 - a.depreciation) ** h,
        weights=weights,
        loss=np.minimum(0.0, left),
        tau=tau,
        tau_1=tau + np.maximum(0, spared - tech.new_capital * kappa) + 0.001,
        tau_u=np.maximum(0, spared - tech.retrofit * kappa) + 0.001,
        stock=stock * worth[-1],
        more=more * worth[-1],
        f=weights[-1] / h[-1] / (1 + rho[-1]),
    )


def earned(a: Assumptions, years: Floats, h: Floats) -> Floats:
    """What a unit of capacity that earns 1 a year earns from each milestone on, and from the one after the last."""
    further = years[-1] + h[-1] * np.arange(1, FOR_EVER)
    when = np.concatenate([years, further])
    lengths = np.concatenate([h, np.full(further.size, h[-1])])
    left = (1 - a.depreciation) / (1 + a.discount)
    return np.array([lengths[t:] @ left ** (when[t:] - when[t]) for t in range(years.size + 1)])


def even_formulas(e: Economy) -> Formulas:
    """Give the closed form for milestones of one length, to which everything must come down."""
    a, tech = e.assumptions, e.technology
    h, t = a.step, len(a.years)
    g, rho = (1 + a.growth) ** h - 1, (1 + a.discount) ** h - 1
    delta = 1 - (1 - a.depreciation) ** h
    left = 1 - e.a0.sum(axis=1) - e.wages
    rent = np.maximum(0.0, left)
    saving = (e.a0 - e.a1).sum(axis=1) - tech.labour * e.wages
    tau = h * rent / (rho + delta) - e.kappa
    tau_1 = tau + np.maximum(0, h * saving / (rho + delta) - tech.new_capital * e.kappa) + 0.001
    tau_u = np.maximum(0, h * saving / (rho + delta) - tech.retrofit * e.kappa) + 0.001
    same = np.ones(t)
    return Formulas(
        h=h * same,
        g=g * same,
        rho=rho * same,
        delta=delta * same,
        weights=h * ((1 + g) / (1 + rho)) ** np.arange(t),
        loss=np.minimum(0.0, left),
        tau=tau[:, :, None] * same,
        tau_1=tau_1[:, :, None] * same,
        tau_u=tau_u[:, :, None] * same,
        stock=h * rent * (1 + rho) / (rho + delta),
        more=h * saving * (1 + rho) / (rho + delta),
        f=((1 + g) / (1 + rho)) ** t / (1 + g),
    )
