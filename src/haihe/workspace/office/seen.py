"""Which objects of the record a person may see: the same filter as everywhere, asked for many objects at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from haihe.workspace.audit.models import Entry
from haihe.workspace.frame.wording import model_of
from haihe.workspace.office.actions import AUDIT_READ
from haihe.workspace.units.models import Owned, Person, Post
from haihe.workspace.units.staff import ADMIN


def audited(person: Person) -> "QuerySet[Entry]":
    """Give the entries that an auditor may read: those of units in reach, and to whom audits the office those of no unit."""
    if not person.may(AUDIT_READ):
        return Entry.objects.none()
    where = Q(unit__in=person.units(AUDIT_READ).values("code"))
    return Entry.objects.filter(where | Q(unit="") if audits_office(person) else where)


def audits_office(person: Person) -> bool:
    """Whether a person audits the office as a whole: a top unit with all below it whose administrator keeps the office."""
    kept = Post.objects.filter(role=ADMIN, active=True, below=True, unit__parent=None).select_related("unit")
    return any(person.may(AUDIT_READ, post.unit, below=True) for post in kept)


def things(person: Person, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Give the objects, by kind and code, that exist and that the person may see: one query for each kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, code in named:
        wanted[kind].add(code)
    found: dict[tuple[str, str], Any] = {}
    for kind, codes in wanted.items():
        model: Any = model_of(kind)
        query = getattr(getattr(model, "objects", None), "visible_to", None)
        if query is None:
            continue
        key = getattr(model, "USERNAME_FIELD", "code")
        found |= {(kind, thing.code): thing for thing in query(person).filter(**{f"{key}__in": codes})}
    return found


def hidden(person: Person, thing: Any) -> frozenset[str]:
    """Give the fields of an object that a person does not see in its history."""
    return thing.hidden_from(person) if isinstance(thing, Owned) else frozenset()
