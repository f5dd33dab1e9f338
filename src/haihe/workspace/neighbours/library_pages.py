"""Pages of the shared project library: the list, offering a project, an offer, interest in it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.forms import offer as offer_units
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.neighbours import agreeing, library
from haihe.workspace.neighbours.actions import INTEREST, OFFER, READ
from haihe.workspace.neighbours.forms import InterestForm, OfferForm
from haihe.workspace.neighbours.lists import LIBRARY, OFFER_LIST
from haihe.workspace.neighbours.models import ACCEPTED, OPEN, SAID, Interest, Offer
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.stages import LEFT
from haihe.workspace.units.models import Person, Unit

GIVE = Text("提供项目", "Offer a project")
SAY = Text("表达意向", "Say interest")
MOST = 200


@page(READ)
def offers(request: Request) -> HttpResponse:
    """List what is offered, and the projects that the person may offer."""
    there = Offer.objects.visible_to(request.user).select_related("unit", "project")
    return OFFER_LIST.answer(request, there, "neighbours/library.html", mine=list(_mine(request.user)))


def _mine(person: Person) -> "list[Project]":
    """Give the projects that a person may offer."""
    if not person.may(OFFER):
        return []
    there = Project.objects.visible_to(person).filter(unit__in=person.units(OFFER)).exclude(stage=LEFT)
    return list(there.exclude(offers__state=OPEN).select_related("unit")[:MOST])


@form(OFFER, of=Project)
def offer_new(request: Request, thing: Project) -> HttpResponse:
    """Offer a project: what it is called there, what is shown, to whom."""
    top = thing.unit.path.split("/")[0]
    others = [unit for unit in agreeing.members() if unit.code != top]
    initial = {"edition": thing.edition, "readers": [unit.code for unit in others]}
    form = OfferForm.of(request, initial=initial)
    offer_units(form.fields["readers"], Unit.objects.filter(pk__in=[unit.pk for unit in others]))
    made: list[Offer] = []

    def make() -> None:
        said = form.values()
        made.append(
            library.offer(
                request.user, thing, said["title_zh"], said["title_en"], said["facts"], list(said["readers"]),
                said["wanted"], form.seen,
            )
        )  # fmt: skip

    if form.done(make):
        tell(request, Text("已提供到共享项目库", "Offered to the shared library"), "success")
        return redirect(made[0])
    back = reverse("neighbours:library")
    more = {"project": thing, "trail": [(LIBRARY, back), (GIVE, "")]}
    return form.page(request, GIVE, "neighbours/offer_new.html", button=GIVE, back=back, **more)


@page(READ, of=Offer)
def offer(request: Request, thing: Offer) -> HttpResponse:
    """Show an offer as the person sees it, with the interest that the person may see."""
    person = request.user
    interests = Interest.objects.visible_to(person).filter(offer=thing).select_related("unit", "offer__unit")
    answers = acts_on(person, thing, OFFER)
    more = {
        "thing": thing,
        "facts": library.shown(thing, person),
        "whole": library.sees_project(thing, person),
        "readers": list(thing.readers.order_by("path")),
        "withdraws": thing.state == OPEN and answers,
        "says": thing.state == OPEN and acts_on(person, thing, INTEREST),
        "interests": [
            (each, each.state == SAID and answers, each.state in (SAID, ACCEPTED) and acts_on(person, each, INTEREST))
            for each in interests
        ],
        "trail": [(LIBRARY, reverse("neighbours:library")), (thing.name, "")],
    }
    return render(request, "neighbours/offer.html", more)


@act(OFFER, of=Offer)
def withdraw(request: Request, thing: Offer) -> HttpResponse:
    """Take a project out of the library."""
    library.withdraw(request.user, thing, edition_of(request))
    tell(request, Text("已撤回", "Withdrawn"))
    return redirect(thing)


@form(INTEREST, of=Offer)
def interest_new(request: Request, thing: Offer) -> HttpResponse:
    """Say a member's interest."""
    form = InterestForm.of(request)
    units = [unit.pk for unit in thing.readers.all() if request.user.may(INTEREST, unit)]
    offer_units(form.fields["unit"], Unit.objects.filter(pk__in=units))

    def say() -> None:
        said = form.values()
        library.say_interest(request.user, thing, said["unit"], said["words"])

    if form.done(say):
        tell(request, Text("意向已转达", "The interest is passed on"), "success")
        return redirect(thing)
    back = thing.get_absolute_url()
    trail = [(LIBRARY, reverse("neighbours:library")), (thing.name, back), (SAY, "")]
    return form.page(request, SAY, button=SAY, back=back, trail=trail)


@act(OFFER, of=Interest)
def accept(request: Request, thing: Interest) -> HttpResponse:
    """Accept an interest."""
    library.accept(request.user, thing, edition_of(request))
    tell(request, Text("已同意对接", "Accepted"), "success")
    return redirect(thing)


@act(OFFER, of=Interest)
def decline(request: Request, thing: Interest) -> HttpResponse:
    """Decline an interest, with a reason."""
    library.decline(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已回复不接受", "Declined"))
    return redirect(thing)


@act(INTEREST, of=Interest)
def drop(request: Request, thing: Interest) -> HttpResponse:
    """Take an interest back."""
    library.drop(request.user, thing, edition_of(request))
    tell(request, Text("意向已撤回", "The interest is withdrawn"))
    return redirect(thing)
