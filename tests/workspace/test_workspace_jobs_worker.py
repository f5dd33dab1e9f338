"""Workers in real processes: done, failed, out of time and memory, killed, cancelled, taken over, done by one of two."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import Server, _environment, office_in

pytestmark = [pytest.mark.slow]
TOYS = Path(__file__).resolve().parents[1] / "workspace_toys.py"
PATIENCE = 400.0


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(
            "HAIHE_DATABASE_URL", raising=False
        )  # where the whole suite runs on one database, this has its own
        server = office_in(tmp_path_factory.mktemp("jobs") / "office")
        server.run("workspace_job_cases:seed")
        yield server


@contextmanager
def worker(here: Server, count: int = 1) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Start workers; they are told to end at the end."""
    command = [sys.executable, str(TOYS), str(here.home)]
    with (here.home / "worker.log").open("ab") as log:
        there = [subprocess.Popen(command, env=_environment(here.home), stdout=log, stderr=log) for _ in range(count)]
    try:
        yield there
    finally:
        for each in there:
            each.terminate()
        for each in there:
            each.wait(60)


def until(here: Server, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until the jobs are as wanted."""
    end = time.monotonic() + PATIENCE
    while not holds(jobs := here.run("workspace_job_cases:jobs")):
        assert time.monotonic() < end, (jobs, (here.home / "worker.log").read_text())
        time.sleep(0.3)
    return jobs


def alive(marker: str) -> list[str]:
    """Processes whose environment names the folder: what a job left behind would be among them."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in place.read_bytes() and int(place.parent.name) != os.getpid():
                found.append(place.parent.name)
        except OSError:
            continue
    return found


def left(marker: str) -> list[str]:
    """Give the processes that still live after some seconds, in which those that were told to end may end."""
    last = time.monotonic() + 20
    while (found := alive(marker)) and time.monotonic() < last:
        time.sleep(0.2)
    return found


def over(codes: list[str]) -> Callable[[dict[str, Any]], bool]:
    return lambda jobs: all(jobs[code]["state"] in {"done", "failed", "cancelled"} for code in codes)


def test_ways_to_end(here: Server) -> None:
    kinds = {
        "toy.add": ({"a": 1, "b": 2}, "done", ""),
        "toy.refuse": ({}, "failed", "E-WEB-01"),
        "toy.broken": ({}, "failed", "E-JOB-10"),
        "toy.late": ({}, "failed", "E-JOB-12"),
        "toy.hungry": ({}, "failed", "E-JOB-14"),
        "toy.killed": ({}, "failed", "E-JOB-11"),
    }
    codes = {kind: here.run("workspace_job_cases:ask", kind, inputs) for kind, (inputs, _, _) in kinds.items()}
    with worker(here):
        jobs = until(here, over(list(codes.values())))
    assert {kind: (jobs[code]["state"], jobs[code]["why"]) for kind, code in codes.items()} == {
        kind: (state, why) for kind, (_, state, why) in kinds.items()
    }
    assert jobs[codes["toy.add"]]["result"]["sum"] == 3


def test_cancel_stops_even_work_that_does_not_listen(here: Server) -> None:
    deaf = here.run("workspace_job_cases:ask", "toy.deaf", {})
    with worker(here):
        until(here, lambda jobs: jobs[deaf]["state"] == "running")
        here.run("workspace_job_cases:cancel", deaf)
        jobs = until(here, over([deaf]))
    assert jobs[deaf]["state"] == "cancelled"
    assert left(str(here.home)) == []


@pytest.mark.endure
def test_two_workers_do_each_job_once_and_a_lost_worker_is_replaced(here: Server) -> None:
    codes = [here.run("workspace_job_cases:ask", "toy.steps", {"count": 15, "name": str(k)}) for k in range(6)]
    with worker(here, 2) as both:
        until(here, lambda jobs: any(jobs[code]["state"] == "running" for code in codes))
        both[0].send_signal(signal.SIGKILL)
        jobs = until(here, over(codes))
    assert {jobs[code]["state"] for code in codes} == {"done"}
    assert all(jobs[code]["result"]["steps"] == list(range(15)) for code in codes)  # the journal was taken up
    assert sum(jobs[code]["tries"] for code in codes) <= len(codes) + 1
    assert left(str(here.home)) == []


@pytest.mark.endure
def test_a_worker_that_is_told_to_end_gives_its_job_back(here: Server) -> None:
    code = here.run("workspace_job_cases:ask", "toy.wait", {"seconds": 30})
    with worker(here):
        until(here, lambda jobs: (jobs[code]["share"] or 0) > 0)
    job = here.run("workspace_job_cases:jobs")[code]
    assert (job["state"], job["tries"]) == ("queued", 0)
    here.run("workspace_job_cases:cancel", code)
