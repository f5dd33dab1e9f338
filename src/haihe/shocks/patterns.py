"""Whom an event hits, and how much: its pattern over producers, suppliers and clients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError
from haihe.shocks.baseline import DAYS, EXPORTS, AtRest
from haihe.shocks.events import Event
from haihe.shocks.inventories import Classes, known

Floats = NDArray[np.float64]


def patterns_of(event: Event, rest: AtRest, classes: Classes, capital: Floats) -> list[tuple[str, Floats]]:
    """Give the layers that an event acts in (see `haihe.shocks.schedule.Schedule`) and its pattern in each.

    Raises
    ------
    HaiheError
        ``E-SHK-03`` unknown label, ``E-SHK-12`` damage without capital.
    """
    if event.kind in ("capacity", "capital"):
        share = by_producer(event, rest)
        return [("capacity", share_of_capital(share, event, capital) if event.kind == "capital" else share)]
    if event.kind in ("demand", "exports"):
        return [("demand", _demand(event, rest, classes))]
    n, R = len(rest.sectors), len(rest.regions)
    products = hit(event.sectors, rest.sectors, "sector")
    if event.kind == "imports":
        partners = hit(event.regions, rest.partners, "partner")
        pattern = np.zeros((n, rest.places))
        pattern[:, R:] = np.outer(products, partners)
        if isinstance(event.amount, pd.Series):
            return [("outside", _by_partner(event.amount, rest))]
        return [("outside", pattern * event.amount * (rest.supply > 0))]
    senders, receivers = hit(event.regions, rest.regions, "region"), hit(event.to_regions, rest.regions, "region")
    links = np.zeros((R, n, rest.places))
    links[:, :, :R] = np.einsum("d,i,r->dir", receivers, products, senders) * np.asarray(event.amount, dtype=float)
    links[np.arange(R), :, np.arange(R)] = 0.0  # a link joins two regions
    return [("links", links), ("stopped", _stopped(links, rest, classes))]


def _stopped(links: Floats, rest: AtRest, classes: Classes) -> Floats:
    """Final use that no longer comes over a link, by class, product and supplier."""
    share = np.zeros((len(rest.uses), len(rest.sectors), rest.places))
    for column, (region, _) in enumerate(rest.uses):
        if region:
            share[column] = links[rest.regions.index(region)]
    stopped = rest.by_supplier(rest.final.T) * share / DAYS
    return np.stack([stopped[classes.uses == k].sum(axis=0) for k in range(classes.count)])


def _demand(event: Event, rest: AtRest, classes: Classes) -> Floats:
    """Final use that an event takes away, by class, product and supplier."""
    if isinstance(event.amount, pd.Series):
        known([str(r) for r in event.amount.index.get_level_values(0)], rest.regions, "region")
        known([str(s) for s in event.amount.index.get_level_values(1)], rest.sectors, "sector")
        share = _given(event.amount, rest.regions, rest)
        region = [rest.regions.index(r) if r else -1 for r, _ in rest.uses]
        weights = np.vstack([share, np.zeros(len(rest.sectors))])[region]
    elif event.kind == "exports":
        # Of the exports of the regions named: rows are chosen below.
        weights = np.outer([k == EXPORTS for _, k in rest.uses], hit(event.sectors, rest.sectors, "sector"))
        weights = weights * float(event.amount)
    else:
        kinds = sorted({k for _, k in rest.uses})
        regions = hit(event.regions, rest.regions, "region")
        wanted = hit(event.kinds, kinds, "kind")
        chosen = [r != "" and regions[rest.regions.index(r)] * wanted[kinds.index(k)] > 0 for r, k in rest.uses]
        weights = np.outer(chosen, hit(event.sectors, rest.sectors, "sector")) * float(event.amount)
    lost = rest.final * np.tile(weights.T, (rest.places, 1))
    if event.kind == "exports":
        senders = np.concatenate([hit(event.regions, rest.regions, "region"), np.ones(len(rest.partners))])
        lost = lost * np.repeat(senders, len(rest.sectors))[:, None]
    by_class = np.stack([lost[:, classes.uses == k].sum(axis=1) for k in range(classes.count)])
    return rest.by_supplier(by_class) / DAYS


def _by_partner(amount: pd.Series, rest: AtRest) -> Floats:
    known([str(p) for p in amount.index.get_level_values(0)], rest.partners, "partner")
    known([str(s) for s in amount.index.get_level_values(1)], rest.sectors, "sector")
    share = _given(amount, rest.partners, rest)
    return np.hstack([np.zeros((len(rest.sectors), len(rest.regions))), share.T]) * (rest.supply > 0)


def _given(amount: pd.Series, places: Sequence[str], rest: AtRest) -> Floats:
    """Amounts by (place, sector) as a matrix, 0 where none is given."""
    labels = pd.MultiIndex.from_product([places, rest.sectors])
    return amount.reindex(labels).fillna(0.0).to_numpy(dtype=float).reshape(len(places), len(rest.sectors))


def hit(named: Sequence[str], labels: Sequence[str], what: str) -> Floats:
    """1 for what is named, 0 for the rest; all where nothing is named."""
    known(list(named), labels, what)
    return np.array([1.0 if not named or label in named else 0.0 for label in labels])


def by_producer(event: Event, rest: AtRest) -> Floats:
    """Amount of every producer, shape (N,); 1 or 0 times the amount where it is one number."""
    if isinstance(event.amount, pd.Series):
        labels = [f"{r} / {s}" for r, s in rest.index]
        known([f"{r} / {s}" for r, s in event.amount.index], labels, "producer")
        return event.amount.reindex(rest.index).fillna(0.0).to_numpy(dtype=float)
    mask = np.outer(hit(event.regions, rest.regions, "region"), hit(event.sectors, rest.sectors, "sector")).ravel()
    return mask * float(event.amount) * (rest.output > 0)


def share_of_capital(amount: Floats, event: Event, capital: Floats) -> Floats:
    """Share of its capital that each producer loses; one amount is spread by capital.

    Raises
    ------
    HaiheError
        ``E-SHK-12`` where a producer that is hit has no capital.
    """
    damage = damage_of(amount, event, capital)
    if (damage > 0)[capital <= 0].any():
        raise HaiheError("E-SHK-12", value=event.name or event.kind)
    return np.minimum(np.divide(damage, capital, out=np.zeros_like(damage), where=capital > 0), 1.0)


def damage_of(amount: Floats, event: Event, capital: Floats) -> Floats:
    """Money destroyed by producer."""
    if isinstance(event.amount, pd.Series) or not amount.any():
        return amount
    weights = np.where(amount > 0, np.maximum(capital, 0.0), 0.0)
    if not weights.sum() > 0:
        raise HaiheError("E-SHK-12", value=event.name or event.kind)
    return np.asarray(float(event.amount) * weights / weights.sum())
