"""Pages of the jobs: the list, one job with its progress, cancel, do again."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.actions import MANAGE, READ
from haihe.workspace.jobs.models import STATES, Job
from haihe.workspace.jobs.register import TITLE
from haihe.workspace.jobs.seeing import opened, subject
from haihe.workspace.jobs.tasks import TASKS

JOBS = Listing(
    TITLE,
    (
        Column(Text("作业", "Job"), lambda job: job.title, url=lambda job: reverse("jobs:job", args=[job.code])),
        Column(Text("种类", "Kind"), lambda job: job.kind_name, sort="task"),
        Column(Text("单位", "Unit"), lambda job: job.unit.name, sort="unit__path"),
        Column(Text("发起人", "Asked by"), who("created_by"), sort="created_by"),
        Column(Text("状态", "State"), lambda job: job.state_name, sort="state", mark=lambda job: job.state_mark),
        Column(Text("发起时间", "Asked"), lambda job: job.created, sort="created"),
        Column(Text("结束时间", "Ended"), lambda job: job.ended, sort="ended"),
    ),
    search=("title_zh", "title_en", "code", "created_by"),
    choices=(Choice("state", Text("状态", "State"), tuple(STATES.items())),),
    empty=Text(
        "还没有后台作业。上传文件、检查数据时会自动产生。",
        "No job yet. Jobs come by themselves where a file is uploaded or data are checked.",
    ),
    file="jobs",
    comes_in=Text("后台作业由系统登记", "the office books its jobs itself"),
)


@page(READ)
def jobs(request: Request) -> HttpResponse:
    """List the jobs of the person's units."""
    return JOBS.answer(request, Job.objects.visible_to(request.user).select_related("unit"))


@page(READ, of=Job)
def job(request: Request, thing: Job) -> HttpResponse:
    """Show one job."""
    more = {
        "job": thing,
        "place": queue.place_of(thing),
        "manages": acts_on(request.user, thing, MANAGE),
        "known": thing.task in TASKS,
        "opened": thing.code in opened(request.user, [thing]),
        "subject": subject(request.user, thing),
    }
    return render(request, "jobs/job.html", more)


@page(READ, of=Job)
def progress(request: Request, thing: Job) -> HttpResponse:
    """Show how far a job is: a part of other pages, which are loaded anew once it is over."""
    if not request.headers.get("HX-Request"):
        return redirect("jobs:job", thing.code)
    response = render(request, "jobs/progress.html", {"job": thing, "place": queue.place_of(thing)})
    if thing.over:
        response.headers["HX-Refresh"] = "true"
    return response


@act(MANAGE, of=Job)
def cancel(request: Request, thing: Job) -> HttpResponse:
    """Cancel a job."""
    queue.cancel(request.user, thing)
    return redirect("jobs:job", thing.code)


@act(MANAGE, of=Job)
def again(request: Request, thing: Job) -> HttpResponse:
    """Do the work of a job once more."""
    return redirect("jobs:job", queue.again(request.user, thing).code)
