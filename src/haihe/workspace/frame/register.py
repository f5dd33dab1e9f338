"""Where rooms announce themselves: entries of the menu, what waits for a person, what can be found by search.

A room registers in its application's ``ready``; the start page, the menu and the search know no room by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from haihe.messages import Text
from haihe.workspace.units.models import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu: shown to whom may do its action ("" to everybody who is signed in)."""

    name: Text
    address: str
    action: str
    order: int = 100


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


MENU: list[Entry] = []
WAITING: list[Callable[[Person], Iterable[Waiting]]] = []
SEARCHES: list[Callable[[Person, str], Iterable[Hit]]] = []


def menu(person: Person) -> list[Entry]:
    """Give the entries of the menu that a person may use, in order."""
    return sorted((each for each in MENU if not each.action or person.may(each.action)), key=lambda each: each.order)
