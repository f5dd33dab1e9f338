"""Plans: published by somebody else than who prepared them, frozen with what they rest on, superseded, withdrawn, never changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_room_cases import derived, fresh, key_of, prepared, published, study_of

from haihe.messages import HaiheError
from haihe.workspace.plans import publishing
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import NUMBERS, numbers_of
from haihe.workspace.studies import asking
from haihe.workspace.units.models import Person
from workspace_cases import City

pytestmark = pytest.mark.django_db
FIELDS = sorted({*Plan.basis, *Plan.content, "state", "approved_by"})
OTHERS: dict[str, Any] = {"first_year": 1999, "last_year": 1999, "edits": [["regions", "north", "lon", "1", ""]],
                          "settings": {"band": True}, "illustrative": False, "state": "draft", "submitted_at": None}  # fmt: skip


def refused(code: str, do: Callable[[], object]) -> None:
    with pytest.raises(HaiheError) as caught:
        do()
    assert caught.value.code == code


def test_from_a_study_to_a_published_plan(city: City, signed: Callable[[str], Client]) -> None:
    planner, chief = city.people["planner"], city.people["chief"]
    study = study_of(city)
    with pytest.raises(PermissionDenied):
        publishing.prepare(city.people["bh-editor"], city.units["TJ-BH"], study, "不得拟定")
    plan = prepared(city, study)
    assert (plan.sha256, plan.index, plan.haihe) == (study.version.sha256, study.job.result["index"], study.made_with)
    for page in ("", "/numbers", "/reality", "/edit"):
        assert signed("planner").get(f"/plans/{plan.code}{page}").status_code == 200, page
    publishing.submit(planner, plan)
    refused("E-WEB-22", lambda: publishing.publish(planner, plan))
    publishing.send_back(chief, fresh(plan), "请补充说明")
    publishing.change(planner, plan := fresh(plan), "改名方案", "Renamed", "已补充")
    publishing.submit(planner, plan)
    publishing.publish(chief, plan)
    for lang, words in (("zh", "改名方案"), ("en", "Renamed")):
        client = signed("chief")
        client.cookies["haihe-language"] = lang
        page = client.get(f"/plans/{plan.code}").content.decode()
        assert words in page
        for what in (plan.sha256, plan.edits_sha256, plan.index, plan.solved, plan.figures, plan.haihe):
            assert what in page
    # a draft goes, and what other plans rest on stays
    spare = prepared(city, study, "多余的草稿")
    publishing.drop(planner, spare)
    assert (plan.folder / NUMBERS).exists()
    assert not Plan.objects.filter(pk=spare.pk).exists()
    # a study on which a plan rests stays, and so does what the plan shows where the study is run again
    refused("E-STU-09", lambda: asking.delete(planner, study))
    before = (plan.folder / NUMBERS).read_bytes()
    again = published(city, study, "第二版")
    assert (again.folder / NUMBERS).read_bytes() == before
    assert (fresh(plan).stage, again.stage) == ("superseded", "in-force")
    assert fresh(plan).successor() == again
    publishing.withdraw(chief, again, "口径有误")
    assert (fresh(plan).stage, fresh(again).stage) == ("in-force", "withdrawn")
    refused("E-PUB-07", lambda: publishing.withdraw(chief, fresh(again), "再撤一次"))
    listed = signed("planner").get("/plans/?as=csv").content.decode("utf-8-sig")
    assert "改名方案" in listed
    assert "改名方案" in signed("planner").get("/plans/?state=in-force").content.decode()
    assert signed("bj-viewer").get(f"/plans/{plan.code}").status_code == 404


def test_no_way_changes_what_is_published(city: City, signed: Callable[[str], Client]) -> None:
    plan = published(city)
    stood = {name: getattr(plan, name) for name in FIELDS}
    people = ("planner", "chief", "admin", "auditor")

    def same() -> bool:
        now = fresh(plan)
        return {name: getattr(now, name) for name in FIELDS} == stood

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.sampled_from(FIELDS), st.sampled_from(["save", "update", "raw"]))
    def by_the_model(name: str, how: str) -> None:
        """Every field, by the model and past it."""
        value = OTHERS.get(name, "another")
        value = plan.study_id + 999 if name.endswith("_id") else value
        with pytest.raises((HaiheError, DatabaseError)), transaction.atomic():  # noqa: PT012 - what it takes
            if how == "save":
                there = fresh(plan)
                setattr(there, name, value)
                there.save()
            else:
                Plan.objects.filter(pk=plan.pk).update(**{name: value})
        assert same()

    by_the_model()
    acts: list[Callable[[Person], object]] = [
        lambda who: publishing.change(who, fresh(plan), "x", "x", "x"),
        lambda who: publishing.submit(who, fresh(plan)),
        lambda who: publishing.publish(who, fresh(plan)),
        lambda who: publishing.send_back(who, fresh(plan), "x"),
        lambda who: publishing.drop(who, fresh(plan)),
        lambda who: fresh(plan).reopen(who, "x"),
        lambda who: fresh(plan).delete(),
    ]
    for act in acts:
        for who in people:
            with pytest.raises(HaiheError):
                act(city.people[who])
            assert same()
    for who in people:
        for act_ in ("edit", "submit", "approve", "send-back", "delete"):
            answer = signed(who).post(
                f"/plans/{plan.code}/{act_}", {"name_zh": "x", "reason": "x", "edition": plan.edition}
            )
            assert answer.status_code in (403, 404, 409), (who, act_, answer.status_code)
            assert same()
    publishing.withdraw(city.people["chief"], fresh(plan), "撤回")
    assert same()


def test_a_changed_file_is_not_shown(city: City, signed: Callable[[str], Client]) -> None:
    plan = published(city)
    numbers_of.__globals__["_read"].cache_clear()
    path = plan.folder / NUMBERS
    path.write_bytes(path.read_bytes().replace(b'"north"', b'"south"', 1))
    refused("E-STU-05", lambda: numbers_of(plan))
    assert signed("planner").get(f"/plans/{plan.code}/numbers").status_code == 422


def test_two_that_derive_at_once_make_it_once(city: City, signed: Callable[[str], Client]) -> None:
    plan = published(city)
    key = key_of(plan, "target", what="value_added", region="north", year=2023)
    sent = {"tick": [key], "edition": plan.edition}
    first = signed("planner").post(f"/plans/{plan.code}/derive", sent)
    second = signed("planner").post(f"/plans/{plan.code}/derive", sent)
    assert (first.status_code, second.status_code) == (302, 409)
    assert derived(city, fresh(plan), key) == []
    assert plan.made.count() == 1
