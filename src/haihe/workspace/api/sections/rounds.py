"""Rounds of a fund: calls, applications, the published list, objections, awards; firms see their own cases alone."""

from datetime import date, datetime
from decimal import Decimal

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Reason, named
from haihe.workspace.rounds import applying, awarding, calling, publishing, recommending
from haihe.workspace.rounds.actions import APPLY, AWARD, INSIDE, KEEP, RANK, READ, RECOMMEND
from haihe.workspace.rounds.models import Application, Award, Line, Objection, Round, Run

SECTION = Section("rounds", Text("申报批次", "Rounds"))


class RoundOut(BaseModel):
    """A round; money in fen."""

    code: str
    name: Name
    unit: str
    state: str
    day: date
    rules: str
    articles: list[str]
    year: int
    budget: int
    opens: date
    closes: date
    listed_on: date | None
    objections_until: date | None
    edition: int


class ApplicationOut(BaseModel):
    """An application; money in fen. Score, place and reason are told when the list is published."""

    code: str
    round: str
    title: str
    unit: str
    district: str | None
    state: str
    wanted: list[str]
    fields: dict[str, str | bool]
    recommended: bool | None
    promise: int | None
    support: int | None
    score: Decimal | None
    place: int | None
    reason: list[Name]
    submitted_at: datetime | None
    edition: int


class ListedOut(BaseModel):
    """A line of the published list; money in fen."""

    title: str
    unit: Name
    district: str | None
    support: int | None


class RunOut(BaseModel):
    """A check or a ranking: hashes of what went in and came out."""

    code: str
    round: str
    purpose: str
    number: int
    inputs: str
    outputs: str
    version: str
    edition: int


class LineOut(BaseModel):
    """What a run says of one application; money in fen."""

    application: str
    state: str
    article: str
    support: int | None
    city: int | None
    district: int | None
    score: Decimal | None
    place: int | None
    decision: str


class ObjectionOut(BaseModel):
    """An objection and its answer."""

    code: str
    round: str
    unit: str
    application: str
    words: str
    answer: str
    effect: str
    edition: int


class AwardOut(BaseModel):
    """Support that was granted, in fen."""

    code: str
    round: str
    application: str
    unit: str
    support: int
    city: int
    district: int
    decided_at: datetime
    edition: int


class Opinion(BaseModel):
    """What a district says; the promise in fen."""

    recommended: bool
    words: LongWords = ""
    rank: int | None = None
    promise: int | None = None


def round_out(each: Round) -> RoundOut:
    """Give what is said of a round."""
    return RoundOut(
        code=each.code, name=named(each.name), unit=each.unit.code, state=each.state, day=each.day,
        rules=each.rules.sha256, articles=each.articles, year=each.year, budget=each.budget, opens=each.opens,
        closes=each.closes, listed_on=each.listed_on, objections_until=each.objections_until, edition=each.edition,
    )  # fmt: skip


def application_out(each: Application) -> ApplicationOut:
    """Give what is said of an application."""
    return ApplicationOut(
        code=each.code, round=each.round.code, title=each.title, unit=each.unit.code,
        district=each.district.code if each.district else None, state=each.state, wanted=each.wanted,
        fields=each.fields, recommended=each.recommended, promise=each.promise, support=each.support,
        score=each.score, place=each.place, reason=[named(text) for text in each.reasons],
        submitted_at=each.submitted_at, edition=each.edition,
    )  # fmt: skip


def listed_out(each: Application) -> ListedOut:
    """Give what everybody may read of an application on the list."""
    district = each.district.code if each.district else None
    return ListedOut(title=each.title, unit=named(each.unit.name), district=district, support=each.support)


def run_out(each: Run) -> RunOut:
    """Give what is said of a run."""
    names = ("code", "purpose", "number", "inputs", "outputs", "version", "edition")
    return RunOut(round=each.round.code, **{name: getattr(each, name) for name in names})


def line_out(each: Line) -> LineOut:
    """Give what is said of a line."""
    names = ("state", "article", "support", "city", "district", "score", "place", "decision")
    return LineOut(application=each.application.code, **{name: getattr(each, name) for name in names})


def objection_out(each: Objection) -> ObjectionOut:
    """Give what is said of an objection."""
    names = ("code", "words", "answer", "effect", "edition")
    said = {name: getattr(each, name) for name in names}
    return ObjectionOut(round=each.round.code, unit=each.unit.code, application=each.application.code, **said)


def award_out(each: Award) -> AwardOut:
    """Give what is said of an award."""
    return AwardOut(
        code=each.code, round=each.round.code, application=each.application.code, unit=each.unit.code,
        support=each.support, city=each.city, district=each.district_part, decided_at=each.decided_at,
        edition=each.edition,
    )  # fmt: skip


@SECTION.get("/rounds", READ, Text("列出可见的批次", "list the rounds that I see"), Paged[RoundOut])
def rounds(request: Call, asked: Query[Asked]) -> Paged[RoundOut]:
    """List rounds, the newest first."""
    return paged(Round.objects.visible_to(request.user).select_related("unit", "rules"), asked, "-id", round_out)


@SECTION.get("/rounds/{code}", READ, Text("读取一个批次", "read a round"), RoundOut, of=Round)
def fund_round(thing: Round) -> RoundOut:
    """Give a round."""
    return round_out(thing)


@SECTION.get("/rounds/{code}/list", READ, Text("读取公示名单", "read the published list"), Paged[ListedOut], of=Round)
def published_list(thing: Round, asked: Query[Asked]) -> Paged[ListedOut]:
    """List what is published; empty before."""
    return paged(publishing.listed(thing).order_by(), asked, "id", listed_out)


@SECTION.post("/rounds/{code}/open", KEEP, Text("发布批次", "publish a call"), RoundOut, of=Round)
def open_round(request: Call, thing: Round) -> RoundOut:
    """Publish a call."""
    calling.open_(request.user, thing, channel="api")
    return round_out(thing)


@SECTION.post("/rounds/{code}/close", KEEP, Text("截止申报", "end the applications"), RoundOut, of=Round)
def close_round(request: Call, thing: Round) -> RoundOut:
    """End the applications of a round."""
    calling.close(request.user, thing, channel="api")
    return round_out(thing)


@SECTION.post("/rounds/{code}/publish", RANK, Text("公示名单", "publish the list"), RoundOut, of=Round, scope="approve")
def publish_round(request: Call, thing: Round) -> RoundOut:
    """Publish the list of the ranking that stands."""
    publishing.publish(request.user, thing, channel="api")
    return round_out(Round.objects.select_related("unit", "rules").get(pk=thing.pk))


@SECTION.post("/rounds/{code}/award", AWARD, Text("决定立项", "award"), RoundOut, of=Round, scope="approve")
def award_round(request: Call, thing: Round) -> RoundOut:
    """Award what the published list says; who ranked may not."""
    awarding.award(request.user, thing, channel="api")
    return round_out(Round.objects.select_related("unit", "rules").get(pk=thing.pk))


@SECTION.get("/applications", READ, Text("列出可见的申报", "list the applications that I see"), Paged[ApplicationOut])
def applications(request: Call, asked: Query[Asked]) -> Paged[ApplicationOut]:
    """List applications, the newest first."""
    seen = Application.objects.visible_to(request.user).select_related("unit", "district", "round")
    return paged(seen, asked, "-id", application_out)


@SECTION.get("/applications/{code}", READ, Text("读取一份申报", "read an application"), ApplicationOut, of=Application)
def application(thing: Application) -> ApplicationOut:
    """Give an application."""
    return application_out(thing)


@SECTION.post("/applications/{code}/submit", APPLY, Text("提交申报", "hand in"), ApplicationOut, of=Application)
def submit_application(request: Call, thing: Application) -> ApplicationOut:
    """Hand a draft in. Drafts are sent in by an upload to the target ``applications``."""
    applying.submit(request.user, thing, channel="api")
    return application_out(thing)


@SECTION.post("/applications/{code}/withdraw", APPLY, Text("撤回申报", "withdraw"), ApplicationOut, of=Application)
def withdraw_application(request: Call, thing: Application, sent: Reason) -> ApplicationOut:
    """Withdraw an application for good."""
    applying.withdraw(request.user, thing, sent.reason, channel="api")
    return application_out(thing)


@SECTION.post(
    "/applications/{code}/recommend",
    RECOMMEND,
    Text("提出区级意见", "say what the district says"),
    ApplicationOut,
    of=Application,
    scope="approve",
)
def recommend_application(request: Call, thing: Application, sent: Opinion) -> ApplicationOut:
    """Recommend an application or not, with a promise of matching."""
    recommending.recommend(request.user, thing, sent.recommended, sent.words, sent.rank, sent.promise, channel="api")
    return application_out(thing)


@SECTION.get("/runs", INSIDE, Text("列出审核与排序", "list checks and rankings"), Paged[RunOut])
def runs(request: Call, asked: Query[Asked]) -> Paged[RunOut]:
    """List runs, the newest first."""
    return paged(Run.objects.visible_to(request.user).select_related("round"), asked, "-id", run_out)


@SECTION.get("/runs/{code}/lines", INSIDE, Text("读取逐份结果", "read the lines of a run"), Paged[LineOut], of=Run)
def run_lines(thing: Run, asked: Query[Asked]) -> Paged[LineOut]:
    """List what a run says, line by line."""
    return paged(Line.objects.filter(run=thing).select_related("application").order_by(), asked, "id", line_out)


@SECTION.get("/objections", READ, Text("列出可见的异议", "list the objections that I see"), Paged[ObjectionOut])
def objections(request: Call, asked: Query[Asked]) -> Paged[ObjectionOut]:
    """List objections, the newest first."""
    seen = Objection.objects.visible_to(request.user).select_related("round", "unit", "application")
    return paged(seen, asked, "-id", objection_out)


@SECTION.get("/awards", READ, Text("列出可见的立项", "list the awards that I see"), Paged[AwardOut])
def awards(request: Call, asked: Query[Asked]) -> Paged[AwardOut]:
    """List awards, the newest first."""
    seen = Award.objects.visible_to(request.user).select_related("round", "unit", "application")
    return paged(seen, asked, "-id", award_out)


@SECTION.get("/awards/{code}", READ, Text("读取一项立项", "read an award"), AwardOut, of=Award)
def award(thing: Award) -> AwardOut:
    """Give an award."""
    return award_out(thing)
