"""The plan of 31 provinces that trade through a national pool: accounts of 2017, a cap on carbon, any milestones.

It stands here to be measured, not to be read: what the provincial tables cannot explain (a sixth of output) is left
in each province's residual, and each province is cut alike.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from haihe.accounts import read_provinces
from haihe.accounts.build import build_interregional
from haihe.accounts.geography import distances
from haihe.accounts.gravity import gravity_flows
from haihe.accounts.regional import Accounts
from haihe.messages import Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec, cap_path
from haihe.planning.economy import Economy, calibrate
from haihe.planning.model import Model, build_model
from haihe.planning.technology import Technology

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = ("Beijing", "Tianjin", "Hebei")
CUT = 0.18
CLOSED = {3: (0.06, 0.25, 1.0), 4: (0.04, 0.12, 0.35, 1.0), 5: (0.03, 0.08, 0.2, 0.5, 1.0)}
"""Ends of the segments of a soft response, by their number; the last closes it."""


@dataclass(frozen=True)
class Nation:
    """Balanced accounts of all provinces with flows between them, and CO2 per bn yuan of output, Mt."""

    accounts: Accounts
    intensity: np.ndarray


def nation(reference: Path) -> Nation:
    """Read the provincial tables of 2017, make outflow and inflow agree, and spread them by distance."""
    provinces = read_provinces(reference / "china_provincial_io" / "china_provincial_io_2017.csv.gz", 2017)
    prepared = build_interregional(provinces, members=list(MEMBERS)).prepared
    regions = prepared.regions
    fit = gravity_flows(
        prepared.outflow, prepared.inflow, distances(regions, "capital"), 1.0, regions, prepared.sectors
    )
    accounts = replace(
        prepared,
        flows=np.moveaxis(fit.matrix, 0, 2).copy(),
        outflow=np.zeros_like(prepared.outflow),
        inflow=np.zeros_like(prepared.inflow),
    )
    added, stock = accounts.added.copy(), accounts.added_kinds.index("depreciation")
    below = np.minimum(added[:, stock], 0.0)  # one cell of 2017: Qinghai's refineries
    added[:, stock] -= below
    added[:, accounts.added_kinds.index("surplus")] += below
    accounts = replace(accounts, residual=accounts.residual - accounts.row_balance, added=added)
    sys.path.insert(0, str(ROOT / "scripts" / "example"))
    from co2 import co2_by_sector

    bn = accounts.to_unit("bn yuan").output
    tonnes = np.zeros_like(bn)
    known = [r for r, name in enumerate(regions) if name != "Tibet"]
    tonnes[known] = co2_by_sector(reference, 2017, [regions[r] for r in known], bn[known])
    return Nation(accounts, np.divide(tonnes, bn, out=np.zeros_like(bn), where=bn > 0))


def economy_of_nation(n: Nation, milestones: int, segments: int, *, upgrades: bool = True) -> Economy:
    """Calibrate on milestones two years apart."""
    s = Assumptions(first_year=2017, last_year=2017 + 2 * (milestones - 1), step=2, segments=CLOSED[segments])
    sectors = len(n.accounts.sectors)
    energy, can = np.zeros((2, sectors), dtype=bool)
    energy[[1, 2, 10, 23, 24]] = True
    can[1:26] = True
    technologies = (Technology(energy=energy, can=can),) if upgrades else ()
    return calibrate(n.accounts, n.accounts.regions, technologies, s, local=np.zeros(sectors, dtype=bool))


def model_of_nation(n: Nation, milestones: int, segments: int, *, upgrades: bool = True, cut: float = CUT) -> Model:
    """Build the plan in pool form under a pooled cap on carbon."""
    economy = economy_of_nation(n, milestones, segments, upgrades=upgrades)
    reference = (n.intensity[:, :, None] * economy.output).sum(axis=1)
    spec = CapSpec(
        "CARBON",
        "co2",
        "Mt CO2",
        n.intensity,
        economy.change("co2"),
        cap_path(reference, cut, economy.assumptions),
        True,
        Text("碳", "carbon"),
    )
    return build_model(economy, [spec], trade="pool")
