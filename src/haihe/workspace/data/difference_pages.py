"""The page of what differs between two versions, and the same as a workbook."""

import io
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from haihe.files import file_name
from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.region.workbook import new_workbook, write_cell
from haihe.workspace.data.actions import READ
from haihe.workspace.data.differences import WORDS, counts, in_words, rows
from haihe.workspace.data.models import Version
from haihe.workspace.data.version_pages import XLSX, printed, trail_of
from haihe.workspace.frame.access import Request, find, page
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.lists import attachment

PAGE = 100
TITLE = Text("两个版本的差异", "Difference between two versions")


@page(READ, of=Version)
def choose(request: Request, thing: Version) -> HttpResponse:
    """Go to the difference with the version that was chosen."""
    if not request.GET.get("with"):
        return redirect("data:version", thing.code)
    other = find(request.user, Version, request.GET["with"], READ)
    return redirect("data:difference", thing.code, other.code)


@page(READ, of=Version)
def difference(request: Request, thing: Version, other: str) -> HttpResponse:
    """Show what turns another version into this one; the address brings the page back."""
    old = find(request.user, Version, other, READ)
    if old.dataset_id != thing.dataset_id:
        raise Http404
    if request.GET.get("as") == "xlsx":
        return _xlsx(request, old, thing)
    said = counts(old, thing)
    table = request.GET.get("table", "")
    table = table if table in said else next(iter(said), "")
    found = rows(old, thing, table) if table else []
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    more = {
        "thing": thing,
        "old": old,
        "counts": [(TABLES[name], numbers) for name, numbers in said.items()],
        "words": in_words(said),
        "chosen": TABLES.get(table),
        "page": page,
        "trail": trail_of(thing, (TITLE, "")),
        "printed": printed(thing),
        "title": TITLE,
    }
    return render(request, "data/difference.html", more)


def _xlsx(request: Request, old: Version, new: Version) -> HttpResponse:
    lang, buffer = language_of(request), io.BytesIO()
    with new_workbook(buffer) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "bottom": 1})
        marked = book.add_format({"bg_color": "#FFF2B3"})
        summary = book.add_worksheet(Text("汇总", "summary")(lang))
        summary.write_row(0, 0, [Text("表", "table")(lang), *(word(lang) for word in WORDS.values())], head)
        for line, (name, numbers) in enumerate(counts(old, new).items(), 1):
            summary.write_string(line, 0, TABLES[name].title(lang))
            summary.write_row(line, 1, [numbers[what] for what in WORDS])
            _sheet(book, name, rows(old, new, name), lang, head, marked)
    name = f"{file_name(new.dataset.code)}-v{old.number}-v{new.number}.xlsx"
    return attachment(buffer.getvalue(), name, XLSX)


def _sheet(book: Any, name: str, found: Any, lang: Any, head: Any, marked: Any) -> None:
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
