"""The cells of accounts as one vector: their identities and what is known of their sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from haihe.accounts.labels import nearest
from haihe.accounts.regional import TRADE, Accounts, FloatArray
from haihe.accounts.totals import Totals
from haihe.messages import HaiheError
from haihe.region.units import factor

Places = dict[str, NDArray[np.intp]]
"""Position of every cell in the vector, one array a block, in the shape of the block."""

ITEMS = ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "output")
"""Blocks of which a sum may be known."""


@dataclass(frozen=True)
class KnownTotal:
    """A published or given figure about a sum of cells of accounts.

    Attributes
    ----------
    name : str
        What it is, e.g. ``GDP 2023``.
    item : str
        A block of `ITEMS`: ``added`` (value added; over all sectors it is GDP by income), ``output``, ``final``,
        ``exports``, ``imports``, ``outflow``, ``inflow``, ``Z``.
    value : float
    unit : str
        Unit of money of `value`.
    reliability : float
        Relative standard error; 0 is exact and must be met.
    source : str
        Who publishes it.
    region : str, optional
        One region; all of them together where not given.
    sectors : sequence of str, optional
        An industry group; all sectors where not given. For ``Z`` these are the using sectors.
    kinds : sequence of str, optional
        Kinds of final use or of value added; all where not given.
    """

    name: str
    item: str
    value: float
    unit: str
    reliability: float
    source: str
    region: str | None = None
    sectors: Sequence[str] | None = None
    kinds: Sequence[str] | None = None


def places_of(accounts: Accounts) -> Places:
    """Number all cells of accounts, block by block."""
    blocks = ["Z", "final", "added", *TRADE] + ([] if accounts.flows is None else ["flows"])
    return number({block: getattr(accounts, block).shape for block in blocks})


def number(shapes: Mapping[str, tuple[int, ...]]) -> Places:
    """Number the cells of blocks of these shapes, one block after the other."""
    places, start = {}, 0
    for block, shape in shapes.items():
        size = int(np.prod(shape))
        places[block] = np.arange(start, start + size, dtype=np.intp).reshape(shape)
        start += size
    return places


def size_of(places: Places) -> int:
    """Number of cells."""
    return sum(block.size for block in places.values())


def to_vector(accounts: Accounts, places: Places) -> FloatArray:
    """Put the cells of accounts into one vector."""
    return np.concatenate([getattr(accounts, block).ravel() for block in places])


def from_vector(accounts: Accounts, places: Places, values: FloatArray) -> Accounts:
    """Give accounts with the cells of a vector."""
    cells: dict[str, Any] = {block: values[at] for block, at in places.items()}
    return replace(accounts, **cells)


def identities(accounts: Accounts, places: Places) -> Totals:
    """Row and column identity of every region and sector as hard totals of 0, shape (2·R·n, cells)."""
    p, (R, n) = places, accounts.output.shape
    signs = {"exports": 1.0, "imports": -1.0, "outflow": 1.0, "inflow": -1.0, "residual": 1.0, "output": -1.0}
    rows = [(1.0, p["Z"]), (1.0, p["final"])] + [(sign, p[block][:, :, None]) for block, sign in signs.items()]
    if "flows" in p:
        rows += [(1.0, np.moveaxis(p["flows"], 1, 2)), (-1.0, p["flows"].transpose(1, 2, 0))]
    columns = [(1.0, p["Z"].transpose(0, 2, 1)), (1.0, p["added"].transpose(0, 2, 1)), (-1.0, p["output"][:, :, None])]
    labels = [f"{region} {sector}" for region in accounts.regions for sector in accounts.sectors]
    parts = [(0, *term) for term in rows] + [(R * n, *term) for term in columns]
    at = [np.repeat(first + np.arange(R * n), cells.shape[2]) for first, _, cells in parts]
    weights = np.concatenate([np.full(cells.size, sign) for _, sign, cells in parts])
    index = (np.concatenate(at), np.concatenate([cells.ravel() for _, _, cells in parts]))
    members = coo_array((weights, index), shape=(2 * R * n, size_of(places))).tocsr()
    names = [f"row {label}" for label in labels] + [f"column {label}" for label in labels]
    return Totals.of(csr_array(members), np.zeros(2 * R * n), 0.0, names, "identity")


def known_cells(accounts: Accounts, places: Places, known: Sequence[KnownTotal]) -> Totals:
    """Give known figures as totals over the cells, in the unit of the accounts.

    Raises
    ------
    HaiheError
        ``E-ACC-64`` unknown item, sector or kind; ``E-ACC-07`` unknown region; ``E-UNIT-01``, ``E-UNIT-02``.
    """
    cells = [_cells(accounts, places, total) for total in known]
    at = np.repeat(np.arange(len(known)), [len(one) for one in cells])
    index = (at, np.concatenate([*cells, np.zeros(0, dtype=np.intp)]))
    members = coo_array((np.ones(len(at)), index), shape=(len(known), size_of(places))).tocsr()
    values = [total.value * factor(total.unit, accounts.unit) for total in known]
    reliability = [total.reliability for total in known]
    names, sources = [total.name for total in known], [total.source for total in known]
    return Totals.of(csr_array(members), np.asarray(values, float), np.asarray(reliability, float), names, sources)


def _cells(accounts: Accounts, places: Places, total: KnownTotal) -> NDArray[np.intp]:
    if total.item not in ITEMS:
        raise HaiheError("E-ACC-64", total=total.name, value=total.item, near=nearest(total.item, ITEMS))
    block = places[total.item]
    if total.region is not None:
        block = block[[accounts.position(total.region)]]
    sector_axis = 1 if total.item in (*TRADE, "final") else 2
    if total.sectors is not None:
        block = np.take(block, _index(total.sectors, accounts.sectors, total.name), axis=sector_axis)
    if total.kinds is not None:
        kinds = {"final": accounts.final_kinds, "added": accounts.added_kinds}.get(total.item, [])
        block = np.take(block, _index(total.kinds, kinds, total.name), axis=3 - sector_axis)
    return block.ravel()


def _index(wanted: Sequence[str], known: Sequence[str], name: str) -> list[int]:
    for label in wanted:
        if label not in known:
            raise HaiheError("E-ACC-64", total=name, value=label, near=nearest(label, known))
    return [known.index(label) for label in wanted]
