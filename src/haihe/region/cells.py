"""Type the cells of one column by its declaration: what cannot be typed is named, never guessed."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import Text
from haihe.region.spec import Column
from haihe.region.units import known, nearest

Cells = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

DTYPES = {"number": "float64", "integer": "Int64", "year": "Int64", "flag": "boolean"}
"""Dtypes of the kinds; every other kind is ``str``."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WITH_UNIT = re.compile(rf"({_NUMBER.pattern})\s*(\D.*)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_CODE = re.compile(r"[^\s;|*]+")
_CODES = re.compile(rf"\*|{_CODE.pattern}(?:\s*;\s*{_CODE.pattern})*")
_JOINT = re.compile(r"\s*;\s*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
_ITS_COLUMN = Text("“单位”列所示的单位", "the unit in its column unit")
_YEAR = re.compile(r"((?:19|20|21)\d\d)\s*(?:年|年度|年底|year)", re.ASCII | re.IGNORECASE)
_FLAGS = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Cells that could not be typed: the code of the message, which cells, and what fills the message."""

    code: str
    cells: Mask
    fill: dict[str, Any] = field(default_factory=dict)
    near: Callable[[str], str] | None = None


def dtype_of(column: Column) -> str:
    """Give the dtype of a declared column."""
    return DTYPES.get(column.kind, "str")


def type_cells(cells: Cells, column: Column) -> tuple["pd.Series[Any]", list[Wrong]]:
    """Type the cells of a column.

    Parameters
    ----------
    cells : ndarray of object, shape (records,)
        Text, numbers, booleans, dates or nothing, as the file holds them.
    column : Column
        The declaration.

    Returns
    -------
    series : Series, shape (records,)
        Typed; default filled in; a cell that is wrong is missing.
    wrong : list of Wrong
        What could not be typed, with required cells that are empty.
    """
    raw = cells.copy()
    raw[pd.isna(raw)] = ""
    if pd.api.types.infer_dtype(raw, skipna=False) == "string":  # of a text file: few are different, each is typed once
        where, different = pd.factorize(raw)
        series, wrong = _typed(different, column)
        return series.take(where).reset_index(drop=True), [replace(each, cells=each.cells[where]) for each in wrong]
    return _typed(raw, column)


def _typed(raw: Cells, column: Column) -> tuple["pd.Series[Any]", list[Wrong]]:
    if column.kind != "text":
        raw = _each(lambda cell: cell.strip() if isinstance(cell, str) else cell, raw)
    empty = raw == ""
    if column.kind in ("number", "integer", "year"):
        values, wrong = _numbers(raw, empty, column)
    elif column.kind == "flag":
        values, wrong = _flags(raw, empty)
    else:
        values, wrong = _words(raw, empty, column)
    if column.filled and empty.any():
        wrong.append(Wrong("E-CELL-01", empty))
    elif column.default is not None:
        values[empty] = column.default
    return pd.Series(values, dtype=dtype_of(column), name=column.name), wrong


def _each(function: Callable[[Any], Any], cells: Cells) -> Cells:
    """Apply a function to every cell."""
    done = np.empty(len(cells), dtype=object)
    done[:] = [function(cell) for cell in cells]
    return done


def _numbers(raw: Cells, empty: Mask, column: Column) -> tuple[npt.NDArray[Any], list[Wrong]]:
    fits = _each(_is_number, raw).astype(bool)
    values = np.full(len(raw), np.nan)
    values[fits] = raw[fits].astype(np.float64)
    bad = ~fits & ~empty | np.isinf(values)
    values[bad] = np.nan
    wrong: list[Wrong] = []
    grouped = bad & _each(lambda cell: _ungrouped(cell) != "", raw).astype(bool)
    if grouped.any():
        wrong.append(Wrong("E-NUM-03", grouped, {}, _ungrouped))
    bad &= ~grouped
    if column.kind == "year":
        dressed = bad & _each(lambda cell: _year_in(cell) != "", raw).astype(bool)
        if dressed.any():
            wrong.append(Wrong("E-YEAR-03", dressed, {}, _year_in))
        bad &= ~dressed
    with_unit = np.zeros(len(raw), dtype=bool)
    with_unit[bad] = _each(_has_unit, raw[bad]).astype(bool)
    if (bad & ~with_unit).any():
        wrong.append(Wrong("E-NUM-01", bad & ~with_unit))
    if with_unit.any():
        wrong.append(
            Wrong("E-UNIT-06", with_unit, {"unit": _ITS_COLUMN if column.unit == "@unit" else column.unit or "1"})
        )
    if column.kind == "number":
        return values, wrong
    parted = np.isfinite(values) & ((values != np.round(values)) | (np.abs(values) > 2**53))
    if parted.any():
        wrong.append(Wrong("E-NUM-02", parted))
        values[parted] = np.nan
    return pd.array(values, dtype="Int64"), wrong  # type: ignore[return-value]


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell) is not None
    return isinstance(cell, Real) and not isinstance(cell, (bool, np.bool_))


def _ungrouped(cell: Any) -> str:
    """Give the plain number of a cell such as ``1,234.5`` or one in wide characters; nothing where there is none."""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return ""
    narrow = unicodedata.normalize("NFKC", cell).strip()
    if _GROUPED.fullmatch(narrow):
        narrow = narrow.replace(",", "")
    return narrow if _NUMBER.fullmatch(narrow) else ""


def _has_unit(cell: Any) -> bool:
    found = _WITH_UNIT.fullmatch(cell) if isinstance(cell, str) else None
    return found is not None and known(found[2].strip())


def _year_in(cell: Any) -> str:
    """Give the year of a cell such as ``2027年``; nothing where there is none."""
    found = _YEAR.fullmatch(cell) if isinstance(cell, str) else None
    return found[1] if found else ""


def say_choices(column: Column) -> Text:
    """Say the choices of a column in the words of each language, with the choice itself where it differs."""
    zh = [f"{word.zh}（{choice}）" for choice, word in column.word_of.items()]
    return Text("、".join(zh), ", ".join(column.choices))


def _flags(raw: Cells, empty: Mask) -> tuple[npt.NDArray[Any], list[Wrong]]:
    values = _each(lambda cell: _FLAGS.get(_say(cell).lower()), raw)
    bad = ~empty & pd.isna(values)
    return values, [Wrong("E-FLAG-01", bad)] if bad.any() else []


def _say(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (bool, np.bool_)):
        return "true" if cell else "false"
    if isinstance(cell, Real):
        value = float(cell)
        return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _words(raw: Cells, empty: Mask, column: Column) -> tuple[npt.NDArray[Any], list[Wrong]]:
    values = _each(_say, raw)
    near: Callable[[str], str] | None = None
    fits: Callable[[str], bool] = is_text
    code, fill = "E-TEXT-01", dict[str, Any]()
    if column.kind == "text":
        values = _each(lambda cell: cell.replace("\r\n", "\n").replace("\r", "\n"), values)
    elif column.kind == "choice":
        meant = column.choice_of
        values = _each(lambda cell: meant.get(cell.strip(), cell), values)
        fits, code, fill = column.choices.__contains__, "E-CHOICE-01", {"choices": say_choices(column)}
    elif column.kind == "unit":
        fits, code, near = known, "E-UNIT-03", nearest
    elif column.kind == "date":
        fits, code = _is_day, "E-DATE-01"
    elif column.kind == "codes":
        values = _each(lambda cell: _JOINT.sub(";", cell), values)
        fits, code = (lambda cell: _CODES.fullmatch(cell) is not None and is_text(cell)), "E-CODE-01"
    else:
        fits, code = (lambda cell: _CODE.fullmatch(cell) is not None and is_text(cell)), "E-CODE-01"
    bad = ~empty & ~_each(fits, values).astype(bool)
    values[bad | empty] = None
    return values, [Wrong(code, bad, fill, near)] if bad.any() else []


def is_text(cell: str) -> bool:
    """Tell whether every form of file can hold this text: no control characters, not too long."""
    return len(cell) <= _LONGEST and _CONTROL.search(cell) is None


def _is_day(cell: str) -> bool:
    try:
        return dt.date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False
