"""Regions × sectors: what every measure of structure and relatedness starts from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.regional import Accounts, FloatArray
from haihe.messages import HaiheError, Text

MEASURES = ("output", "value_added")
"""What of the accounts a grid may hold."""

KINDS = {
    "regions": Text("地区", "regions"),
    "sectors": Text("行业", "sectors"),
    "final_kinds": Text("最终使用类别", "kinds of final use"),
}


@dataclass(frozen=True, eq=False)
class Grid:
    """Amounts of R regions in n sectors, none missing, none negative.

    Attributes
    ----------
    regions, sectors : Index
        R and n codes.
    amounts : ndarray, shape (R, n)
        Amounts, all in one unit; 0 where a region has nothing of a sector.
    """

    regions: pd.Index
    sectors: pd.Index
    amounts: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Share of each sector in its region, shape (R, n); 0 in a region without anything."""
        total = self.amounts.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(self.amounts, total, out=np.zeros_like(self.amounts), where=total > 0))

    def select(self, regions: Sequence[str]) -> "Grid":
        """Keep some regions, in the order given; ``E-DIA-33`` names one that is absent."""
        rows = _positions(self.regions, list(regions), "regions")
        return Grid(self.regions[rows], self.sectors, self.amounts[rows])

    def only(self, sectors: Sequence[str]) -> "Grid":
        """Keep some sectors, in the order given; ``E-DIA-33`` names one that is absent."""
        columns = _positions(self.sectors, list(sectors), "sectors")
        return Grid(self.regions, self.sectors[columns], self.amounts[:, columns])

    def like(self, other: "Grid") -> "Grid":
        """Bring the labels into the order of another grid that has the same ones.

        Raises
        ------
        HaiheError
            ``E-DIA-33`` names the labels that only one of the two has: amounts of different lists of sectors or
            regions cannot be compared, so merge them first (`haihe.accounts.aggregate`).
        """
        for what in ("regions", "sectors"):
            one, wanted = getattr(self, what), getattr(other, what)
            if odd := sorted({*map(str, one)} ^ {*map(str, wanted)}):
                raise HaiheError("E-DIA-33", what=KINDS[what], value=", ".join(odd))
        rows = _positions(self.regions, list(other.regions), "regions")
        columns = _positions(self.sectors, list(other.sectors), "sectors")
        return Grid(other.regions, other.sectors, self.amounts[np.ix_(rows, columns)])


Source = Accounts | Grid | pd.DataFrame


def grid_of(
    data: Source,
    *,
    measure: str = "output",
    region: str = "region",
    sector: str = "sector",
    value: str = "value",
) -> Grid:
    """Make a grid of accounts, of a long frame or of a wide frame.

    Parameters
    ----------
    data : Accounts, Grid or DataFrame
        A frame that has the three columns named is long: one record a region and sector, and what has no record is 0.
        Any other frame is wide: one row a region, one column a sector.
    measure : {"output", "value_added"}
        What to take from accounts.
    region, sector, value : str
        Columns of a long frame.

    Returns
    -------
    Grid
        Labels in order of first appearance.

    Raises
    ------
    HaiheError
        ``E-DIA-30`` for an unknown measure or a frame that is neither long nor wide, ``E-DIA-31`` for an amount that
        is missing, infinite or negative, ``E-DIA-32`` for a region and sector that stand twice.
    """
    if isinstance(data, Grid):
        return data
    if isinstance(data, Accounts):
        if measure not in MEASURES:
            raise HaiheError("E-DIA-30", value=measure, near=nearest(measure, MEASURES))
        return _checked(Grid(pd.Index(data.regions), pd.Index(data.sectors), np.asarray(getattr(data, measure))))
    return _long(data, region, sector, value) if {region, sector, value} <= set(data.columns) else _wide(data)


def grids_of(tables: Mapping[int, Source], measure: str = "output") -> dict[int, Grid]:
    """Make a grid of each year, in order, all with the labels of the last one in its order.

    Raises
    ------
    HaiheError
        What `grid_of` and `Grid.like` raise; ``E-DIA-36`` without any year.
    """
    if not tables:
        raise HaiheError("E-DIA-36", value="—")
    grids = {year: grid_of(tables[year], measure=measure) for year in sorted(tables)}
    last = grids[max(grids)]
    return {year: grid.like(last) for year, grid in grids.items()}


def two_years(years: Iterable[int]) -> tuple[int, int]:
    """Give the first and the last year; ``E-DIA-36`` where there are not two."""
    known = sorted(set(years))
    if len(known) < 2:
        raise HaiheError("E-DIA-36", value=", ".join(map(str, known)) or "—")
    return known[0], known[-1]


def price_basis(tables: Mapping[int, Source]) -> Text:
    """Say at which prices two years are compared: ``nominal`` where no index was applied.

    Raises
    ------
    HaiheError
        ``E-DIA-35`` where one year is at the constant prices of a third, or the two are at those of different years.
    """
    accounts = [table for table in tables.values() if isinstance(table, Accounts)]
    if len(accounts) < len(tables):
        return Text("数据自带的价格", "as the data given have them")
    if all(table.price_year is None for table in accounts):
        years = "、".join(str(table.year) for table in accounts)
        return Text(
            f"各年当年价（{years} 年），含价格变动（名义值）",
            f"current prices of each year ({years.replace('、', ', ')}), so price changes are part of it (nominal)",
        )
    bases = {table.year if table.price_year is None else table.price_year for table in accounts}
    if len(bases) > 1:
        raise HaiheError("E-DIA-35", value=", ".join(map(str, sorted(bases))))
    year = bases.pop()
    return Text(f"{year} 年不变价", f"constant prices of {year}")


def _wide(frame: pd.DataFrame) -> Grid:
    """Take a frame as it is: one row a region, one column a sector."""
    if text := [str(name) for name, kind in frame.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]:
        raise HaiheError("E-DIA-30", value=", ".join(text), near="region, sector, value")
    for labels in (frame.index, frame.columns):
        if not labels.is_unique:
            raise HaiheError("E-DIA-32", value=str(labels[labels.duplicated()][0]))
    return _checked(Grid(frame.index, frame.columns, frame.to_numpy(dtype=np.float64, na_value=np.nan)))


def _long(frame: pd.DataFrame, region: str, sector: str, value: str) -> Grid:
    """Turn records into a grid by one pass over the cells."""
    rows, regions = pd.factorize(frame[region])
    columns, sectors = pd.factorize(frame[sector])
    if min(rows.min(initial=0), columns.min(initial=0)) < 0:
        raise HaiheError("E-DIA-31", region="—", sector="—", value="—")
    cells = rows * len(sectors) + columns
    size, amounts = len(regions) * len(sectors), frame[value].to_numpy(dtype=np.float64, na_value=np.nan)
    seen = np.zeros(size, dtype=bool)
    seen[cells] = True
    if np.count_nonzero(seen) < len(cells):
        at = int(cells[pd.Series(cells).duplicated().argmax()])
        raise HaiheError("E-DIA-32", value=f"{regions[at // len(sectors)]} / {sectors[at % len(sectors)]}")
    values = np.zeros(size)
    values[cells] = amounts
    return _checked(Grid(pd.Index(regions), pd.Index(sectors), values.reshape(len(regions), len(sectors))))


def _checked(grid: Grid) -> Grid:
    """Refuse what no share can be made of, naming the first such cell."""
    wrong = ~(np.isfinite(grid.amounts) & (grid.amounts >= 0))
    if wrong.any():
        r, i = (int(at) for at in np.argwhere(wrong)[0])
        raise HaiheError(
            "E-DIA-31", region=str(grid.regions[r]), sector=str(grid.sectors[i]), value=f"{grid.amounts[r, i]:g}"
        )
    return grid


def _positions(labels: pd.Index, wanted: list[str], what: str) -> list[int]:
    """Places of some labels; an absent one is named."""
    places = labels.get_indexer(pd.Index(wanted))
    if missing := [str(code) for code, at in zip(wanted, places, strict=True) if at < 0]:
        raise HaiheError("E-DIA-33", what=KINDS[what], value=", ".join(missing))
    return [int(at) for at in places]
