"""What each region is specialised in, how concentrated it is, and how that moved between the years of accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.quotients import slq
from haihe.accounts.regional import FloatArray
from haihe.diagnosis.grid import Grid, Source, grids_of
from haihe.diagnosis.result import GIVEN, Basis, Result
from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import Text

SHARE = 0.005
"""A sector with less of a region's output than this is left out of rankings: its quotient moves by chance."""
MOST = 12
"""Sectors shown of one region."""
METHOD = Text(
    "区位商＝行业占本地区产出的比重÷行业占全部地区产出的比重（Miller、Blair 2009，8.2.1 节）",
    "location quotient: share of a sector in the region's output over its share in the output of all regions "
    "(Miller and Blair 2009, section 8.2.1)",
)
CONCENTRATION = Text(
    "克鲁格曼指数Σ|s−S|（0–2，0 为与全部地区结构相同）；赫芬达尔指数Σs²；基尼系数按区位商排序的洛伦兹曲线",
    "Krugman index Σ|s - S| (0 to 2; 0 is the structure of all regions), Herfindahl index Σs², Gini coefficient of the "
    "Lorenz curve ordered by location quotient",
)


def krugman(shares: FloatArray, reference: FloatArray) -> FloatArray:
    """Krugman's index of specialisation ``Σ_i |s_i - S_i|``, shape (...,), between 0 and 2.

    Parameters
    ----------
    shares : ndarray, shape (..., n)
        Shares that add up to 1.
    reference : ndarray, shape (n,) or (..., n)
        Shares to compare with.

    References
    ----------
    Krugman, P. (1991), Geography and Trade, MIT Press, p. 76.
    """
    return np.asarray(np.abs(shares - reference).sum(axis=-1))


def herfindahl(shares: FloatArray) -> FloatArray:
    """Herfindahl index ``Σ_i s_i²``, shape (...,): 1/n where all sectors are alike, 1 where there is only one."""
    return np.asarray((shares**2).sum(axis=-1))


def gini(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Gini coefficient of one distribution against another, shape (...,), between 0 and 1.

    Parameters
    ----------
    part : ndarray, shape (..., n)
        Say the sectors of a region, or the regions of a sector; not negative.
    whole : ndarray, shape (n,) or (..., n)
        The distribution that would be even: the sectors, or the regions, of the nation. Where it is 0, so is `part`.

    Returns
    -------
    ndarray, shape (...,)
        One less twice the area under the Lorenz curve of `part` over `whole`, ordered by ``part / whole``; NaN where
        a distribution is empty.

    References
    ----------
    Krugman, P. (1991), Geography and Trade, MIT Press, pp. 55-59 (locational Gini, here scaled to end at 1).
    """
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    order = np.argsort(np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0), axis=-1, kind="stable")
    width, height = (_shares(np.take_along_axis(a, order, axis=-1)) for a in (whole, part))
    curve = np.cumsum(height, axis=-1)
    area = (width * (curve - height / 2.0)).sum(axis=-1)
    return np.asarray(1.0 - 2.0 * area)


def _shares(amounts: FloatArray) -> FloatArray:
    """Shares along the last axis; NaN where there is nothing."""
    total = amounts.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(amounts, total, out=np.full(amounts.shape, np.nan), where=total > 0))


@dataclass(frozen=True)
class Specialisation(Result):
    """Location quotients and concentration of every region and year.

    Attributes
    ----------
    quotients : DataFrame
        year, region, sector, amount, share (of the region), quotient.
    regions : DataFrame
        year, region, krugman, herfindahl, gini: how far a region's structure is from that of all regions, and how
        concentrated it is.
    sectors : DataFrame
        year, sector, gini, hoover (half the sum of absolute differences of the regions' shares), largest (region with
        most of it), largest_share.
    home : str
        Region that the first table and figure look at.
    basis : Basis
        What it rests on.
    """

    quotients: pd.DataFrame
    regions: pd.DataFrame
    sectors: pd.DataFrame
    home: str
    basis: Basis

    def moved(self, region: str | None = None, least: float = SHARE) -> pd.DataFrame:
        """Say what a region is specialised in and how that moved.

        Parameters
        ----------
        region : str, optional
            `home` where not given.
        least : float
            Leave out sectors that had less than this share of the region in every year.

        Returns
        -------
        DataFrame
            sector, and for each year ``quotient YEAR`` and ``share YEAR``, change (of the quotient, first to last
            year; absent with one year), highest quotient of the last year first.
        """
        own = self.quotients[self.quotients["region"] == (region or self.home)]
        wide = own.pivot_table(index="sector", columns="year", values=["quotient", "share"], sort=False)
        wide = wide[wide[["share"]].max(axis=1) >= least]
        years = list(wide["quotient"].columns)
        frame = pd.DataFrame({f"{what} {year}": wide[what][year] for what in ("quotient", "share") for year in years})
        if len(years) > 1:
            frame["change"] = frame[f"quotient {years[-1]}"] - frame[f"quotient {years[0]}"]
        return frame.sort_values(f"quotient {years[-1]}", ascending=False).reset_index()

    def shown(self) -> Iterable[Table | Figure]:
        """What `home` is specialised in and how that moved; all regions side by side; concentration."""
        return [self._home_figure(), self._home_table(), self._regions_figure(), self._regions_table()]

    @property
    def years(self) -> list[int]:
        """Years in order."""
        return sorted(int(year) for year in self.quotients["year"].unique())

    def _home_table(self) -> Table:
        frame = self.moved()
        columns = [self.basis.place("sector")]
        columns += [
            Column(f"quotient {year}", Text(f"{year} 年区位商", f"Quotient {year}"), digits=2) for year in self.years
        ]
        if "change" in frame:
            columns.append(Column("change", Text("变化", "Change"), digits=2, signed=True))
        columns += [
            Column(f"share {year}", Text(f"{year} 年占产出", f"Share {year}"), kind="share", digits=1)
            for year in self.years
        ]
        name = self.basis.name(self.home)
        return self.basis.table(
            "structure-specialised",
            Text(f"{name.zh}的专业化行业与变动", f"What {name.en} is specialised in, and how that moved"),
            frame,
            columns,
            METHOD,
            LEFT_OUT,
        )

    def _home_figure(self) -> Figure:
        sectors = list(self.moved()["sector"][:MOST])
        own = self.quotients[(self.quotients["region"] == self.home) & self.quotients["sector"].isin(sectors)]
        own = own.set_index("sector").loc[sectors].reset_index()
        name = self.basis.name(self.home)
        table = self.basis.table(
            "structure-quotients-home",
            Text(f"{name.zh}区位商最高的行业", f"Sectors with the highest location quotient in {name.en}"),
            own,
            [
                self.basis.place("sector"),
                Column("year", Text("年份", "Year"), kind="year"),
                Column(
                    "quotient",
                    Text("区位商", "Location quotient"),
                    unit=Text("全部地区=1", "all regions = 1"),
                    digits=2,
                ),
                Column("share", Text("占本地区产出", "Share of the region"), kind="share", digits=1),
            ],
            METHOD,
            LEFT_OUT,
        )
        return bars(table, "sector", "quotient", by="year", horizontal=True)

    def _regions_figure(self) -> Figure:
        last = self.quotients[self.quotients["year"] == self.years[-1]]
        table = self.basis.table(
            "structure-quotients",
            Text(f"各地区区位商，{self.years[-1]} 年", f"Location quotients of every region, {self.years[-1]}"),
            last.assign(quotient=last["quotient"].where(last["amount"] > 0)),
            [
                self.basis.place("sector"),
                self.basis.place(),
                Column(
                    "quotient",
                    Text("区位商", "Location quotient"),
                    unit=Text("全部地区=1", "all regions = 1"),
                    digits=2,
                ),
                Column("share", Text("占本地区产出", "Share of the region"), kind="share", digits=1),
            ],
            METHOD,
        )
        return heat(table, "region", "sector", "quotient")

    def _regions_table(self) -> Table:
        return self.basis.table(
            "structure-concentration",
            Text("各地区专业化与集中程度", "How specialised and how concentrated each region is"),
            self.regions,
            [
                self.basis.place(),
                Column("year", Text("年份", "Year"), kind="year"),
                Column("krugman", Text("克鲁格曼指数", "Krugman index"), digits=3),
                Column("herfindahl", Text("赫芬达尔指数", "Herfindahl index"), digits=3),
                Column("gini", Text("基尼系数", "Gini coefficient"), digits=3),
            ],
            CONCENTRATION,
            Text(
                "数值取决于行业划分的粗细，只在同一套行业之间比较。",
                "Values depend on how fine the sectors are; compare within one list only.",
            ),
        )


LEFT_OUT = Text(
    f"各年占本地区产出均不足 {SHARE:.1%} 的行业不列入。",
    f"Sectors that made up less than {SHARE:.1%} of the region's output in every year are left out.",
)


def specialisation(
    tables: Mapping[int, Source],
    *,
    home: str | None = None,
    measure: str = "output",
    basis: Basis = GIVEN,
) -> Specialisation:
    """Measure what regions are specialised in.

    Parameters
    ----------
    tables : mapping of year to Accounts, Grid or DataFrame
        Regions × sectors of one or more years. The regions together are what each is compared with, so give all
        regions of the nation (the rest of the country as one).
    home : str, optional
        Region to look at first; the first one where not given.
    measure : {"output", "value_added"}
        What to take from accounts.
    basis : Basis
        What the tables rest on.

    Returns
    -------
    Specialisation

    Raises
    ------
    HaiheError
        What `grids_of` raises; ``E-DIA-33`` where `home` is absent.
    """
    grids = grids_of(tables, measure)
    last = grids[max(grids)]
    home = str(last.regions[0]) if home is None else home
    last.select([home])
    return Specialisation(
        pd.concat([_quotients(year, grid) for year, grid in grids.items()], ignore_index=True),
        pd.concat([_regions(year, grid) for year, grid in grids.items()], ignore_index=True),
        pd.concat([_sectors(year, grid) for year, grid in grids.items()], ignore_index=True),
        home,
        basis,
    )


def _quotients(year: int, grid: Grid) -> pd.DataFrame:
    R, n = grid.amounts.shape
    return pd.DataFrame(
        {
            "year": year,
            "region": grid.regions.repeat(n),
            "sector": grid.sectors.take(np.tile(np.arange(n), R)),
            "amount": grid.amounts.ravel(),
            "share": grid.shares.ravel(),
            "quotient": slq(grid.amounts, grid.amounts.sum(axis=0)).ravel(),
        }
    )


def _regions(year: int, grid: Grid) -> pd.DataFrame:
    """Concentration of each region; missing where a region has nothing."""
    nation = grid.amounts.sum(axis=0)
    shares = _shares(grid.amounts)
    return pd.DataFrame(
        {
            "year": year,
            "region": grid.regions,
            "krugman": krugman(shares, _shares(nation)),
            "herfindahl": herfindahl(shares),
            "gini": gini(grid.amounts, nation),
        }
    )


def _sectors(year: int, grid: Grid) -> pd.DataFrame:
    """Concentration of each sector over the regions; missing where nobody has it."""
    whole = grid.amounts.sum(axis=1)
    over = _shares(grid.amounts.T)
    there = grid.amounts.sum(axis=0) > 0
    largest = grid.regions.take(grid.amounts.argmax(axis=0)).to_series(index=grid.sectors)
    return pd.DataFrame(
        {
            "year": year,
            "sector": grid.sectors,
            "gini": gini(grid.amounts.T, whole),
            "hoover": krugman(over, _shares(whole)) / 2.0,
            "largest": largest.where(there).to_numpy(),
            "largest_share": np.where(there, over.max(axis=1), np.nan),
        }
    )
