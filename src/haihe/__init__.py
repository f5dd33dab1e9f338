"""haihe: coordinate the scarce resources of a regional manufacturing base.

>>> import haihe as hh
>>> region = hh.example("jing-jin-ji")
>>> region.check().ok
True

Everything that the command line can do, the library can: `read`, `example`, `diagnose`, `plan`, `what_ifs`, `compare`,
`front`, `pareto`, `stress`, `report`.
"""

from importlib import import_module
from types import FunctionType
from typing import TYPE_CHECKING

from haihe.version import __version__

if TYPE_CHECKING:
    from haihe.accounts.of_region import accounts_of
    from haihe.coalition.share import share
    from haihe.diagnosis.diagnosis import diagnose
    from haihe.messages import HaiheError
    from haihe.planning import Assumptions, Front, Plan, band, front, plan
    from haihe.planning.alternatives import alternatives
    from haihe.planning.bottlenecks import bottlenecks
    from haihe.planning.card import card
    from haihe.planning.comparison import compare
    from haihe.planning.control import Control
    from haihe.planning.draws import draws
    from haihe.planning.ensemble import ensemble
    from haihe.planning.fates import fates
    from haihe.planning.goals import Goals
    from haihe.planning.ladder import ladder
    from haihe.planning.pareto import pareto
    from haihe.planning.pipeline import pipeline
    from haihe.planning.robust import robust
    from haihe.planning.rolling import replan
    from haihe.planning.scenarios import scenario
    from haihe.planning.selection import select
    from haihe.planning.what_ifs import what_ifs
    from haihe.region import Region, load, read
    from haihe.region.examples import example
    from haihe.reporting.regional import report
    from haihe.rules.check import read_schemes
    from haihe.shocks.disruption import disrupt
    from haihe.shocks.events import Event
    from haihe.shocks.fiscal import fiscal_stress
    from haihe.shocks.stress import stress
    from haihe.shocks.which_firms import firm_risk

_ROOMS = {
    "accounts_of": "haihe.accounts.of_region",
    "diagnose": "haihe.diagnosis.diagnosis",
    "disrupt": "haihe.shocks.disruption",
    "draws": "haihe.planning.draws",
    "ensemble": "haihe.planning.ensemble",
    "Event": "haihe.shocks.events",
    "firm_risk": "haihe.shocks.which_firms",
    "fiscal_stress": "haihe.shocks.fiscal",
    "HaiheError": "haihe.messages",
    "Assumptions": "haihe.planning",
    "Front": "haihe.planning",
    "Goals": "haihe.planning.goals",
    "Plan": "haihe.planning",
    "band": "haihe.planning",
    "front": "haihe.planning",
    "pareto": "haihe.planning.pareto",
    "plan": "haihe.planning",
    "alternatives": "haihe.planning.alternatives",
    "bottlenecks": "haihe.planning.bottlenecks",
    "card": "haihe.planning.card",
    "compare": "haihe.planning.comparison",
    "Control": "haihe.planning.control",
    "fates": "haihe.planning.fates",
    "ladder": "haihe.planning.ladder",
    "pipeline": "haihe.planning.pipeline",
    "replan": "haihe.planning.rolling",
    "robust": "haihe.planning.robust",
    "scenario": "haihe.planning.scenarios",
    "select": "haihe.planning.selection",
    "share": "haihe.coalition.share",
    "stress": "haihe.shocks.stress",
    "what_ifs": "haihe.planning.what_ifs",
    "Region": "haihe.region",
    "load": "haihe.region",
    "read": "haihe.region",
    "example": "haihe.region.examples",
    "report": "haihe.reporting.regional",
    "read_schemes": "haihe.rules.check",
}
"""Where each public name lives; it is fetched when first used, so that importing haihe stays quick."""

__all__ = [
    "Assumptions",
    "Control",
    "Event",
    "Front",
    "Goals",
    "HaiheError",
    "Plan",
    "Region",
    "__version__",
    "accounts_of",
    "alternatives",
    "band",
    "bottlenecks",
    "card",
    "compare",
    "diagnose",
    "disrupt",
    "draws",
    "ensemble",
    "example",
    "fates",
    "firm_risk",
    "fiscal_stress",
    "front",
    "ladder",
    "load",
    "pareto",
    "pipeline",
    "plan",
    "read",
    "read_schemes",
    "replan",
    "report",
    "robust",
    "scenario",
    "select",
    "share",
    "stress",
    "what_ifs",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module haihe has no attribute {name}")
    found: object = getattr(import_module(_ROOMS[name]), name)
    if isinstance(found, FunctionType) and found.__code__.co_varnames[:1] == ("region",):
        from haihe.region.needed import needing_region

        return needing_region(found)
    return found


def __dir__() -> list[str]:
    return __all__
