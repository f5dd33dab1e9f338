"""Type the cells of one column by its declaration: what cannot be typed is named, never guessed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.region.spec import Column
from haihe.region.units import known, nearest

Cells = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

DTYPES = {"number": "float64", "integer": "Int64", "year": "Int64", "flag": "boolean"}
"""Dtypes of the kinds; every other kind is ``str``."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_DAY = r"\d{4}-\d{2}-\d{2}"
_CODE = r"[^\s;|*]+"
_CODES = rf"\*|{_CODE}(?:\s*;\s*{_CODE})*"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_LONGEST = 32_000
_FLAGS = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Cells that could not be typed: the code of the message, which cells, and what fills the message."""

    code: str
    cells: Mask
    fill: dict[str, Any]
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
    raw = pd.Series(cells, dtype=object)
    raw = raw.mask(raw.isna() | raw.isin([""]), None)
    if column.kind != "text":
        raw = raw.map(_stripped)
    empty = raw.isna().to_numpy(dtype=bool)
    if column.kind in ("number", "integer", "year"):
        series, wrong = _numbers(raw, column)
    elif column.kind == "flag":
        series, wrong = _flags(raw)
    else:
        series, wrong = _words(raw, column)
    if column.filled and empty.any():
        wrong.append(Wrong("E-CELL-01", empty, {}))
    elif column.default is not None and empty.any():
        series = series.mask(empty, column.default).astype(dtype_of(column))
    return series.rename(column.name), wrong


def _stripped(cell: Any) -> Any:
    return (cell.strip() or None) if isinstance(cell, str) else cell


def _of_type(raw: "pd.Series[Any]", kinds: type | tuple[type, ...]) -> Mask:
    fits = {kind: issubclass(kind, kinds) for kind in set(raw.map(type))}
    return raw.map(type).map(fits).to_numpy(dtype=bool) if len(raw) else np.zeros(0, dtype=bool)


def _numbers(raw: "pd.Series[Any]", column: Column) -> tuple["pd.Series[Any]", list[Wrong]]:
    text = _of_type(raw, str)
    number = _of_type(raw, Real) & ~_of_type(raw, (bool, np.bool_)) & raw.notna().to_numpy(dtype=bool)
    number[text] = raw[text].astype("str").str.fullmatch(_NUMBER, flags=0).to_numpy(dtype=bool)
    number[text] &= raw[text].astype("str").map(str.isascii).to_numpy(dtype=bool)
    values = np.full(len(raw), np.nan)
    values[number] = raw[number].to_numpy(dtype=object).astype(np.float64)
    bad = raw.notna().to_numpy(dtype=bool) & ~number
    huge = np.isinf(values)
    wrong = [Wrong("E-NUM-01", bad | huge, {})] if (bad | huge).any() else []
    values[huge] = np.nan
    if column.kind == "number":
        return pd.Series(values, dtype="float64"), wrong
    parted = np.isfinite(values) & ((values != np.round(values)) | (np.abs(values) > 2**53))
    if parted.any():
        wrong.append(Wrong("E-NUM-02", parted, {}))
        values[parted] = np.nan
    return pd.Series(values).astype("Int64"), wrong


def _flags(raw: "pd.Series[Any]") -> tuple["pd.Series[Any]", list[Wrong]]:
    series = _as_text(raw).str.lower().map(_FLAGS).astype("boolean")
    bad = (raw.notna() & series.isna()).to_numpy(dtype=bool)
    return series, [Wrong("E-FLAG-01", bad, {})] if bad.any() else []


def _as_text(raw: "pd.Series[Any]") -> "pd.Series[str]":
    other = ~_of_type(raw, str) & raw.notna().to_numpy(dtype=bool)
    if other.any():
        raw = raw.copy()
        raw[other] = raw[other].map(_say)
    return raw.astype("str")


def _say(cell: Any) -> str:
    if isinstance(cell, (bool, np.bool_)):
        return "true" if cell else "false"
    if isinstance(cell, Real):
        value = float(cell)
        return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def _words(raw: "pd.Series[Any]", column: Column) -> tuple["pd.Series[Any]", list[Wrong]]:
    series = _as_text(raw)
    said = series.notna().to_numpy(dtype=bool)
    near: Callable[[str], str] | None = None
    values: dict[str, Any] = {}
    if column.kind == "text":
        series = series.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False)
        fits, code = _fits_text(series), "E-TEXT-01"
    elif column.kind == "choice":
        fits, code, values = series.isin(column.choices), "E-CHOICE-01", {"choices": ", ".join(column.choices)}
    elif column.kind == "unit":
        words = {unit: known(unit) for unit in series.dropna().unique()}
        fits, code, near = series.map(words).eq(True), "E-UNIT-03", nearest
    elif column.kind == "date":
        fits = series.str.fullmatch(_DAY).eq(True) & pd.to_datetime(series, format="%Y-%m-%d", errors="coerce").notna()
        code = "E-DATE-01"
    else:
        fits = series.str.fullmatch(_CODES if column.kind == "codes" else _CODE).eq(True) & _fits_text(series)
        code = "E-CODE-01"
    bad = said & ~fits.to_numpy(dtype=bool)
    if column.kind == "codes":
        series = series.str.replace(r"\s*;\s*", ";", regex=True)
    wrong = [Wrong(code, bad, values, near)] if bad.any() else []
    return series.mask(bad).astype("str"), wrong


def _fits_text(series: "pd.Series[str]") -> "pd.Series[bool]":
    return ~series.str.contains(_CONTROL, regex=True).eq(True) & ~series.str.len().gt(_LONGEST)
