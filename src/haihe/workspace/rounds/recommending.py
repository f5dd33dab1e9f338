"""What a district says of an application: recommended or not, its place, its words, and the matching that it promises."""

from collections import Counter

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.rules.money import said_money
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.rounds.actions import RECOMMEND
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.rules import abilities
from haihe.workspace.rounds.states import NOT_RECOMMENDED, OPEN, RECOMMENDED, REVIEWING, SUBMITTED, WITHDRAWN
from haihe.workspace.units.models import Person, Unit


def promised(round_: Round, region: str, but: Application | None = None) -> int:
    """Give what a district has promised in a round, in fen, without one application."""
    there = Application.objects.filter(round=round_, region=region, recommended=True).exclude(state=WITHDRAWN)
    there = there.exclude(pk=but.pk) if but is not None else there
    return int(there.aggregate(total=Sum("promise"))["total"] or 0)


def space(round_: Round, region: str) -> int | None:
    """Give what a district can match in a round, in fen; ``None`` where the figures do not say."""
    figures = abilities(round_)
    return None if figures is None else figures.get(region)


@transaction.atomic
def recommend(
    person: Person,
    application: Application,
    recommended: bool,
    words: str,
    rank: int | None = None,
    promise: int | None = None,
    edition: int | None = None,
    channel: Channel = "web",
    alone: bool = True,
) -> None:
    """Say what the district says; said again until the office checks the applications.

    Parameters
    ----------
    person : Person
    application : Application
    recommended : bool
    words : str
        Why; needed where it is not recommended.
    rank : int, optional
        Place among the district's own applications.
    promise : int, optional
        District money promised, in fen.
    alone : bool
        Whether it is said of this application alone; otherwise places and promises are compared by `agree` afterwards.

    Raises
    ------
    HaiheError
        ``E-WEB-22`` it is the person's own case, ``E-RND-14`` no words for what is not recommended, ``E-RND-15`` promises
        beyond what the district can match, ``E-RND-16`` a place that another application of the district has.
    """
    application.must_be(SUBMITTED, RECOMMENDED, NOT_RECOMMENDED)
    if application.own_of(person):
        raise HaiheError("E-WEB-22", value=application.code)
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=application.round_id)
    round_.must_be(OPEN, REVIEWING)
    if not recommended and not words.strip():
        raise HaiheError("E-RND-14", column="remark", value=application.code)
    if recommended and promise is not None and alone:
        _within(round_, application, promise)
    same = Application.objects.filter(round=round_, district=application.district, district_rank=rank, recommended=True)
    if recommended and rank is not None and alone and same.exclude(pk=application.pk).exists():
        raise HaiheError("E-RND-16", column="rank", value=rank)
    application.recommended = recommended
    application.district_rank = rank if recommended else None
    application.promise = promise if recommended else None
    application.district_words = words.strip()
    application.recommended_by, application.recommended_at = person.username, timezone.now()
    application.state = RECOMMENDED if recommended else NOT_RECOMMENDED
    store(person.actor(RECOMMEND, channel), "recommend", application, edition=edition)


@transaction.atomic
def unsay(person: Person, application: Application, edition: int | None = None, channel: Channel = "web") -> None:
    """Take back what the district said, until the office checks the applications."""
    application.must_be(SUBMITTED, RECOMMENDED, NOT_RECOMMENDED)
    Round.objects.select_for_update(of=("self",)).get(pk=application.round_id).must_be(OPEN, REVIEWING)
    application.recommended = application.district_rank = application.promise = None
    application.district_words, application.recommended_by, application.recommended_at = "", "", None
    application.state = SUBMITTED
    store(person.actor(RECOMMEND, channel), "unsay", application, edition=edition)


def agree(round_: Round, district: Unit) -> None:
    """Raise ``E-RND-16`` for a place that two applications have, ``E-RND-15`` for promises beyond what can be matched."""
    there = Application.objects.filter(round=round_, district=district, recommended=True).exclude(state=WITHDRAWN)
    ranks = Counter(there.exclude(district_rank=None).values_list("district_rank", flat=True))
    for rank, times in sorted(ranks.items()):
        if times > 1:
            raise HaiheError("E-RND-16", column="rank", value=rank)
    most, total = space(round_, district.region), promised(round_, district.region)
    if most is not None and total > most:
        raise HaiheError("E-RND-15", column="promise", value=said_money(total), left=said_money(most))


def _within(round_: Round, application: Application, promise: int) -> None:
    most = space(round_, application.region)
    others = promised(round_, application.region, application)
    if promise < 0 or (most is not None and others + promise > most):
        said = said_money(promise) if promise >= 0 else str(promise)
        left = said_money(max(0, (most or 0) - others))
        raise HaiheError("E-RND-15", column="promise", value=said, left=left)
