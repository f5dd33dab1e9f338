"""Walk the tutorials on a clean machine: type just what the pages say, and write down how long each step took.

    python scripts/tutorials.py FOLDER      # an empty folder; makes an environment of its own there

A step is a fenced block of a page. Commands go to a shell; the Python of a page goes to one interpreter. In the tutorial of the
workspace a step is what one person does in a browser (``tutorial_clicks.py``); it needs the extra ``dev`` and Chromium where this script
runs, not in the environment of the tutorials. In the notebook a step is a cell. Writes docs/evidence/tutorials.md.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tutorial_office import walk_office

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("start.md", "tutorials/district.md")
IN_A_BROWSER = ("tutorials/round.md", "tutorials/round.zh.md")
NOTEBOOK = "tutorials/analysts.ipynb"
REPORT = ROOT / "docs" / "evidence" / "tutorials.md"
MARK = r"<!-- not run by the test[^:\n]*: [^\n]*\w[^\n]* -->"
"""Stands above a block that no test of pages runs, and says why."""
FENCE = re.compile(rf"(?P<skip>{MARK}\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.S)
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


def careless(page: str) -> list[str]:
    """Give the marks of a page that say no reason or stand above no block."""
    good = {fence.start() for fence in FENCE.finditer(page) if fence["skip"]}
    return [mark[0] for mark in re.finditer(r"<!--\s*not run.*", page, re.I) if mark.start() not in good]


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


def walk_browser(page: str, desk: Path, variables: dict[str, str]) -> Iterator[Step]:
    """Serve the workspace, and do in a browser what the page says."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for typed, rows, seconds, right in walk_office(text, "zh" if ".zh." in page else "en", desk, variables):
        yield Step(page, f"{typed} ({rows} rows)" if rows > 1 else typed, seconds, right)


def walk_notebook(desk: Path, variables: dict[str, str]) -> Iterator[Step]:
    """Install what the notebook names, and run its cells, in order, in a kernel of its own."""
    began = time.monotonic()
    name, done = Path(NOTEBOOK).name, "done.ipynb"
    shutil.copy(ROOT / "docs" / NOTEBOOK, desk / name)
    subprocess.run(["pip", "install", "--quiet", f"{ROOT}[notebook]"], env=variables, check=True)
    yield Step(NOTEBOOK, "pip install 'haihe[notebook]'", time.monotonic() - began, True)
    words = ["jupyter", "execute", name, f"--output={done}", "--allow-errors"]
    subprocess.run(words, cwd=desk, env=variables, check=True, capture_output=True)
    for cell in json.loads((desk / done).read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            at = {name: datetime.fromisoformat(when) for name, when in cell["metadata"]["execution"].items()}
            seconds = (at["shell.execute_reply"] - at["iopub.execute_input"]).total_seconds()
            failed = [out for out in cell["outputs"] if out["output_type"] == "error"]
            sys.stderr.writelines(f"{NOTEBOOK}: {out['ename']}: {out['evalue']}\n" for out in failed)
            yield Step(NOTEBOOK, "".join(cell["source"]).splitlines()[0], seconds, not failed)


def load() -> str:
    """Say how busy the machine was in the last quarter of an hour."""
    return f"{os.getloadavg()[2]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def written(steps: list[Step], made: float) -> str:
    """Write the page of what was seen."""
    lines = [
        "# The tutorials, typed on a clean machine",
        "",
        "Written by `scripts/tutorials.py`: an empty folder, an environment of its own, and every block of the pages typed as it stands; "
        "in the workspace every row of the tables, by clicks in a browser (the server on a free port); of the notebook every cell. Times by "
        f"the clock. Python {platform.python_version()}, {os.cpu_count()} processors; at the end {load()} processes on average in the last "
        f"quarter of an hour wanted one: where that is more than there are, others were at work too. Making the environment took {made:.0f} s.",
        "",
    ]
    for page in dict.fromkeys(step.page for step in steps):
        own = [step for step in steps if step.page == page]
        lines += [
            f"## {page}",
            "",
            "| step | begins with | seconds | as the page says |",
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
    walks = dict.fromkeys(PAGES, walk) | dict.fromkeys(IN_A_BROWSER, walk_browser)
    for page, walked in walks.items():
        desk = folder / Path(page).name
        shutil.copytree(ROOT / "examples", desk / "examples")
        steps += list(walked(page, desk, variables))
    (folder / "notebook").mkdir()
    steps += list(walk_notebook(folder / "notebook", variables))
    REPORT.write_text(written(steps, made), encoding="utf-8")
    return 0 if all(step.right for step in steps) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
