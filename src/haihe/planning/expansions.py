"""Expansions: more of a resource or of a link's capacity, built or bought at a cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haihe.messages import Quality, Text
from haihe.planning.economy import Economy
from haihe.planning.program import Block, Floats, Program


@dataclass(frozen=True)
class ExpansionSpec:
    """One way to have more of something.

    Parameters
    ----------
    name : str
        Code of the expansion.
    place : str
        Member (of a resource) or link that gets it.
    payer : str
        Member that bears the cost.
    most : ndarray, shape (T,)
        Detrended, in the unit of what grows: most that can be added since the milestone before where it lasts, else
        most that can be had in the milestone's years; 0 before its first year.
    cost : float
        Bn yuan per unit and year: the price of a year, or the yearly charge of the investment where it lasts.
    lasting : bool
        What is built stays.
    """

    name: str
    title: Text
    place: str
    payer: str
    most: Floats
    cost: float
    lasting: bool
    quality: Quality


@dataclass(frozen=True, slots=True)
class Expansions:
    """Expansions of one thing in a program: dims of ``amount`` are (region, expansion, year), the payer first.

    ``limit`` has dims (expansion, year); ``kept`` those of the lasting ones.
    """

    specs: tuple[ExpansionSpec, ...]
    amount: Block
    limit: Block
    kept: Block
    scale: float

    def value(self, x: Floats) -> Floats:
        """Amount that stands in each milestone, detrended, in the unit of what grows; shape (E, T)."""
        return np.asarray(self.amount.of(x).sum(axis=0) * self.scale)

    def enter(self, program: Program, rows: Block, places: Sequence[str]) -> None:
        """Let the amounts relax the rows (place, year) of what they add to."""
        at = [list(places).index(spec.place) for spec in self.specs]
        program.enter(rows.index[at][None], self.amount.index, -1.0)

    def added(self, x: Floats, places: Sequence[str]) -> Floats:
        """Amount added to each place, detrended; shape (places, T)."""
        at = np.array([[spec.place == place for spec in self.specs] for place in places], dtype=np.float64)
        return np.asarray(at.reshape(len(places), len(self.specs)) @ self.value(x))


def yearly_charge(cost: float, life: float, discount: float) -> float:
    """Charge a year that pays an investment back over its life, rho / (1 - (1 + rho)^-life) of it."""
    return float(cost * discount / (1.0 - (1.0 + discount) ** -life))


def building_years(years: Sequence[int], first: int) -> Floats:
    """Years of building up to each milestone since the one before, from a first year on; shape (T,).

    The plan builds from its first milestone year on, so that milestone has one year of building.
    """
    start = np.array([years[0] - 1, *years[:-1]], dtype=np.float64)
    return np.clip(np.asarray(years, dtype=np.float64) - np.maximum(start, first - 1), 0.0, None)


def define_expansions(
    program: Program, economy: Economy, name: str, specs: Sequence[ExpansionSpec], unit: str, scale: float
) -> Expansions:
    r"""Add what can be built or bought. Each costs its charge a unit and year in welfare, borne by its payer.

    .. math:: a_{et} - \lambda_e \frac{\Theta_{t-1}}{\Theta_t} a_{e,t-1} \le m_{et}, \qquad
              a_{et} - \frac{\Theta_{t-1}}{\Theta_t} a_{e,t-1} \ge 0 \text{ where it lasts}

    with the trend Theta, lambda 1 where it lasts and 0 where it is bought year by year. An investment is charged by the
    year over its life (an annuity at the social discount rate), so that what outlives the horizon is not paid here.
    Unit: that of the thing, scaled. The worth of the first row is what a wider limit would bring.
    """
    s = economy.assumptions
    payers = tuple(dict.fromkeys(spec.payer for spec in specs))
    over = {"expansion": tuple(spec.name for spec in specs), "year": s.years}
    own = np.array([[spec.payer == payer for spec in specs] for payer in payers]).reshape(len(payers), len(specs), 1)
    cost = np.array([spec.cost for spec in specs])[:, None] * s.weights * scale
    amount = program.columns(
        f"expansion:{name}",
        {"region": payers, **over},
        upper=np.where(own, np.inf, 0.0),
        cost=np.where(own, cost, 0.0),
        unit=unit,
        title=Text("扩容", "expansion"),
    )
    lasting = np.array([spec.lasting for spec in specs], dtype=bool)
    limit = program.rows(
        f"expansion_limit:{name}",
        over,
        upper=_most(specs, len(s.years)) / scale,
        unit=unit,
        title=Text("扩容上限", "limit of expansion"),
        policy=True,
    )
    kept = program.rows(
        f"expansion_kept:{name}",
        {"expansion": tuple(spec.name for spec in specs if spec.lasting), "year": s.years[1:]},
        lower=0.0,
        unit=unit,
        title=Text("建成后保留", "what is built stays"),
    )
    before = s.trend[:-1] / s.trend[1:]
    program.enter(limit.index[None], amount.index, 1.0)
    program.enter(limit.index[:, 1:][None], amount.index[:, :, :-1], -before * lasting[:, None])
    program.enter(kept.index[None], amount.index[:, lasting, 1:], 1.0)
    program.enter(kept.index[None], amount.index[:, lasting, :-1], -before)
    return Expansions(tuple(specs), amount, limit, kept, scale)


def _most(specs: Sequence[ExpansionSpec], periods: int) -> Floats:
    return np.array([spec.most for spec in specs], dtype=np.float64).reshape(len(specs), periods)
