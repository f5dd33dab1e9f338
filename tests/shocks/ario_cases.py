"""Small economies, and a slow model with the whole matrix of orders to compare with."""

from dataclasses import dataclass

import numpy as np

from haihe.accounts import InterregionalTable
from haihe.shocks import AtRest


def table(seed: int, R: int = 2, n: int = 3, gaps: float = 0.2, idle: bool = True) -> InterregionalTable:
    """A made-up table; with `idle` one producer makes nothing and sells nothing, yet another buys from itself only."""
    rng = np.random.default_rng(seed)
    N = R * n
    Z = rng.gamma(0.7, 50.0, (N, N)) * (rng.random((N, N)) > gaps)
    final = rng.gamma(1.0, 100.0, (N, R))
    if idle:
        Z[0], Z[:, 0], final[0] = 0.0, 0.0, 0.0
    output = Z.sum(axis=1) + final.sum(axis=1)
    inputs = Z.sum(axis=0)
    output_needed = np.maximum(inputs * 1.2, output)
    final[:, 0] += output_needed - output
    if idle:
        final[0] = 0.0
    output = Z.sum(axis=1) + final.sum(axis=1)
    return InterregionalTable(
        regions=[f"r{k}" for k in range(R)], sectors=[f"s{k}" for k in range(n)], year=2020, unit="万元", final_kinds=["c"],
        added_kinds=["va"], Z=Z, final=final, added=(output - inputs)[None], imports=np.zeros(N), final_imports=np.zeros(R),
        exports=np.zeros(N), residual=np.zeros(N), output=output,
    )  # fmt: skip


@dataclass
class Slow:
    """The model by the book: every order a number, everybody in loops; returns output, and what the balances need."""

    rest: AtRest
    days: np.ndarray
    psi: float = 0.8
    restore: float = 60.0
    overproduction: float = 1.25
    overproduction_days: float = 365.0
    adaptation: float = 1.0
    step: float = 1.0

    def run(self, lost: np.ndarray, final_first: bool = False) -> np.ndarray:
        """Output, shape (T, N), for a share of capacity lost, shape (T, N)."""
        rest, h = self.rest, self.step
        n, N = len(rest.sectors), rest.size
        Z = rest.yearly / 365
        y = rest.final.sum(axis=1) / 365
        x = Z.sum(axis=1) + y
        sector = np.arange(N) % n
        a = np.zeros((n, N))
        for p in range(N):
            a[sector[p]] += np.divide(Z[p], x, out=np.zeros(N), where=x > 0)
        wanted_days = np.maximum(self.days, h / self.psi)
        stock = x * a * wanted_days
        orders, before, called, made_all = Z.copy(), x.copy(), np.ones(N), []
        for t, share in enumerate(lost):
            D = orders.sum(axis=1) + y
            if t >= 2:
                for p in range(N):
                    sigma = (D[p] - before[p]) / D[p] if D[p] > 0 else 0.0
                    up = (self.overproduction - called[p]) * sigma if sigma != 0 else 1 - called[p]
                    called[p] = max(1.0, called[p] + up * h / max(self.overproduction_days, h))
            capacity = x * (1 - share) * called
            best = np.minimum(D, capacity)
            made = best.copy()
            for f in range(N):
                for i in range(n):
                    if a[i, f] > 1e-5 and stock[i, f] < self.psi * wanted_days[i, f] * a[i, f] * best[f]:
                        made[f] = min(made[f], stock[i, f] / (self.psi * wanted_days[i, f] * a[i, f]))
            served = np.zeros((N, N))
            for p in range(N):
                left = max(made[p] - y[p], 0.0) if final_first else made[p]
                whole = orders[p].sum() if final_first else D[p]
                served[p] = orders[p] * min(1.0, left / whole) if whole > 0 else 0.0
            new = np.zeros((N, N))
            for f in range(N):
                for i in range(n):
                    rows = np.flatnonzero(sector == i)
                    stock[i, f] = max(stock[i, f] + (served[rows, f].sum() - made[f] * a[i, f]) * h, 0.0)
                    gap = max(0.0, wanted_days[i, f] * a[i, f] * best[f] - stock[i, f])
                    need = made[f] * a[i, f] + gap / max(self.restore, h)
                    able = np.divide(capacity[rows], x[rows], out=np.ones(rows.size), where=x[rows] > 0)
                    weight = Z[rows, f] * np.maximum(1 - self.adaptation + self.adaptation * able, 1e-15)
                    if weight.sum() > 0:
                        new[rows, f] = need * weight / weight.sum()
            orders, before = new, made
            made_all.append(made)
        return np.array(made_all)
