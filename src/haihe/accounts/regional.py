"""The economy of one or more regions in pooled form: what each region makes, uses, buys and sells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts import checks, frames
from haihe.accounts.labels import nearest
from haihe.messages import HaiheError, Text
from haihe.region.units import factor

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MONEY = "万元"

TRADE = ("exports", "imports", "outflow", "inflow", "residual", "output")
"""The arrays of shape (R, n)."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """Input-output accounts of R regions and n sectors in pooled ("competitive") form.

    In pooled form a use says which product is used, not where it was made: imports and inflows stand beside the
    uses as totals a product. All arrays hold money in `unit` at the prices of `year` (or of `price_year`). For every
    region r and product i the *row identity* holds::

        Σ_j Z[r,i,j] + Σ_k final[r,i,k] + exports[r,i] + outflow[r,i] + Σ_s flows[r,s,i]
          - imports[r,i] - inflow[r,i] - Σ_s flows[s,r,i] + residual[r,i] = output[r,i]

    and for every region r and sector j the *column identity*
    ``Σ_i Z[r,i,j] + Σ_v added[r,v,j] = output[r,j]``. `diagnose` measures both and more.

    Attributes
    ----------
    regions : list of str
        R region codes.
    sectors : list of str
        n sector codes; rows are products, columns the sectors that make them.
    year : int
        Year of the figures.
    unit : str
        Unit of money, e.g. ``万元`` or ``亿元`` (`haihe.region.units`).
    final_kinds : list of str
        k kinds of final use, e.g. ``household_rural``, ``household_urban``, ``government``, ``investment``,
        ``inventories``.
    added_kinds : list of str
        v kinds of value added, e.g. ``labour``, ``taxes``, ``depreciation``, ``surplus``.
    Z : ndarray, shape (R, n, n)
        Use of product i, of any origin, by sector j.
    final : ndarray, shape (R, n, k)
        Final use of product i, of any origin.
    added : ndarray, shape (R, v, n)
        Value added.
    exports, imports : ndarray, shape (R, n)
        Trade with other countries; imports are stored positive.
    outflow, inflow : ndarray, shape (R, n)
        Trade with other regions of the country **that `flows` does not cover**, so with nobody named; inflow is stored
        positive. Without `flows` it is all trade with other regions.
    residual : ndarray, shape (R, n)
        Published statistical error (ERR), or what reconciliation leaves unexplained.
    output : ndarray, shape (R, n)
        Gross output.
    flows : ndarray, shape (R, R, n), optional
        ``flows[r, s, i]`` is product i shipped from r to s; the diagonal is 0.
    names : mapping of str to Text
        Chinese and English names of region and sector codes, as far as known.
    merged_trade : bool
        True where the source gives outflow and inflow with exports and imports included (the provincial tables of
        2007): `exports` and `imports` are then 0 because they are counted there, not because there were none.
    price_year : int, optional
        Year at whose prices the figures are; without it they are nominal, at the prices of `year` (`price_basis`).

    Raises
    ------
    HaiheError
        ``E-ACC-11`` where an array does not fit the labels, ``E-UNIT-01`` or ``E-UNIT-02`` for a unit that is unknown
        or not money.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., chapters 2 and 3.
    """

    regions: list[str]
    sectors: list[str]
    year: int
    unit: str
    final_kinds: list[str]
    added_kinds: list[str]
    Z: FloatArray
    final: FloatArray
    added: FloatArray
    exports: FloatArray
    imports: FloatArray
    outflow: FloatArray
    inflow: FloatArray
    residual: FloatArray
    output: FloatArray
    flows: FloatArray | None = None
    names: Mapping[str, Text] = field(default_factory=dict)
    merged_trade: bool = False
    price_year: int | None = None

    def __post_init__(self) -> None:
        R, n, k, v = len(self.regions), len(self.sectors), len(self.final_kinds), len(self.added_kinds)
        shapes = {"Z": (R, n, n), "final": (R, n, k), "added": (R, v, n)} | dict.fromkeys(TRADE, (R, n))
        if self.flows is not None:
            shapes["flows"] = (R, R, n)
        for name, shape in shapes.items():
            array = np.asarray(getattr(self, name), dtype=np.float64)
            if array.shape != shape:
                raise HaiheError("E-ACC-11", array=name, shape=array.shape, expected=shape)
            object.__setattr__(self, name, array)
        factor(self.unit, MONEY)

    def __repr__(self) -> str:
        flows = "without flows" if self.flows is None else "with flows between regions"
        size = f"{len(self.sectors)} sectors, {flows}, {self.year}, {self.unit}"
        return f"Accounts of {', '.join(self.regions[:8])}{' …' if len(self.regions) > 8 else ''}: {size}"

    @property
    def price_basis(self) -> Text:
        """Say at which prices the figures are: ``nominal`` where no price index was applied."""
        if self.price_year is None:
            return Text(f"{self.year} 年当年价（名义值）", f"current prices of {self.year} (nominal)")
        return Text(f"{self.price_year} 年不变价", f"constant prices of {self.price_year}")

    @property
    def uses(self) -> FloatArray:
        """Intermediate and final use of each product inside the region, of any origin, shape (R, n)."""
        return np.asarray(self.Z.sum(axis=2) + self.final.sum(axis=2))

    @property
    def flows_out(self) -> FloatArray:
        """Shipped to the other regions of the table, shape (R, n); 0 without `flows`."""
        return np.zeros_like(self.output) if self.flows is None else np.asarray(self.flows.sum(axis=1))

    @property
    def flows_in(self) -> FloatArray:
        """Received from the other regions of the table, shape (R, n); 0 without `flows`."""
        return np.zeros_like(self.output) if self.flows is None else np.asarray(self.flows.sum(axis=0))

    @property
    def net_trade(self) -> FloatArray:
        """Exports, outflow and flows out less imports, inflow and flows in, shape (R, n)."""
        sold = self.exports + self.outflow + self.flows_out
        return np.asarray(sold - self.imports - self.inflow - self.flows_in)

    @property
    def row_balance(self) -> FloatArray:
        """Left side of the row identity less output, shape (R, n); 0 where the table balances."""
        return np.asarray(self.uses + self.net_trade + self.residual - self.output)

    @property
    def column_balance(self) -> FloatArray:
        """Inputs and value added less output, shape (R, n); 0 where the table balances."""
        return np.asarray(self.Z.sum(axis=1) + self.added.sum(axis=1) - self.output)

    @property
    def value_added(self) -> FloatArray:
        """Value added of each sector, shape (R, n)."""
        return np.asarray(self.added.sum(axis=1))

    @property
    def coefficients(self) -> FloatArray:
        """Input coefficients ``a[r,i,j] = Z[r,i,j] / output[r,j]``, shape (R, n, n); 0 where output is 0."""
        return np.divide(self.Z, self.output[:, None, :], out=np.zeros_like(self.Z), where=self.output[:, None, :] != 0)

    def diagnose(self, tolerance: float = 1e-8) -> checks.BalanceReport:
        """Test every identity of the accounts.

        Parameters
        ----------
        tolerance : float
            Allowed sum of absolute residuals over output (identities) or over GDP.

        Returns
        -------
        BalanceReport
            One `Check` an identity and region, with status, value, tolerance and words in both languages.
        """
        return checks.diagnose(self, tolerance)

    def position(self, region: str) -> int:
        """Give the index of a region; ``E-ACC-07`` with the nearest known code where there is none."""
        if region not in self.regions:
            raise HaiheError("E-ACC-07", value=region, near=nearest(region, self.regions))
        return self.regions.index(region)

    def select(self, regions: Sequence[str]) -> "Accounts":
        """Keep some regions, in the order given.

        Flows to and from the regions left out become outflow and inflow, so the row identity stays exact.
        """
        index = [self.position(region) for region in regions]
        kept = {f.name: getattr(self, f.name)[index] for f in fields(self) if f.name in (*TRADE, "Z", "final", "added")}
        if self.flows is not None:
            inside = self.flows[np.ix_(index, index)]
            kept["flows"] = inside
            kept["outflow"] = kept["outflow"] + self.flows[index].sum(axis=1) - inside.sum(axis=1)
            kept["inflow"] = kept["inflow"] + self.flows[:, index].sum(axis=0) - inside.sum(axis=0)
        return replace(self, regions=list(regions), **kept)

    def rename(self, codes: Mapping[str, str], names: Mapping[str, Text] | None = None) -> "Accounts":
        """Give regions or sectors other codes; codes not named stay. `names` adds names of the new codes."""
        renamed = {codes.get(code, code): name for code, name in self.names.items()}
        return replace(
            self,
            regions=[codes.get(code, code) for code in self.regions],
            sectors=[codes.get(code, code) for code in self.sectors],
            names=renamed | dict(names or {}),
        )

    def scaled(self, by: float) -> "Accounts":
        """Multiply every amount by a number, as when all flows grow alike; labels, unit and year stay."""
        amounts: dict[str, Any] = {name: getattr(self, name) * by for name in (*TRADE, "Z", "final", "added")}
        if self.flows is not None:
            amounts["flows"] = self.flows * by
        return replace(self, **amounts)

    def to_unit(self, unit: str) -> "Accounts":
        """Express all money in another unit, e.g. ``"亿元"``; ``E-UNIT-01`` or ``E-UNIT-02`` where it is none."""
        return replace(self.scaled(factor(self.unit, unit)), unit=unit)

    def to_frame(self) -> pd.DataFrame:
        """Give the accounts in long form: year, region, row, column, value.

        Rows are sector codes or kinds of value added; columns are sector codes, kinds of final use, ``export``,
        ``import``, ``outflow``, ``inflow``, ``residual``, ``output``. Cells that are 0 are given too. Where
        `merged_trade` holds, ``export`` and ``import`` are missing. Flows have a frame of their own.
        """
        return frames.cells(self)

    def flows_frame(self) -> pd.DataFrame:
        """Give the flows in long form: year, from_region, to_region, sector, value (none of a region to itself)."""
        return frames.flow_cells(self)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        unit: str,
        flows: pd.DataFrame | None = None,
        year: int | None = None,
        names: Mapping[str, Text] | None = None,
    ) -> "Accounts":
        """Build accounts from the long form of `to_frame` and `flows_frame`.

        Sectors are the rows that have an ``output`` cell; every other row is a kind of value added, every other
        column a kind of final use. A cell that is absent is 0; without any ``export`` and ``import`` the outflow and
        inflow are taken to include them (`merged_trade`).

        Parameters
        ----------
        frame : DataFrame
            Columns year, region, row, column, value.
        unit : str
            Unit of money of `value`.
        flows : DataFrame, optional
            Columns year, from_region, to_region, sector, value.
        year : int, optional
            Which year to take; may be left out where the frame has one year only.
        names : mapping of str to Text, optional
            Names of codes.

        Raises
        ------
        HaiheError
            ``E-ACC-02`` column missing, ``E-ACC-03`` unknown label, ``E-ACC-04`` cell twice, ``E-ACC-06`` value
            missing or no number, ``E-ACC-13`` year missing or ambiguous.
        """
        arrays = frames.read_cells(frame, year)
        if flows is not None:
            arrays["flows"] = frames.read_flows(flows, arrays["regions"], arrays["sectors"], arrays["year"])
        return cls(unit=unit, names=dict(names or {}), **arrays)
