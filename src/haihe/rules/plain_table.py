"""Small tables that people keep beside the applications: scores, matching ability, moved firms and their taxes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.region.rawpart import Fault
from haihe.rules.form_reading import plain_cell, sheet_of
from haihe.rules.money import fen
from haihe.rules.scalars import NO, YES


def read_plain(path: str | Path, needed: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file or the only sheet of a workbook as it stands.

    Parameters
    ----------
    path : path
    needed : sequence of str
        Columns that must be there.

    Returns
    -------
    DataFrame
        Cells as read, None where empty; the index is the row as a person counts it (the first record is 2).

    Raises
    ------
    HaiheError
        ``E-RUL-110`` for missing columns, ``E-RUL-105`` where a workbook has several sheets, ``E-CELL-…`` and
        ``E-FILE-…`` as for every file.
    """
    path = Path(path)
    given = sheet_of(path)
    sheet, cells = given.name, given.cells
    header = [str(cell).strip() for cell in cells[0]]
    lacking = [name for name in needed if name not in header]
    if lacking:
        raise HaiheError("E-RUL-110", file=path.name, table=sheet, value=", ".join(lacking))
    for row, column in zip(*np.nonzero(np.vectorize(lambda cell: isinstance(cell, Fault))(cells)), strict=True):
        fault = cells[row, column]
        if fault.code:
            place = {"file": path.name, "table": sheet, "row": int(given.rows[row]), "column": header[column]}
            raise HaiheError(fault.code, value=fault.value, **place)
    kept = np.flatnonzero((cells[1:] != "").any(axis=1)) + 1
    columns = {name: [plain_cell(cell) for cell in cells[kept, n]] for n, name in enumerate(header) if name}
    return pd.DataFrame(columns, index=pd.Index(given.rows[kept]), dtype=object)


def in_fen(frame: pd.DataFrame, column: str, file: str, label: Text) -> "pd.Series[Any]":
    """Bring a column of money to fen by the unit that stands in column ``unit`` of each row.

    Raises
    ------
    HaiheError
        ``E-RUL-111`` where a value or unit is none of money to the fen.
    """
    amounts = []
    for row, value, unit in zip(frame.index, frame[column], frame["unit"], strict=True):
        try:
            amounts.append(fen(value, str(unit)))
        except (HaiheError, ValueError, ZeroDivisionError):
            shown = f"{value} {unit}"
            raise HaiheError("E-RUL-111", file=file, row=int(row), column=column, value=shown, label=label) from None
    return pd.Series(amounts, index=frame.index, dtype="int64")


def whole_numbers(frame: pd.DataFrame, column: str, file: str, label: Text) -> "pd.Series[Any]":
    """Read a column of whole numbers, such as years; ``E-RUL-111`` for anything else."""
    numbers = pd.to_numeric(frame[column], errors="coerce")
    wrong = frame.index[(numbers.isna() | (numbers % 1 != 0) | (numbers.abs() > 2**53)).to_numpy(dtype=bool)]
    if len(wrong):
        value = frame[column].loc[wrong[0]]
        raise HaiheError("E-RUL-111", file=file, row=int(wrong[0]), column=column, value=value, label=label)
    return numbers.astype("int64")


def flags(frame: pd.DataFrame, column: str, file: str, label: Text) -> "pd.Series[Any]":
    """Read a column of yes and no; empty is missing; ``E-RUL-111`` for anything else."""
    words: Mapping[str, bool] = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    read = [None if cell is None else words.get(str(cell).strip().lower(), cell) for cell in frame[column]]
    for row, cell in zip(frame.index, read, strict=True):
        if cell is not None and not isinstance(cell, bool):
            raise HaiheError("E-RUL-111", file=file, row=int(row), column=column, value=cell, label=label)
    return pd.Series(read, index=frame.index, dtype=object)


def days(frame: pd.DataFrame, column: str, file: str, label: Text) -> "pd.Series[Any]":
    """Read a column of days ``YYYY-MM-DD``; empty is missing; ``E-RUL-111`` for anything else."""
    read = pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")
    wrong = frame.index[(read.isna() & frame[column].notna()).to_numpy(dtype=bool)]
    if len(wrong):
        value = frame[column].loc[wrong[0]]
        raise HaiheError("E-RUL-111", file=file, row=int(wrong[0]), column=column, value=value, label=label)
    return read
