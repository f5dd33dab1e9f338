"""The queue: who may ask, equal work once, fair order, conditional steps, recovery of what a dead worker held."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import workspace_toys  # noqa: F401 - declares its kinds
from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import history, verify
from haihe.workspace.config import Office
from haihe.workspace.frame.register import WAITING
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.units.roles import ACTIONS, ALLOWED
from workspace_cases import City

pytestmark = pytest.mark.django_db
TITLE = Text("相加", "Add")


@pytest.fixture
def ask(city: City) -> Callable[..., Job]:
    """Ask for a job as one of the city's people."""

    def asked(code: str = "toy.add", unit: str = "TJ-BH", by: str = "bh-editor", **inputs: Any) -> Job:
        return queue.enqueue(city.people[by], city.units[unit], code, title=TITLE, **inputs)

    return asked


@pytest.fixture
def toy_action() -> Iterator[None]:
    ACTIONS["data.toy"] = TITLE
    ALLOWED["editor"].add("data.toy")
    yield
    del ACTIONS["data.toy"]
    ALLOWED["editor"].discard("data.toy")


def test_a_job_is_done(ask: Callable[..., Job]) -> None:
    job = ask(a=1, b=2)
    assert (job.state, queue.place_of(job)) == (QUEUED, 1)
    assert [each.code for each in drain()] == [job.code]
    job.refresh_from_db()
    assert (job.state, job.result["sum"], job.result["by"], job.share) == (DONE, 3, "bh-editor", 1.0)
    assert job.words == Text("相加", "adding")
    assert job.summary == Text("得 3", "gives 3")
    assert job.tries == 1
    assert [entry.verb for entry in history(Job.kind(), job.code)] == ["enqueue", "start", "done"]
    assert not list(verify())


def test_equal_work_pending_is_one_job(ask: Callable[..., Job]) -> None:
    job = ask(a=1, b=2)
    assert ask(b=2, a=1).code == job.code
    assert ask(a=2, b=1).code != job.code
    assert ask(unit="TJ-HP", by="hp-editor", a=1, b=2).code != job.code
    drain()
    assert ask(a=1, b=2).code != job.code


def test_pure_work_is_not_done_twice(ask: Callable[..., Job]) -> None:
    first = ask("toy.pure", n=1)
    drain()
    first.refresh_from_db()
    second, other = ask("toy.pure", unit="TJ-HP", by="hp-editor", n=1), ask("toy.pure", n=2)
    assert (second.state, second.result, second.same_as) == (DONE, first.result, first.code)
    assert other.state == QUEUED


@pytest.mark.parametrize(
    ("code", "found"), [("toy.refuse", "E-WEB-01"), ("toy.broken", "E-JOB-10"), ("toy.nan", "E-JOB-10")]
)
def test_a_failure_has_a_code_and_tells_nothing_of_the_inside(ask: Callable[..., Job], code: str, found: str) -> None:
    job = ask(code)
    drain()
    job.refresh_from_db()
    assert job.state == FAILED
    assert [line["code"] for line in job.error] == [found]
    assert "secret" not in str(job.error)
    assert job.result is None


def test_only_who_may_asks_and_only_while_they_may(ask: Callable[..., Job], city: City, toy_action: None) -> None:
    with pytest.raises(HaiheError, match="E-JOB-03"):
        ask("toy.allowed", by="bh-approver")
    with pytest.raises(HaiheError, match="E-JOB-03"):
        ask("toy.allowed", unit="TJ-HP", by="bh-editor")
    job = ask("toy.allowed")
    city.people["bh-editor"].posts.update(active=False)
    drain()
    job.refresh_from_db()
    assert (job.state, job.error[0]["code"]) == (FAILED, "E-JOB-05")


def test_quota_of_a_unit(ask: Callable[..., Job], office: Office, settings: Any) -> None:
    settings.OFFICE = Office(office.values | {"JOBS_PER_UNIT": 2})
    ask(a=1, b=1), ask(a=1, b=2)
    with pytest.raises(HaiheError, match="E-JOB-02"):
        ask(a=1, b=3)
    ask(a=1, b=1)
    ask(unit="TJ-HP", by="hp-editor", a=1, b=3)


def test_units_take_turns(ask: Callable[..., Job]) -> None:
    many = [ask(a=1, b=k) for k in range(3)]
    few = [ask(unit="TJ-HP", by="hp-editor", a=1, b=k) for k in range(2)]
    expected = [many[0], few[0], many[1], few[1], many[2]]
    assert queue.order() == [job.pk for job in expected]
    assert queue.place_of(few[1]) == 4
    begun = []
    while job := queue.take("a"):
        begun.append(job.pk)
    assert begun == [job.pk for job in expected]


def test_equal_work_of_another_unit_waits_and_takes_the_result_over(ask: Callable[..., Job]) -> None:
    mine, theirs = ask("toy.pure", n=1), ask("toy.pure", unit="TJ-HP", by="hp-editor", n=1)
    assert queue.take("a") == mine
    assert queue.take("b") is None, "the same is being done"
    queue.finish(mine, "a", DONE, {"sum": 2})
    assert queue.take("b") is None, "it is done"
    theirs.refresh_from_db()
    assert (theirs.state, theirs.result, theirs.same_as) == (DONE, {"sum": 2}, mine.code)
    queue.forget(mine.mark)
    again = ask("toy.pure", n=1)
    assert (again.state, again.result) == (QUEUED, None), "what was forgotten is done anew"


def test_a_unit_with_running_work_waits_for_the_others(ask: Callable[..., Job]) -> None:
    ask(a=0, b=0)
    queue.take("a")
    second, other = ask(a=0, b=1), ask(unit="TJ-HP", by="hp-editor", a=0, b=2)
    assert queue.order() == [other.pk, second.pk]


def test_running_work_counts_more_than_a_late_start(ask: Callable[..., Job]) -> None:
    ask(a=0, b=0)
    queue.take("a")  # TJ-BH began first, and its job still runs
    over = ask(unit="TJ-HP", by="hp-editor", a=0, b=1)
    queue.finish(queue.take("a") or over, "a", DONE, {})
    second, other = ask(a=0, b=2), ask(unit="TJ-HP", by="hp-editor", a=0, b=3)
    assert queue.order() == [other.pk, second.pk]


def test_a_job_that_others_took_meanwhile_is_left_to_them(
    ask: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(a=1, b=1)
    seen = queue.order()
    queue.take("a")
    monkeypatch.setattr(queue, "order", lambda: seen)
    assert queue.take("b") is None
    job.refresh_from_db()
    assert (job.holder, job.tries) == ("a", 1)


def test_one_job_is_taken_once(ask: Callable[..., Job]) -> None:
    job = ask(a=1, b=1)
    assert queue.take("a") == job
    assert queue.take("b") is None
    assert not queue.finish(job, "b", DONE, {})
    assert not queue.beat(job, "b", None, None)
    assert queue.finish(job, "a", DONE, {"sum": 2})
    assert not queue.finish(job, "a", FAILED)
    job.refresh_from_db()
    assert job.state == DONE


def test_cancel(ask: Callable[..., Job], city: City) -> None:
    editor = city.people["bh-editor"]
    waiting, running, over = ask(a=1, b=1), ask(a=1, b=2), ask(a=1, b=3)
    Job.objects.filter(pk=waiting.pk).update(cancel_asked=False)
    queue.cancel(editor, waiting)
    assert waiting.state == CANCELLED
    assert queue.take("a") == running
    queue.cancel(editor, running)
    assert (running.state, queue.cancel_asked(running)) == (RUNNING, True)
    assert ask(a=1, b=2).pk != running.pk  # asked for anew, it is another job
    queue.finish(running, "a", CANCELLED)
    queue.take("a")
    queue.finish(over, "a", DONE, {})
    with pytest.raises(HaiheError, match="E-JOB-04"):
        queue.cancel(editor, over)
    assert [entry.verb for entry in history(Job.kind(), running.code)] == ["enqueue", "start", "cancel", "cancelled"]


def _age(job: Job, seconds: float, pid: int) -> None:
    Job.objects.filter(pk=job.pk).update(beat=timezone.now() - timedelta(seconds=seconds), pid=pid)


def test_work_of_a_lost_worker_is_queued_again_and_given_up_in_the_end(ask: Callable[..., Job]) -> None:
    job = ask(a=1, b=1)
    for _ in range(queue.TRIES - 1):
        assert queue.take("a") == job
        _age(job, 0, os.getpid())
        assert queue.recover() == 0
        _age(job, queue.LOST_AFTER.total_seconds() + 1, os.getpid())
        assert queue.recover() == 1
        job.refresh_from_db()
        assert job.state == QUEUED
        assert not queue.finish(job, "a", DONE, {})  # the worker was not dead, only late: it is too late now
    queue.take("a")
    _age(job, 0, 2**22 + 1)  # no such process here: not waited for
    assert queue.recover() == 1
    job.refresh_from_db()
    assert (job.state, job.error[0]["code"]) == (FAILED, "E-JOB-13")


def test_cancelled_work_of_a_lost_worker_stays_cancelled(ask: Callable[..., Job], city: City) -> None:
    job = ask(a=1, b=1)
    queue.take("a")
    queue.cancel(city.people["bh-editor"], job)
    _age(job, 60, os.getpid())
    queue.recover()
    job.refresh_from_db()
    assert job.state == CANCELLED


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_one_job(ask: Callable[..., Job]) -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite is in memory, with one connection; test_workspace_jobs_worker runs two workers")
    jobs = {ask(a=1, b=k).pk for k in range(12)}
    taken: list[int] = []

    def work(name: str) -> None:
        while job := queue.take(name):
            taken.append(job.pk)
        connection.close()

    workers = [threading.Thread(target=work, args=(f"w{k}",)) for k in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(taken) == sorted(jobs)


def test_pages(ask: Callable[..., Job], signed: Callable[[str], Client]) -> None:
    job = ask(a=1, b=1)
    client = signed("bh-editor")
    listed = client.get("/jobs/").content.decode()
    assert job.title_zh in listed
    assert "排队中" in listed
    shown = client.get(f"/jobs/{job.code}").content.decode()
    assert "排在第 1 位" in shown
    assert "取消作业" in shown
    part = client.get(f"/jobs/{job.code}/progress", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part.headers
    assert "every 1s" in part.content.decode()
    assert client.get(f"/jobs/{job.code}/progress").status_code == 302
    assert client.post(f"/jobs/{job.code}/cancel").status_code == 302
    job.refresh_from_db()
    assert job.state == CANCELLED
    assert client.post(f"/jobs/{job.code}/cancel").status_code == 409
    part = client.get(f"/jobs/{job.code}/progress", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "every 1s" not in part.content.decode()
    repeated = client.post(f"/jobs/{job.code}/again")["Location"]
    assert repeated != f"/jobs/{job.code}"
    drain()
    assert "gives 2" in client.get(repeated, headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize(
    ("username", "sees", "cancels"),
    [
        ("planner", 200, 302),
        ("bh-approver", 200, 302),
        ("auditor", 200, 403),
        ("hp-editor", 404, 404),
        ("bj-planner", 404, 404),
        ("admin", 404, 403),
    ],
)
def test_own_unit_and_below(
    ask: Callable[..., Job], signed: Callable[[str], Client], username: str, sees: int, cancels: int
) -> None:
    job = ask(a=1, b=1)
    client = signed(username)
    assert client.get(f"/jobs/{job.code}").status_code == sees
    assert client.post(f"/jobs/{job.code}/cancel").status_code in {cancels, 404 if sees == 404 else cancels}


def test_a_failed_job_waits_for_who_asked_until_asked_again(ask: Callable[..., Job], city: City) -> None:
    def waits(username: str) -> list[str]:
        return [each.url for source in WAITING for each in source(city.people[username]) if "/jobs/" in each.url]

    job = ask("toy.refuse")
    drain()
    assert waits("bh-editor") == [f"/jobs/{job.code}"]
    assert waits("bh-approver") == []
    queue.again(city.people["bh-editor"], job)
    assert waits("bh-editor") == []


def test_the_list_asks_the_database_as_often_for_many_jobs(
    ask: Callable[..., Job], signed: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = signed("planner")
    for k in range(12):
        ask(a=1, b=k)
    with django_assert_max_num_queries(9):
        client.get("/jobs/")
