"""The description of the API as a file and as a page; both are open to everybody, as they say nothing of anybody's data."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from haihe.workspace.api.document import ROOT, document
from haihe.workspace.api.operations import OPERATIONS, Operation
from haihe.workspace.api.problems import TITLES
from haihe.workspace.api.register import SECTIONS
from haihe.workspace.frame.access import SHOW
from haihe.workspace.frame.layout import language_of
from haihe.workspace.units.roles import ROLES
from haihe.workspace.units.tokens import SCOPES


def described(request: HttpRequest) -> HttpResponse:
    """Give the OpenAPI description."""
    if request.method not in SHOW:
        return HttpResponseNotAllowed(SHOW)
    return JsonResponse(document(language_of(request)), json_dumps_params={"ensure_ascii": False})


def page(request: HttpRequest) -> HttpResponse:
    """Show the reference."""
    if request.method not in SHOW:
        return HttpResponseNotAllowed(SHOW)
    parts = [
        (section, [_row(each) for each in OPERATIONS.values() if each.section == section.code]) for section in SECTIONS
    ]
    return render(request, "api/reference.html", {"parts": parts, "root": ROOT, "titles": TITLES.items()})


def _row(operation: Operation) -> dict[str, object]:
    return {
        "operation": operation,
        "roles": [ROLES[role].name for role in operation.roles],
        "scope": SCOPES[operation.scope],
    }
