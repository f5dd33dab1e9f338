"""The grid in which a scenario is edited: one page of a table's records as the scenario has them, and what was typed into it.

The fields of a page are numbered by row and column. The version never changes and the scenario's edition is compared, so the
same address gives the same rows when what was typed comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from haihe.messages import Finding, HaiheError, Lang, Text
from haihe.planning.scenarios import Edit, declared
from haihe.region.spec import Column, TableSpec
from haihe.region.template import KIND_NAMES
from haihe.workspace.data.browsing_rows import Page, page_of
from haihe.workspace.frame import names
from haihe.workspace.frame.shown import MISSING
from haihe.workspace.frame.words import spoken
from haihe.workspace.scenarios.cells import Base, key_of, named, plain, shown, typed, unit_of, worded
from haihe.workspace.scenarios.editing import Place, Written
from haihe.workspace.scenarios.models import Scenario

NONE = Page([], 0, 1, 1, [], "", [])


ORDER = ("number", "integer", "year", "flag", "date", "choice", "code", "codes", "unit", "text")
"""Kinds of columns in the order in which a grid shows them: what scenarios change most comes first."""
LAST = ("source", "quality", "note")


@dataclass
class Cell:
    """A cell: what its field holds, what the version says, what is wrong with what was typed.

    ``old`` says in words what the version says, where the scenario changes it; ``base`` is that as a file holds it.
    """

    name: str
    column: Column
    text: str
    label: Text
    unit: str = ""
    base: str = ""
    old: Text | None = None
    error: str = ""
    offered: str = ""
    """Column whose list of values the field offers."""

    @property
    def numeric(self) -> bool:
        """Whether it holds a number."""
        return self.column.kind in ("number", "integer")

    @property
    def size(self) -> int:
        """Characters for which the field has room."""
        return min(24, max(7, len(self.text.encode("gbk", "replace")) + 1))


@dataclass
class Line:
    """A record: its key, what the key is called, its cells, and whether the scenario adds it."""

    key: str
    heads: list[Text]
    cells: list[Cell]
    added: bool = False

    editable: bool = False

    @property
    def html(self) -> SafeString:
        """The cells, written at once: templates take too long for a thousand of them."""
        return format_html_join("", "{}", ((self._cell(cell),) for cell in self.cells))

    def _cell(self, cell: Cell) -> SafeString:
        """Write a cell: a field, or what it says; beside it what the version says, its unit, what is wrong."""
        numeric = mark_safe(' class="n"') if cell.numeric else ""
        old = format_html(" <del>{}</del>", cell.old(spoken())) if cell.old is not None else ""
        unit = format_html(" <small>{}</small>", cell.unit) if cell.numeric and cell.unit and cell.text else ""
        if not self.editable:
            said = format_html("<ins>{}</ins>", cell.text) if cell.old is not None else cell.text or MISSING
            return format_html("<td{}>{}{}{}</td>", numeric, said, unit, old)
        wrong = format_html(' aria-invalid="true" aria-describedby="{}-error"', cell.name) if cell.error else ""
        offered = format_html(' list="list-{}"', cell.offered) if cell.offered else ""
        error = (
            format_html('<span class="wrong-words" id="{}-error">{}</span>', cell.name, cell.error)
            if cell.error
            else ""
        )
        field = format_html(
            '<input id="{0}" name="{0}" value="{1}" size="{2}" aria-label="{3}" autocomplete="off"{4}{5}>',
            cell.name, cell.text, cell.size, cell.label(spoken()), offered, wrong,
        )  # fmt: skip
        marked = mark_safe(' class="changed"') if cell.old is not None or self.added else ""
        return format_html("<td{}>{}{}{}{}</td>", marked, field, unit, old, error)


@dataclass
class Grid:
    """One page of a table: records that the scenario adds, and records of the version."""

    spec: TableSpec
    page: Page
    added: list[Line]
    lines: list[Line]
    lists: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def every(self) -> list[Line]:
        """All records on the page."""
        return [*self.added, *self.lines]

    @property
    def keys(self) -> list[Column]:
        """The columns of the key."""
        return [column for column in self.spec.columns if column.key]

    @property
    def columns(self) -> list[Column]:
        """The columns that can be changed."""
        return columns_of(self.spec)


def grid_of(scenario: Scenario, spec: TableSpec, asked: Mapping[str, str], lang: Lang, editable: bool = True) -> Grid:
    """Give a page of a table as a scenario has it.

    Parameters
    ----------
    scenario : Scenario
        What changes the table.
    spec : TableSpec
        The table.
    asked : mapping of str
        As `page_of` takes it.
    lang : str
        Language in which choices stand in their fields.
    editable : bool
        Whether the cells are fields.
    """
    kept = scenario.version.tables.get(spec.name)
    page = page_of(kept, spec, asked) if kept else NONE
    mine = changes_in(scenario.edits, spec.name)
    rows = [dict(zip(spec.names, row, strict=True)) for row in page.rows]
    keys = {key_of([row[name] for name in spec.key]): row for row in rows}
    lists = _lists(spec, lang)
    lines = [
        _line(spec, key, row, mine.get(key, {}), f"c{at}", lang, lists) for at, (key, row) in enumerate(keys.items())
    ]
    added = [
        _line(spec, key, None, cells, f"n{at}", lang, lists)
        for at, (key, cells) in enumerate(added_in(scenario, spec).items())
    ]
    for line in (*added, *lines):
        line.editable = editable
    return Grid(spec, page, added, lines, lists)


def columns_of(spec: TableSpec) -> list[Column]:
    """Give the columns that can be changed, figures first, evidence and notes last."""
    there = [column for column in spec.columns if not column.key]
    return sorted(there, key=lambda column: (column.name in LAST, ORDER.index(column.kind)))


def changes_in(edits: Written, table: str) -> dict[str, dict[str, str]]:
    """Give what edits set in a table: value by column, by record."""
    found: dict[str, dict[str, str]] = {}
    for name, key, column, value, _reason in edits:
        if name == table:
            found.setdefault(key, {})[column] = value
    return found


def added_in(scenario: Scenario, spec: TableSpec) -> dict[str, dict[str, str]]:
    """Give the records that a scenario adds to a table: value by column, by record."""
    base = Base(scenario.version)
    return {key: said for key, said in changes_in(scenario.edits, spec.name).items() if not base.has(spec.name, key)}


def _line(
    spec: TableSpec,
    key: str,
    row: Mapping[str, Any] | None,
    mine: Mapping[str, str],
    name: str,
    lang: Lang,
    lists: Mapping[str, list[tuple[str, str]]],
) -> Line:
    parts = key.split("|")
    keys = dict(zip(spec.key, parts, strict=True))
    record = named(spec, key)
    there = {**(row or {}), **mine}
    cells = []
    for at, column in enumerate(columns_of(spec)):
        was = row[column.name] if row is not None else None
        value = typed(column, mine[column.name])[0] if column.name in mine else was
        label = Text(f"{column.title.zh}：{record.zh}", f"{column.title.en}: {record.en}")
        old = shown(column, was) if row is not None and column.name in mine else None
        cells.append(
            Cell(
                f"{name}_{at}",
                column,
                worded(column, value)(lang),
                label,
                unit_of(column, there),
                plain(column, was),
                old,
                offered=column.name if column.name in lists else "",
            )
        )
    return Line(key, [shown(spec.column(each), part) for each, part in keys.items()], cells, row is None)


def _lists(spec: TableSpec, lang: Lang) -> dict[str, list[tuple[str, str]]]:
    """Give the values that fields of a table offer, by column: choices, flags, codes with their names."""
    found: dict[str, list[tuple[str, str]]] = {}
    for column in spec.columns:
        if column.key:
            continue
        table = (column.ref or "").partition(".")[0]
        if column.kind == "choice":
            found[column.name] = [(word(lang), code) for code, word in column.word_of.items()]
        elif column.kind == "flag":
            found[column.name] = [(worded(column, value)(lang), "") for value in (True, False)]
        elif table in names.OFFERED:
            found[column.name] = [(code, name(lang)) for code, name in names.OFFERED[table]().items()]
    return found


@dataclass
class Typed:
    """What was typed into a grid: cells to set, cells to take back."""

    put: Written = field(default_factory=list)
    back: list[Place] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.put or self.back)


def typed_into(grid: Grid, sent: Mapping[str, str], reason: str, edits: Written, lang: Lang) -> Typed:
    """Read what was typed into the fields of a grid, which then hold it; what cannot stand is marked there.

    An emptied field takes a change back, as does what the version says itself; an empty field elsewhere is wrong.
    """
    found = Typed()
    set_before = {(edit[0], edit[1], edit[2]): edit[4] for edit in edits}
    for line in grid.every:
        for cell in line.cells:
            said = sent.get(cell.name, cell.text)
            if _same(said, cell.text):
                continue
            before, cell.text = cell.text, said
            place = (grid.spec.name, line.key, cell.column.name)
            if not said.strip():
                _emptied(found, cell, line, place, before, lang)
                continue
            value, fits = typed(cell.column, said)
            if not fits:
                cell.error = _misfit(cell, place, said, lang)
            elif line.added or plain(cell.column, value) != cell.base:
                found.put.append([*place, plain(cell.column, value), reason or set_before.get(place, "")])
            elif cell.old is not None:
                found.back.append(place)
    return found


def _same(said: str, text: str) -> bool:
    """Whether a field holds what it held; browsers send every end of line as two characters."""
    return said.replace("\r\n", "\n").strip() == text.strip()


def _emptied(found: Typed, cell: Cell, line: Line, place: Place, before: str, lang: Lang) -> None:
    required = line.added and cell.column.required
    if (cell.old is not None or line.added) and not required:
        found.back.append(place)
    else:
        cell.text = before
        cell.error = Finding("E-SCN-22", values={"value": line.key}).text(lang)


def _misfit(cell: Cell, place: Place, said: str, lang: Lang) -> str:
    """Say why a value does not fit; the place is the cell itself."""
    fault = declared(Edit(*place, said))
    if not isinstance(fault, Finding):
        return said
    more = {"target": cell.column.title, "kind": KIND_NAMES[cell.column.kind]}
    return Finding(fault.code, values={**fault.values, **more}).text(lang)


def refused(grid: Grid, error: HaiheError, found: Typed, lang: Lang) -> list[str]:
    """Mark the cells that findings of the checks speak of; give in words those that speak of no cell on the page."""
    put = {(key, column): value for _table, key, column, value, _reason in found.put}
    beside = []
    for finding in error.findings:
        said = str(finding.values.get("value"))
        cells = [
            cell
            for line in grid.every
            for cell in line.cells
            if finding.table == grid.spec.name
            and finding.column == cell.column.name
            and put.get((line.key, cell.column.name)) is not None
            and _is(cell, put[line.key, cell.column.name], said)
        ]
        for cell in cells:
            cell.error = finding.text(lang)
        if not cells:
            beside.append(finding.text(lang))
    return beside


def _is(cell: Cell, value: str, said: str) -> bool:
    """Whether a finding's value is the one that was put into a cell."""
    return said in (value, cell.text) or (cell.numeric and _number(said) == _number(value) is not None)


def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None


def faults(grid: Grid) -> list[Cell]:
    """Give the cells in which something is wrong."""
    return [cell for line in grid.every for cell in line.cells if cell.error]
