"""Stocks of inputs and how producers behave when something runs short: the parameters of the disruption model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.labels import nearest
from haihe.messages import HaiheError
from haihe.shocks.baseline import DAYS, AtRest

Floats = NDArray[np.float64]
ByInput = float | Mapping[str, float]
ORACLE_THRESHOLD = 1e-5 / DAYS
"""An input counts from here on where flows of a year are compared with the output of a day, as one peer does."""
PROPORTIONAL: tuple[Sequence[str], ...] = ()
FINAL, REBUILDING, INDUSTRY = "final", "rebuilding", "industry"


@dataclass(frozen=True)
class Inventories:
    """Stocks of inputs.

    Parameters
    ----------
    days : float, mapping of sector to float, or DataFrame
        Days of use that a producer wants to hold of each input; a mapping gives days for some inputs, ``"*"`` for the
        others (90 without it). A frame has inputs as rows and sectors, or (region, sector), as columns. ``inf`` is an
        input that never runs out. Below one step over `psi` (zero days, just in time) the stock is what the next step
        needs: that is the least a step of this length can tell.
    restore_days : float or mapping of sector to float
        Characteristic time in which a gap is filled.
    psi : float
        Share of the wanted stock from which on production is limited (Hallegatte 2014).
    threshold : float
        An input is needed where it costs more than this share of output; others never limit. `ORACLE_THRESHOLD` is for
        comparison with a peer only.

    Raises
    ------
    HaiheError
        ``E-SHK-10`` for a value out of range, when the parameters meet an economy also ``E-SHK-03`` for unknown labels.

    References
    ----------
    Hallegatte, S. (2014), Modeling the role of inventories and heterogeneity in the assessment of the economic costs of
    natural disasters, Risk Analysis 34(1), 152-167.
    """

    days: ByInput | pd.DataFrame = 90.0
    restore_days: ByInput = 60.0
    psi: float = 0.8
    threshold: float = 1e-5

    def __post_init__(self) -> None:
        within("psi", self.psi, 0.0, 1.0, open_low=True)
        within("threshold", self.threshold, 0.0, 1.0)

    def wanted_days(self, rest: AtRest) -> Floats:
        """Days of every input that every producer wants to hold, shape (n, N)."""
        n, N = len(rest.sectors), rest.size
        if not isinstance(self.days, pd.DataFrame):
            return np.broadcast_to(by_input("days", self.days, rest, 90.0)[:, None], (n, N)).copy()
        known(list(self.days.index), rest.sectors, "sector")
        columns = list(self.days.columns)
        whole = pd.DataFrame(90.0, index=rest.sectors, columns=rest.index)
        if self.days.columns.nlevels == 2:
            known([" / ".join(map(str, c)) for c in columns], [f"{r} / {s}" for r, s in rest.index], "producer")
            whole.loc[self.days.index, columns] = self.days
        else:
            known(columns, rest.sectors, "sector")
            spread = self.days.reindex(columns=rest.sectors).to_numpy(dtype=float)
            given = np.tile(spread, (1, len(rest.regions)))
            at = whole.index.get_indexer(self.days.index)
            values = whole.to_numpy(copy=True)
            values[at] = np.where(np.isnan(given), values[at], given)
            whole = pd.DataFrame(values, index=whole.index, columns=whole.columns)
        days = whole.to_numpy(dtype=float)
        _check_all("days", days, 0.0)
        return days

    def wanted(self, rest: AtRest, step: float) -> Floats:
        """Stock wanted per unit of daily output, shape (n, N); 0 for an input that never runs out."""
        days = self.wanted_days(rest)
        return np.where(np.isinf(days), 0.0, np.maximum(days, step / self.psi)) * rest.inputs

    def endless(self, rest: AtRest) -> NDArray[np.bool_]:
        """Inputs that never run out, shape (n, N)."""
        return np.isinf(self.wanted_days(rest))

    def restore(self, rest: AtRest, step: float) -> Floats:
        """Characteristic time of every input, at least a step, shape (n,)."""
        times = by_input("restore_days", self.restore_days, rest, 60.0)
        if (times <= 0).any():
            raise HaiheError("E-SHK-10", what="restore_days", value=float(times.min()), low=0, high="inf")
        return np.maximum(times, step)

    def needed(self, rest: AtRest) -> NDArray[np.bool_]:
        """Inputs that limit production, shape (n, N)."""
        return rest.inputs > self.threshold


@dataclass(frozen=True)
class Response:
    """What producers do when something is short.

    Parameters
    ----------
    overproduction : float
        Capacity that long scarcity can call up, over capacity at rest; 1 for none.
    overproduction_days : float
        Characteristic time of calling it up and of giving it back.
    adaptation : float or mapping of sector to float
        Share of an input's orders that follows the suppliers' capacity: 1 moves orders wholly to suppliers that can
        deliver, 0 keeps to the old ones. By product.
    priority : sequence of (str or sequence of str)
        Who is served first, in classes one after the other: ``"final"`` (all final use), ``"rebuilding"``, ``"industry"``
        (all producers), a kind of final use, or a sector code (its producers, in any region). Clients not named come
        last, together. Within a class all get the same share. Empty: all clients get the same share (proportional).
    headroom : float, optional
        What partners outside can deliver at most over what they do at rest; without it as much as is ordered, where no
        event cuts it.

    Raises
    ------
    HaiheError
        ``E-SHK-10`` for a value out of range.
    """

    overproduction: float = 1.25
    overproduction_days: float = 365.0
    adaptation: ByInput = 1.0
    priority: Sequence[str | Sequence[str]] = field(default=PROPORTIONAL)
    headroom: float | None = None

    def __post_init__(self) -> None:
        within("overproduction", self.overproduction, 1.0, np.inf)
        within("overproduction_days", self.overproduction_days, 0.0, np.inf, open_low=True)
        if self.headroom is not None:
            within("headroom", self.headroom, 1.0, np.inf)

    def adapts(self, rest: AtRest) -> Floats:
        """Share of the orders that moves, by product, shape (n,)."""
        share = by_input("adaptation", self.adaptation, rest, 1.0)
        if (share > 1).any():
            raise HaiheError("E-SHK-10", what="adaptation", value=float(share.max()), low=0, high=1)
        return share


@dataclass(frozen=True)
class Classes:
    """Clients in the order in which they are served.

    Attributes
    ----------
    count : int
        Classes; 1 where all are served in proportion.
    buyers : ndarray of int, shape (N,)
        Class of every producer as a client.
    uses : ndarray of int, shape (C,)
        Class of every final use.
    rebuilding : int
        Class of rebuilding.
    """

    count: int
    buyers: NDArray[np.intp]
    uses: NDArray[np.intp]
    rebuilding: int

    @classmethod
    def of(cls, response: Response, rest: AtRest) -> Classes:
        """Read the priorities.

        Raises
        ------
        HaiheError
            ``E-SHK-03`` for a client that does not exist, ``E-SHK-11`` for one that is named twice.
        """
        groups = [[group] if isinstance(group, str) else list(group) for group in response.priority]
        kinds = sorted({kind for _, kind in rest.uses})
        named = [client for group in groups for client in group]
        known(named, [FINAL, REBUILDING, INDUSTRY, *kinds, *rest.sectors], "client")
        if len(set(named)) < len(named):
            raise HaiheError("E-SHK-11", value=next(c for c in named if named.count(c) > 1))
        at = {client: place for place, group in enumerate(groups) for client in group}
        last = len(groups)
        sector = [at.get(code, at.get(INDUSTRY, last)) for code in rest.sectors]
        uses = [at.get(kind, at.get(FINAL, last)) for _, kind in rest.uses]
        rebuilding = at.get(REBUILDING, at.get(FINAL, last))
        taken = sorted({*sector, *uses, rebuilding})
        dense = {old: new for new, old in enumerate(taken)}
        return cls(
            count=len(taken),
            buyers=np.tile([dense[c] for c in sector], len(rest.regions)),
            uses=np.array([dense[c] for c in uses]),
            rebuilding=dense[rebuilding],
        )


def known(labels: Sequence[str], among: Sequence[str], what: str) -> None:
    """Refuse a label that is not among those known (``E-SHK-03``)."""
    for label in labels:
        if label not in among:
            raise HaiheError("E-SHK-03", what=what, value=label, near=nearest(str(label), among))


def by_input(name: str, value: ByInput, rest: AtRest, default: float) -> Floats:
    """Give a value to every product, shape (n,)."""
    if isinstance(value, Mapping):
        known([code for code in value if code != "*"], rest.sectors, "sector")
        found = np.array([value.get(code, value.get("*", default)) for code in rest.sectors], dtype=float)
    else:
        found = np.full(len(rest.sectors), float(value))
    _check_all(name, found, 0.0)
    return found


def within(name: str, value: float, low: float, high: float, open_low: bool = False) -> None:
    """Refuse a value out of its range (``E-SHK-10``)."""
    if not (low < value if open_low else low <= value) or not value <= high:
        raise HaiheError("E-SHK-10", what=name, value=value, low=low, high=high)


def _check_all(name: str, values: Floats, low: float) -> None:
    wrong = np.isnan(values) | (values < low)
    if wrong.any():
        raise HaiheError("E-SHK-10", what=name, value=float(values[wrong].flat[0]), low=low, high="inf")
