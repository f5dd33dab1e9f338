"""Measure every method of regionalisation against survey-based and published regional tables.

python scripts/evaluate_regionalisation.py FOLDER_OF_REFERENCE_TABLES [docs/evidence/regionalisation.md]
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts import (
    Accounts,
    Regionalised,
    aggregate,
    location_quotients,
    ras,
    read_provinces,
    regionalise,
)

GRID = [round(0.05 * step, 2) for step in range(11)]
"""δ of the Flegg quotients, and uniform cross-hauling h of the CHARM methods."""
FINAL = ["57 HOU", "58 INV", "59 GOV", "62 Stocks"]
PRIMARY = slice(56, 72)
IMPORTED = "70 ROWimp"
SENT, RECEIVED = "61 EXPROC", "71 ROCimp"
NO_OUTFLOW = {2012: ("Hubei", "Qinghai"), 2017: ()}
"""Provinces whose table of the year gives no outflow or inflow."""


@dataclass(frozen=True)
class Trial:
    """A method with its parameter."""

    method: str
    parameter: float | None = None

    @property
    def label(self) -> str:
        sign = "δ" if self.method in ("FLQ", "AFLQ") else "h"
        return self.method if self.parameter is None else f"{self.method} {sign}={self.parameter:g}"

    def run(self, parent: Accounts, output: np.ndarray) -> Regionalised:
        sized = self.method in ("FLQ", "AFLQ") and self.parameter is not None
        return regionalise(
            parent,
            output,
            method=self.method,
            delta=self.parameter if sized else 0.0,
            heterogeneity=None if sized else self.parameter,
        )


TRIALS = [Trial("national"), Trial("SLQ"), Trial("CILQ")] + [
    Trial(method, value) for method in ("FLQ", "AFLQ", "CHARM", "MCHARM") for value in GRID
]
OWN = [Trial("CHARM"), Trial("MCHARM")]
"""Cross-hauling from the parent's own foreign trade, where it gives imports by product."""


def off(estimate: np.ndarray, truth: np.ndarray, weight: np.ndarray | float = 1.0) -> float:
    """Weighted absolute error over the weighted absolute truth (WMAPE; STPE without weights)."""
    return float(np.sum(weight * np.abs(estimate - truth)) / np.sum(weight * np.abs(truth)))


def multipliers(R: np.ndarray) -> np.ndarray:
    """Output multipliers: column sums of the inverse of I - R."""
    return np.linalg.solve(np.eye(len(R)) - R.T, np.ones(len(R)))


def over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def austria(folder: Path) -> tuple[Accounts, dict[str, pd.DataFrame]]:
    """Give the nation made of its nine states, domestic products only, and the table of each state.

    Flows inside states are added up. Flows between states are known by product (row EXPROC) and by user (ROCimp), and
    are filled in by RAS from the pattern inside states. Imports from abroad are known by user only, so they stand with
    value added. Rows are products, columns industries: the difference of their totals is the residual.
    """
    long = pd.read_csv(folder / "austria_regional_io" / "austria_9_regions_io.csv.gz")
    order = sorted(set(long["row"]) - {"Total"}, key=lambda label: int(label.split()[0]))
    sectors = order[:56]
    states = {
        region: part.pivot_table(index="row", columns="column", values="value_meur", aggfunc="sum")
        .reindex(index=order, columns=[*sectors, *FINAL, "60 EXPROW", SENT])
        .fillna(0.0)
        for region, part in long.groupby("region")
    }
    nation = sum(states.values())
    users = [*sectors, *FINAL]
    inside = nation.loc[sectors, users].to_numpy()
    sent, received = nation.loc[sectors, SENT].to_numpy(), nation.loc[RECEIVED, users].to_numpy()
    between = ras(np.maximum(inside, 0.0), sent, received * (sent.sum() / received.sum())).matrix
    uses = inside + between
    kinds = [label for label in order[PRIMARY] if label != RECEIVED]
    added, exports = nation.loc[kinds, sectors].to_numpy(), nation.loc[sectors, "60 EXPROW"].to_numpy()
    output = uses[:, :56].sum(axis=0) + added.sum(axis=0)
    none = np.zeros((1, 56))
    parent = Accounts(
        regions=["AT"],
        sectors=sectors,
        year=2010,  # Not stated in the files and not used.
        unit="亿元",  # Million euro; the unit does not matter to shares and coefficients.
        final_kinds=FINAL,
        added_kinds=kinds,
        Z=uses[None, :, :56],
        final=uses[None, :, 56:],
        added=added[None],
        exports=exports[None],
        imports=none,
        outflow=none,
        inflow=none,
        residual=(output - uses.sum(axis=1) - exports)[None],
        output=output[None],
    )
    return parent, states


def austrian(parent: Accounts, table: pd.DataFrame, trial: Trial) -> dict[str, float]:
    """Errors of one method in one state."""
    s = parent.sectors
    Z, received = table.loc[s, s].to_numpy(), table.loc[RECEIVED, s].to_numpy()
    output = table[s].sum(axis=0).to_numpy()
    supply = table.loc[s].sum(axis=1).to_numpy()
    sent = over(table.loc[s, SENT].to_numpy(), supply)
    found = trial.run(parent, output)
    R, truth = found.coefficients, over(Z, output)
    inflow = found.accounts.Z[0].sum(axis=0) - found.local.sum(axis=0)
    made = found.accounts.output[0] - found.accounts.residual[0]
    return {
        "coefficients (STPE)": off(R, truth),
        "flows (WMAPE)": off(found.local, Z),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output),
        "inflow share by industry (WMAPE)": off(over(inflow, output), over(received, output), output),
        "outflow share by product (WMAPE)": off(over(found.accounts.outflow[0], made), sent, supply),
        "mean coefficient sum, estimate/survey": float(found.local.sum() / Z.sum()),
    }


def china(folder: Path, year: int) -> tuple[Accounts, Accounts]:
    """Give the nation as the sum of the provinces, and the provinces that publish outflow and inflow."""
    provinces = read_provinces(folder / "china_provincial_io", year)
    whole = aggregate(provinces, regions=dict.fromkeys(provinces.regions, "CN"))
    none = np.zeros_like(whole.outflow)
    # What the provinces sell to each other nets out in the nation but for the discrepancy of the published totals.
    parent = replace(whole, residual=whole.residual + whole.outflow - whole.inflow, outflow=none, inflow=none)
    return parent, provinces.select([p for p in provinces.regions if p not in NO_OUTFLOW[year]])


def chinese(parent: Accounts, province: Accounts, trial: Trial) -> dict[str, float]:
    """Errors of one method in one province; the local share of a product is taken as the same in all its uses."""
    p = province
    output, uses = p.output[0], np.maximum(p.uses[0], 0.0)
    local = np.clip(output - p.residual[0] - p.exports[0] - p.outflow[0], 0.0, uses)
    share = over(local, uses)
    found = trial.run(parent, output)
    a = found.accounts
    mine = np.maximum(a.uses[0], 0.0)
    inflow = over(np.maximum(a.imports[0] + a.inflow[0], 0.0), mine)
    truth = share[:, None] * p.coefficients[0]
    R = found.coefficients
    return {
        "technical coefficients (STPE)": off(a.coefficients[0], p.coefficients[0]),
        "local coefficients (STPE)": off(R, truth),
        "local flows (WMAPE)": off(found.local, truth * output),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output),
        "inflow share by product (WMAPE)": off(inflow, 1 - share, uses),
        "net trade by product (WMAPE)": off(a.net_trade[0], p.net_trade[0]),
        "mean coefficient sum, estimate/published": float(found.local.sum() / (truth * output).sum()),
    }


def japan(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Give flows (R, 12, 12), output (R, 12) and names; the first is Japan."""
    table = pd.read_csv(folder / "japan_regional_io_2015" / "regional_io_12_sectors.csv")
    n = range(1, 13)
    flows = table[[f"R{i}C{j}" for i in n for j in n]].to_numpy(dtype=float).reshape(-1, 12, 12)
    return flows, table[[f"Y{i}" for i in n]].to_numpy(dtype=float), list(table["AreaName"])


def japanese(flows: np.ndarray, output: np.ndarray, area: int, trial: Trial) -> dict[str, float]:
    """Errors of coefficients and multipliers of one area (quotients only: there is no final use)."""
    A, truth = over(flows[0], output[0]), over(flows[area], output[area])
    between, _ = location_quotients(trial.method, trial.parameter or 0.0, output[area], output[0])
    R = np.minimum(between, 1.0) * A
    return {
        "coefficients (STPE)": off(R, truth),
        "flows (WMAPE)": off(R * output[area], flows[area]),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output[area]),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output[area]),
        "mean coefficient sum, estimate/published": float((R * output[area]).sum() / flows[area].sum()),
    }
