"""One file or sheet of a table before its cells are typed: its header found, and what is no record taken out."""

import re
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.region.cells import Cells
from haihe.region.issues import Issue, Place
from haihe.region.spec import TableSpec

_ABOVE = 5
"""Rows of titles that may stand above a header for it to be found."""
_NOTE = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|注|备\s*注|附\s*注|说\s*明|资料来源|数据来源|填报人|审核人|制表人|total|sum|notes?|sources?)"
    r"\s*(?:[:：].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
"""What the rows under a table begin with that are no records: totals, notes, signatures."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Stands where the file has a cell whose value cannot be known.

    ``code`` is empty where another cell of the same fault carries the message; ``value`` is what the message shows,
    ``cell`` what the file holds.
    """

    code: str
    value: str = ""
    cell: object = ""


@dataclass(frozen=True, slots=True)
class RawPart:
    """One file or sheet of a table, cells untouched.

    Parameters
    ----------
    spec : TableSpec
        The table it belongs to.
    file, sheet : str
        Names as the user gave them.
    header : list of str
        Header row.
    columns : list of ndarray of object
        Cells, one array a header, each of shape (records,).
    rows : ndarray of int, shape (records,)
        Row of each record as the user sees it.
    letters : list of str
        Column letters; empty outside workbooks.
    head : int
        Row of the header as the user sees it.
    """

    spec: TableSpec
    file: str
    sheet: str
    header: list[str]
    columns: list[Cells]
    rows: npt.NDArray[np.int64]
    letters: list[str] = field(default_factory=list)
    head: int = 1


def header_names(spec: TableSpec) -> dict[str, str]:
    """Give every header a column may have (its name, its Chinese, its English title) and the column's name."""
    titles = {title: column.name for column in spec.columns for title in (column.title.zh, column.title.en)}
    return titles | {column.name: column.name for column in spec.columns}


def from_header(part: RawPart, issues: list[Issue]) -> RawPart:
    """Let a part begin at its header where titles stand above it; they are named, and the table is read all the same."""
    names = header_names(part.spec)
    if any(header.strip() in names for header in part.header):
        return part
    for at in range(min(_ABOVE, len(part.rows))):
        said = [str(cells[at]) if isinstance(cells[at], str) else "" for cells in part.columns]
        if sum(word.strip() in names for word in said) < min(2, len(part.spec.columns)):
            continue
        head = int(part.rows[at])
        issues.append(
            Issue("E-TAB-06", part.spec.name, values={"value": head}, place=Place(part.file, part.sheet, part.head))
        )
        below = [cells[at + 1 :] for cells in part.columns]
        return replace(part, header=said, columns=below, rows=part.rows[at + 1 :], head=head)
    return part


def without_headers(part: RawPart, issues: list[Issue]) -> RawPart:
    """Take out the rows that repeat the header, in the same words or in others for the same columns."""
    names = header_names(part.spec)
    again, filled = np.ones(len(part.rows), dtype=bool), np.zeros(len(part.rows), dtype=np.int64)
    for header, cells in zip(part.header, part.columns, strict=True):
        name = names.get(header.strip(), header)
        for at in np.flatnonzero(again):
            cell = cells[at]
            said = isinstance(cell, str) and cell.strip() != ""
            filled[at] += said
            again[at] = names.get(cell.strip(), cell) == name if said else pd.isna(cell) or cell == ""
    again &= filled > 1
    return _without(part, again, "E-TAB-05", issues)


def without_notes(part: RawPart, issues: list[Issue]) -> RawPart:
    """Take out the rows of totals and notes: they begin with such a word, and a required cell of them is empty."""
    names = header_names(part.spec)
    filled = {column.name for column in part.spec.columns if column.filled}
    first = np.full(len(part.rows), None, dtype=object)
    empty, begun = np.zeros(len(part.rows), dtype=bool), np.zeros(len(part.rows), dtype=bool)
    for header, cells in zip(part.header, part.columns, strict=True):
        blank = np.where(pd.isna(cells), "", cells) == ""
        fresh = ~blank & ~begun
        first[fresh], begun = cells[fresh], begun | fresh
        if names.get(header.strip()) in filled:
            empty |= blank
    notes = np.array([isinstance(cell, str) and _NOTE.match(cell.strip()) is not None for cell in first], dtype=bool)
    return _without(part, notes & empty, "E-TAB-07", issues)


def _without(part: RawPart, which: npt.NDArray[np.bool_], code: str, issues: list[Issue]) -> RawPart:
    """Take rows out, each named by its place."""
    if not which.any():
        return part
    issues.extend(
        Issue(code, part.spec.name, place=Place(part.file, part.sheet, row)) for row in part.rows[which].tolist()
    )
    return replace(part, columns=[cells[~which] for cells in part.columns], rows=part.rows[~which])
