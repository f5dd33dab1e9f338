"""Bench: fifty people at work at once on lists of 10,000 rows, against ``haihe serve`` as users run it, on loopback.

Run it through ``run.py``, which puts the helpers of the tests on the path. The numbers go into the table of the page, and
whole into ``docs/evidence/workspace-load.json``. ``HAIHE_LOAD_SECONDS`` shortens it for a trial, which keeps no evidence.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from haihe.workspace.start import setup

setup(Path(tempfile.gettempdir()) / "haihe-load")  # the helpers know the models; nothing is written there

from browsing import server_of  # noqa: E402
from loading import MIX, THINK, Taken, by_page, load, quantile, told  # noqa: E402

from run import machine  # noqa: E402

EVIDENCE = Path(__file__).resolve().parents[1] / "docs" / "evidence" / "workspace-load.json"
SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")
PARTS = (0.5, 0.95, 0.99)


def ticked(pid: int) -> float:
    """CPU seconds of a process so far; Linux only."""
    said = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(said[11]) + int(said[12])) / TICKS


def peak(pid: int) -> float:
    """Peak of the resident memory of a process, MB; Linux only."""
    said = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in said if line.startswith("VmHWM")).split()[1]) / 1024


def measured(seconds: float) -> dict[str, Any]:
    """Run the load; give what came of it."""
    os.environ["HAIHE_SIGN_INS_A_MINUTE"] = "1000"  # fifty people come from one address
    os.environ.setdefault("HAIHE_SERVERS", "2")  # as docs/howto/serve says for an office of this size
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        with server_of(Path(home) / "office", "many_cases:load_office") as server:
            sys.stderr.write(f"office filled in {time.monotonic() - began:.0f} s\n")
            before: list[float] = []
            taken = load(server.url, server.seeded, seconds, ready=lambda: before.append(ticked(server.pid)))
            spent = ticked(server.pid) - before[0]
            memory = peak(server.pid)
    return summary(taken, seconds, spent, memory, len(server.seeded["roles"]))


def summary(taken: list[Taken], seconds: float, spent: float, memory: float, people: int) -> dict[str, Any]:
    """Sum up what was measured."""
    files = [each for each in taken if each.what.startswith("CSV")]
    lists = [each for each in taken if each.what.startswith("list of")]
    pages = [each for each in taken if each not in set(files)]
    rows = [told("all", taken), told("all pages", pages), told("all lists", lists)]
    rows += [told(what, own) for what, own in by_page(taken)]
    return {
        "people": people,
        "seconds": seconds,
        "requests": len(taken),
        "a second": round(len(taken) / seconds, 2),
        "errors": [each.wrong for each in taken if each.wrong],
        "p95 of pages, ms": round(quantile([each.ms for each in pages], 0.95)),
        "p95 of lists, ms": round(quantile([each.ms for each in lists], 0.95)),
        "CPU of the server a request, ms": round(1000 * spent / len(taken), 1),
        "CPU of the server, share of one core": round(spent / seconds, 3),
        "peak memory of the server, MB": round(memory),
        "on": machine(),
        "rows": rows,
    }


def main() -> None:
    """Measure, keep the evidence, write the table."""
    seconds = float(os.environ.get("HAIHE_LOAD_SECONDS", SECONDS))
    found = measured(seconds)
    if seconds >= SECONDS:
        EVIDENCE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    mix = ", ".join(f"{act.name} {act.weight:g}" for act in MIX)
    note = (
        f"{found['people']} people signed in, each acting every {THINK[0]:g} to {THINK[1]:g} s at random for {seconds:g} s, "
        f"against `haihe serve` with HAIHE_SERVERS={os.environ['HAIHE_SERVERS']} and one worker on the same machine: {found['requests']} requests, "
        f"{found['a second']} a second, {len(found['errors'])} errors. Processor time of the first process "
        f"{found['CPU of the server a request, ms']} ms a request, "
        f"{100 * found['CPU of the server, share of one core']:.0f} % of one core; its peak memory "
        f"{found['peak memory of the server, MB']} MB. The office holds 10,000 applications in an awarded round, 10,000 "
        "projects, 10,000 duties and 10,000 problems, SQLite. A list is asked for plain, searched, filtered, sorted, or on a "
        "page up to 99. What is done, with weights among what a role may do: "
        f"{mix}. Styles and scripts, which a browser keeps, are not asked for. The client ran on the same machine."
    )
    said = {"title": "Fifty people at work on lists of 10,000 rows", "note": note, "rows": found["rows"]}
    sys.stdout.write(f"\n{json.dumps(said, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
