"""Writing to the audit chain, and proving that nothing in it was touched.

Each entry's hash covers its content and the hash of the entry before it (a linear hash chain, as in Haber and Stornetta
1991, "How to time-stamp a digital document"). `store` is the only way by which the workspace changes a recorded object.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.models import Entry, Head, Recorded

Channel = Literal["web", "api", "cli", "job", "import"]
START = "0" * 64
FIELDS = ("number", "at", "actor", "unit", "channel", "verb", "kind", "code", "before", "after", "reason", "previous")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for which unit, by which way."""

    name: str
    unit: str = ""
    channel: Channel = "web"


def hash_of(entry: Entry) -> str:
    """Give the SHA-256 of an entry's content, in a form that does not depend on the database."""
    said = {name: getattr(entry, name) for name in FIELDS}
    said["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    actor: Actor,
    verb: str,
    kind: str,
    code: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """Add one entry to the chain. Call it in the transaction of the change it records."""
    with transaction.atomic():
        head = Head.objects.select_for_update().get_or_create(pk=1, defaults={"hash": START})[0]
        entry = Entry(
            number=head.number + 1,
            at=timezone.now(),
            actor=actor.name,
            unit=actor.unit,
            channel=actor.channel,
            verb=verb,
            kind=kind,
            code=code,
            before=_plain(before),
            after=_plain(after),
            reason=reason,
            previous=head.hash,
        )
        entry.hash = hash_of(entry)
        entry.save(force_insert=True)
        head.number, head.hash = entry.number, entry.hash
        head.save()
    return entry


def _plain(said: Any) -> Any:
    """Give what every database will give back unchanged: JSON without floats, whose writing databases differ in."""
    if isinstance(said, dict):
        return {str(key): _plain(value) for key, value in said.items()}
    if isinstance(said, (list, tuple)):
        return [_plain(value) for value in said]
    return said if isinstance(said, (str, bool, int, type(None))) else str(said)


def store(actor: Actor, verb: str, thing: Recorded, *, edition: int | None = None, reason: str = "") -> None:
    """Save a recorded object and its entry in one transaction.

    Parameters
    ----------
    actor : Actor
        Who does it.
    verb : str
        What is done, as entries name it, e.g. ``approve``.
    thing : Recorded
        The object as it shall be.
    edition : int, optional
        The edition that the actor saw. Where the object was changed since, nothing is written and ``E-WEB-20`` is raised.
    reason : str
        Why, in the actor's words.
    """
    with transaction.atomic():
        before = None
        if thing.pk is not None:
            stored = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
            seen = thing.edition if edition is None else edition
            if stored.edition != seen:
                raise HaiheError("E-WEB-20", value=thing.code, edition=stored.edition, seen=seen)
            before = stored.snapshot()
            thing.edition = stored.edition + 1
        thing.save()
        record(actor, verb, thing.kind(), thing.code, before, thing.snapshot(), reason)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: number of the entry and what is wrong with it."""

    number: int
    what: str


def verify(since: int = 0) -> Iterator[Break]:
    """Check the chain from its start (or from entry ``since``): numbers without gap, hashes, links, and the head."""
    previous, number = START, since
    if since:
        previous = Entry.objects.get(number=since).hash
    for entry in Entry.objects.filter(number__gt=since).order_by("number").iterator(chunk_size=2000):
        if entry.number != number + 1:
            yield Break(number + 1, "missing")
        if entry.previous != previous:
            yield Break(entry.number, "link")
        if entry.hash != hash_of(entry):
            yield Break(entry.number, "content")
        previous, number = entry.hash, entry.number
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.number, head.hash) != (number, previous):
        yield Break(number + 1, "head")


def history(kind: str, code: str) -> "Iterator[Entry]":
    """Give the entries of one object, oldest first."""
    return Entry.objects.filter(kind=kind, code=code).order_by("number").iterator()


def changes(entry: Entry) -> dict[str, tuple[Any, Any]]:
    """Give what an entry changed: field, before, after."""
    before, after = entry.before or {}, entry.after or {}
    names = [*after, *(name for name in before if name not in after)]
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
