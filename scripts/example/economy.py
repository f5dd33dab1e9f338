"""Accounts and flows: built at the 42 published sectors, merged to ours, carried to today, rounded, closed exactly."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from files import Row
from sectors import CODES, by_common

from haihe.accounts import (
    DISTANCES,
    Accounts,
    BuildResult,
    Concordance,
    Updated,
    aggregate,
    build_interregional,
    read_concordance,
    read_national,
    read_provinces,
    update_region,
)
from haihe.accounts.build import consolidated_flows
from haihe.region import read

YEARS = (2017, 2012)
"""Years with published provincial tables."""
TODAY = 2023
"""Year that the accounts are carried to."""
NATIONAL = "china_national_io"
NATIONAL_YEARS = (2017, 2020)
"""National tables between which coefficients and output are compared."""
MEMBERS = {"Beijing": "BJ", "Tianjin": "TJ", "Hebei": "HE"}
PARTNER = "RC"
FOLDER = "china_provincial_io"
UNIT = "亿元"
STEP = 1000
"""Shipped amounts are whole multiples of 1/STEP 亿元."""
BAND_BETAS = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Economy:
    """One year: the published tables, the four-region table, and what is shipped of it."""

    year: int
    provinces: Accounts
    built: BuildResult
    concordance: Concordance
    accounts: Accounts
    low: np.ndarray
    high: np.ndarray

    @property
    def source(self) -> str:
        return f"NBS-IO-{self.year}"


@dataclass(frozen=True)
class Carried:
    """The economy carried to a year without a published table, and how."""

    year: int
    updated: Updated
    accounts: Accounts
    low: np.ndarray
    high: np.ndarray

    @property
    def source(self) -> str:
        return f"UPDATE-{self.year}"


def carry(base: Economy, folder: Path, reference: Path) -> Carried:
    """Carry the accounts that stand in a region's folder to today, with what the folder's tables know of it."""
    then, now = (read_national(reference / NATIONAL, year) for year in NATIONAL_YEARS)
    updated = update_region(
        read(folder), TODAY, national_then=then, national_now=now, sectors=base.concordance, base=base.year
    )
    accounts = close(updated.accounts)
    before, after = base.accounts.flows, accounts.flows
    made = accounts.output / np.where(base.accounts.output > 0, base.accounts.output, 1.0)
    grown = np.divide(after, before, out=np.repeat(made[:, None], len(made), axis=1), where=before > 0)
    low = np.minimum(np.floor(base.low * grown * STEP) / STEP, after)
    high = np.maximum(np.ceil(base.high * grown * STEP) / STEP, after)
    return Carried(TODAY, updated, accounts, low, high)


def build_economy(reference: Path, year: int) -> Economy:
    """Build one year's four-region table and its shipped, rounded form."""
    provinces = read_provinces(reference / FOLDER, year)
    concordance = read_concordance(reference / FOLDER, year).then(by_common())
    built = build_interregional(provinces, list(MEMBERS), beta=1.0, theta=1.0, partner=PARTNER)
    merged = aggregate(built.accounts, concordance.ordered(CODES)).rename(MEMBERS).to_unit(UNIT)
    accounts = close(merged)
    low, high = _band(built, concordance)
    flows = accounts.flows
    return Economy(year, provinces, built, concordance, accounts, np.minimum(low, flows), np.maximum(high, flows))


def close(accounts: Accounts) -> Accounts:
    """Round every cell and put what rounding leaves into surplus (columns) and residual (rows).

    Done in whole steps, so the shipped cells close exactly.
    """

    def steps(values: np.ndarray) -> np.ndarray:
        return np.rint(values * STEP)

    exact = {
        name: steps(getattr(accounts, name))
        for name in ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "output", "flows")
    }
    surplus = accounts.added_kinds.index("surplus")
    exact["added"][:, surplus] += exact["output"] - exact["Z"].sum(axis=1) - exact["added"].sum(axis=1)
    sold = exact["exports"] + exact["outflow"] + exact["flows"].sum(axis=1)
    bought = exact["imports"] + exact["inflow"] + exact["flows"].sum(axis=0)
    uses = exact["Z"].sum(axis=2) + exact["final"].sum(axis=2)
    exact["residual"] = exact["output"] - uses - sold + bought
    return replace(accounts, **{name: values / STEP for name, values in exact.items()})


def _band(built: BuildResult, concordance: Concordance) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest flow over distance exponents and definitions, in our sectors and 亿元, rounded outwards."""
    G, targets = concordance.matrix(built.accounts.sectors)
    order = [targets.index(code) for code in CODES]
    cases = [
        consolidated_flows(built.prepared, built.members, distance, beta)[0] @ G[order].T
        for distance in DISTANCES
        for beta in BAND_BETAS
    ]
    stack = np.stack(cases) / 1e4
    return np.floor(stack.min(axis=0) * STEP) / STEP, np.ceil(stack.max(axis=0) * STEP) / STEP


def account_rows(economy: Economy | Carried) -> list[Row]:
    """Rows of table ``accounts``: cells that are not 0, and every output."""
    frame = economy.accounts.to_frame()
    kept = frame[(frame["value"] != 0) | (frame["column"] == "output")]
    return _marked(kept, economy)


def flow_rows(economy: Economy | Carried) -> list[Row]:
    """Rows of table ``flows``: those that are not 0 or whose band is not."""
    frame = economy.accounts.flows_frame()
    origin, target = np.nonzero(~np.eye(len(economy.accounts.regions), dtype=bool))
    frame["low"] = economy.low[origin, target].ravel()
    frame["high"] = economy.high[origin, target].ravel()
    return _marked(frame[(frame["value"] != 0) | (frame["high"] > 0)], economy)


def _marked(frame: pd.DataFrame, economy: Economy | Carried) -> list[Row]:
    marked = frame.assign(year=economy.year, unit=UNIT, source=economy.source, quality="estimated")
    return marked.to_dict("records")  # type: ignore[return-value]
