"""Make a firm network that agrees with the accounts, where no register of firms is at hand.

Nothing in it is observed but the sums: firms of a sector in a district share its output by a Pareto law; every sector
block of intermediate flows is split over links whose suppliers are drawn by size and nearness; links are scaled until
each block of the accounts is met exactly and the firms' own sums as well as their links allow; what the accounts sell to
final users is sold by size. Results on it show what a
network like this one does; they say nothing about any real firm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.of_region import accounts_of
from haihe.diagnosis.result import Basis, basis_of
from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.shocks.network import ESSENTIAL, IMPORTANT, REPLACEABLE, FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How firms and links are drawn.

    Parameters
    ----------
    firms, links : int
        How many, about: every cell of the accounts with output gets a firm, every block with flows a link.
    tail : float
        Exponent of the Pareto law of sizes; the smaller, the more the largest firms weigh. About 1 is observed.
    nearness : float
        Kilometres over which the weight of a supplier falls to 1/e, where places have coordinates; infinite for none.
    essential : float
        Share of a buyer's purchases from which on goods of a sector are essential to it.
    replaceable : float
        Share below which an input is replaceable.
    rounds : int
        Rounds of scaling.
    seed : int
    """

    firms: int = 2000
    links: int = 18_000
    tail: float = 1.1
    nearness: float = np.inf
    essential: float = 0.05
    replaceable: float = 0.005
    rounds: int = 30
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Generated:
    """A generated network and how well it agrees.

    Attributes
    ----------
    network : FirmNetwork
        Marked as made up; a firm's code is its region, its sector and a running number.
    cell : ndarray of int, shape (n,)
        Producer of the accounts (region slowest, then sector) that each firm belongs to.
    blocks : float
        Largest deviation of a block of flows between producers, as a share of it.
    bought, sold : float
        Sum of absolute deviations of firms' purchases and sales from their part of their producer's, as a share of all.
    """

    network: FirmNetwork
    cell: Ints
    blocks: float
    bought: float
    sold: float


def generate(
    table: InterregionalTable,
    recipe: Recipe = Recipe(),
    *,
    shares: pd.DataFrame | None = None,
    places: pd.DataFrame | None = None,
    goods: set[str] | None = None,
    basis: Basis | None = None,
) -> Generated:
    """Draw a network from a multi-regional table.

    Parameters
    ----------
    table : InterregionalTable
        Flows between producers; negative ones count as 0.
    recipe : Recipe
    shares : DataFrame, optional
        ``region`` (a district), ``within`` (region of the table), ``sector``, ``share`` of its output: sectors listed
        are split among districts; others stay in the region itself.
    places : DataFrame, optional
        ``region``, ``lon``, ``lat`` of districts and regions, for nearness.
    goods : set of str, optional
        Sectors whose products can be essential; all where not given. Services are important at most.
    basis : Basis, optional
        Source and names of the accounts.

    Returns
    -------
    Generated

    Raises
    ------
    HaiheError
        ``E-SHK-39`` where the table has no flows or fewer firms are asked for than there are producers.
    """
    rng = np.random.default_rng(recipe.seed)
    Z, output = np.maximum(table.Z, 0.0), np.maximum(table.output, 0.0)
    output = np.maximum(output, Z.sum(axis=1))
    if not Z.sum() > 0 or recipe.firms < np.count_nonzero(output):
        raise HaiheError("E-SHK-39", n=recipe.firms, least=int(np.count_nonzero(output)))
    cell, size, part = _firms(output, recipe, rng)
    district, districts = _districts(table, cell, shares, rng)
    # A producer of one firm delivers to nobody but itself inside: no link. Its own use counts as final.
    alone = np.bincount(cell, minlength=len(Z)) < 2
    own = float(np.diag(Z)[alone].sum())
    Z = Z - np.diag(np.where(alone, np.diag(Z), 0.0))
    supplier, buyer = _links(Z, cell, size, part, recipe.links, rng)
    weight = size[supplier] * size[buyer] * _near(district, districts, places, supplier, buyer, recipe.nearness)
    value, report = _scaled(Z, cell, part, supplier, buyer, weight, recipe.rounds)
    sold = np.bincount(supplier, value, len(cell))
    final = part * (output - Z.sum(axis=1))[cell]
    n = len(table.sectors)
    spots = zip(district.tolist(), (cell % n).tolist(), range(1, len(cell) + 1), strict=True)
    codes = [f"{districts[d]}-{table.sectors[s]}-{k}" for d, s, k in spots]
    need = _needs(Z, table.sectors, cell, supplier, buyer, recipe, goods)
    given = basis or Basis(Text("投入产出表", "the accounts"), "illustrative", names=getattr(table, "names", {}))
    network = FirmNetwork(
        codes, list(table.sectors), districts, cell % n, district, supplier, buyer, value,
        need, sold + final, own, unit=table.unit, made_up=True, basis=replace(given, quality="illustrative"),
    )  # fmt: skip
    return Generated(network, cell, *report)


GOODS = ("agriculture", "mining", "manufacturing", "utilities")
"""Groups of sectors whose products can be essential inputs."""


def network_of(region: Region, recipe: Recipe = Recipe()) -> FirmNetwork:
    """Give the firm network of a region: its own, or a generated one.

    Parameters
    ----------
    region : Region
        Where both tables ``enterprises`` and ``supplies`` are there they are read. Else the network is generated from
        ``accounts``, ``district_shares`` and the coordinates of ``regions``, as far as these are there, and says so.
    recipe : Recipe
        For the latter.

    Raises
    ------
    HaiheError
        Those of `FirmNetwork.of` or `generate`, ``E-TAB-01`` without accounts.
    """
    if region.has("enterprises", "supplies"):
        return FirmNetwork.of(region)
    table = InterregionalTable.from_accounts(accounts_of(region))
    parents = region["regions"].set_index("region")["parent"]
    shares = region.frame("district_shares")
    shares = shares.assign(within=shares["region"].map(parents))
    sectors = region["sectors"]
    known = sectors["group"].notna().any()
    goods = set(sectors.loc[sectors["group"].isin(GOODS), "sector"]) if known else None
    basis = basis_of(region, "accounts", "district_shares")
    return generate(table, recipe, shares=shares, places=region["regions"], goods=goods, basis=basis).network


def _firms(output: Floats, recipe: Recipe, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    """Producer, size and part of its producer's output of each firm; the larger producers have more firms."""
    share = np.where(output > 0, np.sqrt(output), 0.0)
    alive = np.count_nonzero(output)
    count = (output > 0) + np.floor((recipe.firms - alive) * share / share.sum()).astype(np.int64)
    cell = np.repeat(np.arange(len(output)), count)
    size = 1.0 + rng.pareto(recipe.tail, len(cell))
    return cell, size, size / np.bincount(cell, size, len(output))[cell]


def _districts(
    table: InterregionalTable, cell: Ints, shares: pd.DataFrame | None, rng: np.random.Generator
) -> tuple[Ints, list[str]]:
    """District of each firm: drawn by the shares of its region and sector, else the region itself."""
    n, names = len(table.sectors), list(table.regions)
    own = cell // n
    if shares is None or shares.empty:
        return own, names
    names += [str(region) for region in shares["region"].unique() if region not in names]
    known = shares[shares["within"].isin(table.regions) & shares["sector"].isin(table.sectors) & (shares["share"] > 0)]
    which = _at(table.regions, known["within"]) * n + _at(table.sectors, known["sector"])
    known = known.assign(cell=which).sort_values("cell", kind="stable")
    low = known.groupby("cell")["share"].cumsum() - known["share"]
    whole = known.groupby("cell")["share"].transform("sum")
    edges = known["cell"].to_numpy() + (low / whole).to_numpy()
    drawn = cell + rng.random(len(cell)) * (1 - 1e-9)
    at = np.searchsorted(edges, drawn, side="right") - 1
    codes = _at(names, known["region"])
    inside = (at >= 0) & (known["cell"].to_numpy()[at] == cell)
    return np.where(inside, codes[at], own), names


def _at(codes: list[str], wanted: pd.Series) -> Ints:
    return pd.Index(codes).get_indexer(pd.Index(wanted)).astype(np.int64)


def _links(
    Z: Floats, cell: Ints, size: Floats, part: Floats, count: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Ends of the links: one in every block at least, the others by what buyers buy; suppliers drawn by size."""
    first = np.searchsorted(cell, np.arange(len(Z) + 1))
    blocks = np.argwhere(Z > 0)
    bought = Z.sum(axis=0)
    weight = np.sqrt(part * bought[cell])
    buyers = rng.choice(len(cell), max(count - len(blocks), 0), p=weight / weight.sum())
    running = np.cumsum(Z, axis=0)
    running = running / np.where(bought > 0, bought, 1.0)
    edges = (running.T + np.arange(len(Z))[:, None]).ravel()
    drawn = cell[buyers] + rng.random(len(buyers)) * (1 - 1e-9)
    sellers = np.minimum(np.searchsorted(edges, drawn, side="right") - cell[buyers] * len(Z), len(Z) - 1)
    from_cell = np.concatenate([blocks[:, 0], sellers])
    buyer = np.concatenate([_drawn(blocks[:, 1], first, size, rng), buyers])
    supplier = _drawn(from_cell, first, size, rng)
    # Nobody delivers to itself: the next firm of the producer does; one that is alone in it has no link inside.
    count = first[from_cell + 1] - first[from_cell]
    following = first[from_cell] + (supplier - first[from_cell] + 1) % count
    supplier = np.where(supplier == buyer, following, supplier)
    keep = supplier != buyer
    pairs = np.unique(supplier[keep] * len(cell) + buyer[keep])
    return pairs // len(cell), pairs % len(cell)


def _drawn(cells: Ints, first: Ints, size: Floats, rng: np.random.Generator) -> Ints:
    """Draw a firm of each of some producers by size."""
    running = np.concatenate([[0.0], np.cumsum(size)])
    low, high = running[first[cells]], running[first[cells + 1]]
    at = np.searchsorted(running, low + rng.random(len(cells)) * (high - low), side="right") - 1
    return np.asarray(np.clip(at, first[cells], first[cells + 1] - 1))


def _near(
    district: Ints, districts: list[str], places: pd.DataFrame | None, supplier: Ints, buyer: Ints, reach: float
) -> Floats | float:
    """Weight of each link by distance; 1 where a place is unknown."""
    if places is None or not np.isfinite(reach):
        return 1.0
    at = places.drop_duplicates("region").set_index("region").reindex(districts)
    lon, lat = np.radians(at["lon"].to_numpy(dtype=float)), np.radians(at["lat"].to_numpy(dtype=float))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    weight = np.nan_to_num(np.exp(-2 * 6371.0 * np.arcsin(np.sqrt(half)) / reach), nan=1.0)
    return np.asarray(weight[district[supplier], district[buyer]])


def _scaled(
    Z: Floats, cell: Ints, part: Floats, supplier: Ints, buyer: Ints, weight: Floats, rounds: int
) -> tuple[Floats, tuple[float, float, float]]:
    """Scale links to the firms' sums and to the blocks, the blocks last (RAS in three directions)."""
    N, n = len(Z), len(cell)
    block = cell[supplier] * N + cell[buyer]
    goal = Z.ravel()
    sells, buys = part * Z.sum(axis=1)[cell], part * Z.sum(axis=0)[cell]
    value = weight / np.bincount(block, weight, N * N)[block] * goal[block]
    for _ in range(rounds):
        for ends, target in ((supplier, sells), (buyer, buys)):
            sums = np.bincount(ends, value, n)
            value = value * np.divide(target, sums, out=np.ones(n), where=sums > 0)[ends]
        sums = np.bincount(block, value, N * N)
        value = value * np.divide(goal, sums, out=np.zeros(N * N), where=sums > 0)[block]
    found, whole = np.bincount(block, value, N * N), goal.sum()
    off = np.divide(np.abs(found - goal), goal, out=np.zeros(N * N), where=goal > 0).max()
    bought = np.abs(np.bincount(buyer, value, n) - buys).sum() / whole
    sold = np.abs(np.bincount(supplier, value, n) - sells).sum() / whole
    return value, (float(off), float(bought), float(sold))


def _needs(
    Z: Floats, sectors: list[str], cell: Ints, supplier: Ints, buyer: Ints, recipe: Recipe, goods: set[str] | None
) -> Ints:
    """Need of each link by the weight of the supplier's sector in the purchases of the buyer's producer."""
    n = len(sectors)
    of_sector = Z.reshape(-1, n, len(Z)).sum(axis=0)
    bought = Z.sum(axis=0)
    share = np.divide(of_sector, bought, out=np.zeros_like(of_sector), where=bought > 0)[
        cell[supplier] % n, cell[buyer]
    ]
    material = np.array([goods is None or sector in goods for sector in sectors])[cell[supplier] % n]
    vital = (share >= recipe.essential) & material
    return np.where(vital, ESSENTIAL, np.where(share < recipe.replaceable, REPLACEABLE, IMPORTANT)).astype(np.int64)
