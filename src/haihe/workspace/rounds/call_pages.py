"""Pages of rounds: the list, one round, its preparation, opening, closing; the work on it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.rules.money import said_money
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.jobs.models import Job
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import calling, recommending, tasks
from haihe.workspace.rounds.actions import APPLY, AWARD, INSIDE, KEEP, MONEY, RANK, READ
from haihe.workspace.rounds.forms import RoundForm, in_fen, in_wan
from haihe.workspace.rounds.models import Application, Objection, Round, RuleText, Run
from haihe.workspace.rounds.rules import book_of, in_force, keep, titles_of
from haihe.workspace.rounds.states import APPLICATION_STATES, DECIDED, DRAFT, ROUND_STATES
from haihe.workspace.units.models import Unit

ROUNDS = Text("申报批次", "Rounds")
LARGEST = 2_000_000
"""Bytes of a scheme file that is read."""
LIST = Listing(
    ROUNDS,
    (
        Column(Text("批次", "round"), lambda r: r.name, "name_zh", lambda r: r.get_absolute_url()),
        Column(Text("发布单位", "called by"), lambda r: r.unit.name, "unit__path"),
        Column(Text("年度", "year"), lambda r: str(r.year), "year"),
        Column(Text("预算", "budget"), lambda r: float(in_wan(r.budget) or 0), "budget", unit="万元"),
        Column(Text("申报起", "opens"), lambda r: r.opens, "opens"),
        Column(Text("申报止", "closes"), lambda r: r.closes, "closes"),
        Column(Text("状态", "state"), lambda r: r.state_name, "state", mark=lambda r: r.mark),
    ),
    search=("code", "name_zh", "name_en", "pinyin"),
    choices=(Choice("state", Text("状态", "state"), tuple(ROUND_STATES.items())),),
    empty=Text(
        "还没有申报批次。规划人员可用办法文件建立一个批次。", "No rounds yet. A planner makes one from a scheme file."
    ),
    file="rounds",
    comes_in=Text("批次依据办法文件逐个建立", "a call is made from its scheme file"),
)


def trail_of(thing: Round, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give where a page of a round stands."""
    address = thing.get_absolute_url() if more else ""
    return [(ROUNDS, reverse("rounds:rounds")), (thing.name, address), *more]


@page(READ)
def rounds(request: Request) -> HttpResponse:
    """List the rounds that the person sees."""
    query = Round.objects.visible_to(request.user).select_related("unit")
    return LIST.answer(request, query, "rounds/rounds.html", makes=request.user.may(KEEP))


@page(READ, of=Round)
def round_(request: Request, thing: Round) -> HttpResponse:
    """Show a round: its call, how far it has come, what can be done next."""
    inside = request.user.may(INSIDE, thing.unit)
    seen = Application.objects.visible_to(request.user).filter(round=thing)
    states = seen.order_by().values_list("state", flat=True)
    counted = dict.fromkeys(APPLICATION_STATES, 0)
    for state in states:
        counted[state] += 1
    more: dict[str, Any] = {
        "thing": thing,
        "inside": inside,
        "budget": said_money(thing.budget),
        "tails": said_money(thing.tails) if thing.tails else None,
        "articles": list(titles_of(thing).values()),
        "open_to": list(thing.open_to.all()),
        "counted": [(APPLICATION_STATES[state], n, state) for state, n in counted.items() if n],
        "own": seen[:20] if not inside else [],
        "keeps": acts_on(request.user, thing, KEEP),
        "ranks": acts_on(request.user, thing, RANK),
        "money": thing.state == DECIDED and acts_on(request.user, thing, MONEY),
        "awards": acts_on(request.user, thing, AWARD),
        "applies": thing.takes() and acts_on(request.user, thing, APPLY),
        "space": _space(request, thing),
        "jobs": _jobs(request, thing) if inside else [],
        "runs": Run.objects.visible_to(request.user).filter(round=thing).select_related("round"),
        "objections": Objection.objects.visible_to(request.user).filter(round=thing).count(),
        "trail": trail_of(thing),
        **papers.part(request.user, thing),
    }
    return render(request, "rounds/round.html", more)


def _jobs(request: Request, thing: Round) -> list[Job]:
    there = Job.objects.visible_to(request.user).filter(task__in=tuple(tasks.TITLES), inputs__round=thing.code)
    return list(there.order_by("-pk")[:1])


def _space(request: Request, thing: Round) -> list[tuple[Text, Text, Text | None]]:
    """Give, for the districts that the person recommends for, what was promised and what can be matched."""
    found = []
    for unit in request.user.units("rounds.recommend").filter(kind_of="district"):
        most = recommending.space(thing, unit.region)
        promised = said_money(recommending.promised(thing, unit.region))
        found.append((unit.name, promised, None if most is None else said_money(most)))
    return found


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Prepare a round from a scheme file."""
    return _edit(request, None)


@form(KEEP, of=Round)
def edit(request: Request, thing: Round) -> HttpResponse:
    """Change a round in preparation."""
    thing.must_be(DRAFT)
    return _edit(request, thing)


def _edit(request: Request, thing: Round | None) -> HttpResponse:
    asked = RoundForm.of(request, thing, person=request.user, round_=thing, initial=_initial(thing) if thing else {})
    made: list[Round] = []

    def service() -> None:
        fields = _fields(asked, thing)
        if thing is None:
            unit = request.user.units(KEEP).order_by("path").first()
            assert isinstance(unit, Unit)
            made.append(calling.new(request.user, unit, fields))
        else:
            made.append(calling.change(request.user, thing, fields, asked.seen))

    if asked.done(service):
        tell(request, Text("已保存", "Saved"))
        return redirect(made[0].get_absolute_url())
    title = Text("修改批次", "Edit the round") if thing else Text("新建批次", "New round")
    back = thing.get_absolute_url() if thing else reverse("rounds:rounds")
    trail = trail_of(thing, (title, "")) if thing else [(ROUNDS, back), (title, "")]
    return asked.page(request, title, back=back, trail=trail)


def _initial(thing: Round) -> dict[str, Any]:
    return {
        "budget": in_wan(thing.budget),
        "tails": in_wan(thing.tails),
        "open_to": [unit.code for unit in thing.open_to.all()],
        "criteria": "\n".join(
            "|".join(each[k] for k in ("key", "zh", "en", "weight", "full")) for each in thing.criteria
        ),
        "tie": ":".join(thing.ties[0].values()) if thing.ties else "",
        "most_each": thing.quotas[0]["most"] if thing.quotas else None,
        "payer": thing.payer.code if thing.payer else None,
        "figures": thing.figures.code if thing.figures else None,
    }


def _fields(asked: RoundForm, thing: Round | None) -> dict[str, Any]:
    """Give what the form says as the service takes it."""
    given = asked.values()
    file = given.pop("rules_file", None)
    rules = _kept(file) if file else None
    if rules is not None:
        given["rules"] = rules
    column, _, first = given.pop("tie").partition(":")
    most = given.pop("most_each")
    given |= {
        "budget": in_fen(given["budget"]),
        "tails": in_fen(given["tails"]) or 0,
        "reserves": given["reserves"] or 0,
        "ties": [{"column": column, "first": first}] if column else [],
        "quotas": [{"column": "enterprise", "most": most}] if most else [],
        "objective": {"merit": "score", "per": "project"} if given["how"] == "optimal" else {},
        "open_to": list(given["open_to"]),
    }
    text = rules or (thing.rules if thing else None)
    if not given.get("articles") and text is not None:
        given["articles"] = list(in_force(book_of(text), given["day"]))
    return given


def _kept(file: Any) -> RuleText:
    try:
        return keep(file.read(LARGEST).decode("utf-8-sig"), str(file.name))
    except UnicodeDecodeError as error:
        raise HaiheError("E-RND-04", column="rules_file", value=str(file.name)[:80], most=LARGEST) from error


@act(KEEP, of=Round)
def open_(request: Request, thing: Round) -> HttpResponse:
    """Publish the call."""
    calling.open_(request.user, thing, edition_of(request))
    tell(request, Text("已发布，按期受理申报", "Published; applications are taken in its days"))
    return redirect(thing.get_absolute_url())


@act(KEEP, of=Round)
def close(request: Request, thing: Round) -> HttpResponse:
    """End the applications."""
    calling.close(request.user, thing, edition_of(request))
    left = calling.waiting_for_districts(thing)
    tell(request, Text(f"已截止；{left} 份尚待区推荐", f"Closed; {left} wait for their districts"))
    return redirect(thing.get_absolute_url())


@act(RANK, of=Round)
def check(request: Request, thing: Round) -> HttpResponse:
    """Ask for the check of every application."""
    thing.must_be("reviewing")
    return redirect("jobs:job", tasks.ask(request.user, thing, tasks.CHECK).code)


@act(RANK, of=Round)
def rank(request: Request, thing: Round) -> HttpResponse:
    """Ask for the ranking."""
    thing.must_be("reviewing", "ranked")
    return redirect("jobs:job", tasks.ask(request.user, thing, tasks.DECIDE).code)
