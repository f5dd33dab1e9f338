"""Interregional tables in long form and as Parquet; accounts and tables as labelled arrays of xarray (an extra)."""

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.labels import nearest
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.files import replace_file
from haihe.messages import HaiheError, Text
from haihe.messages.extras import needed

COLUMNS = ("block", "from_region", "row", "to_region", "column", "value")
VECTORS = ("imports", "final_imports", "exports", "residual", "output")
HEADER = "haihe"
"""Key under which a Parquet file holds unit, year and names."""


def table_frame(table: InterregionalTable) -> pd.DataFrame:
    """Give every cell of a table in long form.

    Returns
    -------
    DataFrame
        Columns block (Z, final, added, imports, final_imports, exports, residual, output), from_region, row, to_region,
        column, value. Where a block has no region on a side, that region is ""; the row of imports is ``import``, the
        columns of exports, residual and output bear their names. Cells that are 0 are given too.
    """
    parts = []
    for block, (rows, columns) in _sides(table).items():
        values = getattr(table, block).reshape(len(rows), len(columns))
        one, other = (np.array(labels, dtype=object).reshape(-1, 2) for labels in (rows, columns))
        parts.append(
            pd.DataFrame(
                {
                    "block": block,
                    "from_region": np.repeat(one[:, 0], len(columns)),
                    "row": np.repeat(one[:, 1], len(columns)),
                    "to_region": np.tile(other[:, 0], len(rows)),
                    "column": np.tile(other[:, 1], len(rows)),
                    "value": values.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype(dict.fromkeys(COLUMNS[:-1], "str"))


def table_from_frame(
    frame: pd.DataFrame, unit: str, year: int | None = None, names: dict[str, Text] | None = None
) -> InterregionalTable:
    """Build a table from the long form of `table_frame`, in any order of rows and columns.

    Regions and sectors are those of the block ``output``; a cell that is absent is 0.

    Raises
    ------
    HaiheError
        ``E-ACC-02`` column missing, ``E-ACC-03`` unknown label, ``E-ACC-04`` cell twice, ``E-ACC-06`` no number.
    """
    for name in COLUMNS:
        if name not in frame:
            raise HaiheError("E-ACC-02", column=name, near=nearest(name, frame.columns))
    cells = frame.reset_index(drop=True)
    values = pd.to_numeric(cells["value"], errors="coerce").to_numpy(dtype=np.float64)
    for at in np.flatnonzero(~np.isfinite(values))[:1]:
        raise HaiheError("E-ACC-06", row=int(at) + 2, column="value", value=cells["value"].iloc[at])
    for at in np.flatnonzero(cells.duplicated(list(COLUMNS[:-1])))[:1]:
        raise HaiheError("E-ACC-04", row=int(at) + 2, value=" / ".join(cells.loc[at, list(COLUMNS[:-1])]))

    def labels(block: str, column: str) -> list[str]:
        return [str(label) for label in cells.loc[cells["block"] == block, column].unique()]

    regions, sectors = labels("output", "from_region"), labels("output", "row")
    finals, added = labels("final", "column"), labels("added", "row")
    R, n, k = len(regions), len(sectors), len(finals)
    N, K = R * n, R * k
    shapes = {"Z": (N, N), "final": (N, K), "added": (len(added), N), "final_imports": (K,)}
    arrays: dict[str, FloatArray] = {
        name: np.zeros(shapes.get(name, (N,))) for name in ("Z", "final", "added", *VECTORS)
    }
    empty = InterregionalTable(regions, sectors, year, unit, finals, added, names=names or {}, **arrays)
    sides = _sides(empty)
    for at in np.flatnonzero(~cells["block"].isin(list(sides)))[:1]:
        seen = str(cells["block"].iloc[at])
        raise HaiheError("E-ACC-03", row=int(at) + 2, column="block", value=seen, near=nearest(seen, sides))
    for block, (rows, columns) in sides.items():
        own = cells["block"] == block
        i = _find(cells, own, ("from_region", "row"), rows)
        j = _find(cells, own, ("to_region", "column"), columns)
        flat = np.zeros((len(rows), len(columns)))
        flat[i, j] = values[own.to_numpy()]
        arrays[block] = flat.reshape(arrays[block].shape)
    return InterregionalTable(regions, sectors, year, unit, finals, added, names=names or {}, **arrays)


def _find(cells: pd.DataFrame, own: "pd.Series[bool]", keys: tuple[str, str], known: list[tuple[str, str]]) -> Any:
    """Find the labels of one side among the known; the first unknown is named."""
    seen = pd.MultiIndex.from_frame(cells.loc[own, list(keys)])
    at = pd.MultiIndex.from_tuples(known or [("", "")]).get_indexer(seen)
    for wrong in np.flatnonzero(at < 0)[:1]:
        value = " / ".join(map(str, seen[wrong]))
        row = int(cells.index[own][wrong]) + 2
        near = nearest(value, (" / ".join(label) for label in known))
        raise HaiheError("E-ACC-03", row=row, column=keys[1], value=value, near=near)
    return at


def _sides(table: InterregionalTable) -> dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    """Labels (region, item) of the rows and columns of every block."""
    made, used = list(table.index), list(table.final_index)
    added = [("", kind) for kind in table.added_kinds]
    bought = [("", "import")]
    sold = {name: (made, [("", name)]) for name in ("exports", "residual", "output")}
    sides = {"Z": (made, made), "final": (made, used), "added": (added, made), "imports": (bought, made)}
    return sides | {"final_imports": (bought, used)} | sold


def write_parquet(table: InterregionalTable, path: str | Path) -> Path:
    """Write a table as Parquet in the long form of `table_frame`, with unit, year and names in the file's header.

    The file is put in place in one step, or not at all.
    """
    names = {code: name.to_dict() for code, name in table.names.items()}
    head = json.dumps({"unit": table.unit, "year": table.year, "names": names}, ensure_ascii=False)
    said = head.replace("'", "''")
    frame = table_frame(table)

    def fill(file: Path) -> None:
        with duckdb.connect(":memory:", config={"threads": "1"}) as database:
            database.register("cells", frame)
            place = str(file).replace("'", "''")
            database.execute(
                f"COPY cells TO '{place}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{HEADER}: '{said}'}})"
            )

    return replace_file(path, fill)


def read_parquet(path: str | Path) -> InterregionalTable:
    """Read a table that `write_parquet` wrote.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` where the file is no such table, and what `table_from_frame` raises.
    """
    path = Path(path)
    try:
        with duckdb.connect(":memory:", config={"threads": "1"}) as database:
            frame = database.execute("SELECT * FROM read_parquet($1)", [str(path)]).df()
            query = "SELECT value FROM parquet_kv_metadata($1) WHERE decode(key) = $2"
            found = database.execute(query, [str(path), HEADER]).fetchone()
    except duckdb.Error as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error).splitlines()[0]) from error
    if found is None:
        raise HaiheError("E-ACC-01", file=str(path), reason=Text("没有单位与年份", "it names no unit and year"))
    head = json.loads(bytes(found[0]).decode())
    names = {code: Text(name["zh"], name["en"]) for code, name in head["names"].items()}
    return table_from_frame(frame, head["unit"], head["year"], names)


def to_xarray(table: Accounts | InterregionalTable) -> Any:
    """Give a table as an `xarray.Dataset` with labelled axes (needs xarray, an extra).

    Axes are region, sector, to_region, to_sector, final_kind, added_kind; unit and year are attributes of the set. Uses
    of an interregional table have both ends (region, sector to to_region, to_sector); accounts pool their origins.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where xarray is not installed.
    """
    xarray = needed("xarray")
    R, n = list(table.regions), list(table.sectors)
    axes = {
        "region": R,
        "sector": n,
        "to_region": R,
        "to_sector": n,
        "final_kind": list(table.final_kinds),
        "added_kind": list(table.added_kinds),
    }
    dims: dict[str, tuple[str, ...]]
    if isinstance(table, Accounts):
        dims = {"Z": ("region", "sector", "to_sector"), "final": ("region", "sector", "final_kind")}
        dims |= {"added": ("region", "added_kind", "sector")} | dict.fromkeys(TRADE, ("region", "sector"))
        dims |= {} if table.flows is None else {"flows": ("region", "to_region", "sector")}
    else:
        made, used, final = ("region", "sector"), ("to_region", "to_sector"), ("to_region", "final_kind")
        dims = {"Z": (*made, *used), "final": (*made, *final), "added": ("added_kind", *used), "imports": used}
        dims |= {"final_imports": final} | dict.fromkeys(("exports", "residual", "output"), made)
    data = {
        name: (axis, np.asarray(getattr(table, name)).reshape([len(axes[label]) for label in axis]))
        for name, axis in dims.items()
    }
    coords = {label: axes[label] for label in dict.fromkeys(label for axis in dims.values() for label in axis)}
    return xarray.Dataset(data, coords=coords, attrs={"unit": table.unit, "year": table.year})
