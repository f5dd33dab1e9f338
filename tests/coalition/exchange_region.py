"""A made-up region of a few members with a carbon cap and water, small enough for an exchange in seconds."""

from functools import cache

import numpy as np
import pandas as pd

from haihe.region import Meta, Region
from plan_cases import synthetic

EVIDENCE = {"source": "S1", "quality": "illustrative"}
THINGS = ("CARBON", "money")
YEARS = {"first_year": 2017.0, "last_year": 2021.0, "step": 2.0}


@cache
def exchange_region(members: int = 3, seed: int = 1, cut: float = 0.25, water: bool = False) -> Region:
    """Give members M0, M1, …, a partner REST and a part M0-A of the first member, on accounts of `synthetic`."""
    case = synthetic(seed, members)
    accounts = case.accounts
    names = [f"M{r}" for r in range(members)]
    places = [*names, "REST", "M0-A"]
    uses = [
        (member, sector, resource, 2017, float(value), unit)
        for resource, intensity, unit in (
            ("co2", case.intensity * 1e5, "t CO2/亿元"),
            ("water", np.roll(case.intensity, 1, axis=1) * 1e3, "m3/亿元"),
        )
        for member, row in zip(names, intensity, strict=True)
        for sector, value in zip(accounts.sectors, row, strict=True)
    ]
    used = np.roll(case.intensity, 1, axis=1) * 1e3 * accounts.output[:members]
    endowments = [(m, "water", 2017, 1.3 * u, "m3") for m, u in zip(names, used.sum(axis=1), strict=True)]
    endowments += [("M0-A", "water", 2017, 1.0, "m3")]
    limit = {
        "limit": "CARBON", "name_zh": "碳上限", "name_en": "carbon cap", "resource": "co2", "regions": "*", "sectors": "*",
        "sense": "cap", "year": 2021, "value": 1 - cut, "pooled": True, "unit": "share of reference",
    }  # fmt: skip
    things = [("co2", "碳", "carbon", "flow", "t CO2"), ("water", "水", "water", "flow", "m3")]
    use = pd.DataFrame(uses, columns=["region", "sector", "resource", "year", "value", "unit"])
    tables = {
        "sources": pd.DataFrame([{"source": "S1", "publisher_zh": "甲", "title_zh": "乙", "year": 2026}]),
        "regions": pd.DataFrame(
            {
                "region": places,
                "name_zh": places,
                "level": ["province"] * members + ["outside", "district"],
                "parent": [None] * (members + 1) + ["M0"],
                "role": ["member"] * members + ["partner", "none"],
            }
        ),
        "sectors": pd.DataFrame(
            {
                "sector": accounts.sectors,
                "name_zh": accounts.sectors,
                "group": "manufacturing",
                "upgrade": [False, True, False],
            }
        ),
        "accounts": accounts.to_frame().assign(unit="亿元", **EVIDENCE),
        "flows": accounts.flows_frame().assign(unit="亿元", low=None, high=None, **EVIDENCE),
        "parameters": pd.DataFrame(
            [{"parameter": k, "name_zh": k, "value": v, "unit": "year", **EVIDENCE} for k, v in YEARS.items()]
        ),
        "resources": pd.DataFrame(things, columns=["resource", "name_zh", "name_en", "kind", "unit"]),
        "uses": use[(use["resource"] == "co2") | water].assign(**EVIDENCE),
        "limits": pd.DataFrame([limit | EVIDENCE]),
    }
    if water:
        frame = pd.DataFrame(endowments, columns=["region", "resource", "year", "value", "unit"])
        tables["endowments"] = frame.assign(**EVIDENCE)
    return Region(tables, META)


META = Meta(
    name="exchange",
    title_zh="交换",
    title_en="Exchange",
    base_year=2017,
    price_year=2017,
    money_unit="亿元",
    licence="Apache-2.0",
    description_zh="测试",
    description_en="Test",
)
