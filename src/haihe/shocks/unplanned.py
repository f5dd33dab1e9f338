"""What everybody does by themselves in a shock, week by week: the flows of the disruption model, written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haihe.shocks.baseline import AtRest
from haihe.shocks.disruption import disrupt
from haihe.shocks.events import Event
from haihe.shocks.inventories import Inventories
from haihe.shocks.stepping import Economy

Floats = NDArray[np.float64]
WEEK = 7


@dataclass(frozen=True, eq=False)
class Flows:
    """Flows of every day, T days, R regions, q partners, n products; stocks pooled by region.

    Attributes
    ----------
    made, capacity : ndarray, shape (T, n, R)
        Output, and capacity as called up.
    sent : ndarray, shape (T, n, R + q, R)
        Product sent by each supplier to the producers of each region.
    final, asked : ndarray, shape (T, n, R + q)
        Final use (exports and rebuilding included) served and asked for, by supplier.
    abroad : ndarray, shape (T, n, q)
        What partners can deliver at most.
    stock : ndarray, shape (n, R)
        Stocks on the first morning; of inputs that never run out, a day's use that is on order.
    goal : ndarray, shape (n, R)
        Most that is held.
    use : ndarray, shape (n, R, n)
        Product needed per unit of output of each producer: product, region, sector.
    usual : ndarray, shape (n, R + q, R)
        A day's deliveries at rest.
    normal : ndarray, shape (n, R)
        A day's output at rest.
    passable : ndarray, shape (T, n, R + q, R)
        Share of deliveries that links let through.
    endless : ndarray of bool, shape (n,)
        Inputs that never run out.
    added : ndarray, shape (n, R)
        Value added per unit of output.
    """

    made: Floats
    capacity: Floats
    sent: Floats
    final: Floats
    asked: Floats
    abroad: Floats
    stock: Floats
    goal: Floats
    use: Floats
    usual: Floats
    normal: Floats
    passable: Floats
    endless: NDArray[np.bool_]
    added: Floats

    @property
    def value(self) -> float:
        """Value added over all days."""
        return float((self.added * self.made).sum())

    @property
    def served(self) -> float:
        """Final use served over all days."""
        return float(self.final.sum())

    def used(self, made: Floats) -> Floats:
        """Use of every product in every region for an output, shape (..., n, R) to (..., n, R)."""
        return np.asarray(np.einsum("isj,...js->...is", self.use, made))


class Scribe:
    """Writes down the flows of the only lane of a run, step by step (days of one)."""

    def __init__(self, rest: AtRest) -> None:
        self.rest = rest
        n, R = len(rest.sectors), len(rest.regions)
        self.flows = rest.layout().reshape(n, rest.places, R, n)
        self.factors: Floats | None = None
        self.scale = np.ones((n, rest.size))
        self.made: list[Floats] = []
        self.capacity: list[Floats] = []
        self.sent: list[Floats] = []
        self.final: list[Floats] = []
        self.asked: list[Floats] = []

    def __call__(self, _: int, economy: Economy) -> None:
        """Take down a step."""
        rest, n = self.rest, len(self.rest.sectors)
        groups = len(economy.factors)
        before = np.ones_like(economy.factors) if self.factors is None else self.factors
        old = (before * economy.served[economy.class_of] * economy.on_the_way)[:, 0]
        group = np.repeat(np.arange(groups), np.diff(economy.stocks.bounds))[economy.back]
        sent = np.zeros((n, rest.places, len(rest.regions)))
        scale = self.scale.reshape(n, -1, n)
        for k in range(groups):
            inside = (group == k).reshape(-1, n)
            sent += np.einsum("irsj,isj,sj->irs", self.flows, scale, inside) * old[k][:, :, None]
        self.made.append(rest.by_product(economy.made)[0])
        self.capacity.append(rest.by_product(economy.capacity)[0])
        self.sent.append(sent)
        self.final.append((economy.clients * economy.served).sum(axis=0)[0])
        self.asked.append(economy.clients.sum(axis=0)[0])
        self.factors = economy.factors.copy()
        self.scale = economy.stocks.scale[:, 0][:, economy.back].astype(np.float64)


def unplanned(rest: AtRest, events: Sequence[Event], days: int, inventories: Inventories, **options: Any) -> Flows:
    """Run a shock and write down its flows.

    Parameters
    ----------
    rest, events, inventories, **options
        As for `disrupt`; one scenario, in days.
    days : int

    Returns
    -------
    Flows
    """
    scribe = Scribe(rest)
    disrupt(rest, events, days=days, inventories=inventories, watch=scribe, **options)
    n, R = len(rest.sectors), len(rest.regions)
    endless = np.asarray(np.isinf(inventories.wanted_days(rest)).any(axis=1))
    held = np.maximum(inventories.wanted(rest, 1.0), rest.inputs / inventories.psi) * rest.output
    daily = (rest.inputs * rest.output).reshape(n, R, n).sum(axis=2)
    pooled = np.where(endless[:, None], daily, held.reshape(n, R, n).sum(axis=2))
    sent, final = np.stack(scribe.sent), np.stack(scribe.final)
    usual = rest.layout().reshape(n, rest.places, R, n).sum(axis=3)
    most = (sent.sum(axis=3) + final)[:, :, R:]
    headroom = getattr(options.get("response"), "headroom", None)
    added = np.divide(rest.value_added, rest.output, out=np.zeros(rest.size), where=rest.output > 0)
    return Flows(
        made=np.stack(scribe.made),
        capacity=np.stack(scribe.capacity),
        sent=sent,
        final=final,
        asked=np.stack(scribe.asked),
        abroad=_abroad(rest, events, days, most, headroom),
        stock=pooled,
        goal=pooled,
        use=rest.inputs.reshape(n, R, n),
        usual=usual,
        normal=rest.by_product(rest.output),
        passable=_passable(rest, events, days),
        endless=endless,
        added=rest.by_product(added),
    )


def _abroad(rest: AtRest, events: Sequence[Event], days: int, most: Floats, headroom: float | None) -> Floats:
    """What partners can deliver a day: at rest times their headroom where one is known, less what is cut."""
    R = len(rest.regions)
    at_rest = rest.supply[:, R:] * (1.0 if headroom is None else headroom)
    cut = np.zeros((days, len(rest.sectors), len(rest.partners)))
    for event in events:
        if event.kind == "imports" and not hasattr(event.amount, "index"):
            rows = [s in event.sectors or not event.sectors for s in rest.sectors]
            columns = [p in event.regions or not event.regions for p in rest.partners]
            left = event.left(np.arange(days, dtype=float))
            cut += left[:, None, None] * float(event.amount) * np.outer(rows, columns)
    return np.maximum(at_rest * np.clip(1.0 - cut, 0.0, 1.0), most)


def _passable(rest: AtRest, events: Sequence[Event], days: int) -> Floats:
    """Share of deliveries that links let through."""
    R = len(rest.regions)
    closed = np.zeros((days, len(rest.sectors), rest.places, R))
    for event in events:
        if event.kind == "link":
            products = [s in event.sectors or not event.sectors for s in rest.sectors]
            senders = [*(r in event.regions or not event.regions for r in rest.regions), *[False] * len(rest.partners)]
            receivers = [r in event.to_regions for r in rest.regions]
            pattern = np.einsum("i,p,r->ipr", *(np.asarray(one, dtype=float) for one in (products, senders, receivers)))
            pattern[:, np.arange(R), np.arange(R)] = 0.0
            closed += (
                event.left(np.arange(days, dtype=float))[:, None, None, None]
                * pattern
                * np.asarray(event.amount, float)
            )
    return np.clip(1.0 - closed, 0.0, 1.0)
