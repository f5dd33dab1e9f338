"""Kind ``replan`` of studies: a published plan planned again from here, with what was decided held and what happened put in."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from django import forms

from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.workspace.audit.chain import Channel
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import numbers_of
from haihe.workspace.plans.reality import REACHED
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.stages import LEFT
from haihe.workspace.studies.asking import ask
from haihe.workspace.studies.kept import Kept, read_plan
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.plan import kept_plan
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

CODE = "replan"
TITLE = Text("由此重新规划", "plan again from here")


class ReplanForm(KindForm):
    """What planning again is told: which plan, until when decisions stand, what was really built."""

    plan = forms.CharField(label=words("规划方案", "Plan"), max_length=128, initial="")
    solved = forms.CharField(label=words("方案校验值", "Hash of the solved plan"), max_length=64, initial="")
    until = forms.IntegerField(label=words("已定到哪一年", "Decided until"), initial=0)
    built = forms.CharField(
        label=words("实际开工的项目", "Projects that were really started"),
        help_text=words("每行一个：项目|地点|年份", "one a line: project|site|year"),
        max_length=20_000,
        required=False,
        initial="",
    )
    left = forms.CharField(
        label=words("未按期开工的项目", "Projects that were not started in time"),
        max_length=20_000,
        required=False,
        initial="",
    )


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Plan again, and keep the new plan with what changed and why."""
    from haihe.planning.rolling import replan

    there = Plan.objects.visible_to(work.person).get(code=settings["plan"], solved=settings["solved"])
    work.say(Text("读取已发布方案", "reading the published plan"))
    previous = read_plan(there.folder, {"index": there.index, "plan": there.solved})
    until = int(settings["until"])
    actuals = really(previous, until, _lines(settings["built"]), _lines(settings["left"]))
    made = replan(region, previous, decided_until=until, actuals=actuals, progress=work.say, control=work.control())
    work.share(0.8)
    kept = kept_plan(made.plan, work)
    name = there.name
    first = Text(
        f"由方案“{name.zh}”起重新规划：{until} 年及以前的决定保持不变。",
        f"Planned again from “{name.en}”: what was decided until {until} stays.",
    )
    tables = {f"change-{key}": table for key, table in made.tables.items()}
    kept.lines.insert(0, first)
    kept.parts = {**tables, **kept.parts}
    kept.groups = [(Text("与原方案的变化", "Against the plan before"), list(tables)), *kept.groups]
    kept.numbers |= {"decided": len(made.decisions.table), "findings": [each.to_dict() for each in made.findings]}
    return kept


def _lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.strip()]


def really(previous: Any, until: int, built: Iterable[str], left: Iterable[str]) -> pd.DataFrame | None:
    """Give what was really done with projects, as `haihe.planning.rolling.replan` takes it: options started and not started.

    Options that the plan does not know are left out; ``None`` where nothing is known.
    """
    projects = previous.model.projects
    if projects is None:
        return None
    options = projects.spec.options
    started, late = set(built), set(left)
    of = {line.split("|")[0] for line in started | late}
    rows = [
        (option, int(year), 1.0 if option in started else 0.0)
        for option in options
        for project, _site, year in [option.split("|")]
        if project in of and int(year) <= until
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["record", "year", "value"])
    return frame.assign(decision="project")[["decision", "record", "year", "value"]]


def actual_starts(person: Person, plan: Plan, until: int) -> tuple[list[str], list[str]]:
    """Give what the project board says of the plan's projects until a year: options started, and those not started in time."""
    rows = {row["what"]: row for row in numbers_of(plan).of("project")}
    seen = Project.objects.visible_to(person).filter(code__in=list(rows))
    built, left = [], []
    for project in seen:
        row = rows[project.code]
        day = project.reached.get(REACHED)
        if day and project.stage != LEFT and int(day[:4]) <= until:
            built.append(f"{project.code}|{row['region']}|{day[:4]}")
        elif row["year"] <= until:
            left.append(f"{project.code}|{row['region']}|{row['year']}")
    return sorted(built), sorted(left)


def plan_again(person: Person, unit: Unit, plan: Plan, until: int, channel: Channel = "web") -> Study:
    """Ask for a plan from here: on the data in force, with the plan's scenario, decisions until a year held.

    Raises
    ------
    HaiheError
        ``E-PUB-07`` where the plan is not published; ``E-PUB-11`` for a year that is not one of its milestones before the last.
    """
    if not plan.published:
        raise HaiheError("E-PUB-07", value=plan.name, state=plan.stage_name)
    years = numbers_of(plan).years
    if until not in years[:-1]:
        raise HaiheError("E-PUB-11", column="until", value=until, first=years[0], last=years[-2])
    built, left = actual_starts(person, plan, until)
    version = plan.version.dataset.current or plan.version
    settings = {
        "plan": plan.code,
        "solved": plan.solved,
        "until": until,
        "built": "\n".join(built),
        "left": "\n".join(left),
    }
    title = Text(f"{TITLE.zh}：{plan.name.zh}，{until} 年起", f"Again: {plan.name.en}, from {until}")
    return ask(person, unit, version, CODE, edits=plan.edits, settings=settings, title=title, channel=channel)


KIND = declare(
    Kind(
        code=CODE,
        name=TITLE,
        about=Text(
            "已定的保持不变，按实际和新数据重新选择以后的安排",
            "what was decided stays; what follows is chosen anew from what really happened and the newest data",
        ),
        run=run,
        form=ReplanForm,
        seconds=3600,
        memory_mb=0,
        order=15,
        needs=("accounts",),
        asked_apart=True,
    )
)
