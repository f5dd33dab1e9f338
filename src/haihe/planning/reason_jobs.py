"""Reasons as a job in the background: over processes, each reason written down at once, taken up where it stopped.

The work itself is that of all runs of one kind (`haihe.planning.runs`, `haihe.planning.journal`): a lost process is
started anew and its project done again, and what stands in the journal is never repeated.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from haihe.planning.choosing import Valuer
from haihe.planning.control import Control
from haihe.planning.journal import RUN, Journal
from haihe.planning.marks import mark_of
from haihe.planning.model import Model
from haihe.planning.reason_borders import with_levers
from haihe.planning.reasons import Basis, Reason, examine
from haihe.planning.runs import OneRun, run_all


@dataclass(frozen=True)
class Job:
    """Reasons of many projects.

    Parameters
    ----------
    basis : Basis
    projects : sequence of str
        Whose reasons are wanted.
    levers : bool
        Find cause and smallest changes too: some dozen solves for each that is not built.
    model : Model, optional
        The plan's program with projects and without their money. Where given, the plan is solved with each forced
        choice, so that losses and borders are the plan's and not only the small model's.
    """

    basis: Basis
    projects: Sequence[str]
    levers: bool = True
    model: Model | None = None

    @property
    def key(self) -> str:
        """What a journal belongs to: the selection, what is asked about it, and the plan where it is solved."""
        arrays = None if self.model is None else self.model.program.arrays()
        return mark_of(self.basis, self.levers, arrays)

    def run(
        self,
        journal: str | Path | None = None,
        *,
        workers: int = 1,
        dask: str | None = None,
        control: Control | None = None,
        valuer: Valuer | None = None,
    ) -> list[Reason]:
        """Find the reasons; in the order of ``projects``.

        Parameters
        ----------
        journal : path, optional
            File in which every reason is written down as soon as it is found, and from which it is read again.
        workers : int
            Processes; with 1 all is done here.
        dask : str, optional
            Address of a Dask scheduler whose workers find them instead.
        control : Control, optional
            Time limit of each solve, cancel and progress, which also says when a process was lost.
        valuer : Valuer, optional
            The economy of ``model`` where it stands here already.

        Raises
        ------
        HaiheError
            ``E-PLN-94`` an unknown project, ``E-PLN-101`` a journal of another selection, and as of
            `haihe.planning.runs.run_all`.
        """
        for project in self.projects:
            self.basis.place(project)
        work = self if valuer is None or workers > 1 or dask is not None else _Standing(self, valuer)
        with ExitStack() as room:
            path = journal if journal is not None else Path(room.enter_context(TemporaryDirectory())) / "reasons.jsonl"
            book = Journal(path, self.key)
            run_all(work, list(self.projects), book, workers=workers, dask=dask, control=control)
            found = {record.pop(RUN): Reason.of_dict(record) for record in book.records()}
        return [found[project] for project in self.projects]

    def one(self, project: str, valuer: Valuer | None = None, control: Control | None = None) -> Reason:
        """Find one reason here: by the small model, then by the plan, then cause and smallest changes."""
        found = examine(self.basis, project, valuer=valuer, control=control)
        return with_levers(found, valuer=valuer, control=control) if self.levers else found.reason

    def open(self, control: Control) -> OneRun:
        """Set up the economy, where there is one, and give what finds the reason of one project."""
        valuer = None if self.model is None else Valuer(self.model, control)
        return lambda project: self.one(project, valuer, control).to_dict()


@dataclass(frozen=True)
class _Standing:
    """A job in this process, whose economy stands already."""

    job: Job
    valuer: Valuer

    @property
    def key(self) -> str:
        return self.job.key

    def open(self, control: Control) -> OneRun:
        valuer = None if self.job.model is None else self.valuer
        return lambda project: self.job.one(project, valuer, control).to_dict()
