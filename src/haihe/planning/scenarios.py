"""Scenarios: named overrides of single cells of any table, and records that a scenario adds.

A scenario is a list of edits, each a table, a record (its key values joined by ``|``), a column and a new value. Where
the table has the record, the cell is overridden. Where it has not, and the scenario gives every required column of the
new record, the record is added: a rail link that is not there yet, a cap that nobody has set. The result is a region
like any other, checked like any other; what it is compared with is the region it came from.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.region import TABLES, Region
from haihe.region.cells import type_cells
from haihe.region.draft import table_names
from haihe.region.nearest import suggest
from haihe.region.rawpart import header_names
from haihe.region.spec import TableSpec


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell that a scenario sets.

    Parameters
    ----------
    table : str
        Table, by its name or its title in either language.
    record : str or sequence
        Key values of the record, in the order of the table's key, joined by ``|`` where one text.
    column : str
        Column, by its name or its title in either language.
    value : object
        New value: text as a file holds it, or a Python value.
    reason : str
        Why.
    row : int, optional
        Row of the table ``scenarios`` that it stands in, as the user sees it.
    """

    table: str
    record: str | Sequence[object]
    column: str
    value: object
    reason: str = ""
    row: int | None = None

    @property
    def key(self) -> str:
        """Key values joined by ``|``."""
        return self.record if isinstance(self.record, str) else "|".join(str(part) for part in self.record)


def title_of(name: str, reasons: Sequence[str]) -> Text:
    """What a scenario is called: its first reason, in both languages where it is written ``Chinese / English``."""
    given = next((reason for reason in reasons if reason), name)
    zh, *en = re.split(r"\s*/ ", given, maxsplit=1)
    return Text(zh, en[0] if en else zh)


def titles_of(region: Region) -> dict[str, Text]:
    """What the scenarios of a region are called, by name."""
    return {name: title_of(name, [edit.reason for edit in edits]) for name, edits in scenarios_of(region).items()}


def scenarios_of(region: Region) -> dict[str, tuple[Edit, ...]]:
    """Give the scenarios of a region: name and edits, in the order of the table."""
    frame = region.frame("scenarios")
    found: dict[str, list[Edit]] = {}
    cells = frame[["scenario", "table", "record", "column", "value", "reason"]].itertuples(index=False)
    for row, (name, table, record, column, value, reason) in enumerate(cells, start=2):
        found.setdefault(name, []).append(
            Edit(table, record, column, value, "" if pd.isna(reason) else str(reason), row)
        )
    return {name: tuple(edits) for name, edits in found.items()}


def scenario(
    region: Region,
    names: str | Sequence[str] = (),
    *,
    edits: Iterable[Edit | Sequence[object]] = (),
    check: bool = True,
) -> Region:
    """Put scenarios into force.

    Parameters
    ----------
    region : Region
        What the scenarios change.
    names : str or sequence of str
        Scenarios of the table ``scenarios``; of several the later one wins where two set the same cell.
    edits : iterable of Edit or of (table, record, column, value), with a reason where there is one
        Further edits, after the named scenarios.
    check : bool
        Check the result and refuse what the edits broke, such as a link to a region that does not exist.

    Returns
    -------
    Region
        A new region; the one given stays as it is.

    Raises
    ------
    HaiheError
        ``E-PLN-68`` for an unknown scenario; ``E-SCN-01`` to ``E-SCN-06`` for an unknown table, column or record, a
        value that does not fit, a new record that lacks required columns, each with the nearest name, or an edit that
        lacks a part; and whatever
        the checks find in an edited table that was right before.
    """
    known = scenarios_of(region)
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in known:
            raise HaiheError("E-PLN-68", table="scenarios", column="scenario", value=name, near=suggest(name, known))
    given = [edit for name in wanted for edit in known[name]]
    given += [edit if isinstance(edit, Edit) else edit_of(edit) for edit in edits]
    resolved = _resolved(given)
    changed = region
    for table in dict.fromkeys(edit.table for edit in resolved):
        own = [edit for edit in resolved if edit.table == table]
        changed = changed.with_table(table, _edited(region.frame(table), TABLES[table], own))
    if check and resolved:
        _refuse_broken(region, changed, {edit.table for edit in resolved})
    return changed


def edit_of(parts: Sequence[object]) -> Edit:
    """Make an edit of its parts; ``E-SCN-06`` where they are too few or too many, or no texts where texts stand."""
    given = [parts] if isinstance(parts, str) else list(parts)
    if not 4 <= len(given) <= 5 or not (isinstance(given[0], str) and isinstance(given[2], str)):
        raise HaiheError("E-SCN-06", value=parts, count=len(given))
    return Edit(*given)


def _resolved(edits: Sequence[Edit]) -> list[Edit]:
    """Edits with declared names; unknown tables and columns and values that do not fit are named all at once."""
    found = [declared(edit) for edit in edits]
    Findings(each for each in found if isinstance(each, Finding)).raise_errors()
    return [each for each in found if isinstance(each, Edit)]


def declared(edit: Edit) -> Edit | Finding:
    """Give an edit with the declared names of its table and column, or what is wrong: unknown names, a value that does not fit."""
    tables = table_names()
    table = tables.get(edit.table, edit.table)
    if table not in TABLES:
        return _wrong("E-SCN-01", edit, "table", edit.table, near=suggest(edit.table, TABLES, tables))
    spec = TABLES[table]
    headers = header_names(spec)
    column = headers.get(edit.column, edit.column)
    if column not in spec.names:
        near = suggest(edit.column, spec.names, headers)
        return _wrong("E-SCN-02", edit, "column", edit.column, target=table, near=near)
    if type_cells(np.array([edit.value], dtype=object), spec.column(column))[1]:
        kind = spec.column(column).kind
        return _wrong("E-SCN-04", edit, "value", edit.value, target=f"{table}.{column}", kind=kind)
    return Edit(table, edit.key, column, edit.value, edit.reason, edit.row)


def _edited(frame: pd.DataFrame, spec: TableSpec, edits: Sequence[Edit]) -> pd.DataFrame:
    """Override cells and add records; cells become untyped, `Region.with_table` types them again."""
    columns = {name: frame[name].astype(object).tolist() for name in spec.names}
    keys = ["|".join(parts) for parts in zip(*(frame[name].astype(object).map(str) for name in spec.key), strict=True)]
    position = {key: at for at, key in enumerate(keys)}
    new: dict[str, dict[str, object]] = {}
    first: dict[str, Edit] = {}
    for edit in edits:
        if edit.key in position:
            columns[edit.column][position[edit.key]] = edit.value
        else:
            new.setdefault(edit.key, {})[edit.column] = edit.value
            first.setdefault(edit.key, edit)
    findings = Findings(
        finding for key, cells in new.items() if (finding := _cannot_add(spec, first[key], cells)) is not None
    )
    findings.raise_errors()
    rows = [{**dict(zip(spec.key, key.split("|"), strict=True)), **cells} for key, cells in new.items()]
    table = pd.DataFrame(columns, dtype=object)
    return pd.concat([table, pd.DataFrame(rows, dtype=object)], ignore_index=True) if rows else table


def _cannot_add(spec: TableSpec, edit: Edit, cells: Mapping[str, object]) -> Finding | None:
    """Say why a record that is not there cannot be added: it is a wrong key, or columns are missing."""
    missing = spec.lacking(cells)
    values = {"target": spec.name, "key": " | ".join(spec.key)}
    if len(edit.key.split("|")) != len(spec.key) or (missing and len(cells) == 1):
        return _wrong("E-SCN-03", edit, "record", edit.key, **values)
    return _wrong("E-SCN-05", edit, "record", edit.key, **values, missing=", ".join(missing)) if missing else None


def _wrong(code: str, edit: Edit, column: str, value: object, **values: object) -> Finding:
    table = "scenarios" if edit.row is not None else edit.table
    return Finding(code, table=table, row=edit.row, column=column, values={"value": value, **values})


def _refuse_broken(before: Region, after: Region, tables: set[str]) -> None:
    """Raise what the checks find wrong in edited tables that they did not find before."""

    def errors(region: Region) -> dict[tuple[object, ...], Finding]:
        found = (f for f in region.check().errors if f.table in tables)
        return {(f.code, f.table, f.column, str(f.values.get("value"))): f for f in found}  # noqa: PD011

    now = errors(after)
    if now:
        then = errors(before)
        Findings(finding for key, finding in now.items() if key not in then).raise_errors()
