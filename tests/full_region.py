"""The small region with every table that a plan answers to, so that every family of rows stands in its program.

Nothing is real; amounts are put near what the reference path uses, so that most of the limits bind.
"""

from typing import Any

import pandas as pd

from haihe.region import Region
from small_region import EVIDENCE, MEMBERS, META, SECTORS, small_tables

Tables = dict[str, pd.DataFrame]
USE = {
    "co2": (2500.0, "t CO2/亿元"),
    "land": (12.5, "亩/亿元"),
    "water": (800.0, "m3/亿元"),
    "labour": (60.0, "persons/亿元"),
}
LAND, WATER = {"north": 6450.0, "south": 6900.0}, {"north": 37.2, "south": 47.5}


def rows(*records: dict[str, Any], **more: Any) -> pd.DataFrame:
    """Make a table with evidence."""
    return pd.DataFrame([{**EVIDENCE, **more, **record} for record in records])


def full_tables(*, projects: bool = True) -> Tables:
    """Give the tables; without projects everything in them is convex and can be split."""
    t = small_tables()
    for name in ("projects", "project_sites", "project_resources", "budgets", "rules", "scenarios"):
        if not projects or name == "scenarios":
            t.pop(name)
    t["parameters"] = rows(
        *({"parameter": name, "value": value, "unit": unit} for name, value, unit in (
            ("growth", 0.03, "1/year"), ("first_year", 2017, "year"), ("last_year", 2021, "year"), ("step", 2, "year"),
            ("outlook_year", 2024, "year"), ("growth_guard", 0.03, "share"),
        )),
        name_zh="参数",
    )  # fmt: skip
    t["resources"] = rows(
        {"resource": "co2", "unit": "t CO2", "permit": True},
        {"resource": "land", "unit": "亩", "kind": "stock"},
        {"resource": "water", "unit": "m3"},
        {"resource": "labour", "unit": "persons"},
        kind="flow", name_zh="要素", name_en="resource",
    ).drop(columns=["source", "quality"])  # fmt: skip
    t["uses"] = rows(*(
        {"region": member, "sector": sector, "resource": name, "value": base * (1 + j) * (1 + r / 4), "unit": unit}
        for r, member in enumerate(MEMBERS) for j, sector in enumerate(SECTORS) for name, (base, unit) in USE.items()
    ), year=2017)  # fmt: skip
    t["endowments"] = rows(
        *({"region": m, "resource": "land", "value": v, "unit": "亩"} for m, v in LAND.items()),
        *({"region": m, "resource": "water", "value": v, "unit": "万m3"} for m, v in WATER.items()),
        *(
            {"region": m, "resource": "land", "value": 60.0, "unit": "亩", "purpose": "projects", "year": 2018}
            for m in ("harbour", "north")
        ),
        year=2017,
    )
    t["transfers"] = rows(
        {"resource": "water", "from_region": "south", "to_region": "north", "limit": 1.0, "cost": 1.0, "unit": "万m3"},
        {"resource": "water", "from_region": "north", "to_region": "south", "limit": 2.0, "cost": 2.0, "unit": "万m3"},
        year=2017,
    )
    t["expansions"] = rows(
        {"expansion": "DAM", "resource": "water", "region": "north", "most": 0.2, "cost": 5.0, "life": 30.0, "unit": "万m3"},
        {"expansion": "BERTH", "link": "port", "most": 5.0, "cost": 2.0, "unit": "TEU"},
        first_year=2018, name_zh="扩容", name_en="more",
    )  # fmt: skip
    t["links"] = rows(
        {"link": "port", "from_region": "south", "to_region": "world", "mode": "port", "capacity": 330.0, "unit": "TEU", "users": "*"},
        {"link": "rail", "from_region": "north", "to_region": "south", "mode": "rail", "capacity": 38.0, "unit": "t"},
        {"link": "road", "from_region": "north", "to_region": "south", "mode": "road", "capacity": 9.0, "unit": "t", "cost": 1.0},
        year=2017, name_zh="通道", name_en="link",
    )  # fmt: skip
    t["freight"] = rows(
        *(
            {"sector": s, "measure": "weight", "value": v, "unit": "t/亿元"}
            for s, v in zip(SECTORS, (2.0, 3.0, 1.0), strict=True)
        ),
        *(
            {"sector": s, "measure": "containers", "value": v, "unit": "TEU/亿元"}
            for s, v in zip(SECTORS, (3.0, 9.0, 1.0), strict=True)
        ),
        year=2017,
    )
    t["limits"] = rows(
        {"limit": "carbon", "resource": "co2", "value": 0.95},
        {"limit": "line", "resource": "land", "sectors": "farm", "value": 1900.0, "unit": "亩", "pooled": False},
        {"limit": "work", "indicator": "jobs", "regions": "north", "sense": "floor", "value": 0.93},
        {"limit": "gap", "indicator": "value_added", "sectors": "steel", "sense": "floor", "value": 0.88, "pooled": False},
        regions="*", sectors="*", sense="cap", year=2021, unit="share of reference", pooled=True, name_zh="限制", name_en="limit",
    )  # fmt: skip
    t["targets"] = rows(
        {"target": "hard", "indicator": "consumption", "value": 50.0, "unit": "亿元", "kind": "hard", "region": "north"},
        {"target": "soft", "indicator": "value_added", "value": 6.0, "unit": "%", "measure": "growth",
         "base_year": 2017, "kind": "soft", "penalty": 0.2, "region": "south"},
        {"target": "watch", "indicator": "exports", "value": 21.0, "unit": "亿元", "kind": "watch", "region": "north"},
        year=2021, sense="at_least", name_zh="目标", name_en="target",
    )  # fmt: skip
    t["growth_paths"] = rows(
        {"sectors": "steel", "regions": "south", "value": 0.0}, {"sectors": "care", "value": 0.05},
        path="own", title_zh="自定", title_en="own", year=2020, unit="1/year", regions="*",
    )  # fmt: skip
    t["foreign_partners"] = rows(
        {
            "partner": "east",
            "exports": 0.4,
            "imports": 0.7,
            "title_zh": "东",
            "title_en": "east",
            "regions": "*",
            "sectors": "*",
        }
    )
    t["technologies"] = rows(
        *({"technology": k, "energy_inputs": -0.12, "other_inputs": -0.02, "labour": -0.03, "co2": c,
           "new_capital": 0.2, "retrofit": 0.3, "retrofit_limit": 0.06}
          for k, c in (("green", -0.2), ("smart", -0.05))), name_zh="升级", name_en="upgraded", sectors="*",
    )  # fmt: skip
    t["replacements"] = rows({"sector": "steel", "regions": "south", "ratio": 0.95})
    if projects:
        t["rules"] = t["rules"].assign(valid_from="2016-01-01", base="equipment")
        t["projects"] = t["projects"].assign(
            equipment=[20000.0, 5000.0], need=[100.0, 0.0], construction=[2, 1], start=[2018, 2019]
        )
        t["budgets"] = rows(
            *({"region": r, "year": y, "value": 0.06} for r in ("south", "harbour") for y in range(2017, 2029)),
            fund="F1",
            unit="亿元",
        )
    return t


def full_region(*, projects: bool = True) -> Region:
    """Give the region."""
    return Region(full_tables(projects=projects), META)
