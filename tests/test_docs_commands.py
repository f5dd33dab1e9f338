"""Every command that a page shows is one that haihe understands, whether or not the page's test runs it."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from haihe.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
BLOCK = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.M | re.S)


def commands(text: str) -> Iterator[list[str]]:
    """Give the words after ``haihe`` of every command in the shell blocks of a page."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            words = words[
                : next((at for at, word in enumerate(words) if word in ("|", ">", "&&", "&", "2>", ";")), None)
            ]
            while words and re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            if words and words[0] in ("haihe", ".venv/bin/haihe"):
                yield words[1:]


def understood(words: list[str]) -> None:
    """Parse a command without running it; a word or option that it does not know raises."""
    command = typer.main.get_command(app)
    context = command.make_context("haihe", list(words), resilient_parsing=False)
    while hasattr(command, "resolve_command"):
        _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(command.name, rest, parent=context)


SHOWN = [(page.relative_to(ROOT).as_posix(), words) for page in PAGES for words in commands(page.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "words"), SHOWN, ids=[f"{page}: {' '.join(words)[:60]}" for page, words in SHOWN])
def test_every_command_on_a_page_is_understood(page: str, words: list[str]) -> None:
    understood(words)


def test_there_are_commands_on_the_pages() -> None:
    assert len(SHOWN) > 150
    assert {page for page, _ in SHOWN} >= {"README.md", "README.zh.md", "docs/start.md"}


@pytest.mark.parametrize(
    "words", [["plan"], ["plan", "x", "--no-such-option"], ["no-such-command"], ["geo", "nothing"]]
)
def test_what_is_no_command_is_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"(?i)missing|no such|unexpected"):
        understood(words)
    assert CliRunner().invoke(app, words).exit_code == 2
