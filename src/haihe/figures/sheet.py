"""A table as a sheet of a workbook."""

import re
from collections.abc import Collection
from typing import Any

from xlsxwriter.worksheet import Worksheet

from haihe.figures.table import UNIT_WORD, Column, Table
from haihe.messages import HaiheError, Lang

MAX_ROWS = 1_048_576
NAME_LENGTH = 31
HEAD = 2
"""Rows above the headings: title and an empty one."""


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Give a name that a workbook accepts and that is not taken: at most 31 characters, without ``[]:*?/\\``."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", wanted).strip("'") or "_"
    lowered = {name.lower() for name in taken} | {"history"}
    name, turn = plain[:NAME_LENGTH], 1
    while name.lower() in lowered:
        turn += 1
        ending = f" {turn}"
        name = plain[: NAME_LENGTH - len(ending)] + ending
    return name


def write_sheet(workbook: Any, table: Table, lang: Lang, name: str) -> Worksheet:
    """Write a table to a new sheet of an open ``xlsxwriter`` workbook.

    The title stands in row 1, headings with units in row 3, numbers as numbers in full precision (formatted to the
    declared decimals), missing ones as ``—``; source, quality and notes follow under the table.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        Opened with ``strings_to_formulas`` off, so that text stays text.
    table : Table
        What to write.
    lang : {"zh", "en"}
        Language of every word.
    name : str
        Name of the sheet (see `sheet_name`).

    Returns
    -------
    Worksheet
        The new sheet.

    Raises
    ------
    HaiheError
        ``E-REP-02`` for more rows than a sheet can hold.
    """
    if len(table) + len(table.captions) + HEAD + 3 > MAX_ROWS:
        raise HaiheError("E-REP-02", key=table.key, rows=len(table))
    sheet: Worksheet = workbook.add_worksheet(name)
    title = workbook.add_format({"bold": True, "font_size": 14})
    soft = workbook.add_format({"font_color": "#4d5b68"})
    sheet.write_string(0, 0, table.title(lang), title)
    rows = table.raw_rows(lang)
    last = HEAD + len(rows)
    for j, column in enumerate(table.columns):
        align = "right" if column.numeric else "left"
        heading = workbook.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "align": align, "valign": "bottom"}
        )
        cells = workbook.add_format({"num_format": number_format(column), "align": align, "valign": "top"})
        own = _row_formats(workbook, table, column, align) if column.digits_by else []
        sheet.write_string(HEAD, j, column.heading(lang), heading)
        widest = max((_width(column.show(v)(lang)) for v in table.frame[column.key]), default=0)
        sheet.set_column(j, j, min(max(widest, _width(column.title(lang)), _width(column.bracket(lang))) + 2, 60))
        for i, row in enumerate(rows, start=HEAD + 1):
            value = row[j]
            if value is None:
                sheet.write_string(i, j, "—", cells)
            elif column.numeric:
                sheet.write_number(i, j, value, own[i - HEAD - 1] if own else cells)
            else:
                sheet.write_string(i, j, column.show(table.frame[column.key].iloc[i - HEAD - 1])(lang), cells)
    if rows:
        sheet.autofilter(HEAD, 0, last, len(table.columns) - 1)
    sheet.freeze_panes(HEAD + 1, 0 if table.columns[0].numeric else 1)
    units = [f"{c.title(lang)}: {c.unit(lang)}" for c in table.columns if c.unit]
    below = [UNIT_WORD(lang) + "; ".join(units)] if units else []
    for i, line in enumerate([*below, *(caption(lang) for caption in table.captions)], start=last + 2):
        sheet.write_string(i, 0, line, soft)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)
    return sheet


def _row_formats(workbook: Any, table: Table, column: Column, align: str) -> list[Any]:
    """Format of each row's cell, where rows have their own decimals."""
    shown = [number_format(own) for own in table.row_columns(column)]
    made = {f: workbook.add_format({"num_format": f, "align": align, "valign": "top"}) for f in set(shown)}
    return [made[f] for f in shown]


def number_format(column: Column) -> str:
    """How a spreadsheet shows the numbers of a column."""
    if not column.numeric:
        return "@"
    decimals = f".{'0' * column.digits}" if column.digits else ""
    if column.kind == "year":
        return "0"
    plain = f"0{decimals}%" if column.kind == "share" else f"#,##0{decimals}"
    return f"+{plain};-{plain};{plain}" if column.signed else plain


def _width(text: str) -> int:
    """Width of a text in a spreadsheet's characters: a Chinese one counts twice."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
