"""Pages of items: the list over all chains, one item, keeping it, how it goes, whom it is shared with, a problem of it."""

from typing import cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from haihe.messages import Text
from haihe.workspace.chains import items as services
from haihe.workspace.chains.actions import KEEP, READ, SHARE, WORK
from haihe.workspace.chains.forms import ItemForm, ShareForm, StateForm
from haihe.workspace.chains.lists import items_list
from haihe.workspace.chains.models import KINDS, Board, Item
from haihe.workspace.chains.pages import stages_of, trail
from haihe.workspace.duties.assigning import duties_of
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.words import words
from haihe.workspace.papers import services as papers
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.raising import problems_of
from haihe.workspace.units.models import Unit

ITEMS = Text("清单事项", "Items")
NEW, EDIT = Text("新增事项", "New item"), Text("修改事项", "Edit the item")
STATE, SHARED = Text("更新进展", "How it goes"), Text("共享事项", "Share the item")


@page(READ)
def items(request: Request) -> HttpResponse:
    """List the items of every chain that the person sees, with those that other places share."""
    seen = Item.objects.visible_to(request.user).filter(withdrawn=False).select_related("unit", "owner", "board")
    return items_list({}).answer(request, seen, trail=trail(None, (ITEMS, "")))


@page(READ, of=Item)
def item(request: Request, thing: Item) -> HttpResponse:
    """Show an item."""
    person = request.user
    board = Board.objects.visible_to(person).called(thing.board.code)
    more = {
        "thing": thing,
        "board": board,
        "stage": stages_of(thing.board).get(thing.stage) or thing.stage_name,
        "age": thing.age(),
        "shared": thing.shared.all(),
        "keeps": acts_on(person, thing, KEEP),
        "shares": acts_on(person, thing, SHARE),
        "works": acts_on(person, thing, WORK),
        "raises": person.may(RAISE) and acts_on(person, thing, WORK),
        "problems": problems_of(person, thing),
        "duties": duties_of(thing, person),
        "trail": trail(board, (thing.name, "")) if board else trail(None, (thing.name, "")),
        **papers.part(person, thing),
    }
    return render(request, "chains/item.html", more)


def _form(request: Request, board: Board, thing: Item | None) -> ItemForm:
    said = {"owner": thing.owner.code if thing and thing.owner else None} if thing else {}
    made = ItemForm.of(request, thing, initial=said)
    known = stages_of(board)
    if thing is not None and thing.stage:
        known.setdefault(thing.stage, Text(thing.stage, thing.stage))
    stage = cast("forms.ChoiceField", made.fields["stage"])
    stage.choices = [("", "—"), *((code, words(name)) for code, name in known.items())]
    offer(
        made.fields["owner"],
        Unit.objects.filter(path__startswith=board.unit.path.split("/")[0]).exclude(kind_of="firm"),
    )
    return made


@form(KEEP, of=Board)
def item_new(request: Request, thing: Board) -> HttpResponse:
    """Put something on a list."""
    form = _form(request, thing, None)
    kind = request.GET.get("kind", "")
    if not form.is_bound:
        form.initial.update(opened=Item().opened, kind_of=kind if kind in KINDS else "research")
    made: list[Item] = []
    if form.done(lambda: made.append(services.add(request.user, thing, form.values()))):
        tell(request, Text("已列入清单", "It stands on the list"), "success")
        return redirect(made[0])
    return form.page(request, NEW, back=thing.get_absolute_url(), trail=trail(thing, (NEW, "")))


@form(KEEP, of=Item)
def item_edit(request: Request, thing: Item) -> HttpResponse:
    """Change what is said of an item."""
    form = _form(request, thing.board, thing)
    if form.done(lambda: services.change(request.user, thing, form.values(), form.seen)):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect(thing)
    return form.page(
        request,
        EDIT,
        back=thing.get_absolute_url(),
        trail=trail(None, (thing.name, thing.get_absolute_url()), (EDIT, "")),
    )


@form(WORK, of=Item)
def item_state(request: Request, thing: Item) -> HttpResponse:
    """Say how an item goes."""
    form = StateForm.of(request, thing, initial={"words": ""})

    def take() -> None:
        said = form.values()
        services.report(request.user, thing, said["state"], said["words"], form.seen)

    if form.done(take):
        tell(request, Text("已更新", "Kept"), "success")
        return redirect(thing)
    return form.page(
        request,
        STATE,
        back=thing.get_absolute_url(),
        trail=trail(None, (thing.name, thing.get_absolute_url()), (STATE, "")),
    )


@form(SHARE, of=Item)
def item_share(request: Request, thing: Item) -> HttpResponse:
    """Choose the units of other places that see an item."""
    form = ShareForm.of(request, thing, initial={"shared": [unit.code for unit in thing.shared.all()]})
    offer(form.fields["shared"], Unit.objects.exclude(pk=thing.unit_id).exclude(kind_of="firm"))
    if form.done(lambda: services.share(request.user, thing, form.values()["shared"], form.seen)):
        tell(request, Text("已保存共享单位", "Saved whom it is shared with"), "success")
        return redirect(thing)
    return form.page(
        request,
        SHARED,
        back=thing.get_absolute_url(),
        trail=trail(None, (thing.name, thing.get_absolute_url()), (SHARED, "")),
    )


@act(WORK, of=Item)
def item_raise(request: Request, thing: Item) -> HttpResponse:
    """Make a problem of an item."""
    problem = services.to_problem(request.user, thing, services.office_of(request.user, thing))
    tell(request, Text("已登记为重大问题", "It stands in the register of problems"), "success")
    return redirect("problems:problem", problem.code)
