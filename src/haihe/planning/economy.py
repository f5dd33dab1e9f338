"""The calibrated economy: what the accounts say, as the arrays that the plan needs.

Everything is in billions of yuan (bn yuan, 10 亿元) at base-year prices; capacity is counted in bn yuan of output a
year. The members' arrays have R regions and n sectors; the partner (rest of the nation) and the world appear only as
the other side of trade.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from haihe.accounts import Accounts
from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.program import Floats
from haihe.planning.technology import Technology

HOUSEHOLDS = ("household_rural", "household_urban")
BN_YUAN = "bn yuan"
BALANCE_TOLERANCE = 1e-6
"""Largest row residual of the accounts that a plan accepts, relative to output (or to 1 bn yuan)."""


@dataclass(frozen=True)
class Economy:
    """Base-year economy of the members, calibrated.

    Parameters
    ----------
    year : int
        Year of the accounts that the economy was calibrated on.
    members : list of str
        Regions whose economy is planned, length R.
    sectors : list of str
        Sectors, length n.
    output, households, exports, imports, outflow, inflow : ndarray, shape (R, n)
        Flows in the first milestone year, bn yuan a year. ``exports``/``imports`` are trade with abroad,
        ``outflow``/``inflow`` with the partner and with nobody named.
    flows : ndarray, shape (R, R, n)
        Shipments from member r to member s, bn yuan a year; diagonal 0.
    a0, a1 : ndarray, shape (R, n, n)
        Input of product i per unit of output of j with today's and with upgraded technology.
    wages : ndarray, shape (R, n)
        Compensation of employees per unit of output (omega).
    kappa : ndarray, shape (R, n)
        Capital per unit of yearly output, bn yuan per bn yuan a year.
    mix : ndarray, shape (R, n)
        Product mix of fixed investment, adds up to 1 a region.
    fixed : ndarray, shape (R, n, T)
        Demand outside the plan: government, the investment not modelled, inventories and residual; bn yuan. It moves
        a little between milestones of different length, as the investment that is modelled does.
    upgradable, local : ndarray of bool, shape (n,)
        Sectors that may upgrade; products under the narrower trade guard.
    technology : Technology
        The upgraded technology.
    """

    year: int
    members: list[str]
    sectors: list[str]
    output: Floats
    households: Floats
    exports: Floats
    imports: Floats
    outflow: Floats
    inflow: Floats
    flows: Floats
    a0: Floats
    a1: Floats
    wages: Floats
    kappa: Floats
    mix: Floats
    fixed: Floats
    upgradable: np.ndarray
    local: np.ndarray
    technology: Technology
    assumptions: Assumptions

    @cached_property
    def rent(self) -> Floats:
        """What a unit of output leaves after inputs and wages, pi = 1 - sum a0 - omega; shape (R, n)."""
        return np.asarray(1.0 - self.a0.sum(axis=1) - self.wages)

    @cached_property
    def investment(self) -> Floats:
        """New capacity a year on the reference path, (g_t + delta_t) x / h_t; shape (R, n, T)."""
        return np.asarray(self.output[:, :, None] * self.assumptions.renewal)

    @cached_property
    def labour(self) -> Floats:
        """Wage bill of the members, bn yuan a year; shape (R,)."""
        return np.asarray((self.wages * self.output).sum(axis=1))

    def residual(self) -> Floats:
        """What the reference leaves of each product after every use; 0 up to rounding, shape (R, n, T)."""
        invest = self.mix[:, :, None] * (self.kappa[:, :, None] * self.investment).sum(axis=1, keepdims=True)
        use = (self.a0 @ self.output[:, :, None])[:, :, 0] + self.households
        net = self.exports + self.outflow + self.flows.sum(axis=1) - self.imports - self.inflow - self.flows.sum(axis=0)
        return np.asarray((self.output - use - net)[:, :, None] - self.fixed - invest)


def calibrate(
    accounts: Accounts,
    members: list[str],
    technology: Technology,
    assumptions: Assumptions,
    *,
    upgradable: np.ndarray,
    local: np.ndarray,
) -> Economy:
    """Calibrate the economy on balanced accounts.

    Parameters
    ----------
    accounts : Accounts
        Balanced accounts with flows between regions, any money unit, brought to the first milestone year.
    members : list of str
        Regions to plan.
    technology : Technology
        Upgraded technology.
    assumptions : Assumptions
        Growth and depreciation, from which reference investment follows.
    upgradable, local : ndarray of bool, shape (n,)
        Flags by sector.

    Returns
    -------
    Economy

    Raises
    ------
    HaiheError
        ``E-PLN-09`` a member without accounts; ``E-PLN-10`` negative consumption, trade, wages or
        capital; ``E-PLN-11`` rows that do not balance; ``E-PLN-12`` a kind of use or value added that is not there.
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
    output, a0 = bn.output, bn.coefficients
    per_output = np.divide(1.0, output, out=np.zeros_like(output), where=output > 0)

    capital = added["depreciation"] / assumptions.depreciation
    formation = final["investment"]
    total = formation.sum(axis=1, keepdims=True)
    mix = np.divide(formation, total, out=np.zeros_like(formation), where=total > 0)
    households = sum((final[kind] for kind in HOUSEHOLDS if kind in final), start=np.zeros_like(output))
    modelled = mix[:, :, None] * capital.sum(axis=1)[:, None, None] * assumptions.renewal
    others_use = sum((v for kind, v in final.items() if kind not in (*HOUSEHOLDS, "investment")), np.zeros_like(output))

    economy = Economy(
        year=bn.year,
        members=list(members),
        sectors=list(bn.sectors),
        output=output,
        households=households,
        exports=bn.exports,
        imports=bn.imports,
        outflow=bn.outflow,
        inflow=bn.inflow,
        flows=np.zeros((len(members), *output.shape)) if bn.flows is None else bn.flows,
        a0=a0,
        a1=technology.inputs(a0),
        wages=added["labour"] * per_output,
        kappa=capital * per_output,
        mix=mix,
        fixed=(others_use + formation + bn.residual)[:, :, None] - modelled,
        upgradable=np.asarray(upgradable, dtype=bool),
        local=np.asarray(local, dtype=bool),
        technology=technology,
        assumptions=assumptions,
    )
    _refuse_negative(economy)
    _refuse_unbalanced(economy)
    return economy


def _refuse_unbalanced(economy: Economy) -> None:
    """Refuse accounts whose rows do not balance; the worst cell is named."""
    residual = economy.residual()[:, :, 0]
    share = np.abs(residual) / np.maximum(economy.output, 1.0)
    r, i = np.unravel_index(int(np.argmax(share)), share.shape)
    if share[r, i] > BALANCE_TOLERANCE:
        raise HaiheError(
            "E-PLN-11",
            table="accounts",
            region=economy.members[r],
            sector=economy.sectors[i],
            year=economy.year,
            value=f"{residual[r, i]:.6g}",
        )


def _refuse_negative(economy: Economy) -> None:
    """Refuse negative quantities that the plan moves; each is named with region and sector."""
    for name in ("output", "households", "exports", "imports", "outflow", "inflow", "wages", "kappa"):
        values = getattr(economy, name)
        if (values < -1e-9).any():
            r, i = np.unravel_index(int(np.argmin(values)), values.shape)
            raise HaiheError(
                "E-PLN-10",
                table="accounts",
                what=name,
                region=economy.members[r],
                sector=economy.sectors[i],
                year=economy.year,
                value=f"{values[r, i]:.6g}",
            )
