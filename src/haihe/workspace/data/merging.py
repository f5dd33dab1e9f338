"""Bringing answers together: what is taken, what is the same, and what was changed in the dataset meanwhile.

A three-way merge by rows, after Khanna, Kunal and Pierce (2007), "A formal investigation of diff3": the dataset as it was
when the request was sent, the dataset now, and the answer. A row whose asked cells changed on one side alone is taken from
that side; a row that differs on both sides is a conflict, and a person chooses. A row moves whole, for its figure, unit,
source and quality belong together. An empty cell of an answer says nothing and takes nothing away.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from haihe.region.cells import dtype_of
from haihe.region.spec import TableSpec
from haihe.workspace.data.asking import frame_or_empty, keys_of
from haihe.workspace.intake.changes import DIGITS

ANSWER, DATASET = "answer", "dataset"


@dataclass(frozen=True, slots=True)
class Given:
    """One accepted answer.

    Parameters
    ----------
    by : str
        Code of the answer.
    tables : mapping of DataFrame
        Its rows by table.
    columns : mapping
        Columns of each table that were asked.
    struck : collection of tuple
        ``(table, *key, column)`` that were not asked.
    """

    by: str
    tables: Mapping[str, pd.DataFrame]
    columns: Mapping[str, Sequence[str]]
    struck: Collection[tuple[Any, ...]] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: when the request was sent, in the dataset now, in the answer."""

    column: str
    sent: Any
    now: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One row that an answer adds, changes, or is in conflict about, with the cells that differ."""

    by: str
    table: str
    key: tuple[Any, ...]
    cells: tuple[Cell, ...]
    new: bool = False

    @property
    def name(self) -> str:
        """What a choice calls the row."""
        return "|".join(map(str, (self.by, self.table, *self.key)))


@dataclass
class Merged:
    """What came of it: the dataset's tables, the rows taken, how many stay as they were, and the rows in conflict."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    taken: list[Row] = field(default_factory=list)
    conflicts: list[Row] = field(default_factory=list)
    undecided: list[Row] = field(default_factory=list)
    same: int = 0


def merge(
    specs: Mapping[str, TableSpec],
    sent: Mapping[str, pd.DataFrame],
    now: Mapping[str, pd.DataFrame],
    answers: Sequence[Given],
    choices: Mapping[str, str],
    rest: str = "",
) -> Merged:
    """Merge answers into a dataset.

    Parameters
    ----------
    specs : mapping of TableSpec
        The tables that were asked.
    sent, now : mapping of DataFrame
        Tables of the dataset when the request was sent, and now.
    answers : sequence of Given
        In the order in which they are taken.
    choices : mapping
        ``answer`` or ``dataset`` by `Row.name` of a conflict. A conflict without a choice stays as the dataset has it
        and is among ``undecided``.
    rest : str
        The choice for conflicts that ``choices`` do not name.
    """
    merged = Merged(dict(now))
    for given in answers:
        for name, answer in given.tables.items():
            merged.tables[name] = _take(
                specs[name], frame_or_empty(sent, specs[name]), merged, given, answer, choices, rest
            )
    return merged


def _take(
    spec: TableSpec,
    sent: pd.DataFrame,
    merged: Merged,
    given: Given,
    answer: pd.DataFrame,
    choices: Mapping[str, str],
    rest: str,
) -> pd.DataFrame:
    now = frame_or_empty(merged.tables, spec)
    places = dict(zip(keys_of(now, spec), range(len(now)), strict=True))
    before = dict(zip(keys_of(sent, spec), range(len(sent)), strict=True))
    keys = keys_of(answer, spec)
    at_now = np.array([places.get(key, -1) for key in keys], dtype=int)
    at_sent = np.array([before.get(key, -1) for key in keys], dtype=int)
    columns = list(given.columns[spec.name])
    said, there, then = answer, _rows(now, at_now, columns), _rows(sent, at_sent, columns)
    differs, moved = {}, {}
    for name in columns:
        asked = np.array([(spec.name, *key, name) not in given.struck for key in keys], dtype=bool)
        differs[name] = asked & said[name].notna().to_numpy() & ~_equal(said[name], there[name])
        moved[name] = differs[name] & ~_equal(then[name], there[name])
    any_differs = np.logical_or.reduce(list(differs.values()))
    new = (at_now < 0) & (at_sent < 0)
    conflict = (np.logical_or.reduce(list(moved.values())) | ((at_now < 0) & (at_sent >= 0))) & any_differs
    merged.same += int((~any_differs).sum())
    taken: list[int] = []
    for at in np.flatnonzero(any_differs):
        cells = tuple(
            Cell(name, then[name].iloc[at], there[name].iloc[at], said[name].iloc[at])
            for name in columns
            if differs[name][at]
        )
        row = Row(given.by, spec.name, keys[at], cells, bool(new[at]))
        choice = choices.get(row.name, rest) if conflict[at] else ANSWER
        if conflict[at]:
            merged.conflicts.append(row)
        if choice == ANSWER:
            merged.taken.append(row)
            taken.append(int(at))
        elif choice != DATASET:
            merged.undecided.append(row)
    return _written(spec, now, answer, columns, differs, at_now, np.array(taken, dtype=int))


def _rows(frame: pd.DataFrame, at: "np.ndarray[Any, Any]", columns: list[str]) -> pd.DataFrame:
    """Give rows by their positions, all missing at -1."""
    rows = frame[columns].reset_index(drop=True).reindex(np.where(at < 0, len(frame), at))
    return rows.reset_index(drop=True)


def _equal(one: "pd.Series[Any]", other: "pd.Series[Any]") -> "np.ndarray[Any, Any]":
    """Tell where cells agree: numbers in the digits that a workbook keeps, missing with missing."""
    there = (one.notna() & other.notna()).to_numpy(dtype=bool)
    same = (one.isna() & other.isna()).to_numpy(dtype=bool, copy=True)
    a, b = one.to_numpy(dtype=object)[there], other.to_numpy(dtype=object)[there]
    if one.dtype == "float64":
        x, y = a.astype(float), b.astype(float)
        same[there] = np.abs(x - y) <= DIGITS * np.maximum(np.abs(x), np.abs(y))
    else:
        same[there] = a == b
    return same


def _written(
    spec: TableSpec,
    now: pd.DataFrame,
    answer: pd.DataFrame,
    columns: list[str],
    differs: Mapping[str, "np.ndarray[Any, Any]"],
    at_now: "np.ndarray[Any, Any]",
    taken: "np.ndarray[Any, Any]",
) -> pd.DataFrame:
    """Give the dataset's table with the rows taken: cells that differ put in their place, new rows at the end."""
    there = taken[at_now[taken] >= 0]
    result = now.reset_index(drop=True).copy()
    for name in columns:
        rows = there[differs[name][there]]
        if len(rows):
            result.loc[at_now[rows], name] = answer[name].iloc[rows].to_numpy()
    added = answer.iloc[taken[at_now[taken] < 0]].reindex(columns=spec.names)
    if added.empty:
        return result
    added = added.astype({column.name: dtype_of(column) for column in spec.columns})
    for column in spec.columns:
        if column.default is not None:
            added[column.name] = added[column.name].fillna(column.default)
        elif column.like is not None:
            added[column.name] = added[column.name].fillna(added[column.like])
    together: pd.DataFrame = pd.concat([result, added], ignore_index=True)
    return together
