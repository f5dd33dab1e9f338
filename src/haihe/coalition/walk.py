"""All coalitions of a game from one program: a walk on which one member joins or leaves at a time.

The values of the coalitions are optima of one linear program whose column bounds depend on the coalition. In the order
of a Gray code (Gray 1953) two coalitions that follow each other differ by one member, so that the last basis is nearly
optimal and the dual simplex needs few steps. The walk knows nothing of the game: whoever has a session and a function
from a coalition to bounds can use it. For several processes the cube of coalitions is cut into sub-cubes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.marks import mark_of
from haihe.planning.program import Floats, Ints
from haihe.planning.runs import OneRun, run_each
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
        ``E-COA-56`` too many members, what a solve raises, and as `haihe.planning.runs.run_each`.
    """
    if ground.n > MOST:
        raise HaiheError("E-COA-56", n=ground.n, most=MOST)
    control = control or Control()
    values = np.full(1 << ground.n, np.nan)
    cubes, done = cubes_of(ground.n, workers), 0
    for cube, part in walk_cubes(ground, cubes, workers=workers, control=control):
        values[cube.masks] = part
        done += part.size
        if control.progress:
            control.progress(Text("联盟：{a}/{b}", "coalitions: {a} of {b}").format(a=done, b=values.size))
    return values


@dataclass(frozen=True, slots=True)
class Cube:
    """The coalitions whose members above the lowest ``low`` are those of the mask ``top``."""

    low: int
    top: int

    @property
    def masks(self) -> slice:
        """Masks of its coalitions; its values are in their order."""
        return slice(self.top << self.low, (self.top + 1) << self.low)


def cubes_of(n: int, workers: int) -> list[Cube]:
    """Cut the coalitions of n members for so many processes; with one there is one cube."""
    high = 0 if workers <= 1 else min((PIECES * workers - 1).bit_length(), n)
    return [Cube(n - high, top) for top in range(1 << high)]


def walk_cubes(
    ground: Ground, cubes: Sequence[Cube], *, workers: int = 1, control: Control | None = None
) -> Iterator[tuple[Cube, Floats]]:
    """Walk through sub-cubes, here or over processes, and give their optima as they come; errors as of `walk`."""
    control, named = control or Control(), {f"{cube.low}/{cube.top}": cube for cube in cubes}
    found = run_each(_Walk(ground, named), list(named), workers=min(workers, max(len(named), 1)), control=control)
    for name, record in found:
        yield named[name], np.array(record["optima"], dtype=np.float64)


@dataclass(frozen=True)
class _Walk:
    """Walks through sub-cubes as work, see `haihe.planning.runs.Work`."""

    ground: Ground
    cubes: Mapping[str, Cube]

    @property
    def key(self) -> str:
        """Mark of the program and of the bounds of each member alone and of all."""
        masks = [0, *(1 << k for k in range(self.ground.n)), (1 << self.ground.n) - 1]
        return mark_of(self.ground.session().arrays, [self.ground.bounds(mask) for mask in masks])

    def open(self, control: Control) -> OneRun:
        """Set up the session; every sub-cube starts from where the one before it ended."""
        walker = Walker(self.ground, control)
        return lambda name: {"optima": _optima(walker, self.cubes[name])}


def _optima(walker: Walker, cube: Cube) -> list[float]:
    values = np.empty(1 << cube.low)
    for mask in gray(cube.low, cube.top):
        values[mask - cube.masks.start] = walker.solve(mask).objective
    return values.tolist()
