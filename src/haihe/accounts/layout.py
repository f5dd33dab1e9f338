"""Published input-output layouts, described by their labels and read by them, never by position."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.messages import HaiheError, Text
from haihe.region.safety import MAX_UNPACKED, check_path_of

ENCODINGS = ("utf-8-sig", "gb18030")
PACKED = (".zip", ".xz", ".zst", ".bz2", ".tar", ".tgz", ".7z", ".rar")
"""Suffixes of packed files that are not read; ``.gz`` is."""


@dataclass(frozen=True)
class Layout:
    """How a published table names its rows and columns.

    Attributes
    ----------
    row_label : str
        Column that holds the row labels.
    sectors : tuple of str
        Labels of the sectors, the same in rows and columns.
    final, added, trade : mapping
        Published label to kind of final use (columns), to kind of value added (rows), and to the array of shape (R, n)
        it adds to (columns): ``exports``, ``imports``, ``outflow``, ``inflow``, ``residual``, ``output``.
    totals : frozenset of str
        Rows and columns that are sums of others: known, not read.
    region_label : str, optional
        Column that holds the region; without it the table has one region.
    origin_label : str, optional
        Column that splits the product rows into `domestic` and `imported` ones; the two are pooled and the total of
        the imported ones (column of output) becomes the imports.
    words : tuple of str
        Further columns that hold words.
    merged_trade : bool
        Outflow and inflow include exports and imports.
    prefix : str
        Put before a published sector label to give the sector code.
    """

    row_label: str
    sectors: tuple[str, ...]
    final: Mapping[str, str]
    added: Mapping[str, str]
    trade: Mapping[str, str]
    totals: frozenset[str] = frozenset()
    region_label: str | None = None
    origin_label: str | None = None
    domestic: str = "Domestic"
    imported: str = "Imports"
    words: tuple[str, ...] = ()
    merged_trade: bool = False
    prefix: str = ""

    @property
    def columns(self) -> list[str]:
        """Value columns that are read."""
        return [*self.sectors, *self.final, *self.trade]

    @property
    def keys(self) -> list[str]:
        """Columns that together name a row."""
        return [label for label in (self.region_label, self.row_label, self.origin_label) if label]


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file (plain or ``.gz``, UTF-8 or GB18030) with all cells as published.

    Returns
    -------
    DataFrame
        Cells as text, "" where blank. The index is the row as the user sees it less 2; blank rows are left out.

    Raises
    ------
    HaiheError
        ``E-FILE-01`` no such file, ``E-FILE-08`` and ``E-FILE-12`` a file that is too large, packed or unpacked,
        ``E-ACC-01`` packed in another way than ``.gz``, empty or no table, ``E-ACC-04`` a heading that stands twice,
        ``E-FILE-14`` a row with more or fewer cells than the heading.
    """
    text = _text_of(path)
    try:
        _check_rows(path, csv.reader(io.StringIO(text, newline="")))
        table: pd.DataFrame = pd.read_csv(
            io.StringIO(text, newline=""), dtype=str, keep_default_na=False, index_col=False, skip_blank_lines=False
        )
    except (csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
    table = table[(table.notna() & (table != "")).any(axis=1)]
    if table.empty:
        raise HaiheError("E-ACC-01", file=str(path), reason=Text("没有数据行", "it has no rows"))
    return table


def read_columns(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    """Read a table that has these columns; ``E-ACC-02`` names the first that is missing, else as `read_table`."""
    table = read_table(path)
    for column in columns:
        if column not in table:
            raise HaiheError("E-ACC-02", file=str(path), column=column, near=nearest(column, table.columns))
    return table


def first_bytes(path: Path, limit: int) -> bytes:
    """Give the first bytes of a file, or of what a ``.gz`` unpacks to.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` where it cannot be opened or is packed in another way than ``.gz``.
    """
    suffix = path.suffix.lower()
    if suffix in PACKED:
        reason = Text(
            f"不支持 {suffix} 压缩，请解压为 .csv 或压缩为 .csv.gz", f"packed as {suffix}; unpack it, or use .csv.gz"
        )
        raise HaiheError("E-ACC-01", file=str(path), reason=reason)
    try:
        with gzip.open(path) if suffix == ".gz" else path.open("rb") as file:
            return file.read(limit)
    except (OSError, EOFError, zlib.error) as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error


def _text_of(path: Path) -> str:
    """Give the text of a file, plain or ``.gz``; never more than `MAX_UNPACKED` bytes of it."""
    check_path_of(path)
    data = first_bytes(path, MAX_UNPACKED + 1)
    if len(data) > MAX_UNPACKED:
        raise HaiheError("E-FILE-12", file=path.name, value=f"> {MAX_UNPACKED}", limit=MAX_UNPACKED)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HaiheError("E-ACC-01", file=str(path), reason="UTF-8, GB18030")


def _check_rows(path: Path, rows: Iterator[list[str]]) -> None:
    """Refuse a heading that stands twice, and the first row that has not as many cells as the headings."""
    heading = next(rows, [])
    named = pd.Series([cell for cell in heading if cell.strip()], dtype=str)
    for said in named[named.duplicated()][:1]:
        raise HaiheError("E-ACC-04", file=str(path), row=1, column=said, value=said)
    wanted = len(heading)
    wrong = next(((at, len(row)) for at, row in enumerate(rows, 2) if row and len(row) != wanted), None)
    if wrong is not None:
        raise HaiheError("E-FILE-14", file=str(path), row=wrong[0], value=wrong[1], wanted=wanted)


def arrange(
    path: Path,
    table: pd.DataFrame,
    layout: Layout,
    year: int,
    unit: str,
    region: str = "",
    names: Mapping[str, Text] | None = None,
) -> Accounts:
    """Arrange a published table as accounts.

    Parameters
    ----------
    path : Path
        File it was read from, for messages.
    table : DataFrame
        Cells as published (`read_table`).
    layout : Layout
        Its labels.
    year, unit
        Of the figures; not in the file, so declared by the caller.
    region : str
        Code of the one region where the layout has no region column.
    names : mapping of str to Text, optional
        Names of regions and sectors.

    Raises
    ------
    HaiheError
        ``E-ACC-02`` to ``E-ACC-06``, each with file, row and column.
    """
    _check_labels(path, table, layout)
    regions = [region] if layout.region_label is None else list(dict.fromkeys(table[layout.region_label]))
    place = np.zeros(len(table), dtype=int)
    if layout.region_label is not None:
        place = pd.Index(regions).get_indexer(pd.Index(table[layout.region_label]))

    def block(rows: tuple[str, ...], columns: list[str], origin: str | None = None) -> FloatArray:
        """Cells of all regions, shape (R, rows, columns)."""
        taken = table[layout.row_label].isin(rows)
        if origin is not None:
            taken &= table[layout.origin_label] == origin
        part = table.loc[taken, columns]
        row = pd.Index(rows).get_indexer(pd.Index(table.loc[taken, layout.row_label]))
        filled = np.zeros((len(regions), len(rows)), dtype=bool)
        filled[place[taken], row] = True
        if not filled.all():
            r, i = np.argwhere(~filled)[0]
            raise HaiheError("E-ACC-05", file=str(path), table=regions[r], value=rows[i])
        cells = np.zeros((len(regions), len(rows), len(columns)))
        cells[place[taken], row] = _numbers(path, part)
        return cells

    sectors, final = list(layout.sectors), list(layout.final)
    columns, n = layout.columns, len(layout.sectors)
    upper = block(layout.sectors, columns, layout.domestic if layout.origin_label else None)
    trade: dict[str, Any] = {name: np.zeros((len(regions), n)) for name in TRADE}
    for column, name in layout.trade.items():
        trade[name] = upper[:, :, columns.index(column)]
    if layout.origin_label:
        foreign = block(layout.sectors, columns, layout.imported)
        upper = upper + foreign
        made = [column for column, name in layout.trade.items() if name == "output"]
        trade["imports"] = foreign[:, :, columns.index(made[0])]
        trade["exports"] = sum(
            (upper[:, :, columns.index(c)] for c, name in layout.trade.items() if name == "exports"),
            np.zeros((len(regions), n)),
        )
    return Accounts(
        regions=regions,
        sectors=[layout.prefix + label for label in sectors],
        year=year,
        unit=unit,
        final_kinds=list(layout.final.values()),
        added_kinds=list(layout.added.values()),
        Z=upper[:, :, :n],
        final=upper[:, :, n : n + len(final)],
        added=block(tuple(layout.added), sectors),
        names=dict(names or {}),
        merged_trade=layout.merged_trade,
        **trade,
    )


def _check_labels(path: Path, table: pd.DataFrame, layout: Layout) -> None:
    """Refuse missing, unknown and doubled labels."""
    known_columns = [*layout.keys, *layout.words, *layout.columns, *layout.totals]
    for column in table.columns:
        if column not in known_columns:
            near = nearest(column, [known for known in known_columns if known not in table] or known_columns)
            raise HaiheError("E-ACC-03", file=str(path), row=1, column=column, value=column, near=near)
    for column in (*layout.keys, *layout.columns):
        if column not in table:
            raise HaiheError("E-ACC-02", file=str(path), column=column, near=nearest(column, table.columns))
    known_rows = [*layout.sectors, *layout.added, *layout.totals]
    labels = table[layout.row_label]
    for at in labels.index[~labels.isin(known_rows)][:1]:
        seen = labels[at]
        near = nearest(seen, known_rows)
        raise HaiheError("E-ACC-03", file=str(path), row=at + 2, column=layout.row_label, value=seen, near=near)
    for at in table.index[table.duplicated(layout.keys)][:1]:
        seen = " / ".join(table.loc[at, layout.keys])
        raise HaiheError("E-ACC-04", file=str(path), row=at + 2, value=seen)


def _numbers(path: Path, part: pd.DataFrame) -> FloatArray:
    """Turn published cells into numbers; the first that is blank or none is named."""
    try:
        values = part.to_numpy(dtype=object).astype(np.float64)
    except ValueError:
        values = part.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        i, j = bad[0]
        seen, column = part.iloc[i, j], str(part.columns[j])
        raise HaiheError("E-ACC-06", file=str(path), row=int(part.index[i]) + 2, column=column, value=seen)
    return np.asarray(values)
