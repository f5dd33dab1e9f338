"""Shift-share: how much of a region's growth is the nation's, how much its mix of sectors, how much its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.grid import Grid, Source, grids_of, price_basis, two_years
from haihe.diagnosis.result import GIVEN, Basis, Result, between
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.region.units import said

PARTS: Mapping[str, Text] = {
    "national": Text("全国增长", "National growth"),
    "mix": Text("产业结构", "Industry mix"),
    "local": Text("地区竞争力", "Regional share"),
}
METHOD = Text(
    "偏离—份额分析（Dunn 1960）：全国增长分量＋产业结构分量＋地区竞争力分量＝实际变动；竞争力分量再分为同构竞争与配置两项"
    "（Esteban-Marquillas 1972）",
    "shift-share analysis (Dunn 1960): national growth + industry mix + regional share = change; the regional share is "
    "split into a homothetic and an allocation part (Esteban-Marquillas 1972)",
)
NEW = Text(
    "基期没有的行业全部计入地区竞争力（同构竞争）。",
    "A sector that the region did not have at the start stands wholly in the regional share (homothetic part).",
)
MOST = 12
"""Sectors shown of one region."""


def shift_share_parts(then: FloatArray, now: FloatArray) -> dict[str, FloatArray]:
    """Split the change of every region and sector.

    With amounts e, growth of the nation's total G and of its sector ``G_i``: national ``e·G``, mix ``e·(G_i - G)``,
    local ``e_now - e·(1 + G_i)``. With ``h_i = Σe · E_i / ΣE``, what the region would have had with the nation's
    structure, the local part is homothetic ``h_i·(g_i - G_i)`` plus allocation ``(e_i - h_i)·(g_i - G_i)``.

    Parameters
    ----------
    then, now : ndarray, shape (R, n)
        Amounts of all regions of the nation in two years, not negative, in one unit.

    Returns
    -------
    dict of str to ndarray, each of shape (R, n)
        ``national``, ``mix``, ``local``, ``homothetic``, ``allocation``. The first three add up to ``now - then`` and
        the last two to ``local``, in every cell. Where the region had nothing at the start, growth has no meaning:
        all of the change is local, and homothetic.

    References
    ----------
    Dunn, E. S. (1960), Papers of the Regional Science Association 6, 97-112. Esteban-Marquillas, J. M. (1972), Regional
    and Urban Economics 2(3), 249-255.
    """
    before, after = then.sum(axis=0), now.sum(axis=0)
    total = before.sum()
    nation = after.sum() / total - 1.0 if total > 0 else 0.0
    sector = np.divide(after, before, out=np.ones_like(after), where=before > 0) - 1.0
    national, mix = then * nation, then * (sector - nation)
    local = now - then * (1.0 + sector)
    typical = then.sum(axis=1, keepdims=True) * before / total if total > 0 else np.zeros_like(then)
    homothetic = np.divide(typical * local, then, out=local.copy(), where=then > 0)
    return {
        "national": np.asarray(national),
        "mix": np.asarray(mix),
        "local": np.asarray(local),
        "homothetic": np.asarray(homothetic),
        "allocation": np.asarray(local - homothetic),
    }


@dataclass(frozen=True)
class ShiftShare(Result):
    """The change between two years, split.

    Attributes
    ----------
    cells : DataFrame
        region, sector, then, now, change, national, mix, local, homothetic, allocation.
    then, now : int
        The two years.
    home : str
        Region that the second figure looks at.
    regions : tuple of str
        Regions shown, `home` among them.
    unit : Text
        Unit of the amounts.
    prices : Text
        Price basis of the two years.
    basis : Basis
        What it rests on.
    """

    cells: pd.DataFrame
    then: int
    now: int
    home: str
    regions: tuple[str, ...]
    unit: Text
    prices: Text
    basis: Basis

    def totals(self) -> pd.DataFrame:
        """Sum over sectors: region, the columns of `cells`, and growth, with each part over the start (``… rate``).

        The national, mix and local rates add up to the growth rate.
        """
        frame = self.cells.drop(columns="sector").groupby("region", sort=False).sum().reset_index()
        start = frame["then"].where(frame["then"] > 0)
        rates = {f"{part} rate": frame[part] / start for part in (*PARTS, "homothetic", "allocation")}
        return frame.assign(growth=frame["change"] / start, **rates)

    def shown(self) -> Iterable[Table | Figure]:
        """What drove each region's growth, and the sectors in which `home` won or lost most."""
        return [self._regions_figure(), self._regions_table(), self._sectors_figure(), self._sectors_table()]

    @property
    def _notes(self) -> tuple[Text, ...]:
        return (Text(f"价格：{self.prices.zh}。", f"Prices: {self.prices.en}."), NEW)

    def _shown_totals(self) -> pd.DataFrame:
        totals = self.totals().set_index("region")
        return totals.loc[list(self.regions)].reset_index()

    def _regions_figure(self) -> Figure:
        totals = self._shown_totals()
        long = totals.melt("region", [f"{part} rate" for part in PARTS], var_name="part", value_name="rate")
        table = self.basis.table(
            "structure-shift-share-parts",
            between(
                self.then, self.now, Text("各地区产出增长的来源", "What each region's growth of output is made of")
            ),
            long.assign(percent=100 * long["rate"], part=long["part"].str.removesuffix(" rate")),
            [
                self.basis.place(),
                Column("part", Text("分量", "Part"), labels=PARTS),
                Column(
                    "percent", Text("占基期产出", "Of output at the start"), unit=Text("%", "%"), digits=1, signed=True
                ),
            ],
            METHOD,
            *self._notes,
        )
        return bars(table, "region", "percent", by="part", stacked=True)

    def _regions_table(self) -> Table:
        rates = ("growth", *(f"{part} rate" for part in (*PARTS, "homothetic", "allocation")))
        words = {
            "growth": Text("增长", "Growth"),
            **{f"{part} rate": text for part, text in PARTS.items()},
            "homothetic rate": Text("其中：同构竞争", "of which homothetic"),
            "allocation rate": Text("其中：配置", "of which allocation"),
        }
        return self.basis.table(
            "structure-shift-share",
            between(self.then, self.now, Text("偏离—份额分析：各地区", "Shift-share by region")),
            self._shown_totals(),
            [
                self.basis.place(),
                Column("then", Text(f"{self.then} 年产出", f"Output {self.then}"), unit=self.unit, digits=0),
                Column("now", Text(f"{self.now} 年产出", f"Output {self.now}"), unit=self.unit, digits=0),
                *(Column(rate, words[rate], kind="share", digits=1, signed=True) for rate in rates),
            ],
            METHOD,
            *self._notes,
        )

    def _home_cells(self) -> pd.DataFrame:
        own = self.cells[self.cells["region"] == self.home]
        return own.sort_values("local", ascending=False).reset_index(drop=True)

    def _sectors_figure(self) -> Figure:
        own = self._home_cells()
        largest = own["local"].abs().sort_values(ascending=False).index[:MOST]
        name = self.basis.name(self.home)
        table = self.basis.table(
            "structure-shift-share-home",
            between(
                self.then,
                self.now,
                Text(
                    f"{name.zh}：比全国同行业多长或少长的产出",
                    f"{name.en}: output won or lost against the nation's sectors",
                ),
            ),
            own.loc[sorted(largest)],
            [
                self.basis.place("sector"),
                Column("local", PARTS["local"], unit=self.unit, digits=0, signed=True),
                Column("change", Text("实际变动", "Change"), unit=self.unit, digits=0, signed=True),
            ],
            METHOD,
            *self._notes,
        )
        return bars(table, "sector", "local", horizontal=True)

    def _sectors_table(self) -> Table:
        name = self.basis.name(self.home)
        parts = {"change": Text("实际变动", "Change"), **PARTS, **SPLIT}
        return self.basis.table(
            "structure-shift-share-sectors",
            between(
                self.then, self.now, Text(f"{name.zh}偏离—份额分析：各行业", f"Shift-share of {name.en} by sector")
            ),
            self._home_cells(),
            [
                self.basis.place("sector"),
                Column("then", Text(f"{self.then} 年产出", f"Output {self.then}"), unit=self.unit, digits=1),
                *(Column(part, text, unit=self.unit, digits=1, signed=True) for part, text in parts.items()),
            ],
            METHOD,
            *self._notes,
        )


SPLIT: Mapping[str, Text] = {
    "homothetic": Text("同构竞争", "Homothetic"),
    "allocation": Text("配置", "Allocation"),
}


def shift_share(
    tables: Mapping[int, Source],
    *,
    home: str | None = None,
    regions: Iterable[str] | None = None,
    measure: str = "output",
    unit: Text | None = None,
    basis: Basis = GIVEN,
) -> ShiftShare:
    """Split the change between the first and the last year.

    Parameters
    ----------
    tables : mapping of year to Accounts, Grid or DataFrame
        All regions of the nation × sectors, of two years or more; those between are not used.
    home : str, optional
        Region to look at; the first one where not given.
    regions : iterable of str, optional
        Regions to show; all where not given. All regions count as the nation in any case.
    measure, basis
        As in `specialisation`.
    unit : Text, optional
        Unit of the amounts of frames; accounts have their own.

    Returns
    -------
    ShiftShare

    Raises
    ------
    HaiheError
        ``E-DIA-36`` without two years, ``E-DIA-35`` where accounts are at prices that do not compare, ``E-DIA-33``
        where the years have other regions or sectors, and what `grid_of` raises.
    """
    first, last = two_years(tables)
    pair, money = _one_unit({year: tables[year] for year in (first, last)})
    prices = price_basis(pair)
    grids = grids_of(pair, measure)
    cells = _cells(grids[first], grids[last])
    codes = [str(code) for code in grids[last].regions]
    chosen = tuple(codes if regions is None else regions)
    home = codes[0] if home is None else home
    grids[last].select([home, *chosen])
    return ShiftShare(cells, first, last, home, chosen, unit or money or Text("原单位", "as given"), prices, basis)


def _one_unit(pair: Mapping[int, Source]) -> tuple[dict[int, Source], Text | None]:
    """Bring accounts to the unit of the last year; frames stay as they are, in a unit that is not known."""
    accounts = {year: table for year, table in pair.items() if isinstance(table, Accounts)}
    if len(accounts) < len(pair):
        return dict(pair), None
    money = accounts[max(accounts)].unit
    return {year: table.to_unit(money) for year, table in accounts.items()}, said(money)


def _cells(then: Grid, now: Grid) -> pd.DataFrame:
    """Every part of every region and sector."""
    R, n = now.amounts.shape
    parts = shift_share_parts(then.amounts, now.amounts)
    return pd.DataFrame(
        {
            "region": now.regions.repeat(n),
            "sector": now.sectors.take(np.tile(np.arange(n), R)),
            "then": then.amounts.ravel(),
            "now": now.amounts.ravel(),
            "change": (now.amounts - then.amounts).ravel(),
            **{name: part.ravel() for name, part in parts.items()},
        }
    )
