"""Reasons over processes: killed workers, a run killed whole, what stands in the journal is never repeated."""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selection_cases import drawn, given, tied

from haihe.messages import HaiheError, Text
from haihe.planning import runs
from haihe.planning.choosing import Cut
from haihe.planning.control import Control
from haihe.planning.reason_jobs import Job
from haihe.planning.reasons import Basis, Reason
from haihe.planning.ties import TieSpec


def job_of(seed: int = 0, count: int = 6, *, levers: bool = False) -> Job:
    spec, funds, worth = drawn(seed)
    candidates = given(spec, funds, worth, tied(spec, excludes=((2, 3),)))
    small = candidates.model()
    answer = small.solve()
    assert answer is not None
    return Job(Basis(candidates, small.choice(answer), answer.objective, 0.0), spec.projects[:count], levers)


def test_a_journal_of_reasons_belongs_to_all_that_the_selection_contains() -> None:
    job = job_of()
    c = job.basis.candidates
    assert c.money is not None
    cut = Cut(1.0, np.zeros(len(c.projects.options)), np.zeros(len(c.projects.options)))
    others = [
        replace(c, money=None),
        replace(c, ties=TieSpec()),
        c.plus([cut]),
        c.plus([replace(cut, cost=2.0)]),
        replace(c, gain=None if c.gain is None else c.gain + 1.0),
        replace(c, assumptions=replace(c.assumptions, discount=c.assumptions.discount + 0.01)),
    ]
    keys = [replace(job, basis=replace(job.basis, candidates=each)).key for each in (c, *others)]
    assert len(set(keys)) == len(keys)
    assert job_of().key == job.key


def plain(found: list[Reason]) -> list[dict[str, Any]]:
    return [reason.to_dict() for reason in found]


def journalled(path: Path) -> list[str]:
    """Projects in a journal, in the order in which they were written."""
    lines = path.read_text("utf-8").splitlines()[1:] if path.exists() else []
    return [json.loads(line)["run"] for line in lines if line.endswith("}")]


class Killer:
    """Kills a worker as soon as the first reason has come, and hears what the job says."""

    def __init__(self, kills: int = 1) -> None:
        self.left, self.said = kills, []
        self.killed: list[int] = []

    def __call__(self, text: Text) -> None:
        self.said.append(text)
        if self.left:
            worker = multiprocessing.active_children()[0]
            os.kill(int(worker.pid or 0), signal.SIGKILL)
            self.killed.append(int(worker.pid or 0))
            self.left -= 1


@pytest.mark.slow
def test_a_killed_worker_is_told_of_and_loses_nothing(tmp_path: Path) -> None:
    job, killer, path = job_of(), Killer(), tmp_path / "reasons.jsonl"
    found = job.run(path, workers=2, control=Control(progress=killer))
    assert killer.killed
    assert runs.LOST in killer.said
    assert all(runs.LOST(lang) for lang in ("zh", "en"))
    assert plain(found) == plain(job.run())
    assert sorted(journalled(path)) == sorted(job.projects)


@pytest.mark.slow
def test_workers_killed_again_and_again_are_an_error_that_can_be_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "TRIES", 1)
    job, path = job_of(), tmp_path / "reasons.jsonl"
    with pytest.raises(HaiheError) as caught:
        job.run(path, workers=2, control=Control(progress=Killer()))
    assert caught.value.code == "E-PLN-104"
    before = journalled(path)
    assert 1 <= len(before) < len(job.projects)
    done = _counted(monkeypatch)
    assert plain(job.run(path)) == plain(job_of().run(tmp_path / "other.jsonl"))
    assert not set(before) & set(done[: len(job.projects) - len(before)])
    assert journalled(path)[: len(before)] == before


RUN = """
import pickle, sys, time
from haihe.planning.control import Control
job = pickle.load(open(sys.argv[1], "rb"))
job.run(sys.argv[2], control=Control(progress=lambda text: time.sleep(0.2)))
"""


@pytest.mark.slow
def test_a_run_killed_whole_repeats_nothing_that_was_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, path, sent = job_of(), tmp_path / "reasons.jsonl", tmp_path / "job.pickle"
    sent.write_bytes(pickle.dumps(job))
    run = subprocess.Popen([sys.executable, "-c", RUN, str(sent), str(path)], start_new_session=True)
    try:
        for _ in range(3000):
            if len(journalled(path)) >= 2 or run.poll() is not None:
                break
            time.sleep(0.02)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    before = journalled(path)
    assert 2 <= len(before) < len(job.projects)
    written = path.read_bytes()
    done = _counted(monkeypatch)
    found = job.run(path)
    assert done == [project for project in job.projects if project not in before]
    assert path.read_bytes().startswith(written.rpartition(b"\n")[0])
    assert plain(found) == plain(job.run(tmp_path / "other.jsonl"))


def _counted(patch: pytest.MonkeyPatch) -> list[str]:
    """Projects whose reasons are found from now on, in this process."""
    done: list[str] = []
    one = Job.one

    def counted(self: Job, project: str, *rest: Any) -> Reason:
        done.append(project)
        return one(self, project, *rest)

    patch.setattr(Job, "one", counted)
    return done
