"""Transfer lists of two members: industries, receiving platforms and projects that go from one to the other."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import KEEP
from haihe.workspace.neighbours.models import TransferItem, TransferList
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Person, Unit

ITEM = ("name_zh", "name_en", "rank", "place", "chain", "step", "due", "contact", "note")
"""Fields of an item beside its sides."""


def new(person: Person, unit: Unit, other: Unit, fields: Mapping[str, Any], channel: Channel = "web") -> TransferList:
    """Begin a list with another member."""
    made = TransferList(code=agreeing.code_of("T"), unit=unit, **fields)
    agreeing.begin(person, made, [other], channel)
    return made


def change(
    person: Person, thing: TransferList, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change a draft's names and note."""
    with transaction.atomic():
        agreeing.locked(thing).must_be(DRAFT)
        for name, value in fields.items():
            setattr(thing, name, value)
        store(person.actor(KEEP, channel), "edit", thing, edition=edition)


def put_item(
    person: Person,
    thing: TransferList,
    item: TransferItem | None,
    code: str,
    said: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> TransferItem:
    """Add an item to a draft or change it; ``E-NBR-09`` for a side that is none of the two, ``E-NBR-10`` where both are one."""
    with transaction.atomic():
        agreeing.locked(thing).must_be(DRAFT)
        each = item or TransferItem(code=code, unit=thing.unit, list=thing, created_by=person.username)
        for name, value in said.items():
            setattr(each, name, value)
        among = {unit.pk for unit in thing.concerned()}
        for name in ("giver", "taker"):
            if getattr(each, name).pk not in among:
                raise HaiheError("E-NBR-09", column=name, value=getattr(each, name).name)
        if each.giver_id == each.taker_id:
            raise HaiheError("E-NBR-10", column="taker", value=each.taker.name)
        store(person.actor(KEEP, channel), "create" if item is None else "edit", each, edition=edition)
    return each


def take_out(person: Person, item: TransferItem, channel: Channel = "web", reason: str = "") -> None:
    """Take an item out of a draft."""
    with transaction.atomic():
        agreeing.locked(item.list).must_be(DRAFT)
        actor = person.actor(KEEP, channel, item.unit)
        record(actor, "delete", item.kind(), item.code, before=item.snapshot(), reason=reason)
        item.delete()


def renew(person: Person, thing: TransferList, channel: Channel = "web") -> TransferList:
    """Begin the next version of an agreed list, with its items, prepared by the person's member."""
    with transaction.atomic():
        unit = agreeing.may_renew(person, agreeing.locked(thing))
        fresh = agreeing.next_of(person, thing, TransferList(code=agreeing.code_of("T")), unit, channel)
        for at, item in enumerate(thing.items.select_related("giver", "taker"), 1):
            said = {name: getattr(item, name) for name in ITEM} | {"giver": item.giver, "taker": item.taker}
            made = TransferItem(code=f"{fresh.code}-{at}", unit=unit, list=fresh, created_by=person.username, **said)
            store(person.actor(KEEP, channel, unit), "create", made)
    return fresh


def item_code(thing: TransferList) -> str:
    """Give a free code for an item of a list."""
    taken = set(thing.items.values_list("code", flat=True))
    return next(code for at in range(1, len(taken) + 2) if (code := f"{thing.code}-{at}") not in taken)
