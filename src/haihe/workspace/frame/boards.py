"""A board: things in columns by their state, with counts. It needs no dragging: a card leads to the thing's own page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from haihe.messages import Text

MOST = 15
"""Cards that a column shows; its heading leads to the list of all."""


@dataclass(frozen=True, slots=True)
class Card:
    """One thing on a board: what it is called, where it leads, a few lines, and a status (good, warn, bad, wait) in words."""

    title: Text
    url: str
    lines: Sequence[Text | str] = ()
    mark: str = ""
    words: Text | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of a board: a state, how many are in it, the first cards, and where all of them are listed."""

    code: str
    title: Text
    count: int
    cards: list[Card]
    url: str = ""
    note: Text | None = None

    @property
    def rest(self) -> int:
        """How many the column does not show."""
        return self.count - len(self.cards)


def lanes(
    query: "QuerySet[Any]",
    field: str,
    states: Mapping[str, Text],
    card: Callable[[Any], Card],
    url: Callable[[str], str],
    note: Callable[[str], Text | None] = lambda _state: None,
    most: int = MOST,
) -> list[Lane]:
    """Give the columns of a board.

    Parameters
    ----------
    query : QuerySet
        What the person may see, in the order of the cards.
    field : str
        Field that holds the state.
    states : mapping of str to Text
        States in the order of the columns, and what they are called.
    card, url, note : callable
        Give the card of a thing, the address of the list of a state, and a line below the heading of a state.
    most : int
        Cards that a column shows.
    """
    counted = query.order_by().values(field).annotate(n=Count("pk")).values_list(field, "n")
    counts: dict[str, int] = dict(counted)
    return [
        Lane(
            state,
            title,
            counts.get(state, 0),
            [card(thing) for thing in query.filter(**{field: state})[:most]] if counts.get(state) else [],
            url(state),
            note(state),
        )
        for state, title in states.items()
    ]
