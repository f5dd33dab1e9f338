"""Kinds of work for tests of the queue, and a worker that knows them: ``python workspace_toys.py HOME`` until SIGTERM.

A process that a worker starts reads its main file again, so what is declared here is known there too.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError, Text
from haihe.workspace.jobs.tasks import Work, task

NAME = Text("示例作业", "toy")


@task("toy.add", name=NAME)
def add(work: Work, *, a: int, b: int) -> dict[str, Any]:
    """Add, and say so."""
    work.say(Text("相加", "adding"))
    work.share(0.5)
    return {"sum": a + b, "by": work.person.username, "summary": {"zh": f"得 {a + b}", "en": f"gives {a + b}"}}


@task("toy.pure", name=NAME, pure=True)
def pure(work: Work, *, n: int) -> dict[str, Any]:
    """Give something else at each run, so that a second run would be seen."""
    return {"at": time.time_ns(), "n": n}


@task("toy.wait", name=NAME)
def wait(work: Work, *, seconds: float, n: int = 0) -> dict[str, Any]:
    """Wait and listen."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        work.check()
        work.share(1 - left / seconds)
        time.sleep(0.05)
    return {"waited": seconds}


@task("toy.deaf", name=NAME)
def deaf(work: Work) -> dict[str, Any]:
    """Wait and never listen, in a process of its own too."""
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    time.sleep(60)
    return {}


@task("toy.late", name=NAME, seconds=1)
def late(work: Work) -> dict[str, Any]:
    """Take longer than allowed."""
    time.sleep(60)
    return {}


@task("toy.hungry", name=NAME, memory_mb=1500)
def hungry(work: Work) -> dict[str, Any]:
    """Take more memory than allowed."""
    return {"bytes": len(bytearray(2 * 1024**3))}


@task("toy.killed", name=NAME)
def killed(work: Work) -> dict[str, Any]:
    """End as where the machine has no memory left."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@task("toy.steps", name=NAME)
def steps(work: Work, *, count: int, name: str = "") -> dict[str, Any]:
    """Do steps and keep a journal of them, so that none is done twice."""
    journal = work.made_folder() / "steps.txt"
    done = journal.read_text().split() if journal.exists() else []
    for step in range(len(done), count):
        work.check()
        with journal.open("a") as out:
            out.write(f"{step}\n")
            out.flush()
            os.fsync(out.fileno())
        time.sleep(0.05)
    return {"steps": [int(step) for step in journal.read_text().split()]}


@task("toy.refuse", name=NAME)
def refuse(work: Work) -> dict[str, Any]:
    """Fail with a code."""
    raise HaiheError("E-WEB-01", name="toy", value=7)


@task("toy.broken", name=NAME)
def broken(work: Work) -> dict[str, Any]:
    """Fail as no one foresaw."""
    raise RuntimeError("the secret inside")


@task("toy.nan", name=NAME)
def nan(work: Work) -> dict[str, Any]:
    """Give what is no JSON."""
    return {"value": float("nan")}


@task("toy.allowed", name=NAME, action="data.toy")
def allowed(work: Work) -> dict[str, Any]:
    """Need an action."""
    return {}


if __name__ == "__main__":
    from haihe.workspace.jobs.entry import run

    sys.path.insert(0, str(Path(__file__).parent))
    run(sys.argv[1])
