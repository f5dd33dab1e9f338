"""A figure of a dashboard, declared once: for which roles, of what, and how it is made for a person.

Any room above may declare figures of its own in its application's ``ready``: ``declare(Shown(...))``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.workspace.units.models import Person
from haihe.workspace.units.roles import READERS, ROLES


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure.

    Parameters
    ----------
    key : str
        Names it in addresses.
    name : Text
        What it shows.
    action : str
        What a person must be allowed to read to see it.
    roles : tuple of str
        Roles on whose dashboards it stands.
    build : callable
        Gives it for a person, from what the person may see alone: a `Figure`, or a `Table` where nothing can be drawn.
    order : int
        Its place.
    url : str
        Name of the address where all of it is listed.
    """

    key: str
    name: Text
    action: str
    roles: tuple[str, ...]
    build: Callable[[Person], Figure | Table]
    order: int = 100
    url: str = ""


SHOWN: dict[str, Shown] = {}


def declare(shown: Shown) -> Shown:
    """Put a figure on the dashboards of its roles."""
    SHOWN[shown.key] = shown
    return shown


def roles_of(person: Person) -> list[str]:
    """Give the roles of a person that have a dashboard, in the order of all roles."""
    held = {post.role for post in person.held()}
    return [role for role in ROLES if role in held and role in READERS]


def of_role(person: Person, role: str) -> list[Shown]:
    """Give the figures of a role that the person may see, in order."""
    there = [each for each in SHOWN.values() if role in each.roles and person.may(each.action)]
    return sorted(there, key=lambda each: (each.order, each.key))


def called(person: Person, key: str) -> Shown | None:
    """Give one figure that the person may see, on whichever dashboard it stands."""
    found = SHOWN.get(key)
    return found if found is not None and person.may(found.action) else None
