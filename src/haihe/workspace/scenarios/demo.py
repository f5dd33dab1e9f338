"""The demonstration: two scenarios of the example's own table, taken over by the city, one of them shared. All made up."""

from collections.abc import Mapping

from haihe.planning.scenarios import scenarios_of
from haihe.region import Region
from haihe.workspace.data.models import Dataset
from haihe.workspace.scenarios import editing
from haihe.workspace.units.models import Person, Unit

CITY = "TJ"
TIGHTER, RAILWAY = "cap-5-tighter", "new-rail"
ABOUT = "示例：数值为假设，不得用作决策依据 / an example: the figures are assumed, decide nothing on them"


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Make a scenario of a tighter cap, and one of the same cap with a second railway, which is shared."""
    there = scenarios_of(region)
    if TIGHTER not in there or RAILWAY not in there:
        return
    planner, city = people["wang"], units[CITY]
    version = Dataset.objects.select_related("current__dataset").get(code="jing-jin-ji").current
    names = "碳上限收紧5%（示例）", "Cap 5 % tighter (example)", ABOUT
    editing.new(planner, city, version, TIGHTER, *names, there[TIGHTER], "cli")
    names = "碳上限收紧5%，第二货运铁路（示例）", "Cap 5 % tighter, second railway (example)", ABOUT
    both = editing.new(planner, city, version, "cap-and-rail", *names, [*there[TIGHTER], *there[RAILWAY]], "cli")
    editing.share(planner, both, channel="cli")
