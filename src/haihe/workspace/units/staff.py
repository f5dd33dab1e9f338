"""Changes of people and posts, each on the record: made, edited, deactivated; posts given and ended.

Administering is separate from deciding: an administrator holds no other role, gives nobody one beyond the own scope, and
changes nothing of the own. So nobody can let the own work pass with one account; with two, both stand in the record.
"""

import secrets

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.units import codes, locks, sessions, tokens
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ROLES

ADMIN = "admin"


def one_time_password() -> str:
    """Make a first password: four groups of letters and digits that are not taken for each other (about 80 bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def hire(
    actor: Actor, username: str, name_zh: str, unit: Unit, role: str, *, name_en: str = "", below: bool = False
) -> tuple[Person, str]:
    """Make a person with a first post; give them with the first password, which they must change.

    Raises
    ------
    HaiheError
        ``E-WEB-31`` for a name of sign-in that is none, ``E-WEB-32`` for one that is taken, and as `give`.
    """
    username = codes.checked(username, "username").lower()
    password = one_time_password()
    with transaction.atomic():
        if Person.objects.filter(username=username).exists():
            raise HaiheError("E-WEB-32", column="username", value=username)
        person = Person(username=username, name_zh=name_zh, name_en=name_en, must_change=True)
        person.set_password(password)
        store(actor, "create", person)
        give(actor, person, unit, role, below=below)
    return person, password


def edit(actor: Actor, person: Person, *, name_zh: str, name_en: str, edition: int | None = None) -> None:
    """Change what a person is called."""
    person.name_zh, person.name_en = name_zh, name_en
    store(actor, "edit", person, edition=edition)


def renew(actor: Actor, person: Person, *, edition: int | None = None) -> str:
    """Give a person a new first password; all their sessions and tokens end, and locks are taken off."""
    _not_oneself(actor, person)
    password = one_time_password()
    person.set_password(password)
    person.must_change = True
    with transaction.atomic():
        store(actor, "password-set", person, edition=edition)
        sessions.end(person)
        tokens.end_all(actor, person)
        locks.opened(person.username)
    return password


def deactivate(actor: Actor, person: Person, *, reason: str = "", edition: int | None = None) -> None:
    """Close an account at once: no sign-in, no session, no token; what the person did stays."""
    _not_oneself(actor, person)
    person.is_active = False
    with transaction.atomic():
        _somebody_administers(person)
        store(actor, "deactivate", person, edition=edition, reason=reason)
        sessions.end(person)
        tokens.end_all(actor, person)


def reactivate(actor: Actor, person: Person, *, reason: str = "", edition: int | None = None) -> str:
    """Open an account again, with a new first password; the posts are as they were."""
    _not_oneself(actor, person)
    person.is_active = True
    with transaction.atomic():
        store(actor, "reactivate", person, edition=edition, reason=reason)
        return renew(actor, person)


def give(actor: Actor, person: Person, unit: Unit, role: str, *, below: bool = False) -> Post:
    """Give a person a role in a unit, there alone or there and below.

    Raises
    ------
    HaiheError
        ``E-WEB-40`` for an unknown role, ``E-WEB-41`` where an administrator would hold another role, or the other way
        round, ``E-WEB-42`` for a change of one's own posts, ``E-WEB-43`` where the person holds the post.
    """
    if role not in ROLES:
        raise HaiheError("E-WEB-40", column="role", value=role)
    _not_oneself(actor, person)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)  # two posts given at once do not pass the rule together
        held = list(Post.objects.filter(person=person, active=True).values_list("role", "unit"))
        if any((role == ADMIN) != (other == ADMIN) for other, _ in held):
            raise HaiheError("E-WEB-41", column="role", value=person.username)
        if (role, unit.pk) in held:
            raise HaiheError("E-WEB-43", column="role", value=person.username, role=ROLES[role].name, unit=unit.name)
        post = Post(code=_code(person, role, unit), person=person, unit=unit, role=role, below=below)
        post.created_by = actor.name
        store(actor, "give", post)
    return post


def end(actor: Actor, post: Post, *, reason: str = "", edition: int | None = None) -> None:
    """End a post; it is kept. ``E-WEB-44`` where it was ended, or where nobody would be left who administers."""
    _not_oneself(actor, post.person)
    if not post.active:
        raise HaiheError("E-WEB-45", value=post.code)
    post.active, post.ended, post.ended_by = False, timezone.now(), actor.name
    with transaction.atomic():
        if post.role == ADMIN:
            _somebody_administers(post.person, but=post)
        store(actor, "end", post, edition=edition, reason=reason)


def _code(person: Person, role: str, unit: Unit) -> str:
    base = f"{person.username}-{role}-{unit.code}"
    taken = set(Post.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)


def _not_oneself(actor: Actor, person: Person) -> None:
    if actor.channel != "cli" and actor.name == person.username:
        raise HaiheError("E-WEB-42", value=person.username)


def _somebody_administers(person: Person, but: Post | None = None) -> None:
    """Refuse to take away the last administrator of a unit; the posts are held, so that two do not end each other."""
    admins = Post.objects.select_for_update().filter(active=True, role=ADMIN)
    every = [post for post in admins.select_related("unit", "person").order_by("pk") if post.person.is_active]
    going = [post for post in every if (post.pk == but.pk if but else post.person_id == person.pk)]
    staying = [post for post in every if post not in going]
    if any(not any(other.covers(post.unit, post.below) for other in staying) for post in going):
        raise HaiheError("E-WEB-44", value=person.username)
