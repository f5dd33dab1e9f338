"""Measure what haihe costs to begin with: the time to import it, and what its core takes on the disk.

python scripts/measure_import.py        # makes an empty environment, some minutes; writes docs/evidence/footprint.md
"""

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import Distribution, distribution
from pathlib import Path
from statistics import median

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence" / "footprint.md"
OWN = (ROOT / "src" / "haihe", ROOT / "examples")
RUNS = 5
CODE = "import time; began = time.process_time(); import haihe; print(time.process_time() - began)"
FIRST = "import time; began = time.process_time(); import haihe as hh; hh.plan; print(time.process_time() - began)"


def seconds(python: Path, code: str) -> list[float]:
    """Processor seconds of some runs, each in a new process, after one that warms up."""
    runs = [
        subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True) for _ in range(RUNS + 1)
    ]
    return [float(run.stdout) for run in runs[1:]]


def core() -> list[Distribution]:
    """The packages that haihe needs without any extra, and theirs, as they are installed here."""
    found: dict[str, Distribution] = {}
    wanted = ["haihe"]
    while wanted:
        name = canonicalize_name(wanted.pop())
        if name in found:
            continue
        found[name] = distribution(name)
        needs = [Requirement(text) for text in found[name].requires or []]
        wanted += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return [each for name, each in found.items() if name != "haihe"]


def sizes() -> dict[str, int]:
    """Bytes on the disk by package, and of the folder of haihe with its examples."""
    own = sum(
        path.stat().st_size for folder in OWN for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    )
    held = {"haihe": own}
    for package in core():
        files = [Path(str(package.locate_file(file))) for file in package.files or [] if file.suffix != ".pyc"]
        held[package.name] = sum(file.stat().st_size for file in files if file.is_file())
    return held


def written(imports: list[float], firsts: list[float], held: dict[str, int]) -> str:
    """Write the page."""
    total = sum(held.values())
    lines = [
        "# What haihe costs to begin with",
        "",
        "Written by `scripts/measure_import.py`: processor seconds of new processes, and the files of the core's packages (no extras). "
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors.",
        "",
        "| | processor seconds, median | fastest to slowest |",
        "|---|---|---|",
        f"| `import haihe` | {median(imports):.2f} | {min(imports):.2f} to {max(imports):.2f} |",
        f"| and the plan, with all that computes | {median(firsts):.2f} | {min(firsts):.2f} to {max(firsts):.2f} |",
        "",
        f"On the disk the core and what it needs take {total / 1e6:.0f} MB, without compiled caches:",
        "",
        "| package | MB |",
        "|---|---|",
    ]
    largest = sorted(held.items(), key=lambda each: -each[1])
    lines += [f"| {name} | {size / 1e6:.1f} |" for name, size in largest[:10]]
    lines += [f"| {len(largest) - 10} others | {sum(size for _, size in largest[10:]) / 1e6:.1f} |", ""]
    return "\n".join(lines)


def main() -> None:
    python = Path(sys.executable)
    PAGE.write_text(written(seconds(python, CODE), seconds(python, FIRST), sizes()), encoding="utf-8")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s")
