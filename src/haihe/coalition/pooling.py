"""What members pool: permits, shared resources and money, as columns of amounts received in a member's program.

A member receives q (gives where negative) of a pooled thing in a milestone. In its program q enlarges what it has: the
cap on its emissions, the endowment of a resource, or the money that may finance its trade balance. Amounts are told in
their own unit of the year itself (not detrended), prices in yuan of that year a unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from haihe.coalition.member_folder import is_private
from haihe.messages import HaiheError, Text
from haihe.planning.assembly import Assembly, assemble
from haihe.planning.inputs import members_of
from haihe.planning.program import Block, Floats
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region import Region
from haihe.region.units import factor

MONEY = "money"
"""Name of the pooled money: what one member lends another for its trade balance."""
YUAN = factor("bn yuan", "yuan")
MONEY_SHARE = 0.1
"""Most money a member lends or borrows in a year where nothing else is agreed: share of its output."""


@dataclass(frozen=True)
class Pooled:
    """One pooled thing in a program.

    Attributes
    ----------
    name : str
        Code of the limit or resource, or ``money``.
    unit : str
        Unit in which amounts are told.
    columns : Block
        What each member receives, dims (region, year), detrended and scaled.
    scale : float
        Amount of one unit of the column.
    bound : ndarray, shape (R, T)
        Most that each member receives or gives, detrended, in ``unit``.
    """

    name: str
    title: Text
    unit: str
    columns: Block
    scale: float
    bound: Floats


@dataclass(frozen=True)
class Pooling:
    """A program in which members may receive pooled things from outside of it, or from each other."""

    assembly: Assembly
    pooled: tuple[Pooled, ...]
    members: tuple[str, ...]
    session: Session = field(repr=False)

    @property
    def trend(self) -> Floats:
        """Factor that turns detrended amounts into those of each milestone, shape (T,)."""
        return self.assembly.setup.assumptions.trend

    @property
    def weights(self) -> Floats:
        """What a yuan of each milestone counts in welfare: discounted years, shape (T,)."""
        return np.asarray(self.assembly.setup.assumptions.weights / self.trend)

    def received(self, x: Floats) -> Floats:
        """Amounts received at a solution, in the things' units of each year; shape (things, R, T)."""
        return np.array([p.columns.of(x) * p.scale * self.trend for p in self.pooled])

    def per_column(self, prices: Floats) -> Floats:
        """Cost of one unit of each column, bn yuan discounted, at prices in yuan a unit; shapes (things, T)."""
        scales = np.array([p.scale for p in self.pooled])[:, None]
        return np.asarray(prices * self.weights * self.trend * scales / YUAN)

    def to_prices(self, per_column: Floats) -> Floats:
        """Prices in yuan a unit from what a unit of a column is worth; inverse of `per_column`."""
        scales = np.array([p.scale for p in self.pooled])[:, None]
        return np.asarray(per_column / (self.weights * self.trend * scales) * YUAN)


def things_of(region: Region) -> tuple[str, ...]:
    """What could be pooled: every cap on a resource, every resource with an endowment, and money."""
    setup = setup_of(region, projects=False)
    return (*(cap.name for cap in setup.caps), *(resource.name for resource in setup.resources), MONEY)


def pooling_of(region: Region, things: Sequence[str]) -> Pooling:
    """Put the program of a region's members together, with columns for what they pool.

    Projects are left out, so that every program is convex; so are transport links that several members share. Trade
    between members stays at the reference and nothing else moves between them.

    Parameters
    ----------
    region : Region
        One member (its own folder) or all of them.
    things : sequence of str
        What is pooled, see `things_of`.

    Returns
    -------
    Pooling
        Received amounts are held at 0; `between` or `from_outside` opens them.

    Raises
    ------
    HaiheError
        ``E-COA-71`` for a thing that cannot be pooled; otherwise as `haihe.planning.setup.setup_of` and
        `haihe.planning.assembly.assemble`.
    """
    setup = setup_of(region, projects=False)
    known = (*(cap.name for cap in setup.caps), *(resource.name for resource in setup.resources), MONEY)
    unknown = [thing for thing in things if thing not in known]
    if unknown or len(set(things)) != len(things) or not things:
        raise HaiheError("E-COA-71", value=", ".join(unknown or things) or "—", near=", ".join(known))
    setup = replace(
        setup,
        caps=tuple(replace(cap, pooled=cap.name in things) for cap in setup.caps),
        corridors=tuple(corridor for corridor in setup.corridors if is_private(corridor)),
    )
    assembly = assemble(setup)
    received = _received(assembly, things)
    pooled = tuple(_pooled(assembly, name, received) for name in things)
    made = Pooling(assembly, pooled, tuple(members_of(region)), Session(assembly.model.program))
    _freeze(made)
    return made


def _received(assembly: Assembly, things: Sequence[str]) -> Mapping[str, Block]:
    """Add columns of what is received of pooled resources; caps and money have theirs already."""
    program, made = assembly.model.program, {}
    for name, resource in assembly.model.resources.items():
        if name in things:
            title = Text("统筹调入", "received from the pool")
            made[name] = program.columns(
                f"received:{name}", resource.rows.dims, lower=0.0, upper=0.0, unit=resource.rows.unit, title=title
            )
            program.enter(resource.rows.index, made[name].index, -1.0)
            total = program.rows(
                f"pool:received:{name}",
                {"year": resource.rows.dims["year"]},
                lower=0.0,
                upper=0.0,
                unit=resource.rows.unit,
                title=Text("统筹平衡", "what is received is given"),
            )
            program.enter(total.index[None, :], made[name].index, 1.0)
    return made


def _pooled(assembly: Assembly, name: str, received: Mapping[str, Block]) -> Pooled:
    model, economy = assembly.model, assembly.model.economy
    if name in model.caps:
        cap = model.caps[name]
        bound = np.where(np.isfinite(cap.spec.cap), cap.spec.cap, 0.0)
        return Pooled(name, cap.spec.title, cap.spec.unit, cap.permits, cap.scale, bound)
    if name in model.resources:
        resource = model.resources[name]
        bound = np.where(np.isfinite(resource.spec.endowment), resource.spec.endowment, 0.0)
        return Pooled(name, resource.spec.title, resource.spec.unit, received[name], resource.scale, bound)
    title = Text("外部资金", "money for the trade balance")
    return Pooled(name, title, "yuan", model.factors.finance, YUAN, MONEY_SHARE * economy.output.sum(axis=1) * YUAN)


def _pool_rows(pooling: Pooling) -> list[Block]:
    model = pooling.assembly.model
    rows = [cap.pool for cap in model.caps.values()]
    rows += [row for name, row in model.program.row_blocks.items() if name.startswith("pool:received:")]
    return [*rows, model.factors.finance_pool]


def _freeze(pooling: Pooling) -> None:
    """Hold everything that moves between members at the reference, in place."""
    model, session = pooling.assembly.model, pooling.session
    for soft in model.goods.between:
        for block in (soft.up, soft.down):
            session.set_column_bounds(block.index, 0.0, 0.0)
    session.set_column_bounds(model.factors.finance.index, 0.0, 0.0)
    for pooled in pooling.pooled:
        session.set_column_bounds(pooled.columns.index, 0.0, 0.0)
    for resource in model.resources.values():
        among = [k for k, giver in enumerate(resource.spec.givers) if giver in pooling.members]
        if among:
            session.set_column_bounds(resource.transfers.index[:, among], 0.0, 0.0)


def between(pooling: Pooling, things: Sequence[str] | None = None) -> None:
    """Let members hand pooled things (all, or some of them) to each other, in place; the others stay at 0."""
    for pooled in pooling.pooled:
        open_ = things is None or pooled.name in things
        bound = np.where(open_, pooled.bound / pooled.scale, 0.0)
        pooling.session.set_column_bounds(pooled.columns.index, -bound.ravel(), bound.ravel())


def from_outside(pooling: Pooling) -> None:
    """Let a member receive from, and give to, somebody who is not in its program, in place."""
    detach(pooling)
    between(pooling)


def detach(pooling: Pooling) -> None:
    """No longer ask that what is received is given, in place; amounts held at 0 stay there.

    What an amount is worth then stands in the reduced cost of its column alone, and in no dual of a pool's row.
    """
    for rows in _pool_rows(pooling):
        pooling.session.set_row_bounds(rows.index, -np.inf, np.inf)
