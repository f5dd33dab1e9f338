"""Who may use an address. Every view is declared with one of these; the guard refuses a view that is not.

``@page`` shows, ``@act`` changes (POST alone), ``@form`` does both. With ``of`` the view gets the object that the address
names by its code: one that the person cannot see does not exist (404), one that they see but may not act on is refused (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from haihe.messages import HaiheError
from haihe.workspace.frame.failures import not_allowed
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.units.models import Owned, Person, Unit

View = Callable[..., HttpResponse]
Kept = Owned | Unit | Person
"""Kinds of objects that an address can name: each has ``objects.visible_to``, ``objects.called``, ``read_by`` and ``allows``."""
SHOW, CHANGE = ("GET", "HEAD"), ("POST",)


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: Person


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use an address, and how.

    Parameters
    ----------
    action : str
        The action that is needed; "" where signing in is enough.
    of : type of Kept, optional
        Kind of the object that the address names.
    methods : tuple of str
        Methods answered.
    public : bool
        Open to people who are not signed in.
    """

    action: str = ""
    of: type[Kept] | None = None
    methods: tuple[str, ...] = SHOW
    public: bool = False


def _declared(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **named: Any) -> HttpResponse:
            if request.method not in access.methods:
                return not_allowed(request, access.methods)
            if access.of is not None:
                named["thing"] = find(request.user, access.of, named.pop("code"), access.action)
                if access.methods == CHANGE:
                    _as_seen(request, named["thing"])
            elif access.action and not request.user.may(access.action):
                raise PermissionDenied
            return view(request, *args, **named)

        guarded.access = access  # type: ignore[attr-defined]
        return guarded

    return declare


def _as_seen(request: Request, thing: Kept) -> None:
    """Refuse a button on what was changed since it was shown, before the state that it has now is said to be wrong.

    What is changed after this moment is found by `audit.chain.store`, which compares the edition once more under its lock.
    """
    seen = edition_of(request)
    if seen is not None and seen != thing.edition:
        raise HaiheError("E-WEB-20", value=thing.code, edition=thing.edition, seen=seen)


def find(person: Person, kind: type[Kept], code: str, action: str) -> Any:
    """Give the object that a person may act on: 404 where they cannot see it, 403 where they may only see it."""
    every: Any = kind.objects
    thing = every.visible_to(person).called(code)
    if thing is None:
        raise Http404
    if action != kind.read_by and not acts_on(person, thing, action):
        raise PermissionDenied
    return thing


def acts_on(person: Person, thing: Kept, action: str) -> bool:
    """Whether a person may do an action on an object that they see."""
    return thing.allows(person, action)


def page(action: str, of: type[Kept] | None = None) -> Callable[[View], View]:
    """Declare a view that shows."""
    return _declared(Access(action, of))


def act(action: str, of: type[Kept] | None = None) -> Callable[[View], View]:
    """Declare a view that changes."""
    return _declared(Access(action, of, CHANGE))


def form(action: str, of: type[Kept] | None = None) -> Callable[[View], View]:
    """Declare a view that shows a form and takes it."""
    return _declared(Access(action, of, (*SHOW, *CHANGE)))


def signed_in(*methods: str) -> Callable[[View], View]:
    """Declare a view for everybody who is signed in."""
    return _declared(Access(methods=methods or SHOW))


def anybody(*methods: str) -> Callable[[View], View]:
    """Declare a view that needs no sign-in."""
    return _declared(Access(methods=methods or SHOW, public=True))
