"""The figure that plays over time, in a browser: it plays, stops, obeys the keyboard, has a table, prints what it shows."""

import os
from pathlib import Path

import pandas as pd
import pytest

from haihe.figures import Column, Table, frames
from haihe.messages import Text
from haihe.shocks.stress import stress

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
WEEKS = 6
BUTTONS = {"zh": ("播放", "上一帧", "下一帧", "数据表"), "en": ("Play", "Back", "Next", "Table")}
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs {CHROMIUM}")
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def figure():
    """Two sectors over six weeks, the worst week first shown."""
    frame = pd.DataFrame(
        [(week, sector, 100.0 - 10 * week * (sector == "A")) for week in range(1, WEEKS + 1) for sector in ("A", "B")],
        columns=["week", "sector", "percent"],
    )
    names = {"A": Text("钢铁", "Steel"), "B": Text("汽车", "Cars")}
    columns = [
        Column("week", Text("第几周", "Week"), digits=0),
        Column("sector", Text("行业", "Sector"), labels=names),
        Column("percent", Text("产出", "Output"), unit=Text("%", "%"), digits=0),
    ]
    table = Table(
        frame, columns, key="played", title=Text("逐周产出", "Output by week"), source=Text("示例", "made up"),
        quality="illustrative",
    )  # fmt: skip
    return frames(table, "week", "sector", "percent", start=2)


def opened(browser, tmp_path, lang, drawn=None, **context):
    """A page of one figure, and what it complained of."""
    file = tmp_path / f"{lang}.html"
    file.write_text((drawn or figure()).to_html(lang), encoding="utf-8")
    page = browser.new_context(**context).new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.locator(f"html[data-ready={lang}] .chart svg").wait_for()
    return page, said, asked


def moment(page):
    return page.locator(".moment").inner_text()


def until(page, text):
    """Wait for a moment (the page's own rules forbid to evaluate strings while waiting)."""
    from playwright.sync_api import expect

    expect(page.locator(".moment")).to_have_text(text, timeout=20_000)


def head(lang, week):
    return f"第几周：{week}" if lang == "zh" else f"Week: {week}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_plays_to_its_end_and_stops(browser, tmp_path, lang):
    page, said, asked = opened(browser, tmp_path, lang)
    play = page.get_by_role("button", name=BUTTONS[lang][0])
    assert moment(page) == head(lang, 3)
    assert play.get_attribute("aria-pressed") == "false"
    play.click()
    assert play.get_attribute("aria-pressed") == "true"
    until(page, head(lang, WEEKS))
    page.locator("button[data-do=play][aria-pressed=false]").wait_for()
    assert moment(page) == head(lang, WEEKS)
    play.click()
    assert moment(page) == head(lang, 1)
    play.click()
    assert play.get_attribute("aria-pressed") == "false"
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    page.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_keyboard_steps_plays_and_opens_the_table(browser, tmp_path, lang):
    page, said, _ = opened(browser, tmp_path, lang)
    play, back, forth, table = BUTTONS[lang]
    page.get_by_role("button", name=forth).focus()
    page.keyboard.press("Enter")
    assert moment(page) == head(lang, 4)
    page.get_by_role("button", name=back).focus()
    for _ in range(WEEKS):
        page.keyboard.press("Space")
    assert moment(page) == head(lang, 1)
    for wanted in (play, forth):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText").strip().endswith(wanted)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    until(page, head(lang, 2))
    page.keyboard.press("Space")
    button = page.get_by_role("button", name=table)
    button.focus()
    page.keyboard.press("Enter")
    rows = page.locator("table tbody tr")
    assert page.locator("table").is_visible()
    assert rows.count() == 2 * WEEKS
    assert said == []
    page.close()


def test_what_is_drawn_follows_the_moment(browser, tmp_path):
    """The bar of the sector that falls gets shorter with every week (a figure that does not move fails here)."""
    page, said, _ = opened(browser, tmp_path, "en", reduced_motion="reduce")
    widths = []
    forth, back = (page.get_by_role("button", name=name) for name in ("Next", "Back"))
    back.click()
    back.click()
    for _ in range(3):
        page.wait_for_timeout(150)
        widths.append(
            page.evaluate(
                "[...document.querySelectorAll('.chart svg path[fill]')]"
                ".filter((p) => !['none', 'transparent'].includes(p.getAttribute('fill')))"
                ".map((p) => p.getBBox()).filter((b) => b.height > 4).map((b) => b.width).sort((a, b) => b - a)[1]"
            )
        )
        forth.click()
    assert widths[0] > widths[1] > widths[2] > 0
    assert said == []
    page.close()


def test_with_reduced_motion_nothing_moves_by_itself(browser, tmp_path):
    """One moment a press, and the chart does not glide; without the wish it goes on by itself."""
    calm, said, _ = opened(browser, tmp_path, "zh", reduced_motion="reduce")
    play = calm.get_by_role("button", name="播放")
    play.click()
    assert moment(calm) == head("zh", 4)
    calm.wait_for_timeout(1600)
    assert moment(calm) == head("zh", 4)
    assert play.get_attribute("aria-pressed") == "false"
    assert calm.evaluate("echarts.getInstanceByDom(document.querySelector('.chart')).getOption().animation") is False
    moving, more, _ = opened(browser, tmp_path, "zh", reduced_motion="no-preference")
    moving.get_by_role("button", name="播放").click()
    until(moving, head("zh", 5))
    assert said == more == []
    calm.close()
    moving.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_prints_the_last_moment_shown_with_its_table(browser, tmp_path, lang):
    page, said, _ = opened(browser, tmp_path, lang)
    play, _, forth, _ = BUTTONS[lang]
    for _ in range(WEEKS):
        page.get_by_role("button", name=forth).click()
    page.get_by_role("button", name=play).click()
    page.get_by_role("button", name=forth).click()
    before = moment(page)
    page.get_by_role("button", name=play).click()
    page.emulate_media(media="print")
    page.wait_for_timeout(1500)
    assert page.locator("button[data-do=play]").get_attribute("aria-pressed") == "false"
    assert moment(page) == before
    assert page.locator(".moment").is_visible()
    assert not page.locator("button").first.is_visible()
    assert page.locator(".chart svg").bounding_box()["height"] > 100
    assert page.locator("table").is_visible()
    assert page.pdf(print_background=True).startswith(b"%PDF")
    assert said == []
    page.close()


def test_the_figure_of_a_shock_plays(browser, tmp_path, shocked):
    page, said, _ = opened(browser, tmp_path, "zh", drawn=shocked.figures["stress-car-plant-frames"])
    page.get_by_role("button", name="下一帧").click()
    assert moment(page).startswith("第几周：")
    assert page.locator("table tbody tr").count() > 100
    assert said == []
    page.close()


@pytest.fixture(scope="module")
def shocked():
    import haihe as hh

    return stress(hh.example("jing-jin-ji"), "car-plant", lanes=2, coordinated=False)
