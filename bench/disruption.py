"""Bench: dynamic disruption (ARIO), step by step, against BoARIO in the same process; and 64 scenarios at once.

Run it through `run.py`. Arguments ``31x42 77x32`` choose sizes (regions x sectors). The tables are those of `leontief.py`.
BoARIO is GPL-3: it is run beside haihe here, and is no part of it.
"""

import ctypes
import gc
import json
import logging
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymrio
from boario import event
from boario.extended_models import ARIOPsiModel
from boario.simulation import Simulation

from haihe.accounts import InterregionalTable
from haihe.shocks import ORACLE_THRESHOLD, AtRest, Event, Inventories, Lane, disrupt
from leontief import SIZES, world
from run import resident

Arrays = np.ndarray
STEPS = {1302: 365, 2464: 12, 4000: 8, 7987: 6}
"""Steps of the peer; ours takes a year, except where that is said."""
OURS = {7987: 30}
RUNS = {1302: 3, 2464: 3}
LANES, TOGETHER = 64, {1302: 30, 2464: 10}
AMPLE, SCARCE = 90.0, 6.0
"""Days of stocks; with few of them the shock bites within the steps of the peer."""
BITES = 40
"""Steps of the comparison in shortage: later on the peer's output collapses."""
START, DURATION = 1, 3


@dataclass(frozen=True)
class Case:
    """A table in both forms, and what happens."""

    system: pymrio.IOSystem
    rest: AtRest

    @classmethod
    def of(cls, regions: int, sectors: int) -> "Case":
        """Make the table, with labels that sort as they stand (BoARIO sorts them)."""
        w = world(regions, sectors)
        codes = [f"r{r:03d}" for r in range(regions)], [f"s{i:03d}" for i in range(sectors)]
        index = pd.MultiIndex.from_product(codes, names=["region", "sector"])
        columns = pd.MultiIndex.from_product([codes[0], ["c", "i"]], names=["region", "category"])
        system = pymrio.IOSystem(
            Z=w.Z.set_axis(index).set_axis(index, axis=1), Y=w.Y.set_axis(index).set_axis(columns, axis=1)
        )
        system.x = pymrio.calc_x(system.Z, system.Y)
        system.A = pymrio.calc_A(system.Z, system.x)
        Z, Y, x = system.Z.to_numpy(), system.Y.to_numpy(), system.x.to_numpy().ravel()
        none = np.zeros(len(x))
        table = InterregionalTable(
            regions=codes[0], sectors=codes[1], year=None, unit="万元", final_kinds=["c", "i"], added_kinds=["v"], Z=Z, final=Y,
            added=(x - Z.sum(axis=0))[None], imports=none, final_imports=np.zeros(2 * regions), exports=none, residual=none,
            output=x,
        )  # fmt: skip
        return cls(system, AtRest.of(table))

    @property
    def hit(self) -> list[tuple[str, str]]:
        """Half the sectors of the first region."""
        return [(self.rest.regions[0], code) for code in self.rest.sectors[: len(self.rest.sectors) // 2]]


def theirs(case: Case, steps: int, stocks: float = AMPLE) -> tuple[float, Arrays, Arrays]:
    """CPU seconds of the steps, output of every step, and the share of capacity that was lost."""
    model = ARIOPsiModel(case.system, main_inv_dur=stocks)
    simulation = Simulation(model, n_temporal_units_to_sim=steps)
    capital = pd.Series(np.asarray(model.productive_capital).ravel(), index=model.industries)
    simulation.add_event(
        event.from_series(
            0.4 * capital.loc[case.hit], event_type="recovery", occurrence=START, duration=DURATION, recovery_tau=20,
            recovery_function="linear", event_monetary_factor=10**6,
        )
    )  # fmt: skip
    lost = []
    began = time.process_time()
    for _ in range(steps):
        simulation.next_step()
        lost.append(np.array(model.prod_cap_delta_tot).ravel())
    spent = time.process_time() - began
    return spent, simulation.production_realised[list(model.industries)].to_numpy(), np.array(lost)


def happens(case: Case, lost: Arrays, each: bool = False) -> list[Event]:
    """Give the loss to ours: one path for all hit, or `each` its own (the peer rounds them a little apart)."""
    paths = lost[:, [case.rest.index.get_loc(label) for label in case.hit]].T
    codes = [code for _, code in case.hit]
    groups = [([code], path) for code, path in zip(codes, paths, strict=True)] if each else [(codes, paths[0])]
    return [Event("capacity", 1.0, case.rest.regions[:1], some, start=0, path=tuple(path)) for some, path in groups]


def apart(case: Case, lost: Arrays, made: Arrays, precision: str, stocks: float = AMPLE) -> float:
    """Largest difference of any producer's output on any day of the peer, over its output at rest."""
    _, found = ours(case, happens(case, lost, each=True), len(made), precision, stocks)
    return float((np.abs(found[: len(made)] - made).max(axis=0) / case.rest.output).max())


def ours(case: Case, events: list[Event], days: int, precision: str, stocks: float = AMPLE) -> tuple[float, Arrays]:
    """CPU seconds of the steps, set-up left out by a run of one step, and output."""
    held = Inventories(days=stocks, threshold=ORACLE_THRESHOLD)
    times = []
    for span in (1, days + 1):
        began = time.process_time()
        found = disrupt(case.rest, events, days=span, inventories=held, precision=precision, engine="fused")
        times.append(time.process_time() - began)
    return times[1] - times[0], found.production


def lanes(case: Case, events: list[Event], days: int, precision: str) -> float:
    """CPU seconds a step and scenario of many at once."""
    stocks = Inventories(days=AMPLE, threshold=ORACLE_THRESHOLD)
    many = [Lane(str(k), events, stocks=0.5 + k / LANES) for k in range(LANES)]
    times = []
    for span in (1, days + 1):
        began = time.process_time()
        disrupt(case.rest, lanes=many, days=span, inventories=stocks, precision=precision, engine="fused")
        times.append(time.process_time() - began)
    return (times[1] - times[0]) / days / LANES


def peak(work: Any) -> tuple[float, Any]:
    """Peak of resident memory over what stood before, MB, and the result."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    result = work()
    return resident("VmHWM") - before, result


def rows_of(regions: int, sectors: int) -> list[dict[str, Any]]:
    """Rows of the table for one size."""
    case = Case.of(regions, sectors)
    n = regions * sectors
    steps, days = STEPS.get(n, 12), OURS.get(n, 365)
    their_peak, (spent, made, lost) = peak(lambda: theirs(case, steps))
    peer = [spent / steps] + [theirs(case, min(steps, 12))[0] / min(steps, 12) for _ in range(RUNS.get(n, 1) - 1)]
    once = statistics.median(peer)
    rows = [row(n, "BoARIO", once, peer, once, their_peak, their_peak, "")]
    events = happens(case, lost)
    for precision in ("double", "single"):
        found = [peak(lambda p=precision: ours(case, events, days, p)) for _ in range(RUNS.get(n, 1))]
        times = [taken / days for _, (taken, _) in found]
        error = apart(case, lost, made, precision)
        rows.append(
            row(
                n,
                f"haihe, {precision}",
                statistics.median(times),
                times,
                once,
                found[0][0],
                their_peak,
                f"{error:.0e}",
            )
        )
        del found
    if n in RUNS:
        _, scarce, cut = theirs(case, BITES, SCARCE)
        taken, _ = ours(case, happens(case, cut), BITES, "double", SCARCE)
        error = apart(case, cut, scarce, "double", SCARCE)
        name = f"haihe, double, stocks of {SCARCE:.0f} days"
        rows.append(row(n, name, taken / BITES, [taken / BITES], once, np.nan, their_peak, f"{error:.0e}"))
    for precision in ("double", "single") if n in TOGETHER else ():
        memory, taken = peak(lambda p=precision: lanes(case, events, TOGETHER[n], p))
        rows.append(
            row(n, f"haihe, {LANES} scenarios at once, {precision}", taken, [taken], once, memory, their_peak, "")
        )
    return rows


def row(
    n: int, way: str, taken: float, times: list[float], peer: float, memory: float, most: float, error: str
) -> dict[str, Any]:
    """One row of the table."""
    return {
        "n": n,
        "way": way,
        "a step (and scenario), CPU ms": f"{1e3 * taken:.2f}",
        "fastest to slowest": f"{1e3 * min(times):.2f} to {1e3 * max(times):.2f}",
        "times as fast": f"{peer / taken:.0f}",
        "peak memory above the tables, MB": f"{memory:.0f}" if memory == memory else "",
        "share of its memory": f"{memory / most:.2f}" if memory == memory else "",
        "largest difference of output": error,
    }


def measure(sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """Give title, note and rows of the table."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    small = Case.of(3, 5)
    _, _, lost = theirs(small, 4)
    for precision in ("double", "single"):
        ours(small, happens(small, lost), 3, precision)
        lanes(small, happens(small, lost), 3, precision)
    rows = [row for size in sizes for row in rows_of(*size)]
    counts = ", ".join(f"{steps} at n = {n}" for n, steps in STEPS.items())
    note = (
        f"Stocks of {AMPLE:.0f} days where nothing else is said, 40 % of the capital of half the sectors of "
        f"one region lost, linear recovery; made-up tables. Steps of the peer: {counts}; its time a step is the mean over them. Ours takes a year "
        f"({', '.join(f'{days} steps at n = {n}' for n, days in OURS.items())}). Set-up is left out on both sides, compiling too. "
        "The largest difference is that of any producer's output on any of the peer's days, over its output at rest, both given "
        "the same share of capacity lost. Memory is the peak of resident memory in a run (set back before it) over what stood "
        "before, the tables included there (the first run of each way); ours holds a copy of the flows in its "
        "own order. CPU seconds of the one thread; "
        f"{min(RUNS.values())} runs up to n = {max(RUNS)}, one beyond. BoARIO {version('boario')}, numba {version('numba')}."
    )
    return {"title": "Dynamic disruption, step by step", "note": note, "rows": rows}


if __name__ == "__main__":
    chosen = [tuple(map(int, size.split("x"))) for size in sys.argv[1:]] or SIZES
    sys.stdout.write(f"\n{json.dumps(measure(chosen))}\n")
