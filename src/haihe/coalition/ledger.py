"""A ledger of payments: spread over the years so that every year adds up to 0, and made in as few payments as possible."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from haihe.coalition.game import sums
from haihe.messages import HaiheError, Text
from haihe.planning.program import Floats

Way = Literal["accrued", "level"]
WAYS: dict[str, Text] = {
    "accrued": Text(
        "随收益支付：每年末各方都拿到当年总收益中自己的份额",
        "as gains accrue: each year everybody has its share of that year's gain",
    ),
    "level": Text("逐年等额支付", "the same amount every year"),
}
"""How a payment can be spread over the years."""
EXACT = 12
"""Members with something to pay or get up to which the number of payments is proved to be the smallest."""
TOLERANCE = 1e-9
"""Relative to the largest balance: what is smaller is nothing."""


def spread(payments: ArrayLike, weights: ArrayLike, way: Way, split: ArrayLike, unpaid: ArrayLike) -> Floats:
    """Spread payments over milestones; every milestone adds up to 0 and the present value is the payment.

    Parameters
    ----------
    payments : array_like, shape (n,)
        What each member gets in all (negative: pays), present value; adds up to 0.
    weights : array_like, shape (T,)
        Present value of one unit paid in every year that a milestone stands for.
    way : {"accrued", "level"}
    split : array_like, shape (n,)
        What each member ends with, present value; read for ``accrued``.
    unpaid : array_like, shape (n, T)
        What each member gains in each milestone before payments, present value; read for ``accrued``.

    Returns
    -------
    ndarray, shape (n, T)
        Payments a year.

    Raises
    ------
    HaiheError
        ``E-COA-90`` for an unknown way, ``E-COA-91`` for ``accrued`` where nothing is gained.
    """
    paid, w = np.asarray(payments, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if way == "level":
        return np.repeat((paid / w.sum())[:, None], w.size, axis=1)
    if way != "accrued":
        raise HaiheError("E-COA-90", value=way, known=", ".join(WAYS))
    shares, gains = np.asarray(split, dtype=np.float64), np.asarray(unpaid, dtype=np.float64)
    whole = float(shares.sum())
    if whole <= TOLERANCE * (1.0 + float(np.abs(gains).max(initial=0.0))):
        raise HaiheError("E-COA-91", value=f"{whole:.3g}")
    return np.asarray((np.outer(shares / whole, gains.sum(axis=0)) - gains) / w)


def fewest(balances: ArrayLike) -> list[tuple[int, int, float]]:
    """Settle balances by as few payments as possible.

    Members are cut into as many groups as possible whose balances add up to 0; a group of k members needs k - 1
    payments and no fewer. The cut is proved the best up to `EXACT` members; above, all are one group.

    Parameters
    ----------
    balances : array_like, shape (n,)
        What each gets (negative: pays); adds up to 0.

    Returns
    -------
    list of (int, int, float)
        Payer, receiver, amount above 0.

    Raises
    ------
    HaiheError
        ``E-COA-92`` where the balances do not add up to 0.
    """
    b = np.asarray(balances, dtype=np.float64)
    scale = float(np.abs(b).max(initial=0.0))
    if abs(float(b.sum())) > 1e-6 * (1.0 + scale):
        raise HaiheError("E-COA-92", value=f"{b.sum():.3g}")
    open_ = np.flatnonzero(np.abs(b) > TOLERANCE * (1.0 + scale))
    if not open_.size:
        return []
    groups = _groups(b[open_], TOLERANCE * (1.0 + scale)) if open_.size <= EXACT else [list(range(open_.size))]
    return [payment for group in groups for payment in _within(b, open_[group])]


def _groups(b: Floats, tolerance: float) -> list[list[int]]:
    """Cut members into as many groups as possible that add up to 0 (a table over all subsets)."""
    n = b.size
    zero = np.abs(sums(b)) <= tolerance * n
    zero[-1] = True
    best, last = np.zeros(1 << n, dtype=np.int64), np.full(1 << n, -1)
    for mask in range(1, 1 << n):
        inside = [i for i in range(n) if mask >> i & 1]
        last[mask] = max(inside, key=lambda i: best[mask ^ 1 << i])
        best[mask] = best[mask ^ 1 << int(last[mask])] + zero[mask]
    found: list[list[int]] = []
    mask = (1 << n) - 1
    while mask:
        if zero[mask]:
            found.append([])
        found[-1].append(int(last[mask]))
        mask ^= 1 << int(last[mask])
    return found


def _within(b: Floats, group: np.ndarray) -> list[tuple[int, int, float]]:
    """Settle one group: the largest payer pays the largest receiver until one of them is done."""
    left = {int(i): float(b[i]) for i in group}
    made = []
    while len(left) > 1:
        payer, receiver = min(left, key=left.__getitem__), max(left, key=left.__getitem__)
        amount = min(-left[payer], left[receiver]) if len(left) > 2 else max(-left[payer], left[receiver])
        if amount <= 0:
            break
        made.append((payer, receiver, amount))
        payer_first = -left[payer] <= left[receiver]
        left[payer] += amount
        left[receiver] -= amount
        del left[payer if payer_first else receiver]
    return made
