r"""The coordinator's arithmetic: prices for pooled things, found from what members answer.

Member r answers prices with the amounts q it would receive and with V(q), what they add to its welfare. The prices
that bring all of it into balance minimise

.. math:: \phi(\lambda) = \sum_r \max_q\, V_r(q) - \lambda q

which is at least the gain of any balanced exchange, for every price. Two small linear programs keep both sides of it.
One minimises what the answers so far prove about phi, one cut an answer, within a box round the best prices, which
grows where the answers were as foreseen and shrinks where they were not (a trust region; without it the prices jump).
The other mixes each member's answers so that what is received is given exactly, which is possible because a member
can do whatever lies between two of its answers: V is concave. Its value is a gain that is surely reached.

The width of the box is counted in the spread of the members' own prices, because prices differ in how far they can move:
money costs nearly the same everywhere, permits do not.

References
----------
Dantzig, G. B. and Wolfe, P. (1960), Decomposition principle for linear programs, Operations Research 8, 101-111,
doi 10.1287/opre.8.1.101; Marsten, R. E., Hogan, W. W. and Blankenship, J. W. (1975), The boxstep method for large-scale
optimization, Operations Research 23, 389-405, doi 10.1287/opre.23.3.389.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from haihe.coalition.pooling import YUAN
from haihe.messages import HaiheError
from haihe.planning.program import Floats

WIDTH = 1.0
"""Half width of the first box, in spreads of the members' own prices."""
GROWS, SHRINKS, WIDEST = 2.0, 0.5, 4.0
FORESEEN = 0.5
"""Share of the foreseen improvement from which on the box grows."""
THIN = 0.01
"""Least spread of a price, as a share of the largest spread of the same thing."""
ROUNDING = 1e-12
"""Amounts below this share of a declared bound are rounding."""
NOTHING = 1e-6
"""Gain below which there is nothing to share, bn yuan."""


@dataclass(frozen=True)
class Offers:
    """What members say of themselves before the first round.

    Parameters
    ----------
    bounds : ndarray, shape (R, K, T)
        Most that each receives or gives of each thing in each milestone, in the thing's unit.
    prices : ndarray, shape (R, K, T)
        What one more unit is worth to each without any exchange, yuan a unit.
    weights : ndarray, shape (T,)
        What a yuan of each milestone counts, discounted.
    """

    bounds: Floats
    prices: Floats
    weights: Floats

    @property
    def _share(self) -> Floats:
        """Share of each member in what could be handed over; shape (R, K, T)."""
        total = self.bounds.sum(axis=0)
        even = np.full_like(self.bounds, 1 / len(self.bounds))
        return np.asarray(np.divide(self.bounds, total, out=even, where=total > 0))

    @property
    def middle(self) -> Floats:
        """Mean of the members' own prices, weighted by what they could hand over; shape (K, T)."""
        return np.asarray((self._share * self.prices).sum(axis=0))

    @property
    def spread(self) -> Floats:
        """How far the members' own prices lie apart; shape (K, T), positive."""
        found = np.sqrt((self._share * (self.prices - self.middle) ** 2).sum(axis=0))
        least = THIN * found.max(axis=1, keepdims=True)
        level = 1e-3 * np.abs(self.middle).max(axis=1, keepdims=True)
        return np.asarray(np.maximum(np.maximum(found, least), np.where(least > 0, 0.0, np.maximum(level, 1e-9))))


@dataclass(frozen=True)
class Heard:
    """What a member said in N rounds: prices asked and amounts, shape (N, K, T), and gains, shape (N,)."""

    prices: Floats
    amounts: Floats
    gains: Floats


class PriceSearch:
    """Looks for the prices of pooled things, round by round.

    Parameters
    ----------
    offers : Offers

    Attributes
    ----------
    bound : float
        No balanced exchange gains more, bn yuan; infinite before the first answers.
    gain : float
        What the mix of answers surely gains, bn yuan.
    rounds : int
        Rounds answered.
    """

    def __init__(self, offers: Offers) -> None:
        self.offers = offers
        self.shape = offers.middle.shape
        self._unit = offers.spread
        self._worth = (self._unit * offers.weights / YUAN).ravel()
        members = len(offers.bounds)
        self._amounts: list[list[Floats]] = [[np.zeros(self._worth.size)] for _ in range(members)]
        self._gains: list[list[float]] = [[0.0] for _ in range(members)]
        self._centre = np.maximum(offers.middle / self._unit, 0.0).ravel()
        self._asked = self._centre
        self._foreseen = np.nan
        self._width = WIDTH
        self._shares = [np.ones(1) for _ in range(members)]
        self._questions: list[Floats] = []
        self.bound, self.gain, self.rounds = np.inf, 0.0, 0

    @property
    def asked(self) -> Floats:
        """Prices that members are to answer now, yuan a unit; shape (K, T)."""
        return np.asarray(self._asked.reshape(self.shape) * self._unit)

    @property
    def prices(self) -> Floats:
        """Best prices so far, yuan a unit; shape (K, T)."""
        return np.asarray(self._centre.reshape(self.shape) * self._unit)

    @property
    def gap(self) -> float:
        """What more could be gained at most, as a share of the gain; infinite before anything is gained."""
        left = max(self.bound - self.gain, 0.0)
        if left <= NOTHING:
            return 0.0
        return left / self.gain if self.gain > NOTHING else np.inf

    def heard(self, member: int) -> "Heard":
        """What one member said, and to which prices."""
        amounts = np.array(self._amounts[member][1:]).reshape(-1, *self.shape) / self._worth.reshape(self.shape)
        prices = np.array(self._questions).reshape(-1, *self.shape)
        return Heard(prices, amounts, np.array(self._gains[member][1:]))

    @property
    def settled(self) -> Floats:
        """Amounts received by each member in the mix, in the things' units; adds up to 0; shape (R, K, T)."""
        mixed = np.array([share @ np.array(seen) for share, seen in zip(self._shares, self._amounts, strict=True)])
        amounts = (mixed / self._worth).reshape(-1, *self.shape)
        amounts[np.abs(amounts) <= ROUNDING * self.offers.bounds] = 0.0
        amounts[-1] = -amounts[:-1].sum(axis=0)
        return np.asarray(amounts + 0.0)

    def answer(self, amounts: Floats, gains: Floats, prices: Floats | None = None) -> None:
        """Take the members' answers, and choose the next prices.

        Parameters
        ----------
        amounts : ndarray, shape (R, K, T)
            What each would receive, in the things' units.
        gains : ndarray, shape (R,)
            What that adds to each member's welfare, bn yuan discounted.
        prices : ndarray, shape (K, T), optional
            Prices that were answered; those of `asked` where not given.
        """
        if prices is not None:
            self._asked = (prices / self._unit).ravel()
        moved = amounts.reshape(len(gains), -1) * self._worth
        for r, (one, gain) in enumerate(zip(moved, gains, strict=True)):
            self._amounts[r].append(one)
            self._gains[r].append(float(gain))
        self._questions.append(self.asked)
        self.rounds += 1
        reached = float((gains - moved @ self._asked).sum())
        if reached < self.bound:
            if self.rounds > 1 and self.bound - reached >= FORESEEN * (self.bound - self._foreseen):
                self._width = min(GROWS * self._width, WIDEST)
            self.bound, self._centre = reached, self._asked
        else:
            self._width *= SHRINKS
        self._mix()
        self._ask()

    def _ask(self) -> None:
        """Minimise what the answers prove about phi, within the box round the best prices."""
        members, size = len(self._gains), self._worth.size
        sizes = [len(gains) for gains in self._gains]
        cuts = np.zeros((sum(sizes), size + members))
        cuts[:, :size] = -np.concatenate([np.array(seen) for seen in self._amounts])
        cuts[np.arange(sum(sizes)), size + np.repeat(np.arange(members), sizes)] = -1.0
        right = -np.concatenate([np.array(gains) for gains in self._gains])
        box = [(max(value - self._width, 0.0), max(value, 0.0) + self._width) for value in self._centre]
        cost = np.r_[np.zeros(size), np.ones(members)]
        found = linprog(cost, A_ub=cuts, b_ub=right, bounds=[*box, *[(None, None)] * members], method="highs")
        if found.x is None:
            raise HaiheError("E-PLN-03", status=str(found.message))
        self._asked, self._foreseen = np.asarray(found.x[:size]), float(cost @ found.x)

    def _mix(self) -> None:
        """Mix each member's answers so that what is received is given, for the most gain."""
        members, size = len(self._gains), self._worth.size
        sizes = [len(gains) for gains in self._gains]
        owner = np.repeat(np.arange(members), sizes)
        balance = np.zeros((members + size, owner.size))
        balance[owner, np.arange(owner.size)] = 1.0
        balance[members:] = np.concatenate([np.array(seen) for seen in self._amounts]).T
        right = np.r_[np.ones(members), np.zeros(size)]
        gains = np.concatenate([np.array(gains) for gains in self._gains])
        found = linprog(-gains, A_eq=balance, b_eq=right, bounds=(0.0, 1.0), method="highs")
        if found.x is not None and gains @ found.x >= self.gain:
            self.gain = float(gains @ found.x)
            self._shares = np.split(np.asarray(found.x), np.cumsum(sizes)[:-1])
        else:
            self._shares = [np.r_[share, 0.0] for share in self._shares]
