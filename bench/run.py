"""Run every bench and write its table into docs/benchmarks.md: ``python bench/run.py [NAME ...]``.

A bench is one file beside this one that prints, on a line of its own, a JSON object with ``title``, ``note`` and
``rows`` (a list of records). Each runs in a process of its own, single-threaded. Its table stands in the page between
``<!-- bench: NAME -->`` and ``<!-- end -->``; a new bench is added at the end of the page.
"""

import json
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
PATHS = os.pathsep.join(str(HERE.parent / "tests" / part) for part in ("", "workspace"))
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def table(result: dict) -> str:
    """Write a result as Markdown."""
    head = list(result["rows"][0])
    lines = [head, ["---"] * len(head), *([str(row[name]) for name in head] for row in result["rows"])]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"### {result['title']}\n\n{body}\n\n{result['note']}\n"


def resident(name: str) -> float:
    """Resident memory of this process now (``VmRSS``) or at its peak (``VmHWM``), MB; Linux only."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1024


def machine() -> str:
    """Say what was measured on and with."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "highspy"))
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}, one thread"


def put(page: str, name: str, text: str) -> str:
    """Replace what stands between a bench's marks, or add it at the end."""
    block = f"<!-- bench: {name} -->\n{text}\n<!-- end -->"
    found = re.compile(rf"<!-- bench: {re.escape(name)} -->.*?<!-- end -->", re.DOTALL)
    return found.sub(lambda _: block, page) if found.search(page) else f"{page.rstrip()}\n\n{block}\n"


def main(names: list[str]) -> None:
    """Run the benches named, or all."""
    files = sorted(path for path in HERE.glob("*.py") if path.stem != "run" and (not names or path.stem in names))
    for path in files:
        run = subprocess.run(
            [sys.executable, str(path)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": PATHS},
        )
        answer = next(line for line in run.stdout.splitlines() if line.startswith("{"))
        text = f"{table(json.loads(answer))}\nMeasured on: {machine()}.\n"
        sys.stdout.write(text + "\n")
        fresh = PAGE.with_suffix(".md.new")
        fresh.write_text(put(PAGE.read_text(encoding="utf-8"), path.stem, text), encoding="utf-8")
        fresh.replace(PAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
