"""Plans of the small city: a study of the small region, prepared by the planner and published by the chief."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from study_cases import asked, found
from study_cases import fresh as fresh_study

from haihe.workspace.jobs.models import DONE, Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.plans import publishing
from haihe.workspace.plans.deriving import derive
from haihe.workspace.plans.models import Made, Plan
from haihe.workspace.plans.numbers import numbers_of
from haihe.workspace.plans.reading import read_plan
from haihe.workspace.studies import asking
from haihe.workspace.studies.models import Study
from workspace_cases import City


@dataclass
class Found:
    """What a study of the small region found, and the numbers read of its plan: found once for all tests of a process."""

    result: dict[str, Any]
    files: dict[str, bytes]
    plan: Any
    numbers: dict[str, Any]


def results(mark: str) -> Path:
    """The folder of a result."""
    return Path(settings.OFFICE.home) / "results" / mark


_found: list[Found] = []


def found_once(city: City) -> Found:
    """Solve, keep and read the small region's plan, or give what was found before."""
    if not _found:
        study = found(city)
        folder = results(study.job.mark)
        plan = asking.plan_of(study)
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        _found.append(Found(study.job.result, files, plan, read_plan(plan)))
    return _found[0]


def study_of(city: City) -> Study:
    """A study of the small region that is done."""
    there = found_once(city)
    study = asked(city)
    job = study.job
    assert job is not None
    folder = results(job.mark)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in there.files.items():
        (folder / name).write_bytes(data)
    Job.objects.filter(pk=job.pk).update(state=DONE, result=there.result, ended=timezone.now())
    return fresh_study(study)


def prepared(city: City, study: Study | None = None, name: str = "小样方案") -> Plan:
    """A draft whose numbers are read."""
    study = study or study_of(city)
    plan = publishing.prepare(city.people["planner"], city.units["TJ"], study, name, "Small plan", "样本 / sample")
    with pytest.MonkeyPatch.context() as patch:
        if study.kind_code == "plan":
            patch.setattr("haihe.workspace.plans.tasks.plan_in", lambda *_: None)
            patch.setattr("haihe.workspace.plans.tasks.read_plan", lambda _: found_once(city).numbers)
        drain()
    return fresh(plan)


def published(city: City, study: Study | None = None, name: str = "小样方案") -> Plan:
    """A plan in force."""
    plan = prepared(city, study, name)
    publishing.submit(city.people["planner"], plan)
    publishing.publish(city.people["chief"], plan)
    return fresh(plan)


def fresh(plan: Plan) -> Plan:
    """Read a plan again."""
    there: Plan = Plan.objects.select_related("unit", "version__dataset", "study__job").get(pk=plan.pk)
    return there


def key_of(plan: Plan, kind: str, **wanted: Any) -> str:
    """Give the key of the first number of a kind that has what is wanted."""
    rows = numbers_of(plan).of(kind)
    return str(next(row["key"] for row in rows if all(row[name] == value for name, value in wanted.items())))


def derived(city: City, plan: Plan, *keys: str) -> list[Made]:
    """Make what some numbers become."""
    return derive(city.people["planner"], plan, keys)
