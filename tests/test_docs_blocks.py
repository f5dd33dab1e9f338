"""Every program and every command that a page shows is run by a test, or says above it why it is not."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from tutorials import FENCE, careless

sys.path.remove(str(ROOT / "scripts"))

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
TUTORIAL = "test_docs_tutorial.py"
RUN_BY = {
    "CONTRIBUTING.md": "workspace/test_workspace_contributing.py",
    "README*.md": TUTORIAL,
    "docs/start*.md": TUTORIAL,
    "docs/tutorials/*.md": TUTORIAL,
    "docs/howto/*.md": TUTORIAL,
    "docs/explanation/clearing*.md": "shocks/test_shocks_network.py",
    "docs/explanation/coalitions*.md": TUTORIAL,
    "docs/explanation/disruption*.md": "shocks/test_shocks_ario_events.py",
    "docs/explanation/engine.md": "diagnosis/test_diagnosis_leontief.py",
    "docs/explanation/reference-path.md": "planning/test_planning_paths.py",
    "docs/explanation/rounds.md": TUTORIAL,
    "docs/explanation/rules.md": "rules/test_rules_pages.py",
    "docs/explanation/splits*.md": "coalition/test_coalition_games_rules.py",
    "docs/explanation/structure.md": TUTORIAL,
    "docs/explanation/systemic*.md": "shocks/test_shocks_network.py",
    "docs/reference/audit.md": "workspace/test_workspace_audit.py",
    "docs/reference/python.md": TUTORIAL,
}
"""The test that runs the blocks of a page; only that of the tutorials runs commands, too."""
RUNNERS = {page.relative_to(ROOT).as_posix(): test for pages, test in RUN_BY.items() for page in ROOT.glob(pages)}
RUN, SHOWN = {"python", "sh", "bat"}, {"text", "yaml", "ini", "nginx"}
"""Kinds of blocks that are run, and that are only read."""
OPENED = re.compile(r"^[ \t]*(?:```+|~~~+)[ \t]*(\S*)[^\n]*\n.*?^[ \t]*(?:```+|~~~+)[ \t]*$", re.M | re.S)
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))


def left_out(text: str, runner: str | None) -> list[str]:
    """Give the first lines of the blocks of a page that no test runs and no mark explains."""
    kinds = [fence["kind"] for fence in FENCE.finditer(text)]
    found = [kind or "a block of no kind" for kind in OPENED.findall(text) if kind not in RUN | SHOWN]
    if not found and kinds != OPENED.findall(text):
        found.append("a block that scripts/tutorials.py does not see")
    for fence in FENCE.finditer(text):
        run = fence["kind"] in {TUTORIAL: ("python", "sh"), None: ()}.get(runner, ("python",))
        made = all(re.match(rf"make ({'|'.join(TARGETS)})\b", line) for line in fence["body"].splitlines())
        if fence["kind"] in RUN and not (fence["skip"] or run or made):
            found.append(fence["body"].partition("\n")[0])
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not left_out(text, RUNNERS.get(page.relative_to(ROOT).as_posix()))
    assert not careless(text)
    named = re.findall(r"tests/[\w/]+\.py", "".join(fence["skip"] or "" for fence in FENCE.finditer(text)))
    assert not [test for test in named if not (ROOT / test).is_file()]


@pytest.mark.parametrize(("page", "test"), RUNNERS.items(), ids=list(RUNNERS))
def test_the_test_of_a_page_knows_it(page: str, test: str) -> None:
    """By its name, or with all pages of its folder; a Chinese page that takes the same steps by its twin."""
    path, code = Path(page), (ROOT / "tests" / test).read_text("utf-8")
    names = [path.name, *[path.name.replace(".zh.md", ".md")] * (test == TUTORIAL)]
    assert any(name in code for name in names) or f'"{path.parent.name}").glob("*.md")' in code
    assert "exec(" in code or "run(block" in code


def test_every_make_target_on_a_page_is_there() -> None:
    asked = {
        (page.name, target)
        for page in PAGES
        for fence in FENCE.finditer(page.read_text("utf-8"))
        for target in re.findall(r"^make ([\w-]+)", fence["body"], flags=re.M)
    }
    assert len(asked) > 5
    assert {target for _, target in asked} <= TARGETS


GOOD = "<!-- not run by the test: it serves until it is stopped -->\n```sh\nhaihe serve\n```\n"


def test_a_mark_with_a_reason_is_enough() -> None:
    assert not left_out(GOOD, None)
    assert not careless(GOOD)


@pytest.mark.parametrize(
    "page",
    [
        GOOD.replace(": it serves until it is stopped", ""),
        GOOD.replace("it serves until it is stopped", ""),
        GOOD.replace("-->\n", "-->\n\n"),
        GOOD.replace("not run by the test", "not run"),
    ],
    ids=["no reason", "an empty one", "above nothing", "in other words"],
)
def test_a_mark_without_a_reason_is_found(page: str) -> None:
    assert careless(page)
    assert left_out(page, None) == ["haihe serve"]


@pytest.mark.parametrize(
    ("page", "runner", "lacks"),
    [
        ("```python\nimport x\n```\n", None, "import x"),
        ("```python\nimport x\n```\n", "engine.py", None),
        ("```sh\nhaihe plan x\n```\n", "engine.py", "haihe plan x"),
        ("```sh\nhaihe plan x\n```\n", TUTORIAL, None),
        ("```sh\nmake demo\n```\n", None, None),
        ("```sh\nmake nothing\n```\n", None, "make nothing"),
        ("```bash\nhaihe plan x\n```\n", TUTORIAL, "bash"),
        ("```\nhaihe plan x\n```\n", TUTORIAL, "a block of no kind"),
        ("~~~python\nimport x\n~~~\n", TUTORIAL, "a block that scripts/tutorials.py does not see"),
        ("```python  title\nimport x\n```\n", TUTORIAL, "a block that scripts/tutorials.py does not see"),
    ],
)
def test_what_no_test_runs_is_found(page: str, runner: str | None, lacks: str | None) -> None:
    assert left_out(page, runner) == ([] if lacks is None else [lacks])
