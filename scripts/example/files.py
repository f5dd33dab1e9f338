"""Read the hand-written tables and write the example's tables, byte for byte the same every time."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from haihe.region.tables import TABLES

Row = Mapping[str, Any]

HAND = Path(__file__).with_name("tables")
"""Tables written by hand: facts from documents, our own words and maps, made-up figures marked as such."""


def read_hand(name: str) -> list[dict[str, str]]:
    """Read one hand-written table, cells as they stand; a row of another width is refused."""
    with (HAND / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


def shown(value: Any) -> str:
    """Give a cell as text: flags as true/false, numbers without needless digits, nothing for what is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def write_table(folder: Path, table: str, records: Iterable[Row], part: str = "") -> Path:
    """Write one table, or one part file of it (``table.part.csv``), in the declared order of columns.

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
