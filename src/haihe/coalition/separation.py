r"""The coalition that would gain most by leaving a split: exactly, as a program with whole columns.

The value of a coalition is itself an optimum, and the coalition stands in its bounds only. So the search for the largest
excess is one program in which membership is a whole column m of each district:

.. math::

    \min\ \text{cost}(q, u, z) + \sum_d x_d m_d, \qquad \underline t_d\, m_d \le t_d \le \overline t_d\, m_d, \qquad
    1 \le \sum_d m_d \le n - 1

Its optimum is the cost of everybody alone less the largest excess v(S) - x(S). The bounds on t are those of the open
transfers, so that nothing is cut off; the bound of the search proves that no other coalition has more.

Prices make the search short. At any prices y of what is pooled, a district that may buy and sell gains pi_d(y), and by
weak duality no coalition gains more than its members do so; hence for whole m

.. math:: \text{cost}(q, u, z) \ge \text{cost alone} - \sum_d \pi_d(y)\, m_d

cuts off fractional answers only. The prices of all together are used from the start, and those of every coalition that was
found before are added: the cuts of Benders (1962), put into the whole program.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haihe.coalition.district_values import YI, DistrictValues
from haihe.coalition.districts import DistrictProgram
from haihe.messages import Text
from haihe.planning.control import Control
from haihe.planning.program import Block, Floats, Program
from haihe.planning.solver import Session, Solution
from haihe.planning.whole import QUICK, WholeSession

GAP = 1e-5
"""Gap at which the search ends, bn yuan a year: 10,000 yuan."""


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a search; amounts in 亿元 a year.

    ``mask``: the coalition. ``excess``: what it gains by leaving. ``most``: no coalition gains more than this.
    ``seconds``, ``nodes``: of the search.
    """

    mask: int
    excess: float
    most: float
    seconds: float
    nodes: int


class Separation:
    """The search for the coalition with the largest excess.

    Parameters
    ----------
    values : DistrictValues
    gap : float
        Gap at which a search ends, bn yuan a year.
    cuts : bool
        Use prices; without them a search takes longer and finds the same.
    control : Control, optional

    Attributes
    ----------
    found : list of Found
        Every search so far.
    """

    def __init__(
        self, values: DistrictValues, *, gap: float = GAP, cuts: bool = True, control: Control | None = None
    ) -> None:
        self.values, self.gap, self.control = values, gap, control
        self.found: list[Found] = []
        self._prices = Prices(values) if cuts else None
        self._cuts: list[Floats] = []
        self._seen: set[int] = set()
        self._session: WholeSession | None = None
        self.learn(values.everybody)

    def learn(self, mask: int) -> None:
        """Take the prices of a coalition into later searches."""
        if self._prices is not None and mask not in self._seen:
            self._seen.add(mask)
            self._cuts.append(self._prices.gains(self.values.walker.solve(mask)))
            self._session = None

    def search(self, x: Floats) -> Found:
        """Find the coalition with the largest excess at a split, in gains over standing alone, 亿元 a year."""
        program, member = _with_members(self.values.program, self._cuts, self.values.alone.objective)
        if self._session is None:
            self._session = WholeSession(program, member.index, self.control, QUICK)
            open_ = self.values.program.bounds(self.values.everybody)
            self._session.set_column_bounds(open_.columns, open_.lower, open_.upper)
        cost = program.costs()
        cost[member.index] += x / YI
        self._session.set_costs(cost)
        answer = self._session.solve_whole(gap=self.gap)
        if answer is None:
            raise RuntimeError("some coalition always stands in the program")
        mask = int((1 << np.flatnonzero(answer.value(member) > 0.5)).sum())
        alone = self.values.alone.objective
        found = Found(mask, YI * (alone - answer.objective), YI * (alone - answer.bound), answer.seconds, answer.nodes)
        self.found.append(found)
        self.learn(mask)
        return found

    def __call__(self, x: Floats) -> list[int]:
        """Give the coalition with the largest excess, as `haihe.coalition.generation.core_by_generation` asks for it."""
        return [self.search(x).mask]


class Prices:
    """What each district gains where it may buy and sell what is pooled at given prices.

    Parameters
    ----------
    values : DistrictValues
    """

    def __init__(self, values: DistrictValues) -> None:
        self.program = values.program
        self.alone = self.program.costs(values.alone.x)
        self.base = self.program.program.costs()
        self.session = Session(self.program.program)
        open_ = self.program.bounds(values.everybody)
        self.session.set_column_bounds(open_.columns, open_.lower, open_.upper)
        for pool in self.program.pools:
            self.session.set_row_bounds(pool.rows.index, -np.inf, np.inf)

    def gains(self, solution: Solution) -> Floats:
        """Gains at the prices of a solution, bn yuan a year, shape (D,)."""
        cost = self.base.copy()
        for pool in self.program.pools:
            cost[pool.received.index] = solution.worth(pool.rows).ravel()[pool.pool]
        self.session.set_costs(cost)
        x = self.session.solve().x
        return self.alone - np.bincount(self.program.owner, cost * x, self.alone.size)


def _with_members(districts: DistrictProgram, cuts: Sequence[Floats], alone: float) -> tuple[Program, Block]:
    """Copy the program, add membership, tie the transfers to it, and add what prices say."""
    program, members = districts.program.copy(), districts.spec.members
    member = program.columns("member", {"district": members}, upper=1.0, unit="share", title=Text("参加", "member"))
    for pool in districts.pools:
        dims, unit = pool.received.dims, pool.received.unit
        title = Text("只有成员可以调剂", "only members transfer")
        for name, bound, sign in (("most", pool.upper, 1.0), ("least", pool.lower, -1.0)):
            rows = program.rows(f"{name}:{pool.name}", dims, upper=0.0, unit=unit, title=title)
            program.enter(rows.index, pool.received.index, sign)
            program.enter(rows.index, member.index[pool.owner], -sign * bound)
    some = program.rows(
        "members", {"of": ("all",)}, lower=1.0, upper=len(members) - 1.0, unit="share", title=Text("成员数", "members")
    )
    program.enter(some.index, member.index, 1.0)
    if cuts:
        title = Text("价格给出的界", "what prices prove")
        rows = program.rows("prices", {"cut": tuple(range(len(cuts)))}, lower=alone, unit="bn yuan/year", title=title)
        own = np.arange(member.start)
        program.enter(rows.index[:, None], own, districts.program.costs())
        program.enter(rows.index[:, None], member.index, np.stack(cuts))
    return program, member
