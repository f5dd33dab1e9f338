"""The register of an office, and the next number in it."""

from django.db import IntegrityError, transaction

from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.models import Register
from haihe.workspace.units.models import Person, Unit


def register_of(person: Person, unit: Unit, channel: Channel = "web") -> Register:
    """Give the register of an office; it is opened where the office has none."""
    found: Register | None = Register.objects.filter(unit=unit).first()
    if found is not None:
        return found
    made = Register(code=f"problems-{unit.code}", unit=unit, created_by=person.username)
    try:
        with transaction.atomic():
            store(person.actor(RAISE, channel), "create", made)
    except IntegrityError:  # another opened it meanwhile
        return Register.objects.get(unit=unit)
    return made


def next_number(register: Register) -> int:
    """Give the next number of a register, in the running transaction: two never get the same."""
    locked = Register.objects.select_for_update(of=("self",)).get(pk=register.pk)
    locked.number += 1
    locked.save(update_fields=["number"])
    return int(locked.number)
