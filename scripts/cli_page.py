"""Write the reference page of the command line from the Typer app: docs/reference/cli.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from haihe.cli import app

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"

INTRO = """# Command line

Standard output carries the result, standard error the messages and the progress, so that `haihe … --json > file` is
always clean JSON. Where `--lang` is not given, the language is that of `HAIHE_LANG`, else of the system, else English.
A command that fails writes nothing.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | problems in the data; each is named with its place and its mend |
| 2 | wrong usage |
| 4 | no plan satisfies all limits at once |
| 70 | an error of ours; `HAIHE_DEBUG=1` shows where |
| 130 | stopped by Ctrl-C |

This page is written by `scripts/cli_page.py` from the program itself; do not edit it."""


def page() -> str:
    """Give the page."""
    return "\n\n".join([INTRO, *_sections(typer.main.get_command(app), "haihe")]) + "\n"


def _sections(command: Any, path: str) -> Iterator[str]:
    """Give a section for every command under a group, in the order of the program."""
    for name, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from _sections(child, f"{path} {name}")
        else:
            yield _section(child, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([path, *(_metavar(p) for p in arguments), "[OPTIONS]"])
    parts = [f"## {path}", command.help.strip(), f"```text\n{usage}\n```"]
    rows = [(f"`{_metavar(p)}`", p) for p in arguments] + [(_flags(p), p) for p in options]
    table = [f"| {shown} | {p.help} | {_default(p)} |" for shown, p in rows]
    parts.append("\n".join(["| | | default |", "|---|---|---|", *table]))
    if command.epilog:
        parts.append(f"{command.epilog.replace('Example: ', 'Example: `')}`")
    return "\n\n".join(parts)


def _metavar(parameter: Any) -> str:
    return str(parameter.name).upper()


def _flags(option: Any) -> str:
    """Give the flags of an option with what they take, e.g. ``--out OUT``."""
    flags = ", ".join(f"`{flag}`" for flag in [*option.opts, *option.secondary_opts])
    return flags if option.is_flag else f"{flags} {option.name.upper()}"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if parameter.default in (None, False):
        return ""
    return f"`{parameter.opts[0]}`" if parameter.default is True else f"`{parameter.default}`"


def main() -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
