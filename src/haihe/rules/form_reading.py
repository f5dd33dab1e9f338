"""Read a workbook of applications: headings by label or code, cells by the declared types, faults by their place."""

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import LANGUAGES, Finding, Findings, HaiheError
from haihe.region.encoding import decode
from haihe.region.nearest import nearest_code, plain
from haihe.region.rawpart import Fault
from haihe.region.safety import MAX_CELLS, check_path_of
from haihe.region.sheets import letters
from haihe.region.workbook import read_cells
from haihe.rules.book import Rulebook
from haihe.rules.dialect import available, date_seconds, like, nearest
from haihe.rules.fields import Filled, grains_of, read_column, term_of
from haihe.rules.form import SHEET, FormColumn, article_titles, form_columns, headings
from haihe.rules.lanes import Words

Cells = npt.NDArray[np.object_]

_UNIT = re.compile(r"^(?P<title>.*?)\s*[（(](?P<unit>[^（()）]*)[)）]$")
_JOINT = re.compile("[;；]")
_LONGEST_HEADING = 200
"""Most characters of a heading that are looked at for a unit."""
_SHOWN = 20
"""Most findings of one kind that a column gives."""
_EXACT_DIGITS = 15
"""Digits that a number of a spreadsheet surely keeps."""


def read_form(book: Rulebook, path: str | Path) -> pd.DataFrame:
    """Read a workbook of applications.

    Parameters
    ----------
    book : Rulebook
        The schemes whose declared fields give the columns and their types.
    path : path
        ``.xlsx`` with the applications on the sheet ``申报`` or ``applications``, or on its only sheet, or ``.csv``;
        headings in row 1, by Chinese or English label (with or without the unit) or by code.

    Returns
    -------
    DataFrame
        One row an application under the codes of the columns: numbers in the declared units, choices as codes, flags
        as True and False, days as ``YYYY-MM-DD``, articles as ``scheme/article`` joined by ``;``. What is empty is
        missing.

    Raises
    ------
    HaiheError
        All findings at once, each with sheet, row and column: ``E-RUL-102`` an unknown column, ``E-RUL-103`` a column
        that stands twice, ``E-RUL-104`` a unit other than the declared one, ``E-RUL-105`` no sheet of applications;
        ``E-RUL-42`` to ``45`` and ``48`` values, ranges, articles, a missing column, a code that stands twice;
        ``E-CELL-02`` to ``04`` and ``E-FILE-…`` as for every workbook.
    """
    path = Path(path)
    reading = _Reading(book, path.name, sheet_of(path))
    frame = reading.frame()
    reading.findings.raise_errors()
    return frame


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it stands: its name, its cells from the headings on, and the row of the file of each row of cells."""

    name: str
    cells: Cells
    rows: npt.NDArray[np.intp]


def sheet_of(path: Path) -> Sheet:
    """Give the sheet that holds the applications; a CSV file is one."""
    if path.suffix.lower() == ".csv":
        return _csv(path)
    sheets = read_cells(path)
    named = {plain(name): name for name in sheets}
    wanted = [named[plain(SHEET(lang))] for lang in LANGUAGES if plain(SHEET(lang)) in named]
    if not wanted and len(sheets) == 1:
        wanted = list(sheets)
    if len(wanted) != 1 or not sheets[wanted[0]].size:
        raise HaiheError("E-RUL-105", file=path.name, value="、".join(sheets) or "—")
    cells = sheets[wanted[0]]
    return Sheet(wanted[0], cells, np.arange(1, len(cells) + 1))


def _csv(path: Path) -> Sheet:
    """Read a CSV file; lines without anything are left out, and the others keep their numbers."""
    check_path_of(path)
    text = decode(path.name, path.read_bytes())
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        numbered = [(row, line) for row, line in enumerate(reader, 1) if line]
    except csv.Error as error:
        raise HaiheError("E-FILE-05", file=path.name, why=str(error)) from error
    width = max((len(line) for _, line in numbered), default=0)
    if not width:
        raise HaiheError("E-FILE-13", file=path.name)
    if len(numbered) * width > MAX_CELLS:
        raise HaiheError("E-FILE-18", file=path.name, value=len(numbered) * width, limit=MAX_CELLS)
    wrong = next(((row, len(line)) for row, line in numbered if len(line) != width), None)
    if wrong is not None:
        raise HaiheError("E-FILE-14", file=path.name, row=wrong[0], value=wrong[1], wanted=width)
    cells = np.array([line for _, line in numbered], dtype=object)
    return Sheet(path.stem, cells, np.array([row for row, _ in numbered]))


@dataclass(slots=True)
class _Place:
    """Where a column stands in the sheet."""

    number: int
    heading: str


class _Titles:
    """Articles by every name that a form may give them."""

    def __init__(self, book: Rulebook) -> None:
        titles = article_titles(book)
        self.words = [*titles, *(title.zh for title in titles.values())]
        self.codes: dict[str, set[str]] = {}
        for code, title in titles.items():
            for name in {code, code.partition("/")[2], title.zh, title.en}:
                self.codes.setdefault(plain(name), set()).add(code)


class _Reading:
    """Reads one sheet and gathers what is wrong with it."""

    def __init__(self, book: Rulebook, file: str, sheet: Sheet) -> None:
        self.book, self.file, self.sheet, self.cells = book, file, sheet.name, sheet.cells
        self.columns = {column.name: column for column in form_columns(book)}
        self.findings = Findings()
        self.rows = np.flatnonzero((sheet.cells[1:] != "").any(axis=1)) + 1
        self.numbers = sheet.rows[self.rows]
        self.given: Counter[tuple[str, int]] = Counter()

    def frame(self) -> pd.DataFrame:
        """Give the applications, typed."""
        places = self._places()
        if "application" not in places:
            self._report("E-RUL-45", None, None, value=headings(list(self.columns.values()), "zh")["application"])
        self.findings.raise_errors()
        grains = grains_of(self.book.fields.values())
        made: dict[str, Any] = {}
        for name, place in places.items():
            column, raw = self.columns[name], self._column(place)
            if column.declared is not None:
                made[name] = self._field(name, column, raw, place, grains)
            else:
                made[name] = self._key(column, raw, place)
        frame = pd.DataFrame(made, columns=[name for name in self.columns if name in made])
        self._once(frame["application"], places["application"])
        return frame

    def _report(self, code: str, place: _Place | None, row: int | None, **values: Any) -> None:
        """Add a finding at a place, of one kind `_SHOWN` a column; `row` counts the applications from 0."""
        if place is not None:
            self.given[code, place.number] += 1
            if self.given[code, place.number] > _SHOWN:
                return
        self.findings.append(
            Finding(
                code,
                table=self.sheet,
                row=None if row is None else int(self.numbers[row]),
                column=place.heading[:_LONGEST_HEADING] if place else None,
                letter=letters(place.number) if place else None,
                values=values,
                file=self.file,
            )
        )

    def _places(self) -> dict[str, _Place]:
        """Find the column of each heading; empty headings of empty columns are left alone."""
        known = known_headings(list(self.columns.values()))
        places: dict[str, _Place] = {}
        for number, cell in enumerate(self.cells[0]):
            heading = str(cell.cell if isinstance(cell, Fault) else cell).strip()
            place = _Place(number, heading)
            if not heading and not (self.cells[1:, number] != "").any():
                continue
            name = self._named(place, known)
            if name is not None and name in places:
                self._report("E-RUL-103", place, None, value=heading, first=places[name].heading)
            elif name is not None:
                places[name] = place
        return places

    def _named(self, place: _Place, known: Mapping[str, str]) -> str | None:
        name = known.get(plain(place.heading))
        split = _UNIT.match(place.heading) if len(place.heading) <= _LONGEST_HEADING else None
        if name is None and split is not None:
            name = known.get(plain(split["title"]))
            unit = self.columns[name].unit if name else None
            if name is not None and (unit is None or plain(split["unit"]) not in {plain(unit(x)) for x in LANGUAGES}):
                wanted = unit or "—"
                self._report("E-RUL-104", place, None, value=split["unit"], wanted=wanted)
        if name is None:
            near = nearest_code(place.heading[:_LONGEST_HEADING], self.columns, known)
            shown = like(self.columns[near].title) if near else available(self.columns)
            self._report("E-RUL-102", place, None, value=place.heading[:_LONGEST_HEADING] or "—", near=shown)
        return name

    def _column(self, place: _Place) -> list[Any]:
        """Give the cells of a column: None where empty; a fault is reported and missing."""
        raw: list[Any] = []
        for row, cell in enumerate(self.cells[self.rows, place.number]):
            if isinstance(cell, Fault):
                if cell.code:
                    self._report(cell.code, place, row, value=cell.value)
                raw.append(None)
            else:
                raw.append(plain_cell(cell))
        return raw

    def _field(self, name: str, column: FormColumn, raw: list[Any], place: _Place, grains: Any) -> Any:
        declared = column.declared
        if declared is None:
            raise TypeError(name)
        cells = [_as_text(cell) for cell in raw] if declared.type in ("text", "choice") else raw
        series = _numbers(cells) if declared.kind == "int" else pd.Series(cells, dtype=object)
        filled, wrong = read_column(name, declared, term_of(declared, grains), series)
        for finding in wrong:
            self._report(finding.code, place, (finding.row or 2) - 2, **finding.values)
        return series if declared.kind == "int" else _said_values(filled, declared.kind)

    def _key(self, column: FormColumn, raw: list[Any], place: _Place) -> Any:
        if column.kind == "articles":
            named = _Titles(self.book)
            return pd.Series([self._articles(row, cell, place, named) for row, cell in enumerate(raw)], dtype=object)
        if column.kind == "number":
            return self._scores(raw, place, column)
        if column.kind == "date":
            return pd.Series([self._day(row, cell, place, column) for row, cell in enumerate(raw)], dtype=object)
        return pd.Series([_as_text(cell) for cell in raw], dtype=object)

    def _articles(self, row: int, cell: Any, place: _Place, named: "_Titles") -> str | None:
        if cell is None:
            return None
        codes = []
        for part in filter(None, (part.strip() for part in _JOINT.split(str(cell)))):
            found = named.codes.get(plain(part), set())
            if len(found) != 1 and self.given["E-RUL-44", place.number] < _SHOWN:
                near = available(sorted(found)) if found else nearest(part[:_LONGEST_HEADING], named.words)
                self._report("E-RUL-44", place, row, value=part[:_LONGEST_HEADING], near=near)
            codes += sorted(found)
        return ";".join(codes) or None

    def _scores(self, raw: list[Any], place: _Place, column: FormColumn) -> Any:
        numbers = pd.to_numeric(pd.Series(raw, dtype=object), errors="coerce")
        for row, (cell, number) in enumerate(zip(raw, numbers, strict=True)):
            if cell is not None and (isinstance(cell, bool) or not np.isfinite(number)):
                self._report("E-RUL-42", place, row, value=cell, label=column.title, wanted=column.note)
        return numbers.astype(np.float64)

    def _day(self, row: int, cell: Any, place: _Place, column: FormColumn) -> str | None:
        if cell is None:
            return None
        try:
            date_seconds(str(cell))
        except ValueError:
            self._report("E-RUL-42", place, row, value=cell, label=column.title, wanted=column.note)
        return str(cell)

    def _once(self, codes: "pd.Series[Any]", place: _Place) -> None:
        for row in np.flatnonzero((codes.isna() | codes.duplicated()).to_numpy()):
            self._report("E-RUL-48", place, int(row), value=codes.iloc[row] or "—")


def known_headings(columns: list[FormColumn]) -> dict[str, str]:
    """Give the column that each heading names: codes, headings of the form, and labels that only one column has."""
    known: dict[str, str] = {}
    titles: dict[str, set[str]] = {}
    for column in columns:
        for lang in LANGUAGES:
            titles.setdefault(plain(column.title(lang)), set()).add(column.name)
    known |= {title: next(iter(names)) for title, names in titles.items() if len(names) == 1}
    for lang in LANGUAGES:
        known |= {plain(text): name for name, text in headings(columns, lang).items()}
    return known | {plain(column.name): column.name for column in columns}


def plain_cell(cell: Any) -> Any:
    """A cell as it is read: text without blanks at its ends, days as text, None where empty."""
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.isoformat()[:10]
    if isinstance(cell, str):
        return cell.strip() or None
    return cell


def _as_text(cell: Any) -> str | None:
    """A code or text; a number that a spreadsheet made of it loses its needless decimals."""
    if cell is None or isinstance(cell, str):
        return cell
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _numbers(cells: list[Any]) -> "pd.Series[Any]":
    """Numbers as floats where every one is sure to keep its digits; else as they stand, for exact reading."""
    kept = [_number(cell) for cell in cells]
    if all(cell is None or isinstance(cell, float) for cell in kept):
        return pd.Series(kept, dtype=np.float64)
    return pd.Series(kept, dtype=object)


def _number(cell: Any) -> Any:
    if isinstance(cell, bool) or cell is None or isinstance(cell, float):
        return cell
    if isinstance(cell, int):
        return float(cell) if abs(cell) < 10**_EXACT_DIGITS else cell
    digits = re.sub(r"[^0-9]", "", str(cell)).lstrip("0")
    sure = re.fullmatch(r"[-+]?\d+(\.\d+)?", str(cell), re.ASCII) and len(digits) <= _EXACT_DIGITS
    return float(cell) if sure else cell


def _said_values(filled: Filled, kind: str) -> "pd.Series[Any]":
    """Values of a column other than numbers, in the one form that a table has them."""
    values = filled.values  # noqa: PD011 - no column of pandas
    if isinstance(values, Words):
        cells = values.to_array().astype(object)
    elif kind == "date":
        cells = (values.astype("int64").astype("datetime64[s]").astype("datetime64[D]")).astype(str).astype(object)
    else:
        cells = np.array([bool(value) for value in values], dtype=object)
    series = pd.Series(cells, dtype=object)
    return series.where(~filled.absent, None)
