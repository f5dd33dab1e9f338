"""Pages of the agenda: what is suggested, adding, changing, ordering, minuting items."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, form
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.actions import PREPARE
from haihe.workspace.meetings.forms import ItemForm, MinuteForm
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.meetings.pages import MEETINGS

SUGGESTED = Text("可列入议程的事项", "What could stand on the agenda")
ADD = Text("增加议题", "Add an item")
CHANGE = Text("修改议题", "Change the item")
MINUTE = Text("记录与决定", "Minutes and decision")


def trail(meeting: Meeting, title: Text) -> list[tuple[Text, str]]:
    """Give the way to a page below a meeting's."""
    return [(MEETINGS, reverse("meetings:list")), (meeting.name, meeting.get_absolute_url()), (title, "")]


@form(PREPARE, of=Meeting)
def suggestions(request: Request, thing: Meeting) -> HttpResponse:
    """Show what the rooms suggest, and put what is chosen on the agenda."""
    if request.method == "POST":
        taken = agenda.take(request.user, thing, request.POST.getlist("take"), edition_of(request))
        tell(request, Text("已列入 {n} 项", "{n} items added").format(n=len(taken)))
        return redirect(thing)
    thing.edit_allowed()
    more = {
        "thing": thing,
        "offers": agenda.offers(request.user, thing),
        "title": SUGGESTED,
        "trail": trail(thing, SUGGESTED),
    }
    return render(request, "meetings/suggestions.html", more)


@form(PREPARE, of=Meeting)
def add(request: Request, thing: Meeting) -> HttpResponse:
    """Put an item of one's own on the agenda."""
    asked = ItemForm.of(request)
    asked.offer(thing)
    if asked.done(lambda: agenda.add(request.user, thing, asked.values())):
        return redirect(thing)
    return asked.page(request, ADD, back=thing.get_absolute_url(), button=ADD, trail=trail(thing, ADD))


@form(PREPARE, of=Item)
def edit(request: Request, thing: Item) -> HttpResponse:
    """Change an item."""
    asked = ItemForm.of(request, thing)
    asked.offer(thing.meeting, thing.presents)
    if asked.done(lambda: agenda.edit(request.user, thing, asked.values(), asked.seen)):
        return redirect(thing)
    return asked.page(request, CHANGE, back=thing.get_absolute_url(), trail=trail(thing.meeting, CHANGE))


@form(PREPARE, of=Item)
def minute(request: Request, thing: Item) -> HttpResponse:
    """Write what was said and decided."""
    asked = MinuteForm.of(request, thing)
    asked.offer(thing.meeting, thing.owner)
    if asked.done(lambda: minutes.minute(request.user, thing, asked.values(), asked.seen)):
        tell(request, Text("已记录", "Recorded"))
        return redirect(thing)
    title = Text(f"{MINUTE.zh}：{thing.name.zh}", f"{MINUTE.en}: {thing.name.en}")
    return asked.page(request, title, back=thing.get_absolute_url(), trail=trail(thing.meeting, MINUTE))


@act(PREPARE, of=Item)
def strike(request: Request, thing: Item) -> HttpResponse:
    """Take an item off the agenda."""
    agenda.strike(request.user, thing, edition_of(request))
    return redirect(thing.meeting)


@act(PREPARE, of=Item)
def up(request: Request, thing: Item) -> HttpResponse:
    """Move an item up."""
    agenda.move(request.user, thing, True, edition_of(request))
    return redirect(thing.meeting)


@act(PREPARE, of=Item)
def down(request: Request, thing: Item) -> HttpResponse:
    """Move an item down."""
    agenda.move(request.user, thing, False, edition_of(request))
    return redirect(thing.meeting)
