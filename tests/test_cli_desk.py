"""What every command writes with: words from files are words, never markup."""

import io

import pandas as pd
import pytest
from rich.console import Console

from haihe.cli.desk import FEW, Desk, Language
from haihe.figures import Column, Table
from haihe.messages import Finding, Text

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


def test_a_line_said_while_something_is_done_stands_alone(words):
    """On a terminal both streams go to one place: the line of progress is taken away before, and comes back after."""
    here = Desk(Language.en, as_json=False)
    terminal = io.StringIO()
    here.err = Console(file=terminal, force_terminal=True, width=80, color_system=None)
    here.out = Console(file=terminal, width=80, color_system=None)
    with here.progress() as now:
        now(Text("求解", "solving"))
        here.say(words)
        now(Text("写出", "writing"))
    said = terminal.getvalue()
    before, after = said.split(f"{MARKUP}\n")
    assert "solving" in before
    assert before.endswith("\x1b[2K")  # the line that showed what is being done is wiped
    assert "0:00:00" in before
    assert "writing" in after


def test_findings_of_one_code_are_counted_after_the_first_few():
    here = Desk(Language.en, as_json=False)
    here.err = Console(file=io.StringIO(), width=400, color_system=None)
    many = [Finding("W-PLN-43", values={"value": f"P{k}", "need": "2", "given": "1"}) for k in range(FEW + 4)]
    here.notes([many[0], Finding("N-PLN-83"), *many[1:]])
    said = here.err.file.getvalue()
    assert said.count("it is not built") == FEW
    assert f"W-PLN-43: 4 more ({FEW + 4} in all)" in said
    assert said.count("N-PLN-83") == 1


def test_under_a_table_stand_source_quality_and_new_notes(capsys):
    def table(*notes):
        columns = [Column("n", Text("数", "number"))]
        return Table(
            pd.DataFrame({"n": range(5)}), columns, key="t", title=Text("表", "table"), source=Text("某局", "an office"),
            quality="illustrative", notes=[Text(note, note) for note in notes],
        )  # fmt: skip

    here = Desk(Language.en, as_json=False)
    here.table(table("first"), 3, Text("见全表", "see all"))
    one = capsys.readouterr().out
    for word in ("an office", "illustrative", "first", "2 more rows (5 in all): see all"):
        assert word in one
    here.table(table("first", "second"))
    two = capsys.readouterr().out
    assert "first" not in two
    for word in ("an office", "illustrative", "second"):
        assert word in two
    silent = Desk(Language.en, as_json=True)
    silent.table(table("first"))
    assert capsys.readouterr().out == ""
