"""Limits, rules and scenarios that match nothing."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from haihe.region.cells import type_cells
from haihe.region.checks.facts import Facts
from haihe.region.draft import table_names
from haihe.region.issues import Issue
from haihe.region.nearest import suggest
from haihe.region.rawpart import header_names
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES


def _below(facts: Facts) -> dict[str, set[str]]:
    """Give, for every region, itself and all regions under it."""
    regions = facts.table("regions")[["region", "parent"]].dropna(subset=["region"])
    parent = dict(zip(regions["region"], regions["parent"], strict=True))
    below: dict[str, set[str]] = {code: set() for code in parent}
    for code in parent:
        above, seen = code, set[str]()
        while above in below and above not in seen:
            below[above].add(code)
            seen.add(above)
            above = parent[above]
    return below


def limits_without_uses(facts: Facts) -> Iterator[Issue]:
    """Limits on a resource that nothing uses in their regions and sectors."""
    limits, below = facts.table("limits"), _below(facts)
    if any(map(facts.unsure, ("uses", "projects", "project_sites", "project_resources", "regions"))):
        return
    using = _using(facts)
    for at, (resource, regions, sectors) in enumerate(
        zip(limits["resource"], limits["regions"], limits["sectors"], strict=True)
    ):
        if pd.isna(resource) or pd.isna(regions) or pd.isna(sectors):
            continue
        own = using[using["resource"].eq(resource)]
        if regions != "*":
            inside = set[str]().union(*(below.get(code, set()) for code in regions.split(";")))
            own = own[own["region"].isin(inside)]
        if sectors != "*":
            own = own[own["sector"].isin(sectors.split(";"))]
        if own.empty:
            yield Issue("W-LIM-01", "limits", at, "resource", {"value": resource})


def _using(facts: Facts) -> pd.DataFrame:
    """Give every (resource, region, sector) that uses or projects use."""
    needs = facts.table("project_resources")[["project", "resource"]]
    needs = needs.merge(facts.table("project_sites")[["project", "region"]], on="project")
    needs = needs.merge(facts.table("projects")[["project", "sector"]], on="project")
    columns = ["resource", "region", "sector"]
    return pd.concat([facts.table("uses")[columns], needs[columns]]).drop_duplicates()


def rules_without_budget(facts: Facts) -> Iterator[Issue]:
    """Articles whose dates leave no day, and articles of funds that have no budget."""
    rules = facts.table("rules")
    late = rules["valid_from"].gt(rules["valid_to"]).eq(True)
    for at in np.flatnonzero(late):
        values = {"value": rules["valid_to"].iloc[at], "first": rules["valid_from"].iloc[at]}
        yield Issue("E-RULE-01", "rules", int(at), "valid_to", values)
    if facts.has("budgets") and not facts.unsure("budgets", "fund"):
        funds = facts.table("funds")["fund"]
        lacking = rules["fund"].isin(funds) & ~rules["fund"].isin(facts.table("budgets")["fund"])
        for at in np.flatnonzero(lacking):
            yield Issue("W-RULE-02", "rules", int(at), "fund", {"value": rules["fund"].iloc[at]})


def scenarios_without_cell(facts: Facts) -> Iterator[Issue]:
    """Scenarios that name a table, column or record that does not exist, or a value that does not fit there.

    A record that does not exist is added where the scenario gives all its required columns.
    """
    scenarios = facts.table("scenarios")
    added = scenarios.groupby(["scenario", "table", "record"])["column"].agg(set).to_dict()
    tables = table_names()
    records: dict[str, set[str]] = {}
    for at, (name, said, record, column, value) in enumerate(
        scenarios[["scenario", "table", "record", "column", "value"]].itertuples(index=False)
    ):
        if pd.isna(said):
            continue
        table = tables.get(said, said)
        if table not in TABLES:
            yield Issue("E-SCN-01", "scenarios", at, "table", {"value": table, "near": suggest(table, TABLES, tables)})
            continue
        spec = TABLES[table]
        if table not in records:
            records[table] = _records(facts, table)
        headers = header_names(spec)
        if pd.notna(record) and record not in records[table] and not facts.unsure(table, *spec.key):
            given = {headers.get(str(each), each) for each in added.get((name, said, record), ())}
            if issue := _not_added(spec, at, record, given):
                yield issue
        if pd.isna(column):
            continue
        column = headers.get(column, column)
        if column not in spec.names:
            values = {"value": column, "target": table, "near": suggest(column, spec.names, headers)}
            yield Issue("E-SCN-02", "scenarios", at, "column", values)
        elif pd.notna(value) and type_cells(np.array([value], dtype=object), spec.column(column))[1]:
            values = {"value": value, "target": f"{table}.{column}", "kind": spec.column(column).kind}
            yield Issue("E-SCN-04", "scenarios", at, "value", values)


def _not_added(spec: TableSpec, at: int, record: str, given: set[str]) -> Issue | None:
    """Say why a record that does not exist is not added: a wrong key, or required columns that are not given."""
    missing = spec.lacking(given)
    values = {"value": record, "target": spec.name, "key": " | ".join(spec.key)}
    if len(record.split("|")) != len(spec.key) or (missing and len(given) == 1):
        return Issue("E-SCN-03", "scenarios", at, "record", values)
    return Issue("E-SCN-05", "scenarios", at, "record", values | {"missing": ", ".join(missing)}) if missing else None


def _records(facts: Facts, name: str) -> set[str]:
    """Give the keys of a table's records, joined as scenarios write them."""
    keys = [facts.table(name)[key].astype(object).map(str) for key in TABLES[name].key]
    return {"|".join(record) for record in zip(*keys, strict=True)}
