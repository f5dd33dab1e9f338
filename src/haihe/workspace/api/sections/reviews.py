"""The work on a round: checks and rankings, experts and their marks, objections and their answers, the call itself."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.jobs import JobOut, job_address, job_out
from haihe.workspace.api.sections.rounds import SECTION as ROUNDS
from haihe.workspace.api.sections.rounds import (
    ApplicationOut,
    ObjectionOut,
    RoundOut,
    application_out,
    objection_out,
    round_out,
)
from haihe.workspace.api.sections.said import Figure, Line, LongWords, Shown, step
from haihe.workspace.intake.rows_target import one_named, those_named
from haihe.workspace.rounds import applying, calling, publishing, reviewing, rules, tasks
from haihe.workspace.rounds.actions import ANSWER, APPLY, INSIDE, KEEP, OBJECT, RANK, READ, REVIEW
from haihe.workspace.rounds.models import Application, Objection, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import REVIEWING
from haihe.workspace.units.models import Person, Unit

SECTION = ROUNDS
"""Their section: two addresses of calls answer to other methods there."""
MOST_FEN = 10**15
Fen = int


class ReviewOut(BaseModel):
    """What one expert says of one application; marks as decimal text by criterion."""

    code: str
    round: str
    application: str
    expert: str
    state: str
    marks: dict[str, str]
    words: str
    done_at: datetime | None
    edition: int


class DealIn(BaseModel):
    """The experts, by name of sign-in, and how many of them review each application."""

    model_config = ConfigDict(extra="forbid")

    experts: list[Shown] = Field(min_length=1, max_length=200)
    each_to: int = Field(ge=1, le=20)


class MarksIn(BaseModel):
    """An expert's marks by criterion, and words."""

    model_config = ConfigDict(extra="forbid")

    marks: dict[str, Figure] = Field(max_length=50)
    words: LongWords = ""


class ObjectionIn(BaseModel):
    """What a firm objects to: an application on the list, or the result of its own."""

    model_config = ConfigDict(extra="forbid")

    application: Shown
    words: LongWords = Field(min_length=1)


class AnswerIn(BaseModel):
    """An answer and its effect: the result stands, the application is struck off, all is ranked again."""

    model_config = ConfigDict(extra="forbid")

    words: LongWords
    effect: Literal["kept", "struck", "again"]


class CriterionIn(BaseModel):
    """What experts mark."""

    model_config = ConfigDict(extra="forbid")

    key: Line = Field(min_length=1)
    zh: Line = Field(min_length=1)
    en: Line = ""
    weight: Figure
    full: Figure


class TermsOfCallIn(BaseModel):
    """What a call says: the text of its scheme file, its terms, its days; money in fen."""

    model_config = ConfigDict(extra="forbid")

    name_zh: Line = Field(min_length=1)
    name_en: Line = ""
    rules: str = Field(min_length=1, max_length=500_000)
    day: date
    articles: list[Shown] = Field(default_factory=list, max_length=200)
    year: int = Field(ge=1990, le=2100)
    budget: Fen = Field(gt=0, le=MOST_FEN)
    tails: Fen = Field(0, ge=0, le=MOST_FEN)
    opens: date
    closes: date
    publicity_days: int = Field(5, ge=0, le=30)
    criteria: list[CriterionIn] = Field(default_factory=list, max_length=50)
    open_to: list[Shown] = Field(default_factory=list, max_length=200)
    note: LongWords = ""


class CallIn(TermsOfCallIn):
    """A call of an office."""

    unit: Shown


def review_out(each: Review) -> ReviewOut:
    """Give what is said of a review."""
    return ReviewOut(
        code=each.code, round=each.round.code, application=each.application.code, expert=each.expert.username,
        state=each.state, marks=each.marks, words=each.words, done_at=each.done_at, edition=each.edition,
    )  # fmt: skip


@SECTION.post("/rounds", KEEP, Text("建立批次", "prepare a round"), RoundOut, status=201)
def prepare_round(request: Call, sent: CallIn) -> Made:
    """Prepare a round of an office of the caller from its scheme file; all articles in force where none are named."""
    unit = one_named(sent.unit, request.user.units(KEEP), "unit")
    if unit is None:
        raise HaiheError("E-INT-11", column="unit", value=sent.unit)
    made = calling.new(request.user, unit, _terms(sent), channel="api")
    return Made(round_out(made), f"/api/v1/rounds/{made.code}")


@SECTION.post("/rounds/{code}/change", KEEP, Text("修改批次", "change a round"), RoundOut, of=Round)
def change_round(request: Call, thing: Round, sent: TermsOfCallIn) -> RoundOut:
    """Say anew what a call says that was not published."""
    return round_out(calling.change(request.user, thing, _terms(sent), channel="api"))


def _terms(sent: TermsOfCallIn) -> dict[str, Any]:
    """Give what a call says as the service takes it, its scheme file kept."""
    said: dict[str, Any] = sent.model_dump(exclude={"unit", "rules", "open_to"})
    said["rules"] = rules.keep(sent.rules, "api.yaml")
    said["articles"] = sent.articles or list(rules.in_force(rules.book_of(said["rules"]), sent.day))
    said["open_to"] = those_named(";".join(sent.open_to), Unit.objects.all(), "open_to")
    return said


@SECTION.post("/rounds/{code}/check", RANK, Text("审核资格", "check every application"), JobOut, of=Round, status=202)
def check_round(request: Call, thing: Round) -> Made:
    """Ask for the check of every application; Location names the job."""
    return _asked(request.user, thing, tasks.CHECK, REVIEWING)


@SECTION.post("/rounds/{code}/rank", RANK, Text("排序", "rank"), JobOut, of=Round, status=202)
def rank_round(request: Call, thing: Round) -> Made:
    """Ask for the ranking; Location names the job."""
    return _asked(request.user, thing, tasks.DECIDE, REVIEWING, "ranked")


def _asked(person: Person, thing: Round, code: str, *states: str, **more: Any) -> Made:
    thing.must_be(*states)
    job = tasks.ask(person, thing, code, "api", **more)
    return Made(job_out(job, True), job_address(job.code))


@SECTION.get("/reviews", INSIDE, Text("列出可见的评审", "list the reviews that I see"), Paged[ReviewOut])
def reviews(request: Call, asked: Query[Asked]) -> Paged[ReviewOut]:
    """List an expert's own reviews, or those of the rounds that the caller runs."""
    seen = Review.objects.visible_to(request.user).select_related("round", "application", "expert")
    return paged(seen, asked, "-id", review_out)


@SECTION.get("/reviews/{code}", INSIDE, Text("读取一份评审", "read a review"), ReviewOut, of=Review)
def review(thing: Review) -> ReviewOut:
    """Give a review."""
    return review_out(thing)


@SECTION.post("/rounds/{code}/deal", KEEP, Text("分派专家", "assign experts"), JobOut, of=Round, status=202)
def deal_reviews(request: Call, thing: Round, sent: DealIn) -> Made:
    """Ask for the eligible applications to be given to experts in turn; Location names the job."""
    offered = {each.username for each in reviewing.experts(request.user, thing)}
    for name in sent.experts:
        if name not in offered:
            raise HaiheError("E-INT-11", column="experts", value=name)
    return _asked(request.user, thing, tasks.DEAL, REVIEWING, experts=sent.experts, each_to=sent.each_to)


@SECTION.post("/reviews/{code}/mark", REVIEW, Text("提交评审意见", "give marks"), ReviewOut, of=Review)
def mark_review(request: Call, thing: Review, sent: MarksIn) -> ReviewOut:
    """Give the expert's marks; given again until the round is ranked."""
    reviewing.mark(request.user, thing, sent.marks, sent.words, channel="api")
    return review_out(thing)


@SECTION.post(
    "/rounds/{code}/object", OBJECT, Text("提出异议", "object"), ObjectionOut, of=Round, status=201, edition=False
)
def object_to(request: Call, thing: Round, sent: ObjectionIn) -> Made:
    """Object for the caller's firm to an application on the list, or to the result of its own."""
    listed = publishing.listed(thing).filter(code=sent.application).first()
    about = listed or Application.objects.visible_to(request.user).filter(round=thing, code=sent.application).first()
    if about is None:
        raise HaiheError("E-INT-11", column="application", value=sent.application)
    units = thing.firms(request.user, OBJECT)
    unit = next((each for each in units if each.pk == about.unit_id), units[0])
    made = publishing.object_(request.user, thing, unit, about, sent.words, channel="api")
    return Made(objection_out(made), f"/api/v1/objections/{made.code}")


@SECTION.get("/objections/{code}", READ, Text("读取一项异议", "read an objection"), ObjectionOut, of=Objection)
def objection(thing: Objection) -> ObjectionOut:
    """Give an objection with its answer."""
    return objection_out(thing)


@SECTION.post(
    "/objections/{code}/answer", ANSWER, Text("答复异议", "answer an objection"), ObjectionOut, of=Objection,
    scope="approve",
)  # fmt: skip
def answer_objection(request: Call, thing: Objection, sent: AnswerIn) -> ObjectionOut:
    """Answer an objection: the result stands, the application is struck off the list, or all is ranked again."""
    publishing.answer(request.user, thing, sent.words, sent.effect, channel="api")
    return objection_out(thing)


step(SECTION, "take_application_back", "/applications/{code}/take-back", APPLY, Text("取回修改", "take an application back"),
     ApplicationOut, Application, applying.take_back, application_out)  # fmt: skip
step(SECTION, "stand_back", "/reviews/{code}/stand-back", REVIEW, Text("申请回避", "declare a conflict of interest"), ReviewOut,
     Review, reviewing.stand_back, review_out, reason=True)  # fmt: skip
