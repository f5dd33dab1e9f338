"""What attacks on the later rooms found: rounds, money, reports, months, meetings, papers. Each way in stays shut."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from intake_cases import sent, workbook
from ledger_cases import ARTICLE, paid_round
from project_cases import a_board, a_project
from round_cases import handed_in, hired, listed, reviewed

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor
from haihe.workspace.duties.assigning import assign
from haihe.workspace.duties.documents import change as change_document
from haihe.workspace.duties.documents import new_document
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.models import Item
from haihe.workspace.months import returns
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.rows import frames_of
from haihe.workspace.rounds import awarding, publishing, ranking, recommending, reviewing
from haihe.workspace.rounds.models import Application, Objection, Run
from haihe.workspace.units import staff, tree
from haihe.workspace.units.models import Person
from workspace_api_cases import bearer
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
API = "/api/v1"


def refuses(code: str, do: Callable[..., Any], *args: Any, **more: Any) -> None:
    with pytest.raises(HaiheError) as caught:
        do(*args, **more)
    assert caught.value.code == code


def client_of(person: Person) -> Client:
    Person.objects.filter(pk=person.pk).update(must_change=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def also(person: Person, unit: Any, role: str) -> Person:
    """Give somebody a second post; the person as read anew."""
    staff.give(Actor("", "", "cli"), person, unit, role)
    return Person.objects.get(pk=person.pk)


def test_who_the_experts_are_is_told_to_those_alone_who_run_the_round(city: City) -> None:
    case = reviewed(city)
    for person, told in ((case.people["f1"], False), (case.people["r1"], False), (city.people["planner"], True)):
        client = client_of(person)
        for place in ("", API):
            body = client.get(f"{place}/history/rounds.round/{case.round.code}").content.decode()
            assert bool(re.search(r"\br2\b", body)) is told, (person.username, place)


def test_an_expert_in_the_rounds_office_sees_no_earlier_ranking_while_marks_are_given(city: City) -> None:
    case = listed(city)
    inside = also(case.people["r1"], city.units["TJ"], "viewer")
    run = Run.objects.get(round=case.round, purpose="rank")
    assert client_of(inside).get(run.get_absolute_url()).status_code == 200
    theirs = case.applications[0]
    objection = publishing.object_(
        case.people["f1"], case.round, theirs.unit, Application.objects.get(pk=theirs.pk), "不服"
    )
    publishing.answer(city.people["planner"], objection, "重新评审", "again")
    client, place = client_of(inside), case.fresh().get_absolute_url()
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.get(f"{API}/runs/{run.code}/lines").status_code == 404
    for page in (place, theirs.get_absolute_url()):
        body = client.get(page).content.decode()
        assert run.get_absolute_url() not in body
    assert client_of(city.people["planner"]).get(run.get_absolute_url()).status_code == 200


def test_an_expert_of_a_park_of_the_district_is_not_asked(city: City) -> None:
    case = handed_in(city)
    planner = city.people["planner"]
    ranking.check(case.round, planner.actor())
    park = tree.make(Actor("", "", "cli"), "BH-PARK", "园区", "park", parent=city.units["TJ-BH"])
    local = also(case.people["r1"], park, "viewer")
    refuses("E-RND-18", reviewing.assign, planner, case.round, local, [case.applications[0]])
    assert reviewing.assign(planner, case.round, local, [case.applications[2]])


def test_nobody_recommends_answers_or_awards_the_own_case(city: City) -> None:
    case = listed(city)
    mine = Application.objects.get(pk=case.applications[0].pk)
    firm_of, second = mine.unit, case.people["second"]
    # one person in the firm and in the district
    both = also(case.people["f1"], city.units["TJ-BH"], "approver")
    Application.objects.filter(pk=mine.pk).update(state="submitted")
    mine.refresh_from_db()
    refuses("E-WEB-22", recommending.recommend, both, mine, True, "同意", 1)
    Application.objects.filter(pk=mine.pk).update(state="listed")
    mine.refresh_from_db()
    objection = publishing.object_(case.people["f1"], case.round, firm_of, mine, "不服")
    keeper = also(case.people["f1"], city.units["TJ"], "planner")
    refuses("E-WEB-22", publishing.answer, keeper, objection, "维持", "kept")
    publishing.answer(second, Objection.objects.get(pk=objection.pk), "维持", "kept")
    refuses("E-WEB-22", awarding.award, keeper, case.fresh(), today=case.fresh().objections_until.replace(year=2099))
    assert not case.round.awards.exists()


def test_who_entered_a_month_before_the_last_upload_does_not_approve_it(city: City) -> None:
    unit = city.units["TJ-BH"]
    returns.make_indicator(
        city.people["planner"], city.units["TJ"], "OUT", {"name_zh": "产值", "counted_in": "亿元"}, [unit]
    )
    first = hired("first", unit, "editor")
    month = returns.recent_months()[1]
    made = returns.begin(first, unit, month)
    row = {
        "indicator": "OUT",
        "place": unit.region,
        "value": "1",
        "growth": None,
        "source": None,
        "quality": "official",
        "note": None,
    }
    returns.filled(first, made, [row], "u1")
    returns.filled(city.people["bh-editor"], made, [row | {"note": "改一字"}], "u2")
    returns.submit(city.people["bh-editor"], made)
    both = also(first, unit, "approver")
    refuses("E-WEB-22", returns.approve, both, made)
    made.refresh_from_db()
    returns.approve(city.people["bh-approver"], made)
    assert made.state == "approved"


def test_who_minuted_an_item_does_not_approve_the_minutes(city: City) -> None:
    planner, chief, office = city.people["planner"], city.people["chief"], city.units["TJ"]
    other = hired("other", office, "planner")
    meeting = agenda.new(planner, office, {"title": "专题会", "day": date(2026, 7, 1)})
    item = agenda.add(planner, meeting, {"title_zh": "用能"})
    minutes.minute(chief, item, {"minutes": "已议"})
    minutes.submit(planner, meeting)
    refuses("E-WEB-22", minutes.approve, chief, meeting)
    meeting.refresh_from_db()
    minutes.approve(other, meeting)
    assert meeting.state == "approved"


def test_an_editor_of_the_keeping_office_states_no_stage_of_everybody(city: City, client: Client) -> None:
    board = a_board(city)
    a_project(city, board, "P1")
    editor = hired("city-editor", city.units["TJ"], "editor")
    assert client_of(editor).get("/intake/new/projects/tj").status_code == 403
    keeper = client_of(city.people["planner"])
    tables = {name: frame for name, frame in frames_of(Project.objects.all()).items() if len(frame)}
    tables["projects"] = tables["projects"].assign(stage="started")
    upload = sent(keeper, workbook(tables), to="projects/tj", unit="TJ")
    assert upload.state == "previewed", upload.reading.findings

    def confirm(*scopes: str) -> Any:
        head = bearer(city.people["planner"], *scopes) | {"If-Match": "*"}
        return client.post(f"{API}/uploads/{upload.code}/confirm", {}, "application/json", headers=head)

    refused = confirm("read", "write")
    assert (refused.status_code, refused.json()["code"]) == (403, "E-API-14")
    assert Project.objects.get(code="P1").stage == "contact"
    assert confirm("read", "write", "approve").status_code == 200
    assert Project.objects.get(code="P1").stage == "started"


def test_a_token_that_may_not_approve_pays_nothing(city: City, client: Client) -> None:
    paid = paid_round(city)
    award = paid.first
    body = {"side": "city", "article": ARTICLE, "instalment": "first", "amount": 100, "day": "2026-08-01"}
    for scopes, status in ((("read", "write"), 403), (("read", "write", "approve"), 200)):
        head = bearer(paid.city_money, *scopes) | {"If-Match": "*"}
        answer = client.post(f"{API}/awards/{award.code}/pay", body, "application/json", headers=head)
        assert answer.status_code == status, answer.content.decode()


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x.pdf.exe", ".pdf", "名单.txt"])
def test_a_paper_of_another_kind_is_refused_in_words(city: City, signed: Signed, name: str) -> None:
    duty = assign(city.people["planner"], city.units["TJ"], city.units["TJ-BH"], name_zh="节能改造")
    file = SimpleUploadedFile(name, b"<svg onload=alert(1)>")
    answer = signed("bh-editor").post(f"/papers/to/duties.duty/{duty.code}", {"file": file})
    assert answer.status_code == 422
    assert "E-PAP-01" in answer.content.decode()


def test_minutes_do_not_change_behind_their_approval(city: City) -> None:
    chief, office = city.people["chief"], city.units["TJ"]
    meeting = agenda.new(city.people["planner"], office, {"title": "专题会", "day": date(2026, 7, 1)})
    item = agenda.add(city.people["planner"], meeting, {"title_zh": "用能"})
    minutes.minute(city.people["planner"], item, {"minutes": "已议"})
    seen = Item.objects.select_related("meeting").get(pk=item.pk)  # read while the minutes were open
    minutes.submit(city.people["planner"], meeting)
    minutes.approve(chief, meeting)
    refuses("E-WEB-21", minutes.minute, city.people["planner"], seen, {"minutes": "改过"})
    assert Item.objects.get(pk=item.pk).minutes == "已议"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://x.cn/a", "//x.cn"])
def test_a_link_leads_to_the_web(city: City, link: str) -> None:
    planner, office = city.people["planner"], city.units["TJ"]
    refuses("E-DUT-11", new_document, planner, office, "d1", {"name_zh": "方案", "link": link})
    made = new_document(planner, office, "d1", {"name_zh": "方案", "link": "https://www.tj.gov.cn/a"})
    refuses("E-DUT-11", change_document, planner, made, {"link": link})


def test_a_workbook_changes_no_more_rows_than_others_can_wait_for(
    city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pd.DataFrame([{"code": f"d{n}", "name_zh": f"方案{n}", "quality": "official"} for n in (1, 2, 3)])
    client = signed("planner")
    assert sent(client, workbook({"documents": rows}), to="documents/TJ").state == "previewed"
    monkeypatch.setattr("haihe.workspace.intake.rows_target.MOST_ROWS", 2)
    upload = sent(client, workbook({"documents": rows}), to="documents/TJ")
    assert (upload.state, [each["code"] for each in upload.reading.findings]) == ("refused", ["E-INT-14"])
