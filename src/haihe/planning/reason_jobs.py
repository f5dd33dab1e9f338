"""Reasons as a job in the background: over processes, each result written down at once, taken up where it stopped.

The journal is a text file with one JSON record a line: first what it belongs to, then one reason a line. A job that is
started again with the same file reads what is there and does the rest; a line cut off in the middle is done again.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.choosing import Valuer
from haihe.planning.control import Control
from haihe.planning.model import Model
from haihe.planning.reason_levers import with_levers
from haihe.planning.reasons import Basis, Reason, examine

TRIES = 3
"""Times that the processes are started anew after one of them was lost."""


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
        """What a journal belongs to: the selection and what is asked about it."""
        digest = hashlib.sha256(",".join(self.basis.candidates.projects.options).encode())
        for array in (self.basis.choice, *(cut.slope for cut in self.basis.candidates.cuts)):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(f"{self.basis.objective!r}|{self.basis.gap!r}|{self.levers}|{self.model is None}".encode())
        return digest.hexdigest()

    def run(
        self,
        journal: str | Path | None = None,
        *,
        workers: int = 1,
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
        control : Control, optional
            Time limit of each solve here, cancel and progress; a cancelled job keeps what it has written down.
        valuer : Valuer, optional
            The economy of ``model`` where it stands here already.

        Raises
        ------
        HaiheError
            ``E-PLN-94`` an unknown project, ``E-PLN-95`` a journal of another selection, ``E-PLN-60`` cancelled.
        """
        for project in self.projects:
            self.basis.place(project)
        path = None if journal is None else Path(journal)
        done = {} if path is None else self._read(path)
        left = [project for project in self.projects if project not in done]
        control = control or Control()
        quiet = replace(control, progress=None)
        for reason in self._found(left, workers, quiet, valuer):
            done[reason.project] = reason
            if path is not None:
                self._write(path, reason)
            if control.progress is not None:
                count = len(done), len(self.projects)
                control.progress(Text("原因：{a}/{b}", "reasons: {a} of {b}").format(a=count[0], b=count[1]))
        return [done[project] for project in self.projects]

    def one(self, project: str, valuer: Valuer | None = None, control: Control | None = None) -> Reason:
        """Find one reason here: by the small model, then by the plan, then cause and smallest changes."""
        reason, basis = examine(self.basis, project, valuer=valuer, control=control)
        return with_levers(basis, reason, control=control) if self.levers else reason

    def economy(self, control: Control | None = None) -> Valuer | None:
        """Set up the economy; None where reasons go by the small model only."""
        return None if self.model is None else Valuer(self.model, control)

    def _found(self, left: list[str], workers: int, control: Control, valuer: Valuer | None) -> Iterator[Reason]:
        if workers <= 1:
            valuer = self.economy(control) if valuer is None and left else valuer
            for project in left:
                _refuse_cancelled(control)
                yield self.one(project, valuer if self.model is not None else None, control)
            return
        for attempt in range(TRIES):
            try:
                for reason in self._spread(left, workers, control):
                    left = [project for project in left if project != reason.project]
                    yield reason
                return
            except BrokenProcessPool:
                if attempt == TRIES - 1:
                    raise

    def _spread(self, left: list[str], workers: int, control: Control) -> Iterator[Reason]:
        """Find reasons over processes, as they come."""
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_start, initargs=(self,)
        ) as pool:
            waiting: list[Future[Reason]] = [pool.submit(_one, project) for project in left]
            try:
                for ready in as_completed(waiting):
                    _refuse_cancelled(control)
                    yield ready.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, path: Path) -> dict[str, Reason]:
        if not path.exists() or not path.stat().st_size:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"reasons_of": self.key}) + "\n", "utf-8")
            return {}
        lines = path.read_text("utf-8").split("\n")
        head = _record(lines[0])
        if head is None or head.get("reasons_of") != self.key:
            raise HaiheError("E-PLN-95", file=path.name)
        records = [record for line in lines[1:] if (record := _record(line)) is not None]
        if lines[-1]:
            path.write_text("\n".join([lines[0], *map(_line, records)]) + "\n", "utf-8")
        return {str(record["project"]): Reason.of_dict(record) for record in records}

    @staticmethod
    def _write(path: Path, reason: Reason) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(_line(reason.to_dict()) + "\n")


_HERE: list[tuple[Job, Valuer | None]] = []
"""The job and the economy of this process, where it is one of several."""


def _start(job: Job) -> None:
    _HERE[:] = [(job, job.economy())]


def _one(project: str) -> Reason:
    job, valuer = _HERE[0]
    return job.one(project, valuer)


def _line(record: dict[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False)


def _record(line: str) -> dict[str, object] | None:
    """A line as a record; None where it was cut off."""
    try:
        found = json.loads(line) if line else None
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _refuse_cancelled(control: Control) -> None:
    if control.cancelled:
        raise HaiheError(
            "E-PLN-60", seconds="0", how_far=Text("已写下的原因仍在文件中", "what was found stays in the file")
        )
