"""How pages write values: words in the page's language, numbers, days and times; what is missing as a dash, never 0."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from haihe.messages import Lang, Text

MISSING = "—"


def said(value: Any, lang: Lang) -> str:
    """Say a `Text` in a language; anything else as it is."""
    if isinstance(value, Text):
        return value(lang)
    return MISSING if value in (None, "") else str(value)


def number(value: Any, digits: int | None = None) -> str:
    """Write a number with groups of thousands."""
    if value is None or value == "" or value != value:  # the last is true of a NaN alone
        return MISSING
    if isinstance(value, (int, float, Decimal)):
        if digits is None and isinstance(value, float) and value.is_integer():
            value = int(value)  # 200, not 200.0
        return f"{value:,.{digits}f}" if digits is not None else f"{value:,}"
    return str(value)


def moment(value: datetime | date | None) -> str:
    """Write a time to the minute, or a day, in the office's time zone."""
    if value is None:
        return MISSING
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.strftime("%Y-%m-%d")


def until(value: datetime | None) -> SafeString:
    """Write by when something is due: a day is due until its end, which need not be said."""
    if value is None:
        return SafeString(MISSING)
    local = timezone.localtime(value)
    return stamp(local.date() if (local.hour, local.minute) == (23, 59) else value)


def stamp(value: datetime | date | None) -> SafeString:
    """Write a time as an element with its machine-readable form."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat() if value else "", moment(value))
