"""Where rooms announce themselves: entries of the menu, what waits for a person, what can be found by search.

A room registers in its application's ``ready``; the start page, the menu and the search know no room by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet
from django.urls import NoReverseMatch, reverse

from haihe.messages import Text
from haihe.workspace.audit.models import Recorded
from haihe.workspace.units.models import Person

GROUPS = {
    "work": Text("工作", "Work"),
    "plan": Text("计划与运行", "Plans and the month"),
    "projects": Text("产业链与项目", "Chains and projects"),
    "funds": Text("专项资金", "Funds"),
    "neighbours": Text("区域协同", "Between members"),
    "data": Text("数据", "Data"),
    "record": Text("监督", "Record"),
    "manage": Text("管理", "Administration"),
}
"""Groups of the menu, in order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu: shown to whom may do its action ("" to everybody who is signed in), in a group of `GROUPS`."""

    name: Text
    address: str
    action: str
    order: int = 100
    group: str = "work"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person: what, where, since when, until when, and whose turn it is."""

    what: Text
    url: str
    since: datetime | None = None
    due: datetime | None = None
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its kind, name, code and address."""

    kind: Text
    name: Text
    code: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """A first step in an office where nothing stands yet: what to do, why, where."""

    what: Text
    why: Text
    url: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A button that a room puts on a page of a room below it; ``style`` as buttons have it."""

    text: Text
    url: str
    style: str = "quiet"


MENU: list[Entry] = []
WAITING: list[Callable[[Person], Iterable[Waiting]]] = []
SEARCHES: list[Callable[[Person, str], Iterable[Hit]]] = []
WAYS_IN: list[Callable[[Person, str], str]] = []
"""What gives the address at which a person sends in workbooks of a list, by the list's code."""
STEPS: list[Callable[[Person], Iterable[Step]]] = []
LINKS_ON: dict[str, list[Callable[[Person, Any], Iterable[Link]]]] = {}
"""What gives the buttons that rooms above put on the page of an object, by the object's kind."""


def link_on(kind: str, give: Callable[[Person, Any], Iterable[Link]]) -> None:
    """Put buttons on the page of every object of a kind."""
    LINKS_ON.setdefault(kind, []).append(give)


def links_on(person: Person, thing: Recorded) -> list[Link]:
    """Give the buttons that rooms above put on an object's page, as far as the person may use them."""
    return [link for give in LINKS_ON.get(thing.kind(), ()) for link in give(person, thing)]


def way_in(person: object, code: str) -> str:
    """Give where a person sends in workbooks of a list; nothing where it is not theirs to send."""
    found = (give(person, code) for give in WAYS_IN) if isinstance(person, Person) else ()
    return next((address for address in found if address), "")


def menu(person: Person) -> list[tuple[Text, list[Entry]]]:
    """Give the entries of the menu that a person may use, by group, in order."""
    allowed = sorted((each for each in MENU if not each.action or person.may(each.action)), key=lambda each: each.order)
    grouped = [(name, [each for each in allowed if each.group == code]) for code, name in GROUPS.items()]
    return [(name, entries) for name, entries in grouped if entries]


def address(entry: Entry) -> str:
    """Give the address that an entry of the menu leads to; "" where there is none (a check at the start says so)."""
    try:
        return reverse(entry.address)
    except NoReverseMatch:
        return ""


MOST_A_SOURCE = 50
"""Things that one source gives, those due first: nobody reads more at once, and the lists of the rooms have all."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a person, what is due first at the top, then what has waited longest; and whether there is more."""

    first: list[Waiting]
    more: bool


Source = Callable[[Person], Iterable[Waiting]]


def asked_of(*actions: str) -> Callable[[Source], Source]:
    """Declare whom a source of what waits is about: it is not asked for people who may do none of the actions."""

    def declare(source: Source) -> Source:
        @wraps(source)
        def asked(person: Person) -> Iterable[Waiting]:
            return source(person) if any(person.may(action) for action in actions) else ()

        return asked

    return declare


def due_first(query: "QuerySet[Any]", due: str = "due") -> "QuerySet[Any]":
    """Keep as many rows as a source may give, those due first."""
    return query.order_by(F(due).asc(nulls_last=True), "pk")[: MOST_A_SOURCE + 1]


def waits(person: Person) -> Waits:
    """Give what waits for a person."""
    parts = [list(islice(source(person), MOST_A_SOURCE + 1)) for source in WAITING]
    late = datetime.max.replace(tzinfo=UTC)
    found = [each for part in parts for each in part[:MOST_A_SOURCE]]
    found.sort(key=lambda each: (each.due or late, each.since or late))
    return Waits(found, any(len(part) > MOST_A_SOURCE for part in parts))


def waiting(person: Person) -> list[Waiting]:
    """Give what waits for a person, as far as the start page shows it."""
    return waits(person).first


def search(person: Person, wanted: str) -> list[Hit]:
    """Give what a person finds by name, code or pinyin."""
    return [hit for source in SEARCHES for hit in source(person, wanted)] if wanted else []
