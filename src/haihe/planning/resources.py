"""Resources: what production uses stays within what the region has, borrows and adds.

Any resource of the table ``resources`` stands here by configuration: water, energy, land, labour of a skill, hours of
a laboratory, computing power. A facility that serves other regions is a resource that may be transferred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.expansions import Expansions, ExpansionSpec, define_expansions
from haihe.planning.program import Block, Dims, Floats, Program


@dataclass(frozen=True)
class ResourceSpec:
    """A resource that the members have in limited amounts.

    Parameters
    ----------
    name : str
        Code of the resource.
    unit : str
        Unit in which everything here is counted, a year for a flow.
    intensity : ndarray, shape (R, n, T)
        Use per bn yuan of output with today's technology.
    upgraded : ndarray, shape (K,)
        Relative change of the intensity with each upgraded technology.
    endowment : ndarray, shape (R, T)
        What each member has, detrended; ``inf`` where nothing is stated.
    givers : tuple of str
        Regions that may give, length G: members, and outside regions whose own stock is not modelled.
    transfer_limit, transfer_cost : ndarray, shape (R, G, T)
        Most that each member may get from each giver, detrended, and its cost, bn yuan a unit.
    expansions : tuple of ExpansionSpec
        Ways to have more; their ``place`` is a member.
    marks : mapping of str to Quality
        Worst quality of the rows of each table that were read.
    """

    name: str
    title: Text
    unit: str
    intensity: Floats
    upgraded: Floats
    endowment: Floats
    givers: tuple[str, ...] = ()
    transfer_limit: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    transfer_cost: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    expansions: tuple[ExpansionSpec, ...] = ()
    marks: Mapping[str, Quality] = field(default_factory=dict)

    @property
    def quality(self) -> Quality:
        """Worst quality of what it rests on."""
        return worst_quality(self.marks.values()) or "illustrative"

    def reference(self, economy: Economy) -> Floats:
        """Use of each member on the reference path, detrended; shape (R, T)."""
        return np.asarray((self.intensity * economy.output).sum(axis=1))

    def scale(self, economy: Economy) -> float:
        """Power of ten that brings the members' use near 1,000, as rows of money are."""
        total = float(self.reference(economy)[:, 0].sum())
        return float(10.0 ** (np.floor(np.log10(total)) - 2)) if total > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in the program: its rows (region, year), transfers (region, from_region, year) and expansions."""

    spec: ResourceSpec
    rows: Block
    transfers: Block
    expansions: Expansions
    scale: float

    def moved(self, x: Floats) -> Floats:
        """Transfers in the resource's unit, detrended; shape (R, G, T), to each member from each giver."""
        return np.asarray(self.transfers.of(x) * self.scale)

    def received(self, x: Floats) -> Floats:
        """What each member gets from others, detrended; shape (R, T)."""
        return np.asarray(self.moved(x).sum(axis=1))

    def given(self, x: Floats) -> Floats:
        """What each member gives to others, detrended; shape (R, T)."""
        return np.asarray(np.einsum("gr,sgt->rt", gives(self.spec, self.rows.dims["region"]), self.moved(x)))

    def added(self, x: Floats) -> Floats:
        """What expansions add to each member's endowment, detrended; shape (R, T)."""
        return self.expansions.added(x, [str(region) for region in self.rows.dims["region"]])


def gives(spec: ResourceSpec, members: Sequence[object]) -> Floats:
    """Tell which giver is which member, as 1 and 0; shape (G, R)."""
    same = [[giver == member for member in members] for giver in spec.givers]
    return np.array(same, dtype=np.float64).reshape(len(spec.givers), len(members))


def define_resource(
    program: Program, economy: Economy, production: Production, spec: ResourceSpec, dims: Dims
) -> Resource:
    r"""Use of a resource stays within what the member has, gets from others and adds.

    .. math:: \sum_j \gamma_{rjt} \Bigl(x^0_{rjt} + \sum_k (1+\theta_k)\, x^k_{rjt}\Bigr)
              - \sum_s T_{srt} + \sum_s T_{rst} - \sum_{e \in r} a_{et} \le E_{rt}

    gamma is the use per output, theta what technology k changes, T a transfer (lossless, within its limit, each unit
    costs its price in welfare, borne by the region that gets it), a an expansion, E the endowment. Unit: the resource's
    own, detrended and scaled by a power of ten. The worth of the row over D_t is the price of the resource there.
    """
    scale = spec.scale(economy)
    unit = f"{spec.unit}/year / {scale:g}"
    over = {"region": dims["region"], "year": dims["year"]}
    shape = (len(over["region"]), len(spec.givers), len(over["year"]))
    transfers = program.columns(
        f"transfer:{spec.name}",
        {"region": over["region"], "from_region": spec.givers, "year": over["year"]},
        upper=spec.transfer_limit.reshape(shape) / scale,
        cost=spec.transfer_cost.reshape(shape) * economy.assumptions.weights * scale,
        unit=unit,
        title=Text("要素调剂", "transfers"),
    )
    rows = program.rows(
        f"resource:{spec.name}", over, upper=spec.endowment / scale, unit=unit, title=spec.title, policy=True
    )
    use = spec.intensity / scale
    here = rows.index[:, None, :]
    program.enter(here, production.old.index, use)
    program.enter(here[None], production.upgraded.index, (1 + spec.upgraded.reshape(-1, 1, 1, 1)) * use)
    program.enter(here, transfers.index, -1.0)
    giver, member = np.nonzero(gives(spec, over["region"]))
    program.enter(rows.index[member][None], transfers.index[:, giver], 1.0)
    expansions = define_expansions(program, economy, spec.name, spec.expansions, unit, scale)
    expansions.enter(program, rows, [str(region) for region in over["region"]])
    return Resource(spec, rows, transfers, expansions, scale)
