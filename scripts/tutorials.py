"""Walk the tutorials on a clean machine: type just what the pages say, and write down how long each step took.

    python scripts/tutorials.py FOLDER      # an empty folder; makes an environment of its own there

A step is a fenced block of a page. Commands go to a shell; the Python of a page goes to one interpreter, as in a notebook.
Writes docs/evidence/tutorials.md.
"""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("start.md", "tutorials/district.md")
REPORT = ROOT / "docs" / "evidence" / "tutorials.md"
FENCE = re.compile(r"(?P<skip><!-- not run by the test[^\n]*-->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.S)
END = "<<step over>>"
READ = f"""
import sys, traceback
names = {{"__name__": "__main__"}}
while True:
    lines = []
    for line in sys.stdin:
        if line.strip() == {END!r}: break
        lines.append(line)
    else:
        break
    try:
        exec(compile("".join(lines), "page", "exec"), names)
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        print("FAILED")
    print({END!r}, flush=True)
"""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the lines that it should print."""

    kind: str
    body: str
    prints: list[str]


@dataclass(frozen=True)
class Step:
    """What was typed, how long it took, and whether it printed what the page says."""

    page: str
    typed: str
    seconds: float
    right: bool


def blocks(page: str) -> list[Block]:
    """Give the blocks to run, in order; a text block belongs to the block before it."""
    found: list[Block] = []
    for fence in FENCE.finditer(page):
        if fence["skip"]:
            continue
        if fence["kind"] != "text":
            found.append(Block(fence["kind"], fence["body"], []))
        elif found:  # before any block it shows what to type into a page
            found[-1].prints.extend(fence["body"].splitlines())
    return found


def missing_lines(wanted: list[str], printed: str) -> list[str]:
    """Lines that do not come in the printed text in this order, blanks aside."""
    text = [" ".join(line.split()) for line in printed.splitlines()]
    at, missing = 0, []
    for line in wanted:
        here = next((k for k in range(at, len(text)) if " ".join(line.split()) in text[k]), None)
        if here is None:
            missing.append(line)
        else:
            at = here
    return missing


def environment(folder: Path) -> dict[str, str]:
    """Make an environment with haihe in it, as README says; give the variables of a shell that uses it."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    pip = [str(folder / "env" / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{ROOT}[web,word]"], check=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"PATH": f"{folder / 'env' / 'bin'}{os.pathsep}{kept['PATH']}", "PYTHONUTF8": "1"}


@contextlib.contextmanager
def interpreter(desk: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Hold one interpreter for all Python of a page."""
    words = ["python", "-u", "-c", READ]
    with subprocess.Popen(
        words, cwd=desk, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as at:
        try:
            yield at
        finally:
            assert at.stdin is not None
            at.stdin.close()


def type_python(at: "subprocess.Popen[str]", body: str) -> str:
    """Type a block of Python and give what it prints."""
    assert at.stdin is not None
    assert at.stdout is not None
    at.stdin.write(f"{body}\n{END}\n")
    at.stdin.flush()
    printed = []
    for line in at.stdout:
        if line.strip() == END:
            break
        printed.append(line)
    return "".join(printed)


def walk(page: str, desk: Path, variables: dict[str, str]) -> Iterator[Step]:
    """Type a page, block by block."""
    with interpreter(desk, variables) as python:
        for block in blocks((ROOT / "docs" / page).read_text(encoding="utf-8")):
            began = time.monotonic()
            if block.kind == "python":
                printed, right = type_python(python, block.body), True
                right = "FAILED" not in printed.splitlines()
            else:
                done = subprocess.run(block.body, shell=True, cwd=desk, env=variables, capture_output=True, text=True)
                printed, right = done.stdout, done.returncode == 0
            seconds = time.monotonic() - began
            missing = missing_lines(block.prints, printed)
            if missing or not right:
                sys.stderr.write(f"{page}: {block.body}\n{printed}\nmissing: {missing}\n")
            yield Step(page, block.body.strip().splitlines()[0], seconds, right and not missing)


def written(steps: list[Step], made: float) -> str:
    """Write the page of what was seen."""
    lines = [
        "# The tutorials, typed on a clean machine",
        "",
        "Written by `scripts/tutorials.py`: an empty folder, an environment of its own, and every block of the pages typed as it stands; "
        f"times by the clock. Python {platform.python_version()}, {os.cpu_count()} processors. Making the environment took {made:.0f} s.",
        "",
    ]
    for page in dict.fromkeys(step.page for step in steps):
        own = [step for step in steps if step.page == page]
        lines += [
            f"## {page}",
            "",
            "| step | begins with | seconds | printed what the page says |",
            "|---|---|---|---|",
        ]
        for k, step in enumerate(own, start=1):
            typed = step.typed.replace("|", "\\|")
            lines.append(f"| {k} | `{typed}` | {step.seconds:.1f} | {'yes' if step.right else 'NO'} |")
        lines += ["", f"{len(own)} steps, {sum(step.seconds for step in own):.0f} s.", ""]
    return "\n".join(lines)


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    began = time.monotonic()
    variables = environment(folder)
    made = time.monotonic() - began
    steps = []
    for page in PAGES:
        desk = folder / Path(page).stem
        shutil.copytree(ROOT / "examples", desk / "examples")
        steps += list(walk(page, desk, variables))
    REPORT.write_text(written(steps, made), encoding="utf-8")
    return 0 if all(step.right for step in steps) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
