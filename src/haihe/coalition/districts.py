r"""The small program of the districts: one linear program for every coalition, of which only bounds change.

Each district d cuts output along its stairs (q), upgrades capacity (u) and builds candidate projects (z in [0, 1]):

.. math::

    \min \sum_d \Bigl( \sum c_k q_{djk} + \sum c_u u_{dj} - \sum g_o z_o \Bigr), \qquad
    \text{use}_{ed} - t_{ed} \le \text{have}_{ed}, \qquad \sum_d t_{ed} = 0

for every endowment e, with

.. math:: \text{use}_{ed} = \sum_j \gamma_{ej} \Bigl(\bar x_{dj} - \sum_k q_{djk} + \sum_u \theta_{eu} u_{dj}\Bigr)
          + \sum_{o \in d} a_{eo} z_o

A project that could stand in several districts is built with the right to build it, of which its home district has one
unit: :math:`z_o - t_o \le [o \text{ at home}]`, where the t of a project add up to 0.

A coalition opens the transfers t of its members for what the agreement pools; those of all others are shut at 0. So the
optimum is the cost of the coalition acting together plus that of everybody else alone. All is convex, members are
coupled by added-up endowments only, and nothing outside depends on the coalition: the conditions under which the prices
of the grand coalition give a split in the core (Owen 1975).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haihe.coalition.district_inputs import PROJECTS
from haihe.coalition.district_spec import DistrictSpec, Endowment
from haihe.coalition.walk import Bounds
from haihe.messages import HaiheError, Text
from haihe.planning.program import Block, Floats, Ints, Program

AGREED = ("co2", "energy", "lab", "funds", "projects")
"""What districts pool where no agreement is given: permits, energy, laboratories, money for matching, sites of projects."""
MONEY = "bn yuan/year"
DONE = 1e-9


@dataclass(frozen=True)
class Pool:
    """One pooled thing in the program.

    ``received``: columns of what each taker receives. ``owner``, shape of the columns: the district of each. ``rows``:
    rows that make each pool add up to 0. ``lower``, ``upper``: how far a transfer can reasonably go when it is open:
    nobody gives more than it can spare nor takes more than it can use. ``scale``: what 1 stands for, in ``unit``.
    """

    name: str
    thing: str
    title: Text
    unit: str
    received: Block
    rows: Block
    owner: Ints
    pool: Ints
    lower: Floats
    upper: Floats
    scale: float


@dataclass(frozen=True)
class DistrictProgram:
    """The program of the districts, with handles.

    Attributes
    ----------
    spec : DistrictSpec
    things : tuple of str
        What the agreement pools.
    program : Program
    cuts : tuple of Block
        Cut output by response; dims (cell, segment), a cell being district:sector.
    retrofit, choice : Block
    pools : tuple of Pool
        Everything that could be pooled, whether agreed or not.
    owner : ndarray of int, shape (columns,)
        District of each column.
    row_owner : ndarray of int, shape (rows,)
        District of each row; -1 for the rows of pools.
    """

    spec: DistrictSpec
    things: tuple[str, ...]
    program: Program
    cuts: tuple[Block, ...]
    retrofit: Block
    choice: Block
    pools: tuple[Pool, ...]
    owner: Ints
    row_owner: Ints

    def bounds(self, mask: int, things: Sequence[str] | None = None) -> Bounds:
        """Bounds of the transfers for a coalition (bit d for district d), under the agreement or some other things."""
        agreed = self.things if things is None else things
        lower, upper = [], []
        for pool in self.pools:
            open_ = (mask >> pool.owner & 1).astype(bool) & (pool.thing in agreed)
            lower.append(np.where(open_, pool.lower, 0.0))
            upper.append(np.where(open_, pool.upper, 0.0))
        return Bounds(self.transfers, np.concatenate(lower), np.concatenate(upper))

    @property
    def transfers(self) -> Ints:
        """Positions of all transfer columns."""
        return np.concatenate([pool.received.index.ravel() for pool in self.pools])

    def costs(self, x: Floats) -> Floats:
        """Cost of each district at a solution, bn yuan a year, shape (D,)."""
        return np.asarray(np.bincount(self.owner, self.program.costs() * x, len(self.spec.members)), dtype=np.float64)


def things_of(spec: DistrictSpec) -> tuple[str, ...]:
    """Everything that the districts could pool."""
    moving = (PROJECTS,) if spec.options.movable.size else ()
    return tuple(dict.fromkeys([*(item.thing for item in spec.endowments), *moving]))


def district_program(spec: DistrictSpec, things: Sequence[str] | None = None) -> DistrictProgram:
    """Build the program of the districts.

    Parameters
    ----------
    spec : DistrictSpec
    things : sequence of str, optional
        What is pooled; of `AGREED` what the districts have where not given.

    Raises
    ------
    HaiheError
        ``E-COA-55`` a thing that the districts do not have, ``E-COA-52`` a district that cannot meet its own limits.
    """
    known = things_of(spec)
    agreed = tuple(thing for thing in AGREED if thing in known) if things is None else tuple(dict.fromkeys(things))
    for thing in agreed:
        if thing not in known:
            raise HaiheError("E-COA-55", value=thing, known="、".join(known))
    _refuse_hopeless(spec)
    program = Program()
    cuts, cells = _define_cuts(program, spec)
    retrofit, upgraded = _define_retrofits(program, spec)
    o = spec.options
    alone = np.ones(o.gain.size)
    choice = program.columns(
        "choice",
        {"option": tuple(f"{o.projects[p]}|{spec.members[d]}" for p, d in zip(o.project, o.district, strict=True))},
        upper=alone,
        cost=-o.gain,
        unit="share",
        title=Text("候选项目", "candidate projects"),
    )
    handles = _Handles(cuts, cells, retrofit, upgraded, choice)
    pools = [_define_endowment(program, spec, item, handles) for item in spec.endowments]
    if o.movable.size:
        pools.append(_define_rights(program, spec, choice))
    return DistrictProgram(
        spec, agreed, program, cuts, retrofit, choice, tuple(pools), *_owners(program, spec, handles, pools)
    )


@dataclass(frozen=True)
class _Handles:
    """Columns of the districts and the cells (district, sector) that they stand for."""

    cuts: tuple[Block, ...]
    cells: tuple[Ints, ...]
    retrofit: Block
    upgraded: Ints
    choice: Block


def _define_cuts(program: Program, spec: DistrictSpec) -> tuple[tuple[Block, ...], tuple[Ints, ...]]:
    """Add what is cut along the stairs; only cells with room have columns. Unit: bn yuan a year, each at its cost."""
    blocks, cells = [], []
    for way in spec.responses:
        where = np.argwhere(way.room.max(axis=-1) > DONE)
        blocks.append(
            program.columns(
                f"cut:{way.name}",
                {"cell": _labels(spec, where), "segment": tuple(range(1, way.cost.size + 1))},
                upper=way.room[where[:, 0], where[:, 1]],
                cost=way.cost,
                unit=MONEY,
                title=way.title,
            )
        )
        cells.append(where)
    return tuple(blocks), tuple(cells)


def _define_retrofits(program: Program, spec: DistrictSpec) -> tuple[Block, Ints]:
    """Add capacity that is upgraded; ``upgraded`` lists technology, district and sector of each column."""
    r = spec.retrofits
    where = np.argwhere(r.room > DONE).reshape(-1, 3)
    block = program.columns(
        "retrofit",
        {
            "cell": tuple(
                f"{r.names[k]}|{label}" for k, label in zip(where[:, 0], _labels(spec, where[:, 1:]), strict=True)
            )
        },
        upper=r.room[tuple(where.T)],
        cost=r.cost[where[:, 0], where[:, 2]],
        unit=MONEY,
        title=Text("改造产能", "upgraded capacity"),
    )
    return block, where


def _define_endowment(program: Program, spec: DistrictSpec, item: Endowment, handles: _Handles) -> Pool:
    """Add the rows of an endowment: use less what is received stays within what the district has; worth: its price."""
    scale, dims = item.scale, {"district": spec.members}
    reference = item.reference(spec.output)
    unit = f"{item.unit} / {scale:g}"
    rows = program.rows(
        f"endowment:{item.name}", dims, upper=(item.have - reference) / scale, unit=unit, title=item.title, policy=True
    )
    received = program.columns(
        f"received:{item.name}", dims, lower=0.0, upper=0.0, unit=unit, title=Text("调入", "received")
    )
    pool = program.rows(
        f"pool:{item.name}", {"pool": ("all",)}, lower=0.0, upper=0.0, unit=unit, title=Text("统筹", "pool")
    )
    program.enter(rows.index, received.index, -1.0)
    program.enter(pool.index, received.index, 1.0)
    for block, cells in zip(handles.cuts, handles.cells, strict=True):
        rate = item.per_output[cells[:, 1]] / scale
        program.enter(rows.index[cells[:, 0]][:, None], block.index, -rate[:, None])
    k, d, j = handles.upgraded.T
    program.enter(rows.index[d], handles.retrofit.index, item.upgraded[k] * item.per_output[j] / scale)
    program.enter(rows.index[spec.options.district], handles.choice.index, item.per_option / scale)
    least, most = _extremes(spec, item)
    everyone = np.arange(len(spec.members))
    return Pool(
        item.name, item.thing, item.title, item.unit, received, pool, everyone, np.zeros_like(everyone),
        np.minimum(least - item.have, 0.0) / scale, np.maximum(most - item.have, 0.0) / scale, scale,
    )  # fmt: skip


def _define_rights(program: Program, spec: DistrictSpec, choice: Block) -> Pool:
    """Add the right to build each project that could stand in several districts; its home district has one unit."""
    o, unit = spec.options, "share"
    which, home = o.movable, o.home[o.movable]
    projects, pool_of = np.unique(o.project[which], return_inverse=True)
    dims = {"option": tuple(choice.dims["option"][k] for k in which)}
    rows = program.rows("right", dims, upper=home.astype(np.float64), unit=unit, title=Text("建设权", "right to build"))
    received = program.columns("received:right", dims, lower=0.0, upper=0.0, unit=unit, title=Text("调入", "received"))
    pool = program.rows(
        "pool:right",
        {"project": tuple(o.projects[p] for p in projects)},
        lower=0.0,
        upper=0.0,
        unit=unit,
        title=Text("项目选址统筹", "pool of sites"),
    )
    program.enter(rows.index, choice.index[which], 1.0)
    program.enter(rows.index, received.index, -1.0)
    program.enter(pool.index[pool_of], received.index, 1.0)
    return Pool(
        PROJECTS, PROJECTS, Text("项目选址", "sites of projects"), unit, received, pool, o.district[which],
        pool_of.astype(np.int64), np.where(home, -1.0, 0.0), np.where(home, 0.0, 1.0), 1.0,
    )  # fmt: skip


def _extremes(spec: DistrictSpec, item: Endowment) -> tuple[Floats, Floats]:
    """Least and most that each district can use of an endowment, shape (D,)."""
    reference = item.reference(spec.output)
    cut = sum((way.room.sum(axis=-1) for way in spec.responses), np.zeros_like(spec.output))
    spared = -np.minimum(item.upgraded[:, None] * item.per_output, 0.0)
    more = np.maximum(item.upgraded[:, None] * item.per_output, 0.0)
    least = reference - cut @ item.per_output - (spec.retrofits.room * spared[:, None, :]).sum(axis=(0, 2))
    built = np.bincount(spec.options.district, item.per_option, len(spec.members))
    most = reference + (spec.retrofits.room * more[:, None, :]).sum(axis=(0, 2)) + built
    return np.maximum(least, 0.0), most


def _refuse_hopeless(spec: DistrictSpec) -> None:
    """Refuse districts that cannot meet one of their own limits alone, naming them all (``E-COA-52``)."""
    lost = [
        f"{spec.members[d]} ({item.title.zh} / {item.title.en})"
        for item in spec.endowments
        for d in np.flatnonzero(_extremes(spec, item)[0] > item.have * (1 + DONE) + DONE * item.scale)
    ]
    if lost:
        raise HaiheError("E-COA-52", where="、".join(lost))


def _owners(program: Program, spec: DistrictSpec, handles: _Handles, pools: Sequence[Pool]) -> tuple[Ints, Ints]:
    """District of every column and of every row (-1 for the rows of pools)."""
    owner = np.full(program.costs().size, -1, dtype=np.int64)
    for block, cells in zip(handles.cuts, handles.cells, strict=True):
        owner[block.index] = cells[:, :1]
    owner[handles.retrofit.index] = handles.upgraded[:, 1]
    owner[handles.choice.index] = spec.options.district
    row = np.full(sum(block.size for block in program.row_blocks.values()), -1, dtype=np.int64)
    for pool in pools:
        owner[pool.received.index] = pool.owner
        name = "right" if pool.thing == PROJECTS else f"endowment:{pool.name}"
        row[program.row_blocks[name].index] = pool.owner
    return owner, row


def _labels(spec: DistrictSpec, where: Ints) -> tuple[str, ...]:
    return tuple(f"{spec.members[d]}:{spec.sectors[j]}" for d, j in where)
