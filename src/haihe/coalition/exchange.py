"""An exchange in one process: members answer prices until what they would receive is what they would give.

The same search runs over files and processes in `haihe.coalition.coordinator`. What one office with everybody's data
would find stands in `together`, to compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.coalition.exchange_views import ExchangeViews
from haihe.coalition.member import Member, Offer
from haihe.coalition.member_folder import member_part
from haihe.coalition.pooling import MONEY, YUAN, Pooling, between, pooling_of
from haihe.coalition.price_search import Heard, Offers, PriceSearch
from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.control import Control
from haihe.planning.inputs import members_of
from haihe.planning.program import Block, Floats
from haihe.planning.solver import Solution
from haihe.region import Region

TOLERANCE = 1e-4
"""Gap at which an exchange stops: share of the gain that could still be found."""
ROUNDS = 60
"""Most rounds."""
EDGE = 1e-6
"""Relative distance from a declared bound at which a settled amount is said to be at it."""


@dataclass(frozen=True)
class Over:
    """What an exchange is about: codes and units of things (K), milestones (T)."""

    things: tuple[str, ...]
    units: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Exchange(Viewed):
    """A settled exchange.

    Attributes
    ----------
    rounds : DataFrame
        Columns round, bound, gain (bn yuan discounted: no exchange gains more, and this one surely gains so much), gap.
    settled : DataFrame
        Columns member, thing, year, amount (received, negative where given), unit, price (yuan a unit), payment (bn
        yuan of that year, positive where the member pays).
    gain : float
        What the exchange surely adds to the members' welfare together, as the members say; bn yuan discounted. Over
        files what they say is checked against itself (`haihe.coalition.judging`), never against their data.
    bound : float
        No exchange of these things adds more, as the members say.
    reached : bool
        Whether the gap is within the tolerance.
    heard : dict of str to Heard
        What each member said in every round, for `haihe.coalition.observer`.
    marks : dict of str to Quality
        Worst quality of what each member's plan rests on.
    findings : Findings
        Amounts at a declared bound (``W-COA-88``), a search that ended early (``W-COA-87``).
    """

    rounds: pd.DataFrame
    settled: pd.DataFrame
    gain: float
    bound: float
    reached: bool
    heard: dict[str, Heard] = field(default_factory=dict, repr=False)
    marks: dict[str, Quality] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def views(self) -> ExchangeViews:
        """Tables and figures with words."""
        return ExchangeViews(self)

    @property
    def gap(self) -> float:
        """Share of the gain that could still be found."""
        return float(self.rounds["gap"].iloc[-1]) if len(self.rounds) else np.inf

    @property
    def prices(self) -> pd.DataFrame:
        """Prices, yuan a unit: one row a thing, one column a year."""
        frame = self.settled.drop_duplicates(["thing", "year"])
        return frame.pivot_table(index="thing", columns="year", values="price", sort=False)


@dataclass(frozen=True)
class Together:
    """What one office with everybody's data would find; `alone` and `joint` are objectives to minimise, bn yuan."""

    pooling: Pooling
    alone: Solution
    joint: Solution

    @property
    def gain(self) -> float:
        """What pooling adds to the members' welfare together, bn yuan discounted."""
        return self.alone.objective - self.joint.objective

    @property
    def prices(self) -> Floats:
        """Price of each pooled thing in each milestone, yuan a unit; shape (K, T)."""
        rows = np.array([row.of(self.joint.row_dual) for row in self.pool_rows])
        return self.pooling.to_prices(-rows)

    @property
    def pool_rows(self) -> list[Block]:
        """Rows that make what is received equal to what is given, one block a thing."""
        model = self.pooling.assembly.model
        rows = model.program.row_blocks
        return [
            model.factors.finance_pool
            if p.name == MONEY
            else rows[f"pool:{p.name}" if p.name in model.caps else f"pool:received:{p.name}"]
            for p in self.pooling.pooled
        ]

    def price_range(self, thing: str, year: int, step: float = 1e-5) -> tuple[float, float]:
        """Lowest and highest price of a thing in a year that the optimum allows, by moving the pool a little both ways.

        Where the optimum has a kink its price is not unique. ``step`` is the move as a share of the members' bounds.
        """
        k = [p.name for p in self.pooling.pooled].index(thing)
        t = self.pooling.assembly.setup.assumptions.years.index(year)
        pooled, session, row = self.pooling.pooled[k], self.pooling.session, self.pool_rows[k].index[t : t + 1]
        move = step * float(pooled.bound[:, t].sum()) / pooled.scale
        slopes = []
        for sign in (1.0, -1.0):
            # The pool's row says sum of received = 0; a positive right side is a gift from outside.
            session.set_row_bounds(row, sign * move, sign * move)
            slopes.append((self.joint.objective - session.solve().objective) / (sign * move))
        session.set_row_bounds(row, 0.0, 0.0)
        worth = np.zeros((len(self.pooling.pooled), len(self.pooling.weights)))
        found = []
        for slope in slopes:
            worth[k, t] = slope
            found.append(float(self.pooling.to_prices(worth)[k, t]))
        return min(found), max(found)


def together(region: Region, things: Sequence[str]) -> Together:
    """Solve all members in one program, first each alone and then with what they pool.

    Trade between members stays at the reference, projects and shared links are left out, as in an exchange.

    Parameters
    ----------
    region : Region
        All members.
    things : sequence of str
        What is pooled.
    """
    pooling = pooling_of(region, things)
    alone = pooling.session.solve()
    between(pooling)
    return Together(pooling, alone, pooling.session.solve())


def exchange(
    region: Region,
    things: Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    most_rounds: int = ROUNDS,
    control: Control | None = None,
) -> Exchange:
    """Run an exchange of all members of a region in this process, each with its own part of the tables only.

    Parameters
    ----------
    region : Region
        All members.
    things : sequence of str
        What is pooled: codes of caps and resources, ``money``.
    tolerance : float
        Gap at which to stop.
    most_rounds : int
        Rounds at most; 0 settles without any exchange.
    control : Control, optional
        Cancel and progress.

    Raises
    ------
    HaiheError
        ``E-COA-71`` for a thing that cannot be pooled, ``E-COA-81`` where members discount differently, ``E-PLN-60``
        where it was cancelled.
    """
    control = control or Control()
    parts = [member_part(region, name) for name in members_of(region)]
    members = [Member(part.region, tuple(things), control) for part in parts]
    search = PriceSearch(offers_of({member.name: member.offer for member in members}))
    rows: list[dict[str, float]] = []
    while search.rounds < most_rounds and search.gap > tolerance:
        answers = [member.answer(search.asked) for member in members]
        search.answer(np.array([one.amounts for one in answers]), np.array([one.gain for one in answers]))
        rows.append(round_row(search))
        say(control.progress, search)
    marks = {member.name: worst_quality(member.pooling.assembly.setup.marks.values()) for member in members}
    over = Over(tuple(things), members[0].units, members[0].years)
    found = list(parts[0].findings)  # shared links are the same for all
    done = settle(search, [member.name for member in members], over, rows, tolerance, found)
    return replace(done, marks={name: mark for name, mark in marks.items() if mark is not None})


def offers_of(offers: Mapping[str, Offer]) -> Offers:
    """Put the members' offers together, in their order.

    Raises
    ------
    HaiheError
        ``E-COA-81`` where members count the years differently: their plans then cannot be added up.
    """
    first = next(iter(offers.values()))
    for name, offer in offers.items():
        if offer.weights.shape != first.weights.shape or not np.allclose(offer.weights, first.weights, rtol=1e-9):
            raise HaiheError("E-COA-81", value=name, near=next(iter(offers)))
    every = offers.values()
    return Offers(np.array([one.bounds for one in every]), np.array([one.prices for one in every]), first.weights)


def round_row(search: PriceSearch) -> dict[str, float]:
    """What is known after a round: one row of `Exchange.rounds`."""
    return {"round": search.rounds, "bound": search.bound, "gain": search.gain, "gap": search.gap}


def say(progress: Progress | None, search: PriceSearch) -> None:
    """Tell how far the search is."""
    if progress is not None:
        left = "—" if np.isinf(search.gap) else f"{search.gap:.2%}"
        gain, most = f"{search.gain:.3f}", f"{search.bound:.3f}"
        progress(
            Text(
                f"第 {search.rounds} 轮：收益至少 {gain}、至多 {most}（十亿元），差距 {left}",
                f"round {search.rounds}: gain at least {gain}, at most {most} bn yuan, gap {left}",
            )
        )


def settle(
    search: PriceSearch,
    members: Sequence[str],
    over: Over,
    rows: Sequence[Mapping[str, float]],
    tolerance: float,
    found: Sequence[Finding] = (),
) -> Exchange:
    """Put the outcome of a search into words and tables."""
    index = pd.MultiIndex.from_product([members, over.things, over.years], names=["member", "thing", "year"])
    amounts, prices = search.settled, search.prices
    settled = pd.DataFrame({"amount": amounts.ravel()}, index=index).reset_index()
    settled["unit"] = settled["thing"].map(dict(zip(over.things, over.units, strict=True)))
    settled["price"] = np.broadcast_to(prices, amounts.shape).ravel()
    settled["payment"] = (amounts * prices / YUAN).ravel()
    bounds = search.offers.bounds
    at_edge = (np.abs(amounts) >= bounds * (1 - EDGE)) & (bounds > 0) & (search.rounds > 0)
    notes = list(found)
    if at_edge.any():
        where = settled[at_edge.ravel()]
        names = ", ".join(
            f"{m} {t} {y}" for m, t, y in zip(where["member"], where["thing"], where["year"], strict=True)
        )
        notes.append(Finding("W-COA-88", values={"value": names}))
    reached = search.gap <= tolerance
    if not reached:
        gap = "—" if np.isinf(search.gap) else f"{search.gap:.2%}"
        notes.append(Finding("W-COA-87", values={"rounds": search.rounds, "gap": gap, "wanted": f"{tolerance:.2%}"}))
    frame = pd.DataFrame(list(rows), columns=["round", "bound", "gain", "gap"])
    heard = {name: search.heard(r) for r, name in enumerate(members)}
    return Exchange(frame, settled, search.gain, search.bound, reached, heard, findings=Findings(notes))
