"""Help in Chinese: every word of every command has its Chinese, nothing is left over, and no text is cut."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.main import get_command

from haihe import cli
from haihe.cli import app
from haihe.cli.chinese import children, chinese_words, help_in_chinese, page, wants_chinese
from haihe.cli.usage import chinese_of, usage_in_chinese

HAN = re.compile(r"[\u4e00-\u9fff]")


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in children(command).items():
        yield from commands(child, (*path, name))


def test_every_help_text_has_its_chinese_and_no_chinese_is_left_over():
    said = {
        text for _, each in commands(get_command(app)) for text in (each.help.strip(), *(p.help for p in each.params))
    }
    assert said == set(chinese_words())
    assert all(HAN.search(words) for words in chinese_words().values())


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_pages_fit_the_terminal_and_hold_all_their_words(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    for path, command in commands(get_command(app)):
        context = command.context_class(command, info_name=" ".join(("haihe", *path)))
        text = page(command, context)
        assert max(cell_len(line) for line in text.splitlines() if "haihe" not in line) <= int(width)
        shown = "".join(HAN.findall(text))
        for words in (command.help.strip(), *(p.help for p in command.params)):
            assert "".join(HAN.findall(chinese_words()[words])) in shown, (path, words)


def test_the_command_line_shows_it_where_chinese_is_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("HAIHE_LANG", "zh")
    with pytest.raises(SystemExit) as left:
        help_in_chinese(get_command(app))(["plan", "--help"])
    assert not left.value.code
    said = capsys.readouterr().out
    assert "用法：" in said
    assert "示例：haihe plan" in said
    assert "Usage" not in said


@pytest.mark.parametrize(
    ("words", "language", "chinese"),
    [
        (["plan", "--help"], "zh", True),
        (["plan", "--help"], "en", False),
        (["plan", "--help", "--lang", "en"], "zh", False),
        (["plan", "--lang=zh", "--help"], "en", True),
        (["plan", "x", "--lang", "fr"], "zh", True),
        (["plan", "x", "--lang"], "zh", True),
    ],
)
def test_the_line_decides_before_the_system(monkeypatch, words, language, chinese):
    monkeypatch.setenv("HAIHE_LANG", language)
    assert wants_chinese(words) is chinese


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plan", "缺少参数 path。"),
        ("plan x --nope", "没有选项 --nope；相近的有 --no-projects、--no-upgrades。"),
        ("plan x --qqq", "没有选项 --qqq。"),
        ("plann", "没有命令 plann；是不是 plan、replan、explain？"),
        ("accounts qqq", "没有命令 qqq。"),
        ("plan a b c", "多出的参数：b c。含空格的路径请加引号。"),
        ("plan x --time-limit abc", "--time-limit 的值不对：应为数字。"),
        ("plan x --time-limit", "选项 --time-limit 后面要写它的值。"),
        ("plan x --json=3", "选项 --json 后面不写值。"),
        ("plan x --lang fr", "--lang 的值不对：fr 不是 zh、en 之一。"),
        ("plan x --goal 3 --goal co2=1", "--goal 的值不对：每个目标都给权重，或都不给。"),
        ("plan x --goal co2=much", "--goal 的值不对：权重不是数字：much。"),
        ("serve --port abc", "--port 的值不对：应为整数。"),
        ("serve --port 99999999", "--port 的值不对：应不大于 65535。"),
        ("card x", "PROJECT 的值不对：写明项目，或用 --all。"),
    ],
)
def test_wrong_usage_is_said_in_chinese(capsys, line, said):
    command = usage_in_chinese(help_in_chinese(get_command(app)))
    with pytest.raises(SystemExit) as left:
        command(line.split(), prog_name="haihe")
    assert left.value.code == 2
    text = capsys.readouterr().err
    assert text.endswith(f"错误：{said}\n")
    if not text.startswith("错误"):  # what an option is followed by is asked before the command is known
        assert text.startswith("用法：haihe")
        assert " --help\n\n" in text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("No such option: --chian Did you mean --chain?", "没有选项 --chian；是不是 --chain？"),
        ("Missing option '-o' / '--out'.", "缺少选项 -o / --out。"),
        ("Got unexpected extra argument (b)", "多出的参数：b。含空格的路径请加引号。"),
        ("Invalid value for '--draws': 0 is not in the range x>=1.", "--draws 的值不对：应在 x>=1 之内。"),
        ("Invalid value for '--time-limit': 'a' is not a valid float.", "--time-limit 的值不对：应为数字。"),
        ("Option '--pair' requires 2 arguments.", "选项 --pair 后面要写 2 个值。"),
        ("Something new", "Something new"),
    ],
)
def test_the_sentences_of_other_versions_of_typer_are_known_too(sentence, said):
    assert chinese_of(sentence) == said


def test_every_sentence_of_our_own_about_wrong_usage_has_its_chinese():
    own = re.compile(r'BadParameter\(\s*f?"([^"]+)"')
    found = [said for file in Path(cli.__file__).parent.glob("*.py") for said in own.findall(file.read_text("utf-8"))]
    assert len(found) >= 7
    assert [said for said in found if not HAN.search(chinese_of(said))] == []


def test_a_group_alone_still_shows_its_help(capsys):
    with pytest.raises(SystemExit):
        usage_in_chinese(help_in_chinese(get_command(app)))(["accounts"], prog_name="haihe")
    said = capsys.readouterr()
    assert "错误" not in said.out + said.err
    assert "用法：haihe accounts" in said.out + said.err
