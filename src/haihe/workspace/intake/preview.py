"""What an upload would change, for people: the first rows on the page, all of them as a workbook."""

import io
from typing import Any

import pandas as pd

from haihe.messages import Lang, Text
from haihe.region.spec import TableSpec
from haihe.region.workbook import new_workbook, words_of
from haihe.workspace.intake.changes import Changes

SHOWN = 200
"""Rows of a table that a page shows."""
WHATS = {
    "new": Text("新增", "new"),
    "changed": Text("修改", "changed"),
    "gone": Text("删除", "goes"),
    "rejected": Text("不予采纳", "not taken"),
    "same": Text("相同", "same"),
}
MARKS = {"new": "good", "changed": "warn", "gone": "bad", "rejected": "bad", "same": "wait"}
_LONGEST = 32_000


def preview_of(found: Changes) -> dict[str, Any]:
    """Give the first rows as JSON: the columns that are filled, and rows of cells with the old value where it differs."""
    lines = _lines(found, SHOWN)
    filled = [at for at in range(len(found.spec.columns)) if any(line["cells"][at] != [None, None] for line in lines)]
    kept = [
        {"what": line["what"]}
        | {part: [line[part][at] for at in filled] for part in ("cells", "differs") if part in line}
        for line in lines
    ]
    total = sum(len(each) for each in (found.changed, found.new, found.gone, found.rejected))
    return {"columns": [found.spec.columns[at].name for at in filled], "rows": kept, "total": total}


def _lines(found: Changes, most: int) -> list[dict[str, Any]]:
    """Give rows as ``what`` and cells ``[old, new]``; a cell that did not change has no old value."""
    spec, lines = found.spec, list[dict[str, Any]]()
    old, new = _said(spec, found.old[:most]), _said(spec, found.changed[:most])
    for before, after, cells in zip(old, new, found.cells[:most].to_numpy().tolist(), strict=True):
        pairs = [[a if differs else None, b] for a, b, differs in zip(before, after, cells, strict=True)]
        lines.append({"what": "changed", "cells": pairs, "differs": cells})
    for what, frame in (("new", found.new), ("gone", found.gone), ("rejected", found.rejected)):
        rest = max(most - len(lines), 0)
        lines += [{"what": what, "cells": [[None, cell] for cell in row]} for row in _said(spec, frame[:rest])]
    return lines


def _said(spec: TableSpec, frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Give the rows as JSON values."""
    columns = [words_of(frame[column.name], column, None) for column in spec.columns]
    return [tuple(_json(cell) for cell in row) for row in zip(*columns, strict=True)]


def _json(cell: Any) -> Any:
    return cell.item() if hasattr(cell, "item") else cell


def changes_book(found: list[Changes], lang: Lang) -> bytes:
    """Give every change as a workbook: a sheet a table; a changed cell is coloured and its comment says the old value."""
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
        colours = {
            what: book.add_format({"bg_color": colour})
            for what, colour in {
                "new": "#E3F3EA",
                "gone": "#FAE5E6",
                "rejected": "#EDEDED",
                "changed": "#FFF2CC",
            }.items()
        }
        summary = book.add_worksheet(Text("汇总", "summary")(lang))
        titles = [Text("表", "table"), *(WHATS[what] for what in ("new", "changed", "same", "gone", "rejected"))]
        summary.write_row(0, 0, [title(lang) for title in titles], head)
        for number, each in enumerate(found, 1):
            summary.write_row(number, 0, [each.spec.title(lang), *each.counts.values()])
            if each or len(each.rejected):
                _sheet(book.add_worksheet(each.spec.title(lang)[:31]), each, lang, head, colours)
    return buffer.getvalue()


def _sheet(sheet: Any, each: Changes, lang: Lang, head: Any, colours: dict[str, Any]) -> None:
    titles = [Text("变化", "change")(lang), *(column.title(lang) for column in each.spec.columns)]
    sheet.write_row(0, 0, titles, head)
    sheet.freeze_panes(1, 0)
    most = len(each.changed) + len(each.new) + len(each.gone) + len(each.rejected)
    was = Text("原值：{old}", "was: {old}")
    for row, line in enumerate(_lines(each, most), 1):
        what = line["what"]
        sheet.write_string(row, 0, WHATS[what](lang), colours[what])
        for at, (old, new) in enumerate(line["cells"], 1):
            differs = what == "changed" and line["differs"][at - 1]
            form = colours[what] if differs or what != "changed" else None
            if new is None:
                sheet.write_blank(row, at, None, form)
            else:
                sheet.write(row, at, new, form)
            if differs:
                said = "—" if old is None else str(old)[:_LONGEST]
                sheet.write_comment(row, at, was.format(old=said)(lang))
