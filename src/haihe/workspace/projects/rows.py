"""Projects as rows of the region's tables, and rows as projects: what a workbook and the library's pipeline read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from haihe.planning.pipeline_inputs import NAMES
from haihe.region.cells import dtype_of
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.stages import LEFT

SPECS: Mapping[str, TableSpec] = {
    name: TABLES[name] for name in ("projects", "project_sites", "project_resources", "pipeline")
}
"""Tables in which projects come and go."""
OWN = ("name_zh", "name_en", "chain", "sector", "ownership", "stage", "source", "quality", "note")
"""Columns of the table ``projects`` that are text fields of a project of the same name."""
AMOUNTS = ("investment", "output", "need")
"""Columns that are amounts, in 万元."""
FACTS = tuple(name for name in SPECS["projects"].names if name not in (*OWN, *AMOUNTS, "project"))
"""Columns kept as they are."""
FEN = Decimal("0.000001")
PARTS = {"project_sites": "sites", "project_resources": "needs"}


@dataclass
class Said:
    """What tables say of one project: its fields, rows of sites and needs, and a day by stage."""

    code: str
    fields: dict[str, Any]
    sites: list[dict[str, str]] = field(default_factory=list)
    needs: list[dict[str, str]] = field(default_factory=list)
    days: dict[str, str] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """Where it stands: its first site."""
        return self.sites[0]["region"] if self.sites else ""


def frames_of(projects: Iterable[Project]) -> dict[str, pd.DataFrame]:
    """Give projects as typed tables; who left is in none of them."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SPECS}
    for each in projects:
        if each.stage == LEFT:
            continue
        own = {name: getattr(each, name) or None for name in (*OWN, *AMOUNTS)}
        own |= {name: getattr(each, name) for name in AMOUNTS}
        rows["projects"].append({"project": each.code} | own | each.facts)
        for table, name in PARTS.items():
            rows[table] += [{"project": each.code} | row for row in getattr(each, name)]
        evidence = {"source": each.source, "quality": each.quality}
        days = each.planned | each.reached
        rows["pipeline"] += [
            {"project": each.code, "stage": stage, "date": days[stage], **evidence} for stage in NAMES if stage in days
        ]
    return {name: _typed(SPECS[name], said) for name, said in rows.items()}


def _typed(spec: TableSpec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Give rows of text as a typed table."""
    frame = pd.DataFrame(rows, columns=spec.names, dtype=object)
    made = {}
    for column in spec.columns:
        cells, kind = frame[column.name], dtype_of(column)
        cells = cells.where(cells.notna() & (cells != ""), None)
        if kind == "Int64":
            made[column.name] = pd.to_numeric(cells).astype("Int64")
        elif kind == "float64":
            made[column.name] = pd.to_numeric(cells.map(lambda cell: None if cell is None else float(cell)))
        else:
            made[column.name] = cells
        made[column.name] = made[column.name].astype(kind)  # type: ignore[call-overload]
    return pd.DataFrame(made)


def said_in(tables: Mapping[str, pd.DataFrame]) -> dict[str, Said]:
    """Give what tables say of each project, by code, in the order of the rows."""
    found: dict[str, Said] = {}
    for row in _rows(tables["projects"]):
        own: dict[str, Any] = {name: row.get(name, "") for name in OWN}
        own |= {name: money(row[name]) if name in row else None for name in AMOUNTS}
        own["facts"] = {name: row[name] for name in FACTS if name in row}
        found[row["project"]] = Said(row["project"], own)
    for table, name in PARTS.items():
        for row in _rows(tables[table]) if table in tables else ():
            if row["project"] in found:
                getattr(found[row["project"]], name).append({key: row[key] for key in row if key != "project"})
    for row in _rows(tables["pipeline"]) if "pipeline" in tables else ():
        if row["project"] in found:
            found[row["project"]].days[row["stage"]] = row["date"]
    return found


def money(said: str | float | Decimal) -> Decimal:
    """Give an amount in 万元 to the fen."""
    return Decimal(str(said)).quantize(FEN)


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Give the filled cells of each row as text."""
    names = list(frame.columns)
    cells = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return [{name: _text(cell) for name, cell in zip(names, row, strict=True) if cell is not None} for row in cells]


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def split(days: Mapping[str, str], stage: str, today: date) -> tuple[dict[str, str], dict[str, str]]:
    """Part days by stage into planned and reached: what lies behind the stage, on a day that is past, was reached."""
    behind = set(NAMES[: NAMES.index(stage) + 1]) if stage in NAMES else set()
    reached = {k: day for k, day in days.items() if k in behind and date.fromisoformat(day) <= today}
    return {k: day for k, day in days.items() if k not in reached}, reached
