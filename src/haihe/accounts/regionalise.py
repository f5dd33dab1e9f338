"""A table for a region that has none, from the table of the nation or province it lies in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.accounts.balance import gras
from haihe.accounts.known_totals import RegionalTotals, final_by_kind, part_of
from haihe.accounts.labels import nearest
from haihe.accounts.regional import Accounts, FloatArray
from haihe.accounts.sourcing import CROSSED, SIZED, Cross, Sides, check_method, local_supply
from haihe.messages import HaiheError, Quality, Text, worst_quality

DEFAULT_METHOD = "MCHARM"
DEFAULT_HETEROGENEITY = 0.3
"""Method and cross-hauling with the least error where the truth is known (docs/decisions/0009)."""

DEFAULT_DELTA = 0.2
"""The δ with the least error of those tried for ``FLQ`` there."""

ASSUMED: Quality = "estimated"
"""Mark of whatever is taken from the parent because nothing is known of the region."""


@dataclass(frozen=True, eq=False)
class Regionalised:
    """A regional table and how it came about.

    Attributes
    ----------
    accounts : Accounts
        The region, in pooled form. ``imports`` and ``exports`` are trade with other countries; ``inflow`` and
        ``outflow`` are trade with the rest of the country, in both directions where the method finds cross-hauling.
    local : ndarray, shape (n, n)
        Intermediate use met by the region's own production.
    local_final : ndarray, shape (n, k)
        Final use met by the region's own production.
    method : str
        How the local share was found.
    parameter : float, ndarray, str or None
        Its δ or cross-hauling; None where the method has none.
    inputs : mapping of str to str
        Mark of quality of each input: output, value_added, final, exports, imports, net_trade, technology, sourcing.
    """

    accounts: Accounts
    local: FloatArray
    local_final: FloatArray
    method: str
    parameter: Cross | None
    inputs: Mapping[str, Quality]

    @property
    def quality(self) -> Quality:
        """Mark of the table: that of its weakest input."""
        return worst_quality(self.inputs.values()) or ASSUMED

    @property
    def illustrative(self) -> list[str]:
        """Inputs that are illustrative, so that the table must be marked so."""
        return [name for name, mark in self.inputs.items() if mark == "illustrative"]

    @property
    def coefficients(self) -> FloatArray:
        """Intra-regional input coefficients ``local[i,j] / output[j]``, shape (n, n); 0 where output is 0."""
        x = self.accounts.output[0]
        return np.asarray(np.divide(self.local, x, out=np.zeros_like(self.local), where=x > 0))


def regionalise(
    national: Accounts,
    output: FloatArray | pd.Series[float] | None = None,
    *,
    employment: tuple[FloatArray, FloatArray] | None = None,
    method: str = DEFAULT_METHOD,
    delta: float = DEFAULT_DELTA,
    heterogeneity: Cross = DEFAULT_HETEROGENEITY,
    totals: RegionalTotals | None = None,
    region: str = "region",
    name: Text | None = None,
    quality: Mapping[str, Quality] | None = None,
) -> Regionalised:
    """Make the table of a region from that of the nation and the region's output or employment.

    Technology (input and value-added coefficients) and the mix of final use are those of the parent; final use as a
    whole is scaled by gross regional product. Exports and imports follow output and uses as in the parent. The method
    says which part of what the parent buys from itself the region buys from itself; what is left comes in, and what
    the region makes beyond it goes out, so that products are hauled both ways. Known totals replace each of these
    assumptions, and RAS or GRAS makes the rest fit them. The net trade of a product is output less uses whatever the
    method: the method decides only how much crosses the border both ways.

    The same holds a floor lower: give the table of a province as `national` and the output of a district.

    Parameters
    ----------
    national : Accounts
        The parent, one region that contains the new one. Its residual is handed down as a share of output.
    output : ndarray or Series, shape (n,), optional
        Gross output by sector, in the unit and year of `national`; a Series by sector code, in any order.
    employment : pair of ndarray, shape (n,), optional
        Employed persons by sector in the region and in the parent, in place of `output`: output per head is the
        parent's, and quotients compare employment.
    method : str
        One of `haihe.accounts.METHODS`.
    delta : float
        δ of ``FLQ`` and ``AFLQ``.
    heterogeneity : float, ndarray of shape (n,) or ``"parent"``
        Cross-hauling h of ``CHARM`` and ``MCHARM``; ``"parent"`` takes it from the parent's own trade with the outside.
    totals : RegionalTotals, optional
        What else is known.
    region, name : str, Text
        Code and name of the region.
    quality : mapping of str to str, optional
        Marks of the given inputs (``output``, ``employment`` and the names of `RegionalTotals`); ``estimated`` where
        not said.

    Returns
    -------
    Regionalised
        Row and column identity exact to rounding; no trade negative; regions that add up to the parent add up to its
        use, value added, exports and imports.

    Raises
    ------
    HaiheError
        ``E-ACC-80`` parent not one region, ``E-ACC-81`` sector missing or unknown, ``E-ACC-82`` output negative or
        missing, ``E-ACC-83`` output of a sector the parent does not have, ``E-ACC-84`` and ``E-ACC-85`` method and
        parameters, ``E-ACC-86`` and ``E-ACC-87`` totals that do not fit, ``E-ACC-88`` output above the parent's,
        ``E-ACC-89`` not exactly one of output and employment, and those of `gras`.

    Notes
    -----
    The default is the method with the least measured error (docs/decisions/0009-regionalisation-default.md). From
    output alone it misses local input coefficients by 31 % on average in Austria's states (worst 50 %), and by 67 %
    and 73 % in China's provinces in 2012 and 2017 (worst 191 %); output multipliers by 3.4 %, 17 % and 15 % (worst 49
    %). Net trade by product is not known from output alone: its error is about 100 % of itself. Its h does not know
    the size of the region; where the region is most of its parent, take a quotient.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., chapter 8; see also `flq` and `charm`.
    """
    check_method(method, delta, heterogeneity)
    if len(national.regions) != 1:
        raise HaiheError("E-ACC-80", value=", ".join(national.regions))
    if (output is None) == (employment is None):
        raise HaiheError("E-ACC-89")
    parent, known = national, totals or RegionalTotals()
    X, supplied, demanded = parent.output[0], (parent.output - parent.residual)[0], parent.uses[0]
    if employment is None:
        x = _by_sector(output, parent, "output", X)
        weights, parent_weights = x, X
    else:
        parent_weights = _by_sector(employment[1], parent, "employment")
        weights = _by_sector(employment[0], parent, "employment", parent_weights)
        x = X * np.divide(weights, parent_weights, out=np.zeros_like(X), where=parent_weights > 0)
    residual = np.minimum(np.divide(parent.residual[0], X, out=np.zeros_like(X), where=X > 0), 1.0) * x
    supply = x - residual

    Z, final, added = _uses_and_added(parent, known, x, supply)
    uses = Z.sum(axis=1) + final.sum(axis=1)
    market = np.maximum(uses, 0.0)
    # Trade with other countries, and with what lies beyond the parent: the parent's shares of supply and of uses.
    exports = part_of("exports", known.exports, _share(parent.exports[0], supplied) * supply, supply, parent.sectors)
    imports = part_of("imports", known.imports, _share(parent.imports[0], demanded) * market, market, parent.sectors)
    beyond = np.minimum(_share(parent.outflow[0], supplied) * supply, supply - exports)
    from_beyond = np.minimum(_share(parent.inflow[0], demanded) * market, market - imports)
    leaves, enters = (parent.exports + parent.outflow)[0], (parent.imports + parent.inflow)[0]
    local, local_final = local_supply(
        method,
        delta,
        heterogeneity,
        Sides(weights, parent_weights, supplied, demanded, leaves, enters),
        Z,
        final,
        wanted=uses - imports - from_beyond,
        offered=supply - exports - beyond,
    )
    # A product that only leaves stocks (uses below 0) is sold outside: its local supply is the use itself.
    kept = np.minimum(local.sum(axis=1) + local_final.sum(axis=1), uses)
    accounts = replace(
        parent,
        regions=[region],
        Z=Z[None],
        final=final[None],
        added=added[None],
        exports=exports[None],
        imports=imports[None],
        outflow=(supply - kept - exports)[None],
        inflow=(uses - kept - imports)[None],
        residual=residual[None],
        output=x[None],
        flows=None,
        names={code: words for code, words in parent.names.items() if code in parent.sectors}
        | ({region: name} if name else {}),
    )
    marks = _marks(known, employment is not None, quality or {})
    parameter = delta if method in SIZED else heterogeneity if method in CROSSED else None
    return Regionalised(accounts, local, local_final, method, parameter, marks)


def _uses_and_added(
    parent: Accounts, known: RegionalTotals, x: FloatArray, supply: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give intermediate use, final use and value added by the parent's technology and mix, and what is known."""
    used, added = parent.Z[0], parent.added[0]
    inputs = used.sum(axis=0) + added.sum(axis=0)
    share = np.divide(added.sum(axis=0), inputs, out=np.zeros_like(inputs), where=inputs > 0)
    value_added = part_of("value_added", known.value_added, share * x, x, parent.sectors)
    Z = _mix(used) * (x - value_added)
    gdp, parent_gdp = float(value_added.sum()), float((share * parent.output[0]).sum())
    if known.net_trade is None:
        scaled = parent.final[0].sum() * gdp / parent_gdp if parent_gdp > 0 else 0.0
        return Z, final_by_kind(known.final, parent.final[0], scaled), _mix(added) * value_added
    net = np.asarray(known.net_trade, dtype=np.float64)
    if net.shape != x.shape:
        raise HaiheError("E-ACC-11", array="net_trade", shape=net.shape, expected=x.shape)
    # Production, uses and trade agree only if GDP is final use plus net trade plus what the parent leaves unexplained.
    final = final_by_kind(known.final, parent.final[0], gdp - float(net.sum()) - float((x - supply).sum()))
    both = np.concatenate([Z, final], axis=1)
    labels = [*parent.sectors, *parent.final_kinds]
    fitted = gras(both, supply - net, both.sum(axis=0), tol=1e-12, row_labels=parent.sectors, column_labels=labels)
    return fitted.matrix[:, : len(x)], fitted.matrix[:, len(x) :], _mix(added) * value_added


def _by_sector(given: object, parent: Accounts, what: str, limit: FloatArray | None = None) -> FloatArray:
    """Arrange figures in the order of the parent's sectors; refuse what cannot be."""
    sectors = parent.sectors
    if isinstance(given, pd.Series):
        labels = [str(label) for label in given.index]
        for code in [c for c in sectors if c not in labels] + [c for c in labels if c not in sectors]:
            raise HaiheError(
                "E-ACC-81", what=what, value=code, near=nearest(code, labels if code in sectors else sectors)
            )
        if given.index.has_duplicates:
            raise HaiheError("E-ACC-04", value=str(given.index[given.index.duplicated()][0]))
        values = given.set_axis(labels).reindex(sectors).to_numpy(dtype=np.float64)
    else:
        values = np.asarray(given, dtype=np.float64)
    if values.shape != (len(sectors),):
        raise HaiheError("E-ACC-11", array=what, shape=values.shape, expected=(len(sectors),))
    if (wrong := ~(np.isfinite(values) & (values >= 0))).any():
        j = int(np.argmax(wrong))
        raise HaiheError("E-ACC-82", what=what, sector=sectors[j], value=float(values[j]))
    if limit is not None:
        if (stray := (values > 0) & ~(limit > 0)).any():
            j = int(np.argmax(stray))
            raise HaiheError("E-ACC-83", what=what, sector=sectors[j], value=float(values[j]))
        if (above := values > limit * (1.0 + 1e-9)).any():
            j = int(np.argmax(above))
            raise HaiheError("E-ACC-88", what=what, sector=sectors[j], value=float(values[j]), whole=float(limit[j]))
    return values


def _mix(block: FloatArray) -> FloatArray:
    """Columns as shares of their sum; the mix of all columns where a column is empty."""
    total = block.sum(axis=0)
    whole = block.sum()
    overall = block.sum(axis=1) / whole if whole != 0 else np.full(len(block), 1.0 / len(block))
    return np.where(total != 0, np.divide(block, total, out=np.zeros_like(block), where=total != 0), overall[:, None])


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole between 0 and 1: trade beyond it is transit and is not handed down."""
    return np.clip(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), 0.0, 1.0)


def _marks(known: RegionalTotals, by_employment: bool, quality: Mapping[str, Quality]) -> dict[str, Quality]:
    """Give the mark of every input, given or assumed."""
    given = {"employment" if by_employment else "output", *known.given}
    if stray := sorted(set(quality) - given):
        raise HaiheError("E-ACC-81", what="quality", value=stray[0], near=nearest(stray[0], given))
    names = ["employment" if by_employment else "output", "value_added", "final", "exports", "imports"]
    names += ["net_trade"] if "net_trade" in given else []
    return {n: quality.get(n, ASSUMED) for n in [*names, "technology", "sourcing"]}
