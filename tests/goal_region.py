"""A small region with upgrades, a carbon cap and data for indicators; and a plan of it."""

from functools import cache

import pandas as pd

from haihe.planning.plans import Plan, plan
from haihe.region import Region
from small_region import EVIDENCE, MEMBERS, META, SECTORS, small_tables

UPGRADE = {
    "technology": "up", "name_zh": "升级", "name_en": "upgraded", "energy_inputs": -0.12, "other_inputs": -0.015,
    "labour": -0.05, "co2": -0.15, "new_capital": 0.2, "retrofit": 0.35, "retrofit_limit": 0.06,
}  # fmt: skip
CAP = {
    "limit": "CARBON", "name_zh": "碳上限", "name_en": "carbon cap", "resource": "co2", "regions": "*", "sectors": "*",
    "sense": "cap", "year": 2025, "value": 0.85, "unit": "share of reference",
}  # fmt: skip


def region_with(*limits: dict[str, object], **tables: list[dict[str, object]]) -> Region:
    """Give the small region with limits (the carbon cap where none is given), and other tables replaced."""
    given = small_tables()
    for name in ("transfers", "links", "projects", "project_sites", "project_resources", "scenarios"):
        given.pop(name, None)
    given["endowments"] = given["endowments"].iloc[:0]
    labour = [(m, s, "labour", 2017, 900.0 + 300 * k, "persons/亿元") for k, m in enumerate(MEMBERS) for s in SECTORS]
    uses = pd.DataFrame(labour, columns=["region", "sector", "resource", "year", "value", "unit"]).assign(**EVIDENCE)
    given["uses"] = pd.concat([given["uses"][given["uses"]["resource"] == "co2"], uses], ignore_index=True)
    people = {
        "resource": "labour",
        "name_zh": "劳动力",
        "name_en": "labour",
        "kind": "stock",
        "unit": "persons",
        "permit": False,
    }
    given["resources"] = pd.concat([given["resources"], pd.DataFrame([people])], ignore_index=True)
    given["technologies"] = pd.DataFrame([EVIDENCE | UPGRADE])
    given["limits"] = pd.DataFrame([EVIDENCE | row for row in limits or (CAP,)])
    for name, rows in tables.items():
        given[name] = pd.DataFrame([EVIDENCE | row for row in rows])
    return Region(given, META)


@cache
def capped_plan() -> Plan:
    """Plan the small region under the carbon cap, once."""
    return plan(region_with(), band=False, projects=False)
