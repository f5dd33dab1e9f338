"""Wrong usage said in Chinese: the few sentences that Typer and the commands have for it, each with its Chinese."""

import re
import sys
from functools import partial
from typing import Any

from haihe.cli.chinese import usage_line

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"Missing command\.?", "缺少命令。"),
    (r"Missing (?:argument|parameter) (?P<what>.+?)\.(?: .*)?", "缺少参数 {what}。"),
    (r"Missing option (?P<what>.+?)\.(?: .*)?", "缺少选项 {what}。"),
    (r"No such option:? (?P<what>[^ ]+?)\.?", "没有选项 {what}。"),
    (r"No such option:? (?P<what>[^ ]+?)\.? Did you mean (?P<near>.+)\?", "没有选项 {what}；是不是 {near}？"),
    (r"No such option:? (?P<what>[^ ]+?)\.? \(Possible options: (?P<near>.+)\)", "没有选项 {what}；相近的有 {near}。"),
    (r"No such command (?P<what>.+?)\.", "没有命令 {what}。"),
    (r"No such command (?P<what>.+?)\. Did you mean (?P<near>.+)\?", "没有命令 {what}；是不是 {near}？"),
    (r"Option (?P<what>.+?) requires an argument\.", "选项 {what} 后面要写它的值。"),
    (r"Option (?P<what>.+?) requires (?P<near>\d+) arguments\.", "选项 {what} 后面要写 {near} 个值。"),
    (r"Option (?P<what>.+?) does not take a value\.", "选项 {what} 后面不写值。"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<what>.*)\)", "多出的参数：{what}。含空格的路径请加引号。"),
    (r"Invalid value: (?P<rest>.+)", "值不对：{rest}"),
    (r"Invalid value for (?P<what>.+?): (?P<rest>.+)", "{what} 的值不对：{rest}"),
    (r"Value error, (?P<rest>.+)", "{rest}"),
    (r"(?P<what>.+) is not one of (?P<near>.+?)\.?", "{what} 不是 {near} 之一。"),
    (r"Input should be a valid number.*|.+ is not a valid float\.?", "应为数字。"),
    (r"Input should be a valid integer.*|.+ is not a valid int(?:eger)?\.?", "应为整数。"),
    (r"Input should be a valid (?:datetime|date).*|.+ does not match the formats? .+", "应为日期，如 2026-01-31。"),
    (r"Input should be greater than or equal to (?P<what>.+)", "应不小于 {what}。"),
    (r"Input should be less than or equal to (?P<what>.+)", "应不大于 {what}。"),
    (r"Input should be greater than (?P<what>.+)", "应大于 {what}。"),
    (r"Input should be less than (?P<what>.+)", "应小于 {what}。"),
    (r".+ is not in the range (?P<what>.+?)\.?", "应在 {what} 之内。"),
    (r"name projects, or give --all", "写明项目，或用 --all。"),
    (r"name a shock, or give --list or --firms", "写明一个冲击，或用 --list 或 --firms。"),
    (r"give a weight to every goal, or to none", "每个目标都给权重，或都不给。"),
    (r"a weight is no number: (?:could not convert string to float: )?(?P<what>.+)", "权重不是数字：{what}。"),
    (r"(?P<what>.+) stands twice", "{what} 写了两次。"),
    (r"must be positive", "应大于 0。"),
    (r"write member/sector, not (?P<what>.+)", "写“成员/行业”，而不是 {what}。"),
    (
        r"write table:record:column=value,value once for each cell, not (?P<what>.+)",
        "每格写一次“表:记录:列=值,值”，而不是 {what}。",
    ),
)
"""Sentences in English, whole, and their Chinese; what ``rest`` holds is a sentence itself."""


def chinese_of(sentence: str) -> str:
    """Say a sentence about wrong usage in Chinese; one that is not known stays as it is.

    Examples
    --------
    >>> chinese_of("No such command 'plann'. Did you mean 'plan', 'replan'?")
    '没有命令 plann；是不是 plan、replan？'
    """
    for english, chinese in _SENTENCES:
        if found := re.fullmatch(english, sentence, re.DOTALL):
            words = {name: _bare(said, name) for name, said in found.groupdict(default="").items()}
            return chinese.format(**words)
    return sentence


def _bare(said: str, name: str) -> str:
    """Give what a sentence holds as it is typed: without quotes; several, and a sentence in it, in Chinese."""
    if name == "rest":
        return chinese_of(said)
    plain = re.sub(r"(?<!\w)'|'(?!\w)", "", said)
    return plain.replace(", ", "、") if name == "near" else plain


def usage_in_chinese(command: Any) -> Any:
    """Let a command, and every command under it, say in Chinese how it was used wrongly; gives the command."""
    for step in ("make_context", "invoke"):
        setattr(command, step, partial(_step, getattr(command, step)))
    return command


def _step(step: Any, *given: Any, **named: Any) -> Any:
    try:
        return step(*given, **named)
    except Exception as error:
        # Typer has its errors from Click or from a copy of its own: they are known by what they have.
        if hasattr(error, "ctx") and hasattr(error, "show") and type(error).__name__ != "NoArgsIsHelpError":
            error.show = partial(_show, error)
        raise


def _show(error: Any, file: Any = None) -> None:
    lines = [f"错误：{chinese_of(error.format_message())}"]
    if error.ctx is not None:
        lines = [usage_line(error.ctx.command, error.ctx), f"帮助：{error.ctx.command_path} --help", "", *lines]
    (file or sys.stderr).write("\n".join(lines) + "\n")
