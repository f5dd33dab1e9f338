"""Runs to do in tests that cost nothing: squares, some of which end their own process, or wait."""

import hashlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.planning.journal import Journal
from haihe.planning.runs import OneRun, run_all


@dataclass(frozen=True)
class Squares:
    """Give the square of a run's number, with some ballast.

    ``log``: file to which every run is written as it begins. ``kills``: runs that kill their process, the first time
    (``always``: each time). ``wrong``: runs that raise. ``shut``: it cannot be opened.
    """

    log: str = ""
    kills: tuple[str, ...] = ()
    always: bool = False
    wrong: tuple[str, ...] = ()
    wait: float = 0.0
    ballast: int = 0
    shut: bool = False

    @property
    def key(self) -> str:
        return hashlib.sha256(repr((self.log, self.kills, self.wrong, self.ballast)).encode()).hexdigest()

    def open(self, control: Control) -> OneRun:
        if self.shut:
            raise HaiheError("E-PLN-96", reason="shut")
        return self.one

    def one(self, name: str) -> Mapping[str, Any]:
        again = f"{name} " in self.begun()
        if self.log:
            with Path(self.log).open("a") as file:
                file.write(f"{name} {os.getpid()}\n")
        if name in self.kills and (self.always or not again):
            os.kill(os.getpid(), signal.SIGKILL)
        if name in self.wrong:
            raise HaiheError("E-PLN-96", reason="wrong")
        time.sleep(self.wait)
        return {"square": int(name) ** 2, "ballast": "x" * self.ballast}

    def begun(self) -> str:
        return Path(self.log).read_text() if self.log and Path(self.log).exists() else ""


def names(n: int) -> list[str]:
    return [str(k) for k in range(n)]


if __name__ == "__main__":
    journal, log, workers = sys.argv[1:]
    work = Squares(log, wait=0.2)
    run_all(work, names(40), Journal(journal, work.key), workers=int(workers))
