"""Tables as a workbook."""

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from haihe.figures.sheet import sheet_name, write_sheet
from haihe.figures.table import Table
from haihe.files import replace_file
from haihe.messages import HaiheError, Lang

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Text stays text: it is never taken for a formula, an address or a number."""


def write_workbook(tables: Iterable[Table], path: str | Path, lang: Lang) -> Path:
    """Write one sheet for each table; the file is replaced only when it is complete.

    Raises
    ------
    HaiheError
        ``E-FILE-02`` for another suffix than ``.xlsx``, ``E-REP-02`` for a table with more rows than a sheet can hold.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise HaiheError("E-FILE-02", file=target.name, value=target.suffix or target.name)

    def fill(file: Path) -> None:
        with xlsxwriter.Workbook(str(file), OPTIONS) as book:
            taken: list[str] = []
            for table in tables:
                taken.append(sheet_name(table.title(lang), taken))
                write_sheet(book, table, lang, taken[-1])

    return replace_file(path, fill)
