"""Sessions that know whose they are, so that people see their own and end them. Django's session engine, with a model.

A session ends 8 hours after the sign-in however much it is used, when the password changes, and when the person is
deactivated. Its key is made anew at every sign-in.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from haihe.workspace.units.models import Person

MOST_AGENT = 200


class Session(AbstractBaseSession):
    """One browser that is signed in, or a visitor's."""

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    since = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=MOST_AGENT, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-since"]

    def __str__(self) -> str:
        return f"{self.person} {self.since}"

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        """Give the engine of these sessions."""
        return SessionStore


class SessionStore(DatabaseStore):
    """The engine: a row says whose session it is, since when and from where."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Give the model of a session."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row of a session from what it holds."""
        row = cast(Session, super().create_model_instance(data))
        row.person_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.since = datetime.fromisoformat(data["since"]) if "since" in data else timezone.now()
        row.address, row.agent = data.get("address", ""), data.get("agent", "")
        return row


def mark(session: Any, address: str, agent: str) -> None:
    """Write into a new session where and when it began, and when it ends whatever happens."""
    now = timezone.now()
    session.update({"since": now.isoformat(), "address": address, "agent": agent[:MOST_AGENT]})
    session.set_expiry(now + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    Session.objects.filter(expire_date__lt=now).delete()


def of(person: Person) -> "models.QuerySet[Session]":
    """Give a person's sessions that still hold."""
    return Session.objects.filter(person=person, expire_date__gt=timezone.now())


def end(person: Person, but: str | None = None) -> int:
    """End a person's sessions, all or all but the one with this key; give how many ended."""
    return of(person).exclude(session_key=but or "").delete()[0]
