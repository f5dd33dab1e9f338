"""Tags and filters of every template: words in the page's language, numbers, dates, missing values as a dash."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from haihe.messages import QUALITY_NAMES, Text
from haihe.region.units import typed
from haihe.workspace.frame import names, shown

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Context, zh: str, en: str, **values: Any) -> str:
    """Say a phrase in the page's language: ``{% t "登录" "Sign in" %}``; ``{name}`` is filled from named values."""
    return Text(zh, en).format(**values)(context["lang"]) if values else (en if context["lang"] == "en" else zh)


@register.simple_tag(takes_context=True)
def say(context: Context, text: Any) -> str:
    """Say a `Text` in the page's language; anything else as it is, missing as a dash."""
    return shown.said(text, context["lang"])


@register.simple_tag(takes_context=True)
def unit(context: Context, said: str | Text | None) -> str:
    """Say a unit of measure that somebody typed, such as ``亿元``, in the page's language where it is known."""
    return say(context, typed(said) if isinstance(said, str) else said)


@register.simple_tag(takes_context=True)
def who(context: Context, username: str | None) -> SafeString:
    """Say a person's name where the name of sign-in is kept; that stays to be read as the element's title."""
    return format_html(
        '<span title="{}">{}</span>', username or "", say(context, names.name_of(names.PEOPLE, username))
    )


@register.simple_tag(takes_context=True)
def called(context: Context, what: str, code: str | None) -> str:
    """Say the name of what is kept as a code: ``{% called "units" entry.unit %}``."""
    return say(context, names.name_of(what, code))


register.filter(shown.number)
register.filter(shown.moment)
register.simple_tag(shown.stamp)
register.simple_tag(shown.until)


@register.filter
def file_word(form: str) -> str:
    """Say a form of a file as people call it, by its suffix: a list and a figure use the same word."""
    return {"xlsx": "Excel"}.get(form, form.upper())


@register.filter
def quality_name(code: str) -> Text | str:
    """Give the name of a quality by its code, for ``{% say %}`` and for the values of ``{% t %}``."""
    return next((name for each, name in QUALITY_NAMES.items() if each == code), code)


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """Give the page's own query with some parts changed (``None`` takes a part away)."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("frame/act.html", takes_context=True)
def act_on(
    context: Context, address: str, thing: Any, zh: str, en: str, style: str = "", reason: bool = False
) -> dict[str, Any]:
    """Write the button that posts an action on an object, with the edition that is shown.

    ``{% act_on "data:approve" thing "审批通过" "Approve" %}``; with ``reason=True`` the button opens a field for it.
    ``style`` is ``quiet``, ``danger`` or empty.
    """
    said = {name: context[name] for name in ("lang", "csrf_token", "request") if name in context}
    text = Text(zh, en)(context["lang"])
    url = reverse(address, args=[thing.code])
    return said | {"url": url, "words": text, "edition": thing.edition, "style": style, "reason": reason}


@register.simple_tag(takes_context=True)
def mark(context: Context, state: str, words: Any = None) -> SafeString:
    """Write a status: a shape and a word, never a colour alone. ``state``: good, warn, bad or wait."""
    return format_html('<span class="mark {}">{}</span>', state, say(context, words))
