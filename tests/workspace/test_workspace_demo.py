"""The demonstration: units as the example's tables name them, people for every role, data in force, a request under way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from haihe.region.examples import example
from haihe.workspace.audit.chain import verify
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.keeping.demo import PEOPLE, seed
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_demonstration_is_made_once(django_assert_max_num_queries: Callable[..., Any]) -> None:
    accounts = seed()
    region = example("jing-jin-ji")
    assert dict(accounts).keys() == {person[0] for person in PEOPLE}
    assert len(set(dict(accounts).values())) == len(PEOPLE), "nobody shares a password"
    assert {post.role for post in Post.objects.all()} == set(ROLES) - {"applicant"}
    for name, password in accounts:
        assert Person.objects.get(username=name).check_password(password)

    tops = set(Unit.objects.filter(parent=None).values_list("code", flat=True))
    assert tops == {"TJ", "BJ", "HE"}, "neighbouring regions are equals"
    for row in region.tables["regions"].to_dict("records"):
        if row["level"] in ("district", "park"):
            assert Unit.objects.get(code=row["region"]).parent.code == row["parent"]
    assert Unit.objects.filter(kind_of="chain").count() == len(region.tables["chains"])
    assert Unit.objects.filter(kind_of="department").count() == len(region.tables["departments"])

    dataset = Dataset.objects.get()
    assert dataset.current.rows == sum(len(table) for table in region.tables.values())
    request = Request.objects.get()
    assert len(request.addressees) == 16
    stages = {answer.unit.code: answer.stage for answer in Answer.objects.select_related("unit")}
    assert stages.pop("TJ-BH") == "accepted"
    assert stages.pop("TJ-XQ") == "submitted"
    assert set(stages.values()) == {"draft"}
    assert not list(verify())
    with django_assert_max_num_queries(5):
        assert seed() == []


def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
