"""Reading the numbers of a plan in the background: unpacking a solved plan takes seconds, and every page needs them."""

import hashlib
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from haihe.files import replace_file
from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import store
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.plans.actions import PREPARE
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import NUMBERS, written
from haihe.workspace.plans.reading import read_plan
from haihe.workspace.studies.kept import read
from haihe.workspace.studies.kept import read_plan as plan_in
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Person

TASK = "plans.read"
PRIVATE = 0o600


def _page(job: Job) -> str:
    plan = Plan.objects.filter(code=job.inputs.get("plan", "")).first()
    return plan.get_absolute_url() if plan else ""


@task(
    TASK,
    name=Text("固定方案并读出其数字", "fix a plan and read its numbers"),
    action=PREPARE,
    seconds=1800,
    link=_page,
    about=("plan", Plan),
)
def run(work: Work, *, plan: str) -> dict[str, Any]:
    """Copy what the study found into the plan's own folder, and write the plan's numbers beside it."""
    thing = Plan.objects.visible_to(work.person).select_related("study__job", "unit", "version").get(code=plan)
    said = {"index": thing.index, "plan": thing.solved}
    work.say(Text("固定测算结果", "fixing what the study found"))
    _copy(_results(thing), thing.folder, said)
    work.check()
    work.share(0.4)
    work.say(Text("读出方案数字", "reading the numbers of the plan"))
    numbers = read_plan(plan_in(thing.folder, said))
    work.check()
    data = written(numbers)
    replace_file(thing.folder / NUMBERS, lambda file: file.write_bytes(data), PRIVATE)
    _keep(work, thing.pk, hashlib.sha256(data).hexdigest(), numbers["years"])
    summary = Text("共 {n} 项数字", "{n} numbers").format(n=len(numbers["rows"]))
    return {"rows": len(numbers["rows"]), "summary": summary.to_dict()}


def _results(plan: Plan) -> Path:
    """Give the folder in which the study's result stands; ``E-PUB-03`` where it has another by now."""
    job = plan.study.job
    result = (job.result or {}) if job else {}
    if job is None or result.get("index") != plan.index or result.get("plan") != plan.solved:
        if (plan.folder / "index.json").exists():
            return plan.folder
        raise HaiheError("E-PUB-03", value=plan.study.name)
    return Path(settings.OFFICE.home) / "results" / job.mark


def _copy(source: Path, folder: Path, said: dict[str, str]) -> None:
    """Copy a result and make sure that every file of it is what was written."""
    if source != folder:
        folder.mkdir(parents=True, exist_ok=True)
        for path in source.iterdir():
            if path.is_file():
                replace_file(folder / path.name, partial(shutil.copyfile, path), PRIVATE)
    for piece in read(folder, said).pieces.values():
        piece.part  # noqa: B018 - reading it compares its hash


def _keep(work: Work, pk: int, figures: str, years: list[int]) -> None:
    """Write the hash of the numbers into a draft; one that says it already stays."""
    with transaction.atomic():
        there = Plan.objects.select_for_update(of=("self",)).select_related("unit", "version").get(pk=pk)
        if there.state != DRAFT or there.figures == figures:
            return
        there.figures, there.first_year, there.last_year = figures, years[0], years[-1]
        store(work.actor, "read-numbers", there)


def ask(person: Person, plan: Plan, channel: Any = "web") -> Job:
    """Ask for the numbers of a plan."""
    title = Text("读出方案数字：{p}", "Numbers of a plan: {p}").format(p=plan.name)
    return enqueue(person, plan.unit, TASK, title=title, channel=channel, plan=plan.code)
