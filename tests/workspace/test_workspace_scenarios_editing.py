"""Scenarios: what is kept of edits, the grid page by page, records added, other versions, comparing, who may."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from scenario_cases import RAILWAY, TIGHTER, a_scenario, again, dataset_of, version_of

from haihe.messages import HaiheError
from haihe.planning.scenarios import Edit
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import changes, history
from haihe.workspace.data.versions import make, table_of
from haihe.workspace.scenarios import editing, moving
from haihe.workspace.scenarios.force import region_with
from haihe.workspace.scenarios.models import Scenario
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
GRID = "/scenarios/tight/tables/limits/edit"


def shown(client: Client, url: str, lang: str = "en", status: int = 200) -> str:
    client.cookies["haihe-language"] = lang
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def fields(page: str) -> dict[str, str]:
    """The fields of a grid by label: their names; beside them what they hold, under ``name``."""
    found = re.findall(r'<input id="([cn]\d+_\d+)" name="[^"]+" value="([^"]*)" size="\d+" aria-label="([^"]+)"', page)
    return {label: name for name, _value, label in found} | {name: value for name, value, _label in found}


def typed(client: Client, url: str, cells: dict[str, str], **more: Any) -> Any:
    """Type into the cells of a grid named by column and record, and save."""
    page = shown(client, url)
    there = fields(page)
    edition = re.search(r'id="cells".*?name="edition" value="(\d+)"', page, re.DOTALL)
    assert edition is not None
    sent = {name: value for name, value in there.items() if re.fullmatch(r"[cn]\d+_\d+", name)}
    sent |= {there[label]: value for label, value in cells.items()}
    return client.post(url, sent | {"edition": edition[1], "reason": "试算"} | more)


def codes(error: pytest.ExceptionInfo[HaiheError]) -> set[str]:
    return {each.code for each in error.value.findings}


def test_what_is_kept_is_settled_and_in_force(city: City) -> None:
    made = a_scenario(
        city,
        edits=[
            *RAILWAY,
            Edit(TABLES["limits"].title.zh, "cap|2019", "value", " 0.70 "),
            ["limits", "cap|2019", "value", "0.8"],
        ],
    )
    assert {edit[0] for edit in made.edits} == {"links"}  # the later edit says what the version says
    tight = a_scenario(city, "two", edits=[TIGHTER, *RAILWAY])
    region = region_with(tight.version, tight.edits_of())
    limits, links = region["limits"].set_index("limit"), region["links"].set_index("link")
    assert limits.loc["cap", "value"] == 0.7
    assert links.loc["rail", "capacity"] == 120
    assert table_of(tight.version, "limits").set_index("limit").loc["cap", "value"] == 0.8
    other = a_scenario(city, "three", edits=[[*TIGHTER[:4], "another reason"], *RAILWAY])
    assert other.sha256 == tight.sha256 != made.sha256


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (["nowhere", "a", "value", "1"], "E-SCN-01"),
        (["limits", "cap|2019", "nothing", "1"], "E-SCN-02"),
        (["limits", "cap|2031", "value", "1"], "E-SCN-03"),
        (["limits", "cap|2019", "value", "lots"], "E-SCN-04"),
        (["links", "rail|2019", "capacity", "1"], "E-SCN-03"),
        (["limits", "cap|2019", "value"], "E-SCN-06"),
        (["limits", "cap|2019", "value", " "], "E-SCN-22"),
        (["scenarios", "a|b|c|d", "value", "1"], "E-SCN-23"),
        (["links", "port|2019", "to_region", "mars"], "E-REF-01"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(city: City, edit: list[str], code: str) -> None:
    made = a_scenario(city)
    with pytest.raises(HaiheError) as error:
        editing.put(city.people["planner"], made, [edit])
    assert code in codes(error)
    assert again(made).edits == [TIGHTER]
    assert again(made).edition == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_grid_shows_old_and_new(city: City, signed: Signed, lang: str) -> None:
    a_scenario(city)
    page = shown(signed("planner"), GRID, lang)
    assert 'value="0.7"' in page
    assert "<del>0.8</del>" in page
    assert TABLES["limits"].title(lang) in page


def test_cells_are_typed_taken_back_and_refused(city: City, signed: Signed) -> None:
    made = a_scenario(city, edits=())
    client, cap = signed("planner"), "value: cap · 2019"
    assert typed(client, GRID, {cap: "0.75"}).status_code == 302
    assert again(made).edits == [["limits", "cap|2019", "value", "0.75", "试算"]]
    entry = list(history("scenarios.scenario", "tight"))[-1]
    assert set(changes(entry)) == {"edits", "edition"} or set(changes(entry)) == {"edits"}
    wrong = typed(client, GRID, {cap: "many", "value: line · 2019": "4000"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'value="many"' in page  # what was typed stays in its field
    assert 'value="4000"' in page
    assert "E-SCN-04" in page
    assert page.count('aria-invalid="true"') == 1
    assert again(made).edits == [["limits", "cap|2019", "value", "0.75", "试算"]]
    broken = typed(client, "/scenarios/tight/tables/links/edit", {"to: port · 2019": "mars"})
    assert broken.status_code == 422
    assert 'aria-invalid="true"' in broken.content.decode()
    assert typed(client, GRID, {cap: ""}).status_code == 302  # emptied: taken back
    assert again(made).edits == []
    assert typed(client, GRID, {cap: ""}).status_code == 422  # nothing to take back: a value is needed
    assert typed(client, GRID, {cap: "0.9"}).status_code == 302
    assert typed(client, GRID, {cap: "0.80"}).status_code == 302  # what the version says: taken back
    assert again(made).edits == []


def test_two_editors_one_wins(city: City, signed: Signed) -> None:
    made = a_scenario(city)
    client, cap = signed("planner"), "value: cap · 2019"
    editing.describe(city.people["chief"], made, "别名", "", "")
    assert typed(client, GRID, {cap: "0.6"}, edition="1").status_code == 409
    assert again(made).edits == [TIGHTER]
    answer = client.post("/scenarios/tight/changes", {"edition": "1", "take": "limits value cap|2019"})
    assert answer.status_code == 409


def test_a_record_is_added_changed_and_removed(city: City, signed: Signed) -> None:
    made = a_scenario(city, edits=())
    client, url = signed("planner"), "/scenarios/tight/tables/links/add"
    assert 'value="300"' in shown(client, f"{url}?like=port%7C2019")
    record = {edit[2]: edit[3] for edit in RAILWAY} | {
        "link": "rail",
        "year": "2019",
        "reason": "加一条",
        "edition": "1",
    }
    lacking = client.post(url, record | {"capacity": "", "mode": ""})
    assert lacking.status_code == 422
    assert client.post(url, record | {"capacity": "much"}).status_code == 422
    assert client.post(url, record | {"from_region": "mars"}).status_code == 422
    assert client.post(url, record | {"link": "port"}).status_code == 422  # there already
    assert again(made).edits == []
    assert client.post(url, record).status_code == 302
    assert {edit[2] for edit in again(made).edits} == {edit[2] for edit in RAILWAY}
    grid = "/scenarios/tight/tables/links/edit"
    assert "(added)" in shown(client, grid)
    capacity = next(label for label in fields(shown(client, grid)) if label.startswith("capacity: rail"))
    assert typed(client, grid, {capacity: "150"}).status_code == 302
    assert ["links", "rail|2019", "capacity", "150", "试算"] in again(made).edits
    name = next(label for label in fields(shown(client, grid)) if label.startswith("from: rail"))
    assert typed(client, grid, {name: ""}).status_code == 422  # required in a new record
    take = {"edition": again(made).edition, "take": "links * rail|2019"}
    assert client.post("/scenarios/tight/changes", take).status_code == 302
    assert again(made).edits == []


def test_the_list_of_changes_reasons_and_files(city: City, signed: Signed) -> None:
    made = a_scenario(city, edits=[TIGHTER, *RAILWAY])
    client = signed("planner")
    page = shown(client, "/scenarios/tight")
    assert "<del>0.8</del>" in page
    assert page.count('name="take"') == 2  # the cell, and the record that is added
    sent = {"edition": made.edition, "r0": "国家要求 / national rule"}
    assert client.post("/scenarios/tight/changes", sent).status_code == 302
    assert again(made).edits[0][4] == "国家要求 / national rule"
    assert again(made).sha256 == made.sha256
    rows = client.get("/scenarios/tight?as=csv").content.decode("utf-8-sig").splitlines()
    assert len([row for row in rows if "railway" in row or "0.7" in row]) == 1 + len(RAILWAY)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/scenarios/tight?as=xlsx").content))
    assert any("0.7" in [str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True))


def test_a_scenario_is_copied_shared_and_deleted(city: City, signed: Signed) -> None:
    made = a_scenario(city)
    planner, district = signed("planner"), signed("bh-editor")
    assert district.get("/scenarios/tight").status_code == 404
    assert planner.post("/scenarios/tight/share", {"edition": 1}).status_code == 302
    assert "0.7" in shown(district, "/scenarios/tight")
    assert district.post("/scenarios/tight/share", {"edition": 2}).status_code == 403
    assert typed(planner, GRID, {}).status_code == 302
    assert district.post(GRID, {"edition": 2}).status_code == 403
    assert district.get(GRID).status_code == 403
    read = shown(district, "/scenarios/tight/tables/limits?q=cap")
    assert "<ins>0.7</ins>" in read
    assert not fields(read)
    assert planner.get("/scenarios/tight/tables/limits?q=cap")["Location"] == f"{GRID}?q=cap"
    copied = {"code": "mine", "name_zh": "滨海副本", "unit": "TJ-BH"}
    assert district.post("/scenarios/tight/copy", copied | {"unit": "TJ"}).status_code == 422
    assert district.post("/scenarios/tight/copy", copied).status_code == 302
    assert district.post("/scenarios/tight/copy", copied).status_code == 422  # the code is taken
    mine = Scenario.objects.get(code="mine")
    assert (mine.edits, mine.unit.code, mine.shared) == (made.edits, "TJ-BH", False)
    assert planner.get("/scenarios/mine").status_code == 404  # a draft of the district
    assert signed("bj-planner").get("/scenarios/tight").status_code == 404  # the dataset is not shared with Beijing
    assert planner.post("/scenarios/tight/delete", {"edition": 2}).status_code == 302
    assert not Scenario.objects.filter(code="tight").exists()


def test_scenarios_of_the_table_are_taken_over(city: City, signed: Signed) -> None:
    version = version_of(city)
    client = signed("planner")
    names = sorted(set(table_of(version, "scenarios")["scenario"]))
    assert names
    answer = client.post(
        f"/scenarios/take/{version.code}", {"names": names, "code": "taken", "name_zh": "取用", "unit": "TJ"}
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    made = Scenario.objects.get(code="taken")
    stated = {tuple(row) for row in table_of(version, "scenarios")[["table", "record", "column"]].to_numpy().tolist()}
    assert {tuple(edit[:3]) for edit in made.edits} <= stated


def test_it_moves_to_a_newer_version_and_names_what_is_gone(city: City, signed: Signed) -> None:
    edits = [TIGHTER, ["limits", "line|2019", "value", "4000"], ["parameters", "growth", "value", "0.04"], *RAILWAY]
    made = a_scenario(city, edits=[*edits, ["endowments", "north|co2|2017", "value", "9000"]])
    old = version_of(city)
    limits, parameters = table_of(old, "limits"), table_of(old, "parameters").assign(value=0.04)
    ends = table_of(old, "endowments")
    ends.loc[ends["year"] == 2017, "value"] += 1.0
    tables = {"limits": limits[limits["limit"] != "line"], "parameters": parameters, "endowments": ends}
    new = make(city.people["planner"], dataset_of(city), city.units["TJ"], tables, parent=old)
    states = {tuple(each.edit[:3]): each.state for each in moving.carried(made, new)}
    assert states["limits", "line|2019", "value"] == "gone"
    assert states["limits", "cap|2019", "value"] == "stays"
    assert states["parameters", "growth", "value"] == "said"
    assert states["endowments", "north|co2|2017", "value"] == "moved"
    assert states["links", "rail|2019", "capacity"] == "stays"
    client = signed("planner")
    page = shown(client, "/scenarios/tight/move")
    assert "goes; the new version does not have the record" in page
    answer = client.post("/scenarios/tight/move", {"version": new.code, "edition": 1}, follow=True)
    assert "records that are gone: " in answer.content.decode()
    moved = again(made)
    assert moved.version == new
    assert {tuple(edit[:3]) for edit in moved.edits} == {
        key for key, state in states.items() if state in ("stays", "moved")
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_inputs_of_scenarios_are_compared(city: City, signed: Signed, lang: str) -> None:
    a_scenario(city)
    a_scenario(city, "rail", edits=RAILWAY)
    client = signed("planner")
    page = shown(client, "/scenarios/compare?with=tight&with=rail", lang)
    assert "0.7" in page
    assert ("未改" if lang == "zh" else "as the data") in page
    rows = client.get("/scenarios/compare?with=tight&with=rail&as=csv").content.decode("utf-8-sig")
    assert rows.count("rail") >= len(RAILWAY)
    assert "0.7" not in shown(signed("hp-editor"), "/scenarios/compare?with=tight&with=rail", lang)


def test_a_long_table_asks_as_little_as_a_short_one(city: City, signed: Signed) -> None:
    a_scenario(city)
    client = signed("planner")
    shown(client, GRID)
    counts = []
    for table in ("limits", "accounts"):
        with CaptureQueriesContext(connection) as asked:
            shown(client, f"/scenarios/tight/tables/{table}/edit?page=1")
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 3, counts
