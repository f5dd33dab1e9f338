"""The workbook that came in, given back with every finding at its cell: coloured, and said in a comment.

The copy is written anew from the cells: values, sheets and their order are the sender's; widths, drop-down lists, formulas
(their values stand) and pictures are not taken over. It can be mended and uploaded as it is: sheets of ours begin with
``_`` and are not read.
"""

import datetime as dt
import io
from collections import defaultdict
from numbers import Real
from pathlib import Path
from typing import Any

from haihe.messages import Lang, Text
from haihe.region.rawpart import Fault
from haihe.region.sheets import column_of
from haihe.region.workbook import IGNORED, Exact, new_workbook, read_cells

COLOURS = {"error": "#F4B6B6", "warning": "#FFE699", "note": "#D9E7F5"}
RANK = {"error": 0, "warning": 1, "note": 2}
SEVERITIES = {
    "error": Text("错误", "error"),
    "warning": Text("提醒", "warning"),
    "note": Text("说明", "note"),
}
SHEET = Text("问题清单", "findings")
_DAY, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_LONGEST = 32_000
_COMMENT = 2_000
Found = dict[str, Any]


def marked_copy(path: Path, findings: list[Found], lang: Lang) -> bytes:
    """Give the workbook's copy; a file of another kind gives the list of findings alone.

    Parameters
    ----------
    path : Path
        The file that came in.
    findings : list of dict
        As `Finding.to_dict` gives them.
    lang : {"zh", "en"}
        Language of comments and list.
    """
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        _list(book, findings, lang)
        if path.suffix == ".xlsx":
            _sheets(book, path, findings, lang)
    return buffer.getvalue()


def _list(book: Any, findings: list[Found], lang: Lang) -> None:
    sheet = book.add_worksheet(f"{IGNORED}{SHEET(lang)}")
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    titles = (
        Text("代码", "code"),
        Text("级别", "severity"),
        Text("工作表", "sheet"),
        Text("行", "row"),
        Text("列", "column"),
        Text("列名", "header"),
        Text("读到的值", "value seen"),
        Text("问题", "what is wrong"),
        Text("如何改正", "how to mend"),
    )
    sheet.write_row(0, 0, [title(lang) for title in titles], head)
    sheet.set_column(0, 6, 14)
    sheet.set_column(7, 8, 60, wrap)
    sheet.freeze_panes(1, 0)
    for row, found in enumerate(findings, 1):
        where = [found["table"], found["row"], found["letter"], found["column"], found["value"]]
        cells = [found["code"], SEVERITIES[found["severity"]](lang), *where, found["says"][lang], found["mend"][lang]]
        for column, cell in enumerate(cells):
            _write(sheet, row, column, cell if not isinstance(cell, dict) else cell[lang], None)


def _sheets(book: Any, path: Path, findings: list[Found], lang: Lang) -> None:
    forms = {severity: book.add_format({"bg_color": colour}) for severity, colour in COLOURS.items()}
    dates = {
        (severity, form): book.add_format({"num_format": form} | ({"bg_color": COLOURS[severity]} if severity else {}))
        for severity in ("", *COLOURS)
        for form in (_DAY, _TIME)
    }
    by_sheet: dict[str, list[Found]] = defaultdict(list)
    for found in findings:
        by_sheet[found["table"] or ""].append(found)
    for name, cells in read_cells(path).items():
        sheet = book.add_worksheet(name)
        at = _places(by_sheet.get(name, []))
        for (row, column), there in at.items():
            words = "\n".join(f"{each['code']} {each['says'][lang]}。{each['mend'][lang]}" for each in there)
            sheet.write_comment(row, column, words[:_COMMENT], {"x_scale": 2.4, "y_scale": 0.6 + 0.35 * len(there)})
            if row >= cells.shape[0] or column >= cells.shape[1]:
                sheet.write_blank(row, column, None, forms[there[0]["severity"]])
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                there = at.get((row, column), [])
                severity = there[0]["severity"] if there else ""
                if isinstance(cell, Fault):
                    cell = cell.cell if cell.cell != "" or not there else cell.value
                form = forms.get(severity)
                if isinstance(cell, (dt.date, dt.datetime)):
                    form = dates[severity, _TIME if isinstance(cell, dt.datetime) else _DAY]
                _write(sheet, row, column, cell, form)


def _places(found: list[Found]) -> dict[tuple[int, int], list[Found]]:
    """Give findings by cell, the gravest first; what has no cell stands at the row's or the sheet's first one."""
    at: dict[tuple[int, int], list[Found]] = defaultdict(list)
    for each in sorted(found, key=lambda each: RANK[each["severity"]]):
        at[(each["row"] or 1) - 1, column_of(each["letter"]) if each["letter"] else 0].append(each)
    return at


def _write(sheet: Any, row: int, column: int, cell: Any, form: Any) -> None:
    """Write a cell as what it was: text never becomes a formula."""
    if cell is None or cell == "":
        if form is not None:
            sheet.write_blank(row, column, None, form)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, form)
    elif isinstance(cell, Real):
        sheet.write_number(row, column, Exact(cell), form)
    elif isinstance(cell, (dt.date, dt.datetime)):
        sheet.write_datetime(row, column, cell, form)
    else:
        sheet.write_string(row, column, str(cell)[:_LONGEST], form)
