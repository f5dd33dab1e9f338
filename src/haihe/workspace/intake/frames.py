"""Tables kept by their content: one Parquet file a content, read through DuckDB in memory.

A file bears the hash of the records in it, so equal content is one file. It is written beside its place and moved there
whole; nothing is ever changed or written over, so a reader needs no lock.
"""

import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from haihe.files import replace_file
from haihe.messages import HaiheError
from haihe.region.cells import dtype_of
from haihe.region.folder import offline_database, to_parquet
from haihe.region.region import table_hash
from haihe.region.spec import TableSpec

_HASH = re.compile(r"[0-9a-f]{64}")
PRIVATE = 0o600


class TableStore:
    """A folder of tables by content hash.

    Parameters
    ----------
    folder : Path
        Made when the first table is put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, frame: pd.DataFrame) -> str:
        """Keep a typed table; gives its content hash. Equal content makes no new file."""
        sha = table_hash(name, frame)
        path = self.path(sha)
        if not path.exists():
            data = to_parquet(frame)
            replace_file(path, lambda file: file.write_bytes(data), PRIVATE)
        return sha

    def get(self, sha: str, spec: TableSpec) -> pd.DataFrame:
        """Give a table, typed as its declaration says; ``E-INT-09`` where its file is not there or damaged."""
        return self.all({spec.name: sha}, {spec.name: spec})[spec.name]

    def all(self, tables: Mapping[str, str], specs: Mapping[str, TableSpec]) -> dict[str, pd.DataFrame]:
        """Give several tables (hash by name), typed as their declarations say."""
        try:
            with _reader() as reader:
                read = "SELECT * FROM read_parquet($1)"
                found = {name: reader.execute(read, [str(self.path(sha))]).df() for name, sha in tables.items()}
        except duckdb.Error as error:
            raise HaiheError("E-INT-09", value=", ".join(tables)) from error
        return {name: _typed(frame, specs[name]) for name, frame in found.items()}

    def database(self, tables: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
        """Give a database in memory that holds these tables (hash by name); it can reach no file any more."""
        database = offline_database()
        try:
            for name, sha in tables.items():
                if not name.isidentifier():
                    raise HaiheError("E-INT-09", value=name)
                source = str(self.path(sha))
                database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet($1)', [source])
            database.execute("SET enable_external_access = false")
            database.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            database.close()
            raise HaiheError("E-INT-09", value=", ".join(tables)) from error
        except BaseException:
            database.close()
            raise
        return database

    def path(self, sha: str) -> Path:
        """Give the place of a content; only hashes lead anywhere."""
        if _HASH.fullmatch(sha) is None:
            raise HaiheError("E-INT-09", value=sha[:80])
        return self.folder / sha[:2] / f"{sha}.parquet"


_OPEN = threading.local()
"""The database through which a thread reads, and the process in which it was opened."""


def _reader() -> duckdb.DuckDBPyConnection:
    """Give a cursor on the thread's own database: to open one takes longer than to read a table of a city through it."""
    if getattr(_OPEN, "process", None) != os.getpid():
        _OPEN.database, _OPEN.process = offline_database(), os.getpid()
        _OPEN.database.execute(
            "SET enable_external_file_cache = false"
        )  # what stands in the file counts, not what stood
    cursor: duckdb.DuckDBPyConnection = _OPEN.database.cursor()
    return cursor


def _typed(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    types: dict[str, Any] = {column.name: dtype_of(column) for column in spec.columns}
    return frame[spec.names].astype(types)
