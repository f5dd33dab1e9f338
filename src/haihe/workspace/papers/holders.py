"""The kinds of things that hold papers. A room names its kinds in its application's ``ready``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from haihe.messages import HaiheError
from haihe.workspace.units.approval import Approved
from haihe.workspace.units.models import Owned


@dataclass(frozen=True, slots=True)
class Holder:
    """A kind that holds papers.

    Parameters
    ----------
    model : type of Owned
        The kind.
    action : str
        Who may do this on a thing may attach papers to it, and remove them.
    locked : callable, optional
        Raises where a thing takes and loses no papers now.
    """

    model: type[Owned]
    action: str
    locked: Callable[[Any], None] | None = None

    def check(self, thing: Owned) -> None:
        """Raise where the thing is locked; what is approved from below, unless it is a draft."""
        if self.locked is not None:
            self.locked(thing)
        elif isinstance(thing, Approved):
            thing.edit_allowed()


HOLDERS: dict[str, Holder] = {}
"""Every kind that holds papers, by its name in the record."""


def holds(model: type[Owned], action: str, locked: Callable[[Any], None] | None = None) -> None:
    """Let a kind of thing hold papers."""
    HOLDERS[model.kind()] = Holder(model, action, locked)


def holder_of(kind: str) -> Holder:
    """Give how a kind holds papers; ``E-PAP-04`` where it holds none."""
    if kind not in HOLDERS:
        raise HaiheError("E-PAP-04", value=kind[:80])
    return HOLDERS[kind]
