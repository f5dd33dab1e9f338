"""Work in the background: what waits, what runs, what came of it."""

from datetime import datetime
from typing import Any

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged_together
from haihe.workspace.api.sections.said import Name, named
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.actions import MANAGE, READ
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.seeing import opened
from haihe.workspace.units.models import Person

SECTION = Section("jobs", Text("后台作业", "Work in the background"))


class Line(BaseModel):
    """One reason of a failure, in both languages."""

    code: str
    zh: str
    en: str


class JobOut(BaseModel):
    """A job. ``place`` is its place in the queue, given for a single job that is queued.

    ``result`` and ``error`` are given to those alone who see what the job is about.
    """

    code: str
    title: Name
    kind: str
    unit: str
    state: str
    share: float | None
    words: Name
    place: int | None = None
    created: datetime
    created_by: str
    started: datetime | None
    ended: datetime | None
    result: dict[str, Any] | None
    error: list[Line]


def job_out(job: Job, shown: bool) -> JobOut:
    """Give what is said of a job, with what came of it where that may be shown."""
    return JobOut(
        code=job.code,
        title=named(job.title),
        kind=job.task,
        unit=job.unit.code,
        state=job.state,
        share=job.share,
        words=named(job.words),
        created=job.created,
        created_by=job.created_by,
        started=job.started,
        ended=job.ended,
        result=job.result if shown else None,
        error=[Line.model_validate(line) for line in job.error if shown],
    )


def _shown(person: Person, job: Job) -> JobOut:
    """Give what is said of a job to somebody."""
    return job_out(job, job.code in opened(person, [job]))


def job_address(code: str) -> str:
    """Give the address of a job."""
    return f"/api/v1/jobs/{code}"


@SECTION.get("/jobs", READ, Text("列出可见的作业", "list the jobs that I see"), Paged[JobOut])
def jobs(request: Call, asked: Query[Asked]) -> Paged[JobOut]:
    """List jobs, the newest first."""
    seen = Job.objects.visible_to(request.user).select_related("unit")

    def show(found: list[Job]) -> list[JobOut]:
        shown = opened(request.user, found)
        return [job_out(each, each.code in shown) for each in found]

    return paged_together(seen, asked, "-id", show)


@SECTION.get("/jobs/{code}", READ, Text("读取一个作业的进度与结果", "read a job's progress and result"), JobOut, of=Job)
def job(request: Call, thing: Job) -> JobOut:
    """Give a job."""
    return _shown(request.user, thing).model_copy(update={"place": queue.place_of(thing)})


@SECTION.post("/jobs/{code}/cancel", MANAGE, Text("取消一个作业", "cancel a job"), JobOut, of=Job, edition=False)
def cancel_job(request: Call, thing: Job) -> JobOut:
    """Take a job out of the queue, or ask its worker to stop it."""
    queue.cancel(request.user, thing, "api")
    return _shown(request.user, thing)


@SECTION.post(
    "/jobs/{code}/again",
    MANAGE,
    Text("重做一个已结束的作业", "do a job that is over once more"),
    JobOut,
    of=Job,
    edition=False,
    status=202,
    limit="jobs",
)
def do_again(request: Call, thing: Job) -> Made:
    """Ask for the same work once more."""
    new = queue.again(request.user, thing, "api")
    return Made(_shown(request.user, new), job_address(new.code))
