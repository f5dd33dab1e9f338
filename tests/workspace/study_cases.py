"""Studies of the small region in the small city."""

import time
from collections.abc import Mapping
from typing import Any

from intake_cases import small_dataset

from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.jobs.worker import drain
from haihe.workspace.studies.asking import ask
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit
from workspace_cases import City


def version_of(city: City) -> Version:
    """Give the version in force of the small dataset, made where it is not there yet."""
    there = Dataset.objects.filter(code="small").select_related("current").first()
    found: Version = (there or small_dataset(city)).current
    return found


def asked(
    city: City,
    kind: str = "plan",
    by: str = "planner",
    unit: str = "TJ",
    settings: Mapping[str, Any] | None = None,
    **more: Any,
) -> Study:
    """Ask for a study."""
    return ask(city.people[by], city.units[unit], version_of(city), kind, settings=settings, **more)


def fresh(study: Study) -> Study:
    """Read a study again, with its job."""
    return Study.objects.select_related("job", "unit", "version__dataset", "scenario").get(pk=study.pk)


def found(city: City, kind: str = "plan", **more: Any) -> Study:
    """Ask for a study and do it."""
    study = asked(city, kind, **more)
    drain()
    study = fresh(study)
    assert study.done, study.job.error if study.job else ""
    return study


def seed() -> None:
    """Make the small city with its dataset."""
    from workspace_cases import small_city

    small_dataset(small_city())


def one_study() -> str:
    """Ask for a plan on an office that is served, and wait until it is done; gives the address of its page."""
    people = {person.username: person for person in Person.objects.all()}
    city = City({unit.code: unit for unit in Unit.objects.all()}, people)
    study = asked(city)
    while not fresh(study).done:
        drain()
        time.sleep(0.2)
    return study.get_absolute_url()
