"""Scenarios by workbook and by program: codes of others, wrong cells at their rows, what is left out, the API."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from intake_cases import sent, workbook
from scenario_cases import RAILWAY, TIGHTER, a_scenario, again, dataset_of, version_of

from haihe.workspace.intake.models import PREVIEWED, REFUSED, Upload
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units.models import Person
from haihe.workspace.units.tokens import create
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
COLUMNS = ["scenario", "table", "record", "column", "value", "reason"]


def book(rows: list[list[str]]) -> bytes:
    return workbook({"scenarios": pd.DataFrame(rows, columns=COLUMNS)})


def sent_in(client: Client, rows: list[list[str]], **more: str) -> Upload:
    return sent(client, book(rows), to="scenarios/small", **more)


def test_wrong_rows_are_named_where_they_stand(city: City, signed: Signed) -> None:
    a_scenario(city, "theirs", "bh-editor", "TJ-BH")
    a_scenario(city)
    rows = [
        ["theirs", *TIGHTER],
        ["tight", "limits", "line|2019", "value", "many", ""],
        ["lone", "links", "rail|2019", "capacity", "1", ""],
    ]
    upload = sent_in(signed("planner"), rows)
    found = {(each["code"], each["row"]) for each in upload.reading.findings}
    assert upload.state == REFUSED
    assert found == {("E-SCN-28", 2), ("E-SCN-04", 3), ("E-SCN-03", 4)}


def test_replacing_empties_what_is_left_out(city: City, signed: Signed) -> None:
    tight, rail = a_scenario(city), a_scenario(city, "rail", edits=RAILWAY)
    client = signed("planner")
    upload = sent_in(client, [["rail", *edit] for edit in RAILWAY], way="replace")
    assert upload.state == PREVIEWED, upload.reading.findings
    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 302
    assert again(tight).edits == []
    assert again(rail).edition == 1  # says what it said
    upload = again(upload)
    undone = client.post(f"/intake/{upload.code}/undo", {"edition": upload.edition, "reason": "撤销"})
    assert undone.status_code == 302
    assert again(tight).edits == [TIGHTER]


def test_a_program_makes_and_states_a_scenario(city: City) -> None:
    dataset_of(city)
    version, planner = version_of(city), Person.objects.get(username="planner")
    secret = create(planner, "robot", ("read", "write"), 1)[1]
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def post(path: str, said: dict[str, Any], **more: str) -> Any:
        return client.post(f"/api/v1/{path}", said, content_type="application/json", headers=more)

    names = ("table", "record", "column", "value", "reason")
    edit = dict(zip(names, TIGHTER, strict=True))
    new = {"code": "robot", "name_zh": "程序", "unit": "TJ", "version": version.code, "edits": [edit]}
    assert post("scenarios", new | {"edits": [edit | {"value": "many"}]}).status_code == 422
    assert post("scenarios", new | {"unit": "BJ"}).status_code == 422
    answer = post("scenarios", new)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == "/api/v1/scenarios/robot"
    assert post("scenarios/robot/edits", {"edits": []}).status_code == 428
    assert post("scenarios/robot/edits", {"edits": []}, **{"If-Match": '"7"'}).status_code == 412
    answer = post("scenarios/robot/edits", {"edits": [edit | {"value": "0.6"}]}, **{"If-Match": '"1"'})
    assert answer.json()["edits"][0]["value"] == "0.6"
    assert Scenario.objects.get(code="robot").edits[0][3] == "0.6"
