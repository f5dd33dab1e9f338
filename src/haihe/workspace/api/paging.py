"""Pages by cursor: what comes in meanwhile moves nothing and repeats nothing.

A cursor names the last object given, by a field that never changes; the next page begins after it.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import IntegerField, Model, QuerySet
from ninja import Field
from pydantic import BaseModel

from haihe.messages import HaiheError

Out = TypeVar("Out", bound=BaseModel)
Thing = TypeVar("Thing", bound=Model)
Last = TypeVar("Last", str, int)
LARGEST = 2**63


class Asked(BaseModel):
    """Which page is asked for."""

    limit: int = Field(50, ge=1, le=200, description="at most so many")
    cursor: str = Field("", max_length=400, description="`next` of the page before; empty for the first")


class Paged(BaseModel, Generic[Out]):
    """One page, and the cursor of the next; ``next`` is null on the last."""

    items: list[Out]
    next: str | None = None


def paged(query: "QuerySet[Thing]", asked: Asked, by: str, show: Callable[[Thing], Out]) -> Paged[Out]:
    """Give a page of a query.

    Parameters
    ----------
    query : QuerySet
        What the person may see.
    asked : Asked
        Cursor and size.
    by : str
        A unique field that never changes, with ``-`` for the largest first.
    show : callable
        Gives what is said of one object.
    """
    return paged_together(query, asked, by, lambda found: [show(thing) for thing in found])


def paged_together(
    query: "QuerySet[Thing]", asked: Asked, by: str, show: Callable[[list[Thing]], list[Out]]
) -> Paged[Out]:
    """Give a page of a query as `paged` does, where ``show`` is asked for all objects of the page at once."""
    field, down = by.lstrip("-"), by.startswith("-")
    if asked.cursor:
        whole = isinstance(query.model._meta.get_field(field), IntegerField)
        last: str | int = read_cursor(asked.cursor, by, int) if whole else read_cursor(asked.cursor, by, str)
        query = query.filter(**{f"{field}__{'lt' if down else 'gt'}": last})
    found = list(query.order_by(by)[: asked.limit + 1])
    shown = found[: asked.limit]
    following = cursor_of(by, getattr(shown[-1], field)) if len(found) > asked.limit else None
    return Paged(items=show(shown), next=following)


def cursor_of(by: str, last: Any) -> str:
    """Write a cursor."""
    return base64.urlsafe_b64encode(json.dumps([by, last]).encode()).decode().rstrip("=")


def read_cursor(said: str, by: str, kind: type[Last]) -> Last:
    """Read a cursor of the same order that holds a value of a kind, no number below zero; else raises ``E-API-12``."""
    try:
        read = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        order, last = read
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise HaiheError("E-API-12", column="cursor") from error
    fits = last.isprintable() if isinstance(last, str) else isinstance(last, int) and 0 <= last < LARGEST
    if order != by or type(last) is not kind or not fits:
        raise HaiheError("E-API-12", column="cursor")
    return last
