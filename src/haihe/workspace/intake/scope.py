"""Whose rows a table holds, read from its declaration: the regions that a row speaks of."""

import numpy as np
import pandas as pd

from haihe.region.spec import TableSpec
from haihe.workspace.intake.changes import Mask, Mine

REGION = "regions.region"
OPEN = frozenset({"sources"})
"""Tables to which every sender may add rows, and in which only the keeper changes any."""


KEPT = frozenset({"regions"})
"""Tables that say what belongs to whom: their keeper's alone, for whoever changed them would change what is theirs."""


def region_columns(spec: TableSpec) -> list[str]:
    """Give the columns that say whose a row is: ``region`` where there is one, else every reference to a region.

    A row of several regions, such as a flow between two, is theirs together; who answers for one of them alone may not
    change it. A table without such a column is its keeper's alone.
    """
    if "region" in spec.names:
        return ["region"]
    return [column.name for column in spec.columns if column.ref == REGION]


def rows_of(spec: TableSpec, regions: frozenset[str]) -> Mine:
    """Give the test of rows that are these regions'; of a table in `KEPT` none is."""
    columns = [] if spec.name in KEPT else [spec.column(name) for name in region_columns(spec)]

    def mine(frame: pd.DataFrame) -> Mask:
        if not columns:
            return np.zeros(len(frame), dtype=bool)
        theirs = np.ones(len(frame), dtype=bool)
        named = np.zeros(len(frame), dtype=bool)
        for column in columns:
            cells, filled = frame[column.name], frame[column.name].notna().to_numpy(dtype=bool)
            if column.kind == "codes":
                fits = np.array([regions.issuperset(str(cell).split(";")) for cell in cells], dtype=bool)
            else:
                fits = cells.isin(regions).to_numpy(dtype=bool)
            theirs &= fits | ~filled
            named |= filled
        return theirs & named

    return mine


def below(regions: pd.DataFrame, top: str) -> frozenset[str]:
    """Give a region's code and the codes of every region below it."""
    found, edge = {top}, {top}
    while edge:
        edge = set(regions.loc[regions["parent"].isin(edge), "region"].tolist()) - found
        found |= edge
    return frozenset(found)
