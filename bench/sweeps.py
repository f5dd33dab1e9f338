"""Bench: twenty small edits, fronts of eleven points and infeasible plans, counted in cold solves of the same program.

Run it through `run.py`. Two programs: the engine's test model, and the plan of the example region with all its limits.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import haihe as hh
from engine_model import case, engine_program
from haihe.messages import HaiheError
from haihe.planning.assembly import assemble
from haihe.planning.pareto import pareto
from haihe.planning.program import Block
from haihe.planning.relax import explain_infeasible
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution

SIZE = (8, 42, 5)
EDITS, POINTS, DEEPEST, NAMES = 20, 11, 0.30, 20
ALL = slice(None)


@dataclass
class Case:
    """A session with what it was before any edit, the edits to try, and the rows that a front tightens."""

    name: str
    session: Session
    cap: Block
    edits: dict[str, Callable[[], None]] = field(default_factory=dict)
    impossible: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.before = self.session.arrays

    def reset(self) -> None:
        """Undo every edit."""
        a = self.before
        self.session.set_costs(a.cost)
        self.session.set_row_bounds(np.arange(a.row_lower.size), a.row_lower, a.row_upper)
        self.session.set_column_bounds(np.arange(a.lower.size), a.lower, a.upper)

    def rows(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale the limits of rows, each in full: its bound and what the reference adds."""
        at = block.index[where].ravel()
        aside = np.zeros(at.size) if block.reference is None else np.ravel(block.reference[where])
        low, high = self.before.row_lower[at], self.before.row_upper[at]
        self.session.set_row_bounds(at, (low + aside) * by - aside, (high + aside) * by - aside)

    def columns(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale both bounds of columns."""
        at = block.index[where].ravel()
        self.session.set_column_bounds(at, self.before.lower[at] * by, self.before.upper[at] * by)

    def costs(self, block: Block, by: float, where: Any = ALL) -> None:
        """Scale costs."""
        cost = self.before.cost.copy()
        cost[block.index[where].ravel()] *= by
        self.session.set_costs(cost)


def engine() -> Case:
    """Give the engine's test model and twenty edits of it."""
    c = case(*SIZE)
    e = engine_program(c)
    row, col = e.rows, e.columns
    p = Case(f"engine model {'x'.join(map(str, SIZE))}", Session(e.program), row["carbon"])
    labour, land, energy, water = 0, 1, 2, 4
    p.edits = {
        "carbon cap -1 %": lambda: p.rows(row["carbon"], 0.99),
        "carbon cap -2 %": lambda: p.rows(row["carbon"], 0.98),
        "carbon cap +1 %": lambda: p.rows(row["carbon"], 1.01),
        "labour -3 % everywhere": lambda: p.rows(row["factors"], 0.97, labour),
        "labour -2 % in R1": lambda: p.rows(row["factors"], 0.98, (labour, 1)),
        "labour -2 % in R2": lambda: p.rows(row["factors"], 0.98, (labour, 2)),
        "land -1 % everywhere": lambda: p.rows(row["factors"], 0.99, land),
        "energy -1 % in R1": lambda: p.rows(row["factors"], 0.99, (energy, 1)),
        "water -2 % in R2": lambda: p.rows(row["factors"], 0.98, (water, 2)),
        "demand +2 % everywhere": lambda: p.columns(col["demand"], 1.02),
        "demand +2 % in R0": lambda: p.columns(col["demand"], 1.02, 0),
        "demand +5 % of S3": lambda: p.columns(col["demand"], 1.05, (ALL, 3)),
        "city fund +5 %": lambda: p.rows(row["budget"], 1.05, 0),
        "own money -2 % in R4": lambda: p.rows(row["finance"], 0.98, 4),
        "a link -20 %": lambda: p.rows(row["tonnage"], 0.8, 5),
        "links from R3 +10 %": lambda: p.rows(row["tonnage"], 1.1, np.flatnonzero(c.links[:, 0] == 3)),
        "import prices +10 %": lambda: p.costs(col["imports"], 1.10),
        "export price +5 % of S7": lambda: p.costs(col["exports"], 1.05, (ALL, 7)),
        "export market +10 % of S9": lambda: p.columns(col["exports"], 1.1, (ALL, 9)),
        "freight -10 % from R2": lambda: p.costs(col["flow"], 0.9, np.flatnonzero(c.links[:, 0] == 2)),
    }

    def impossible() -> None:
        p.session.set_column_bounds(col["imports"].index, 0.0, 0.0)
        wanted = col["demand"].index.ravel()
        p.session.set_column_bounds(wanted, 1.6 * p.before.lower[wanted], p.before.upper[wanted])
        p.rows(row["factors"], 0.3, labour)

    p.impossible = impossible
    return p


def example() -> Case:
    """Give the plan of the example region with all its limits but no projects, and twenty edits of it."""
    assembly = assemble(setup_of(hh.example("jing-jin-ji"), projects=False))
    model, blocks = assembly.model, assembly.model.program.row_blocks
    p = Case("plan of the example", Session(model.program), next(iter(model.caps.values())).rows)
    goods, production, need = model.goods, model.production, model.factors.labour_rows
    largest = np.argsort(model.economy.output[..., 0].sum(axis=0))[::-1]
    p.edits = {
        "labour -0.5 % in the second member": lambda: p.rows(need, 0.995, 1),
        "retrofit +10 %": lambda: p.columns(production.retrofit, 1.1),
        "building +10 %": lambda: p.rows(blocks["build_limit"], 1.1),
        "need +1 % of the largest sector": lambda: p.rows(model.balance, 1.01, (0, largest[0])),
        "need +1 % of the second sector": lambda: p.rows(model.balance, 1.01, (1, largest[1])),
        "exports dearer by 5 %": lambda: p.costs(goods.exports.up, 1.05),
        "retrofit dearer by 5 %": lambda: p.costs(production.retrofit, 1.05),
        "inflow dearer by 5 % in the last member": lambda: p.costs(goods.inflow.up, 1.05, -1),
    }
    scarce = [block for name, block in blocks.items() if name.startswith(("cap:", "resource:", "link:")) and block.size]
    for by, where, said in (
        (0.99, ALL, "everywhere"),
        (0.98, 0, "in the first place"),
        (1.05, -1, "in the last place"),
    ):
        for block in scarce:
            p.edits[f"{block.name} x {by} {said}"] = lambda b=block, by=by, at=where: p.rows(b, by, at)
    p.edits = dict(list(p.edits.items())[:EDITS])

    def impossible() -> None:
        for block in scarce:
            p.rows(block, 0.02)

    p.impossible = impossible
    return p


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and the answer."""
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer


def against_cold(p: Case, steps: Sequence[Callable[[], None]], every: int = 1) -> dict[str, Any]:
    """Solve after each step warm, and then (each, or every so many) again cold, which leaves no basis; compare optima."""
    warm: list[tuple[float, Solution]] = []
    for step in steps:
        step()
        warm.append(timed(p.session.solve))
    cold: list[tuple[float, Solution]] = []
    for step in steps[::every]:
        step()
        cold.append(timed(lambda: p.session.solve(method="ipx")))
    pairs = zip(warm[::every], cold, strict=True)
    apart = max(abs(w.objective - c.objective) / (1 + abs(c.objective)) for (_, w), (_, c) in pairs)
    return {
        "spent": sum(seconds for seconds, _ in warm),
        "once": statistics.median(seconds for seconds, _ in cold),
        "all cold": f"{len(steps) * statistics.fmean(seconds for seconds, _ in cold):.1f}",
        "cold in it": sum(answer.method != "simplex" for _, answer in warm),
        "seen": f"optima apart by at most {apart:.0e}",
    }


def sweep(p: Case) -> dict[str, Any]:
    """Twenty edits, each alone, each from the basis of the plan that is edited."""
    p.session.solve(method="ipx")
    basis = p.session.basis()

    def step(edit: Callable[[], None]) -> None:
        p.reset()
        p.session.set_basis(basis)
        edit()

    found = against_cold(p, [lambda edit=edit: step(edit) for edit in p.edits.values()])
    p.reset()
    return row(p, f"{len(p.edits)} small edits, each alone", found, "at most 8")


def front(p: Case) -> dict[str, Any]:
    """A front by cuts of one cap, walked in steps from the last basis; its first point is solved cold."""
    cuts = np.linspace(0.0, DEEPEST, POINTS)

    def step(cut: float) -> None:
        if cut == 0.0:
            p.reset()
            p.session = Session(p.session.program)
        p.rows(p.cap, 1.0 - cut)

    found = against_cold(p, [lambda cut=cut: step(cut) for cut in cuts], every=3)
    p.reset()
    return row(p, f"front of {POINTS} cuts down to {DEEPEST:.0%}", found, "at most 5")


def product_front(p: Case, once: float) -> dict[str, Any]:
    """The product's own front of welfare and carbon, with its two first ends; reading the tables is not counted."""
    region = hh.example("jing-jin-ji")
    reading, _ = timed(lambda: assemble(setup_of(region, projects=False)))
    spent, found = timed(lambda: pareto(region, points=POINTS, ways=("together",)))
    seen = f"{len(found.points)} points, none dominated"
    counted = {"spent": spent - reading, "once": once, "all cold": "", "cold in it": found.cold, "seen": seen}
    return row(p, f"`haihe.pareto`, welfare and carbon, {POINTS} points", counted, "at most 5")


def infeasible(p: Case, once: float) -> dict[str, Any]:
    """Limits that cannot all be met: find a first list of what to relax, and try it."""
    p.reset()
    p.impossible()
    try:
        p.session.solve()
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
    else:
        raise RuntimeError("feasible after all")
    spent, found = timed(lambda: explain_infeasible(p.session, alternatives=0))
    way = found.lists[0]
    way.apply(p.session)
    p.session.solve()
    p.reset()
    names = len(way.items)
    seen = f"{names} names ({'at most' if names <= NAMES else 'above'} {NAMES}), {len(way.rows)} rows; feasible when relaxed"
    counted = {"spent": spent, "once": once, "all cold": "", "cold in it": 1, "seen": seen}
    return row(p, "infeasible: the first list of what to relax", counted, "at most 2")


def row(p: Case, task: str, found: dict[str, Any], goal: str) -> dict[str, Any]:
    """A row of the table."""
    return {
        "program": p.name,
        "task": task,
        "CPU s": f"{found['spent']:.2f}",
        "one cold solve, CPU s": f"{found['once']:.2f}",
        "in cold solves": f"{found['spent'] / found['once']:.1f}",
        "goal": goal,
        "all cold, CPU s": found["all cold"],
        "cold solves in it": found["cold in it"],
        "seen": found["seen"],
    }


def measure() -> dict[str, Any]:
    """Give title, note and rows of the table."""
    rows, sizes = [], []
    for p in (engine(), example()):
        counts = p.session.arrays.size
        sizes.append(f"{p.name}: {counts['columns']:,} columns, {counts['rows']:,} rows")
        rows.append(sweep(p))
        once = float(rows[-1]["one cold solve, CPU s"])
        rows.append(front(p))
        if p.name.startswith("plan"):
            rows.append(product_front(p, once))
        rows.append(infeasible(p, once))
    note = (
        f"{'; '.join(sizes)}. Warm: bounds or costs are edited in place and HiGHS's simplex starts from a basis, within "
        "the time of one cold solve, else cold. One cold solve: interior point with crossover, the median over the same "
        "edits (over every third point of a front). Every answer passes our own check; its time is in both. The edits "
        "stand in `bench/sweeps.py`. The list of what to relax comes after a solve that found the plan infeasible, which "
        "is not counted. CPU seconds of the one thread."
    )
    return {"title": "Small edits, fronts and infeasible plans, in cold solves", "note": note, "rows": rows}


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(measure())}\n")
