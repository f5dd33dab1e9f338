"""EXIOBASE 3, the folder of tab-separated text."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.matrix import MAX_BYTES, Label, Matrix, read_cells, read_matrix
from haihe.accounts.world import Vocabulary, arrange_world, match_producers
from haihe.messages import HaiheError

ADDED_FOLDERS = ("factor_inputs", "satellite", "value_added")
"""Folders that may hold value added, looked through in this order."""
OUTPUT = "indout"
EXPORTS = frozenset({"Exports: Total (fob)", "Export", "Exports"})
FINAL = {
    "Final consumption expenditure by households": "household",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)": "npish",
    "Final consumption expenditure by government": "government",
    "Gross fixed capital formation": "investment",
    "Changes in inventories": "inventories",
    "Changes in valuables": "valuables",
}


def pair(cells: tuple[str, ...]) -> Label:
    """Take two cells as region and item; one alone is an item."""
    return (cells[0].strip(), cells[1].strip()) if len(cells) == 2 else ("", cells[0].strip())


def read_exiobase(folder: str | Path, year: int | None = None, limit: int = MAX_BYTES) -> InterregionalTable:
    """Read EXIOBASE 3 (monetary, industry by industry or product by product).

    The folder holds ``Z.txt``, or ``A.txt`` with ``x.txt``; ``Y.txt``; ``unit.txt``; and value added in ``F.txt`` of
    one of the folders `ADDED_FOLDERS`: the rows whose unit, in ``unit.txt`` beside it, is that of the table. Output is
    ``x.txt`` where it is there, else the sum of each row. Other extensions are not read.

    Parameters
    ----------
    folder : str or Path
        The unpacked folder.
    year : int, optional
        Year of the figures.
    limit : int
        Largest size accepted of each file, in bytes.

    Returns
    -------
    InterregionalTable
        In the unit of ``unit.txt`` (million euro), kinds of value added as the database names them.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` with file, row, column and the nearest label, ``E-WORLD-01`` a file too large,
        ``E-WORLD-02`` where no folder holds value added.

    References
    ----------
    Stadler, K. et al. (2018), EXIOBASE 3, Journal of Industrial Ecology 22(3), 502-515.
    """
    folder = Path(folder)
    x = _read(folder / "x.txt", limit, heads=1) if (folder / "x.txt").is_file() else None
    direct = (folder / "Z.txt").is_file() or x is None
    flows = _read(folder / ("Z.txt" if direct else "A.txt"), limit)
    match_producers(flows, range(len(flows.rows)), range(len(flows.columns)))
    units = read_cells(folder / "unit.txt", limit, sep="\t", dtype=str, skiprows=1)
    unit = str(units.iloc[0, units.shape[1] - 1])
    Y = _read(folder / "Y.txt", limit)
    for j, (_, item) in enumerate(Y.columns):
        if item not in FINAL and item not in EXPORTS:
            raise Y.refuse_column(j, [(Y.columns[j][0], known) for known in (*FINAL, *EXPORTS)])
    values = flows.values
    last = [Y.values[_order(flows.rows, Y, Y.rows, rows=True)]]
    columns, output = [*flows.columns, *Y.columns], tuple[str, ...]()
    if x is not None:
        made = x.values[_order(flows.rows, x, x.rows, rows=True), 0]
        last.append(made[:, None])
        columns, output = [*columns, ("", OUTPUT)], (OUTPUT,)
        if not direct:
            values = values * x.values[_order(flows.columns, x, x.rows, rows=True), 0]
    added = _added(folder, unit, limit)
    lower = added.values[:, _order(flows.columns, added, added.columns, rows=False)]
    blank = np.full((len(added.rows), len(columns) - len(flows.columns)), np.nan)
    whole = replace(
        flows,
        rows=[*flows.rows, *added.rows],
        columns=columns,
        values=np.block([[values, *last], [lower, blank]]),
        row_lines=[*flows.row_lines, *added.row_lines],
        column_lines=[1] * len(columns),
    )
    kinds = {item: item for _, item in added.rows}
    words = Vocabulary(final=FINAL, added=kinds, output=output, exports=EXPORTS)
    return arrange_world(whole, words, unit, year)


def _read(path: Path, limit: int, heads: int = 2, keys: int = 2) -> Matrix:
    return read_matrix(path, pair, separator="\t", heads=heads, keys=keys, joint=" / ", limit=limit)


def _order(wanted: list[Label], matrix: Matrix, labels: list[Label], *, rows: bool) -> list[int]:
    """Find where a file has the labels of the main table; unknown and missing ones are named."""
    known = set(wanted)
    for at, label in enumerate(labels):
        if label not in known:
            candidates = sorted(known - set(labels)) or sorted(known)
            raise matrix.refuse_row(at, candidates) if rows else matrix.refuse_column(at, candidates)
    place = {label: at for at, label in enumerate(labels)}
    for label in wanted:
        if label not in place:
            raise HaiheError("E-ACC-05", file=matrix.file, value=matrix.say(label))
    return [place[label] for label in wanted]


def _added(folder: Path, unit: str, limit: int) -> Matrix:
    """Read value added: the rows of an extension that are in the money of the table."""
    for name in ADDED_FOLDERS:
        file, said = folder / name / "F.txt", folder / name / "unit.txt"
        if not file.is_file():
            continue
        units = read_cells(said, limit, sep="\t", dtype=str, skiprows=1)
        money = set(units.loc[units[1] == unit, 0])
        F = _read(file, limit, keys=1)
        for at, (_, item) in enumerate(F.rows):
            if item not in set(units[0]):
                raise F.refuse_row(at, [("", str(known)) for known in units[0]])
        which = [at for at, (_, item) in enumerate(F.rows) if item in money]
        if which:
            lines = [F.row_lines[at] for at in which]
            return replace(F, rows=[F.rows[at] for at in which], values=F.values[which], row_lines=lines)
    raise HaiheError(
        "E-WORLD-02", file=str(folder), value=", ".join(f"{name}/F.txt" for name in ADDED_FOLDERS), unit=unit
    )
