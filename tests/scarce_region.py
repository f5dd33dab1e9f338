"""The small region with several things scarce at once: a cap on CO2, land, and money for projects."""

import pandas as pd

from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

SCENARIOS = [
    ("tighter", "limits", "cap|2019", "value", "0.75", "上限更紧 / a tighter cap"),
    ("more-land", "endowments", "north|land|2017", "value", "9000", "北市土地更多/ more land in the north"),
    ("same", "limits", "cap|2019", "value", "0.8", "不变"),
    ("nothing-left", "limits", "cap|2019", "value", "0", None),
]


def scarce_region(*, cap: float = 0.8, land: float = 6600.0, scenarios: bool = True) -> Region:
    """Give the region; land is what each member has, in mu."""
    tables = small_tables()
    limits = tables["limits"]
    tables["limits"] = limits[limits["limit"] == "cap"].assign(value=cap)
    rows = [(member, "land", 2017, amount, "亩") for member, amount in (("north", land), ("south", 300000.0))]
    endowments = pd.DataFrame(rows, columns=["region", "resource", "year", "value", "unit"])
    tables["endowments"] = endowments.assign(**EVIDENCE)
    del tables["transfers"]
    names = ["scenario", "table", "record", "column", "value", "reason"]
    tables["scenarios"] = pd.DataFrame(SCENARIOS if scenarios else [], columns=names)
    return Region(tables, META)
