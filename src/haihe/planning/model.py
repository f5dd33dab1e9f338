"""The whole program of a plan, put together from its families."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from haihe.planning.capacity import (
    Production,
    define_build_limit,
    define_capacity,
    define_production,
    define_stocks,
)
from haihe.planning.caps import Cap, CapSpec, define_cap
from haihe.planning.conduct import ReplacementSpec, define_growth_guard, define_replacement, enter_projects
from haihe.planning.economy import Economy
from haihe.planning.factors import Factors, define_factors
from haihe.planning.goods import Goods, Trade, define_balance, define_goods
from haihe.planning.links import Corridor, CorridorSpec, define_corridor
from haihe.planning.money import Money, MoneySpec, define_money
from haihe.planning.program import Block, Program
from haihe.planning.projects import Projects, ProjectSpec, define_projects
from haihe.planning.resources import Resource, ResourceSpec, define_resource
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
    resources: dict[str, Resource] = field(default_factory=dict)
    corridors: dict[str, Corridor] = field(default_factory=dict)
    projects: Projects | None = None
    money: Money | None = None


def build_model(
    economy: Economy,
    caps: Sequence[CapSpec] = (),
    *,
    pooled_finance: bool = True,
    trade: Trade = "pairs",
    replacement: ReplacementSpec | None = None,
    resources: Sequence[ResourceSpec] = (),
    corridors: Sequence[CorridorSpec] = (),
    projects: ProjectSpec | None = None,
    money: MoneySpec | None = None,
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
    resources : sequence of ResourceSpec
        What the members have of each resource.
    corridors : sequence of CorridorSpec
        Transport links.
    projects, money : ProjectSpec and MoneySpec, optional
        Candidate projects, and who can pay for them.

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
    chosen = define_projects(program, economy, tau, projects) if projects is not None else None
    if chosen is not None and replacement is not None:
        enter_projects(program, economy, chosen, replacement)
    return Model(
        program=program,
        economy=economy,
        wedges=tau,
        production=production,
        goods=goods,
        factors=factors,
        balance=balance,
        caps={spec.name: define_cap(program, economy, production, spec, by_region) for spec in caps},
        resources={spec.name: define_resource(program, economy, production, spec, dims) for spec in resources},
        corridors={spec.name: define_corridor(program, economy, goods, spec, dims) for spec in corridors},
        projects=chosen,
        money=define_money(program, economy.assumptions, chosen, money) if chosen and money else None,
    )
