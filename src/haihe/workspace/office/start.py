"""The start page, the search, the language."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from haihe.workspace.frame import register
from haihe.workspace.frame.access import Request, anybody, signed_in
from haihe.workspace.frame.middleware import DJANGO_NAME, LANGUAGE_COOKIE
from haihe.workspace.office.models import LastVisit
from haihe.workspace.office.news import first_steps, news
from haihe.workspace.units.roles import ROLES

YEAR_SECONDS = 365 * 24 * 3600
LONG_TYPED = 100
SHOWN = 50
"""Things that wait which the start page shows."""
FIRST = timedelta(days=7)
"""What a first visit is shown as lately changed."""


@signed_in()
def start(request: Request) -> HttpResponse:
    """Show what waits for the person, where to begin, and what changed since the last visit."""
    since = LastVisit.come(request.user)
    waits = register.waits(request.user)
    changed = news(request.user, since or timezone.now() - FIRST)
    steps = [] if waits.first else first_steps(request.user)
    posts = [(post.unit.name, ROLES[post.role].name) for post in request.user.held()]
    shown = waits.first[:SHOWN]
    context = {"waits": waits, "waiting": shown, "since": since, "news": changed, "steps": steps, "posts": posts}
    return render(request, "office/start.html", context)


@signed_in()
def search(request: Request) -> HttpResponse:
    """Find things by name, code or pinyin."""
    wanted = request.GET.get("q", "").strip()[:LONG_TYPED]
    return render(request, "office/search.html", {"hits": register.search(request.user, wanted), "wanted": wanted})


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
