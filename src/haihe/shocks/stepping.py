"""The step of the disruption model: capacity, production, rationing, stocks and new orders of all lanes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike, NDArray

from haihe.shocks.baseline import DAYS, AtRest
from haihe.shocks.inventories import Classes, Inventories, Response, by_input
from haihe.shocks.lanes import Lane
from haihe.shocks.passing import NOTHING, TINY, Pass, Stocks
from haihe.shocks.recording import Recording
from haihe.shocks.schedule import Schedule

Floats = NDArray[np.float64]
UNTOLD = 2
"""Steps at the beginning in which scarcity is not told yet (there is no production before them to compare with)."""


class Economy:
    """All lanes on one day.

    Parameters
    ----------
    rest : AtRest
    lanes : sequence of Lane
    schedule : Schedule
        What happens.
    inventories, response : Inventories, Response
    classes : Classes
        Who is served first.
    step : float
        Days of a step.
    dtype : numpy type
        Of flows and stocks; what is by producer only is in double precision.

    Attributes
    ----------
    made, capacity, called : ndarray, shape (L, N)
        Output, capacity and capacity called up over that at rest, of the last step.
    clients : ndarray, shape (K, L, n, R + q)
        What final users and those who rebuild asked for in the last step, by class.
    served : ndarray, shape (K, L, n, R + q)
        Share of its demand that each class got.
    on_the_way : ndarray, shape (G, L, n, R + q)
        Share of the orders of each group of buyers that links let through.
    asked : ndarray, shape (G, L, n, R + q)
        Orders for the next step.
    """

    def __init__(
        self,
        rest: AtRest,
        lanes: Sequence[Lane],
        schedule: Schedule,
        inventories: Inventories,
        response: Response,
        classes: Classes,
        step: float,
        dtype: DTypeLike,
    ) -> None:
        self.rest, self.schedule, self.response, self.classes, self.step = rest, schedule, response, classes, step
        L, R, N = len(lanes), len(rest.regions), rest.size
        self.count = L
        group = classes.buyers * R + np.repeat(np.arange(R), len(rest.sectors)) * (not schedule.links.empty)
        order = np.argsort(group, kind="stable")
        found, first = np.unique(group[order], return_index=True)
        self.class_of, self.region_of = found // R, found % R
        stays = bool((order == np.arange(N)).all())
        self.order: NDArray[np.intp] | slice = slice(None) if stays else order
        self.back: NDArray[np.intp] | slice = slice(None) if stays else np.argsort(order)
        bounds = np.append(first, N).astype(np.int64)
        self.stocks = self._stocks(lanes, inventories, bounds, dtype)
        shape = (len(found), L, len(rest.sectors), rest.places)
        self.factors, self.open = np.ones(shape), np.ones(shape)
        self.asked = np.empty(shape)
        for k in range(len(found)):
            columns = order[bounds[k] : bounds[k + 1]]
            self.asked[k, :, :, :R] = rest.by_product(rest.yearly[:, columns].sum(axis=1)) / DAYS
            self.asked[k, :, :, R:] = rest.outside[:, :, columns].sum(axis=2).T / DAYS
        by_class = np.stack([rest.final[:, classes.uses == k].sum(axis=1) for k in range(classes.count)])
        self.final = np.maximum(rest.by_supplier(by_class), 0.0) / DAYS
        usual = [
            response if lane.adaptation is None else replace(response, adaptation=lane.adaptation) for lane in lanes
        ]
        self.adapts = np.stack([one.adapts(rest) for one in usual])[..., None]
        self.most_called = np.array([lane.overproduction or response.overproduction for lane in lanes])[:, None]
        self.called = np.ones((L, N))
        self.made = np.tile(rest.output, (L, 1))
        self.capacity, self.served, self.on_the_way, self.clients = self.made, self.factors, self.factors, self.final
        held = self.stocks.held
        self.held_at_rest = np.where(np.isfinite(held) & (held > 0), held, np.nan)

    def _stocks(
        self, lanes: Sequence[Lane], inventories: Inventories, bounds: NDArray[np.int64], dtype: DTypeLike
    ) -> Stocks:
        rest, L, N = self.rest, self.count, self.rest.size
        order = None if isinstance(self.order, slice) else self.order
        size = np.stack([by_input("stocks", lane.stocks, rest, 1.0) for lane in lanes], axis=1)

        def sort(values: Floats) -> NDArray[np.floating]:
            return np.ascontiguousarray(values if order is None else values[:, order], dtype=dtype)

        inputs, goal = rest.inputs, inventories.wanted(rest, self.step)
        lowest = self.step / inventories.psi
        stock = np.maximum(goal[:, None] * size[:, :, None], lowest * inputs[:, None]) * rest.output
        stock[np.broadcast_to(inventories.endless(rest)[:, None], stock.shape)] = np.inf
        stock = np.ascontiguousarray(stock[..., self.order], dtype=dtype)
        most, which = np.full((L, N), np.inf, dtype=dtype), np.full((L, N), NOTHING, dtype=np.int32)
        return Stocks(
            flows=rest.layout(order, dtype),
            inputs=sort(inputs),
            goal=sort(goal),
            slack=sort(np.where(inventories.needed(rest), 0.0, np.inf)),
            pace=np.asarray(1.0 / inventories.restore(rest, self.step), dtype=dtype),
            size=size.astype(dtype),
            stock=stock,
            scale=np.ones_like(stock),
            most=most,
            which=which,
            held=stock.sum(axis=2, dtype=np.float64),
            bounds=bounds,
            psi=inventories.psi,
            lowest=lowest,
            step=self.step,
        )

    def advance(self, t: int, day: float, move: Pass, book: Recording) -> None:
        """Do step `t`, which begins on `day`, and write it down."""
        rest = self.rest
        lost = self._lost(t, day)
        final, rebuilding = self._final(t, day)
        openness, free = self._open(t), self.schedule.links.empty
        on_the_way = openness if free else np.minimum(openness / self.open, 1.0)
        clients = final
        if rebuilding is not None:
            clients = final.copy()
            clients[self.classes.rebuilding] += rebuilding
        demand = clients.copy()
        for k, asked in zip(self.class_of, self.asked if free else self.asked * on_the_way, strict=True):
            demand[k] += asked
        wanted_of = demand[0] if len(demand) == 1 else demand.sum(axis=0)
        total = rest.by_producer(wanted_of)
        if t >= UNTOLD:
            self._call_up(total)
        capacity = rest.output * (1.0 - lost) * self.called
        wanted = np.minimum(total, capacity)
        made = np.minimum(wanted, self.stocks.most[:, self.back])
        cut = np.clip(self.schedule.outside.at(t), 0.0, 1.0) if not self.schedule.outside.empty else 0.0
        supply = self._supply(made, wanted_of, cut)
        served = rationed(demand, supply)
        self.capacity, self.served, self.on_the_way, self.clients = capacity, served, on_the_way, clients
        partners = np.swapaxes(supply[..., len(rest.regions) :], -1, -2).reshape(self.count, -1)
        unmet = self._unmet(t, final, served)
        book.write(t, made, wanted, total, self.stocks.which[:, self.back], unmet, partners)
        aimed = wanted
        if rebuilding is not None:  # what is rebuilt today is not asked for again: stocks aim at the demand without it
            done = rebuilding * served[self.classes.rebuilding]
            aimed = np.minimum(total - rest.by_producer(done), capacity)
        for rebuilt in self.schedule.rebuilding:
            rebuilt.deliver(day, served[self.classes.rebuilding], self.step)
            book.remaining[:, t] += rebuilt.remaining if day >= rebuilt.event.start else 0.0
        arrives = served[self.class_of]
        self._reorder(capacity, cut, openness, arrives if free else arrives * on_the_way, made, aimed, move)
        self.made = made
        np.minimum(book.stock_low, (self.stocks.held / self.held_at_rest).T, out=book.stock_low)

    def _lost(self, t: int, day: float) -> Floats:
        """Share of capacity lost, shape (L, N) or (1, 1)."""
        layer = self.schedule.capacity
        lost = np.zeros((self.count, self.rest.size)) if layer.empty else layer.at(t)
        for rebuilt in self.schedule.rebuilding:
            share = rebuilt.lost(day, self.rest.size)
            if share is not None:
                lost = lost + share
        return np.minimum(np.maximum(lost, 0.0), 1.0)

    def _final(self, t: int, day: float) -> tuple[Floats, Floats | None]:
        """Final use asked for by class, shape (K, L, n, R + q), and rebuilding, shape (L, n, R + q)."""
        final = np.repeat(self.final[:, None], self.count, axis=1)
        for layer in (self.schedule.demand, self.schedule.stopped):
            if not layer.empty:
                final -= layer.at(t).swapaxes(0, 1)
        asks = [asked for r in self.schedule.rebuilding if (asked := r.asks(day, self.step)) is not None]
        return np.maximum(final, 0.0), np.sum(asks, axis=0) if asks else None

    def _open(self, t: int) -> Floats:
        """Share of deliveries that links let through, by group of buyers, shape as `factors`."""
        if self.schedule.links.empty:
            return self.open
        closed = np.clip(self.schedule.links.at(t), 0.0, 1.0)
        return np.asarray(np.maximum(1.0 - closed.swapaxes(0, 1)[self.region_of], TINY))

    def _call_up(self, total: Floats) -> None:
        """Let scarcity call up capacity, and give it back where there is none."""
        scarcity = np.divide(total - self.made, total, out=np.zeros_like(total), where=total > 0)
        pace = self.step / max(self.response.overproduction_days, self.step)
        up = (self.most_called - self.called) * scarcity * pace
        self.called += np.where(scarcity == 0.0, (1.0 - self.called) * pace, up)
        np.maximum(self.called, 1.0, out=self.called)

    def _supply(self, made: Floats, asked: Floats, cut: Floats | float) -> Floats:
        """Deliveries of every supplier, shape (L, n, R + q)."""
        R = len(self.rest.regions)
        supply = np.empty_like(asked)
        supply[..., :R] = self.rest.by_product(made)
        if self.rest.partners:
            headroom = self.response.headroom
            share = np.broadcast_to(1.0 - cut, asked.shape)[..., R:]
            most = self.rest.supply[:, R:] * share * (headroom or 1.0)
            free = headroom is None
            most = np.where(share == 1.0, np.inf, most) if free else most
            supply[..., R:] = np.minimum(asked[..., R:], most)
        return supply

    def _unmet(self, t: int, final: Floats, served: Floats) -> Floats:
        """Final use not met, by producer and then partner, shape (L, N + q·n)."""
        unmet = (final * (1.0 - served)).sum(axis=0)
        if not self.schedule.stopped.empty:
            unmet = unmet + self.schedule.stopped.at(t).sum(axis=1)
        return np.ascontiguousarray(np.swapaxes(unmet, -1, -2)).reshape(self.count, -1)

    def _reorder(
        self,
        capacity: Floats,
        cut: Floats | float,
        openness: Floats,
        served: Floats,
        made: Floats,
        wanted: Floats,
        move: Pass,
    ) -> None:
        """Move stocks on, and order anew from those who can deliver."""
        s, rest = self.stocks, self.rest
        share = np.broadcast_to(1.0 - cut, openness.shape[1:]).copy()
        able = np.divide(capacity, rest.output, out=np.ones_like(capacity), where=rest.output > 0)
        share[..., : len(rest.regions)] = rest.by_product(able)
        new = np.maximum((1.0 - self.adapts + self.adapts * share) * openness, TINY)

        def turned(values: Floats) -> NDArray[np.floating]:
            return np.ascontiguousarray(values.swapaxes(1, 2), dtype=s.flows.dtype)

        def sorted_(values: Floats) -> NDArray[np.floating]:
            return np.ascontiguousarray(values[:, self.order], dtype=s.flows.dtype)

        self.asked = move(s, turned(self.factors * served), turned(new), sorted_(made), sorted_(wanted))
        self.factors, self.open = new, openness


def rationed(demand: Floats, supply: Floats) -> Floats:
    """Share of its demand that every class gets: those before are served first, within a class all alike.

    Parameters
    ----------
    demand : ndarray, shape (K, ...)
    supply : ndarray, shape (...)

    Returns
    -------
    ndarray, shape (K, ...)
        Between 0 and 1; 1 where nothing is asked for.
    """
    served = np.ones_like(demand)
    left = supply
    for k, asked in enumerate(demand):
        np.divide(left, asked, out=served[k], where=asked > 0)
        np.minimum(served[k], 1.0, out=served[k])
        if k + 1 < len(demand):
            left = np.maximum(left - asked * served[k], 0.0)
    return served
