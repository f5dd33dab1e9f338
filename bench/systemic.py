"""Bench: the systemic risk index of very many firms, in lanes against SciPy firm by firm; a million firms by a proven bound.

Run it through `run.py`. ``--one FIRMS WAY`` works out one way in a process of its own and prints what it took.
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
from haihe.shocks.screening import screen
from haihe.shocks.systemic import systemic_risk
from run import resident

SMALL, LARGE = 100_000, 1_000_000
SECTORS = 88
LINKS = 9
"""Links a firm, on average."""
SAMPLE = {"SciPy, firm by firm": 32, "haihe, NumPy lanes": 256, "haihe, compiled pushing": 1024}
"""Firms worked out; the whole is extrapolated."""
TOP, DRAWN = 1000, 1000
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
    """Work out one way: CPU seconds, growth of peak memory, indices of the first sampled firms."""
    net = network(n, final)
    _ = net.inputs, net.customers, net.members
    before = resident("VmRSS")
    if way == "all":
        return million(net) | {"MB": resident("VmHWM") - before}
    firms = np.random.default_rng(1).choice(n, max(SAMPLE.values()), replace=False)
    sampled(net, way, firms[:2])
    began = time.process_time()
    found = sampled(net, way, firms[: SAMPLE[way]])
    spent = time.process_time() - began
    return {"cpu": spent, "MB": resident("VmHWM") - before, "found": found[:32].tolist(), "links": len(net.value)}


def million(net: FirmNetwork) -> dict[str, Any]:
    """Screen all firms, work out the first and some drawn ones."""
    began = time.process_time()
    found = screen(net)
    screened = time.process_time() - began
    chosen = np.random.default_rng(2).choice(net.n, DRAWN, replace=False)
    began = time.process_time()
    top = systemic_risk(net, found.order[:TOP], tolerance=TOLERANCE)
    exact = time.process_time() - began
    some = systemic_risk(net, chosen, tolerance=TOLERANCE).frame.set_index("enterprise")["index"]
    index = some.loc[[f"F{k}" for k in chosen]].to_numpy()
    bound = found.bound[chosen]
    return {
        "screened": screened, "exact": exact, "proven": found.proven, "below": int((index > bound).sum()),
        "ratio": np.quantile(bound / index, [0.5, 0.95]).tolist(), "sure": found.certified(top), "links": len(net.value),
    }  # fmt: skip


def one_of(n: int, way: str, final: bool = True) -> dict[str, Any]:
    """Run `one` in a process of its own, since a peak is a process's own."""
    command = [sys.executable, __file__, "--one", str(n), way, *(["--final"] if final else [])]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(next(line for line in run.stdout.splitlines() if line.startswith("{")))


def measure() -> dict[str, Any]:
    """Every way on the smaller network, the bound on the larger."""
    ways = [way for way in SAMPLE if installed() or "compiled" not in way]
    rows, links = [], 0
    bases: dict[bool, dict[str, Any]] = {}
    for final, way in ((final, way) for final in (True, False) for way in ways):
        got = one_of(SMALL, way, final)
        base, links = bases.setdefault(final, got), got["links"]
        each = got["cpu"] / SAMPLE[way]
        apart = np.abs(np.array(got["found"]) - base["found"]).max()
        rows.append(
            {
                "sales": "40 % to final users" if final else "over links only, as in the published runs",
                "way": way,
                "firms worked out": f"{SAMPLE[way]:,} of {SMALL:,}",
                "all, CPU s (extrapolated)": f"{each * SMALL:,.0f}",
                "ms a firm": f"{1000 * each:.1f}",
                "ratio": f"{base['cpu'] / SAMPLE[ways[0]] / each:.1f}",
                "largest difference": f"{apart:.0e}",
                "peak memory above input, MB": f"{got['MB']:.0f}",
            }
        )
    big = one_of(LARGE, "all")
    note = (
        f"{SMALL:,} firms, {links:,} links, {SECTORS} sectors, stopped at {TOLERANCE:g}; seconds of all firms are extrapolated "
        f"from the firms worked out, drawn with a fixed seed. {LARGE:,} firms with {big['links']:,} links: the proven bound of "
        f"all took {big['screened']:.0f} s ({big['proven']:.2%} have a bound below 1), the exact values of the {TOP:,} largest "
        f"bounds {big['exact']:.0f} s more; of these, the first {big['sure']} are certainly the first of all. On {DRAWN:,} "
        f"firms drawn at random the bound was below the value {big['below']} times, its median ratio to the value "
        f"{big['ratio'][0]:.3f}, the 95th percentile {big['ratio'][1]:.2f}; peak memory {big['MB']:.0f} MB above the network."
    )
    return {
        "title": "Systemic risk of firms: all cascades, and a bound for a million firms",
        "note": note,
        "rows": rows,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(int(sys.argv[2]), sys.argv[3], "--final" in sys.argv)))
    else:
        print(json.dumps(measure()))
