r"""The reference path: what the economy would do without the limits, made consistent year by year.

The path is an input in its own right. It says how output of every region and sector moves (`haihe.planning.paths`
gives ways to guess that); demand and trade follow here. Seeds grow with the economy and are then moved as little as
possible until every product balances: each quantity v is scaled by exp(+/- lambda) of its row, the least change in
the sense of information (Kullback), so that nothing changes sign

.. math::

    \min \sum_v v \ln(v / v_0) - v + v_0 \quad \text{s.t.} \quad
    C + e + o + \sum_s T_{rs} - m - n - \sum_s T_{sr} = \bar x - A \bar x - G

with one row a region, product and milestone. A uniform path balances as it stands and is left untouched.

References
----------
Bacharach, M. (1970), Biproportional Matrices and Input-Output Change, Cambridge University Press; Junius, T. and
Oosterhaven, J. (2003), The solution of updating or regionalizing a matrix with both positive and negative entries,
Economic Systems Research 15, 87-96, doi 10.1080/0953531032000056954.
"""

from dataclasses import dataclass, replace

import numpy as np

from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.program import Floats

STEPS = 100
"""Most Newton steps of the balancing; a few suffice."""
LARGEST_STEP = 2.0
"""Most a multiplier may move in one step (in logarithms), which keeps Newton's method from overshooting."""
BALANCED = 1e-12
"""Rows are balanced when what is left is below this share of their supply (or of 1 bn yuan)."""


@dataclass(frozen=True)
class Demand:
    """Demand and trade in every milestone, detrended bn yuan a year.

    ``households``, ``outflow``, ``inflow`` and ``fixed`` have shape (R, n, T); ``exports`` and ``imports`` (G, R, n, T)
    over groups of foreign partners; ``flows`` (R, R, n, T) from and to.
    """

    households: Floats
    exports: Floats
    imports: Floats
    outflow: Floats
    inflow: Floats
    flows: Floats
    fixed: Floats

    def net(self) -> Floats:
        """What is asked of each region's output on balance, without intermediate use; shape (R, n, T)."""
        sold = self.households + self.exports.sum(axis=0) + self.outflow + self.flows.sum(axis=1) + self.fixed
        return np.asarray(sold - self.imports.sum(axis=0) - self.inflow - self.flows.sum(axis=0))


def constant(demand: Demand, periods: int) -> Demand:
    """Repeat the demand of one year (arrays without the last axis) over the milestones."""
    return Demand(**{name: np.repeat(v[..., None], periods, axis=-1) for name, v in vars(demand).items()})


def follow(demand: Demand, output: Floats, path: Floats, a0: Floats, value_added: Floats) -> Demand:
    """Let demand and trade follow a path of output, balanced.

    Sales follow the seller's output of the product, purchases and demand at home the region's value added.

    Parameters
    ----------
    demand : Demand
        Of the base year, repeated over the milestones (`constant`).
    output : ndarray, shape (R, n)
        Output of the base year.
    path : ndarray, shape (R, n, T)
        Output in every milestone, detrended, as a multiple of the base year's.
    a0 : ndarray, shape (R, n, n)
        Input coefficients.
    value_added : ndarray, shape (R, n)
        Value added per unit of output.

    Returns
    -------
    Demand

    Raises
    ------
    HaiheError
        ``E-PLN-24`` where the path cannot be balanced: a product that no one buys from outside or sells there.
    """
    wanted = output[:, :, None] * path
    base = (value_added * output).sum(axis=1)
    size = np.einsum("ri,rit->rt", value_added, wanted) / np.where(base > 0, base, 1.0)[:, None]
    home = size[:, None, :]
    seeds = Demand(
        households=demand.households * home,
        exports=demand.exports * path,
        imports=demand.imports * home,
        outflow=demand.outflow * path,
        inflow=demand.inflow * home,
        flows=demand.flows * path[:, None],
        fixed=demand.fixed * home,
    )
    asked = wanted - np.einsum("rij,rjt->rit", a0, wanted)
    return balance(seeds, asked)


def balance(seeds: Demand, asked: Floats) -> Demand:
    """Move demand and trade as little as possible until `Demand.net` is what is asked, shape (R, n, T).

    Solves for the multipliers by Newton's method, all rows at once: one R by R system a product and milestone.
    """
    target = asked - seeds.fixed
    plus = seeds.households + seeds.exports.sum(axis=0) + seeds.outflow
    minus = seeds.imports.sum(axis=0) + seeds.inflow
    between = np.moveaxis(seeds.flows, (0, 1), (-2, -1))  # (n, T, R, R)
    target, plus, minus = (np.moveaxis(v, 0, -1) for v in (target, plus, minus))
    scale = 1.0 + np.abs(target) + plus + minus + between.sum(axis=-1) + between.sum(axis=-2)
    level = np.zeros_like(target)
    eye = np.eye(target.shape[-1])
    for _ in range(STEPS):
        sold, bought = plus * np.exp(level), minus * np.exp(-level)
        moved = between * np.exp(level[..., :, None] - level[..., None, :])
        left = target - (sold - bought + moved.sum(axis=-1) - moved.sum(axis=-2))
        if np.abs(left / scale).max(initial=0.0) <= BALANCED:
            break
        both = moved + np.swapaxes(moved, -1, -2)
        slope = (sold + bought + both.sum(axis=-1))[..., None] * eye - both
        step = np.linalg.solve(slope + 1e-9 * scale[..., None] * eye, left[..., None])[..., 0]
        level += np.clip(step, -LARGEST_STEP, LARGEST_STEP)
    else:
        raise HaiheError("E-PLN-24", table="growth_paths")
    level = np.moveaxis(level, -1, 0)
    up, down = np.exp(level), np.exp(-level)
    return replace(
        seeds,
        households=seeds.households * up,
        exports=seeds.exports * up,
        outflow=seeds.outflow * up,
        imports=seeds.imports * down,
        inflow=seeds.inflow * down,
        flows=seeds.flows * np.exp(level[:, None] - level[None, :]),
    )


def capacity_path(output: Floats, assumptions: Assumptions) -> tuple[Floats, Floats]:
    r"""Capacity that a path of output needs, and what has to be built for it.

    .. math:: \bar k_{t+1} = \max\Bigl(\bar x_{t+1}, \frac{1-\delta_t}{1+g_t} \bar k_t\Bigr), \qquad
              \bar\imath_t = \frac{(1+g_t) \bar k_{t+1} - (1-\delta_t) \bar k_t}{h_t}

    Capacity follows output where it grows; where output falls faster than capacity wears out, nothing is built and
    what is not needed stands idle. Unit: bn yuan of output a year.

    Parameters
    ----------
    output : ndarray, shape (R, n, T)
        Reference output, detrended.
    assumptions : Assumptions
        Growth, depreciation and lengths of the milestones.

    Returns
    -------
    capacity, investment : ndarray, shape (R, n, T)
        Bn yuan of output a year, detrended; new capacity a year. The last milestone goes on as it is.
    """
    h, grown, kept = assumptions.steps, 1 + assumptions.growth_steps, 1 - assumptions.depreciation_steps
    stock = [output[..., 0]]
    for t in range(1, h.size):
        stock.append(np.maximum(output[..., t], kept[t - 1] * stock[-1] / grown[t - 1]))
    capacity = np.stack(stock, axis=-1)
    idle = capacity > output * (1 + IDLE)
    after, left_over = (np.concatenate([v[..., 1:], v[..., -1:]], axis=-1) for v in (capacity, idle))
    built = np.maximum(0.0, grown * after - kept * capacity) / h
    return capacity, np.where(left_over, 0.0, built)


IDLE = 1e-9
"""Capacity stands idle on the reference path where it exceeds output by more than this share."""
