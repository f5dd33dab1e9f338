"""Duties: assigned to an owner, changed, closed, dropped, opened again; notes of those who help."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties import lights
from haihe.workspace.duties.actions import ASSIGN, NOTE
from haihe.workspace.duties.documents import free, may_in
from haihe.workspace.duties.models import Duty, Note, PlanDocument, Target
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Owned, Person, Unit


def issuers(person: Person) -> "QuerySet[Unit]":
    """Give the units in whose name a person may assign duties."""
    found: QuerySet[Unit] = person.units(ASSIGN).exclude(kind_of="firm")
    return found


def owners(issuer: Unit) -> "QuerySet[Unit]":
    """Give the units to which an issuer may assign duties: all offices of the same tree."""
    top = issuer.path.split("/")[0]
    return Unit.objects.filter(path__startswith=f"{top}/").exclude(kind_of="firm")


def assign(
    person: Person,
    issuer: Unit,
    owner: Unit,
    *,
    name_zh: str,
    name_en: str = "",
    code: str = "",
    helpers: Iterable[Unit] = (),
    due: date | None = None,
    evidence: str = "",
    every: str = "",
    document: PlanDocument | None = None,
    parent: Duty | None = None,
    target: Target | None = None,
    about: Owned | None = None,
    channel: Channel = "web",
    **more: Any,
) -> Duty:
    """Assign a duty to a unit.

    Parameters
    ----------
    person : Person
        Who assigns it.
    issuer, owner : Unit
        In whose name, and who shall do it.
    code : str
        Given by the workspace where it is empty.
    helpers : iterable of Unit
        Who helps: they see the duty and add notes.
    every : {"", "month", "quarter"}
        How often it is reported on.
    about : Owned, optional
        What it comes from, such as a problem or a decision.
    **more
        ``source``, ``quality``, ``confirmed``, ``note``.

    Raises
    ------
    HaiheError
        ``E-DUT-08`` where the person may not assign for the issuer, or the owner is not in its tree; ``E-DUT-09`` for a
        code that is taken.
    """
    may_in(person, ASSIGN, issuer)
    _among_owners(issuer, owner)
    duty = Duty(
        code=free(code, Duty) if code else f"D{timezone.localdate():%Y%m%d}-{secrets.token_hex(4)}",
        unit=owner,
        issuer=issuer,
        name_zh=name_zh,
        name_en=name_en,
        due=due,
        evidence=evidence,
        every=every,
        document=document,
        parent=parent,
        target=target,
        about_kind=about.kind() if about is not None else "",
        about=about.code if about is not None else "",
        created_by=person.username,
        **more,
    )
    with transaction.atomic():
        helping = _helping(duty, helpers)
        store(person.actor(ASSIGN, channel), "assign", duty)
        duty.helpers.set(helping)
    return duty


def change(
    person: Person, duty: Duty, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change a duty that is open; ``unit`` gives it to another owner, ``helpers`` to other helpers."""
    duty.must_be_open()
    said = dict(fields)
    helpers = said.pop("helpers", None)
    if "unit" in said and said["unit"] != duty.unit:
        _among_owners(duty.issuer, said["unit"])
    with transaction.atomic():
        for name, value in said.items():
            setattr(duty, name, value)
        helping = None if helpers is None else _helping(duty, helpers)
        store(person.actor(ASSIGN, channel), "edit", duty, edition=edition)
        if helping is not None:
            duty.helpers.set(helping)


def close(person: Person, duty: Duty, reason: str = "", edition: int | None = None, channel: Channel = "web") -> None:
    """Close a duty that is done; ``E-DUT-05`` without a reason where no accepted report says 100 %."""
    duty.must_be_open()
    if not (reason.strip() or whole(duty)):
        raise HaiheError("E-DUT-05", value=duty.code)
    _end(person, duty, lights.DONE, "close", reason, edition, channel)


def drop(person: Person, duty: Duty, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Drop a duty that shall not be done any more, with a reason."""
    duty.must_be_open()
    _end(person, duty, lights.DROPPED, "drop", _said(duty, reason), edition, channel)


def reopen(person: Person, duty: Duty, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Open a closed or dropped duty again, with a reason."""
    if duty.state == lights.OPEN:
        raise HaiheError("E-DUT-01", value=duty.code, state=duty.state_name)
    said = _said(duty, reason)
    duty.state, duty.closed_at, duty.closed_by, duty.outcome = lights.OPEN, None, "", said
    store(person.actor(ASSIGN, channel), "reopen", duty, edition=edition, reason=said)


def note(person: Person, unit: Unit, duty: Duty, words: str, channel: Channel = "web") -> Note:
    """Add a note to a duty in the name of its owner, a helper or its issuer."""
    if unit not in duty.deciders(NOTE) or not person.may(NOTE, unit):
        raise HaiheError("E-DUT-08", column="unit", value=unit.code)
    if not words.strip():
        raise HaiheError("E-DUT-07", column="words", value=duty.code)
    code = f"n{timezone.localdate():%Y%m%d}-{secrets.token_hex(4)}"
    made = Note(code=code, unit=unit, duty=duty, words=words.strip(), created_by=person.username)
    store(person.actor(NOTE, channel), "note", made)
    return made


def duties_of(thing: Owned, person: Person) -> "QuerySet[Duty]":
    """Give the duties that come from a thing and that a person sees."""
    found = Duty.objects.visible_to(person).filter(about_kind=thing.kind(), about=thing.code)
    seen: QuerySet[Duty] = found.select_related("unit", "issuer").prefetch_related("reports")
    return seen


def whole(duty: Duty) -> bool:
    """Whether an accepted report says that it is 100 % done."""
    return duty.reports.filter(share=lights.WHOLE, state=APPROVED, accepted_at__isnull=False).exists()


def _end(person: Person, duty: Duty, state: str, verb: str, reason: str, edition: int | None, channel: Channel) -> None:
    duty.state, duty.closed_at, duty.closed_by = state, timezone.now(), person.username
    duty.outcome = reason.strip()
    store(person.actor(ASSIGN, channel), verb, duty, edition=edition, reason=duty.outcome)


def _said(duty: Duty, reason: str) -> str:
    if not reason.strip():
        raise HaiheError("E-DUT-07", column="reason", value=duty.code)
    return reason.strip()


def _among_owners(issuer: Unit, owner: Unit) -> None:
    if not owners(issuer).filter(pk=owner.pk).exists():
        raise HaiheError("E-DUT-08", column="unit", value=owner.code)


def _helping(duty: Duty, helpers: Iterable[Unit]) -> list[Unit]:
    """Give the helpers, without the owner, and note them on the duty for the record."""
    helping = [unit for unit in helpers if unit.pk != duty.unit_id]
    duty.helping = sorted(unit.code for unit in helping)
    return helping
