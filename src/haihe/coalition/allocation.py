"""Where a split starts from: who gets how many permits at first, read from the table ``allocations``.

Half of what coordination gives to whom is decided here, before anybody trades: who is handed more than it needs sells,
who is handed less buys. So every result names its allocation, and bands run over several.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning.caps import CapSpec
from haihe.planning.indicator_data import POPULATION
from haihe.planning.measures import ALL, split
from haihe.planning.program import Floats
from haihe.planning.setup import Setup
from haihe.region import Region
from haihe.region.nearest import suggest

EQUAL = "equal"
"""Code of the allocation of the plan itself: every member's cap is the same share of its reference path."""


@dataclass(frozen=True)
class Key:
    """One basis of an allocation: ``by`` as in the table, ``region`` where the share is stated, its weight."""

    by: str
    weight: float = 1.0
    region: str = "*"


@dataclass(frozen=True)
class Allocation:
    """How the permits of caps are first handed out.

    Parameters
    ----------
    name : str
    title : Text
    keys : tuple of Key
        They add up by their weights.
    limits : tuple of str
        Caps it is about; ``("*",)`` for all that are pooled.
    full_year : float
        Year from which it holds in full; NaN for at once.
    quality : Quality
    """

    name: str
    title: Text
    keys: tuple[Key, ...] = (Key("reference"),)
    limits: tuple[str, ...] = ALL
    full_year: float = np.nan
    quality: Quality = "illustrative"

    def shares(self, setup: Setup, cap: CapSpec) -> Floats:
        """Share of every member in each milestone, shape (R, T); 0 where the cap does not reach; they add up to 1.

        Raises
        ------
        HaiheError
            ``E-COA-25`` where residents are not known, ``E-COA-26`` where no share is stated for anybody that the cap
            reaches.
        """
        reached = np.asarray(np.isfinite(cap.cap).all(axis=1))
        start = _normal(cap.reference(setup.economy) * reached[:, None], self.name)
        goal = sum((key.weight * _basis(setup, cap, key, reached) for key in self.keys), np.zeros_like(start))
        goal = _normal(goal, self.name)
        years = np.asarray(setup.economy.assumptions.years, dtype=np.float64)
        if np.isnan(self.full_year) or self.full_year <= years[0]:
            return goal
        way = np.clip((years - years[0]) / (self.full_year - years[0]), 0.0, 1.0)
        return np.asarray(start + (goal - start) * way)


def equal() -> Allocation:
    """Give the allocation of the plan itself: an equal percentage of the reference path for everybody."""
    return Allocation(EQUAL, Text("同比例", "Equal percentage"))


def allocations_of(region: Region) -> dict[str, Allocation]:
    """Read every allocation; `equal` comes first unless the table has one of that name."""
    found = {EQUAL: equal()}
    table = region.frame("allocations").reset_index(drop=True)
    for name, rows in table.groupby("allocation", sort=False):
        first = rows.iloc[0]
        found[str(name)] = Allocation(
            name=str(name),
            title=Text(first["name_zh"], first["name_en"]),
            keys=tuple(
                Key(by, float(w), str(r)) for by, w, r in rows[["by", "weight", "region"]].itertuples(index=False)
            ),
            limits=split(first["limits"]),
            full_year=float(first["full_year"]) if pd.notna(first["full_year"]) else np.nan,
            quality=worst_quality(set(rows["quality"])) or "illustrative",
        )
    return found


def allocation_of(region: Region, name: str | None = None) -> Allocation:
    """Give one allocation by its code, `equal` where none is named; ``E-COA-24`` for one that is not there."""
    known = allocations_of(region)
    if name is not None and name not in known:
        raise HaiheError("E-COA-24", table="allocations", column="allocation", value=name, near=suggest(name, known))
    return known[name or EQUAL]


def allocated(setup: Setup, allocation: Allocation) -> Setup:
    """Hand the permits of the caps out anew; what all members have together stays as it is.

    Raises
    ------
    HaiheError
        As `Allocation.shares`.
    """
    return replace(setup, caps=tuple(_handed_out(setup, cap, allocation) for cap in setup.caps))


def _handed_out(setup: Setup, cap: CapSpec, allocation: Allocation) -> CapSpec:
    if not (cap.pooled if allocation.limits == ALL else cap.name in allocation.limits):
        return cap
    finite = np.where(np.isfinite(cap.cap), cap.cap, 0.0)
    share = allocation.shares(setup, cap)
    return replace(cap, cap=np.where(np.isfinite(cap.cap), share * finite.sum(axis=0), np.inf))


def _basis(setup: Setup, cap: CapSpec, key: Key, reached: np.ndarray) -> Floats:
    """Shares by one basis, shape (R, T)."""
    e = setup.economy
    if key.by == "reference":
        amount = cap.reference(e)
    elif key.by == "value_added":
        amount = np.asarray((e.output * (1.0 - e.a0.sum(axis=1))[:, :, None]).sum(axis=1))
    elif key.by == "residents":
        if setup.data.population is None:
            raise HaiheError("E-COA-25", table="endowments", column="resource", value=POPULATION)
        amount = np.repeat(setup.data.population[:, None], len(e.assumptions.years), axis=1)
    else:
        here = np.array([float(key.region in ("*", name)) for name in e.members])
        return np.repeat((here * reached)[:, None], len(e.assumptions.years), axis=1)
    return _normal(amount * reached[:, None], key.by)


def _normal(amount: Floats, name: str) -> Floats:
    total = amount.sum(axis=0)
    if not (total > 0).all() or (amount < 0).any():
        raise HaiheError("E-COA-26", table="allocations", column="by", value=name)
    return np.asarray(amount / total)


def names_of(allocations: Sequence[Allocation]) -> dict[object, Text]:
    """What allocations are called, by code."""
    return {allocation.name: allocation.title for allocation in allocations}
