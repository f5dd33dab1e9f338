"""Problems of the demonstration: the example's table, in several states. All is made up and marked so."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from haihe.region import Region
from haihe.workspace.duties.assigning import assign
from haihe.workspace.problems import raising, steering
from haihe.workspace.problems.models import Problem
from haihe.workspace.units.models import Person, Unit

CITY = "TJ"
MADE_UP = "虚构示例 / made up"
STATES = {"raised": 0, "decided": 2, "closed": 2}
"""Steps that a status of the example's table stands for: taken up, decided."""
EVIDENCE = "示例台账，数字均为虚构 / from a made-up ledger"
DECISION = "由责任单位提出办法，一个月内报专班（示例） / the owner proposes a way within a month (made up)"


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Put in the problems of the example: raised, taken up, decided, one in work and overdue, one reported, with duties.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example.
    """
    planner, chief, city = people["wang"], people["li"], units[CITY]
    for at, row in enumerate(region.tables["problems"].to_dict("records")):
        problem = raising.raise_problem(planner, city, _facts(row), "cli", code=f"P-{row['problem']}")
        owner = units.get(str(row["owner"]), city)
        steps = STATES[str(row["status"])]
        if steps or at == 0:
            steering.accept(planner, _again(problem), owner, [units["DRC"]], _due(10), channel="cli")
        if steps:
            steering.decide(chief, _again(problem), DECISION, due=_due(20), channel="cli")
            name = f"{problem.name_zh}：提出办法（示例）"
            more: dict[str, Any] = {"quality": "illustrative", "source": "DEMO", "note": MADE_UP}
            assign(planner, city, owner, name_zh=name, due=_due(-2), about=problem, channel="cli", **more)
    _binhai(units, people)


def _binhai(units: Mapping[str, Unit], people: Mapping[str, Person]) -> None:
    """Two problems of Binhai: one overdue in work, one whose result waits to be confirmed."""
    editor, planner, binhai = people["bh-editor"], people["wang"], units["TJ-BH"]
    names = (
        ("临港项目用能指标未落实（示例）", "Port projects lack energy quota (made up)", -5),
        ("园区工业用地供应滞后（示例）", "Park land comes late (made up)", 15),
    )
    for zh, en, days in names:
        facts = _said(zh, en, "TJ-BH")
        problem = raising.raise_problem(editor, binhai, facts, "cli")
        steering.accept(planner, _again(problem), binhai, [units["DRC"], units["PNR"]], _due(days), channel="cli")
        steering.decide(planner, _again(problem), DECISION, channel="cli")
        steering.start(editor, _again(problem), channel="cli")
        if days > 0:
            steering.report(editor, _again(problem), "已完成供地（示例） / land supplied (made up)", channel="cli")


def _facts(row: Mapping[Any, Any]) -> dict[str, Any]:
    known = {
        name: "" if row[name] != row[name] or row[name] is None else str(row[name]) for name in ("region", "chain")
    }
    return _said(str(row["name_zh"]), str(row["name_en"]), known["region"]) | {"chain": known["chain"]}


def _said(zh: str, en: str, region: str) -> dict[str, Any]:
    said = {"name_zh": zh, "name_en": en, "region": region, "evidence": EVIDENCE}
    return said | {"quality": "illustrative", "source": "DEMO", "note": MADE_UP}


def _due(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _again(problem: Problem) -> Problem:
    """Read it again: its edition moved on."""
    return Problem.objects.select_related("unit", "owner").get(pk=problem.pk)  # type: ignore[no-any-return]
