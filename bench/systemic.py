"""Bench: the systemic risk index of very many firms, in lanes against SciPy firm by firm; a million firms by a proven bound.

Run it through `run.py`. ``--one FIRMS WAY`` works out one way in a process of its own (all ways in turn without WAY) and
prints what it took.
"""

import json
import subprocess
import sys
import time
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from haihe.diagnosis.result import GIVEN
from haihe.shocks.fused import installed
from haihe.shocks.network import FirmNetwork
from haihe.shocks.screening import largest, screen
from haihe.shocks.systemic import systemic_risk
from run import resident

SMALL, LARGE = 100_000, 1_000_000
SECTORS = 88
LINKS = 9
"""Links a firm, on average."""
SAMPLE = {"SciPy, firm by firm": 32, "haihe, NumPy lanes": 256, "haihe, compiled pushing": 1024}
"""Firms worked out; the whole is extrapolated."""
ROUNDS = 3
"""Turns of each way; the fastest counts."""
TOP, MOST, DRAWN = 1000, 1200, 1000
"""Firms whose place is to be sure, worked out for it at most, and drawn at random."""
TOLERANCE = 1e-2


def network(n: int, final: bool = True) -> FirmNetwork:
    """Draw firms with Pareto sizes in 88 sectors, links by size; 40 % of sales or none go to final users."""
    rng = np.random.default_rng(0)
    size = 1.0 + rng.pareto(1.1, n)
    running = np.cumsum(size)
    pick = running[-1] * rng.random(LINKS * n)
    supplier, customer = np.searchsorted(running, pick), rng.integers(0, n, LINKS * n)
    keep = supplier != customer
    pairs = np.unique(supplier[keep] * n + customer[keep])
    supplier, customer = pairs // n, pairs % n
    value = np.sqrt(size[supplier] * size[customer]) * rng.uniform(0.5, 1.5, len(pairs))
    need = rng.choice(3, len(pairs), p=[0.3, 0.4, 0.3])
    sold = np.bincount(supplier, value, n)
    return FirmNetwork(
        [f"F{k}" for k in range(n)], [f"S{k}" for k in range(SECTORS)], ["R"], rng.integers(0, SECTORS, n),
        np.zeros(n, dtype=np.int64), supplier, customer, value, need, sold / 0.6 + 0.4 * size if final else sold, made_up=True, basis=GIVEN,
    )  # fmt: skip


def firm_by_firm(net: FirmNetwork, firms: np.ndarray) -> np.ndarray:
    """Plain way: three sparse products and a segment maximum a step, one firm at a time."""
    inputs, weights, customers = net.inputs, csr_array(net.inputs.weights), net.customers
    found = np.empty(len(firms))
    for k, firm in enumerate(firms):
        down, up = np.zeros(net.n), np.zeros(net.n)
        down[firm] = up[firm] = 1.0
        while True:
            left = (net.members @ (1.0 - down))[net.sector]
            share = np.minimum(1.0, net.output / np.maximum(left, 1e-300))
            further = np.zeros(net.n)
            further[inputs.buyers] = np.maximum.reduceat(weights @ (share * down), inputs.starts)
            less = customers @ up
            further[firm] = less[firm] = 1.0
            moved = max((further - down).max(), (less - up).max())
            down, up = further, less
            if moved <= TOLERANCE:
                break
        found[k] = net.output @ np.maximum(down, up) / net.output.sum()
    return found


def sampled(net: FirmNetwork, way: str, firms: np.ndarray) -> np.ndarray:
    """Indices of some firms, one way."""
    if way.startswith("SciPy"):
        return firm_by_firm(net, firms)
    engine = "plain" if "NumPy" in way else "fused"
    frame = systemic_risk(net, firms, engine=engine, tolerance=TOLERANCE).frame.set_index("enterprise")["index"]
    return frame.loc[[f"F{k}" for k in firms]].to_numpy()


def one(n: int, way: str, final: bool) -> dict[str, Any]:
    """Growth of peak memory by one way, in MB; for all firms also what `million` tells."""
    net = network(n, final)
    _ = net.inputs, net.customers, net.members
    before = resident("VmRSS")
    told = million(net) if way == "all" else {}
    if not told:
        sampled(net, way, drawn(n, way))
    return told | {"MB": resident("VmHWM") - before}


def in_turn(n: int, final: bool) -> dict[str, Any]:
    """CPU seconds a firm by every way, the fastest of some turns, and the indices of the firms that all work out."""
    net = network(n, final)
    _ = net.inputs, net.customers, net.members
    ways = [way for way in SAMPLE if installed() or "compiled" not in way]
    times, found = {way: [] for way in ways}, {}
    for way in ways:
        sampled(net, way, drawn(n, way)[:2])
    for _ in range(ROUNDS):
        for way in ways:
            began = time.process_time()
            found[way] = sampled(net, way, drawn(n, way))[: min(SAMPLE.values())].tolist()
            times[way].append((time.process_time() - began) / SAMPLE[way])
    return {"times": times, "found": found, "links": len(net.value)}


def drawn(n: int, way: str) -> np.ndarray:
    """Firms that a way works out, the same first ones for all."""
    return np.random.default_rng(1).choice(n, max(SAMPLE.values()), replace=False)[: SAMPLE[way]]


def million(net: FirmNetwork) -> dict[str, Any]:
    """Screen all firms, work out the first and some drawn ones; seconds of the processor, and of the clock."""
    clock = time.perf_counter()
    marks = [time.process_time()]
    found = screen(net)
    marks.append(time.process_time())
    top = largest(net, TOP, most=MOST, screening=found, tolerance=TOLERANCE)
    marks.append(time.process_time())
    chosen = np.random.default_rng(2).choice(net.n, DRAWN, replace=False)
    some = systemic_risk(net, chosen, tolerance=TOLERANCE).frame.set_index("enterprise")["index"]
    marks.append(time.process_time())
    index = some.loc[[f"F{k}" for k in chosen]].to_numpy()
    bound = found.bound[chosen]
    worked = len(top.frame)
    return {
        "seconds": np.diff(marks).tolist(), "clock": time.perf_counter() - clock, "proven": found.proven,
        "below": int((bound < index).sum()), "ratio": np.quantile(bound / index, [0.5, 0.95]).tolist(),
        "sure": found.certified(top), "worked": worked, "links": len(net.value), "last": float(top.frame["index"].iloc[TOP - 1]),
        "next": float(found.bound[found.order[worked]]),
    }  # fmt: skip


def apart(*arguments: str) -> dict[str, Any]:
    """Run this file with arguments in a process of its own, since a peak is a process's own."""
    run = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(next(line for line in run.stdout.splitlines() if line.startswith("{")))


def rows_of(final: bool) -> tuple[list[dict[str, Any]], int]:
    """Rows of every way on one network, and its links."""
    flags = ["--final"] if final else []
    got = apart("--one", str(SMALL), *flags)
    best = {way: min(times) for way, times in got["times"].items()}
    plain = next(iter(best))
    rows = []
    for way, each in best.items():
        memory = apart("--one", str(SMALL), way, *flags)["MB"]
        error = np.abs(np.array(got["found"][way]) - got["found"][plain]).max()
        rows.append(
            {
                "sales": "40 % to final users" if final else "over links only, as in the published runs",
                "way": way,
                "firms worked out": f"{SAMPLE[way]:,} of {SMALL:,}",
                "all, CPU s (extrapolated)": f"{each * SMALL:,.0f}",
                "ms a firm": f"{1000 * each:.2f}",
                "fastest to slowest, ms": f"{1000 * each:.2f} to {1000 * max(got['times'][way]):.2f}",
                "ratio": f"{best[plain] / each:.1f}",
                "largest difference": f"{error:.0e}",
                "peak memory above input, MB": f"{memory:.0f}",
            }
        )
    return rows, got["links"]


def measure() -> dict[str, Any]:
    """Every way on the smaller network, the bound on the larger."""
    (rows, links), (more, _) = rows_of(True), rows_of(False)
    big = apart("--one", str(LARGE), "all", "--final")
    screened, top, some = big["seconds"]
    all_sure = (
        "so these are surely the first of all"
        if big["sure"] >= TOP
        else f"so {big['sure']} of them are surely the first"
    )
    note = (
        f"{SMALL:,} firms, {links:,} links, {SECTORS} sectors, stopped at {TOLERANCE:g}. The ways take turns in one process, "
        f"{ROUNDS} times; the fastest counts, CPU seconds of one thread on a shared machine. Seconds of all firms are "
        "extrapolated from the firms worked out, drawn with a fixed seed; memory is that of a process for each way.\n\n"
        f"**A million firms** ({LARGE:,}, {big['links']:,} links, 40 % of sales to final users): the proven bound of all took "
        f"{screened:.0f} s of the processor ({big['proven']:.2%} have a bound below 1); the exact values of the "
        f"{big['worked']:,} largest bounds {top:.0f} s; those of {DRAWN:,} drawn at random {some:.1f} s; {big['clock']:.0f} s by "
        f"the clock in all, peak memory {big['MB']:.0f} MB above the network. The {TOP:,}th largest exact value is "
        f"{big['last']:.3e}, the largest bound of the firms not worked out {big['next']:.3e}: {all_sure}, at this tolerance. On "
        f"the {DRAWN:,} drawn the bound was below the exact value {big['below']} times; its ratio to it is {big['ratio'][0]:.3f} "
        f"in the median, {big['ratio'][1]:.2f} at the 95th percentile."
    )
    title = "Systemic risk of firms: all cascades, and a bound for a million firms"
    return {"title": title, "note": note, "rows": [*rows, *more]}


def main(arguments: list[str]) -> dict[str, Any]:
    """Do what the arguments ask for."""
    if arguments[:1] != ["--one"]:
        return measure()
    final, (n, *way) = "--final" in arguments, [a for a in arguments[1:] if a != "--final"]
    return one(int(n), way[0], final) if way else in_turn(int(n), final)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
