"""Serving a workspace: one process answers requests, others do the work in the background, and it looks after them."""

import contextlib
import ipaddress
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from waitress.server import create_server

from haihe.locks import taken
from haihe.messages import Finding, HaiheError, Text
from haihe.workspace.answering import answer, listening, options, settle
from haihe.workspace.config import PRIVATE
from haihe.workspace.jobs.entry import run
from haihe.workspace.start import office, prepare
from haihe.workspace.units.accounts import Account

LOCK = "serve.lock"
STOP_SECONDS = 5.0
"""Seconds that workers have to end before they are killed."""
BACK_OFF = (0.5, 30.0)
"""Seconds before a worker that ended is started again: at first, and at most; doubled each time."""
CALM = 60.0
"""A worker that ran so long ended by chance: the next is started soon."""


@dataclass(frozen=True, slots=True)
class Served:
    """What whoever starts a server is told: address, folder, people made now with their first passwords, warnings."""

    address: str
    home: Path
    accounts: list[Account] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


@contextlib.contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold a folder for this server alone; ``E-JOB-20`` where another one has it. The lock ends with the process."""
    home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    path = home / LOCK
    with path.open("a+") as file:
        if not taken(file):
            file.seek(0)
            raise HaiheError("E-JOB-20", path=str(home), pid=file.read().strip() or "?")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def local(host: str) -> bool:
    """Whether an address is reached from this computer alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_open(host: str) -> None:
    """Refuse to open a workspace to other computers that is not ready for it (``E-JOB-22``)."""
    from haihe.workspace.first import has_admin  # models are there only after the setup

    if not os.environ.get("HAIHE_HOSTS"):
        why = Text("未设 HAIHE_HOSTS（允许的主机名）", "HAIHE_HOSTS (the host names answered) is not set")
        raise HaiheError("E-JOB-22", value=host, why=why)
    if not has_admin():
        why = Text("还没有已设自己口令的系统管理员", "there is no administrator yet who has chosen the own password")
        raise HaiheError("E-JOB-22", value=host, why=why)


@contextlib.contextmanager
def serving(home: Path, host: str, port: int, *, demo: bool = False) -> Iterator[tuple[Served, Any]]:
    """Make a folder ready and bind the address; gives what to tell, and the server to be run.

    Raises
    ------
    HaiheError
        ``E-JOB-20`` the folder is served already, ``E-JOB-21`` the address cannot be used, ``E-JOB-22`` it may not be
        opened to other computers.
    """
    os.umask(0o077)  # the lock, too, is its owner's alone
    with held(home):
        prepare(home)
        if not local(host):
            may_open(host)
        accounts = _accounts(demo)
        server = _bound(host, port)
        shown = f"[{host}]" if ":" in host else host
        warnings = [] if local(host) or office()["HTTPS"] else [Finding("W-JOB-23")]
        try:
            yield Served(f"http://{shown}:{server.effective_port}/", office().home, accounts, warnings), server
        finally:
            server.close()


def _accounts(demo: bool) -> list[Account]:
    """Fill an empty folder: with the demonstration, or with the first administrator."""
    from haihe.workspace.first import first_admin  # models are there only after the setup

    if demo:
        from haihe.workspace.keeping.demo import seed

        return seed()
    admin = first_admin()
    return [admin] if admin else []


def _bound(host: str, port: int) -> Any:
    from haihe.workspace.wsgi import application

    try:
        return create_server(application, host=host, port=port, **options())  # type: ignore[no-untyped-call]
    except (OSError, ValueError, socket.gaierror) as error:
        raise HaiheError("E-JOB-21", value=f"{host}:{port}", why=str(error)) from error


class Crew:
    """Processes beside a server: started, and started again where one ends.

    Parameters
    ----------
    home : path
        Folder of the workspace.
    count : int
        How many.
    does : callable
        What each does: gets the folder as text, and ``more``.
    more : tuple
    """

    def __init__(self, home: Path, count: int, does: Callable[..., None] = run, more: tuple[Any, ...] = ()) -> None:
        self.home, self.does, self.more = home, does, more
        self.ending = threading.Event()
        self.keepers = [threading.Thread(target=self._keep, name=f"worker {k}", daemon=True) for k in range(count)]

    def start(self) -> None:
        """Start them."""
        for keeper in self.keepers:
            keeper.start()

    def _keep(self) -> None:
        wait = BACK_OFF[0]
        while not self.ending.is_set():
            worker = get_context("spawn").Process(
                target=self.does, args=(str(self.home), *self.more), name="haihe worker"
            )
            worker.start()
            began = time.monotonic()
            while worker.is_alive() and not self.ending.is_set():
                worker.join(0.2)
            if self.ending.is_set():
                _end(worker)
                return
            wait = BACK_OFF[0] if time.monotonic() - began > CALM else min(2 * wait, BACK_OFF[1])
            self.ending.wait(wait)

    def stop(self) -> None:
        """End them; a job that runs goes back into the queue."""
        self.ending.set()
        for keeper in self.keepers:
            keeper.join(2 * STOP_SECONDS)


def _end(worker: BaseProcess) -> None:
    worker.terminate()
    worker.join(STOP_SECONDS)
    if worker.is_alive():
        worker.kill()
        worker.join()


def run_until_told(served: Served, server: Any, *, workers: bool) -> None:
    """Answer requests until Ctrl-C or SIGTERM, with workers beside; then end everything."""

    def end(*_: Any) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    crew = Crew(served.home, office()["WORKERS"] if workers else 0)
    more = 0 if sys.platform == "win32" else office()["SERVERS"] - 1
    beside = Crew(served.home, more, answer, (listening(server), os.getpid()))
    crew.start()
    beside.start()
    settle()
    try:
        server.run()  # ends at KeyboardInterrupt and SystemExit, after the requests at hand
    finally:
        beside.stop()
        crew.stop()
