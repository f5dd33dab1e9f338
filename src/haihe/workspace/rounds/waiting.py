"""What waits for a person in the room: to hand in, to recommend, to review, to rank, to answer, to award."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.frame.register import Waiting, asked_of
from haihe.workspace.rounds.actions import ANSWER, APPLY, AWARD, RANK, RECOMMEND, REVIEW
from haihe.workspace.rounds.models import Application, Objection, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import ASSIGNED, DRAFT, LISTED, OPEN, RANKED, REVIEWING, SUBMITTED
from haihe.workspace.units.models import Person

HAND_IN = Text("提交申报“{t}”", "Hand in “{t}”")
RECOMMEND_ALL = Text("推荐 {n} 份申报：{t}", "Recommend {n} applications: {t}")
REVIEW_ALL = Text("评审 {n} 份申报：{t}", "Review {n} applications: {t}")
GO_ON = {
    REVIEWING: Text("审核、评审并排序：{t}", "Check, have reviewed and rank: {t}"),
    RANKED: Text("公示名单：{t}", "Publish the list: {t}"),
}
DECIDE = Text("决定立项：{t}", "Award: {t}")
ANSWER_ALL = Text("答复异议：{t}", "Answer an objection: {t}")


def end_of(day: date) -> datetime:
    """Give the last minute of a day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


@asked_of(APPLY)
def firms(person: Person) -> Iterator[Waiting]:
    """Give the drafts that a firm can still hand in."""
    drafts = Application.objects.filter(unit__in=person.units(APPLY), state=DRAFT, round__state=OPEN)
    for each in drafts.select_related("round", "unit")[:50]:
        if each.round.takes():
            due = end_of(each.round.closes)
            yield Waiting(HAND_IN.format(t=each.title), each.get_absolute_url(), each.created, due, each.unit.name)


@asked_of(RECOMMEND)
def districts(person: Person) -> Iterator[Waiting]:
    """Give the rounds in which applications wait for a district."""
    counted = Q(applications__district__in=person.turns(RECOMMEND), applications__state=SUBMITTED)
    there = Round.objects.filter(state__in=(OPEN, REVIEWING)).annotate(
        n=Count("applications", filter=counted), since=Min("applications__submitted_at", filter=counted)
    )
    for each in there.filter(n__gt=0).select_related("unit"):
        address = f"{reverse('rounds:applications')}?round={each.code}&state={SUBMITTED}"
        yield Waiting(RECOMMEND_ALL.format(n=each.n, t=each.name), address, each.since, None, each.unit.name)


@asked_of(REVIEW)
def experts(person: Person) -> Iterator[Waiting]:
    """Give the rounds in which an expert has reviews to do."""
    mine = Review.objects.filter(expert=person, state=ASSIGNED, round__state=REVIEWING)
    for row in (
        mine.order_by()
        .values("round__code", "round__name_zh", "round__name_en")
        .annotate(n=Count("pk"), since=Min("created"))
    ):
        name = Text(row["round__name_zh"], row["round__name_en"] or row["round__name_zh"])
        address = f"{reverse('rounds:reviews')}?round={row['round__code']}&state={ASSIGNED}"
        yield Waiting(REVIEW_ALL.format(n=row["n"], t=name), address, row["since"])


@asked_of(RANK, AWARD, ANSWER)
def offices(person: Person) -> Iterator[Waiting]:
    """Give the rounds that wait for the office that runs them, or for who awards."""
    for each in Round.objects.filter(unit__in=person.units(RANK), state__in=tuple(GO_ON)).select_related("unit"):
        yield Waiting(GO_ON[each.state].format(t=each.name), each.get_absolute_url(), None, None, each.unit.name)
    listed = Round.objects.filter(state=LISTED, objections_until__lt=timezone.localdate()).select_related(
        "unit", "ranking"
    )
    for each in listed.filter(unit__in=person.units(AWARD)):
        if each.ranking and each.ranking.created_by != person.username:
            yield Waiting(DECIDE.format(t=each.name), each.get_absolute_url(), None, None, each.unit.name)
    objections = Objection.objects.filter(round__unit__in=person.units(ANSWER), effect="", round__state=LISTED)
    for each in objections.select_related("round", "unit")[:50]:
        due = end_of(each.round.objections_until) if each.round.objections_until else None
        yield Waiting(ANSWER_ALL.format(t=each.round.name), each.get_absolute_url(), each.created, due, each.unit.name)
