"""Issues: what reading and checking find, by position in a table, and where a file holds that position."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from haihe.messages import Finding, Findings
from haihe.region.tables import TABLES


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding before its place in the file is looked up.

    Parameters
    ----------
    code : str
        Code of the catalogue.
    table : str
        Declared name of the table, or the name of the file or sheet where there is none.
    at : int, optional
        Position of the record in the table, from 0.
    column : str, optional
        Declared name of the column.
    values : mapping
        What fills the message.
    place : Place, optional
        Where it is in the file, when known already.
    """

    code: str
    table: str = ""
    at: int | None = None
    column: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    place: "Place | None" = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file shows something: file, sheet, row (the header is row 1), column header and letter."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    header: str | None = None
    letter: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Where the records of one file or sheet stand.

    Parameters
    ----------
    file, sheet : str
        Names as the user gave them.
    rows : ndarray of int, shape (records,)
        Row of each record as the user sees it.
    headers : dict
        Header as the file has it, by declared column name.
    letters : dict
        Column letter, by declared column name; empty outside workbooks.
    """

    file: str
    sheet: str
    rows: npt.NDArray[np.int64]
    headers: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)


class Origin(tuple[Part, ...]):
    """The parts a table was read from, in order."""

    __slots__ = ()

    def place(self, at: int | None, column: str | None) -> Place:
        """Find the place of a record (or of the whole table) and column."""
        part, row = self[0], None
        if at is not None:
            rest = at
            for part in self:
                if rest < len(part.rows):
                    break
                rest -= len(part.rows)
            row = int(part.rows[rest])
        header = part.headers.get(column, column) if column else None
        return Place(part.file, part.sheet, row, header, part.letters.get(column) if column else None)


_ORDER = {name: number for number, name in enumerate(TABLES)}


def _rank(issue: Issue) -> tuple[int, str, int, int, str]:
    spec = TABLES.get(issue.table)
    names = spec.names if spec else []
    column = names.index(issue.column) if issue.column in names else -1
    at = -1 if issue.at is None else issue.at
    return _ORDER.get(issue.table, -1), issue.table, at, column, issue.code


def to_findings(issues: Iterable[Issue], origins: Mapping[str, Origin]) -> Findings:
    """Give issues their places and sort them by table, row and column."""
    return Findings(_findings(sorted(issues, key=_rank), origins))


def _findings(issues: Iterable[Issue], origins: Mapping[str, Origin]) -> Iterator[Finding]:
    for issue in issues:
        if issue.place is not None:
            place = issue.place
        elif issue.table in origins:
            place = origins[issue.table].place(issue.at, issue.column)
        else:
            place = Place("", issue.table, None if issue.at is None else issue.at + 2, issue.column)
        yield Finding(
            issue.code, place.sheet or issue.table, place.row, place.header, place.letter, issue.values, place.file
        )
