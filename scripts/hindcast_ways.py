"""The hindcast's information sets, and the ways to a reference path that are tried within each.

What a way may know is what it is given: `Dated` holds nothing after 2012 but each province's GDP, `National` also the
nation's sectors of 2017, `Published` those of the national tables. Every way returns growth indices, shape (R, n).
Constants were set before the first scoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from haihe.accounts import Accounts, ras
from haihe.accounts.regional import FloatArray
from haihe.diagnosis.complexity import complexity
from haihe.diagnosis.grid import grid_of
from haihe.diagnosis.similarity import cosine
from haihe.planning import paths

HALF, QUARTER = 0.5, 0.25
"""Damping of old trends, and how much of a province's own lead of 2007 to 2012 is carried on."""
FAR = 1.5
"""Logarithms of growth count up to this far: sectors that appear or vanish with a new classification say nothing."""
CLOSE = 8
"""Power of the similarity of structures that weighs other provinces."""


def ratio(above: FloatArray, below: FloatArray, empty: float) -> FloatArray:
    """Divide; ``empty`` where there is nothing to divide by or nothing to divide."""
    there = (below > 0) & (above > 0)
    return np.divide(above, below, out=np.full(np.broadcast_shapes(above.shape, below.shape), empty), where=there)


@dataclass(frozen=True)
class Dated:
    """Set (a): tables of 2007 and 2012, and nothing later but each province's GDP growth, shape (R,)."""

    first: Accounts
    then: Accounts
    gdp: FloatArray

    @property
    def before(self) -> FloatArray:
        """Output of 2012, shape (R, n)."""
        return self.then.output

    @cached_property
    def added_share(self) -> FloatArray:
        """Value added per unit of output in 2012, shape (R, n)."""
        return ratio(self.then.value_added, self.before, 0.0)

    @cached_property
    def past(self) -> FloatArray:
        """Places in `then` of the provinces that have a table of 2007."""
        return np.asarray([self.then.regions.index(region) for region in self.first.regions])

    @cached_property
    def old_elsewhere(self) -> FloatArray:
        """Growth of sectors 2007 to 2012 in the rest of the provinces that have both tables, shape (R, n)."""
        then, now = np.zeros_like(self.before), np.zeros_like(self.before)
        then[self.past], now[self.past] = self.first.output, self.before[self.past]
        return paths.rest_of_nation(then, now)

    @cached_property
    def old_growth(self) -> FloatArray:
        """Growth of every cell 2007 to 2012, shape (R07, n); 1 where there was nothing."""
        return ratio(self.before[self.past], self.first.output, 1.0)


@dataclass(frozen=True)
class National(Dated):
    """Set (b): also the nation's sectors of 2017, as sums over provinces.

    ``elsewhere`` (R, n) is the growth of sectors in the rest of the provinces, which a province's own table does not
    enter; ``whole`` (n,) output and ``added`` (n,) value added of all provinces, 2017 over 2012.
    """

    elsewhere: FloatArray
    whole: FloatArray
    added: FloatArray


@dataclass(frozen=True)
class Published(National):
    """Set (b) with the national tables: their output and value added of each sector, 2017 over 2012, shape (n,)."""

    made: FloatArray
    earned: FloatArray


def uniform(known: Dated) -> FloatArray:
    return paths.uniform(known.before, known.gdp)


def old_shares(known: Dated) -> FloatArray:
    return paths.shift_share(known.before, known.old_elsewhere, known.gdp)


def old_half(known: Dated) -> FloatArray:
    return paths.damped(known.before, known.old_elsewhere, HALF, known.gdp)


def features(accounts: Accounts) -> FloatArray:
    """Specialisation, relatedness density and net sales over output of every cell, shape (R, n, 3)."""
    special = paths.specialisation(accounts.output)
    density = complexity(grid_of(accounts)).density
    sold = np.clip(ratio(np.abs(accounts.net_trade), accounts.output, 0.0), 0.0, 1.0) * np.sign(accounts.net_trade)
    return np.stack([special, density, sold], axis=-1)


def slopes(known: Dated, used: int, against: FloatArray) -> FloatArray:
    """Slopes on the first ``used`` features in 2007 to 2012, each province left out in turn; shape (R, used).

    ``against`` (R07, n) is the growth that the differentials are taken from. A province without a table of 2007 has
    the slopes of all others.
    """
    seen = features(known.first)[..., :used]
    both = (known.first.output > 0) & (known.before[known.past] > 0)
    lead = np.clip(np.log(np.where(both, known.old_growth / against, 1.0)), -FAR, FAR)
    weights = np.where(both, known.first.output, 0.0) / known.first.output.sum(axis=1, keepdims=True)
    found = np.empty((len(known.then.regions), used))
    for r in range(len(found)):
        found[r] = paths.tendency(seen, lead, weights * (known.past != r)[:, None])
    return found


def past_total(known: Dated) -> FloatArray:
    """Growth of each province's output 2007 to 2012, shape (R07, 1)."""
    return known.before[known.past].sum(axis=1, keepdims=True) / known.first.output.sum(axis=1, keepdims=True)


def reverting(known: Dated) -> FloatArray:
    found = slopes(known, 1, past_total(known))
    return paths.tending(known.before, uniform(known), features(known.then)[..., :1], found, known.gdp)


def learnt(known: Dated) -> FloatArray:
    found = slopes(known, 3, past_total(known))
    return paths.tending(known.before, uniform(known), features(known.then), found, known.gdp)


def inferred(known: Dated) -> FloatArray:
    return paths.shift_share(known.before, paths.inferred_growth(known.before, known.gdp), known.gdp)


def similar(known: Dated) -> FloatArray:
    """Lead of sectors 2007 to 2012 in other provinces, weighted with how alike their structures of 2012 are, damped."""
    alike = cosine(known.before / known.before.sum(axis=1, keepdims=True))[:, known.past] ** CLOSE
    alike = np.where(np.arange(len(known.before))[:, None] == known.past, 0.0, alike)
    first = known.first.output / known.first.output.sum(axis=1, keepdims=True)
    grown = ratio(alike @ (first * known.old_growth / past_total(known)), alike @ first, 1.0)
    return paths.damped(known.before, grown, HALF, known.gdp)


def mean_a(known: Dated) -> FloatArray:
    ways = (uniform, old_half, reverting, learnt, inferred, similar)
    return paths.blend(known.before, [way(known) for way in ways], known.gdp)


def elsewhere(known: National) -> FloatArray:
    return paths.shift_share(known.before, known.elsewhere, known.gdp)


def whole(known: National) -> FloatArray:
    return paths.shift_share(known.before, known.whole, known.gdp)


def published(known: Published) -> FloatArray:
    return paths.shift_share(known.before, known.made, known.gdp)


def margins(known: National) -> FloatArray:
    return paths.both_margins(known.before, known.gdp, known.whole)


def margins_added(known: Published) -> FloatArray:
    """RAS of value added; output per value added moves as in the published national tables."""
    added = np.maximum(known.then.value_added, 0.0)
    rows, columns = added.sum(axis=1) * known.gdp, added.sum(axis=0) * known.added
    fitted = ras(added, rows, columns * (rows.sum() / columns.sum())).matrix
    grown = ratio(fitted, added, 1.0) * known.made / known.earned
    return paths.shift_share(known.before, grown, known.gdp)


def by_added(known: National) -> FloatArray:
    return paths.by_value_added(known.before, known.elsewhere, known.added_share, known.gdp)


def national_slopes(known: National, used: int) -> FloatArray:
    against = known.old_elsewhere[known.past]
    found = slopes(known, used, against)
    return paths.tending(known.before, known.elsewhere, features(known.then)[..., :used], found, known.gdp)


def shares_reverting(known: National) -> FloatArray:
    return national_slopes(known, 1)


def shares_learnt(known: National) -> FloatArray:
    return national_slopes(known, 3)


def momentum(known: National) -> FloatArray:
    """A quarter of each cell's lead over the rest of the nation in 2007 to 2012 goes on."""
    both = (known.first.output > 0) & (known.before[known.past] > 0)
    lead = np.ones_like(known.before)
    ahead = np.where(both, known.old_growth / known.old_elsewhere[known.past], 1.0)
    lead[known.past] = np.exp(QUARTER * np.clip(np.log(ahead), -FAR, FAR))
    return paths.shift_share(known.before, known.elsewhere * lead, known.gdp)


def mean_b(known: National) -> FloatArray:
    ways = (elsewhere, by_added, shares_reverting, shares_learnt, momentum)
    return paths.blend(known.before, [way(known) for way in ways], known.gdp)
