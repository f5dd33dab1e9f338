"""Read the tables of a settlement: firms that moved, their taxes, payments between the places."""

from pathlib import Path
from typing import Any

import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.rules.dialect import nearest
from haihe.rules.plain_table import days, flags, in_fen, read_plain, whole_numbers
from haihe.rules.settlement import PAYMENT_COLUMNS, ROW, TAX_COLUMNS
from haihe.rules.sharing import DATES, FIRM_COLUMNS, FLAGS, LEADERS

_YEAR, _DAY = Text("年份", "a year"), Text("日期（YYYY-MM-DD）", "a day (YYYY-MM-DD)")
_FLAG, _MONEY = Text("是否", "yes or no"), Text("金额", "an amount of money")


def read_moved_firms(path: str | Path) -> pd.DataFrame:
    """Read the firms that moved.

    Parameters
    ----------
    path : path
        CSV or workbook with the columns of `haihe.rules.sharing.FIRM_COLUMNS`; others are left out.

    Raises
    ------
    HaiheError
        ``E-RUL-110``, ``E-RUL-111`` and, for a word of column ``led_by`` that is none of `LEADERS`, ``E-RUL-112``, with
        file, row and column.
    """
    path = Path(path)
    frame = read_plain(path, FIRM_COLUMNS)
    made = {name: frame[name].map(lambda cell: None if cell is None else str(cell)) for name in FIRM_COLUMNS}
    made["led_by"] = _leaders(frame, path.name)
    made["moved"] = whole_numbers(frame, "moved", path.name, _YEAR)
    made |= {name: flags(frame, name, path.name, _FLAG) for name in FLAGS}
    made |= {name: days(frame, name, path.name, _DAY) for name in DATES}
    return pd.DataFrame(made).reset_index(drop=True)


def _leaders(frame: pd.DataFrame, file: str) -> "pd.Series[Any]":
    """Read who led each move; empty is missing."""
    given = [None if cell is None else str(cell).strip() for cell in frame["led_by"]]
    for row, word in zip(frame.index, given, strict=True):
        if word is not None and word.lower() not in LEADERS:
            near = nearest(word, LEADERS)
            raise HaiheError("E-RUL-112", file=file, row=int(row), column="led_by", value=word, near=near)
    codes = [None if word is None else LEADERS[word.lower()] for word in given]
    return pd.Series(codes, index=frame.index, dtype=object)


def read_taxes(path: str | Path) -> pd.DataFrame:
    """Read taxes by firm and year; ``paid`` and ``refunded`` become fen by the unit of each row; raises as above.

    Column `ROW` keeps the row of the file.
    """
    return _money(Path(path), TAX_COLUMNS, ("paid", "refunded"))


def read_tax_payments(path: str | Path) -> pd.DataFrame:
    """Read payments by firm and year; ``amount`` becomes fen by the unit of each row; raises as above."""
    return _money(Path(path), PAYMENT_COLUMNS, ("amount",))


def _money(path: Path, columns: tuple[str, ...], amounts: tuple[str, ...]) -> pd.DataFrame:
    frame = read_plain(path, (*columns, "unit"))
    made = {name: frame[name] for name in columns}
    made["firm"] = frame["firm"].astype(str)
    made[ROW] = frame.index.to_series()
    made["year"] = whole_numbers(frame, "year", path.name, _YEAR)
    made |= {name: in_fen(frame, name, path.name, _MONEY) for name in amounts}
    return pd.DataFrame(made).reset_index(drop=True)
