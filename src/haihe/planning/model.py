"""The whole program of a plan, put together from its families."""

from collections.abc import Sequence
from dataclasses import dataclass

from haihe.planning.capacity import (
    Production,
    define_build_limit,
    define_capacity,
    define_production,
    define_stocks,
)
from haihe.planning.caps import Cap, CapSpec, define_cap
from haihe.planning.conduct import ReplacementSpec, define_growth_guard, define_replacement
from haihe.planning.economy import Economy
from haihe.planning.factors import Factors, define_factors
from haihe.planning.goods import Goods, Trade, define_balance, define_goods
from haihe.planning.program import Block, Program
from haihe.planning.wedges import Wedges, wedges


@dataclass(frozen=True)
class Model:
    """A plan's program with handles on every family."""

    program: Program
    economy: Economy
    wedges: Wedges
    production: Production
    goods: Goods
    factors: Factors
    balance: Block
    caps: dict[str, Cap]


def build_model(
    economy: Economy,
    caps: Sequence[CapSpec] = (),
    *,
    pooled_finance: bool = True,
    trade: Trade = "pairs",
    replacement: ReplacementSpec | None = None,
) -> Model:
    """Build the program: minimise minus welfare.

    Parameters
    ----------
    economy : Economy
        Calibrated economy.
    caps : sequence of CapSpec
        Caps on resources.
    pooled_finance : bool
        Members may finance each other's trade balance.
    trade : "pairs" or "pool"
        How members trade with each other, see `haihe.planning.goods.define_goods`.
    replacement : ReplacementSpec, optional
        Capacity replacement, out before in.

    Returns
    -------
    Model
    """
    program = Program()
    dims = {
        "region": tuple(economy.members),
        "sector": tuple(economy.sectors),
        "year": tuple(economy.assumptions.years),
    }
    by_region = {"region": dims["region"], "year": dims["year"]}
    tau = wedges(economy)
    production = define_production(program, economy, tau, dims)
    goods = define_goods(program, economy, dims, trade=trade)
    balance = define_balance(program, economy, production, goods, dims)
    define_capacity(program, production)
    define_stocks(program, economy, production)
    define_build_limit(program, economy, production, dims)
    if replacement is not None:
        define_replacement(program, economy, production, replacement, dims)
    if economy.assumptions.growth_guard > 0:
        define_growth_guard(program, economy, production, dims)
    factors = define_factors(program, economy, production, goods, by_region, pooled=pooled_finance)
    defined = {spec.name: define_cap(program, economy, production, spec, by_region) for spec in caps}
    return Model(program, economy, tau, production, goods, factors, balance, defined)
