"""Bench: build the engine's test model and hand it to HiGHS, against four modelling tools, with memory and the solve.

Run it through `run.py`. ``--one SIZE WAY`` builds one model in a process of its own and prints what it took.
"""

import ctypes
import gc
import json
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine_model import Case, case, engine_program
from engine_peers import WAYS, apart
from haihe.planning.solver import Session
from run import resident

SMALL, MEDIUM, LARGE = "3x42x5", "8x42x10", "31x42x10"
REPEATS = {SMALL: 5, MEDIUM: 3}
TIME_LIMIT = 45.0
"""Seconds after which the solve of the largest size is stopped: its share is then a bound."""
OURS = "haihe"


def of_size(size: str) -> Case:
    """Draw the case of a size, its data at hand."""
    c = case(*map(int, size.split("x")))
    _ = c.columns, c.limits
    return c


def one(size: str, way: str) -> dict[str, float]:
    """CPU seconds and peak memory of one build, after a small one, and how far the program is from ours."""
    WAYS[way](of_size(SMALL))
    c = of_size(size)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # or the build would find the small one's memory at hand
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, began = resident("VmRSS"), time.process_time()
    handed = WAYS[way](c)
    spent, peak = time.process_time() - began, resident("VmHWM") - before
    return {"seconds": spent, "MB": peak, "apart": apart(WAYS[OURS](c).arrays(), handed.arrays())}


def one_of(size: str, way: str) -> dict[str, float]:
    """Run `one` in a process of its own, since a peak is a process's own."""
    command = [sys.executable, __file__, "--one", size, way]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(next(line for line in run.stdout.splitlines() if line.startswith("{")))


def builds(size: str) -> dict[str, list[float]]:
    """CPU seconds of every way, in turn in one process."""
    c = of_size(size)
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(REPEATS[size]):
        for way, build in WAYS.items():
            gc.collect()
            began = time.process_time()
            handed = build(c)
            times[way].append(time.process_time() - began)
            del handed
    return times


def optima(size: str) -> tuple[dict[str, float], float]:
    """Optimum of every way by the same algorithm, and CPU seconds of our solve with its check."""
    c = of_size(size)
    found = {}
    for way in (w for w in WAYS if w not in (OURS, "linopy, sparse")):
        found[way] = WAYS[way](c).solve()
    session = Session(engine_program(c).program)
    began = time.process_time()
    solution = session.solve(method="ipx")
    spent = time.process_time() - began
    return {OURS: solution.objective, **found}, spent


def stopped(size: str) -> tuple[float, bool]:
    """CPU seconds of a solve that may be stopped by the clock, and whether it ended."""
    handed = WAYS[OURS](of_size(size))
    handed.solver.setOptionValue("time_limit", TIME_LIMIT)
    began = time.process_time()
    try:
        handed.solve()
    except RuntimeError:
        return time.process_time() - began, False
    return time.process_time() - began, True


def rows_of(size: str) -> list[dict[str, Any]]:
    """Rows of the table for one size."""
    alone = {way: one_of(size, way) for way in WAYS}
    timed = size in REPEATS
    times = builds(size) if timed else {way: [alone[way]["seconds"]] for way in WAYS}
    optimum, solve = optima(size) if timed else ({}, 0.0)
    ended = True
    if not timed:
        solve, ended = stopped(size)
    median = {way: statistics.median(values) for way, values in times.items()}
    return [
        {
            "regions x sectors x years": size,
            "way": way,
            "build + hand-over, CPU s": f"{median[way]:.3f}",
            "fastest to slowest": f"{min(times[way]):.3f} to {max(times[way]):.3f}",
            "ratio": f"{median[way] / median[OURS]:.1f}",
            "peak memory, MB": f"{alone[way]['MB']:.0f}",
            "share of the solve": f"{'' if ended else 'under '}{100 * median[way] / solve:.2f} %",
            "largest difference of the program": f"{alone[way]['apart']:.0e}",
            "optimum": f"{optimum[way]:.8f}" if way in optimum else "",
        }
        for way in WAYS
    ]


def measure(sizes: list[str]) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    rows = [row for size in sizes for row in rows_of(size)]
    counts = []
    for size in sizes:
        n = engine_program(of_size(size)).program.arrays().size
        counts.append(f"{size}: {n['columns']:,} columns, {n['rows']:,} rows, {n['nonzeros']:,} nonzeros")
    peers = ", ".join(f"{name} {version(name)}" for name in ("linopy", "cvxpy", "pyoptinterface", "pyomo"))
    runs = ", ".join(f"{count} runs at {size}" for size, count in REPEATS.items())
    note = (
        f"{'; '.join(counts)}; made-up data, trade between all pairs of regions (`bench/engine_model.py`). Largest "
        "difference of the program: every way's model is read back from HiGHS, rows and columns are put in one order, and "
        "all numbers are compared with ours (relative; infinite where a pattern differs; PyOptInterface's is read through "
        "a file with 15 digits). Optimum by interior point "
        f"with crossover. The solve that the share refers to is ours with its check; at {LARGE} it is stopped "
        f"after {TIME_LIMIT:.0f} s. CPU seconds; the median of {runs} in turn, one run at {LARGE}, each in its own "
        "process. Memory is the peak of one build and hand-over over what stood before it, each in its own process "
        f"after imports and a small build. {peers}."
    )
    return {"title": "Build and hand-over of the engine's test model, by tool", "note": note, "rows": rows}


if __name__ == "__main__":
    told = sys.argv[1:]
    answer = one(*told[1:]) if told[:1] == ["--one"] else measure(told or [SMALL, MEDIUM, LARGE])
    sys.stdout.write(f"\n{json.dumps(answer)}\n")  # a line of its own: peers let the solver print its banner
