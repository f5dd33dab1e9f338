"""The lock of an account against guessing: by account and address, each lock twice as long as the one before.

An account that does not exist is locked like one that does, so that the answer tells nothing. An attempt is counted before
the password is looked at, so that many at once do not pass together. From another address the account stays open: nobody
can lock a colleague out.
"""

import math
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from haihe.messages import HaiheError

LONGEST = timedelta(hours=24)


class Lock(models.Model):
    """Failed attempts on an account from an address since the last that went through."""

    account = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    class Meta:
        """One row an account and address."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "address"], name="one_lock")]
        indexes: ClassVar = [models.Index(fields=["last"])]

    def __str__(self) -> str:
        return f"{self.account} {self.address} {self.failures}"


def attempt(account: str, address: str) -> None:
    """Count an attempt as failed until `passed` says otherwise; ``E-WEB-24`` (429) while the account is locked."""
    now = timezone.now()
    Lock.objects.filter(last__lt=now - 2 * LONGEST).delete()
    with transaction.atomic():
        lock, _ = Lock.objects.select_for_update().get_or_create(account=account, address=address)
        if lock.until is not None and lock.until > now:
            minutes = math.ceil((lock.until - now).total_seconds() / 60)
            raise HaiheError("E-WEB-24", minutes=minutes)
        lock.failures, lock.last = lock.failures + 1, now
        lock.until = now + length(lock.failures) if length(lock.failures) else None
        lock.save()


def length(failures: int) -> timedelta:
    """Give how long an account is locked after so many failures; nothing before ``LOCK_AFTER``."""
    beyond = failures - settings.OFFICE["LOCK_AFTER"]
    if beyond < 0:
        return timedelta(0)
    minutes = int(settings.OFFICE["LOCK_MINUTES"]) * 2 ** min(beyond, 20)
    return min(timedelta(minutes=minutes), LONGEST)


def passed(account: str, address: str) -> None:
    """Forget the failures: the right password was given."""
    Lock.objects.filter(account=account, address=address).delete()


def opened(account: str) -> int:
    """Take every lock off an account, e.g. when its password is set anew."""
    return Lock.objects.filter(account=account).delete()[0]
