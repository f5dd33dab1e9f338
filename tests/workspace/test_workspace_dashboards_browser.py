"""A planner looks at the dashboard, opens a figure, takes its numbers, comes back by the address, and sees the office's map."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def office_with_figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office with something on each dashboard."""
    with server_of(
        tmp_path_factory.mktemp("dashboards") / "office", "dashboard_browser_cases:seed", worker=False
    ) as server:
        yield server


def drawn(page: Any) -> int:
    """How many charts a page has drawn."""
    page.wait_for_function("document.documentElement.dataset.ready")
    return int(page.locator("figure.charted svg").count())


@LANGUAGES
def test_a_planner_reads_the_dashboard(office_with_figures: Server, browser: Any, lang: str) -> None:
    if lang == "en":
        office_with_figures.run("dashboard_browser_cases:bring")
    with Visit(browser, office_with_figures, "planner", lang) as visit:
        page = visit.go("/dashboards/")
        assert drawn(page) >= 4
        visit.look("dashboards")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator(".printed").is_visible()
        assert not page.locator(".menu").is_visible()
        page.emulate_media(media="screen")
        page = visit.go("/dashboards/figures/months-map")
        assert drawn(page) == 1
        visit.look(f"dashboards-map-{lang}")
        words = page.locator("main").inner_text()
        assert (visit.say("自绘示意", "own schematic") in words) == (lang == "zh")
        assert ("津S(2026)001号" in words) == (lang == "en")
        with page.expect_download() as taken:
            page.locator(".actions a.button", has_text="CSV").click()
        assert taken.value.suggested_filename == "months-map.csv"
        visit.follow("数据表", "Table")
        assert "tab=table" in page.url
        again = visit.go(page.url.removeprefix(office_with_figures.url))
        assert again.locator("figure.charted").count() == 0
        assert again.locator("figure table tbody tr").count() == 2
        visit.look("dashboards-table")
