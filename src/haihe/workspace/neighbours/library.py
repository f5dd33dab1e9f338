"""The shared project library: projects offered with chosen facts, and the interest of members in them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.region.units import said as said_unit
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.frame.names import name_of
from haihe.workspace.frame.shown import number
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import INTEREST, OFFER
from haihe.workspace.neighbours.models import ACCEPTED, DECLINED, OPEN, SAID, WITHDRAWN, Interest, Offer
from haihe.workspace.projects.lists import OWNERSHIP
from haihe.workspace.projects.models import Project
from haihe.workspace.units.models import Person, Unit

Shown = Text | str | None


def _wan(value: Any) -> Shown:
    return None if value is None else Text("{n} 万元", "{n} × 10,000 yuan").format(n=number(float(value), 2))


def _needs(project: Project) -> Shown:
    rows = [
        Text("{r} {n} {u}", "{r} {n} {u}").format(
            r=name_of("resources", row.get("resource")) or "—",
            n=row.get("amount", row.get("need", row.get("value", "—"))),
            u=said_unit(row.get("unit", "")),
        )
        for row in project.needs
    ]
    return Text("；".join(each.zh for each in rows), "; ".join(each.en for each in rows)) if rows else None


FACTS: dict[str, tuple[Text, Callable[[Project], Shown]]] = {
    "name": (Text("项目名称", "Name of the project"), lambda each: each.name),
    "region": (Text("选址", "Site"), lambda each: name_of("regions", each.region)),
    "chain": (Text("产业链", "Chain"), lambda each: name_of("chains", each.chain)),
    "sector": (Text("行业", "Sector"), lambda each: name_of("sectors", each.sector)),
    "ownership": (Text("所有制", "Ownership"), lambda each: OWNERSHIP.get(each.ownership)),
    "stage": (Text("阶段", "Stage"), lambda each: each.stage_name),
    "investment": (Text("总投资", "Investment"), lambda each: _wan(each.investment)),
    "output": (Text("达产产值", "Output at capacity"), lambda each: _wan(each.output)),
    "need": (Text("所需支持", "Support needed"), lambda each: _wan(each.need)),
    "needs": (Text("要素需求", "Resources needed"), _needs),
    "due": (Text("下一计划日", "Next planned day"), lambda each: each.due.isoformat() if each.due else None),
    "note": (Text("说明", "Note"), lambda each: each.note or None),
}
"""Facts of a project that can be shown to members: what they are called, and how they are said."""
FIRST = ("chain", "sector", "stage")
"""Facts that are ticked at first; all else is masked until it is chosen."""


def offer(
    person: Person,
    project: Project,
    title_zh: str,
    title_en: str,
    facts: Sequence[str],
    readers: Iterable[Unit],
    wanted: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Offer:
    """Offer a project to members.

    Raises
    ------
    HaiheError
        ``E-NBR-13`` where it is offered already, ``E-NBR-20`` where no fact is chosen, ``E-NBR-02`` where nobody would see it.
    """
    shown = [name for name in FACTS if name in set(facts)]
    if not shown:
        raise HaiheError("E-NBR-20", column="facts", value=project.name)
    top = project.unit.path.split("/")[0]
    chosen = [unit for unit in readers if unit.path.split("/")[0] != top]
    if not chosen:
        raise HaiheError("E-NBR-02", column="readers", value=project.unit.name)
    with transaction.atomic():
        there = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if edition is not None and edition != there.edition:
            raise HaiheError("E-WEB-20", value=project.code, edition=there.edition, seen=edition)
        if Offer.objects.filter(project=project, state=OPEN).exists():
            raise HaiheError("E-NBR-13", value=project.name)
        made = Offer(
            code=agreeing.code_of("P"), unit=project.unit, project=project, title_zh=title_zh, title_en=title_en,
            facts=shown, wanted=wanted.strip(), created_by=person.username,
        )  # fmt: skip
        store(person.actor(OFFER, channel), "create", made)
        made.readers.set(chosen)
        said = {"readers": sorted(unit.code for unit in chosen)}
        record(person.actor(OFFER, channel, made.unit), "share", made.kind(), made.code, {"readers": []}, said)
    return made


def withdraw(person: Person, thing: Offer, edition: int | None = None, channel: Channel = "web") -> None:
    """Take a project out of the library; what was said of it stays in the record."""
    with transaction.atomic():
        _open(thing)
        thing.state = WITHDRAWN
        store(person.actor(OFFER, channel), "withdraw", thing, edition=edition)


def say_interest(person: Person, thing: Offer, unit: Unit, words: str, channel: Channel = "web") -> Interest:
    """Say a member's interest; ``E-NBR-14`` where it is said already, ``E-NBR-01`` for a unit that it is not offered to."""
    if not thing.readers.filter(pk=unit.pk).exists() or not person.may(INTEREST, unit):
        raise HaiheError("E-NBR-01", column="unit", value=unit.name)
    with transaction.atomic():
        _open(thing)
        if Interest.objects.filter(offer=thing, unit=unit, state__in=[SAID, ACCEPTED]).exists():
            raise HaiheError("E-NBR-14", value=unit.name)
        made = Interest(
            code=agreeing.code_of("I"), unit=unit, offer=thing, words=words.strip(), created_by=person.username
        )
        store(person.actor(INTEREST, channel), "create", made)
    return made


def answer(
    person: Person, thing: Interest, accepted: bool, reason: str = "", edition: int | None = None,
    channel: Channel = "web",
) -> None:  # fmt: skip
    """Accept an interest, or decline it with a reason."""
    if not accepted and not reason.strip():
        raise HaiheError("E-WEB-26", value=thing.code)
    with transaction.atomic():
        _open(thing.offer)
        _must_be_said(thing)
        thing.state, thing.answer = (ACCEPTED if accepted else DECLINED), reason.strip()
        thing.answered_by, thing.answered_at = person.username, timezone.now()
        verb = "accept" if accepted else "decline"
        store(person.actor(OFFER, channel, thing.offer.unit), verb, thing, edition=edition, reason=reason.strip())


def accept(person: Person, thing: Interest, edition: int | None = None, channel: Channel = "web") -> None:
    """Accept an interest."""
    answer(person, thing, True, "", edition, channel)


def decline(person: Person, thing: Interest, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Decline an interest, with a reason."""
    answer(person, thing, False, reason, edition, channel)


def drop(person: Person, thing: Interest, edition: int | None = None, channel: Channel = "web") -> None:
    """Take an interest back."""
    with transaction.atomic():
        if thing.state not in (SAID, ACCEPTED):
            raise HaiheError("E-WEB-21", value=thing.code, state=thing.state_name)
        thing.state = WITHDRAWN
        store(person.actor(INTEREST, channel), "withdraw", thing, edition=edition)


def shown(thing: Offer, person: Person) -> list[tuple[Text, Shown, bool]]:
    """Give every fact with its title, what a person sees of it, and whether it is masked.

    Who sees the project itself sees everything; members see what was chosen.
    """
    whole = sees_project(thing, person)
    found: list[tuple[Text, Shown, bool]] = []
    for name, (title, say) in FACTS.items():
        open_ = whole or name in thing.facts
        found.append((title, say(thing.project) if open_ else None, name not in thing.facts))
    return found


def sees_project(thing: Offer, person: Person) -> bool:
    """Whether a person sees the project itself."""
    return bool(Project.objects.visible_to(person).filter(pk=thing.project_id).exists())


def _open(thing: Offer) -> None:
    """Raise ``E-NBR-15`` where the offer is withdrawn."""
    if not Offer.objects.select_for_update().filter(pk=thing.pk, state=OPEN).exists():
        raise HaiheError("E-NBR-15", value=thing.name)


def _must_be_said(thing: Interest) -> None:
    if thing.state != SAID:
        raise HaiheError("E-WEB-21", value=thing.code, state=thing.state_name)
