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
from functools import partial
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import haihe as hh
import haihe.coalition.district_game
import haihe.planning.pareto
import haihe.planning.plans
import haihe.planning.selection
from haihe.cli import app
from haihe.planning.goals import Goals
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
        program, *arguments = shlex.split(command, comments=True)
        if program == "pip":  # the tests install nothing; scripts/tutorials.py does
            assert arguments[0] == "install"
            assert all(find_spec(package) for package in arguments[1:]), command
            continue
        if program == "make":  # test_docs_blocks.py looks whether there is such a target
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


def walk(page: str, names: dict[str, Any]) -> None:
    """Run the blocks of a page one after another."""
    for block in blocks((ROOT / page).read_text("utf-8")):
        printed = run(block, names)
        missing = missing_lines(block.prints, printed)
        assert not missing, f"{page}: {block.body}does not print {missing}\nbut\n{printed}"


@pytest.mark.parametrize("page", ["start.md", pytest.param("start.zh.md", marks=pytest.mark.endure)])
def test_the_tutorial_runs_and_prints_what_it_says(page: str, desk: Path) -> None:
    assert [block.kind for block in blocks((ROOT / "docs" / page).read_text("utf-8"))].count("python") == 5
    walk(f"docs/{page}", {})
    assert (desk / "out" / "prices.csv").exists()
    assert (desk / "my-region.xlsx").exists()


OWN = sorted(path.name for path in (ROOT / "docs" / "tutorials").glob("*.md"))


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.endure] * page.endswith(".zh.md")) for page in OWN]
)
def test_the_other_tutorials_run_and_print_what_they_say(page: str, desk: Path) -> None:
    walk(f"docs/tutorials/{page}", {})


class _WithoutWords(ast.NodeTransformer):
    """Blank every text of a program: what is left are its steps."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(value="") if isinstance(node.value, str) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return ast.Attribute(node.value, "lang", node.ctx) if node.attr in ("zh", "en") else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        del node
        return ast.Constant(value="")


def steps(page: str) -> list[str | list[str]]:
    """Give what a page does, whatever language it says it in: its commands and programs without their texts."""
    found: list[str | list[str]] = []
    for block in blocks((ROOT / page).read_text("utf-8")):
        if block.kind == "sh":
            words = [shlex.split(command, comments=True) for command in block.body.splitlines()]
            found += [re.sub(r"--lang (zh|en)", "--lang", " ".join(line)).split() for line in words]
        else:
            found.append(ast.dump(_WithoutWords().visit(ast.parse(block.body))))
    return found


@pytest.mark.parametrize("page", ["start.zh.md", *(f"tutorials/{page}" for page in OWN if page.endswith(".zh.md"))])
def test_both_languages_of_a_tutorial_run_the_same_steps(page: str) -> None:
    assert steps(f"docs/{page}") == steps(f"docs/{page.replace('.zh.md', '.md')}")


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
    same = steps(f"docs/howto/{page}") == steps(f"docs/howto/{page.replace('.zh.md', '.md')}")
    assert same != (page in OWN_STEPS)


@pytest.mark.parametrize("page", list(pages()))
def test_how_to_pages_run_and_print_what_they_say(page: str, desk: Path) -> None:
    walk(f"docs/howto/{page}", {})


SIXTEEN = ("explanation/coalitions.md", "explanation/coalitions.zh.md")
EXPLAINED = ("explanation/rounds.md", "explanation/structure.md", "reference/python.md", *SIXTEEN)
"""Pages that no test of a room runs; `test_docs_blocks.py` knows who runs the others."""
FEW = ("TJ-HP", "TJ-XQ", "TJ-WQ", "TJ-BH", "TJ-JN")


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.endure] * page.endswith(".zh.md")) for page in EXPLAINED]
)
def test_the_examples_of_explanations_run(page: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The game of districts with five of the sixteen."""
    few = partial(haihe.coalition.district_game.district_game, members=FEW)
    monkeypatch.setattr(haihe.coalition.district_game, "district_game", few)
    walk(f"docs/{page}", {})
    assert (desk / "districts.xlsx").exists() == (page in SIXTEEN)


@pytest.mark.endure
def test_the_game_of_sixteen_districts_is_played_as_the_page_says(desk: Path) -> None:
    walk(f"docs/{SIXTEEN[0]}", {})
    assert (desk / "districts.xlsx").exists()


TWINS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "explanation").glob("*.zh.md"))


@pytest.mark.parametrize("page", ["README.zh.md", *TWINS])
def test_an_explanation_takes_the_same_steps_in_both_languages(page: str) -> None:
    assert steps(page) == steps(page.replace(".zh.md", ".md"))


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw one point of the curve, and only see that a plan with goals and a report can be asked so."""
    plan = hh.plan

    def without_goals(region: Any, **said: Any) -> Any:
        if "goals" not in said:
            return plan(region, **said)
        assert Goals.of(said["goals"]).measures
        assert said["scenario"] in set(region["scenarios"]["scenario"])
        return inspect.signature(plan).bind(region, **said)

    monkeypatch.setattr(hh, "plan", without_goals)
    monkeypatch.setattr(hh, "front", partial(hh.front, cuts=(0.10,)))
    monkeypatch.setattr(hh, "report", inspect.signature(hh.report).bind)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.endure)], ids=["short", "whole"])
def test_the_program_of_the_readme_runs(whole: bool, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole program takes minutes: `make endure` runs it; test_report_region.py makes a short report every time."""
    if not whole:
        shorten(monkeypatch)
    names: dict[str, Any] = {}
    walk("README.md", names)
    assert len(names["p"].lines) >= 5
    assert whole == (desk / "out" / "report.html").exists() == (desk / "out" / "report.xlsx").exists()
