"""How often something may be done: counts in windows of time, exact however many ask at once, shared by all processes."""

import hashlib
import time
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from haihe.messages import HaiheError

KEPT = timedelta(days=1)
"""How long a count that nobody goes on with is kept; no window is longer."""


class Count(models.Model):
    """How often somebody did something in a window of time."""

    what = models.CharField(max_length=64)
    who = models.CharField(max_length=64)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        """One row for each who and what: a new window begins anew in it."""

        constraints = (models.UniqueConstraint(fields=["what", "who"], name="one_count"),)

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


def used(what: str, who: str, seconds: int) -> int:
    """Count one more use in the present window and give how many there were; no two uses get the same number."""
    now, window = timezone.now(), int(time.time()) // seconds
    with transaction.atomic():
        row, made = Count.objects.select_for_update().get_or_create(
            what=what, who=hashlib.sha256(who.encode()).hexdigest(), defaults={"window": window}
        )
        if made:
            Count.objects.filter(last__lt=now - KEPT).delete()
        row.count = row.count + 1 if row.window == window else 1
        row.window, row.last = window, now
        row.save()
    return row.count


def spend(what: str, who: str, most: int, seconds: int) -> None:
    """Count one more use; ``E-WEB-23`` (429) where there were too many in this window."""
    if used(what, who, seconds) > most:
        raise HaiheError("E-WEB-23", seconds=seconds - int(time.time()) % seconds)
