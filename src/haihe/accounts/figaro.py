"""Eurostat FIGARO inter-country input-output tables: matrix form and flat form, CSV."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.labels import nearest
from haihe.accounts.matrix import MAX_BYTES, Label, Matrix, read_cells, read_matrix
from haihe.accounts.regional import FloatArray
from haihe.accounts.world import Vocabulary, arrange_world
from haihe.messages import HaiheError

UNIT = "million EUR"
ROW_LABELS = "rowLabels"
FLAT = {
    "refArea": ("refArea",),
    "row": ("rowIi", "rowPi"),
    "counterpartArea": ("counterpartArea",),
    "column": ("colIi", "colPi"),
    "value": ("obsValue",),
}
"""Columns of the flat form, each with the names it has had (by industry, by product)."""

WORDS = Vocabulary(
    final={
        "P3_S14": "household",
        "P3_S15": "npish",
        "P3_S13": "government",
        "P51G": "investment",
        "P5M": "inventories",
        "P52": "inventories",
        "P53": "inventories",
    },
    added={
        "D21X31": "taxes_less_subsidies_on_products",
        "D1": "labour",
        "D29X39": "other_taxes_on_production",
        "B2A3G": "surplus",
    },
    ignored=frozenset({"OP_RES", "OP_NRES"}),
)
_ITEMS = "|".join(map(re.escape, sorted({*WORDS.final, *WORDS.added, *WORDS.ignored}, key=len, reverse=True)))
_LABEL = re.compile(rf"(.+?)_({_ITEMS}|P\d\w*_S\d+|(?:CPA_)?[^_]+)")


def label(cells: tuple[str, ...]) -> Label:
    """Split ``COUNTRY_CODE``; the country itself may hold an underscore, and so may the code of a final use.

    Examples
    --------
    >>> label(("AT_C10T12",)), label(("WRL_REST_P3_S14",)), label(("AT_CPA_A01",))
    (('AT', 'C10T12'), ('WRL_REST', 'P3_S14'), ('AT', 'CPA_A01'))
    """
    found = _LABEL.fullmatch(cells[0].strip())
    return (found[1], found[2]) if found else ("", cells[0].strip())


def read_figaro(path: str | Path, year: int | None = None, limit: int = MAX_BYTES) -> InterregionalTable:
    """Read a FIGARO input-output table (industry by industry, or product by product).

    The matrix form has the column ``rowLabels`` and labels ``COUNTRY_CODE``; the flat form has a line a cell, with the
    columns refArea, rowIi (or rowPi), counterpartArea, colIi (or colPi) and obsValue. FIGARO has no column of output:
    it is the sum of a row. Taxes and purchases of residents and non-residents in final use are not part of the
    identities of a table and are not read.

    Parameters
    ----------
    path : str or Path
        CSV, plain or ``.gz``.
    year : int, optional
        Year of the figures; it stands in the file's name only, so it is declared.
    limit : int
        Largest size accepted, in bytes unpacked.

    Returns
    -------
    InterregionalTable
        Million euro, basic prices.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` with file, row, column and the nearest label, ``E-WORLD-01`` too large.

    References
    ----------
    Eurostat, Full international and global accounts for research in input-output analysis (FIGARO).
    """
    path = Path(path)
    heading = [str(cell) for cell in read_cells(path, limit, dtype=str, nrows=1).iloc[0].fillna("")]
    flat = {name for names in FLAT.values() for name in names}
    if ROW_LABELS in heading or not flat & set(heading):
        if ROW_LABELS not in heading:
            raise HaiheError("E-ACC-02", file=str(path), column=ROW_LABELS, near=nearest(ROW_LABELS, heading))
        return arrange_world(read_matrix(path, label, limit=limit), WORDS, UNIT, year)
    return arrange_world(_flat(path, heading, limit), WORDS, UNIT, year)


def _flat(path: Path, heading: list[str], limit: int) -> Matrix:
    """Turn the flat form into a matrix; a cell that has no line stays NaN."""
    named: dict[str, str] = {}
    for meaning, names in FLAT.items():
        present = [name for name in names if name in heading]
        if not present:
            wanted = " / ".join(names)
            raise HaiheError("E-ACC-02", file=str(path), column=wanted, near=nearest(names[0], heading))
        named[meaning] = present[0]
    which = [heading.index(name) for name in named.values()]
    table = read_cells(path, limit, dtype=str, skiprows=1, usecols=which)[which].fillna("")
    table.columns = pd.Index(list(named))
    number = pd.to_numeric(table["value"], errors="coerce")
    for at in np.flatnonzero(number.isna())[:1]:
        seen = table["value"].iloc[at]
        raise HaiheError("E-ACC-06", file=str(path), row=int(at) + 2, column=named["value"], value=seen)
    row, rows, row_lines = _codes(table["refArea"], table["row"])
    column, columns, column_lines = _codes(table["counterpartArea"], table["column"])
    for at in np.flatnonzero(pd.Series(row * len(columns) + column).duplicated())[:1]:
        value = " / ".join((*rows[row[at]], *columns[column[at]]))
        raise HaiheError("E-ACC-04", file=str(path), row=int(at) + 2, value=value)
    values: FloatArray = np.full((len(rows), len(columns)), np.nan)
    values[row, column] = number.to_numpy(dtype=np.float64)
    return Matrix(str(path), rows, columns, values, row_lines, column_lines, named["row"], named["column"])


def _codes(region: "pd.Series[str]", item: "pd.Series[str]") -> tuple[np.ndarray, list[Label], list[int]]:
    """Number the pairs in order of appearance; give the numbers, the pairs and the line each is first seen on."""
    first = pd.DataFrame({"region": region, "item": item}).drop_duplicates()
    pairs = list(zip(first["region"], first["item"], strict=True))
    index = pd.MultiIndex.from_arrays([first["region"], first["item"]])
    codes = index.get_indexer(pd.MultiIndex.from_arrays([region, item]))
    return codes, pairs, [int(at) + 2 for at in first.index]
