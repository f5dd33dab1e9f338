"""A published matrix with its labels, read from text, and where in the file each label and cell stands."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError, Text

Label = tuple[str, str]
"""Region and item; the region is "" where the label names none."""

MAX_BYTES = 2_000_000_000
"""Bytes of text a table may have unpacked, unless the caller allows more."""


@dataclass(frozen=True)
class Matrix:
    """Cells as published, with their labels.

    Attributes
    ----------
    file : str
        For messages.
    rows, columns : list of Label
        Labels.
    values : ndarray, shape (rows, columns)
        NaN where a cell is blank or absent.
    row_lines, column_lines : sequence of int
        Line of the file, from 1, where each label stands.
    row_key, column_key : str
        Name of the column that holds the labels; "" where a column's label is its own heading.
    joint : str
        Put between region and item when a label is said.
    """

    file: str
    rows: list[Label]
    columns: list[Label]
    values: FloatArray
    row_lines: Sequence[int]
    column_lines: Sequence[int]
    row_key: str
    column_key: str = ""
    joint: str = "_"

    def say(self, label: Label) -> str:
        """Write a label as the file does."""
        return self.joint.join(part for part in label if part)

    def row_place(self, i: int) -> dict[str, Any]:
        """Give file, row and column of a row label, for a message."""
        return {"file": self.file, "row": int(self.row_lines[i]), "column": self.row_key}

    def column_place(self, j: int) -> dict[str, Any]:
        """Give file, row and column of a column label, for a message."""
        column = self.column_key or self.say(self.columns[j])
        return {"file": self.file, "row": int(self.column_lines[j]), "column": column}

    def block(self, rows: Sequence[int], columns: Sequence[int]) -> FloatArray:
        """Give some cells; ``E-ACC-06`` names the first that is blank or not finite."""
        cells = self.values[np.ix_(rows, columns)]
        finite = np.isfinite(cells)
        if not finite.all():
            i, j = np.argwhere(~finite)[0]
            seen = "" if np.isnan(cells[i, j]) else cells[i, j]
            row = int(self.row_lines[rows[i]])
            raise HaiheError("E-ACC-06", file=self.file, row=row, column=self.say(self.columns[columns[j]]), value=seen)
        return cells

    def refuse_doubles(self) -> None:
        """Raise ``E-ACC-04`` where a label stands twice."""
        for labels, place in ((self.rows, self.row_place), (self.columns, self.column_place)):
            doubled = pd.Index([self.say(label) for label in labels]).duplicated()
            for at in np.flatnonzero(doubled)[:1]:
                raise HaiheError("E-ACC-04", value=self.say(labels[at]), **place(int(at)))

    def refuse_row(self, i: int, known: Iterable[Label]) -> HaiheError:
        """Make the error of an unknown row label, with the nearest known one."""
        return self._unknown(self.rows[i], known, self.row_place(i))

    def refuse_column(self, j: int, known: Iterable[Label]) -> HaiheError:
        """Make the error of an unknown column label, with the nearest known one."""
        return self._unknown(self.columns[j], known, self.column_place(j))

    def _unknown(self, label: Label, known: Iterable[Label], place: dict[str, Any]) -> HaiheError:
        near = nearest(self.say(label), map(self.say, known))
        return HaiheError("E-ACC-03", value=self.say(label), near=near, **place)


def source(path: Path, limit: int) -> Path | io.BytesIO:
    """Give what pandas shall read: the file itself, or what a ``.gz`` unpacks to; nothing over `limit` bytes.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` where the file cannot be opened, ``E-WORLD-01`` where it is larger than `limit`.
    """
    try:
        size = path.stat().st_size
        if path.suffix.lower() != ".gz":
            if size > limit:
                raise HaiheError("E-WORLD-01", file=str(path), value=size, limit=limit)
            if path.is_dir():
                raise IsADirectoryError(str(path))
            return path
        with gzip.open(path) as packed:
            data = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
    if len(data) > limit:
        raise HaiheError("E-WORLD-01", file=str(path), value=f"> {limit}", limit=limit)
    return io.BytesIO(data)


def read_cells(path: Path, limit: int, **how: Any) -> pd.DataFrame:
    """Read text cells with pandas, blank where blank; ``E-ACC-01`` where it is no table."""
    try:
        table: pd.DataFrame = pd.read_csv(
            source(path, limit), header=None, keep_default_na=False, na_values=[""], encoding="utf-8-sig", **how
        )
    except (OSError, pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
    return table


def read_matrix(
    path: Path,
    split: Callable[[tuple[str, ...]], Label],
    separator: str = ",",
    heads: int = 1,
    keys: int = 1,
    joint: str = "_",
    limit: int = MAX_BYTES,
) -> Matrix:
    """Read a matrix whose first columns and first lines hold the labels.

    Parameters
    ----------
    path : Path
        Text, plain or ``.gz``.
    split : callable
        Gives region and item of the cells of a label.
    separator : str
        Between cells.
    heads, keys : int
        Lines of column labels, and columns of row labels. A further line naming only those is passed over.
    joint : str
        See `Matrix`.
    limit : int
        Largest size accepted, in bytes.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` no table, ``E-ACC-04`` a label twice, ``E-ACC-06`` text in a number, ``E-WORLD-01`` too large.
    """
    top = read_cells(path, limit, sep=separator, dtype=str, nrows=heads + 1).fillna("")
    if len(top) < heads + 1 or top.shape[1] <= keys:
        raise HaiheError("E-ACC-01", file=str(path), reason=Text("没有数据行", "it has no rows"))
    named = bool((top.iloc[heads, keys:] == "").all())
    first = heads + int(named)
    columns = [split(tuple(top.iloc[:heads, j])) for j in range(keys, top.shape[1])]
    row_key = next((cell for cell in top.iloc[first - 1, :keys] if cell), "1")
    types: dict[int, Any] = {j: str if j < keys else np.float64 for j in range(top.shape[1])}
    how: dict[str, Any] = {"sep": separator, "skiprows": first, "names": list(types), "index_col": False}
    try:
        body = read_cells(path, limit, dtype=types, **how)
    except ValueError as error:
        texts = read_cells(path, limit, dtype=str, **how).iloc[:, keys:]
        bad = np.argwhere((texts.apply(pd.to_numeric, errors="coerce").isna() & texts.notna()).to_numpy())
        if not len(bad):
            raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
        i, j = bad[0]
        column, seen = joint.join(part for part in columns[j] if part), texts.iloc[i, j]
        raise HaiheError("E-ACC-06", file=str(path), row=int(i) + first + 1, column=column, value=seen) from error
    labels = body.iloc[:, :keys].fillna("").to_numpy(dtype=object)
    rows = [split(tuple(map(str, label))) for label in labels]
    matrix = Matrix(
        file=str(path),
        rows=rows,
        columns=columns,
        values=body.iloc[:, keys:].to_numpy(dtype=np.float64),
        row_lines=range(first + 1, first + 1 + len(rows)),
        column_lines=[1] * len(columns),
        row_key=row_key,
        joint=joint,
    )
    matrix.refuse_doubles()
    return matrix
