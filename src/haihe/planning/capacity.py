"""Production and capacity: what is made, with what stock, and how the stock is renewed, extended and upgraded."""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Text
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Dims, Program
from haihe.planning.soft import Soft, define_soft
from haihe.planning.wedges import MARGIN, Wedges


@dataclass(frozen=True, slots=True)
class Production:
    """Variables of production, in detrended bn yuan of output a year.

    With dims (region, sector, year): ``old``, output with today's technology; ``stock_old``, its capacity; ``build``
    (soft), new capacity a year; ``closed``, capacity closed early a year. With dims (technology, region, sector, year):
    ``upgraded``, output; ``stock_upgraded``, capacity; ``build_upgraded``, new capacity a year; ``retrofit``, old
    capacity turned into upgraded a year.
    """

    old: Block
    upgraded: Block
    stock_old: Block
    stock_upgraded: Block
    build: Soft
    build_upgraded: Block
    retrofit: Block
    closed: Block


def define_production(program: Program, economy: Economy, wedges: Wedges, dims: Dims) -> Production:
    r"""Add output, capacity and investment.

    Upgraded output, capacity and retrofit exist only in sectors that may upgrade. Investment pays its wedge in every
    milestone; capacity that outlives the horizon keeps its value. With the last milestone T-1 and

    .. math:: f = \frac{D_{T-1}}{h_{T-1} (1+\rho_{T-1})}

    that is f (1-delta) V_T per unit of old and f (1-delta)(V_T+S_T) per unit of upgraded capacity in the last
    milestone, and f h times the same (without depreciation) per unit built in it; see `haihe.planning.wedges.wedges`.
    Capacity closed early costs the parameter ``closure_cost`` a unit and never pays by itself, since capacity may stand
    idle: it is closed where a rule asks for it (`haihe.planning.conduct`).
    """
    s = economy.assumptions
    t = len(s.years)
    years = np.arange(t) == t - 1
    built = s.weights[-1] / (1 + s.discount_steps[-1])
    kept = built / s.steps[-1] * (1 - s.depreciation_steps[-1])
    can = np.where(economy.can, np.inf, 0.0)[:, None, :, None]
    first = np.arange(t) == 0
    loss = wedges.loss * s.weights
    by_technology = {"technology": tuple(technology.name for technology in economy.technologies), **dims}

    def at_end(values: np.ndarray) -> np.ndarray:
        return np.asarray(values[..., None] * years)

    def block(name: str, over: Dims, zh: str, en: str, **bounds: object) -> Block:
        return program.columns(name, over, unit="bn yuan/year", title=Text(zh, en), **bounds)  # type: ignore[arg-type]

    base = economy.output[..., :1]
    better = wedges.capacity + wedges.saving
    limit = economy.change("retrofit_limit").reshape(-1, 1, 1, 1)
    return Production(
        old=block("output", dims, "产出（现有技术）", "output, today's technology", cost=loss),
        upgraded=block(
            "output_upgraded",
            by_technology,
            "产出（升级技术）",
            "output, upgraded technology",
            upper=can,
            cost=loss,
        ),
        stock_old=block(
            "capacity",
            dims,
            "产能（现有技术）",
            "capacity, today's technology",
            lower=np.where(first, base, 0.0),
            upper=np.where(first, base, np.inf),
            cost=-kept * at_end(wedges.capacity),
        ),
        stock_upgraded=block(
            "capacity_upgraded",
            by_technology,
            "产能（升级技术）",
            "capacity, upgraded technology",
            upper=np.where(first, 0.0, can),
            cost=-kept * at_end(better),
        ),
        build=define_soft(
            program,
            "investment",
            dims,
            economy.investment,
            elasticity=s.elasticity["investment"],
            segments=s.segments,
            weights=s.weights,
            gain=built * at_end(wedges.capacity) - s.weights * wedges.build,
            title=Text("新增产能", "new capacity"),
        ),
        build_upgraded=block(
            "investment_upgraded",
            by_technology,
            "新增升级产能",
            "new upgraded capacity",
            upper=can,
            cost=s.weights * wedges.upgrade - built * at_end(better),
        ),
        retrofit=block(
            "retrofit",
            by_technology,
            "改造产能",
            "retrofitted capacity",
            upper=np.where(np.isfinite(can), 0.0, limit * base),
            cost=s.weights * wedges.retrofit - built * at_end(wedges.saving),
        ),
        closed=block(
            "closure",
            dims,
            "提前关停产能",
            "capacity closed early",
            cost=s.weights * (s.closure_cost + MARGIN) + built * at_end(wedges.capacity),
        ),
    )


def define_capacity(program: Program, production: Production) -> tuple[Block, Block]:
    """Output stays within capacity, x <= k, for each technology. Unit: bn yuan of output a year.

    The worth of a row is the rent of one more unit of capacity in that milestone.
    """
    blocks = []
    for name, output, stock in (
        ("within_capacity", production.old, production.stock_old),
        ("within_capacity_upgraded", production.upgraded, production.stock_upgraded),
    ):
        rows = program.rows(name, output.dims, upper=0.0, unit="bn yuan/year", title=Text("产能约束", "capacity limit"))
        program.enter(rows.index, output.index, 1.0)
        program.enter(rows.index, stock.index, -1.0)
        blocks.append(rows)
    return blocks[0], blocks[1]


def define_stocks(program: Program, economy: Economy, production: Production) -> tuple[Block, Block]:
    r"""Capacity carries over from milestone to milestone (detrended).

    .. math::

        (1+g_t) k^0_{t+1} = (1-\delta_t) k^0_t + h_t (i^0_t - \sum u_t - c_t), \qquad
        (1+g_t) k^1_{t+1} = (1-\delta_t) k^1_t + h_t (i^1_t + u_t)

    The second row stands for each upgraded technology, and the sum in the first runs over them; c is what is closed
    early. Unit: bn yuan of output a year. At the first milestone k0 is base output and k1 is 0.
    """
    s = economy.assumptions
    h, grown, kept = s.steps[:-1], 1 + s.growth_steps[:-1], 1 - s.depreciation_steps[:-1]
    reference = h * economy.investment[..., :-1]

    def family(name: str, block: Block, right: np.ndarray | float, zh: str, en: str) -> Block:
        between = {**block.dims, "year": block.dims["year"][1:]}
        return program.rows(name, between, lower=right, upper=right, unit="bn yuan/year", title=Text(zh, en))

    old = family("stock", production.stock_old, reference, "产能累积", "capacity stock")
    upgraded = family("stock_upgraded", production.stock_upgraded, 0.0, "升级产能累积", "upgraded stock")
    for rows, stock, sign in ((old, production.stock_old, 1.0), (upgraded, production.stock_upgraded, -1.0)):
        program.enter(rows.index, stock.index[..., 1:], grown)
        program.enter(rows.index, stock.index[..., :-1], -kept)
        program.enter(rows.index, production.retrofit.index[..., :-1], sign * h)
    program.enter(upgraded.index, production.build_upgraded.index[..., :-1], -h)
    program.enter(old.index, production.closed.index[..., :-1], h)
    for block, sign in ((production.build.up, -1.0), (production.build.down, 1.0)):
        program.enter(old.index[..., None], block.index[..., :-1, :], sign * h[:, None])
    return old, upgraded


def define_build_limit(program: Program, economy: Economy, production: Production, dims: Dims) -> Block:
    r"""New capacity a year stays within what the region can build.

    .. math:: i^0_t + \sum i^1_t \le 1.5\, \bar\imath_t

    where 1.5 is the parameter ``investment_limit`` and the right-hand side what the reference builds,
    (g_t + delta_t) x / h_t on a uniform path. Unit: bn yuan of output a year, a year.
    """
    spare = (economy.assumptions.investment_limit - 1.0) * economy.investment
    rows = program.rows("build_limit", dims, upper=spare, unit="bn yuan/year", title=Text("建设上限", "build limit"))
    production.build.enter(program, rows.index, 1.0)
    program.enter(rows.index, production.build_upgraded.index, 1.0)
    return rows
