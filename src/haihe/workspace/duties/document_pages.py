"""Pages of plan documents: the list, one as a tree of targets and duties, making and changing one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties import documents as services
from haihe.workspace.duties import figures, turns
from haihe.workspace.duties.actions import ASSIGN, KEEP, READ, REPORT
from haihe.workspace.duties.forms import DocumentForm, offer
from haihe.workspace.duties.lists import DOCUMENTS
from haihe.workspace.duties.models import Duty, PlanDocument
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers

NEW = Text("新建计划文件", "New plan document")
EDIT = Text("修改", "Edit")
LIST = (DOCUMENTS.title, "duties:documents")


def trail(*more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a document's page."""
    return [(DOCUMENTS.title, reverse("duties:documents")), *more]


@page(READ)
def documents(request: Request) -> HttpResponse:
    """List plan documents."""
    seen = PlanDocument.objects.visible_to(request.user).select_related("unit")
    return DOCUMENTS.answer(request, seen, "duties/documents.html", keeps=request.user.may(KEEP))


@page(READ, of=PlanDocument)
def document(request: Request, thing: PlanDocument) -> HttpResponse:
    """Show a document as a tree."""
    branches, rest = services.branches(thing, request.user)
    points = figures.points_of(request.user, [target for target, _ in branches])
    more = {
        "thing": thing,
        "branches": [
            (
                target,
                figures.latest(points.get(target.pk, [])),
                figures.light_of(target, points.get(target.pk, [])),
                told(served),
            )
            for target, served in branches
        ],
        "rest": told(rest),
        "keeps": acts_on(request.user, thing, KEEP),
        "assigns": request.user.may(ASSIGN, thing.unit),
        "reports": request.user.may(REPORT),
        "trail": trail((thing.name, "")),
        "printed": Text(f"{thing.name.zh}，{thing.quality_name.zh}", f"{thing.name.en}, {thing.quality_name.en}"),
    }
    return render(request, "duties/document.html", more | papers.part(request.user, thing))


def told(duties: list[Duty]) -> list[dict[str, Any]]:
    """Give what the tree shows of duties, with those below each."""
    return [
        {
            "duty": duty,
            "light": turns.light_of(duty),
            "share": turns.share_of(duty),
            "below": told(duty.below),  # type: ignore[attr-defined]  # hung on by `documents.branches`
        }
        for duty in duties
    ]


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Make a document."""
    form = DocumentForm.of(request)
    offer(form.fields["unit"], request.user.units(KEEP))
    made: list[PlanDocument] = []

    def make() -> None:
        said = form.values()
        made.append(services.new_document(request.user, said.pop("unit"), said.pop("code"), said))

    if form.done(make):
        tell(request, Text("已新建", "Made"))
        return redirect(made[0])
    return form.page(request, NEW, back=reverse("duties:documents"), trail=trail((NEW, "")))


@form(KEEP, of=PlanDocument)
def edit(request: Request, thing: PlanDocument) -> HttpResponse:
    """Change a document."""
    form = DocumentForm.of(request, thing)
    del form.fields["code"], form.fields["unit"]
    if form.done(lambda: services.change(request.user, thing, form.values(), form.seen)):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(request, EDIT, back=back, trail=trail((thing.name, back), (EDIT, "")))
