"""Two regions that can be worked out on paper: one sector each, everything the same, prices 1.

Each region makes 100 with inputs of 20 and wages of 30, so the rent is 50 and, with a discount of 8 % and a wear of
7 %, a unit of capacity is worth 0.5 x 1.08 / 0.15 = 3.6. Households use 50; each kind of trade is 50, in and out. There
is no growth. In the first of two segments (2 % wide) moving a unit costs: consumption 0.01 / 0.5 = 0.02, trade
0.01 / 2 = 0.005, labour 0.01 / 0.3 = 1/30, new capacity 0.01 / 0.5 = 0.02. So a unit of goods more is worth 0.98 (eaten),
one less costs 1.02, a unit of labour costs 1 + 1/30 and sets free 1 - 1/30 when not needed.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from haihe.messages import Text
from haihe.planning import model
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.solver import Session
from haihe.planning.technology import Technology

MORE, LESS = 0.98, 1.02
"""Worth of a unit of goods more, and cost of a unit less."""
HIRED, FREED = 1 + 1 / 30, 1 - 1 / 30
"""Cost of a unit of labour more, and worth of a unit less."""
GAIN = 0.8 * MORE - 0.3 * HIRED
"""What a unit of output more brings in a year: 0.8 of goods, 0.3 of labour."""
LOSS = 0.8 * LESS - 0.3 * FREED
"""What a unit of output less costs in a year."""
UNIT = 3.6
"""Worth of a unit of capacity."""
TECHNOLOGY = Technology(other_inputs=-0.5, labour=-0.1, new_capital=0.0, retrofit=0.0, retrofit_limit=0.0)


def economy(periods: int = 1, *, technologies: tuple[Technology, ...] = (), kappa: float = 0.0, **more: Any) -> Economy:
    """Make the economy described above, over some years from 2026 on; ``more`` sets assumptions."""
    elasticity = {**Assumptions().elasticity, **more.pop("elasticity", {})}
    s = Assumptions(
        first_year=2026,
        last_year=2025 + periods,
        step=1,
        growth=0.0,
        segments=(0.02, 1.0),
        elasticity=elasticity,
        **more,
    )
    cells, fifty = np.full((2, 1, periods), 100.0), np.full((2, 1, periods), 50.0)
    built = 0.07 * cells
    a0 = np.full((2, 1, 1), 0.2)
    return Economy(
        year=2026,
        members=["A", "B"],
        sectors=["S"],
        partners=("world",),
        output=cells,
        households=fifty,
        exports=fifty[None],
        imports=fifty[None],
        outflow=fifty,
        inflow=fifty,
        flows=fifty[None] * (1 - np.eye(2))[:, :, None, None],
        capacity=cells,
        investment=built,
        a0=a0,
        a1=np.array([t.inputs(a0) for t in technologies]).reshape(-1, *a0.shape),
        wages=np.full((2, 1), 0.3),
        kappa=np.full((2, 1), kappa),
        mix=np.ones((2, 1)),
        fixed=30.0 - kappa * built,
        local=np.zeros(1, dtype=bool),
        technologies=technologies,
        assumptions=s,
    )


@dataclass
class Paper:
    """A model of the economy in a session, and the objective of its reference path."""

    model: Model
    session: Session
    reference: float

    def shift(self, family: str, by: float, place: tuple[int, ...]) -> None:
        """Move both bounds of a row."""
        row = np.array([self.model.program.row_blocks[family].index[place]])
        a = self.session.arrays
        self.session.set_row_bounds(row, a.row_lower[row] + by, a.row_upper[row] + by)

    def lost(self) -> float:
        """Welfare lost against the reference path, discounted."""
        return self.session.solve(method="simplex").objective - self.reference


def paper(e: Economy, **more: Any) -> Paper:
    """Build the model; its reference is worked out from the columns, not from a solve."""
    built = model.build_model(e, **more)
    arrays = built.program.arrays()
    x = np.where(np.isfinite(arrays.lower) & (arrays.lower > 0), arrays.lower, 0.0)
    for block, values in ((built.production.old, e.output), (built.production.stock_old, e.capacity)):
        x[block.index.ravel()] = values.ravel()
    return Paper(built, Session(built.program), float(arrays.cost @ x) + arrays.constant)


def carbon(cap: Floats, *, pooled: bool) -> CapSpec:
    """Make a cap: a unit of output of A uses 1, of B 2."""
    return CapSpec(
        "CO2",
        "co2",
        "t",
        np.array([[1.0], [2.0]]),
        np.zeros(0),
        np.asarray(cap, float)[:, None],
        pooled,
        Text("碳", "carbon"),
    )


def with_guard(e: Economy, pace: float) -> Economy:
    """The same economy whose output may move by so much a year."""
    return replace(e, assumptions=replace(e.assumptions, growth_guard=pace))
