"""Where rooms announce themselves: entries of the menu, what waits for a person, what can be found by search.

A room registers in its application's ``ready``; the start page, the menu and the search know no room by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.urls import NoReverseMatch, reverse

from haihe.messages import Text
from haihe.workspace.units.models import Person

GROUPS = {
    "work": Text("工作", "Work"),
    "plan": Text("计划与运行", "Plans and the month"),
    "projects": Text("产业链与项目", "Chains and projects"),
    "funds": Text("专项资金", "Funds"),
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


MENU: list[Entry] = []
WAITING: list[Callable[[Person], Iterable[Waiting]]] = []
SEARCHES: list[Callable[[Person, str], Iterable[Hit]]] = []
WAYS_IN: list[Callable[[Person, str], str]] = []
"""What gives the address at which a person sends in workbooks of a list, by the list's code."""
STEPS: list[Callable[[Person], Iterable[Step]]] = []


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


def waiting(person: Person) -> list[Waiting]:
    """Give what waits for a person, what is due first at the top, then what has waited longest."""
    found = [each for source in WAITING for each in source(person)]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda each: (each.due or late, each.since or late))


def search(person: Person, wanted: str) -> list[Hit]:
    """Give what a person finds by name, code or pinyin."""
    return [hit for source in SEARCHES for hit in source(person, wanted)] if wanted else []
