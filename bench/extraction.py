"""Bench: hypothetical extraction of every sector in turn, against inverting anew for each, in the same process.

Run it through `run.py`. The peer is extrapolated from a few sectors: it does the same work for each.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from haihe.diagnosis import Leontief, extract_each
from leontief import SIZES, world

SAMPLED = {1302: 5, 2464: 4, 4000: 3, 7987: 1}
RUNS = {1302: 5, 2464: 3, 4000: 3, 7987: 1}

Arrays = np.ndarray


def without(A: Arrays, f: Arrays, j: int) -> tuple[Arrays, Arrays]:
    """I - A and final demand with sector j taken out."""
    system, left = -A, f.copy()
    system[j], system[:, j], left[j] = 0.0, 0.0, 0.0
    np.einsum("ii->i", system)[...] += 1.0
    return system, left


def inverted(A: Arrays, f: Arrays, j: int) -> Arrays:
    """Output by inverting anew."""
    system, left = without(A, f, j)
    return np.linalg.inv(system) @ left


def solved(A: Arrays, f: Arrays, j: int) -> Arrays:
    """Output by solving anew, the cheaper way to do it one by one."""
    system, left = without(A, f, j)
    return np.linalg.solve(system, left)


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and the result."""
    gc.collect()
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def one_size(R: int, sectors: int) -> dict[str, Any]:
    """A row of the table."""
    w = world(R, sectors)
    n = R * sectors
    Z, Y = w.Z.to_numpy(), w.Y.to_numpy().sum(axis=1)
    x = Z.sum(axis=1) + Y
    runs = [spent(lambda: extract_each(Leontief.from_flows(Z, x, w.Z.index))) for _ in range(RUNS.get(n, 1))]
    mine, found = statistics.median(taken for taken, _ in runs), runs[-1][1]["output"].to_numpy()
    A = Z / x
    chosen = np.random.default_rng(0).choice(n, SAMPLED.get(n, 3), replace=False)
    peers: dict[str, list[float]] = {"inverse": [], "solve": []}
    error = 0.0
    for j in chosen:
        for name, way in (("inverse", inverted), ("solve", solved)):
            taken, after = spent(lambda way=way, j=j: way(A, Y, int(j)))
            peers[name].append(taken)
            error = max(error, abs(found[j] - (x - after).sum()) / found[j])
    once, solve = statistics.median(peers["inverse"]), statistics.median(peers["solve"])
    return {
        "n": n,
        "haihe, all n, CPU s": f"{mine:.2f}",
        "one re-inversion, CPU s": f"{once:.2f}",
        "sectors tried": len(chosen),
        "all n by re-inversion, extrapolated, CPU s": f"{once * n:,.0f}",
        "times as fast": f"{once * n / mine:,.0f}",
        "n / 1.5": f"{n / 1.5:,.0f}",
        "times as fast as a solve each": f"{solve * n / mine:,.0f}",
        "largest relative error": f"{error:.0e}",
    }


def measure(sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    one_size(3, 5)
    rows = [one_size(R, sectors) for R, sectors in sizes]
    note = (
        "Loss of total output from taking out each sector, with its deliveries, its purchases and its final demand. haihe "
        "starts from flows: factors, diagonal and column sums of L, one division "
        f"({min(RUNS.values())} to {max(RUNS.values())} runs). The peer is NumPy's inverse of the changed I - A, sector by "
        "sector; it was run for the sectors tried, and its time for all is that of one times n. A solve each is the "
        "cheaper way to do it one by one. Errors over the sectors tried. CPU seconds of the one thread."
    )
    return {"title": "Extraction of every sector", "note": note, "rows": rows}


if __name__ == "__main__":
    chosen_sizes = [tuple(map(int, size.split("x"))) for size in sys.argv[1:]] or SIZES
    sys.stdout.write(f"\n{json.dumps(measure(chosen_sizes))}\n")
