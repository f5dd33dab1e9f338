"""The pass compiled (extra ``haihe[fast]``): one lane in a single loop, many lanes between two matrix products."""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haihe.messages.extras import needed as extra
from haihe.shocks.passing import NOTHING, Floats, Stocks, blocked_pass

WIDTH = 512
"""Buyers in a block of the single loop."""


def fused_pass(s: Stocks, old: Floats, new: Floats, made: Floats, wanted: Floats) -> NDArray[np.float64]:
    """Do the pass compiled; same result as `plain_pass` up to rounding, see `haihe.shocks.passing.Pass`.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where numba is not installed.
    """
    loops = _loops()
    if len(s.most) > 1:
        return blocked_pass(s, old, new, made, wanted, partial(_restock, loops.between))
    n, places, _ = s.flows.shape
    asked = np.zeros((len(s.bounds) - 1, n, places))
    s.most.fill(np.inf)
    s.which.fill(NOTHING)
    factors = np.ascontiguousarray(old[:, :, 0]), np.ascontiguousarray(new[:, :, 0])
    loops.single(
        s.first, s.flows, s.bounds, *factors, made[0], wanted[0], s.inputs, s.goal, s.slack, s.pace, s.stock[:, 0],
        s.scale[:, 0], s.most[0], s.which[0], s.held[:, 0], asked, s.room((4, WIDTH)), s.size[:, 0], *_numbers(s),
    )  # fmt: skip
    return np.asarray((asked * new[:, :, 0])[:, None])


@cache
def _loops() -> Any:
    """Import the loops, which compiles them."""
    extra("numba")
    return import_module("haihe.shocks.loops")


def installed() -> bool:
    """Tell whether numba is there."""
    return find_spec("numba") is not None


def _restock(
    between: Any, s: Stocks, products: slice, buyers: slice, both: Floats, made: Floats, wanted: Floats
) -> None:
    """Do `haihe.shocks.passing.restock` compiled."""
    room = np.empty((2, both.shape[2]), s.flows.dtype)
    between(
        s.first, products.start, buyers.start, both, s.scale, made, wanted, s.inputs, s.goal, s.slack, s.pace, s.size,
        s.stock, s.most, s.which, s.held, room, *_numbers(s),
    )  # fmt: skip


def _numbers(s: Stocks) -> tuple[Any, Any, Any, Any]:
    """Parameters, and a zero, in the precision of the flows: one double among them would make all of it double."""
    one = s.flows.dtype.type
    return one(s.psi), one(s.lowest), one(s.step), one(0.0)
