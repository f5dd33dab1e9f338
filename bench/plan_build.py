"""Bench: build the plan and hand it to the solver, against linopy building the same program in the same process.

    python bench/plan_build.py             measure and print one JSON object
    python bench/plan_build.py --memory X  print the growth of peak resident memory of one build by X, in MB
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

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import linopy
from plan_cases import Built, Case, published, synthetic
from plan_linopy import Peer, peer_model

from haihe.planning.caps import cap_path
from haihe.planning.model import build_model
from haihe.planning.solver import Session

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
    """Build with linopy, and pass to HiGHS without names (ours has none there either)."""
    cap = cap_path(b.reference, CUT, len(b.economy.assumptions.years))
    with_names = peer_model(b.economy, b.spec, cap, sparse=sparse)
    with_names.model.to_highspy(set_names=False)
    return with_names


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


def peak_mb() -> float:
    """Peak resident memory of this process so far, MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def memory(name: str) -> float:
    """Growth of peak resident memory by one build, after imports and after a small build by the same way."""
    small = synthetic(2).build()
    WAYS[name](small)
    b = replace(the_case()[0].build(), session=None)
    gc.collect()
    before = peak_mb()
    kept = WAYS[name](b)
    grown = peak_mb() - before
    del kept
    return grown


def memory_of_each(name: str) -> float:
    """Measure `memory` in a process of its own, since a peak cannot be reset."""
    run = subprocess.run(  # noqa: S603
        [sys.executable, __file__, "--memory", name], check=True, capture_output=True, text=True
    )
    return float(run.stdout)


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
    if sys.argv[1:2] == ["--memory"]:
        sys.stdout.write(f"{memory(sys.argv[2]):.1f}")
    else:
        sys.stdout.write(json.dumps(measure()))
