"""Pages of applications: the list, the firm's form, one application, and what the district says."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from haihe.messages import Text
from haihe.rules.money import said_money
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import SAVE, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import reader
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import applying, recommending
from haihe.workspace.rounds.actions import APPLY, INSIDE, READ, RECOMMEND
from haihe.workspace.rounds.call_pages import trail_of
from haihe.workspace.rounds.forms import ApplicationForm, RecommendForm, in_fen, in_wan
from haihe.workspace.rounds.lines import plain_lines
from haihe.workspace.rounds.models import Application, Round, Run
from haihe.workspace.rounds.publishing import takes_objections
from haihe.workspace.rounds.rules import clauses_of, columns_of, titles_of
from haihe.workspace.rounds.states import (
    APPLICATION_STATES,
    DRAFT,
    ELIGIBLE,
    INELIGIBLE,
    LISTED,
    NOT_LISTED,
    NOT_RECOMMENDED,
    RECOMMENDED,
    REVIEWED,
    SUBMITTED,
    UNDECIDED,
)
from haihe.workspace.units.models import Person, Unit

APPLICATIONS = Text("申报", "Applications")
LEAVES = (DRAFT, SUBMITTED, RECOMMENDED, NOT_RECOMMENDED, ELIGIBLE, INELIGIBLE, UNDECIDED, REVIEWED)
"""States from which a firm may withdraw."""


def wan(fen: int | None) -> float | None:
    """Give an amount in 万元 for a list."""
    return None if fen is None else float(in_wan(fen) or 0)


def rounds_seen() -> list[tuple[str, Text]]:
    """Give the rounds that the reader of the page may choose from, by name."""
    person = reader()
    seen = Round.objects.visible_to(person).order_by("-pk") if person else Round.objects.none()
    return [(each.code, each.name) for each in seen]


LIST = Listing(
    APPLICATIONS,
    (
        Column(Text("项目", "project"), lambda a: a.title, "title", lambda a: a.get_absolute_url()),
        Column(Text("申报单位", "firm"), lambda a: a.unit.name, "unit__name_zh"),
        Column(Text("状态", "state"), lambda a: a.state_name, "state", mark=lambda a: a.mark),
        Column(Text("推荐区", "district"), lambda a: a.district.name if a.district else None, "region"),
        Column(Text("批次", "round"), lambda a: a.round.name, "round__name_zh", lambda a: a.round.get_absolute_url()),
        Column(Text("区内排序", "place in the district"), lambda a: a.district_rank, "district_rank"),
        Column(Text("承诺配套", "matching promised"), lambda a: wan(a.promise), "promise", unit="万元"),
        Column(Text("测算支持", "support computed"), lambda a: wan(a.support), "support", unit="万元"),
        Column(Text("得分", "score"), lambda a: None if a.score is None else float(a.score), "score"),
    ),
    search=("code", "title", "unit__name_zh", "unit__name_en"),
    choices=(
        Choice("state", Text("状态", "state"), tuple(APPLICATION_STATES.items())),
        Choice("round", Text("批次", "round"), rounds_seen, "round__code"),
        Choice("district", Text("推荐区", "district"),
               lambda: [(u.code, u.name) for u in Unit.objects.filter(kind_of="district").order_by("path")],
               "district__code"),
    ),
    empty=Text(
        "还没有申报。申报单位可在开放的批次页面填写，或下载工作簿填好后上传。",
        "No applications yet. Firms apply on the page of an open round, or by its workbook.",
    ),
    file="applications",
    comes_in=("applications", "recommendations"),
)  # fmt: skip


UNLISTED = ("fields", "wanted", "came", "reason", "district_words")
"""What no column of the list shows, and what takes long to read."""


@page(READ)
def applications(request: Request) -> HttpResponse:
    """List the applications that the person sees, of one round where it is named."""
    query = Application.objects.visible_to(request.user).select_related("unit", "district", "round")
    return LIST.answer(request, query.defer(*UNLISTED))


@form(APPLY, of=Round)
def new(request: Request, thing: Round) -> HttpResponse:
    """Begin an application."""
    units = thing.firms(request.user)
    asked = ApplicationForm.of(request, round_=thing, units=units)
    made: list[Application] = []

    def service() -> None:
        chosen = asked.cleaned_data.get("application_unit", units[0].code)
        unit = next(each for each in units if each.code == chosen)
        made.append(applying.new(request.user, thing, unit, asked.said()))

    if asked.done(service):
        tell(request, Text("已保存为草稿，核对后请提交", "Saved as a draft; check it, then hand it in"))
        return redirect(made[0].get_absolute_url())
    title = Text("填写申报", "Apply")
    return asked.page(request, title, back=thing.get_absolute_url(), trail=trail_of(thing, (title, "")), button=SAVE)


@form(APPLY, of=Application)
def edit(request: Request, thing: Application) -> HttpResponse:
    """Change a draft."""
    thing.must_be(DRAFT)
    asked = ApplicationForm.of(request, round_=thing.round, initial=ApplicationForm.initial_of(thing))
    if asked.done(lambda: applying.change(request.user, thing, asked.said(), asked.seen)):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing.get_absolute_url())
    title = Text("修改申报", "Edit the application")
    trail = trail_of(thing.round, (thing.name, thing.get_absolute_url()), (title, ""))
    return asked.page(request, title, back=thing.get_absolute_url(), trail=trail)


def shown_fields(thing: Application) -> list[tuple[Text, Any]]:
    """Give what an application says, column by column: title with the unit, value in words."""
    said = []
    for column in columns_of(thing.round):
        value = thing.fields.get(column.name)
        if isinstance(value, bool) or (column.kind == "flag" and value is not None):
            value = Text("是", "yes") if str(value).lower() == "true" else Text("否", "no")
        elif column.kind == "choice" and column.declared is not None and value in column.declared.choices:
            value = column.declared.choices[value]
        if value is not None:
            unit = column.unit
            title = Text(f"{column.title.zh}（{unit.zh}）", f"{column.title.en} ({unit.en})") if unit else column.title
            said.append((title, value))
    return said


@page(READ, of=Application)
def application(request: Request, thing: Application) -> HttpResponse:
    """Show an application: to its firm with its own reckoning and reason, to offices with reviews and runs too."""
    person = request.user
    round_ = thing.round
    inside = person.may(INSIDE, round_.unit)
    checked = thing.lines.filter(run__purpose="check").order_by("-pk").first()
    firm = acts_on(person, thing, APPLY)
    recommends = thing.state in (SUBMITTED, RECOMMENDED, NOT_RECOMMENDED) and acts_on(person, thing, RECOMMEND)
    titles, wanted = titles_of(round_), thing.wanted or round_.articles
    more: dict[str, Any] = {
        "thing": thing,
        "round": round_,
        "inside": inside,
        "fields": shown_fields(thing),
        "wanted": [titles.get(code, Text(code, code)) for code in wanted],
        "promise": None if thing.promise is None else said_money(thing.promise),
        "support": None if thing.support is None else said_money(thing.support),
        "trace": plain_lines(checked.trace) if checked else [],
        "lines": thing.lines.filter(run__in=Run.objects.visible_to(person))
        .select_related("run__round")
        .order_by("-pk"),
        "reviews": thing.reviews.select_related("expert").order_by("pk")
        if inside and person.may("rounds.keep")
        else [],
        "edits": firm and thing.state == DRAFT,
        "submits": firm and thing.state == DRAFT and round_.takes(),
        "takes_back": firm and thing.state == SUBMITTED and round_.state == "open",
        "leaves": firm and thing.state in LEAVES and round_.state in ("open", "reviewing"),
        "recommends": recommends,
        "next": _next(person, thing) if recommends else None,
        "cited": [clause.version.source for clause in clauses_of(round_).values() if clause.full in wanted],
        "objects": firm and thing.state in (LISTED, NOT_LISTED) and takes_objections(round_),
        "award": getattr(thing, "award", None),
        "trail": trail_of(round_, (thing.name, "")),
        **papers.part(person, thing),
    }
    return render(request, "rounds/application.html", more)


def _next(person: Person, thing: Application) -> Application | None:
    """Give another application of the round that waits for the person's district."""
    waiting = Application.objects.filter(round=thing.round, state=SUBMITTED, district__in=person.turns(RECOMMEND))
    return waiting.exclude(pk=thing.pk).order_by("pk").first()


@act(APPLY, of=Application)
def submit(request: Request, thing: Application) -> HttpResponse:
    """Hand in."""
    applying.submit(request.user, thing, edition_of(request))
    tell(request, Text("已提交", "Handed in"))
    return redirect(thing.get_absolute_url())


@act(APPLY, of=Application)
def take_back(request: Request, thing: Application) -> HttpResponse:
    """Make it a draft again."""
    applying.take_back(request.user, thing, edition_of(request))
    return redirect(thing.get_absolute_url())


@act(APPLY, of=Application)
def withdraw(request: Request, thing: Application) -> HttpResponse:
    """Withdraw for good."""
    applying.withdraw(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已撤回申报", "Withdrawn"))
    return redirect(thing.get_absolute_url())


@form(RECOMMEND, of=Application)
def recommend(request: Request, thing: Application) -> HttpResponse:
    """Say what the district says."""
    if thing.district is None:
        raise PermissionDenied
    thing.must_be(SUBMITTED, RECOMMENDED, NOT_RECOMMENDED)
    initial = {
        "recommended": "no" if thing.recommended is False else "yes",
        "rank": thing.district_rank,
        "promise": in_wan(thing.promise),
        "remark": thing.district_words,
    }
    asked = RecommendForm.of(request, thing, initial=initial)

    def service() -> None:
        given = asked.cleaned_data
        yes = given["recommended"] == "yes"
        promise = in_fen(given["promise"])
        recommending.recommend(request.user, thing, yes, given["remark"], given["rank"], promise, asked.seen)

    if asked.done(service):
        tell(request, Text("已记录区级意见", "Recorded"))
        return redirect(thing.get_absolute_url())
    title = Text("区级推荐意见", "What the district says")
    most = recommending.space(thing.round, thing.region)
    promised = recommending.promised(thing.round, thing.region, thing)
    space = None if most is None else said_money(max(0, most - promised))
    trail = trail_of(thing.round, (thing.name, thing.get_absolute_url()), (title, ""))
    back = thing.get_absolute_url()
    return asked.page(request, title, "rounds/recommend.html", back=back, trail=trail, thing=thing, space=space)
