"""Who sees what came of a job: whoever sees the object that the work is about.

A job is seen in its unit and above it; what a unit has not handed in yet is not. So those above see that the unit works,
and not what it found.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.tasks import Task
from haihe.workspace.units.models import Person


def sees(person: Person, task: Task, inputs: Mapping[str, Any]) -> bool:
    """Whether a person sees what work with these inputs is about."""
    if task.about is None:
        return True
    name, kind = task.about
    return bool(kind.objects.visible_to(person).filter(code=str(inputs.get(name, ""))).exists())


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
        name, kind = task.about
        codes = {job.code: str(job.inputs.get(name, "")) for job in there}
        seen = set(kind.objects.visible_to(person).filter(code__in=codes.values()).values_list("code", flat=True))
        found |= {job for job, code in codes.items() if code in seen}
    return found
