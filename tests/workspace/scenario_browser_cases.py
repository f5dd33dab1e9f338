"""What the browser stories of scenarios start from: the small city with the small region, or the demonstration."""

from typing import Any

from scenario_cases import version_of

from haihe.workspace.units.models import Person
from workspace_cases import PASSWORD, small_city


def small() -> dict[str, Any]:
    """The small city; its planner tightens a cap of 0.8 and adds a link like the port."""
    city = small_city()
    version = version_of(city)
    return {
        "who": "planner", "version": version.code, "unit": "TJ", "old": "0.8", "new": "0.7", "record": "cap",
        "like": "port|2019", "link": "port-2", "capacity": "120",
    }  # fmt: skip


def demonstration() -> dict[str, Any]:
    """The demonstration with its own accounts; its planner can sign in with the password of the tests."""
    from haihe.workspace.data.models import Dataset
    from haihe.workspace.keeping.demo import seed

    seed()
    planner = Person.objects.get(username="wang")
    planner.set_password(PASSWORD)
    planner.must_change = False
    planner.save()
    version = Dataset.objects.select_related("current").get(code="jing-jin-ji").current
    return {
        "who": "wang", "version": version.code, "unit": "TJ", "old": "0.9", "new": "0.855", "record": "CARBON",
        "like": "RAIL-BJTJ|2023", "link": "RAIL-BJTJ-2", "capacity": "3000",
    }  # fmt: skip
