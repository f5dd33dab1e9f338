"""What each thing of an agreement is worth, and the cheapest package that brings most of the gain.

Things overlap: permits and trade both ease the same caps. So a thing's worth is told three ways: shared alone, left out
of the whole, and its average over all orders in which things may be agreed on (the Shapley value over things).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from haihe.coalition.game import Game
from haihe.coalition.shapley import shapley
from haihe.coalition.values import Coalitions
from haihe.messages import Progress, Text

REACH = 0.8
"""Share of the gain that a package should bring."""
CLOSE = 1e-9
MOST_THINGS = 12
"""Things up to which every package is solved."""


@dataclass(frozen=True)
class Package:
    """The cheapest things that together bring a share of the gain.

    Attributes
    ----------
    things : tuple of str
    gain : float
        Discounted bn yuan.
    share : float
        Of the gain of the whole agreement.
    cost : float
        Bn yuan, or the number of things where not every cost is declared.
    counted : bool
        True where things are counted because some have no declared cost.
    solved : int
        Packages that were solved to prove it.
    """

    things: tuple[str, ...]
    gain: float
    share: float
    cost: float
    counted: bool
    solved: int


def worth_of_things(coalitions: Coalitions, *, every: bool = False, progress: Progress | None = None) -> pd.DataFrame:
    """Tell what each thing is worth to all players together.

    Parameters
    ----------
    coalitions : Coalitions
    every : bool
        Solve every package of things (two to their number) for the Shapley value over things.
    progress : callable, optional
        Called with a `Text` before each package.

    Returns
    -------
    DataFrame
        thing, kind, zh, en, alone, left_out, shapley (discounted bn yuan; shapley missing where not asked for; all
        three missing for a thing with no data behind it), share (of left_out in the whole gain), cost (bn yuan),
        quality.
    """
    things, everybody = coalitions.agreement.things, coalitions.everybody
    active = _active(coalitions)
    whole_mask = sum(1 << k for k in active)
    whole = coalitions.gain(everybody)
    average = dict.fromkeys(active, np.nan)
    say = progress or (lambda _: None)
    if every and 0 < len(active) <= MOST_THINGS:
        average = dict(zip(active, shapley(_packages(coalitions, active, say)), strict=True))
    say(Text("逐项去掉", "leaving things out one by one"))
    without = {k: _clean(whole - coalitions.gain(everybody, whole_mask & ~(1 << k)), whole) for k in active}
    say(Text("逐项单独共享", "sharing things one by one"))
    alone = {k: _clean(coalitions.gain(everybody, 1 << k), whole) for k in active}
    records = [
        (
            *(thing.name, thing.kind, thing.title.zh, thing.title.en),
            *(part.get(k, np.nan) for part in (alone, without, average)),
            without[k] / whole if k in without and whole > CLOSE else np.nan,
            *(thing.cost, thing.quality),
        )
        for k, thing in enumerate(things)
    ]
    columns = ["thing", "kind", "zh", "en", "alone", "left_out", "shapley", "share", "cost", "quality"]
    return pd.DataFrame(records, columns=columns)


def cheapest_package(coalitions: Coalitions, reach: float = REACH) -> Package:
    """Find the cheapest things that bring a share of the gain; proved, since more things never bring less.

    Packages are tried in the order of their cost, and one that lies within a package known to fail is skipped; the
    first that succeeds is the cheapest.

    Parameters
    ----------
    coalitions : Coalitions
    reach : float
        Share of the gain of the whole agreement, above 0 and at most 1.
    """
    things, everybody = coalitions.agreement.things, coalitions.everybody
    active = _active(coalitions)
    counted = any(np.isnan(things[k].cost) for k in active)
    costs = {k: 1.0 if counted else things[k].cost for k in active}
    whole = coalitions.gain(everybody)
    wanted = reach * whole - CLOSE * (1.0 + abs(whole))
    failed: list[int] = []
    solved = 0
    for size_and_cost, mask in _by_cost(active, costs):
        if any(mask & ~bad == 0 for bad in failed):
            continue
        gain, solved = coalitions.gain(everybody, mask), solved + 1
        if gain >= wanted:
            names = tuple(things[k].name for k in active if mask >> k & 1)
            share = gain / whole if whole > CLOSE else np.nan
            return Package(names, gain, share, size_and_cost[0], counted, solved)
        failed.append(mask)
    names = tuple(things[k].name for k in active)
    return Package(names, whole, 1.0, sum(costs.values()), counted, solved)


def _active(coalitions: Coalitions) -> list[int]:
    """Places of the things that open anything."""
    idle = coalitions.gates.without_effect(coalitions.agreement)
    return [k for k in range(len(coalitions.agreement.things)) if k not in idle]


def _by_cost(active: list[int], costs: dict[int, float]) -> list[tuple[tuple[float, int], int]]:
    """Every package as a mask with its cost and size, the cheapest first."""
    return sorted(
        ((sum(costs[k] for k in chosen), size), sum(1 << k for k in chosen))
        for size in range(len(active) + 1)
        for chosen in combinations(active, size)
    )


def _clean(gain: float, whole: float) -> float:
    """Take rounding of the solver for 0."""
    return 0.0 if abs(gain) <= CLOSE * (1.0 + abs(whole)) else gain


def _packages(coalitions: Coalitions, active: list[int], say: Progress) -> Game:
    """The game whose members are things: gain of all players when they share a package."""
    count = 1 << len(active)
    values = np.zeros(count)
    for k in range(1, count):
        code = k ^ k >> 1
        say(Text(f"组合 {k}/{count - 1}", f"package {k} of {count - 1}"))
        mask = sum(1 << thing for i, thing in enumerate(active) if code >> i & 1)
        values[code] = coalitions.gain(coalitions.everybody, mask)
    return Game(tuple(coalitions.agreement.things[k].name for k in active), values)
