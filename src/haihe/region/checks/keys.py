"""Keys and references: duplicates, what points nowhere, and the tree of regions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.draft import nearest_of
from haihe.region.issues import Issue
from haihe.region.spec import Column
from haihe.region.tables import TABLES
from haihe.region.tables.economy import FINAL_USES, OUTPUT, SUPPLIES_BESIDES, USES_BESIDES, VALUE_ADDED

LEVELS = ("nation", "province", "city", "district", "park")


def duplicate_keys(facts: Facts) -> Iterator[Issue]:
    """Two records of one key; the later one is named, with the row of the first."""
    for name in facts.names:
        key = TABLES[name].key
        table = facts.table(name)[key][~facts.bad(name, *key)]
        later = table.index[table.duplicated()]
        if len(later):
            first = table.groupby(key, dropna=False, sort=False).ngroup()
            firsts = first.drop_duplicates().reset_index().set_index(0)["index"]
            for at in later:
                values = {"value": " | ".join(map(str, table.loc[at])), "first": facts.row(name, firsts[first[at]])}
                yield Issue("E-KEY-01", name, int(at), key[-1], values)


def dangling_references(facts: Facts) -> Iterator[Issue]:
    """Values that do not stand in the column they refer to.

    Nothing is said while the table referred to, or a cell of its key, could not be read.
    """
    for name in facts.names:
        for column in TABLES[name].columns:
            if column.ref is None:
                continue
            target, _, key = column.ref.partition(".")
            said = _said(facts, name, column)
            if said.empty or facts.unsure(target, key):
                continue
            if not facts.has(target):
                yield Issue("E-TAB-04", name, column=column.name, values={"target": target})
                continue
            known = facts.table(target)[key].dropna().unique().tolist()
            lost = said[~said.isin(known)]
            near = {value: nearest_of(value, known) for value in lost.unique()}
            for at, value in lost.items():
                values = {"value": value, "target": column.ref, "near": near[value], "title": column.title}
                yield Issue("E-REF-01", name, int(str(at)), column.name, values)


def _said(facts: Facts, name: str, column: Column) -> "pd.Series[str]":
    """Give every code of a column, one a row, indexed by record."""
    said = facts.table(name)[column.name].dropna()
    if column.kind == "codes":
        said = said.astype(object).str.split(";").explode().astype("str")
        said = said[said != "*"]
    return said


def stage_references(facts: Facts) -> Iterator[Issue]:
    """Stages of firms, written chain.stage, that no chain has."""
    stages = facts.table("chain_stages")
    if not facts.has("enterprises") or facts.unsure("chain_stages", "chain", "stage"):
        return
    known = (stages["chain"] + "." + stages["stage"]).dropna().unique().tolist()
    column = TABLES["enterprises"].column("stages")
    said = _said(facts, "enterprises", column)
    for at, value in said[~said.isin(known)].items():
        near = nearest_of(value, known)
        values = {"value": value, "target": "chain_stages.stage", "near": near, "title": column.title}
        yield Issue("E-REF-01", "enterprises", int(str(at)), "stages", values)


def account_places(facts: Facts) -> Iterator[Issue]:
    """Rows and columns of accounts that are neither a sector nor a declared kind."""
    if not facts.has("accounts", "sectors") or facts.unsure("sectors", "sector"):
        return
    accounts = facts.table("accounts")
    sectors = facts.table("sectors")["sector"].dropna().tolist()
    others = {"row": VALUE_ADDED, "column": (*FINAL_USES, *USES_BESIDES, *SUPPLIES_BESIDES, OUTPUT)}
    for column, kinds in others.items():
        known = [*sectors, *kinds]
        said = accounts[column].dropna()
        for at, value in said[~said.isin(known)].items():
            values = {"value": value, "near": nearest_of(str(value), known)}
            yield Issue("E-REF-02", "accounts", int(str(at)), column, values)
    stray = accounts["row"].isin(VALUE_ADDED) & accounts["column"].isin(others["column"])
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
