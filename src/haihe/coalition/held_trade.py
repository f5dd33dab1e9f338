"""Corridors between members that could not carry the trade which is held at the reference.

A plan may cut trade that a corridor cannot carry. Trade with outsiders is held at the reference path instead, so a
corridor that is short of it would leave everybody alone without a plan. Its capacity is then raised to what the reference
path needs, for every coalition alike, and the reader is told.
"""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Text
from haihe.planning.economy import Economy
from haihe.planning.links import Corridor
from haihe.planning.model import Model
from haihe.planning.program import Floats, Ints

ROOM = 1e-6
"""Share by which a raised corridor is wider than needed, so that rounding leaves it possible."""


@dataclass(frozen=True)
class Raised:
    """Rows of capacity that are raised: their places, the new bounds, and the corridors' titles."""

    rows: Ints
    upper: Floats
    titles: tuple[Text, ...]


def raised_of(model: Model) -> Raised:
    """Find the corridors between members that are short of the trade of the reference path, and raise them.

    What all links of a corridor and their expansions at most can carry together is set against the freight; a shortage
    is added to the links in proportion to their capacity.
    """
    rows, upper, titles = [np.empty(0, dtype=np.int64)], [np.empty(0)], []
    for corridor in model.corridors.values():
        if corridor.spec.far != "member":
            continue
        short, capacity = _shortage(corridor, model.economy)
        if (short > 0).any():
            total = capacity.sum(axis=0)
            share = np.divide(capacity, total, out=np.full_like(capacity, 1.0 / len(capacity)), where=total > 0)
            rows.append(corridor.capacity.index.ravel())
            upper.append((capacity + share * short).ravel())
            titles.append(corridor.spec.title)
    return Raised(np.concatenate(rows), np.concatenate(upper), tuple(titles))


def _shortage(corridor: Corridor, economy: Economy) -> tuple[Floats, Floats]:
    """Freight of the reference path beyond what can be carried at most, shape (T,), and capacity, shape (L, T); scaled."""
    spec, trend = corridor.spec, economy.assumptions.trend
    served = np.asarray(spec.serves.any(axis=-1))[..., None]
    freight = (spec.reference(economy) * served).sum(axis=(0, 1)) / corridor.scale
    capacity = np.array([link.capacity for link in spec.links]) / corridor.scale
    most = np.zeros(trend.size)
    for expansion in spec.expansions:
        stock = np.cumsum(expansion.most * trend) / trend if expansion.lasting else expansion.most
        most = most + stock / corridor.scale
    short = freight * (1.0 + ROOM) - np.minimum(capacity.sum(axis=0) + most, np.inf)
    return np.clip(np.where(np.isfinite(short), short, 0.0), 0.0, None), capacity
