"""What the office itself keeps: when somebody was here last."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from haihe.workspace.units.models import Person

BREAK = timedelta(minutes=30)
"""After so long without a look at the start page, the next look is a new visit."""
SOON = timedelta(minutes=1)
"""Looks within so long are one: the page is read without waiting for those who write."""


class LastVisit(models.Model):
    """When a person looked at the start page last, and when the visit before ended."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["LastVisit"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.person} {self.at}"

    @classmethod
    def come(cls, person: Person) -> datetime | None:
        """Note a look at the start page; give when the visit before ended, ``None`` at the first."""
        now = timezone.now()
        visit, new = cls.objects.get_or_create(person=person, defaults={"at": now})
        if new:
            return None
        away = now - visit.at
        if away > BREAK:
            visit.before = visit.at
        if away > SOON:
            visit.at = now
            visit.save(update_fields=["at", "before"])
        return visit.before
