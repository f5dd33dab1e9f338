"""Accounts as long tables, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.labels import nearest
from haihe.messages import HaiheError

if TYPE_CHECKING:
    from haihe.accounts.regional import Accounts

COLUMNS = ("year", "region", "row", "column", "value")
FLOW_COLUMNS = ("year", "from_region", "to_region", "sector", "value")
TRADE_COLUMNS = {
    "export": "exports",
    "import": "imports",
    "outflow": "outflow",
    "inflow": "inflow",
    "residual": "residual",
    "output": "output",
}
"""Column of the long form and the array it fills."""


def cells(accounts: Accounts) -> pd.DataFrame:
    """Give the cells of accounts in long form (see `Accounts.to_frame`)."""
    trade = [c for c in TRADE_COLUMNS if not (accounts.merged_trade and c in ("export", "import"))]
    outside = np.stack([getattr(accounts, TRADE_COLUMNS[c]) for c in trade], axis=2)
    columns = [*accounts.sectors, *accounts.final_kinds, *trade]
    upper = _long(np.concatenate([accounts.Z, accounts.final, outside], axis=2), accounts.sectors, columns)
    lower = _long(accounts.added, accounts.added_kinds, accounts.sectors)
    parts = []
    for r, region in enumerate(accounts.regions):
        part = pd.concat([upper[r], lower[r]], ignore_index=True)
        part.insert(0, "region", region)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "year", accounts.year)
    return frame if accounts.price_year is None else frame.assign(price_year=accounts.price_year)


def _long(values: NDArray[np.float64], rows: list[str], columns: list[str]) -> list[pd.DataFrame]:
    row, column = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    return [pd.DataFrame({"row": row, "column": column, "value": block.ravel()}) for block in values]


def flow_cells(accounts: Accounts) -> pd.DataFrame:
    """Give the flows of accounts in long form (see `Accounts.flows_frame`)."""
    if accounts.flows is None:
        return pd.DataFrame(columns=list(FLOW_COLUMNS))
    R, n = len(accounts.regions), len(accounts.sectors)
    origin, target = np.nonzero(~np.eye(R, dtype=bool))
    regions = np.asarray(accounts.regions, dtype=object)
    return pd.DataFrame(
        {
            "year": accounts.year,
            "from_region": np.repeat(regions[origin], n),
            "to_region": np.repeat(regions[target], n),
            "sector": np.tile(accounts.sectors, len(origin)),
            "value": accounts.flows[origin, target].ravel(),
        },
        columns=list(FLOW_COLUMNS),
    )


def read_cells(frame: pd.DataFrame, year: int | None) -> dict[str, Any]:
    """Give the labels and arrays of accounts held by a long frame (see `Accounts.from_frame`)."""
    data, year = _one_year(frame, COLUMNS, year)
    _values(data, ["region", "row", "column"])
    regions = _unique(data["region"])
    sectors = _unique(data.loc[data["column"] == "output", "row"])
    added_kinds = _unique(data.loc[~data["row"].isin(sectors), "row"])
    final_kinds = _unique(data.loc[~data["column"].isin([*sectors, *TRADE_COLUMNS]), "column"])
    stray = ~data["row"].isin(sectors) & ~data["column"].isin(sectors)
    if stray.any():
        at = data.index[stray][0]
        seen = str(data["column"][at])
        raise HaiheError("E-ACC-03", row=_line(at), column="column", value=seen, near=nearest(seen, sectors))
    rows, columns = [*sectors, *added_kinds], [*sectors, *final_kinds, *TRADE_COLUMNS]
    full = np.zeros((len(regions), len(rows), len(columns)))
    full[_places(data["region"], regions), _places(data["row"], rows), _places(data["column"], columns)] = data["value"]
    n, k = len(sectors), len(final_kinds)
    arrays: dict[str, Any] = {name: full[:, :n, columns.index(column)].copy() for column, name in TRADE_COLUMNS.items()}
    return arrays | {
        "regions": regions,
        "sectors": sectors,
        "year": year,
        "price_year": _price_year(data),
        "final_kinds": final_kinds,
        "added_kinds": added_kinds,
        "Z": full[:, :n, :n].copy(),
        "final": full[:, :n, n : n + k].copy(),
        "added": full[:, n:, :n].copy(),
        "merged_trade": not data["column"].isin(["export", "import"]).any(),
    }


def read_flows(frame: pd.DataFrame, regions: list[str], sectors: list[str], year: int) -> NDArray[np.float64]:
    """Give the flows held by a long frame, shape (R, R, n)."""
    data, _ = _one_year(frame, FLOW_COLUMNS, year)
    _values(data, ["from_region", "to_region", "sector"])
    flows = np.zeros((len(regions), len(regions), len(sectors)))
    origin = _places(data["from_region"], regions)
    target = _places(data["to_region"], regions)
    if (own := (origin == target) & (data["value"].to_numpy() != 0)).any():
        at = data.index[own][0]
        raise HaiheError("E-ACC-14", row=_line(at), column="to_region", value=data["to_region"][at])
    flows[origin, target, _places(data["sector"], sectors)] = data["value"]
    return flows


def _price_year(data: pd.DataFrame) -> int | None:
    """Year of the constant prices; None at current prices. Cells at several prices are refused (``E-ACC-67``)."""
    if "price_year" not in data:
        return None
    found = data["price_year"].astype("Int64").fillna(0)
    odd = found != found.iloc[0]
    if odd.any():
        raise HaiheError("E-ACC-67", row=_line(found.index[odd][0]), column="price_year")
    return int(found.iloc[0]) or None


def _one_year(frame: pd.DataFrame, columns: tuple[str, ...], year: int | None) -> tuple[pd.DataFrame, int]:
    for column in columns:
        if column not in frame:
            raise HaiheError("E-ACC-02", column=column, near=nearest(column, frame.columns))
    years = sorted(frame["year"].unique())
    if (year is None and len(years) != 1) or (year is not None and year not in years):
        raise HaiheError("E-ACC-13", value=year or "—", known=", ".join(map(str, years)))
    wanted = int(years[0] if year is None else year)
    return frame[frame["year"] == wanted], wanted


def _values(data: pd.DataFrame, keys: list[str]) -> None:
    """Refuse a cell given twice or without a number."""
    if (twice := data.duplicated(keys)).any():
        at = data.index[twice][0]
        raise HaiheError("E-ACC-04", row=_line(at), value=" / ".join(str(data[key][at]) for key in keys))
    numbers = pd.to_numeric(data["value"], errors="coerce")
    if (bad := ~np.isfinite(numbers)).any():
        at = data.index[bad][0]
        raise HaiheError("E-ACC-06", row=_line(at), column="value", value=data["value"][at])


def _places(labels: pd.Series[str], known: list[str]) -> NDArray[np.intp]:
    places = pd.Index(known).get_indexer(pd.Index(labels))
    if (places < 0).any():
        at = labels.index[places < 0][0]
        seen = str(labels[at])
        raise HaiheError("E-ACC-03", row=_line(at), column=str(labels.name), value=seen, near=nearest(seen, known))
    return np.asarray(places)


def _unique(labels: pd.Series[str]) -> list[str]:
    return [str(label) for label in labels.unique()]


def _line(at: Any) -> int:
    """Row as the user sees it in a file: the header is row 1."""
    return int(at) + 2
