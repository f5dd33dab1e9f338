"""The tutorials do what they say: their commands and code run, and print the lines that stand under them."""

import ast
import contextlib
import inspect
import io
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import haihe.planning.pareto
import haihe.planning.plans
import haihe.planning.selection
from haihe.cli import app
from haihe.region.examples import examples_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from tutorials import Block, blocks, missing_lines

sys.path.remove(str(ROOT / "scripts"))


def run(block: Block, names: dict[str, Any]) -> str:
    """Run a block in the present folder and give what it prints."""
    if block.kind == "python":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block.body, "tutorial", "exec"), names)
        return printed.getvalue()
    assert block.kind == "sh", block.kind
    printed_lines = []
    for command in block.body.splitlines():
        program, *arguments = shlex.split(command)
        if program == "pip":  # the tests install nothing; scripts/tutorials.py does
            assert arguments[0] == "install"
            assert all(find_spec(package) for package in arguments[1:]), command
            continue
        assert program == "haihe", command
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, f"{command}\n{result.output}"
        printed_lines.append(result.stdout)
    return "\n".join(printed_lines)


def once(real: Callable[..., Any]) -> Callable[..., Any]:
    """Solve, but the same region under the same settings only once: pages ask the same of the example again and again."""
    made: dict[str, Any] = {}
    silent = ("progress", "control", "say")
    asks = inspect.signature(real)

    def solve(*given: Any, **settings: Any) -> Any:
        bound = asks.bind(*given, **settings)
        bound.apply_defaults()  # a page in Python leaves unsaid what the command line says
        said = dict(bound.arguments)
        region, control = said.pop("region"), said.get("control")
        said["base"] = said.get("base") is not None  # the same for the same region
        key = repr((region.hash, sorted((name, value) for name, value in said.items() if name not in silent)))
        hurried = control is not None and isfinite(control.time_limit)
        decided = getattr(said.get("asked"), "decided", None) is not None  # frames, which their words do not tell apart
        if hurried or decided or " at 0x" in key:
            return real(*given, **settings)
        if key not in made:
            made[key] = real(*given, **settings)
        return made[key]

    return solve


@pytest.fixture(scope="module")
def solvers() -> dict[str, Callable[..., Any]]:
    """The plan's solves, the choice of projects and fronts, each done once for all pages of this file."""
    return {
        "solved": once(haihe.planning.plans._solved),
        "select": once(haihe.planning.selection.select),
        "pareto": once(haihe.planning.pareto.pareto),
    }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solvers: dict[str, Any]) -> Iterator[Path]:
    """A folder with the example in it, as the present one."""
    shutil.copytree(examples_folder() / "jing-jin-ji", tmp_path / "examples" / "jing-jin-ji")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(haihe.planning.plans, "_solved", solvers["solved"])
    monkeypatch.setattr(haihe.planning.pareto, "pareto", solvers["pareto"])
    for room in (haihe.planning.selection, haihe.planning.plans):
        monkeypatch.setattr(room, "select", solvers["select"])
    yield tmp_path
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize("page", ["start.md", pytest.param("start.zh.md", marks=pytest.mark.endure)])
def test_the_tutorial_runs_and_prints_what_it_says(page: str, desk: Path) -> None:
    names: dict[str, Any] = {}
    found = blocks((ROOT / "docs" / page).read_text("utf-8"))
    assert [block.kind for block in found].count("python") == 5
    for block in found:
        printed = run(block, names)
        missing = missing_lines(block.prints, printed)
        assert not missing, f"{page}: {block.body}does not print {missing}\nbut\n{printed}"
    assert (desk / "out" / "prices.csv").exists()
    assert (desk / "my-region.xlsx").exists()


OWN = sorted(path.name for path in (ROOT / "docs" / "tutorials").glob("*.md"))


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.endure] * page.endswith(".zh.md")) for page in OWN]
)
def test_the_other_tutorials_run_and_print_what_they_say(page: str, desk: Path) -> None:
    names: dict[str, Any] = {}
    for block in blocks((ROOT / "docs" / "tutorials" / page).read_text("utf-8")):
        printed = run(block, names)
        missing = missing_lines(block.prints, printed)
        assert not missing, f"{page}: {block.body}does not print {missing}\nbut\n{printed}"


class _WithoutWords(ast.NodeTransformer):
    """Blank every text of a program: what is left are its steps."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(value="") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        del node
        return ast.Constant(value="")


def steps(page: str) -> list[str | list[str]]:
    """Give what a page does, whatever language it says it in: its commands and programs without their texts."""
    found: list[str | list[str]] = []
    for block in blocks((ROOT / "docs" / page).read_text("utf-8")):
        if block.kind == "sh":
            words = [shlex.split(command) for command in block.body.splitlines()]
            found += [re.sub(r"--lang (zh|en)", "--lang", " ".join(line)).split() for line in words]
        else:
            found.append(ast.dump(_WithoutWords().visit(ast.parse(block.body))))
    return found


@pytest.mark.parametrize("page", ["start.zh.md", *(f"tutorials/{page}" for page in OWN if page.endswith(".zh.md"))])
def test_both_languages_of_a_tutorial_run_the_same_steps(page: str) -> None:
    assert steps(page) == steps(page.replace(".zh.md", ".md"))


def test_a_line_that_is_not_printed_is_noticed() -> None:
    page = "```python\nprint('one')\nprint('two')\n```\n\n```text\ntwo\none\n```\n"
    (block,) = blocks(page)
    assert missing_lines(block.prints, run(block, {})) == ["one"]


HOW_TO = sorted(path.name for path in (ROOT / "docs" / "howto").glob("*.md"))
OWN_STEPS = {"diagnose.zh.md", "goals.zh.md", "stress.zh.md"}
"""Pages that do something else than their English twins."""
LONG = "goals.zh.md"


def pages() -> Iterator[Any]:
    """Give the how-to pages; a Chinese one that takes the steps of its twin, or a long one, runs in `make endure`."""
    for page in HOW_TO:
        again = page == LONG or (page.endswith(".zh.md") and page not in OWN_STEPS)
        yield pytest.param(page, marks=[pytest.mark.endure] if again else [])


@pytest.mark.parametrize("page", [page for page in HOW_TO if page.endswith(".zh.md")])
def test_a_chinese_page_takes_the_steps_of_its_twin(page: str) -> None:
    same = steps(f"howto/{page}") == steps(f"howto/{page.replace('.zh.md', '.md')}")
    assert same != (page in OWN_STEPS)


@pytest.mark.parametrize("page", list(pages()))
def test_how_to_pages_run_and_print_what_they_say(page: str, desk: Path) -> None:
    names: dict[str, Any] = {}
    for block in blocks((ROOT / "docs" / "howto" / page).read_text("utf-8")):
        printed = run(block, names)
        missing = missing_lines(block.prints, printed)
        assert not missing, f"{page}: {block.body}does not print {missing}\nbut\n{printed}"
