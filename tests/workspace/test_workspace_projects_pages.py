"""Pages and workbooks of projects: the board, the card, proposals by form, upload, preview, undo, the joint library."""

from collections.abc import Callable

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from intake_cases import workbook
from project_cases import a_board, a_project, again, day, proposed, said

from haihe.messages import Text
from haihe.workspace.frame.register import search
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.problems.raising import Found, raise_from
from haihe.workspace.projects import keeping, moving
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.rows import SPECS, frames_of, said_in
from haihe.workspace.projects.stages import LEFT
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def shown(client: Client, url: str, lang: str = "en") -> str:
    client.cookies["haihe-language"] = lang
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.fixture
def board(city: City) -> Board:
    return a_board(city)


def sent(client: Client, tables: dict[str, pd.DataFrame], **more: str) -> Upload:
    file = SimpleUploadedFile("项目.xlsx", workbook(tables))
    answer = client.post("/intake/new/projects/tj", {"file": file, "way": "add"} | more)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    drain()
    return Upload.objects.select_related("unit", "reading").get(code=answer["Location"].rsplit("/", 1)[-1])


def confirmed(client: Client, upload: Upload) -> Upload:
    assert upload.state == "previewed", upload.reading.findings
    answer = client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return again(upload)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_board_counts_and_warns(city: City, signed: Signed, board: Board, lang: str) -> None:
    for n in range(3):
        project = a_project(city, board, f"P{n}", need=50.0)
        moving.confirm(city.people["bh-approver"], proposed(city, project, "started"))
    a_project(city, board, "HP1", "TJ-HP", "hp-editor", region="south")
    page = shown(signed("planner"), "/projects/boards/tj", lang)
    assert ("超限" if lang == "zh" else ">over<") in page
    assert page.count('class="card"') == 4
    only = shown(signed("planner"), "/projects/boards/tj?unit=TJ-HP", lang)
    assert only.count('class="card"') == 1
    assert not any(words in only for words in (">over<", "超限"))
    district = shown(signed("hp-editor"), "/projects/boards/tj", lang)
    assert "/projects/P0" not in district
    assert district.count('class="card"') == 1


def test_a_district_opens_proposes_and_its_approver_confirms(city: City, signed: Signed, board: Board) -> None:
    editor, approver = signed("bh-editor"), signed("bh-approver")
    fields = {
        "code": "NEW-1", "unit": "TJ-BH", "name_zh": "新项目", "region": "north", "sector": "steel", "investment": "1200",
        "output": "800", "start": "2027", "construction": "2", "day_signed": day(5).isoformat(), "edition": "",
    }  # fmt: skip
    assert editor.post("/projects/boards/tj/new", fields | {"code": "不行"}).status_code == 422
    assert editor.post("/projects/boards/tj/new", fields | {"unit": "TJ-HP"}).status_code == 422
    assert editor.post("/projects/boards/tj/new", fields).status_code == 302
    assert editor.post("/projects/boards/tj/new", fields).status_code == 422  # the code is taken
    page = shown(editor, "/projects/NEW-1/move")
    assert "Takes and gives back nothing" in page
    changed = fields | {"note": "改", "edition": again(Project.objects.get(code="NEW-1")).edition}
    assert editor.post("/projects/NEW-1/edit", changed).status_code == 302
    assert editor.post("/projects/NEW-1/edit", changed).status_code == 409  # an old edition
    project = Project.objects.get(code="NEW-1")
    keeping.restate(city.people["bh-editor"], project, said("NEW-1"))
    said_ = {"to_stage": "signed", "day": day().isoformat(), "why": "合同", "edition": again(project).edition}
    answer = editor.post("/projects/NEW-1/move", said_)
    assert answer.status_code == 302
    move = Move.objects.get()
    assert editor.post(f"/projects/moves/{move.code}/confirm").status_code == 403
    assert signed("hp-approver").post(f"/projects/moves/{move.code}/confirm").status_code == 404
    assert "Confirm" in shown(approver, answer["Location"])
    assert approver.post(f"/projects/moves/{move.code}/confirm", {"edition": move.edition}).status_code == 302
    assert approver.post(f"/projects/moves/{move.code}/confirm", {"edition": move.edition}).status_code == 409
    assert again(project).stage == "signed"


def test_neighbours_see_what_is_shared_and_no_more(city: City, signed: Signed, board: Board) -> None:
    a_project(city, board, "P1")
    a_project(city, board, "P2")
    neighbour = signed("bj-planner")
    assert neighbour.get("/projects/P1").status_code == 404
    keeping.share_project(city.people["planner"], Project.objects.get(code="P1"), [city.units["BJ"]])
    page = shown(neighbour, "/projects/P1")
    assert "Propose a stage" not in page
    assert "/projects/boards/tj" not in page
    assert neighbour.get("/projects/P2").status_code == 404
    assert neighbour.get("/projects/boards/tj").status_code == 404
    assert neighbour.get("/projects/P1/edit").status_code == 403
    listed = shown(neighbour, "/projects/")
    assert "/projects/P1" in listed
    assert "/projects/P2" not in listed


def test_the_card_says_what_is_known_and_links(city: City, signed: Signed, board: Board) -> None:
    project = a_project(city, board, note="注意事项")
    moving.confirm(city.people["bh-approver"], proposed(city, project))
    found = Found(
        name=Text("用地卡住", "land binds"), evidence=Text("x", "x"), key="k", about_kind=project.kind(), about="P1"
    )
    raise_from(city.people["planner"], city.units["TJ"], found)
    page = shown(signed("planner"), "/projects/P1")
    for words in ("注意事项", "land binds", "30.00", day(30).isoformat(), day().isoformat(), ">30<", "Illustrative"):
        assert words in page, words
    assert "land binds" not in shown(signed("bh-editor"), "/projects/P1")  # the city's problem
    assert [hit.code for hit in search(city.people["bh-editor"], "P1")] == ["P1"]


def test_tables_come_out_as_they_went_in(city: City, board: Board) -> None:
    for code in ("P1", "P2"):
        a_project(city, board, code, ownership="state")
    moving.confirm(city.people["bh-approver"], proposed(city, Project.objects.get(code="P1")))
    frames = frames_of(Project.objects.order_by("code"))
    for name, frame in frames.items():
        assert list(frame.columns) == SPECS[name].names
    read = said_in(frames)
    for project in Project.objects.all():
        each = read[project.code]
        assert each.fields["stage"] == project.stage
        assert each.fields["investment"] == project.investment
        assert each.days == project.planned | project.reached
        assert each.region == project.region
        assert each.needs[0]["value"] == "60"


def test_a_workbook_opens_changes_proposes_and_is_undone(city: City, signed: Signed, board: Board) -> None:
    a_project(city, board, "P1")
    client = signed("bh-editor")
    template = client.get("/intake/template/projects/tj")
    assert template.status_code == 200
    assert template.content[:2] == b"PK"
    before = frames_of(Project.objects.order_by("code"))
    sheets = {name: pd.concat([frame, frame.assign(project="P2")]) for name, frame in before.items()}
    sheets["projects"] = sheets["projects"].assign(note="改", stage=["contact", "signed"])
    upload = confirmed(client, sent(client, sheets))
    assert again(Project.objects.get(code="P1")).note == "改"
    new = Project.objects.get(code="P2")
    assert (new.stage, new.unit.code) == ("contact", "TJ-BH")
    move = Move.objects.get(project=new)
    assert (move.state, move.to_stage) == ("submitted", "signed")
    answer = client.post(f"/intake/{upload.code}/undo", {"reason": "报错了", "edition": upload.edition})
    assert answer.status_code == 302
    assert again(move).withdrawn
    assert Project.objects.get(code="P1").note == ""
    assert Project.objects.get(code="P2").stage == LEFT
    assert frames_of(Project.objects.order_by("code"))["projects"].equals(before["projects"])
    upload = again(upload)
    assert client.post(f"/intake/{upload.code}/undo", {"reason": "再做", "edition": upload.edition}).status_code == 302
    assert Project.objects.get(code="P2").stage == "contact"
    keeping.restate(city.people["bh-editor"], Project.objects.get(code="P1"), said("P1"))
    upload = again(upload)
    assert client.post(f"/intake/{upload.code}/undo", {"reason": "x", "edition": upload.edition}).status_code == 409


def test_the_keeper_puts_stages_at_once_and_gives_projects_to_districts(
    city: City, signed: Signed, board: Board
) -> None:
    a_project(city, board, "P1")
    client = signed("planner")
    before = frames_of(Project.objects.order_by("code"))
    sheets = {name: frame.assign(project="S1") for name, frame in before.items()}
    sheets["projects"] = sheets["projects"].assign(stage="started")
    sheets["project_sites"] = sheets["project_sites"].assign(region="south")
    confirmed(client, sent(client, sheets, unit="TJ"))
    made = Project.objects.get(code="S1")
    assert (made.stage, made.unit.code, made.region) == ("started", "TJ-HP", "south")
    assert not Move.objects.exists()


@pytest.mark.parametrize(
    ("table", "column", "value", "code"),
    [
        ("projects", "sector", "nothing", "E-PJT-04"),
        ("project_sites", "region", "moon", "E-PJT-04"),
        ("project_resources", "resource", "magic", "E-PJT-04"),
        ("project_resources", "unit", "人", "E-PJT-05"),
        ("projects", "project", "HP1", "E-PJT-02"),
        ("projects", "project", "a/b", "E-PJT-01"),
    ],
)
def test_what_cannot_be_is_named(
    city: City, signed: Signed, board: Board, table: str, column: str, value: str, code: str
) -> None:
    a_project(city, board, "P1")
    a_project(city, board, "HP1", "TJ-HP", "hp-editor", region="south")
    sheets = frames_of(Project.objects.filter(code="P1"))
    sheets[table] = sheets[table].assign(**{column: value})
    upload = sent(signed("bh-editor"), sheets)
    assert upload.state == "refused"
    assert code in {each["code"] for each in upload.reading.findings}


def test_the_years_ahead_are_the_librarys(city: City, signed: Signed, board: Board) -> None:
    for n in range(2):
        a_project(city, board, f"P{n}")
    client = signed("planner")
    assert client.post("/projects/boards/tj/years/compute").status_code == 302
    drain()
    job = Job.objects.get(task="projects.years")
    assert job.state == "done", job.error
    result = job.result
    assert sum(row["projects"] for row in result["stages"] if row["year"] == result["stages"][0]["year"]) == 2
    assert day().isoformat() in shown(client, "/projects/boards/tj/years")
    hidden = shown(signed("bh-editor"), "/projects/boards/tj/years")  # sees both
    assert day().isoformat() in hidden
    a_project(city, board, "HP1", "TJ-HP", "hp-editor")
    assert "Nothing is computed yet" in shown(signed("bh-editor"), "/projects/boards/tj/years")


def test_lists_ask_as_often_for_many_as_for_few(city: City, signed: Signed, board: Board) -> None:
    client, counts = signed("planner"), []
    for block in range(2):
        for n in range(8):
            a_project(city, board, f"P{block}{n}")
        for url in ("/projects/", "/projects/boards/tj", "/projects/?as=csv"):
            client.get(url)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(url).status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
