"""The engine's test model: a made-up linear plan of R regions, S sectors and T years, of any size.

It has what a plan is made of (balances of products, capacity and stock, factor limits, one cap for all, transport,
regional finance and funds) and none of the plan's economics, so that tools and solvers can be compared at sizes from
small to very large. All quantities are bn yuan a year; everything in it is drawn at random.

    maximise   sum_t D_t (v'd + p'e - q'm - freight'y) + D_T w'k_T
    balance    x - A x - B i - d - e + m + sum_in y - sum_out y = 0            region, sector, year
    capacity   x <= k,   k_t = (1 - delta) k_{t-1} + i_t                       region, sector, year
    factor     sum_j use_fj x_j <= limit                                        six factors, region, year
    carbon     sum_rj gamma_rj x_rj <= cap                                      year
    tonnage    sum_j ton_j y_j <= limit                                         link, year (optional)
    finance    sum_j kappa_j i_j - sum_f g_f <= own money;  sum_r g_fr <= fund  region, year; fund, year
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.sparse.csgraph import shortest_path

from haihe.messages import Text
from haihe.planning.program import Block, Floats, Ints, Program

FACTORS = ("labour", "land", "energy", "co2", "water", "heat")
FUNDS = ("city", "district", "guidance")
INPUTS, CAPITAL_GOODS, NEIGHBOURS = 25, 5, 4
DISCOUNT, DEPRECIATION, GROWTH = 0.06, 0.07, 0.03
Trade = Literal["pairs", "graph", "separable", "pool"]
"""All pairs at path cost; the road graph with trans-shipment; all pairs at a cost a_r + b_s; a national pool at it."""


@dataclass(frozen=True)
class Case:
    """Data of one model. Flows and outputs are bn yuan a year; coefficients are per unit of output or of flow.

    ``A`` (R, S, S) input of product i per unit of j; ``B`` (R, S, S) capital goods per unit of new capacity; ``use``
    (factor, R, S); ``links`` (L, 2) origin and destination, where the pool is node R; ``freight`` (L, S).
    """

    R: int
    S: int
    T: int
    trade: Trade
    tonnage: bool
    A: Floats
    B: Floats
    kappa: Floats
    base: Floats
    demand: tuple[Floats, Floats]
    value: Floats
    exports: Floats
    export_price: Floats
    import_price: Floats
    use: Floats
    factor: Floats
    gamma: Floats
    cap: Floats
    links: Ints
    freight: Floats
    ton: Floats
    carry: Floats
    own: Floats
    funds: Floats
    import_limit: float = np.inf

    @cached_property
    def dims(self) -> dict[str, tuple[str, ...]]:
        """Labels of every dimension."""
        names = [f"R{r}" for r in range(self.R)] + ["POOL"]
        return {
            "region": tuple(names[: self.R]),
            "sector": tuple(f"S{i}" for i in range(self.S)),
            "year": tuple(str(2026 + t) for t in range(self.T)),
            "link": tuple(f"{names[a]}>{names[b]}" for a, b in self.links),
            "factor": FACTORS,
            "fund": FUNDS,
        }

    @cached_property
    def weight(self) -> Floats:
        """Discount factors D_t, shape (T,)."""
        return np.asarray((1 + DISCOUNT) ** -np.arange(self.T))

    def over(self, *names: str) -> dict[str, tuple[str, ...]]:
        """Dims by name."""
        return {name: self.dims[name] for name in names}

    @cached_property
    def columns(self) -> dict[str, tuple[tuple[str, ...], Floats, Floats, Floats]]:
        """Every family of columns in order: dims, lower, upper, cost (minimised), each broadcast to its shape."""
        everywhere = ("region", "sector", "year")
        zero, inf, d = np.zeros(1), np.full(1, np.inf), self.weight
        last = np.where(np.arange(self.T) == self.T - 1, d, 0.0)
        families = {
            "output": (everywhere, zero, inf, zero),
            "capacity": (everywhere, zero, inf, -(1.5 * self.kappa)[:, :, None] * last),
            "investment": (everywhere, zero, inf, zero),
            "demand": (everywhere, *(b[:, :, None] for b in self.demand), -self.value[:, :, None] * d),
            "exports": (everywhere, zero, self.exports[:, :, None], -self.export_price[:, None] * d),
            "imports": (everywhere, zero, np.full(1, self.import_limit), self.import_price[:, None] * d),
            "flow": (("link", "sector", "year"), zero, inf, self.freight[:, :, None] * d),
            "grant": (("fund", "region", "year"), zero, inf, zero),
        }
        filled = {}
        for name, (dims, *arrays) in families.items():
            shape = tuple(len(self.dims[k]) for k in dims)
            filled[name] = (dims, *(np.broadcast_to(a, shape) for a in arrays))
        return filled

    @cached_property
    def limits(self) -> dict[str, tuple[tuple[str, ...], Floats, Floats]]:
        """Every family of rows in order: dims, lower, upper, each broadcast to its shape."""
        everywhere, none = ("region", "sector", "year"), np.full(1, -np.inf)
        zero = np.zeros(1)
        start = np.zeros((self.R, self.S, self.T))
        start[:, :, 0] = (1 - DEPRECIATION) * self.base
        families = {
            "balance": (everywhere, zero, zero),
            "within_capacity": (everywhere, none, zero),
            "stock": (everywhere, start, start),
            "factors": (("factor", "region", "year"), none, self.factor),
            "carbon": (("year",), none, self.cap),
            "tonnage": (("link", "year"), none, self.carry[:, None]),
            "finance": (("region", "year"), none, self.own[:, None]),
            "budget": (("fund", "year"), none, self.funds[:, None]),
        }
        if self.trade == "pool":
            families["pool"] = (("sector", "year"), zero, zero)
        if not self.tonnage:
            del families["tonnage"]
        filled = {}
        for name, (dims, *arrays) in families.items():
            shape = tuple(len(self.dims[k]) for k in dims)
            filled[name] = (dims, *(np.broadcast_to(a, shape) for a in arrays))
        return filled


def case(R: int, S: int, T: int, trade: Trade = "pairs", *, tonnage: bool = True, seed: int = 0) -> Case:
    """Draw a case: technology, a base year that it could run, and limits near what it uses."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, 0.6, R)
    base = 100.0 * size[:, None] * rng.lognormal(0.0, 0.8, (R, S))
    pattern = np.argsort(rng.random((S, S)), axis=0) < min(INPUTS, S)
    A = np.where(pattern, 0.01 + rng.gamma(0.5, 1.0, (R, S, S)), 0.0)
    A *= rng.uniform(0.35, 0.7, (R, 1, S)) / A.sum(axis=1, keepdims=True)
    kappa = rng.uniform(0.8, 2.5, (R, S))
    goods = rng.choice(S, min(CAPITAL_GOODS, S), replace=False)
    shares = rng.dirichlet(np.full(goods.size, 3.0), R)
    B = np.zeros((R, S, S))
    B[:, goods] = shares[:, :, None] * kappa[:, None, :]
    left = base - np.einsum("rij,rj->ri", A, base) - np.einsum("rij,rj->ri", B, (GROWTH + DEPRECIATION) * base)
    wanted = np.maximum(0.6 * left, 0.08 * base)
    use = rng.lognormal(0.0, 1.0, (len(FACTORS), R, S))
    gamma = rng.lognormal(0.0, 1.2, (R, S))
    growth = (1 + 0.5 * GROWTH) ** np.arange(T)
    tight = rng.uniform(0.95, 1.5, (len(FACTORS), R, 1))
    funds = rng.uniform(0.05, 0.12, len(FUNDS))
    links, freight = _links(rng, R, S, trade)
    ton = np.where(np.arange(S) < 0.7 * S, rng.uniform(0.1, 1.0, S), 0.0)
    invested = (kappa * base).sum(axis=1) * (GROWTH + DEPRECIATION)
    return Case(
        R=R, S=S, T=T, trade=trade, tonnage=tonnage, A=A, B=B, kappa=kappa, base=base,
        demand=(0.7 * wanted, 1.6 * wanted),
        value=rng.uniform(1.0, 1.8, (R, S)),
        exports=0.25 * base,
        export_price=rng.uniform(0.6, 1.0, S),
        import_price=rng.uniform(1.6, 2.4, S),
        use=use,
        factor=(use * base).sum(axis=2)[:, :, None] * tight * growth,
        gamma=gamma,
        cap=(gamma * base).sum() * np.linspace(0.98, 0.85, T),
        links=links, freight=freight, ton=ton,
        carry=0.05 * base.mean() * S * rng.uniform(0.5, 1.5, len(links)),
        own=0.8 * invested,
        funds=funds * invested.sum(),
    )  # fmt: skip


def _links(rng: np.random.Generator, R: int, S: int, trade: Trade) -> tuple[Ints, Floats]:
    """Links and freight per unit; path costs and the graph they are the paths of belong to one another."""
    place = rng.random((R, 2))
    distance = np.linalg.norm(place[:, None] - place[None], axis=2)
    dear = rng.uniform(0.03, 0.3, S)
    a, b = rng.uniform(0.1, 0.6, (2, R))
    near = np.zeros((R, R), dtype=bool)
    np.put_along_axis(near, np.argsort(distance, axis=1)[:, 1 : NEIGHBOURS + 1], True, axis=1)
    near |= near.T
    road = np.where(near, distance, 0.0)
    pairs = np.argwhere(~np.eye(R, dtype=bool))
    if trade == "graph":
        links = np.argwhere(near)
        length = road[links[:, 0], links[:, 1]]
    elif trade == "pairs":
        links = pairs
        length = shortest_path(road)[links[:, 0], links[:, 1]]
    elif trade == "separable":
        links = pairs
        length = a[links[:, 0]] + b[links[:, 1]]
    else:
        regions, pool = np.arange(R), np.full(R, R)
        links = np.concatenate([np.column_stack([regions, pool]), np.column_stack([pool, regions])])
        length = np.concatenate([a, b])
    return links, length[:, None] * dear


@dataclass(frozen=True)
class Engine:
    """The product's program of a case, with its blocks by name."""

    program: Program
    columns: Mapping[str, Block]
    rows: Mapping[str, Block] = field(default_factory=dict)


def engine_program(c: Case) -> Engine:
    """Build the case with the product's own `Program`."""
    p = Program()
    said = Text("—", "—")
    col = {
        name: p.columns(name, c.over(*dims), lower=low, upper=high, cost=cost, unit="bn yuan/year", title=said)
        for name, (dims, low, high, cost) in c.columns.items()
    }
    policy = {"factors", "carbon", "tonnage", "finance", "budget"}
    row = {
        name: p.rows(name, c.over(*dims), lower=low, upper=high, unit="bn yuan/year", title=said, policy=name in policy)
        for name, (dims, low, high) in c.limits.items()
    }
    x, k, i, y, g = (col[name].index for name in ("output", "capacity", "investment", "flow", "grant"))
    balance = row["balance"].index
    p.enter(balance, x, 1.0)
    _by_product(p, balance, x, -c.A)
    _by_product(p, balance, i, -c.B)
    for name, sign in (("demand", -1.0), ("exports", -1.0), ("imports", 1.0)):
        p.enter(balance, col[name].index, sign)
    node = np.concatenate([balance, row["pool"].index[None]]) if "pool" in row else balance
    p.enter(node[c.links[:, 0]], y, -1.0)
    p.enter(node[c.links[:, 1]], y, 1.0)
    p.enter(row["within_capacity"].index, x, 1.0)
    p.enter(row["within_capacity"].index, k, -1.0)
    stock = row["stock"].index
    p.enter(stock, k, 1.0)
    p.enter(stock[:, :, 1:], k[:, :, :-1], -(1 - DEPRECIATION))
    p.enter(stock, i, -1.0)
    p.enter(row["factors"].index[:, :, None, :], x[None], c.use[..., None])
    p.enter(row["carbon"].index, x, c.gamma[..., None])
    if c.tonnage:
        p.enter(row["tonnage"].index[:, None, :], y, c.ton[:, None])
    p.enter(row["finance"].index[:, None, :], i, c.kappa[..., None])
    p.enter(row["finance"].index, g, -1.0)
    p.enter(row["budget"].index[:, None, :], g, 1.0)
    return Engine(p, col, row)


def _by_product(p: Program, rows: Ints, columns: Ints, values: Floats) -> None:
    """Enter (R, S, S) coefficients, of which most are zero, for every year."""
    r, i, j = np.nonzero(values)
    p.enter(rows[r, i], columns[r, j], values[r, i, j][:, None])
