"""Whether accounts balance, with the residual and the cell that would mend it.

Row of a sector: intermediate and final use + exports + outflow + residual − imports − inflow + net flows = output.
Column of a sector: intermediate inputs + value added = output. Net flows are what table ``flows`` has from the
region less what it has to the region.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.region.checks.equations import (
    DUST,
    TOLERANCE,
    Account,
    Pair,
    account_of,
    known_pairs,
    scaled_cells,
    scaled_flows,
)
from haihe.region.checks.facts import Facts
from haihe.region.checks.scale import Places, Vector, say_power, say_rows
from haihe.region.issues import Issue
from haihe.region.tables.economy import FINAL_USES, OUTPUT, SUPPLIES_BESIDES, USES_BESIDES, VALUE_ADDED
from haihe.region.units import compatible, factor, factors

MOST = 4
"""An account in which more equations fail than this, and than a quarter of all, is named as a whole."""

SHOWN = 5
"""So many missing records, or largest residuals, are named."""

_BESIDES = (*FINAL_USES, *USES_BESIDES, *SUPPLIES_BESIDES)


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
    cells = whole.assign(money=whole["value"] * factors(whole["unit"], unit))
    net = _net(flows)
    accounts = [account_of(own, sectors, net, unit) for _, own in cells.groupby(["year", "region"], sort=False)]
    for account in accounts:
        yield from _without_output(account, sectors)
    wrong = [account for account in accounts if _failing(account, account.rows) + _failing(account, account.columns)]
    misread = scaled_flows(wrong, accounts, flows)
    if misread is not None:
        yield _scaled(facts, "flows", *misread)
        return
    blocks: dict[int, list[Places]] = {}
    for account in list(wrong):
        found = scaled_cells(account, net)
        if found is not None:
            blocks.setdefault(found[1], []).append(found[0])
            wrong.remove(account)
    for power, places in blocks.items():
        yield _scaled(facts, "accounts", np.concatenate(places), power)
    yield from _one_by_one(wrong, known_pairs(cells), flows)


def _one_by_one(wrong: list[Account], known: Mapping[Pair, int], flows: pd.DataFrame) -> Iterator[Issue]:
    """Name the cell, the missing record or the flow behind each residual."""
    unexplained: list[tuple[Account, int]] = []
    for account in wrong:
        rows, columns = _failing(account, account.rows), _failing(account, account.columns)
        if len(rows) + len(columns) > max(MOST, len(account.sectors) // 2):
            yield _in_disorder(account, rows, columns)
            continue
        yield from _crossings(account, rows, columns, known)
        for j in columns:
            sector = account.sectors[j]
            lacking = [pair for pair in known if pair[0] in VALUE_ADDED and pair[1] == sector]
            yield _lacking_or("E-BAL-02", account, account.columns[j], lacking, "", sector)
        unexplained += [(account, i) for i in rows]
    yield from _shipments(unexplained, flows)
    for account, i in unexplained:
        sector = account.sectors[i]
        lacking = [pair for pair in known if pair[0] == sector and pair[1] in _BESIDES]
        yield _lacking_or("E-BAL-01", account, account.rows[i], lacking, sector, "")


def _scaled(facts: Facts, table: str, at: Places, power: int) -> Issue:
    """Make the issue of a block whose numbers stand a power of ten away."""
    rows = say_rows(facts.row(table, int(k)) for k in at)
    values = {"rows": rows, "count": len(at), "times": say_power(power)}
    return Issue("E-BAL-06", table, int(at.min()), "value", values)


def _in_disorder(account: Account, rows: list[int], columns: list[int]) -> Issue:
    """Make the issue of an account of which so much does not balance that single cells say nothing."""
    worst = sorted(
        [(abs(account.rows[i]), account.sectors[i], account.rows[i]) for i in rows]
        + [(abs(account.columns[j]), account.sectors[j], account.columns[j]) for j in columns],
        reverse=True,
    )
    said = [f"{sector} {residual:+.6g} {account.unit}" for _, sector, residual in worst[:SHOWN]]
    values = {"year": account.year, "region": account.region, "count": len(worst)}
    values["first"] = Text("、".join(said), ", ".join(said))
    at = _record(account.cells, worst[0][1], OUTPUT)
    return Issue("E-BAL-08", "accounts", at, "value", values)


def _lacking_or(code: str, account: Account, residual: float, known: Collection[Pair], row: str, column: str) -> Issue:
    """Make the issue of a record that others have and this account lacks; of the last resort where there is none."""
    lacking = [pair for pair in known if _record(account.cells, *pair) is None]
    if lacking:
        return _lacking(account, residual, lacking, row or column, lacking)
    place = (row, _claimant(account, row)) if row else (_largest_added(account, column), column)
    return _issue(code, account, residual, place, row, column)


def _lacking(account: Account, residual: float, pairs: list[Pair], sector: str, known: Collection[Pair]) -> Issue:
    """Make the issue of a record that is probably missing; it stands at the sector's output."""
    names = [f"{row} × {column}" for row, column in pairs[:SHOWN]]
    more = ("等", ", …") if len(pairs) > SHOWN else ("", "")
    why = ("（其他年份或地区有，此处没有）", " (others have it, here it is not)") if pairs[0] in known else ("", "")
    last = f"{sector} × residual" if pairs[0][0] == sector else f"surplus × {sector}"
    values = {
        "year": account.year, "region": account.region, "value": sector, "unit": account.unit,
        "missing": Text("、".join(names) + more[0] + why[0], ", ".join(names) + more[1] + why[1]),
        "residual": f"{residual:.6g}", "amount": f"{abs(residual):.6g}", "last": last,
    }  # fmt: skip
    return Issue("E-BAL-07", "accounts", _record(account.cells, sector, OUTPUT), "row", values)


def _whole(facts: Facts, sectors: list[str]) -> pd.DataFrame:
    """Give the accounts without a fault that is named elsewhere already."""
    accounts = facts.table("accounts")
    needed = ["year", "region", "row", "column", "value", "unit"]
    kinds = [*sectors, *FINAL_USES, *USES_BESIDES, *SUPPLIES_BESIDES, OUTPUT]
    broken = facts.bad("accounts", *needed) | accounts[needed].isna().any(axis=1).to_numpy()
    broken |= accounts.duplicated(["year", "region", "row", "column"], keep=False).to_numpy()
    broken |= ~(accounts["row"].isin([*sectors, *VALUE_ADDED]) & accounts["column"].isin(kinds)).to_numpy()
    broken |= ~accounts["unit"].isin(filter(_is_money, accounts["unit"].dropna().unique())).to_numpy()
    if not facts.unsure("regions", "region"):
        broken |= ~accounts["region"].isin(facts.table("regions")["region"]).to_numpy()
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
    broken = bool(facts.unsure("flows", *needed) or flows[needed].isna().any(axis=None))
    if not facts.unsure("regions", "region"):
        ends = flows[["from_region", "to_region"]]
        broken = broken or not ends.isin(facts.table("regions")["region"].tolist()).all(axis=None)
    if broken or flows.duplicated(needed[:4]).any() or not all(map(_is_money, flows["unit"].unique())):
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


def _without_output(account: Account, sectors: list[str]) -> Iterator[Issue]:
    """Sectors that an account names, but gives no output of."""
    cells = account.cells
    for sector in [sector for sector in sectors if sector not in account.sectors]:
        named = cells["row"].eq(sector) | cells["column"].eq(sector)
        if named.any():
            values = {"value": sector, "region": account.region, "year": account.year}
            yield Issue("E-BAL-04", "accounts", int(cells.index[named][0]), "value", values)


def _failing(account: Account, residuals: Vector) -> list[int]:
    """Give the positions of the sectors whose residual is beyond the tolerance."""
    scale = np.maximum(np.abs(account.output), DUST * np.abs(account.output).sum())
    return [int(i) for i in np.flatnonzero(np.abs(residuals) > TOLERANCE * scale)]


def _alike(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=TOLERANCE, atol=0.0))


def _crossings(account: Account, rows: list[int], columns: list[int], known: Collection[Pair]) -> Iterator[Issue]:
    """Name the cell where a row and a column that miss the same amount cross; take both off the lists."""
    for i in list(rows):
        for j in sorted(columns, key=lambda j: j != i):
            row, column = account.sectors[i], account.sectors[j]
            place = (row, OUTPUT if i == j else column)
            there = _record(account.cells, *place) is not None
            if _alike(account.rows[i], account.columns[j]) and (there or account.rows[i] < 0):
                if there:
                    yield _issue("E-BAL-03", account, account.rows[i], place, row, column)
                else:
                    yield _lacking(account, account.rows[i], [place], row, known)
                rows.remove(i)
                columns.remove(j)
                break


def _shipments(unexplained: list[tuple[Account, int]], flows: pd.DataFrame) -> Iterator[Issue]:
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


def _claimant(account: Account, sector: str) -> str:
    """Give the column that takes what a row cannot explain: the residual, else the largest use that is not inputs."""
    own = account.cells[account.cells["row"].eq(sector)]
    if own["column"].eq("residual").any():
        return "residual"
    others = own[~own["column"].isin([*account.sectors, OUTPUT])]
    return str(others["column"].iloc[int(others["money"].abs().argmax())]) if len(others) else OUTPUT


def _largest_added(account: Account, sector: str) -> str:
    """Give the row that takes what a column cannot explain: surplus, else the largest value added."""
    added = account.cells[account.cells["column"].eq(sector) & account.cells["row"].isin(VALUE_ADDED)]
    if added["row"].eq("surplus").any():
        return "surplus"
    return str(added["row"].iloc[int(added["money"].abs().argmax())]) if len(added) else sector


def _issue(code: str, account: Account, residual: float, place: tuple[str, str], row: str, column: str) -> Issue:
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
