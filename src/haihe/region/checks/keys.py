"""Keys and references: duplicates, what points nowhere, and the tree of regions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.checks.references import KINDS, said
from haihe.region.issues import Issue
from haihe.region.nearest import suggest
from haihe.region.tables import TABLES

LEVELS = ("nation", "province", "city", "district", "park")


def duplicate_keys(facts: Facts) -> Iterator[Issue]:
    """Two records of one key; the later one is named, with the row of the first."""
    for name in facts.names:
        key = TABLES[name].key
        yield from repeated_keys(facts, name, key)


def repeated_keys(facts: Facts, name: str, key: list[str]) -> Iterator[Issue]:
    """Two records of one key in one table, declared for regions or not."""
    table = facts.draft.tables[name][key][~facts.bad(name, *key)]
    later = table.index[table.duplicated()]
    if len(later):
        first = table.groupby(key, dropna=False, sort=False).ngroup()
        firsts = first.drop_duplicates().reset_index().set_index(0)["index"]
        for at in later:
            values = {"value": " | ".join(map(str, table.loc[at])), "first": facts.row(name, firsts[first[at]])}
            yield Issue("E-KEY-01", name, int(at), key[-1], values)


def stage_references(facts: Facts) -> Iterator[Issue]:
    """Stages of firms, written chain.stage, that no chain has."""
    stages = facts.table("chain_stages")
    if not facts.has("enterprises") or facts.unsure("chain_stages", "chain", "stage"):
        return
    known = (stages["chain"] + "." + stages["stage"]).dropna().unique().tolist()
    column = TABLES["enterprises"].column("stages")
    codes = said(facts, "enterprises", column)
    for at, value in codes[~codes.isin(known)].items():
        near = suggest(value, known)
        values = {"value": value, "target": "chain_stages.stage", "near": near, "title": column.title}
        yield Issue("E-REF-01", "enterprises", int(str(at)), "stages", values)


def account_places(facts: Facts) -> Iterator[Issue]:
    """Value added in a column that is not a sector."""
    accounts = facts.table("accounts")
    stray = accounts["row"].isin(KINDS["row"]) & accounts["column"].isin(KINDS["column"])
    for at in np.flatnonzero(stray):
        values = {"value": accounts["column"].iloc[at], "row": accounts["row"].iloc[at]}
        yield Issue("E-REF-04", "accounts", int(at), "column", values)


def same_ends(facts: Facts) -> Iterator[Issue]:
    """Flows, transfers and links from a region to itself."""
    for name in facts.names:
        if {"from_region", "to_region"} <= set(TABLES[name].names):
            table = facts.table(name)
            for at in np.flatnonzero(table["from_region"].eq(table["to_region"])):
                yield Issue("E-REF-03", name, int(at), "to_region", {"value": table["to_region"].iloc[at]})


def region_tree(facts: Facts) -> Iterator[Issue]:
    """Cycles in the tree of regions, and regions that stand above or beside their parent's level."""
    regions = facts.table("regions")
    codes, parents = regions["region"].tolist(), regions["parent"].tolist()
    above = {code: parent for code, parent in zip(codes, parents, strict=True) if pd.notna(parent) and pd.notna(code)}
    at_of = {code: at for at, code in reversed(list(enumerate(codes)))}
    done: set[str] = set()
    for start in above:
        path: list[str] = []
        code = start
        while code in above and code not in done and code not in path:
            path.append(code)
            code = above[code]
        if code in path:
            cycle = path[path.index(code) :]
            first = min(cycle, key=lambda c: at_of[c])
            turn = cycle.index(first)
            said = " → ".join([*cycle[turn:], *cycle[:turn], first])
            yield Issue("E-TREE-01", "regions", at_of[first], "parent", {"value": above[first], "cycle": said})
        done.update(path)
    rank = regions["level"].map({level: depth for depth, level in enumerate(LEVELS)}).astype("float64")
    rank_of = dict(zip(codes, rank, strict=True))
    wrong = (rank <= regions["parent"].map(rank_of).astype("float64")).to_numpy()
    for at in np.flatnonzero(wrong):
        values = {"value": regions["level"].iloc[at], "parent": parents[at]}
        yield Issue("E-TREE-02", "regions", int(at), "level", values)
