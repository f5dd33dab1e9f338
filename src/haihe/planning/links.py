"""Links: goods that move weigh something, and ports, railways and roads carry only so much of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.expansions import Expansions, ExpansionSpec, define_expansions
from haihe.planning.goods import Goods
from haihe.planning.program import Block, Dims, Floats, Program
from haihe.planning.soft import Soft

WAYS = ("out", "in")
"""Directions of freight, seen from the first end of a corridor."""
Far = Literal["member", "partner", "abroad"]
"""What the other end of a corridor is."""
Moved = tuple[Soft, tuple[int | slice, ...]]
"""A soft quantity, and the place in it of the goods that one demand moves in one direction."""


@dataclass(frozen=True)
class LinkSpec:
    """One link of a corridor.

    Parameters
    ----------
    name : str
        Code of the link.
    capacity : ndarray, shape (T,)
        Detrended capacity a year, both directions together.
    cost : float
        Bn yuan a unit more than on the cheapest link of the corridor. What the cheapest costs is paid in the prices of
        the reference path already.
    serves : ndarray of bool, shape (D, 2)
        Which demands of the corridor may go here, and in which direction.
    home : str
        Member that it starts in, which bears the cost of its expansions.
    throughput : float
        Throughput known, NaN where none is.
    """

    name: str
    title: Text
    mode: str
    capacity: Floats
    cost: float
    serves: np.ndarray
    home: str
    throughput: float
    quality: Quality


@dataclass(frozen=True)
class CorridorSpec:
    """Links that share the same freight: those between two members, or those that lead members to one outside.

    Parameters
    ----------
    name : str
        Ends and unit, e.g. ``BJ-TJ:t``.
    unit : str
        ``t`` or ``TEU``.
    users : tuple of str
        Members whose freight it carries, length D; between two members the first of them, whose shipments go out and
        whose purchases from the other come in.
    far : str
        What the other end is: ``member``, ``partner`` or ``abroad``.
    other : str
        Region at the other end.
    weights : ndarray, shape (n, T)
        Freight per bn yuan of goods, calibration included.
    factor : float
        Calibration: what the weights of the table were multiplied by so that the reference path meets the known
        throughput; 1 where none is known.
    links : tuple of LinkSpec
        Length L.
    expansions : tuple of ExpansionSpec
        Their ``place`` is a link.
    """

    name: str
    title: Text
    unit: str
    users: tuple[str, ...]
    far: Far
    other: str
    weights: Floats
    factor: float
    links: tuple[LinkSpec, ...]
    expansions: tuple[ExpansionSpec, ...] = ()
    marks: Mapping[str, Quality] = field(default_factory=dict)

    @property
    def quality(self) -> Quality:
        """Worst quality of what it rests on."""
        return worst_quality(self.marks.values()) or "illustrative"

    @property
    def names(self) -> tuple[str, ...]:
        """Codes of the links, length L."""
        return tuple(link.name for link in self.links)

    @property
    def serves(self) -> np.ndarray:
        """Which demand may use which link in which direction; shape (D, 2, L), bool."""
        return np.stack([link.serves for link in self.links], axis=-1)

    def reference(self, economy: Economy) -> Floats:
        """Freight on the reference path, detrended; shape (D, 2, T)."""
        places = [economy.members.index(user) for user in self.users]
        if self.far == "member":
            other = economy.members.index(self.other)
            goods = [(economy.flows[r, other], economy.flows[other, r]) for r in places]
        elif self.far == "partner":
            goods = [(economy.outflow[r], economy.inflow[r]) for r in places]
        else:
            goods = [(economy.exports[:, r].sum(axis=0), economy.imports[:, r].sum(axis=0)) for r in places]
        return np.asarray((np.array(goods) * self.weights).sum(axis=2))


@dataclass(frozen=True, slots=True)
class Corridor:
    """A corridor in the program.

    ``carried`` has dims (region, way, link, year), ``freight`` rows (region, way, year) and ``capacity`` rows
    (link, year); in the corridor's unit a year, scaled.
    """

    spec: CorridorSpec
    carried: Block
    freight: Block
    capacity: Block
    expansions: Expansions
    scale: float
    moved: tuple[Moved, ...]

    def throughput(self, x: Floats) -> Floats:
        """What each link carries, detrended, in the corridor's unit; shape (L, T)."""
        return np.asarray(self.carried.of(x).sum(axis=(0, 1)) * self.scale)

    def need(self, x: Floats) -> Floats:
        """Freight of the plan, detrended, in the corridor's unit; shape (D, 2, T)."""
        weights = self.spec.weights
        sums = [(soft.value(x)[at] * weights).reshape(-1, *weights.shape).sum(axis=(0, 1)) for soft, at in self.moved]
        return np.array(sums).reshape(len(self.spec.users), 2, -1)


def moved_by(spec: CorridorSpec, goods: Goods, members: Sequence[object]) -> tuple[Moved, ...]:
    """Give the goods that each demand moves, out and in; length 2 D. What stands at the place has shape (..., n, T).

    Raises
    ------
    ValueError
        Where members trade through a pool, which has no ends.
    """
    every = slice(None)
    parts: list[Moved] = []
    for user in spec.users:
        r = members.index(user)
        if spec.far == "abroad":
            parts += [(goods.exports, (every, r)), (goods.imports, (every, r))]
        elif spec.far == "partner":
            parts += [(goods.outflow, (r,)), (goods.inflow, (r,))]
        elif goods.flows is None:
            raise ValueError(f"corridor {spec.name}: members trade through a pool, so no link between two can be bound")
        else:
            other = members.index(spec.other)
            parts += [(goods.flows, (r, other)), (goods.flows, (other, r))]
    return tuple(parts)


def define_corridor(program: Program, economy: Economy, goods: Goods, spec: CorridorSpec, dims: Dims) -> Corridor:
    r"""Freight is carried by the links that can take it, and no link carries more than it can.

    .. math:: \sum_i \phi_{it} v_{dit} = \sum_l y_{dlt}, \qquad
              \sum_d y_{dlt} \le K_{lt} + \sum_{e \in l} a_{et}

    phi is freight per unit of goods, v the goods that demand d moves in one direction (flows between two members,
    trade with the partner or with abroad), y what a link carries, K its capacity, a its expansions. A link costs in
    welfare what it costs more than the cheapest of the corridor. Unit: t or TEU a year, detrended and scaled by a power
    of ten. The worth of a capacity row over D_t is what one more unit of the link is worth.
    """
    reference = spec.reference(economy)
    served = np.asarray(spec.serves.any(axis=-1))[..., None]
    total = float((reference * served)[..., 0].sum())
    scale = float(10.0 ** (np.floor(np.log10(total)) - 1)) if total > 0 else 1.0
    unit, years = f"{spec.unit}/year / {scale:g}", dims["year"]
    over = {"region": spec.users, "way": WAYS}
    cost = np.array([link.cost for link in spec.links])[:, None] * economy.assumptions.weights * scale
    carried = program.columns(
        f"carried:{spec.name}",
        {**over, "link": spec.names, "year": years},
        upper=np.where(spec.serves, np.inf, 0.0)[..., None],
        cost=cost,
        unit=unit,
        title=Text("通道货运", "freight carried"),
    )
    freight = program.rows(
        f"freight:{spec.name}",
        {**over, "year": years},
        lower=np.where(served, -reference / scale, -np.inf),
        upper=np.where(served, -reference / scale, np.inf),
        unit=unit,
        title=Text("货运需求", "freight to be carried"),
    )
    capacity = program.rows(
        f"link:{spec.name}",
        {"link": spec.names, "year": years},
        upper=np.array([link.capacity for link in spec.links]) / scale,
        unit=unit,
        title=spec.title,
        policy=True,
    )
    moved = moved_by(spec, goods, dims["region"])
    for (soft, place), here in zip(moved, freight.index.reshape(-1, len(years)), strict=True):
        for block, sign in ((soft.up, 1.0), (soft.down, -1.0)):
            program.enter(here[:, None], block.index[place], sign * spec.weights[..., None] / scale)
    program.enter(freight.index[:, :, None, :], carried.index, -1.0)
    program.enter(capacity.index[None, None], carried.index, 1.0)
    expansions = define_expansions(program, economy, spec.name, spec.expansions, unit, scale)
    expansions.enter(program, capacity, spec.names)
    return Corridor(spec, carried, freight, capacity, expansions, scale, moved)
