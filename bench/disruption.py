"""Bench: dynamic disruption (ARIO), step by step, against BoARIO in the same process; and 64 scenarios at once.

Run it through `run.py`. Arguments ``31x42 77x32`` choose sizes (regions x sectors). The tables are those of `leontief.py`.
BoARIO is GPL-3: it is run beside haihe here, and is no part of it.
"""

import ctypes
import gc
import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
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
"""Steps of the peer in its first run; ours takes a year, except where that is said."""
AGAIN = {1302: 12, 2464: 12}
"""Steps of the peer in its further runs."""
OURS = {7987: 30}
ROUNDS = {1302: 5, 2464: 4}
"""Turns of every way; where nothing is said, two."""
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
    return float((np.abs(found[0, : len(made)] - made).max(axis=0) / case.rest.output).max())


def ours(
    case: Case, events: list[Event], days: int, precision: str, stocks: float = AMPLE, many: list[Lane] | None = None
) -> tuple[float, Arrays]:
    """CPU seconds of a step, set-up and the first step left out, and output."""
    held, ends = Inventories(days=stocks, threshold=ORACLE_THRESHOLD), []
    found = disrupt(
        case.rest, () if many else events, lanes=many, days=days + 1, inventories=held, precision=precision, engine="fused",
        watch=lambda *_: ends.append(time.process_time()),
    )  # fmt: skip
    return (ends[-1] - ends[0]) / days, found.book.production


def lanes(case: Case, events: list[Event], days: int, precision: str) -> float:
    """CPU seconds a step and scenario of many at once."""
    many = [Lane(str(k), events, stocks=0.5 + k / LANES) for k in range(LANES)]
    return ours(case, events, days, precision, many=many)[0] / LANES


def peak(work: Any) -> tuple[float, Any]:
    """Peak of resident memory over what stood before, MB, and the result."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    result = work()
    return resident("VmHWM") - before, result


@dataclass
class Way:
    """One way to take a step: what it took each time, and its memory."""

    name: str
    run: Callable[[], float]
    error: str = ""
    times: list[float] = field(default_factory=list)
    memory: float = np.nan

    def take(self) -> None:
        """Run it once more; memory is that of the first run."""
        memory, taken = peak(self.run)
        self.memory = self.memory if self.times else memory
        self.times.append(taken)

    def row(self, n: int, peer: "Way") -> dict[str, Any]:
        """Row of the table."""
        taken = min(self.times)
        return {
            "n": n,
            "way": self.name,
            "a step (and scenario), ms": f"{1e3 * taken:.2f}",
            "fastest to slowest": f"{1e3 * taken:.2f} to {1e3 * max(self.times):.2f}",
            "times as fast": f"{min(peer.times) / taken:.0f}",
            "peak memory above the tables, MB": f"{self.memory:.0f}",
            "share of its memory": f"{self.memory / peer.memory:.2f}",
            "largest difference of output": self.error,
        }


def rows_of(regions: int, sectors: int) -> list[dict[str, Any]]:
    """Rows of the table for one size: every way takes its turn, several times."""
    case = Case.of(regions, sectors)
    n = regions * sectors
    steps, days = STEPS.get(n, 12), OURS.get(n, 365)
    memory, (spent, made, lost) = peak(lambda: theirs(case, steps))
    few = min(AGAIN.get(n, steps), steps)
    peer = Way("BoARIO", lambda: theirs(case, few)[0] / few, "", [spent / steps], memory)
    events = happens(case, lost)
    ways = [
        Way(f"haihe, {p}", lambda p=p: ours(case, events, days, p)[0], f"{apart(case, lost, made, p):.0e}")
        for p in ("double", "single")
    ]
    if n in ROUNDS:
        _, scarce, cut = theirs(case, BITES, SCARCE)
        short = happens(case, cut)
        error = f"{apart(case, cut, scarce, 'double', SCARCE):.0e}"
        name = f"haihe, double, stocks of {SCARCE:.0f} days"
        ways.append(Way(name, lambda: ours(case, short, BITES, "double", SCARCE)[0], error))
        name = f"haihe, {LANES} scenarios at once"
        ways += [Way(f"{name}, {p}", lambda p=p: lanes(case, events, TOGETHER[n], p)) for p in ("double", "single")]
    for _ in range(ROUNDS.get(n, 2)):
        for way in (*ways, peer):
            way.take()
    return [way.row(n, peer) for way in (peer, *ways)]


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
        f"Stocks of {AMPLE:.0f} days where nothing else is said, 40 % of the capital of half the sectors of one region lost, "
        "linear recovery; made-up tables. The ways take turns in one process on a shared machine, "
        f"{' and '.join(f'{rounds} times at n = {n}' for n, rounds in ROUNDS.items())}, twice at the others; the fastest of each "
        "counts, in CPU time of one thread. Steps "
        f"of the peer in its first run: {counts}; its time a step is the mean over a run. Ours takes a year "
        f"({', '.join(f'{days} steps at n = {n}' for n, days in OURS.items())}; {BITES} steps in shortage). Set-up is left out "
        "on both sides, compiling too. The largest difference is that of any producer's output on any of the peer's days, over "
        "its output at rest, both given the same share of capacity lost. Memory is the peak of resident memory in a first run "
        "(set back before it) over what stood before; ours holds a copy of the flows in its own order. "
        f"BoARIO {version('boario')}, numba {version('numba')}."
    )
    return {"title": "Dynamic disruption, step by step", "note": note, "rows": rows}


if __name__ == "__main__":
    chosen = [tuple(map(int, size.split("x"))) for size in sys.argv[1:]] or SIZES
    sys.stdout.write(f"\n{json.dumps(measure(chosen))}\n")
