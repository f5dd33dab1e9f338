r"""Bottlenecks: what one more unit of a limit is worth, until when that holds, and what binds next.

A price holds for a small change. How far it holds is found by solving again with the limit loosened in every year by a
share x of itself, on a ladder that is halved where the price gives way. Welfare W(x) is concave in x, so its slope

.. math:: w(x) = \sum_{\text{rows of the limit}} \lambda_i(x)\, \ell_i

(worth of a row times the limit in full) never rises; the price gives way where the slope is a tenth below the first one. The
limit is loosened on until half of its price is gone. The next bottleneck is the limit that a policy maker set and whose own
worth, lambda times the limit, has grown most by then: one that starts to bind, else one that becomes dearer. Where none has,
it is the economy itself that answers: people and firms want less and less more of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.figures import Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.binding import binding_table, places_of
from haihe.planning.bottleneck_views import bottleneck_figures, bottleneck_tables, said_bottleneck
from haihe.planning.control import Control
from haihe.planning.plans import Plan
from haihe.planning.program import Block, Floats, Ints
from haihe.planning.solver import Session, Solution

STEPS = (0.02, 0.1, 0.3, 1.0)
"""Shares by which a limit is loosened."""
HOLDS = 0.9
"""A price holds as long as the worth of the limit stays above this part of the first."""
HALF = 0.5
"""A limit is loosened until its worth is below this part of the first; there the next bottleneck is looked for."""
FINER = 3
"""Halvings of the step in which it gives way."""
NOTHING = 1e-7
"""Worth of a limit up to which it does not bind, bn yuan for the whole of it."""
GROWN = 0.01
"""Part of what the limit has lost that another must have won to count as the next."""
TOP = 5
KEYS = ["row", "place"]


@dataclass(frozen=True)
class Bottleneck:
    """One limit that binds.

    Attributes
    ----------
    row, place, group : str
        As in `haihe.planning.binding.binding_table`. ``title`` names the limit.
    year, price, low, high, unit
        What one more unit is worth in that year, with its band.
    percent : float
        Welfare that one per cent more of it in every year brings, 亿元 discounted.
    holds, gives : float
        Shares by which it is loosened between which the price gives way: it held at the first (0 where no step was small
        enough) and no longer at the second, which is missing where the price held throughout.
    gone : float
        Share at which it is worth nothing any more; missing where that was not reached.
    at : float
        Largest share that was tried: there the next bottleneck is looked for.
    next_row, next_place : str
        What binds next; empty where nothing that a policy maker set does. ``next_title`` names it.
    starts : bool
        Whether it starts to bind there, or only becomes dearer.
    next_percent : float
        Welfare that one per cent more of the next brings there, 亿元 discounted.
    quality : Quality
    """

    row: str
    place: str
    group: str
    title: Text
    year: int | None
    price: float
    low: float
    high: float
    unit: str
    percent: float
    holds: float = 0.0
    gives: float = np.nan
    gone: float = np.nan
    at: float = 0.0
    next_row: str = ""
    next_place: str = ""
    next_title: Text = field(default_factory=lambda: Text("", ""))
    starts: bool = False
    next_percent: float = np.nan
    quality: Quality = "illustrative"


@dataclass(frozen=True)
class Bottlenecks(InSheets):
    """Limits that bind, the one that is worth most first.

    Attributes
    ----------
    plan : Plan
    items : tuple of Bottleneck
    steps : DataFrame
        Every solve: ``row``, ``place``, ``share``, ``gain`` (welfare, 亿元 discounted) and ``percent`` (what one per cent
        more brings there).
    """

    plan: Plan
    items: tuple[Bottleneck, ...]
    steps: pd.DataFrame

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a bottleneck: the fields of `Bottleneck`."""
        return pd.DataFrame([vars(item) for item in self.items], columns=list(Bottleneck.__dataclass_fields__))

    @property
    def says(self) -> list[Text]:
        """A sentence a bottleneck."""
        return [said_bottleneck(self.plan, item) for item in self.items]

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return bottleneck_tables(self)

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return bottleneck_figures(self)


def bottlenecks(
    plan: Plan,
    *,
    top: int = TOP,
    rows: Sequence[tuple[str, str]] = (),
    steps: Sequence[float] = STEPS,
    finer: int = FINER,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Bottlenecks:
    """Say of the limits that bind what they are worth, until when, and what binds next.

    Parameters
    ----------
    plan : Plan
        A solved plan.
    top : int
        How many, those of which one per cent more is worth most first.
    rows : sequence of (str, str)
        Limit and place (``row`` and ``place`` of `haihe.planning.binding.binding_table`) instead of the top ones.
    steps : sequence of float
        Shares by which a limit is loosened, rising.
    finer : int
        Halvings of the step in which the price gives way.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each limit.

    Returns
    -------
    Bottlenecks
        Limits with their worth, by step.

    Raises
    ------
    HaiheError
        ``E-PLN-117`` for a limit that does not bind, and as of every solve.
    """
    work = _Work(plan, control)
    table = binding_table(plan)
    table = table.assign(
        percent=[work.slope(row, place, plan.solution) for row, place in zip(table["row"], table["place"], strict=True)]
    )
    if rows:
        known = list(zip(table["row"], table["place"], strict=True))
        for wanted in rows:
            if (wanted[0], wanted[1]) not in known:
                near = "; ".join(f"{row} {place}" for row, place in known[:6])
                raise HaiheError("E-PLN-117", value=" ".join(wanted), near=near)
        chosen = table.iloc[[known.index((wanted[0], wanted[1])) for wanted in rows]]
    else:
        chosen = table.sort_values("percent", ascending=False, kind="stable").head(top)
    items, parts = [], []
    for record in chosen.to_dict("records"):
        if progress:
            progress(Text(f"放宽“{record['title'].zh}”", f"loosening “{record['title'].en}”"))
        item, solved = work.follow(record, steps, finer)
        items.append(item)
        parts.append(solved)
    return Bottlenecks(plan, tuple(items), pd.concat(parts, ignore_index=True) if parts else pd.DataFrame())


class _Work:
    """One session on a plan's program, in which one limit after the other is loosened and put back."""

    def __init__(self, plan: Plan, control: Control | None) -> None:
        self.plan = plan
        self.session = Session(plan.model.program, control)
        self.built = self.session.arrays
        decided = plan.asked.decided
        if decided is not None:
            decided.hold(self.session, plan.model, projects=True)
        self.blocks = [block for block in plan.assembly.policies() if block.size]
        self.limits = {block.name: _limits(block, self.built.row_lower, self.built.row_upper) for block in self.blocks}
        self.places = {block.name: np.array(places_of(plan, block), dtype=object) for block in self.blocks}
        basis = plan.basis
        if basis is not None:
            self.session.set_basis(basis)
        self.start = self.session.solve()
        self.basis = self.session.basis()
        self.before = self.worths(self.start)

    def worths(self, solution: Solution) -> "pd.Series[float]":
        """What 100 % more of each limit would bring at its price, bn yuan, by row and place."""
        parts = []
        for block in self.blocks:
            value = np.abs(solution.worth(block).ravel()) * self.limits[block.name]
            parts.append(pd.DataFrame({"row": block.name, "place": self.places[block.name], "value": value}))
        return pd.concat(parts, ignore_index=True).groupby(KEYS, sort=False)["value"].sum()

    def slope(self, row: str, place: str, solution: Solution) -> float:
        """What one per cent more of a limit in every year brings, 亿元."""
        block = self.plan.model.program.row_blocks[row]
        own = self.places[row] == place
        return float((np.abs(solution.worth(block).ravel()) * self.limits[row])[own].sum() / 10.0)

    def solve(self, row: str, place: str, share: float) -> Solution:
        """Solve with a limit loosened by a share of itself."""
        block = self.plan.model.program.row_blocks[row]
        own = self.places[row] == place
        index: Ints = block.index.ravel()[own]
        give = share * self.limits[row][own]
        low, high = self.built.row_lower[index], self.built.row_upper[index]
        self.session.set_row_bounds(index, low - give, high + give)
        try:
            return self.session.solve()
        finally:
            self.session.set_row_bounds(index, low, high)

    def follow(
        self, record: dict[object, object], steps: Sequence[float], finer: int
    ) -> tuple[Bottleneck, pd.DataFrame]:
        """Loosen one limit step by step until its price gives way, then find the border by halving."""
        row, place = str(record["row"]), str(record["place"])
        first = self.slope(row, place, self.start)
        found: list[tuple[float, float, float]] = [(0.0, 0.0, first)]
        low, high, after = 0.0, np.nan, self.start
        for share in steps:
            after = self._tried(row, place, share, found)
            now = found[-1][2]
            low = share if now >= HOLDS * first else low
            high = share if now < HOLDS * first and np.isnan(high) else high
            if now < HALF * first:
                break
        at = found[-1][0]
        for _ in range(finer if np.isfinite(high) else 0):
            middle = 0.5 * (low + high)
            self._tried(row, place, middle, found)
            low, high = (middle, high) if found[-1][2] >= HOLDS * first else (low, middle)
        if self.basis is not None:
            self.session.set_basis(self.basis)
        frame = pd.DataFrame(sorted(found), columns=["share", "gain", "percent"]).assign(row=row, place=place)
        gone = frame.loc[frame["percent"] <= NOTHING / 10.0, "share"]
        taken = record["quality"]
        item = Bottleneck(
            row=row,
            place=place,
            group=str(record["group"]),
            title=self.plan.model.program.row_blocks[row].title,
            year=None if pd.isna(record["year"]) else int(str(record["year"])),  # type: ignore[call-overload]
            price=float(str(record["price"])),
            low=float(str(record["low"])),
            high=float(str(record["high"])),
            unit=str(record["unit"]),
            percent=first,
            holds=low,
            gives=high,
            gone=float(gone.min()) if len(gone) else np.nan,
            at=at,
            quality=worst_quality([str(taken)]) or "illustrative",
        )
        if np.isfinite(high):
            item = self._followed(item, after)
        return item, frame[["row", "place", "share", "gain", "percent"]]

    def _tried(self, row: str, place: str, share: float, found: list[tuple[float, float, float]]) -> Solution:
        solution = self.solve(row, place, share)
        gain = 10.0 * (self.start.objective - solution.objective)
        found.append((share, gain, self.slope(row, place, solution)))
        return solution

    def _followed(self, item: Bottleneck, after: Solution) -> Bottleneck:
        """Add the limit whose worth has grown most since the start; one that did not bind before goes first."""
        now, own = self.worths(after), (item.row, item.place)
        lost = float(self.before.loc[own] - now.loc[own])
        frame = pd.DataFrame({"now": now, "grown": now - self.before, "fresh": self.before <= NOTHING}).drop(
            index=[own]
        )
        frame = frame[frame["grown"] > max(NOTHING, GROWN * lost)]
        if frame.empty:
            return item
        row, place = frame.sort_values(["fresh", "grown"], ascending=False, kind="stable").index[0]
        best = frame.loc[(row, place)]
        return replace(
            item,
            next_row=str(row),
            next_place=str(place),
            next_title=self.plan.model.program.row_blocks[str(row)].title,
            starts=bool(best["fresh"]),
            next_percent=float(best["now"]) / 10.0,
        )


def _limits(block: Block, lower: Floats, upper: Floats) -> Floats:
    """Size of every limit of a block in full, in its rows' unit; 0 where there is none."""
    low, high = block.of(lower).ravel(), block.of(upper).ravel()
    bound = np.where(np.isfinite(high), high, low)
    whole = bound if block.reference is None else bound + block.reference.ravel()
    return np.where(np.isfinite(whole), np.abs(whole), 0.0)
