"""Sales under pressure: members that lack cash sell what they hold in common, and the price falls for all that hold it.

The simplest sound model of the literature. Price and marking as Cifuentes, Ferrucci and Shin (2005), Journal of the
European Economic Association 3, 556-566: the price falls exponentially in what is sold, and what is kept is worth no more
than what is sold. Each seller sells its kinds in proportion to what it holds of each (Greenwood, Landier and Thesmar 2015,
Journal of Financial Economics 115, 471-485). Nobody sells more than it needs to pay its debts. Payments and prices both
rise with each other, so there is a greatest pair of them (Tarski; Amini, Filipović and Minca 2016, Operations Research
Letters 44, 1-5), which repetition from above approaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError
from haihe.shocks.obligations import Obligations

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sales:
    """What members hold in common, what is sold of it, and at which prices.

    Attributes
    ----------
    kinds : list of str
    cash : ndarray, shape (n,)
        Assets that are sold without any loss.
    held : ndarray, shape (n, k)
        Holdings at the prices after the shock and before any sale.
    depth : ndarray, shape (k,)
        Part of its price that a kind loses if members sell all they hold of it, 0 to below 1.
    prices : ndarray, shape (k,)
        Price over that before any sale.
    sold : ndarray, shape (n,)
        Part of its holdings that each member sells.
    """

    kinds: list[str]
    cash: Floats
    held: Floats
    depth: Floats
    prices: Floats
    sold: Floats

    @classmethod
    def of(cls, o: Obligations, fall: Mapping[str, float], depth: Mapping[str, float]) -> Sales:
        """Take what members hold, before anybody sells.

        Parameters
        ----------
        o : Obligations
        fall : mapping of str to float
            Fall of prices by the shock itself, 0 to 1.
        depth : mapping of str to float
            See `depth`; kinds that are not named are sold at their price.

        Raises
        ------
        HaiheError
            ``E-SHK-35`` a kind that nobody holds, ``E-SHK-34`` a depth below 0 or not below 1.
        """
        kinds = [str(kind) for kind in o.holdings.columns]
        for kind, value in depth.items():
            if kind not in kinds:
                raise HaiheError("E-SHK-35", value=kind)
            if not 0 <= value < 1:
                raise HaiheError("E-SHK-34", what=kind, value=value)
        par = o.holdings.to_numpy(dtype=np.float64)
        left = 1.0 - np.array([fall.get(kind, 0.0) for kind in kinds])
        depths = np.array([depth.get(kind, 0.0) for kind in kinds])
        return cls(kinds, o.assets - par.sum(axis=1), par * left, depths, np.ones(len(kinds)), np.zeros(o.n))

    @property
    def assets(self) -> Floats:
        """Cash and holdings at today's prices, shape (n,)."""
        return np.asarray(self.cash + self.held @ self.prices)

    def pressed(self, needed: Floats) -> Sales:
        """Sell what is needed beyond cash, shape (n,), at the prices of now; give the prices that follow."""
        worth = self.held @ self.prices
        short = np.maximum(needed - self.cash, 0.0)
        part = np.minimum(np.divide(short, worth, out=(short > 0).astype(float), where=worth > 0), 1.0)
        whole = self.held.sum(axis=0)
        share = np.divide(part @ self.held, whole, out=np.zeros_like(whole), where=whole > 0)
        prices = np.minimum((1.0 - self.depth) ** share, self.prices)
        return Sales(self.kinds, self.cash, self.held, self.depth, prices, np.maximum(part, self.sold))

    def frame(self) -> pd.DataFrame:
        """kind, held, sold (both at prices before any sale), share (sold), price, lost (by all holders, sold or not)."""
        held, sold = self.held.sum(axis=0), self.sold @ self.held
        share = np.divide(sold, held, out=np.zeros_like(held), where=held > 0)
        lost = held * (1.0 - self.prices)
        return pd.DataFrame(
            {"kind": self.kinds, "held": held, "sold": sold, "share": share, "price": self.prices, "lost": lost}
        )
