"""Tables as a workbook."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import xlsxwriter

from haihe.figures.figure import Figure
from haihe.figures.sheet import sheet_name, write_sheet
from haihe.figures.table import Table
from haihe.files import replace_file
from haihe.messages import HaiheError, Lang, default_language

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


class Views(Protocol):
    """What says a result in words: its tables and figures by key."""

    def tables(self) -> dict[str, Table]:
        """Tables by key."""

    def figures(self) -> dict[str, Figure]:
        """Figures by key."""


class InSheets(ABC):
    """Base of every result that has tables by key and writes them to a workbook."""

    @property
    @abstractmethod
    def tables(self) -> Mapping[str, Table]:
        """Every table by key."""

    def to_excel(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write every table to a workbook, one sheet each; the file is replaced only when it is complete.

        Raises
        ------
        HaiheError
            As `write_workbook`.
        """
        return write_workbook(self.tables.values(), path, lang or default_language())


class Viewed(InSheets):
    """Base of every result whose tables and figures are those of its ``views``."""

    @property
    @abstractmethod
    def views(self) -> Views:
        """Tables and figures with words."""

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return self.views.tables()

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return self.views.figures()
