"""Pages of members: made by the member, seen by all of them; what it shares and takes part in stands on it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import PROPOSE
from haihe.workspace.neighbours.agreed_models import AGREED
from haihe.workspace.neighbours.models import LEVELS, Ledger, Profile
from haihe.workspace.units.models import Person, Unit

CONTACT = ("who", "post", "phone", "mail")


def new(person: Person, unit: Unit, fields: Mapping[str, Any], channel: Channel = "web") -> Profile:
    """Make the page of a member, seen by every member; ``E-NBR-18`` where it has one, ``E-NBR-01`` where it is none."""
    if unit.parent_id is not None or not person.may(PROPOSE, unit):
        raise HaiheError("E-NBR-01", column="unit", value=unit.name)
    with transaction.atomic():
        if Profile.objects.filter(unit=unit).exists():
            raise HaiheError("E-NBR-18", column="unit", value=unit.name)
        said = {"name_zh": unit.name_zh, "name_en": unit.name_en, **fields}
        made = Profile(code=unit.code, unit=unit, created_by=person.username, **said)
        store(person.actor(PROPOSE, channel), "create", made)
        made.readers.set([each for each in agreeing.members() if each.pk != unit.pk])
    return made


def change(
    person: Person, thing: Profile, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change what a member says of itself; members that came since see it too."""
    with transaction.atomic():
        for name, value in fields.items():
            setattr(thing, name, value)
        store(person.actor(PROPOSE, channel), "edit", thing, edition=edition)
        thing.readers.set([each for each in agreeing.members() if each.pk != thing.unit_id])


def contacts_from(said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Give the contacts of a form's fields ``<level>_<part>``."""
    found = {level: {part: str(said.get(f"{level}_{part}") or "").strip() for part in CONTACT} for level in LEVELS}
    return {level: one for level, one in found.items() if any(one.values())}


def balance_of(unit: Unit, person: Person) -> dict[int, int]:
    """Give what a member gets (negative: pays) by year in fen, over the agreed ledgers in force that a person sees."""
    sums: dict[int, int] = defaultdict(int)
    replaced = Ledger.objects.filter(state=AGREED, supersedes__isnull=False).values("supersedes")
    for ledger in Ledger.objects.visible_to(person).filter(state=AGREED).exclude(pk__in=replaced):
        for each in ledger.payments:
            if unit.code in (each["payer"], each["receiver"]):
                sums[each["year"]] += each["fen"] if each["receiver"] == unit.code else -each["fen"]
    return dict(sorted(sums.items()))
