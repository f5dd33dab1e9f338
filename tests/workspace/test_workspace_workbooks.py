"""Every list that comes in by workbook: its template, a row changed and one added, preview, confirm, undo, and again.

The targets are those that the rooms registered; one that has no case here fails.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import pytest
from chain_cases import chain_board, indicator, month, row, stuck_point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from intake_cases import small_dataset
from ledger_cases import paid_round, with_goals
from neighbour_cases import a_ledger, a_list, three
from problem_cases import raised
from project_cases import a_board, a_project
from request_cases import answer_of, open_request
from round_cases import opened
from scenario_cases import a_scenario

from haihe.workspace.duties import assigning, documents
from haihe.workspace.intake.models import CONFIRMED, EMPTY, PREVIEWED, REFUSED, UNDONE, Upload
from haihe.workspace.intake.targets import TARGETS, target_of, thing_of
from haihe.workspace.jobs.worker import drain
from haihe.workspace.meetings import agenda
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.months import returns
from haihe.workspace.rounds import acceptance, applying, recommending
from haihe.workspace.rounds.models import Application
from haihe.workspace.units.models import Person
from workspace_cases import City

pytestmark = pytest.mark.django_db
Cells = dict[str, Any]
EVIDENCE = {"source": "S1", "quality": "illustrative"}


@dataclass
class Story:
    """Who sends what in: cells that the first row of a table gets, and a row that is added; ``stays`` are cells that
    undoing leaves as they are by design."""

    thing: str
    person: Person
    table: str
    change: Cells
    add: Cells | None
    more: dict[str, list[Cells]] = field(default_factory=dict)
    """Rows of other tables that the new row needs."""
    rows: tuple[int, ...] = (2,)
    """Rows of the template that get the changed cells."""
    counts: tuple[bool, int] | None = None
    """Whether rows are changed, and how many are new, where that is not told by the cells."""
    loose: tuple[str, ...] = ()
    """Tables that keep what happened: undoing and doing again stands in them (a declined problem, the day of a stage)."""


STORIES: dict[str, Callable[[City], Story]] = {}


def story(code: str) -> Callable[[Callable[[City], Story]], Callable[[City], Story]]:
    """Register the case of a target."""

    def add(make: Callable[[City], Story]) -> Callable[[City], Story]:
        STORIES[code] = make
        return make

    return add


@story("scenarios")
def _scenarios(city: City) -> Story:
    a_scenario(city)
    new = {"scenario": "looser", "table": "limits", "record": "line|2019", "column": "value", "value": "6000"}
    return Story("small", city.people["planner"], "scenarios", {"value": "0.6", "reason": "更紧"}, new)


@story("moved-firms")
def _moved_firms(city: City) -> Story:
    ledger = a_ledger(three(city))
    new = {
        "code": "2", "name_zh": "第二家", "origin": "BJ", "destination": "HE", "moved": 2020, "led_by": "市场主导",
        "registered": "2020-05-20", "before1": 100.25,
    }  # fmt: skip
    return Story(ledger.code, city.people["planner"], "moved_firms", {"year4": 4000.5, "name_en": "Firm"}, new)


@story("transfer-items")
def _transfer_items(city: City) -> Story:
    made = a_list(three(city))
    new = {"code": "2", "rank": "产业", "name_zh": "装备制造", "giver": "BJ", "taker": "TJ", "step": "拟转移"}
    return Story(made.code, city.people["planner"], "transfer_items", {"step": "落地中", "due": "2027-06-30"}, new)


@story("indicators")
def _indicators(city: City) -> Story:
    indicator(city)
    new = {
        "code": "power",
        "name_zh": "工业用电量",
        "counted_in": "亿千瓦时",
        "sense": "越低越好",
        "reporters": "TJ-BH;TJ-HP",
    }
    return Story("TJ", city.people["planner"], "indicators", {"slack": 3, "reporters": "TJ-BH;TJ-HP"}, new)


@story("month")
def _month(city: City) -> Story:
    indicator(city)
    month(city, "2026-09", [row("400")])
    made = returns.begin(city.people["bh-editor"], city.units["TJ-BH"], "2026-10")
    returns.filled(city.people["bh-editor"], made, [row("410")], "")
    return Story(made.code, city.people["bh-editor"], "monthly", {"value": 420, "note": "更正"}, None)


@story("documents")
def _documents(city: City) -> Story:
    documents.new_document(
        city.people["planner"], city.units["TJ"], "DOC-1", {"name_zh": "行动方案", "issued": date(2026, 1, 5)}
    )
    new = {
        "code": "DOC-2",
        "name_zh": "实施意见",
        "number": "津政发〔2026〕2号",
        "valid_to": "2030-12-31",
        "quality": "示例",
    }
    return Story(
        "TJ", city.people["planner"], "documents", {"name_zh": "行动方案（修订）"}, new | {"quality": "illustrative"}
    )


def _document(city: City) -> Any:
    planner, units = city.people["planner"], city.units
    made = documents.new_document(planner, units["TJ"], "DOC-1", {"name_zh": "行动方案"})
    assigning.assign(planner, units["TJ"], units["TJ-BH"], code="D-1", name_zh="建成示范产线", document=made)
    return made


@story("plan")
def _plan(city: City) -> Story:
    _document(city)
    new = {
        "duty": "D-2",
        "name_zh": "引育骨干企业",
        "owner": "TJ-HP",
        "due": "2027-06-30",
        "source": "HAIHE",
        "quality": "illustrative",
    }
    return Story("DOC-1", city.people["planner"], "duties", {"name_zh": "建成两条示范产线", "due": "2027-01-31"}, new)


@story("reports")
def _reports(city: City) -> Story:
    _document(city)
    new = {"duty": "D-1", "period": "2026-01", "share": 10, "words": "已开工"}
    return Story(
        "DOC-1",
        city.people["bh-editor"],
        "duty_reports",
        {"share": 30, "words": "过半设备到位"},
        new,
        counts=(False, 2),
    )


@story("problems")
def _problems(city: City) -> Story:
    problem = raised(city)
    new = {"problem": "P-9", "name_zh": "缺少中试平台", "status": "raised", "quality": "illustrative"}
    return Story(
        problem.register.code,
        city.people["bh-editor"],
        "problems",
        {"evidence": "缺口约两成"},
        new,
        loose=("problems",),
    )


@story("chains")
def _chains(city: City) -> Story:
    chain_board(city)
    new = {"chain": "AI", "name_zh": "人工智能", "task_force": "CHAIN-IC", "lead": "IIB"}
    return Story("TJ", city.people["planner"], "chain_boards", {"lead": "IIB", "note": "月度调度"}, new)


@story("chain-items")
def _chain_items(city: City) -> Story:
    board = chain_board(city)
    stuck_point(city, board)
    new = {"item": "R-02", "name_zh": "电子特气", "quality": "illustrative"}
    return Story(board.code, city.people["planner"], "chain_research", {"evidence": "进口占比过高"}, new)


@story("boards")
def _boards(city: City) -> Story:
    a_board(city)
    new = {"code": "tj-2", "name_zh": "储备看板", "shared": "TJ-HP"}
    return Story("TJ", city.people["planner"], "boards", {"name_zh": "在建看板", "readers": "IIB"}, new)


@story("projects")
def _projects(city: City) -> Story:
    board = a_board(city)
    a_project(city, board)
    new = {
        "project": "P2",
        "name_zh": "项目二",
        "name_en": "Project 2",
        "sector": "steel",
        "stage": "contact",
        "investment": 2000,
        "output": 900,
        "source": "S1",
        "quality": "illustrative",
        "start": 2018,
        "construction": 2,
    }
    more = {"project_sites": [{"project": "P2", "region": "north", "extra_cost": 0} | EVIDENCE]}
    said = Story(board.code, city.people["bh-editor"], "projects", {"investment": 1500}, new | EVIDENCE, more)
    said.loose = ("pipeline",)
    return said


@story("meetings")
def _meetings(city: City) -> Story:
    said = {"title": "第一次会议", "day": date(2027, 1, 5)}
    agenda.new(city.people["planner"], city.units["TJ"], said, [city.units["IIB"]])
    new = {"code": "M-2027-2", "day": "2027-02-05", "title": "第二次会议", "invited": "TJ-BH;TJ-HP"}
    return Story("TJ", city.people["planner"], "meetings", {"place": "市政府一会议室", "invited": "IIB;TJ-BH"}, new)


@story("agenda")
def _agenda(city: City) -> Story:
    planner = city.people["planner"]
    meeting = agenda.new(planner, city.units["TJ"], {"title": "例会", "day": date(2027, 1, 5)})
    agenda.add(planner, meeting, {"title_zh": "能耗指标调剂"})
    said = {"minutes": "同意调剂。", "decision": "向滨海调剂一成", "owner": "IIB", "due": "2027-03-31"}
    new = {"item": "7", "title_zh": "中试平台选址", "presents": "TJ-BH", "wanted": "定址"}
    return Story(meeting.code, planner, "agenda", said, new)


@story("applications")
def _applications(city: City) -> Story:
    case = opened(city)
    new = {"row": "A1", "title": "表格项目甲", "cost": "800", "equipment": "600", "honest": "是"}
    return Story(case.round.code, case.people["f1"], "applications", {}, new)


@story("performance")
def _performance(city: City) -> Story:
    paid = paid_round(city)
    with_goals(paid, paid.first)
    new = {
        "award": paid.first.code,
        "key": "jobs",
        "name_zh": "新增就业",
        "value": 30,
        "counted_in": "人",
        "year": 2027,
    }
    return Story(paid.case.round.code, city.people["planner"], "performance", {"value": 60}, new)


@story("dataset")
def _dataset(city: City) -> Story:
    small_dataset(city)
    new = {"source": "NEW-1", "publisher_zh": "统计局", "title_zh": "新来源"}
    return Story("small", city.people["planner"], "sources", {"note": "已核对"}, new)


@story("answer")
def _answer(city: City) -> Story:
    request = open_request(city, share=("TJ-BH", "TJ-HP"))
    answer = answer_of(request, "TJ-BH")
    cells = {"value": 12.5, "quality": "official"}
    return Story(answer.code, city.people["bh-editor"], "endowments", cells, None, rows=(2, 3), counts=(False, 2))


def edited(data: bytes, target: Any, thing: Any, said: Story) -> bytes:
    """Change the first row of a table in a template as a person does, and write rows below."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    specs = target.specs(thing)

    def write(table: str, cells: Cells, at: int) -> None:
        spec = specs[table]
        sheet = book[spec.title("zh")[:31]]
        heads = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
        for name, value in cells.items():
            column = next(each for each in spec.columns if each.name == name)
            sheet.cell(at, heads[column.title("zh")]).value = value

    def end(table: str) -> int:
        sheet = book[specs[table].title("zh")[:31]]
        return max(at for at in range(1, sheet.max_row + 1) if sheet.cell(at, 1).value is not None) + 1

    for at in said.rows:
        write(said.table, said.change, at)
    if said.add:
        write(said.table, said.add, end(said.table))
    for table, rows in said.more.items():
        for cells in rows:
            write(table, cells, end(table))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def standing(upload: Upload) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the list as it stands now, in no order."""
    tables = target_of(upload.target).current(thing_of(upload), upload.unit)
    return {name: sorted(rows_of(frame)) for name, frame in tables.items() if len(frame)}


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(str(cell) for cell in cells) for cells in frame.astype(object).where(frame.notna(), None).to_numpy()]


def client_of(person: Person) -> Client:
    Person.objects.filter(pk=person.pk).update(must_change=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def errors_of(answer: Any) -> list[str]:
    """The codes of errors on a page."""
    return re.findall(r"E-[A-Z]+-[0-9]+[^<]*", answer.content.decode())


def sent(client: Client, code: str, said: Story, data: bytes) -> Upload:
    file = SimpleUploadedFile("报表.xlsx", data)
    answer = client.post(f"/intake/new/{code}/{said.thing}", {"file": file, "way": "add"})
    assert answer.status_code == 302, errors_of(answer)
    drain()
    return fresh(answer["Location"].rsplit("/", 1)[-1])


def fresh(code: str) -> Upload:
    found: Upload = Upload.objects.select_related("unit", "reading").get(code=code)
    return found


@pytest.mark.parametrize("code", sorted(TARGETS))
def test_a_list_goes_out_and_comes_in_and_is_undone(code: str, city: City) -> None:
    said = STORIES[code](city)
    client, target = client_of(said.person), target_of(code)
    kind: Any = target.kind.objects
    thing = kind.called(said.thing)
    template = client.get(f"/intake/template/{code}/{said.thing}")
    assert template.status_code == 200, errors_of(template)
    page = client.get("/intake/", {"for": code}).content.decode()
    assert f"/intake/new/{code}/{said.thing}" in page

    upload = sent(client, code, said, template.content)
    before = standing(upload)
    assert upload.state in (EMPTY, REFUSED), upload.reading.preview  # what goes out says nothing new when it comes back

    upload = sent(client, code, said, edited(template.content, target, thing, said))
    assert upload.state == PREVIEWED, [each["says"] for each in upload.reading.findings]
    counts = upload.reading.counts[said.table]
    assert (counts["changed"] >= 1, counts["new"]) == (said.counts or (bool(said.change), 1 if said.add else 0)), counts
    assert standing(upload) == before  # a preview writes nothing
    assert client.get(f"/intake/{upload.code}").status_code == 200

    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 302
    upload = fresh(upload.code)
    assert upload.state == CONFIRMED
    after = standing(upload)
    assert after != before
    for cells in filter(None, (said.change, said.add)):
        assert any(tells(line, cells) for line in after[said.table]), (cells, after[said.table])

    for state, expected in ((UNDONE, before), (CONFIRMED, after), (UNDONE, before)):
        answer = client.post(f"/intake/{upload.code}/undo", {"reason": "核对", "edition": upload.edition})
        assert answer.status_code == 302, errors_of(answer)
        upload = fresh(upload.code)
        assert upload.state == state
        for name, lines in standing(upload).items():
            assert lines == expected.get(name, []) or name in said.loose, name


WORDS = ("name_zh", "title_zh", "title", "words", "note", "evidence", "place", "minutes", "publisher_zh")


def tells(line: tuple[Any, ...], cells: Cells) -> bool:
    """Whether a row says what was written into its cells, as far as cells are kept as they are written."""
    words = [each for name, each in cells.items() if name in WORDS and each]
    return all(word in line for word in words)


def test_every_target_has_its_case() -> None:
    assert set(STORIES) == set(TARGETS)


def test_meetings_of_a_workbook_are_kept_where_something_stands_on_them(city: City) -> None:
    said = _meetings(city)
    client, target = client_of(said.person), target_of("meetings")
    data = edited(client.get("/intake/template/meetings/TJ").content, target, city.units["TJ"], said)
    upload = sent(client, "meetings", said, data)
    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 302
    agenda.add(said.person, Meeting.objects.get(code="M-2027-2"), {"title_zh": "议题"})
    answer = client.post(f"/intake/{upload.code}/undo", {"reason": "核对"})
    assert answer.status_code == 409
    assert "M-2027-2" in answer.content.decode()
    assert Meeting.objects.filter(code="M-2027-2").exists()


@story("recommendations")
def _recommendations(city: City) -> Story:
    case = opened(city)
    for at in (1, 2, 5):
        applying.submit(case.people[f"f{at}"], case.applications[at - 1])
    first = case.applications[0]
    recommending.recommend(city.people["bh-approver"], Application.objects.get(pk=first.pk), True, "同意", 1, 5)
    said = {"recommended": "否", "rank": None, "promise": None, "words": "缺环评"}
    return Story(case.round.code, city.people["bh-approver"], "recommendations", said, None)


@story("acceptances")
def _acceptances(city: City) -> Story:
    paid = paid_round(city)
    with_goals(paid, paid.first)
    firm = paid.case.people["f1"]
    acceptance.report(firm, paid.first, "interim", 2026, {"output": "40", "energy": "60"}, "过半")
    new = {"report": "final-2027", "stage": "竣工验收", "year": 2027, "figure_output": 120, "words": "已建成"}
    return Story(paid.first.code, firm, "acceptances", {"figure_energy": 45, "words": "已改造"}, new)


WRONG = {
    "indicators": ({"reporters": "FIRM-1"}, {"E-INT-11"}),
    "documents": ({"code": "DOC-1"}, {"E-KEY-01"}),
    "boards": ({"code": "new"}, {"E-PJT-01"}),
    "chains": ({"lead": "TJ-BH"}, {"E-INT-11"}),
    "meetings": ({"invited": "FIRM-1"}, {"E-INT-11"}),
    "agenda": ({"decision": "无人负责的决定"}, {"E-MTG-03"}),
}


@pytest.mark.parametrize("code", sorted(WRONG))
def test_what_the_services_refuse_is_found_at_its_row(code: str, city: City) -> None:
    said = STORIES[code](city)
    client, target = client_of(said.person), target_of(code)
    thing = target.kind.objects.called(said.thing)  # type: ignore[union-attr]
    template = client.get(f"/intake/template/{code}/{said.thing}").content
    cells, codes = WRONG[code]
    before = sent(client, code, said, template)
    said.add = (said.add or {}) | cells
    upload = sent(client, code, said, edited(template, target, thing, said))
    found = [each for each in upload.reading.findings if each["severity"] == "error"]
    assert upload.state == REFUSED, upload.reading.counts
    assert {each["code"] for each in found} & codes, found
    assert all(each["row"] == 3 for each in found), found
    assert standing(upload) == standing(before)  # trying wrote nothing


def test_a_district_exchanges_two_places_but_gives_none_twice(city: City) -> None:
    case = opened(city)
    approver, codes = city.people["bh-approver"], []
    for at in (1, 2):
        applying.submit(case.people[f"f{at}"], case.applications[at - 1])
        each = Application.objects.get(pk=case.applications[at - 1].pk)
        recommending.recommend(approver, each, True, "同意", at, 5)
        codes.append(each.code)
    client, target = client_of(approver), target_of("recommendations")
    template = client.get(f"/intake/template/recommendations/{case.round.code}").content

    def sent_with(first: int, second: int) -> Upload:
        data = template
        for at, rank in ((2, first), (3, second)):
            row = Story(case.round.code, approver, "recommendations", {"rank": rank}, None, rows=(at,))
            data = edited(data, target, case.round, row)
        return sent(client, "recommendations", row, data)

    twice = sent_with(2, 2)
    assert twice.state == REFUSED
    assert {each["code"] for each in twice.reading.findings} == {"E-RND-16"}
    places = dict(Application.objects.filter(code__in=codes).values_list("code", "district_rank"))
    upload = sent_with(2, 1) if places[sorted(codes)[0]] == 1 else sent_with(1, 2)
    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 302
    now = dict(Application.objects.filter(code__in=codes).values_list("code", "district_rank"))
    assert now == {codes[0]: places[codes[1]], codes[1]: places[codes[0]]}
