"""What drove growth, region by region: the structural decomposition as tables and figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.decomposition import DEMAND, EFFECTS, Change, decompose_change
from haihe.diagnosis.grid import price_basis, two_years
from haihe.diagnosis.result import GIVEN, Basis, Result, between
from haihe.figures import Column, Figure, Table, bars, heat
from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.region.units import factors, said

METHOD = Text(
    "结构分解：产出＝(I−T∘A)⁻¹(T∘f＋s)，各因素按所有变动次序取平均（Dietzenbacher、Los 1998），加总等于实际变动",
    "structural decomposition of output = (I - T∘A)⁻¹ (T∘f + s), each factor averaged over all orders of change "
    "(Dietzenbacher and Los 1998); the parts add up to the change",
)
FACTORS = Text(
    "技术：直接消耗系数；采购来源：由本地、其他地区或外部供应的比例；需求规模与产品结构：各类最终使用、出口和流出的总量与构成。",
    "Technology: input coefficients; origins: what is bought at home, from other regions or outside; level and product "
    "mix: total and make-up of each kind of final use, exports and outflow.",
)
SPREAD = Text(
    "区间为各种变动次序下的最小与最大值：区间越宽，该因素的作用越取决于约定。",
    "The band holds the least and the most over all orders of change: where it is wide, the figure is a convention.",
)
OUTPUT = "output"


@dataclass(frozen=True)
class Decomposition(Result):
    """The change between two years by what drove it.

    Attributes
    ----------
    change : Change
        The numbers.
    what : Text
        What changed: gross output, or a resource used or emitted.
    key : str
        Short name of it, part of the keys of tables.
    unit : Text
        Unit of the amounts.
    then, now : int
        The two years.
    home : str
        Region whose demand is shown in detail.
    regions : tuple of str
        Regions shown.
    prices : Text
        Price basis of the two years.
    basis : Basis
        What it rests on.
    """

    change: Change
    what: Text
    key: str
    unit: Text
    then: int
    now: int
    home: str
    regions: tuple[str, ...]
    prices: Text
    basis: Basis

    def shown(self) -> Iterable[Table | Figure]:
        """What drove the change of each region, with bands, and which demand stood behind it in `home`."""
        return [self._regions_figure(), self._regions_table(), self._demand_figure()]

    @property
    def _notes(self) -> tuple[Text, ...]:
        price = Text(f"价格：{self.prices.zh}。", f"Prices: {self.prices.en}.")
        kinds = [DEMAND.get(kind, Text(kind, kind)) for kind in self.change.whole]
        zh, en = "、".join(kind.zh for kind in kinds), ", ".join(kind.en.lower() for kind in kinds)
        level = Text(
            f"{zh}正负相抵，不分产品结构，全部计入规模。",
            f"The entries of {en} cancel, so all of their change counts as level.",
        )
        return (price, level) if kinds else (price,)

    def _shown(self) -> pd.DataFrame:
        totals = self.change.totals
        return pd.concat([totals[totals["region"] == code] for code in self.regions], ignore_index=True)

    def _regions_figure(self) -> Figure:
        frame = self._shown()
        table = self.basis.table(
            f"structure-growth-{self.key}",
            between(
                self.then, self.now, Text(f"{self.what.zh}增长由什么带动", f"What drove the growth of {self.what.en}")
            ),
            frame.assign(percent=100 * frame["share"]),
            [
                self.basis.place(),
                Column("effect", Text("因素", "Factor"), labels=EFFECTS),
                Column("percent", Text("占基期", "Of the start"), unit=Text("%", "%"), digits=1, signed=True),
            ],
            METHOD,
            FACTORS,
            *self._notes,
        )
        return bars(table, "region", "percent", by="effect", stacked=True)

    def _regions_table(self) -> Table:
        return self.basis.table(
            f"structure-growth-{self.key}-table",
            between(
                self.then,
                self.now,
                Text(f"{self.what.zh}变动的结构分解", f"Structural decomposition of {self.what.en}"),
            ),
            self._shown(),
            [
                self.basis.place(),
                Column("effect", Text("因素", "Factor"), labels=EFFECTS),
                Column("value", Text("作用", "Effect"), unit=self.unit, digits=0, signed=True),
                Column("low", Text("最小", "Low"), unit=self.unit, digits=0, signed=True),
                Column("high", Text("最大", "High"), unit=self.unit, digits=0, signed=True),
                Column("share", Text("占基期", "Of the start"), kind="share", digits=1, signed=True),
            ],
            METHOD,
            FACTORS,
            SPREAD,
            *self._notes,
        )

    def _demand_figure(self) -> Figure:
        own = self.change.cells[self.change.cells["region"] == self.home]
        summed = own.groupby(["demand", "effect"], sort=False)["value"].sum().reset_index()
        kinds = list(dict.fromkeys(summed["demand"]))
        some = summed.groupby("demand")["value"].transform(lambda v: v.abs().max()) > 0
        name = self.basis.name(self.home)
        table = self.basis.table(
            f"structure-growth-{self.key}-demand",
            between(
                self.then,
                self.now,
                Text(
                    f"{name.zh}：{self.what.zh}变动背后的需求",
                    f"{name.en}: the demand behind the change of {self.what.en}",
                ),
            ),
            summed[some],
            [
                Column("demand", Text("需求", "Demand"), labels={k: DEMAND.get(k, Text(k, k)) for k in kinds}),
                Column("effect", Text("因素", "Factor"), labels=EFFECTS),
                Column("value", Text("作用", "Effect"), unit=self.unit, digits=0, signed=True),
            ],
            METHOD,
            Text("需求含本地区和其他地区的需求。", "Demand of this and of the other regions."),
            *self._notes,
        )
        return heat(table, "effect", "demand", "value")


def decompose(
    tables: Mapping[int, Accounts],
    *,
    intensity: Mapping[int, FloatArray] | None = None,
    what: Text | None = None,
    key: str = OUTPUT,
    unit: Text | None = None,
    home: str | None = None,
    regions: Iterable[str] | None = None,
    basis: Basis = GIVEN,
) -> Decomposition:
    """Decompose the change between the first and the last year.

    Parameters
    ----------
    tables : mapping of year to Accounts
        Two years or more; those between are not used.
    intensity : mapping of year to ndarray, shape (R, n), optional
        What is used or emitted per unit of output, e.g. of `intensity_of`; without it output itself is decomposed.
    what, key, unit : Text, str, Text, optional
        Name of what changes, its short name and its unit; gross output in the accounts' unit where not given.
    home : str, optional
        Region to look at; the first one where not given.
    regions : iterable of str, optional
        Regions to show; all where not given.
    basis : Basis
        What the tables rest on.

    Returns
    -------
    Decomposition

    Raises
    ------
    HaiheError
        ``E-DIA-36`` without two years, ``E-DIA-35`` where prices do not compare, ``E-DIA-33`` for an unknown region,
        and what `decompose_change` raises.
    """
    first, last = two_years(tables)
    then, now = tables[first], tables[last].to_unit(tables[first].unit)
    prices = price_basis({first: then, last: now})
    if intensity is not None and (lost := [year for year in (first, last) if year not in intensity]):
        raise HaiheError("E-DIA-40", value=key, year=lost[0])
    rates = None if intensity is None else (intensity[first], intensity[last])
    change = decompose_change(then, now, rates)
    chosen = tuple(then.regions if regions is None else regions)
    home = then.regions[0] if home is None else home
    for code in (home, *chosen):
        then.position(code)
    money = said(then.unit)
    named = Text("总产出", "gross output") if what is None else what
    return Decomposition(change, named, key, unit or money, first, last, home, chosen, prices, basis)


def intensity_of(region: Region, accounts: Accounts, resource: str, unit: str) -> FloatArray:
    """Read what a unit of output uses or emits, in the year of the accounts, from the table ``uses``.

    Parameters
    ----------
    region : Region
        With the table ``uses``.
    accounts : Accounts
        Whose regions, sectors, year and unit of money count.
    resource : str
        Code of the resource, e.g. ``co2``.
    unit : str
        Unit of the resource, e.g. ``万t CO2``.

    Returns
    -------
    ndarray, shape (R, n)
        In a region that has records, a sector without one uses none, as in a plan. A region without any record is not
        known: NaN, which `decompose` refuses.

    Raises
    ------
    HaiheError
        ``E-DIA-40`` where the resource has no record of that year, ``E-UNIT-02`` where its unit is of another kind.
    """
    table = region.frame("uses")
    table = table[(table["resource"] == resource) & (table["year"] == accounts.year)]
    if table.empty:
        raise HaiheError("E-DIA-40", value=resource, year=accounts.year)
    rate = table.assign(rate=table["value"] * factors(table["unit"], f"{unit}/{accounts.unit}"))
    wide = rate.pivot_table(index="region", columns="sector", values="rate", aggfunc="sum")
    wide = wide.reindex(index=accounts.regions, columns=accounts.sectors)
    known = wide.notna().any(axis=1)
    return np.asarray(wide.fillna(0.0).where(known, np.nan, axis=0).to_numpy(dtype=np.float64))
