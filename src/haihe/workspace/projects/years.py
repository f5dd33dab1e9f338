"""The years ahead of a board: the library's pipeline on the data version in force and the projects as the board has them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from django.urls import reverse
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.planning.pipeline import pipeline
from haihe.planning.pipeline_views import pipeline_names
from haihe.region import Region
from haihe.workspace.audit.chain import Channel
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.jobs.tasks import Work, task
from haihe.workspace.projects.actions import KEEP
from haihe.workspace.projects.models import Board, Project
from haihe.workspace.projects.rows import frames_of
from haihe.workspace.projects.stages import LEFT
from haihe.workspace.units.models import Person

TASK = "projects.years"
SHOWN = 40
"""Rows of each table that the page shows: those with least left."""


def region_with(version: Version, board: Board) -> Region:
    """Give a version's region with the projects of a board in the place of its own."""
    region = region_of(version)
    for name, frame in frames_of(Project.objects.filter(board=board).exclude(stage=LEFT).order_by("code")).items():
        region = region.with_table(name, frame)
    return region


def inputs_of(board: Board) -> dict[str, Any]:
    """Give what names the computation: board, version, the projects' editions, the day that counts as today."""
    version = board.dataset.current if board.dataset else None
    if version is None:
        raise HaiheError("E-PJT-16", value=board.code)
    editions = json.dumps(list(Project.objects.filter(board=board).order_by("code").values_list("code", "edition")))
    state = hashlib.sha256(editions.encode()).hexdigest()
    return {"board": board.code, "version": version.code, "state": state, "day": timezone.localdate().isoformat()}


def ask(person: Person, board: Board, channel: Channel = "web") -> Job:
    """Ask for the years ahead of a board."""
    title = Text("项目逐年推算：{b}", "Years ahead: {b}").format(b=board.name)
    return enqueue(person, board.unit, TASK, title=title, channel=channel, **inputs_of(board))


def sees_all(person: Person, board: Board) -> bool:
    """Whether a person sees every project of a board."""
    there = Project.objects.filter(board=board)
    return bool(Project.objects.visible_to(person).filter(board=board).count() == there.count())


@task(
    TASK,
    name=Text("项目逐年推算", "years ahead of projects"),
    action=KEEP,
    seconds=1800,
    link=lambda job: reverse("projects:years", args=[job.inputs["board"]]),
    about=("board", Board),
)
def run(work: Work, *, board: str, version: str, state: str, day: str) -> Mapping[str, Any]:
    """Compute the library's pipeline and keep what the page shows."""
    there = Board.objects.select_related("dataset__current").get(code=board)
    work.say(Text("读取项目与数据版本", "reading projects and the data version"))
    region = region_with(Version.objects.get(code=version), there)
    work.check()
    work.say(Text("推算各阶段的占用", "computing what stages hold"))
    made = pipeline(region, as_of=date.fromisoformat(day))
    names = pipeline_names(made)
    least = made.balance.dropna(subset=["free"]).sort_values("free", kind="stable")
    return {
        "version": version,
        "state": state,
        "day": day,
        "quality": made.quality,
        "stages": _plain(made.stages, names),
        "balance": _plain(least.drop_duplicates(["site", "resource"]).head(SHOWN), names),
        "money": _plain(made.money.sort_values("free", kind="stable").head(SHOWN), names),
        "course": _plain(made.course, names),
        "findings": [finding.text("zh") + " / " + finding.text("en") for finding in made.findings],
        "summary": {"zh": f"{len(made.spec.projects)} 个项目", "en": f"{len(made.spec.projects)} projects"},
    }


def _plain(frame: pd.DataFrame, names: Mapping[object, Text]) -> list[dict[str, Any]]:
    """Give rows as JSON: numbers as they are, missing as nothing, codes with their names."""
    cells = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): _cell(value, names) for key, value in row.items()} for row in cells]


def _cell(value: Any, names: Mapping[object, Text]) -> Any:
    if isinstance(value, str):
        name = names.get(value)
        return {"zh": name.zh, "en": name.en} if name is not None else value
    return value.item() if hasattr(value, "item") else value
