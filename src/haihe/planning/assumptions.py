"""What the plan assumes: growth, discounting, elasticities, segments, horizon. All of it is visible input."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Self

import numpy as np

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.planning.program import Floats
from haihe.region import Region
from haihe.region.units import compatible, factor

SHARE = "share"
UNITS = {
    **dict.fromkeys(("growth", "discount", "depreciation"), "1/year"),
    **dict.fromkeys(("first_year", "last_year", "step", "outlook_year", "outlook_step"), "year"),
}
"""Unit of each parameter; all others are shares or pure numbers."""
ELSEWHERE = ("gravity_exponent", "transit_theta")
"""Parameters that the accounts were built with; the plan does not read them."""
SOFT = ("consumption", "exports", "imports", "outflow", "inflow", "flows", "labour", "investment")
"""Quantities that answer elastically; each has a parameter ``elasticity_<name>``."""
YEARS = ("first_year", "last_year", "step", "outlook_year", "outlook_step")
"""Parameters that are whole years."""
BOUNDS: Mapping[str, tuple[float, float]] = {"local_guard": (0.0, 1.0), "investment_limit": (1.0, 1e6)}
"""Least and most of parameters beyond which a plan says nothing."""
MOST_ELASTIC = 1e6
LONGEST = 200
"""Years from the first milestone to the last at most."""


@dataclass(frozen=True)
class Assumptions:
    """Parameters of the plan, all of them editable in the table ``parameters``.

    Parameters
    ----------
    growth, discount, depreciation : float
        Trend growth of the reference path, social discount rate, depreciation of capital; 1/year.
    elasticity : dict of str to float
        Own-price elasticity of each soft quantity (`SOFT`), at most `MOST_ELASTIC`.
    segments : tuple of float
        Ends of the segments of a soft response, as relative deviation from the reference. The last end closes the
        response: an open last segment lets prices plateau (measured: 313 instead of 468 yuan/t at a 20 % cut).
    local_guard : float
        Largest relative deviation of trade in locally supplied products (electricity, heat, water, services); share.
    investment_limit : float
        Most new capacity a year, as a multiple of what the reference builds.
    closure_cost : float
        What closing a unit of capacity early costs (severance, clearing), bn yuan per bn yuan of yearly output.
    growth_guard : float
        Most that output of a sector may grow or fall a year beyond its reference; share, 0 for no guard.
    first_year, last_year, step : int
        Milestones are ``first_year, first_year + step, ..., last_year``.
    outlook_year : int
        Last milestone of an outlook after ``last_year``; 0, or ``last_year`` itself, for none. Results of one year are
        those of ``last_year``; the outlook shows where things go from there.
    outlook_step : int
        Years between the milestones of the outlook, of which the last interval takes what is left over; 0 for one
        milestone only. A long milestone right after ``last_year`` makes that year stand for many.

    Notes
    -----
    A milestone stands for the years from it to the next. The last one has no next: it is as long as the one before
    it, and as long as ``step`` where it is the only one.
    """

    growth: float = 0.05
    discount: float = 0.08
    depreciation: float = 0.07
    elasticity: dict[str, float] = field(
        default_factory=lambda: {
            "consumption": 0.5,
            "exports": 2.0,
            "imports": 2.0,
            "outflow": 2.0,
            "inflow": 2.0,
            "flows": 2.0,
            "labour": 0.3,
            "investment": 0.5,
        }
    )
    segments: tuple[float, ...] = (0.02, 0.06, 0.12, 0.20, 0.35, 0.60, 1.00)
    local_guard: float = 0.05
    investment_limit: float = 1.5
    closure_cost: float = 0.1
    growth_guard: float = 0.0
    first_year: int = 2017
    last_year: int = 2025
    step: int = 2
    outlook_year: int = 0
    outlook_step: int = 0

    def __post_init__(self) -> None:
        for name in YEARS:
            _refuse_part_of_year(name, getattr(self, name))
        ends = np.asarray(self.segments)
        if ends.size == 0 or (np.diff(ends, prepend=0.0) <= 0).any() or ends[-1] > 1.0:
            raise HaiheError("E-PLN-05", table="parameters", value=self.segments)
        if self.step < 1 or self.last_year < self.first_year or (self.last_year - self.first_year) % self.step:
            raise HaiheError("E-PLN-06", table="parameters", first=self.first_year, last=self.last_year, step=self.step)
        if self.outlook_year and self.outlook_year < self.last_year:
            raise HaiheError("E-PLN-21", table="parameters", outlook=self.outlook_year, last=self.last_year)
        if self.outlook_step < 0:
            raise HaiheError("E-PLN-22", table="parameters", value=self.outlook_step)
        if self.closure_cost < 0 or self.growth_guard < 0:
            raise HaiheError("E-PLN-25", table="parameters")
        if not (0 < self.discount < 1 and 0 < self.depreciation < 1 and -0.5 < self.growth < 0.5):
            raise HaiheError("E-PLN-07", table="parameters")
        if min(self.elasticity.values()) <= 0 or set(self.elasticity) != set(SOFT):
            raise HaiheError("E-PLN-08", table="parameters", names=", ".join(f"elasticity_{name}" for name in SOFT))
        for name, (low, high) in BOUNDS.items():
            _refuse_outside(name, getattr(self, name), low, high)
        for name, value in self.elasticity.items():
            _refuse_outside(f"elasticity_{name}", value, 0.0, MOST_ELASTIC)
        horizon = max(self.last_year, self.outlook_year) - self.first_year
        if horizon > LONGEST:
            raise HaiheError("E-PLN-98", table="parameters", value=horizon, limit=LONGEST)

    @classmethod
    def of(cls, region: Region) -> Self:
        """Read the table ``parameters``, converted by its units; what it does not name keeps the default of this class.

        Where it names no years, the plan begins in the base year of the region's accounts and is as long as that of the class.

        Parameters
        ----------
        region : Region
            With the table ``parameters``, or without.

        Returns
        -------
        Assumptions
            In bn yuan and the units of this class.

        Raises
        ------
        HaiheError
            ``E-PLN-18`` for a unit that does not fit the parameter; ``E-PLN-97`` for a value out of bounds, or a year that
            is not a whole one; ``E-PLN-98`` for a horizon beyond `LONGEST`; and what else this class raises.
        """
        table = region.frame("parameters")
        given = {}
        rows = zip(table["parameter"], table["value"], table["unit"], strict=True)
        for row, (name, value, unit) in enumerate(rows, start=2):
            wanted = UNITS.get(name, SHARE)
            if is_parameter(name):
                if not compatible(unit, wanted):
                    raise HaiheError(
                        "E-PLN-18", table="parameters", row=row, column="unit", name=name, value=unit, wanted=wanted
                    )
                given[name] = value * factor(unit, wanted)
                if name in YEARS:
                    _refuse_part_of_year(name, given[name], row=row, column="value")
        known = {f.name for f in fields(cls)} - {"elasticity", "segments"}
        plain = {name: given[name] for name in known & given.keys()}
        plain |= {name: int(plain[name]) for name in YEARS if name in plain}
        default = cls()
        if "first_year" not in plain:
            plain["first_year"] = int(region.meta.base_year)
        if "last_year" not in plain:
            milestones = (default.last_year - default.first_year) // default.step
            plain["last_year"] = plain["first_year"] + milestones * plain.get("step", default.step)
        elasticity = {name: given.get(f"elasticity_{name}", value) for name, value in default.elasticity.items()}
        numbered = {int(name.removeprefix("segment_")): v for name, v in given.items() if name.startswith("segment_")}
        ends = [numbered[k] for k in sorted(numbered)]
        return cls(**plain, elasticity=elasticity, segments=tuple(ends) or default.segments)

    def scaled(self, by: float) -> Self:
        """The same with every elasticity multiplied by a factor, up to `MOST_ELASTIC` (for the half-and-double band).

        Parameters
        ----------
        by : float
            Factor on every elasticity, above 0.

        Returns
        -------
        Assumptions
            A copy.
        """
        return replace(
            self, elasticity={name: min(by * value, MOST_ELASTIC) for name, value in self.elasticity.items()}
        )

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Milestone years, length T."""
        plan = range(self.first_year, self.last_year + 1, self.step)
        if self.outlook_year <= self.last_year:
            return tuple(plan)
        apart = self.outlook_step or self.outlook_year - self.last_year
        return (*plan, *range(self.last_year + apart, self.outlook_year - apart + 1, apart), self.outlook_year)

    @property
    def last_index(self) -> int:
        """Position of ``last_year`` among the milestones: the last one, or the one before the outlook."""
        return self.years.index(self.last_year)

    @cached_property
    def steps(self) -> Floats:
        """Length h_t of each milestone in years, up to the next one; shape (T,)."""
        lengths = np.diff(self.years)
        return np.asarray([*lengths, lengths[-1] if lengths.size else self.step], dtype=np.float64)

    @property
    def growth_steps(self) -> Floats:
        """Growth over each milestone, g_t = (1 + g)^h_t - 1; shape (T,)."""
        return np.asarray((1 + self.growth) ** self.steps - 1)

    @property
    def discount_steps(self) -> Floats:
        """Discounting over each milestone, rho_t = (1 + rho)^h_t - 1; shape (T,)."""
        return np.asarray((1 + self.discount) ** self.steps - 1)

    @property
    def depreciation_steps(self) -> Floats:
        """Share of capacity gone after each milestone, delta_t = 1 - (1 - delta)^h_t; shape (T,)."""
        return np.asarray(1 - (1 - self.depreciation) ** self.steps)

    @cached_property
    def weights(self) -> Floats:
        """Weight of each milestone in welfare, D_t = h_t prod_{s<t} (1 + g_s)/(1 + rho_s); years, shape (T,).

        Flows are detrended by the growth up to their year, so growth comes back here.
        """
        ratio = (1 + self.growth_steps) / (1 + self.discount_steps)
        return np.asarray(self.steps * np.cumprod([1.0, *ratio[:-1]]))

    @cached_property
    def trend(self) -> Floats:
        """Factor that turns detrended flows into flows of each milestone year, (1 + g)^(year - first); shape (T,)."""
        return np.asarray((1 + self.growth) ** (np.asarray(self.years, dtype=np.float64) - self.first_year))


def _refuse_part_of_year(name: str, value: float, **place: Any) -> None:
    if not float(value).is_integer():
        said = Text("整数年", "whole years")
        raise HaiheError("E-PLN-97", table="parameters", name=name, value=f"{value:g}", allowed=said, **place)


def _refuse_outside(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        said = Text(f"{low:g} 至 {high:g}", f"{low:g} to {high:g}")
        raise HaiheError("E-PLN-97", table="parameters", name=name, value=f"{value:g}", allowed=said)


def is_parameter(name: str) -> bool:
    """Tell whether the plan reads a parameter of this name."""
    plain = {f.name for f in fields(Assumptions)} - {"elasticity", "segments"}
    numbered = name.startswith("segment_") and name.removeprefix("segment_").isdigit()
    return name in plain or numbered or (name.removeprefix("elasticity_") in SOFT and name.startswith("elasticity_"))


def unknown_parameters(region: Region) -> Findings:
    """Name every parameter that nothing reads, with the nearest one that is read (``W-PLN-17``)."""
    read = [f"elasticity_{name}" for name in SOFT] + [
        *UNITS,
        "local_guard",
        "investment_limit",
        "closure_cost",
        "growth_guard",
        "segment_1",
    ]
    names = region.frame("parameters")["parameter"]
    return Findings(
        Finding(
            "W-PLN-17",
            table="parameters",
            row=row + 2,
            column="parameter",
            values={"value": name, "near": (get_close_matches(name, read, 1, 0.0) or read)[0]},
        )
        for row, name in enumerate(names)
        if not is_parameter(name) and name not in ELSEWHERE
    )
