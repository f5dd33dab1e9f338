"""Entries of the audit chain, and the base of everything that is recorded."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db import connection, models

from haihe.messages import Text

T = TypeVar("T", bound=models.Model)
Spoken = Mapping[str, Mapping[str, Text] | str]
"""Words of the choices of fields, or ``people`` or ``units`` where a field keeps names of sign-in, or codes."""
START = "0" * 64
"""What the first entry's hash is linked to."""


class Entry(models.Model):
    """One change. Nobody updates or deletes an entry: triggers of the database refuse it.

    Actor, unit and object are kept as text, so that an entry says the same after a person left or a unit was renamed.
    """

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    unit = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16)
    verb = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    code = models.CharField(max_length=128, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        """Read by object, by actor, by time."""

        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "code", "number"]),
            models.Index(fields=["actor", "number"]),
            models.Index(fields=["unit", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.kind} {self.code}"


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is written."""

    id = models.SmallAutoField(primary_key=True)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"

    @classmethod
    def turn(cls) -> "Head":
        """Wait for the turn to write: lock the end of the chain until the transaction ends."""
        return cls.objects.select_for_update().get_or_create(pk=1, defaults={"hash": START})[0]


def take_turn() -> None:
    """Lock the end of the chain before any other row that a transaction locks or updates.

    Who locks rows first and the end of the chain last, as every change does in the end, and meets somebody who does it the
    other way round, waits for ever; PostgreSQL then ends one of the two. SQLite has one writer at a time.
    """
    if connection.features.has_select_for_update:
        Head.turn()


class InTurn(models.QuerySet[T]):
    """Queries whose row locks come after the turn to write."""

    def select_for_update(self, *args: Any, **more: Any) -> Any:
        """Lock rows, in turn."""
        take_turn()
        return super().select_for_update(*args, **more)


class Recorded(models.Model):
    """Base of everything whose changes are recorded: a stable code, and an edition that two editors cannot both raise."""

    code = models.CharField(max_length=128, unique=True)
    edition = models.PositiveIntegerField(default=1)

    editions: ClassVar[bool] = True
    """Whether every change raises the edition, so that it names what the object says."""
    unrecorded: ClassVar[frozenset[str]] = frozenset({"id", "password", "last_login"})
    """Fields that a snapshot leaves out."""
    spoken: ClassVar[Spoken] = {}
    """How the record tells the values of fields."""

    class Meta:
        """No table of its own."""

        abstract = True

    @classmethod
    def kind(cls) -> str:
        """Name of the kind of object in entries: application and model."""
        return str(cls._meta.label_lower)

    def filed_under(self) -> str:
        """Give the code of the unit to whose record its changes belong; "" where it belongs to none."""
        return ""

    def snapshot(self) -> dict[str, Any]:
        """Give what an entry keeps of the object: its own fields, references by code."""
        said: dict[str, Any] = {}
        for each in self._meta.concrete_fields:
            if each.name in self.unrecorded:
                continue
            value = getattr(self, each.attname)
            if each.is_relation and value is not None:
                other = getattr(self, each.name)
                value = getattr(other, "code", None) or str(other)
            said[each.name] = (
                value if isinstance(value, (str, int, float, bool, dict, list, type(None))) else str(value)
            )
        return said
