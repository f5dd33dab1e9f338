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


def collide(turns: int) -> list[str]:
    """Make units, ask for work and cancel it, all at once; gives what went wrong."""
    import threading

    from django.db import connection

    from haihe.workspace.audit.chain import Actor, verify
    from haihe.workspace.jobs.models import Job
    from haihe.workspace.jobs.queue import take
    from haihe.workspace.units import staff, tree
    from haihe.workspace.units.models import Person, Unit

    us, top = Actor("test", channel="cli"), Unit.objects.get(code="TJ")
    wrong: list[str] = []

    def make(k: int) -> None:
        unit = tree.make(us, f"C{k}", f"C{k}", "department", parent=top)
        tree.edit(us, unit, name_zh="C", name_en="C", kind_of="department", region="", chain="")

    def work(k: int) -> None:
        code = ask("toy.add", {"a": 1, "b": k})
        if k % 2:
            cancel(code)
        else:
            take("collide")

    def rename(k: int) -> None:
        person = Person.objects.get(username="bh-editor")
        staff.edit(us, person, name_zh=f"n{k}", name_en="n")

    def often(step: Any) -> None:
        for k in range(turns):
            try:
                step(k)
            except Exception as error:
                wrong.append(f"{step.__name__}: {error!r}"[:300])
        connection.close()

    threads = [threading.Thread(target=often, args=(step,)) for step in (make, work, rename)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if Job.objects.filter(state="queued").count():
        wrong.append("a job is left that was neither taken nor cancelled")
    return [*wrong, *(f"audit {each}" for each in verify())]
