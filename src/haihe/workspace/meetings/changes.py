"""What changed since the last meeting, among what a person sees: one line for each thing, from the audit chain."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.frame import names, wording
from haihe.workspace.problems.agenda import CHANGES
from haihe.workspace.units.models import Person

LOOKED_THROUGH = 5000
"""Newest entries that are looked through."""


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that changed: kind, name, address, what was done in order, by whom last, when."""

    kind: Text
    name: Text
    code: str
    url: str
    done: Text
    by: Text
    at: datetime


def since(person: Person, day: date | None) -> list[Change]:
    """Give the things of the kinds in `CHANGES` that changed after a day, the last first; none without a day."""
    if day is None:
        return []
    start = timezone.make_aware(datetime.combine(day, time.max))
    newer = Entry.objects.filter(at__gt=start, kind__in=CHANGES).order_by("-number")[:LOOKED_THROUGH]
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in newer:
        entries[entry.kind, entry.code].append(entry)
    seen = _seen(person, entries)
    return [_change(seen[key], found) for key, found in entries.items() if key in seen]


def _seen(person: Person, named: dict[tuple[str, str], list[Entry]]) -> dict[tuple[str, str], Any]:
    """Give the things that the person sees: one query for each kind."""
    codes: dict[str, list[str]] = defaultdict(list)
    for kind, code in named:
        codes[kind].append(code)
    found: dict[tuple[str, str], Any] = {}
    for kind, wanted in codes.items():
        model: Any = wording.model_of(kind)
        if model is not None:
            there = model.objects.visible_to(person).filter(code__in=wanted).select_related("unit")
            found |= {(kind, thing.code): thing for thing in there}
    return found


def _change(thing: Any, entries: list[Entry]) -> Change:
    """Tell a thing's entries, given the newest first; a verb is said once."""
    verbs = list(dict.fromkeys(entry.verb for entry in reversed(entries)))
    said = [wording.verb(verb, entries[0].kind) for verb in verbs]
    done = Text("、".join(each.zh for each in said), ", ".join(each.en for each in said))
    name = getattr(thing, "name", Text(thing.code, thing.code))
    url = getattr(thing, "get_absolute_url", str)()
    return Change(
        wording.kind(entries[0].kind),
        name,
        thing.code,
        url if url.startswith("/") else "",
        done,
        names.name_of(names.PEOPLE, entries[0].actor) or Text("—", "—"),
        entries[0].at,
    )
