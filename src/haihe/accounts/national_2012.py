"""The published national table of China of 2012, which is in 139 sectors."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from haihe.accounts.aggregate import Concordance, aggregate
from haihe.accounts.layout import Layout, arrange, read_table
from haihe.accounts.national import NATION, NATION_NAME, TOTALS
from haihe.accounts.provincial import ADDED, FINAL, UNIT, find_table
from haihe.accounts.regional import Accounts

YEAR = 2012
LAYOUT = Layout(
    row_label="Code",
    sectors=tuple(f"{i:03d}" for i in range(1, 140)),
    final=FINAL,
    added=ADDED,
    trade={"EX": "exports", "IM": "imports", "ERR": "residual", "GO": "output"},
    totals=TOTALS,
    words=("Description", "DescriptionInChinese"),
)


def national_concordance() -> Concordance:
    """Give our map of the 139 sectors of 2012 to the 42 of the provincial tables of 2012 (``sec01`` to ``sec42``)."""
    file = Path(str(files("haihe.accounts") / "data" / "national_2012.csv"))
    table = read_table(file)
    return Concordance.from_pairs(zip(table["code"], table["code_42"], strict=True), file=str(file))


def read_national_2012(path: str | Path) -> Accounts:
    """Read the national table of 2012, merged to the 42 sectors of the provincial tables of that year.

    Parameters
    ----------
    path : str or Path
        The CSV file, or the folder that holds ``china_2012_139.csv.gz``.

    Returns
    -------
    Accounts
        One region, sectors ``sec01`` to ``sec42`` (`read_concordance` of 2012 applies), 万元, current producers'
        prices, published residual kept.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` for the file.

    References
    ----------
    National Bureau of Statistics of China: Input-Output Tables of China 2012.
    """
    file = find_table(Path(path), "china_2012_139.csv.gz")
    accounts = arrange(file, read_table(file), LAYOUT, YEAR, UNIT, region=NATION)
    return aggregate(replace(accounts, names={NATION: NATION_NAME}), sectors=national_concordance())
