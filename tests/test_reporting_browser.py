"""The report in a browser, from a file: it draws, speaks both languages, saves its data and asks for nothing."""

import os
from pathlib import Path

import pytest

from reporting_sample import HOSTILE, output_table, sample_figures, sample_report

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
]
KEYS = [figure.key for figure in sample_figures()]
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


@pytest.fixture(scope="module")
def report_file(tmp_path_factory):
    return sample_report().to_html(tmp_path_factory.mktemp("report") / "report.html", "zh")


@pytest.fixture
def page(browser, report_file):
    """A page that fails its test at the end if it asked for anything or complained."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(report_file.as_uri())
    page.locator("html[data-ready]").wait_for()
    yield page
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert said == []


def figure(page, key):
    return page.locator(f"#figure-{key}")


def shapes(page, key):
    return figure(page, key).locator(".chart svg path").count()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_is_drawn(page, lang):
    page.locator(f"button[data-lang={lang}]").click()
    page.locator(f"html[data-ready={lang}]").wait_for()
    for key in KEYS:
        box = figure(page, key).locator(".chart svg").bounding_box()
        assert box["width"] > 500, key
        assert box["height"] > 150, key
        assert shapes(page, key) >= 6, key
        description = figure(page, key).locator(".chart").get_attribute("aria-label")
        assert description == figure(page, key).locator(f".description .t[lang={lang}]").inner_text()


def test_the_map_and_the_flows_show_their_regions(page):
    tiles = figure(page, "tiles").locator(".chart svg")
    assert tiles.get_by_text("滨海新区").count() == 1
    assert shapes(page, "tiles") >= 16
    flows = figure(page, "flows").locator(".chart svg")
    assert flows.get_by_text("国内其他地区").count() == 2
    assert shapes(page, "flows") >= 12 + 8


def test_the_language_changes_everything_and_stays_in_the_address(page):
    assert page.title() == "京津冀产业协同规划报告"
    page.get_by_role("button", name="English").click()
    page.locator("html[data-ready=en]").wait_for()
    assert page.title() == "Jing-Jin-Ji: a plan for its industry"
    assert page.url.endswith("#lang=en")
    assert page.locator("h1").inner_text().startswith("Jing-Jin-Ji")
    assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"
    assert figure(page, "tiles").locator(".chart svg").get_by_text("Binhai").count() == 1
    shown = page.locator("main").inner_text()
    for word in ("单位", "来源", "数据表", "北京", "官方"):
        assert word not in shown, word
    page.reload()
    page.locator("html[data-ready=en]").wait_for()


def test_the_table_opens_and_closes_by_keyboard(page):
    button = figure(page, "output").get_by_role("button", name="数据表")
    table = figure(page, "output").locator("table")
    assert not table.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert not table.is_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_saved_csv_is_the_librarys_own(page, lang, tmp_path):
    page.locator(f"button[data-lang={lang}]").click()
    page.locator(f"html[data-ready={lang}]").wait_for()
    for key, table in [(f.key, f.table) for f in sample_figures()]:
        with page.expect_download() as download:
            figure(page, key).locator("button[data-do=csv]").click()
        assert download.value.suggested_filename == f"{key}-{lang}.csv"
        download.value.save_as(tmp_path / "saved.csv")
        assert (tmp_path / "saved.csv").read_bytes().decode() == table.to_csv(lang), key


def test_the_picture_is_a_png_with_its_title(page, tmp_path):
    with page.expect_download() as download:
        figure(page, "flows").locator("button[data-do=png]").click()
    download.value.save_as(tmp_path / "flows.png")
    data = (tmp_path / "flows.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    assert (width, height > 600) == (1920, True)
    assert len(data) > 20_000


def test_the_data_can_be_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    figure(page, "output").locator("button[data-do=copy]").click()
    figure(page, "output").locator("[data-state=copied]").wait_for(state="visible")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0].split("\t") == ["行业", "地区", "总产出（亿元）", "数据质量"]
    assert float(lines[1].split("\t")[2]) == output_table().frame["output"][0]


def test_the_pointer_tells_value_unit_and_mark(page):
    chart = figure(page, "output").locator(".chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 250)
    chart.locator("svg").get_by_text("北京：2,072 亿元").wait_for()


def test_hostile_names_are_shown_as_they_are(page):
    assert page.locator("img").count() == 0
    assert figure(page, "hostile").locator("h3").inner_text().startswith(HOSTILE)


def test_it_prints_with_charts_and_tables_but_no_buttons(page):
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    assert figure(page, "output").locator("table").is_visible()
    assert not page.locator("button").first.is_visible()
    for key in KEYS:
        assert figure(page, key).locator(".chart svg").bounding_box()["height"] > 100, key
    assert page.pdf(prefer_css_page_size=True, print_background=True).startswith(b"%PDF")


def test_no_part_is_wider_than_a_small_screen(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0


def test_one_figure_is_a_page_of_its_own(browser, tmp_path):
    single = sample_figures()[1]
    path = tmp_path / "figure.html"
    path.write_text(single.to_html("en"), encoding="utf-8")
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><title>n</title>{single._repr_html_()}", encoding="utf-8")
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    page.locator("html[data-ready=en] .chart svg").wait_for()
    assert page.locator("h3 .title").inner_text() == single.title("en")
    page.goto(notebook.as_uri())
    page.frame_locator("iframe").locator(".chart svg").wait_for()
    page.close()
    assert said == []
