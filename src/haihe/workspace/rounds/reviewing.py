"""Expert review: who reviews what, conflicts of interest, marks by the round's criteria, and how lenient each expert is."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import cycle
from typing import Any

import pandas as pd
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.rules.scoring import Criterion, Scores, Scoring, score_reviews
from haihe.workspace.audit.chain import Actor, Channel, record, store
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.rounds.actions import KEEP, REVIEW
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.runs import BATCH
from haihe.workspace.rounds.states import ASSIGNED, CONFLICT, DONE, ELIGIBLE, REVIEWED, REVIEWING
from haihe.workspace.units.models import Person, Unit

FULL = Decimal(100)
OUTLIER = 3.0
"""Robust standard deviations beyond which a review is listed as an outlier."""
FORMULA = Text("评审意见", "reviews")


def conflicted(expert: Person, application: Application) -> bool:
    """Whether an expert may not review an application: their own, or of a post that stands close to it.

    Close stand the district that recommends it and all below: the firm, its park, the district's own offices.
    """
    top = (application.district or application.unit).path
    return application.own_of(expert) or any(post.unit.path.startswith(top) for post in expert.held())


def _where(expert: Person) -> Unit:
    unit = expert.units(REVIEW).order_by("path").first()
    if unit is None:
        raise HaiheError("E-RND-18", value=expert.username, application="—")
    return unit


def experts(person: Person, round_: Round) -> "list[Person]":
    """Give the people who may review for a round: those with the role in a unit below the city of the round's office."""
    top = round_.unit.above().first() or round_.unit
    units = Unit.objects.filter(path__startswith=top.path)
    del person
    found = Person.objects.filter(is_active=True, posts__active=True, posts__role="reviewer", posts__unit__in=units)
    return list(found.distinct().order_by("username"))


@transaction.atomic
def assign(
    person: Person, round_: Round, expert: Person, applications: Iterable[Application], channel: Channel = "web"
) -> list[Review]:
    """Give applications to an expert; those that the expert has already stay as they are.

    ``E-RND-18`` where the expert may not review one of them: a post in the firm, or in the district that recommends it.
    """
    round_.must_be(REVIEWING)
    given = [each for each in applications if each.round_id == round_.pk]
    for each in given:
        if conflicted(expert, each):
            raise HaiheError("E-RND-18", value=expert.username, application=each.code)
    there = set(Review.objects.filter(round=round_, expert=expert).values_list("application_id", flat=True))
    return _given(person, round_, [(each, expert) for each in given if each.pk not in there], channel)


def deal(
    person: Person,
    round_: Round,
    chosen: Sequence[Person],
    each_to: int,
    channel: Channel = "web",
    work: Work | None = None,
) -> list[Review]:
    """Give every eligible application to some experts in turn, so that all have about as many; conflicts are passed over.

    Who stood back is not counted and not asked again, so that dealing once more finds a replacement.

    Raises
    ------
    HaiheError
        ``E-RND-22`` where an application finds too few experts without a conflict; ``E-RND-21`` where somebody else gave
        applications to experts meanwhile, or an application came or went.
    """
    round_.must_be(REVIEWING)
    there: dict[int, set[int]] = {}
    back: dict[int, set[int]] = {}
    given = list(Review.objects.filter(round=round_).values_list("application_id", "expert_id", "state"))
    for application, expert, state in given:
        (back if state == CONFLICT else there).setdefault(application, set()).add(expert)
    turn = cycle(chosen)
    pairs = []
    waiting = list(_reviewed_in(round_).select_related("unit", "district").order_by("code"))
    for at, each in enumerate(waiting):
        if work is not None and at % BATCH == 0:
            work.check()
            work.share(at / len(waiting) / 2)
        had, gone = there.get(each.pk, set()), back.get(each.pk, set())
        for _ in range(len(chosen)):
            if len(had) >= each_to:
                break
            expert = next(turn)
            if expert.pk not in had | gone and not conflicted(expert, each):
                had.add(expert.pk)
                pairs.append((each, expert))
        if len(had) < each_to:
            raise HaiheError("E-RND-22", value=each.title, wanted=each_to)
    if work is not None:
        work.say(Text("保存分派", "keeping the assignment"))
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
        locked.must_be(REVIEWING)
        same = Review.objects.filter(round=locked).count() == len(given)
        if not same or set(_reviewed_in(locked).values_list("pk", flat=True)) != {each.pk for each in waiting}:
            raise HaiheError("E-RND-21", value=locked.code)
        return _given(person, locked, pairs, channel)


def _reviewed_in(round_: Round) -> "QuerySet[Application]":
    found: QuerySet[Application] = Application.objects.filter(round=round_, state__in=(ELIGIBLE, REVIEWED))
    return found


def _given(person: Person, round_: Round, pairs: list[tuple[Application, Person]], channel: Channel) -> list[Review]:
    """Store reviews, with one entry for all of them on the round."""
    units = {pk: _where(expert) for pk, expert in {expert.pk: expert for _, expert in pairs}.items()}
    made = Review.objects.bulk_create(
        [
            Review(
                code=f"{each.code}-{expert.username}",
                unit=units[expert.pk],
                round=round_,
                application=each,
                expert=expert,
                created_by=person.username,
            )
            for each, expert in pairs
        ],
        BATCH,
    )
    after = {"reviews": len(made), "experts": sorted({expert.username for _, expert in pairs})}
    if made:
        record(person.actor(KEEP, channel), "assign-experts", round_.kind(), round_.code, after=after)
    return made


@transaction.atomic
def stand_back(
    person: Person, review: Review, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Declare a conflict of interest: the expert no longer sees the application; ``E-WEB-26`` without a reason."""
    _open(review, ASSIGNED, DONE)
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=review.code)
    review.state, review.conflict, review.marks = CONFLICT, reason.strip(), {}
    store(person.actor(REVIEW, channel), "stand-back", review, edition=edition, reason=reason.strip())
    _all_in(review, channel)


@transaction.atomic
def mark(
    person: Person,
    review: Review,
    marks: Mapping[str, Any],
    words: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Give the marks of an expert; given again until the round is ranked.

    ``E-RND-18`` where a conflict arose after the assignment, ``E-RND-19`` for a mark that is missing or out of range.
    """
    _open(review, ASSIGNED, DONE)
    if conflicted(person, review.application):
        raise HaiheError("E-RND-18", value=person.username, application=review.application.code)
    review.marks = {each["key"]: _mark(marks.get(each["key"]), each) for each in review.round.criteria}
    review.words, review.state, review.done_at = words.strip(), DONE, timezone.now()
    store(person.actor(REVIEW, channel), "mark", review, edition=edition)
    _all_in(review, channel)


def _all_in(review: Review, channel: Channel) -> None:
    """Call an application reviewed once nobody's review is waited for and one at least is done."""
    application = Application.objects.get(pk=review.application_id)
    states = set(application.reviews.values_list("state", flat=True))
    if ASSIGNED not in states and DONE in states and application.state == ELIGIBLE:
        application.state = REVIEWED
        # the entry stands in the applicant's own history: it names no expert
        store(Actor("", review.round.unit.code, channel), "reviewed", application)


def _open(review: Review, *states: str) -> None:
    review.round.must_be(REVIEWING)
    if review.state not in states:
        raise HaiheError("E-RND-23", value=review.code)


def _mark(said: Any, criterion: Mapping[str, Any]) -> str:
    try:
        value = Decimal(str(said).strip())
        if 0 <= value <= Decimal(criterion["full"]) and value == round(value, 2):
            return format(value, "f")
    except InvalidOperation:
        pass
    raise HaiheError("E-RND-19", column=criterion["key"], value=str(said)[:20], full=criterion["full"])


def scoring_of(round_: Round) -> Scoring:
    """Give how marks become scores in a round."""
    criteria = [
        Criterion(
            each["key"], Text(each["zh"], each.get("en") or each["zh"]), Decimal(each["weight"]), Decimal(each["full"])
        )
        for each in round_.criteria
    ]
    combine: Any = round_.combine
    return Scoring(criteria, combine, "drop_review", round_.least_reviews, OUTLIER, FULL)


def scores_of(round_: Round) -> Scores | None:
    """Give the scores from the reviews that are done, by the library; ``None`` where none is."""
    done = Review.objects.filter(round=round_, state=DONE).values_list("application__code", "expert__username", "marks")
    rows = [
        (application, expert, key, float(Decimal(mark)))
        for application, expert, marks in done
        for key, mark in marks.items()
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["application", "reviewer", "criterion", "score"])
    return score_reviews(frame, scoring_of(round_), FORMULA, "illustrative" if round_.illustrative else "official")


def leniency(round_: Round) -> pd.DataFrame:
    """Compare each expert with the others on the same applications.

    Returns
    -------
    DataFrame
        By expert: ``reviewer``, ``reviews``, ``shared`` (reviews of applications that somebody else reviewed too), ``mean`` (of
        the expert's marks on those), ``others`` (mean, over the same applications, of the means of the other experts),
        ``difference`` (points), ``leniency`` and ``error`` (of the additive model). Missing where nothing can be compared.
    """
    scores = scores_of(round_)
    names = ["reviewer", "reviews", "shared", "mean", "others", "difference", "leniency", "error"]
    if scores is None:
        return pd.DataFrame(columns=names)
    marks = scores.reviews.dropna(subset="mark")
    groups = marks.groupby("application")["mark"]
    count, total = groups.transform("count"), groups.transform("sum")
    others = ((total - marks["mark"]) / (count - 1)).where(count > 1)
    laid = marks.assign(others=others, own=marks["mark"].where(count > 1))
    table = laid.groupby("reviewer").agg(
        reviews=("mark", "count"), shared=("own", "count"), mean=("own", "mean"), others=("others", "mean")
    )
    table["difference"] = table["mean"] - table["others"]
    fitted = scores.leniency.reviewers.set_index("reviewer")[["leniency", "error"]]
    return table.join(fitted).reset_index()[names]
