"""Statistical revisions: declared in a table with their source, applied as a level, never silently."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.layout import read_table
from haihe.messages import HaiheError, Text

COLUMNS = ("region", "year", "published", "revised", "unit", "quality", "source", "text_zh", "text_en")
"""Columns of a table of revisions."""


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
        A table with the columns of `COLUMNS`; the one that comes with haihe where not given.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` no table, ``E-ACC-02`` a missing column, ``E-ACC-06`` a figure that is no number above 0.
    """
    file = Path(str(files("haihe.accounts") / "data" / "revisions.csv")) if path is None else Path(path)
    table = read_table(file)
    for column in COLUMNS:
        if column not in table:
            raise HaiheError("E-ACC-02", file=str(file), column=column, near=nearest(column, table.columns))
    for column in ("published", "revised"):
        numbers = pd.to_numeric(table[column], errors="coerce")
        for at in table.index[~(numbers > 0)][:1]:
            raise HaiheError("E-ACC-06", file=str(file), row=int(at) + 2, column=column, value=table[column][at])
        table[column] = numbers
    found = table[table["year"] == str(year)].to_dict("records")
    return [
        Revision(r["region"], r["published"], r["revised"], r["unit"], r["source"], Text(r["text_zh"], r["text_en"]))
        for r in found
    ]
