"""Tables of the library as files that a page gives: CSV, or a workbook with a sheet for each."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpRequest, HttpResponse

from haihe.figures import Table
from haihe.figures.workbook import write_workbook
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.lists import XLSX, attachment, heavy

FORMS = ("csv", "xlsx")


def table_file(request: HttpRequest, tables: Sequence[Table], name: str, form: str) -> HttpResponse:
    """Give tables as a file in the page's language: all as a workbook, the first as CSV; its download is counted."""
    heavy(request)
    lang = language_of(request)
    if form == "csv":
        return attachment(tables[0].to_csv(lang).encode(), f"{name}.csv", "text/csv; charset=utf-8")
    with TemporaryDirectory(prefix="haihe-") as folder:
        path = write_workbook(tables, Path(folder) / "tables.xlsx", lang)
        return attachment(path.read_bytes(), f"{name}.xlsx", XLSX)
