"""How members agree: put to all, looked over and consented to in each by two people, frozen once the last has consented."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.neighbours.actions import CONSENT, KEEP, PROPOSE, REFUSE, RENEW
from haihe.workspace.neighbours.agreed_models import AGREED, PROPOSED, REFUSED, Agreed, Consent
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person, Unit

T = TypeVar("T", bound=Agreed)


def members() -> "list[Unit]":
    """Give the members: every office without one above it."""
    return list(Unit.objects.filter(parent=None).exclude(kind_of="firm").order_by("path"))


def code_of(begins: str) -> str:
    """Give a new code."""
    return f"{begins}{timezone.localdate():%Y%m%d}-{secrets.token_hex(3)}"


def may_begin(person: Person, unit: Unit, others: "list[Unit]", action: str = KEEP) -> None:
    """Raise ``E-NBR-01`` where a unit is no member or the person may not act for it, ``E-NBR-02`` without another member."""
    if unit.parent_id is not None or not person.may(action, unit):
        raise HaiheError("E-NBR-01", column="unit", value=unit.name)
    for each in others:
        if each.parent_id is not None:
            raise HaiheError("E-NBR-01", column="members", value=each.name)
    if not [each for each in others if each.pk != unit.pk]:
        raise HaiheError("E-NBR-02", column="members", value=unit.name)


def begin(person: Person, thing: Agreed, others: "list[Unit]", channel: Channel = "web", action: str = KEEP) -> None:
    """Store a new thing with the members that it concerns."""
    may_begin(person, thing.unit, others, action)
    thing.created_by = person.username
    with transaction.atomic():
        store(person.actor(action, channel, thing.unit), "create", thing)
        thing.members.set([each for each in others if each.pk != thing.unit_id])


def set_members(thing: Agreed, others: "list[Unit]") -> None:
    """Let a draft concern other members; ``E-NBR-02`` without one. Its entry is that of the change around it."""
    chosen = [each for each in others if each.pk != thing.unit_id]
    if not chosen:
        raise HaiheError("E-NBR-02", column="members", value=thing.unit.name)
    thing.members.set(chosen)


def locked(thing: T) -> T:
    """Read a thing under a lock: of two people at once, one goes first and the other sees it."""
    found: T = type(thing)._default_manager.select_for_update(of=("self",)).select_related("unit").get(pk=thing.pk)
    return found


def propose(person: Person, thing: Agreed, edition: int | None = None, channel: Channel = "web") -> None:
    """Put a draft to every member; the proposer has looked it over for the own member.

    Raises
    ------
    HaiheError
        ``E-WEB-21`` where it is no draft, ``E-NBR-03`` where there is nothing to consent to, ``E-NBR-02`` without others.
    """
    with transaction.atomic():
        there = locked(thing)
        there.must_be(DRAFT)
        if not there.members.exists():
            raise HaiheError("E-NBR-02", value=there.unit.name)
        if not there.whole():
            raise HaiheError("E-NBR-03", value=there.name)
        thing.state, thing.turn, thing.returned = PROPOSED, there.turn + 1, ""
        thing.proposed_by, thing.proposed_at = person.username, timezone.now()
        thing.sha256 = thing.hashed()
        store(person.actor(PROPOSE, channel), "propose", thing, edition=edition)
        for unit in thing.concerned():
            own = unit.pk == thing.unit_id
            asked = Consent(
                code=f"{thing.code}-{thing.turn}-{unit.code}",
                unit=unit,
                name_zh=thing.name_zh,
                name_en=thing.name_en,
                about_kind=thing.kind(),
                about=thing.code,
                turn=thing.turn,
                sha256=thing.sha256,
                state=SUBMITTED if own else DRAFT,
                submitted_by=person.username if own else "",
                submitted_at=timezone.now() if own else None,
            )
            store(person.actor(PROPOSE, channel, thing.unit), "ask", asked)


def withdraw(person: Person, thing: Agreed, edition: int | None = None, channel: Channel = "web") -> None:
    """Take back what not all have consented to; it is a draft again."""
    with transaction.atomic():
        locked(thing).must_be(PROPOSED)
        thing.state = DRAFT
        store(person.actor(PROPOSE, channel), "cancel", thing, edition=edition)


def support(person: Person, consent: Consent, edition: int | None = None, channel: Channel = "web") -> None:
    """Say for a member that it was looked over, so that somebody else there may consent."""
    with transaction.atomic():
        _asked(consent)
        consent.submit(person, edition, channel)


def give(person: Person, consent: Consent, edition: int | None = None, channel: Channel = "web") -> None:
    """Consent for a member; with the last consent the thing is agreed and frozen.

    Raises
    ------
    HaiheError
        ``E-NBR-05`` where it is not asked for any more, ``E-WEB-21`` before somebody looked it over, ``E-WEB-22`` for who
        did so or who entered something of it, ``E-NBR-06`` where the thing is not what was put to the members.
    """
    with transaction.atomic():
        thing = _asked(consent)
        if thing.hashed() != consent.sha256:
            raise HaiheError("E-NBR-06", value=thing.name)
        consent.approve(person, edition, channel)
        if not Consent.objects.filter(**_of(thing)).exclude(state=APPROVED).exists():
            thing.state, thing.agreed_at = AGREED, timezone.now()
            store(person.actor(CONSENT, channel, consent.unit), "freeze", thing)
            for follow in AFTER:
                follow(person, thing, channel)


AFTER: list[Callable[[Person, Agreed, Channel], None]] = []
"""What follows in the same transaction once something is agreed."""


def refuse(person: Person, consent: Consent, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Refuse for a member, with a reason: the thing is a draft again, and has to be put to all anew."""
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=consent.code)
    with transaction.atomic():
        thing = _asked(consent)
        if consent.state == APPROVED:
            raise HaiheError("E-WEB-21", value=consent.code, state=consent.state_name)
        consent.refused, consent.returned = True, reason.strip()
        store(person.actor(REFUSE, channel), "decline", consent, edition=edition, reason=reason.strip())
        thing.state, thing.returned = DRAFT, reason.strip()
        store(person.actor(REFUSE, channel, consent.unit), "return", thing, reason=reason.strip())


def may_renew(person: Person, thing: Agreed) -> Unit:
    """Give the member for which a person begins the next version.

    Raises
    ------
    HaiheError
        ``E-WEB-21`` where it is not agreed, ``E-NBR-08`` where a later version is there.
    """
    thing.must_be(AGREED)
    every: Any = type(thing)._default_manager
    later: Agreed | None = every.filter(supersedes=thing).first()
    if later is not None:
        raise HaiheError("E-NBR-08", value=thing.name, state=later.state_name, number=later.number)
    return next(unit for unit in thing.concerned() if person.may(RENEW, unit))


def next_of(person: Person, thing: T, fresh: T, unit: Unit, channel: Channel = "web") -> T:
    """Store a copy as the next version, prepared by a member; its rows are copied by whoever calls it."""
    for name in ("name_zh", "name_en", "note", "quality"):
        setattr(fresh, name, getattr(thing, name))
    fresh.unit, fresh.number, fresh.supersedes = unit, thing.number + 1, thing
    begin(person, fresh, thing.concerned(), channel, RENEW)
    return fresh


def consents_of(thing: Agreed) -> list[Consent]:
    """Give the consents of the time at which it was last put to the members."""
    return list(Consent.objects.filter(**_of(thing)).select_related("unit").order_by("unit__path"))


def waits_for(thing: Agreed) -> list[Text]:
    """Name the members that have not consented."""
    if thing.state != PROPOSED:
        return []
    return [each.unit.name for each in consents_of(thing) if each.state != APPROVED]


def _of(thing: Agreed) -> dict[str, Any]:
    return {"about_kind": thing.kind(), "about": thing.code, "turn": thing.turn}


def _asked(consent: Consent) -> Agreed:
    """Give the thing under a lock; ``E-NBR-05`` where this consent is not asked for any more."""
    thing = locked(consent.thing)
    if consent.refused or thing.state != PROPOSED or thing.turn != consent.turn:
        state = REFUSED if consent.refused else thing.state_name
        raise HaiheError("E-NBR-05", value=thing.name, state=state)
    stored = Consent.objects.values_list("edition", flat=True).get(pk=consent.pk)
    if stored != consent.edition:
        raise HaiheError("E-WEB-20", value=consent.code, edition=stored, seen=consent.edition)
    return thing
