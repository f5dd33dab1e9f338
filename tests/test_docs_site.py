"""The built site: without a warning, no link leads nowhere, nothing is fetched from elsewhere, words are found without a server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
ASKED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}
"""Tags that make a browser ask for something, beside style sheets."""
PATIENCE = 120_000
"""Milliseconds in which the search has read its index, on a machine with much else to do."""


class Read(HTMLParser):
    """What a page links to, what it asks for, and the places it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.asked: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.places |= {held[name] for name in ("id", "name") if name in held}
        if tag == "a" and "href" in held:
            self.links.append(held["href"])
        elif tag == "link" and held.get("rel") not in ("canonical", "next", "prev", "alternate"):
            self.asked.append(held.get("href", ""))
        elif tag in ASKED and ASKED[tag] in held:
            self.asked.append(held[ASKED[tag]])


def build(source: Path, site: Path) -> str:
    """Build the docs of a folder strictly; gives what is said on the way, or fails with it."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(source / "mkdocs.yml"), "-d", str(site)],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    assert "WARNING" not in build(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Read]:
    """Every page of the site, read."""
    return {path: Read(path.read_text("utf-8")) for path in site.rglob("*.html")}


def lost(pages: dict[Path, Read]) -> list[str]:
    """Links of pages, and places in them, that are not there."""
    found = []
    for path, page in pages.items():
        for link in {*page.links, *page.asked}:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":  # whose links begin at the address of a site
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            place = unquote(parts.fragment)
            if not to.exists() or (place and to in pages and place not in pages[to].places):
                found.append(f"{path.name}: {link}")
    return sorted(found)


def test_every_link_and_every_place_is_there(pages):
    assert len(pages) > 150
    assert sum(len(page.links) for page in pages.values()) > 10_000
    assert lost(pages) == []


def test_a_lost_link_and_a_lost_place_are_noticed(tmp_path):
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    first.write_text('<a href="b.html#here">x</a><a href="b.html#away">y</a><img src="c.png">')
    second.write_text('<h2 id="here">x</h2>')
    read = {path: Read(path.read_text()) for path in (first, second)}
    assert lost(read) == ["a.html: b.html#away", "a.html: c.png"]


def test_a_warning_fails_the_build(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# x\n\n[y](nowhere.md)\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n")
    with pytest.raises(AssertionError, match=r"nowhere\.md"):
        build(tmp_path, tmp_path / "site")


def test_no_page_asks_for_anything_from_elsewhere(site, pages):
    far = {name for page in pages.values() for name in page.asked if urlsplit(name).netloc}
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert far == set()
    assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", styles)


def test_the_notebook_s_page_shows_its_cells_and_figures(pages):
    page = next(read for path, read in pages.items() if path.name == "analysts.html")
    assert any("notebook-" in name for name in page.asked)
    assert any(link.endswith("analysts.ipynb") for link in page.links)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A browser without a network."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("HAIHE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("Chromium was not found")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("word", "page"),
    [
        ("clawback", "award-money.html"),
        ("领导小组", "problems.zh.html"),
        ("冲击推演", "stress.zh.html"),
    ],
)
def test_a_word_is_found_when_the_pages_are_opened_from_a_disk(word, page, site, browser):
    asked: list[str] = []
    said: list[str] = []
    shown = browser.new_page(viewport={"width": 1366, "height": 768})
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    shown.goto((site / "index.html").as_uri())
    shown.locator(".md-search__input").click()
    shown.locator(".md-search__input").press_sequentially(word)
    shown.keyboard.press("Shift")  # an input method ends a word with a key; Chinese characters alone are none
    first = shown.locator(".md-search-result__item a")
    first.first.wait_for(state="attached", timeout=PATIENCE)
    found = first.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    shown.close()
    assert any(page in address for address in found)
    assert {urlsplit(address).scheme for address in asked} <= {"file", "data", "blob"}
    assert said == []


@pytest.mark.browser
def test_a_word_that_stands_nowhere_is_not_found(site, browser):
    shown = browser.new_page()
    shown.goto((site / "index.html").as_uri())
    shown.locator(".md-search__input").evaluate("field => field.focus()")
    shown.locator(".md-search__input").evaluate(
        "field => { field.value = 'zzqqxx'; field.dispatchEvent(new KeyboardEvent('keyup')) }"
    )
    shown.locator(".md-search-result__meta", has_text="No matching").wait_for(state="attached", timeout=PATIENCE)
    shown.close()
