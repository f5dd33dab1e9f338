"""The page from the policy texts to the software: every clause, and everything that is said to serve it, is there."""

import shlex
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.messages import LANGUAGES
from haihe.region.examples import examples_folder

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from policy_page import FILES, SERVED, clauses, paths, written

sys.path.remove(str(ROOT / "scripts"))

CLAUSES = clauses()
QUICK = {"check", "rules", "round", "settle", "convert", "diagnose"}
"""Commands that take seconds; those that solve run in `make endure`."""
COMMANDS = list(dict.fromkeys(command for clause in CLAUSES for command in clause.commands))


def test_every_clause_of_both_texts_stands_on_the_page():
    wanted = [f"A{number}" for number in range(1, 15)] + [f"B{number}" for number in range(1, 9)]
    assert [clause.id for clause in CLAUSES] == wanted


def test_what_is_served_names_page_command_and_function_and_what_is_not_says_what_is_missing():
    for clause in CLAUSES:
        assert clause.served in SERVED
        if clause.served != "no":
            assert clause.pages, clause.id
            assert clause.commands, clause.id
            assert clause.functions, clause.id
        assert (clause.gap is not None) == (clause.served != "full"), clause.id


def test_every_page_and_function_that_is_named_is_there():
    known = paths()
    assert not {name for clause in CLAUSES for name in clause.pages} - set(known)
    for name in {name for clause in CLAUSES for name in clause.functions}:
        room, _, last = name.rpartition(".")
        assert getattr(hh if room == "haihe" else import_module(room), last) is not None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_up_to_date(lang):
    page = ROOT / "docs" / "explanation" / FILES[lang]
    assert page.read_text(encoding="utf-8") == written(lang, paths()), "run scripts/policy_page.py"


def marked(command: str) -> object:
    """Give a command as a case; a slow one for the long run."""
    return pytest.param(command, marks=[] if command.split()[1] in QUICK else [pytest.mark.endure])


@pytest.mark.slow
@pytest.mark.parametrize("command", [marked(command) for command in COMMANDS])
def test_every_command_of_the_page_runs(command, tmp_path, monkeypatch):
    shutil.copytree(examples_folder() / "jing-jin-ji", tmp_path / "examples" / "jing-jin-ji")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command)
    assert program == "haihe"
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
