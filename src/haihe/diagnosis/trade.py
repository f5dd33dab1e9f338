"""Trade and dependence along the supply chain: whose value added stands in what a region uses, makes and exports."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.leontief import Leontief
from haihe.diagnosis.origins import ORIGINS, bought, shares
from haihe.diagnosis.places import Places

USES: dict[str, tuple[str, ...]] = {
    "consumption": ("household_rural", "household_urban", "government"),
    "investment": ("investment", "inventories"),
}
"""Kinds of final use that are shown together; any other kind counts as ``other``."""

UNNAMED = ("rest", "abroad")
"""Origins outside the table, below its regions: unnamed domestic regions, other countries."""


@dataclass(frozen=True, eq=False)
class Trade:
    """One coupled table of all regions with accounts, and what follows from it.

    Where several regions have no flows between them, all their domestic trade is with regions not named, and the
    table falls into one block a region; `coupled` tells.

    Attributes
    ----------
    accounts : Accounts
        As given.
    places : Places
        Who the members are.
    """

    accounts: Accounts
    places: Places

    @property
    def coupled(self) -> bool:
        """True where goods move between the regions of the table."""
        return self.accounts.flows is not None and bool(np.any(self.accounts.flows))

    @cached_property
    def table(self) -> InterregionalTable:
        """The coupled table, origins of each product in fixed proportions (Chenery-Moses)."""
        return InterregionalTable.from_accounts(with_flows(self.accounts))

    @cached_property
    def system(self) -> Leontief:
        """The factorised system of `table`."""
        return Leontief.of(self.table)

    @property
    def origins(self) -> list[str]:
        """Rows of `content`: the regions of the table, then `UNNAMED`."""
        return [*self.accounts.regions, *UNNAMED]

    @cached_property
    def content(self) -> FloatArray:
        """Value added by origin in one unit of every product, direct and along the supply chain, shape (R + 2, N).

        Row r is the value added of region r, the last two rows are products from unnamed domestic regions and from
        abroad, ``S (I - A)⁻¹`` with S the direct coefficients. Columns of products that are made add up to 1, because
        inputs and value added make up output (Miller and Blair 2009, section 3.3).
        """
        R, n = self.accounts.output.shape
        outside = unnamed_inputs(self.accounts)
        direct = np.zeros((R + 2, R * n))
        own = self.table.added.sum(axis=0)
        for r in range(R):
            direct[r, r * n : (r + 1) * n] = own[r * n : (r + 1) * n]
        direct[R:] = outside.reshape(2, R * n)
        output = self.table.output
        coefficients = np.divide(direct, output, out=np.zeros_like(direct), where=output != 0)
        return np.asarray(self.system.multipliers(coefficients))

    def content_of(self, region: str) -> FloatArray:
        """`content` of one region's products, shape (R + 2, n)."""
        r, n = self.accounts.position(region), len(self.accounts.sectors)
        return self.content[:, r * n : (r + 1) * n]

    def origin_shares(self, region: str) -> FloatArray:
        """Share of each of `origins` in what a region uses of every product, directly, shape (R + 2, n).

        Columns add up to 1; 0 where nothing is used.
        """
        a, r = with_flows(self.accounts), self.accounts.position(region)
        R, uses = len(a.regions), a.uses[r]
        amounts = np.zeros((R + 2, len(a.sectors)))
        if a.flows is not None:
            amounts[:R] = a.flows[:, r]
        amounts[R:] = np.stack([a.inflow[r], a.imports[r]])
        amounts[r] = uses - amounts.sum(axis=0)
        return np.asarray(np.divide(amounts, uses, out=np.zeros_like(amounts), where=uses != 0))

    def contents(self) -> pd.DataFrame:
        """Say whose value added stands in what each member consumes, invests, exports and ships.

        Returns
        -------
        DataFrame
            ``region``, ``use`` (``consumption``, ``investment``, ``other``, ``exports``, ``shipped`` to other regions of
            the country), ``origin`` (`ORIGINS` as the region sees them), ``value`` in the accounts' money and ``share``.
            What comes from abroad includes what arrives inside products of other regions. NaN where the accounts
            hold no trade with abroad of its own.
        """
        records = []
        for region in self.places.members:
            for use, amounts in self._uses_of(region).items():
                by_origin = self._seen_from(region, amounts)
                total = by_origin.sum()
                share = by_origin / total if total > 0 else np.full(4, np.nan)
                records += [
                    (region, use, origin, value, part)
                    for origin, value, part in zip(ORIGINS, by_origin, share, strict=True)
                ]
        frame = pd.DataFrame(records, columns=["region", "use", "origin", "value", "share"])
        if self.accounts.merged_trade:
            unknown = frame["origin"].isin(UNNAMED)
            frame.loc[unknown, ["value", "share"]] = np.nan
        return frame

    def value_added_trade(self) -> pd.DataFrame:
        """Say in whose final use the value added of each region ends (trade in value added).

        Returns
        -------
        DataFrame
            ``origin``: region whose value added it is; ``user``: region in whose final use it ends, or ``abroad``,
            ``rest`` (unnamed regions), ``residual`` (what the accounts leave unexplained); ``value``. Over users it
            adds up to the value added of the origin.

        References
        ----------
        Johnson, R. C. and Noguera, G. (2012), Accounting for intermediates: production sharing and trade in value added,
        Journal of International Economics 86(2), 224-236.
        """
        a, R, k = self.accounts, len(self.accounts.regions), len(self.accounts.final_kinds)
        final = self.table.final.reshape(-1, R, k).sum(axis=2)
        demand = np.column_stack([final, a.outflow.ravel(), a.exports.ravel(), self.table.residual])
        users = [*a.regions, "rest", "abroad", "residual"]
        ends = self.content[:R] @ demand
        return pd.DataFrame(
            {
                "origin": np.repeat(np.array(a.regions, dtype=object), len(users)),
                "user": np.tile(np.array(users, dtype=object), R),
                "value": ends.ravel(),
            }
        )

    def self_sufficiency(self) -> pd.DataFrame:
        """Say where the uses of every product come from, directly, for every member.

        Returns
        -------
        DataFrame
            ``region``, ``sector``, ``uses`` and one share by origin (`ORIGINS`); NaN where nothing is used.
        """
        parts = []
        for region in self.places.members:
            uses = self.accounts.uses[self.accounts.position(region)]
            share = shares(bought(self.accounts, self.places, region), uses)
            frame = pd.DataFrame({"region": region, "sector": self.accounts.sectors, "uses": uses})
            parts.append(frame.assign(**dict(zip(ORIGINS, share, strict=True))))
        return pd.concat(parts, ignore_index=True)

    def _uses_of(self, region: str) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Demand of each use of a region for the products of the table, shape (N,), and for unnamed ones, shape (2,)."""
        a, r = self.accounts, self.accounts.position(region)
        R, n, k = len(a.regions), len(a.sectors), len(a.final_kinds)
        final = self.table.final.reshape(R * n, R, k)[:, r]
        outside = unnamed_final(a)[:, r]
        named = [kind for kinds in USES.values() for kind in kinds]
        groups = {**USES, "other": tuple(kind for kind in a.final_kinds if kind not in named)}
        uses = {}
        for use, kinds in groups.items():
            chosen = [a.final_kinds.index(kind) for kind in kinds if kind in a.final_kinds]
            if chosen:
                uses[use] = (final[:, chosen].sum(axis=1), outside[:, chosen].sum(axis=1))
        shipped = a.outflow[r] + a.flows_out[r]
        for use, sales in (("exports", a.exports[r]), ("shipped", shipped)):
            own = np.zeros(R * n)
            own[r * n : (r + 1) * n] = sales
            uses[use] = (own, np.zeros(2))
        return uses

    def _seen_from(self, region: str, amounts: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Value added in a demand, by origin as a region sees them, shape (4,)."""
        demand, outside = amounts
        return self.grouped(region, self.content @ demand + np.concatenate([np.zeros(len(self.origins) - 2), outside]))

    def grouped(self, region: str, values: FloatArray) -> FloatArray:
        """Sum values by `origins`, shape (R + 2, ...), into the four groups that a region sees, shape (4, ...)."""
        at = {code: k for k, code in enumerate(self.origins)}
        near = [at[code] for code in self.places.beside(region)]
        rest = [at[code] for code in (*self.places.outside, "rest")]
        groups = ([at[region]], near, rest, [at["abroad"]])
        return np.stack([values[rows].sum(axis=0) for rows in groups])


def with_flows(accounts: Accounts) -> Accounts:
    """Give accounts with flows: zeros where there are none, so that all domestic trade stays with regions not named."""
    if accounts.flows is not None:
        return accounts
    R, n = accounts.output.shape
    return replace(accounts, flows=np.zeros((R, R, n)))


def unnamed_inputs(accounts: Accounts) -> FloatArray:
    """Inputs of each region and sector from unnamed domestic regions and from abroad, shape (2, R, n)."""
    return np.asarray(np.einsum("osi,sij->osj", _unnamed_shares(accounts), accounts.Z))


def unnamed_final(accounts: Accounts) -> FloatArray:
    """Final use of each region and kind from unnamed domestic regions and from abroad, shape (2, R, k)."""
    return np.asarray(np.einsum("osi,sik->osk", _unnamed_shares(accounts), accounts.final))


def _unnamed_shares(accounts: Accounts) -> FloatArray:
    """Share of each region's uses of a product that comes from outside the table, shape (2, R, n).

    The same proportions as in `InterregionalTable.from_accounts`, split into inflow and imports.
    """
    uses, arriving = accounts.uses, accounts.flows_in
    parts = np.stack([accounts.inflow, accounts.imports])
    share = np.divide(parts, uses, out=np.zeros_like(parts), where=uses != 0)
    whole = np.divide(parts.sum(axis=0) + arriving, uses, out=np.zeros_like(uses), where=uses != 0)
    return np.asarray(share / np.where(np.abs(1.0 - whole) < 1e-9, whole, 1.0))
