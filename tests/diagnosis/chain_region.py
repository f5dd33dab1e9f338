"""Regions made of made-up accounts, with chains over their sectors."""

from collections.abc import Sequence

import pandas as pd
from small_economy import economy

from haihe.accounts import Accounts
from haihe.region import Region
from small_region import EVIDENCE, META, named

STAGES = [
    # chain, stage, position, sector, share
    ("alpha", "seed", "upstream", "S0", 0.3),
    ("alpha", "mill", "midstream", "S1", 0.5),
    ("alpha", "mill", "midstream", "S2", 0.1),
    ("alpha", "shop", "downstream", "S3", 0.2),
    ("beta", "root", "upstream", "S1", 0.25),
    ("beta", "leaf", "downstream", "S2", 1.0),
]


def region_of(
    years: Sequence[Accounts], *, flows: bool = True, stages: Sequence[tuple] = STAGES, chains: bool = True
) -> Region:
    """Make a region of accounts of one or more years; R0 to R(k-1) are members, the last region is the partner."""
    last = years[-1]
    codes = last.regions
    roles = ["member"] * (len(codes) - 1) + ["partner" if len(codes) > 1 else "member"]
    accounts = pd.concat([a.to_frame() for a in years], ignore_index=True)
    tables = {
        "sources": pd.DataFrame(
            {
                "source": ["S1"],
                "publisher_zh": ["测试"],
                "publisher_en": ["Tests"],
                "title_zh": ["数据"],
                "title_en": ["Data"],
                "year": [2026],
            }
        ),
        "regions": named(
            "region", *[(c, f"地区{c}", f"Region {c}") for c in codes], level="province", parent=None, role=roles
        ),
        "sectors": named(
            "sector", *[(s, f"行业{s}", f"Sector {s}") for s in last.sectors], group="manufacturing", upgrade=False
        ),
        "accounts": accounts.assign(unit="万元", **EVIDENCE),
    }
    if flows and last.flows is not None:
        moved = pd.concat([a.flows_frame() for a in years], ignore_index=True)
        tables["flows"] = moved.assign(low=moved["value"] * 0.5, high=moved["value"] * 2, unit="万元", **EVIDENCE)
    if chains:
        names = list(dict.fromkeys(stage[0] for stage in stages))
        label = ["strong", None] if names == ["alpha", "beta"] else None
        tables["chains"] = named(
            "chain", *[(c, f"链{c}", f"Chain {c}") for c in names], official_label=label, **EVIDENCE
        )
        columns = ["chain", "stage", "position", "sector", "share"]
        frame = pd.DataFrame(list(stages), columns=columns)
        tables["chain_stages"] = frame.assign(
            name_zh="环节" + frame["stage"], name_en="Stage " + frame["stage"], **EVIDENCE
        )
    return Region(tables, META.model_copy(update={"base_year": last.year, "price_year": last.year}))


def grown(factor: float = 1.1, seed: int = 0, **settings) -> list[Accounts]:
    """Accounts of 2012 and 2017 in which the later are the earlier times a factor."""
    from dataclasses import replace

    then = economy(seed, year=2012, **settings)
    money = ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "residual", "output", "flows")
    scaled = {n: getattr(then, n) * factor for n in money if getattr(then, n) is not None}
    return [then, replace(then, year=2017, **scaled)]
