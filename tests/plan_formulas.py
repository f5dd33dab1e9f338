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

    Lengths h, rates a milestone and weights have shape (T,), ``tau`` and ``loss`` (R, n, T), the wedges of upgrades
    (K, R, n, T); ``stock`` and ``more``, the value after the horizon of a unit of capacity and of its upgrades, (R, n)
    and (K, R, n). ``x`` and ``built`` are reference output and new capacity, (R, n, T).
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
    x: Floats
    built: Floats


def formulas(e: Economy) -> Formulas:
    """Work out everything from calendar years: what a unit earns is added up over a thousand further milestones."""
    a = e.assumptions
    years = np.array(a.years, dtype=float)
    gaps = np.diff(years)
    h = np.append(gaps, gaps[-1] if gaps.size else a.step)
    g, rho = (1 + a.growth) ** h - 1, (1 + a.discount) ** h - 1
    delta = 1 - (1 - a.depreciation) ** h
    stocks, built = capacities(e.output, h, g, delta)
    left = (1 - e.a0.sum(axis=1) - e.wages)[:, :, None]
    earns = np.where(stocks > e.output * (1 + 1e-9), 0.0, np.maximum(0.0, left))
    saving = savings(e)
    worth = earned(a, years, h)
    value, more = earns @ worth, saving[..., None] * worth.sum(axis=0)
    tau = value[..., 1:] / (1 + rho) - e.kappa[:, :, None]
    spared, kappa = more[..., 1:] / (1 + rho), e.kappa[:, :, None]
    capital, turned = (np.array([getattr(t, n) for t in e.technologies]).reshape(-1, 1, 1, 1)
                       for n in ("new_capital", "retrofit"))  # fmt: skip
    weights = h * ((1 + a.growth) / (1 + a.discount)) ** (years - years[0])
    return Formulas(
        h=h,
        g=g,
        rho=rho,
        delta=delta,
        weights=weights,
        loss=left - earns,
        tau=tau,
        tau_1=tau + np.maximum(0, spared - capital * kappa) + 0.001,
        tau_u=np.maximum(0, spared - turned * kappa) + 0.001,
        stock=value[..., -1],
        more=more[..., -1],
        f=weights[-1] / h[-1] / (1 + rho[-1]),
        x=e.output,
        built=built,
    )


def savings(e: Economy) -> Floats:
    """What each upgraded technology saves a unit of output, (K, R, n)."""
    each = [(e.a0 - a1).sum(axis=1) - t.labour * e.wages for a1, t in zip(e.a1, e.technologies, strict=True)]
    return np.array(each).reshape(len(each), *e.wages.shape)


def capacities(x: Floats, h: Floats, g: Floats, delta: Floats) -> tuple[Floats, Floats]:
    """Give capacity that follows output or wears out, and what is built a year, both (R, n, T), cell by cell."""
    stock, built = np.zeros_like(x), np.zeros_like(x)
    for r, i in np.ndindex(x.shape[:2]):
        have = x[r, i, 0]
        for t in range(h.size):
            stock[r, i, t] = have
            left = (1 - delta[t]) * have / (1 + g[t])
            idle = have > x[r, i, t] * (1 + 1e-9)
            after = x[r, i, t + 1] if t + 1 < h.size else (0.0 if idle else have)
            need = max(after, left)
            built[r, i, t] = (1 + g[t]) * (need - left) / h[t]
            have = need
    return stock, built


def earned(a: Assumptions, years: Floats, h: Floats) -> Floats:
    """What a unit of capacity earns from each milestone on (columns, T and the one after) per unit of rent in each.

    Shape (T, T + 1); the last rent goes on for ever.
    """
    further = years[-1] + h[-1] * np.arange(1, FOR_EVER)
    when = np.concatenate([years, further])
    lengths = np.concatenate([h, np.full(further.size, h[-1])])
    left = (1 - a.depreciation) / (1 + a.discount)
    table = np.zeros((h.size, h.size + 1))
    for t in range(h.size + 1):
        worth = lengths[t:] * left ** (when[t:] - when[t])
        for k, value in enumerate(worth, start=t):
            table[min(k, h.size - 1), t] += value
    return table


def even_formulas(e: Economy) -> Formulas:
    """Give the closed form for milestones of one length, to which everything must come down."""
    a, (tech,) = e.assumptions, e.technologies
    h, t = a.step, len(a.years)
    g, rho = (1 + a.growth) ** h - 1, (1 + a.discount) ** h - 1
    delta = 1 - (1 - a.depreciation) ** h
    left = 1 - e.a0.sum(axis=1) - e.wages
    rent = np.maximum(0.0, left)
    saving = (e.a0 - e.a1[0]).sum(axis=1) - tech.labour * e.wages
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
        loss=np.minimum(0.0, left)[:, :, None] * same,
        tau=tau[:, :, None] * same,
        tau_1=tau_1[None, :, :, None] * same,
        tau_u=tau_u[None, :, :, None] * same,
        stock=h * rent * (1 + rho) / (rho + delta),
        more=(h * saving * (1 + rho) / (rho + delta))[None],
        f=((1 + g) / (1 + rho)) ** t / (1 + g),
        x=e.output,
        built=(g + delta) / h * e.output,
    )
