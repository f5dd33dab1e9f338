"""One pass over the flows: what arrives, the stocks after it, the new orders, and what suppliers are asked for.

An order is always the flow at rest, times a factor of its supplier, times a factor of (product, buyer). So no matrix of
orders is kept: a block of flows gives, while it is in the cache, the deliveries under the factors of the last step, the
normaliser of the new ones, and, once the stocks are known, the sums of the new orders. Products do not touch each other;
so a pass goes product by product, in blocks of buyers, for all lanes at once (two small matrix products a block).
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
BLOCK = 1 << 22
"""Bytes of flows in one block."""
TINY = 1e-15
"""Least factor of a supplier: where all suppliers of a product are down, orders still go to them as at rest."""
NOTHING = -1
"""Stands for no input in `Stocks.which`."""


@dataclass(eq=False)
class Stocks:
    """Stocks and orders of every lane, L lanes, n products, N buyers in the order of the pass.

    Attributes
    ----------
    flows : ndarray, shape (n, R + q, N)
        Flows a day at rest.
    inputs : ndarray, shape (n, N)
        Technical need.
    goal : ndarray, shape (n, N)
        Stock wanted per unit of daily output.
    slack : ndarray, shape (n, N)
        0 for inputs that limit production, infinite for the others.
    pace : ndarray, shape (n,)
        One over the restoring time.
    size : ndarray, shape (n, L)
        Stocks wanted of every input and lane over `goal`.
    stock : ndarray, shape (n, L, N)
        Stocks.
    scale : ndarray, shape (n, L, N)
        Factor of (product, buyer) of the orders under way.
    most : ndarray, shape (L, N)
        Output that stocks allow in the next step.
    which : ndarray of int32, shape (L, N)
        Input that sets it, `NOTHING` where none does.
    held : ndarray, shape (n, L)
        Stocks of all buyers together, in double precision.
    bounds : ndarray of int, shape (K + 1,)
        Where the groups of buyers begin that see the same factors of suppliers.
    psi, lowest, step : float
        Share of the stock that limits; days of use that a stock is never meant to fall below; days of a step.
    first : int
        Number of the first product, where these are the stocks of some of the products only.
    """

    flows: Floats
    inputs: Floats
    goal: Floats
    slack: Floats
    pace: Floats
    size: Floats
    stock: Floats
    scale: Floats
    most: Floats
    which: NDArray[np.int32]
    held: NDArray[np.float64]
    bounds: NDArray[np.int64]
    psi: float
    lowest: float
    step: float
    first: int = 0
    _room: Floats = field(default_factory=lambda: np.empty(0), init=False)

    def room(self, shape: tuple[int, ...]) -> Floats:
        """Give working memory that is kept from block to block: fresh pages cost more than what is done in them."""
        size = int(np.prod(shape))
        if self._room.size < size:
            self._room = np.empty(size, dtype=self.flows.dtype)
        return self._room[:size].reshape(shape)

    def parts(self, count: int) -> list[Stocks]:
        """Split by products; the parts share memory with the whole, but for `most` and `which`."""
        ends = np.linspace(0, len(self.flows), min(count, len(self.flows)) + 1).astype(int)
        split = ("flows", "inputs", "goal", "slack", "pace", "size", "stock", "scale", "held")
        return [
            replace(
                self, first=int(a), most=self.most.copy(), which=self.which.copy(), **{k: getattr(self, k)[a:b] for k in split}
            )
            for a, b in pairwise(ends)
        ]  # fmt: skip


class Pass(Protocol):
    """What does a pass."""

    def __call__(self, s: Stocks, old: Floats, new: Floats, made: Floats, wanted: Floats) -> NDArray[np.float64]:
        """Move `s` on by a step and give the orders that reach every supplier.

        Parameters
        ----------
        s : Stocks
            Changed in place.
        old, new : ndarray, shape (K, n, L, R + q)
            Factors of suppliers: of last orders, times the share delivered; of new orders.
        made, wanted : ndarray, shape (L, N)
            Output, and output without the limits of stocks.

        Returns
        -------
        ndarray, shape (K, L, n, R + q)
            New orders.
        """


@dataclass(eq=False)
class Shared:
    """A pass that threads share by products: the same result to the last bit, whatever their number.

    Products do not touch each other; the least of what their stocks allow is taken in their order.
    """

    move: Pass
    pool: Executor
    threads: int
    _parts: list[Stocks] = field(default_factory=list, init=False)

    def __call__(self, s: Stocks, old: Floats, new: Floats, made: Floats, wanted: Floats) -> NDArray[np.float64]:
        """Do the pass; see `Pass`."""
        self._parts = self._parts or s.parts(self.threads)
        spans = [slice(part.first, part.first + len(part.flows)) for part in self._parts]
        running = [
            self.pool.submit(self.move, part, old[:, span], new[:, span], made, wanted)
            for part, span in zip(self._parts, spans, strict=True)
        ]
        asked = [each.result() for each in running]
        s.most.fill(np.inf)
        for part in self._parts:
            lower = part.most < s.most
            np.copyto(s.most, part.most, where=lower)
            np.copyto(s.which, part.which, where=lower)
        np.copyto(s.which, NOTHING, where=np.isinf(s.most))
        return np.concatenate(asked, axis=2)


def plain_pass(s: Stocks, old: Floats, new: Floats, made: Floats, wanted: Floats) -> NDArray[np.float64]:
    """Do the pass with NumPy alone; see `Pass`."""
    return blocked_pass(s, old, new, made, wanted, restock)


def blocked_pass(
    s: Stocks, old: Floats, new: Floats, made: Floats, wanted: Floats, restocking: Any
) -> NDArray[np.float64]:
    """Do the pass by matrix products; `restocking` does what lies between them."""
    n, places, _ = s.flows.shape
    lanes = len(s.most)
    groups = len(s.bounds) - 1
    asked = np.zeros((groups, n, lanes, places))
    s.most.fill(np.inf)
    s.which.fill(NOTHING)
    s.held.fill(0.0)
    factors = np.concatenate([old, new], axis=2)
    for products, k, buyers in blocks(s):
        flows = s.flows[products, :, buyers]
        both = s.room((flows.shape[0], 2 * lanes, flows.shape[2]))
        np.matmul(factors[k, products], flows, out=both)
        restocking(s, products, buyers, both, made, wanted)
        scale = s.scale[products, :, buyers]
        asked[k, products] += np.matmul(flows, scale.transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.asarray((asked * new).transpose(0, 2, 1, 3))


def blocks(s: Stocks) -> list[tuple[slice, int, slice]]:
    """Products, group and buyers of every block."""
    n, places, N = s.flows.shape
    lanes = len(s.most)
    row = (places + 6 * lanes * (lanes > 1)) * s.flows.itemsize
    width = int(np.clip(BLOCK // row, 64, max(N, 64)))
    deep = max(1, BLOCK // (row * N)) if width >= N else 1
    spans = [
        (k, slice(int(at), int(to)))
        for k, (start, end) in enumerate(pairwise(s.bounds))
        for at, to in pairwise(np.linspace(start, end, -(-(end - start) // width) + 1).astype(int))
    ]
    return [(slice(first, min(first + deep, n)), k, buyers) for first in range(0, n, deep) for k, buyers in spans]


def restock(s: Stocks, products: slice, buyers: slice, both: Floats, made: Floats, wanted: Floats) -> None:
    """Turn what suppliers send into stocks, limits and the factors of new orders, for one block; all in place."""
    lanes, scale = len(s.most), s.scale[products, :, buyers]
    made, wanted = made[:, buyers], wanted[:, buyers]
    arrived, normal = both[:, :lanes] * scale, both[:, lanes:]
    inputs = s.inputs[products, buyers][:, None]
    use = inputs * made
    goal = np.maximum(s.goal[products, buyers][:, None] * s.size[products, :, None], s.lowest * inputs)
    stock = s.stock[products, :, buyers]
    stock += (arrived - use) * s.step
    np.maximum(stock, 0, out=stock)
    gap = np.maximum(goal * wanted - stock, 0)
    need = use + gap * s.pace[products, None, None]
    np.divide(need, normal, out=scale, where=normal > 0)
    np.copyto(scale, 0, where=normal <= 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        allows = stock / (s.psi * goal)
    allows = np.fmax(allows, s.slack[products, buyers][:, None])
    least = allows.argmin(axis=0)
    value = np.take_along_axis(allows, least[None], axis=0)[0]
    lower = value < s.most[:, buyers]
    np.copyto(s.most[:, buyers], value, where=lower)
    np.copyto(s.which[:, buyers], (least + s.first + products.start).astype(np.int32), where=lower)
    s.held[products] += stock.sum(axis=2, dtype=np.float64)
