"""Linear production games and the Owen point: what each member's resources are worth at the grand coalition's prices.

Members hold resources and pool them; together they make products by one linear technology and sell them at given
prices. ``v(S) = max c·z, A z <= Σ_S b_i, z >= 0``. Owen (1975): pay every member the worth ``y·b_i`` of its resources
at shadow prices y of the grand coalition's program. No coalition can gain by leaving, because y is also admissible in
the dual of every smaller coalition. Where the prices are not unique there is a whole set of such splits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from haihe.coalition.game import MOST, Game, checked_members, membership
from haihe.messages import HaiheError
from haihe.planning.program import Block, Floats, Program
from haihe.planning.solver import Session

NOTHING = 1e-9
"""Activity or slack that counts as none, relative to the largest."""


@dataclass(frozen=True, slots=True)
class OwenPoint:
    """The Owen point of a linear production game, and how far it could be another.

    Attributes
    ----------
    members : tuple of str
    payoffs : ndarray, shape (n,)
        Worth of each member's resources; they sum to `value`.
    prices : ndarray, shape (m,)
        Shadow price of each resource.
    value : float
        v(N).
    low, high : ndarray, shape (n,)
        Least and most a member gets over all shadow prices that fit; equal to `payoffs` where they are unique.
    """

    members: tuple[str, ...]
    payoffs: Floats
    prices: Floats
    value: float
    low: Floats
    high: Floats

    @property
    def unique(self) -> bool:
        """Whether every fitting set of prices pays the same."""
        return bool((self.high - self.low).max() <= 1e-7 * max(abs(self.value), 1e-300))


def owen_point(uses: ArrayLike, resources: ArrayLike, prices: ArrayLike, members: Sequence[str] = ()) -> OwenPoint:
    """Split what a linear production makes by the shadow prices of the pooled resources.

    Parameters
    ----------
    uses : array_like, shape (m, p)
        A: resource used per unit of product, not negative.
    resources : array_like, shape (m, n)
        B: what each member holds, not negative.
    prices : array_like, shape (p,)
        c: what a unit of product sells for.
    members : sequence of str, optional
        Names; ``1``, ``2``, … where not given.

    Raises
    ------
    HaiheError
        ``E-COA-11`` where the data do not fit together, or a product of value uses nothing.

    References
    ----------
    Owen, G. (1975), On the core of linear production games, Mathematical Programming 9, 358-370.

    Examples
    --------
    >>> owen_point([[4, 5], [6, 2]], [[4, 6, 60], [33, 39, 0]], [68, 52]).payoffs.round(6)
    array([230., 282., 480.])
    """
    A, B, c, names = _checked(uses, resources, prices, members)
    session, products, pool = _program(A, B, c)
    solution = session.solve(method="simplex")
    price = np.maximum(solution.worth(pool), 0.0)
    low, high = _ranges(A, B, c, products.of(solution.x), price)
    return OwenPoint(names, price @ B, price, -solution.objective, low, high)


def production_game(uses: ArrayLike, resources: ArrayLike, prices: ArrayLike, members: Sequence[str] = ()) -> Game:
    """Write down what every coalition makes with its own resources; parameters and errors as in `owen_point`.

    One program; only the amounts of resources change from coalition to coalition.
    """
    A, B, c, names = _checked(uses, resources, prices, members)
    if len(names) > MOST:
        raise HaiheError("E-COA-07", n=len(names), most=MOST)
    session, _, pool = _program(A, B, c)
    values = np.zeros(1 << len(names))
    for step in range(1, values.size):
        mask = step ^ step >> 1  # one member comes or goes at a time
        session.set_row_bounds(pool.index, -np.inf, B @ membership(mask, len(names)))
        values[mask] = 0.0 - session.solve(method="simplex").objective
    return Game(names, values)


def _checked(
    uses: ArrayLike, resources: ArrayLike, prices: ArrayLike, members: Sequence[str]
) -> tuple[Floats, Floats, Floats, tuple[str, ...]]:
    A, B, c = (np.asarray(part, dtype=np.float64) for part in (uses, resources, prices))
    shapes = f"{A.shape}, {B.shape}, {c.shape}"
    if A.ndim != 2 or B.ndim != 2 or c.shape != A.shape[1:] or B.shape[0] != A.shape[0]:
        raise HaiheError("E-COA-11", reason=shapes)
    if not all(np.isfinite(part).all() for part in (A, B, c)) or (A < 0).any() or (B < 0).any():
        raise HaiheError("E-COA-11", reason="NaN, ∞, < 0")
    free = np.flatnonzero((c > 0) & ~(A > 0).any(axis=0))
    if free.size:
        raise HaiheError("E-COA-11", reason=f"A[:, {free[0]}] = 0, c > 0")
    names = checked_members(members or [str(i + 1) for i in range(B.shape[1])])
    if len(names) != B.shape[1]:
        raise HaiheError("E-COA-11", reason=f"{shapes}, {len(names)}")
    return A, B, c, names


def _program(A: Floats, B: Floats, c: Floats) -> tuple[Session, Block, Block]:
    """Build the grand coalition's program."""
    program = Program()
    products = program.columns("products", {"product": range(c.size)}, cost=-c, unit="")
    pool = program.rows("resources", {"resource": range(len(A))}, upper=B.sum(axis=1), unit="")
    program.enter(pool.index[:, None], products.index[None, :], A)
    return Session(program), products, pool


def _ranges(A: Floats, B: Floats, c: Floats, made: Floats, price: Floats) -> tuple[Floats, Floats]:
    """Least and most worth of each member's resources over all shadow prices that fit.

    Prices fit when they cover every product's price, exactly so where it is made, and are 0 where a resource is left
    over (complementary slackness with any one optimum gives them all).
    """
    pooled = B.sum(axis=1)
    left = pooled - A @ made > NOTHING * np.maximum(pooled, 1.0)
    is_made = made > NOTHING * max(float(made.max(initial=0.0)), 1.0)
    program = Program()
    columns = program.columns(
        "prices", {"resource": range(len(A))}, upper=np.where(left, 0.0, np.inf), cost=0.0, unit=""
    )
    rows = program.rows("products", {"product": range(c.size)}, lower=c, upper=np.where(is_made, c, np.inf), unit="")
    program.enter(rows.index[:, None], columns.index[None, :], A.T)
    session = Session(program)
    low, high = price @ B, price @ B
    for i, held in enumerate(B.T):
        held = np.where(left, 0.0, held)
        for end, sign in ((low, 1.0), (high, -1.0)):
            if held.any():
                session.set_costs(sign * held)
                end[i] = sign * session.solve(method="simplex").objective
    return low, high
