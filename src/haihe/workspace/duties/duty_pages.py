"""Pages of duties: the list, one with its reports and notes, assigning, changing, ending."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties import assigning, turns
from haihe.workspace.duties.actions import ASSIGN, NOTE, READ, REPORT
from haihe.workspace.duties.forms import DutyForm, NoteForm, offer
from haihe.workspace.duties.lights import OPEN
from haihe.workspace.duties.lists import DUTIES, REPORTS
from haihe.workspace.duties.models import Duty, Note
from haihe.workspace.duties.periods import EVERY
from haihe.workspace.duties.reports import Report
from haihe.workspace.frame import wording
from haihe.workspace.frame.access import Request, act, acts_on, find, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers
from haihe.workspace.units.models import Owned, Person, Unit

NEW = Text("交办职责", "Assign a duty")
EDIT = Text("修改", "Edit")
ILLUSTRATIVE = "illustrative"
NOTES = Text("留言", "Add a note")


def trail(*more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a duty's page."""
    return [(DUTIES.title, reverse("duties:duties")), *more]


@page(READ)
def duties(request: Request) -> HttpResponse:
    """List duties."""
    seen = turns.shown(Duty.objects.visible_to(request.user))
    return DUTIES.answer(request, seen, "duties/duties.html", assigns=request.user.may(ASSIGN))


def source_of(person: Person, said: str) -> Owned | None:
    """Give the thing that ``kind:code`` names, if the person sees it and it is of a kind with an owner; 404 otherwise."""
    if not said:
        return None
    kind, _, code = said.partition(":")
    model = wording.model_of(kind)
    if model is None or not issubclass(model, Owned):
        raise Http404
    thing: Owned = find(person, model, code, model.read_by)
    return thing


def comes_from(person: Person, duty: Any) -> dict[str, Any] | None:
    """Give name and address of what a duty (or whatever names its source alike) comes from; the code alone where unseen."""
    if not duty.about_kind:
        return None
    kind = wording.kind(duty.about_kind)
    try:
        thing = source_of(person, f"{duty.about_kind}:{duty.about}")
    except Http404:
        thing = None
    name = getattr(thing, "name", Text(duty.about, duty.about))
    address = getattr(thing, "get_absolute_url", str)()
    return {"kind": kind, "name": name, "url": address}


@page(READ, of=Duty)
def duty(request: Request, thing: Duty) -> HttpResponse:
    """Show a duty with its reports and notes."""
    person = request.user
    reports = Report.objects.visible_to(person).filter(duty=thing).select_related("unit", "duty")
    assigns, is_open = acts_on(person, thing, ASSIGN), thing.state == OPEN
    children = turns.shown(Duty.objects.visible_to(person).filter(parent=thing))
    more = {
        "thing": thing,
        "light": turns.light_of(thing),
        "turn": turns.turn_of(thing),
        "share": turns.share_of(thing),
        "every": EVERY[thing.every],
        "source": comes_from(person, thing),
        "helpers": list(thing.helpers.all()),
        "notes": Note.objects.visible_to(person).filter(duty=thing).select_related("unit"),
        "children": [(child, turns.light_of(child)) for child in children],
        "assigns": assigns and is_open,
        "whole": assigns and is_open and assigning.whole(thing),
        "reopens": assigns and not is_open,
        "reports": is_open and acts_on(person, thing, REPORT),
        "notes_may": acts_on(person, thing, NOTE),
        "trail": trail((thing.name, "")),
        "printed": Text(f"{thing.name.zh}，{thing.quality_name.zh}", f"{thing.name.en}, {thing.quality_name.en}"),
    }
    return REPORTS.answer(request, reports, "duties/duty.html", **more, **papers.part(person, thing))


def _tops(units: "list[Unit]") -> Any:
    found = Unit.objects.none()
    for top in {unit.path.split("/")[0]: unit for unit in units}.values():
        found |= assigning.owners(top)
    return found


@form(ASSIGN)
def new(request: Request) -> HttpResponse:
    """Assign a duty, from a thing that the address names or of one's own."""
    about = source_of(request.user, request.GET.get("about", ""))
    start = {name: request.GET[name] for name in ("due", "document", "parent", "target") if name in request.GET}
    if about is not None or "name" in request.GET:
        name = getattr(about, "name", Text("", ""))
        start |= {"name_zh": request.GET.get("name", name.zh), "name_en": name.en if name.en != name.zh else ""}
    if getattr(about, "quality", "") == ILLUSTRATIVE:
        start["quality"] = ILLUSTRATIVE  # what comes of a made-up thing is made up
    form = DutyForm.of(request, initial=start)
    form.offer_to(request.user, _tops(list(assigning.issuers(request.user))))
    offer(form.fields["issuer"], assigning.issuers(request.user))
    form.fields["code"].required = False
    made: list[Duty] = []

    def make() -> None:
        said = form.values()
        issuer, owner = said.pop("issuer"), said.pop("unit")
        made.append(assigning.assign(request.user, issuer, owner, about=about, **said))

    if form.done(make):
        tell(request, Text("已交办", "Assigned"))
        return redirect(made[0])
    back = (
        about.get_absolute_url()
        if about is not None and hasattr(about, "get_absolute_url")
        else reverse("duties:duties")
    )
    return form.page(request, NEW, button=NEW, back=back, trail=trail((NEW, "")))


@form(ASSIGN, of=Duty)
def edit(request: Request, thing: Duty) -> HttpResponse:
    """Change a duty that is open."""
    thing.must_be_open()
    start: dict[str, Any] = {
        name: getattr(thing, name).code for name in ("unit", "document", "target", "parent") if getattr(thing, name)
    }
    start["helpers"] = [unit.code for unit in thing.helpers.all()]
    form = DutyForm.of(request, thing, initial=start)
    form.offer_to(request.user, assigning.owners(thing.issuer))
    del form.fields["code"], form.fields["issuer"]
    if form.done(lambda: assigning.change(request.user, thing, form.values(), form.seen)):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(request, EDIT, back=back, trail=trail((thing.name, back), (EDIT, "")))


def _reason(request: Request) -> str:
    return request.POST.get("reason", "")


@act(ASSIGN, of=Duty)
def close(request: Request, thing: Duty) -> HttpResponse:
    """Close a duty."""
    assigning.close(request.user, thing, _reason(request), edition_of(request))
    tell(request, Text("已办结", "Closed"))
    return redirect(thing)


@act(ASSIGN, of=Duty)
def drop(request: Request, thing: Duty) -> HttpResponse:
    """Drop a duty."""
    assigning.drop(request.user, thing, _reason(request), edition_of(request))
    tell(request, Text("已终止", "Dropped"))
    return redirect(thing)


@act(ASSIGN, of=Duty)
def reopen(request: Request, thing: Duty) -> HttpResponse:
    """Open a duty again."""
    assigning.reopen(request.user, thing, _reason(request), edition_of(request))
    tell(request, Text("已重新开启", "Opened again"))
    return redirect(thing)


@form(NOTE, of=Duty)
def note(request: Request, thing: Duty) -> HttpResponse:
    """Add a note to a duty."""
    form = NoteForm.of(request)
    there = [unit.pk for unit in thing.deciders(NOTE) if request.user.may(NOTE, unit)]
    offer(form.fields["unit"], Unit.objects.filter(pk__in=there))
    if form.done(lambda: assigning.note(request.user, form.values()["unit"], thing, form.values()["words"])):
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(request, NOTES, button=NOTES, back=back, trail=trail((thing.name, back), (NOTES, "")))
