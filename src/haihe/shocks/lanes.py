"""One of many scenarios that are run at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from haihe.shocks.events import Event
from haihe.shocks.inventories import ByInput, within


@dataclass(frozen=True)
class Lane:
    """A scenario: what happens, and what differs from the common parameters.

    Parameters
    ----------
    name : str
    events : sequence of Event
        What happens; several events that hit one producer add up, to all of its capacity at most.
    stocks : float or mapping of sector to float
        Stocks wanted (and held at the beginning) over those of the inventories; a mapping is by input, 1 for the others.
    overproduction : float, optional
        In place of the response's.
    adaptation : float or mapping of sector to float, optional
        In place of the response's.
    """

    name: str
    events: Sequence[Event] = field(default=())
    stocks: ByInput = 1.0
    overproduction: float | None = None
    adaptation: ByInput | None = None

    def __post_init__(self) -> None:
        if self.overproduction is not None:
            within("overproduction", self.overproduction, 1.0, np.inf)
