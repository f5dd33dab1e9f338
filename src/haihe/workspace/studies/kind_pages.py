"""What pages of single kinds show and do beside the general study page: points of a front, fates and cards of projects."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.figures.word import Word
from haihe.messages import HaiheError, Text
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.drawn import drawn
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import attachment, heavy
from haihe.workspace.studies import asking
from haihe.workspace.studies.actions import ASK, READ
from haihe.workspace.studies.kept import Result
from haihe.workspace.studies.kinds import card as card_kind
from haihe.workspace.studies.kinds import front as front_kind
from haihe.workspace.studies.kinds import plan as plan_kind
from haihe.workspace.studies.models import Study
from haihe.workspace.studies.pages import STUDIES
from haihe.workspace.units.models import Person

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKED = Text("已提交，正在后台测算", "Asked for; it is being done in the background")
THERE = Text("已测算过，直接显示结果", "It was worked out before; here is what it found")


def front_beside(request: Request, study: Study, result: Result) -> dict[str, Any]:
    """Give the points to choose from; of a chosen one (``point``) also what it would change, beside the chart."""
    points = result.numbers["points"]
    chosen = _number(request.GET.get("point", ""), len(points))
    table = result.pieces["front"].table
    columns = [column for column in table.columns if column.key not in ("point", "way")]
    own = table.frame[table.frame["point"].notna()]
    rows = [
        {
            "point": point["point"],
            "cells": [(column.show(row[column.key]), column.numeric) for column in columns],
            "x": row["x"],
            "y": row["y"],
        }
        for point, row in zip(points, own.to_dict("records"), strict=True)
    ]
    more: dict[str, Any] = {
        "points": rows,
        "headings": [(column.heading, column.numeric) for column in columns],
        "chosen": chosen,
        "asks": acts_on(request.user, study, ASK),
        "planned": [],
    }
    if chosen:
        titles = [pieces for _, pieces in result.groups]
        shown = [result.pieces["front"], *titles[chosen]]
        more |= {"group": chosen + 1, "shown": shown, **drawn(piece.part for piece in shown)}
        more["planned"] = _like(request.user, study, plan_kind.CODE, {"goals": points[chosen - 1]["goals"]})
    return more


def _number(said: str, most: int) -> int:
    """Read the number of a point; 0 where it is none."""
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    return number if 1 <= number <= most else 0


def _like(person: Person, study: Study, kind: str, settings: Mapping[str, Any]) -> list[Study]:
    """Give the studies of a kind on the same data and scenario with these settings, newest first."""
    there = Study.objects.visible_to(person).filter(kind_code=kind, sha256=study.sha256).select_related("job")[:300]
    cells = {tuple(edit[:4]) for edit in study.edits}
    return [
        each
        for each in there
        if cells <= {tuple(edit[:4]) for edit in each.edits}
        and all(each.settings.get(name) == value for name, value in settings.items())
    ]


@act(ASK, of=Study)
def plan_at(request: Request, thing: Study) -> HttpResponse:
    """Plan at a point of a front: the same data and scenario, the limits on its measure held at the point instead."""
    numbers = asking.kept_of(thing).numbers
    points = numbers.get("points", []) if thing.kind_code == front_kind.CODE else []
    number = _number(request.POST.get("point", ""), len(points))
    if not number:
        raise HaiheError("E-STU-13", value=request.POST.get("point", "")[:20])
    name = Text(f"{thing.name.zh}：第 {number} 点", f"{thing.name.en}: point {number}")
    made = asking.ask(
        request.user,
        thing.unit,
        thing.version,
        plan_kind.CODE,
        edits=numbers["freed"],
        settings={
            "projects": False,
            "upgrades": thing.settings.get("upgrades", True),
            "goals": points[number - 1]["goals"],
        },
        title=name,
        based_on=thing,
    )
    tell(request, ASKED)
    return redirect(made)


def card_beside(request: Request, study: Study, result: Result) -> dict[str, Any]:
    """Give what becomes of every project, those of the person's own places first; of one project its card's files."""
    numbers, person = result.numbers, request.user
    asks = acts_on(person, study, ASK)
    if numbers["project"]:
        return {"asks": asks, "card": numbers, "whole": _like(person, study, card_kind.CODE, {"project": ""})[:1]}
    own = {post.unit.region for post in person.held() if post.unit.region}
    cards = {each.settings["project"]: each for each in reversed(cards_on(person, study.sha256, study.edits))}
    rows = [
        {
            "project": each["project"],
            "title": Text(**each["title"]),
            "status": Text(**each["said"]),
            "mark": "good" if each["status"] != "not" else "wait",
            "site": Text(**each["site"]),
            "start": each["start"],
            "own": each["region"] in own,
            "card": cards.get(each["project"]),
        }
        for each in numbers["projects"]
    ]
    mine = request.GET.get("own") == "1"
    rows = [row for row in rows if row["own"]] if mine else sorted(rows, key=lambda row: not row["own"])
    return {"asks": asks, "projects": rows, "has_own": bool(own), "mine": mine}


def cards_on(person: Person, sha256: str, edits: list[list[str]] | None = None) -> list[Study]:
    """Give the studies of single projects on a version's content that a person sees, newest first.

    Parameters
    ----------
    person : Person
    sha256 : str
        Content of the version.
    edits : list, optional
        Those with this scenario only.
    """
    there = Study.objects.visible_to(person).filter(kind_code=card_kind.CODE, sha256=sha256).select_related("job")
    wanted = None if edits is None else [edit[:4] for edit in edits]
    return [
        each
        for each in there[:500]
        if each.settings.get("project") and (wanted is None or wanted == [edit[:4] for edit in each.edits])
    ]


@act(ASK, of=Study)
def why(request: Request, thing: Study) -> HttpResponse:
    """Ask why a project of a selection is in or out; where that was asked before, the answer is shown."""
    project = request.POST.get("project", "")[:100]
    wanted = {"project": project, "upgrades": thing.settings.get("upgrades", True), "levers": True}
    edits = [edit[:4] for edit in thing.edits]
    there = [each for each in cards_on(request.user, thing.sha256, edits) if each.settings == wanted]
    if there and (there[0].done or there[0].pending):
        tell(request, THERE if there[0].done else ASKED)
        return redirect(there[0])
    name = Text(f"项目 {project} 的入选与原因", f"Project {project}: in or out, and why")
    made = asking.ask(
        request.user, thing.unit, thing.version, card_kind.CODE, settings=wanted, title=name, based_on=thing
    )
    tell(request, ASKED)
    return redirect(made)


def _card_of(thing: Study) -> Result:
    """Give the result of a card; ``E-STU-11`` for a study that is none."""
    result = asking.kept_of(thing)
    if not result.numbers.get("project"):
        raise HaiheError("E-STU-11", value=thing.code)
    return result


@page(READ, of=Study)
def card(request: Request, thing: Study) -> HttpResponse:
    """Show the card of a project for print: one page with what the plan says, numbers, rules and rivals."""
    result = _card_of(thing)
    numbers = result.numbers
    pieces = [piece for piece in result.pieces.values() if piece.key.startswith("card-")]
    more = {
        "thing": thing,
        "card": numbers,
        "title": Text(**numbers["title"]),
        "status": Text(**numbers["said"]),
        "about": [(Text(**word), Text(**value)) for word, value in numbers["about"]],
        "result": result,
        "trail": [
            (STUDIES, reverse("studies:list")),
            (thing.name, thing.get_absolute_url()),
            (Text("卡片", "Card"), ""),
        ],
        "printed": Text(
            f"测算 {thing.code} · 数据版本 {thing.version.code}",
            f"study {thing.code} · data version {thing.version.code}",
        ),
    }
    return render(request, "studies/card.html", more | drawn(piece.part for piece in pieces))


@page(READ, of=Study)
def word(request: Request, thing: Study) -> HttpResponse:
    """Give the card of a project as a Word file in the page's language."""
    heavy(request)
    result = _card_of(thing)
    title = Text(**result.numbers["title"])
    document = Word(title, language_of(request))
    document.heading(Text(f"{result.numbers['project']} {title.zh}", f"{result.numbers['project']} {title.en}"), 1)
    if result.illustrative:
        document.paragraph(Text("含示例数据，不可引用", "contains made-up figures; do not quote"), strong=True)
    document.bullets(list(result.lines))
    for table in result.tables.values():
        document.table(table, level=2)
    with TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / "card.docx"
        document.save(path)
        return attachment(path.read_bytes(), f"{thing.code}-{result.numbers['project']}.docx", DOCX)
