"""What every page knows: language, menu, the person."""

from typing import Any

from django.http import HttpRequest

from haihe.messages import Lang
from haihe.version import __version__
from haihe.workspace.frame import register
from haihe.workspace.units.models import Person


def language_of(request: HttpRequest) -> Lang:
    """Give the language of a request."""
    return "en" if str(getattr(request, "LANGUAGE_CODE", "")).startswith("en") else "zh"


def context(request: HttpRequest) -> dict[str, Any]:
    """Give what the templates of every page use."""
    user = getattr(request, "user", None)
    return {
        "lang": language_of(request),
        "menu": register.menu(user) if isinstance(user, Person) else [],
        "version": __version__,
    }
