"""A region as an Excel workbook: a sheet ``haihe`` for the meta, then one sheet a table."""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import python_calamine
import xlsxwriter

from haihe.messages import HaiheError, Lang, Text
from haihe.region.draft import Draft, assemble, table_names, table_titles
from haihe.region.issues import Issue, Place
from haihe.region.meta import FIELDS, META_NAME, Meta, read_meta
from haihe.region.nearest import suggest
from haihe.region.percents import Percent
from haihe.region.rawpart import Fault, RawPart
from haihe.region.safety import check_path_of, open_archive
from haihe.region.sheets import SheetFaults, examine, letters
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES

Cells = npt.NDArray[np.object_]

IGNORED = "_"
"""Sheets whose name begins so are the user's own and are not read."""

FLAG_WORDS = {True: Text("是", "true"), False: Text("否", "false")}
"""What a workbook of a language writes for a flag."""

_ROWS = 1_048_575


class Exact(float):
    """A float that the workbook writer writes in full, so that reading gives the same float."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def read_workbook(path: Path, tables: Mapping[str, TableSpec] = TABLES) -> Draft:
    """Read a workbook; a sheet may bear the table's name or its Chinese or English title."""
    book, faults = _open(path)
    issues: list[Issue] = []
    parts: dict[str, RawPart] = {}
    meta: Meta | None = None
    has_meta, names = False, table_names(tables)
    for sheet in faults:
        name = names.get(sheet.strip())
        if sheet.startswith(IGNORED):
            continue
        if sheet == META_NAME:
            meta, found = _read_meta(path.name, _cells(path.name, book, sheet, faults[sheet]))
            issues, has_meta = issues + found, True
        elif name is None:
            values = {"value": sheet, "near": suggest(sheet, [META_NAME, *tables], names, table_titles(tables))}
            issues.append(Issue("E-TAB-02", sheet, values=values, place=Place(path.name, sheet)))
        elif name in parts:
            values = {"value": sheet, "first": parts[name].sheet}
            issues.append(Issue("E-TAB-03", name, values=values, place=Place(path.name, sheet)))
        else:
            cells = _cells(path.name, book, sheet, faults[sheet])
            if len(cells):
                parts[name] = _part(path.name, sheet, tables[name], cells, issues)
    if not has_meta:
        issues.append(Issue("E-META-04", META_NAME, place=Place(path.name, META_NAME)))
    return assemble(parts.values(), meta, issues, tables)


def _open(path: Path) -> tuple[python_calamine.CalamineWorkbook, dict[str, SheetFaults]]:
    """Open a workbook after looking at it."""
    with open_archive(path) as archive:
        faults = examine(path.name, archive)
    try:
        return python_calamine.CalamineWorkbook.from_path(path), faults
    except python_calamine.PasswordError as error:
        raise HaiheError("E-FILE-06", file=path.name) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise HaiheError("E-FILE-05", file=path.name, why=str(error)) from error


class Sheets(Mapping[str, Cells]):
    """The sheets of a workbook by name, each read when it is first asked for.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Raises
    ------
    HaiheError
        ``E-FILE-01`` where there is no file; as `read_workbook` where it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        check_path_of(path)
        self._file = path.name
        self._book, self._faults = _open(path)
        self._names = [sheet for sheet in self._faults if not sheet.startswith(IGNORED)]
        self._read: dict[str, Cells] = {}

    def __getitem__(self, name: str) -> Cells:
        """Give the cells of one sheet; ``E-FILE-05`` where it is damaged."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = _cells(self._file, self._book, name, self._faults[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_cells(path: Path) -> Sheets:
    """Open a workbook that is no region: the cells of every sheet but the user's own, each read when asked for.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.

    Returns
    -------
    Sheets
        By name, arrays of object of shape (rows, columns) from A1 on: text, numbers, booleans, days, "" where empty,
        a `Fault` wherever a value cannot be known.

    Raises
    ------
    HaiheError
        ``E-FILE-01`` where there is no file; as `read_workbook` where it cannot be opened.
    """
    return Sheets(path)


def _cells(file: str, book: python_calamine.CalamineWorkbook, sheet: str, faults: SheetFaults) -> Cells:
    """Give the cells of a sheet from A1 on, with a `Fault` wherever a value cannot be known."""
    try:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise HaiheError("E-FILE-05", file=file, why=str(error)) from error
    spots = faults.errors + faults.uncached
    height = max([len(rows), *(row + 1 for row, _, _ in spots)])
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column, _ in spots)])
    cells = np.full((height, width), "", dtype=object)
    if rows:
        cells[: len(rows), : len(rows[0])] = rows
    for row, column, last_row, last_column in faults.merged:
        if row < height and column < width:
            said, first = f"{letters(column)}{row + 1}:{letters(last_column)}{last_row + 1}", cells[row, column]
            cells[row : last_row + 1, column : last_column + 1] = Fault("", said)
            cells[row, column] = Fault("E-CELL-04", said, first)
    for row, column, said in faults.errors:
        cells[row, column] = Fault("E-CELL-03", said)
    for row, column, said in faults.uncached:
        cells[row, column] = Fault("E-CELL-02", said)
    for row, column in faults.percents:
        if row < height and column < width and isinstance(cells[row, column], float):
            cells[row, column] = Percent(cells[row, column])
    return cells


def _part(file: str, sheet: str, spec: TableSpec, cells: Cells, issues: list[Issue]) -> RawPart:
    header = []
    for column, cell in enumerate(cells[0]):
        header.append(str(cell.cell if isinstance(cell, Fault) else cell))
        if isinstance(cell, Fault) and cell.code:
            place = Place(file, sheet, 1, header[-1], letters(column))
            issues.append(Issue(cell.code, spec.name, values={"value": cell.value}, place=place))
    body = cells[1:]
    rows = np.flatnonzero((body != "").any(axis=1))
    columns = [body[rows, i] for i in range(body.shape[1])]
    return RawPart(spec, file, sheet, header, columns, rows + 2, [letters(i) for i in range(len(header))])


def _read_meta(file: str, cells: Cells) -> tuple[Meta | None, list[Issue]]:
    fields: dict[str, Any] = {}
    rows: dict[str, int] = {}
    issues: list[Issue] = []
    for row, (key, value) in enumerate(cells[1:, :2] if cells.shape[1] > 1 else (), 2):
        rows[str(key)] = row
        if isinstance(value, Fault):
            place = Place(file, META_NAME, row, str(key), "B")
            issues.append(Issue(value.code or "E-CELL-04", META_NAME, values={"value": value.value}, place=place))
        elif value != "":
            fields[str(key)] = _field(value)
    meta, found = read_meta(fields)
    for issue in found:
        place = Place(file, META_NAME, rows.get(issue.column or ""), issue.column, "B")
        issues.append(Issue(issue.code, META_NAME, values=issue.values, place=place))
    return meta, issues


def _field(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value


def workbook_bytes(tables: Mapping[str, pd.DataFrame], meta: Meta, lang: Lang | None = None) -> bytes:
    """Give the workbook of a region; sheets, headers and choices bear their declared names, or those of a language.

    Raises
    ------
    HaiheError
        ``E-FILE-19`` where a table has more records than a sheet has rows.
    """
    for name, frame in tables.items():
        if len(frame) > _ROWS:
            raise HaiheError("E-FILE-19", table=name, value=len(frame), limit=_ROWS)
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
        sheet = book.add_worksheet(META_NAME)
        sheet.write_row(0, 0, ["field", "value", "说明", "meaning"], head)
        for row, (field, value) in enumerate(meta.model_dump().items(), 1):
            sheet.write_string(row, 0, field)
            write_cell(sheet, row, 1, value)
            sheet.write_string(row, 2, FIELDS[field].zh)
            sheet.write_string(row, 3, FIELDS[field].en)
        sheet.set_column(0, 3, 28)
        sheet.freeze_panes(1, 0)
        for name, frame in tables.items():
            spec = TABLES[name]
            sheet = book.add_worksheet(spec.title(lang) if lang else name)
            for number, column in enumerate(spec.columns):
                sheet.write_string(0, number, column.title(lang) if lang else column.name, head)
                for row, value in enumerate(words_of(frame[column.name], column, lang), 1):
                    write_cell(sheet, row, number, value)
            sheet.set_column(0, len(frame.columns) - 1, 16)
            sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def said_of(column: Column) -> Mapping[Any, Text]:
    """Give how the values of a column are called: choices and flags; nothing else has words."""
    return FLAG_WORDS if column.kind == "flag" else column.word_of


def words_of(series: "pd.Series[Any]", column: Column, lang: Lang | None) -> list[Any]:
    """Give the cells to write: None where missing, choices and flags in the words of the language."""
    cells = series.astype(object).where(series.notna(), None).tolist()
    names = said_of(column)
    return [names[cell](lang) if cell in names else cell for cell in cells] if lang and names else cells


def new_workbook(buffer: io.BytesIO) -> Any:
    """Open a workbook for writing: text stays text, and equal content gives equal bytes."""
    plain = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, plain)
    book.set_properties({"created": dt.datetime(2000, 1, 1)})
    return book


def write_cell(sheet: Any, row: int, column: int, value: Any, form: Any = None) -> None:
    """Write one value, in a format where one is given: text as text, numbers in full, nothing where it is missing."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, form)
    elif isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value), form)
    else:
        sheet.write_number(row, column, Exact(value), form)
