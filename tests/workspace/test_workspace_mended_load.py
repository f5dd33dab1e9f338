"""What many rows brought to light: a long award is a job, a job leads back, what waits is bounded, the payer reads the money."""

import gc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from ledger_cases import paid_round
from many_cases import many_problems
from pydantic import BaseModel
from round_cases import Case, hired, listed

from haihe.workspace.api import checks
from haihe.workspace.audit.models import Entry
from haihe.workspace.frame import register
from haihe.workspace.jobs.worker import drain
from haihe.workspace.problems.models import Problem
from haihe.workspace.rounds import awarding, tasks
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.units.models import Person
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def ready(city: City, **more: Any) -> Case:
    """A published round whose days are over."""
    case = listed(city, **more)
    Round.objects.filter(pk=case.round.pk).update(objections_until=timezone.localdate() - timedelta(days=1))
    case.round = case.fresh()
    return case


def client_of(person: Person) -> Client:
    """Somebody who was hired, signed in."""
    Person.objects.filter(pk=person.pk).update(must_change=False)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def press(client: Client, round_: Round) -> Any:
    return client.post(reverse("rounds:round-award", args=[round_.code]), {"edition": round_.edition})


def test_a_long_award_is_a_job_that_equals_the_short_one(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awarding, "AT_ONCE", 0)
    monkeypatch.setattr(awarding, "BATCH", 1)
    case = ready(city)
    wanted = Application.objects.filter(round=case.round, state="listed").count()
    assert wanted > 1
    answer = press(client_of(case.people["second"]), case.round)
    assert "/jobs/" in answer.url
    assert not Award.objects.exists()
    (done,) = drain()
    assert (done.task, done.state, done.result["awards"]) == (tasks.GRANT, "done", wanted)
    made = Award.objects.annotate(booked=Count("entries"))
    assert {each.state for each in Application.objects.filter(award__in=made)} == {"awarded"}
    assert all(each.booked == bool(each.city) + bool(each.district_part) for each in made)
    assert case.fresh().state == "decided"
    assert case.fresh().decided_by == "second"
    assert Entry.objects.filter(kind="rounds.award", verb="award").count() == wanted
    assert (
        tasks.award(_Work(case.people["second"]), round=case.round.code, edition=case.round.edition)["awards"] == wanted
    )


class _Work:
    """A piece of work that is done once more after its process was killed."""

    def __init__(self, person: Person) -> None:
        self.person = person


def test_a_long_award_is_refused_at_once_where_it_may_not_be(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awarding, "AT_ONCE", 0)
    early = listed(city)
    assert press(client_of(early.people["second"]), early.round).status_code == 422
    Round.objects.filter(pk=early.round.pk).update(objections_until=timezone.localdate() - timedelta(days=1))
    assert press(client_of(city.people["planner"]), early.fresh()).status_code == 403
    assert not drain()


def test_a_short_award_is_made_at_once(city: City) -> None:
    case = ready(city)
    answer = press(client_of(case.people["second"]), case.round)
    assert answer.url == case.round.get_absolute_url()
    assert Award.objects.exists()
    assert not drain()


def test_a_job_that_failed_leads_back_to_its_round(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awarding, "AT_ONCE", 0)
    case = ready(city)
    client = client_of(case.people["second"])
    press(client, case.round)
    Round.objects.filter(pk=case.round.pk).update(edition=case.round.edition + 1)
    (failed,) = drain()
    assert failed.state == "failed"
    page = client.get(failed.get_absolute_url()).content.decode()
    assert f'href="{case.round.get_absolute_url()}"' in page
    assert "返回“技改示例批次”" in page


def test_the_start_page_shows_the_most_urgent_of_what_waits(city: City, signed: Signed) -> None:
    many_problems(city, 400)
    page = signed("planner").get("/")
    waits = page.context["waits"]
    assert len(page.context["waiting"]) == 50
    assert waits.more
    assert page.content.decode().count("<tr>") == 51
    soonest = Problem.objects.filter(state__in=("raised", "accepted")).order_by("due").first()
    assert soonest is not None
    assert any(each.url == soonest.get_absolute_url() for each in page.context["waiting"])
    days = [each.due for each in waits.first]
    assert days == sorted(days)
    assert not register.waits(city.people["bj-viewer"]).first


def test_the_payer_reads_the_money_and_not_the_ranking(city: City) -> None:
    paid = paid_round(city)
    case, award = paid.case, paid.first
    payer, other = client_of(paid.city_money), client_of(paid.bh_money)
    beside = client_of(hired("finance-iib", city.units["IIB"], "finance"))
    for page in (reverse("rounds:money", args=[case.round.code]), reverse("rounds:trail", args=[award.code])):
        answer = payer.get(page)
        assert answer.status_code == 200
        for link in (award.line.run.get_absolute_url(), award.application.get_absolute_url()):
            assert f'href="{link}"' not in answer.content.decode()
        assert other.get(page).status_code in (403, 404)
        assert beside.get(page).status_code in (403, 404)
    assert reverse("rounds:money", args=[case.round.code]) in payer.get(case.round.get_absolute_url()).content.decode()
    assert payer.get(award.line.run.get_absolute_url()).status_code == 404


def test_two_forms_of_one_name_are_refused() -> None:
    assert checks.every_form_has_its_own_name(None) == []
    twin = type("AwardOut", (BaseModel,), {"__module__": "haihe.workspace.api.sections.twin"})
    assert [found.id for found in checks.every_form_has_its_own_name(None)] == ["haihe.E007"]
    del twin
    gc.collect()
    assert checks.every_form_has_its_own_name(None) == []
