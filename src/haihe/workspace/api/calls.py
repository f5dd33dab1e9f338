"""Who calls: a person in a session of the browser, or a program with a person's token.

A call that changes something in a session carries the CSRF token; a call with a token needs none, as no browser sends a
token by itself. Whatever is wrong with a token, the answer is the same.
"""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest
from ninja.utils import check_csrf

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor
from haihe.workspace.units import limits, tokens
from haihe.workspace.units.models import Person

MINUTE = 60
JSON, FILE = "application/json", "application/octet-stream"
MOST_JSON = 1024 * 1024
"""Bytes of a body in JSON; a file may be as large as the setting ``UPLOAD_MB`` allows."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

logger = logging.getLogger("haihe.workspace")


@dataclass(frozen=True, slots=True)
class Caller:
    """The person that a call acts for, what the call may do at most, and the token where it has one."""

    person: Person
    scopes: frozenset[str]
    token: str = ""

    @property
    def key(self) -> str:
        """What limits count by: the token, else the person."""
        return self.token or f"person-{self.person.pk}"


class Call(HttpRequest):
    """A request to the API that was let through."""

    user: Person
    auth: Caller

    def actor(self, action: str) -> Actor:
        """Give how entries of the audit name the caller."""
        return self.user.actor(action, "api")


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets one operation's calls through: sign-in, scope, role, how often.

    Parameters
    ----------
    action : str
        The action that the person must hold somewhere; "" where signing in is enough.
    scope : str
        The scope that a token must have.
    limit : str
        Name of the count of an expensive operation; "" where it is cheap.
    body : str
        Type of content that the call carries; "" where it carries none.
    """

    action: str
    scope: str
    limit: str = ""
    body: str = ""

    def __call__(self, request: HttpRequest) -> Caller:
        """Give the caller, or raise: 401, 403, 413, 415 or 429."""
        caller = _caller(request)
        if caller.person.must_change:
            raise HaiheError("E-API-16")
        if self.scope not in caller.scopes:
            raise HaiheError("E-API-14", scope=tokens.SCOPES[self.scope])
        if self.action and not caller.person.may(self.action):
            raise PermissionDenied
        if self.limit:
            limits.spend(f"api-{self.limit}", caller.key, settings.OFFICE["API_PER_MINUTE"], MINUTE)
        if self.body and request.content_type != self.body:
            raise HaiheError("E-API-07")
        if self.body == JSON and len(request.body) > MOST_JSON:
            raise RequestDataTooBig
        return caller


def _caller(request: HttpRequest) -> Caller:
    said = request.headers.get("Authorization")
    return _by_session(request) if said is None else _by_token(request, said)


def _by_token(request: HttpRequest, said: str) -> Caller:
    scheme, _, text = said.partition(" ")
    token = tokens.opened(text.strip() if scheme.lower() == "bearer" else "")
    if token is None:
        logger.warning("a token was refused at %s from %s", request.path[:200], request.META.get("REMOTE_ADDR"))
        raise HaiheError("E-API-02")
    request.user = token.person
    return Caller(token.person, frozenset(token.scopes), token.code)


def _by_session(request: HttpRequest) -> Caller:
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        raise HaiheError("E-API-02")
    if request.method not in SAFE and check_csrf(request) is not None:
        raise HaiheError("E-API-15")
    return Caller(person, frozenset(tokens.SCOPES))
