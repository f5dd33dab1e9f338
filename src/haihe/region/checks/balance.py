"""Whether accounts balance, with the residual and the cell that would mend it.

Row of a sector: intermediate and final use + exports + outflow + residual − imports − inflow + net flows = output.
Column of a sector: intermediate inputs + value added = output. Net flows are what table ``flows`` has from the
region less what it has to the region.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.issues import Issue
from haihe.region.tables.economy import OUTPUT, SUPPLIES_BESIDES, VALUE_ADDED
from haihe.region.units import compatible, factors

TOLERANCE = 1e-6
"""Largest residual, as a share of output."""

_DUST = 1e-12
_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
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
    accounts = facts.table("accounts")
    needed = ["year", "region", "row", "column", "value", "unit"]
    broken = facts.bad("accounts", *needed) | accounts[needed].isna().any(axis=1).to_numpy()
    broken |= accounts.duplicated(["year", "region", "row", "column"], keep=False).to_numpy()
    broken |= ~accounts["row"].isin([*sectors, *VALUE_ADDED]).to_numpy()
    broken |= ~accounts["unit"].map(_is_money, na_action="ignore").eq(True).to_numpy()
    if accounts.loc[broken, ["year", "region"]].isna().any(axis=None):
        return
    skip = pd.MultiIndex.from_frame(accounts.loc[broken, ["year", "region"]].drop_duplicates())
    whole = accounts[~pd.MultiIndex.from_frame(accounts[["year", "region"]]).isin(skip)]
    if whole.empty:
        return
    cells = whole.assign(money=whole["value"] * factors(whole["unit"], unit), at=whole.index)
    net = _net_flows(facts, unit)
    if net is None:
        return
    for _, account in cells.groupby(["year", "region"], sort=False):
        yield from _check(account, sectors, net, unit)


def _is_money(unit: str) -> bool:
    return compatible(unit, "yuan")


def _net_flows(facts: Facts, unit: str) -> "pd.Series[float] | None":
    """Give net flows by year, region and sector; None where a flow could not be read."""
    flows = facts.table("flows")
    needed = ["year", "from_region", "to_region", "sector", "value", "unit"]
    broken = facts.bad("flows", *needed).any() or flows[needed].isna().any(axis=None)
    if broken or flows.duplicated(needed[:4]).any() or not flows["unit"].map(_is_money).all():
        return None
    money = flows["value"] * factors(flows["unit"], unit)
    ends = [
        pd.DataFrame({"year": flows["year"], "region": flows[end], "sector": flows["sector"], "money": sign * money})
        for end, sign in (("from_region", 1), ("to_region", -1))
    ]
    return pd.concat(ends).groupby(["year", "region", "sector"])["money"].sum()


def _check(cells: pd.DataFrame, sectors: list[str], net: "pd.Series[float]", unit: str) -> Iterator[Issue]:
    year, region = int(cells["year"].iloc[0]), str(cells["region"].iloc[0])
    outputs = cells[cells["column"].eq(OUTPUT)].set_index("row")["money"]
    named = set(cells["row"].unique()) | set(cells["column"].unique())
    used = [sector for sector in sectors if sector in named]
    for sector in used:
        if sector not in outputs.index:
            at = cells.index[cells["row"].eq(sector) | cells["column"].eq(sector)][0]
            yield Issue("E-BAL-04", "accounts", int(at), "value", {"value": sector, "region": region, "year": year})
    present = [s for s in used if s in outputs.index]
    sign = np.where(cells["column"].isin(SUPPLIES_BESIDES), -1.0, np.where(cells["column"].eq(OUTPUT), 0.0, 1.0))
    signed = cells["money"] * sign
    flow = net.reindex([(year, region, s) for s in present]).fillna(0.0).to_numpy()
    output = outputs.reindex(present).to_numpy(dtype=float)
    rows = signed.groupby(cells["row"]).sum().reindex(present).fillna(0.0).to_numpy() + flow - output
    columns = signed.groupby(cells["column"]).sum().reindex(present).fillna(0.0).to_numpy() - output
    account = _Account(year, region, cells, present, output, rows, columns, unit)
    yield from _residuals(account)


def _residuals(account: _Account) -> Iterator[Issue]:
    """Name the residuals: a row and a column that miss the same amount point at the cell where they cross."""
    scale = np.maximum(np.abs(account.output), _DUST * np.abs(account.output).sum())
    rows = np.flatnonzero(np.abs(account.rows) > TOLERANCE * scale).tolist()
    columns = np.flatnonzero(np.abs(account.columns) > TOLERANCE * scale).tolist()
    for i in list(rows):
        crossing = [j for j in columns if np.isclose(account.rows[i], account.columns[j], rtol=1e-6, atol=0.0)]
        if i in crossing:
            crossing.insert(0, crossing.pop(crossing.index(i)))
        for j in crossing:
            row, column = account.sectors[i], account.sectors[j]
            place = (row, OUTPUT) if i == j else (row, column)
            if _record(account.cells, *place) is not None:
                yield _issue("E-BAL-03", account, account.rows[i], place, row, column)
                rows.remove(i)
                columns.remove(j)
                break
    for i in rows:
        sector = account.sectors[i]
        yield _issue("E-BAL-01", account, account.rows[i], (sector, _claimant(account, sector)), sector, "")
    for j in columns:
        sector = account.sectors[j]
        yield _issue("E-BAL-02", account, account.columns[j], (_largest_added(account, sector), sector), "", sector)


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
    factor = cells["money"][at] / cells["value"][at] if cells["value"][at] else 1.0
    mended = cells["value"][at] - adds * residual / factor
    values = {
        "value": f"{cells['value'][at]:.12g}",
        "mended": f"{mended:.12g}",
        "own_unit": cells["unit"][at],
        "residual": f"{residual:.6g}",
        "unit": account.unit,
        "row": row,
        "column": column,
        "year": account.year,
        "region": account.region,
        "cell": f"{place[0]} × {place[1]}",
    }
    return Issue(code, "accounts", at, "value", values)
