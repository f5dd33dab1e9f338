"""Kind ``card``: which projects are built, and of one of them why, with the smallest change that would turn it (`haihe.select`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from django import forms

from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.choices import named, put
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.planning.selection import Selection

CODE = "card"
ALL = Text("全部项目（只列结果）", "all projects (outcomes only)")


class CardForm(KindForm):
    """What is asked of projects."""

    project = forms.ChoiceField(label=words("项目", "Project"), choices=(), required=False)
    levers = forms.BooleanField(
        label=words("找出能改变结果的最小调整", "Find the smallest changes that alter the outcome"),
        help_text=words("只对单个项目；更慢", "of one project only; slower"),
        required=False,
        initial=True,
    )
    upgrades = forms.BooleanField(
        label=words("允许技术升级", "Allow upgraded technology"), required=False, initial=True
    )

    def offer(self, person: Person, version: Version) -> None:
        """Offer the projects of the data."""
        del person
        named_so = [
            (code, words(f"{code} {name}", f"{code} {name}")) for code, name in named(version, "projects", "project")
        ]
        put(self, "project", [("", words(ALL)), *named_so])


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Select projects; give the outcome of all, or the card of one with its reason."""
    from haihe.planning.selection import select

    chosen = select(region, upgrades=bool(settings.get("upgrades", True)), control=work.control(), progress=work.say)
    work.check()
    work.share(0.6)
    project = settings.get("project")
    return _one(work, chosen, str(project), bool(settings.get("levers", True))) if project else _all(chosen)


def _all(chosen: "Selection") -> Kept:
    """Keep the outcome of every project."""
    counts = chosen.projects["status"].value_counts()
    built, out = int(counts.sum() - counts.get("not", 0)), int(counts.get("not", 0))
    lines = [
        Text(
            f"共 {built + out} 个项目：建设 {built} 个，未入选 {out} 个。",
            f"{built + out} projects: {built} built, {out} not chosen.",
        )
    ]
    keys = ("selection-chosen", "selection-left")
    tables, figures = chosen.tables, chosen.figures
    parts = {key: tables[key] for key in keys if key in tables} | figures | tables
    groups = [(Text("每个项目的结果", "What becomes of each project"), [key for key in keys if key in tables])]
    return Kept(lines, parts, {"project": "", "projects": _fates(chosen), "quality": chosen.quality}, groups=groups)


def _fates(chosen: "Selection") -> list[dict[str, Any]]:
    """What becomes of every project, as JSON."""
    from haihe.planning.selection_views import STATUS

    titles = dict(zip(chosen.task.projects.projects, chosen.task.projects.titles, strict=True))
    names = chosen.views.names
    rows: list[dict[str, Any]] = chosen.projects.to_dict("records")  # type: ignore[assignment]
    return [
        {
            "project": row["project"],
            "title": titles[row["project"]].to_dict(),
            "status": row["status"],
            "said": STATUS[row["status"]].to_dict(),
            "region": row["site"],
            "site": names.get(row["site"], Text(row["site"], row["site"])).to_dict(),
            "start": None if pd.isna(row["start"]) else int(row["start"]),
        }
        for row in rows
    ]


def _one(work: Work, chosen: "Selection", project: str, levers: bool) -> Kept:
    """Keep the card of one project with the reason of its fate."""
    from haihe.planning.card_page import where_of
    from haihe.planning.card_views import said_on, status_of
    from haihe.planning.reasons import known_project

    known_project(chosen.task.projects.projects, project)
    work.say(Text("强制改选后重新求解，找出原因", "choosing again with it forced to the other side"))
    reasons = chosen.reasons([project], levers=levers, verify=levers, control=work.control())
    work.check()
    reason = reasons.reasons[0]
    card = chosen.cards.card(project, reason)
    status, where = status_of(card), where_of(card)
    lines = [
        Text(
            f"{project} {card.title.zh}：{status.zh}。{where.zh}。",
            f"{project} {card.title.en}: {status.en}; {where.en}.",
        ),
        *said_on(card),
    ]
    parts: dict[str, Any] = card.tables | dict(reasons.tables)
    numbers = {
        "project": project,
        "title": card.title.to_dict(),
        "status": card.status,
        "said": status.to_dict(),
        "region": card.site,
        "about": [[word.to_dict(), value.to_dict()] for word, value in card.about.items()],
        "reason": reason.to_dict(),
        "quality": card.quality,
    }
    groups = [
        (Text("项目卡片", "Project card"), list(card.tables)),
        (Text("原因与最小调整", "Reason and smallest changes"), list(reasons.tables)),
    ]
    return Kept(lines, parts, numbers, groups=groups)


declare(
    Kind(
        code=CODE,
        name=Text("项目入选与原因", "projects: in or out, and why"),
        about=Text(
            "哪些项目建、哪些不建，为什么，改变多少就会翻转；单个项目的一页卡片",
            "which projects are built and which are not, why, and how little would turn it; the one-page card of a project",
        ),
        run=run,
        form=CardForm,
        seconds=7200,
        memory_mb=0,
        order=50,
        needs=("accounts", "projects", "project_sites"),
    )
)
