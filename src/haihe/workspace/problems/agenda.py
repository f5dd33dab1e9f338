"""What can go on the agenda of a leading group: rooms say it here, the room of meetings reads it.

Rooms that stand between problems and meetings (chains, months) register in their application's ``ready``, so that none of
them needs to know the room of meetings.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from haihe.messages import Text
from haihe.workspace.units.models import Person, Unit


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that a session might deal with.

    Parameters
    ----------
    kind : str
        Code of the source.
    title, why : Text
        What it is, and why it should be dealt with now.
    about_kind, about : str
        Kind and code of the thing.
    unit : Unit, optional
        Who presents it.
    url : str
        Its page.
    """

    kind: str
    title: Text
    why: Text
    about_kind: str = ""
    about: str = ""
    unit: Unit | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where suggestions come from: code, name, and a function of person, office and day of the last meeting."""

    code: str
    name: Text
    find: Callable[[Person, Unit, date | None], Iterable[Suggestion]]


SOURCES: list[Source] = []
CHANGES: list[str] = []
"""Kinds of objects whose changes since the last meeting stand in the pack."""
LAST: list[Callable[[Person], date | None]] = []
"""Says when the last meeting was; the room of meetings registers it."""


def last_meeting(person: Person) -> date | None:
    """Give the day of the last meeting that a person sees."""
    days = [day for each in LAST if (day := each(person)) is not None]
    return max(days, default=None)
