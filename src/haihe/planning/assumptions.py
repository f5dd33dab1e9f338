"""What the plan assumes: growth, discounting, elasticities, segments, horizon. All of it is visible input."""

from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Self

import numpy as np

from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.program import Floats
from haihe.region import Region
from haihe.region.units import compatible, factor

SHARE = "share"
UNITS = {
    **dict.fromkeys(("growth", "discount", "depreciation"), "1/year"),
    **dict.fromkeys(("first_year", "last_year", "step"), "year"),
}
"""Unit of each parameter; all others are shares or pure numbers."""
ELSEWHERE = ("gravity_exponent", "transit_theta")
"""Parameters that the accounts were built with; the plan does not read them."""
SOFT = ("consumption", "exports", "imports", "outflow", "inflow", "flows", "labour", "investment")
"""Quantities that answer elastically; each has a parameter ``elasticity_<name>``."""


@dataclass(frozen=True)
class Assumptions:
    """Parameters of the plan, all of them editable in the table ``parameters``.

    Parameters
    ----------
    growth, discount, depreciation : float
        Trend growth of the reference path, social discount rate, depreciation of capital; 1/year.
    elasticity : dict of str to float
        Own-price elasticity of each soft quantity (`SOFT`).
    segments : tuple of float
        Ends of the segments of a soft response, as relative deviation from the reference. The last end closes the
        response: an open last segment lets prices plateau (measured: 313 instead of 468 yuan/t at a 20 % cut).
    local_guard : float
        Largest relative deviation of trade in locally supplied products (electricity, heat, water, services); share.
    investment_limit : float
        Most new capacity a year, as a multiple of what the reference builds.
    first_year, last_year, step : int
        Milestones are ``first_year, first_year + step, ..., last_year``.
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
    first_year: int = 2017
    last_year: int = 2025
    step: int = 2

    def __post_init__(self) -> None:
        ends = np.asarray(self.segments)
        if ends.size == 0 or (np.diff(ends, prepend=0.0) <= 0).any() or ends[-1] > 1.0:
            raise HaiheError("E-PLN-05", table="parameters", value=self.segments)
        if self.step < 1 or self.last_year < self.first_year or (self.last_year - self.first_year) % self.step:
            raise HaiheError("E-PLN-06", table="parameters", first=self.first_year, last=self.last_year, step=self.step)
        if not (0 < self.discount < 1 and 0 < self.depreciation < 1 and -0.5 < self.growth < 0.5):
            raise HaiheError("E-PLN-07", table="parameters")
        if min(self.elasticity.values()) <= 0 or set(self.elasticity) != set(SOFT):
            raise HaiheError("E-PLN-08", table="parameters", names=", ".join(f"elasticity_{name}" for name in SOFT))

    @classmethod
    def of(cls, region: Region) -> Self:
        """Read the table ``parameters``, converted by its units; what it does not name keeps the default of this class.

        Raises
        ------
        HaiheError
            ``E-PLN-18`` for a unit that does not fit the parameter, and what this class raises.
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
        known = {f.name for f in fields(cls)} - {"elasticity", "segments"}
        plain = {name: given[name] for name in known & given.keys()}
        for name in ("first_year", "last_year", "step"):
            if name in plain:
                plain[name] = int(plain[name])
        default = cls()
        elasticity = {name: given.get(f"elasticity_{name}", value) for name, value in default.elasticity.items()}
        numbered = {int(name.removeprefix("segment_")): v for name, v in given.items() if name.startswith("segment_")}
        ends = [numbered[k] for k in sorted(numbered)]
        return cls(**plain, elasticity=elasticity, segments=tuple(ends) or default.segments)

    def scaled(self, by: float) -> Self:
        """The same assumptions with every elasticity multiplied by a factor (for the half-and-double band)."""
        return replace(self, elasticity={name: by * value for name, value in self.elasticity.items()})

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Milestone years, length T."""
        return tuple(range(self.first_year, self.last_year + 1, self.step))

    @property
    def growth_step(self) -> float:
        """Growth over one step of h years, g_h = (1 + g)^h - 1."""
        return (1 + self.growth) ** self.step - 1

    @property
    def discount_step(self) -> float:
        """Discounting over one step, rho_h = (1 + rho)^h - 1."""
        return (1 + self.discount) ** self.step - 1

    @property
    def depreciation_step(self) -> float:
        """Share of capacity gone after one step, delta_h = 1 - (1 - delta)^h."""
        return 1 - (1 - self.depreciation) ** self.step

    @property
    def renewal(self) -> float:
        """New capacity a year per unit of capacity that keeps the reference growing, (g_h + delta_h) / h."""
        return (self.growth_step + self.depreciation_step) / self.step

    @cached_property
    def weights(self) -> Floats:
        """Weight of each milestone in welfare, D_t = h ((1 + g_h)/(1 + rho_h))^t; years, shape (T,).

        Flows are detrended by (1 + g)^(h t), so growth comes back here.
        """
        ratio = (1 + self.growth_step) / (1 + self.discount_step)
        return np.asarray(self.step * ratio ** np.arange(len(self.years)), dtype=np.float64)

    @cached_property
    def trend(self) -> Floats:
        """Factor that turns detrended flows into flows of each milestone year, (1 + g)^(h t); shape (T,)."""
        return np.asarray((1 + self.growth_step) ** np.arange(len(self.years)), dtype=np.float64)


def is_parameter(name: str) -> bool:
    """Tell whether the plan reads a parameter of this name."""
    plain = {f.name for f in fields(Assumptions)} - {"elasticity", "segments"}
    numbered = name.startswith("segment_") and name.removeprefix("segment_").isdigit()
    return name in plain or numbered or (name.removeprefix("elasticity_") in SOFT and name.startswith("elasticity_"))


def unknown_parameters(region: Region) -> Findings:
    """Name every parameter that nothing reads, with the nearest one that is read (``W-PLN-17``)."""
    read = [f"elasticity_{name}" for name in SOFT] + [*UNITS, "local_guard", "investment_limit", "segment_1"]
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
