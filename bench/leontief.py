"""Bench: multipliers and footprints, and one demand scenario, against pymrio's `calc_all` in the same process.

Run it through `run.py`. Sizes are regions x sectors of tables in use: 31 Chinese provinces x 42, 77 x 32, 100 x 40 and
49 x 163 (the size of EXIOBASE); the tables are made up, dense and with 15 % zeros. Arguments ``31x42 77x32`` choose sizes.
"""

import ctypes
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymrio

from haihe.diagnosis import Footprints, Leontief, footprints, imported_by_product, input_coefficients
from run import resident

SIZES = [(31, 42), (77, 32), (100, 40), (49, 163)]
STRESSORS = 50
RUNS = {1302: 5, 2464: 3, 4000: 3, 7987: 1}
SCENARIOS = 5


@dataclass(frozen=True)
class World:
    """Inputs that both get: flows, final demand of two kinds, stressors."""

    Z: pd.DataFrame
    Y: pd.DataFrame
    F: pd.DataFrame


def world(R: int, sectors: int, seed: int = 0) -> World:
    """Make a table: technology with noise, three quarters bought at home, the rest by size and distance."""
    rng = np.random.default_rng(seed)
    n = R * sectors
    place, size = rng.random((R, 2)), rng.lognormal(0.0, 1.0, R)
    distance = np.linalg.norm(place[:, None] - place[None], axis=2) + np.eye(R)
    trade = size[:, None] / distance * (1 - np.eye(R))
    home = rng.uniform(0.6, 0.9, R)
    trade = trade / trade.sum(axis=0) * (1 - home) + np.diag(home)
    technology = rng.gamma(0.5, 1.0, (sectors, sectors))
    A = np.einsum("rs,ij->risj", trade, technology).reshape(n, n)
    A *= rng.lognormal(0.0, 0.5, (n, n))
    A[rng.random((n, n)) < 0.15] = 0.0
    A *= rng.uniform(0.3, 0.75, n) / A.sum(axis=0)
    kinds = np.array([0.6, 0.4])
    Y = np.einsum("rs,i,s,k->risk", trade, rng.lognormal(0.0, 1.0, sectors), size, kinds).reshape(n, 2 * R)
    y = Y.sum(axis=1)
    x = y.copy()
    for _ in range(150):
        x = A @ x + y
    A *= x
    index = pd.MultiIndex.from_product(
        [[f"r{r}" for r in range(R)], [f"s{i}" for i in range(sectors)]], names=["region", "sector"]
    )
    columns = pd.MultiIndex.from_product([[f"r{r}" for r in range(R)], ["c", "i"]], names=["region", "category"])
    F = rng.lognormal(0.0, 1.0, (STRESSORS, n)) * x
    stressors = pd.Index([f"e{k}" for k in range(STRESSORS)], name="stressor")
    return World(
        pd.DataFrame(A, index=index, columns=index, copy=False),
        pd.DataFrame(Y, index=index, columns=columns, copy=False),
        pd.DataFrame(F, index=stressors, columns=index, copy=False),
    )


def theirs(w: World) -> Any:
    """Everything pymrio calculates: `calc_all`, that is its two halves, with the time that A and L take of it."""
    system = pymrio.IOSystem(Z=w.Z, Y=w.Y)
    system.e = pymrio.Extension(name="e", F=w.F)
    began = time.process_time()
    system.calc_system()
    system.inverted_in = time.process_time() - began
    system.calc_extensions()
    return system


def ours(
    w: World, precision: str, method: str = "factors", detail: bool = False
) -> tuple[Leontief, Footprints, pd.DataFrame]:
    """Multipliers, all accounts and their totals a region; with `detail` D_imp by product."""
    x = w.Z.to_numpy().sum(axis=1) + w.Y.to_numpy().sum(axis=1)
    model = Leontief.from_flows(w.Z, x, precision=precision, method=method)
    S = pd.DataFrame(input_coefficients(w.F.to_numpy(), x), index=w.F.index, columns=w.F.columns)
    found = footprints(model, w.Y, S)
    return model, found, imported_by_product(model, w.Y, S) if detail else found.regional


PEER = "pymrio calc_all"
WAYS: dict[str, Callable[[World], Any]] = {
    PEER: theirs,
    "haihe, factors, double": lambda w: ours(w, "double"),
    "haihe, factors, single refined": lambda w: ours(w, "single"),
    "haihe, series, single refined": lambda w: ours(w, "single", "series"),
    "haihe, factors, double, D_imp by product too": lambda w: ours(w, "double", detail=True),
}


def measured(way: Callable[[World], Any], w: World) -> tuple[float, float, Any]:
    """CPU seconds (of the one thread), peak of resident memory over what stood before, and the result."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # freed memory goes back to the system, or a run would find its own at hand
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = resident("VmRSS")
    began = time.process_time()
    kept = way(w)
    spent = time.process_time() - began
    return spent, resident("VmHWM") - before, kept


def error(found: tuple[Leontief, Footprints, pd.DataFrame], system: Any) -> float:
    """Largest difference over the largest entry, in any account that both have."""
    _, mine, last = found
    pairs = [(getattr(mine, name), getattr(system.e, name)) for name in ("M", "D_cba", "D_pba", "D_exp")]
    regional = mine.regional
    pairs += [(regional[name], getattr(system.e, f"D_{name}_reg")) for name in ("cba", "pba", "imp", "exp")]
    if last.shape == system.e.D_imp.shape:
        pairs.append((last, system.e.D_imp))
    return max(
        float(np.abs(one[other.columns].to_numpy() - other.to_numpy()).max() / np.abs(other.to_numpy()).max())
        for one, other in pairs
    )


def accounts(w: World, n: int) -> tuple[list[dict[str, Any]], Any]:
    """Rows of the table for one size, and pymrio's system."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    peaks: dict[str, list[float]] = {name: [] for name in WAYS}
    errors: dict[str, float] = {}
    system = None
    for _ in range(RUNS.get(n, 3)):
        for name, way in WAYS.items():
            if name == PEER:
                system = None
            spent, peak, found = measured(way, w)
            times[name].append(spent)
            peaks[name].append(peak)
            if name == PEER:
                system = found
            else:
                errors[name] = max(errors.get(name, 0.0), error(found, system))
            del found
    peer, most = (statistics.median(of[PEER]) for of in (times, peaks))
    rows = [
        {
            "n": n,
            "way": name,
            "median, CPU s": f"{statistics.median(times[name]):.2f}",
            "fastest to slowest": f"{min(times[name]):.2f} to {max(times[name]):.2f}",
            "times as fast": f"{peer / statistics.median(times[name]):.1f}",
            "peak memory above input, MB": f"{statistics.median(peaks[name]):.0f}",
            "share of its memory": f"{statistics.median(peaks[name]) / most:.2f}",
            "largest error": f"{errors[name]:.0e}" if name in errors else "",
        }
        for name in WAYS
    ]
    return rows, system


def scenario(w: World, system: Any, calc_all: float) -> str:
    """One demand scenario at the largest size: the block series against pymrio, both from flows."""
    rng = np.random.default_rng(1)
    demands = [w.Y.to_numpy().sum(axis=1) * rng.uniform(0.9, 1.1, len(w.Z)) for _ in range(SCENARIOS)]
    x = system.x["indout"].to_numpy()
    times, off, rounds = [], 0.0, 0
    for y in demands:
        gc.collect()
        began = time.process_time()
        model = Leontief.from_flows(w.Z, x, method="series")
        found = model.output(y)
        times.append(time.process_time() - began)
        exact = system.L.to_numpy() @ y
        off = max(off, float(np.abs(found - exact).max() / np.abs(exact).max()))
        rounds = max(rounds, *model.raw.sweeps)
    began = time.process_time()
    pymrio.calc_x_from_L(system.L, demands[0])
    alone = system.inverted_in + time.process_time() - began
    mine = statistics.median(times)
    return (
        f"One demand scenario at n = {len(w.Z)}, from flows to output, by series in double precision: {mine:.2f} s "
        f"({rounds} sweeps, error against L y {off:.0e}): {calc_all / mine:.0f} times as fast as `calc_all`, "
        f"{alone / mine:.0f} times as fast as pymrio's x, A, L and L y alone ({alone:.1f} s)."
    )


def measure(sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    theirs(world(3, 5))
    ours(world(3, 5), "single", "series", detail=True)
    rows: list[dict[str, Any]] = []
    said = ""
    for R, sectors in sizes:
        w = world(R, sectors)
        found, system = accounts(w, R * sectors)
        rows += found
        if (R, sectors) == sizes[-1]:
            said = scenario(w, system, float(found[0]["median, CPU s"]))
        del w, system
    note = (
        f"{STRESSORS} stressors, final demand of two kinds a region; made-up tables. Both start from Z, Y and F and make "
        "x, S, M, D_cba, D_pba, D_exp and all four accounts a region. `calc_all` also makes A, L and D_imp by product; "
        "the last way makes D_imp by product too, and none of ours makes A or L. Errors are the largest difference from "
        "pymrio in any of these accounts over the account's largest entry. Times are CPU seconds of the one thread, as "
        "others work on the machine. Memory is the peak of resident memory in a run (VmHWM, set back before it) over "
        f"what stood before it, which includes the inputs. pymrio {pymrio.__version__}, {min(RUNS.values())} to "
        f"{max(RUNS.values())} runs of each, in turn. {said}"
    )
    return {"title": "Multipliers and footprints without the Leontief inverse", "note": note, "rows": rows}


if __name__ == "__main__":
    chosen = [tuple(map(int, size.split("x"))) for size in sys.argv[1:]] or SIZES
    sys.stdout.write(f"\n{json.dumps(measure(chosen))}\n")
