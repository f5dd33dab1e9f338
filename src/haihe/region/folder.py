"""A region as a folder: ``haihe.toml`` and a CSV (or Parquet) a table; the same files make a bundle."""

import csv
import io
import re
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from haihe.messages import HaiheError
from haihe.region.draft import Draft, assemble, table_names, table_titles
from haihe.region.encoding import common, decode
from haihe.region.issues import Issue, Place
from haihe.region.meta import META_NAME, Meta, read_meta, to_toml
from haihe.region.nearest import suggest
from haihe.region.rawpart import RawPart
from haihe.region.safety import files_inside
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES

META_FILE = f"{META_NAME}.toml"
SUFFIXES = (".csv", ".parquet", ".toml")
MOST_ROWS = 5_000_000
"""Rows of a Parquet file, which says so before it is read: a small file may hold any number of equal ones."""
MEMORY = "2GB"
"""Memory of a database."""
_RISKY = re.compile(r"^('*[=+\-@\t\r])")
_SHIELDED = re.compile(r"^'('*[=+\-@\t\r])")


def read_folder(folder: Path) -> Draft:
    """Read a folder; files of other kinds and folders inside are left alone."""
    return read_files({path.name: path.read_bytes() for path in files_inside(folder, SUFFIXES)}, folder.name)


def read_files(files: Mapping[str, bytes], whole: str, tables: Mapping[str, TableSpec] = TABLES) -> Draft:
    """Read the files of a folder or bundle.

    Parameters
    ----------
    files : mapping of bytes
        Content by file name; the name up to the first dot is the table's, so that ``uses.csv`` and
        ``uses.co2.csv`` are two parts of one table.
    whole : str
        Name of the folder or bundle, for messages.
    tables : mapping of TableSpec
        The tables that may come.
    """
    issues: list[Issue] = []
    parts: list[RawPart] = []
    meta: Meta | None = None
    others = common(data for name, data in files.items() if name.lower().endswith(".csv"))
    for name in sorted(files, key=lambda n: (n.split(".")[0], n.count("."), n)):
        stem, suffix = name.split(".")[0], name.lower().rsplit(".", 1)[-1]
        try:
            if name == META_FILE:
                meta, found = read_meta(_toml(name, files[name]))
                issues += [_at(issue, name) for issue in found]
            elif suffix == "toml":
                continue
            elif stem not in tables:
                raise HaiheError(
                    "E-TAB-02",
                    file=name,
                    value=stem,
                    near=suggest(stem, tables, table_names(tables), table_titles(tables)),
                )
            elif suffix == "csv":
                parts.append(_csv(tables[stem], name, decode(name, files[name], others), issues))
            else:
                parts.append(_parquet(tables[stem], name, files[name]))
        except HaiheError as error:
            where = ((f, Place(name, row=f.row)) for f in error.findings)
            issues += [Issue(f.code, stem, column=f.column, values=f.values, place=place) for f, place in where]
    if not parts and not issues:
        raise HaiheError("E-FILE-03", file=whole)
    if META_FILE not in files:
        issues.append(Issue("E-META-04", META_NAME, place=Place(META_FILE)))
    return assemble(parts, meta, issues, tables)


def _at(issue: Issue, file: str) -> Issue:
    return Issue(issue.code, issue.table, values=issue.values, place=Place(file, header=issue.column))


def _toml(name: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(decode(name, data))
    except tomllib.TOMLDecodeError as error:
        raise HaiheError("E-FILE-05", file=name, why=str(error)) from error


def _csv(spec: TableSpec, name: str, text: str, issues: list[Issue]) -> RawPart:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        raise HaiheError("E-FILE-05", file=name, row=len(lines) + 1, why=str(error)) from error
    if not lines or not any(lines[0]):
        raise HaiheError("E-FILE-13", file=name)
    header, width = lines[0], len(lines[0])
    kept = [(row, line) for row, line in enumerate(lines[1:], 2) if any(line)]
    for row, line in kept:
        if len(line) != width:
            values = {"value": len(line), "wanted": width}
            issues.append(Issue("E-FILE-14", spec.name, values=values, place=Place(name, spec.name, row)))
    whole = [(row, line) for row, line in kept if len(line) == width]
    if "'" in text:
        whole = [(row, [_SHIELDED.sub(r"\1", cell) for cell in line]) for row, line in whole]
    cells = np.array([line for _, line in whole], dtype=object).reshape(len(whole), width)
    rows = np.array([row for row, _ in whole], dtype=np.int64)
    return RawPart(spec, name, spec.name, header, [cells[:, i] for i in range(width)], rows)


def _parquet(spec: TableSpec, name: str, data: bytes) -> RawPart:
    with tempfile.TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(data)
        try:
            with offline_database() as database:
                found = database.execute("SELECT num_rows FROM parquet_file_metadata($1)", [str(path)]).fetchone()
                if found is None or found[0] > MOST_ROWS:
                    raise HaiheError("E-FILE-21", file=name, value=found[0] if found else 0, limit=MOST_ROWS)
                frame = database.execute("SELECT * FROM read_parquet($1)", [str(path)]).df()
        except duckdb.OutOfMemoryException as error:
            raise MemoryError(name) from error
        except duckdb.Error as error:
            why = str(error).splitlines()[0].replace(str(path), name)
            raise HaiheError("E-FILE-05", file=name, why=why) from error
    columns = [frame.iloc[:, i].astype(object).to_numpy() for i in range(frame.shape[1])]
    return RawPart(spec, name, spec.name, list(frame.columns), columns, np.arange(2, len(frame) + 2))


def offline_database() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that fetches nothing and writes no file of its own."""
    offline: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": "",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    return duckdb.connect(":memory:", config=offline)


def write_files(tables: Mapping[str, pd.DataFrame], meta: Meta) -> dict[str, bytes]:
    """Give the files of a folder or bundle: UTF-8 with BOM, so that spreadsheets open them as Chinese text.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes off again.
    """
    files = {META_FILE: to_toml(meta).encode()}
    for name, frame in tables.items():
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(frame.columns)
        lines.writerows(zip(*(_csv_text(frame[column]) for column in frame), strict=True))
        files[f"{name}.csv"] = b"\xef\xbb\xbf" + text.getvalue().encode()
    return files


def _csv_text(series: "pd.Series[Any]") -> list[str]:
    cells = series.astype(object).where(series.notna(), "").tolist()
    if series.dtype == "str":
        return [_RISKY.sub(r"'\1", cell) for cell in cells]
    if series.dtype == "boolean":
        return ["" if cell == "" else str(cell).lower() for cell in cells]
    return [cell if cell == "" else repr(cell) for cell in cells]


@cache
def _writing_database() -> duckdb.DuckDBPyConnection:
    """Open the database that writes; it is empty and stays so."""
    return offline_database()


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Give one table as Parquet, for tables too large for CSV."""
    with tempfile.TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / "table.parquet"
        with _writing_database().cursor() as database:
            database.register("records", frame)
            database.execute(f"COPY records TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        return path.read_bytes()
