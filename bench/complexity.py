"""Bench: complexity and relatedness from a long frame, against econcomplex and ecomplexity in the same process."""

import contextlib
import gc
import io
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from ecomplexity import ecomplexity
from econcomplex import compute_complexity, eci_pci

from haihe.diagnosis.complexity import Complexity, complexity, density_of, outlook_gain, outlook_index

REGIONS, SECTORS = 300, 1000
REPEATS = 7
OURS = "haihe: RCA, ECI, PCI, proximity, density, COI, COG"


def made_up(R: int = REGIONS, n: int = SECTORS, seed: int = 0) -> pd.DataFrame:
    """Long frame with the nested structure of real data: able regions do nearly everything, others what is easy."""
    rng = np.random.default_rng(seed)
    able, hard = rng.uniform(size=R), rng.uniform(size=n)
    amounts = np.exp(rng.normal(size=(R, n)) + 3 * np.minimum(able[:, None] - hard, 0)) * (rng.random((R, n)) < 0.9)
    regions, sectors = [f"region {r:03d}" for r in range(R)], [f"sector {i:04d}" for i in range(n)]
    return pd.DataFrame(
        {"region": np.repeat(regions, n), "sector": np.tile(sectors, R), "value": amounts.ravel()},
    )


def ours(data: pd.DataFrame) -> Complexity:
    """Everything, as arrays."""
    found = complexity(data)
    _ = found.density, found.coi, found.cog
    return found


def ours_long(data: pd.DataFrame) -> pd.DataFrame:
    """Everything, written back as a long frame with every indicator."""
    found = ours(data)
    cells = found.cells_frame()
    R, n = found.rca.shape
    return cells.assign(eci=np.repeat(found.eci, n), pci=np.tile(found.pci, R), coi=np.repeat(found.coi, n))


def first_peer(data: pd.DataFrame) -> pd.DataFrame:
    """The pipeline of econcomplex."""
    return compute_complexity(data, {"loc": "region", "act": "sector", "val": "value"})


def first_peer_alone(data: pd.DataFrame) -> Any:
    """Only ECI and PCI of econcomplex, from a wide frame that is ready."""
    return eci_pci(data)


def second_peer(data: pd.DataFrame) -> pd.DataFrame:
    """The pipeline of ecomplexity, without its check of supermodularity."""
    names = {"time": "time", "loc": "region", "prod": "sector", "val": "value"}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        return ecomplexity(data, names, check_logsupermodularity=False, verbose=False)


def seconds(way: Callable[[], object]) -> float:
    """CPU time of one call: all ways run in one thread and read no file, and neighbours disturb it least."""
    gc.collect()
    began = time.process_time()
    kept = way()
    spent = time.process_time() - began
    del kept
    return spent


def errors(data: pd.DataFrame) -> dict[str, float]:
    """Largest differences from the peers, each in the peer's own convention."""
    found = ours(data)
    one, two = first_peer(data), second_peer(data.assign(time=1))
    at = (found.grid.regions, found.grid.sectors)

    def by(frame: pd.DataFrame, key: str, column: str) -> np.ndarray:
        return frame.drop_duplicates(key).set_index(key)[column].reindex(at[key == "sector"]).to_numpy()

    def wide(frame: pd.DataFrame, column: str) -> np.ndarray:
        return (
            frame.pivot_table(index="region", columns="sector", values=column)
            .reindex(index=at[0], columns=at[1])
            .to_numpy()
        )

    others = found.proximity - np.diag(np.diag(found.proximity))
    own_pci = by(one, "sector", "pci")
    apart = density_of(found.presence, others)
    raw = found.pci - np.average(found.pci, weights=found.ubiquity)
    coi = outlook_index(found.presence, found.density, raw)
    differences = {
        "ECI": [found.eci - by(one, "region", "eci"), found.eci - by(two, "region", "eci")],
        "PCI": [(found.pci - found.pci.mean()) / found.pci.std() - own_pci, found.pci - by(two, "sector", "pci")],
        "density": [apart - wide(one, "density") / 100, found.density - wide(two, "density")],
        "COI": [
            outlook_index(found.presence, apart, own_pci) - by(one, "region", "coi"),
            (coi - coi.mean()) / coi.std() - by(two, "region", "coi"),
        ],
        "COG": [outlook_gain(found.presence, found.proximity, raw) - wide(two, "cog")],
    }
    return {name: max(float(np.abs(gap).max()) for gap in gaps) for name, gaps in differences.items()}


def measure() -> dict[str, Any]:
    """Give title, note and rows of the table."""
    data = made_up()
    timed = data.assign(time=1)
    table = data.pivot_table(index="region", columns="sector", values="value")
    ways: dict[str, Callable[[], object]] = {
        OURS: lambda: ours(data),
        "haihe, the same written back as a long frame": lambda: ours_long(data),
        f"econcomplex {version('econcomplex')}, compute_complexity": lambda: first_peer(data),
        "econcomplex, eci_pci alone, from a wide frame": lambda: first_peer_alone(table),
        f"ecomplexity {version('ecomplexity')}": lambda: second_peer(timed),
    }
    for way in ways.values():
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            times[name].append(seconds(way))
    median = {name: statistics.median(values) for name, values in times.items()}
    rows = [
        {
            "way": name,
            "median CPU, ms": f"{1000 * median[name]:.0f}",
            "fastest to slowest, ms": f"{1000 * min(values):.0f} to {1000 * max(values):.0f}",
            "times haihe": f"{median[name] / median[OURS]:.1f}",
        }
        for name, values in times.items()
    ]
    apart = ", ".join(f"{name} {value:.0e}" for name, value in errors(data).items())
    note = (
        f"Made-up long frame of {len(data):,} records. Largest differences from the two peers, each in its own "
        f"normalisation: {apart} (econcomplex normalises COG in another way, so COG is against ecomplexity only). "
        f"{REPEATS} runs of each, in turn, after one run to warm up; CPU time of one thread. econcomplex gives the distance too, which is one "
        "less density."
    )
    return {"title": f"Complexity and relatedness, {REGIONS} regions x {SECTORS} sectors", "note": note, "rows": rows}


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(measure())}\n")
