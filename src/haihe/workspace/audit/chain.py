"""Writing to the audit chain, and proving that nothing in it was touched.

Each entry's hash covers its content and the hash of the entry before it (a linear hash chain, as in Haber and Stornetta
1991, "How to time-stamp a digital document"). `store` is the only way by which the workspace changes a recorded object.
Triggers of the database refuse whatever does not extend the chain by one (the room's second migration).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Literal

from django.db import transaction
from django.db.models import ForeignKey
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import START, Entry, Head, Recorded, take_turn

Channel = Literal["web", "api", "cli", "job", "import"]
FIELDS = ("number", "at", "actor", "unit", "channel", "verb", "kind", "code", "before", "after", "reason", "previous")

BATCH = 2000
WHAT = {
    "missing": Text("缺失", "is missing"),
    "link": Text("与上一条不衔接", "does not follow from the entry before it"),
    "content": Text("内容与其校验值不符", "does not say what its hash covers"),
    "head": Text("与链尾标记不符", "does not end where the head says"),
    "anchor": Text("与此前抄录的校验值不符", "is not what it was when its hash was noted"),
}
"""What a break is called."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for which unit, by which way.

    A ``settled`` unit stands in entries as it is; otherwise the unit of the object that is changed stands there.
    """

    name: str
    unit: str = ""
    channel: Channel = "web"
    settled: bool = False


def content_of(entry: Entry) -> dict[str, Any]:
    """Give what an entry's hash covers, in a form that does not depend on the database."""
    said = {name: getattr(entry, name) for name in FIELDS}
    said["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return said


def hash_of(entry: Entry) -> str:
    """Give the SHA-256 of an entry's content: of its JSON with sorted names, without spaces, in UTF-8."""
    text = json.dumps(content_of(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
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
    entry = _said(actor, verb, kind, code, before, after, reason)
    _extend([entry])
    return entry


def _said(
    actor: Actor,
    verb: str,
    kind: str,
    code: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str,
) -> Entry:
    """Give an entry that has no place in the chain yet."""
    return Entry(
        actor=_clean(actor.name),
        unit=actor.unit,
        channel=actor.channel,
        verb=verb,
        kind=kind,
        code=_clean(code),
        before=_plain(before),
        after=_plain(after),
        reason=_clean(reason),
    )


def _extend(entries: Sequence[Entry]) -> None:
    """Add entries to the chain in their order. The head goes on one by one: the database refuses anything else."""
    with transaction.atomic():
        head = Head.turn()
        for number, entry in enumerate(entries, head.number + 1):
            entry.number, entry.at, entry.previous = number, timezone.now(), head.hash
            head.hash = entry.hash = hash_of(entry)
        Entry.objects.bulk_create(entries, BATCH)
        for entry in entries:
            Head.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)


def _plain(said: Any) -> Any:
    """Give what every database will give back unchanged: JSON without floats, whose writing databases differ in."""
    if isinstance(said, dict):
        return {_clean(str(key)): _plain(value) for key, value in said.items()}
    if isinstance(said, (list, tuple)):
        return [_plain(value) for value in said]
    return said if isinstance(said, (bool, int, type(None))) else _clean(str(said))


def _clean(said: str) -> str:
    """Give text that every database keeps: without NUL, and without halves of characters, which UTF-8 cannot write."""
    return said.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


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
        The edition that the actor saw. Where the object was changed since, or since ``thing`` was read, nothing is written
        and ``E-WEB-20`` is raised.
    reason : str
        Why, in the actor's words.
    """
    with transaction.atomic():
        take_turn()
        stored = None
        if thing.pk is not None:
            stored = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
        _extend([_saved(actor, verb, thing, stored, thing.edition if edition is None else edition, reason)])


def store_all(verb: str, changed: Sequence[tuple[Actor, Recorded]], reason: str = "") -> None:
    """Save many objects of one kind, each with its actor and an entry of its own, in one transaction: `store`, quicker.

    ``E-WEB-20`` where one of them was changed since it was read; then none is saved.
    """
    if not changed:
        return
    with transaction.atomic():
        take_turn()
        there: Any = type(changed[0][1])._default_manager
        stored = there.select_for_update().in_bulk([thing.pk for _, thing in changed if thing.pk is not None])
        old = [None if thing.pk is None else stored[thing.pk] for _, thing in changed]
        _extend(
            [
                _saved(actor, verb, thing, was, thing.edition, reason)
                for (actor, thing), was in zip(changed, old, strict=True)
            ]
        )


def _saved(actor: Actor, verb: str, thing: Recorded, stored: Recorded | None, edition: int, reason: str) -> Entry:
    """Save an object over what is stored, where it is of the edition that was seen; give the entry of it."""
    before = None
    if stored is not None:
        for seen in (thing.edition, edition):
            if stored.edition != seen:
                raise HaiheError("E-WEB-20", value=thing.code, edition=stored.edition, seen=seen)
        _share_related(thing, stored)
        before = stored.snapshot()
        thing.edition = stored.edition + 1
    thing.save()
    if not actor.settled:
        actor = replace(actor, unit=thing.filed_under() or actor.unit)
    return _said(actor, verb, thing.kind(), thing.code, before, thing.snapshot(), reason)


def _share_related(thing: Recorded, stored: Recorded) -> None:
    """Let what is stored name the same related objects, so that a snapshot does not read each of them a second time."""
    for each in stored._meta.concrete_fields:
        key = getattr(stored, each.attname)
        if isinstance(each, ForeignKey) and key is not None and getattr(thing, each.attname) == key:
            each.set_cached_value(stored, getattr(thing, each.name))


def read(actor: Actor, thing: Recorded, fields: Iterable[str], reason: str = "") -> Entry:
    """Record that somebody read personal data: whose, and which fields; the values themselves are not written."""
    return record(actor, "read", thing.kind(), thing.code, after={"fields": sorted(fields)}, reason=reason)


def history(kind: str, code: str) -> "Iterator[Entry]":
    """Give the entries of one object, oldest first."""
    return Entry.objects.filter(kind=kind, code=code).order_by("number").iterator()


def changes(entry: Entry) -> dict[str, tuple[Any, Any]]:
    """Give what an entry changed: field, before, after."""
    before, after = entry.before or {}, entry.after or {}
    names = [*after, *(name for name in before if name not in after)]
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: number of the entry and what is wrong with it (a key of `WHAT`)."""

    number: int
    what: str

    @property
    def words(self) -> Text:
        """The break in words."""
        return Text(f"第 {self.number} 条{WHAT[self.what].zh}", f"entry {self.number} {WHAT[self.what].en}")


@dataclass(frozen=True, slots=True)
class End:
    """The end of the chain: how many entries, and the hash of the last. Noted elsewhere, it anchors all before it."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, said: str) -> "End":
        """Read what was noted, ``number:hash``; ``E-WEB-70`` where it cannot be read."""
        number, _, digest = said.strip().partition(":")
        if (
            not (number.isascii() and number.isdigit())
            or len(digest) != len(START)
            or not set(digest) <= set("0123456789abcdef")
        ):
            raise HaiheError("E-WEB-70", value=said[:100])
        return cls(int(number), digest)


def end() -> End:
    """Give the present end of the chain."""
    head = Head.objects.filter(pk=1).first()
    return End(0, START) if head is None else End(head.number, head.hash)


def verify(since: int = 0, anchors: Mapping[int, str] | None = None) -> Iterator[Break]:
    """Check the chain: numbers without gap, each entry's hash, each link, the head, and hashes noted earlier.

    Any edit, deletion, insertion or exchange of entries is found. Whoever can write past the triggers could still cut the
    tail off together with the head, or compute every later hash anew: only a hash that was noted elsewhere finds that.
    Work may go on meanwhile: what is written while the entries are read is not taken for a break.

    Parameters
    ----------
    since : int
        Number of an entry from which to check; 0 checks everything.
    anchors : mapping of int to str, optional
        Hashes noted earlier by number of entry, e.g. of `end`.
    """
    wanted = {number: digest for number, digest in (anchors or {}).items() if number > since}
    entries = Entry.objects.order_by("number")
    previous, number, first = START, 0, end()
    held = first.number <= since
    if since:
        start = Entry.objects.filter(number=since).first()
        if start is None:
            yield Break(since, "missing")
            return
        previous, number, entries = start.hash, since, entries.filter(number__gt=since)
    for entry in entries.iterator(chunk_size=BATCH):
        if entry.number != number + 1:
            yield Break(number + 1, "missing")
        if entry.previous != previous:
            yield Break(entry.number, "link")
        if entry.hash != hash_of(entry):
            yield Break(entry.number, "content")
        if wanted.pop(entry.number, entry.hash) != entry.hash:
            yield Break(entry.number, "anchor")
        previous, number = entry.hash, entry.number
        held = held or End(number, previous) == first
    last = end()
    if not held or number > last.number or (number == last.number and previous != last.hash):
        yield Break(number, "head")
    for noted, digest in sorted(wanted.items()):
        if (noted, digest) != (0, START):
            yield Break(noted, "anchor")


def lines() -> Iterator[str]:
    """Give the chain as JSON lines: each entry as its hash covers it, with its ``hash``; last the ``head``.

    The form is described in ``docs/reference/audit.md``.
    """
    number, digest = 0, START
    for entry in Entry.objects.order_by("number").iterator(chunk_size=BATCH):
        number, digest = entry.number, entry.hash
        yield json.dumps(content_of(entry) | {"hash": entry.hash}, ensure_ascii=False, separators=(",", ":"))
    yield json.dumps({"head": {"number": number, "hash": digest}}, separators=(",", ":"))
