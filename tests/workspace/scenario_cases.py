"""A scenario of the city on the small region's dataset."""

from typing import Any

from intake_cases import small_dataset

from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.scenarios import editing
from haihe.workspace.scenarios.models import Scenario
from workspace_cases import City

TIGHTER = ["limits", "cap|2019", "value", "0.7", "收紧 / tighter"]
RAILWAY = [
    ["links", "rail|2019", name, value, "第二货运铁路 / second railway"]
    for name, value in (
        ("name_zh", "铁路"),
        ("name_en", "railway"),
        ("from_region", "north"),
        ("to_region", "south"),
        ("mode", "rail"),
        ("capacity", "120"),
        ("unit", "万t"),
        ("source", "S1"),
        ("quality", "illustrative"),
    )
]


def dataset_of(city: City) -> Dataset:
    """The city's dataset with the small region in force, made once."""
    found: Dataset | None = Dataset.objects.filter(code="small").select_related("current", "unit").first()
    return found or Dataset.objects.select_related("current", "unit").get(pk=small_dataset(city).pk)


def version_of(city: City) -> Version:
    """The version in force."""
    version = dataset_of(city).current
    assert version is not None
    return version


def a_scenario(
    city: City, code: str = "tight", by: str = "planner", unit: str = "TJ", edits: Any = (TIGHTER,)
) -> Scenario:
    """Give a scenario."""
    names = "碳上限收紧", "A tighter cap"
    return editing.new(city.people[by], city.units[unit], version_of(city), code, *names, edits=edits)


def again(thing: Any) -> Any:
    """Read an object again."""
    return type(thing)._default_manager.get(pk=thing.pk)
