"""Bench: twenty small edits and a front of eleven points, warm from the last basis against cold, and infeasible plans.

Run it through `run.py`. Two programs: the engine's test model and the plan of the example region.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine_model import case, engine_program
from haihe.planning.caps import cap_path
from haihe.planning.program import Block, Ints
from haihe.planning.solver import Session, Solution
from plan_cases import of_example

SIZE = (8, 42, 5)
CUT = 0.18
POINTS = 11
DEEPEST = 0.30
ALL = slice(None)
Edit = Callable[["Program_"], None]


@dataclass
class Program_:  # noqa: N801
    """A session with what it was before any edit, and the edits to try."""

    name: str
    session: Session
    edits: dict[str, Edit]
    cap: Callable[[float], None]

    def __post_init__(self) -> None:
        self.before = self.session.arrays

    def reset(self) -> None:
        """Undo every edit."""
        a = self.before
        self.session.set_row_bounds(np.arange(a.row_lower.size), a.row_lower, a.row_upper)
        self.session.set_column_bounds(np.arange(a.lower.size), a.lower, a.upper)
        self.session.set_costs(a.cost)

    def rows(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale both sides of rows."""
        at = block.index[where].ravel()
        self.session.set_row_bounds(at, self.before.row_lower[at] * by, self.before.row_upper[at] * by)

    def columns(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale both bounds of columns."""
        at = block.index[where].ravel()
        self.session.set_column_bounds(at, self.before.lower[at] * by, self.before.upper[at] * by)

    def costs(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale costs."""
        cost = self.before.cost.copy()
        cost[block.index[where].ravel()] *= by
        self.session.set_costs(cost)


def engine() -> Program_:
    """Give the engine's test model and twenty edits of it."""
    c = case(*SIZE)
    e = engine_program(c)
    row, col = e.rows, e.columns
    labour, land, energy, water = 0, 1, 2, 4
    edits: dict[str, Edit] = {
        "carbon cap -1 %": lambda p: p.rows(row["carbon"], 0.99),
        "carbon cap -2 %": lambda p: p.rows(row["carbon"], 0.98),
        "carbon cap +1 %": lambda p: p.rows(row["carbon"], 1.01),
        "labour -3 % everywhere": lambda p: p.rows(row["factors"], 0.97, labour),
        "labour -2 % in R1": lambda p: p.rows(row["factors"], 0.98, (labour, 1)),
        "labour -2 % in R2": lambda p: p.rows(row["factors"], 0.98, (labour, 2)),
        "land -1 % everywhere": lambda p: p.rows(row["factors"], 0.99, land),
        "energy -1 % in R1": lambda p: p.rows(row["factors"], 0.99, (energy, 1)),
        "water -2 % in R2": lambda p: p.rows(row["factors"], 0.98, (water, 2)),
        "demand +2 % everywhere": lambda p: p.columns(col["demand"], 1.02),
        "demand +2 % in R0": lambda p: p.columns(col["demand"], 1.02, 0),
        "demand +5 % of S3": lambda p: p.columns(col["demand"], 1.05, (ALL, 3)),
        "city fund +5 %": lambda p: p.rows(row["budget"], 1.05, 0),
        "own money -2 % in R4": lambda p: p.rows(row["finance"], 0.98, 4),
        "a link -20 %": lambda p: p.rows(row["tonnage"], 0.8, 5),
        "links from R3 +10 %": lambda p: p.rows(row["tonnage"], 1.1, np.flatnonzero(c.links[:, 0] == 3)),
        "import prices +10 %": lambda p: p.costs(col["imports"], 1.10),
        "export price +5 % of S7": lambda p: p.costs(col["exports"], 1.05, (ALL, 7)),
        "export market +10 % of S9": lambda p: p.columns(col["exports"], 1.1, (ALL, 9)),
        "freight -10 % from R2": lambda p: p.costs(col["flow"], 0.9, np.flatnonzero(c.links[:, 0] == 2)),
    }
    session = Session(e.program)
    name = f"engine model {'x'.join(map(str, SIZE))}"
    return Program_(name, session, edits, lambda cut: _scale(session, row["carbon"].index, c.cap * (1 - cut)))


def _scale(session: Session, rows: Ints, cap: np.ndarray) -> None:
    session.set_row_bounds(rows, -np.inf, cap)


def example() -> Program_:
    """Give the plan of the example region under a cut of carbon, and twenty edits of it."""
    built = of_example().build()
    model, session = built.model, built.session
    goods, production = model.goods, model.production
    cap = model.caps[built.spec.name]

    def limit(cut: float) -> None:
        session.set_row_bounds(
            cap.rows.index, -np.inf, cap_path(built.reference, cut, built.economy.assumptions) / cap.scale
        )

    limit(CUT)
    flows, exports, labour = goods.flows, goods.exports, model.factors.labour_rows
    first = np.argsort(built.economy.output[..., -1].sum(axis=0))[::-1]
    edits: dict[str, Edit] = {
        "cap -1 %": lambda p: p.rows(cap.rows, 0.99),
        "cap -2 %": lambda p: p.rows(cap.rows, 0.98),
        "cap +1 %": lambda p: p.rows(cap.rows, 1.01),
        "cap -5 % in the last year": lambda p: p.rows(cap.rows, 0.95, (ALL, -1)),
        "cap of the first member +2 %": lambda p: p.rows(cap.rows, 1.02, 0),
        "cap of the second member -2 %": lambda p: p.rows(cap.rows, 0.98, 1),
        "labour -0.5 % in the second member": lambda p: p.rows(labour, 0.995, 1),
        "labour +1 % everywhere": lambda p: p.rows(labour, 1.01),
        "retrofit +10 %": lambda p: p.columns(production.retrofit, 1.1),
        "building +10 %": lambda p: p.rows(p.session.program.row_blocks["build_limit"], 1.1),
        "need +1 % of the largest sector": lambda p: p.rows(model.balance, 1.01, (0, first[0])),
        "need +1 % of the second sector": lambda p: p.rows(model.balance, 1.01, (1, first[1])),
        "need +1 % of the third sector": lambda p: p.rows(model.balance, 1.01, (2, first[2])),
        "room for flows first to last +20 %": lambda p: p.columns(flows.up, 1.2, (0, -1)),
        "room for flows second to first +20 %": lambda p: p.columns(flows.up, 1.2, (1, 0)),
        "room for exports -10 % in the first member": lambda p: p.columns(exports.up, 0.9, (ALL, 0)),
        "exports dearer by 5 %": lambda p: p.costs(exports.up, 1.05),
        "flows dearer by 10 %": lambda p: p.costs(flows.up, 1.1),
        "retrofit dearer by 5 %": lambda p: p.costs(production.retrofit, 1.05),
        "inflow dearer by 5 % in the last member": lambda p: p.costs(goods.inflow.up, 1.05, -1),
    }
    return Program_(f"example, {CUT:.0%} cut", session, edits, limit)


def timed(work: Callable[[], Solution]) -> tuple[float, Solution]:
    """CPU seconds and the answer."""
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer


def against_cold(p: Program_, steps: Sequence[Callable[[], None]]) -> tuple[list[float], list[float], float, int]:
    """Seconds of each step warm and cold, largest relative difference of optima, and warm solves that fell back.

    Warm each step starts from the basis of the step before; the cold solves come after, so that they leave no basis.
    """
    warm, fell_back = [], 0
    for step in steps:
        step()
        warm.append(timed(p.session.solve))
        fell_back += warm[-1][1].method != "simplex"
    cold = []
    for step in steps:
        step()
        cold.append(timed(lambda: p.session.solve(method="ipx")))
    pairs = zip(warm, cold, strict=True)
    apart = max(abs(w.objective - c.objective) / (1 + abs(c.objective)) for (_, w), (_, c) in pairs)
    return [spent for spent, _ in warm], [spent for spent, _ in cold], apart, fell_back


def sweep(p: Program_) -> dict[str, Any]:
    """Twenty edits, each alone, each from the basis of the plan that is edited."""
    p.session.solve(method="ipx")
    basis = p.session.basis()

    def step(edit: Edit) -> None:
        p.reset()
        p.session.set_basis(basis)
        edit(p)

    found = against_cold(p, [lambda edit=edit: step(edit) for edit in p.edits.values()])
    return row(p, f"{len(p.edits)} small edits, each alone", *found, goal=8)


def front(p: Program_) -> dict[str, Any]:
    """A front by cuts of one cap, walked in steps from the last basis; its first point is solved cold."""
    p.reset()
    p.session.solver.clearSolver()
    p.session._has_basis = False
    cuts = np.linspace(0.0, DEEPEST, POINTS)
    found = against_cold(p, [lambda cut=cut: p.cap(float(cut)) for cut in cuts])
    p.reset()
    return row(p, f"front of {POINTS} cuts down to {DEEPEST:.0%}", *found, goal=5)


def row(
    p: Program_, task: str, warm: list[float], cold: list[float], apart: float, fell_back: int, goal: int
) -> dict[str, Any]:
    """A row of the table."""
    once = statistics.median(cold)
    return {
        "program": p.name,
        "task": task,
        "warm, CPU s": f"{sum(warm):.2f}",
        "one cold solve, median, CPU s": f"{once:.2f}",
        "in cold solves": f"{sum(warm) / once:.1f}",
        "goal": f"at most {goal}",
        "all cold, CPU s": f"{sum(cold):.1f}",
        "slowest warm, CPU s": f"{max(warm):.2f}",
        "solved cold in it": fell_back,
        "largest difference of an optimum": f"{apart:.0e}",
    }


def measure() -> dict[str, Any]:
    """Give title, note and rows of the table."""
    rows = []
    for program in (engine(), example()):
        rows += [sweep(program), front(program)]
    note = (
        "Warm: bounds or costs are edited in place and HiGHS's simplex starts from a basis, within the time of one cold "
        "solve, else cold. Cold: interior point with crossover. Every answer passes our own check; its time is in both. "
        "The edits stand in `bench/sweeps.py`. CPU seconds of the one thread."
    )
    return {"title": "Small edits and fronts, warm against cold", "note": note, "rows": rows}


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(measure())}\n")
