"""Dashboards: each role sees what it may see, figures say what the lists say, and files what the figures say."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from chain_cases import indicator, month, row, target
from django.test import Client
from samples import SAMPLES
from samples_work import ChainItem, Problem, Project

from haihe.workspace.dashboards.pages import table_in
from haihe.workspace.dashboards.shown import SHOWN, of_role, roles_of
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.rounds.models import Application, Award
from haihe.workspace.units.models import Person
from haihe.workspace.units.roles import READERS
from workspace_cases import City

pytestmark = pytest.mark.django_db
KINDS = (Duty, Target, Problem, Project, ChainItem, Application, Award)
LISTS = {
    "duties": (Duty, "/duties/?state=open&as=csv"),
    "targets": (Target, "/duties/targets?as=csv"),
    "problems": (Problem, "/problems/?as=csv"),
    "projects": (Project, "/projects/?as=csv"),
    "applications": (Application, "/rounds/applications?as=csv"),
}
"""The kind that a figure counts, and the list of it."""


@pytest.fixture
def filled(city: City) -> City:
    """One thing of each kind in two districts, the city and the neighbouring region."""
    for kind in KINDS:
        for unit in ("TJ-BH", "TJ-HP", "TJ", "BJ"):
            SAMPLES[kind](city, unit)
    return city


def total(person: Person, key: str) -> float:
    """What a figure adds up to."""
    table = table_in(SHOWN[key].build(person))
    column = next(each for each in table.columns if each.numeric)
    return float(table.frame[column.key].sum())


def lines(client: Client, url: str) -> list[list[str]]:
    """The rows of a CSV file, without the headings."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))[1:]


def test_every_role_that_reads_has_a_dashboard_of_three_to_six_figures() -> None:
    for role in READERS:
        assert 3 <= sum(role in each.roles for each in SHOWN.values()) <= 6, role


@pytest.mark.parametrize(
    "username", ["planner", "bh-editor", "bh-approver", "reviewer", "finance", "chief", "auditor", "bj-viewer"]
)
def test_figures_count_what_the_lists_show(filled: City, signed: Callable[[str], Client], username: str) -> None:
    person, client = filled.people[username], signed(username)
    page = client.get("/dashboards/")
    assert page.status_code == 200
    for each in of_role(person, roles_of(person)[0]):
        if each.key in LISTS:
            kind: Any = LISTS[each.key][0]
            seen = kind.objects.visible_to(person).count()
            assert total(person, each.key) == seen == len(lines(client, LISTS[each.key][1])), each.key
            assert each.name("zh") in page.content.decode()


def test_sums_stand_with_their_units(filled: City, signed: Callable[[str], Client]) -> None:
    said = signed("planner").get("/dashboards/").content.decode()
    sums = re.findall(r'<tr><th scope="row"><a href="#figure-[^<]*</a></th><td class="n">([^<]*)</td>', said)
    assert sums
    assert all(re.fullmatch(r"[-\d,.]+ \S+", each) for each in sums), sums
    assert "XLSX" not in said


def test_a_district_sees_nothing_of_another(filled: City, signed: Callable[[str], Client]) -> None:
    client = signed("bh-editor")
    for url in (
        "/dashboards/",
        "/dashboards/figures/duties",
        "/dashboards/figures/duties.csv",
        "/dashboards/figures/money",
    ):
        said = client.get(url).content.decode()
        assert "和平区" not in said, url
        assert "北京市" not in said, url
    assert "滨海新区" in client.get("/dashboards/figures/duties.csv").content.decode()
    whole = signed("planner").get("/dashboards/figures/duties.csv").content.decode()
    assert "滨海新区" in whole
    assert "和平区" in whole


def test_who_reads_nothing_has_none(city: City, signed: Callable[[str], Client]) -> None:
    for username in ("admin", "applicant"):
        assert signed(username).get("/dashboards/").status_code == 403
    assert signed("planner").get("/dashboards/figures/nothing").status_code == 404
    assert signed("planner").get("/dashboards/figures/duties.pdf").status_code == 404


def test_an_empty_office_says_so(city: City, signed: Callable[[str], Client]) -> None:
    client = signed("planner")
    assert "还没有内容" in client.get("/dashboards/").content.decode()
    for key in SHOWN:
        assert client.get(f"/dashboards/figures/{key}").status_code == 200
        assert client.get(f"/dashboards/figures/{key}.csv").status_code == 200


def test_a_figure_says_source_quality_and_state_and_its_files_are_its_table(
    filled: City, signed: Callable[[str], Client]
) -> None:
    client = signed("planner")
    page = client.get("/dashboards/figures/projects?tab=table").content.decode()
    for word in ("来源：", "审计记录第", "示例", "下载", 'aria-current="page"'):
        assert word in page, word
    table = table_in(SHOWN["projects"].build(filled.people["planner"]))
    rows = lines(client, "/dashboards/figures/projects.csv")[: len(table)]
    assert [each[0] for each in rows] == [cells[0].zh for cells in table.shown_rows()]
    assert [float(each[1]) for each in rows] == list(table.frame["n"])
    book = openpyxl.load_workbook(io.BytesIO(client.get("/dashboards/figures/projects.xlsx").content))
    values = [cell.value for sheet in book for line in sheet.iter_rows() for cell in line]
    assert float(table.frame["n"].sum()) in values or set(table.frame["n"]) <= set(values)


def test_lights_of_the_month_stand_by_place_and_indicator(city: City, signed: Callable[[str], Client]) -> None:
    indicator(city, "output", "TJ-BH", "TJ-HP")
    target(city, "1200", 2026)
    month(city, "2026-01", [row(40)])
    month(city, "2026-01", [row(90, place="TJ-HP")], unit="hp")
    planner = city.people["planner"]
    table = table_in(SHOWN["months-map"].build(planner))
    found = {each["place"]: each for each in table.frame.to_dict("records")}
    assert found["TJ-BH"]["bad"] == 1
    assert found["TJ-HP"]["wait"] == 1
    assert set(table_in(SHOWN["months-map"].build(city.people["bh-editor"])).frame["place"]) == {"TJ-BH"}
    assert total(planner, "months") == 2
    assert table.quality == "illustrative"
