"""The region: one object with plain labelled tables in it."""

import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Self

import pandas as pd

from haihe.messages import Findings, HaiheError, Lang, Quality, default_language, worst_quality
from haihe.region.check import check_draft
from haihe.region.draft import Draft, assemble, draft_of, empty_table, raw_of, table_names, table_titles
from haihe.region.issues import Origin
from haihe.region.meta import Meta
from haihe.region.nearest import suggest
from haihe.region.tables import TABLES
from haihe.region.writing import write_as


class Region:
    """A region's facts: labelled tables and what they say about themselves as a whole.

    Tables are never changed in place; `with_table` gives a new region. Every declared column of a table is there,
    in declared order and typed (``str``, ``float64``, ``Int64``, ``boolean``), defaults filled in. A table without
    records counts as absent.

    Parameters
    ----------
    tables : mapping of DataFrame
        Tables by declared name; columns by declared name or title.
    meta : Meta
        Names, base year, price year, unit of money, licence.

    Raises
    ------
    HaiheError
        With every finding about the form of the tables: unknown or missing columns, cells of the wrong kind,
        required cells that are empty, required tables that are missing.

    Examples
    --------
    >>> region["regions"]                       # doctest: +SKIP
    >>> region.has("flows"), region.meta.base_year   # doctest: +SKIP
    """

    __slots__ = ("_folder", "_hash", "_meta", "_origins", "_tables")

    def __init__(self, tables: Mapping[str, pd.DataFrame], meta: Meta) -> None:
        self._take(draft_of(tables, meta))
        self._origins: Mapping[str, Origin] = {}
        self._folder: Path | None = None

    @classmethod
    def of(cls, draft: Draft, *, folder: Path | None = None) -> Self:
        """Make a region of a draft that holds no error, keeping where its tables came from.

        Parameters
        ----------
        draft : Draft
            Typed tables and what was found about them.
        folder : Path, optional
            Folder from which they were read, for files that tables name.

        Returns
        -------
        Region
            With the tables of the draft.
        """
        region = cls.__new__(cls)
        region._take(draft)
        region._origins = draft.origins
        region._folder = folder
        return region

    def _take(self, draft: Draft) -> None:
        draft.findings.raise_errors()
        if draft.meta is None:
            raise HaiheError("E-META-04", table="haihe")
        self._tables, self._meta = draft.tables, draft.meta
        self._hash: str | None = None

    @property
    def meta(self) -> Meta:
        """Names, years, unit of money and licence."""
        return self._meta

    @property
    def folder(self) -> Path | None:
        """Folder that the region was read from, in whose part ``rules`` its rule files stand; None for other forms."""
        return self._folder

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables that hold records, in declared order."""
        return {name: self[name] for name in self}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Give a table; `HaiheError` where it is absent."""
        if name not in self._tables:
            if name not in TABLES:
                raise HaiheError(
                    "E-TAB-02", table=name, value=name, near=suggest(name, TABLES, table_names(), table_titles())
                )
            raise HaiheError("E-TAB-01", table=name, title=TABLES[name].title)
        # A shallow copy under copy-on-write: whoever changes it changes their own.
        return self._tables[name].copy(deep=False)

    def frame(self, name: str) -> pd.DataFrame:
        """Give a table, without records but with its typed columns where it is absent.

        Parameters
        ----------
        name : str
            Declared name of a table.

        Returns
        -------
        DataFrame
            Typed, columns in declared order.
        """
        return empty_table(TABLES[name]) if name in TABLES and not self.has(name) else self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def has(self, *names: str) -> bool:
        """Tell whether all these tables hold records.

        Parameters
        ----------
        *names : str
            Declared names of tables.

        Returns
        -------
        bool
            False where one of them has no record.
        """
        return all(name in self._tables for name in names)

    def with_table(self, name: str, frame: pd.DataFrame) -> "Region":
        """Give a new region in which one table is replaced (or left out, where the frame is empty).

        Parameters
        ----------
        name : str
            Declared name of a table.
        frame : DataFrame
            Its records; columns by declared name or title.

        Returns
        -------
        Region
            A new one; this one stays as it is.
        """
        if name not in TABLES:
            raise HaiheError(
                "E-TAB-02", table=name, value=name, near=suggest(name, TABLES, table_names(), table_titles())
            )
        new = assemble([raw_of(name, frame)], self._meta, (), {name: TABLES[name]})  # the others are typed already
        there = {**self._tables, **new.tables} if new.tables else {k: v for k, v in self._tables.items() if k != name}
        origins = {table: origin for table, origin in self._origins.items() if table != name}
        tables = {table: there[table] for table in TABLES if table in there}
        draft = Draft(tables, new.bad, self._meta, origins, new.issues)
        return Region.of(draft, folder=self._folder)

    def with_meta(self, **fields: object) -> "Region":
        """Give a new region with some fields of the meta changed.

        Parameters
        ----------
        **fields : object
            Fields of `Meta` by name.

        Returns
        -------
        Region
            A new one; this one stays as it is.
        """
        meta = Meta(**{**self._meta.model_dump(), **fields})
        return Region.of(Draft(dict(self._tables), {}, meta, dict(self._origins)), folder=self._folder)

    @property
    def hash(self) -> str:
        """SHA-256 of the content: equal for equal records in any order, from any kind of file."""
        if self._hash is None:
            digest = hashlib.sha256(self._meta.model_dump_json().encode())
            for name in TABLES:
                if name in self._tables:
                    digest.update(f"\x1d{name}\x1d".encode())
                    digest.update("\x1e".join(sorted(_records(self._tables[name]))).encode())
            self._hash = digest.hexdigest()
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, Region) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash)

    def worst_quality(self, *names: str) -> Quality | None:
        """Give the worst quality mark in some tables (all, where none is named); None where there is no mark.

        Parameters
        ----------
        *names : str
            Declared names of tables.

        Returns
        -------
        {"official", "estimated", "illustrative"} or None
            The worst mark of all records.
        """
        seen: set[str] = set()
        for name in names or self:
            if self.has(name) and "quality" in self._tables[name]:
                seen |= set(self._tables[name]["quality"].dropna())
        return worst_quality(seen)

    def draft(self) -> Draft:
        """Give the tables as a draft, for the checks.

        Returns
        -------
        Draft
            The typed tables, without findings.
        """
        return Draft(dict(self._tables), {}, self._meta, dict(self._origins))

    def check(self) -> Findings:
        """Check the facts: every finding at once, see `haihe.region.check`.

        Returns
        -------
        Findings
            Errors, warnings and notes, each with code, table, row, column and mend.
        """
        return check_draft(self.draft())

    def write(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write as folder, ``.xlsx`` workbook or ``.haihe.zip`` bundle, see `haihe.region.writing.write_as`.

        ``lang`` gives a workbook sheet names, headers and choices in that language, as its template has them.

        Parameters
        ----------
        path : str or Path
            Where to write; the ending says which form.
        lang : {"zh", "en"}, optional
            Language of a workbook's sheets, headers and choices; declared names where not given.

        Returns
        -------
        Path
            What was written.
        """
        return write_as(self.tables, self.meta, self.hash, path, lang)

    def __repr__(self) -> str:
        meta, lang = self._meta, default_language()
        prices = f"{meta.base_year}, {meta.money_unit}, {meta.price_year} prices"
        lines = [f"Region {meta.name}: {meta.title(lang)} ({prices})"]
        lines += [f"  {name:<18}{len(frame):>8}  {TABLES[name].title(lang)}" for name, frame in self._tables.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        meta, lang = self._meta, default_language()
        rows = "".join(
            f"<tr><td>{name}</td><td>{escape(TABLES[name].title(lang))}</td>"
            f"<td style='text-align:right'>{len(frame):,}</td></tr>"
            for name, frame in self._tables.items()
        )
        head = f"{escape(meta.title(lang))} · {meta.base_year} · {escape(meta.money_unit)}"
        return f"<table><caption>{head}</caption><tbody>{rows}</tbody></table>"


def table_hash(name: str, frame: pd.DataFrame) -> str:
    """SHA-256 of one typed table: equal for equal records in any order."""
    head = "\x1d".join((name, *frame.columns))
    content = head + "\x1d\x1d" + "\x1e".join(sorted(_records(frame)))
    return hashlib.sha256(content.encode()).hexdigest()


def _records(frame: pd.DataFrame) -> list[str]:
    """Write each record as one line of exact text."""
    columns = [_exact(frame[name]) for name in frame]
    return ["\x1f".join(cells) for cells in zip(*columns, strict=True)]


def _exact(series: "pd.Series[Any]") -> list[str]:
    if series.dtype == "float64":
        return [repr(value) for value in series.tolist()]
    missing = series.isna().tolist()
    return ["" if gone else str(value) for value, gone in zip(series.tolist(), missing, strict=True)]
