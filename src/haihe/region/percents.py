"""Cells that Excel shows as a percentage: 0.12 in the file, 12 % before the user's eyes."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from haihe.region.issues import Issue
from haihe.region.spec import Column, TableSpec

Cells = npt.NDArray[np.object_]

PERCENTS = ("%", "% of reference")
"""Units in which such a cell counts what is shown, a year or not; in every other it counts what the file holds."""

_OF_EXCEL = {"9", "10"}
"""Formats of a percentage that every workbook has: 0% and 0.00%."""
_QUOTED = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]")
"""What a number format shows as it stands, and what it says about width, colour and condition."""


class Percent(float):
    """The number of a cell that is shown as a percentage, as the file holds it."""


def percent_styles(xml: bytes) -> frozenset[str]:
    """Give the numbers of the cell styles that show a percentage.

    Parameters
    ----------
    xml : bytes
        The part of a workbook that holds its styles.

    Returns
    -------
    frozenset of str
        As cells name them.
    """
    root = ElementTree.fromstring(xml)
    space = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
    own = {each.get("numFmtId", ""): each.get("formatCode", "") for each in root.iter(f"{space}numFmt")}
    shown = {number for number, code in own.items() if "%" in _QUOTED.sub("", code)} | _OF_EXCEL - own.keys()
    cells = root.find(f"{space}cellXfs")
    return frozenset(str(at) for at, xf in enumerate(cells if cells is not None else ()) if xf.get("numFmtId") in shown)


def as_shown(found: Mapping[str, Cells], spec: TableSpec, offset: int, issues: list[Issue]) -> dict[str, Cells]:
    """Take the number that is shown where a column or its row counts in percent; one finding a column, ``N-NUM-04``.

    Parameters
    ----------
    found : mapping of ndarray of object, shape (records,)
        Cells as the file holds them, by declared name of the column.
    spec : TableSpec
        The table.
    offset : int
        Position of the first record in the table.
    issues : list of Issue
        The findings are appended.

    Returns
    -------
    dict of ndarray of object, shape (records,)
        The same cells, or those of a column changed.
    """
    return {name: _shown(cells, spec.column(name), found, spec.name, offset, issues) for name, cells in found.items()}


def _shown(
    cells: Cells, column: Column, found: Mapping[str, Cells], table: str, offset: int, issues: list[Issue]
) -> Cells:
    if column.unit not in (*PERCENTS, "@unit"):
        return cells
    units: Any = found.get("unit", np.full(len(cells), "")) if column.unit == "@unit" else [column.unit] * len(cells)
    which = [at for at, cell in enumerate(cells) if isinstance(cell, Percent) and _in_percent(units[at])]
    if not which:
        return cells
    taken = cells.copy()
    for at in which:
        taken[at] = float(Decimal(repr(float(cells[at]))) * 100)
    first = which[0]
    said = {"title": column.title, "value": f"{taken[first]:g}%", "stored": repr(float(cells[first]))}
    values = said | {"taken": f"{taken[first]:g}", "count": len(which), "unit": units[first].strip()}
    issues.append(Issue("N-NUM-04", table, offset + first, column.name, values))
    return taken


def _in_percent(unit: object) -> bool:
    return isinstance(unit, str) and unit.partition("/")[0].strip() in PERCENTS
