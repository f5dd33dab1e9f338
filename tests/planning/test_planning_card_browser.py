"""Cards on paper: each is exactly one A4 page, in Chinese and English, also where the plan has much to say."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import haihe as hh
from haihe.planning.card import Cards
from haihe.planning.card_page import cards_page
from haihe.planning.reasons import Change, Reason
from project_region import project_region

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs {CHROMIUM}")
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def printed_pages(browser: Any, file: Path) -> int:
    """Pages of the PDF that the page prints to."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    return int(max(re.findall(rb"/Count (\d+)", pdf), key=int))


def wordy(card: Any) -> Any:
    """The card with a reason that says much: who leaves, moves and comes, and three changes."""
    others = tuple(f"P{k:03d}" for k in range(1, 9))
    changes = tuple(Change("value", "", "亿元", 1.0, 2.0, 0.123, 0.124, True) for _ in range(3))
    reason = Reason(
        card.project, False, "out", loss=1.234, low=1.0, verified=True, displaced=others, moved=others, added=others,
        cause="several", changes=changes,
    )  # fmt: skip
    return replace(card, reason=reason)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_card_is_one_page(browser: Any, lang: Any, tmp_path: Path) -> None:
    made = Cards(hh.select(project_region()))
    each = [made.card(name) for name in ("P1", "P4")]
    for k, card in enumerate([*each, wordy(each[0])]):
        file = tmp_path / f"{k}.html"
        file.write_text(cards_page([card], lang), encoding="utf-8")
        assert printed_pages(browser, file) == 1
    together = tmp_path / "all.html"
    together.write_text(cards_page(each, lang), encoding="utf-8")
    assert printed_pages(browser, together) == len(each)


@pytest.mark.endure
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_card_of_the_example_is_one_page(browser: Any, lang: Any, tmp_path: Path) -> None:
    chosen = hh.select(hh.example("jing-jin-ji"))
    made = Cards(chosen)
    each = [wordy(made.card(name)) for name in chosen.task.projects.projects]
    file = tmp_path / "all.html"
    file.write_text(cards_page(each, lang), encoding="utf-8")
    assert printed_pages(browser, file) == len(each)


def test_a_card_speaks_the_language_that_is_asked_for(browser: Any, tmp_path: Path) -> None:
    card = Cards(hh.select(project_region())).card("P1")
    file = tmp_path / "card.html"
    file.write_text(cards_page([card], "zh"), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.locator("h2:visible").first.inner_text() == "方案怎么说"
    page.locator("button[data-lang=en]").click()
    assert page.locator("h2:visible").first.inner_text() == "What the plan says"
    page.goto(f"{file.as_uri()}#lang=en")
    page.reload()
    assert page.locator("html").get_attribute("lang") == "en"
    page.close()
