"""Pages of dashboards: one for each role that a person holds, one figure by itself, its numbers as a file."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.workspace.chains.actions import READ as CHAINS
from haihe.workspace.chains.models import Board, Picture
from haihe.workspace.dashboards.actions import READ
from haihe.workspace.dashboards.counting import state_of_record
from haihe.workspace.dashboards.shown import Shown, called, of_role, roles_of
from haihe.workspace.frame import register
from haihe.workspace.frame.access import Request, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.units.models import Person
from haihe.workspace.units.roles import ROLES

DASHBOARD = Text("看板", "Dashboard")
WAITS = 8
"""Things that wait which a dashboard shows; the start page has all."""
MAPS_FOR = ("chief", "planner", "viewer")
"""Roles whose dashboard shows a chain's map."""
TABLE = "table"


def table_in(shown: Figure | Table) -> Table:
    """Give the numbers of a figure."""
    return shown if isinstance(shown, Table) else shown.table


def address_of(shown: Shown) -> str:
    """Give where all of what a figure counts is listed; "" where there is no such page."""
    try:
        return reverse(shown.url) if shown.url else ""
    except NoReverseMatch:
        return ""


def chain_pictures(person: Person) -> list[Picture]:
    """Give the map of one chain: of the person's own as its chief, else of the first that they see."""
    if not person.may(CHAINS):
        return []
    seen = Picture.objects.filter(board__in=Board.objects.visible_to(person)).select_related("board", "version")
    found = sorted(seen.defer("parts"), key=lambda each: (each.board.chief_id != person.pk, each.board.code))
    return found[:1]


@page(READ)
def dashboard(request: Request) -> HttpResponse:
    """Show the dashboard of a role: what waits, figures, a chain's map."""
    person = request.user
    roles = roles_of(person)
    asked = request.GET.get("role", "")
    role = asked if asked in roles else roles[0]
    figures = [(each, each.build(person)) for each in of_role(person, role)]
    filled = [(each, shown) for each, shown in figures if len(table_in(shown))]
    pictures = chain_pictures(person) if role in MAPS_FOR else []
    parts = [part_of(shown) for _, shown in filled]
    waits = register.waits(person)
    more: dict[str, Any] = {
        "role": role,
        "role_name": ROLES[role].name,
        "roles": [(each, ROLES[each].name) for each in roles],
        "waits": waits,
        "waiting": waits.first[:WAITS],
        "figures": [(each, sum_of(shown), address_of(each)) for each, shown in filled],
        "empty": [(each, address_of(each)) for each, shown in figures if not len(table_in(shown))],
        "pictures": pictures,
        "forms": FORMS,
        "trail": [(DASHBOARD, "")],
        "printed": state_of_record(),
    }
    return render(
        request, "dashboards/dashboard.html", more | drawn([*parts, *(p for each in pictures for p in each.parts)])
    )


def sum_of(shown: Figure | Table) -> Text:
    """Give what a figure's first column of numbers adds up to, with its unit: money stands below counts of things."""
    table = table_in(shown)
    column = next(each for each in table.columns if each.numeric)
    unit = (shown.unit if isinstance(shown, Figure) else None) or column.unit or Text("", "")
    said = column.show(table.frame[column.key].sum())
    return Text(f"{said.zh} {unit.zh}".strip(), f"{said.en} {unit.en}".strip())


def _found(request: Request, key: str) -> tuple[Shown, Figure | Table]:
    there = called(request.user, key)
    if there is None:
        raise Http404
    return there, there.build(request.user)


@page(READ)
def figure(request: Request, key: str) -> HttpResponse:
    """Show one figure by itself, as chart or as table alone."""
    there, shown = _found(request, key)
    charted = isinstance(shown, Figure)
    tabled = request.GET.get("tab") == TABLE and charted
    table = table_in(shown)
    more = {
        "there": there,
        "charted": charted,
        "tabled": tabled,
        "empty": not len(table),
        "files": [(form, reverse("dashboards:download", args=[key, form])) for form in FORMS],
        "all": address_of(there),
        "trail": [(DASHBOARD, reverse("dashboards:dashboard")), (there.name, "")],
        "printed": state_of_record(),
    }
    parts = [part_of(table if tabled else shown)] if len(table) else []
    return render(request, "dashboards/figure.html", more | drawn(parts))


@page(READ)
def download(request: Request, key: str, form: str) -> HttpResponse:
    """Give the numbers of a figure as a file."""
    if form not in FORMS:
        raise Http404
    return table_file(request, [table_in(_found(request, key)[1])], key, form)
