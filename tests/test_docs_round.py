"""The tutorial of a fund round: every row can be read, both languages tell the same story, and a browser can do it."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from tutorial_clicks import VERBS, Turn, turns, typed
from tutorial_office import CHROMIUM, files, passwords, walk_office

sys.path.remove(str(ROOT / "scripts"))

from haihe.rules.check import read_scheme_text

PAGES = ("round.md", "round.zh.md")


def page(name: str) -> str:
    return (ROOT / "docs" / "tutorials" / name).read_text("utf-8")


def rows(name: str) -> int:
    """Count the rows of tables of a page, apart from heads and their lines."""
    tables = re.findall(r"^\| (?!do \||做什么 \|).*\|$", page(name), flags=re.M)
    return len(tables)


@pytest.mark.parametrize("name", PAGES)
def test_every_row_is_read(name: str) -> None:
    read = [click for turn in turns(page(name)) for click in turn.clicks]
    assert len(read) == rows(name) > 100
    assert {click.do for click in read} == set(VERBS.values())
    assert all(turn.clicks[0].do == "sign in" for turn in turns(page(name)))


@pytest.mark.parametrize(
    "row",
    ["| glance | at it | |", "| fill | budget | |", "| press | Save | 3 |", "| press | | |"],
)
def test_a_row_that_says_nothing_to_do_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="cannot read this row"):
        turns(f"## A turn\n\n| do | on the page | with |\n|---|---|---|\n{row}\n")


def told(turn: Turn) -> list[tuple[str, str]]:
    """Give a turn without the words of its language: what is done, who signs in, and the numbers typed."""
    return [
        (each.do, each.words if each.do == "sign in" else "".join(re.findall(r"\d", typed(each.given))))
        for each in turn.clicks
    ]


def test_both_languages_do_the_same() -> None:
    chinese, english = ([told(turn) for turn in turns(page(name))] for name in ("round.zh.md", "round.md"))
    assert chinese == english
    assert files(page("round.zh.md")) == files(page("round.md"))


def test_the_file_to_save_is_a_scheme() -> None:
    (text,) = files(page("round.md")).values()
    assert list(read_scheme_text(text).schemes) == ["my-fund"]


@pytest.mark.parametrize("name", PAGES)
def test_what_is_pressed_and_filled_is_called_so_in_the_product(name: str) -> None:
    """Menus, buttons and fields; what people typed themselves, and fields that the scheme declares, are the page's own."""
    room = ROOT / "src" / "haihe" / "workspace"
    sources = [*room.rglob("*.py"), *room.rglob("*.html")]
    said = "\n".join(file.read_text("utf-8") for file in sources)
    own = page(name)[: page(name).index("## 1.")] + "tech|技术水平|technology gain|效益"
    for turn in turns(page(name)):
        for each in turn.clicks:
            if each.do in ("menu", "press", "fill", "choose", "attach"):
                stem = re.sub(r"（.*?）$| \(.*?\)$", "", each.words)  # the unit stands behind the name
                assert stem in said or stem in own, each


@pytest.mark.endure
@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_a_browser_does_what_the_page_says(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    variables = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    assert shutil.which("haihe", path=variables["PATH"])
    walked = list(walk_office(page(name), "zh" if ".zh." in name else "en", tmp_path, variables))
    assert all(right for *_, right in walked), capsys.readouterr().err
    assert len(walked) == len(turns(page(name))) + 1
    assert {"wang", "zhou", "firm-183"} <= set(passwords(tmp_path / "office"))
