"""Bench: trade as a graph or a pool against trade between all pairs of regions, on the engine's test model.

Run it through `run.py`. An argument such as ``31x42x3`` chooses another size.
"""

import json
import statistics
import sys
import time
from typing import Any, get_args

from engine_model import Trade, case, engine_program
from haihe.planning.solver import Session, Solution

SIZE = "31x42x3"
RUNS = 2
NAMES = {
    "pairs": "all pairs, cost of the shortest road",
    "graph": "road graph with trans-shipment",
    "separable": "all pairs, cost a_r + b_s",
    "pool": "national pool at the same costs",
}
AGAINST = {"pairs": "pairs", "graph": "pairs", "separable": "separable", "pool": "separable"}


def once(size: str, trade: Trade) -> tuple[dict[str, int], float, float, Solution]:
    """Build and solve cold: sizes, CPU seconds of the build and of the solve with its check, and the answer."""
    c = case(*map(int, size.split("x")), trade, tonnage=False)
    began = time.process_time()
    session = Session(engine_program(c).program)
    built = time.process_time()
    solution = session.solve(method="ipx")
    return session.arrays.size, built - began, time.process_time() - built, solution


def measure(size: str) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    found: dict[str, list[tuple[dict[str, int], float, float, Solution]]] = {trade: [] for trade in get_args(Trade)}
    for _ in range(RUNS):
        for trade in get_args(Trade):
            found[trade].append(once(size, trade))
    solve = {trade: statistics.median(run[2] for run in runs) for trade, runs in found.items()}
    rows = []
    for trade, runs in found.items():
        counts, _, _, solution = runs[-1]
        peer = found[AGAINST[trade]][-1][3].objective
        spent = [run[2] for run in runs]
        rows.append(
            {
                "trade": NAMES[trade],
                "columns": f"{counts['columns']:,}",
                "rows": f"{counts['rows']:,}",
                "nonzeros": f"{counts['nonzeros']:,}",
                "build, CPU s": f"{statistics.median(run[1] for run in runs):.2f}",
                "solve, CPU s": f"{solve[trade]:.1f} ({min(spent):.1f} to {max(spent):.1f})",
                "times as fast as its pairs": f"{solve[AGAINST[trade]] / solve[trade]:.1f}",
                "steps": solution.iterations,
                "optimum": f"{solution.objective:.8f}",
                "apart from its pairs, relative": f"{abs(solution.objective - peer) / abs(peer):.0e}",
                "own check": f"{solution.check.worst:.0e}",
            }
        )
    note = (
        f"{size} regions x sectors x years, made-up data (`bench/engine_model.py`), no limit on any link. Where the cost of "
        "a pair is a sum along a road the graph is the same model, and where it is a sum of two ends the pool is. Interior "
        f"point with crossover and our own check of the answer; {RUNS} runs of each, in turn, medians. CPU seconds of the "
        "one thread."
    )
    return {"title": "Trade as a graph or a pool against all pairs", "note": note, "rows": rows}


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(measure((sys.argv[1:] or [SIZE])[0]))}\n")
