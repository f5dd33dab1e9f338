"""The agenda of a meeting: made, proposed by the rooms, ordered, sent to those invited."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.meetings.actions import PREPARE
from haihe.workspace.meetings.models import OTHER, Item, Meeting
from haihe.workspace.problems.agenda import SOURCES, Suggestion
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.codes import checked
from haihe.workspace.units.models import Person, Unit

FIELDS = ("title", "day", "place", "version", "note")
ITEM_FIELDS = ("title_zh", "title_en", "why_zh", "why_en", "presents", "wanted")
OWN = Text("其他事项", "Other business")


def new(
    person: Person,
    unit: Unit,
    fields: Mapping[str, Any],
    invited: Iterable[Unit] = (),
    channel: Channel = "web",
    code: str = "",
    **more: Any,
) -> Meeting:
    """Begin to prepare a meeting of an office; ``E-MTG-06`` for a code of one's own that is taken, ``E-WEB-31`` for none."""
    if not person.may(PREPARE, unit):
        raise PermissionDenied
    if code and Meeting.objects.filter(code=checked(code)).exists():
        raise HaiheError("E-MTG-06", column="code", value=code)
    code = code or f"M{fields['day']:%Y%m%d}-{secrets.token_hex(3)}"
    said = {name: fields[name] for name in FIELDS if name in fields}
    meeting = Meeting(code=code, unit=unit, created_by=person.username, **said, **more)
    units = list(invited)
    meeting.inviting = sorted(each.code for each in units)
    with transaction.atomic():
        store(person.actor(PREPARE, channel), "create", meeting)
        meeting.invited.set(units)
    return meeting


def change(
    person: Person,
    meeting: Meeting,
    fields: Mapping[str, Any],
    invited: Iterable[Unit] | None = None,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change day, place, title, data version or who is invited, until the minutes are handed in."""
    meeting.edit_allowed()
    for name in FIELDS:
        if name in fields:
            setattr(meeting, name, fields[name])
    units = None if invited is None else list(invited)
    if units is not None:
        meeting.inviting = sorted(each.code for each in units)
    with transaction.atomic():
        store(person.actor(PREPARE, channel), "edit", meeting, edition=edition)
        if units is not None:
            meeting.invited.set(units)


def convene(person: Person, meeting: Meeting, edition: int | None = None, channel: Channel = "web") -> None:
    """Send the agenda to those invited; ``E-MTG-02`` while it is empty."""
    meeting.edit_allowed()
    if not items_of(meeting):
        raise HaiheError("E-MTG-02", value=meeting.title)
    meeting.convened = timezone.now()
    store(person.actor(PREPARE, channel), "convene", meeting, edition=edition)


def items_of(meeting: Meeting) -> list[Item]:
    """Give the items that stand on the agenda, in order."""
    return list(meeting.items.filter(struck=False).select_related("meeting", "unit", "presents", "owner"))


def previous(person: Person, meeting: Meeting) -> Meeting | None:
    """Give the office's meeting before this one that the person sees and whose agenda was sent."""
    there: QuerySet[Meeting] = Meeting.objects.visible_to(person).filter(unit=meeting.unit).exclude(pk=meeting.pk)
    before = there.filter(Q(day__lt=meeting.day) | Q(day=meeting.day, pk__lt=meeting.pk))
    return before.exclude(state=DRAFT, convened=None).first()


def last_day(person: Person) -> date | None:
    """Give the day of the last meeting that a person sees and that has been."""
    held = Meeting.objects.visible_to(person).filter(day__lte=timezone.localdate())
    return held.exclude(state=DRAFT, convened=None).aggregate(last=Max("day"))["last"]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a room suggests for an agenda, by source: its name, and what does not stand on the agenda yet."""

    code: str
    name: Text
    suggestions: list[Suggestion]


def offers(person: Person, meeting: Meeting) -> list[Offer]:
    """Give what the rooms suggest, without what stands on the agenda."""
    before = previous(person, meeting)
    there = {(item.about_kind, item.about) for item in items_of(meeting)}
    found = []
    for source in SOURCES:
        suggested = source.find(person, meeting.unit, before.day if before else None)
        fresh = [each for each in suggested if (each.about_kind, each.about) not in there]
        found.append(Offer(source.code, source.name, fresh))
    return found


def take(
    person: Person, meeting: Meeting, wanted: Sequence[str], edition: int | None = None, channel: Channel = "web"
) -> list[Item]:
    """Put suggestions on the agenda, named ``kind:code``; what is not suggested any more is left out."""
    meeting.edit_allowed()
    chosen = [
        each
        for offer in offers(person, meeting)
        for each in offer.suggestions
        if f"{each.about_kind}:{each.about}" in wanted
    ]
    with transaction.atomic():
        store(person.actor(PREPARE, channel), "edit", meeting, edition=edition)
        return [_added(person, meeting, _fields(each), channel, each) for each in chosen]


def _fields(said: Suggestion) -> dict[str, Any]:
    return {
        "title_zh": said.title.zh[:200],
        "title_en": said.title.en[:200],
        "why_zh": said.why.zh[:500],
        "why_en": said.why.en[:500],
        "presents": said.unit,
    }


def add(
    person: Person, meeting: Meeting, fields: Mapping[str, Any], channel: Channel = "web", number: str = ""
) -> Item:
    """Put an item of one's own on the agenda; ``E-MTG-06`` for a number of one's own that is taken."""
    meeting.edit_allowed()
    if number and Item.objects.filter(code=f"{meeting.code}-{checked(number)}").exists():
        raise HaiheError("E-MTG-06", column="item", value=number)
    said = {name: fields[name] for name in ITEM_FIELDS if name in fields}
    with transaction.atomic():
        return _added(person, meeting, said, channel, number=number)


def _added(
    person: Person,
    meeting: Meeting,
    fields: dict[str, Any],
    channel: Channel,
    said: Suggestion | None = None,
    number: str = "",
) -> Item:
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)  # two items never take one place
    last = meeting.items.aggregate(last=Max("place"))["last"] or 0
    item = Item(
        code=f"{meeting.code}-{number or _free(meeting, last + 1)}",
        unit=meeting.unit,
        meeting=meeting,
        place=last + 1,
        kind_of=said.kind[:16] if said else OTHER,
        about_kind=said.about_kind if said else "",
        about=said.about if said else "",
        created_by=person.username,
        **fields,
    )
    store(person.actor(PREPARE, channel), "add", item)
    return item


def _free(meeting: Meeting, number: int) -> int:
    """Give the first number from one on that no item of the meeting has, as workbooks may give numbers of their own."""
    taken = set(meeting.items.values_list("code", flat=True))
    while f"{meeting.code}-{number}" in taken:
        number += 1
    return number


def edit(
    person: Person, item: Item, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change what an item says, who presents it, and the decision wanted."""
    item.must_be_open()
    for name in ITEM_FIELDS:
        if name in fields:
            setattr(item, name, fields[name])
    store(person.actor(PREPARE, channel), "edit", item, edition=edition)


def strike(person: Person, item: Item, edition: int | None = None, channel: Channel = "web") -> None:
    """Take an item off the agenda."""
    item.must_be_open()
    item.struck = True
    store(person.actor(PREPARE, channel), "strike", item, edition=edition)


def put_back(person: Person, item: Item, channel: Channel = "web") -> None:
    """Put an item back that was taken off the agenda."""
    item.meeting.edit_allowed()
    item.struck = False
    store(person.actor(PREPARE, channel), "add", item)


def move(person: Person, item: Item, up: bool, edition: int | None = None, channel: Channel = "web") -> None:
    """Exchange an item with the one before or after it; the first stays first, the last stays last."""
    item.must_be_open()
    there = items_of(item.meeting)
    at = next(place for place, each in enumerate(there) if each.pk == item.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(there):
        return
    other = there[to]
    item.place, other.place = other.place, item.place
    actor = person.actor(PREPARE, channel)
    with transaction.atomic():
        store(actor, "order", item, edition=edition)
        store(actor, "order", other)
