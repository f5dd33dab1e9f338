"""Cells of tables as people write and read them, and the cells of a data version, found by table and record."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.region.cells import type_cells
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.data import vocabulary
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import table_of

FLAGS = {True: Text("是", "yes"), False: Text("否", "no")}
EXACT = 2**53
"""Whole numbers up to which a float is written without a point."""


def typed(column: Column, said: Any) -> tuple[Any, bool]:
    """Give a value as the column holds it (``None`` where empty), and whether it fits there."""
    series, wrong = type_cells(np.array([said], dtype=object), column)
    value = series.iloc[0]
    return (None if pd.isna(value) else value), not wrong


def plain(column: Column, value: Any) -> str:
    """Write a typed value as a file holds it; "" where it is missing."""
    if value is None or pd.isna(value):
        return ""
    if column.kind == "flag":
        return "true" if value else "false"
    if column.kind in ("number", "integer", "year"):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) <= EXACT else repr(number)
    return str(value)


def worded(column: Column, value: Any) -> Text:
    """Say a typed value as a cell that is edited shows it: choices and flags in words, all else as a file holds it."""
    if column.kind == "flag" and value is not None and not pd.isna(value):
        return FLAGS[bool(value)]
    said = plain(column, value)
    return column.word_of.get(said, Text(said, said))


def shown(column: Column, value: Any) -> Text:
    """Say a typed value as a cell that is only read shows it: with the name where the value is a code that has one."""
    return vocabulary.beside(column, value) or worded(column, value)


def key_of(parts: Sequence[object]) -> str:
    """Join the key values of a record as scenarios name it."""
    return "|".join(str(part) for part in parts)


def named(spec: TableSpec, key: str) -> Text:
    """Say which record it is, its codes with their names."""
    parts = key.split("|")
    if len(parts) != len(spec.key):
        return Text(key, key)
    said = [shown(spec.column(name), part) for name, part in zip(spec.key, parts, strict=True)]
    return Text(" · ".join(each.zh for each in said), " · ".join(each.en for each in said))


def unit_of(column: Column, row: Mapping[str, Any] | None) -> str:
    """Give what the numbers of a cell count in; "" where they count nothing."""
    if column.unit == "@unit":
        return str((row or {}).get("unit") or "")
    return column.unit or ""


class Base:
    """The records of a data version by key. A table is read when it is first asked for."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._frames: dict[str, tuple[pd.DataFrame, dict[str, int]]] = {}

    def _frame(self, table: str) -> tuple[pd.DataFrame, dict[str, int]]:
        if table not in self._frames:
            frame, keys = table_of(self.version, table), TABLES[table].key
            rows = zip(*(frame[name].astype(object).tolist() for name in keys), strict=True)
            self._frames[table] = frame, {key_of(row): at for at, row in enumerate(rows)}
        return self._frames[table]

    def has(self, table: str, key: str) -> bool:
        """Whether the version has a record."""
        return key in self._frame(table)[1]

    def record(self, table: str, key: str) -> dict[str, Any] | None:
        """Give a record, typed, missing as ``None``; ``None`` where the version does not have it."""
        frame, places = self._frame(table)
        if key not in places:
            return None
        row = frame.iloc[places[key]]
        return {name: None if pd.isna(row[name]) else row[name] for name in TABLES[table].names}

    def says(self, table: str, key: str, column: str, said: str) -> bool:
        """Whether the version itself holds a value in a cell."""
        record = self.record(table, key)
        return record is not None and plain(TABLES[table].column(column), record[column]) == said
