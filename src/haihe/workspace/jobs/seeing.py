"""Who sees what came of a job: whoever sees the object that the work is about.

A job is seen in its unit and above it; what a unit has not handed in yet is not. So those above see that the unit works,
and not what it found.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.tasks import Task
from haihe.workspace.units.models import Owned, Person


def sees(person: Person, task: Task, inputs: Mapping[str, Any]) -> bool:
    """Whether a person sees what work with these inputs is about."""
    if task.about is None:
        return True
    return bool(task.about.seen(person, [str(inputs.get(task.about.name, ""))]))


def subject(person: Person, job: Job) -> Owned | None:
    """Give the object that a job is about, where the person sees it."""
    about = job.kind_of_work.about if job.kind_of_work else None
    if about is None:
        return None
    said = {about.field: str(job.inputs.get(about.name, ""))}
    found: Owned | None = about.kind.objects.visible_to(person).filter(**said).first()
    return found


def opened(person: Person, jobs: Iterable[Job]) -> set[str]:
    """Give the codes of the jobs whose results a person sees, among jobs that they see: one query for each kind of work."""
    found, asked = set[str](), defaultdict[str, list[Job]](list)
    for job in jobs:
        asked[job.task].append(job)
    for there in asked.values():
        task = there[0].kind_of_work
        if task is None or task.about is None:
            found |= {job.code for job in there}
            continue
        said = {job.code: str(job.inputs.get(task.about.name, "")) for job in there}
        seen = task.about.seen(person, said.values())
        found |= {job for job, name in said.items() if name in seen}
    return found
