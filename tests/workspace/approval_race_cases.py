"""Two who decide about one thing at the same moment, on the web and by the API: what each of them is told.

A case makes one thing that waits for a decision, and names two people who may decide, the page's address and the API's.
The calls are made in threads of one process, each with a connection of its own to the database.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chain_cases import indicator, month, row
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from problem_cases import again, decided
from project_cases import a_board, a_project, proposed
from round_cases import firm, hired, terms

from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties import assigning, reporting
from haihe.workspace.duties.periods import last_complete
from haihe.workspace.duties.reports import Report
from haihe.workspace.months import returns
from haihe.workspace.months.models import Return
from haihe.workspace.problems import steering
from haihe.workspace.problems.models import Problem
from haihe.workspace.projects.models import Board, Move
from haihe.workspace.rounds import applying, calling, publishing, ranking, recommending
from haihe.workspace.rounds.models import Award, Round
from haihe.workspace.units import tokens
from haihe.workspace.units.models import Person
from workspace_cases import City, small_city

SECONDS = 60


@dataclass(frozen=True)
class Case:
    """A decision: how the thing is made (the second of a kind too), who decides, page, operation, verb of its entry."""

    make: Callable[[City, int], Any]
    who: tuple[str, str]
    page: str
    operation: str
    verb: str


def _award(city: City, number: int) -> Round:
    """A published round with one application, whose days of objections are over."""
    planner, name = city.people["planner"], f"a{number}"
    round_ = calling.new(planner, city.units["TJ"], terms(open_to=[city.units["TJ"]], criteria=[]))
    calling.open_(planner, round_)
    unit = firm(name.upper(), f"企业{number}", city.units["TJ-BH"])
    person, fields = hired(name, unit, "applicant"), {"cost": "900", "equipment": "500", "honest": True}
    made = applying.new(person, round_, unit, {"title": "项目", "fields": fields})
    applying.submit(person, made)
    recommending.recommend(city.people["bh-approver"], made, True, "同意")
    calling.close(planner, Round.objects.get(pk=round_.pk))
    for step in (ranking.check, ranking.rank):
        step(Round.objects.select_related("unit", "rules").get(pk=round_.pk), planner.actor("rounds.rank"))
    publishing.publish(planner, Round.objects.get(pk=round_.pk))
    Round.objects.filter(pk=round_.pk).update(objections_until=timezone.localdate() - timedelta(days=1))
    return Round.objects.get(pk=round_.pk)


def _report(city: City, number: int) -> Report:
    duty = assigning.assign(
        city.people["chief"],
        city.units["TJ"],
        city.units["TJ-BH"],
        name_zh=f"盘活用地 {number}",
        due=timezone.localdate(),
    )
    editor = city.people["bh-editor"]
    made = reporting.report(editor, duty, last_complete("month", timezone.localdate()), share=50, words="已开工")
    reporting.submit(editor, Report.objects.get(pk=made.pk))
    return Report.objects.get(pk=made.pk)


def _month(city: City, number: int) -> Return:
    if not number:
        indicator(city)
    made = month(city, f"2026-0{number + 1}", [row("600")], approved=False)
    returns.submit(city.people["bh-editor"], made)
    return Return.objects.get(pk=made.pk)


def _move(city: City, number: int) -> Move:
    board = Board.objects.select_related("unit", "dataset__current").first() or a_board(city)
    return proposed(city, a_project(city, board, f"P{number + 1}", need=10.0))


def _problem(city: City, number: int) -> Problem:
    problem = decided(city, name_zh=f"能耗不足 {number}")
    steering.report(city.people["bh-editor"], problem, "已调剂")
    return again(problem)


CITY, DISTRICT, STEERERS = ("tj-1", "tj-2"), ("bh-approver", "bh-2"), ("planner", "chief")
CASES = {
    "award": Case(_award, CITY, "/rounds/{code}/award", "/rounds/{code}/award", "award"),
    "duty report": Case(_report, DISTRICT, "/duties/reports/{code}/approve", "/reports/{code}/approve", "approve"),
    "month": Case(_month, DISTRICT, "/months/returns/{code}/approve", "/months/{code}/approve", "approve"),
    "move": Case(_move, DISTRICT, "/projects/moves/{code}/confirm", "/moves/{code}/confirm", "approve"),
    "problem": Case(_problem, STEERERS, "/problems/p/{code}/close", "/problems/{code}/close", "close"),
}


def raced() -> dict[str, Any]:
    """Make every case and let two decide at once, on the web and by the API; what they were told, by case and way."""
    settings.ALLOWED_HOSTS = ["testserver"]
    city = small_city()
    for name, unit, role in (("tj-1", "TJ", "approver"), ("tj-2", "TJ", "approver"), ("bh-2", "TJ-BH", "approver")):
        city.people[name] = hired(name, city.units[unit], role)
    Person.objects.update(must_change=False)
    told = {
        f"{name}, {way}": _decided(city, case, way, number)
        for name, case in CASES.items()
        for number, way in enumerate(("web", "api"))
    }
    return told | {"breaks": len(list(chain.verify()))}


def _decided(city: City, case: Case, way: str, number: int) -> dict[str, Any]:
    thing = case.make(city, number)
    calls = [_call(city.people[who], case, way, thing) for who in case.who]
    gate, came = threading.Barrier(len(calls)), list[tuple[int, bool]]()

    def run(call: Callable[[], Any]) -> None:
        gate.wait()
        answer = call()
        came.append((answer.status_code, "E-WEB-20" in answer.content.decode()))
        connections.close_all()

    threads = [threading.Thread(target=run, args=(each,)) for each in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join(SECONDS)
    entries = Entry.objects.filter(kind=thing.kind(), code=thing.code, verb=case.verb).count()
    return {"told": sorted(came), "entries": entries, "awards": Award.objects.filter(round__code=thing.code).count()}


def _call(person: Person, case: Case, way: str, thing: Any) -> Callable[[], Any]:
    """Give the call of somebody who saw the thing as it is now."""
    client = Client()
    if way == "web":
        client.force_login(Person.objects.get(pk=person.pk))
        return lambda: client.post(case.page.format(code=thing.code), {"edition": thing.edition})
    token = tokens.create(person, "races", ("read", "write", "approve"), 1)[1]
    headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{thing.edition}"'}
    path = f"/api/v1{case.operation.format(code=thing.code)}"
    return lambda: client.post(path, "{}", content_type="application/json", headers=headers)
