"""Bench: build the plan and hand it to the solver, against linopy building the same program in the same process.

Run it through `run.py`, which puts the builders of the tests on the path. With ``--memory WAY`` it prints the memory
of one build instead.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import linopy

from haihe.planning.caps import cap_path
from haihe.planning.model import build_model
from haihe.planning.solver import Session
from plan_cases import Built, Case, published, synthetic
from plan_linopy import Peer, peer_model
from run import resident

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 7
CUT = 0.10


def the_case() -> tuple[Case, str]:
    """Three members, 42 sectors, five milestones: published tables where they are at hand, else made up."""
    folder = Path(os.environ.get("HAIHE_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return published(folder), "published 42 sectors of Beijing, Tianjin and Hebei, 2017"
    for seed in range(100):
        try:
            return synthetic(seed, members=3, n=42), "made-up accounts (reference tables absent)"
        except ValueError:
            continue
    raise RuntimeError("no seed gives positive demand")


def direct(b: Built) -> Session:
    """Arrays, and the model passed to HiGHS."""
    return Session(build_model(b.economy, [b.spec]).program)


def peer(b: Built, *, sparse: bool) -> Peer:
    """Build with linopy, and pass to HiGHS without names (ours has none there either).

    The sparse mode asks for linopy's newer semantics; the rows are the same under both.
    """
    cap = cap_path(b.reference, CUT, b.economy.assumptions)
    linopy.options["semantics"] = "v1" if sparse else "legacy"
    built = peer_model(b.economy, b.spec, cap, sparse=sparse)
    built.model.to_highspy(set_names=False)
    return built


WAYS: dict[str, Callable[[Built], Any]] = {
    "haihe": direct,
    "linopy": lambda b: peer(b, sparse=False),
    "linopy, sparse": lambda b: peer(b, sparse=True),
}


def seconds(way: Callable[[Built], Any], b: Built) -> float:
    """Wall time of one build and hand-over."""
    gc.collect()
    began = time.perf_counter()
    kept = way(b)
    spent = time.perf_counter() - began
    del kept
    return spent


def memory(name: str) -> float:
    """Peak resident memory of one build over what stood before it, MB; after imports and a small build the same way."""
    WAYS[name](synthetic(2).build())
    b = replace(the_case()[0].build(), session=None)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = resident("VmRSS")
    kept = WAYS[name](b)
    grown = resident("VmHWM") - before
    del kept
    return grown


def memory_of_each(name: str) -> float:
    """Measure `memory` in a process of its own, since a peak cannot be reset."""
    run = subprocess.run([sys.executable, __file__, "--memory", name], check=True, stdout=subprocess.PIPE, text=True)
    return float(next(line for line in run.stdout.splitlines() if line.startswith("MB ")).removeprefix("MB "))


def measure() -> dict[str, Any]:
    """Give title, note and rows of the table."""
    case, data = the_case()
    b = case.build()
    for way in WAYS.values():
        way(b)
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(REPEATS):
        for name, way in WAYS.items():
            times[name].append(seconds(way, b))
    median = {name: statistics.median(values) for name, values in times.items()}
    ours = b.solve(CUT)
    twin = peer(b, sparse=False)
    theirs = twin.optimum()
    apart = abs(ours.objective - theirs) / abs(theirs)
    same = "equal" if twin.size() == b.session.arrays.size and apart <= 1e-8 else "NOT EQUAL"
    size = b.session.arrays.size
    rows = [
        {
            "way": name,
            "median, ms": f"{1000 * median[name]:.0f}",
            "fastest to slowest, ms": f"{1000 * min(times[name]):.0f} to {1000 * max(times[name]):.0f}",
            "ratio of medians": f"{median[name] / median['haihe']:.1f}",
            "peak memory, MB": f"{memory_of_each(name):.0f}",
        }
        for name in WAYS
    ]
    note = (
        f"{data}; {size['columns']:,} columns, {size['rows']:,} rows, {size['nonzeros']:,} nonzeros. "
        f"Size and optimum of the two programs: {same} (optima {apart:.0e} apart, relative; "
        f"solve {ours.seconds:.1f} s). linopy {linopy.__version__}. {REPEATS} runs of each, in turn."
    )
    return {"title": "Build and hand-over of a plan, 3 members x 42 sectors x 5 milestones", "note": note, "rows": rows}


if __name__ == "__main__":
    # a line of its own: the peer lets the solver print its banner
    answer = f"MB {memory(sys.argv[2]):.1f}" if sys.argv[1:2] == ["--memory"] else json.dumps(measure())
    sys.stdout.write(f"\n{answer}\n")
