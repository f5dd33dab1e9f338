"""A member of an exchange: solves its own plan privately and answers prices with amounts."""

from dataclasses import dataclass

import numpy as np

from haihe.coalition.pooling import Pooling, between, detach, pooling_of
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.solver import Solution
from haihe.region import Region


@dataclass(frozen=True)
class Offer:
    """What a member says of itself before the first round.

    Attributes
    ----------
    bounds : ndarray, shape (K, T)
        Most that it receives or gives a year, in each thing's unit.
    prices : ndarray, shape (K, T)
        What one more unit is worth to it without any exchange, yuan a unit.
    weights : ndarray, shape (T,)
        What a yuan of each milestone counts, discounted.
    """

    bounds: Floats
    prices: Floats
    weights: Floats


@dataclass(frozen=True)
class Answer:
    """Amounts that a member would receive at prices, and what they add to its welfare.

    Attributes
    ----------
    amounts : ndarray, shape (K, T)
        In each thing's unit a year; negative where it gives.
    gain : float
        Welfare with these amounts less welfare without any, before paying for them; bn yuan discounted.
    """

    amounts: Floats
    gain: float


class Member:
    """One member with its own tables and a program that is kept between questions.

    Only the costs of the received amounts change from question to question, so each solve starts from the last.

    Parameters
    ----------
    region : Region
        The member's own, see `haihe.coalition.member_folder.member_part`.
    things : sequence of str
        What is pooled.
    control : Control, optional
        Cancel and progress of every solve.

    Raises
    ------
    HaiheError
        As `haihe.coalition.pooling.pooling_of`, and as `Session.solve` where no plan is feasible alone.
    """

    def __init__(self, region: Region, things: tuple[str, ...], control: Control | None = None) -> None:
        self.region, self.things = region, things
        self.pooling: Pooling = pooling_of(region, things)
        self.session = self.pooling.session
        if control is not None:
            self.session.control = control
        self._columns = np.array([pooled.columns.index.ravel() for pooled in self.pooling.pooled])
        self._scales = np.array([pooled.scale for pooled in self.pooling.pooled])[:, None]
        self._costs = self.session.arrays.cost.copy()
        detach(self.pooling)
        alone = self.session.solve()
        self._alone = alone.objective
        self._worth = -alone.reduced[self._columns]
        between(self.pooling)

    @property
    def name(self) -> str:
        """Code of the member."""
        return self.pooling.members[0]

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each thing, length K."""
        return tuple(pooled.unit for pooled in self.pooling.pooled)

    @property
    def years(self) -> tuple[int, ...]:
        """Milestones, length T."""
        return self.pooling.assembly.setup.assumptions.years

    @property
    def offer(self) -> Offer:
        """What it says of itself."""
        bounds = np.array([pooled.bound[0] * self.pooling.trend for pooled in self.pooling.pooled])
        return Offer(bounds, self.pooling.to_prices(self._worth), self.pooling.weights)

    def answer(self, prices: Floats) -> Answer:
        """Amounts that are best for it at prices in yuan a unit, shape (K, T)."""
        cost = self._costs.copy()
        cost[self._columns] += self.pooling.per_column(prices)
        self.session.set_costs(cost)
        return self._told(self.session.solve())

    def settle(self, amounts: Floats) -> Solution:
        """Its own plan with the amounts settled, shape (K, T); the session then holds them.

        Raises
        ------
        HaiheError
            As `Session.solve`.
        """
        columns = (amounts / self.pooling.trend / self._scales).ravel()
        self.session.set_costs(self._costs)
        self.session.set_column_bounds(self._columns.ravel(), columns, columns)
        return self.session.solve()

    def gain(self, solution: Solution) -> float:
        """What a plan of its own adds to its welfare, before paying; bn yuan."""
        x = solution.x
        return float(self._alone - self._costs @ x - self.session.arrays.constant)

    def _told(self, solution: Solution) -> Answer:
        return Answer(self.pooling.received(solution.x)[:, 0], self.gain(solution))
