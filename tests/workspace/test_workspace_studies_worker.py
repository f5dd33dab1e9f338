"""Plans of the example in real workers: killed mid-solve, done after all; cancelled at any moment; kept over a restart."""

import signal
import statistics
from collections.abc import Iterator

import pytest
from browsing import Server, office_in
from test_workspace_jobs_worker import left, until, worker

from haihe.workspace.jobs import worker as rules
from haihe.workspace.jobs.child import GRACE

BOUND = 2.0
"""Seconds in which a cancelled study must stand still."""


def test_what_a_cancel_waits_for_is_less_than_two_seconds() -> None:
    assert rules.ASK + rules.LISTEN + GRACE < BOUND


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("HAIHE_DATABASE_URL", raising=False)
        server = office_in(tmp_path_factory.mktemp("studies") / "office")
        server.run("study_job_cases:seed")
        yield server


@pytest.mark.endure
def test_killed_mid_solve_it_is_done_after_all_and_never_again(here: Server) -> None:
    code = here.run("study_job_cases:ask", {"band": True})
    with worker(here) as (first,):
        before = here.run("study_job_cases:wait_until_solving", code)
        assert before["state"] == "running", before
        first.send_signal(signal.SIGKILL)
        first.wait(20)
    assert left(str(here.home)) == [], "its solver ended with it"
    assert here.run("study_job_cases:said", code)["state"] == "running", "nobody said so yet"
    with worker(here):
        until(here, lambda jobs: all(job["state"] == "done" for job in jobs.values()))
    after = here.run("study_job_cases:said", code)
    assert (after["state"], after["tries"]) == ("done", 2)
    kept = here.run("study_job_cases:numbers", code)
    assert kept["loss"] == kept["plan"]
    again = here.run("study_job_cases:ask", {"band": True, "upgrades": True, "projects": True}, "chief")
    said = here.run("study_job_cases:said", again)
    assert said["state"] == "done", "equal inputs, though nobody works"
    assert said["same"]
    assert here.run("study_job_cases:numbers", again) == kept


@pytest.mark.endure
def test_a_cancel_takes_effect_within_two_seconds(here: Server) -> None:
    with worker(here):
        found = here.run("study_job_cases:cancels", [0.2, 2.0, 4.0, 6.0, 8.0, 11.0])
        print(found)
    assert statistics.median(seconds for _, seconds in found) < BOUND, found
    assert left(str(here.home)) == []
