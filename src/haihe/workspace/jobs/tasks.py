"""Kinds of work that are done in the background, and what a piece of work hears and says while it runs.

A room declares its kinds in its own ``tasks.py`` with `task`, imported when its application is ready. This file imports no
model, so that a kind can be declared anywhere.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haihe.messages import Text

if TYPE_CHECKING:
    from haihe.planning.control import Control
    from haihe.workspace.audit.chain import Actor
    from haihe.workspace.jobs.models import Job
    from haihe.workspace.units.models import Owned, Person

Run = Callable[..., Mapping[str, Any]]
"""Does the work: gets a `Work` and the inputs by name, gives a result of JSON values."""
HOUR = 3600.0


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The work was cancelled."""


@dataclass(frozen=True, slots=True)
class About:
    """Which object a piece of work is about.

    Parameters
    ----------
    name : str
        Input that names the object.
    kind : type
        Kind of the object.
    field : str
        Field of the object that the input holds: its code, or what several objects of equal content share.
    """

    name: str
    kind: "type[Owned]"
    field: str = "code"

    def seen(self, person: "Person", said: Iterable[str]) -> set[str]:
        """Give what of these inputs names an object that a person sees."""
        there = self.kind.objects.visible_to(person).filter(**{f"{self.field}__in": set(said)})
        return set(there.values_list(self.field, flat=True))


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of work.

    Parameters
    ----------
    code : str
        ``room.verb-object``.
    name : Text
        What it is called.
    run : callable
        Does it. It may be done again after its process was killed, so doing it twice must give the same as once.
    action : str
        Action that whoever asks for it must hold in the unit; "" where the caller has made sure.
    seconds : float
        Time limit.
    memory_mb : int
        Memory limit in MB; 0 for that of the setting ``JOB_MEMORY_MB``. Linux only.
    pure : bool
        The result depends on the inputs and the version of haihe alone: what was done once is not done again.
    link : callable, optional
        Gives the address of the page on which the result of a job stands.
    about : About, optional
        The object that the work is about. Only who sees it sees the result, and may ask for the work again; without it,
        whoever sees the job.
    """

    code: str
    name: Text
    run: Run
    action: str = ""
    seconds: float = HOUR
    memory_mb: int = 0
    pure: bool = False
    link: "Callable[[Job], str] | None" = None
    about: "About | None" = None


TASKS: dict[str, Task] = {}
"""Every kind by its code."""


def task(
    code: str,
    *,
    name: Text,
    action: str = "",
    seconds: float = HOUR,
    memory_mb: int = 0,
    pure: bool = False,
    link: "Callable[[Job], str] | None" = None,
    about: "tuple[str, type[Owned]] | tuple[str, type[Owned], str] | None" = None,
) -> Callable[[Run], Run]:
    """Declare a kind of work; parameters as of `Task`, ``about`` as those of `About`."""

    def declare(run: Run) -> Run:
        object_ = About(*about) if about else None
        TASKS[code] = Task(code, name, run, action, seconds, memory_mb, pure, link, object_)
        return run

    return declare


def _deaf(words: Text | None, share: float | None) -> None:
    """Hear nothing."""


@dataclass
class Work:
    """One piece of work while it is done.

    Attributes
    ----------
    person : Person
        Who asked for it; what they may not see, the work does not see either.
    actor : Actor
        How the audit names them.
    folder : Path
        Folder for journals and result files, the same for equal inputs; made by `made_folder`.
    """

    person: "Person"
    actor: "Actor"
    folder: Path
    tell: Callable[[Text | None, float | None], None] = _deaf
    stop: threading.Event = field(default_factory=threading.Event)

    def say(self, words: Text) -> None:
        """Say what is being done now."""
        self.tell(words, None)

    def share(self, done: float) -> None:
        """Say how much is done, from 0 to 1."""
        self.tell(None, min(max(float(done), 0.0), 1.0))

    def check(self) -> None:
        """Raise `Stopped` where the work was cancelled; call it often."""
        if self.stop.is_set():
            raise Stopped

    def control(self, time_limit: float = float("inf")) -> "Control":
        """Give what the library's long solves listen to; a cancelled solve raises ``E-PLN-60``."""
        from haihe.planning.control import Control  # the planning room takes seconds to load; few kinds need it

        return Control(time_limit, self.stop, self.say)

    def made_folder(self) -> Path:
        """Make the folder and give it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder
