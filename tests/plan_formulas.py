"""The formulas of the plan's calibration, written out once more for tests and for the peer build."""

from dataclasses import dataclass

import numpy as np

from haihe.planning.economy import Economy
from haihe.planning.program import Floats


@dataclass(frozen=True)
class Formulas:
    """Constants of a plan; h is the step, rates are per step, wedges and values have shape (R, n)."""

    h: int
    g: float
    rho: float
    delta: float
    weights: Floats
    loss: Floats
    tau: Floats
    tau_1: Floats
    tau_u: Floats
    stock: Floats
    more: Floats
    f: float


def formulas(e: Economy) -> Formulas:
    """Work out rates, weights D, wedges, Lambda (``stock``), Omega (``more``) and the terminal factor f."""
    a, tech = e.assumptions, e.technology
    h, t = a.step, len(a.years)
    g, rho = (1 + a.growth) ** h - 1, (1 + a.discount) ** h - 1
    delta = 1 - (1 - a.depreciation) ** h
    left = 1 - e.a0.sum(axis=1) - e.wages
    rent = np.maximum(0.0, left)
    saving = (e.a0 - e.a1).sum(axis=1) - tech.labour * e.wages
    tau = h * rent / (rho + delta) - e.kappa
    return Formulas(
        h=h,
        g=g,
        rho=rho,
        delta=delta,
        weights=h * ((1 + g) / (1 + rho)) ** np.arange(t),
        loss=np.minimum(0.0, left),
        tau=tau,
        tau_1=tau + np.maximum(0, h * saving / (rho + delta) - tech.new_capital * e.kappa) + 0.001,
        tau_u=np.maximum(0, h * saving / (rho + delta) - tech.retrofit * e.kappa) + 0.001,
        stock=rent * (1 + rho) / (rho + delta),
        more=saving * (1 + rho) / (rho + delta),
        f=h * ((1 + g) / (1 + rho)) ** t / (1 + g),
    )
