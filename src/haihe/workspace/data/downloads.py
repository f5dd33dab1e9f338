"""Files that say what a version holds, and what differs between two."""

import io
from typing import Any

from haihe.messages import Lang, Text
from haihe.region.bundle import bundle_bytes
from haihe.region.folder import write_files
from haihe.region.tables import TABLES
from haihe.region.workbook import new_workbook, workbook_bytes, write_cell
from haihe.workspace.data.differences import WORDS, counts, rows
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.frame.lists import XLSX

FORMS = {
    "xlsx": ("xlsx", XLSX),
    "zip": ("haihe.zip", "application/zip"),
}
"""Ending and type of the file by its form: a workbook, or a bundle with a manifest."""
DIRECT = 30_000
"""Rows that are written while the reader waits; what is larger is written in the background."""


def file_of(version: Version, form: str, lang: Lang) -> bytes:
    """Give a version as a file of a form."""
    region = region_of(version)
    if form == "zip":
        return bundle_bytes(write_files(region.tables, region.meta), region.hash)
    return workbook_bytes(region.tables, region.meta, lang)


def difference_book(old: Version, new: Version, lang: Lang) -> bytes:
    """Give what turns one version into another, as a workbook: a sheet a table."""
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
        marked = book.add_format({"bg_color": "#FFF2B3"})
        summary = book.add_worksheet(Text("汇总", "summary")(lang))
        summary.write_row(0, 0, [Text("表", "table")(lang), *(word(lang) for word in WORDS.values())], head)
        for line, (name, numbers) in enumerate(counts(old, new).items(), 1):
            summary.write_string(line, 0, TABLES[name].title(lang))
            summary.write_row(line, 1, [numbers[what] for what in WORDS])
            _sheet(book, name, rows(old, new, name), lang, head, marked)
    return buffer.getvalue()


def _sheet(book: Any, name: str, found: Any, lang: Lang, head: Any, marked: Any) -> None:
    """Add a sheet: what became of each row, its key, and each other cell before and after."""
    spec = TABLES[name]
    others = [column for column in spec.columns if not column.key]
    was, is_now = Text("原", "before")(lang), Text("现", "after")(lang)
    heads = [Text("变化", "change")(lang), *(spec.column(key).title(lang) for key in spec.key)]
    for column in others:
        heads += [f"{column.title(lang)} ({was})", f"{column.title(lang)} ({is_now})"]
    sheet = book.add_worksheet(spec.title(lang)[:31])
    sheet.write_row(0, 0, heads, head)
    sheet.freeze_panes(1, 1 + len(spec.key))
    for line, each in enumerate(found, 1):
        sheet.write_string(line, 0, each.word(lang))
        for at, value in enumerate(each.key, 1):
            write_cell(sheet, line, at, value)
        for at, column in enumerate(others):
            form = marked if column.name in each.cells else None
            place = 1 + len(spec.key) + 2 * at
            write_cell(sheet, line, place, (each.before or {}).get(column.name), form)
            write_cell(sheet, line, place + 1, (each.after or {}).get(column.name), form)
