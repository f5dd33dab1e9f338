"""The start page, the search, the language."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from haihe.workspace.frame.access import Request, anybody, signed_in
from haihe.workspace.frame.middleware import DJANGO_NAME, LANGUAGE_COOKIE
from haihe.workspace.frame.register import SEARCHES, WAITING

YEAR_SECONDS = 365 * 24 * 3600


@signed_in()
def start(request: Request) -> HttpResponse:
    """Show what waits for the person."""
    waiting = [each for source in WAITING for each in source(request.user)]
    return render(request, "office/start.html", {"waiting": waiting})


@signed_in()
def search(request: Request) -> HttpResponse:
    """Find things by name, code or pinyin."""
    wanted = request.GET.get("q", "").strip()
    hits = [hit for source in SEARCHES for hit in source(request.user, wanted)] if wanted else []
    return render(request, "office/search.html", {"hits": hits, "wanted": wanted})


@signed_in()
def me(request: Request) -> HttpResponse:
    """Show the person's own posts."""
    return render(request, "office/me.html", {"posts": request.user.held()})


@anybody("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and keep the page."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    said = request.POST.get("lang", "zh")
    response = HttpResponseRedirect(back)
    response.set_cookie(LANGUAGE_COOKIE, said if said in DJANGO_NAME else "zh", YEAR_SECONDS, samesite="Lax")
    return response
