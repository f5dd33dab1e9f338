"""People and units by name, where lists, pages and the record keep the name of sign-in or the code.

Within a request a name is read once; `Who.learn` reads those of a whole list in one query.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse

from haihe.messages import Text
from haihe.workspace.units.models import Person, Unit

Known = dict[str, Text]
_known: ContextVar[dict[str, Known] | None] = ContextVar("known", default=None)


def once(following: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep the names that a request reads until it is answered."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = _known.set({"people": {}, "units": {}})
        try:
            return following(request)
        finally:
            _known.reset(token)

    return answer


def _names(what: str, codes: Iterable[str]) -> Known:
    known = (_known.get() or {}).get(what, {})
    wanted = {code for code in codes if code} - known.keys()
    if wanted:
        model, key = (Person, "username") if what == "people" else (Unit, "code")
        found = model._default_manager.filter(**{f"{key}__in": wanted}).values_list(key, "name_zh", "name_en")
        known |= {code: Text(code, code) for code in wanted} | {code: Text(zh, en or zh) for code, zh, en in found}
    return known


def people(usernames: Iterable[str]) -> Known:
    """Give the names of people by their names of sign-in; who is nobody's (``cli``, a seed) stands as it is."""
    return _names("people", usernames)


def units(codes: Iterable[str]) -> Known:
    """Give the names of units by their codes."""
    return _names("units", codes)


def person(username: str) -> Text | None:
    """Give the name of one person; ``None`` of nobody."""
    return people([username])[username] if username else None


def unit(code: str) -> Text | None:
    """Give the name of one unit; ``None`` of none."""
    return units([code])[code] if code else None


class Who:
    """The value of a list's column that names a person (or a unit), kept in a field by name of sign-in (or code)."""

    def __init__(self, field: str, names: Callable[[Iterable[str]], Known] = people) -> None:
        self.code, self.names = attrgetter(field), names

    def __call__(self, thing: Any) -> Text | None:
        """Give the name; ``None`` where nobody stands there."""
        code = str(self.code(thing) or "")
        return self.names([code])[code] if code else None

    def learn(self, things: Iterable[Any]) -> None:
        """Read the names of many at once."""
        self.names({str(self.code(each) or "") for each in things})
