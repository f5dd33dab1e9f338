"""Declared figures: revisions, known totals and output by sector, read from tables with their source."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.layout import read_table
from haihe.accounts.vector import KnownTotal
from haihe.messages import QUALITIES, HaiheError, Quality, Text, worst_quality
from haihe.region.units import factors

REVISIONS = ("region", "year", "published", "revised", "unit", "quality", "source", "text_zh", "text_en")
"""Columns of a table of revisions."""
TOTALS = ("name", "item", "region", "sectors", "kinds", "year", "value", "unit", "reliability", "source")
"""Columns of a table of known totals."""
OUTPUT = ("sector", "output", "unit", "quality")
"""Columns of a table of output by sector."""
BETWEEN = ";"
"""Stands between several sectors or kinds of one total."""


@dataclass(frozen=True)
class Revision:
    """A statistical revision that changes the level of a region's figures.

    Every cell of the region is multiplied by `factor`, so its coefficients and shares do not change.

    Attributes
    ----------
    region : str
    published, revised : float
        The figure (GDP) as first published, and after the revision, in `unit`.
    unit : str
        Unit of money of both.
    source : str
        Who published the revision.
    text : Text
        What was revised and why.
    """

    region: str
    published: float
    revised: float
    unit: str
    source: str
    text: Text

    @property
    def factor(self) -> float:
        """Revised over published level."""
        return self.revised / self.published


def read_revisions(year: int, path: str | Path | None = None) -> list[Revision]:
    """Read the revisions declared for tables of one year.

    Parameters
    ----------
    year : int
        Year of the table to be revised.
    path : str or Path, optional
        A table with the columns `REVISIONS`; the one that comes with haihe where not given.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` no table, ``E-ACC-02`` a missing column, ``E-ACC-06`` a figure that is no number above 0.
    """
    file = Path(str(files("haihe.accounts") / "data" / "revisions.csv")) if path is None else Path(path)
    table = _declared(file, REVISIONS, year)
    published, revised = (_numbers(file, table, column, above=True) for column in ("published", "revised"))
    texts = [Text(zh, en) for zh, en in zip(table["text_zh"], table["text_en"], strict=True)]
    columns = (table["region"], published, revised, table["unit"], table["source"], texts)
    return [Revision(*row) for row in zip(*columns, strict=True)]


def read_known_totals(path: str | Path, year: int) -> list[KnownTotal]:
    """Read what is known of one year, for `update`.

    Parameters
    ----------
    path : str or Path
        A table with the columns `TOTALS`. An empty region, sectors or kinds means all; several sectors or kinds are
        parted by ``;``.
    year : int
        Year to take.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` no table, ``E-ACC-02`` a missing column, ``E-ACC-06`` a value or reliability that is no number.
    """
    file = Path(path)
    table = _declared(file, TOTALS, year)
    values, reliability = (_numbers(file, table, column) for column in ("value", "reliability"))

    def several(cell: str) -> list[str] | None:
        return [part.strip() for part in cell.split(BETWEEN)] if cell.strip() else None

    lists = [[several(cell) for cell in table[column]] for column in ("sectors", "kinds")]
    regions = [region or None for region in table["region"]]
    columns = (table["name"], table["item"], values, table["unit"], reliability, table["source"], regions, *lists)
    return [KnownTotal(*row) for row in zip(*columns, strict=True)]


def _declared(file: Path, columns: tuple[str, ...], year: int) -> pd.DataFrame:
    """Read a table with these columns and keep the rows of one year."""
    table = _with_columns(file, columns)
    return table[table["year"] == str(year)]


def _with_columns(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a table that has these columns; the first that is missing is named."""
    table = read_table(file)
    for column in columns:
        if column not in table:
            raise HaiheError("E-ACC-02", file=str(file), column=column, near=nearest(column, table.columns))
    return table


def _numbers(file: Path, table: pd.DataFrame, column: str, above: bool = False) -> list[float]:
    """Turn a column into numbers; the first cell that is none (or not above 0) is named."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    bad = numbers.isna() | (above & (numbers <= 0))
    for at in table.index[bad][:1]:
        raise HaiheError("E-ACC-06", file=str(file), row=int(at) + 2, column=column, value=table[column][at])
    return [float(number) for number in numbers]


def read_sector_output(path: str | Path, unit: str) -> tuple[pd.Series[float], Quality]:
    """Read a region's output by sector, for `haihe.accounts.regionalise`.

    Parameters
    ----------
    path : str or Path
        A table with the columns `OUTPUT`, a row a sector.
    unit : str
        Unit of money wanted; the column ``unit`` is converted into it.

    Returns
    -------
    output : Series
        Output by sector code.
    quality : Quality
        Worst mark of the rows.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` no table, ``E-ACC-02`` a missing column, ``E-ACC-04`` a sector twice, ``E-ACC-06`` an output that
        is no number or a quality that is no mark, ``E-UNIT-01`` or ``E-UNIT-02`` for its unit.
    """
    file = Path(path)
    table = _with_columns(file, OUTPUT)
    twice = table["sector"].duplicated()
    for at in table.index[twice][:1]:
        raise HaiheError("E-ACC-04", file=str(file), row=int(at) + 2, column="sector", value=table["sector"][at])
    for at in table.index[~table["quality"].isin(QUALITIES)][:1]:
        raise HaiheError("E-ACC-06", file=str(file), row=int(at) + 2, column="quality", value=table["quality"][at])
    values = np.array(_numbers(file, table, "output")) * factors(table["unit"], unit).to_numpy()
    return pd.Series(values, index=table["sector"].tolist()), worst_quality(table["quality"]) or "illustrative"
