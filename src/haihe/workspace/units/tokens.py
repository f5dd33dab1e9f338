"""Tokens: how a program acts for a person, no further than the person's posts and the token's scopes reach.

A token is ``haihe_<code>_<secret>``. The code finds it and is shown in lists; the secret holds 256 random bits, is shown
once, and is kept as its SHA-256 alone: a slow hash guards guessable words, and these bits cannot be guessed.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Actor, Channel, store
from haihe.workspace.audit.models import Recorded
from haihe.workspace.units.models import Person

SCOPES = {
    "read": Text("读取", "read"),
    "write": Text("填报与修改", "enter and change"),
    "approve": Text("审批、退回、撤销审批", "approve, return, un-approve"),
}
MOST_LIVE = 20
"""Tokens that one person may hold at once."""
MOST_NAME = 100
FORM = re.compile(r"haihe_([a-z0-9]{10})_([A-Za-z0-9_-]{43})", re.ASCII)
NOBODY = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
"""What a secret is compared with where no token has the code, so that this takes as long."""
USED_EVERY = timedelta(minutes=1)
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class Token(Recorded):
    """A token of a person. Its code is public; of its secret only the hash is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=MOST_NAME)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    unrecorded: ClassVar[frozenset[str]] = Recorded.unrecorded | {"digest", "used"}

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.code

    @property
    def scope_names(self) -> list[Text]:
        """What the token may do, in words."""
        return [SCOPES[scope] for scope in self.scopes]

    def live(self, at: datetime | None = None) -> bool:
        """Whether the token opens anything: not ended, not expired, its person active."""
        return all((self.ended is None, self.expires > (at or timezone.now()), self.person.is_active))


def create(person: Person, name: str, scopes: Iterable[str], days: int) -> tuple[Token, str]:
    """Make a token and give it with its whole text, which nothing can give again.

    Raises ``E-API-30`` without a name, ``E-API-31`` without or with unknown scopes, ``E-API-32`` where it would hold longer
    than the setting ``TOKEN_DAYS``, ``E-API-33`` where the person holds too many.
    """
    name, wanted = name.strip(), sorted(set(scopes), key=list(SCOPES).index) if set(scopes) <= set(SCOPES) else []
    most = settings.OFFICE["TOKEN_DAYS"]
    if not name or len(name) > MOST_NAME:
        raise HaiheError("E-API-30", column="name")
    if not wanted:
        raise HaiheError("E-API-31", column="scopes")
    if not 1 <= days <= most:
        raise HaiheError("E-API-32", column="days", value=days, most=most)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)  # so that two at once do not pass the limit together
        if person.tokens.filter(ended=None, expires__gt=timezone.now()).count() >= MOST_LIVE:
            raise HaiheError("E-API-33", most=MOST_LIVE)
        token = Token(
            code="".join(secrets.choice(ALPHABET) for _ in range(10)),
            person=person,
            name=name,
            digest=_digest(secret),
            scopes=wanted,
            expires=timezone.now() + timedelta(days=days),
        )
        store(person.actor(), "create", token)
    return token, f"haihe_{token.code}_{secret}"


def end(person: Person, code: str, channel: Channel = "web") -> Token:
    """End a token of one's own; another's, or one that is ended, raises ``E-API-34``."""
    with transaction.atomic():
        token = person.tokens.select_for_update().filter(code=code, ended=None).first()
        if token is None:
            raise HaiheError("E-API-34")
        token.ended = timezone.now()
        store(person.actor(channel=channel), "end", token)
    return token


def end_all(actor: Actor, person: Person) -> int:
    """End every live token of a person, each on the record; gives how many. Called where a password is set anew."""
    with transaction.atomic():
        live = list(person.tokens.select_for_update().filter(ended=None))
        for token in live:
            token.ended = timezone.now()
            store(actor, "end", token)
    return len(live)


def opened(said: str) -> Token | None:
    """Give the live token of a text, or nothing.

    Forged, unknown, expired, ended and orphaned tokens take the same way through: one look-up, one comparison in constant
    time, and the same answer.
    """
    form = FORM.fullmatch(said)
    code, secret = form.groups() if form else ("", "")
    token = Token.objects.select_related("person").filter(code=code).first()
    same = hmac.compare_digest(token.digest if token else NOBODY, _digest(secret))
    if token is None or not same or not token.live():
        return None
    if token.used is None or timezone.now() - token.used > USED_EVERY:
        token.used = timezone.now()
        Token.objects.filter(pk=token.pk).update(used=token.used)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
