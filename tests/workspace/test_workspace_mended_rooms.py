"""What attacks on the later rooms found: rounds, money, reports, months, meetings, papers. Each way in stays shut."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from round_cases import handed_in, hired, listed, reviewed

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.months import returns
from haihe.workspace.rounds import awarding, publishing, ranking, recommending, reviewing
from haihe.workspace.rounds.models import Application, Objection, Run
from haihe.workspace.units import staff, tree
from haihe.workspace.units.models import Person
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
    from datetime import date

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
