"""What happens: capacity or capital lost, demand, imports, exports or a link cut, and how it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError

Kind = Literal["capacity", "capital", "household", "demand", "exports", "imports", "link"]
Curve = Literal["none", "linear", "concave", "convex", "exponential"]
LEFT = 0.05
"""Share of the loss that is left after the recovery time on an exponential path."""
CAPITAL_TO_ADDED = 4.0
"""Capital over value added of a year where nothing else is known."""


@dataclass(frozen=True)
class Rebuild:
    """How what was destroyed is rebuilt: as demand on some sectors.

    Parameters
    ----------
    sectors : mapping of str to float
        Sectors that rebuild and their shares, which sum to 1.
    days : float
        Characteristic time: each day a share 1/days of what is left is asked for.
    factor : float
        Demand over damage.
    """

    sectors: Mapping[str, float]
    days: float = 60.0
    factor: float = 1.0

    def __post_init__(self) -> None:
        total = float(sum(self.sectors.values()))
        if not self.sectors or min(self.sectors.values()) < 0 or abs(total - 1.0) > 1e-6:
            raise HaiheError("E-SHK-07", value=total)
        for name, value in (("days", self.days), ("factor", self.factor)):
            if not 0 < value < np.inf:
                raise HaiheError("E-SHK-10", what=f"rebuild.{name}", value=value, low=0, high="inf")


@dataclass(frozen=True, eq=False)
class Event:
    """One thing that happens.

    Parameters
    ----------
    kind : str
        ``capacity``: a share of the producers' capacity is lost. ``capital``: money of capital is destroyed, capacity falls
        by damage over capital. ``household``: money of final users' goods is destroyed and rebuilt, capacity stays.
        ``demand``: a share of final use in some regions is lost (negative amount: a rise). ``exports``: the same for
        exports. ``imports``: a share of what partners outside can deliver is lost. ``link``: a share of the deliveries from
        some regions to others is lost (``to_regions``), both orders under way and new ones.
    amount : float or Series
        Share (0 to 1; demand and exports from -1 on upwards for a rise of any size, written with the sign of a loss), or
        money in the accounts' unit for ``capital`` and ``household``, spread over those hit by capital, or by final use. A
        Series by (region, sector) gives each its own; regions and sectors are then not named.
    regions, sectors : sequence of str
        Whom it hits; empty for all. Regions are those of the producers, of the final users for ``demand`` and
        ``household``, the partners (``abroad``, ``elsewhere``) for ``imports``, the senders for ``link``.
    start : float
        Day on which it begins, 0 being the first.
    duration : float
        Days in full force.
    recovery : str
        Path of what is left over ``recovery_days``: ``linear`` 1 - x; ``concave`` 1 - x² (slow at first); ``convex`` (1 - x)²
        (fast at first); ``exponential``, 5 % left after the recovery time; ``none``, all at once.
    recovery_days : float
        Days from the end of full force to full recovery.
    path : sequence of float, optional
        Share of the loss on every day from ``start`` on, in place of duration and recovery; 0 after its end.
    rebuild : Rebuild, optional
        For ``capital`` and ``household``: recovery by rebuilding. Needed for ``household``.
    to_regions : sequence of str
        Receivers, for ``link``.
    kinds : sequence of str
        Kinds of final use, for ``demand`` and ``household``; empty for all.
    name : str
        Name in words.

    Raises
    ------
    HaiheError
        ``E-SHK-04`` amount out of range, ``E-SHK-05`` times that are negative, not numbers or in the wrong order,
        ``E-SHK-06`` an unknown kind or curve, ``E-SHK-08`` what does not go together.
    """

    kind: Kind
    amount: float | pd.Series
    regions: Sequence[str] = ()
    sectors: Sequence[str] = ()
    start: float = 1.0
    duration: float = 1.0
    recovery: Curve = "none"
    recovery_days: float = 0.0
    path: Sequence[float] | None = None
    rebuild: Rebuild | None = None
    to_regions: Sequence[str] = ()
    kinds: Sequence[str] = ()
    name: str = ""

    def __post_init__(self) -> None:
        for what, word, allowed in (("kind", self.kind, get_args(Kind)), ("recovery", self.recovery, get_args(Curve))):
            if word not in allowed:
                raise HaiheError("E-SHK-06", what=what, value=word, near=", ".join(allowed))
        times = {"start": self.start, "duration": self.duration, "recovery_days": self.recovery_days}
        for what, value in times.items():
            if not 0 <= value < np.inf:
                raise HaiheError("E-SHK-05", what=what, value=value)
        if self.recovery != "none" and not self.recovery_days > 0:
            raise HaiheError("E-SHK-05", what="recovery_days", value=self.recovery_days)
        if self.path is not None and not all(0 <= share <= 1 for share in self.path):
            raise HaiheError("E-SHK-04", value=self.path, low=0, high=1)
        self._check_amount()
        self._check_parts()

    def _check_amount(self) -> None:
        amounts = np.atleast_1d(np.asarray(self.amount, dtype=float))
        low = -np.inf if self.kind in ("demand", "exports") else 0.0
        high = np.inf if self.in_money else 1.0
        wrong = ~np.isfinite(amounts) | (amounts < low) | (amounts > high)
        if wrong.any():
            raise out_of_range(float(amounts[wrong][0]), low, high)
        if isinstance(self.amount, pd.Series) and (self.regions or self.sectors or self.kind in ("exports", "link")):
            raise HaiheError("E-SHK-08", what="amount", value=self.kind)

    def _check_parts(self) -> None:
        if self.rebuild is not None and not self.in_money:
            raise HaiheError("E-SHK-08", what="rebuild", value=self.kind)
        if self.kind == "household" and self.rebuild is None:
            raise HaiheError("E-SHK-08", what="rebuild", value=self.kind)
        if self.rebuild is not None and (self.recovery != "none" or self.path is not None):
            raise HaiheError("E-SHK-08", what="recovery", value="rebuild")
        if (self.kind == "link") != bool(self.to_regions):
            raise HaiheError("E-SHK-08", what="to_regions", value=self.kind)
        if self.kinds and self.kind not in ("demand", "household"):
            raise HaiheError("E-SHK-08", what="kinds", value=self.kind)

    @property
    def in_money(self) -> bool:
        """Tell whether the amount is money."""
        return self.kind in ("capital", "household")

    @property
    def end(self) -> float:
        """Day from which on nothing is left (infinite where it fades only)."""
        if self.path is not None:
            return self.start + len(self.path)
        if self.rebuild is not None or self.recovery == "exponential":
            return np.inf
        return self.start + self.duration + (self.recovery_days if self.recovery != "none" else 0.0)

    def left(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the loss that is left on each of some days, between 0 and 1.

        An event that is rebuilt stays in full force here; how much of it is left follows from what is delivered.

        Parameters
        ----------
        days : array of float
            Days since the beginning of the run, any shape.

        Returns
        -------
        array of float
            Shares, in the shape of ``days``.
        """
        if self.path is not None:
            place = np.floor(days - self.start).astype(int)
            inside = (place >= 0) & (place < len(self.path))
            return np.where(inside, np.asarray(self.path, dtype=float)[np.clip(place, 0, len(self.path) - 1)], 0.0)
        begun = days >= self.start
        if self.rebuild is not None:
            return np.asarray(begun, dtype=float)
        since = np.maximum(days - self.start - self.duration, 0.0)
        full = days < self.start + self.duration
        if self.recovery == "none":
            return np.asarray(begun & full, dtype=float)
        x = since / self.recovery_days
        inside = np.clip(x, 0.0, 1.0)
        curves = {
            "linear": 1.0 - inside,
            "concave": 1.0 - inside**2,
            "convex": (1.0 - inside) ** 2,
            "exponential": LEFT**x,
        }
        return np.where(begun, curves[self.recovery], 0.0)

    def scaled(self, size: float = 1.0, recovery: float = 1.0) -> Event:
        """Give the event with another size (a share stays at most 1) and another time of recovery or rebuilding.

        Parameters
        ----------
        size : float
            Factor on the amount.
        recovery : float
            Factor on the days of recovery or rebuilding.

        Returns
        -------
        Event
            A copy.
        """
        amount = self.amount * size
        if not self.in_money:
            amount = amount.clip(upper=1.0) if isinstance(amount, pd.Series) else min(amount, 1.0)
        rebuild = None if self.rebuild is None else replace(self.rebuild, days=self.rebuild.days * recovery)
        return replace(self, amount=amount, recovery_days=self.recovery_days * recovery, rebuild=rebuild)


def out_of_range(value: float, low: float, high: float) -> HaiheError:
    """Say that a size is out of range."""
    shown = {-np.inf: "-∞", np.inf: "∞"}
    return HaiheError("E-SHK-04", value=f"{value:g}", low=shown.get(low, f"{low:g}"), high=shown.get(high, f"{high:g}"))
