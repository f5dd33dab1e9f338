"""Pages of expert review: who reviews what, the expert's own form, how lenient each expert is."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.jobs.models import Job
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import reviewing, tasks
from haihe.workspace.rounds.actions import INSIDE, KEEP, REVIEW
from haihe.workspace.rounds.application_pages import rounds_seen, shown_fields
from haihe.workspace.rounds.call_pages import trail_of
from haihe.workspace.rounds.forms import DealForm, MarkForm
from haihe.workspace.rounds.models import Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import ASSIGNED, CONFLICT, REVIEW_MARKS, REVIEW_STATES, REVIEWING

REVIEWS = Text("专家评审", "Reviews")
LIST = Listing(
    REVIEWS,
    (
        Column(
            Text("项目", "project"), lambda r: r.application.title, "application__title", lambda r: r.get_absolute_url()
        ),
        Column(Text("申报单位", "firm"), lambda r: r.application.unit.name, "application__unit__name_zh"),
        Column(Text("批次", "round"), lambda r: r.round.name, "round__name_zh"),
        Column(Text("专家", "expert"), lambda r: r.expert.name, "expert__username"),
        Column(Text("状态", "state"), lambda r: r.state_name, "state", mark=lambda r: REVIEW_MARKS[r.state]),
    ),
    search=("code", "application__title", "expert__username", "expert__name_zh"),
    choices=(
        Choice("state", Text("状态", "state"), tuple(REVIEW_STATES.items())),
        Choice("round", Text("批次", "round"), rounds_seen, "round__code"),
    ),
    empty=Text("没有需要您评审的申报。", "No application waits for your review."),
    file="reviews",
    comes_in=Text(
        "评审意见只由专家本人在页面填写，上传件本单位可见",
        "marks are the expert's alone; an upload would be seen in the whole office",
    ),
)


@page(INSIDE)
def reviews(request: Request) -> HttpResponse:
    """List the reviews that the person sees: an expert's own, or those of the rounds that the person runs."""
    query = Review.objects.visible_to(request.user).select_related("application__unit", "round", "expert")
    return LIST.answer(request, query)


@form(KEEP, of=Round)
def deal(request: Request, thing: Round) -> HttpResponse:
    """Ask for the eligible applications to be given to experts in turn."""
    thing.must_be(REVIEWING)
    people = reviewing.experts(request.user, thing)
    asked = DealForm.of(request, people=people)
    made: list[Job] = []

    def service() -> None:
        said = {name: asked.cleaned_data[name] for name in ("experts", "each_to")}
        made.append(tasks.ask(request.user, thing, tasks.DEAL, **said))

    if asked.done(service):
        return redirect("jobs:job", made[0].code)
    title, button = Text("分派专家", "Assign experts"), Text("分派", "Assign")
    back = thing.get_absolute_url()
    return asked.page(request, title, back=back, button=button, trail=trail_of(thing, (title, "")))


@page(INSIDE, of=Review)
def review(request: Request, thing: Review) -> HttpResponse:
    """Show a review: what was applied for, the marks, and the form for the expert."""
    if acts_on(request.user, thing, REVIEW) and thing.state != CONFLICT and thing.round.state == REVIEWING:
        asked = MarkForm(review=thing, initial={"edition": thing.edition})
        return _shown(request, thing, asked)
    return _shown(request, thing, None)


@act(REVIEW, of=Review)
def mark(request: Request, thing: Review) -> HttpResponse:
    """Take an expert's marks."""
    asked = MarkForm(request.POST, review=thing)

    def service() -> None:
        given = asked.cleaned_data
        reviewing.mark(request.user, thing, given, given["review_words"], asked.seen)

    if asked.done(service):
        tell(request, Text("评审意见已保存", "The review is kept"))
        return redirect(thing.get_absolute_url())
    return _shown(request, thing, asked)


def _shown(request: Request, thing: Review, asked: MarkForm | None) -> HttpResponse:
    application = thing.application
    hidden = thing.state == CONFLICT and request.user.pk == thing.expert_id
    more: dict[str, Any] = {
        "thing": thing,
        "application": application,
        "mark": REVIEW_MARKS[thing.state],
        "fields": [] if hidden else shown_fields(application),
        "marks": [
            (Text(each["zh"], each.get("en") or each["zh"]), thing.marks.get(each["key"]), each["full"])
            for each in thing.round.criteria
        ],
        "form": asked,
        "button": Text("保存评审意见", "Keep the review"),
        "action": reverse("rounds:review-mark", args=[thing.code]),
        "reviews": asked is not None,
        "next": _next(request, thing),
        "papers": [] if hidden else list(papers.of(application)),
        "trail": [(REVIEWS, reverse("rounds:reviews")), (application.name, "")],
    }
    return render(request, "rounds/review.html", more, status=422 if asked is not None and asked.errors else 200)


def _next(request: Request, thing: Review) -> Review | None:
    """Give another review of the round that the expert has to do."""
    if request.user.pk != thing.expert_id or thing.round.state != REVIEWING:
        return None
    waiting = Review.objects.filter(round=thing.round, expert=request.user, state=ASSIGNED).exclude(pk=thing.pk)
    return waiting.select_related("application").order_by("pk").first()


@act(REVIEW, of=Review)
def stand_back(request: Request, thing: Review) -> HttpResponse:
    """Declare a conflict of interest."""
    reviewing.stand_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已登记回避", "You stood back; the application is no longer shown to you"))
    return redirect(thing.get_absolute_url())


@page(KEEP, of=Round)
def leniency(request: Request, thing: Round) -> HttpResponse:
    """Show each expert's mean against the others' on the same applications."""
    table = reviewing.leniency(thing)
    rows = [{"who": row["reviewer"], **_numbers(row)} for row in table.to_dict("records")]
    title = Text("评审宽严比较", "How lenient the experts are")
    more = {"thing": thing, "rows": rows, "title": title, "trail": trail_of(thing, (title, ""))}
    return render(request, "rounds/leniency.html", more)


def _numbers(row: dict[Any, Any]) -> dict[str, float | int | None]:
    return {str(name): None if value != value else value for name, value in row.items() if name != "reviewer"}
