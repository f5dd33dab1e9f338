"""Soft quantities: elastic answers round a reference, piecewise linear and closed at the end.

    v = v_ref + sum_k (p_k - q_k),   0 <= p_k, q_k <= w_k v_ref,   cost D_t c_k (p_k + q_k)

with w_k the width of segment k and c_k its midpoint (as relative deviation) over the elasticity: the piecewise form
of (v - v_ref)^2 / (2 e v_ref). A convex quadratic would say the same, but HiGHS's quadratic solver did not finish at
this size (measured); the piecewise form also stays open to whole-number decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from haihe.messages import Text
from haihe.planning.program import Block, Dims, Floats, Ints, Program

FLAT = 1e-7
"""Relative deviation below which a segment counts as unused."""


@dataclass(frozen=True, slots=True)
class Soft:
    """A soft quantity in a program: its two blocks of segment columns and its reference.

    ``reference`` has the block's dims without ``segment``; ``room`` is the width of each segment, bn yuan.
    """

    name: str
    up: Block
    down: Block
    reference: Floats
    room: Floats

    def enter(self, program: Program, rows: Ints, values: ArrayLike, *, expand: int | None = None) -> None:
        """Enter the deviation with a coefficient; rows and values broadcast against the reference's shape.

        Rows therefore speak of deviations: their right-hand side is what the reference leaves. ``expand`` inserts an
        axis into the quantity's dims, where each member enters several rows (an investment that buys many products).
        """
        coefficient = np.asarray(values, dtype=np.float64)[..., None]
        for block, sign in ((self.up, 1.0), (self.down, -1.0)):
            columns = block.index if expand is None else np.expand_dims(block.index, expand)
            program.enter(rows[..., None], columns, sign * coefficient)

    def value(self, x: Floats) -> Floats:
        """The quantity at a solution, shaped like the reference."""
        return np.asarray(self.reference + self.deviation(x))

    def deviation(self, x: Floats) -> Floats:
        """Difference from the reference at a solution."""
        return np.asarray((self.up.of(x) - self.down.of(x)).sum(axis=-1))

    def at_end(self, x: Floats) -> np.ndarray:
        """Where the last open segment is in use, so that the answer is a guard's, not the elasticity's."""
        open_ = self.room > 0
        last = open_ & (np.cumsum(open_[..., ::-1], axis=-1)[..., ::-1] == 1)
        used = (self.up.of(x) + self.down.of(x)) > FLAT * np.maximum(self.reference[..., None], 1e-3)
        return np.asarray((used & last).any(axis=-1))


def stairs(
    reference: Floats, *, elasticity: float, segments: Sequence[float], guard: ArrayLike = 1.0
) -> tuple[Floats, Floats]:
    """Give the steps of a soft response: cost of a unit in each segment, shape (segments,), and its room.

    The room has the shape of ``reference`` with a last axis for segments; see `define_soft`.
    """
    ends = np.asarray(segments, dtype=np.float64)
    starts = np.concatenate([[0.0], ends[:-1]])
    limit = np.broadcast_to(np.asarray(guard, dtype=np.float64), reference.shape)[..., None]
    room = np.clip(np.minimum(ends, limit) - starts, 0.0, None) * reference[..., None]
    return (starts + ends) / 2.0 / elasticity, room


def define_soft(
    program: Program,
    name: str,
    dims: Dims,
    reference: Floats,
    *,
    elasticity: float,
    segments: Sequence[float],
    weights: Floats,
    gain: ArrayLike,
    guard: ArrayLike = 1.0,
    title: Text,
    unit: str = "bn yuan/year",
) -> Soft:
    r"""Add a soft quantity: an elastic answer round a reference, piecewise linear and closed at the end.

    .. math:: v = \bar v + \sum_k (p_k - q_k), \qquad 0 \le p_k, q_k \le w_k \bar v, \qquad
              \text{cost } D_t\, c_k (p_k + q_k)

    with w_k the width of segment k and c_k its midpoint (as relative deviation) over the elasticity: the piecewise form
    of :math:`(v - \bar v)^2 / (2 \varepsilon \bar v)`. Where the reference is 0 the quantity stays 0; where a guard is
    narrower than a segment, the segment ends there.

    Parameters
    ----------
    program : Program
        The program to grow.
    name : str
        Name of the quantity.
    dims : mapping
        Dimensions, the last one the milestone year.
    reference : ndarray
        Reference value, shape of ``dims``; where it is 0 the quantity is fixed at 0.
    elasticity : float
        Relative change per relative price change.
    segments : sequence of float
        Ends of the segments as relative deviations, rising, the last one closing the response.
    weights : ndarray, shape (T,)
        Milestone weights D_t.
    gain : array_like
        What a unit adds to welfare, already times D_t; broadcasts against ``reference``.
    guard : array_like
        Largest relative deviation allowed; broadcasts against ``reference``.

    Returns
    -------
    Soft
    """
    step, room = stairs(reference, elasticity=elasticity, segments=segments, guard=guard)
    cost = weights[:, None] * step
    worth = np.broadcast_to(np.asarray(gain, dtype=np.float64), reference.shape)[..., None]
    full = {**dims, "segment": tuple(range(1, step.size + 1))}
    up = program.columns(f"{name}_up", full, upper=room, cost=cost - worth, unit=unit, title=title)
    down = program.columns(f"{name}_down", full, upper=room, cost=cost + worth, unit=unit, title=title)
    program.constant -= float((worth[..., 0] * reference).sum())
    return Soft(name, up, down, reference, room)
