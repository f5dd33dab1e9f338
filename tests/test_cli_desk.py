"""What every command writes with: words from files are words, never markup."""

import io

import pytest
from rich.console import Console

from haihe.cli.desk import Desk, Language
from haihe.messages import Text

MARKUP = "[/b].csv [red]x[/red]"


@pytest.fixture
def words():
    return Text(MARKUP, MARKUP)


def test_markup_in_titles_headings_and_cells_is_shown_as_it_is(words, capsys):
    Desk(Language.zh, as_json=False).grid(words, [words], [[MARKUP]])
    assert capsys.readouterr().out.count(MARKUP) == 3


def test_markup_in_progress_is_shown_as_it_is(words):
    here = Desk(Language.en, as_json=False)
    here.err = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    with here.progress() as now:
        now(words)
        here.err.print("done")
    assert MARKUP in here.err.file.getvalue()
