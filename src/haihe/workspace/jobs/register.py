"""What the room announces: its entry of the menu, failed jobs that wait for who asked, jobs found by search."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting
from haihe.workspace.jobs.actions import READ
from haihe.workspace.jobs.models import CANCELLED, DONE, FAILED, STATES, Job
from haihe.workspace.units.models import Person

TITLE = Text("后台作业", "Background jobs")
RECENT = timedelta(days=7)
MOST = 20


def failed_of(person: Person) -> Iterator[Waiting]:
    """Give the person's own jobs of the last days that failed and were not asked for again."""
    later = Job.objects.filter(mark=OuterRef("mark"), unit=OuterRef("unit"), pk__gt=OuterRef("pk"))
    own = Job.objects.visible_to(person).filter(created_by=person.username, state=FAILED)
    for job in own.filter(~Exists(later), ended__gt=timezone.now() - RECENT).select_related("unit")[:MOST]:
        what = Text(f"作业未完成：{job.title_zh}", f"A job failed: {job.title_en}")
        yield Waiting(what, reverse("jobs:job", args=[job.code]), since=job.ended, unit=job.unit.name)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Give the newest jobs whose title or code holds the words."""
    where = Q(title_zh__icontains=wanted) | Q(title_en__icontains=wanted) | Q(code__icontains=wanted)
    for job in Job.objects.visible_to(person).filter(where)[:MOST]:
        yield Hit(TITLE, job.title, job.code, reverse("jobs:job", args=[job.code]))


def announce() -> None:
    """Register all of it."""
    wording.KINDS["jobs.job"] = Text("后台作业", "job")
    wording.VERBS |= {state: STATES[state] for state in (DONE, FAILED, CANCELLED)} | {
        "requeue": Text("重新排队", "queued again"),
        "recover": Text("中断后收回", "taken back after a stop"),
    }
    failures.answered(403, "E-JOB-03")
    failures.answered(409, "E-JOB-04")
    failures.answered(429, "E-JOB-02")
    MENU.append(Entry(TITLE, "jobs:list", READ, order=80))
    WAITING.append(failed_of)
    SEARCHES.append(found)
