"""Where the tables of datasets are kept."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd
from django.conf import settings

from haihe.region.tables import TABLES
from haihe.workspace.intake.frames import TableStore

Kept = dict[str, dict[str, Any]]
"""Hash and number of rows by table."""


def store() -> TableStore:
    """Give the store of this workspace."""
    return TableStore(settings.OFFICE.home / "data")


def put(tables: Mapping[str, pd.DataFrame]) -> Kept:
    """Keep typed tables that hold records; gives hash and number of rows of each, in declared order."""
    kept = store()
    return {
        name: {"sha256": kept.put(name, tables[name]), "rows": len(tables[name])}
        for name in TABLES
        if name in tables and len(tables[name])
    }


def get(sha: str, name: str) -> pd.DataFrame:
    """Give one table by its hash and name."""
    return store().get(sha, TABLES[name])


def all_of(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Give several tables, typed, in the order in which they are named."""
    return store().all({name: str(table["sha256"]) for name, table in kept.items()}, TABLES)


def database(kept: Mapping[str, Mapping[str, Any]]) -> duckdb.DuckDBPyConnection:
    """Give a database in memory that holds these tables and can reach nothing else; close it after use."""
    return store().database({name: str(table["sha256"]) for name, table in kept.items()})
