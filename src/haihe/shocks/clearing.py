"""Who pays how much when debts are netted through a network: the greatest clearing payments, with bankruptcy costs.

Eisenberg and Noe (2001), Management Science 47, 236-249; with costs Rogers and Veraart (2013), Management Science 59,
882-898. A member that cannot pay all pays what it has, in proportion to its debts: of its own assets a share α is left by
the bankruptcy, of its claims a share β. Members that sell under pressure push prices down for all (`fire_sales`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, identity
from scipy.sparse.linalg import splu

from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Quality, Text
from haihe.shocks.clearing_views import ClearingViews
from haihe.shocks.fire_sales import Sales
from haihe.shocks.obligations import Obligations, shares_of

Floats = NDArray[np.float64]
EXACT = 1e-12
"""Part of a debt that may be missing before its debtor is in default."""
ROUNDS = 10_000


@dataclass(frozen=True, eq=False)
class Clearing(Viewed):
    """Payments in which everybody pays as much as can be.

    Attributes
    ----------
    obligations : Obligations
    assets : ndarray, shape (n,)
        Assets after the shock.
    debts : ndarray, shape (n,)
        What each owes, guarantees that were called included.
    paid : ndarray, shape (n,)
        What each pays.
    received : ndarray, shape (n,)
        What each receives from members.
    wave : ndarray of int, shape (n,)
        In which round each defaults: 0 by itself, 1 because of those, and so on; -1 who pays all.
    called : ndarray, shape (n, n)
        Guarantees called, of the row for the column.
    alpha, beta : float
        Shares of assets and of claims that a bankruptcy leaves.
    sales : Sales or None
        Sales of common holdings and the prices that follow; None where prices do not follow sales.
    """

    obligations: Obligations
    assets: Floats
    debts: Floats
    paid: Floats
    received: Floats
    wave: NDArray[np.int64]
    called: Floats
    alpha: float
    beta: float
    sales: Sales | None = None

    @property
    def defaults(self) -> NDArray[np.bool_]:
        """Who cannot pay all, shape (n,)."""
        return np.asarray(self.wave >= 0)

    @property
    def equity(self) -> Floats:
        """What is left to the owners of each, shape (n,); 0 in default."""
        return np.where(self.defaults, 0.0, self.assets + self.received - self.paid)

    @property
    def costs(self) -> float:
        """Money that the bankruptcies destroy."""
        gone = (1 - self.alpha) * self.assets + (1 - self.beta) * self.received
        return float(gone[self.defaults].sum())

    @cached_property
    def frame(self) -> pd.DataFrame:
        """member, assets, debts, received, paid, unpaid, recovery (NaN without debts), equity, wave (missing: pays), unit."""
        recovery = np.divide(self.paid, self.debts, out=np.full(len(self.paid), np.nan), where=self.debts > 0)
        wave = pd.array(self.wave, dtype="Int64")
        wave[self.wave < 0] = pd.NA
        return pd.DataFrame(
            {
                "member": self.obligations.members, "assets": self.assets, "debts": self.debts, "received": self.received,
                "paid": self.paid, "unpaid": self.debts - self.paid, "recovery": recovery, "equity": self.equity,
                "called": self.called.sum(axis=1), "wave": wave, "unit": self.obligations.unit,
            }
        )  # fmt: skip

    @property
    def quality(self) -> Quality:
        """Mark of the obligations."""
        return self.obligations.basis.quality

    @cached_property
    def views(self) -> ClearingViews:
        """Tables and figures with words."""
        return ClearingViews(self)

    @property
    def words(self) -> Text:
        """Who fails first, in one sentence."""
        return self.views.words

    def __repr__(self) -> str:
        return f"Clearing: {int(self.defaults.sum())} of {len(self.paid)} in default, {(self.debts - self.paid).sum():.4g} unpaid"


def clear(
    obligations: Obligations,
    *,
    assets: Floats | None = None,
    fall: dict[str, float] | None = None,
    sales: Mapping[str, float] | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
) -> Clearing:
    """Find the greatest clearing payments, guarantees called where debts stay unpaid.

    Without guarantees it is the algorithm of fictitious defaults: whoever cannot pay if all others pay is in default; the
    payments of those in default solve a linear system; whoever cannot pay now joins them; at most n rounds. With
    guarantees, what stays unpaid is called from its guarantors in proportion to their guarantees and up to these; a call
    is a debt to the creditors of the guaranteed member that ranks with the others and is not taken back; everything is
    cleared again until no further call comes. With `sales`, who lacks cash sells common holdings, which lowers their price
    for all; prices and payments are repeated from above until they stand still: the greatest pair of both.

    Parameters
    ----------
    obligations : Obligations
    assets : ndarray, shape (n,), optional
        Assets after a shock; those of the obligations where not given.
    fall : dict, optional
        Instead, falls in the price of common holdings: a common exposure.
    sales : mapping, optional
        Part of its price that a kind of holding loses if members sell all they have of it, 0 to below 1; see
        `haihe.shocks.fire_sales`. Kinds that are not named keep their price.
    alpha, beta : float
        Shares left by a bankruptcy, 0 to 1; 1 for none lost (Eisenberg and Noe).

    Returns
    -------
    Clearing

    Raises
    ------
    HaiheError
        ``E-SHK-34`` for shares outside 0 to 1 or assets that are negative or not n numbers, ``E-SHK-48`` for assets and
        sales together, ``E-SHK-49`` where prices do not stand still; those of `Obligations.marked_down` and `Sales.of`.
    """
    for name, share in (("alpha", alpha), ("beta", beta)):
        if not 0 <= share <= 1:
            raise HaiheError("E-SHK-34", what=name, value=share)
    held = obligations.marked_down(fall or {}) if assets is None else np.asarray(assets, dtype=np.float64)
    if held.shape != (obligations.n,) or not (np.isfinite(held) & (held >= 0)).all():
        raise HaiheError("E-SHK-34", what="assets", value=str(held.tolist()[:5]))
    if sales is not None and assets is not None:
        raise HaiheError("E-SHK-48")
    market = None if sales is None else Sales.of(obligations, fall or {}, sales)
    n = obligations.n
    called = np.zeros((n, n))
    first = np.full(n, -1, dtype=np.int64)
    for number in range(ROUNDS):
        owed, debts = _with_calls(obligations, called)
        paid, wave, market = _settled(shares_of(owed, debts), debts, held, market, alpha, beta)
        first = np.where((first < 0) & (wave >= 0), wave + number, first)
        further = _calls(obligations, paid, debts, called)
        if (further - called).max(initial=0.0) <= EXACT * max(1.0, float(debts.max(initial=0.0))):
            break
        called = further
    received = shares_of(owed, debts).T @ paid
    held = held if market is None else market.assets
    wave = np.where(wave >= 0, first, -1)
    return Clearing(obligations, held, debts, paid, received, wave, called, alpha, beta, market)


def _settled(
    shares: csr_array, debts: Floats, held: Floats, market: Sales | None, alpha: float, beta: float
) -> tuple[Floats, NDArray[np.int64], Sales | None]:
    """Greatest payments; where sales move prices, the greatest payments and prices together."""
    if market is None:
        return *greatest(shares, debts, held, alpha, beta), None
    first = np.full(len(debts), -1, dtype=np.int64)
    for number in range(ROUNDS):
        paid, wave = greatest(shares, debts, market.assets, alpha, beta)
        first = np.where((first < 0) & (wave >= 0), wave + number, first)
        after = market.pressed(debts - shares.T @ paid)
        moved = np.abs(after.prices - market.prices).max(initial=0.0)
        market = after
        if moved <= EXACT:
            return paid, first, market
    raise HaiheError("E-SHK-49", n=ROUNDS)


def greatest(
    shares: csr_array, debts: Floats, assets: Floats, alpha: float = 1.0, beta: float = 1.0
) -> tuple[Floats, NDArray[np.int64]]:
    """Greatest fixed point of the payments, and the round in which each defaults (-1: never).

    Parameters
    ----------
    shares : csr_array, shape (n, n)
        Part of the payments of the row that goes to the column.
    debts, assets : ndarray, shape (n,)
    alpha, beta : float
    """
    paid, wave = debts.copy(), np.full(len(debts), -1, dtype=np.int64)
    for number in range(len(debts) + 1):
        short = (wave < 0) & (assets + shares.T @ paid < debts * (1 - EXACT))
        if not short.any():
            break
        wave[short] = number
        paid = _paid(shares, debts, assets, wave >= 0, alpha, beta, paid)
    return paid, wave


def _paid(
    shares: csr_array,
    debts: Floats,
    assets: Floats,
    failed: NDArray[np.bool_],
    alpha: float,
    beta: float,
    before: Floats,
) -> Floats:
    """Payments where exactly these are in default: a linear system, by repetition from above where it is singular."""
    who = np.flatnonzero(failed)
    sound = np.where(failed, 0.0, debts)
    fixed = alpha * assets[who] + beta * (shares.T @ sound)[who]
    inner = csr_array(shares[who][:, who].T)
    paid = sound.copy()
    system = (identity(len(who), format="csc") - beta * inner).tocsc()
    try:
        found = splu(system).solve(fixed)
    except RuntimeError:
        found = np.full(len(who), np.nan)
    top = before[who]
    if not (np.isfinite(found) & (found >= -EXACT * debts[who].max()) & (found <= top * (1 + 1e-9) + EXACT)).all():
        found = top
        for _ in range(ROUNDS):
            again = np.minimum(top, fixed + beta * (inner @ found))
            if np.abs(again - found).max() <= EXACT * debts[who].max():
                break
            found = again
    paid[who] = np.clip(found, 0.0, debts[who])
    return paid


def _with_calls(o: Obligations, called: Floats) -> tuple[csr_array, Floats]:
    """Debts with the calls: a call on i for j is owed to j's creditors as j's own debts are."""
    if not called.any():
        return o.owed, o.debts
    extra = called @ o.shares.toarray()
    np.fill_diagonal(extra, 0.0)  # what a guarantor would owe to itself
    outside = np.divide(o.outside, o.debts, out=np.zeros(o.n), where=o.debts > 0)
    owed = csr_array(o.owed + csr_array(extra))
    return owed, np.asarray(owed.sum(axis=1) + o.outside + called @ outside)


def _calls(o: Obligations, paid: Floats, debts: Floats, called: Floats) -> Floats:
    """Calls after a clearing: never fewer than before, never above the guarantees."""
    granted = o.guarantees.toarray()
    if not granted.any():
        return called
    own = paid * np.divide(o.debts, debts, out=np.zeros(o.n), where=debts > 0)
    unpaid = np.maximum(o.debts - own, 0.0)
    whole = granted.sum(axis=0)
    part = np.minimum(1.0, np.divide(unpaid, whole, out=np.zeros(o.n), where=whole > 0))
    return np.asarray(np.maximum(called, granted * part))
