"""What tests of workers do on a workspace in processes of their own."""

from typing import Any

import workspace_toys  # noqa: F401 - declares its kinds


def seed() -> None:
    """Make the small city."""
    from workspace_cases import small_city

    small_city()


def ask(kind: str, inputs: dict[str, Any]) -> str:
    """Ask for a job; gives its code."""
    from haihe.messages import Text
    from haihe.workspace.jobs.queue import enqueue
    from haihe.workspace.units.models import Person, Unit

    editor, unit = Person.objects.get(username="bh-editor"), Unit.objects.get(code="TJ-BH")
    return enqueue(editor, unit, kind, title=Text("作业", "job"), channel="cli", **inputs).code


def cancel(code: str) -> None:
    """Cancel a job."""
    from haihe.workspace.jobs import queue
    from haihe.workspace.jobs.models import Job
    from haihe.workspace.units.models import Person

    queue.cancel(Person.objects.get(username="bh-editor"), Job.objects.select_related("unit").get(code=code))


def jobs() -> dict[str, dict[str, Any]]:
    """Give every job by code: state, reason, result, tries, share, process."""
    from haihe.workspace.jobs.models import Job

    return {
        job.code: {
            "state": job.state,
            "why": job.error[0]["code"] if job.error else "",
            "result": job.result,
            "tries": job.tries,
            "share": job.share,
            "seconds": (job.ended - job.started).total_seconds() if job.ended and job.started else None,
        }
        for job in Job.objects.all()
    }
