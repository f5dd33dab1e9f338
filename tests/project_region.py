"""A small region with six projects in every stage, what stages hold, delays and tax shares; nothing is real."""

import pandas as pd

from full_region import Tables, full_tables, rows
from haihe.region import Region
from small_region import META

STAGES = ("contact", "signed", "started", "built", "producing")
SHARES = {"land": (0.0, 0.5, 1.0, 1.0, 1.0), "money": (0.1, 0.4, 1.0, 1.0, 1.0)}


def project_tables() -> Tables:
    """Give the tables."""
    t = full_tables()
    for name in (
        "limits",
        "replacements",
        "links",
        "freight",
        "expansions",
        "transfers",
        "growth_paths",
        "foreign_partners",
    ):
        t.pop(name)
    t["endowments"] = t["endowments"][t["endowments"]["purpose"] == "projects"]
    t["targets"] = t["targets"][t["targets"]["kind"] == "watch"]
    names = [f"P{k}" for k in range(1, 7)]
    t["projects"] = pd.DataFrame(
        {
            "project": names,
            "name_zh": [f"项目{k}" for k in range(1, 7)],
            "name_en": [f"project {k}" for k in range(1, 7)],
            "sector": ["steel", "farm", "steel", "care", "farm", "steel"],
            "chain": ["metal", None, "metal", None, None, "metal"],
            "article": ["A1", None, "A1", None, "A1", None],
            "investment": [30000.0, 8000.0, 12000.0, 9000.0, 4000.0, 6000.0],
            "equipment": [20000.0, 5000.0, 6000.0, 2000.0, 3000.0, 3000.0],
            "output": [60000.0, 9000.0, 20000.0, 15000.0, 6000.0, 9000.0],
            "jobs": [300.0, 80.0, 120.0, 150.0, 60.0, 40.0],
            "need": [100.0, 0.0, 50.0, 0.0, 20.0, 0.0],
            "construction": [2, 1, 2, 1, 1, 1],
            "start": [2018, 2019, 2018, 2018, 2019, 2017],
            "ownership": ["state", "private", "private", None, "foreign", "private"],
            "stage": ["contact", "signed", "contact", "contact", "signed", "started"],
            "source": "S1",
            "quality": "illustrative",
        }
    )
    sites = [
        ("P1", "harbour"),
        ("P2", "north"),
        ("P3", "harbour"),
        ("P3", "north"),
        ("P4", "harbour"),
        ("P5", "north"),
        ("P6", "harbour"),
    ]
    t["project_sites"] = rows(*({"project": p, "region": r, "extra_cost": 0.0} for p, r in sites))
    need = {"P1": 30.0, "P2": 20.0, "P3": 40.0, "P5": 10.0, "P6": 15.0}
    t["project_resources"] = rows(
        *({"project": p, "resource": "land", "value": v, "unit": "亩"} for p, v in need.items())
    )
    t["stage_holds"] = rows(
        *(
            {"stage": s, "thing": thing, "share": v}
            for thing, shares in SHARES.items()
            for s, v in zip(STAGES, shares, strict=True)
        )
    )
    t["pipeline"] = rows(
        {"project": "P1", "stage": "signed", "date": "2018-03-01"},
        {"project": "P1", "stage": "started", "date": "2018-07-01"},
    )
    t["stage_delays"] = rows(
        {"stage": "signed", "least": 0, "usual": 6, "most": 12, "lost": 0.5},
        {"stage": "built", "least": 1, "usual": 1, "most": 1, "lost": 0.0},
    )
    t["budgets"] = rows(
        *({"region": r, "year": y, "value": 0.06} for r in ("south", "harbour", "north") for y in range(2017, 2029)),
        fund="F1", unit="亿元",
    )  # fmt: skip
    t["tax_shares"] = rows(
        *(
            {"region": "south", "level": level, "share": v}
            for level, v in (("central", 0.5), ("city", 0.2), ("district", 0.3))
        )
    )
    return t


def project_region(**tables: pd.DataFrame) -> Region:
    """Give the region, some tables replaced."""
    return Region({**project_tables(), **tables}, META)
