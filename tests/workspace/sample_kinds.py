"""What a sample is: an object in a unit, and who may see it and act on it, said without the code's help."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haihe.workspace.units.roles import ALLOWED
from workspace_cases import PEOPLE, UNITS, City

PARENTS: dict[str, str | None] = {code: parent for code, _zh, _en, _kind, parent, _region in UNITS}
WHERE = ("TJ-BH", "TJ-HP", "TJ", "BJ")
"""Units in which samples are made: a district, the district beside it, the city above both, the neighbouring region."""
KEEPER = {"TJ-BH": "bh-editor", "TJ-HP": "hp-editor", "TJ": "planner", "BJ": "bj-planner"}


def above(unit: str) -> set[str]:
    """A unit and all above it, by the plain table of parents."""
    found, here = set(), unit
    while here:
        found.add(here)
        here = PARENTS[here] or ""
    return found


@dataclass(frozen=True)
class Viewer:
    """Somebody with posts, as the plain table of the small city lists them: role, unit, below."""

    username: str
    posts: tuple[tuple[str, str, bool], ...]

    def holds(self, action: str) -> bool:
        """Whether any role of the viewer has an action."""
        return any(action in ALLOWED[role] for role, _unit, _below in self.posts)

    def reaches(self, action: str, units: Iterable[str]) -> bool:
        """Whether the viewer has an action in one of some units: by a post there, or by one above that reaches below."""
        return any(
            action in ALLOWED[role] and (unit == post or (below and post in above(unit)))
            for role, post, below in self.posts
            for unit in units
        )

    def works_in(self, unit: str) -> bool:
        """Whether the viewer has a post in exactly this unit."""
        return any(post == unit for _role, post, _below in self.posts)


VIEWERS = {username: Viewer(username, ((role, unit, below),)) for username, role, unit, below in PEOPLE}
VIEWERS["nobody"] = Viewer("nobody", ())


@dataclass(frozen=True)
class Sample:
    """An object, the names that must not be told to who may not see it, and whose it is.

    ``parties`` are the units in whose reach it is read, ``deciders`` those whose people act on it, by action where they
    differ; ``acts`` names the action that decides in the place of another; ``narrowed`` says who of those in reach sees it yet.
    """

    thing: Any
    names: tuple[str, ...]
    unit: str
    parties: frozenset[str] = frozenset()
    deciders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    narrowed: Callable[[Viewer], bool] = lambda _viewer: True

    def seen_by(self, viewer: Viewer) -> bool:
        """Whether a viewer sees it."""
        return viewer.reaches(self.thing.read_by, self.parties or {self.unit}) and self.narrowed(viewer)

    def acted_on_by(self, viewer: Viewer, action: str) -> bool:
        """Whether a viewer who sees it may do an action on it."""
        needed = self.acts.get(action, action)
        return action == self.thing.read_by or viewer.reaches(needed, self.deciders.get(action, {self.unit}))


SAMPLES: dict[type, Callable[[City, str], Sample]] = {}
"""How one object of a kind is made in a unit."""


def sample(kind: type) -> Callable[[Callable[[City, str], Sample]], Callable[[City, str], Sample]]:
    """Register how a sample of a kind is made."""

    def add(make: Callable[[City, str], Sample]) -> Callable[[City, str], Sample]:
        SAMPLES[kind] = make
        return make

    return add


@dataclass(frozen=True)
class Lookup:
    """An address that finds its object itself: what kind it names, the address's parameters, the action on the object.

    ``allowed`` replaces the rule where the page asks for something else than its action on the object.
    """

    of: type
    parameters: Callable[[Sample], dict[str, Any]]
    action: str = ""
    query: Callable[[Sample], str] = lambda _sample: ""
    allowed: Callable[[Viewer, Sample], bool] | None = None
