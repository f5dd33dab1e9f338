"""The full interregional form: for every use, which region its product comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts import checks, mrio
from haihe.accounts.regional import Accounts, FloatArray
from haihe.messages import HaiheError, Text

ROUNDING = 1e-9
"""A home share of a product below this is rounding of margins that leave nothing at home, and taken as 0."""


@dataclass(frozen=True, eq=False)
class InterregionalTable:
    """A multi-regional table with origin by use, R regions and n sectors, N = R·n.

    Axes of length N run over (region, sector), the region slowest (`index`); final use over (region, kind)
    (`final_index`). For every producer p and user q the identities are::

        Σ_q Z[p,q] + Σ final[p,:] + exports[p] + residual[p] = output[p]
        Σ_p Z[p,q] + imports[q] + Σ_v added[v,q] = output[q]

    Attributes
    ----------
    regions, sectors, final_kinds, added_kinds : list of str
        Labels.
    year : int, optional
        Year of the figures.
    unit : str
        Unit of money.
    Z : ndarray, shape (N, N)
        Product of p used by q.
    final : ndarray, shape (N, R·k)
        Product of p in final use.
    added : ndarray, shape (v, N)
        Value added.
    imports : ndarray, shape (N,)
        Products from outside the table (abroad, and regions not named) used by q.
    final_imports : ndarray, shape (R·k,)
        The same in final use.
    exports : ndarray, shape (N,)
        Sold outside the table (abroad, and to regions not named).
    residual : ndarray, shape (N,)
        Statistical error.
    output : ndarray, shape (N,)
        Gross output.
    names : mapping of str to Text
        Names of codes.
    """

    regions: list[str]
    sectors: list[str]
    year: int | None
    unit: str
    final_kinds: list[str]
    added_kinds: list[str]
    Z: FloatArray
    final: FloatArray
    added: FloatArray
    imports: FloatArray
    final_imports: FloatArray
    exports: FloatArray
    residual: FloatArray
    output: FloatArray
    names: Mapping[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        N, K = len(self.regions) * len(self.sectors), len(self.regions) * len(self.final_kinds)
        shapes = {"Z": (N, N), "final": (N, K), "added": (len(self.added_kinds), N), "final_imports": (K,)}
        for name, shape in (shapes | dict.fromkeys(("imports", "exports", "residual", "output"), (N,))).items():
            array = np.asarray(getattr(self, name), dtype=np.float64)
            if array.shape != shape:
                raise HaiheError("E-ACC-11", array=name, shape=array.shape, expected=shape)
            object.__setattr__(self, name, array)

    @classmethod
    def from_accounts(cls, accounts: Accounts) -> InterregionalTable:
        """Give every use its origins in fixed proportions (Chenery-Moses).

        No published table says which user buys from which region. The assumption is that within a region all users of a
        product buy from the same mix of origins: a share ``flows[r,s,i] / uses[s,i]`` from region r, a share
        ``(imports + inflow)[s,i] / uses[s,i]`` from outside, the rest at home. Exports and outflow are own products.
        Where a region's uses of a product are 0 but something flows in, the amount goes into the origin's residual.

        Raises
        ------
        HaiheError
            ``E-ACC-32`` where there are several regions but no flows.

        References
        ----------
        Chenery, H. B. (1953), Regional Analysis; Moses, L. N. (1955), The Stability of Interregional Trading Patterns
        and Input-Output Analysis, American Economic Review 45(5), 803-826.
        """
        a = accounts
        R, n, k = len(a.regions), len(a.sectors), len(a.final_kinds)
        if a.flows is None and R > 1:
            raise HaiheError("E-ACC-32")
        arriving = np.zeros((R, R, n)) if a.flows is None else a.flows
        uses = a.uses

        def share(part: FloatArray) -> FloatArray:
            return np.divide(part, uses, out=np.zeros_like(part), where=uses != 0)

        origin, outside = share(arriving), share(a.imports + a.inflow)
        bought = origin.sum(axis=0) + outside
        whole = np.where(np.abs(1.0 - bought) < ROUNDING, bought, 1.0)
        origin, outside = origin / whole, outside / whole
        home = np.arange(R)
        origin[home, home] = np.where(whole == bought, 0.0, 1.0 - bought)
        Z = (origin[:, :, :, None] * a.Z[None]).transpose(0, 2, 1, 3).reshape(R * n, R * n)
        final = (origin[:, :, :, None] * a.final[None]).transpose(0, 2, 1, 3).reshape(R * n, R * k)
        exports, output = (a.exports + a.outflow).ravel(), a.output.ravel()
        return cls(
            regions=list(a.regions),
            sectors=list(a.sectors),
            year=a.year,
            unit=a.unit,
            final_kinds=list(a.final_kinds),
            added_kinds=list(a.added_kinds),
            Z=Z,
            final=final,
            added=a.added.transpose(1, 0, 2).reshape(-1, R * n),
            imports=np.einsum("si,sij->sj", outside, a.Z).ravel(),
            final_imports=np.einsum("si,sik->sk", outside, a.final).ravel(),
            exports=exports,
            residual=output - Z.sum(axis=1) - final.sum(axis=1) - exports,
            output=output,
            names=a.names,
        )

    @property
    def index(self) -> pd.MultiIndex:
        """Labels (region, sector) of the axes of length N."""
        return pd.MultiIndex.from_product([self.regions, self.sectors], names=["region", "sector"])

    @property
    def final_index(self) -> pd.MultiIndex:
        """Labels (region, kind) of final use."""
        return pd.MultiIndex.from_product([self.regions, self.final_kinds], names=["region", "category"])

    @property
    def coefficients(self) -> FloatArray:
        """Input coefficients ``a[p,q] = Z[p,q] / output[q]``, shape (N, N); 0 where output is 0."""
        return np.divide(self.Z, self.output, out=np.zeros_like(self.Z), where=self.output != 0)

    @property
    def row_balance(self) -> FloatArray:
        """Left side of the row identity less output, shape (N,)."""
        return np.asarray(self.Z.sum(axis=1) + self.final.sum(axis=1) + self.exports + self.residual - self.output)

    @property
    def column_balance(self) -> FloatArray:
        """Inputs and value added less output, shape (N,)."""
        return np.asarray(self.Z.sum(axis=0) + self.imports + self.added.sum(axis=0) - self.output)

    def diagnose(self, tolerance: float = 1e-8) -> checks.BalanceReport:
        """Test every identity of the table; the same checks and statuses as `Accounts.diagnose`."""
        return checks.diagnose_full(self, tolerance)

    def Z_frame(self) -> pd.DataFrame:  # noqa: N802
        """Give Z with its labels."""
        return pd.DataFrame(self.Z, index=self.index, columns=self.index)

    def final_frame(self) -> pd.DataFrame:
        """Give final use with its labels."""
        return pd.DataFrame(self.final, index=self.index, columns=self.final_index)

    def to_pymrio(self) -> Any:
        """Give a `pymrio.IOSystem` (extra ``haihe[pymrio]``).

        Exports and residual become the final-use categories ``export`` and ``residual`` of the producing region (left
        out where all are 0); value added and the row ``import`` become the extension ``factor_inputs``.
        """
        return mrio.write(self)

    @classmethod
    def from_pymrio(
        cls, system: Any, year: int | None = None, factor_inputs: str = "factor_inputs"
    ) -> InterregionalTable:
        """Read a `pymrio.IOSystem`.

        Parameters
        ----------
        system : pymrio.IOSystem
            With Z and Y (all regions with the same sectors and categories). Other extensions are not taken.
        year : int, optional
            Year of the figures.
        factor_inputs : str
            Extension that holds value added; without it the balance of each column is one kind ``value_added``.

        Raises
        ------
        HaiheError
            ``E-ACC-31`` where regions have different sectors or categories.
        """
        return cls(year=year, **mrio.read(system, factor_inputs))
