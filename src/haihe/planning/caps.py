"""Caps on a resource: the carbon cap stands here, and any other cap on what production uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Dims, Floats, Program


@dataclass(frozen=True)
class CapSpec:
    """A cap on the use of one resource by the members.

    Parameters
    ----------
    name : str
        Code of the limit.
    resource : str
        Resource that is capped, e.g. ``co2``.
    unit : str
        Unit of the resource in which intensity and cap are counted, e.g. ``t CO2``.
    intensity : ndarray, shape (R, n) or (R, n, T)
        Use per bn yuan of output with today's technology, the same in every year or a path; 0 where the limit does not
        reach.
    upgraded : ndarray, shape (K,)
        Relative change of the intensity with each upgraded technology.
    cap : ndarray, shape (R, T)
        Detrended cap a year of each member; ``inf`` where it does not reach.
    pooled : bool
        Members may hand permits to each other.
    marks : mapping of str to Quality
        Worst quality of the tables that the cap rests on: ``uses`` and ``limits``.
    """

    name: str
    resource: str
    unit: str
    intensity: Floats
    upgraded: Floats
    cap: Floats
    pooled: bool
    title: Text
    marks: Mapping[str, Quality] = field(default_factory=dict)

    @property
    def quality(self) -> Quality:
        """Worst quality of what the cap rests on."""
        return worst_quality(self.marks.values()) or "illustrative"

    @property
    def per_output(self) -> Floats:
        """Use per bn yuan of output with an axis of years; shape (R, n, 1) or (R, n, T)."""
        return self.intensity if self.intensity.ndim == 3 else self.intensity[:, :, None]

    def reference(self, economy: Economy) -> Floats:
        """Use of each member on the reference path, detrended, in the cap's unit a year; shape (R, T)."""
        return np.asarray((self.per_output * economy.output).sum(axis=1))

    @property
    def permit_bound(self) -> Floats:
        """Most that may be handed over, shape (R, T): no limit where the cap reaches and is pooled, else 0.

        A member whom the cap does not reach has no permits to give.
        """
        return np.where(np.isfinite(self.cap) & self.pooled, np.inf, 0.0)

    def scale(self, economy: Economy) -> float:
        """Power of ten that brings the row near 1,000, so that no row is of another size than the money rows."""
        total = float(self.reference(economy)[:, 0].sum())
        return float(10.0 ** (np.floor(np.log10(total)) - 2)) if total > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap in the program: its rows, the permits received from the pool, and the pool's rows."""

    spec: CapSpec
    rows: Block
    permits: Block
    pool: Block
    scale: float


def cap_path(reference: Floats, cut: float, assumptions: Assumptions) -> Floats:
    """Caps that fall in a straight line over the years, from the reference to a cut below it in the last year.

    In the outlook they stay at that cut.

    Parameters
    ----------
    reference : ndarray, shape (R, T)
        Use of each member on the reference path.
    cut : float
        Share by which the last cap lies below the reference.
    assumptions : Assumptions
        Milestone years; where the first is also the last year, the whole cut falls in it.

    Returns
    -------
    ndarray, shape (R, T)
    """
    first, last = assumptions.first_year, assumptions.last_year
    way = np.interp(assumptions.years, [first, last], [0.0, 1.0]) if last > first else np.ones(len(assumptions.years))
    return reference * (1.0 - cut * way)


def define_cap(program: Program, economy: Economy, production: Production, spec: CapSpec, dims: Dims) -> Cap:
    r"""Use of a resource stays within the member's cap plus the permits it receives. This is the carbon cap.

    .. math:: \sum_j \gamma_{jt} (x^0_j + (1+\theta)\, x^1_j) \le \text{Cap}_{rt} + p_{rt}, \qquad \sum_r p_{rt} = 0

    theta is what each upgraded technology changes, for CO2, energy and labour; 0 for other resources.
    Unit: the resource's own (scaled by a power of ten). The worth of the row over D_t is the price of the resource:
    what one more unit of cap adds to welfare. Permits are free when the cap is pooled, else 0.
    """
    scale = spec.scale(economy)
    bound = spec.permit_bound
    unit = f"{spec.unit}/year / {scale:g}"
    permits = program.columns(
        f"permits:{spec.name}", dims, lower=-bound, upper=bound, unit=unit, title=Text("调入指标", "permits received")
    )
    rows = program.rows(f"cap:{spec.name}", dims, upper=spec.cap / scale, unit=unit, title=spec.title, policy=True)
    pool = program.rows(
        f"pool:{spec.name}",
        {"year": dims["year"]},
        lower=0.0,
        upper=0.0,
        unit=unit,
        title=Text("指标统筹", "pool of permits"),
    )
    here = rows.index[:, None, :]
    use = spec.per_output / scale
    program.enter(here, production.old.index, use)
    program.enter(here[None], production.upgraded.index, (1 + spec.upgraded.reshape(-1, 1, 1, 1)) * use)
    program.enter(rows.index, permits.index, -1.0)
    program.enter(pool.index[None, :], permits.index, 1.0)
    return Cap(spec, rows, permits, pool, scale)
