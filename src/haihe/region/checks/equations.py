"""The equations of an account: what each number adds to them, and which block of numbers is out of scale."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.region.checks.scale import Entries, Places, Vector, scaled_block, total
from haihe.region.tables.economy import OUTPUT, SUPPLIES_BESIDES

TOLERANCE = 1e-6
"""Largest residual, as a share of output."""

Pair = tuple[str, str]

DUST = 1e-12
"""Smallest output that a residual is measured by, as a share of the output of all sectors."""


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """One account: a year and region, money in one unit; residuals of its rows and columns by sector."""

    year: int
    region: str
    cells: pd.DataFrame
    sectors: list[str]
    output: Vector
    rows: Vector
    columns: Vector
    unit: str


def account_of(cells: pd.DataFrame, sectors: list[str], net: "pd.Series[float]", unit: str) -> Account:
    """Make an account with the residuals of its rows and columns."""
    year, region = int(cells["year"].iloc[0]), str(cells["region"].iloc[0])
    outputs = cells[cells["column"].eq(OUTPUT)].set_index("row")["money"]
    present = [sector for sector in sectors if sector in outputs.index]
    sign = np.where(cells["column"].isin(SUPPLIES_BESIDES), -1.0, np.where(cells["column"].eq(OUTPUT), 0.0, 1.0))
    signed = cells["money"] * sign
    flow = net.reindex([(year, region, sector) for sector in present]).fillna(0.0).to_numpy()
    output = outputs.reindex(present).to_numpy(dtype=float)
    rows = signed.groupby(cells["row"]).sum().reindex(present).fillna(0.0).to_numpy() + flow - output
    columns = signed.groupby(cells["column"]).sum().reindex(present).fillna(0.0).to_numpy() - output
    return Account(year, region, cells, present, output, rows, columns, unit)


def known_pairs(cells: pd.DataFrame) -> dict[Pair, int]:
    """Give every (row, column) that some account has, with how many have it; most common first."""
    counts = Counter(zip(cells["row"], cells["column"], strict=True))
    return dict(counts.most_common())


def scaled_cells(account: Account, net: "pd.Series[float]") -> tuple[Places, int] | None:
    """Find a block of an account whose numbers stand a power of ten too high; None where there is none.

    The block runs through the records as they stand, or column by column.

    Returns
    -------
    (ndarray of int, int) or None
        Records, by position in the table, and the power.
    """
    cells, n = account.cells, len(account.sectors)
    place = {sector: k for k, sector in enumerate(account.sectors)}
    row = cells["row"].map(place).fillna(-1).to_numpy(dtype=np.int64)
    column = cells["column"].map(place).fillna(-1).to_numpy(dtype=np.int64)
    is_output = cells["column"].eq(OUTPUT).to_numpy()
    money = cells["money"].to_numpy(dtype=float)
    signed = np.where(is_output | cells["column"].isin(SUPPLIES_BESIDES).to_numpy(), -money, money)
    here = np.arange(len(cells))
    parts = [(row >= 0, row, signed), (column >= 0, n + column, money), (is_output & (row >= 0), n + row, -money)]
    keys = [(account.year, account.region, sector) for sector in account.sectors]
    fixed = np.concatenate([net.reindex(keys).fillna(0.0).to_numpy(dtype=float), np.zeros(n)])
    entries = Entries(
        np.concatenate([here[kept] for kept, _, _ in parts]),
        np.concatenate([equation[kept] for kept, equation, _ in parts]),
        np.concatenate([amount[kept] for kept, _, amount in parts]),
        np.concatenate([is_output[kept] for kept, _, _ in parts]),
        fixed,
        np.zeros(2 * n),
    )
    by_column = np.argsort(cells["column"].astype(object).to_numpy(), kind="stable")
    found = scaled_block(entries, [here, by_column], TOLERANCE)
    return None if found is None else (cells.index.to_numpy()[found[0]], found[1])


def scaled_flows(wrong: list[Account], accounts: list[Account], flows: pd.DataFrame) -> tuple[Places, int] | None:
    """Find a block of flows whose numbers stand a power of ten too high, and that alone explains every residual."""
    if not wrong or flows.empty or any(np.any(np.abs(a.columns) > TOLERANCE * np.abs(a.output)) for a in wrong):
        return None
    place: dict[tuple[int, str, str], int] = {}
    for account in accounts:
        for sector in account.sectors:
            place[account.year, account.region, sector] = len(place)
    ends = [
        np.array([place.get(key, -1) for key in zip(flows["year"], flows[end], flows["sector"], strict=True)])
        for end in ("from_region", "to_region")
    ]
    money, here = flows["money"].to_numpy(dtype=float), np.arange(len(flows))
    cell = np.concatenate([here[end >= 0] for end in ends])
    equation = np.concatenate([end[end >= 0] for end in ends])
    amount = np.concatenate([sign * money[end >= 0] for sign, end in zip((1.0, -1.0), ends, strict=True)])
    residual = np.concatenate([account.rows for account in accounts])
    fixed = residual - total(equation, amount, len(place))
    scale = np.concatenate([np.abs(account.output) for account in accounts])
    entries = Entries(cell, equation, amount, np.zeros(len(cell), dtype=bool), fixed, scale)
    found = scaled_block(entries, [here], TOLERANCE) if len(cell) else None
    return None if found is None or len(found[0]) < 2 else found
