"""A draft: tables typed as far as they can be, with everything that was wrong in their form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import Findings, Text
from haihe.region.cells import Cells, dtype_of, type_cells
from haihe.region.issues import Issue, Origin, Part, Place, to_findings
from haihe.region.meta import Meta
from haihe.region.nearest import suggest
from haihe.region.percents import as_shown
from haihe.region.rawpart import Fault, RawPart, from_header, header_names, without_headers, without_notes
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES


@dataclass(slots=True)
class Draft:
    """Typed tables and what is wrong with their form.

    Parameters
    ----------
    tables : dict of DataFrame
        Declared tables that hold records; every declared column is there, in order and typed.
    bad : dict of DataFrame of bool
        Cells whose content is unknown because their form was wrong; checks leave them alone.
    meta : Meta, optional
        Missing where it was missing or wrong.
    origins : dict of Origin
        Where each table was read from.
    issues : list of Issue
        What was wrong.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    bad: dict[str, pd.DataFrame] = field(default_factory=dict)
    meta: Meta | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    @property
    def partial(self) -> set[str]:
        """Tables of which some file or row could not be read at all."""
        return {issue.table for issue in self.issues if issue.code.startswith("E-FILE")}

    @property
    def findings(self) -> Findings:
        """The issues at their places, sorted."""
        return to_findings(self.issues, self.origins)


def empty_table(spec: TableSpec) -> pd.DataFrame:
    """Give the table without records, every column typed."""
    return _empty(spec).copy()


@cache
def _empty(spec: TableSpec) -> pd.DataFrame:
    return pd.DataFrame({column.name: pd.Series([], dtype=dtype_of(column)) for column in spec.columns})


def table_names(tables: Mapping[str, TableSpec] = TABLES) -> dict[str, str]:
    """Give every name a table may have (its name, its Chinese, its English title) and its declared name."""
    titles = {title: spec.name for spec in tables.values() for title in (spec.title.zh, spec.title.en)}
    return titles | {name: name for name in tables}


def column_titles(spec: TableSpec) -> dict[str, Text]:
    """Give what every column is called."""
    return {column.name: column.title for column in spec.columns}


def table_titles(tables: Mapping[str, TableSpec] = TABLES) -> dict[str, Text]:
    """Give what every table is called."""
    return {name: spec.title for name, spec in tables.items()}


def assemble(
    parts: Iterable[RawPart],
    meta: Meta | None,
    issues: Iterable[Issue],
    tables: Mapping[str, TableSpec] = TABLES,
) -> Draft:
    """Type the parts of every table and join them; name every column, cell and table that is wrong or missing."""
    draft = Draft(meta=meta, issues=list(issues))
    by_table: dict[str, list[RawPart]] = {}
    for part in parts:
        by_table.setdefault(part.spec.name, []).append(part)
    for name, spec in tables.items():
        frames, bads, origin, length = [], [], [], 0
        for part in by_table.get(name, []):
            frame, bad, place = _typed(part, draft.issues, length)
            frames.append(frame)
            bads.append(bad)
            origin.append(place)
            length += len(frame)
        if length:
            draft.tables[name] = pd.concat(frames, ignore_index=True)
            draft.bad[name] = pd.concat(bads, ignore_index=True)
        if origin:
            draft.origins[name] = Origin(origin)
        if spec.required and not length and name not in draft.partial:
            draft.issues.append(Issue("E-TAB-01", name, values={"title": spec.title}))
    return draft


def _typed(part: RawPart, issues: list[Issue], offset: int) -> tuple[pd.DataFrame, pd.DataFrame, Part]:
    """Type one part; append its issues, with positions counted from ``offset``."""
    part = without_notes(without_headers(from_header(part, issues), issues), issues)
    spec, length = part.spec, len(part.rows)
    names = header_names(spec)
    found: dict[str, Cells] = {}
    headers: dict[str, str] = {}
    letters: dict[str, str] = {}
    for number, (header, cells) in enumerate(zip(part.header, part.columns, strict=True)):
        if not header.strip() and _blank(cells):
            continue
        letter = part.letters[number] if part.letters else None
        place = Place(part.file, part.sheet, part.head, header, letter)
        name = names.get(header.strip())
        if name is None:
            values: dict[str, Any] = {"value": header, "near": suggest(header, spec.names, names, column_titles(spec))}
            issues.append(Issue("E-COL-01", spec.name, column=header, values=values, place=place))
        elif name in found:
            values = {"value": header, "first": headers[name]}
            issues.append(Issue("E-COL-03", spec.name, column=header, values=values, place=place))
        else:
            found[name], headers[name] = cells, header
            if letter:
                letters[name] = letter
    if part.letters:
        found = as_shown(found, spec, offset, issues)
    series, bad = {}, {}
    for column in spec.columns:
        mask = np.zeros(length, dtype=bool)
        if column.name in found:
            cells, mask = _without_faults(found[column.name], column.name, spec.name, offset, issues)
            series[column.name], wrong = type_cells(cells, column)
            for entry in wrong:
                new = entry.cells & ~mask
                mask |= new
                for at in np.flatnonzero(new):
                    value = found[column.name][at]
                    more = {"near": entry.near(str(value))} if entry.near else {}
                    values = {"value": value, "title": column.title} | entry.fill | more
                    issues.append(Issue(entry.code, spec.name, offset + int(at), column.name, values))
        else:
            series[column.name], _ = type_cells(np.full(length, None, dtype=object), column)
            if column.filled:
                place = Place(part.file, part.sheet, part.head, column.name)
                values = {"value": column.name, "title": column.title}
                issues.append(Issue("E-COL-02", spec.name, column=column.name, values=values, place=place))
                mask[:] = True
        bad[column.name] = mask
    for column in spec.columns:
        if column.like is not None:
            series[column.name] = series[column.name].fillna(series[column.like])
    where = Part(part.file, part.sheet, part.rows, headers, letters)
    return pd.DataFrame(series), pd.DataFrame(bad), where


def _blank(cells: Cells) -> bool:
    return bool((pd.isna(cells) | (cells == "")).all())


def _without_faults(
    cells: Cells, column: str, table: str, offset: int, issues: list[Issue]
) -> tuple[Cells, npt.NDArray[np.bool_]]:
    """Empty the cells that hold a `Fault`, append its issue, and say which they were."""
    mask = np.array([isinstance(cell, Fault) for cell in cells], dtype=bool)
    issues.extend(
        Issue(cells[at].code, table, offset + int(at), column, {"value": cells[at].value})
        for at in np.flatnonzero(mask)
        if cells[at].code
    )
    known = cells.copy()
    known[mask] = None
    return known, mask


def raw_of(name: str, frame: pd.DataFrame) -> RawPart:
    """Make the raw part of a frame in memory; its row numbers count as if it stood in a file."""
    columns = [frame.iloc[:, i].astype(object).to_numpy() for i in range(frame.shape[1])]
    rows = np.arange(2, len(frame) + 2)
    return RawPart(TABLES[name], "", name, [str(c) for c in frame.columns], columns, rows)


def draft_of(tables: Mapping[str, pd.DataFrame], meta: Meta | None) -> Draft:
    """Type frames in memory."""
    issues = [
        Issue("E-TAB-02", name, values={"value": name, "near": suggest(name, TABLES, table_names(), table_titles())})
        for name in tables
        if name not in TABLES
    ]
    return assemble((raw_of(n, f) for n, f in tables.items() if n in TABLES), meta, issues)
