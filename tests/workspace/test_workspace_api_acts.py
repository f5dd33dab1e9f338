"""Every act that a page of the coordination rooms offers, a program can do: by an operation, or by sending in a workbook.

The acts are the services with a channel that the pages call; both sides are read from the source.
"""

import ast
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from problem_cases import raised

import haihe.workspace
from haihe.workspace.duties import assigning
from haihe.workspace.duties.models import Duty
from haihe.workspace.intake.targets import TARGETS
from haihe.workspace.meetings import agenda
from haihe.workspace.papers.models import Paper
from haihe.workspace.units.models import Person
from workspace_api_cases import bearer
from workspace_cases import City

ROOMS = ("papers", "duties", "problems", "chains", "months", "projects", "rounds", "meetings")
WORKSPACE = Path(haihe.workspace.__file__).parent
BY_UPLOAD = {
    "chains.items.add": "chain-items",
    "chains.items.change": "chain-items",
    "chains.items.make_board": "chains",
    "chains.items.change_board": "chains",
    "duties.documents.new_document": "documents",
    "duties.documents.new_target": "plan",
    "duties.documents.change": "plan",
    "meetings.agenda.new": "meetings",
    "meetings.agenda.change": "meetings",
    "meetings.agenda.add": "agenda",
    "meetings.agenda.edit": "agenda",
    "months.returns.make_indicator": "indicators",
    "months.returns.change_indicator": "indicators",
    "projects.keeping.new_board": "boards",
    "projects.keeping.change_board": "boards",
    "projects.keeping.open_project": "projects",
    "projects.keeping.restate": "projects",
    "rounds.acceptance.report": "acceptances",
    "rounds.acceptance.set_goal": "performance",
    "rounds.applying.new": "applications",
    "rounds.applying.change": "applications",
}
"""Writing of rows: what a program sends in by ``POST /uploads`` to a target, previews and confirms."""


def services() -> set[str]:
    """The functions of the rooms that act by a channel."""
    found = set()
    for path in (path for room in ROOMS for path in (WORKSPACE / room).glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
                if "channel" in names:
                    found.add(f"{path.parent.name}.{path.stem}.{node.name}")
    return found


def used_in(paths: Iterable[Path]) -> set[str]:
    """The names that some files use, each with room and module."""
    found = set()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            each.asname or each.name: f"{node.module}.{each.name}".removeprefix("haihe.workspace.")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for each in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                found.add(names.get(node.id, ""))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
                found.add(f"{names[node.value.id]}.{node.attr}")
    return found


ON_PAGES = services() & used_in(path for room in ROOMS for path in (WORKSPACE / room).glob("*pages.py"))
BY_OPERATION = services() & used_in((WORKSPACE / "api" / "sections").glob("*.py"))


def test_every_act_of_a_page_is_open_to_programs() -> None:
    assert len(ON_PAGES) >= 90
    assert set(BY_UPLOAD) == ON_PAGES - BY_OPERATION


def test_every_upload_that_stands_for_an_act_has_its_target() -> None:
    assert set(BY_UPLOAD.values()) <= set(TARGETS)


@pytest.mark.django_db
def test_a_meeting_is_held_by_program(city: City) -> None:
    planner, chief = city.people["planner"], city.people["chief"]
    raised(city, due=date(2020, 1, 1))  # overdue
    meeting = agenda.new(planner, city.units["TJ"], {"title": "例会", "day": date(2027, 1, 5)})
    client = Client()

    def call(person: Person, path: str, body: Any = None) -> Any:
        sent = bearer(person, "read", "write", "approve") | {"If-Match": "*"}
        answer = client.post(f"/api/v1{path}", body, content_type="application/json", headers=sent)
        return answer.status_code, answer.json()

    at = f"/meetings/{meeting.code}"
    found = client.get(f"/api/v1{at}/suggestions", headers=bearer(planner)).json()["items"]
    assert found
    status, made = call(planner, f"{at}/take", {"take": [found[0]["take"]]})
    assert (status, len(made["items"])) == (200, 1)
    item = made["items"][0]["code"]
    assert call(planner, f"{at}/convene")[1]["convened"]
    assert call(planner, f"/agenda-items/{item}/minute", {"decision": "挖潜一成"})[1]["code"] == "E-MTG-03"
    said = {"minutes": "讨论", "decision": "挖潜一成", "owner": "TJ-BH", "due": "2027-03-31"}
    assert call(planner, f"/agenda-items/{item}/minute", said)[0] == 200
    assert call(planner, f"{at}/submit")[1]["state"] == "submitted"
    assert call(planner, f"{at}/approve")[1]["code"] == "E-WEB-22"  # one's own
    assert call(chief, f"{at}/return", {"reason": "补充依据"})[1]["state"] == "draft"
    assert call(planner, f"{at}/submit")[0] == 200
    assert call(chief, f"{at}/approve")[1]["state"] == "approved"
    assert call(planner, f"{at}/issue")[1]["issued"]
    duty = Duty.objects.get(unit=city.units["TJ-BH"])
    assert call(planner, f"/duties/{duty.code}/drop", {"reason": "重复"})[1]["state"] == "dropped"
    assert call(planner, f"/duties/{duty.code}/reopen", {"reason": "仍需办理"})[1]["state"] == "open"


@pytest.mark.django_db
def test_a_paper_is_attached_and_removed_by_program(city: City) -> None:
    editor, duty = city.people["bh-editor"], assign_of(city)
    sent = bearer(editor, "read", "write")
    asked = f"/api/v1/papers?about_kind=duties.duty&about={duty.code}&file_name=a.pdf&title=proof"
    answer = Client().post(asked, b"%PDF-1.4 proof", content_type="application/octet-stream", headers=sent)
    assert answer.status_code == 201, answer.content
    code = answer.json()["code"]
    gone = Client().post(
        f"/api/v1/papers/{code}/remove",
        {"reason": "重复"},
        content_type="application/json",
        headers=sent | {"If-Match": "*"},
    )
    assert gone.status_code == 200, gone.content
    assert Paper.objects.get(code=code).removed is not None
    bad = Client().post(asked.replace("a.pdf", "a.exe"), b"MZ", content_type="application/octet-stream", headers=sent)
    assert bad.status_code == 422


def assign_of(city: City) -> Duty:
    """A duty of Binhai."""
    return assigning.assign(city.people["planner"], city.units["TJ"], city.units["TJ-BH"], name_zh="建成示范产线")
