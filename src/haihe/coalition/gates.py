r"""Gates: the columns of a plan's program through which members share, and who has to be in for each to open.

Everything that couples members stands in columns that belong to one member (what it receives of a pool, with
:math:`\sum_r p_{rt} = 0`) or to two (trade between them, a transfer from one to the other). A coalition opens the
columns all of whose owners are in it, and shuts the others at 0: no member of the coalition gives to or gets from
anybody outside, and flows to outsiders stay at the reference. So one program holds every coalition, and only bounds
change from one to the next.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from haihe.coalition.agreement import Agreement, Thing
from haihe.messages import Text
from haihe.planning.economy import Economy
from haihe.planning.links import Corridor
from haihe.planning.measures import ALL
from haihe.planning.model import Model
from haihe.planning.program import Block, Floats, Ints

UNIT = "bn yuan/year"


@dataclass(frozen=True)
class Gates:
    """Columns that a coalition opens or shuts; m of them, and the rows that hold them together.

    Attributes
    ----------
    columns : ndarray of int, shape (m,)
        Positions in the program.
    owners : ndarray of int, shape (m,)
        Members that must be in, as a bitmask over the model's members.
    thing : ndarray of int, shape (m,)
        Thing of the agreement that opens the column; -1 for none, so that it stays shut.
    low, high : ndarray, shape (m,)
        Bounds when open.
    pools : ndarray of int
        Rows in which what members receive adds up to 0.
    replaced : ndarray of int
        Rows of shared capacity that stand split by member beside them, and are lifted.
    received : mapping
        Of each thing the blocks (region, year) of what members receive, with the unit and the scale of an amount.
    """

    columns: Ints
    owners: Ints
    thing: Ints
    low: Floats
    high: Floats
    pools: Ints
    replaced: Ints
    received: dict[tuple[int, str], tuple[Block, float, str, Block]] = field(default_factory=dict)

    def bounds(self, coalition: int, things: int) -> tuple[Floats, Floats]:
        """Bounds of the columns when a coalition (a mask of members) shares some things (a mask); each shape (m,)."""
        inside = (self.owners & ~np.int64(coalition)) == 0
        on = (self.thing >= 0) & ((np.int64(things) >> np.maximum(self.thing, 0) & 1) == 1)
        opened = inside & on
        return np.where(opened, self.low, 0.0), np.where(opened, self.high, 0.0)

    def without_effect(self, agreement: Agreement) -> tuple[int, ...]:
        """Things that open nothing between two members: their data is missing, so nobody can say what they are worth."""
        return tuple(k for k in range(len(agreement.things)) if not self._couples(k))

    def _couples(self, thing: int) -> bool:
        usable = (self.thing == thing) & ((self.low < 0) | (self.high > 0))
        return bool(np.bitwise_count(np.bitwise_or.reduce(self.owners[usable], initial=0)) > 1)


class _Builder:
    """Collects gates while the program grows."""

    def __init__(self, model: Model, agreement: Agreement) -> None:
        self.model, self.agreement = model, agreement
        self.members = [str(name) for name in model.economy.members]
        self.bits = np.int64(1) << np.arange(len(self.members), dtype=np.int64)
        self.parts: list[tuple[Ints, Ints, Ints, Floats, Floats]] = []
        self.pools: list[Ints] = []
        self.replaced: list[Ints] = []
        self.received: dict[tuple[int, str], tuple[Block, float, str, Block]] = {}

    def about(self, kind: str) -> list[int]:
        """Places of the things of a kind."""
        return [k for k, thing in enumerate(self.agreement.things) if thing.kind == kind]

    def things(self, kind: str, code: str = "") -> int:
        """Place of the first thing of a kind that is about a code; -1 for none."""
        return next((k for k in self.about(kind) if not code or self.thing(k).names(code)), -1)

    def thing(self, place: int) -> Thing:
        """The thing at a place."""
        return self.agreement.things[place]

    def join(self, place: int) -> int:
        """Mask of the members that take part in a thing."""
        if place < 0:
            return 0
        return sum(1 << r for r, name in enumerate(self.members) if self.thing(place).joined_by(name))

    def add(self, index: Ints, owners: Ints, place: int, low: Floats | float, high: Floats | float) -> None:
        """Add columns; owners and bounds broadcast against them. Where an owner does not take part they stay shut."""
        shape = index.shape
        who = np.broadcast_to(owners, shape).ravel()
        thing = np.where((who & ~np.int64(self.join(place))) == 0, place, -1)
        lower, upper = (np.broadcast_to(np.asarray(v, dtype=np.float64), shape).ravel() for v in (low, high))
        self.parts.append((index.ravel(), who, thing, lower, upper))

    def pool(self, block: Block, place: int, own: Floats, rows: Block, scale: float, unit: str) -> None:
        """Add what members receive of a pool: each gives at most its share of its own amount.

        ``own`` has shape (R, T); who has none that is known takes no part. ``rows`` are those whose worth is the price.
        """
        most = self.thing(place).most if place >= 0 else np.inf
        known = np.isfinite(own)
        give = np.full(own.shape, np.inf) if np.isinf(most) else most * np.where(known, own, 0.0)
        low, high = np.where(known, -give, 0.0), np.where(known, np.inf, 0.0)
        self.add(block.index, self.bits[:, None], place, low, high)
        if place >= 0:
            self.received[(place, block.name)] = (block, scale, unit, rows)

    def new_pool(self, name: str, unit: str, title: Text) -> Block:
        """Add columns (region, year) that add up to 0 in every year."""
        dims = {"region": tuple(self.members), "year": tuple(self.model.economy.assumptions.years)}
        columns = self.model.program.columns(name, dims, lower=0.0, upper=0.0, unit=unit, title=title)
        rows = self.model.program.rows(
            f"{name}:sum",
            {"year": dims["year"]},
            lower=0.0,
            upper=0.0,
            unit=unit,
            title=Text("合计为零", "adds up to 0"),
        )
        self.model.program.enter(rows.index[None, :], columns.index, 1.0)
        self.pools.append(rows.index.ravel())
        return columns

    def gates(self) -> Gates:
        """Give what was collected."""
        columns, owners, thing, low, high = zip(*self.parts, strict=True)
        return Gates(
            columns=np.concatenate(columns),
            owners=np.concatenate(owners),
            thing=np.concatenate(thing),
            low=np.concatenate(low),
            high=np.concatenate(high),
            pools=np.concatenate(self.pools),
            replaced=np.concatenate([np.empty(0, np.int64), *self.replaced]),
            received=self.received,
        )


def define_gates(model: Model, agreement: Agreement) -> Gates:
    """Grow a plan's program by what the agreement needs, and give every gate.

    Parameters
    ----------
    model : Model
        Its program grows; every column through which members share becomes a gate, also those that the agreement does
        not name, which stay shut.
    agreement : Agreement

    Returns
    -------
    Gates
    """
    build = _Builder(model, agreement)
    _permits(build)
    _finance(build)
    _trade(build)
    _transfers(build)
    _pooled_resources(build)
    _labour(build)
    _links(build)
    _funds(build)
    return build.gates()


def _permits(build: _Builder) -> None:
    """Permits of caps: of those that are named, or of all that the table ``limits`` lets members pool."""
    for name, cap in build.model.caps.items():
        own = np.where(np.isfinite(cap.spec.cap), cap.spec.cap / cap.scale, np.inf)
        place = build.things("permits", name)
        if place >= 0 and build.thing(place).of == ALL and not cap.spec.pooled:
            place = -1
        build.pool(cap.permits, place, own, cap.rows, cap.scale, f"{cap.spec.unit}/year")
        build.pools.append(cap.pool.index.ravel())


def _finance(build: _Builder) -> None:
    factors = build.model.factors
    own = np.zeros(factors.finance.shape)
    build.pool(factors.finance, build.things("finance"), own, factors.finance_rows, 1.0, UNIT)
    build.pools.append(factors.finance_pool.index.ravel())


def _trade(build: _Builder) -> None:
    """Trade in pairs belongs to both ends; trade through a pool to the member that sends or receives."""
    goods, place, program = build.model.goods, build.things("trade"), build.model.program
    for soft in goods.between:
        pair = soft is goods.flows
        owners = build.bits[:, None] | build.bits[None, :] if pair else build.bits
        for block in (soft.up, soft.down):
            shaped = owners.reshape(*owners.shape, *[1] * (len(block.shape) - owners.ndim))
            build.add(block.index, shaped, place, 0.0, soft.room)
    if goods.sent is not None:
        build.pools.append(program.row_blocks["trade_pool"].index.ravel())


def _transfers(build: _Builder) -> None:
    """A transfer belongs to the member that gets it and the member that gives it; from outside it is nobody's to shut."""
    for name, resource in build.model.resources.items():
        spec, block = resource.spec, resource.transfers
        for g, giver in enumerate(spec.givers):
            if giver not in build.members:
                continue
            owners = (build.bits | build.bits[build.members.index(giver)])[:, None]
            high = spec.transfer_limit[:, g] / resource.scale
            build.add(block.index[:, g], owners, build.things("transfers", name), 0.0, high)


def _pooled_resources(build: _Builder) -> None:
    """What members have of a resource, handed over without limit or up to a share of it."""
    for name, resource in build.model.resources.items():
        place = build.things("pool", name)
        if place < 0:
            continue
        unit = f"{resource.spec.unit}/year"
        title = Text(f"统筹调入：{resource.spec.title.zh}", f"received of the pool: {resource.spec.title.en}")
        moved = build.new_pool(f"pooled:{name}", f"{unit} / {resource.scale:g}", title)
        build.model.program.enter(resource.rows.index, moved.index, -1.0)
        build.pool(moved, place, resource.spec.endowment / resource.scale, resource.rows, resource.scale, unit)


def _labour(build: _Builder) -> None:
    """Labour in base-year wages that works in another member than its own."""
    place, factors = build.things("labour"), build.model.factors
    if place < 0:
        return
    moved = build.new_pool(
        "moved_labour", UNIT, Text("流入劳动力（按基年工资）", "labour received, in base-year wages")
    )
    build.model.program.enter(factors.labour_rows.index, moved.index, -1.0)
    build.pool(moved, place, build.model.economy.labour, factors.labour_rows, 1.0, UNIT)


def _links(build: _Builder) -> None:
    r"""Rights to links that lead several members out: each has the share of its freight, and may hand it over.

    .. math:: \sum_w y_{dwlt} - \rho_{dlt} - \sum_{e \in d} a_{elt} \le s_{dlt} K_{lt}, \qquad \sum_d \rho_{dlt} = 0

    s is the share of the user in the freight of the reference path that may go there. Summed over the users it is the
    row of the link itself, which is lifted. What is added to a link belongs to who pays for it.
    """
    for name, corridor in build.model.corridors.items():
        if corridor.spec.far != "member" and len(corridor.spec.users) > 1:
            _rights(build, name, corridor)


def _rights(build: _Builder, name: str, corridor: Corridor) -> None:
    program, spec, years = build.model.program, corridor.spec, corridor.capacity.dims["year"]
    payers = [str(payer) for payer in corridor.expansions.amount.dims["region"]]
    holders = tuple(dict.fromkeys([*spec.users, *payers]))
    dims = {"region": holders, "link": spec.names, "year": years}
    unit, scale = corridor.capacity.unit, corridor.scale
    capacity = np.array([link.capacity for link in spec.links]) / scale
    share = np.zeros((len(holders), *capacity.shape))
    share[: len(spec.users)] = _shares(corridor, build.model.economy)
    own = np.where(np.isinf(capacity), np.inf, share * np.where(np.isinf(capacity), 0.0, capacity))
    title = Text(f"通道能力份额：{spec.title.zh}", f"rights to: {spec.title.en}")
    rights = program.columns(f"rights:{name}", dims, lower=0.0, upper=0.0, unit=unit, title=title)
    rows = program.rows(f"right:{name}", dims, upper=own, unit=unit, title=title, policy=True)
    total = program.rows(
        f"rights:{name}:sum",
        {"link": spec.names, "year": years},
        lower=0.0,
        upper=0.0,
        unit=unit,
        title=Text("合计为零", "adds up to 0"),
    )
    users = rows.index[: len(spec.users)]
    program.enter(users[:, None], corridor.carried.index, 1.0)
    program.enter(rows.index, rights.index, -1.0)
    program.enter(total.index[None], rights.index, 1.0)
    for e, expansion in enumerate(corridor.expansions.specs):
        link, payer = spec.names.index(expansion.place), payers.index(expansion.payer)
        holder = holders.index(expansion.payer)
        program.enter(rows.index[holder, link], corridor.expansions.amount.index[payer, e], -1.0)
    bits = np.array([build.bits[build.members.index(holder)] for holder in holders])
    known = np.isfinite(own)
    place = next((k for k in build.about("links") if any(build.thing(k).names(link) for link in spec.names)), -1)
    build.add(rights.index, bits[:, None, None], place, np.where(known, -np.inf, 0.0), np.where(known, np.inf, 0.0))
    build.pools.append(total.index.ravel())
    build.replaced.append(corridor.capacity.index.ravel())
    if place >= 0 and len(spec.links) == 1:
        flat = {"region": holders, "year": years}
        cut = (replace(block, dims=flat) for block in (rights, rows))
        columns, limits = cut
        build.received[(place, rights.name)] = (columns, scale, f"{spec.unit}/year", limits)


def _shares(corridor: Corridor, economy: Economy) -> Floats:
    """Share of every user in the freight that may go on each link, shape (D, L, T); equal where there is none."""
    freight = np.einsum("dwt,dwl->dlt", corridor.spec.reference(economy), corridor.spec.serves.astype(np.float64))
    total = freight.sum(axis=0)
    even = np.full_like(freight, 1.0 / freight.shape[0])
    return np.asarray(np.divide(freight, total, out=even, where=np.broadcast_to(total > 0, freight.shape)))


def _funds(build: _Builder) -> None:
    """Money of a member's own fund that pays for projects of another: one column from each budget to each other's."""
    money, place = build.model.money, build.things("funds")
    if money is None or place < 0:
        return
    budgets = money.spec.budgets
    own = [k for k, (fund, payer) in enumerate(budgets) if build.thing(place).names(fund) and payer in build.members]
    member = {k: build.members.index(budgets[k][1]) for k in own}
    pairs = [(a, b) for a in own for b in own if member[a] != member[b]]
    if not pairs:
        return
    names = money.spec.payers
    moved = build.model.program.columns(
        "funds_moved",
        {"move": tuple(f"{names[a]}>{names[b]}" for a, b in pairs), "year": money.spec.years},
        lower=0.0,
        upper=0.0,
        unit="亿元",
        title=Text("他地资金支持", "support out of another member's fund"),
    )
    givers, takers = (np.array(side) for side in zip(*pairs, strict=True))
    build.model.program.enter(money.budget.index[givers], moved.index, 1.0)
    build.model.program.enter(money.budget.index[takers], moved.index, -1.0)
    owners = np.array([build.bits[member[a]] | build.bits[member[b]] for a, b in pairs], dtype=np.int64)
    build.add(moved.index, owners[:, None], place, 0.0, np.inf)
