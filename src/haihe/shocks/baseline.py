"""The economy at rest: daily flows of a multi-regional table, laid out for the step of the disruption model.

Producers are counted by region and sector, the region slowest. Suppliers of product i are the producers of sector i in
every region, and, where the accounts tell products bought outside, the partners outside (abroad, the rest of the country),
which need no inputs themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import Accounts
from haihe.messages import HaiheError, Text

FloatArray = NDArray[np.floating]
DAYS = 365.0
"""Days of a year of the accounts."""
EXPORTS, RESIDUAL, ABROAD, ELSEWHERE = "exports", "residual", "abroad", "elsewhere"
"""Final uses beside those of the regions; partners outside."""


@dataclass(frozen=True, eq=False)
class AtRest:
    """A day of the economy before anything happens.

    R regions, n sectors, N = R·n producers, q partners outside, C final uses.

    Attributes
    ----------
    regions, sectors : list of str
        Labels.
    partners : list of str
        Suppliers outside the table whose products are known: ``abroad`` and ``elsewhere`` (inflow of nobody named).
    uses : list of (str, str)
        Region and kind of every final use; exports and residual have the region "".
    unit : str
        Unit of money.
    year : int, optional
        Year of the accounts.
    yearly : ndarray, shape (N, N)
        Flows of a year, none negative.
    outside : ndarray, shape (q, n, N)
        Product bought from each partner by each producer in a year.
    final : ndarray, shape (N + q·n, C)
        Final use in a year, of own products and of those of the partners.
    value_added : ndarray, shape (N,)
        Value added a day.
    clipped : float
        Money a year that was negative (final use or flows) and is counted as 0.
    names : mapping of str to Text
        Names of codes.
    """

    regions: list[str]
    sectors: list[str]
    partners: list[str]
    uses: list[tuple[str, str]]
    unit: str
    year: int | None
    yearly: NDArray[np.float64]
    outside: NDArray[np.float64]
    final: NDArray[np.float64]
    value_added: NDArray[np.float64]
    clipped: float = 0.0
    names: Mapping[str, Text] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Accounts | InterregionalTable) -> AtRest:
        """Take accounts, or a table.

        Accounts in pooled form become a table in fixed proportions (`InterregionalTable.from_accounts`), and their
        imports and inflows are suppliers by product. A table does not tell which product an import is: there what comes
        from outside never runs short.

        Output is what is used, exports included: a final use that is negative for a producer (a run-down of stocks, a
        statistical error) is counted as 0 where it makes the producer's whole final use negative.

        Raises
        ------
        HaiheError
            ``E-SHK-01`` where figures are missing or infinite, ``E-SHK-02`` where there is no output at all.
        """
        full = InterregionalTable.from_accounts(table) if isinstance(table, Accounts) else table
        for name in ("Z", "final", "exports", "residual", "added"):
            if not np.isfinite(getattr(full, name)).all():
                raise HaiheError("E-SHK-01", what=name)
        partners, outside, bought = _partners(table) if isinstance(table, Accounts) else _nobody(full)
        own = np.column_stack([full.final, full.exports, full.residual])
        final = np.vstack([own, np.pad(bought, ((0, 0), (0, 2)))])
        lost = -np.minimum(final.sum(axis=1), 0.0).sum() - np.minimum(full.Z, 0.0).sum()
        yearly = np.maximum(full.Z, 0.0) if full.Z.size and full.Z.min() < 0 else full.Z
        final[final.sum(axis=1) < 0] = 0.0
        if not yearly.sum() + final.sum() > 0:
            raise HaiheError("E-SHK-02")
        uses = [(r, k) for r in full.regions for k in full.final_kinds]
        return cls(
            regions=list(full.regions),
            sectors=list(full.sectors),
            partners=partners,
            uses=[*uses, ("", EXPORTS), ("", RESIDUAL)],
            unit=full.unit,
            year=full.year,
            yearly=yearly,
            outside=outside,
            final=final,
            value_added=full.added.sum(axis=0) / DAYS,
            clipped=float(lost),
            names=full.names,
        )

    @property
    def index(self) -> pd.MultiIndex:
        """Labels (region, sector) of the producers."""
        return pd.MultiIndex.from_product([self.regions, self.sectors], names=["region", "sector"])

    @property
    def size(self) -> int:
        """Count the producers."""
        return len(self.regions) * len(self.sectors)

    @property
    def places(self) -> int:
        """Suppliers of a product: regions and partners."""
        return len(self.regions) + len(self.partners)

    @cached_property
    def orders(self) -> NDArray[np.float64]:
        """What producers order a day from every supplier, shape (n, R + q)."""
        own = self.by_product(self.yearly.sum(axis=1))
        return np.hstack([own, self.outside.sum(axis=2).T]) / DAYS

    @cached_property
    def demand(self) -> NDArray[np.float64]:
        """Final use a day of the products of every supplier, shape (n, R + q)."""
        return self.by_supplier(self.final.sum(axis=1)) / DAYS

    @cached_property
    def supply(self) -> NDArray[np.float64]:
        """What every supplier delivers a day, shape (n, R + q)."""
        return np.asarray(self.orders + self.demand)

    @cached_property
    def output(self) -> NDArray[np.float64]:
        """Output a day, shape (N,)."""
        return self.by_producer(self.supply)

    @cached_property
    def inputs(self) -> NDArray[np.float64]:
        """Technical need of product i per unit of output, any origin, shape (n, N); 0 where output is 0."""
        R, n, N = len(self.regions), len(self.sectors), self.size
        bought = (self.yearly.reshape(R, n, N).sum(axis=0) + self.outside.sum(axis=0)) / DAYS
        return np.asarray(np.divide(bought, self.output, out=np.zeros_like(bought), where=self.output > 0))

    def layout(self, order: NDArray[np.intp] | None = None, dtype: DTypeLike = np.float64) -> FloatArray:
        """Give flows a day by product, supplier and buyer, shape (n, R + q, N), the buyers in `order`."""
        R, n, N = len(self.regions), len(self.sectors), self.size
        flows = np.empty((n, self.places, N), dtype=dtype)
        for place in range(self.places):
            block = self.yearly[place * n : (place + 1) * n] if place < R else self.outside[place - R]
            np.multiply(
                block if order is None else block[:, order], 1.0 / DAYS, out=flows[:, place], casting="same_kind"
            )
        return flows

    def by_product(self, values: FloatArray) -> NDArray[np.float64]:
        """Turn values by producer, shape (..., N), to (..., n, R)."""
        shape = (*values.shape[:-1], len(self.regions), len(self.sectors))
        return np.ascontiguousarray(np.swapaxes(values.reshape(shape), -1, -2), dtype=np.float64)

    def by_supplier(self, values: FloatArray) -> NDArray[np.float64]:
        """Turn values by producer and then partner, shape (..., N + q·n), to (..., n, R + q)."""
        shape = (*values.shape[:-1], self.places, len(self.sectors))
        return np.ascontiguousarray(np.swapaxes(values.reshape(shape), -1, -2), dtype=np.float64)

    def by_producer(self, values: FloatArray) -> NDArray[np.float64]:
        """Take values by supplier, shape (..., n, R + q), to those of the producers, shape (..., N)."""
        own = np.swapaxes(values[..., : len(self.regions)], -1, -2)
        return np.ascontiguousarray(own, dtype=np.float64).reshape(*values.shape[:-2], self.size)


def _partners(a: Accounts) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Partners of pooled accounts, what producers buy from each, and what final users buy."""
    R, n, k = len(a.regions), len(a.sectors), len(a.final_kinds)
    shares = {
        name: np.divide(part, a.uses, out=np.zeros_like(part), where=a.uses != 0)
        for name, part in ((ABROAD, a.imports), (ELSEWHERE, a.inflow))
        if part.any()
    }
    outside = np.zeros((len(shares), n, R * n))
    bought = np.zeros((len(shares) * n, R * k))
    for q, share in enumerate(shares.values()):
        outside[q] = np.maximum(np.einsum("si,sij->isj", share, a.Z).reshape(n, R * n), 0.0)
        bought[q * n : (q + 1) * n] = np.einsum("si,sik->isk", share, a.final).reshape(n, R * k)
    return list(shares), outside, bought


def _nobody(table: InterregionalTable) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """No partner is known by product."""
    n, N = len(table.sectors), len(table.output)
    return [], np.zeros((0, n, N)), np.zeros((0, table.final.shape[1]))
