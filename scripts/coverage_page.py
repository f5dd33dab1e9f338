"""Say how many lines of the library the tests run; reads coverage's JSON, writes docs/evidence/coverage.md.

Given a commit and words for what was run, it says those instead of the commit of the checkout and ``make test``.
Ends with 1 where less than the least share of all lines ran.
"""

import json
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / "out" / "coverage.json"
TARGET = ROOT / "docs" / "evidence" / "coverage.md"
LEAST = 0.90
"""Share of the lines of the whole library that tests run, at least."""
WEAK = 15
"""How many files with the most lines that no test runs are named."""


class Lines(NamedTuple):
    """Statements of some files, and how many of them ran."""

    all: int
    run: int

    def __str__(self) -> str:
        return f"{self.all:,} | {self.run:,} | {self.share:.1%}" if self.all else "0 | 0 | —"

    @property
    def share(self) -> float:
        return self.run / self.all if self.all else 1.0


def total(found: list[Lines]) -> Lines:
    return Lines(sum(each.all for each in found), sum(each.run for each in found))


def by_file(report: dict[str, Any]) -> dict[str, Lines]:
    """Lines of every file, by its place below ``src/haihe``."""
    return {
        place.partition("src/haihe/")[2]: Lines(each["summary"]["num_statements"], each["summary"]["covered_lines"])
        for place, each in report["files"].items()
    }


def by_package(files: dict[str, Lines]) -> dict[str, Lines]:
    """Lines of every package, those of the workspace's rooms each for itself; files outside stand under ``haihe``."""
    found: dict[str, list[Lines]] = defaultdict(list)
    for place, lines in files.items():
        *folders, _ = place.split("/")
        found[".".join(["haihe", *folders[: 2 if folders[:1] == ["workspace"] else 1]])].append(lines)
    return {name: total(found[name]) for name in sorted(found)}


def page(report: dict[str, Any], commit: str, day: date, what: str = "`make test`") -> str:
    files = by_file(report)
    weak = sorted(files, key=lambda place: (files[place].run - files[place].all, place))[:WEAK]
    return "\n".join(
        [
            "# What the tests run",
            "",
            f"{day}, commit {commit}, {what}: the lines (statements) of the library that ran, as `make coverage` counts them.",
            f"coverage {report['meta']['version']}; lines of commands, servers, workers and jobs in processes of their own count,",
            "except in a process that was killed. Migrations, which Django writes, are left out. Loops that numba compiles",
            "count where a test runs them without numba. A line that ran is not yet a line that is checked: see",
            "[the mutation check](mutation.md).",
            "",
            f"**{total(list(files.values())).share:.1%}** of the lines ran; {LEAST:.0%} is the least that is accepted.",
            "",
            "| package | lines | ran | share |",
            "| --- | ---: | ---: | ---: |",
            *(f"| `{name}` | {lines} |" for name, lines in by_package(files).items()),
            f"| **all** | {total(list(files.values()))} |",
            "",
            f"The {WEAK} files with the most lines that no test ran:",
            "",
            "| file | lines | ran | share |",
            "| --- | ---: | ---: | ---: |",
            *(f"| `{place}` | {files[place]} |" for place in weak),
            "",
        ]
    )


def main() -> None:
    report = json.loads(FOUND.read_text("utf-8"))
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    said = sys.argv[1:] or [head.stdout.strip()]
    text = page(report, said[0], date.fromisoformat(report["meta"]["timestamp"][:10]), *said[1:])
    TARGET.write_text(text, "utf-8")
    print(text)
    sys.exit(total(list(by_file(report).values())).share < LEAST)


if __name__ == "__main__":
    main()
