"""Bench: all coalitions of 10 and 12 districts, warm along a Gray code against cold solves one by one.

Run it through `run.py`. ``--one N WAY`` works out one way in a process of its own and prints what it took.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import haihe as hh
from haihe.coalition.district_inputs import district_spec
from haihe.coalition.district_values import DistrictGround, DistrictValues
from haihe.coalition.walk import walk
from haihe.planning.solver import Session
from run import resident

SIZES = (10, 12)
SAMPLE = 512
"""Coalitions tried cold where all of them would take too long; drawn with a fixed seed."""
WARM, PLAIN, PAIR = (
    "haihe: warm along a Gray code",
    "haihe: warm, in the order of the masks",
    "haihe: warm, two processes",
)
SIMPLEX, IPX, ANEW = "cold, dual simplex", "cold, interior point with crossover", "cold, program handed over anew"
COLD = (SIMPLEX, IPX, ANEW)


def ground_of(n: int) -> DistrictGround:
    """Give the program of the n districts with the largest output."""
    spec = district_spec(hh.example("jing-jin-ji"), "TJ")
    largest = np.sort(np.argsort(-spec.output.sum(axis=1))[:n])
    return DistrictValues(spec.only(tuple(spec.members[d] for d in largest))).ground


def masks_of(n: int, way: str) -> np.ndarray:
    """Coalitions that a way works out."""
    everything = np.arange(1 << n)
    if way in COLD and n > SIZES[0]:
        return np.sort(np.random.default_rng(0).choice(everything, SAMPLE, replace=False))
    return everything


def in_turn(ground: DistrictGround, masks: Iterable[int], solve: Callable[[Session], float]) -> list[float]:
    """Plain loop: set the bounds of each coalition, solve."""
    session, values = ground.session(), []
    for mask in masks:
        bounds = ground.bounds(int(mask))
        session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        values.append(solve(session))
    return values


def by_simplex(session: Session) -> float:
    """Forget the basis, solve by the dual simplex from nothing."""
    session.solver.clearSolver()
    return session.solve(method="simplex").objective


def anew(ground: DistrictGround, masks: Iterable[int]) -> list[float]:
    """Hand the program over for every coalition, solve by the faster of the cold ways."""
    values = []
    for mask in masks:
        session, bounds = ground.session(), ground.bounds(int(mask))
        session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        values.append(by_simplex(session))
    return values


def worked_out(ground: DistrictGround, way: str, masks: np.ndarray) -> list[float]:
    """Values of the coalitions, one way."""
    ways: dict[str, Callable[[], list[float]]] = {
        WARM: lambda: walk(ground).tolist(),
        PAIR: lambda: walk(ground, workers=2).tolist(),
        PLAIN: lambda: in_turn(ground, masks, lambda session: session.solve().objective),
        SIMPLEX: lambda: in_turn(ground, masks, by_simplex),
        IPX: lambda: in_turn(ground, masks, lambda session: session.solve(method="ipx").objective),
        ANEW: lambda: anew(ground, masks),
    }
    return ways[way]()


def spent_cpu() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def one(n: int, way: str) -> dict[str, Any]:
    """Work out one way: seconds by CPU and clock, growth of peak memory, values."""
    ground, masks = ground_of(n), masks_of(n, way)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, cpu, clock = resident("VmRSS"), spent_cpu(), time.perf_counter()
    values = worked_out(ground, way, masks)
    took = {"cpu": spent_cpu() - cpu, "clock": time.perf_counter() - clock, "MB": resident("VmHWM") - before}
    return {**took, "values": values, "size": ground.program.program.arrays().size}


def one_of(n: int, way: str) -> dict[str, Any]:
    """Run `one` in a process of its own, since a peak is a process's own."""
    command = [sys.executable, __file__, "--one", str(n), way]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(next(line for line in run.stdout.splitlines() if line.startswith("{")))


def rows_of(n: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Rows of the table for one number of districts, and the size of the program."""
    found = {way: one_of(n, way) for way in (WARM, PAIR, PLAIN, *COLD)}
    warm, full = np.array(found[WARM]["values"]), 1 << n
    rows = []
    for way, took in found.items():
        masks, values = masks_of(n, way), np.array(took["values"])
        times = full / masks.size
        apart = np.abs(values - warm[masks]).max() / (1 + np.abs(warm).max())
        alone = way != PAIR
        rows.append(
            {
                "districts": n,
                "way": way,
                "coalitions solved": f"{masks.size:,}",
                "all, CPU s": f"{took['cpu'] * times:.1f}",
                "by the clock, s": f"{took['clock'] * times:.1f}",
                "ms each": f"{1000 * took['cpu'] / masks.size:.1f}",
                "times the walk": f"{took['cpu'] * times / found[WARM]['cpu']:.1f}",
                "largest relative difference": f"{apart:.0e}",
                "peak memory above input, MB": f"{took['MB']:.0f}" if alone else "—",
            }
        )
    return rows, found[WARM]["size"]


def measure(sizes: list[int]) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    rows, told = [], []
    for n in sizes:
        more, size = rows_of(n)
        rows += more
        told.append(f"{n}: {size['columns']:,} columns, {size['rows']:,} rows, {size['nonzeros']:,} nonzeros")
    note = (
        f"The largest districts of the example (their output is an illustrative split); {'; '.join(told)}. One program, of "
        f"which only bounds change. All ways check every answer in the same way. With more than {SIZES[0]} districts the cold "
        f"ways solve {SAMPLE} coalitions drawn at random, and their time is extrapolated to all. Each way in a process of its "
        "own; CPU seconds of all its processes, the second process's start included. The clock is that of a machine on which "
        "others work. The memory of two processes is not measured."
    )
    return {"title": "All coalitions of 10 and 12 districts", "note": note, "rows": rows}


if __name__ == "__main__":
    given = sys.argv[1:]
    alone = given[:1] == ["--one"]
    answer = one(int(given[1]), given[2]) if alone else measure([int(n) for n in given] or list(SIZES))
    sys.stdout.write(f"\n{json.dumps(answer)}\n")
