"""Firms and what they deliver to each other, laid out for cascades.

A link is a delivery of a year from a supplier to a buyer. Its need says what the buyer can do without it: an *essential*
input stops it in proportion (Leontief, by the supplier's sector), an *important* one costs it the link's share of its
purchases (linear), a *replaceable* one costs nothing (Diem et al. 2022, Scientific Reports 12, 7719).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from haihe.diagnosis.firms import MONEY
from haihe.diagnosis.result import GIVEN, Basis, basis_of
from haihe.messages import HaiheError, Quality, Text
from haihe.region import Region
from haihe.region.nearest import suggest
from haihe.region.units import factors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEEDS = ("replaceable", "important", "essential")
"""Needs, by their number."""
REPLACEABLE, IMPORTANT, ESSENTIAL = 0, 1, 2
Form = Literal["mixed", "leontief", "linear"]
FORMS: Mapping[str, int] = {"leontief": ESSENTIAL, "linear": IMPORTANT}
MADE_UP = Text(
    "企业与供货关系由投入产出表生成，不是真实企业：行业间合计与核算一致，单个企业与单条供货没有依据。",
    "Firms and deliveries are generated from the accounts and stand for no real firm: sums between sectors agree with the "
    "accounts, a single firm or delivery rests on nothing.",
)


@dataclass(frozen=True, eq=False)
class Inputs:
    """Links that a buyer cannot do without, by buyer and kind of input.

    Attributes
    ----------
    weights : csr_array, shape (g, n)
        Of each kind of input, the share λ that each supplier has in it.
    starts : ndarray of int, shape (b,)
        First kind of input of each buyer; buyers follow each other.
    buyers : ndarray of int, shape (b,)
        Buyers that have any.
    """

    weights: csr_array
    starts: Ints
    buyers: Ints


@dataclass(frozen=True, eq=False)
class FirmNetwork:
    """n firms and m links, each pair of firms once, none to itself.

    Attributes
    ----------
    firms, sectors, regions : list of str
        Codes of firms; of the sectors and regions they stand in.
    sector, region : ndarray of int, shape (n,)
        Where each firm stands, as positions in `sectors` and `regions`.
    supplier, customer : ndarray of int, shape (m,)
        Ends of each link.
    value : ndarray, shape (m,)
        Deliveries a year, in `unit`; positive.
    need : ndarray of int, shape (m,)
        Position in `NEEDS`.
    output : ndarray, shape (n,)
        Sales of a firm a year, those to final users included; at least its sales over links.
    own : float
        Deliveries of firms to themselves, which are left out: nobody stands between.
    raised : int
        Firms whose stated output was below their sales over links and was raised to these.
    unit : str
        Unit of money.
    made_up : bool
        True where the network was generated and not observed.
    basis : Basis
        Source, mark, years and names.
    """

    firms: list[str]
    sectors: list[str]
    regions: list[str]
    sector: Ints
    region: Ints
    supplier: Ints
    customer: Ints
    value: Floats
    need: Ints
    output: Floats
    own: float = 0.0
    raised: int = 0
    unit: str = MONEY
    made_up: bool = False
    basis: Basis = field(default_factory=lambda: GIVEN)

    @classmethod
    def from_frames(
        cls, firms: pd.DataFrame, links: pd.DataFrame, *, unit: str = MONEY, basis: Basis = GIVEN, made_up: bool = False
    ) -> FirmNetwork:
        """Make a network of two frames.

        Parameters
        ----------
        firms : DataFrame
            ``enterprise``, ``sector`` and, where known, ``region`` and ``output`` (sales a year; where missing, those
            over links).
        links : DataFrame
            ``supplier``, ``customer``, ``value``, ``need`` (one of `NEEDS`; important where missing). Rows of the same
            pair add up, with the strongest need; rows of value 0 are no links.
        unit, basis, made_up
            As the attributes.

        Raises
        ------
        HaiheError
            ``E-SHK-30`` no firm, a code twice or a missing sector; ``E-SHK-31`` a link to a firm that is not listed;
            ``E-SHK-32`` a value that is missing, infinite or negative; ``E-SHK-33`` an unknown need.
        """
        codes = pd.Index(firms["enterprise"].astype(object))
        odd = codes[codes.duplicated() | codes.isna()]
        if len(codes) == 0 or len(odd) or firms["sector"].isna().any():
            raise HaiheError("E-SHK-30", value=str(odd[0]) if len(odd) else "—", n=len(codes))
        supplier, customer = (_positions(codes, links[end]) for end in ("supplier", "customer"))
        value, need = _amounts(links["value"]), _needs(links)
        keep = (value > 0) & (supplier != customer)
        own = float(value[supplier == customer].sum())
        pairs, at = np.unique(supplier[keep] * len(codes) + customer[keep], return_inverse=True)
        strongest = np.zeros(len(pairs), dtype=np.int64)
        np.maximum.at(strongest, at, need[keep])
        added = np.bincount(at, value[keep], len(pairs)).astype(np.float64)
        sold = np.bincount(pairs // len(codes), added, len(codes))
        stated = firms["output"] if "output" in firms else pd.Series(np.nan, index=firms.index)
        output = _amounts(stated.astype(float).fillna(pd.Series(sold, index=firms.index)))
        raised = int((output < sold * (1 - 1e-9)).sum())
        sector, sectors = pd.factorize(firms["sector"].astype(object))
        places = firms["region"].astype(object).fillna("") if "region" in firms else pd.Series("", index=firms.index)
        region, regions = pd.factorize(places)
        return cls(
            list(codes), list(sectors), list(regions), sector.astype(np.int64), region.astype(np.int64),
            pairs // len(codes), pairs % len(codes), added, strongest, np.maximum(output, sold), own, raised, unit, made_up,
            basis,
        )  # fmt: skip

    @classmethod
    def of(cls, region: Region) -> FirmNetwork:
        """Read the tables ``enterprises`` and ``supplies`` of a region. Money in 万元.

        Raises
        ------
        HaiheError
            ``E-TAB-01`` where a table is absent, ``E-UNIT-02`` for a unit that is not money; those of `from_frames`.
        """
        firms, links = region["enterprises"], region["supplies"]
        firms = firms.assign(output=firms["output"] * factors(firms["unit"], MONEY))
        links = links.assign(value=links["value"] * factors(links["unit"], MONEY))
        basis = basis_of(region, "enterprises", "supplies")
        named = dict(zip(firms["enterprise"], map(Text, firms["name_zh"], firms["name_en"]), strict=True))
        return cls.from_frames(firms, links, basis=replace(basis, names={**named, **basis.names}))

    def as_form(self, form: Form) -> FirmNetwork:
        """Take every listed input as essential (``leontief``), as important (``linear``), or as stated (``mixed``)."""
        if form == "mixed":
            return self
        if form not in FORMS:
            raise HaiheError("E-SHK-33", value=form, near=suggest(form, [*FORMS, "mixed"]))
        return replace(self, need=np.full(len(self.need), FORMS[form], dtype=np.int64))

    @property
    def n(self) -> int:
        """Number of firms."""
        return len(self.firms)

    @property
    def quality(self) -> Quality:
        """Mark of the data; a generated network is illustrative."""
        return "illustrative" if self.made_up else self.basis.quality

    @cached_property
    def sold(self) -> Floats:
        """Sales over links, shape (n,)."""
        return np.bincount(self.supplier, self.value, self.n).astype(np.float64)

    @cached_property
    def bought(self) -> Floats:
        """Purchases over links, shape (n,)."""
        return np.bincount(self.customer, self.value, self.n).astype(np.float64)

    @cached_property
    def isolated(self) -> NDArray[np.bool_]:
        """Firms without any link, shape (n,): what happens to them reaches nobody, and nobody reaches them."""
        return np.asarray((self.sold == 0) & (self.bought == 0))

    @cached_property
    def inputs(self) -> Inputs:
        """Essential inputs by sector and important ones together, of every buyer."""
        used = np.flatnonzero(self.need != REPLACEABLE)
        vital = self.need[used] == ESSENTIAL
        kinds = len(self.sectors) + 1
        kind = np.where(vital, self.sector[self.supplier[used]], kinds - 1)
        groups, group = np.unique(self.customer[used] * kinds + kind, return_inverse=True)
        value = self.value[used]
        whole = np.where(vital, np.bincount(group, value, len(groups))[group], self.bought[self.customer[used]])
        weights = csr_array((value / whole, (group, self.supplier[used])), shape=(len(groups), self.n))
        buyers, starts = np.unique(groups // kinds, return_index=True)
        return Inputs(weights, starts.astype(np.int64), buyers)

    @cached_property
    def customers(self) -> csr_array:
        """Share of each firm's sales (final users included) that goes to each customer, shape (n, n)."""
        share = self.value / self.output[self.supplier]
        return csr_array((share, (self.supplier, self.customer)), shape=(self.n, self.n))

    @cached_property
    def members(self) -> csr_array:
        """Sales of each firm in the row of its sector, shape (sectors, n)."""
        return csr_array((self.output, (self.sector, np.arange(self.n))), shape=(len(self.sectors), self.n))

    def position(self, firm: str) -> int:
        """Position of a firm.

        Raises
        ------
        HaiheError
            ``E-SHK-31`` for a firm that is not listed.
        """
        return int(_positions(self._index, pd.Series([firm]))[0])

    @cached_property
    def _index(self) -> pd.Index[Any]:
        return pd.Index(self.firms, dtype=object)

    def __repr__(self) -> str:
        kind = "generated" if self.made_up else "stated"
        return f"FirmNetwork: {self.n} firms, {len(self.value)} links ({kind}), {self.value.sum():.4g} {self.unit}"


def _positions(codes: pd.Index[Any], wanted: pd.Series[Any]) -> Ints:
    at = codes.get_indexer(pd.Index(wanted.astype(object)))
    if (at < 0).any():
        missing = str(wanted.iloc[int(np.argmax(at < 0))])
        raise HaiheError("E-SHK-31", value=missing, near=suggest(missing, list(codes[:5000])))
    return np.asarray(at, dtype=np.int64)


def _amounts(column: pd.Series[Any]) -> Floats:
    value = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(value) & (value >= 0)).all():
        at = int(np.argmin(np.isfinite(value) & (value >= 0)))
        raise HaiheError("E-SHK-32", what=str(column.name), value=f"{value[at]:g}", row=at + 1)
    return value


def _needs(links: pd.DataFrame) -> Ints:
    if "need" not in links:
        return np.full(len(links), IMPORTANT, dtype=np.int64)
    need = links["need"].astype(object).fillna(NEEDS[IMPORTANT])
    at = pd.Index(NEEDS).get_indexer(pd.Index(need))
    if (at < 0).any():
        odd = str(need.iloc[int(np.argmax(at < 0))])
        raise HaiheError("E-SHK-33", value=odd, near=suggest(odd, NEEDS))
    return np.asarray(at, dtype=np.int64)
