"""What a plan says that others act on, as plain rows: indicators, caps, projects, transfers, and the limits that bind.

Every number is the library's own, written in full (`repr` of the float reads back as the same float).
"""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from haihe.messages import Text

if TYPE_CHECKING:
    import pandas as pd

    from haihe.planning.plans import Plan

Row = dict[str, Any]
ALL = "*"
BUILT = ("committed", "anyway", "chosen", "part")
NOTHING = 1e-9
"""Amounts up to this are none."""
AT_LEAST, AT_MOST = "at_least", "at_most"


def full(value: Any) -> str:
    """Write a number in full; "" where it is missing."""
    number = float(value)
    return repr(number) if math.isfinite(number) else ""


def read_plan(plan: "Plan") -> dict[str, Any]:
    """Give what is read of a plan.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict
        ``years`` (milestones), ``places`` and ``titles`` (names in both languages by code), ``price_base`` (year of the
        prices), ``rows``: each with key, kind, region, what (indicator, limit, project), year, value, unit and more of its
        kind.
    """
    from haihe.planning.bottleneck_views import where_of

    regions = plan.region.frame("regions")[["region", "name_zh", "name_en"]].itertuples(index=False, name=None)
    places = {code: [zh, en if isinstance(en, str) and en else zh] for code, zh, en in regions}
    rows = [*_indicators(plan), *_caps(plan), *_projects(plan), *_transfers(plan), *_binding(plan, where_of)]
    economy = plan.model.economy
    return {
        "years": [int(year) for year in economy.assumptions.years],
        "price_base": int(economy.year),
        "places": places | {ALL: ["全部成员", "all members"]},
        "titles": _titles(plan, rows),
        "rows": rows,
    }


def _records(frame: "pd.DataFrame") -> Iterable[Mapping[str, Any]]:
    return ({str(name): value for name, value in row.items()} for row in frame.to_dict("records"))


def _indicators(plan: "Plan") -> list[Row]:
    """Give every indicator of every member, and of all of them, in every milestone: the path that a plan leads."""
    return [
        {
            "key": f"target|{row['indicator']}|{row['region']}|{row['year']}",
            "kind": "target",
            "what": row["indicator"],
            "region": row["region"],
            "year": int(row["year"]),
            "value": full(row["plan"]),
            "reference": full(row["reference"]),
            "unit": str(row["unit"]).removesuffix("/year"),
            "sense": AT_LEAST if row["better"] == "up" else AT_MOST,
            "quality": row["quality"],
        }
        for row in _records(plan.indicators)
        if full(row["plan"])
    ]


def _caps(plan: "Plan") -> list[Row]:
    return [
        {
            "key": f"cap|{row['limit']}|{row['region']}|{row['year']}",
            "kind": "cap",
            "what": row["limit"],
            "resource": row["resource"],
            "region": row["region"],
            "year": int(row["year"]),
            "value": full(row["cap"]),
            "use": full(row["use"]),
            "price": full(row["price"]),
            "permits": full(row["permits"]),
            "unit": row["unit"],
            "sense": AT_MOST,
            "quality": row["quality"],
        }
        for row in _records(plan.caps)
        if full(row["cap"])
    ]


def _projects(plan: "Plan") -> list[Row]:
    """Give every project that the plan builds: where, from when, what it costs, and who pays how much in which year."""
    if plan.projects.empty:
        return []
    paid: dict[str, list[dict[str, Any]]] = {}
    for row in _records(plan.funding) if len(plan.funding) else ():
        if row["payer"] in ("city", "district") and abs(float(row["amount"])) > NOTHING:
            said = {"year": int(row["year"]), "payer": row["payer"], "fund": row["fund"], "amount": full(row["amount"])}
            paid.setdefault(row["project"], []).append(said)
    return [
        {
            "key": f"project|{row['project']}",
            "kind": "project",
            "what": row["project"],
            "region": row["site"],
            "year": int(row["start"]),
            "value": full(row["share"]),
            "status": row["status"],
            "investment": full(row["investment"]),
            "support": full(row["support"]),
            "paid": paid.get(row["project"], []),
            "unit": row["unit"],
            "quality": row["quality"],
        }
        for row in _records(plan.projects)
        if row["status"] in BUILT and float(row["share"]) > NOTHING
    ]


def _transfers(plan: "Plan") -> list[Row]:
    return [
        {
            "key": f"transfer|{row['resource']}|{row['from_region']}|{row['to_region']}|{row['year']}",
            "kind": "transfer",
            "what": row["resource"],
            "region": row["to_region"],
            "from": row["from_region"],
            "year": int(row["year"]),
            "value": full(row["amount"]),
            "limit": full(row["limit"]),
            "gain": full(row["gain"]),
            "price_unit": row["price_unit"],
            "unit": row["unit"],
            "quality": row["quality"],
        }
        for row in _records(plan.transfers)
        if float(row["amount"]) > NOTHING
    ]


def _binding(plan: "Plan", where_of: Any) -> list[Row]:
    """Give the limits that bind, dearest told year, with the price and its band where elasticities were varied."""
    from haihe.planning.binding import binding_table

    found = []
    for row in _records(binding_table(plan)):
        where: Text = where_of(plan, str(row["place"]))
        year = row["year"]
        found.append(
            {
                "key": f"problem|{row['row']}|{row['place']}",
                "kind": "problem",
                "what": str(row["row"]),
                "region": next((part for part in str(row["place"]).split("|") if part in _members(plan)), ""),
                "place": str(row["place"]),
                "where": [where.zh, where.en],
                "title": [row["title"].zh, row["title"].en],
                "year": None if year != year or year is None else int(year),
                "value": full(row["price"]),
                "low": full(row["low"]),
                "high": full(row["high"]),
                "unit": str(row["unit"]),
                "quality": row["quality"],
            }
        )
    return found


def _members(plan: "Plan") -> set[str]:
    return set(plan.region.frame("regions")["region"])


def _titles(plan: "Plan", rows: Iterable[Row]) -> dict[str, list[str]]:
    """Name what rows are about: indicators, limits, resources, projects."""
    found: dict[str, list[str]] = {}
    for table, key in (("resources", "resource"), ("projects", "project"), ("limits", "limit"), ("funds", "fund")):
        if plan.region.has(table):
            frame = plan.region.frame(table)
            if {"name_zh", "name_en"} <= set(frame.columns):
                for code, zh, en in frame[[key, "name_zh", "name_en"]].itertuples(index=False, name=None):
                    found[f"{table}|{code}"] = [str(zh), str(en)]
    for name, cap in plan.model.caps.items():
        title = cap.spec.title
        found[f"limits|{name}"] = [title.zh, title.en]
    for what in {row["what"] for row in rows if row["kind"] == "target"}:
        title = plan.assembly.indicators.spec(what).title
        found[f"indicators|{what}"] = [title.zh, title.en]
    return found
