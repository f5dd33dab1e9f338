"""Whether accounts balance, with the residual and the cell that would mend it.

Row of a sector: intermediate and final use + exports + outflow + residual − imports − inflow + net flows = output.
Column of a sector: intermediate inputs + value added = output. Net flows are what table ``flows`` has from the
region less what it has to the region.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.issues import Issue
from haihe.region.tables.economy import FINAL_USES, OUTPUT, SUPPLIES_BESIDES, USES_BESIDES, VALUE_ADDED
from haihe.region.units import compatible, factor, factors

TOLERANCE = 1e-6
"""Largest residual, as a share of output."""

_DUST = 1e-12
_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Account:
    """One account: a year and region, money in one unit."""

    year: int
    region: str
    cells: pd.DataFrame
    sectors: list[str]
    output: _Vector
    rows: _Vector
    columns: _Vector
    unit: str


def balances(facts: Facts) -> Iterator[Issue]:
    """Check every account that could be read whole."""
    if not facts.has("accounts", "sectors"):
        return
    unit = facts.draft.meta.money_unit if facts.draft.meta else "万元"
    sectors = [str(s) for s in facts.table("sectors")["sector"].dropna().unique()]
    flows = _flows(facts, unit)
    whole = _whole(facts, sectors)
    if flows is None or whole.empty or facts.unsure("accounts") or facts.unsure("sectors"):
        return
    net = _net(flows)
    cells = whole.assign(money=whole["value"] * factors(whole["unit"], unit))
    unexplained: list[tuple[_Account, int]] = []
    for _, own in cells.groupby(["year", "region"], sort=False):
        account = _account(own, sectors, net, unit)
        yield from _without_output(account, sectors)
        rows, columns = _failing(account, account.rows), _failing(account, account.columns)
        yield from _crossings(account, rows, columns)
        for j in columns:
            sector = account.sectors[j]
            place = (_largest_added(account, sector), sector)
            yield _issue("E-BAL-02", account, account.columns[j], place, "", sector)
        unexplained += [(account, i) for i in rows]
    yield from _shipments(unexplained, flows)
    for account, i in unexplained:
        sector = account.sectors[i]
        yield _issue("E-BAL-01", account, account.rows[i], (sector, _claimant(account, sector)), sector, "")


def _whole(facts: Facts, sectors: list[str]) -> pd.DataFrame:
    """Give the accounts without a fault that is named elsewhere already."""
    accounts = facts.table("accounts")
    needed = ["year", "region", "row", "column", "value", "unit"]
    kinds = [*sectors, *FINAL_USES, *USES_BESIDES, *SUPPLIES_BESIDES, OUTPUT]
    broken = facts.bad("accounts", *needed) | accounts[needed].isna().any(axis=1).to_numpy()
    broken |= accounts.duplicated(["year", "region", "row", "column"], keep=False).to_numpy()
    broken |= ~(accounts["row"].isin([*sectors, *VALUE_ADDED]) & accounts["column"].isin(kinds)).to_numpy()
    broken |= ~accounts["unit"].map(_is_money, na_action="ignore").eq(True).to_numpy()
    if accounts.loc[broken, ["year", "region"]].isna().any(axis=None):
        return accounts.iloc[:0]
    skip = pd.MultiIndex.from_frame(accounts.loc[broken, ["year", "region"]].drop_duplicates())
    return accounts[~pd.MultiIndex.from_frame(accounts[["year", "region"]]).isin(skip)]


def _is_money(unit: str) -> bool:
    return compatible(unit, "yuan")


def _flows(facts: Facts, unit: str) -> pd.DataFrame | None:
    """Give the flows with their money in one unit; None where one could not be read."""
    flows = facts.table("flows")
    needed = ["year", "from_region", "to_region", "sector", "value", "unit"]
    broken = facts.unsure("flows", *needed) or flows[needed].isna().any(axis=None)
    if broken or flows.duplicated(needed[:4]).any() or not flows["unit"].map(_is_money).all():
        return None
    return flows.assign(money=flows["value"] * factors(flows["unit"], unit))


def _net(flows: pd.DataFrame) -> "pd.Series[float]":
    """Give net flows by year, region and sector."""
    ends = [
        pd.DataFrame(
            {"year": flows["year"], "region": flows[end], "sector": flows["sector"], "money": sign * flows["money"]}
        )
        for end, sign in (("from_region", 1.0), ("to_region", -1.0))
    ]
    return pd.concat(ends).groupby(["year", "region", "sector"])["money"].sum()


def _account(cells: pd.DataFrame, sectors: list[str], net: "pd.Series[float]", unit: str) -> _Account:
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
    return _Account(year, region, cells, present, output, rows, columns, unit)


def _without_output(account: _Account, sectors: list[str]) -> Iterator[Issue]:
    """Sectors that an account names, but gives no output of."""
    cells = account.cells
    for sector in sectors:
        named = cells["row"].eq(sector) | cells["column"].eq(sector)
        if sector not in account.sectors and named.any():
            values = {"value": sector, "region": account.region, "year": account.year}
            yield Issue("E-BAL-04", "accounts", int(cells.index[named][0]), "value", values)


def _failing(account: _Account, residuals: _Vector) -> list[int]:
    """Give the positions of the sectors whose residual is beyond the tolerance."""
    scale = np.maximum(np.abs(account.output), _DUST * np.abs(account.output).sum())
    return [int(i) for i in np.flatnonzero(np.abs(residuals) > TOLERANCE * scale)]


def _alike(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=TOLERANCE, atol=0.0))


def _crossings(account: _Account, rows: list[int], columns: list[int]) -> Iterator[Issue]:
    """Name the cell where a row and a column that miss the same amount cross; take both off the lists."""
    for i in list(rows):
        for j in sorted(columns, key=lambda j: j != i):
            row, column = account.sectors[i], account.sectors[j]
            place = (row, OUTPUT if i == j else column)
            if _alike(account.rows[i], account.columns[j]) and _record(account.cells, *place) is not None:
                yield _issue("E-BAL-03", account, account.rows[i], place, row, column)
                rows.remove(i)
                columns.remove(j)
                break


def _shipments(unexplained: list[tuple[_Account, int]], flows: pd.DataFrame) -> Iterator[Issue]:
    """Name the flow between two regions whose rows miss opposite amounts; take both off the list."""
    keys = flows[["year", "from_region", "to_region", "sector"]]
    record = {tuple(key): int(at) for at, *key in keys.itertuples(name=None)}
    for giver, i in list(unexplained):
        for taker, j in list(unexplained):
            key = (giver.year, giver.region, taker.region, giver.sectors[i])
            if giver.year != taker.year or giver.sectors[i] != taker.sectors[j] or key not in record:
                continue
            if _alike(giver.rows[i], -taker.rows[j]):
                values = _mend(flows.iloc[record[key]], giver.rows[i], giver.unit) | {
                    "year": giver.year,
                    "sector": giver.sectors[i],
                }
                values |= {"from_region": giver.region, "to_region": taker.region}
                yield Issue("E-BAL-05", "flows", record[key], "value", values)
                unexplained.remove((giver, i))
                unexplained.remove((taker, j))
                break


def _record(cells: pd.DataFrame, row: str, column: str) -> "int | None":
    found = cells.index[cells["row"].eq(row) & cells["column"].eq(column)]
    return int(found[0]) if len(found) else None


def _claimant(account: _Account, sector: str) -> str:
    """Give the column that takes what a row cannot explain: the residual, else the largest use that is not inputs."""
    own = account.cells[account.cells["row"].eq(sector)]
    if own["column"].eq("residual").any():
        return "residual"
    others = own[~own["column"].isin([*account.sectors, OUTPUT])]
    return str(others["column"].iloc[int(others["money"].abs().argmax())]) if len(others) else OUTPUT


def _largest_added(account: _Account, sector: str) -> str:
    """Give the row that takes what a column cannot explain: surplus, else the largest value added."""
    added = account.cells[account.cells["column"].eq(sector) & account.cells["row"].isin(VALUE_ADDED)]
    if added["row"].eq("surplus").any():
        return "surplus"
    return str(added["row"].iloc[int(added["money"].abs().argmax())]) if len(added) else sector


def _issue(code: str, account: _Account, residual: float, place: tuple[str, str], row: str, column: str) -> Issue:
    """Make the issue at the record that would mend it, with the value that would."""
    cells = account.cells
    at = _record(cells, *place)
    if at is None:
        place = (row or column, OUTPUT)
        at = _record(cells, *place)
    assert at is not None  # a sector without output is not among the account's sectors
    adds = -1.0 if place[1] in (*SUPPLIES_BESIDES, OUTPUT) else 1.0
    values = _mend(cells.loc[[at]].iloc[0], residual, account.unit, adds)
    values |= {"row": row, "column": column, "year": account.year, "region": account.region}
    return Issue(code, "accounts", at, "value", values | {"cell": f"{place[0]} × {place[1]}"})


def _mend(record: "pd.Series[Any]", residual: float, unit: str, adds: float = 1.0) -> dict[str, Any]:
    """Say what a record holds and what it would hold if it took the residual, in its own unit."""
    mended = record["value"] - adds * residual * factor(unit, record["unit"])
    said = {"value": f"{record['value']:.12g}", "mended": f"{mended:.12g}", "own_unit": record["unit"]}
    return said | {"residual": f"{residual:.6g}", "unit": unit}
