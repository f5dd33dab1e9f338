"""What differs between two states of a region's tables, cell by cell."""

import pandas as pd

from haihe.region import TABLES, Region
from haihe.region.spec import TableSpec

COLUMNS = ["table", "record", "column", "before", "after"]
LARGE = ("accounts", "flows", "uses", "supplies", "enterprises")
"""Tables of which only the number of changed cells is told where more than a hundred differ."""
MANY = 100


def table_differences(before: Region, after: Region) -> pd.DataFrame:
    """List the cells in which two regions differ.

    Parameters
    ----------
    before, after : Region
        Two states of one region.

    Returns
    -------
    DataFrame
        table, record (key values joined by ``|``), column, before, after; a record that stands in one of them only is
        one row with the column ``*``. A large table in which more than 100 cells differ is one row that gives their
        number in ``after``.
    """
    parts = [
        _cells(TABLES[name], before.frame(name), after.frame(name))
        for name in TABLES
        if before.has(name) or after.has(name)
    ]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _cells(spec: TableSpec, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    if before.equals(after):
        return pd.DataFrame(columns=COLUMNS)
    old, new = _keyed(spec, before), _keyed(spec, after)
    both = old.index.intersection(new.index)
    parts = []
    for name in spec.names:
        a, b = old.loc[both, name], new.loc[both, name]
        changed = ~(a.eq(b) | (a.isna() & b.isna())).to_numpy(dtype=bool, na_value=False)
        if changed.any():
            parts.append(
                pd.DataFrame(
                    {
                        "record": both[changed],
                        "column": name,
                        "before": a[changed].astype(object).to_numpy(),
                        "after": b[changed].astype(object).to_numpy(),
                    }
                )
            )
    for one, other, side in ((new, old, "after"), (old, new, "before")):
        alone = one.index.difference(other.index, sort=False)
        if len(alone):
            cells = one.loc[alone].drop(columns=spec.key).astype(object)
            told = ["; ".join(f"{value}" for value in row if not pd.isna(value)) for row in cells.to_numpy()]
            frame = pd.DataFrame({"record": alone, "column": "*", "before": None, "after": None}, dtype=object)
            parts.append(frame.assign(**{side: told}))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(parts, ignore_index=True).assign(table=spec.name)
    if spec.name in LARGE and len(table) > MANY:
        row = {"table": spec.name, "record": "*", "column": "*", "before": None, "after": f"{len(table)}"}
        return pd.DataFrame([row], dtype=object)
    return table[COLUMNS]


def _keyed(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    keys = (
        frame[spec.key].astype(object).astype(str).agg("|".join, axis=1) if len(frame) else pd.Index([], dtype=object)
    )
    keyed = frame.set_axis(pd.Index(keys, dtype=object), axis=0)
    return keyed[~keyed.index.duplicated()]
