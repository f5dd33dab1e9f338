"""Pages of transfer lists: the list of them, a new one, one with its items, items."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, act, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.neighbours import transfers
from haihe.workspace.neighbours.actions import KEEP, READ
from haihe.workspace.neighbours.agreed_pages import proposer, renewer, standing, withdrawer
from haihe.workspace.neighbours.forms import ItemForm, TransferForm
from haihe.workspace.neighbours.lists import ITEM_LIST, TRANSFER_LIST, TRANSFERS
from haihe.workspace.neighbours.models import TransferItem, TransferList
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Unit

NEW = Text("新建转移承接清单", "New transfer list")
EDIT = Text("修改", "Change")
ADD = Text("新增事项", "Add an item")

propose = proposer(TransferList)
withdraw = withdrawer(TransferList)
renew = renewer(TransferList, transfers.renew)


@page(READ)
def transfer_list(request: Request) -> HttpResponse:
    """List the transfer lists that the person sees."""
    there = TransferList.objects.visible_to(request.user).select_related("unit").prefetch_related("members")
    there = there.annotate(count=Count("items")).order_by("-pk")
    return TRANSFER_LIST.answer(request, there, "neighbours/transfers.html", keeps=request.user.may(KEEP))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Begin a list with another member."""
    form = TransferForm.of(request)
    form.offer_to(request.user)
    made: list[TransferList] = []

    def make() -> None:
        said = form.values()
        made.append(transfers.new(request.user, said.pop("unit"), said.pop("other"), said))

    if form.done(make):
        tell(request, Text("清单已建立", "The list is begun"), "success")
        return redirect(made[0])
    back = reverse("neighbours:transfers")
    return form.page(request, NEW, back=back, trail=[(TRANSFERS, back), (NEW, "")])


@form(KEEP, of=TransferList)
def edit(request: Request, thing: TransferList) -> HttpResponse:
    """Change a draft's names and note."""
    thing.must_be(DRAFT)
    form = TransferForm.of(request, thing)
    del form.fields["members"]
    form.offer_to(request.user, thing.unit)

    def change() -> None:
        said = form.values()
        said.pop("other")
        transfers.change(request.user, thing, said, form.seen)

    if form.done(change):
        tell(request, Text("清单已保存", "The list is saved"), "success")
        return redirect(thing)
    return form.page(request, EDIT, back=thing.get_absolute_url(), trail=[*_trail(thing), (EDIT, "")])


@page(READ, of=TransferList)
def transfer(request: Request, thing: TransferList) -> HttpResponse:
    """Show a list with its items, and who has consented."""
    items = TransferItem.objects.visible_to(request.user).filter(list=thing).select_related("giver", "taker", "list")
    more = standing(request.user, thing) | {"trail": _trail(thing, last=True)}
    more["writes"] = (
        [(each.name, reverse("neighbours:item", args=[each.code])) for each in items] if more["edits"] else []
    )
    return ITEM_LIST.answer(request, items, "neighbours/transfer.html", **more)


@form(KEEP, of=TransferList)
def item_new(request: Request, thing: TransferList) -> HttpResponse:
    """Add an item to a draft."""
    thing.must_be(DRAFT)
    form = ItemForm.of(request)
    _offer(form, thing)
    code = transfers.item_code(thing)
    if form.done(lambda: transfers.put_item(request.user, thing, None, code, form.values())):
        tell(request, Text("已新增", "Added"), "success")
        return redirect(thing)
    return form.page(request, ADD, back=thing.get_absolute_url(), trail=[*_trail(thing), (ADD, "")])


@form(KEEP, of=TransferItem)
def item(request: Request, thing: TransferItem) -> HttpResponse:
    """Change an item of a draft."""
    there = TransferList.objects.select_related("unit").get(pk=thing.list_id)
    there.must_be(DRAFT)
    form = ItemForm.of(request, thing, initial={"giver": thing.giver.code, "taker": thing.taker.code})
    _offer(form, there)
    if form.done(lambda: transfers.put_item(request.user, there, thing, thing.code, form.values(), form.seen)):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect(there)
    more: dict[str, Any] = {"thing": thing, "trail": [*_trail(there), (thing.name, "")]}
    return form.page(request, thing.name, "neighbours/item.html", back=there.get_absolute_url(), **more)


@act(KEEP, of=TransferItem)
def item_out(request: Request, thing: TransferItem) -> HttpResponse:
    """Take an item out of a draft."""
    url = thing.list.get_absolute_url()
    transfers.take_out(request.user, thing)
    tell(request, Text("已移出", "Taken out"))
    return redirect(url)


def _offer(form: ItemForm, thing: TransferList) -> None:
    units = Unit.objects.filter(pk__in=[unit.pk for unit in thing.concerned()])
    for name in ("giver", "taker"):
        offer(form.fields[name], units)


def _trail(thing: TransferList, last: bool = False) -> list[tuple[Text, str]]:
    return [(TRANSFERS, reverse("neighbours:transfers")), (thing.name, "" if last else thing.get_absolute_url())]
