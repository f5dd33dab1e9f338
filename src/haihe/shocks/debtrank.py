"""How a loss of equity spreads from debtors to creditors before anybody is in default.

Battiston et al. (2012), Scientific Reports 2, 541: each member passes its distress on once. Bardoscia et al. (2015), PLoS
ONE 10, e0130406: each further loss is passed on, until the equity is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Quality, Text
from haihe.region.nearest import suggest
from haihe.shocks.clearing_views import DebtRankViews
from haihe.shocks.obligations import Obligations

Floats = NDArray[np.float64]
Rule = Literal["once", "again"]
ROUNDS = 100_000
STILL = 1e-12


@dataclass(frozen=True, eq=False)
class DebtRank(Viewed):
    """Losses of equity.

    Attributes
    ----------
    obligations : Obligations
    equity, shock, loss : ndarray, shape (n,)
        Equity; the share of it that the shock takes, and that is lost in the end.
    rounds : int
    """

    obligations: Obligations
    equity: Floats
    shock: Floats
    loss: Floats
    rounds: int

    @property
    def rank(self) -> float:
        """Share of all equity lost beyond the shock itself: the DebtRank of those shocked."""
        return float(((self.loss - self.shock) * self.equity).sum() / self.equity.sum())

    @cached_property
    def frame(self) -> pd.DataFrame:
        """member, equity, shock, loss (shares), lost (money), unit; the largest loss first."""
        frame = pd.DataFrame(
            {
                "member": self.obligations.members, "equity": self.equity, "shock": self.shock, "loss": self.loss,
                "lost": self.loss * self.equity, "unit": self.obligations.unit,
            }
        )  # fmt: skip
        return frame.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)

    @property
    def quality(self) -> Quality:
        """Mark of the obligations."""
        return self.obligations.basis.quality

    @cached_property
    def views(self) -> DebtRankViews:
        """Tables and figures with words."""
        return DebtRankViews(self)

    @property
    def words(self) -> Text:
        """How much is lost, in one sentence."""
        return self.views.words


def debtrank(obligations: Obligations, shock: Mapping[str, float], rule: Rule = "again") -> DebtRank:
    """Spread losses of equity.

    Parameters
    ----------
    obligations : Obligations
    shock : mapping of str to float
        Share of its equity that each member loses at first, 0 to 1.
    rule : {"again", "once"}
        Every further loss is passed on (Bardoscia et al.), or a member passes on what it has lost when it is first hit
        and nothing after (Battiston et al.).

    Returns
    -------
    DebtRank

    Raises
    ------
    HaiheError
        ``E-SHK-41`` an unknown member, ``E-SHK-34`` a share outside 0 to 1, ``E-SHK-35`` no shock at all, ``E-SHK-43`` a
        member without positive equity, ``E-SHK-36`` no standstill.
    """
    start = np.zeros(obligations.n)
    for member, share in shock.items():
        if member not in obligations.members:
            raise HaiheError("E-SHK-41", value=member, near=suggest(member, obligations.members))
        if not 0 <= share <= 1:
            raise HaiheError("E-SHK-34", what="share", value=share)
        start[obligations.members.index(member)] = share
    if not start.any():
        raise HaiheError("E-SHK-35", value="—")
    equity = obligations.capital()
    weights = csr_array(
        obligations.owed.T.multiply(np.divide(1.0, equity, where=equity > 0, out=np.zeros_like(equity))[:, None])
    )
    loss, rounds = (_again if rule == "again" else _once)(weights, start)
    return DebtRank(obligations, equity, start, loss, rounds)


def _again(weights: csr_array, start: Floats) -> tuple[Floats, int]:
    """Pass on every further loss."""
    before, now = np.zeros_like(start), start
    for number in range(ROUNDS):
        following = np.minimum(1.0, now + weights @ (now - before))
        before, now = now, following
        if (now - before).max() <= STILL:
            return now, number
    raise HaiheError("E-SHK-36", n=ROUNDS)


def _once(weights: csr_array, start: Floats) -> tuple[Floats, int]:
    """Pass on once: whoever is hit passes its loss on in the next round, and is then inactive."""
    capped = csr_array(weights.minimum(1.0))
    loss, active, done = start, start > 0, np.zeros(len(start), dtype=bool)
    rounds = 0
    while active.any():
        following = np.minimum(1.0, loss + capped @ np.where(active, loss, 0.0))
        done |= active
        active = (following > 0) & ~done
        loss, rounds = following, rounds + 1
    return loss, rounds
