"""A table of applications made ready: keys checked, every declared field read exactly, the day of each row."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import Findings, HaiheError
from haihe.rules.book import Rulebook
from haihe.rules.dialect import nearest
from haihe.rules.fields import Filled, grains_of, read_column, term_of
from haihe.rules.lanes import NOTHING, Lane, constant
from haihe.rules.money import Flags, Ints
from haihe.rules.tree import Kind

KEYS = ("application", "enterprise", "region")

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Applications:
    """Applications in the form that clauses are applied to.

    Parameters
    ----------
    frame : DataFrame
        As given, with the index 0 … n-1.
    keys : mapping of str to ndarray of object, shape (n,)
        ``application``, ``enterprise`` and ``region``; None where missing.
    fields : mapping of str to Filled, shape (n,)
        Declared fields that the table has.
    days : ndarray of datetime64[D], shape (n,)
        The day whose rules apply.
    wanted : ndarray of object, shape (n,), or None
        Set of article codes that each row applies for; None where every article is tried.
    """

    frame: pd.DataFrame
    keys: Mapping[str, npt.NDArray[Any]]
    fields: Mapping[str, Filled]
    days: Days
    wanted: npt.NDArray[Any] | None

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def places(self) -> dict[str, int]:
        """Row of each application."""
        return {code: row for row, code in enumerate(self.keys["application"])}

    def lane(self, name: str, kind: Kind, bit: int, rows: Ints | slice) -> Lane:
        """Give a field's values in some rows, with the bit that marks it as missing."""
        mask = np.uint64(1 << bit)
        filled = self.fields.get(name)
        if filled is None:
            nothing = constant(kind, "" if kind == "string" else 0)
            return Lane(kind, nothing.values, np.array([mask]))
        part = filled.rows(rows)
        missing = np.where(part.absent, mask, np.uint64(0)) if part.absent.any() else NOTHING
        return Lane(kind, part.values, missing)

    def key(self, name: str) -> npt.NDArray[Any]:
        """Give what groups rows: the year of the day, a key, or a declared field; shape (n,)."""
        if name == "year":
            return self.days.astype("datetime64[Y]").astype(np.int64)
        if name in self.keys:
            return self.keys[name]
        if name not in self.fields:
            return np.full(len(self), None, dtype=object)
        return self.fields[name].to_array()

    def key_missing(self, name: str) -> Flags:
        """Tell in which rows a key is missing; shape (n,)."""
        if name == "year":
            return np.zeros(len(self), dtype=bool)
        if name in self.keys:
            return np.asarray(pd.isna(self.keys[name]))
        return self.fields[name].absent if name in self.fields else np.ones(len(self), dtype=bool)


def read_applications(book: Rulebook, frame: pd.DataFrame, as_of: dt.date | str) -> Applications:
    """Check and read a table of applications.

    Parameters
    ----------
    book : Rulebook
    frame : DataFrame
        Column ``application`` (unique), optionally ``enterprise``, ``region``, ``article`` (one code, several joined
        by ``;``, or empty for all) and the declared fields.
    as_of : date or str
        Day whose rules apply, or the column that holds it for each row.

    Raises
    ------
    HaiheError
        ``E-RUL-08`` a column that stands twice, ``E-RUL-42`` and ``E-RUL-43`` unreadable values and values out of
        range, ``E-RUL-44`` an unknown article, ``E-RUL-45`` a missing column, ``E-RUL-48`` an application that stands
        twice or has no code, ``E-RUL-49`` a row without a day.
    """
    findings = Findings()
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise HaiheError("E-RUL-08", table="applications", column=str(twice[0]), value=twice[0])
    frame = frame.reset_index(drop=True)
    keys = {name: _key(frame, name) for name in KEYS}
    if "application" not in frame:
        raise HaiheError("E-RUL-45", table="applications", value="application")
    _check_codes(keys["application"], "applications", "application")
    grains = grains_of(book.fields.values())
    fields = dict[str, Filled]()
    for name, declared in book.fields.items():
        if name in frame:
            fields[name], wrong = read_column(name, declared, term_of(declared, grains), frame[name])
            findings += wrong
    findings.raise_errors()
    return Applications(frame, keys, fields, _days(frame, as_of), _wanted(book, frame))


def with_enterprises(applications: pd.DataFrame, enterprises: pd.DataFrame) -> pd.DataFrame:
    """Give each application the fields of its enterprise; missing where the enterprise is not listed.

    Raises
    ------
    HaiheError
        ``E-RUL-45`` a table without the column ``enterprise``, ``E-RUL-48`` an enterprise that stands twice,
        ``E-RUL-08`` a column that stands in both tables.
    """
    for name, frame in (("applications", applications), ("enterprises", enterprises)):
        if "enterprise" not in frame:
            raise HaiheError("E-RUL-45", table=name, value="enterprise")
    codes = _key(enterprises, "enterprise")
    _check_codes(codes, "enterprises", "enterprise")
    shared = [name for name in enterprises if name != "enterprise" and name in applications]
    if shared:
        raise HaiheError("E-RUL-08", table="enterprises", column=str(shared[0]), value=shared[0])
    place = pd.Index(codes).get_indexer(pd.Index(_key(applications, "enterprise")))
    own = enterprises.drop(columns="enterprise").reset_index(drop=True)
    found = own.reindex(np.where(place < 0, len(own), place)).reset_index(drop=True)
    return pd.concat([applications.reset_index(drop=True), found], axis=1)


def _key(frame: pd.DataFrame, name: str) -> npt.NDArray[Any]:
    """Codes as text; None where missing."""
    if name not in frame:
        return np.full(len(frame), None, dtype=object)
    column = frame[name]
    if column.dtype.kind == "f" and ((column.dropna() % 1 == 0) & (column.dropna().abs() < 2**63)).all():
        column = column.astype("Int64")
    missing = column.isna().to_numpy(dtype=bool)
    texts = column.astype(str).to_numpy(dtype=object)
    texts[missing | (texts == "")] = None
    return texts


def _check_codes(codes: npt.NDArray[Any], table: str, column: str) -> None:
    """Every row has a code of its own."""
    series = pd.Series(codes, dtype=object)
    bad = np.flatnonzero(series.isna() | series.duplicated())
    if len(bad):
        row = int(bad[0])
        raise HaiheError("E-RUL-48", table=table, row=row + 2, column=column, value=codes[row] or "—")


def _days(frame: pd.DataFrame, as_of: dt.date | str) -> Days:
    if isinstance(as_of, dt.date):
        return np.full(len(frame), np.datetime64(as_of, "D"))
    if as_of not in frame:
        raise HaiheError("E-RUL-45", table="applications", value=as_of)
    days = pd.to_datetime(frame[as_of], format="ISO8601", errors="coerce").to_numpy("datetime64[D]")
    lost = np.flatnonzero(np.isnat(days))
    if len(lost):
        value = str(frame[as_of].iloc[int(lost[0])])
        raise HaiheError("E-RUL-49", table="applications", row=int(lost[0]) + 2, column=as_of, value=value)
    return np.asarray(days, dtype="datetime64[D]")


def _wanted(book: Rulebook, frame: pd.DataFrame) -> npt.NDArray[Any] | None:
    """Read the column of articles; each different text once."""
    if "article" not in frame:
        return None
    full = {f"{clause.law}/{clause.code}" for clause in book.clauses}
    short: dict[str, set[str]] = {}
    for code in full:
        short.setdefault(code.partition("/")[2], set()).add(code)
    codes, different = pd.factorize(frame["article"].astype(object))
    sets: list[frozenset[str]] = []
    for text in different:
        parts = [part.strip() for part in str(text).split(";") if part.strip()]
        found = [
            {part} & full or (short.get(part, set()) if len(short.get(part, ())) == 1 else set()) for part in parts
        ]
        if not all(found):
            row = int(np.flatnonzero(codes == len(sets))[0])
            near = nearest(str(text), short)
            raise HaiheError("E-RUL-44", table="applications", row=row + 2, column="article", value=text, near=near)
        sets.append(frozenset(code for codes_ in found for code in codes_) or frozenset(full))
    table = np.empty(len(sets) + 1, dtype=object)
    table[:] = [*sets, frozenset(full)]
    return np.asarray(table[codes])
