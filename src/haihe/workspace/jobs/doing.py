"""Doing one job in this process, and what came of it."""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from haihe.messages import Finding, HaiheError, Text
from haihe.workspace.audit.chain import Actor
from haihe.workspace.jobs.models import CANCELLED, DONE, FAILED, Job
from haihe.workspace.jobs.queue import findings_of
from haihe.workspace.jobs.tasks import Stopped, Task, Work
from haihe.workspace.units.models import Person

logger = logging.getLogger("haihe.workspace.jobs")
Tell = Callable[[Text | None, float | None], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: its last state, its result, or why it failed."""

    state: str
    result: Any = None
    error: list[dict[str, str]] = field(default_factory=list)


def failed(code: str, **values: Any) -> Outcome:
    """Give the outcome of a job that failed with a code of ours."""
    return Outcome(FAILED, error=findings_of(Finding(code, values=values)))


def memory_of(task: Task) -> int:
    """Give the memory limit of a kind of work in MB."""
    return int(task.memory_mb or settings.OFFICE["JOB_MEMORY_MB"])


def do(job: Job, tell: Tell, stop: threading.Event) -> Outcome:
    """Do a job; whatever goes wrong becomes an outcome."""
    task = job.kind_of_work
    if task is None:
        return failed("E-JOB-01", value=job.task)
    person = Person.objects.filter(username=job.created_by).first()
    if person is None or not person.is_active or (task.action and not person.may(task.action, job.unit)):
        return failed("E-JOB-05", value=job.created_by)
    actor = Actor(person.username, job.unit.code, "job")
    work = Work(person, actor, settings.OFFICE.home / "results" / job.mark, tell, stop)
    try:
        result = dict(task.run(work, **job.inputs))
        return Outcome(DONE, json.loads(json.dumps(result, allow_nan=False)))
    except Stopped:
        return Outcome(CANCELLED)
    except HaiheError as error:
        if stop.is_set():
            return Outcome(CANCELLED)  # a long solve says so with an error of its own
        return Outcome(FAILED, error=findings_of(*error.findings))
    except MemoryError:
        return failed("E-JOB-14", value=memory_of(task))
    except Exception:
        logger.exception("job %s (%s) failed", job.code, job.task)
        return failed("E-JOB-10", value=job.code)
