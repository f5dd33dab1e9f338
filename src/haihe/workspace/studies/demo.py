"""A study of the demonstration: a diagnosis of the example, done in the background once a worker runs."""

from collections.abc import Mapping

from haihe.workspace.data.models import Dataset
from haihe.workspace.studies.asking import ask
from haihe.workspace.units.models import Person, Unit

CITY = "TJ"


def seed(units: Mapping[str, Unit], people: Mapping[str, Person]) -> None:
    """Ask for a diagnosis of the data in force. Nothing is computed here: the first start does not wait for it.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    """
    version = Dataset.objects.select_related("current__dataset").get(code="jing-jin-ji").current
    assert version is not None  # the demonstration's data are in force
    ask(people["wang"], units[CITY], version, "diagnosis", channel="cli")
