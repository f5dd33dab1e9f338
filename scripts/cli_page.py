"""Write the reference pages of the command line from the Typer app: docs/reference/cli.md and cli.zh.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from haihe.cli import app
from haihe.cli.chinese import chinese_words
from haihe.messages import LANGUAGES, Lang, Text

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "cli.md", "zh": "cli.zh.md"}

INTRO = Text(
    """# 命令行

标准输出写结果，标准错误写消息和进度，所以 `haihe … --json > 文件` 总是干净的 JSON。没有写 `--lang` 时，语言取 `HAIHE_LANG`，其次取系统
语言，否则为英文；`--help` 也一样。未成功的命令不写出任何文件。

| 退出码 | 含义 |
|---|---|
| 0 | 完成 |
| 1 | 数据有问题；逐条指出位置和改法 |
| 2 | 用法有误 |
| 4 | 没有方案能同时满足全部限制 |
| 70 | 程序自身出错；设置 `HAIHE_DEBUG=1` 可看到位置 |
| 130 | 被 Ctrl-C 停止 |

本页由 `scripts/cli_page.py` 从程序本身生成，请勿手工修改。""",
    """# Command line

Standard output carries the result, standard error the messages and the progress, so that `haihe … --json > file` is
always clean JSON. Where `--lang` is not given, the language is that of `HAIHE_LANG`, else of the system, else English;
that of `--help` too.
A command that fails writes nothing.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | problems in the data; each is named with its place and its mend |
| 2 | wrong usage |
| 4 | no plan satisfies all limits at once |
| 70 | an error of ours; `HAIHE_DEBUG=1` shows where |
| 130 | stopped by Ctrl-C |

This page is written by `scripts/cli_page.py` from the program itself; do not edit it.""",
)


def page(lang: Lang = "en") -> str:
    """Give the page in a language."""
    return "\n\n".join([INTRO(lang), *_sections(typer.main.get_command(app), "haihe", lang)]) + "\n"


def _sections(command: Any, path: str, lang: Lang) -> Iterator[str]:
    """Give a section for every command under a group, in the order of the program."""
    for name, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from _sections(child, f"{path} {name}", lang)
        else:
            yield _section(child, f"{path} {name}", lang)


def _said(text: str, lang: Lang) -> str:
    return chinese_words()[text] if lang == "zh" else text


def _section(command: Any, path: str, lang: Lang) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([path, *(_metavar(p) for p in arguments), Text("[选项]", "[OPTIONS]")(lang)])
    parts = [f"## {path}", _said(command.help.strip(), lang), f"```text\n{usage}\n```"]
    rows = [(f"`{_metavar(p)}`", p) for p in arguments] + [(_flags(p), p) for p in options]
    table = [f"| {shown} | {_said(p.help, lang)} | {_default(p, lang)} |" for shown, p in rows]
    parts.append("\n".join([f"| | | {Text('默认', 'default')(lang)} |", "|---|---|---|", *table]))
    if command.epilog:
        parts.append(f"{command.epilog.replace('Example: ', Text('示例：`', 'Example: `')(lang))}`")
    return "\n\n".join(parts)


def _metavar(parameter: Any) -> str:
    return str(parameter.name).upper()


def _flags(option: Any) -> str:
    """Give the flags of an option with what they take, e.g. ``--out OUT``."""
    flags = ", ".join(f"`{flag}`" for flag in [*option.opts, *option.secondary_opts])
    return flags if option.is_flag else f"{flags} {option.name.upper()}"


def _default(parameter: Any, lang: Lang) -> str:
    if parameter.required:
        return Text("必填", "required")(lang)
    if parameter.default in (None, False):
        return ""
    return f"`{parameter.opts[0]}`" if parameter.default is True else f"`{parameter.default}`"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()
