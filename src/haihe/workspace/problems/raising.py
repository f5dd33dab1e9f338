"""Raising problems: by hand, or in one click from something that was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.problems.actions import RAISE
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.registers import next_number, register_of
from haihe.workspace.problems.severity import severity
from haihe.workspace.problems.states import OPEN
from haihe.workspace.units.models import Owned, Person, Unit

FACTS = ("name_zh", "name_en", "evidence", "region", "chain", "resource", "due", "quality", "source", "note")
"""What is said of a problem when it is raised, and may be changed while it is open."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something found that can become a problem.

    Parameters
    ----------
    name : Text
        What the problem is called.
    evidence : Text
        The sentence that says what was found.
    key : str
        Names the finding whatever the data version: one finding is one open problem of an office.
    region, chain, resource : str
        Codes of what it is about; empty where it is about none.
    figure : Figure, optional
        The number that it rests on.
    worth : Decimal, optional
        What one per cent more of the scarce thing brings, 亿元.
    about_kind, about : str
        Kind and code of the thing that it came from.
    quality, source : str
        Quality of the facts behind it, and their source.
    """

    name: Text
    evidence: Text
    key: str
    region: str = ""
    chain: str = ""
    resource: str = ""
    figure: Figure | None = None
    worth: Decimal | None = None
    about_kind: str = ""
    about: str = ""
    quality: str = ""
    source: str = ""


def offices(person: Person) -> "QuerySet[Unit]":
    """Give the offices in which a person may raise problems."""
    return person.units(RAISE)


def raise_problem(
    person: Person, unit: Unit, facts: Mapping[str, Any], channel: Channel = "web", code: str = "", **kept: Any
) -> Problem:
    """Raise a problem.

    Parameters
    ----------
    person : Person
    unit : Unit
        Office that raises it.
    facts : mapping
        Values of `FACTS`; at least ``name_zh``.
    channel : str
    code : str
        Its code; made of the office and the number where empty.
    **kept
        Further fields: what it came from.

    Raises
    ------
    PermissionDenied
        Where the person may not raise problems in the office.
    HaiheError
        ``E-PRB-02`` without a Chinese name.
    """
    if not person.may(RAISE, unit):
        raise PermissionDenied
    said = {name: facts[name] for name in FACTS if name in facts}
    if not str(said.get("name_zh", "")).strip():
        raise HaiheError("E-PRB-02", column="name_zh")
    with transaction.atomic():
        register = register_of(person, unit, channel)
        number = next_number(register)
        problem = Problem(
            code=code or f"P-{unit.code}-{number:04d}",
            unit=unit,
            register=register,
            number=number,
            created_by=person.username,
            **said,
            **kept,
        )
        problem.severity = severity(problem.worth, 1).level
        store(person.actor(RAISE, channel), "raise", problem)
    return problem


def standing(unit: Unit, key: str) -> Problem | None:
    """Give the open problem of an office that came from a finding."""
    found: Problem | None = Problem.objects.filter(unit=unit, key=key, state__in=OPEN).select_related("unit").first()
    return found


def raise_from(person: Person, unit: Unit, found: Found, channel: Channel = "web") -> Problem:
    """Make a problem of something found; where the office has an open one of the same finding, that one is given.

    Raises
    ------
    PermissionDenied
        Where the person may not raise problems in the office.
    """
    if not person.may(RAISE, unit):
        raise PermissionDenied
    if there := standing(unit, found.key):
        return there
    facts = {
        "name_zh": found.name.zh[:200],
        "name_en": found.name.en[:200],
        "evidence": "\n".join(dict.fromkeys((found.evidence.zh, found.evidence.en))),
        "region": found.region,
        "chain": found.chain,
        "resource": found.resource,
        "quality": found.quality,
        "source": found.source,
    }
    kept: dict[str, Any] = {
        "key": found.key[:300],
        "figure": found.figure.plain() if found.figure else {},
        "worth": found.worth,
        "about_kind": found.about_kind,
        "about": found.about,
    }
    try:
        with transaction.atomic():
            return raise_problem(person, unit, facts, channel, **kept)
    except IntegrityError:  # a colleague clicked at the same moment
        if there := standing(unit, found.key):
            return there
        raise


def problems_of(person: Person, thing: Owned) -> Iterable[Problem]:
    """Give the problems that came from a thing and that a person sees."""
    seen: QuerySet[Problem] = Problem.objects.visible_to(person).filter(about_kind=thing.kind(), about=thing.code)
    return seen.select_related("unit", "owner")
