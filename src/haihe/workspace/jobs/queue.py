"""The queue: asking for work, its order, cancelling it, and every step of a job from queued to its end.

Each step is one conditional update, so that of two processes that try it only one succeeds, on every database.
"""

import hashlib
import json
import os
import secrets
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from haihe.messages import Finding, HaiheError, Text
from haihe.version import __version__
from haihe.workspace.audit.chain import Actor, Channel, record, store
from haihe.workspace.audit.models import take_turn
from haihe.workspace.jobs.models import CANCELLED, DONE, FAILED, PENDING, QUEUED, RUNNING, STATES, Job
from haihe.workspace.jobs.seeing import sees
from haihe.workspace.jobs.tasks import TASKS
from haihe.workspace.units.models import Person, Unit

TRIES = 3
"""Times that a job is begun before it is given up."""
LOST_AFTER = timedelta(seconds=20)
"""A running job whose worker was not heard of for so long is queued again."""
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def mark_of(code: str, inputs: dict[str, Any]) -> str:
    """Give the hash of a kind of work, its inputs and the version of haihe."""
    said = json.dumps([__version__, code, inputs], ensure_ascii=False, sort_keys=True, allow_nan=False)
    return hashlib.sha256(said.encode()).hexdigest()


def enqueue(person: Person, unit: Unit, code: str, *, title: Text, channel: Channel = "web", **inputs: Any) -> Job:
    """Ask for work in the background.

    Parameters
    ----------
    person : Person
        Who asks.
    unit : Unit
        Office that the work is for; it is seen there and above.
    code : str
        Kind of work.
    title : Text
        What this job is called.
    channel : str
        By which way it was asked for.
    **inputs
        JSON values: codes of objects, never row ids.

    Returns
    -------
    Job
        A new one; or the one of the unit with equal inputs that is pending.

    Raises
    ------
    HaiheError
        ``E-JOB-03`` where the person may not; ``E-JOB-02`` where the unit has too many jobs pending.
    """
    task = TASKS[code]
    if task.action and not person.may(task.action, unit):
        raise HaiheError("E-JOB-03", value=title)
    mark = mark_of(code, inputs)
    with transaction.atomic():
        take_turn()  # so that two that ask for the same at once get the same job
        if same := _pending(unit, mark):
            return same
        most = settings.OFFICE["JOBS_PER_UNIT"]
        if Job.objects.filter(unit=unit, state__in=PENDING).count() >= most:
            raise HaiheError("E-JOB-02", value=unit.name, count=most)
        job = Job(code=_new_code(), unit=unit, created_by=person.username, task=code, inputs=inputs, mark=mark)
        job.title_zh, job.title_en = title.zh[:200], title.en[:200]
        if task.pure and sees(person, task, inputs):
            _take_over(job)
        try:
            with transaction.atomic():
                store(person.actor(task.action, channel), "enqueue", job)
        except IntegrityError:
            if same := _pending(unit, mark):
                return same
            raise
    return job


def _new_code() -> str:
    return f"J{timezone.localtime():%y%m%d}-{secrets.token_hex(4)}"


def _pending(unit: Unit, mark: str) -> Job | None:
    found: Job | None = Job.objects.filter(unit=unit, mark=mark, state__in=PENDING, cancel_asked=False).first()
    return found


def _take_over(job: Job) -> None:
    """Give a job the result of an equal one that is done, where there is one."""
    done = _equal_done(job.mark)
    if done is not None:
        job.state, job.result, job.share, job.same_as = DONE, done.result, 1.0, done.code
        job.started = job.ended = timezone.now()


def _equal_done(mark: str) -> Job | None:
    """Give a job of equal inputs that is done and whose result stands."""
    found: Job | None = Job.objects.filter(mark=mark, state=DONE, result__isnull=False).first()
    return found


def forget(mark: str) -> None:
    """Let go of the results of equal jobs, so that the work is done anew where it is asked for again."""
    Job.objects.filter(mark=mark, state=DONE).update(result=None)


def order() -> list[int]:
    """Give the row numbers of the queued jobs in the order in which they will be begun.

    Units take turns: next comes the oldest job of the unit with the fewest running jobs; of equal ones, of the unit that
    has waited longest for a start. A job whose equal is running for another unit waits for its result.
    """
    waiting: dict[int, list[int]] = {}
    shared = [code for code, task in TASKS.items() if task.pure]
    busy = Job.objects.filter(state=RUNNING, task__in=shared).values("mark")
    queued = Job.objects.filter(state=QUEUED, cancel_asked=False).exclude(mark__in=busy).order_by("id")
    for pk, unit in queued.values_list("pk", "unit"):
        waiting.setdefault(unit, []).append(pk)
    running = Counter(dict(Job.objects.filter(state=RUNNING).order_by().values_list("unit").annotate(Count("pk"))))
    starts = Job.objects.filter(unit__in=list(waiting), started__isnull=False).order_by()
    last: dict[int, datetime] = dict(starts.values_list("unit").annotate(Max("started")))
    turns = [
        ((running[unit] + turn, LATEST if turn else last.get(unit, EARLIEST), pk), pk)
        for unit, pks in waiting.items()
        for turn, pk in enumerate(pks)
    ]
    return [pk for _, pk in sorted(turns)]


def place_of(job: Job) -> int | None:
    """Give the place of a queued job in the queue, from 1; ``None`` where it is not queued."""
    if job.state != QUEUED:
        return None
    places = order()
    return places.index(job.pk) + 1 if job.pk in places else None


def take(holder: str) -> Job | None:
    """Begin the next job for a worker; ``None`` where none is queued or others were quicker."""
    for pk in order():
        now = timezone.now()
        with transaction.atomic():
            take_turn()
            taken = Job.objects.filter(pk=pk, state=QUEUED, cancel_asked=False).update(
                state=RUNNING,
                holder=holder,
                host=socket.gethostname()[:64],
                pid=os.getpid(),
                started=now,
                beat=now,
                tries=F("tries") + 1,
                share=None,
                words_zh="",
                words_en="",
            )
            if taken:
                job: Job = Job.objects.select_related("unit").get(pk=pk)
                _note(job, "start", QUEUED, RUNNING)
                if not _ended_by_equal(job, holder):
                    return job
    return None


def _ended_by_equal(job: Job, holder: str) -> bool:
    """End a job that was begun where an equal one of another unit gave its result since it was asked for."""
    task, done = job.kind_of_work, _equal_done(job.mark)
    if task is None or not task.pure or done is None:
        return False
    Job.objects.filter(pk=job.pk).update(same_as=done.code)
    return finish(job, holder, DONE, done.result)


def beat(job: Job, holder: str, words: Text | None, share: float | None) -> bool:
    """Write that a worker still does a job, and how far it is; False where the job is the worker's no more."""
    said: dict[str, Any] = {"beat": timezone.now()}
    if words is not None:
        said |= {"words_zh": words.zh[:300], "words_en": words.en[:300]}
    if share is not None:
        said["share"] = share
    return bool(Job.objects.filter(pk=job.pk, state=RUNNING, holder=holder).update(**said))


def cancel_asked(job: Job) -> bool:
    """Whether somebody wants a job to stop."""
    return bool(Job.objects.filter(pk=job.pk, cancel_asked=True).exists())


def finish(job: Job, holder: str, state: str, result: Any = None, error: list[dict[str, str]] | None = None) -> bool:
    """End a job that a worker holds; False where it is the worker's no more, and nothing was written."""
    said = {"state": state, "result": result, "error": error or [], "ended": timezone.now(), "holder": ""}
    if state == DONE:
        said["share"] = 1.0
    with transaction.atomic():
        take_turn()
        ended = Job.objects.filter(pk=job.pk, state=RUNNING, holder=holder).update(**said)
        if ended:
            _note(job, state, RUNNING, state)
    return bool(ended)


def give_back(job: Job, holder: str) -> bool:
    """Queue a job again that a worker holds and cannot end, because the worker itself is told to end."""
    with transaction.atomic():
        take_turn()
        back = Job.objects.filter(pk=job.pk, state=RUNNING, holder=holder).update(
            state=QUEUED, holder="", tries=F("tries") - 1, share=None
        )
        if back:
            _note(job, "requeue", RUNNING, QUEUED)
    return bool(back)


def recover() -> int:
    """Queue again, end or give up the jobs whose worker is gone; gives how many."""
    now, here = timezone.now(), socket.gethostname()[:64]
    count = 0
    for job in Job.objects.filter(state=RUNNING).select_related("unit"):
        gone = job.host == here and job.pid is not None and not _alive(job.pid)
        if not gone and job.beat is not None and job.beat > now - LOST_AFTER:
            continue
        said: dict[str, Any] = {"state": QUEUED, "holder": "", "share": None}
        if job.cancel_asked:
            said |= {"state": CANCELLED, "ended": now}
        elif job.tries >= TRIES:
            said |= {"state": FAILED, "ended": now, "error": findings_of(Finding("E-JOB-13", values={"count": TRIES}))}
        with transaction.atomic():
            take_turn()
            if Job.objects.filter(pk=job.pk, state=RUNNING, holder=job.holder, beat=job.beat).update(**said):
                _note(job, "recover", RUNNING, said["state"])
                count += 1
    return count


def _alive(pid: int) -> bool:
    """Whether a process of this machine exists; where that cannot be asked, it is taken to."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def cancel(person: Person, job: Job, channel: Channel = "web") -> None:
    """Take a job out of the queue, or ask its worker to stop it; ``E-JOB-04`` where it is over."""
    actor = person.actor("jobs.manage", channel)
    with transaction.atomic():
        take_turn()
        queued = Job.objects.filter(pk=job.pk, state=QUEUED)
        running = Job.objects.filter(pk=job.pk, state=RUNNING)
        if queued.update(state=CANCELLED, ended=timezone.now()):
            _note(job, "cancel", QUEUED, CANCELLED, actor)
        elif running.update(cancel_asked=True):
            _note(job, "cancel", RUNNING, RUNNING, actor)
        else:
            job.refresh_from_db()
            raise HaiheError("E-JOB-04", value=job.title, state=STATES[job.state])
    job.refresh_from_db()


def again(person: Person, job: Job, channel: Channel = "web") -> Job:
    """Ask for the work of a job that is over once more, for the same unit; who does not see what it is about may not."""
    if job.task not in TASKS:
        raise HaiheError("E-JOB-01", value=job.task)
    if not sees(person, TASKS[job.task], job.inputs):
        raise HaiheError("E-JOB-03", value=job.title)
    return enqueue(person, job.unit, job.task, title=job.title, channel=channel, **job.inputs)


def findings_of(*findings: Finding) -> list[dict[str, str]]:
    """Give findings as jobs keep them: code and both languages."""
    return [{"code": each.code, "zh": each.text("zh"), "en": each.text("en")} for each in findings]


def _note(job: Job, verb: str, before: str, after: str, actor: Actor | None = None) -> None:
    """Record a step of a job; without an actor in the name of who asked for it."""
    who = actor or Actor(job.created_by, job.unit.code, "job")
    record(who, verb, Job.kind(), job.code, {"state": before}, {"state": after})
