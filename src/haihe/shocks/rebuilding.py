"""Rebuilding what was destroyed: demand on the sectors that rebuild, until all is delivered."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError
from haihe.shocks.baseline import DAYS, AtRest
from haihe.shocks.events import Event, Rebuild
from haihe.shocks.inventories import known
from haihe.shocks.patterns import by_producer, damage_of, hit, share_of_capital

Floats = NDArray[np.float64]


class Rebuilding:
    """One event's damage in every lane, and what is left of it.

    Damage h asks product i of the supplier in r for a share ``sectors[i] · v[i,r,h]`` of itself, v being who supplies h
    with i at rest. Each day 1/days of what is left is asked for. All damages are served by a supplier in the same
    proportion, so what is left of supplier (i, r)'s part is one number for all of them: no matrix of damages by supplier
    changes over time.

    Attributes
    ----------
    event : Event
    parts : ndarray, shape (H, n, R + q)
        Damage by victim and by the supplier that makes it good, money; victims are producers, or regions' final users.
    left : ndarray, shape (L, n, R + q)
        Share of it that is left in every lane.
    """

    def __init__(
        self, event: Event, rebuild: Rebuild, parts: Floats, victims: NDArray[np.intp], capital: Floats, lanes: int
    ) -> None:
        self.event, self.rebuild, self.parts, self.victims, self.capital = event, rebuild, parts, victims, capital
        self.left = np.ones((lanes, *parts.shape[1:]))
        self.there = np.zeros(lanes)
        self._asked = np.zeros(0)

    @classmethod
    def of(cls, event: Event, rest: AtRest, capital: Floats, lanes: int) -> Rebuilding:
        """Spread an event's damage over victims and suppliers.

        Raises
        ------
        HaiheError
            ``E-SHK-03`` unknown label, ``E-SHK-09`` nothing hit, ``E-SHK-12`` no capital, ``E-SHK-13`` a sector that
            rebuilds makes nothing.
        """
        rebuild = event.rebuild
        if rebuild is None:
            raise HaiheError("E-SHK-08", what="rebuild", value=event.kind)
        known(list(rebuild.sectors), rest.sectors, "sector")
        known(list(event.kinds), sorted({kind for _, kind in rest.uses}), "kind")
        capital_hit = event.kind == "capital"
        if capital_hit:
            amount = by_producer(event, rest)
            share_of_capital(amount, event, capital)
            damage = damage_of(amount, event, capital)
        else:
            damage = _household(event, rest)
        victims = np.flatnonzero(damage > 0)
        if not victims.size and np.any(np.asarray(event.amount) != 0):
            raise HaiheError("E-SHK-09", value=event.name or event.kind)
        parts = np.zeros((victims.size, len(rest.sectors), rest.places))
        for code, share in rebuild.sectors.items():
            i = rest.sectors.index(code)
            total = rest.supply[i].sum()
            if share and not total > 0:
                raise HaiheError("E-SHK-13", value=code)
            bought = _bought_of(i, victims, rest) if capital_hit else _used_of(i, victims, event, rest)
            whole = bought.sum(axis=1, keepdims=True)
            usual = np.broadcast_to(rest.supply[i] / (total or 1.0), bought.shape)
            v = np.divide(bought, whole, out=usual.copy(), where=whole > 0)
            parts[:, i] = share * v * damage[victims, None]
        return cls(event, rebuild, parts, victims, capital if capital_hit else np.zeros(0), lanes)

    def start_in(self, lane: int) -> None:
        """Let it happen in a lane, once for each time it is named."""
        self.there[lane] += 1.0

    def lost(self, day: float, size: int) -> Floats | None:
        """Share of capacity lost on a day, shape (L, N); None where it costs no capacity."""
        if not self.capital.size or day < self.event.start:
            return None
        share = np.zeros((len(self.there), size))
        left = np.einsum("hir,lir->lh", self.parts, self.left) * self.there[:, None]
        share[:, self.victims] = left / self.capital[self.victims]
        return share

    def asks(self, day: float, step: float) -> Floats | None:
        """Demand a day for rebuilding, shape (L, n, R + q); None before it begins."""
        if day < self.event.start + self.event.duration:
            return None
        pace = self.rebuild.factor / max(self.rebuild.days, step)
        return np.asarray(self.parts.sum(axis=0) * self.left * self.there[:, None, None] * pace)

    def deliver(self, day: float, served: Floats, step: float) -> None:
        """Take what was delivered off what is left; `served` is the share of the demand that was met."""
        if day < self.event.start + self.event.duration:
            return
        self.left *= 1.0 - served * (step / max(self.rebuild.days, step))

    @property
    def remaining(self) -> Floats:
        """Damage not yet made good in every lane, money, shape (L,)."""
        return np.asarray((self.parts.sum(axis=0) * self.left).sum(axis=(1, 2)) * self.there)


def _household(event: Event, rest: AtRest) -> Floats:
    """Damage to the final users of every region: one amount is spread by final use."""
    if isinstance(event.amount, pd.Series):
        known([str(r) for r in event.amount.index], rest.regions, "region")
        return event.amount.reindex(rest.regions).fillna(0.0).to_numpy(dtype=float)
    use = np.array([rest.final[:, _columns(event, rest, region)].sum() for region in rest.regions])
    weights = np.maximum(use, 0.0) * hit(event.regions, rest.regions, "region")
    return np.asarray(float(event.amount) * weights / weights.sum()) if weights.sum() > 0 else weights


def _bought_of(product: int, victims: NDArray[np.intp], rest: AtRest) -> Floats:
    """What producers buy of a product from every supplier a day, shape (H, R + q)."""
    own = rest.yearly[product :: len(rest.sectors), victims]
    return np.vstack([own, rest.outside[:, product, victims]]).T / DAYS


def _used_of(product: int, victims: NDArray[np.intp], event: Event, rest: AtRest) -> Floats:
    """What the final users of regions use of a product from every supplier a day, shape (H, R + q)."""
    rows = rest.final[product :: len(rest.sectors)]
    columns = [rows[:, _columns(event, rest, rest.regions[h])].sum(axis=1) for h in victims]
    return np.maximum(np.stack(columns), 0.0) / DAYS if columns else np.zeros((0, rest.places))


def _columns(event: Event, rest: AtRest, region: str) -> list[bool]:
    """Final uses of a region that an event is about."""
    return [r == region and (not event.kinds or kind in event.kinds) for r, kind in rest.uses]
