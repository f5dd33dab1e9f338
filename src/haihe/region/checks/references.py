"""References: what points nowhere, and the one cell that is the likely cause of many that do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from haihe.messages import Text
from haihe.region.checks.facts import Facts
from haihe.region.issues import Issue
from haihe.region.nearest import nearest_code, suggest
from haihe.region.spec import Column
from haihe.region.tables import TABLES
from haihe.region.tables.economy import FINAL_USES, OUTPUT, SUPPLIES_BESIDES, USES_BESIDES, VALUE_ADDED

MANY = 3
"""So many references to one missing code have one cause and are one finding."""

KINDS = {"row": VALUE_ADDED, "column": (*FINAL_USES, *USES_BESIDES, *SUPPLIES_BESIDES, OUTPUT)}
"""What the rows and columns of accounts may be besides sectors."""

_LABELS = ("name_zh", "name_en", "gbt2260", "gbt4754")
_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """The codes that one column says, indexed by record; ``others`` are right without standing in the target."""

    table: str
    column: Column
    ref: str
    said: "pd.Series[str]"
    others: tuple[str, ...] = ()


def references(facts: Facts) -> list[References]:
    """Give every column that refers to another table; rows and columns of accounts refer to sectors. Found once for all checks."""
    return facts.once("references", lambda: list(_references(facts)))


def _references(facts: Facts) -> Iterator[References]:
    for name in facts.names:
        for column in TABLES[name].columns:
            if column.ref is not None:
                yield References(name, column, column.ref, said(facts, name, column))
            elif name == "accounts" and column.name in KINDS:
                codes = said(facts, name, column)
                kinds = KINDS[column.name]
                yield References(name, column, "sectors.sector", codes[~codes.isin(kinds)], kinds)


def said(facts: Facts, name: str, column: Column) -> "pd.Series[str]":
    """Give every code of a column, one a row, indexed by record."""
    codes = facts.table(name)[column.name].dropna()
    if column.kind == "codes":
        codes = codes.astype(object).str.split(";").explode().astype("str")
        codes = codes[codes != "*"]
    return codes


def dangling_references(facts: Facts) -> Iterator[Issue]:
    """Values that do not stand in the column they refer to; many that say the same are one finding.

    Nothing is said while the table referred to, or a cell of its key, could not be read.
    """
    lost: dict[tuple[str, str], list[tuple[References, int]]] = {}
    for each in references(facts):
        target, _, key = each.ref.partition(".")
        if each.said.empty or facts.unsure(target, key):
            continue
        if not facts.has(target):
            if not TABLES[target].required:  # else its absence was said, and is the one cause of all these
                absent = {"target": Text(TABLES[target].title.zh, target)}
                yield Issue("E-TAB-04", each.table, column=each.column.name, values=absent)
            continue
        for at, value in each.said[~each.said.isin(facts.table(target)[key])].items():
            lost.setdefault((each.ref, value), []).append((each, int(str(at))))
    for (ref, value), places in lost.items():
        target, _, key = ref.partition(".")
        spot = Text(f"表“{TABLES[target].title.zh}”的“{TABLES[target].column(key).title.zh}”列", ref)
        codes, labels = facts.table(target)[key].dropna().unique().tolist(), labels_of(facts, target, key)
        if len(places) >= MANY:
            first, at = places[0]
            values: dict[str, Any] = {
                "value": value,
                "target": spot,
                "count": len(places),
                "near": suggest(value, codes, labels),
            }
            yield Issue("E-REF-06", first.table, at, first.column.name, values)
            continue
        for each, at in places:
            near = suggest(value, [*codes, *each.others], labels)
            values = {"value": value, "target": spot, "near": near, "title": each.column.title}
            yield Issue("E-REF-02" if each.others else "E-REF-01", each.table, at, each.column.name, values)


def labels_of(facts: Facts, target: str, key: str) -> dict[str, str]:
    """Give the codes of a table by what else its records are called: names, official codes."""
    table = facts.table(target)
    labels: dict[str, str] = {}
    for column in _LABELS:
        if column in table:
            pairs = table[[column, key]].dropna().astype(object)
            pairs = pairs.assign(**{column: pairs[column].str.split(";")}).explode(column)
            labels = dict(zip(pairs[column], pairs[key], strict=True)) | labels
    return labels


def mistyped_parents(facts: Facts) -> tuple[list[Issue], Facts]:
    """Find keys that nobody refers to while many refer to a similar one that does not exist.

    Returns
    -------
    issues : list of Issue
        One a key, at its cell.
    facts : Facts
        The facts as they would be if those keys were right, so that other checks do not name the consequences.
    """
    by_ref: dict[str, list[References]] = {}
    for each in references(facts):
        by_ref.setdefault(each.ref, []).append(each)
    issues, tables = [], dict(facts.draft.tables)
    for ref, every in by_ref.items():
        target, _, key = ref.partition(".")
        if not facts.has(target) or facts.unsure(target, key):
            continue
        codes = facts.table(target)[key].dropna()
        counts = pd.concat([each.said for each in every]).value_counts()
        often = counts[~counts.index.isin(codes) & (counts >= MANY)]
        if often.empty:
            continue
        idle = codes[~codes.isin(counts.index) & ~codes.duplicated(keep=False)]
        labels = labels_of(facts, target, key)
        for value, count in often.items():
            missing, unused = str(value), idle.tolist()
            own = {label: code for label, code in labels.items() if code in unused}
            code = nearest_code(missing, unused, own, least=0.5)
            named = nearest_code(missing, codes, labels, least=1.0)
            if code is None or (named is not None and named != code):
                continue
            at = int(str(idle.index[idle.eq(code)][0]))
            first = _first(facts, every, missing)
            values = {"value": code, "missing": missing, "count": int(count), "first": first}
            issues.append(Issue("E-REF-05", target, at, key, values))
            tables[target] = tables[target].copy()
            tables[target].loc[at, key] = missing
            idle = idle.drop(at)
    return issues, replace(facts, draft=replace(facts.draft, tables=tables)) if issues else facts


def _first(facts: Facts, every: list[References], code: str) -> Text:
    """Say where the first references to a code stand."""
    places = [(each.table, int(str(at))) for each in every for at in each.said.index[each.said.eq(code)][:_SHOWN]]
    rows = [(name, facts.row(name, at)) for name, at in places[:_SHOWN]]
    zh = "、".join(f"表 {name} 第{row}行" for name, row in rows)
    return Text(zh, ", ".join(f"table {name} row {row}" for name, row in rows))
