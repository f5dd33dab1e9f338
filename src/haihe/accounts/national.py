"""Published national tables of China, 42 sectors: 2015 (competitive) and 2017, 2018, 2020 (split by origin)."""

from dataclasses import replace
from pathlib import Path

from haihe.accounts.layout import Layout, arrange, read_table
from haihe.accounts.provincial import ADDED, FINAL, UNIT, find_table, layout_of
from haihe.accounts.regional import Accounts
from haihe.messages import Text

NATION = "CN"
NATION_NAME = Text("中国", "China")
TOTALS = frozenset({"TII", "TIU", "TVA", "TI", "THC", "TC", "GCF", "TFU"})
CODES = tuple(f"{i:02d}" for i in range(1, 43))


def _layout(split: bool) -> Layout:
    consumption = {"TC": "consumption", "FU201": "investment", "FU202": "inventories"}
    trade = {"EX": "exports", "GO": "output"}
    return Layout(
        row_label="Code",
        origin_label="Origin" if split else None,
        sectors=CODES,
        final=consumption if split else FINAL,
        added=ADDED,
        trade=trade if split else trade | {"IM": "imports", "ERR": "residual"},
        totals=TOTALS - {"TC"} if split else TOTALS,
        words=("Description", "DescriptionInChinese"),
        prefix="sec",
    )


LAYOUTS = {2015: _layout(split=False), 2017: _layout(split=True), 2018: _layout(split=True), 2020: _layout(split=True)}
CLASSIFICATION = {2015: 2012, 2017: 2017, 2018: 2017, 2020: 2017}
"""Year of the provincial classification whose 42 codes a national table uses (for `read_concordance`)."""


def read_national(path: str | Path, year: int) -> Accounts:
    """Read a national table as accounts of one region.

    The tables of 2017, 2018 and 2020 give domestic and imported products apart; here both are pooled, and the imports
    of a product are the total of its imported row. They give consumption as one figure (kind ``consumption``); that of
    2015 gives rural and urban households and government.

    Parameters
    ----------
    path : str or Path
        The CSV file, or the folder that holds ``china_YEAR_42.csv.gz``.
    year : int
        2015, 2017, 2018 or 2020.

    Returns
    -------
    Accounts
        One region `NATION`, sectors ``sec01`` to ``sec42`` (classification of `CLASSIFICATION`), 万元, current
        producers' prices, names in both languages.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` for the file, ``E-ACC-13`` for the year.

    References
    ----------
    National Bureau of Statistics of China: Input-Output Tables of China.
    """
    file = find_table(Path(path), f"china_{year}_42.csv.gz")
    layout = layout_of(year, LAYOUTS)
    table = read_table(file)
    accounts = arrange(file, table, layout, year, UNIT, region=NATION)
    words = zip(table["Code"], table["DescriptionInChinese"], table["Description"], strict=True)
    names = {layout.prefix + code: Text(zh, en) for code, zh, en in words if code in CODES}
    return replace(accounts, names={NATION: NATION_NAME} | names)
