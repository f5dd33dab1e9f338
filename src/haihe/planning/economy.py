"""The calibrated economy: what the accounts say, as the arrays that the plan needs.

Everything is in billions of yuan (bn yuan, 10 亿元) at base-year prices; capacity is counted in bn yuan of output a
year. The members' arrays have R regions and n sectors; the partner (rest of the nation) and the world appear only as
the other side of trade.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from haihe.accounts import Accounts
from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.program import Floats
from haihe.planning.reference import IDLE, Demand, capacity_path, constant, follow
from haihe.planning.technology import FALLS_WITH, Technology
from haihe.region.units import compatible

HOUSEHOLDS = ("household_rural", "household_urban")
BN_YUAN = "bn yuan"
BALANCE_TOLERANCE = 1e-6
"""Largest row residual of the accounts that a plan accepts, relative to output (or to 1 bn yuan)."""


@dataclass(frozen=True)
class Economy:
    """Economy of the members on the reference path, calibrated.

    Parameters
    ----------
    year : int
        Year of the accounts that the economy was calibrated on.
    members : list of str
        Regions whose economy is planned, length R.
    sectors : list of str
        Sectors, length n.
    partners : tuple of str
        Groups of foreign partners, length G.
    output, households, outflow, inflow : ndarray, shape (R, n, T)
        Reference flows in each milestone, bn yuan a year, detrended. ``outflow``/``inflow`` are trade with the
        partner in the nation and with nobody named.
    exports, imports : ndarray, shape (G, R, n, T)
        Trade with abroad.
    flows : ndarray, shape (R, R, n, T)
        Shipments from member r to member s, bn yuan a year; diagonal 0.
    capacity, investment : ndarray, shape (R, n, T)
        Reference capacity, and new capacity a year, both in bn yuan of output a year.
    a0, a1 : ndarray, shape (R, n, n) and (K, R, n, n)
        Input of product i per unit of output of j with today's and with each upgraded technology.
    wages : ndarray, shape (R, n)
        Compensation of employees per unit of output (omega).
    kappa : ndarray, shape (R, n)
        Capital per unit of yearly output, bn yuan per bn yuan a year.
    mix : ndarray, shape (R, n)
        Product mix of fixed investment, adds up to 1 a region.
    fixed : ndarray, shape (R, n, T)
        Demand outside the plan: government, the investment not modelled, inventories and residual; bn yuan. It moves
        a little between milestones of different length, as the investment that is modelled does.
    local : ndarray of bool, shape (n,)
        Products under the narrower trade guard.
    technologies : tuple of Technology
        Upgraded technologies, length K.
    """

    year: int
    members: list[str]
    sectors: list[str]
    partners: tuple[str, ...]
    output: Floats
    households: Floats
    exports: Floats
    imports: Floats
    outflow: Floats
    inflow: Floats
    flows: Floats
    capacity: Floats
    investment: Floats
    a0: Floats
    a1: Floats
    wages: Floats
    kappa: Floats
    mix: Floats
    fixed: Floats
    local: np.ndarray
    technologies: tuple[Technology, ...]
    assumptions: Assumptions

    @cached_property
    def rent(self) -> Floats:
        """What a unit of output leaves after inputs and wages, pi = 1 - sum a0 - omega; shape (R, n)."""
        return np.asarray(1.0 - self.a0.sum(axis=1) - self.wages)

    @cached_property
    def idle(self) -> np.ndarray:
        """Where capacity stands idle on the reference path; shape (R, n, T)."""
        return self.capacity > self.output * (1 + IDLE)

    @cached_property
    def labour(self) -> Floats:
        """Wage bill of the members on the reference path, bn yuan a year; shape (R, T)."""
        return np.asarray((self.wages[:, :, None] * self.output).sum(axis=1))

    @cached_property
    def can(self) -> np.ndarray:
        """Sectors that may take up each upgraded technology; shape (K, n)."""
        flags = [technology.reaches(len(self.sectors)) for technology in self.technologies]
        return np.array(flags, dtype=bool).reshape(len(flags), len(self.sectors))

    def change(self, name: str) -> Floats:
        """One number of every upgraded technology, e.g. ``co2`` or ``retrofit``; shape (K,)."""
        return np.array([getattr(technology, name) for technology in self.technologies], dtype=np.float64)

    def change_of_use(self, unit: str) -> Floats:
        """Relative change of the use of a resource with each technology, shape (K,).

        By the resource's unit that of CO2, energy or labour; other resources are used as today.
        """
        for like, name in FALLS_WITH:
            if compatible(unit, like):
                return self.change(name)
        return np.zeros(len(self.technologies))

    def residual(self) -> Floats:
        """What the reference leaves of each product after every use; 0 up to rounding, shape (R, n, T)."""
        invest = self.mix[:, :, None] * (self.kappa[:, :, None] * self.investment).sum(axis=1, keepdims=True)
        use = np.einsum("rij,rjt->rit", self.a0, self.output)
        demand = Demand(
            self.households, self.exports, self.imports, self.outflow, self.inflow, self.flows, self.fixed + invest
        )
        return np.asarray(self.output - use - demand.net())


def calibrate(
    accounts: Accounts,
    members: list[str],
    technologies: Sequence[Technology],
    assumptions: Assumptions,
    *,
    local: np.ndarray,
    path: Floats | None = None,
    partners: Mapping[str, tuple[Floats, Floats]] | None = None,
) -> Economy:
    """Calibrate the economy on balanced accounts.

    Parameters
    ----------
    accounts : Accounts
        Balanced accounts with flows between regions, any money unit, brought to the first milestone year.
    members : list of str
        Regions to plan.
    technologies : sequence of Technology
        Upgraded technologies.
    assumptions : Assumptions
        Growth and depreciation, from which reference investment follows.
    local : ndarray of bool, shape (n,)
        Products under the narrower trade guard.
    path : ndarray, shape (R, n, T), optional
        Reference output of each milestone, detrended, as a multiple of the accounts'; all 1 where not given.
    partners : mapping of str to (exports, imports), optional
        Share of each group of foreign partners in exports and imports, shape (R, n), adding up to 1 over the groups;
        one group ``world`` where not given.

    Returns
    -------
    Economy

    Raises
    ------
    HaiheError
        ``E-PLN-09`` a member without accounts; ``E-PLN-10`` negative consumption, trade, wages or
        capital; ``E-PLN-11`` rows that do not balance; ``E-PLN-12`` a kind of use or value added that is not there;
        ``E-PLN-24`` a path that cannot be balanced.
    """
    missing = [m for m in members if m not in accounts.regions]
    if missing or not members:
        raise HaiheError("E-PLN-09", table="accounts", regions=", ".join(missing) or "—", year=accounts.year)
    bn = accounts.select(members).to_unit(BN_YUAN)
    final = dict(zip(bn.final_kinds, np.moveaxis(bn.final, 2, 0), strict=True))
    added = dict(zip(bn.added_kinds, np.moveaxis(bn.added, 1, 0), strict=True))
    lacking = {"labour", "depreciation"} - added.keys() | {"investment"} - final.keys()
    if lacking:
        raise HaiheError("E-PLN-12", table="accounts", kinds=", ".join(sorted(lacking)))
    base, a0 = bn.output, bn.coefficients
    per_output = np.divide(1.0, base, out=np.zeros_like(base), where=base > 0)
    capital = added["depreciation"] / assumptions.depreciation
    formation = final["investment"]
    total = formation.sum(axis=1, keepdims=True)
    mix = np.divide(formation, total, out=np.zeros_like(formation), where=total > 0)
    households = sum((final[kind] for kind in HOUSEHOLDS if kind in final), start=np.zeros_like(base))
    others = sum((v for kind, v in final.items() if kind not in (*HOUSEHOLDS, "investment")), np.zeros_like(base))
    groups = partners or {"world": (np.ones_like(base), np.ones_like(base))}
    now = Demand(
        households=households,
        exports=np.stack([bn.exports * sold for sold, _ in groups.values()]),
        imports=np.stack([bn.imports * bought for _, bought in groups.values()]),
        outflow=bn.outflow,
        inflow=bn.inflow,
        flows=np.zeros((len(members), *base.shape)) if bn.flows is None else bn.flows,
        fixed=others + formation + bn.residual,
    )
    demand = constant(now, len(assumptions.years))
    index = np.ones((*base.shape, len(assumptions.years))) if path is None else path
    if not (index == 1.0).all():
        demand = follow(demand, base, index, a0, np.asarray(1.0 - a0.sum(axis=1)))
    output = base[:, :, None] * index
    stock, built = capacity_path(output, assumptions)
    kappa = capital * per_output
    modelled = mix[:, :, None] * (kappa[:, :, None] * built).sum(axis=1, keepdims=True)

    economy = Economy(
        year=bn.year,
        members=list(members),
        sectors=list(bn.sectors),
        partners=tuple(groups),
        output=output,
        **{name: value for name, value in vars(demand).items() if name != "fixed"},
        capacity=stock,
        investment=built,
        a0=a0,
        a1=np.array([technology.inputs(a0) for technology in technologies]).reshape(-1, *a0.shape),
        wages=added["labour"] * per_output,
        kappa=kappa,
        mix=mix,
        fixed=demand.fixed - modelled,
        local=np.asarray(local, dtype=bool),
        technologies=tuple(technologies),
        assumptions=assumptions,
    )
    _refuse_negative(economy)
    _refuse_unbalanced(economy)
    return economy


def _refuse_unbalanced(economy: Economy) -> None:
    """Refuse a reference whose rows do not balance; the worst cell is named."""
    residual = np.abs(economy.residual())
    share = residual / np.maximum(economy.output, 1.0)
    r, i, t = np.unravel_index(int(np.argmax(share)), share.shape)
    if share[r, i, t] > BALANCE_TOLERANCE:
        raise HaiheError(
            "E-PLN-11",
            table="accounts",
            region=economy.members[r],
            sector=economy.sectors[i],
            year=economy.year,
            value=f"{economy.residual()[r, i, t]:.6g}",
        )


def _refuse_negative(economy: Economy) -> None:
    """Refuse negative quantities that the plan moves; each is named with region and sector."""
    for name in ("output", "households", "exports", "imports", "outflow", "inflow", "wages", "kappa"):
        values = getattr(economy, name)
        if (values < -1e-9).any():
            where = np.unravel_index(int(np.argmin(values)), values.shape)
            r, i = where[1:3] if name in ("exports", "imports") else where[:2]
            raise HaiheError(
                "E-PLN-10",
                table="accounts",
                what=name,
                region=economy.members[r],
                sector=economy.sectors[i],
                year=economy.year,
                value=f"{values[where]:.6g}",
            )
