"""What the pages of everything that members agree on have in common: states, consents, buttons; and the acts on consents."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import CONSENT, KEEP, PROPOSE, READ, REFUSE, RENEW
from haihe.workspace.neighbours.agreed_models import AGREED, PROPOSED, Agreed, Consent
from haihe.workspace.neighbours.lists import CONSENT_LIST
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

PUT = Text("已提请各方同意", "Put to the members")
BACK = Text("已收回为草稿", "It is a draft again")
GIVEN = Text("已代表本地区同意", "Consented")
FROZEN = Text("各方均已同意，现已冻结", "All have consented; it is frozen")


def standing(person: Person, thing: Agreed) -> dict[str, Any]:
    """Give what every page of something agreed shows: its parties, who consented, what the person may do, its versions."""
    consents = agreeing.consents_of(thing) if thing.turn else []
    live = thing.state == PROPOSED
    versions: list[Agreed] = []
    at = thing.supersedes
    while at is not None:
        versions.append(at)
        at = at.supersedes
    successor = thing.successor() if thing.frozen else None
    return {
        "thing": thing,
        "concerned": thing.concerned(),
        "consents": [(each, _steps(person, each) if live else {}) for each in consents],
        "edits": thing.state == DRAFT and acts_on(person, thing, KEEP),
        "proposes": thing.state == DRAFT and acts_on(person, thing, PROPOSE),
        "withdraws": live and acts_on(person, thing, PROPOSE),
        "renews": thing.state == AGREED and successor is None and acts_on(person, thing, RENEW),
        "successor": successor,
        "versions": versions,
        "holds": not thing.turn or thing.state == DRAFT or thing.hashed() == thing.sha256,
        "printed": Text(
            f"{thing.name.zh}，第 {thing.number} 版，{thing.state_name.zh}，{thing.sha256[:12] or '—'}",
            f"{thing.name.en}, version {thing.number}, {thing.state_name.en}, {thing.sha256[:12] or '—'}",
        ),
    }


def _steps(person: Person, consent: Consent) -> dict[str, bool]:
    """Say what a person may do with a consent that is asked for."""
    open_ = not consent.refused
    return {
        "supports": open_ and consent.state == DRAFT and acts_on(person, consent, PROPOSE),
        "gives": open_
        and consent.state == SUBMITTED
        and acts_on(person, consent, CONSENT)
        and not consent.own_of(person),
        "refuses": open_ and consent.state != APPROVED and acts_on(person, consent, REFUSE),
    }


def proposer(kind: type[Agreed]) -> Callable[..., HttpResponse]:
    """Declare the act that puts a kind to the members."""

    @act(PROPOSE, of=kind)
    def propose(request: Request, thing: Agreed) -> HttpResponse:
        agreeing.propose(request.user, thing, edition_of(request))
        tell(request, PUT, "success")
        return redirect(thing)

    return propose


def withdrawer(kind: type[Agreed]) -> Callable[..., HttpResponse]:
    """Declare the act that takes a kind back from the members."""

    @act(PROPOSE, of=kind)
    def withdraw(request: Request, thing: Agreed) -> HttpResponse:
        agreeing.withdraw(request.user, thing, edition_of(request))
        tell(request, BACK)
        return redirect(thing)

    return withdraw


def renewer(kind: type[Agreed], service: Callable[..., Agreed]) -> Callable[..., HttpResponse]:
    """Declare the act that begins the next version of a kind."""

    @act(RENEW, of=kind)
    def renew(request: Request, thing: Agreed) -> HttpResponse:
        fresh = service(request.user, thing)
        tell(request, Text("已另编新版本，为草稿", "The next version is begun as a draft"), "success")
        return redirect(fresh)

    return renew


@page(READ)
def consents(request: Request) -> HttpResponse:
    """List what the person's members were asked to consent to."""
    return CONSENT_LIST.answer(request, Consent.objects.visible_to(request.user).select_related("unit"))


@page(READ, of=Consent)
def consent(request: Request, thing: Consent) -> HttpResponse:
    """Lead to what is consented to."""
    del request
    return redirect(thing.thing)


@act(PROPOSE, of=Consent)
def support(request: Request, thing: Consent) -> HttpResponse:
    """Say for a member that it was looked over."""
    agreeing.support(request.user, thing, edition_of(request))
    tell(request, Text("已初核，待本单位审批人同意", "Looked over; the approver consents"), "success")
    return redirect(thing.thing)


@act(CONSENT, of=Consent)
def give(request: Request, thing: Consent) -> HttpResponse:
    """Consent for a member."""
    agreeing.give(request.user, thing, edition_of(request))
    there = thing.thing
    tell(request, FROZEN if there.frozen else GIVEN, "success")
    return redirect(there)


@act(REFUSE, of=Consent)
def refuse(request: Request, thing: Consent) -> HttpResponse:
    """Refuse for a member, with a reason."""
    agreeing.refuse(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已退回编制单位", "Sent back to whoever prepares it"))
    return redirect("neighbours:consents")
