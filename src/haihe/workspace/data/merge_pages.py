"""The page on which accepted answers are merged: what changes, what is in conflict, one confirmation, one undo."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.data import merges
from haihe.workspace.data.actions import ASK
from haihe.workspace.data.differences import shown
from haihe.workspace.data.merging import ANSWER, DATASET, Row
from haihe.workspace.data.request_pages import trail_of
from haihe.workspace.data.requests import OPEN, Request
from haihe.workspace.frame.access import Request as Http
from haihe.workspace.frame.access import act, form
from haihe.workspace.frame.layout import tell

SHOWN = 200
ONE_BY_ONE = 500
"""Conflicts that are decided one by one; further ones are decided together. A form may hold only so many fields."""
TITLE = Text("汇总预览", "Preview of the merging")


@form(ASK, of=Request)
def merge(http: Http, thing: Request) -> HttpResponse:
    """Show what merging would do, take the choices, merge."""
    thing.must_be(OPEN)
    choices = _choices(http)
    back = reverse("data:request", args=[thing.code])
    if http.method == "POST":
        version = merges.bring_together(
            http.user, thing, choices, http.POST.get("mark", ""), rest=_choice(http, "rest")
        )
        said = Text(f"已汇总为版本 {version.code}", f"Merged into the version {version.code}")
        tell(http, said, "success")
        return redirect(back)
    found = merges.preview(thing, choices)
    more = {
        "thing": thing,
        "found": found,
        "counts": _counts(found.merged.taken),
        "conflicts": [(at, row.name, _lines(row)) for at, row in enumerate(found.merged.conflicts[:ONE_BY_ONE])],
        "in_conflict": len(found.merged.conflicts),
        "rest": max(0, len(found.merged.conflicts) - ONE_BY_ONE),
        "taken": [_lines(row) for row in found.merged.taken[:SHOWN]],
        "title": TITLE,
        "back": back,
        "trail": [*trail_of(thing, back), (TITLE, "")],
    }
    return render(http, "data/merge.html", more)


def _choices(http: Http) -> dict[str, str]:
    """Read the choices that a form sends: the name of each row in conflict, and what was chosen for it."""
    places = [key.removeprefix("name-") for key in http.POST if key.startswith("name-")]
    said = {http.POST.get(f"name-{at}", ""): http.POST.get(f"choice-{at}", "") for at in places}
    return {name: choice for name, choice in said.items() if choice in (ANSWER, DATASET)}


def _choice(http: Http, name: str) -> str:
    """Read one choice."""
    said = http.POST.get(name, "")
    return said if said in (ANSWER, DATASET) else ""


def _counts(taken: list[Row]) -> list[tuple[Text, int, int]]:
    """Give how many rows are new and changed, by table."""
    tables = list(dict.fromkeys(row.table for row in taken))
    return [
        (
            TABLES[name].title,
            sum(1 for row in taken if row.table == name and row.new),
            sum(1 for row in taken if row.table == name and not row.new),
        )
        for name in tables
    ]


def _lines(row: Row) -> dict[str, Any]:
    spec = TABLES[row.table]
    cells = []
    for cell in row.cells:
        column = spec.column(cell.column)
        said = [
            None if value is None or value != value else shown(column, value)
            for value in (cell.sent, cell.now, cell.answer)
        ]
        cells.append((column.title, *said))
    return {"row": row, "table": spec.title, "key": " · ".join(map(str, row.key)), "cells": cells}


@act(ASK, of=Request)
def unmerge(http: Http, thing: Request) -> HttpResponse:
    """Take the last merging back."""
    version = merges.undo(http.user, thing, http.POST.get("reason", ""))
    tell(
        http, Text(f"已撤销汇总，现为版本 {version.code}", f"Taken back; the version is {version.code} now"), "success"
    )
    return redirect("data:request", thing.code)
