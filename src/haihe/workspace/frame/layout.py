"""What every page knows: language, menu, the person."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from haihe.messages import Lang, Text
from haihe.version import __version__
from haihe.workspace.frame import register
from haihe.workspace.units.models import Person

LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}


def language_of(request: HttpRequest) -> Lang:
    """Give the language of a request."""
    return "en" if str(getattr(request, "LANGUAGE_CODE", "")).startswith("en") else "zh"


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the menu: ``current`` is ``page`` on the page itself, ``true`` on pages below it."""

    name: Text
    url: str
    current: str


def menu(person: Person, path: str) -> list[tuple[Text, list[Link]]]:
    """Give the menu of a person on a page, by group; the entry whose address begins the page's is the current one."""
    grouped = [
        (group, [(each.name, url) for each in entries if (url := register.address(each))])
        for group, entries in register.menu(person)
    ]
    urls = [url for _, entries in grouped for _, url in entries]
    above = max((url for url in urls if len(url) > 1 and path.startswith(url)), key=len, default="")

    def current(url: str) -> str:
        return "page" if url == path else "true" if url == above else ""

    return [(group, [Link(name, url, current(url)) for name, url in entries]) for group, entries in grouped]


def context(request: HttpRequest) -> dict[str, Any]:
    """Give what the templates of every page use."""
    user = getattr(request, "user", None)
    return {
        "lang": language_of(request),
        "menu": menu(user, request.path) if isinstance(user, Person) else [],
        "haihe_version": __version__,
        "now": timezone.now(),
    }


def tell(request: HttpRequest, words: Text, level: str = "success") -> None:
    """Say something at the top of the next page: ``success``, ``info``, ``warning`` or ``error``."""
    messages.add_message(request, LEVELS[level], words(language_of(request)))
