"""Finding rows by name, code or pinyin: the part that every search of `register.SEARCHES` uses."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

MOST = 20
"""Rows that one search gives."""


def matching(
    query: "QuerySet[Any]",
    wanted: str,
    code: str = "code",
    names: Sequence[str] = ("name_zh", "name_en"),
    pinyin: str = "pinyin",
) -> "QuerySet[Any]":
    """Keep the rows that fit what is typed, the best first: the code itself, then beginnings, then the rest.

    Parameters
    ----------
    query : QuerySet
        Rows that the person may see.
    wanted : str
        Part of a name or code, or pinyin with or without spaces: ``binhai``, ``bin hai`` or the initials ``bhxq``.
    code, names, pinyin : str, sequence of str, str
        Fields to look in; "" leaves one out.
    """
    fields = [name for name in (code, *names) if name]
    anywhere, begins = Q(), Q()
    for name in fields:
        anywhere |= Q(**{f"{name}__icontains": wanted})
        begins |= Q(**{f"{name}__istartswith": wanted})
    letters = "".join(wanted.lower().replace("'", " ").split())
    if pinyin and letters.isascii() and letters:
        anywhere |= Q(**{f"{pinyin}__contains": letters})
        begins |= Q(**{f"{pinyin}__startswith": letters}) | Q(**{f"{pinyin}__contains": f" {letters}"})
    exact = Q(**{f"{code}__iexact": wanted}) if code else Q(pk__in=[])
    rank = Case(When(exact, Value(0)), When(begins, Value(1)), default=Value(2), output_field=IntegerField())
    found: QuerySet[Any] = query.filter(anywhere).annotate(rank=rank).order_by("rank", code or "pk")
    return found[:MOST]
