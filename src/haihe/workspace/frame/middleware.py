"""What happens to every request: headers, language, the guard, and errors in the user's words."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from haihe.messages import HaiheError
from haihe.workspace.frame import failures
from haihe.workspace.frame.checks import access_of

Next = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "haihe-language"
DJANGO_NAME = {"zh": "zh-hans", "en": "en"}

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)


def headers(following: Next) -> Next:
    """Send the content security policy, and keep pages out of shared caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = following(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def language(following: Next) -> Next:
    """Speak the language of the cookie, else the browser's first of ours, else Chinese."""

    def answer(request: HttpRequest) -> HttpResponse:
        said = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if said not in DJANGO_NAME:
            accepted = [
                part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")
            ]
            said = next((each for each in accepted if each in DJANGO_NAME), "zh")
        with translation.override(DJANGO_NAME[said]):
            request.LANGUAGE_CODE = DJANGO_NAME[said]
            response = following(request)
            response.headers["Content-Language"] = DJANGO_NAME[said]
            return response

    return answer


def _unspeakable(request: HttpRequest) -> bool:
    """Whether a request says NUL, which no word holds and PostgreSQL cannot keep."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    return any("\0" in said for _, many in request.POST.lists() for said in many)


class Guard:
    """Refuse what is not declared, ask strangers to sign in, and say known errors in words."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.following(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """Let a request through to a view that is open to it."""
        del args, named
        if request.resolver_match is not None and "api" in request.resolver_match.app_names:
            return None  # the API guards each of its operations itself
        if _unspeakable(request):
            return failures.bad_request(request, ValueError("NUL"))
        access = access_of(view)
        if access is None:
            raise ImproperlyConfigured(f"{request.path} does not say who may use it")
        if access.public or request.user.is_authenticated:
            return None
        return (
            failures.sign_in_first(request)
            if request.headers.get("HX-Request")
            else redirect_to_login(request.get_full_path())
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say an error of ours in the user's words; anything else is left to `failures.broken`."""
        if failures.is_busy(error):
            return failures.busy(request)
        return failures.said(request, error) if isinstance(error, HaiheError) else None
