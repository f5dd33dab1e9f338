"""Who owes whom: members, what they hold, what they owe each other and outsiders, and whose debts they guarantee."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from haihe.diagnosis.result import GIVEN, Basis, basis_of
from haihe.messages import HaiheError
from haihe.region import Region
from haihe.region.nearest import suggest
from haihe.region.units import factors

Floats = NDArray[np.float64]
YI = "亿元"
OUTSIDE = ""
"""Code of creditors outside: an empty creditor."""


@dataclass(frozen=True, eq=False)
class Obligations:
    """n members. Money in `unit`.

    Attributes
    ----------
    members : list of str
    owed : csr_array, shape (n, n)
        What the row owes to the column; none to itself.
    outside : ndarray, shape (n,)
        What each owes to creditors that are no members; they rank with the others.
    assets : ndarray, shape (n,)
        What each holds besides its claims on members.
    equity : ndarray, shape (n,)
        Stated equity; NaN where none is stated.
    guarantees : csr_array, shape (n, n)
        Most that the row pays for the debts of the column.
    holdings : DataFrame, shape (n, kinds)
        Of `assets`, what stands in each kind that members hold in common; the rest is cash.
    unit : str
    basis : Basis
    """

    members: list[str]
    owed: csr_array
    outside: Floats
    assets: Floats
    equity: Floats
    guarantees: csr_array
    holdings: pd.DataFrame
    unit: str = YI
    basis: Basis = field(default_factory=lambda: GIVEN)

    @classmethod
    def from_frames(
        cls, holders: pd.DataFrame, obligations: pd.DataFrame, *, unit: str = YI, basis: Basis = GIVEN
    ) -> Obligations:
        """Make obligations of two frames.

        Parameters
        ----------
        holders : DataFrame
            ``holder``, ``item`` (``equity``, or a kind of asset; assets of the same holder add up) and ``value``.
        obligations : DataFrame
            ``debtor``, ``creditor`` (missing: outside), ``kind`` (``guarantee``: the debtor guarantees debts of the
            creditor up to the value; anything else is a debt) and ``value``.
        unit, basis
            As the attributes.

        Raises
        ------
        HaiheError
            ``E-SHK-40`` no member, ``E-SHK-41`` a debtor or creditor that holds nothing stated, ``E-SHK-32`` a value
            that is missing, infinite or negative, ``E-SHK-42`` a debt to oneself.
        """
        members = [str(code) for code in holders["holder"].unique()]
        if not members:
            raise HaiheError("E-SHK-40")
        held = (
            _checked(holders)
            .pivot_table(index="holder", columns="item", values="value", aggfunc="sum")
            .reindex(members)
        )
        equity = held.pop("equity").to_numpy() if "equity" in held else np.full(len(members), np.nan)
        kinds = held.drop(columns="cash", errors="ignore").fillna(0.0)
        given = _checked(obligations)
        debtor = _at(members, given["debtor"])
        creditor = given["creditor"].fillna(OUTSIDE).astype(str)
        inside = (creditor != OUTSIDE).to_numpy()
        to = np.where(inside, _at(members, creditor.where(inside, members[0])), -1)
        if (debtor == to).any():
            raise HaiheError("E-SHK-42", value=members[int(debtor[debtor == to][0])])
        value = given["value"].to_numpy(dtype=np.float64)
        promised = (given["kind"] == "guarantee").to_numpy()
        n = len(members)

        def table(which: NDArray[np.bool_]) -> csr_array:
            return csr_array((value[which], (debtor[which], to[which])), shape=(n, n))

        if (promised & ~inside).any():
            raise HaiheError("E-SHK-41", value="—", near=suggest("", members))
        outside = np.bincount(debtor[~inside], value[~inside], n).astype(np.float64)
        return cls(
            members, table(inside & ~promised), outside, held.sum(axis=1).to_numpy(dtype=np.float64), equity.astype(float),
            table(inside & promised), kinds, unit, basis,
        )  # fmt: skip

    @classmethod
    def of(cls, region: Region, year: int | None = None) -> Obligations:
        """Read the tables ``holders`` and ``obligations`` of a region, in 亿元, of one year (the last where not given).

        Raises
        ------
        HaiheError
            ``E-TAB-01`` where ``holders`` is absent, ``E-UNIT-02`` for a unit that is not money; those of `from_frames`.
        """
        holders, owed = region["holders"], region.frame("obligations")
        wanted = int(holders["year"].max()) if year is None else year
        holders, owed = (
            t[t["year"] == wanted].assign(value=t["value"] * factors(t["unit"], YI)) for t in (holders, owed)
        )
        return cls.from_frames(holders, owed, basis=basis_of(region, "holders", "obligations", years=[wanted]))

    @property
    def n(self) -> int:
        """Number of members."""
        return len(self.members)

    @cached_property
    def debts(self) -> Floats:
        """All that each owes, shape (n,)."""
        return np.asarray(self.owed.sum(axis=1) + self.outside)

    @cached_property
    def claims(self) -> Floats:
        """All that members owe to each, shape (n,)."""
        return np.asarray(self.owed.sum(axis=0))

    @cached_property
    def net_worth(self) -> Floats:
        """Assets and claims at par less debts, shape (n,): book equity."""
        return self.assets + self.claims - self.debts

    @cached_property
    def shares(self) -> csr_array:
        """Part of each member's payments that goes to each member, shape (n, n)."""
        return shares_of(self.owed, self.debts)

    def capital(self) -> Floats:
        """Equity that stands against losses: as stated, else book equity.

        Raises
        ------
        HaiheError
            ``E-SHK-43`` for members with claims or debts whose equity is not positive.
        """
        found = np.where(np.isnan(self.equity), self.net_worth, self.equity)
        bad = (found <= 0) & ((self.claims > 0) | (self.debts > 0))
        if bad.any():
            raise HaiheError("E-SHK-43", value=", ".join(self.members[k] for k in np.flatnonzero(bad)[:5]))
        return found

    def marked_down(self, fall: dict[str, float]) -> Floats:
        """Assets after common holdings fall in price by these shares, shape (n,).

        Raises
        ------
        HaiheError
            ``E-SHK-34`` for a share outside 0 to 1, ``E-SHK-35`` for a kind that nobody holds.
        """
        assets = self.assets.copy()
        for kind, share in fall.items():
            if kind not in self.holdings:
                raise HaiheError("E-SHK-35", value=kind)
            if not 0 <= share <= 1:
                raise HaiheError("E-SHK-34", what=kind, value=share)
            assets -= share * self.holdings[kind].to_numpy()
        return assets


def shares_of(owed: csr_array, debts: Floats) -> csr_array:
    """Divide each row by what its member owes in all."""
    over = np.divide(1.0, debts, out=np.zeros_like(debts), where=debts > 0)
    return csr_array(owed.multiply(over[:, None]))


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    value = frame["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    item = frame["item"] if "item" in frame else frame["kind"]
    good = np.isfinite(value) & ((value >= 0) | (item == "equity").to_numpy())
    if not good.all():
        at = int(np.argmin(good))
        raise HaiheError("E-SHK-32", what="value", value=f"{value[at]:g}", row=at + 1)
    return frame.assign(value=value)


def _at(members: list[str], codes: pd.Series) -> NDArray[np.int64]:
    at = pd.Index(members).get_indexer(pd.Index(codes.astype(str)))
    if (at < 0).any():
        odd = str(codes.iloc[int(np.argmax(at < 0))])
        raise HaiheError("E-SHK-41", value=odd, near=suggest(odd, members))
    return np.asarray(at, dtype=np.int64)
