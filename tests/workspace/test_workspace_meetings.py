"""Meetings: agenda from what the rooms suggest, pack, minutes by four eyes, decisions that become duties."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from problem_cases import again, decided, raised

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties.assigning import assign
from haihe.workspace.duties.models import Duty
from haihe.workspace.meetings import agenda, changes, minutes
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.meetings.pack import pack_of, word
from haihe.workspace.problems import states, steering
from haihe.workspace.problems.agenda import SOURCES, Source, Suggestion, last_meeting
from haihe.workspace.problems.models import Problem
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
LONG_AGO = timedelta(days=40)


def made(city: City, days: int = 0, **more: Any) -> Meeting:
    """A meeting of the city, to which Binhai is invited."""
    fields = {"title": f"第{days}次专题会", "day": timezone.localdate() + timedelta(days=days), "version": "small-1"}
    return agenda.new(city.people["planner"], city.units["TJ"], fields, [city.units["TJ-BH"]], **more)


def fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_related("unit").get(pk=meeting.pk)  # type: ignore[no-any-return]


def item_of(meeting: Meeting, code: str = "") -> Item:
    there = Item.objects.select_related("meeting__unit", "unit", "owner", "presents").filter(meeting=meeting)
    return there.get(about=code) if code else there.order_by("place")[0]  # type: ignore[no-any-return]


def minuted(city: City, owner: str = "TJ-BH") -> tuple[Meeting, Problem]:
    """A meeting that decided about a problem, with its minutes handed in."""
    planner, problem = city.people["planner"], raised(city)
    steering.accept(planner, problem, city.units["TJ-BH"])
    meeting = made(city)
    agenda.take(planner, meeting, [f"problems.problem:{problem.code}"])
    agenda.convene(planner, fresh(meeting))
    said = {
        "minutes": "滨海汇报缺口",
        "decision": "调剂一成\n由发改委落实",
        "owner": city.units[owner],
        "due": date(2027, 3, 1),
    }
    minutes.minute(planner, item_of(meeting), said)
    minutes.submit(planner, fresh(meeting))
    return fresh(meeting), again(problem)


def test_the_agenda_is_made_of_what_the_rooms_suggest(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    planner, problem = city.people["planner"], raised(city)
    steering.accept(planner, problem, city.units["TJ-BH"])
    late = assign(
        planner, city.units["TJ"], city.units["TJ-BH"], name_zh="改造", due=timezone.localdate() - timedelta(days=1)
    )
    light = Suggestion("lights", Text("工业增速亮红灯", "growth is red"), Text("低于进度", "behind"), "x.light", "L1")
    asked: list[date | None] = []

    def lights(_person: object, _unit: object, since: date | None) -> list[Suggestion]:
        asked.append(since)
        return [light]

    monkeypatch.setattr(
        "haihe.workspace.meetings.agenda.SOURCES", [*SOURCES, Source("lights", Text("灯", "lights"), lights)]
    )
    meeting = made(city)
    found = {each.about for offer in agenda.offers(planner, meeting) for each in offer.suggestions}
    assert found == {problem.code, late.code, "L1"}
    wanted = [f"problems.problem:{problem.code}", "x.light:L1", "x.light:nothing"]
    assert len(agenda.take(planner, meeting, wanted)) == 2
    rest = {each.about for offer in agenda.offers(planner, fresh(meeting)) for each in offer.suggestions}
    assert rest == {late.code}, "what stands on the agenda is suggested no more"
    assert [item.place for item in agenda.items_of(meeting)] == [1, 2]
    assert asked == [None] * len(asked), "there was no meeting before"


def test_items_keep_their_order_and_leave_a_trace(city: City) -> None:
    planner, meeting = city.people["planner"], made(city)
    for name in "甲乙丙":
        agenda.add(planner, fresh(meeting), {"title_zh": name})

    def order() -> str:
        return "".join(item.title_zh for item in agenda.items_of(meeting))

    def item(name: str) -> Item:
        return Item.objects.select_related("meeting", "unit").get(title_zh=name)  # type: ignore[no-any-return]

    agenda.move(planner, item("丙"), True)
    assert order() == "甲丙乙"
    agenda.move(planner, item("甲"), True)
    assert order() == "甲丙乙", "the first stays first"
    agenda.strike(planner, item("丙"))
    assert order() == "甲乙"
    with pytest.raises(HaiheError, match="E-MTG-01"):
        agenda.edit(planner, item("丙"), {"title_zh": "丁"})
    agenda.move(planner, item("甲"), False)
    assert order() == "乙甲"
    agenda.add(planner, fresh(meeting), {"title_zh": "丁"})
    assert order() == "乙甲丁"


def test_those_invited_see_it_once_the_agenda_was_sent(city: City, signed: Signed) -> None:
    meeting = made(city)
    url, planner = f"/meetings/m/{meeting.code}", city.people["planner"]
    assert signed("bh-editor").get(url).status_code == 404
    with pytest.raises(HaiheError, match="E-MTG-02"):
        agenda.convene(planner, fresh(meeting))
    agenda.add(planner, fresh(meeting), {"title_zh": "议题"})
    agenda.convene(planner, fresh(meeting))
    assert signed("bh-editor").get(url).status_code == 200
    assert signed("hp-editor").get(url).status_code == 404, "not invited"
    assert signed("bh-editor").post(f"{url}/submit").status_code == 403
    with pytest.raises(PermissionDenied):
        agenda.new(planner, city.units["BJ"], {"title": "x", "day": timezone.localdate()})


def test_minutes_are_approved_by_other_eyes_and_locked(city: City, signed: Signed) -> None:
    meeting, _problem = minuted(city)
    planner, chief = city.people["planner"], city.people["chief"]
    with pytest.raises(HaiheError, match="E-WEB-22"):
        minutes.approve(planner, fresh(meeting))
    with pytest.raises(HaiheError, match="E-WEB-21"):
        minutes.issue(planner, fresh(meeting))
    minutes.approve(chief, fresh(meeting))
    for step in (
        lambda: minutes.minute(planner, item_of(meeting), {"minutes": "改"}),
        lambda: agenda.add(planner, fresh(meeting), {"title_zh": "补"}),
        lambda: agenda.change(planner, fresh(meeting), {"title": "改"}),
        lambda: agenda.strike(planner, item_of(meeting)),
        lambda: agenda.take(planner, fresh(meeting), []),
    ):
        with pytest.raises(HaiheError, match="E-WEB-21"):
            step()
    minutes.reopen(chief, fresh(meeting), "决定写错")
    assert fresh(meeting).draft
    assert (
        signed("planner").post(f"/meetings/items/{item_of(meeting).code}/minute", {"minutes": "改"}).status_code == 302
    )


def test_a_decision_names_who_does_it(city: City) -> None:
    planner, meeting = city.people["planner"], made(city)
    agenda.add(planner, fresh(meeting), {"title_zh": "议题"})
    with pytest.raises(HaiheError, match="E-MTG-04"):
        minutes.submit(planner, fresh(meeting))
    with pytest.raises(HaiheError, match="E-MTG-03"):
        minutes.minute(planner, item_of(meeting), {"decision": "办", "owner": None})
    with pytest.raises(HaiheError, match="E-MTG-03"):
        minutes.minute(planner, item_of(meeting), {"decision": " ", "owner": city.units["FIN"]})
    assert not item_of(meeting).decision


def test_decisions_become_duties_and_decide_the_problem_once(city: City) -> None:
    meeting, problem = minuted(city)
    minutes.approve(city.people["chief"], meeting)
    planner = city.people["planner"]
    (duty,) = minutes.issue(planner, fresh(meeting))
    assert (duty.name_zh, duty.unit.code, duty.due) == ("调剂一成", "TJ-BH", date(2027, 3, 1))
    assert (duty.about_kind, duty.about) == ("problems.problem", problem.code)
    assert item_of(meeting).duty == duty.code
    now = again(problem)
    assert (now.state, now.decision, now.due) == (states.DECIDED, "调剂一成\n由发改委落实", date(2027, 3, 1))
    with pytest.raises(HaiheError, match="E-MTG-05"):
        minutes.issue(planner, fresh(meeting))
    with pytest.raises(HaiheError, match="E-MTG-05"):
        minutes.reopen(city.people["chief"], fresh(meeting), "太晚")
    assert Duty.objects.count() == 1


def test_issuing_is_all_or_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, problem = minuted(city)
    minutes.approve(city.people["chief"], meeting)

    def refuse(*_args: Any, **_more: Any) -> None:
        raise HaiheError("E-DUT-08", value="x")

    monkeypatch.setattr(minutes, "assign", refuse)
    before = Entry.objects.count()
    with pytest.raises(HaiheError, match="E-DUT-08"):
        minutes.issue(city.people["planner"], fresh(meeting))
    assert fresh(meeting).issued is None
    assert again(problem).state == states.ACCEPTED
    assert Entry.objects.count() == before


def test_two_approve_at_once_one_wins(city: City, signed: Signed) -> None:
    meeting, _problem = minuted(city)
    url = f"/meetings/m/{meeting.code}/approve"
    assert signed("chief").post(url, {"edition": meeting.edition}).status_code == 302
    assert signed("chief").post(url, {"edition": meeting.edition}).status_code == 409


def test_changes_are_those_since_the_last_meeting_that_one_sees(city: City) -> None:
    planner = city.people["planner"]
    first = made(city, -1)
    agenda.add(planner, first, {"title_zh": "议题"})
    agenda.convene(planner, fresh(first))
    mine, theirs = raised(city), raised(city, "TJ-HP", "hp-editor")
    steering.accept(planner, mine, city.units["TJ-BH"])
    second = made(city)
    assert agenda.previous(planner, second) == first
    assert last_meeting(planner) == first.day
    found = changes.since(planner, first.day)
    assert {each.code for each in found} == {mine.code, theirs.code}
    assert next(each for each in found if each.code == mine.code).done.en.startswith("raised, ")
    district = changes.since(city.people["bh-editor"], first.day)
    assert {each.code for each in district} == {mine.code}, "nobody reads of what they do not see"
    assert changes.since(planner, timezone.localdate()) == [], "what was before the last meeting is not news"
    assert changes.since(planner, None) == []


def test_the_pack_tells_each_reader_what_they_see(city: City, signed: Signed) -> None:
    meeting, problem = minuted(city)
    hidden = raised(city, "TJ-HP", "hp-editor", name_zh="和平区的问题")
    made_for = {each.key: each for each in pack_of(city.people["planner"], meeting).grids}
    assert {"agenda", "decisions", "changes", "problems", "source-duties"} <= set(made_for)
    assert [row[0].zh for row in made_for["problems"].rows] == [problem.code, hidden.code]
    client = signed("bh-editor")
    for lang, words in (
        ("zh", ("草案", "请会议决定", "数据版本")),
        ("en", ("DRAFT", "Decision wanted", "Data version")),
    ):
        client.cookies["haihe-language"] = lang
        body = client.get(f"/meetings/m/{meeting.code}/pack").content.decode()
        assert all(word in body for word in (*words, "small-1", "调剂一成"))
        assert "和平区的问题" not in body
        file = client.get(f"/meetings/m/{meeting.code}/pack.docx").content
        read = docx.Document(io.BytesIO(file))
        told = [p.text for p in read.paragraphs] + [c.text for t in read.tables for row in t.rows for c in row.cells]
        whole = "\n".join(told)
        assert all(word in whole for word in ("small-1", "调剂一成", words[0]))
        assert "和平区的问题" not in whole
    minutes.approve(city.people["chief"], meeting)
    assert pack_of(city.people["planner"], fresh(meeting)).mark.en == "APPROVED"
    assert word(pack_of(city.people["planner"], fresh(meeting)), "en")[:2] == b"PK"


def test_pages_of_preparing_a_meeting(city: City, signed: Signed) -> None:
    client, problem = signed("planner"), decided(city)
    Problem.objects.filter(pk=problem.pk).update(due=timezone.localdate() - LONG_AGO)
    said = {"unit": "TJ", "title": "领导小组第一次会议", "day": "2027-01-05", "invited": ["TJ-BH", "IIB"]}
    assert client.post("/meetings/new", said | {"day": "x"}).status_code == 422
    assert client.post("/meetings/new", said).status_code == 302
    meeting = Meeting.objects.get()
    url = f"/meetings/m/{meeting.code}"
    body = client.get(f"{url}/suggestions").content.decode()
    assert f"problems.problem:{problem.code}" in body
    assert "已逾期" in body
    stale = client.post(f"{url}/suggestions", {"take": [f"problems.problem:{problem.code}"], "edition": 99})
    assert stale.status_code == 409
    taken = client.post(
        f"{url}/suggestions", {"take": [f"problems.problem:{problem.code}"], "edition": meeting.edition}
    )
    assert taken.status_code == 302
    assert meeting.items.count() == 1
    assert client.post(f"{url}/add", {"title_zh": "其他事项", "presents": "FIN"}).status_code == 302
    item = Item.objects.get(title_zh="其他事项")
    edited = client.post(
        f"/meetings/items/{item.code}/edit", {"title_zh": "其他", "presents": "", "edition": item.edition}
    )
    assert edited.status_code == 302
    assert client.post(f"/meetings/items/{item.code}/up").status_code == 302
    assert next(each.title_zh for each in agenda.items_of(meeting)) == "其他"
    changed = client.post(f"{url}/edit", said | {"invited": ["FIN"], "edition": fresh(meeting).edition})
    assert changed.status_code == 302
    assert fresh(meeting).inviting == ["FIN"]
    assert client.post(f"{url}/convene").status_code == 302
    assert client.get(url).status_code == 200
    assert client.get("/meetings/").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(client.get("/meetings/?as=xlsx").content))
    assert any(cell.value == "领导小组第一次会议" for line in book.active.iter_rows() for cell in line)
    assert client.post(f"/meetings/items/{item.code}/minute", {"decision": "办", "owner": ""}).status_code == 422
    minute = client.post(f"/meetings/items/{item.code}/minute", {"decision": "办", "owner": "FIN"})
    assert minute.status_code == 302
    assert client.post(f"{url}/submit").status_code == 302
    assert client.post(f"{url}/approve").status_code == 403
    assert signed("chief").post(f"{url}/approve").status_code == 302
    assert client.post(f"{url}/issue").status_code == 302
    assert Duty.objects.get().unit.code == "FIN"
