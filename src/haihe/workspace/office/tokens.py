"""One's own tokens: made, shown once, ended."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, signed_in
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.words import words
from haihe.workspace.units import tokens as service
from haihe.workspace.units.tokens import SCOPES, Token

DAYS = (7, 30, 90, 180, 365)
ENDED, EXPIRED, LIVE = Text("已停用", "ended"), Text("已到期", "expired"), Text("有效", "live")


class TokenForm(OfficeForm):
    """What a new token is for, what it may do, how long it holds."""

    name = forms.CharField(
        label=words("用途", "what it is for"),
        help_text=words("由哪个程序使用，例如“数据中心夜间同步”", "which program uses it, e.g. “nightly copy”"),
        max_length=100,
    )
    scopes = forms.MultipleChoiceField(
        label=words("权限", "what it may do"),
        help_text=words("不会超出您本人的权限", "never more than you may do yourself"),
        choices=[(code, words(name)) for code, name in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
    )
    days = forms.TypedChoiceField(
        label=words("有效期", "holds for"),
        choices=[(days, words(f"{days} 天", f"{days} days")) for days in DAYS],
        coerce=int,
        initial=90,
    )


@signed_in("GET", "HEAD", "POST")
def tokens(request: Request) -> HttpResponse:
    """List one's tokens and make one; its text is shown on the answer and never again."""
    form = TokenForm.of(request)
    made: list[tuple[Token, str]] = []
    if form.done(lambda: made.append(service.create(request.user, **_values(form)))):
        token, text = made[0]
        return render(request, "office/token_made.html", {"token": token, "text": text, "trail": _trail(token.name)})
    return form.page(
        request,
        Text("我的令牌", "My tokens"),
        template="office/tokens.html",
        button=Text("新建令牌", "Make a token"),
        rows=[(token, *_state(token)) for token in request.user.tokens.select_related("person")],
        trail=_trail(),
    )


@signed_in("POST")
def end(request: Request) -> HttpResponse:
    """End one of one's tokens."""
    token = service.end(request.user, request.POST.get("code", ""))
    tell(request, Text("令牌“{name}”已停用", "The token “{name}” is ended").format(name=token.name))
    return redirect("office:tokens")


def _values(form: TokenForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("name", "scopes", "days")}


def _state(token: Token) -> tuple[str, Text]:
    if token.ended is not None:
        return "wait", ENDED
    return ("good", LIVE) if token.live() else ("warn", EXPIRED)


def _trail(last: str = "") -> list[tuple[Text, str]]:
    here = Text("我的令牌", "My tokens")
    first = (Text("我", "Me"), reverse("office:me"))
    return [first, (here, reverse("office:tokens")), (Text(last, last), "")] if last else [first, (here, "")]
