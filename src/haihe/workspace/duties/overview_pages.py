"""Overviews: who must do what by when, what is overdue and for whom it waits, what changed since a date."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties import turns
from haihe.workspace.duties.actions import READ
from haihe.workspace.duties.lights import OPEN
from haihe.workspace.duties.lists import CHANGES, DUTIES, OVERDUE
from haihe.workspace.duties.models import Duty, Note, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.frame.access import Request, page

MATRIX = Text("单位职责矩阵", "Who must do what by when")
MOST = 200
"""Duties that the matrix shows."""
LATELY = timedelta(days=30)
KINDS = (PlanDocument, Target, Duty, Report, Note)


@page(READ)
def matrix(request: Request) -> HttpResponse:
    """Show open duties against units: who owns, who helps, by when."""
    seen = turns.shown(Duty.objects.visible_to(request.user).filter(state=OPEN))
    documents = PlanDocument.objects.visible_to(request.user).filter(duties__state=OPEN).distinct()
    chosen = request.GET.get("document", "")
    if chosen:
        seen = seen.filter(document__code=chosen)
    total, shown = seen.count(), list(seen[:MOST])
    units = {unit.pk: unit for duty in shown for unit in (duty.unit, *duty.helpers.all())}
    heads = sorted(units.values(), key=lambda unit: unit.path)
    rows = [
        (duty, turns.light_of(duty), [_part(duty, unit.pk, {each.pk for each in duty.helpers.all()}) for unit in heads])
        for duty in shown
    ]
    more = {
        "title": MATRIX,
        "heads": heads,
        "rows": rows,
        "total": total,
        "most": MOST,
        "documents": documents,
        "chosen": chosen,
        "trail": [(DUTIES.title, reverse("duties:duties")), (MATRIX, "")],
        "printed": MATRIX,
    }
    return render(request, "duties/matrix.html", more)


def _part(duty: Duty, unit: int, helpers: set[int]) -> Text | None:
    if unit == duty.unit_id:
        return Text("牵头", "owns")
    return Text("配合", "helps") if unit in helpers else None


@page(READ)
def overdue(request: Request) -> HttpResponse:
    """List what is overdue, and on what it is somebody's turn: whose, since when."""
    today = timezone.localdate()
    seen = turns.needing(turns.shown(Duty.objects.visible_to(request.user)), today)
    trail = [(DUTIES.title, reverse("duties:duties")), (OVERDUE.title, "")]
    return OVERDUE.answer(request, seen, trail=trail, printed=OVERDUE.title)


@page(READ)
def changes(request: Request) -> HttpResponse:
    """List what changed since a date, among what the person sees."""
    mine = Q(pk__in=[])
    for model in KINDS:
        mine |= Q(kind=model.kind(), code__in=model.objects.visible_to(request.user).order_by().values("code"))
    entries = Entry.objects.filter(mine).order_by("-number")
    if not request.GET.get("since"):
        entries = entries.filter(at__gte=timezone.now() - LATELY)
    trail = [(DUTIES.title, reverse("duties:duties")), (CHANGES.title, "")]
    return CHANGES.answer(request, entries, "duties/changes.html", trail=trail, days=LATELY.days, printed=CHANGES.title)
