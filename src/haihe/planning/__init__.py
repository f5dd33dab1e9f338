"""The plan: one feasible plan over everything that is scarce, as arrays straight into the solver.

One concept a file: the `program` (blocks, arrays), the `solver` (HiGHS and our own checks), `assumptions`, the
calibrated `economy`, its `wedges`, `soft` responses, and the families of rows: `goods` (balance), `capacity`,
`factors` (labour, external balance), `caps` (the carbon cap stands there). `model` puts them together, `plans` solves,
`results`, `prices` and `leakage` read the answer, `fronts` walks a cap, `views` and `front_views` show it.
"""

from haihe.planning.assumptions import Assumptions
from haihe.planning.fronts import CUTS, Front, band, front
from haihe.planning.plans import Plan, plan
from haihe.planning.program import Block, Program
from haihe.planning.solver import Session, Solution

__all__ = ["CUTS", "Assumptions", "Block", "Front", "Plan", "Program", "Session", "Solution", "band", "front", "plan"]
