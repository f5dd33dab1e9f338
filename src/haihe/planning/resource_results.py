"""What a solved plan says of resources, transfers, links and expansions, as labelled tables.

Amounts are those of each milestone year, trend growth put back; prices are money of that year per unit.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from haihe.planning.economy import Economy
from haihe.planning.expansions import Expansions
from haihe.planning.links import Corridor
from haihe.planning.program import Block, Floats
from haihe.planning.resources import Resource
from haihe.planning.solver import Solution

YUAN = 1e9
"""Yuan in the money of the plan, bn yuan."""

RESOURCES = [
    "resource", "region", "year", "reference", "use", "endowment", "received", "given", "expanded", "unit", "price",
    "price_unit", "quality",
]  # fmt: skip
TRANSFERS = [
    "resource", "from_region", "to_region", "year", "limit", "amount", "cost", "gain", "unit", "price_unit", "quality",
]  # fmt: skip
LINKS = [
    "corridor", "link", "mode", "year", "reference", "freight", "carried", "capacity", "expanded", "unit", "price",
    "price_unit", "calibration", "quality",
]  # fmt: skip
EXPANSIONS = ["of", "expansion", "place", "region", "year", "amount", "cost", "unit", "price_unit", "quality"]


def price_of(economy: Economy, solution: Solution, rows: Block, scale: float) -> Floats:
    """What one more unit of each row is worth in its year, yuan; the last axis is the year."""
    return solution.worth(rows) / economy.assumptions.weights / scale * YUAN


def resources_table(economy: Economy, resources: Mapping[str, Resource], solution: Solution) -> pd.DataFrame:
    """Use, endowment, transfers and price of every resource by member and year.

    Returns
    -------
    DataFrame
        One row a resource, member and milestone: ``reference`` and ``use`` (of production), ``endowment`` (missing
        where nothing is stated), ``received`` and ``given`` (transfers), ``expanded``, all in ``unit`` a year;
        ``price`` in yuan of ``price_unit``, 0 where the resource is not scarce.
    """
    parts, x, trend = [], solution.x, economy.assumptions.trend
    for resource in resources.values():
        spec = resource.spec
        received, given, added = resource.received(x), resource.given(x), resource.added(x)
        use = solution.activity[resource.rows.index] * resource.scale + received - given + added
        amounts = {
            "reference": spec.reference(economy),
            "use": use,
            "endowment": np.where(np.isfinite(spec.endowment), spec.endowment, np.nan),
            "received": received,
            "given": given,
            "expanded": added,
        }
        frame = _labels(resource=[spec.name], region=economy.members, year=economy.assumptions.years)
        parts.append(
            frame.assign(
                **{name: (values * trend).ravel() for name, values in amounts.items()},
                unit=spec.unit,
                price=price_of(economy, solution, resource.rows, resource.scale).ravel(),
                price_unit=f"yuan/{spec.unit}",
                quality=spec.quality,
            )
        )
    return _joined(parts, RESOURCES)


def transfers_table(economy: Economy, resources: Mapping[str, Resource], solution: Solution) -> pd.DataFrame:
    """Who uses whose resource: every transfer that is allowed, by year.

    Returns
    -------
    DataFrame
        ``limit`` and ``amount`` in ``unit`` a year; ``cost`` and ``gain`` in yuan of ``price_unit``: what a unit costs
        to move, and how much more one more unit of the limit would bring (0 where the limit does not bind).
    """
    parts, s = [], economy.assumptions
    for resource in resources.values():
        spec = resource.spec
        reduced = resource.transfers.of(solution.reduced)
        gain = np.where(reduced < 0, -reduced, 0.0) / s.weights / resource.scale * YUAN
        frame = _labels(resource=[spec.name], to_region=economy.members, from_region=spec.givers, year=s.years)
        limit = spec.transfer_limit.reshape(resource.transfers.shape) * s.trend
        frame = frame.assign(
            limit=np.where(np.isfinite(limit), limit, np.nan).ravel(),
            amount=(resource.moved(solution.x) * s.trend).ravel(),
            cost=spec.transfer_cost.ravel() * YUAN,
            gain=gain.ravel(),
            unit=spec.unit,
            price_unit=f"yuan/{spec.unit}",
            quality=spec.marks.get("transfers", spec.quality),
        )
        parts.append(frame[(limit > 0).ravel()])
    return _joined(parts, TRANSFERS)


def links_table(economy: Economy, corridors: Mapping[str, Corridor], solution: Solution) -> pd.DataFrame:
    """Freight, capacity and price of every link by year.

    Returns
    -------
    DataFrame
        ``reference`` and ``freight`` are the freight of the whole corridor that its links can serve, on the reference
        path and in the plan; ``carried``, ``capacity`` and ``expanded`` are the link's, all in ``unit`` a year.
        ``price`` in yuan of ``price_unit``; ``calibration`` is the factor on the freight coefficients by which the
        reference meets the known throughput.
    """
    parts, x, s = [], solution.x, economy.assumptions
    for corridor in corridors.values():
        spec = corridor.spec
        served = np.asarray(spec.serves.any(axis=-1))[..., None]
        whole = [(values * served).sum(axis=(0, 1)) for values in (spec.reference(economy), corridor.need(x))]
        amounts = {
            "reference": np.broadcast_to(whole[0], (len(spec.links), len(s.years))),
            "freight": np.broadcast_to(whole[1], (len(spec.links), len(s.years))),
            "carried": corridor.throughput(x),
            "capacity": np.array([link.capacity for link in spec.links]),
            "expanded": corridor.expansions.added(x, spec.names),
        }
        frame = _labels(corridor=[spec.name], link=spec.names, year=s.years)
        by_link = {
            name: np.repeat([getattr(link, name) for link in spec.links], len(s.years)) for name in ("mode", "quality")
        }
        parts.append(
            frame.assign(
                **{name: (values * s.trend).ravel() for name, values in amounts.items()},
                **by_link,
                unit=spec.unit,
                price=price_of(economy, solution, corridor.capacity, corridor.scale).ravel(),
                price_unit=f"yuan/{spec.unit}",
                calibration=spec.factor,
            )
        )
    return _joined(parts, LINKS)


def expansions_table(
    economy: Economy, resources: Mapping[str, Resource], corridors: Mapping[str, Corridor], solution: Solution
) -> pd.DataFrame:
    """What is built or bought, by year: ``amount`` in ``unit``, ``cost`` in yuan a unit and year."""
    parts = []
    things: list[tuple[str, str, Expansions]] = [(r.spec.name, r.spec.unit, r.expansions) for r in resources.values()]
    things += [(c.spec.name, c.spec.unit, c.expansions) for c in corridors.values()]
    years, trend = economy.assumptions.years, economy.assumptions.trend
    for name, unit, expansions in things:
        specs = expansions.specs
        frame = _labels(of=[name], expansion=[spec.name for spec in specs], year=years)
        parts.append(
            frame.assign(
                place=np.repeat([spec.place for spec in specs], len(years)),
                region=np.repeat([spec.payer for spec in specs], len(years)),
                amount=(expansions.value(solution.x) * trend).ravel(),
                cost=np.repeat([spec.cost * YUAN for spec in specs], len(years)),
                unit=unit,
                price_unit=f"yuan/{unit}/year",
                quality=np.repeat([str(spec.quality) for spec in specs], len(years)),
            )
        )
    return _joined([part for part in parts if len(part)], EXPANSIONS)


def _labels(**names: object) -> pd.DataFrame:
    return pd.MultiIndex.from_product([list(v) for v in names.values()], names=list(names)).to_frame(index=False)  # type: ignore[call-overload]


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
