"""What the test of kills does on a workspace in processes of their own: seed it, and look whether all of it agrees."""

import hashlib
from pathlib import Path
from typing import Any

import workspace_toys  # noqa: F401 - declares its kinds

STEPS = 12


def seed() -> None:
    """Make the small city with its dataset."""
    from intake_cases import small_dataset

    from workspace_cases import small_city

    small_dataset(small_city())


def ask(turn: int, count: int) -> list[str]:
    """Ask for work that keeps a journal; gives the codes of the jobs."""
    from haihe.messages import Text
    from haihe.workspace.jobs.queue import enqueue
    from haihe.workspace.units.models import Person, Unit

    editor, unit = Person.objects.get(username="bh-editor"), Unit.objects.get(code="TJ-BH")
    inputs = [(f"{turn}-{k}", STEPS) for k in range(count)]
    return [
        enqueue(editor, unit, "toy.steps", title=Text("步骤", "Steps"), channel="cli", name=name, count=steps).code
        for name, steps in inputs
    ]


def faults(units: list[str], uploads: list[str], confirmed: list[str]) -> list[str]:
    """Say what does not agree on a workspace whose server was killed.

    Parameters
    ----------
    units, uploads, confirmed : list of str
        Codes of units and uploads, and of uploads that were confirmed, whose writing the server had acknowledged.
    """
    from haihe.workspace.audit.chain import verify
    from haihe.workspace.audit.models import Entry
    from haihe.workspace.data.models import Version
    from haihe.workspace.intake.models import CONFIRMED, Upload
    from haihe.workspace.intake.uploads import path_of
    from haihe.workspace.jobs.models import Job
    from haihe.workspace.units.models import Unit

    found = [f"audit: entry {each.number}: {each.what}" for each in verify()]
    there = set(Unit.objects.values_list("code", flat=True))
    found += [f"lost: unit {code}" for code in units if code not in there]
    made = {each.code: each for each in Upload.objects.all()}
    found += [f"lost: upload {code}" for code in uploads if code not in made]
    found += [f"lost: confirmation of {code}" for code in confirmed if code in made and made[code].state != CONFIRMED]
    versions = {each.code: each for each in Version.objects.select_related("dataset")}
    for version in versions.values():
        found += _of_version(version)
    for upload in made.values():
        if not path_of(upload).exists():
            found.append(f"half: upload {upload.code} without its file")
        if (upload.state == CONFIRMED) != (upload.made in versions and versions[upload.made].upload == upload.code):
            found.append(f"half: upload {upload.code} is {upload.state}, its version is {upload.made or 'none'}")
        if not Entry.objects.filter(kind=Upload.kind(), code=upload.code, verb="upload").exists():
            found.append(f"audit: upload {upload.code} has no entry")
    stamped = [each.upload for each in versions.values() if each.upload]
    found += [f"half: a version of {code}, which is not confirmed" for code in stamped if made[code].state != CONFIRMED]
    done = Job.objects.filter(task="toy.steps", state="done")
    found += [f"job {each.code}: steps {each.result}" for each in done if each.result["steps"] != list(range(STEPS))]
    return found


def _of_version(version: Any) -> list[str]:
    """Whether the files of a version are there and hold what its row says."""
    from haihe.workspace.data import store
    from haihe.workspace.data.versions import content_hash

    found = []
    if content_hash(version.tables, version.meta) != version.sha256:
        found.append(f"half: version {version.code} is not what its hash says")
    for name, kept in version.tables.items():
        path: Path = store.store().path(kept["sha256"])
        if not path.exists():
            found.append(f"half: version {version.code} without its table {name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != kept["sha256"] and not _reads(kept, name):
            found.append(f"half: table {name} of version {version.code} cannot be read")
    return found


def _reads(kept: dict[str, Any], name: str) -> bool:
    from haihe.workspace.data import store

    return len(store.get(kept["sha256"], name)) == kept["rows"]


def pending() -> dict[str, int]:
    """Count the jobs by state and reason; ask again for those that were given up because their worker was lost thrice."""
    from collections import Counter

    from haihe.workspace.jobs.models import FAILED, Job
    from haihe.workspace.jobs.queue import again
    from haihe.workspace.units.models import Person

    found: Counter[str] = Counter()
    for job in Job.objects.select_related("unit").order_by("pk"):
        reason = job.error[0]["code"] if job.error else ""
        if job.state == FAILED and reason == "E-JOB-13":
            later = Job.objects.filter(mark=job.mark, unit=job.unit, pk__gt=job.pk).exists()
            found["asked again"] += 1
            if not later:
                again(Person.objects.get(username=job.created_by), job, "cli")
                found["queued"] += 1
            continue
        found[f"{job.state} {reason}".strip()] += 1
    return dict(found)
