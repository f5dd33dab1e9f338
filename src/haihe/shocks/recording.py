"""What is written down of every step of a disruption."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from haihe.shocks.baseline import AtRest
from haihe.shocks.passing import NOTHING

Floats = NDArray[np.floating]
Keep = Literal["all", "totals"]
CAPACITY = -2
"""Stands in `Recording.limiting` for a producer that its capacity limits (inputs have their number, `NOTHING` no limit)."""
SHORT = 1e-6
"""Share of the production asked for that must be missing before an input is said to limit it."""


@dataclass(eq=False)
class Recording:
    """Paths and sums of every lane, L lanes, T steps, N producers, S = N + q·n suppliers.

    Attributes
    ----------
    output : ndarray, shape (L, T, R)
        Output a day by region.
    output_by_sector : ndarray, shape (L, T, n)
        The same by sector.
    unmet_total : ndarray, shape (L, T)
        Final use a day that was not met, of all suppliers.
    lost : ndarray, shape (L, N)
        Output lost against rest, summed over all days (negative: won).
    unmet : ndarray, shape (L, S)
        Final use not met, summed over all days, by supplier.
    causes : ndarray, shape (3, L, N)
        The same by what held output back: demand, capacity, inputs; their sum is `lost`.
    held_back : ndarray, shape (L, n)
        Output that stocks of an input held back, of all producers.
    first_day : ndarray, shape (L, N)
        Day on which an input first limits a producer; infinite where none does.
    first_input : ndarray of int, shape (L, N)
        That input, `NOTHING` where none does.
    lowest : ndarray, shape (L, N)
        Least share of output at rest.
    stock_low : ndarray, shape (L, n)
        Least share of the stock at rest, of all producers together, by input; NaN where nobody holds any.
    remaining : ndarray, shape (L, T)
        Damage not yet made good, money.
    production, final_unmet, limiting, arriving : ndarray
        Kept where everything is kept: output a day (L, T, N); unmet final use (L, T, S); what limits (L, T, N), the
        number of an input, `CAPACITY` or `NOTHING`; deliveries of partners outside (L, T, q·n). Otherwise None.
    """

    rest: AtRest
    lanes: int
    days: NDArray[np.float64]
    step: float
    keep: Keep
    dtype: DTypeLike = np.float64
    production: Floats | None = field(default=None, init=False)
    final_unmet: Floats | None = field(default=None, init=False)
    limiting: NDArray[np.int16] | None = field(default=None, init=False)
    arriving: Floats | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        L, T, N = self.lanes, len(self.days), self.rest.size
        n, R, q = len(self.rest.sectors), len(self.rest.regions), len(self.rest.partners)
        self.output, self.output_by_sector = np.zeros((L, T, R)), np.zeros((L, T, n))
        self.unmet_total, self.remaining = np.zeros((L, T)), np.zeros((L, T))
        self.lost, self.unmet = np.zeros((L, N)), np.zeros((L, N + q * n))
        self.causes, self.held_back = np.zeros((3, L, N)), np.zeros((L, n))
        self.first_day, self.first_input = np.full((L, N), np.inf), np.full((L, N), NOTHING, dtype=np.int16)
        self.lowest = np.ones((L, N))
        self.stock_low = np.ones((L, n))
        if self.keep == "all":
            self.production = np.zeros((L, T, N), dtype=self.dtype)
            self.final_unmet = np.zeros((L, T, N + q * n), dtype=self.dtype)
            self.limiting = np.full((L, T, N), NOTHING, dtype=np.int16)
            self.arriving = np.zeros((L, T, q * n), dtype=self.dtype)

    def write(
        self,
        t: int,
        made: Floats,
        wanted: Floats,
        demand: Floats,
        which: NDArray[np.int32],
        unmet: Floats,
        partners: Floats,
    ) -> None:
        """Write down a step.

        Parameters
        ----------
        t : int
            Step.
        made, wanted, demand : ndarray, shape (L, N)
            Output; output that demand and capacity ask for; demand.
        which : ndarray of int, shape (L, N)
            Input with the tightest stock.
        unmet : ndarray, shape (L, S)
            Final use a day not met.
        partners : ndarray, shape (L, q·n)
            Deliveries of partners.
        """
        L, rest = self.lanes, self.rest
        shaped = made.reshape(L, len(rest.regions), len(rest.sectors))
        self.output[:, t], self.output_by_sector[:, t] = shaped.sum(axis=2), shaped.sum(axis=1)
        self.unmet_total[:, t] = unmet.sum(axis=1)
        self.lost += (rest.output - made) * self.step
        self.unmet += unmet * self.step
        np.minimum(
            self.lowest, np.divide(made, rest.output, out=np.ones_like(made), where=rest.output > 0), out=self.lowest
        )
        for part, (above, below) in zip(
            self.causes, ((rest.output, demand), (demand, wanted), (wanted, made)), strict=True
        ):
            part += (above - below) * self.step
        short = made < wanted * (1.0 - SHORT)
        if short.any():
            lane, producer = np.nonzero(short)
            missing = (wanted - made)[short] * self.step
            np.add.at(self.held_back, (lane, which[lane, producer]), missing)
            first = short & np.isinf(self.first_day)
            self.first_day[first] = self.days[t]
            self.first_input[first] = which[first]
        if self.production is not None and self.final_unmet is not None and self.limiting is not None:
            self.production[:, t], self.final_unmet[:, t] = made, unmet
            held = wanted < demand * (1.0 - SHORT)
            self.limiting[:, t] = np.where(short, which, np.where(held, CAPACITY, NOTHING))
        if self.arriving is not None:
            self.arriving[:, t] = partners
