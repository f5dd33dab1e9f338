"""Labour and money from outside: the two factors every member has to find."""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Text
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.goods import Goods
from haihe.planning.program import Block, Dims, Program
from haihe.planning.soft import Soft, define_soft


@dataclass(frozen=True, slots=True)
class Factors:
    """Labour (soft, dims region and year), its row, and the external balance with its pooled part."""

    labour: Soft
    labour_rows: Block
    finance: Block
    finance_rows: Block
    finance_pool: Block


def define_labour(program: Program, economy: Economy, production: Production, dims: Dims) -> tuple[Soft, Block]:
    r"""Labour needed stays within labour supplied, counted in base-year wages.

    .. math:: \sum_j \omega_j (x^0_j + (1+\lambda)\, x^1_j) \le L

    lambda is the change of labour with each upgraded technology. Labour costs its wage in welfare. Unit: bn yuan of
    base-year wages a year. The row's worth over D_t is the wage index.
    """
    s = economy.assumptions
    reference = economy.labour
    labour = define_soft(
        program,
        "labour",
        dims,
        reference,
        elasticity=s.elasticity["labour"],
        segments=s.segments,
        weights=s.weights,
        gain=-s.weights,
        title=Text("劳动", "labour"),
    )
    rows = program.rows(
        "labour_need", dims, upper=reference, unit="bn yuan/year", title=Text("劳动约束", "labour limit")
    )
    wages = economy.wages[:, :, None]
    here = rows.index[:, None, :]
    program.enter(here, production.old.index, wages)
    change = economy.change("labour").reshape(-1, 1, 1, 1)
    program.enter(here[None], production.upgraded.index, (1 + change) * wages)
    labour.enter(program, rows.index, -1.0)
    return labour, rows


def define_external_balance(program: Program, goods: Goods, dims: Dims, *, pooled: bool) -> tuple[Block, Block, Block]:
    r"""A member's trade balance does not fall below the reference, unless the pool pays.

    .. math:: \sum_i (e_i + o_i - m_i - n_i) + \sum_{s,i} (T_{rs,i} - T_{sr,i}) + f \ge \text{reference}, \quad
              \sum_r f_r = 0

    Unit: bn yuan a year. ``pooled`` leaves f free; otherwise it is 0.
    """
    bound = np.inf if pooled else 0.0
    pool = {"year": dims["year"]}
    money = program.columns(
        "finance",
        dims,
        lower=-bound,
        upper=bound,
        unit="bn yuan/year",
        title=Text("统筹外部资金", "external finance from the pool"),
    )
    rows = program.rows(
        "external_balance", dims, lower=0.0, unit="bn yuan/year", title=Text("对外收支", "external balance")
    )
    total = program.rows(
        "finance_pool", pool, lower=0.0, upper=0.0, unit="bn yuan/year", title=Text("资金统筹", "finance pool")
    )
    here = rows.index[:, None, :]
    for quantity, sign, axes in goods.sales():
        quantity.enter(program, np.expand_dims(here, axes), sign)
    program.enter(rows.index, money.index, 1.0)
    program.enter(total.index[None, :], money.index, 1.0)
    return money, rows, total


def define_factors(
    program: Program, economy: Economy, production: Production, goods: Goods, dims: Dims, *, pooled: bool
) -> Factors:
    """Add labour and the external balance."""
    labour, labour_rows = define_labour(program, economy, production, dims)
    return Factors(labour, labour_rows, *define_external_balance(program, goods, dims, pooled=pooled))
