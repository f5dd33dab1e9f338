"""The page from the policy texts to the software: every clause, and everything that is said to serve it, is there."""

import re
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

import gallery
from policy_page import FILES, SERVED, clauses, paths, written
from shots import WORDS

sys.path.remove(str(ROOT / "scripts"))

DOCS = ROOT / "docs"
PAGES = {lang: (DOCS / "explanation" / FILES[lang]).read_text(encoding="utf-8") for lang in LANGUAGES}
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
            assert clause.figures, clause.id
        assert (clause.gap is not None) == (clause.served != "full"), clause.id


def test_every_page_and_function_that_is_named_is_there():
    known = paths()
    assert not {name for clause in CLAUSES for name in clause.pages} - set(known)
    for name in {name for clause in CLAUSES for name in clause.functions}:
        room, _, last = name.rpartition(".")
        assert getattr(hh if room == "haihe" else import_module(room), last) is not None
        assert re.search(rf"\b{last}\b", (DOCS / "reference" / "python.md").read_text(encoding="utf-8")), name


def sections(lang):
    """Give the part of the page on each clause."""
    heads = re.split(r"^## ", PAGES[lang], flags=re.M)[1:]
    return {head.partition(" ")[0]: head for head in heads}


def lacks(section, folder):
    """Say what a served clause lacks on its page: links, commands and pictures that are there."""
    links = re.findall(r"(!?)\[([^\]]+)\]\(([^)#]+)#?([^)]*)\)", section)
    there = [(bang, words, (folder / target), anchor) for bang, words, target, anchor in links]
    missing = {str(file) for _, _, file, _ in there if not file.is_file()}
    guides = [file for bang, _, file, _ in there if not bang and file.parent.name == "howto"]
    commands = [anchor for _, words, _, anchor in there if words.startswith("`haihe ")]
    heads = re.findall(r"^## (haihe .+)$", (DOCS / "reference" / "cli.md").read_text(encoding="utf-8"), flags=re.M)
    known = {head.replace(" ", "-") for head in heads}
    pictures = [file for bang, _, file, _ in there if bang]
    wanted = {"link": guides, "command": commands, "figure": pictures}
    return missing | (set(commands) - known) | {name for name, found in wanted.items() if not found}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_served_clause_has_a_working_link_a_command_and_a_figure_on_the_page(lang):
    found = sections(lang)
    for clause in CLAUSES:
        section = found[clause.id]
        if clause.served != "no":
            assert not lacks(section, DOCS / "explanation"), clause.id
        assert all(f"(../images/{name}-{lang}.png)" in section for name in clause.figures), clause.id
        assert clause.gap is None or clause.gap(lang) in section, clause.id


def test_a_clause_without_link_command_or_figure_is_noticed():
    assert lacks("A1 said", DOCS / "explanation") == {"link", "command", "figure"}
    section = sections("en")["A1"]
    assert not lacks(section, DOCS / "explanation")
    assert lacks(section.replace("documents-en", "nothing-en"), DOCS / "explanation")
    assert lacks(section.replace("#haihe-check", "#haihe-nothing"), DOCS / "explanation") == {"haihe-nothing"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_served_in_part_or_not_is_counted_and_named(lang):
    said = next(line for line in PAGES[lang].splitlines() if str(len(CLAUSES)) in line and "A9" in line)
    for state in SERVED:
        assert re.search(rf"(?<!\d){sum(clause.served == state for clause in CLAUSES)}(?!\d)", said), state
    for clause in CLAUSES:
        assert (re.search(rf"\b{clause.id}\b", said, flags=re.A) is None) == (clause.served == "full"), clause.id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_of_the_gallery_is_there_small_and_on_its_page(lang):
    page = (DOCS / gallery.FILES[lang]).read_text(encoding="utf-8")
    assert page == gallery.written(lang), "run scripts/gallery.py"
    sizes = {name: (DOCS / "images" / f"{name}-{lang}.png").stat().st_size for name in WORDS}
    assert max(sizes.values()) < 150_000
    assert {name for clause in CLAUSES for name in clause.figures} <= set(WORDS)
    taken = {file.name.removesuffix(f"-{lang}.png") for file in (DOCS / "images").glob(f"*-{lang}.png")}
    assert taken == {*WORDS, "report"}, "a picture that nothing takes any more"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_up_to_date(lang):
    page = ROOT / "docs" / "explanation" / FILES[lang]
    assert page.read_text(encoding="utf-8") == written(lang, paths()), "run scripts/policy_page.py"


def marked(command: str) -> object:
    """Give a command as a case; a slow one for the long run."""
    long = [pytest.mark.endure, pytest.mark.timeout(3600)]  # a report takes 180 seconds of one core
    return pytest.param(command, marks=[] if command.split()[1] in QUICK else long)


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
