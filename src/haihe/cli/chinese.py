"""Help of the command line in Chinese: its words stand in ``chinese.toml``, by the English that the commands declare."""

import io
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, partial
from importlib import resources
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from haihe.messages import LANGUAGES, default_language

WIDEST = 110
"""Columns that a page of help takes at most."""


@cache
def chinese_words() -> dict[str, str]:
    """Give the Chinese of every help text by its English."""
    file = resources.files("haihe.cli").joinpath("chinese.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def wants_chinese(words: Sequence[str]) -> bool:
    """Tell whether a command line asks for Chinese: by ``--lang``, else as everything else in the product does."""
    for before, word in pairwise(["", *words, ""]):
        if (before == "--lang" or word.startswith("--lang=")) and word.removeprefix("--lang=") in LANGUAGES:
            return word.removeprefix("--lang=") == "zh"
    return default_language() == "zh"


def help_in_chinese(command: Any) -> Any:
    """Let a command, and every command under it, give its help in Chinese; gives the command."""
    command.get_help = partial(page, command)
    for child in children(command).values():
        help_in_chinese(child)
    return command


def children(command: Any) -> dict[str, Any]:
    """Give the commands under a group by name; none under a command."""
    found: dict[str, Any] = getattr(command, "commands", {})
    return found


def page(command: Any, context: Any) -> str:
    """Give the help of a command as a page of text that fits the terminal.

    Parameters
    ----------
    command, context : Command and Context
        As Typer has them.
    """
    words = chinese_words()
    out = Console(file=io.StringIO(), width=min(shutil.get_terminal_size().columns, WIDEST), color_system=None)
    out.print(usage_line(command, context), markup=False, highlight=False)
    out.print(f"\n  {words[command.help.strip()]}", markup=False, highlight=False)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    _grid(out, "命令", [(name, words[child.help.strip()]) for name, child in children(command).items()])
    _grid(out, "参数", [_row(each, context) for each in arguments])
    _grid(out, "选项", [*(_row(each, context) for each in options), ("--help", "显示本页。")])
    if command.epilog:
        out.print("\n" + command.epilog.replace("Example: ", "示例："), markup=False, highlight=False)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().rstrip("\n")


def usage_line(command: Any, context: Any) -> str:
    """Give the line that shows how a command is typed."""
    return f"用法：{context.command_path} {' '.join(_usage(command, context))}"


def _usage(command: Any, context: Any) -> Iterator[str]:
    for each in command.params:
        if each.param_type_name == "argument":
            yield from each.get_usage_pieces(context)
    yield "命令 …" if children(command) else "[选项]"


def _row(each: Any, context: Any) -> tuple[str, str]:
    """Give a parameter as it is typed, and what it means, with its default."""
    said = chinese_words()[each.help]
    if each.required:
        said += "［必填］"
    elif each.default not in (None, False, True) and str(each.default) != "":
        said += f"［默认：{getattr(each.default, 'value', each.default)}］"
    elif each.default is True:
        said += f"［默认：{each.opts[0]}］"
    return each.get_help_record(context)[0], said


def _grid(out: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    out.print(f"\n{title}：", markup=False, highlight=False)
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(max_width=30, overflow="fold")
    grid.add_column(overflow="fold")
    for typed, said in rows:
        grid.add_row(escape(f"  {typed}"), escape(said))
    out.print(grid, highlight=False)
