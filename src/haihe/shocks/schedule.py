"""Events of several lanes laid out over time: what is lost, of whom, when.

Every event is a pattern (who is hit, and how much) times a path (how much of it is left on a day). Patterns that lanes
share stand once; a step is a small matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haihe.messages import HaiheError
from haihe.shocks.baseline import AtRest
from haihe.shocks.events import Event
from haihe.shocks.inventories import Classes
from haihe.shocks.patterns import patterns_of
from haihe.shocks.rebuilding import Rebuilding

Floats = NDArray[np.float64]
LAYERS = ("capacity", "demand", "outside", "links", "stopped")


@dataclass(frozen=True, eq=False)
class Layer:
    """Patterns and how much of each holds in every lane and step.

    Attributes
    ----------
    patterns : ndarray, shape (E, ...)
        What an event does in full force.
    left : ndarray, shape (T, L, E)
        How much of it holds.
    """

    patterns: Floats
    left: Floats

    @property
    def empty(self) -> bool:
        """True without any event."""
        return not len(self.patterns)

    def at(self, step: int) -> Floats:
        """Give the sum of what holds in a step, shape (L, ...)."""
        flat = self.patterns.reshape(len(self.patterns), -1)
        return np.asarray((self.left[step] @ flat).reshape(-1, *self.patterns.shape[1:]))


@dataclass(frozen=True, eq=False)
class Schedule:
    """All that happens in all lanes.

    Attributes
    ----------
    capacity : Layer
        Share of capacity lost, by producer (N).
    demand : Layer
        Final use lost a day, by class, product and supplier (K, n, R + q).
    outside : Layer
        Share lost of what partners deliver, by product and supplier (n, R + q).
    links : Layer
        Share lost of deliveries, by receiving region, product and supplier (R, n, R + q).
    stopped : Layer
        Final use a day that no longer comes over a link, by class, product and supplier (K, n, R + q).
    rebuilding : list of Rebuilding
        What is rebuilt.
    """

    capacity: Layer
    demand: Layer
    outside: Layer
    links: Layer
    stopped: Layer
    rebuilding: list[Rebuilding]

    @classmethod
    def of(
        cls, lanes: Sequence[Sequence[Event]], rest: AtRest, classes: Classes, days: Floats, capital: Floats
    ) -> Schedule:
        """Lay out the events of every lane on the days of the steps.

        Raises
        ------
        HaiheError
            ``E-SHK-03`` unknown label, ``E-SHK-09`` an event that hits nothing, ``E-SHK-12`` damage without capital.
        """
        made: dict[str, _Making] = {name: _Making() for name in LAYERS}
        rebuilding: dict[int, Rebuilding] = {}
        for lane, events in enumerate(lanes):
            for event in events:
                if event.rebuild is not None:
                    found = rebuilding.get(id(event)) or Rebuilding.of(event, rest, capital, len(lanes))
                    found.start_in(lane)
                    rebuilding[id(event)] = found
                    continue
                patterns = patterns_of(event, rest, classes, capital)
                if not patterns[0][1].any() and np.any(np.asarray(event.amount) != 0):
                    raise HaiheError("E-SHK-09", value=event.name or event.kind)
                for layer, pattern in patterns:
                    made[layer].add(lane, pattern, event.left(days))
        count = len(lanes)
        return cls(
            **{name: making.layer(len(days), count) for name, making in made.items()}, rebuilding=[*rebuilding.values()]
        )


class _Making:
    """A layer in the making: equal patterns are kept once, their sizes go into the paths."""

    def __init__(self) -> None:
        self.patterns: list[Floats] = []
        self.places: dict[bytes, int] = {}
        self.held: list[tuple[int, int, Floats]] = []

    def add(self, lane: int, pattern: Floats, left: Floats) -> None:
        size = float(np.abs(pattern).max())
        if not size:
            return
        unit = pattern / size
        key = unit.round(12).tobytes()
        if key not in self.places:
            self.places[key] = len(self.patterns)
            self.patterns.append(unit)
        self.held.append((lane, self.places[key], left * size))

    def layer(self, steps: int, lanes: int) -> Layer:
        left = np.zeros((steps, lanes, len(self.patterns)))
        for lane, place, path in self.held:
            left[:, lane, place] += path
        return Layer(np.stack(self.patterns) if self.patterns else np.zeros((0, 1)), left)
