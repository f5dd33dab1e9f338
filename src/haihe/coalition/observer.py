"""What somebody who reads the messages of an exchange can learn of a member, measured against the truth.

A member's curve of one thing in one year says how much it would receive at each price of it, all other prices as
settled: for permits it is the mirror image of its marginal cost of abatement. Two observers try to draw it:

- one who reads prices and amounts (the coordinator) fits a falling curve through the points that were visited, or takes
  at each price the answer that the member's own gains make best;
- one who sees prices only has no amount at all, and so nothing to draw a curve with: it learns where the curve is
  crossed, not how it runs.

A curve counts as recovered at a price where the guess lies within a tenth of the curve's span over the prices visited.
Somebody who knew the mean of the curve, and nothing else, would have the error of its mean; that is the measure of
knowing nothing of how it runs.
"""

from typing import Literal

import numpy as np
from scipy.optimize import isotonic_regression

from haihe.coalition.member import Member
from haihe.coalition.pooling import YUAN
from haihe.coalition.price_search import Heard
from haihe.planning.program import Floats

Way = Literal["points", "gains"]
POINTS = 21
"""Prices at which a curve is compared."""
FLAT = 1e-9
"""Relative variation below which a curve is flat and there is nothing to recover."""
WITHIN = 0.1
"""How near a guess must be, as a share of the curve's span."""


def visited(heard: Heard, thing: int, year: int, points: int = POINTS) -> Floats:
    """Prices over the range visited of one thing in one year, shape (points,)."""
    seen = heard.prices[:, thing, year]
    return np.linspace(seen.min(), seen.max(), points)


def true_curve(member: Member, settled: Floats, thing: int, year: int, prices: Floats) -> Floats:
    """Amounts that a member really would receive at prices of one thing in one year; shape (points,).

    Parameters
    ----------
    member : Member
    settled : ndarray, shape (K, T)
        All prices as settled, yuan a unit.
    thing, year : int
        Positions.
    prices : ndarray, shape (points,)
    """
    found = []
    for price in prices:
        asked = settled.copy()
        asked[thing, year] = price
        found.append(member.answer(asked).amounts[thing, year])
    return np.array(found)


def guessed_curve(
    heard: Heard, settled: Floats, weights: Floats, thing: int, year: int, prices: Floats, way: Way = "points"
) -> Floats:
    """What an observer of prices, amounts and gains takes the curve to be; shape (points,).

    Parameters
    ----------
    heard : Heard
    settled : ndarray, shape (K, T)
    weights : ndarray, shape (T,)
        What a yuan of each milestone counts.
    thing, year : int
    prices : ndarray, shape (points,)
    way : {"points", "gains"}
        ``points``: a falling curve through price and amount of this thing and year. ``gains``: the answer that was
        best for the member at each price, by the gains that it told.
    """
    if way == "gains":
        asked = np.repeat(settled[None], prices.size, axis=0)
        asked[:, thing, year] = prices
        paid = np.einsum("nkt,pkt,t->pn", heard.amounts, asked, weights) / YUAN
        return np.asarray(heard.amounts[(heard.gains - paid).argmax(axis=1), thing, year])
    order = np.argsort(heard.prices[:, thing, year], kind="stable")
    seen, amounts = heard.prices[order, thing, year], heard.amounts[order, thing, year]
    falling = isotonic_regression(amounts, increasing=False).x
    return np.asarray(np.interp(prices, seen, falling))


def recovered(true: Floats, guess: Floats) -> float:
    """Share of the prices at which a guess lies within `WITHIN` of the curve's span; missing for a flat curve."""
    span = _span(true)
    return float((np.abs(true - guess) <= WITHIN * span).mean()) if span else float("nan")


def error(true: Floats, guess: Floats | float) -> float:
    """Mean absolute error of a guess as a share of the curve's span; missing for a flat curve."""
    span = _span(true)
    return float(np.abs(true - guess).mean() / span) if span else float("nan")


def _span(true: Floats) -> float:
    """How far a curve runs; 0 where it is flat."""
    span = float(true.max() - true.min())
    return span if span > FLAT * (1.0 + float(np.abs(true).max())) else 0.0
