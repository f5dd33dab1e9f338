"""In a real browser: a study is asked for and read; a figure's address restores what was looked at; files and pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PNG = b"\x89PNG"
STATE = """key => { const chart = echarts.getInstanceByDom(document.querySelector(`figure[data-key="${key}"] .chart`));
  const now = chart.getOption(); const zoom = now.dataZoom?.[0];
  return { off: Object.values(now.legend[0].selected).filter((on) => !on).length,
           zoom: zoom ? [Math.round(zoom.start), Math.round(zoom.end)] : null,
           table: !document.querySelector(`figure[data-key="${key}"] .data`).hidden }; }"""
TOGGLE = """key => { const chart = echarts.getInstanceByDom(document.querySelector(`figure[data-key="${key}"] .chart`));
  chart.dispatchAction({ type: "legendToggleSelect", name: chart.getOption().legend[0].data[1].name
    ?? chart.getOption().legend[0].data[1] }); }"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_of(tmp_path_factory.mktemp("studies") / "office", "study_cases:seed") as server:
        yield server


def followed(visit: Visit) -> None:
    visit.page.locator("html[data-followed]").wait_for(state="attached")


@LANGUAGES
def test_a_study_is_run_and_a_figure_is_handed_on_as_it_is_seen(
    browser: Any, office: Server, lang: str, tmp_path: Path
) -> None:
    key = "plan-trade"
    with Visit(browser, office, "planner", lang) as visit:
        visit.go("/")
        visit.menu("测算", "Studies")
        visit.follow("发起测算", "Run a study")
        visit.look("study-choose")
        visit.fill(kind="plan")
        visit.press("下一步", "Go on")
        visit.fill(goals="jobs = many")
        visit.save(refused=True)
        visit.fill(goals="")
        visit.look("study-new")
        visit.save()
        visit.worked()
        visit.look("study-done")
        page = visit.page
        address = page.url.removeprefix(office.url).split("?")[0]
        assert page.locator("main ol li").count() >= 3
        assert page.locator("main figure.charted svg").count() >= 3
        with page.expect_download() as got:
            page.get_by_role("link", name=visit.say("全部表格（Excel）", "All tables (Excel)")).click()
        assert got.value.path().read_bytes().startswith(b"PK")

        visit.go(f"{address}/figures/{key}")
        followed(visit)
        visit.look("study-figure")
        figure = page.locator(f"figure[data-key={key}]")
        with page.expect_download() as got:
            figure.locator("button[data-do=png]").click()
        whole = got.value.path().read_bytes()
        assert whole.startswith(PNG)
        page.evaluate(TOGGLE, key)
        figure.locator("button[data-zoom=in]").click()
        figure.locator("button[data-do=table]").click()
        page.wait_for_function("() => location.search.includes('table') && location.search.includes('zoom')")
        seen = page.evaluate(STATE, key)
        assert seen["off"] == 1
        assert seen["zoom"] != [0, 100]
        assert seen["table"]
        with page.expect_download() as got:
            figure.locator("button[data-do=png]").click()
        assert got.value.path().read_bytes() != whole, "the picture shows what the reader left of the chart"
        handed = page.url.removeprefix(office.url)
    with Visit(browser, office, "auditor", "en" if lang == "zh" else "zh") as other:
        other.go(handed)
        followed(other)
        assert other.page.evaluate(STATE, key) == seen, "whoever gets the address sees the same"
        other.page.locator("button[data-zoom=all]").click()
        other.page.wait_for_function("() => !location.search.includes('zoom')")
        assert other.page.evaluate(STATE, key)["zoom"] == [0, 100]


def test_without_scripts_the_numbers_are_there(browser: Any, office: Server) -> None:
    address = office.run("study_cases:one_study")
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(
        [*office.cookies_of("planner", browser), {"name": "haihe-language", "value": "en", "url": office.url}]
    )
    page = plain.new_page()
    page.goto(f"{office.url}{address}/figures/plan-trade?tab=table")
    assert page.locator("figure table tbody tr").count() == 8
    assert page.locator("figure .chart").count() == 0
    page.locator(".tabs a").first.click()
    assert page.locator("figure .chart").count() == 1
    page.goto(f"{office.url}{address}")
    assert page.locator("figure table tbody tr").count() > 20
    plain.close()
