"""Edits of a solved program in place: endowments, transfers, capacities of links and expansions, lifted or set."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from haihe.planning.economy import Economy
from haihe.planning.expansions import Expansions, ExpansionSpec
from haihe.planning.links import Corridor, CorridorSpec
from haihe.planning.resources import Resource, ResourceSpec
from haihe.planning.solver import Session


def lift_resources(session: Session, resources: Iterable[Resource]) -> None:
    """Lift every endowment, in place."""
    for resource in resources:
        session.set_row_bounds(resource.rows.index, -np.inf, np.inf)


def set_resource(session: Session, resource: Resource, spec: ResourceSpec) -> None:
    """Set endowments, transfers and expansions as a spec of the same shape says, in place."""
    session.set_row_bounds(resource.rows.index, -np.inf, spec.endowment / resource.scale)
    limit = spec.transfer_limit.reshape(resource.transfers.shape) / resource.scale
    if limit.size:
        session.set_column_bounds(resource.transfers.index, 0.0, limit)
    if spec.expansions:
        set_expansions(session, resource.expansions, spec.expansions)


def set_endowment(session: Session, resource: Resource, economy: Economy, region: str, amount: ArrayLike) -> None:
    """Set what one member has of a resource, in place.

    Parameters
    ----------
    session : Session
    resource : Resource
    economy : Economy
        For the trend.
    region : str
        Member.
    amount : array_like, shape () or (T,)
        Amount a year in the resource's unit, as it stands in each milestone year; ``inf`` for no limit.
    """
    row = resource.rows.index[list(resource.rows.dims["region"]).index(region)]
    detrended = np.broadcast_to(np.asarray(amount, dtype=np.float64), row.shape) / economy.assumptions.trend
    session.set_row_bounds(row, -np.inf, detrended / resource.scale)


def lift_corridors(session: Session, corridors: Iterable[Corridor]) -> None:
    """Lift the capacity of every link, in place."""
    for corridor in corridors:
        session.set_row_bounds(corridor.capacity.index, -np.inf, np.inf)


def set_corridor(session: Session, corridor: Corridor, spec: CorridorSpec) -> None:
    """Set capacities and expansions as a spec of the same links says, in place."""
    capacity = np.array([link.capacity for link in spec.links]) / corridor.scale
    session.set_row_bounds(corridor.capacity.index, -np.inf, capacity)
    if spec.expansions:
        set_expansions(session, corridor.expansions, spec.expansions)


def set_capacity(session: Session, corridor: Corridor, economy: Economy, link: str, amount: ArrayLike) -> None:
    """Set the capacity of one link, in place.

    Parameters
    ----------
    session : Session
    corridor : Corridor
    economy : Economy
        For the trend.
    link : str
        Link of the corridor.
    amount : array_like, shape () or (T,)
        Capacity a year in the corridor's unit (t or TEU), as it stands in each milestone year; ``inf`` for no limit.
    """
    row = corridor.capacity.index[corridor.spec.names.index(link)]
    detrended = np.broadcast_to(np.asarray(amount, dtype=np.float64), row.shape) / economy.assumptions.trend
    session.set_row_bounds(row, -np.inf, detrended / corridor.scale)


def set_expansions(session: Session, expansions: Expansions, specs: Sequence[ExpansionSpec]) -> None:
    """Set how much may be added as other specs of the same expansions say; in place."""
    most = np.array([spec.most for spec in specs], dtype=np.float64).reshape(len(specs), -1)
    session.set_row_bounds(expansions.limit.index, -np.inf, most / expansions.scale)
