"""One table of a version, row by row: searched, filtered, sorted and paged by DuckDB, so that long tables stay quick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from haihe.region.spec import Column, TableSpec
from haihe.workspace.data import store as tables_store

PAGE = 50
FEW = 60
"""A column with so few different values is offered as a filter."""
FILTERED = ("code", "year", "choice")


@dataclass(frozen=True, slots=True)
class Filter:
    """A column by which rows can be chosen: its values, and the one chosen."""

    column: Column
    values: list[str]
    chosen: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, of shape (at most `PAGE`, columns), and what leads to the others."""

    rows: list[tuple[Any, ...]]
    count: int
    number: int
    pages: int
    filters: list[Filter]
    sort: str
    qualities: list[str]

    @property
    def before(self) -> int | None:
        """Number of the page before."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """Number of the page after."""
        return self.number + 1 if self.number < self.pages else None


def page_of(kept: Mapping[str, Any], spec: TableSpec, asked: Mapping[str, str]) -> Page:
    """Give a page of a table.

    Parameters
    ----------
    kept : mapping
        ``sha256`` and ``rows`` of the table.
    spec : TableSpec
        The table.
    asked : mapping of str
        ``q`` a text searched in every column, ``sort`` a column (``-`` before it: downwards), ``page``, and a value for
        any column that is filtered by.
    """
    with tables_store.database({spec.name: dict(kept)}) as database:
        filters = _filters(database, spec, asked)
        where, values = _where(spec, filters, asked.get("q", "").strip())
        count = _one(database, f"SELECT count(*) FROM {_named(spec.name)}{where}", values)
        pages = max(1, -(-count // PAGE))
        number = min(max(1, _whole(asked.get("page", ""))), pages)
        sort = asked.get("sort", "") if asked.get("sort", "").lstrip("-") in spec.names else ""
        order = _order(spec, sort)
        columns = ", ".join(_named(name) for name in spec.names)
        query = f"SELECT {columns} FROM {_named(spec.name)}{where}{order} LIMIT {PAGE} OFFSET {(number - 1) * PAGE}"
        rows = database.execute(query, values).fetchall()
        qualities = _distinct(database, spec, "quality") if "quality" in spec.names else []
    return Page(rows, count, number, pages, filters, sort, qualities)


def _filters(database: duckdb.DuckDBPyConnection, spec: TableSpec, asked: Mapping[str, str]) -> list[Filter]:
    found = []
    for column in spec.columns:
        if column.kind in FILTERED and column.name not in ("source", "unit"):
            values = _distinct(database, spec, column.name)
            if 1 < len(values) <= FEW:
                chosen = asked.get(column.name, "")
                found.append(Filter(column, values, chosen if chosen in values else ""))
    return found


def _distinct(database: duckdb.DuckDBPyConnection, spec: TableSpec, name: str) -> list[str]:
    """Give the different values of a column as text, one more than `FEW` at most."""
    column = _named(name)
    query = (
        f"SELECT DISTINCT CAST({column} AS VARCHAR) AS said FROM {_named(spec.name)} "
        f"WHERE {column} IS NOT NULL ORDER BY said LIMIT {FEW + 1}"
    )
    return [row[0] for row in database.execute(query).fetchall()]


def _where(spec: TableSpec, filters: Sequence[Filter], wanted: str) -> tuple[str, list[str]]:
    parts, values = [], []
    for each in filters:
        if each.chosen:
            parts.append(f"CAST({_named(each.column.name)} AS VARCHAR) = ?")
            values.append(each.chosen)
    if wanted:
        texts = " || ' ' || ".join(f"coalesce(CAST({_named(name)} AS VARCHAR), '')" for name in spec.names)
        parts.append(f"contains(lower({texts}), lower(?))")
        values.append(wanted)
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def _order(spec: TableSpec, sort: str) -> str:
    keys = [_named(name) for name in spec.key]
    if sort:
        way = "DESC" if sort.startswith("-") else "ASC"
        keys = [f"{_named(sort.lstrip('-'))} {way} NULLS LAST", *keys]
    return f" ORDER BY {', '.join(keys)}"


def _one(database: duckdb.DuckDBPyConnection, query: str, values: list[str]) -> int:
    found = database.execute(query, values).fetchone()
    return int(found[0]) if found else 0


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 1


def _named(name: str) -> str:
    """Write a declared name for SQL; only names of declarations come here."""
    return '"' + name.replace('"', '""') + '"'
