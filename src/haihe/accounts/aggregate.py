"""Merging sectors and regions by a concordance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, overload

import numpy as np

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.labels import nearest
from haihe.accounts.layout import read_columns
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.messages import HaiheError, Text

PAIRS = ("from", "to")
"""Columns that a table of a concordance must have."""


@dataclass(frozen=True)
class Concordance:
    """A many-to-one map from the codes of one classification to those of another.

    Attributes
    ----------
    mapping : mapping of str to str
        Each source code and its one target code.
    names : mapping of str to Text
        Names of target codes.
    """

    mapping: Mapping[str, str]
    names: Mapping[str, Text] = field(default_factory=dict)

    @classmethod
    def from_pairs(
        cls, pairs: Iterable[tuple[str, str]], names: Mapping[str, Text] | None = None, file: str = ""
    ) -> "Concordance":
        """Build from (source, target) pairs; a source that stands twice is refused (``E-ACC-09``)."""
        mapping: dict[str, str] = {}
        for source, target in pairs:
            if source in mapping:
                raise HaiheError("E-ACC-09", file=file, value=source, first=mapping[source], second=target)
            mapping[source] = target
        return cls(mapping, dict(names or {}))

    @property
    def targets(self) -> list[str]:
        """Target codes in order of first appearance."""
        return list(dict.fromkeys(self.mapping.values()))

    def ordered(self, targets: Sequence[str]) -> "Concordance":
        """Give the same map with its targets in the order of a list; targets that it does not name come last."""
        place = {target: at for at, target in enumerate(targets)}
        pairs = sorted(self.mapping.items(), key=lambda pair: place.get(pair[1], len(place)))
        return Concordance(dict(pairs), self.names)

    def then(self, other: Mapping[str, str], names: Mapping[str, Text] | None = None) -> "Concordance":
        """Follow this map by another of its targets; targets that `other` does not name stay."""
        onward = {source: other.get(target, target) for source, target in self.mapping.items()}
        return Concordance(onward, {**self.names, **(names or {})})

    def matrix(self, sources: Sequence[str]) -> tuple[FloatArray, list[str]]:
        """Give the 0/1 matrix (targets × sources) and the target codes that `sources` reach.

        Raises
        ------
        HaiheError
            ``E-ACC-08`` names the sources without a target, ``E-ACC-10`` the mapped codes that are no source.
        """
        if missing := [source for source in sources if source not in self.mapping]:
            raise HaiheError("E-ACC-08", value=", ".join(missing))
        if stray := [code for code in self.mapping if code not in sources]:
            raise HaiheError("E-ACC-10", value=", ".join(stray), near=nearest(stray[0], sources))
        targets = [t for t in self.targets if t in {self.mapping[s] for s in sources}]
        matrix = np.zeros((len(targets), len(sources)))
        matrix[[targets.index(self.mapping[s]) for s in sources], np.arange(len(sources))] = 1.0
        return matrix, targets


def read_pairs(path: str | Path) -> Concordance:
    """Read a concordance from a table with the columns ``from``, ``to`` and, where known, ``name_zh``, ``name_en``.

    Blanks around codes and names do not count.

    Raises
    ------
    HaiheError
        ``E-ACC-02`` a missing column, ``E-ACC-09`` a code that stands twice, ``E-ACC-70`` a code left blank, and what
        `read_table` raises.
    """
    file = Path(path)
    table = read_columns(file, PAIRS).apply(lambda column: column.str.strip())
    for column in PAIRS:
        for at in table.index[table[column] == ""][:1]:
            raise HaiheError("E-ACC-70", file=str(file), row=int(at) + 2, column=column)
    named = {"name_zh", "name_en"} <= set(table)
    names = (
        {to: Text(zh, en) for to, zh, en in zip(table["to"], table["name_zh"], table["name_en"], strict=True)}
        if named
        else {}
    )
    return Concordance.from_pairs(zip(table["from"], table["to"], strict=True), names, file=str(file))


@overload
def aggregate(
    accounts: Accounts,
    sectors: Concordance | Mapping[str, str] | None = None,
    regions: Concordance | Mapping[str, str] | None = None,
) -> Accounts: ...
@overload
def aggregate(
    accounts: InterregionalTable,
    sectors: Concordance | Mapping[str, str] | None = None,
    regions: Concordance | Mapping[str, str] | None = None,
) -> InterregionalTable: ...
def aggregate(
    accounts: Accounts | InterregionalTable,
    sectors: Concordance | Mapping[str, str] | None = None,
    regions: Concordance | Mapping[str, str] | None = None,
) -> Accounts | InterregionalTable:
    """Merge sectors, regions or both.

    In accounts, flows between regions that are merged become internal and are dropped on both sides; outflow and inflow
    not covered by flows are added up. In an interregional table they become use of own products. Both identities and
    every total are kept.

    Parameters
    ----------
    accounts : Accounts or InterregionalTable
        What to merge.
    sectors, regions : Concordance or mapping of str to str, optional
        Every code of the accounts must be mapped exactly once.

    Raises
    ------
    HaiheError
        ``E-ACC-08`` and ``E-ACC-10`` of `Concordance.matrix`.
    """
    if isinstance(accounts, InterregionalTable):
        return _merge_table(accounts, sectors, regions)
    if sectors is not None:
        accounts = _merge_sectors(accounts, to_concordance(sectors))
    return accounts if regions is None else _merge_regions(accounts, to_concordance(regions))


def to_concordance(given: Concordance | Mapping[str, str]) -> Concordance:
    """Take a plain mapping of codes as a concordance without names."""
    return given if isinstance(given, Concordance) else Concordance(given)


def _merge_sectors(a: Accounts, concordance: Concordance) -> Accounts:
    G, codes = concordance.matrix(a.sectors)
    return replace(
        a,
        sectors=codes,
        names={c: n for c, n in a.names.items() if c not in a.sectors} | dict(concordance.names),
        Z=G @ a.Z @ G.T,
        final=G @ a.final,
        added=a.added @ G.T,
        flows=None if a.flows is None else a.flows @ G.T,
        **{name: getattr(a, name) @ G.T for name in TRADE},
    )


def _merge_regions(a: Accounts, concordance: Concordance) -> Accounts:
    H, codes = concordance.matrix(a.regions)
    merged: dict[str, Any] = {
        name: np.tensordot(H, getattr(a, name), axes=1) for name in (*TRADE, "Z", "final", "added")
    }
    if a.flows is not None:
        flows = np.einsum("pr,qs,rsi->pqi", H, H, a.flows, optimize=True)
        flows[np.arange(len(codes)), np.arange(len(codes))] = 0.0
        merged["flows"] = flows
    return replace(a, regions=codes, names=dict(a.names) | dict(concordance.names), **merged)


def _merge_table(
    t: InterregionalTable,
    sectors: Concordance | Mapping[str, str] | None,
    regions: Concordance | Mapping[str, str] | None,
) -> InterregionalTable:
    def side(given: Concordance | Mapping[str, str] | None, codes: list[str]) -> tuple[FloatArray, list[str], Any]:
        if given is None:
            return np.eye(len(codes)), codes, {}
        concordance = to_concordance(given)
        return *concordance.matrix(codes), concordance.names

    G, products, product_names = side(sectors, t.sectors)
    H, places, place_names = side(regions, t.regions)
    P, F = np.kron(H, G), np.kron(H, np.eye(len(t.final_kinds)))
    return replace(
        t,
        regions=places,
        sectors=products,
        names=dict(t.names) | dict(product_names) | dict(place_names),
        Z=P @ t.Z @ P.T,
        final=P @ t.final @ F.T,
        added=t.added @ P.T,
        final_imports=F @ t.final_imports,
        **{name: P @ getattr(t, name) for name in ("imports", "exports", "residual", "output")},
    )
