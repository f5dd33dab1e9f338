"""The report as one workbook."""

from pathlib import Path

import xlsxwriter

from haihe.figures import Figure, Table
from haihe.figures.sheet import sheet_name, write_sheet
from haihe.figures.workbook import OPTIONS
from haihe.messages import Lang, Text
from haihe.reporting.content import Content
from haihe.reporting.page import DRAFT, meta_lines

CONTENTS = Text("目录", "Contents")
HEADINGS = (Text("章", "Chapter"), Text("表", "Table"), Text("工作表", "Sheet"))


def write_workbook(report: Content, path: Path, lang: Lang) -> None:
    """Write a contents sheet and one sheet for each table, a figure's included, to ``path``.

    Text is never taken for a formula or an address, and numbers that are missing are ``—``.
    """
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        book.set_properties({"title": report.title(lang), "comments": f"haihe {report.meta.version}"})
        contents = book.add_worksheet(sheet_name(CONTENTS(lang), ()))
        taken = [contents.get_name()]
        bold, large = book.add_format({"bold": True, "bottom": 1}), book.add_format({"bold": True, "font_size": 16})
        contents.write_string(0, 0, report.title(lang) + (f"  [{DRAFT(lang)}]" if report.meta.draft else ""), large)
        for row, (word, value) in enumerate(meta_lines(report.meta), start=1):
            contents.write_string(row, 0, word(lang))
            contents.write_string(row, 1, value(lang))
        row += 2
        for column, heading in enumerate(HEADINGS):
            contents.write_string(row, column, heading(lang), bold)
        contents.set_column(0, 0, 30)
        contents.set_column(1, 1, 60)
        contents.set_column(2, 2, 34)
        for chapter in report.chapters:
            written: set[int] = set()
            for block in chapter.blocks:
                table = block.table if isinstance(block, Figure) else block
                if not isinstance(table, Table) or id(table) in written:
                    continue
                written.add(id(table))
                row += 1
                name = sheet_name(table.title(lang), taken)
                taken.append(name)
                write_sheet(book, table, lang, name)
                contents.write_string(row, 0, chapter.title(lang))
                contents.write_string(row, 1, table.title(lang))
                contents.write_url(row, 2, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", string=name)
