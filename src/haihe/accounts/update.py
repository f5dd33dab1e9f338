"""Carrying accounts to a later year: structure from the nation, levels from what is published, then balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array, hstack

from haihe.accounts.checks import INVENTORIES
from haihe.accounts.declared import Revision
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.accounts.soft_balance import CELL_ERROR, SoftBalance, soft_balance
from haihe.accounts.totals import Totals
from haihe.accounts.updated import Updated
from haihe.accounts.vector import (
    KnownTotal,
    from_vector,
    identities,
    known_cells,
    number,
    places_of,
    to_vector,
)
from haihe.messages import HaiheError

CONSUMPTION = {"household_rural": "consumption", "household_urban": "consumption", "government": "consumption"}
"""Kinds of final use that the national tables of 2017 and later give as one."""
DAMPING = 0.5
"""Default share of the nation's change of coefficients that is taken: the best of those tried on 2012 to 2017."""
BOUND = 3.0
"""Default limit of the change of one cell taken from the nation."""


def update(
    accounts: Accounts,
    year: int,
    *,
    national_then: Accounts,
    national_now: Accounts,
    totals: Sequence[KnownTotal],
    revisions: Sequence[Revision] = (),
    damping: float = DAMPING,
    bound: float = BOUND,
    cell_error: float = CELL_ERROR,
) -> Updated:
    """Carry accounts to a later year; every cell of the result is an estimate.

    Four steps, each kept in the result: *revision* (declared level factors); *structure* (input and value-added
    coefficients times the ratio of the nation's, cell by cell); *levels* (output and value added by sector: the
    nation's growth, fitted to the known value added and output of groups and regions; final use by the nation's growth
    of the cell times the region's growth relative to the nation; trade with the origin's output and the destination's
    use); *balance* (`soft_balance` over all cells at once: every identity of `Accounts` hard, the known totals as
    reliable as stated, the published residual grown with output and held).

    Parameters
    ----------
    accounts : Accounts
        The old table, with or without `flows`.
    year : int
        Year of the result.
    national_then, national_now : Accounts
        National tables of one region in the sectors of `accounts` (use `aggregate` first); the first should be of the
        year of the old table. What lies between the second and `year` is known only through `totals`.
    totals : sequence of KnownTotal
        What is published on the new year.
    revisions : sequence of Revision
        Declared, never guessed: a table and totals of one series need none.
    damping : float
        Power of the national ratio of coefficients: 0 keeps the old ones, 1 takes the full change. The default follows
        from the test on 2012 to 2017 (docs/evidence/update-2012-2017.md).
    bound : float
        Largest ratio of change of one cell taken from the nation, and its inverse the smallest.
    cell_error : float
        How sure the carried cells are against the totals (see `soft_balance`).

    Raises
    ------
    HaiheError
        ``E-ACC-63`` other sectors or kinds in a national table, ``E-ACC-69`` one of several regions; ``E-ACC-07``,
        ``E-ACC-64`` unknown label in a total or revision; ``E-ACC-60`` and ``E-ACC-61`` of `soft_balance`; ``E-ACC-41`` where trade is merged;
        ``E-ACC-66`` for accounts at constant prices.

    References
    ----------
    Temurshoev, U., Webb, C. and Yamano, N. (2011), Projection of supply and use tables: methods and their empirical
    assessment, Economic Systems Research 23(1), 91-123.
    """
    if accounts.merged_trade:
        raise HaiheError("E-ACC-41", value=accounts.year)
    for table in (accounts, national_then, national_now):
        if table.price_year is not None:
            raise HaiheError("E-ACC-66", value=table.price_year)
    then, now = (_fitting(accounts, nation) for nation in (national_then, national_now))
    revised = _revise(accounts, revisions)
    structure = _restructure(revised, then, now, damping, bound)
    levels = _carry(revised, structure, then, now, totals, bound, cell_error)
    fit, balanced = _balance(replace(levels, year=year), totals, cell_error)
    known = fit.report.iloc[2 * accounts.output.size :].reset_index(drop=True).assign(unit=accounts.unit)
    return Updated(
        accounts=balanced,
        stages={"old": accounts, "revision": revised, "structure": structure, "levels": levels, "balance": balanced},
        totals=known,
        revisions=pd.DataFrame(
            [(r.region, r.published, r.revised, r.unit, r.factor, r.source, r.text.zh, r.text.en) for r in revisions],
            columns=["region", "published", "revised", "unit", "factor", "source", "text_zh", "text_en"],
        ),
        nation=(national_then.year, national_now.year),
        damping=damping,
        bound=bound,
        cell_error=cell_error,
        iterations=fit.iterations,
        residual=fit.residual,
    )


def _fitting(accounts: Accounts, nation: Accounts) -> Accounts:
    """Check that a national table speaks of the same sectors and kinds, and give it in the same unit."""
    if len(nation.regions) != 1:
        raise HaiheError("E-ACC-69", year=nation.year, value=len(nation.regions))
    final = {CONSUMPTION.get(kind, kind) for kind in accounts.final_kinds}
    for what, wanted, found in (
        ("sectors", accounts.sectors, nation.sectors),
        ("final_kinds", sorted(final), sorted({CONSUMPTION.get(kind, kind) for kind in nation.final_kinds})),
        ("added_kinds", sorted(accounts.added_kinds), sorted(nation.added_kinds)),
    ):
        if list(wanted) != list(found):
            odd = sorted(set(wanted) ^ set(found)) or list(found)
            raise HaiheError("E-ACC-63", year=nation.year, what=what, value=", ".join(odd))
    return nation.to_unit(accounts.unit)


def _revise(accounts: Accounts, revisions: Sequence[Revision]) -> Accounts:
    """Multiply every cell of the revised regions; of flows, those that start or end there."""
    level = np.ones(len(accounts.regions))
    for revision in revisions:
        level[accounts.position(revision.region)] *= revision.factor
    cells = {block: getattr(accounts, block) * level[:, None, None] for block in ("Z", "final", "added")}
    cells |= {block: getattr(accounts, block) * level[:, None] for block in TRADE}
    if accounts.flows is not None:
        cells["flows"] = accounts.flows * (level[:, None] * level)[:, :, None]
    return replace(accounts, **cells)


def _ratio(now: FloatArray, then: FloatArray, bound: float) -> FloatArray:
    """Ratio within 1/bound and bound; 1 where either side is 0 or the sign changed."""
    change = np.divide(now, then, out=np.ones_like(now), where=now * then > 0)
    return np.clip(change, 1.0 / bound, bound)


def _shares(block: FloatArray, output: FloatArray) -> FloatArray:
    """Cells over the output of their column; 0 where there is none."""
    return np.divide(block, output[:, None, :], out=np.zeros_like(block), where=output[:, None, :] != 0)


def _restructure(a: Accounts, then: Accounts, now: Accounts, damping: float, bound: float) -> Accounts:
    """Change the coefficients as the nation's changed, at the old output."""
    order = [[nation.added_kinds.index(kind) for kind in a.added_kinds] for nation in (then, now)]
    inputs = _ratio(now.coefficients, then.coefficients, bound) ** damping
    kinds = [_shares(t.added[:, o], t.output) for t, o in zip((then, now), order, strict=True)]
    added = _ratio(kinds[1], kinds[0], bound) ** damping
    return replace(a, Z=a.Z * inputs, added=a.added * added)


def _carry(
    old: Accounts,
    structure: Accounts,
    then: Accounts,
    now: Accounts,
    totals: Sequence[KnownTotal],
    bound: float,
    cell_error: float,
) -> Accounts:
    """Grow the restructured table to the new year's levels."""
    grown = old.output * _ratio(now.output, then.output, bound)
    output, added = _levels(structure, grown, totals, cell_error)
    made = _ratio(output, old.output, np.inf)
    Z = structure.Z * made[:, None, :]
    economy = _ratio(added.sum(axis=1), old.value_added.sum(axis=1), np.inf)
    nation = float(now.added.sum() / then.added.sum())
    final = old.final * _final_growth(old, then, now, nation, bound) * (economy / nation)[:, None, None]
    used = _ratio(Z.sum(axis=2) + final.sum(axis=2), old.uses, bound)
    world = {name: _ratio(getattr(now, name), getattr(then, name), bound) for name in ("exports", "imports")}
    home = {"exports": _ratio(now.output, then.output, bound), "imports": _ratio(now.uses, then.uses, bound)}
    return replace(
        structure,
        Z=Z,
        final=final,
        added=structure.added * made[:, None, :],
        exports=old.exports * world["exports"] * made / home["exports"],
        imports=old.imports * world["imports"] * used / home["imports"],
        outflow=old.outflow * made,
        inflow=old.inflow * used,
        residual=old.residual * made,
        output=output,
        flows=None if old.flows is None else old.flows * np.sqrt(made[:, None, :] * used),
    )


def _levels(
    structure: Accounts, grown: FloatArray, totals: Sequence[KnownTotal], cell_error: float
) -> tuple[FloatArray, FloatArray]:
    """Fit output and value added by sector to what is known of them; their ratio stays that of the structure.

    Gives output and value added, each of shape (R, n).
    """
    R, n = grown.shape
    earned = structure.value_added + structure.Z.sum(axis=1)
    part = np.divide(structure.value_added, earned, out=np.zeros_like(earned), where=earned != 0)
    places = number({"added": (R, 1, n), "output": (R, n)})
    known = [t for t in totals if t.item == "output" or (t.item == "added" and t.kinds is None)]
    link = hstack([diags_array(np.ones(R * n)), diags_array(-part.ravel())], format="csr")
    names = [f"{region} {sector}" for region in structure.regions for sector in structure.sectors]
    linked = Totals.of(csr_array(link), np.zeros(R * n), 0.0, names)
    seed = np.concatenate([(part * grown).ravel(), grown.ravel()])
    fit = soft_balance(seed, Totals.join(linked, known_cells(structure, places, known)), cell_error)
    return fit.cells[places["output"]], fit.cells[places["added"]][:, 0]


def _final_growth(a: Accounts, then: Accounts, now: Accounts, nation: float, bound: float) -> FloatArray:
    """The nation's growth of final use by product and kind, shape (1, n, k); inventories grow with its GDP."""

    def pooled(table: Accounts, kind: str) -> FloatArray:
        taken = [CONSUMPTION.get(k, k) == CONSUMPTION.get(kind, kind) for k in table.final_kinds]
        return np.asarray(table.final[:, :, taken].sum(axis=2))

    growth = [
        np.full_like(a.output[:1], nation)
        if kind == INVENTORIES
        else _ratio(pooled(now, kind), pooled(then, kind), bound)
        for kind in a.final_kinds
    ]
    return np.stack(growth, axis=2)


def _balance(seed: Accounts, totals: Sequence[KnownTotal], cell_error: float) -> tuple[SoftBalance, Accounts]:
    """Fit all cells at once to the identities and the known totals."""
    places = places_of(seed)
    cells = to_vector(seed, places)
    freedom = np.ones_like(cells)
    freedom[places["residual"]] = 0.0
    both = Totals.join(identities(seed, places), known_cells(seed, places, totals))
    fit = soft_balance(cells, both, cell_error, freedom)
    return fit, from_vector(seed, places, fit.cells)
