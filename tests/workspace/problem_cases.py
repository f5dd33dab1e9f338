"""Problems of the small city, and a study's bottlenecks without solving a plan."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.jobs.models import DONE, Job
from haihe.workspace.problems import raising, steering
from haihe.workspace.problems.bounds import ask_bottlenecks
from haihe.workspace.problems.figure import Figure
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.raising import Found
from haihe.workspace.studies.kept import Kept, keep
from haihe.workspace.studies.models import Study
from workspace_cases import City

ROW = {
    "row": "resource:energy",
    "place": "north",
    "title": {"zh": "能源消费", "en": "Energy use"},
    "where": {"zh": "北区", "en": "North"},
    "says": {"zh": "能源消费（北区）：各年都放宽 1%……", "en": "Energy use (North): one per cent more…"},
    "year": "2030",
    "unit": "yuan/tce",
    "quality": "illustrative",
    "price": "12.19",
    "low": "8.1",
    "high": "20.4",
    "percent": "7.455",
}


def raised(city: City, unit: str = "TJ-BH", by: str = "bh-editor", **facts: Any) -> Problem:
    """Give a problem that was raised."""
    said = {
        "name_zh": "滨海能耗指标不足",
        "name_en": "Binhai is short of energy quota",
        "evidence": "缺口约一成",
    } | facts
    return again(raising.raise_problem(city.people[by], city.units[unit], said))


def again(problem: Problem) -> Problem:
    """Read a problem again."""
    return Problem.objects.select_related("unit", "owner", "register").get(pk=problem.pk)  # type: ignore[no-any-return]


def decided(city: City, owner: str = "TJ-BH", **facts: Any) -> Problem:
    """Give a problem that was taken up and decided; the planner steers."""
    problem, planner = raised(city, **facts), city.people["planner"]
    steering.accept(planner, problem, city.units[owner], [city.units["IIB"]])
    steering.decide(planner, again(problem), "由滨海新区挖潜，市里调剂一成")
    return again(problem)


def finding(key: str = "test:1", **more: Any) -> Found:
    """Give something that was found."""
    figure = Figure(result="J1", table="plan-bottlenecks", row="resource:energy", place="TJ-BH", value="12.19")
    return Found(Text("滨海能源紧缺", "Binhai energy binds"), Text("放宽 1%……", "One per cent…"), key,
                 region="TJ-BH", resource="energy", figure=figure, worth=Decimal("7.455"), **more)  # fmt: skip


def solved(city: City, version: Version, rows: list[dict[str, Any]] | None = None) -> Study:
    """Give a finished study of bottlenecks as its worker would leave it, without the files of its figures."""
    study = ask_bottlenecks(city.people["planner"], version.dataset.unit, version)
    now = timezone.now()
    folder = Path(settings.OFFICE.home) / "results" / study.job.mark
    folder.mkdir(parents=True, exist_ok=True)
    found = keep(folder, Kept([Text("能源起作用", "energy binds")], {}, {"rows": rows or [ROW]}))
    Job.objects.filter(pk=study.job_id).update(state=DONE, result=found, started=now, ended=now)
    return Study.objects.select_related("job", "version").get(pk=study.pk)
