"""Signing in and out, and the list of one's own sessions."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import record
from haihe.workspace.frame.access import Request, anybody, signed_in
from haihe.workspace.frame.failures import status_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.units import doors, sessions
from haihe.workspace.units.models import Person


@anybody("GET", "HEAD", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    said, lines, status = request.POST, [], 200
    following = said.get("next", request.GET.get("next", ""))
    if request.method == "POST":
        try:
            doors.admit(request, said.get("username", ""), said.get("password", ""))
            return HttpResponseRedirect(_inside(request, following))
        except HaiheError as error:
            lines = [finding.text(language_of(request)) for finding in error.findings]
            status = status_of(error)
    more = {"lines": lines, "username": said.get("username", "")[:150], "next": following}
    return render(request, "office/sign_in.html", more, status=status)


def _inside(request: HttpRequest, following: str) -> str:
    safe = url_has_allowed_host_and_scheme(following, {request.get_host()}, require_https=request.is_secure())
    return following if safe else "/"


@signed_in("POST")
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    doors.leave(request)
    return redirect("office:sign-in")


@signed_in()
def own_sessions(request: Request) -> HttpResponse:
    """Show where the person is signed in."""
    here = request.session.session_key
    more = {"sessions": [(each, each.session_key == here) for each in sessions.of(request.user)]}
    return render(request, "office/sessions.html", more)


@signed_in("POST")
def end_others(request: Request) -> HttpResponse:
    """Sign the person out everywhere but here."""
    ended = sessions.end(request.user, but=request.session.session_key)
    record(request.user.actor(), "sessions-ended", Person.kind(), request.user.code, after={"ended": ended})
    tell(request, Text(f"已退出其他 {ended} 处登录", f"Signed out in {ended} other places"), "success")
    return redirect("office:sessions")
