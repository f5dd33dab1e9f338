"""Pages of settlement ledgers: the list, a new one, one with its tables and chart, firms, downloads."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, act, form, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.neighbours import ledgers, settling
from haihe.workspace.neighbours.actions import KEEP, READ
from haihe.workspace.neighbours.agreed_pages import proposer, renewer, standing, withdrawer
from haihe.workspace.neighbours.forms import FirmForm, LedgerForm
from haihe.workspace.neighbours.ledger_models import BASES, MOVED, Ledger, MovedFirm
from haihe.workspace.neighbours.lists import FIRM_LIST, LEDGER_LIST, LEDGERS
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Unit

NEW = Text("新建结算台账", "New settlement ledger")
EDIT = Text("修改", "Change")
ADD = Text("新增迁移企业", "Add a moved firm")
FIELDS = ("name_zh", "name_en", "day", "what_if", "quality", "note")

propose = proposer(Ledger)
withdraw = withdrawer(Ledger)
renew = renewer(Ledger, ledgers.renew)


@page(READ)
def ledger_list(request: Request) -> HttpResponse:
    """List the ledgers that the person sees."""
    there = Ledger.objects.visible_to(request.user).select_related("unit").prefetch_related("members")
    return LEDGER_LIST.answer(request, there, "neighbours/ledgers.html", keeps=request.user.may(KEEP))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Begin a ledger."""
    form = LedgerForm.of(request)
    form.offer_to(request.user)
    made: list[Ledger] = []

    def make() -> None:
        said = form.values()
        unit, others, study = said.pop("unit"), list(said.pop("members")), said.pop("study")
        made.append(ledgers.new(request.user, unit, others, said, study))

    if form.done(make):
        tell(request, Text("台账已建立", "The ledger is begun"), "success")
        return redirect(made[0])
    back = reverse("neighbours:ledgers")
    return form.page(request, NEW, back=back, trail=[(LEDGERS, back), (NEW, "")])


@form(KEEP, of=Ledger)
def edit(request: Request, thing: Ledger) -> HttpResponse:
    """Change a draft."""
    thing.must_be(DRAFT)
    form = LedgerForm.of(request, thing, initial={"members": [unit.code for unit in thing.members.all()]})
    form.offer_to(request.user, thing.unit)

    def change() -> None:
        said = form.values()
        others = list(said.pop("members"))
        ledgers.change(request.user, thing, others, said, form.seen)

    if form.done(change):
        tell(request, Text("台账已保存并重新测算", "The ledger is saved and settled again"), "success")
        return redirect(thing)
    return form.page(request, EDIT, back=thing.get_absolute_url(), trail=[*_trail(thing), (EDIT, "")])


@page(READ, of=Ledger)
def ledger(request: Request, thing: Ledger) -> HttpResponse:
    """Show a ledger: what it rests on, who pays whom, balances that add up to 0, its firms, who has consented."""
    views = settling.Views(thing)
    form_, wanted = request.GET.get("file", ""), request.GET.get("part", "")
    if form_:
        tables = views.tables()
        if form_ not in FORMS or (wanted and wanted not in tables) or not tables:
            raise Http404
        chosen = [tables[wanted]] if wanted else list(tables.values())
        return table_file(request, chosen, f"{thing.code}-{wanted or 'tables'}", form_)
    shown = views.drawn()
    firms = (
        MovedFirm.objects.visible_to(request.user)
        .filter(ledger=thing)
        .select_related("unit", "origin", "destination", "ledger")
    )
    more: dict[str, Any] = standing(request.user, thing) | {
        "basis": BASES[thing.basis],
        "source": settling.source_of(thing),
        "of_firms": thing.basis == MOVED,
        "downloads": [(key, each.title) for key, each in shown.items()],
        "trail": _trail(thing, last=True),
    }
    return FIRM_LIST.answer(
        request, firms, "neighbours/ledger.html", **more | drawn(part_of(each) for each in shown.values())
    )


@form(KEEP, of=Ledger)
def firm_new(request: Request, thing: Ledger) -> HttpResponse:
    """Add a firm to a draft."""
    thing.must_be(DRAFT)
    form = FirmForm.of(request)
    _offer(form, thing)

    def add() -> None:
        ledgers.put_firm(request.user, thing, None, ledgers.firm_code(thing), form.values())

    if form.done(add):
        tell(request, Text("已新增并重新测算", "Added, and settled again"), "success")
        return redirect(thing)
    return form.page(request, ADD, back=thing.get_absolute_url(), trail=[*_trail(thing), (ADD, "")])


@form(KEEP, of=MovedFirm)
def firm(request: Request, thing: MovedFirm) -> HttpResponse:
    """Change a firm of a draft."""
    ledger_ = Ledger.objects.select_related("unit").get(pk=thing.ledger_id)
    ledger_.must_be(DRAFT)
    places = {"origin": thing.origin.code, "destination": thing.destination.code}
    form = FirmForm.of(request, thing, initial=places)
    _offer(form, ledger_)
    if form.done(lambda: ledgers.put_firm(request.user, ledger_, thing, thing.code, form.values(), form.seen)):
        tell(request, Text("已保存并重新测算", "Saved, and settled again"), "success")
        return redirect(ledger_)
    more: dict[str, Any] = {"thing": thing, "trail": [*_trail(ledger_), (thing.name, "")]}
    return form.page(request, thing.name, "neighbours/firm.html", back=ledger_.get_absolute_url(), **more)


@act(KEEP, of=MovedFirm)
def firm_out(request: Request, thing: MovedFirm) -> HttpResponse:
    """Take a firm out of a draft."""
    url = thing.ledger.get_absolute_url()
    ledgers.take_out(request.user, thing)
    tell(request, Text("已移出并重新测算", "Taken out, and settled again"))
    return redirect(url)


def _offer(form: FirmForm, ledger_: Ledger) -> None:
    units = Unit.objects.filter(pk__in=[unit.pk for unit in ledger_.concerned()])
    for name in ("origin", "destination"):
        offer(form.fields[name], units)


def _trail(thing: Ledger, last: bool = False) -> list[tuple[Text, str]]:
    return [(LEDGERS, reverse("neighbours:ledgers")), (thing.name, "" if last else thing.get_absolute_url())]
