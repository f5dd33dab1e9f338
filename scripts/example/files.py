"""Write the example's tables as CSV, in the declared column order, byte for byte the same every time."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from haihe.region.tables import TABLES

Row = Mapping[str, Any]


def shown(value: Any) -> str:
    """Give a cell as text: flags as true/false, numbers without needless digits, nothing for what is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}" if abs(value) < 1e15 else repr(value)
    return str(value)


def rows(columns: str, lines: Iterable[tuple[Any, ...]], **same: Any) -> list[dict[str, Any]]:
    """Make records from tuples under the blank-separated column names; ``same`` is added to every record."""
    names = columns.split()
    return [{**dict(zip(names, line, strict=True)), **same} for line in lines]


def write_table(folder: Path, table: str, records: Iterable[Row], part: str = "") -> Path:
    """Write one table, or one part file of it (``table.part.csv``).

    Raises
    ------
    KeyError
        Where a record has a column that the table does not declare.
    """
    names = TABLES[table].names
    path = folder / (f"{table}.{part}.csv" if part else f"{table}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for record in records:
            unknown = set(record) - set(names)
            if unknown:
                raise KeyError(f"table {table} declares no column {', '.join(sorted(unknown))}")
            writer.writerow([shown(record.get(name)) for name in names])
    return path


def significant(value: float, digits: int = 2) -> float:
    """Round to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")
