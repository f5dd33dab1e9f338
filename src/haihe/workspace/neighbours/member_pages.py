"""Pages of members: the list, one with what it shares, takes part in and settles, making and changing it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.neighbours import agreeing, profiles
from haihe.workspace.neighbours.actions import PROPOSE, READ
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.forms import ProfileForm
from haihe.workspace.neighbours.lists import MEMBER_LIST, MEMBERS
from haihe.workspace.neighbours.models import LEVELS, OPEN, JointTarget, Ledger, Offer, Profile, TransferList
from haihe.workspace.neighbours.settling import FEN_PER_WAN
from haihe.workspace.units.models import Person, Unit

NEW = Text("建立本地区概况", "Make the page of a member")
EDIT = Text("修改", "Change")
MOST = 50
AGREED_KINDS: tuple[tuple[Text, type[Agreed]], ...] = (
    (Text("转移承接清单", "Transfer lists"), TransferList),
    (Text("结算台账", "Settlement ledgers"), Ledger),
    (Text("共同目标", "Joint targets"), JointTarget),
)


@page(READ)
def members(request: Request) -> HttpResponse:
    """List the members' pages."""
    there = Profile.objects.visible_to(request.user).select_related("unit")
    makes = request.user.may(PROPOSE) and _free(request.user).exists()
    return MEMBER_LIST.answer(request, there, "neighbours/members.html", makes=makes)


def _free(person: Person) -> Any:
    """Give the members for which a person acts that have no page."""
    there = [unit.pk for unit in agreeing.members()]
    taken = Profile.objects.values("unit")
    return person.units(PROPOSE).filter(pk__in=there).exclude(pk__in=taken)


@form(PROPOSE)
def new(request: Request) -> HttpResponse:
    """Make the page of a member."""
    form = ProfileForm.of(request)
    offer(form.fields["unit"], _free(request.user))

    def make() -> None:
        said = form.values()
        profiles.new(request.user, said["unit"], _fields(said))

    if form.done(make):
        tell(request, Text("概况已建立，其他成员可以查看", "The page stands; the other members see it"), "success")
        return redirect("neighbours:member", form.values()["unit"].code)
    back = reverse("neighbours:members")
    return form.page(request, NEW, back=back, trail=[(MEMBERS, back), (NEW, "")])


@form(PROPOSE, of=Profile)
def edit(request: Request, thing: Profile) -> HttpResponse:
    """Change what a member says of itself, and its contacts."""
    initial = {f"{level}_{part}": said for level, one in thing.contacts.items() for part, said in one.items()}
    form = ProfileForm.of(request, thing, initial=initial)
    del form.fields["unit"]
    if form.done(lambda: profiles.change(request.user, thing, _fields(form.values()), form.seen)):
        tell(request, Text("概况已保存", "The page is saved"), "success")
        return redirect(thing)
    trail = [(MEMBERS, reverse("neighbours:members")), (thing.name, thing.get_absolute_url()), (EDIT, "")]
    return form.page(request, EDIT, back=thing.get_absolute_url(), trail=trail)


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    plain = {name: said[name] for name in ("about_zh", "about_en", "quality")}
    return plain | {"contacts": profiles.contacts_from(said)}


@page(READ, of=Profile)
def member(request: Request, thing: Profile) -> HttpResponse:
    """Show a member: contacts at three levels, what it shares, what it takes part in, what it gets and pays."""
    person, unit = request.user, thing.unit
    balance = profiles.balance_of(unit, person)
    more = {
        "thing": thing,
        "contacts": [(title, thing.contacts.get(level, {})) for level, title in LEVELS.items()],
        "offers": list(_below(Offer, person, unit).filter(state=OPEN)[:MOST]),
        "parts": [(title, _with(kind, person, unit)) for title, kind in AGREED_KINDS],
        "balance": [(str(year), fen / FEN_PER_WAN) for year, fen in balance.items()],
        "total": sum(balance.values()) / FEN_PER_WAN if balance else None,
        "edits": acts_on(person, thing, PROPOSE),
        "trail": [(MEMBERS, reverse("neighbours:members")), (thing.name, "")],
        "printed": Text(f"{thing.name.zh}概况", f"page of {thing.name.en}"),
    }
    return render(request, "neighbours/member.html", more)


def _below(kind: Any, person: Person, unit: Unit) -> Any:
    """Give what a person sees of a kind that belongs to a member or to what is below it."""
    return kind.objects.visible_to(person).filter(unit__path__startswith=unit.path).select_related("unit")


def _with(kind: type[Agreed], person: Person, unit: Unit) -> list[Agreed]:
    """Give what a person sees of a kind that concerns a member."""
    there: Any = kind.objects
    seen = there.visible_to(person).select_related("unit").prefetch_related("members")
    return [each for each in seen[: MOST * 4] if unit in (each.unit, *each.members.all())][:MOST]
