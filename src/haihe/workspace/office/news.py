"""What changed since a person's last visit, among what the person may see; and the first steps in an empty office."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.frame import names, wording
from haihe.workspace.frame.register import STEPS, Step
from haihe.workspace.office.actions import AUDIT_READ
from haihe.workspace.office.seen import things
from haihe.workspace.units.actions import PEOPLE_MANAGE, UNITS_MANAGE
from haihe.workspace.units.models import Person, Unit

LOOKED_THROUGH = 500
"""Newest entries that are looked through; an office that changed more since says so."""
MOST = 12
MOST_A_KIND = 4
"""Objects of one kind that are named; the others are counted, so that a large upload hides nothing else."""


@dataclass(frozen=True, slots=True)
class News:
    """One object that changed: what it is, what was done last, by whom, when, and how often."""

    kind: Text
    name: Text
    url: str
    entry: Entry
    verb: Text
    times: int


@dataclass(frozen=True, slots=True)
class Lately:
    """What changed: some objects, the latest first, and how many more of each kind."""

    shown: list[News]
    more: list[tuple[Text, int]]


def news(person: Person, since: datetime) -> Lately:
    """Give the objects that others changed since a time and that the person may see."""
    newer = Entry.objects.filter(at__gt=since).exclude(actor=person.username)
    newer = (
        newer.exclude(verb__in=wording.QUIET).order_by("-number").defer("before", "after", "reason", "previous", "hash")
    )
    last: dict[tuple[str, str], Entry] = {}
    times: dict[tuple[str, str], int] = {}
    for entry in newer[:LOOKED_THROUGH]:
        key = (entry.kind, entry.code)
        last.setdefault(key, entry)
        times[key] = times.get(key, 0) + 1
    seen = things(person, last)
    of_kind: Counter[str] = Counter()
    shown: list[tuple[str, str]] = []
    for kind, code in (key for key in last if key in seen):
        of_kind[kind] += 1
        if of_kind[kind] <= MOST_A_KIND and len(shown) < MOST:
            shown.append((kind, code))
    more = of_kind - Counter(kind for kind, _ in shown)
    names.names_of(names.PEOPLE, {last[key].actor for key in shown})
    return Lately(
        [_news(seen[key], last[key], times[key]) for key in shown],
        [(wording.kind(kind), count) for kind, count in more.items()],
    )


def _news(thing: object, entry: Entry, times: int) -> News:
    name = getattr(thing, "name", None)
    name = name if isinstance(name, Text) else Text(entry.code, entry.code)
    history = reverse("office:history", args=[entry.kind, entry.code])
    url = getattr(thing, "get_absolute_url", lambda: history)()
    return News(wording.kind(entry.kind), name, url, entry, wording.verb(entry.verb, entry.kind), times)


def first_steps(person: Person) -> list[Step]:
    """Say what to do first, by what the person may do; a person without any post is told whom to ask."""
    if not person.held():
        return [
            Step(
                Text("请管理员为您安排任职", "Ask the administrator for a post"),
                Text("您还没有任职，因此看不到任何内容。", "You hold no post yet, so there is nothing for you to see."),
                reverse("office:me"),
            )
        ]
    steps = [step for source in STEPS for step in source(person)]
    return sorted(steps, key=lambda step: step.order)


MAKE_UNITS = (
    Text("建立单位", "Make the units"),
    Text("市、部门、区、园区；相邻地区平级。", "City, departments, districts, parks; neighbouring regions are equals."),
)
ADD_PEOPLE = (
    Text("登记人员、安排任职", "Add people and their posts"),
    Text("填报与审批须由不同人员担任。", "Who enters and who approves are different people."),
)
VERIFY = (
    Text("核验审计链", "Verify the audit chain"),
    Text("抄录链尾校验值，日后凭它核对。", "Note the hash of its end, to compare with later."),
)


def own_steps(person: Person) -> list[Step]:
    """Give the first steps of those who keep the office, while it has one unit or one person, and of a new auditor."""
    steps = []
    if person.may(UNITS_MANAGE) and Unit.objects.count() <= 1:
        steps.append(Step(*MAKE_UNITS, reverse("office:units"), order=10))
    if person.may(PEOPLE_MANAGE) and Person.objects.count() <= 1:
        steps.append(Step(*ADD_PEOPLE, reverse("office:people"), order=20))
    if person.may(AUDIT_READ) and not Entry.objects.filter(actor=person.username, verb="verify").exists():
        steps.append(Step(*VERIFY, reverse("office:proof"), order=30))
    return steps
