"""Declared figures: revisions and known totals of a region's tables, and output by sector from a table of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts.layout import read_columns
from haihe.accounts.vector import KnownTotal
from haihe.messages import QUALITIES, HaiheError, Quality, Text, worst_quality
from haihe.region import Region
from haihe.region.units import factors

ALL = "*"
"""Stands for every sector or kind."""
OUTPUT = ("sector", "output", "unit", "quality")
"""Columns of a table of output by sector."""


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


def revisions_of(region: Region, year: int) -> list[Revision]:
    """Give the revisions that a region's table ``revisions`` declares for figures of one year; none without it.

    Parameters
    ----------
    region : Region
        A checked region.
    year : int
        Year of the accounts to be revised.
    """
    table = region.frame("revisions")
    columns = ["region", "published", "revised", "unit", "source", "reason_zh", "reason_en"]
    rows = table.loc[table["year"] == year, columns].itertuples(index=False, name=None)
    return [
        Revision(place, published, revised, unit, source, Text(zh, en))
        for place, published, revised, unit, source, zh, en in rows
    ]


def known_totals_of(region: Region, year: int) -> list[KnownTotal]:
    """Give what a region's table ``known_totals`` holds of one year, for `update`.

    Parameters
    ----------
    region : Region
        A checked region.
    year : int
        Year of the sums.
    """
    table = region.frame("known_totals")

    def several(cell: str) -> list[str] | None:
        return None if cell == ALL else [part.strip() for part in cell.split(";")]

    columns = ["total", "item", "value", "unit", "reliability", "source", "region", "sectors", "kinds"]
    rows = table.loc[table["year"] == year, columns].itertuples(index=False, name=None)
    return [
        KnownTotal(
            name=total,
            item=item,
            value=value,
            unit=unit,
            reliability=reliability,
            source=source,
            region=None if pd.isna(place) else place,
            sectors=several(sectors),
            kinds=several(kinds),
        )
        for total, item, value, unit, reliability, source, place, sectors, kinds in rows
    ]


def _numbers(file: Path, table: pd.DataFrame, column: str) -> list[float]:
    """Turn a column into numbers; the first cell that is none is named."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    for at in table.index[numbers.isna()][:1]:
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
        ``E-ACC-02`` a missing column, ``E-ACC-04`` a sector twice, ``E-ACC-06`` an output that is no number or a quality
        that is no mark, ``E-UNIT-01`` or ``E-UNIT-02`` for its unit, and what `read_table` raises.
    """
    file = Path(path)
    table = read_columns(file, OUTPUT)
    twice = table["sector"].duplicated()
    for at in table.index[twice][:1]:
        raise HaiheError("E-ACC-04", file=str(file), row=int(at) + 2, column="sector", value=table["sector"][at])
    for at in table.index[~table["quality"].isin(QUALITIES)][:1]:
        raise HaiheError("E-ACC-06", file=str(file), row=int(at) + 2, column="quality", value=table["quality"][at])
    values = np.array(_numbers(file, table, "output")) * factors(table["unit"], unit).to_numpy()
    return pd.Series(values, index=table["sector"].tolist()), worst_quality(table["quality"]) or "illustrative"
