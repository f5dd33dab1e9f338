"""What a scenario sets, and what differs in the inputs of several, as tables with their downloads."""

from collections.abc import Mapping, Sequence

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import QUALITY_NAMES, Text
from haihe.region.tables import TABLES
from haihe.workspace.data.models import Version
from haihe.workspace.scenarios.cells import Base, named, shown, unit_of
from haihe.workspace.scenarios.editing import Place, place
from haihe.workspace.scenarios.models import Scenario

DASH = Text("—", "—")
HEADS = (
    Column("table", Text("表", "Table")),
    Column("record", Text("记录", "Record")),
    Column("column", Text("列", "Column")),
    Column("unit", Text("单位", "Unit")),
)
QUALITY = Column("quality", Text("质量", "Quality"))
SOURCE = Column("source", Text("来源", "Source"))
MOST = 4
"""Scenarios compared at once."""


def changes_table(scenario: Scenario) -> Table:
    """Give what a scenario sets: each cell with what the version says, the new value and why."""
    base, own = Base(scenario.version), {place(edit): edit[3] for edit in scenario.edits}
    rows = [
        {
            **_where(edit, base, own),
            "old": _said(base, place(edit)),
            "new": _value(place(edit), edit[3]),
            "reason": Text(edit[4], edit[4]) if edit[4] else DASH,
        }
        for edit in scenario.edits
    ]
    old, new = Text("原值", "Data say"), Text("新值", "Scenario says")
    columns = (
        *HEADS,
        Column("old", old),
        Column("new", new),
        Column("reason", Text("理由", "Reason")),
        SOURCE,
        QUALITY,
    )
    name = scenario.name
    title = Text(f"情景“{name.zh}”的修改", f"What the scenario “{name.en}” changes")
    return _table(rows, columns, f"scenario-{scenario.code}", title, [scenario.version])


def inputs_table(scenarios: Sequence[Scenario]) -> Table:
    """Give every cell that one of some scenarios sets, with what each of them and each of their versions says there."""
    versions = list({each.version_id: each.version for each in scenarios}.values())
    bases = {version.pk: Base(version) for version in versions}
    own = [{place(edit): edit[3] for edit in each.edits} for each in scenarios]
    cells = sorted({cell: None for said in own for cell in said}, key=lambda cell: list(TABLES).index(cell[0]))
    rows = []
    for cell in cells:
        row = _where(cell, bases[versions[0].pk], {at: value for said in own for at, value in said.items()})
        row |= {f"base{at}": _said(bases[version.pk], cell) for at, version in enumerate(versions)}
        for at, (each, said) in enumerate(zip(scenarios, own, strict=True)):
            row[f"s{at}"] = _value(cell, said[cell]) if cell in said else _unchanged(bases[each.version_id], cell)
        rows.append(row)
    of_data = [Column(f"base{at}", version.name) for at, version in enumerate(versions)]
    of_scenarios = [Column(f"s{at}", each.name) for at, each in enumerate(scenarios)]
    title = Text("各情景输入的差异", "Inputs that differ between the scenarios")
    columns = (*HEADS, *of_data, *of_scenarios, SOURCE, QUALITY)
    return _table(rows, columns, "scenario-inputs", title, versions)


def _where(cell: Sequence[str], base: Base, added: Mapping[Place, str]) -> dict[str, Text]:
    """Give the place of a cell in words, its unit, source and quality: of the version's record, else of the added one."""
    spec = TABLES[cell[0]]
    column, record = spec.column(cell[2]), base.record(cell[0], cell[1])
    if record is None:
        record = {name: added.get((cell[0], cell[1], name)) for name in spec.names}
    unit = unit_of(column, record)
    source = (record or {}).get("source")
    return {
        "table": spec.title,
        "record": named(spec, cell[1]),
        "column": column.title,
        "unit": Text(unit, unit) if unit else DASH,
        "source": Text(str(source), str(source)) if source else DASH,
        "quality": QUALITY_NAMES.get(str((record or {}).get("quality")), DASH),  # type: ignore[call-overload]
    }


def _said(base: Base, cell: Place) -> Text:
    """Say what a version has in a cell; a dash where it does not have the record, or nothing there."""
    record = base.record(cell[0], cell[1])
    value = None if record is None else record[cell[2]]
    return DASH if value is None else shown(TABLES[cell[0]].column(cell[2]), value)


def _value(cell: Sequence[str], value: str) -> Text:
    return shown(TABLES[cell[0]].column(cell[2]), value)


def _unchanged(base: Base, cell: Place) -> Text:
    said = _said(base, cell)
    return said if said == DASH else Text(f"{said.zh}（未改）", f"{said.en} (as the data)")


def _table(
    rows: list[dict[str, Text]], columns: Sequence[Column], key: str, title: Text, versions: Sequence[Version]
) -> Table:
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype=object)
    names = [version.name for version in versions]
    source = Text("；".join(name.zh for name in names), "; ".join(name.en for name in names))
    return Table(frame, columns, key=key, title=title, source=source, quality=None)
