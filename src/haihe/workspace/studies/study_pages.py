"""Pages of one study: how far it is, what it found, one figure, files; cancel, run again, delete."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.region import TABLES
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.register import links_on
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.jobs.queue import place_of
from haihe.workspace.studies import asking
from haihe.workspace.studies.actions import ASK, READ
from haihe.workspace.studies.kept import Piece, Result
from haihe.workspace.studies.kinds import BESIDE
from haihe.workspace.studies.models import Study
from haihe.workspace.studies.pages import STUDIES
from haihe.workspace.studies.said import settings_of

TABLE = "table"
"""The tab that shows the numbers alone."""


def header(request: Request, study: Study) -> dict[str, Any]:
    """Give what stands above whatever is shown of a study: data, scenario, settings, hash, versions."""
    return {
        "thing": study,
        "settings": settings_of(request.user, study),
        "changes": [change_said(edit) for edit in study.edits],
        "job": study.job,
        "printed": Text(
            f"测算 {study.code} · 数据版本 {study.version.code}",
            f"study {study.code} · data version {study.version.code}",
        ),
    }


def change_said(edit: list[str]) -> tuple[Text, str, Text, str, str]:
    """Say one cell that the scenario set: table, record, column, value, reason."""
    table, record, column, value, reason = edit
    spec = TABLES.get(table)
    titles = {each.name: each.title for each in spec.columns} if spec else {}
    return (spec.title if spec else Text(table, table)), record, titles.get(column, Text(column, column)), value, reason


@page(READ, of=Study)
def study(request: Request, thing: Study) -> HttpResponse:
    """Show a study: how far it is, then what it found, one group of figures and tables at a time."""
    person = request.user
    asks = acts_on(person, thing, ASK)
    more = header(request, thing) | {
        "place": place_of(thing.job) if thing.job else None,
        "stops": asks and thing.pending and thing.job is not None and not thing.job.cancel_asked,
        "repeats": asks and not thing.pending,
        "deletes": asks and thing.created_by == person.username and not thing.pending,
        "links": links_on(person, thing),
        "trail": [(STUDIES, reverse("studies:list")), (thing.name, "")],
    }
    if thing.done:
        more |= _found(request, thing)
    return render(request, "studies/study.html", more)


def _found(request: Request, thing: Study) -> dict[str, Any]:
    """Give what a study found, with the parts of the group that the address names; with ``group=all``, of every group."""
    try:
        result = asking.kept_of(thing)
    except HaiheError as error:
        return {"broken": [Text(each.text("zh"), each.text("en")) for each in error.findings]}
    wanted = request.GET.get("group", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 1
    number = min(max(number, 1), len(result.groups))
    shown = [
        piece for at, (_, pieces) in enumerate(result.groups, 1) for piece in pieces if wanted == "all" or at == number
    ]
    beside = BESIDE.get(thing.kind_code)
    found = {
        "result": result,
        "notes": [Text(**each["says"]) for each in result.numbers.get("findings", [])],
        "groups": [(at, title, pieces) for at, (title, pieces) in enumerate(result.groups, 1)],
        "group": 0 if wanted == "all" else number,
        "beside": f"studies/kinds/{thing.kind_code}.html" if beside else "",
        "shown": shown,
    }
    return found | drawn(piece.part for piece in shown) | (beside(request, thing, result) if beside else {})


def piece_of(result: Result, key: str) -> Piece:
    """Give a part by its key; ``E-STU-11`` where there is none."""
    piece = result.pieces.get(key)
    if piece is None:
        raise HaiheError("E-STU-11", value=key[:100])
    return piece


@page(READ, of=Study)
def figure(request: Request, thing: Study, key: str) -> HttpResponse:
    """Show one figure or table of a study by itself: the chart, or its numbers."""
    result = asking.kept_of(thing)
    piece = piece_of(result, key)
    tabled = request.GET.get("tab") == TABLE and piece.charted
    part = part_of(piece.table) if tabled else piece.part
    files = [(form, reverse("studies:download", args=[thing.code, key, form])) for form in FORMS]
    more = header(request, thing) | {
        "piece": piece,
        "tabled": tabled,
        "files": files,
        "trail": [(STUDIES, reverse("studies:list")), (thing.name, thing.get_absolute_url()), (piece.title, "")],
    }
    return render(request, "studies/figure.html", more | drawn([part]))


@page(READ, of=Study)
def download(request: Request, thing: Study, key: str, form: str) -> HttpResponse:
    """Give the numbers of one figure or table as a file."""
    if form not in FORMS:
        raise Http404
    piece = piece_of(asking.kept_of(thing), key)
    return table_file(request, [piece.table], f"{thing.code}-{key}", form)


@page(READ, of=Study)
def workbook(request: Request, thing: Study) -> HttpResponse:
    """Give every table of a study as one workbook."""
    tables = list(asking.kept_of(thing).tables.values())
    return table_file(request, tables, thing.code, "xlsx")


@act(ASK, of=Study)
def stop(request: Request, thing: Study) -> HttpResponse:
    """Cancel a study."""
    asking.stop(request.user, thing)
    return redirect(thing)


@act(ASK, of=Study)
def again(request: Request, thing: Study) -> HttpResponse:
    """Run a study again."""
    asking.again(request.user, thing)
    tell(request, Text("已提交，正在后台测算", "Asked for; it is being done in the background"))
    return redirect(thing)


@act(ASK, of=Study)
def delete(request: Request, thing: Study) -> HttpResponse:
    """Delete a study that one asked for."""
    asking.delete(request.user, thing)
    tell(request, Text("已删除", "Deleted"))
    return redirect("studies:list")
