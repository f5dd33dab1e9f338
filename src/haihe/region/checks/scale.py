"""Find the block of numbers that a wrong unit put out of balance: one power of ten explains every residual.

Every number is an entry in some equations (rows and columns of accounts), which must add up to zero. Where a run of
numbers stands a factor f = 10^k too high, the residuals are (1 - 1/f) times what that run adds to the equations. A
random weight for each equation turns both into one complex number, so that the runs with the right sum are found by
sorting prefix sums; whoever is found is then verified in every equation.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haihe.messages import Text

POWERS = (4, -4, 3, -3, 2, -2, 1, -1, 8, -8, 6, -6, 5, -5, 7, -7)
"""Powers of ten that are tried, in this order: 万元 for 亿元 comes first."""

_TIMES = ("十", "一百", "一千", "一万", "十万", "一百万", "一千万", "一亿")
_PARTS = ("十", "百", "千", "万", "十万", "百万", "千万", "亿")
_WINDOW = 4
_ROUNDING = 1e-12

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """What numbers add to equations.

    Parameters
    ----------
    cell, equation : ndarray of int, shape (entries,)
        Position of the number among its kind, and of the equation.
    amount : ndarray, shape (entries,)
        What it adds there.
    is_scale : ndarray of bool, shape (entries,)
        Entries whose sum, without sign, is the size an equation is measured by.
    fixed : ndarray, shape (equations,)
        What everything else adds.
    scale : ndarray, shape (equations,)
        Size of the equation besides its entries.
    """

    cell: Places
    equation: Places
    amount: Vector
    is_scale: npt.NDArray[np.bool_]
    fixed: Vector
    scale: Vector

    def residual(self, times: Vector) -> Vector:
        """Give the residual of each equation, with every number multiplied by its share of ``times``."""
        return self.fixed + self._sum(self.amount * times[self.cell])

    def size(self, times: Vector) -> Vector:
        """Give the size that each residual is measured by."""
        return self.scale + self._sum(np.abs(self.amount * times[self.cell]) * self.is_scale)

    def _sum(self, amount: Vector) -> Vector:
        return total(self.equation, amount, len(self.fixed))


def total(place: Places, amount: Vector, length: int) -> Vector:
    """Add up amounts by place, shape (length,)."""
    return np.bincount(place, amount, length).astype(np.float64)


def scaled_block(entries: Entries, orders: Iterable[Places], tolerance: float) -> tuple[Places, int] | None:
    """Find a run of numbers that stand a power of ten too high or too low.

    Parameters
    ----------
    entries : Entries
        Numbers and equations.
    orders : iterable of ndarray of int, shape (cells,)
        Orders in which numbers may stand next to each other.
    tolerance : float
        Largest residual of a balanced equation, as a share of its size.

    Returns
    -------
    (ndarray of int, int) or None
        Positions of the numbers, and the power of ten they are too high by (negative: too low). None where no run
        explains every residual.
    """
    orders = list(orders)
    ones = np.ones(len(orders[0]))
    residual, size = entries.residual(ones), np.maximum(entries.size(ones), _ROUNDING)
    random = np.random.default_rng(2017)
    weight = (random.uniform(0.5, 1, len(size)) + 1j * random.uniform(0.5, 1, len(size))) / size
    added = np.zeros(len(ones), dtype=complex)
    np.add.at(added, entries.cell, entries.amount * weight[entries.equation])
    wanted, noise = complex(weight @ residual), 10 * tolerance * np.sqrt(len(size))
    for order in orders:
        at = np.flatnonzero(added[order])  # numbers that add nothing would make runs look alike
        sums = np.concatenate([[0], np.cumsum(added[order[at]])])
        floor = _ROUNDING * max(float(np.abs(sums).max()), 1.0)
        for power in POWERS:
            share = 1 - 10.0**-power
            for first, last in _runs(sums, wanted / share, max(noise / abs(share), floor)):
                block = order[at[first] : at[last - 1] + 1]
                if (len(block) > 1 or abs(power) > 1) and _explains(entries, block, power, tolerance):
                    return block, power
    return None


def _runs(sums: npt.NDArray[np.complex128], wanted: complex, near: float) -> list[tuple[int, int]]:
    """Give the (first, last) of the prefix sums that differ by the wanted sum."""
    rank = np.argsort(sums.real, kind="stable")
    ordered = sums.real[rank]
    goal = sums + wanted
    low = np.searchsorted(ordered, goal.real - near)
    found = []
    for step in range(_WINDOW):
        last = rank[np.minimum(low + step, len(rank) - 1)]
        fits = (np.abs(sums[last] - goal) <= near) & (last > np.arange(len(sums)))
        found += [(int(first), int(last[first])) for first in np.flatnonzero(fits)]
    return found


def _explains(entries: Entries, block: Places, power: int, tolerance: float) -> bool:
    """Tell whether the power balances every equation, and leaving the block out would not."""
    return _balanced(entries, block, 10.0**-power, tolerance) and not _balanced(entries, block, 0.0, tolerance)


def _balanced(entries: Entries, block: Places, factor: float, tolerance: float) -> bool:
    times = np.ones(max(int(entries.cell.max()), int(block.max())) + 1)
    times[block] = factor
    residual, size = entries.residual(times), entries.size(times)
    return bool((np.abs(residual) <= tolerance * np.maximum(size, _ROUNDING * size.sum())).all())


def say_power(power: int) -> Text:
    """Say how many times too high (or which fraction) a power of ten is."""
    if power > 0:
        return Text(f"{_TIMES[power - 1]}倍", f"{10**power:,} times")
    return Text(f"{_PARTS[-power - 1]}分之一", f"1/{10**-power:,} of")


def say_rows(rows: Iterable[int]) -> Text:
    """Say rows as ranges, such as ``30–58, 61``."""
    sorted_rows = np.unique(np.fromiter(rows, dtype=np.int64))
    starts = np.flatnonzero(np.diff(sorted_rows, prepend=-9) != 1)
    ends = np.append(starts[1:], len(sorted_rows)) - 1
    runs = [(int(sorted_rows[a]), int(sorted_rows[b])) for a, b in zip(starts, ends, strict=True)]
    said = [str(a) if a == b else f"{a}–{b}" for a, b in runs]
    more = ("", "") if len(said) <= 6 else ("等", ", …")
    return Text("、".join(said[:6]) + more[0], ", ".join(said[:6]) + more[1])
