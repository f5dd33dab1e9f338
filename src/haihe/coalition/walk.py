"""All coalitions of a game from one program: a walk on which one member joins or leaves at a time.

The values of the coalitions are optima of one linear program whose column bounds depend on the coalition. In the order
of a Gray code (Gray 1953) two coalitions that follow each other differ by one member, so that the last basis is nearly
optimal and the dual simplex needs few steps. The walk knows nothing of the game: whoever has a session and a function
from a coalition to bounds can use it. For several processes the cube of coalitions is cut into sub-cubes.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.program import Floats, Ints
from haihe.planning.solver import Session, Solution

MOST = 20
"""Members up to which all coalitions are walked through (a million)."""
PIECES = 4
"""Sub-cubes for each process, so that none waits long for the last."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of some columns; three arrays of one length."""

    columns: Ints
    lower: Floats
    upper: Floats


class Ground(Protocol):
    """What is walked on: a session and the bounds of each coalition. It can be sent to another process."""

    @property
    def n(self) -> int:
        """Number of members."""
        ...

    def session(self, control: Control | None = None) -> Session:
        """Make a session of the program."""
        ...

    def bounds(self, mask: int) -> Bounds:
        """Bounds of a coalition, always of the same columns in the same order."""
        ...


class Walker:
    """A session that goes from coalition to coalition; only bounds that differ are edited.

    Parameters
    ----------
    ground : Ground
    control : Control, optional
        Time limit of each solve, and cancel.

    Attributes
    ----------
    session : Session
    solved : int
        Programs solved. ``steps``: simplex iterations of the warm ones. ``cold``: those that were solved cold.
    """

    def __init__(self, ground: Ground, control: Control | None = None) -> None:
        self.ground = ground
        self.session = ground.session(control)
        self.solved = self.steps = self.cold = 0
        first = ground.bounds(0)
        self.session.set_column_bounds(first.columns, first.lower, first.upper)
        self._stand = first

    def solve(self, mask: int) -> Solution:
        """Solve the program of a coalition from the last basis.

        Raises
        ------
        HaiheError
            As `haihe.planning.solver.Session.solve`.
        """
        self.go(mask)
        solution = self.session.solve()
        self.solved += 1
        warm = solution.method == "simplex"
        self.steps += solution.iterations if warm else 0
        self.cold += not warm
        return solution

    def go(self, mask: int) -> None:
        """Set the bounds of a coalition."""
        new, old = self.ground.bounds(mask), self._stand
        differ = (new.lower != old.lower) | (new.upper != old.upper)
        if differ.any():
            self.session.set_column_bounds(new.columns[differ], new.lower[differ], new.upper[differ])
        self._stand = new


def gray(n: int, top: int = 0) -> Iterator[int]:
    """Masks of n members, each next one differing in one bit; ``top`` is put above them.

    The lowest bit changes most often and the highest once: the members who move most should have the high bits.
    """
    for k in range(1 << n):
        yield (k ^ k >> 1) | top << n


def walk(ground: Ground, *, workers: int = 1, control: Control | None = None) -> Floats:
    """Find the optimum of every coalition, shape (2**n,) by mask.

    Parameters
    ----------
    ground : Ground
    workers : int
        Processes; with 1 all is done here.
    control : Control, optional
        Time limit of each solve, cancel and progress.

    Raises
    ------
    HaiheError
        ``E-COA-56`` too many members, ``E-PLN-60`` cancelled, and what a solve raises.
    """
    if ground.n > MOST:
        raise HaiheError("E-COA-56", n=ground.n, most=MOST)
    control = control or Control()
    values = np.full(1 << ground.n, np.nan)
    high = 0 if workers <= 1 else min((PIECES * workers - 1).bit_length(), ground.n)
    low, done = ground.n - high, 0
    for top, part in _pieces(ground, low, high, workers, control):
        values[top << low : (top + 1) << low] = part
        done += part.size
        if control.progress:
            control.progress(Text("联盟：{a}/{b}", "coalitions: {a} of {b}").format(a=done, b=values.size))
    return values


def _pieces(ground: Ground, low: int, high: int, workers: int, control: Control) -> Iterator[tuple[int, Floats]]:
    """Walk through each sub-cube; here, or over processes as they come."""
    if workers <= 1:
        walker = Walker(ground, Control(control.time_limit, control.cancel))
        for top in range(1 << high):
            yield top, _piece(walker, low, top)
        return
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(ground, control.time_limit)
    ) as pool:
        waiting = {pool.submit(_piece_of, low, top): top for top in range(1 << high)}
        try:
            for ready in as_completed(waiting):
                if control.cancelled:
                    raise HaiheError("E-PLN-60", seconds="0", how_far=Text("未算完的联盟作废", "the walk was not over"))
                yield waiting[ready], ready.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _piece(walker: Walker, low: int, top: int) -> Floats:
    values = np.empty(1 << low)
    for mask in gray(low, top):
        values[mask - (top << low)] = walker.solve(mask).objective
    return values


_HERE: list[Walker] = []
"""The walker of this process, where it is one of several."""


def _start(ground: Ground, time_limit: float) -> None:
    _HERE[:] = [Walker(ground, Control(time_limit))]


def _piece_of(low: int, top: int) -> Floats:
    return _piece(_HERE[0], low, top)
