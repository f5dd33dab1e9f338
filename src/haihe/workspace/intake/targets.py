"""What a file can be sent in for. A room registers its targets when its application is ready.

A list that comes in by workbook is a subclass of `Target`: which tables, what stands now, how a change is made and undone.
Reading, findings, preview, confirmation and their pages are the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pandas as pd

from haihe.messages import Findings, HaiheError, Lang, Text
from haihe.region.draft import Draft
from haihe.region.spec import TableSpec
from haihe.region.template import sheets_bytes
from haihe.workspace.intake.actions import CONFIRM, UPLOAD
from haihe.workspace.intake.models import NEEDED, Upload
from haihe.workspace.units.models import Owned, Person, Unit

Tables = Mapping[str, pd.DataFrame]
SHOWN = 200
"""Things that one page offers."""


class Target(ABC):
    """One kind of thing that files are sent in for.

    ``kind`` is the model of the thing; ``upload_action`` and ``confirm_action`` what a person needs on it; ``replaces``
    whether "replace my rows" is offered.
    """

    code: ClassVar[str]
    name: ClassVar[Text]
    kind: ClassVar[type[Owned] | type[Unit]]
    upload_action: ClassVar[str] = UPLOAD
    confirm_action: ClassVar[str] = CONFIRM
    replaces: ClassVar[bool] = True
    fetches: ClassVar[tuple[str, ...]] = ()
    """Look-ups over which the kind finds its deciders, read at once for a list of things."""

    @abstractmethod
    def title(self, thing: Owned) -> Text:
        """Give what the thing is called."""

    @abstractmethod
    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the tables that may come in, by name."""

    @abstractmethod
    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what stands now for a unit, typed; tables without records may be left out."""

    @abstractmethod
    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the state that `current` gives: equal names, equal content."""

    def prepare(self, tables: Tables) -> None:
        """Write the files of changed tables, before the transaction in which `apply` is called."""
        del tables

    @abstractmethod
    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Make the change in the running transaction: ``tables`` are the changed ones, whole. Gives the code of what was made."""

    @abstractmethod
    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Take the last change of an upload back by a new one, in the running transaction; called again, it is redone."""

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give what later stands on the upload's change, in words; nothing where it may be undone."""
        del thing, upload
        return None

    def decides(self, thing: Owned, unit: Unit) -> bool:
        """Whether what a unit confirms is in force at once, without anybody's approval."""
        del thing, unit
        return False

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the units for which a person may send in files for the thing."""
        return [unit for unit in thing.deciders(self.upload_action) if person.may(self.upload_action, unit)]

    def things(self, person: Person) -> Iterable[Any]:
        """Give what a person sees and might send files in for."""
        seen: Any = self.kind.objects
        return seen.visible_to(person).select_related("unit").prefetch_related(*self.fetches)[:SHOWN]  # type: ignore[no-any-return]

    def scope(self, thing: Owned, unit: Unit) -> frozenset[str] | None:
        """Give the regions whose rows a unit may change; ``None`` for all rows."""
        del thing, unit
        return None

    def whole(self, thing: Owned) -> bool:
        """Whether a file must be whole: all required tables and the meta."""
        del thing
        return False

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give every finding; by default those about form alone."""
        del thing, upload
        return draft.findings

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give a workbook to fill in: the unit's rows of some tables as they are."""
        specs = self.specs(thing)
        return sheets_bytes([specs[name] for name in specs if name in names], lang, tables=self.current(thing, unit))


TARGETS: dict[str, Target] = {}
"""Every target by its code."""


def register(made: Target) -> Target:
    """Register a target."""
    TARGETS[made.code] = made
    NEEDED[made.code] = made.confirm_action
    return made


def target_of(code: str) -> Target:
    """Give a target; ``E-INT-07`` where there is none."""
    if code not in TARGETS:
        raise HaiheError("E-INT-07", value=code[:80])
    return TARGETS[code]


def thing_of(upload: Upload) -> Owned:
    """Give the thing that an upload is for; ``E-INT-07`` where it is not there any more."""
    every: Any = target_of(upload.target).kind.objects
    thing = every.called(upload.thing)
    if thing is None:
        raise HaiheError("E-INT-07", value=upload.thing)
    return thing  # type: ignore[no-any-return]
