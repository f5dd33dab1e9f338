"""What coalitions of districts reach, and what the prices of all of them together pay to each (Owen 1975)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.coalition.district_spec import DistrictSpec
from haihe.coalition.districts import DistrictProgram, Pool, district_program
from haihe.coalition.game import CachedOracle, Game
from haihe.coalition.walk import Bounds, Walker, walk
from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.planning.program import Floats
from haihe.planning.solver import Session, Solution
from haihe.region.units import factor

YI = factor("bn yuan", "亿元")
"""亿元 in a bn yuan."""


@dataclass(frozen=True)
class DistrictGround:
    """What the coalitions are walked on; see `haihe.coalition.walk.Ground`."""

    program: DistrictProgram

    @property
    def n(self) -> int:
        """Number of districts."""
        return len(self.program.spec.members)

    def session(self, control: Control | None = None) -> Session:
        """Make a session of the program."""
        return Session(self.program.program, control)

    def bounds(self, mask: int) -> Bounds:
        """Bounds of a coalition of districts under the agreement."""
        return self.program.bounds(mask)


@dataclass(frozen=True)
class ThingsGround:
    """The same with all districts together, where a coalition is a set of things that are pooled."""

    program: DistrictProgram

    @property
    def n(self) -> int:
        """Number of things."""
        return len(self.program.things)

    def session(self, control: Control | None = None) -> Session:
        """Make a session of the program."""
        return Session(self.program.program, control)

    def bounds(self, mask: int) -> Bounds:
        """Bounds where all districts pool some of the things."""
        everybody = (1 << len(self.program.spec.members)) - 1
        return self.program.bounds(everybody, [name for k, name in enumerate(self.program.things) if mask >> k & 1])


class DistrictValues:
    """Gains of coalitions over standing alone, 亿元 a year, each worked out once.

    Parameters
    ----------
    spec : DistrictSpec
    things : sequence of str, optional
        What is pooled, see `haihe.coalition.districts.district_program`.
    control : Control, optional
        Time limit of each solve, and cancel.

    Attributes
    ----------
    program : DistrictProgram
    alone, together : Solution
        With everybody alone, and with all districts together.
    oracle : CachedOracle
        Gain of a coalition by its mask.
    """

    def __init__(
        self, spec: DistrictSpec, things: tuple[str, ...] | None = None, control: Control | None = None
    ) -> None:
        self.spec, self.control = spec, control or Control()
        self.program = district_program(spec, things)
        self.ground = DistrictGround(self.program)
        self.walker = Walker(self.ground, Control(self.control.time_limit, self.control.cancel))
        self.alone = self._alone()
        self.together: Solution = self.walker.solve(self.everybody)
        self.oracle = CachedOracle(spec.members, self._gain)
        self.oracle.known[self.everybody] = self.gain_of(self.together.objective)
        self.oracle.known |= {1 << d: 0.0 for d in range(len(spec.members))}

    @property
    def everybody(self) -> int:
        """Mask of all districts."""
        return (1 << len(self.spec.members)) - 1

    @property
    def grand(self) -> float:
        """Gain of all together, 亿元 a year."""
        return self.oracle(self.everybody)

    @property
    def costs(self) -> tuple[Floats, Floats]:
        """Cost of the limits to each district alone and with all together (before payments), 亿元 a year, (D,) each."""
        return tuple(YI * self.program.costs(s.x) for s in (self.alone, self.together))  # type: ignore[return-value]

    def gain_of(self, objective: float) -> float:
        """Turn the objective of a coalition into its gain, 亿元 a year."""
        return YI * (self.alone.objective - objective)

    def game(self, *, workers: int = 1) -> Game:
        """Work out all coalitions along the walk; ``E-COA-56`` with too many districts."""
        objectives = walk(self.ground, workers=workers, control=self.control)
        values = YI * (self.alone.objective - objectives)
        values[0], values[1 << np.arange(len(self.spec.members))] = 0.0, 0.0
        self.oracle.known |= dict(enumerate(values.tolist()))
        self.oracle.calls = values.size - 1
        return Game(self.spec.members, values)

    def things_game(self) -> Game:
        """Give the game of the things: what all districts gain together where only some things are pooled."""
        objectives = walk(ThingsGround(self.program), control=self.control)
        values = YI * (objectives[0] - objectives)
        values[0] = 0.0
        return Game(self.program.things, values)

    def owen(self) -> Floats:
        """Gain of each district at the prices of all together: what it saves itself and is paid for what it gives.

        A unit of a pooled thing is paid its price, minus the dual of the pool's row. All is convex and districts are
        coupled by added-up endowments only, so that by duality no coalition can gain more on its own: the split is in
        the core, up to the tolerance of the solver.

        Returns
        -------
        ndarray, shape (D,)
            亿元 a year; they add up to the gain of all.
        """
        before, after = self.costs
        paid = self.trades.groupby("district")["payment"].sum().reindex(list(self.spec.members), fill_value=0.0)
        return np.asarray(before - after + paid.to_numpy(dtype=float))

    @property
    def trades(self) -> pd.DataFrame:
        """What each district receives of each pooled endowment with all together, and what it is paid at its price.

        Columns ``district``, ``endowment``, ``thing``, ``received`` (negative: given), ``unit``, ``price`` (亿元 a unit),
        ``payment`` (亿元 a year; negative: pays). The sites of projects stand in one row a district, without a price,
        since each project has its own.
        """
        frames = [
            _traded(self.program, pool, self.together) for pool in self.program.pools if pool.thing in self.agreed
        ]
        columns = ["district", "endowment", "thing", "received", "unit", "price", "payment"]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)

    @property
    def agreed(self) -> tuple[str, ...]:
        """What is pooled."""
        return self.program.things

    def _gain(self, mask: int) -> float:
        return self.gain_of(self.walker.solve(mask).objective)

    def _alone(self) -> Solution:
        try:
            return self.walker.solve(0)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            raise HaiheError("E-COA-52", where="、".join(self.spec.members)) from error


def _traded(program: DistrictProgram, pool: Pool, solution: Solution) -> pd.DataFrame:
    """Amounts, price and payments of one pool, a row a district."""
    members = program.spec.members
    amount = solution.value(pool.received).ravel() * pool.scale
    price = solution.worth(pool.rows).ravel() * YI / pool.scale
    received = np.bincount(pool.owner, amount, len(members))
    payment = np.bincount(pool.owner, -price[pool.pool] * amount, len(members))
    return pd.DataFrame(
        {
            "district": members,
            "endowment": pool.name,
            "thing": pool.thing,
            "received": received,
            "unit": pool.unit,
            "price": price[0] if price.size == 1 else np.nan,
            "payment": payment,
        }
    )
