"""Coming in and going out: the one way by which a browser is signed in, and the change of passwords."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor, record, store
from haihe.workspace.units import limits, locks, sessions, tokens
from haihe.workspace.units.codes import tried
from haihe.workspace.units.models import Person, Post

MINUTE = 60
MOST_PASSWORD = 1024


def address_of(request: HttpRequest) -> str:
    """Give the address that a request came from, as the server tells it; a proxy's header is the server's to believe."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def admit(request: HttpRequest, name: str, password: str) -> Person:
    """Sign a browser in.

    A name that does not exist, a wrong password and a deactivated account get the same answer after the same work.

    Raises
    ------
    HaiheError
        ``E-WEB-23`` for too many attempts from one address, ``E-WEB-24`` while the account is locked for that address,
        ``E-WEB-30`` where name and password do not belong together.
    """
    account, address = tried(name), address_of(request)
    most = settings.OFFICE["SIGN_INS_A_MINUTE"]
    so_far = limits.used("sign-in", address, MINUTE)
    if so_far > most:
        if so_far == most + 1:  # one entry a window: the record shall not grow with a flood
            _refused(account, address, "rate")
        raise HaiheError("E-WEB-23", seconds=MINUTE)
    try:
        locks.attempt(account, address)
    except HaiheError:
        _refused(account, address, "locked")
        raise
    person = authenticate(request, username=account, password=password[:MOST_PASSWORD])
    if not isinstance(person, Person):
        _refused(account, address, "password")
        raise HaiheError("E-WEB-30")
    locks.passed(account, address)
    with transaction.atomic():
        login(request, person)
        sessions.mark(request.session, address, request.headers.get("User-Agent", ""))
        record(person.actor(), "sign-in", Person.kind(), person.code, after={"address": address})
    return person


def _refused(account: str, address: str, why: str) -> None:
    """Record a refusal: under the unit of the account, or without what was typed where that is none; it may be a password."""
    post = Post.objects.filter(person__username=account).select_related("unit").order_by("-active", "pk").first()
    known = account if post is not None or Person.objects.filter(username=account).exists() else ""
    actor = Actor("", post.unit.code if post is not None else "", settled=True)
    record(actor, "sign-in-refused", Person.kind(), known[:128], after={"name": known, "address": address, "why": why})


def leave(request: HttpRequest) -> None:
    """Sign a browser out."""
    if isinstance(request.user, Person):
        record(request.user.actor(), "sign-out", Person.kind(), request.user.code)
    logout(request)


def change_password(request: HttpRequest, person: Person, old: str, new: str) -> None:
    """Change one's own password; every other session and every token of the person ends, this session gets a new key.

    Raises
    ------
    HaiheError
        ``E-WEB-24`` after too many wrong old passwords, ``E-WEB-37`` for a wrong one, ``E-WEB-38`` where the new one is
        the old one or is too weak.
    """
    address = address_of(request)
    locks.attempt(person.username, address)
    if not person.check_password(old[:MOST_PASSWORD]):
        record(person.actor(), "password-refused", Person.kind(), person.code, after={"address": address})
        raise HaiheError("E-WEB-37", column="old")
    locks.passed(person.username, address)
    if new == old:
        raise HaiheError("E-WEB-39", column="new")
    person = Person.objects.get(pk=person.pk)  # a request's person is Django's stand-in for it
    set_password(person, new)
    person.must_change = False
    with transaction.atomic():
        store(person.actor(), "password", person)
        sessions.end(person)
        tokens.end_all(person.actor(), person)
        update_session_auth_hash(request, person)


def set_password(person: Person, new: str) -> None:
    """Put a new password on a person, unsaved; ``E-WEB-38`` for each rule that it breaks."""
    try:
        password_validation.validate_password(new, person)
    except ValidationError as error:
        raise HaiheError("E-WEB-38", column="new", value=" ".join(error.messages)) from None
    person.set_password(new)
