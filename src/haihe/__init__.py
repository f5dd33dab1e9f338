"""haihe: coordinate the scarce resources of a regional manufacturing base.

>>> import haihe as hh
>>> region = hh.example("jing-jin-ji")
>>> region.check().ok
True

Everything that the command line can do, the library can: `read`, `example`, `diagnose`, `plan`, `front`, `report`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from haihe.version import __version__

if TYPE_CHECKING:
    from haihe.accounts.of_region import accounts_of
    from haihe.diagnosis.diagnosis import diagnose
    from haihe.messages import HaiheError
    from haihe.planning import Assumptions, Front, Plan, band, front, plan
    from haihe.region import Region, load, read
    from haihe.region.examples import example
    from haihe.reporting.regional import report
    from haihe.rules.check import read_schemes

_ROOMS = {
    "accounts_of": "haihe.accounts.of_region",
    "diagnose": "haihe.diagnosis.diagnosis",
    "HaiheError": "haihe.messages",
    "Assumptions": "haihe.planning",
    "Front": "haihe.planning",
    "Plan": "haihe.planning",
    "band": "haihe.planning",
    "front": "haihe.planning",
    "plan": "haihe.planning",
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
    "Front",
    "HaiheError",
    "Plan",
    "Region",
    "__version__",
    "accounts_of",
    "band",
    "diagnose",
    "example",
    "front",
    "load",
    "plan",
    "read",
    "read_schemes",
    "report",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module haihe has no attribute {name}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return __all__
