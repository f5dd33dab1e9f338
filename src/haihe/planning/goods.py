"""Goods: households, trade with the partner and abroad, and the balance of every product."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from haihe.messages import Text
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Dims, Program
from haihe.planning.soft import Soft, define_soft

Trade = Literal["pairs", "pool"]


@dataclass(frozen=True, slots=True)
class Goods:
    """Soft quantities of the product market.

    ``consumption``, ``outflow`` and ``inflow`` have dims (region, sector, year), ``exports`` and ``imports`` (partner,
    region, sector, year). Trade between members stands either in pairs, ``flows`` with dims (from_region, to_region,
    sector, year), or through a pool: ``sent`` and ``received`` with dims (region, sector, year).
    """

    consumption: Soft
    exports: Soft
    imports: Soft
    outflow: Soft
    inflow: Soft
    flows: Soft | None
    sent: Soft | None = None
    received: Soft | None = None

    @property
    def between(self) -> tuple[Soft, ...]:
        """Trade between members, whichever form it has."""
        return tuple(soft for soft in (self.flows, self.sent, self.received) if soft is not None)

    def sales(self) -> tuple[tuple[Soft, float, tuple[int, ...]], ...]:
        """Every trade with its sign in a member's sales, and the axes to add to rows (region, sector, year).

        Rows that a quantity enters are ``np.expand_dims(rows, axes)``: pairs enter the row of the region that ships
        with +1 and that of the region that gets with -1.
        """
        outside = (
            (self.exports, 1.0, (0,)),
            (self.outflow, 1.0, ()),
            (self.imports, -1.0, (0,)),
            (self.inflow, -1.0, ()),
        )
        inside: tuple[tuple[Soft, float, tuple[int, ...]], ...] = ()
        if self.flows is not None:
            inside += ((self.flows, 1.0, (1,)), (self.flows, -1.0, (0,)))
        if self.sent is not None and self.received is not None:
            inside += ((self.sent, 1.0, ()), (self.received, -1.0, ()))
        return (*outside, *inside)


def define_goods(program: Program, economy: Economy, dims: Dims, *, trade: Trade = "pairs") -> Goods:
    """Add household consumption and all trade as soft quantities.

    Consumption counts 1 in welfare; trade is worth nothing in itself, only its deviation costs. Trade in locally
    supplied products stays within the narrower guard. ``trade`` says in which form members trade with each other:
    pairs for a few regions; for many a pool a product, which has 2 R instead of R (R - 1) quantities.
    """
    s = economy.assumptions
    guard = np.where(economy.local, min(s.local_guard, 1.0), 1.0)[:, None]

    def soft(name: str, reference: np.ndarray, zh: str, en: str, *, gain: object = 0.0, over: Dims = dims) -> Soft:
        return define_soft(
            program,
            name,
            over,
            reference,
            elasticity=s.elasticity["flows" if name in ("sent", "received") else name],
            segments=s.segments,
            weights=s.weights,
            gain=np.asarray(gain),
            guard=1.0 if name == "consumption" else guard,
            title=Text(zh, en),
        )

    abroad = {"partner": economy.partners, **dims}
    pairs = {"from_region": dims["region"], "to_region": dims["region"], "sector": dims["sector"], "year": dims["year"]}
    flows = sent = received = None
    if trade == "pairs":
        flows = soft("flows", economy.flows, "成员间流动", "flows between members", over=pairs)
    else:
        sent = soft("sent", economy.flows.sum(axis=1), "调往其他成员", "sent to other members")
        received = soft("received", economy.flows.sum(axis=0), "自其他成员调入", "received from other members")
        pool = program.rows(
            "trade_pool",
            {"sector": dims["sector"], "year": dims["year"]},
            lower=0.0,
            upper=0.0,
            unit="bn yuan/year",
            title=Text("成员间流动平衡", "what members send is received"),
        )
        sent.enter(program, pool.index[None], 1.0)
        received.enter(program, pool.index[None], -1.0)
    return Goods(
        consumption=soft("consumption", economy.households, "居民消费", "household consumption", gain=s.weights),
        exports=soft("exports", economy.exports, "出口", "exports", over=abroad),
        imports=soft("imports", economy.imports, "进口", "imports", over=abroad),
        outflow=soft("outflow", economy.outflow, "流出国内其他地区", "outflow to the rest of the nation"),
        inflow=soft("inflow", economy.inflow, "自国内其他地区流入", "inflow from the rest of the nation"),
        flows=flows,
        sent=sent,
        received=received,
    )


def define_balance(program: Program, economy: Economy, production: Production, goods: Goods, dims: Dims) -> Block:
    r"""Add the balance of every product, region and milestone (supply equals use).

    .. math::

        x^0_i + x^1_i + m_i + n_i + \sum_s T_{sr,i} - \sum_j (a^0_{ij} x^0_j + a^1_{ij} x^1_j) - C_i - e_i - o_i
        - \sum_s T_{rs,i} - b_i \sum_j \kappa_j (i^0_j + (1+\phi)\, i^1_j + \psi\, u_j) = G_i

    summed over the upgraded technologies; phi is the extra capital of new upgraded capacity, psi the cost of a
    retrofit. Exports and imports are those with all groups of foreign partners. Unit: bn yuan a year, detrended. The
    row speaks of deviations, so its right-hand side is what the reference produces net of its own inputs. Its worth is
    minus the price of the product: more need costs welfare.
    """
    rhs = economy.output - np.einsum("rij,rjt->rit", economy.a0, economy.output)
    rows = program.rows(
        "balance", dims, lower=rhs, upper=rhs, unit="bn yuan/year", title=Text("产品平衡", "balance of products")
    )
    here = rows.index
    program.enter(here, production.old.index, 1.0)
    program.enter(here[:, :, None, :], production.old.index[:, None, :, :], -economy.a0[..., None])
    program.enter(here[None], production.upgraded.index, 1.0)
    program.enter(here[None, :, :, None, :], production.upgraded.index[:, :, None, :, :], -economy.a1[..., None])
    goods.consumption.enter(program, here, -1.0)
    for quantity, sign, axes in goods.sales():
        quantity.enter(program, np.expand_dims(here, axes), -sign)

    capital = economy.mix[:, :, None, None] * economy.kappa[:, None, :, None]
    extra, turned = (economy.change(name).reshape(-1, 1, 1, 1, 1) for name in ("new_capital", "retrofit"))
    production.build.enter(program, here[:, :, None, :], -capital, expand=1)
    asking = here[None, :, :, None, :]
    program.enter(asking, production.build_upgraded.index[:, :, None], -(1 + extra) * capital)
    program.enter(asking, production.retrofit.index[:, :, None], -turned * capital)
    return rows
