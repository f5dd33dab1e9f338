"""Help in Chinese: every word of every command has its Chinese, nothing is left over, and no text is cut."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.cells import cell_len
from typer.main import get_command

from haihe.cli import app
from haihe.cli.chinese import children, chinese_words, help_in_chinese, page, wants_chinese

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
    ],
)
def test_the_line_decides_before_the_system(monkeypatch, words, language, chinese):
    monkeypatch.setenv("HAIHE_LANG", language)
    assert wants_chinese(words) is chinese
