"""Publicity: the list that everybody who may apply can read, objections to it, and their answers."""

import secrets
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Actor, Channel, store
from haihe.workspace.rounds.actions import ANSWER, OBJECT, RANK
from haihe.workspace.rounds.calling import working_days
from haihe.workspace.rounds.models import Application, Line, Objection, Round
from haihe.workspace.rounds.ranking import FUNDED
from haihe.workspace.rounds.runs import TOLD, tell_all
from haihe.workspace.rounds.states import (
    AWARDED,
    DECIDED,
    LISTED,
    NOT_LISTED,
    OBJECTED,
    RANKED,
    REFUSED,
    REVIEWING,
)
from haihe.workspace.units.models import Person, Unit

EFFECTS = {
    "kept": Text("维持原结果", "the result stands"),
    "struck": Text("从公示名单中剔除", "taken off the list"),
    "again": Text("重新评审排序", "reviewed and ranked again"),
}
SHOWN = (LISTED, OBJECTED, AWARDED)
"""States in which an application stands on the public list."""


@transaction.atomic
def publish(
    person: Person, round_: Round, edition: int | None = None, channel: Channel = "web", today: date | None = None
) -> None:
    """Publish the list of the ranking that stands: from now each applicant is told its own result and why.

    Objections are taken until the end of the round's working days after today.
    """
    round_.must_be(RANKED)
    locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    run = locked.ranking
    if run is None:
        raise HaiheError("E-RND-24", value=locked.code)
    day = today or timezone.localdate()
    locked.state, locked.listed_on = LISTED, day
    locked.objections_until = working_days(day, locked.publicity_days)
    seen = round_.edition if edition is None else edition
    store(person.actor(RANK, channel), "publish", locked, edition=seen)
    lines = Line.objects.filter(run=run)
    if lines.exclude(application__state=RANKED).exists():
        raise HaiheError("E-RND-21", value=locked.code)
    for state, own in ((LISTED, lines.filter(decision=FUNDED)), (NOT_LISTED, lines.exclude(decision=FUNDED))):
        tell_all(Application.objects.filter(pk__in=own.values("application")), state, lines, TOLD)


def listed(round_: Round) -> "QuerySet[Application]":
    """Give the applications on the public list, in the order of the codes of their districts and titles."""
    if round_.state not in (LISTED, DECIDED):
        return Application.objects.none()
    found = Application.objects.filter(round=round_, state__in=SHOWN).select_related("unit", "district")
    return found.order_by("region", "title", "pk")


def takes_objections(round_: Round, today: date | None = None) -> bool:
    """Whether objections may be handed in on a day."""
    until = round_.objections_until
    return round_.state == LISTED and until is not None and (today or timezone.localdate()) <= until


@transaction.atomic
def object_(
    person: Person,
    round_: Round,
    unit: Unit,
    application: Application,
    words: str,
    channel: Channel = "web",
    today: date | None = None,
) -> Objection:
    """Object for a firm to an application on the list, or to the result of the firm's own.

    Raises
    ------
    HaiheError
        ``E-RND-25`` it is not published or its days are over, ``E-RND-26`` not on the list and not the firm's own,
        ``E-RND-27`` no words, ``E-RND-12`` the firm is none of the round's.
    """
    locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    if not takes_objections(locked, today):
        raise HaiheError("E-RND-25", value=locked.code)
    if unit not in locked.firms(person, OBJECT):
        raise HaiheError("E-RND-12", value=locked.code)
    own = application.unit_id == unit.pk
    if application.round_id != locked.pk or not (
        application.state in SHOWN or (own and application.state == NOT_LISTED)
    ):
        raise HaiheError("E-RND-26", value=application.code)
    if not words.strip():
        raise HaiheError("E-RND-27", column="remark", value=application.code)
    objection = Objection(
        code=f"o{timezone.localdate():%Y%m%d}-{secrets.token_hex(4)}",
        unit=unit,
        round=locked,
        application=application,
        words=words.strip(),
        created_by=person.username,
    )
    store(person.actor(OBJECT, channel), "object", objection)
    if application.state == LISTED:
        application.state = OBJECTED
        office = person.actor(OBJECT, channel) if own else _nobody(locked, channel)
        store(office, "objected", application)
    return objection


def _nobody(round_: Round, channel: Channel) -> Actor:
    """Give an actor without a name: an applicant reads the own history, and not who objects."""
    return Actor("", round_.unit.code, channel)


@transaction.atomic
def answer(
    person: Person,
    objection: Objection,
    words: str,
    effect: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Answer an objection: the result stands, the application is taken off the list, or all is ranked again.

    ``E-RND-28`` it is answered already, ``E-RND-27`` no words or no decision, ``E-WEB-22`` the person raised it, or it is
    about their own case.
    """
    locked = Round.objects.select_for_update(of=("self",)).get(pk=objection.round_id)
    locked.must_be(LISTED)
    if objection.effect:
        raise HaiheError("E-RND-28", value=objection.code)
    if person.username == objection.created_by or objection.application.own_of(person):
        raise HaiheError("E-WEB-22", value=objection.code)
    if not words.strip() or effect not in EFFECTS:
        raise HaiheError("E-RND-27", column="remark", value=objection.code)
    objection.answer, objection.effect = words.strip(), effect
    objection.answered_by, objection.answered_at = person.username, timezone.now()
    store(person.actor(ANSWER, channel), "answer", objection, edition=edition)
    application = Application.objects.get(pk=objection.application_id)
    waiting = Objection.objects.filter(application=application, effect="").exists()
    if effect == "struck" and application.state in SHOWN:
        application.state = REFUSED
        application.reason = [Text("公示期间异议成立", "an objection during publicity was upheld").to_dict()]
        store(person.actor(ANSWER, channel), "strike", application, reason=words.strip())
    elif application.state == OBJECTED and not waiting:
        application.state = LISTED
        store(person.actor(ANSWER, channel), "kept", application)
    if effect == "again":
        _again(person, locked, channel)


def _again(person: Person, round_: Round, channel: Channel) -> None:
    """Take a published list back: the applications are ranked again; those struck stay out."""
    round_.state, round_.ranking = REVIEWING, None
    round_.listed_on, round_.objections_until = None, None
    store(person.actor(ANSWER, channel), "again", round_)
    back = Application.objects.filter(round=round_, state__in=(*SHOWN, NOT_LISTED))
    back.update(state=RANKED, score=None, place=None, reason=[], edition=F("edition") + 1)
