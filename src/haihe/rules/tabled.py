"""What rounds, ledgers and fund views give: tables by key and a workbook; amounts kept in fen and shown in 万元."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property

import pandas as pd

from haihe.figures import Column, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Text

WAN = Text("万元", "10,000 yuan")
FEN_PER_WAN = 10**6
SHOWN = "_wan"
"""Ending of the columns in which amounts stand in 万元 beside those in fen."""


class Tabled(InSheets):
    """Base of every result of this room: it says in `shown` which tables it has."""

    @abstractmethod
    def shown(self) -> Iterable[Table]:
        """Give the tables in the order in which they are read."""

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table by key."""
        return {table.key: table for table in self.shown()}


def in_wan(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Add to each column of fen one in 万元 for showing; missing stays missing."""
    shown = {name + SHOWN: frame[name].astype("Float64").astype("float64") / FEN_PER_WAN for name in columns}
    return frame.assign(**shown)


def money(frame: pd.DataFrame, key: str, title: Text, most: int | None = None) -> Column:
    """Show a column of fen in 万元.

    Two decimals where that is exact, else six, which is the fen; with `most`, as many as are needed and no more than
    that.
    """
    given = frame[key].dropna()
    needed = next((digits for digits in range(6) if (given % 10 ** (6 - digits) == 0).all()), 6)
    shown = (2 if needed <= 2 else 6) if most is None else min(needed, most)
    return Column(key + SHOWN, title, unit=WAN, kind="number", digits=shown)
