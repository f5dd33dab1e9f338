"""Signing in and out."""

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from haihe.workspace.frame.access import Request, anybody, signed_in


@anybody("GET", "HEAD", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    form = AuthenticationForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        following = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(following, {request.get_host()}):
            following = "/"
        return HttpResponseRedirect(following)
    status = 422 if request.method == "POST" else 200
    return render(request, "office/sign_in.html", {"form": form, "next": request.GET.get("next", "")}, status=status)


@signed_in("POST")
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("office:sign-in")
