"""One's own password: changed on a page of its own, which a first password leads to before anything else."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, signed_in
from haihe.workspace.frame.checks import access_of
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.words import words
from haihe.workspace.units import doors
from haihe.workspace.units.models import Person

OPEN_BEFORE = frozenset({"office:password", "office:sign-out", "office:language"})
"""What somebody with a first password can use."""


class PasswordFirst:
    """Lead who still has a first password to the page where it is changed."""

    def __init__(self, following: Callable[[HttpRequest], HttpResponse]) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.following(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        """Let through what needs no sign-in, what is open before, and everything once the password is one's own."""
        del args, named
        access, match = access_of(view), request.resolver_match
        if access is None or access.public or match is None or match.view_name in OPEN_BEFORE:
            return None
        if not isinstance(request.user, Person) or not request.user.must_change:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": reverse("office:password")})
        return redirect("office:password")


class PasswordForm(OfficeForm):
    """The present password, and the new one twice."""

    old = forms.CharField(
        label=words("现口令", "present password"),
        strip=False,
        max_length=doors.MOST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=words("新口令", "new password"),
        help_text=words(
            "至少 8 个字符，不能全是数字，不能是常见口令或与用户名相近",
            "at least 8 characters, not digits alone, not a common one, not like your user name",
        ),
        strip=False,
        max_length=doors.MOST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=words("再输一次新口令", "the new password again"),
        strip=False,
        max_length=doors.MOST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Compare the two new passwords."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("new", again):
            raise forms.ValidationError(words("两次输入的新口令不一致", "the two new passwords differ"))
        return again


@signed_in("GET", "HEAD", "POST")
def password(request: Request) -> HttpResponse:
    """Change one's own password."""
    form, must = PasswordForm.of(request), request.user.must_change
    if form.done(lambda: doors.change_password(request, request.user, **_both(form))):
        tell(request, Text("口令已修改，其他登录均已退出", "Password changed; you are signed out elsewhere"), "success")
        return redirect("office:start" if must else "office:me")
    first = Text("您使用的是初始口令，请先设置自己的口令。", "This is a first password: please set your own now.")
    return form.page(
        request,
        Text("修改口令", "Change your password"),
        template="office/password.html",
        button=Text("修改", "Change"),
        back="" if must else reverse("office:me"),
        first=first if must else None,
    )


def _both(form: PasswordForm) -> dict[str, str]:
    return {"old": form.cleaned_data["old"], "new": form.cleaned_data["new"]}
