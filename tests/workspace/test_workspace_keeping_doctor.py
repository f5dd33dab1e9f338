"""`haihe doctor HOME`: how a workspace stands, line by line."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

import workspace_toys  # noqa: F401 - declares its kinds
from haihe.messages import Text
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.keeping import signs
from haihe.workspace.units.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(office):
    office.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    office.home.chmod(0o700)
    office.make_key()
    return office.home


def stands() -> dict[str, str]:
    return {sign.key: sign.state for sign in signs.examine_office()}


def test_a_ready_workspace_lacks_only_its_administrator(home):
    assert settings.OFFICE.home == home
    assert stands() == {
        "folder": "ok",
        "space": "ok",
        "key": "ok",
        "database": "ok",
        "people": "warn",
        "jobs": "ok",
        "record": "ok",
        "served": "ok",
    }


def test_the_administrator_is_found_once_the_password_is_their_own(home, city):
    Person.objects.filter(posts__role="admin").update(must_change=False)
    assert stands()["people"] == "ok"


def test_a_folder_or_key_that_others_can_read_is_noted(home):
    home.chmod(0o755)
    (home / "secret-key").chmod(0o644)
    said = stands()
    assert said["folder"] == said["key"] == "warn"
    (home / "secret-key").unlink()
    assert stands()["key"] == "fail"


def test_a_migration_that_was_not_done_breaks_it_and_the_rest_is_not_asked(home):
    MigrationRecorder(connection).Migration.objects.filter(app="keeping").delete()
    MigrationRecorder(connection).Migration.objects.filter(app="meetings").delete()
    said = stands()
    assert said["database"] == "fail"
    assert "people" not in said


def test_a_job_that_waits_for_long_is_noted(home, city):
    person = city.people["planner"]
    unit = person.posts.select_related("unit").first().unit
    job = enqueue(person, unit, "toy.add", title=Text("加", "add"), a=1, b=2)
    assert stands()["jobs"] == "ok"
    Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(hours=1))
    assert stands()["jobs"] == "warn"
