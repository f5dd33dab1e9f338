"""Goods: households, trade with the partner and abroad, and the balance of every product."""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Text
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Dims, Program
from haihe.planning.soft import Soft, define_soft


@dataclass(frozen=True, slots=True)
class Goods:
    """Soft quantities of the product market; all but ``flows`` have dims (region, sector, year).

    ``flows`` has dims (from_region, to_region, sector, year).
    """

    consumption: Soft
    exports: Soft
    imports: Soft
    outflow: Soft
    inflow: Soft
    flows: Soft


def define_goods(program: Program, economy: Economy, dims: Dims) -> Goods:
    """Add household consumption and all trade as soft quantities.

    Consumption counts 1 in welfare; trade is worth nothing in itself, only its deviation costs. Trade in locally
    supplied products stays within the narrower guard.
    """
    s = economy.assumptions
    t = len(s.years)
    guard = np.where(economy.local, min(s.local_guard, 1.0), 1.0)[:, None]

    def soft(name: str, reference: np.ndarray, zh: str, en: str, *, gain: object = 0.0, over: Dims = dims) -> Soft:
        return define_soft(
            program,
            name,
            over,
            np.repeat(reference[..., None], t, axis=-1),
            elasticity=s.elasticity[name],
            segments=s.segments,
            weights=s.weights,
            gain=np.asarray(gain),
            guard=1.0 if name == "consumption" else guard,
            title=Text(zh, en),
        )

    between = {
        "from_region": dims["region"],
        "to_region": dims["region"],
        "sector": dims["sector"],
        "year": dims["year"],
    }
    return Goods(
        consumption=soft("consumption", economy.households, "居民消费", "household consumption", gain=s.weights),
        exports=soft("exports", economy.exports, "出口", "exports"),
        imports=soft("imports", economy.imports, "进口", "imports"),
        outflow=soft("outflow", economy.outflow, "流出国内其他地区", "outflow to the rest of the nation"),
        inflow=soft("inflow", economy.inflow, "自国内其他地区流入", "inflow from the rest of the nation"),
        flows=soft("flows", economy.flows, "成员间流动", "flows between members", over=between),
    )


def define_balance(program: Program, economy: Economy, production: Production, goods: Goods, dims: Dims) -> Block:
    r"""Add the balance of every product, region and milestone (supply equals use).

    .. math::

        x^0_i + x^1_i + m_i + n_i + \sum_s T_{sr,i} - \sum_j (a^0_{ij} x^0_j + a^1_{ij} x^1_j) - C_i - e_i - o_i
        - \sum_s T_{rs,i} - b_i \sum_j \kappa_j (i^0_j + (1+\phi)\, i^1_j + \psi\, u_j) = G_i

    phi is the extra capital of new upgraded capacity, psi the cost of a retrofit, both of the technology.
    Unit: bn yuan a year, detrended. The row speaks of deviations, so its right-hand side is what the reference
    produces net of its own inputs. Its worth is minus the price of the product: more need costs welfare.
    """
    tech = economy.technology
    rhs = economy.output - np.einsum("rij,rj->ri", economy.a0, economy.output)
    rows = program.rows(
        "balance",
        dims,
        lower=rhs[:, :, None],
        upper=rhs[:, :, None],
        unit="bn yuan/year",
        title=Text("产品平衡", "balance of products"),
    )
    here = rows.index
    for output, inputs in ((production.old, economy.a0), (production.upgraded, economy.a1)):
        program.enter(here, output.index, 1.0)
        program.enter(here[:, :, None, :], output.index[:, None, :, :], -inputs[..., None])
    for quantity, sign in (
        (goods.imports, 1.0),
        (goods.inflow, 1.0),
        (goods.consumption, -1.0),
        (goods.exports, -1.0),
        (goods.outflow, -1.0),
    ):
        quantity.enter(program, here, sign)
    goods.flows.enter(program, here[None, :, :, :], 1.0)
    goods.flows.enter(program, here[:, None, :, :], -1.0)

    capital = economy.mix[:, :, None, None] * economy.kappa[:, None, :, None]
    production.build.enter(program, here[:, :, None, :], -capital, expand=1)
    program.enter(here[:, :, None, :], production.build_upgraded.index[:, None], -(1 + tech.new_capital) * capital)
    program.enter(here[:, :, None, :], production.retrofit.index[:, None], -tech.retrofit * capital)
    return rows
