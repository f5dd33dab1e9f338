"""The page of what differs between two versions, and the same as a workbook."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from haihe.files import file_name
from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.data.actions import READ
from haihe.workspace.data.differences import counts, in_words, rows, weight
from haihe.workspace.data.downloads import DIRECT, FORMS, difference_book
from haihe.workspace.data.models import Version
from haihe.workspace.data.tasks import DIFFERENCE
from haihe.workspace.data.version_pages import printed, reading_unit, trail_of
from haihe.workspace.frame.access import Request, find, page
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.lists import attachment, heavy
from haihe.workspace.jobs.files import given

PAGE = 100
MOST_COMPARED = 100_000
"""Rows, of both versions together, that a page compares while its reader waits."""
TITLE = Text("两个版本的差异", "Difference between two versions")
TOO_LARGE = Text(
    "两个版本差异涉及的表较大，请下载差异表：由后台生成。",
    "The tables that differ are large: download the difference, which is made in the background.",
)


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
    heavy(request)
    if request.GET.get("as") == "xlsx":
        return _xlsx(request, old, thing)
    large = weight(old, thing) > MOST_COMPARED
    said = {} if large else counts(old, thing)
    table = request.GET.get("table", "")
    table = table if table in said else next(iter(said), "")
    found = rows(old, thing, table) if table else []
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    more = {
        "thing": thing,
        "old": old,
        "counts": [(TABLES[name], numbers) for name, numbers in said.items()],
        "words": TOO_LARGE if large else in_words(said),
        "large": large,
        "chosen": TABLES.get(table),
        "page": page,
        "trail": trail_of(thing, (TITLE, "")),
        "printed": printed(thing),
        "title": TITLE,
    }
    return render(request, "data/difference.html", more)


def _xlsx(request: Request, old: Version, new: Version) -> HttpResponse:
    lang, name = language_of(request), f"{file_name(new.dataset.code)}-v{old.number}-v{new.number}.xlsx"
    media = FORMS["xlsx"][1]
    if max(old.rows, new.rows) <= DIRECT:
        return attachment(difference_book(old, new, lang), name, media)
    title = Text("{new} 与 {old} 的差异", "difference of {new} and {old}").format(new=new.code, old=old.code)
    inputs = {"version": new.code, "other": old.code, "lang": lang}
    unit = reading_unit(request.user)
    return given(request.user, unit, DIFFERENCE, title=title, name=name, media=media, **inputs)
