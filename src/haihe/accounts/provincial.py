"""Published provincial tables of China, 42 sectors: 2007, 2012, 2017."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from haihe.accounts.aggregate import Concordance
from haihe.accounts.geography import province_names
from haihe.accounts.labels import nearest
from haihe.accounts.layout import Layout, arrange, read_table
from haihe.accounts.regional import Accounts
from haihe.messages import HaiheError, Text

FINAL = {
    "FU101": "household_rural",
    "FU102": "household_urban",
    "FU103": "government",
    "FU201": "investment",
    "FU202": "inventories",
}
ADDED = {"VA001": "labour", "VA002": "taxes", "VA003": "depreciation", "VA004": "surplus"}
SPLIT_TRADE = {
    "EX": "exports",
    "OF": "outflow",
    "IM": "imports",
    "IF": "inflow",
    "ERR": "residual",
    "GO": "output",
}
MERGED_TRADE = {"FU302": "outflow", "FU304": "inflow", "ERR": "residual", "GO": "output"}


def _layout(merged: bool) -> Layout:
    return Layout(
        row_label="row",
        region_label="province",
        sectors=tuple(f"sec{i:02d}" for i in range(1, 43)),
        final=FINAL,
        added=ADDED,
        trade=MERGED_TRADE if merged else SPLIT_TRADE,
        totals=frozenset({"TVA", "TI"}),
        merged_trade=merged,
    )


LAYOUTS = {2007: _layout(merged=True), 2012: _layout(merged=False), 2017: _layout(merged=False)}
UNIT = "万元"


def read_provinces(path: str | Path, year: int, provinces: Sequence[str] | None = None) -> Accounts:
    """Read the provincial tables of one year (30 provinces in 2007, without Tibet; 31 in 2012 and 2017).

    Parameters
    ----------
    path : str or Path
        The CSV file, or the folder that holds ``china_provincial_io_YEAR.csv.gz``. Where ``sector_concordance.csv``
        stands beside it, sector names are taken from there (English: the name of the common sector).
    year : int
        2007, 2012 or 2017. The layout of 2007 includes exports in outflow and imports in inflow (`merged_trade`).
    provinces : sequence of str, optional
        Keep these, in this order.

    Returns
    -------
    Accounts
        万元 (10,000 yuan), current producers' prices, published residual (ERR) kept.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` for the file, ``E-ACC-07`` for an unknown province, ``E-ACC-13`` for the year.

    References
    ----------
    Provincial bureaux of statistics, National Bureau of Statistics of China: China Regional Input-Output Tables.
    """
    file = find_table(Path(path), f"china_provincial_io_{year}.csv.gz")
    concordance = file.with_name("sector_concordance.csv")
    names = _sector_names(concordance, year) if concordance.is_file() else {}
    layout = layout_of(year, LAYOUTS)
    accounts = arrange(file, read_table(file), layout, year, UNIT, names=province_names() | names)
    return accounts if provinces is None else accounts.select(provinces)


def read_concordance(path: str | Path, year: int) -> Concordance:
    """Read the concordance of one year's 42 sectors to the common sectors S01 to S38.

    Parameters
    ----------
    path : str or Path
        ``sector_concordance.csv`` (columns year, code, common_code, common_name, name_zh), or its folder.
    year : int
        Year of the classification.

    Returns
    -------
    Concordance
        With names of the common sectors; the Chinese name joins the names of the sectors it is made of.
    """
    file = find_table(Path(path), "sector_concordance.csv")
    table = _concordance_rows(file, year)
    members: dict[str, list[str]] = {}
    english: dict[str, str] = {}
    for common, name, zh in zip(table["common_code"], table["common_name"], table["name_zh"], strict=True):
        members.setdefault(common, []).append(zh)
        english[common] = name
    names = {common: Text("、".join(members[common]), english[common]) for common in members}
    return Concordance.from_pairs(zip(table["code"], table["common_code"], strict=True), names, file=str(file))


def find_table(path: Path, name: str) -> Path:
    """Give the file itself, or the file of that name in the folder."""
    return path / name if path.is_dir() else path


def layout_of(year: int, layouts: dict[int, Layout]) -> Layout:
    """Give the layout of a year; ``E-ACC-13`` where none is known."""
    if year not in layouts:
        raise HaiheError("E-ACC-13", value=year, known=", ".join(map(str, layouts)))
    return layouts[year]


def _concordance_rows(file: Path, year: int) -> pd.DataFrame:
    table = read_table(file)
    for column in ("year", "code", "common_code", "common_name", "name_zh"):
        if column not in table:
            raise HaiheError("E-ACC-02", file=str(file), column=column, near=nearest(column, table.columns))
    if str(year) not in set(table["year"]):
        raise HaiheError("E-ACC-13", file=str(file), value=year, known=", ".join(sorted(set(table["year"]))))
    return table[table["year"] == str(year)]


def _sector_names(file: Path, year: int) -> dict[str, Text]:
    table = _concordance_rows(file, year)
    return {c: Text(zh, en) for c, zh, en in zip(table["code"], table["name_zh"], table["common_name"], strict=True)}
