"""Pages of boards: the list, one board with its map and lists, what the diagnosis proposes, what changed."""

from contextlib import suppress
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.chains import changes as changing
from haihe.workspace.chains import deciding, items, tasks
from haihe.workspace.chains.actions import DECIDE, KEEP, READ
from haihe.workspace.chains.forms import BoardForm, NewBoardForm
from haihe.workspace.chains.lists import BOARDS, PROPOSALS, items_list
from haihe.workspace.chains.models import KINDS, LIVE, OPEN, Board, Item, Proposal
from haihe.workspace.data.models import Dataset
from haihe.workspace.duties.forms import offer, offer_named
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.boards import Card, lanes
from haihe.workspace.frame.drawn import drawn
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.words import words
from haihe.workspace.intake.actions import UPLOAD
from haihe.workspace.jobs.models import Job
from haihe.workspace.units.models import Person, Post, Unit

CHAINS = Text("产业链", "Chains")
NEW = Text("新建产业链看板", "New board")
EDIT = Text("修改看板", "Edit the board")
CHANGES = Text("链上变动", "What changed on the chains")
PROPOSED = Text("诊断建议", "Proposals")


def trail(board: Board | None = None, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a page of the room."""
    way = [(CHAINS, reverse("chains:boards"))]
    if board is not None:
        way.append((board.name, board.get_absolute_url() if more else ""))
    return [*way, *more]


def stages_of(board: Board) -> dict[str, Text]:
    """Give the names of a chain's stages, as the last diagnosis read them."""
    picture = getattr(board, "picture", None)
    return {code: Text(said["zh"], said["en"]) for code, said in (picture.stages if picture else {}).items()}


def _count(kind: str) -> Count:
    return Count("items", filter=Q(items__kind_of=kind, items__state__in=LIVE, items__withdrawn=False), distinct=True)


@page(READ)
def boards(request: Request) -> HttpResponse:
    """List the boards, with how much stands on each list."""
    seen = Board.objects.visible_to(request.user).select_related("unit", "chief", "lead")
    counted = seen.order_by("code").annotate(
        proposed=Count("proposals", filter=Q(proposals__state=OPEN), distinct=True),
        **{kind: _count(kind) for kind in KINDS},
    )
    return BOARDS.answer(request, counted, "chains/boards.html", makes=request.user.may(KEEP), trail=[(CHAINS, "")])


def _card(item: Item) -> Card:
    owner = item.owner.name if item.owner else Text("责任单位未定", "no owner yet")
    age = Text("已 {n} 天", "for {n} days").format(n=item.age())
    line = Text(f"{owner.zh} · {age.zh}", f"{owner.en} · {age.en}")
    return Card(item.name, item.get_absolute_url(), [line], item.mark, item.state_name)


@page(READ, of=Board)
def board(request: Request, thing: Board) -> HttpResponse:
    """Show a chain: who answers for it, its map, its three lists, what changed since the last meeting."""
    person = request.user
    shown = (
        Item.objects.visible_to(person).filter(board=thing, withdrawn=False).select_related("unit", "owner", "board")
    )
    if not request.GET.get("state"):
        shown = shown.filter(state__in=LIVE)
    picture = getattr(thing, "picture", None)
    since = changing.since_of(person)
    live = Item.objects.visible_to(person).filter(board=thing, withdrawn=False, state__in=LIVE)
    more = {
        "thing": thing,
        "keeps": acts_on(person, thing, KEEP),
        "uploads": acts_on(person, thing, KEEP) and person.may(UPLOAD),
        "decides": acts_on(person, thing, DECIDE),
        "lanes": lanes(
            live.select_related("owner").order_by("opened", "code"),
            "kind_of",
            KINDS,
            _card,
            lambda kind: f"{thing.get_absolute_url()}?{urlencode({'kind': kind})}",
        ),
        "picture": picture,
        "proposed": Proposal.objects.visible_to(person).filter(board=thing, state=OPEN).count(),
        "since": since,
        "changes": changing.changes_since(person, since, thing)[:10],
        "trail": trail(thing),
        **drawn(picture.parts if picture else []),
    }
    return items_list(stages_of(thing), whole=False).answer(request, shown, "chains/board.html", **more)


def _offer(form: BoardForm, person: Person) -> None:
    offer(form.fields["lead"], Unit.objects.filter(kind_of__in=("department", "task_force", "city")))
    offer_named(form.fields["dataset"], Dataset.objects.visible_to(person))
    # names of who holds a chief's post where the person may keep boards: no others are told
    chiefs = Post.objects.filter(role__in=("chief", "planner"), active=True, unit__in=person.units(KEEP)).values(
        "person"
    )
    held = cast("forms.ModelChoiceField[Person]", form.fields["chief"])
    held.queryset = Person.objects.filter(pk__in=chiefs)
    held.label_from_instance = lambda each: str(words(each.name))  # type: ignore[method-assign,assignment]


@form(KEEP)
def board_new(request: Request) -> HttpResponse:
    """Make the board of a chain."""
    form = NewBoardForm.of(request)
    _offer(form, request.user)
    offer(form.fields["unit"], request.user.units(KEEP).exclude(kind_of="firm"))
    made: list[Board] = []

    def make() -> None:
        said = form.values()
        made.append(items.make_board(request.user, said["unit"], said["chain"], said))

    if form.done(make):
        tell(request, Text("看板已建立", "The board stands"), "success")
        return redirect(made[0])
    return form.page(request, NEW, back=reverse("chains:boards"), trail=trail(None, (NEW, "")))


@form(KEEP, of=Board)
def board_edit(request: Request, thing: Board) -> HttpResponse:
    """Change what is said of a board."""
    said = {
        "chief": thing.chief and thing.chief.username,
        "lead": thing.lead and thing.lead.code,
        "dataset": thing.dataset and thing.dataset.code,
    }
    form = BoardForm.of(request, thing, initial=said)
    _offer(form, request.user)
    if form.done(lambda: items.change_board(request.user, thing, form.values(), form.seen)):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect(thing)
    return form.page(request, EDIT, back=thing.get_absolute_url(), trail=trail(thing, (EDIT, "")))


@page(READ, of=Board)
def proposals(request: Request, thing: Board) -> HttpResponse:
    """List what the diagnosis proposes for a chain."""
    person = request.user
    seen = Proposal.objects.visible_to(person).filter(board=thing).select_related("unit", "version", "board")
    jobs = Job.objects.visible_to(person).filter(task=tasks.DIAGNOSE, inputs__board=thing.code)
    job = jobs.order_by("-pk").first()
    more = {
        "thing": thing,
        "decides": acts_on(person, thing, DECIDE),
        "version": thing.dataset.current if thing.dataset else None,
        "job": job if job is not None and not job.over else None,
        "trail": trail(thing, (PROPOSED, "")),
    }
    return PROPOSALS.answer(request, seen, "chains/proposals.html", **more)


@page(READ, of=Proposal)
def proposal(request: Request, thing: Proposal) -> HttpResponse:
    """Show a proposal: its reasons, and the decision."""
    back = thing.get_absolute_url()
    more: dict[str, Any] = {
        "thing": thing,
        "decides": acts_on(request.user, thing, DECIDE) and thing.state == OPEN,
        "trail": trail(thing.board, (PROPOSED, back), (thing.name, "")),
    }
    return render(request, "chains/proposal.html", more)


@act(DECIDE, of=Board)
def propose(request: Request, thing: Board) -> HttpResponse:
    """Ask for the diagnosis on the version in force."""
    tasks.ask(request.user, thing)
    tell(request, Text("诊断已开始", "The diagnosis has begun"))
    return redirect("chains:proposals", thing.code)


@act(DECIDE, of=Proposal)
def take(request: Request, thing: Proposal) -> HttpResponse:
    """Take a proposal over."""
    item = deciding.take(request.user, thing, edition_of(request))
    tell(request, Text("已列入清单", "It stands on the list"), "success")
    return redirect(item)


@act(DECIDE, of=Proposal)
def decline(request: Request, thing: Proposal) -> HttpResponse:
    """Decline a proposal with a reason."""
    deciding.decline(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已记录为不采纳", "Declined; the reason is kept"))
    return redirect("chains:proposals", thing.board.code)


@page(READ)
def changes(request: Request) -> HttpResponse:
    """Show what changed on all chains since a day; since the last meeting where none is named."""
    since = changing.since_of(request.user)
    with suppress(ValueError):
        since = date.fromisoformat(request.GET.get("since", ""))
    found = changing.changes_since(request.user, since)
    return render(
        request,
        "chains/changes.html",
        {"changes": found, "since": since, "title": CHANGES, "trail": trail(None, (CHANGES, ""))},
    )
