"""The process in which one job is done, and the worker's hold on it.

It is started before there is a job, so that a job does not wait for it; it does one job and ends. It is a copy of a process
that has read the libraries, where the system can copy processes, so that not each job takes seconds of work to read them.
It has a session of its own, so that the worker ends with it whatever it started, and it ends itself when its worker is gone.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from haihe.messages import Text
from haihe.workspace.start import setup

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

GRACE = 0.8
"""Seconds that a job has to end after it was asked to; then its processes are killed."""
NICE = 5
"""How much less urgent jobs are than the pages."""
END, SAID = "end", "said"
READY = "haihe.workspace.jobs.ready"
"""Imported by the process that is copied; a copy has no thread and no connection of it, since it does nothing else."""


def _body(home: str, line: Connection) -> None:
    """Wait for the code of a job, do it, send what came of it."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if os.name == "posix":
        os.setsid()
        os.nice(NICE)
    threading.Thread(target=_end_with_worker, daemon=True).start()
    setup(home)
    from haihe.workspace.jobs.doing import do, memory_of  # models are there only after the setup
    from haihe.workspace.jobs.models import Job

    try:
        job = Job.objects.select_related("unit").get(code=line.recv())
    except EOFError:
        return
    if job.kind_of_work is not None:
        _limit_memory(memory_of(job.kind_of_work))

    def tell(words: Text | None, share: float | None) -> None:
        line.send((SAID, words, share))

    outcome = do(job, tell, stop)
    line.send((END, outcome))


def _end_with_worker() -> None:
    """End this process and what it started once its worker is gone."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        kill_group(os.getpid())
    os._exit(1)


def _limit_memory(megabytes: int) -> None:
    if sys.platform == "linux":
        import resource  # there is none on Windows

        most = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def kill_group(pid: int) -> None:
    """Kill a process that leads a session, with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _context() -> "ForkServerContext | SpawnContext":
    """How processes are made: as copies of one that is ready, or anew where the system cannot copy."""
    if sys.platform == "win32":
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([READY])
    return context


class Child:
    """A process that waits for a job, as its worker holds it."""

    def __init__(self, home: str) -> None:
        context = _context()
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_body, args=(home, theirs), name="haihe job")
        self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.is_alive()

    def give(self, code: str) -> None:
        """Give it its job."""
        self.line.send(code)

    def messages(self, seconds: float) -> list[tuple[Any, ...]]:
        """Give what it sent meanwhile; waits some time for the first word, or until it ends."""
        found = []
        connection.wait([self.line, self.process.sentinel], timeout=seconds)
        with contextlib.suppress(EOFError, OSError):
            while self.line.poll():
                found.append(self.line.recv())
        return found

    def ask_to_end(self) -> list[tuple[Any, ...]]:
        """Ask it to end, kill it where it does not; gives its last words."""
        with contextlib.suppress(OSError):
            self.process.terminate()
        until, said = time.monotonic() + GRACE, []
        while self.alive and time.monotonic() < until:
            said += self.messages(0.05)
            if any(message[0] == END for message in said):
                break
        self.kill()
        return said + self.messages(0)

    def kill(self) -> None:
        """Kill it with all that it started."""
        if self.process.pid is not None:
            kill_group(self.process.pid)
        self.process.kill()
        self.process.join()

    @property
    def how_it_ended(self) -> str:
        """Signal or exit code of an ended process."""
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"exit {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
