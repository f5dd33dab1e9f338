"""Names of what lists, pages and the record keep as codes: people, units, and what rooms add (regions, chains, sectors …).

Within a request a name is read once; `Called.learn` reads those of a whole list at once.
"""

from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse

from haihe.messages import Text
from haihe.workspace.units.models import Person, Unit

Known = dict[str, Text]
PEOPLE, UNITS = "people", "units"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is being answered, and the names that it has read."""

    request: HttpRequest
    known: dict[str, Known] = field(default_factory=dict)


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def once(following: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep the names that a request reads until it is answered."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = _asked.set(Asked(request))
        try:
            return following(request)
        finally:
            _asked.reset(token)

    return answer


def reader() -> Person | None:
    """Give who reads the page; ``None`` outside of requests and for strangers."""
    asked = _asked.get()
    user = getattr(asked.request, "user", None) if asked else None
    return user if isinstance(user, Person) else None


def _people(usernames: Collection[str]) -> Known:
    found = Person.objects.filter(username__in=usernames).values_list("username", "name_zh", "name_en")
    return {code: Text(zh, en or zh) for code, zh, en in found}


def _units(codes: Collection[str]) -> Known:
    found = Unit.objects.filter(code__in=codes).values_list("code", "name_zh", "name_en")
    return {code: Text(zh, en or zh) for code, zh, en in found}


SOURCES: dict[str, Callable[[Collection[str]], Known]] = {PEOPLE: _people, UNITS: _units}
"""What reads names of a kind by their codes; a room adds its own when it announces itself."""


OFFERED: dict[str, Callable[[], Known]] = {}
"""What gives all names of a kind that the reader of the page may choose from."""
CODES = {"region": "regions", "chain": "chains", "sector": "sectors", "resource": "resources"}
"""Fields that keep such codes wherever they stand, and the kind of name."""


def names_of(what: str, codes: Iterable[str]) -> Known:
    """Give names by code, at least of those asked for; a code without a name stands as it is."""
    asked = _asked.get()
    known = asked.known.setdefault(what, {}) if asked else {}
    wanted = {code for code in codes if code} - known.keys()
    if wanted:
        known |= {code: Text(code, code) for code in wanted} | SOURCES[what](wanted)
    return known


def name_of(what: str, code: str | None) -> Text | None:
    """Give one name; ``None`` where there is no code."""
    return names_of(what, [code])[code] if code else None


class Called:
    """The value of a list's column that shows the name of what a field keeps as a code."""

    def __init__(self, what: str, field: str) -> None:
        self.what, self.code = what, attrgetter(field)

    def __call__(self, thing: Any) -> Text | None:
        """Give the name; ``None`` where nothing stands there."""
        return name_of(self.what, str(self.code(thing) or ""))

    def learn(self, things: Iterable[Any]) -> None:
        """Read the names of many at once."""
        names_of(self.what, {str(self.code(each) or "") for each in things})


def who(field: str) -> Called:
    """Give the value of a column that names a person kept by name of sign-in."""
    return Called(PEOPLE, field)


def units(codes: Iterable[str]) -> Known:
    """Give the names of units, in the order of their codes' list."""
    wanted = list(codes)
    known = names_of(UNITS, wanted)
    return {code: known[code] for code in wanted if code}
