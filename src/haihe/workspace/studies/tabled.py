"""A table of the library as JSON, so that it reads back as the same table: every number in full, every word in both languages."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Text

Json = dict[str, Any]
PLAIN = ("int64", "float64", "bool")
"""Types of columns that are kept; a column of any other type reads back as one of objects with the same values."""


def _word(text: Text | None) -> list[str] | None:
    return None if text is None else [text.zh, text.en]


def _text(said: Any) -> Text | None:
    return None if said is None else Text(*said)


def _value(value: Any) -> Any:
    """Write a value as JSON: what JSON has no word for stands in a list that says what it is."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Text):
        return ["text", value.zh, value.en]
    if isinstance(value, float) and not math.isfinite(value):
        return ["float", str(value)]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return ["missing"] if value is pd.NA or value is pd.NaT else ["text", str(value), str(value)]


def _read(said: Any) -> Any:
    if not isinstance(said, list):
        return said
    if said[0] == "text":
        return Text(said[1], said[2])
    return float(said[1]) if said[0] == "float" else pd.NA


def table_json(table: Table) -> Json:
    """Write a table: what it shows, what marks its rows, and how."""
    keys = [column.key for column in table.columns]
    beside = [table.quality_column, *(column.digits_by for column in table.columns)]
    wanted = dict.fromkeys([*keys, *(key for key in beside if key)])
    return {
        "key": table.key,
        "title": _word(table.title),
        "source": _word(table.source),
        "quality": table.quality,
        "quality_column": table.quality_column,
        "notes": [_word(note) for note in table.notes],
        "method": _word(table.method),
        "years": [int(year) for year in table.years],
        "columns": [_column(column) for column in table.columns],
        "types": {key: str(table.frame[key].dtype) for key in wanted},
        "rows": {key: [_value(value) for value in table.frame[key]] for key in wanted},
    }


def _column(column: Column) -> Json:
    return {
        "key": column.key,
        "title": _word(column.title),
        "unit": _word(column.unit),
        "kind": column.kind,
        "digits": column.digits,
        "signed": column.signed,
        "labels": [[_value(code), name.zh, name.en] for code, name in column.labels.items()],
        "digits_by": column.digits_by,
    }


def table_of(said: Mapping[str, Any]) -> Table:
    """Read a table back."""
    frame = pd.DataFrame({key: _series(said["rows"][key], type_) for key, type_ in said["types"].items()})
    title, source = Text(*said["title"]), Text(*said["source"])
    return Table(
        frame,
        [_column_of(column) for column in said["columns"]],
        key=said["key"],
        title=title,
        source=source,
        quality=said["quality"],
        quality_column=said["quality_column"],
        notes=[Text(*note) for note in said["notes"]],
        method=_text(said["method"]),
        years=said["years"],
    )


def _series(values: list[Any], type_: str) -> "pd.Series[Any]":
    read = pd.Series([_read(value) for value in values], dtype=object)
    if type_ in PLAIN:
        return read.astype(type_)  # type: ignore[call-overload,no-any-return]
    return read.astype("Int64") if type_.lower().startswith(("int", "uint")) else read


def _column_of(said: Mapping[str, Any]) -> Column:
    return Column(
        said["key"],
        Text(*said["title"]),
        _text(said["unit"]),
        said["kind"],
        said["digits"],
        said["signed"],
        {_read(code): Text(zh, en) for code, zh, en in said["labels"]},
        said["digits_by"],
    )
