"""What indicators need beyond the plan's own arrays, read from a region's tables as pure numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from haihe.accounts.of_region import accounts_of
from haihe.messages import Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.inputs import intensity_paths
from haihe.planning.program import Floats
from haihe.region import Region
from haihe.region.units import factors

RESEARCH = "rd"
"""Code of the resource that stands for spending on R&D; its unit is money."""
POPULATION = "population"
"""Code of the resource whose endowment is the number of residents."""
LABOUR = "labour"
"""Code of the resource that stands for people at work."""


@dataclass(frozen=True)
class Use:
    """Use of one resource per bn yuan of output.

    Parameters
    ----------
    unit : str
        Unit of the resource.
    title : Text
        Its name.
    intensity : ndarray, shape (R, n) or (R, n, T)
        ``unit`` per bn yuan of output, in every milestone where it moves: the same path that caps and endowments follow.
    stated : tuple of int
        First and last year that it is stated for.
    quality : Quality
        Worst mark of what was read.
    """

    unit: str
    title: Text
    intensity: Floats
    stated: tuple[int, int]
    quality: Quality

    @property
    def per_output(self) -> Floats:
        """Intensity that broadcasts against the milestones, shape (R, n, 1) or (R, n, T)."""
        return self.intensity if self.intensity.ndim == 3 else self.intensity[:, :, None]


@dataclass(frozen=True)
class ChainShares:
    """A chain: which share of every sector's output belongs to it; shares have shape (n,)."""

    title: Text
    shares: Floats
    quality: Quality


@dataclass(frozen=True)
class IndicatorData:
    """Numbers that indicators are made of; what a region does not state is absent and never 0.

    Parameters
    ----------
    uses : mapping of str to Use
        Resources that the members use, by code.
    taxes : ndarray, shape (R, n), optional
        Taxes on production less subsidies per unit of output, as the accounts have them. They are not what a
        government may keep: shared taxes are split by rules.
    groups, kinds : mapping of str to ndarray of bool, shape (n,)
        Sectors by group (``manufacturing`` …) and by official type (``emerging``, ``leading``, ``traditional``).
    chains : mapping of str to ChainShares
        Named chains.
    population : ndarray, shape (R,), optional
        Residents, persons.
    marks : mapping of str to Quality
        Worst mark by table.
    """

    uses: Mapping[str, Use] = field(default_factory=dict)
    taxes: Floats | None = None
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)
    kinds: Mapping[str, np.ndarray] = field(default_factory=dict)
    chains: Mapping[str, ChainShares] = field(default_factory=dict)
    population: Floats | None = None
    marks: Mapping[str, Quality] = field(default_factory=dict)


def indicator_data_of(region: Region, economy: Economy) -> IndicatorData:
    """Read what indicators need.

    Parameters
    ----------
    region : Region
        Tables ``uses`` and ``resources``, ``accounts``, ``sectors``, ``chains`` and ``chain_stages``, ``endowments``;
        each is used where present.
    economy : Economy
        Members, sectors and base year.

    Raises
    ------
    HaiheError
        As `haihe.accounts.accounts_of`, and ``E-PLN-31`` for uses whose unit does not fit the resource.
    """
    flags = region["sectors"].set_index("sector").reindex(economy.sectors)
    names = ("accounts", "chain_stages", "endowments", "sectors", "uses")
    marks = {name: region.worst_quality(name) for name in names if region.has(name)}
    return IndicatorData(
        uses=_uses(region, economy),
        taxes=_taxes(region, economy),
        groups={str(name): flags["group"].to_numpy() == name for name in flags["group"].unique()},
        kinds={
            str(name): flags["official_kind"].to_numpy() == name
            for name in flags["official_kind"].dropna().unique()
            if name
        },
        chains=_chains(region, economy.sectors),
        population=_population(region, economy),
        marks={name: mark for name, mark in marks.items() if mark is not None},
    )


def _uses(region: Region, economy: Economy) -> dict[str, Use]:
    """Every resource that a member uses, with its path of intensity over the milestones."""
    if not (region.has("uses") and region.has("resources")):
        return {}
    stated = region["uses"]
    stated = stated[stated["region"].isin(economy.members)]
    found = {}
    for row in region["resources"].itertuples(index=False):
        code, unit = str(row.resource), "bn yuan" if row.resource == RESEARCH else str(row.unit)
        years = economy.assumptions.years
        intensity, quality = intensity_paths(region, code, unit, economy.members, economy.sectors, years)
        if quality is None:
            continue
        known = stated.loc[stated["resource"] == code, "year"]
        span = (int(known.min()), int(known.max()))
        found[code] = Use(unit, Text(str(row.name_zh), str(row.name_en)), intensity, span, quality)
    return found


def _taxes(region: Region, economy: Economy) -> Floats | None:
    accounts = accounts_of(region, economy.year)
    if "taxes" not in accounts.added_kinds:
        return None
    where = [accounts.position(code) for code in economy.members]
    paid, output = accounts.added[where, accounts.added_kinds.index("taxes")], accounts.output[where]
    return np.divide(paid, output, out=np.zeros_like(output), where=output > 0)


def _chains(region: Region, sectors: Sequence[str]) -> dict[str, ChainShares]:
    """Shares of sectors by chain; several stages in one sector add up."""
    if not (region.has("chains") and region.has("chain_stages")):
        return {}
    names = {row.chain: Text(str(row.name_zh), str(row.name_en)) for row in region["chains"].itertuples(index=False)}
    found = {}
    for chain, rows in region["chain_stages"].groupby("chain", sort=False):
        shares = rows.groupby("sector")["share"].sum().reindex(list(sectors), fill_value=0.0).to_numpy(dtype=np.float64)
        quality = worst_quality(set(rows["quality"])) or "illustrative"
        if shares.any() and chain in names:
            found[str(chain)] = ChainShares(names[chain], shares, quality)
    return found


def _population(region: Region, economy: Economy) -> Floats | None:
    """Residents of every member in the year nearest to the accounts; None where one of them is not stated."""
    table = region.frame("endowments")
    table = table[(table["resource"] == POPULATION) & table["region"].isin(economy.members)]
    if table.empty:
        return None
    table = table.assign(
        amount=table["value"] * factors(table["unit"], "persons"), far=(table["year"] - economy.year).abs()
    )
    nearest = table.sort_values("far", kind="stable").drop_duplicates("region").set_index("region")["amount"]
    people = nearest.reindex(economy.members).to_numpy(dtype=np.float64)
    return people if np.isfinite(people).all() and (people > 0).all() else None
