"""In a real browser: the monthly workbook comes in and lights change; the chain board with its map, and a proposal decided."""

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.endure]  # not seen green yet: issue 11 is open


def press(page: Any, zh: str, en: str, lang: str) -> None:
    page.get_by_role("button", name=zh if lang == "zh" else en, exact=True).last.click()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_monthly_workbook_comes_in_and_lights_change(tmp_path: Path, browser: Any, lang: str) -> None:
    from chain_cases import fill

    with server_of(tmp_path / "office", "chain_seeds:months") as server:
        with Visit(browser, server, "planner", lang) as visit:
            page = visit.go("/months/")
            assert page.locator("main td .mark.good").count() == 1
            visit.look("months-1-before")
        with Visit(browser, server, "bh-editor", lang) as visit:
            page = visit.go("/months/returns/new")
            page.locator("select[name=month]").select_option(server.seeded["month"])
            page.locator("main form.fields button").first.click()
            page.wait_for_url(re.compile(r"/months/returns/TJ-BH"))
            address = page.url.removeprefix(server.url)
            page.locator("main .actions a.button").first.click()
            page.wait_for_url(re.compile(r"/intake/new/month/"))
            with page.expect_download() as template:
                page.locator("form[action*='/intake/template/'] button").first.click()
            heads = ("当月数值", "质量", "示例") if lang == "zh" else ("value", "quality", "illustrative")
            cells: dict[tuple[str, str], Any] = {("output", heads[0]): 300, ("output", heads[1]): heads[2]}
            (tmp_path / "month.xlsx").write_bytes(fill(Path(template.value.path()).read_bytes(), 1, cells))
            page.locator("input[type=file]").set_input_files(tmp_path / "month.xlsx")
            page.locator("main form.fields button").first.click()
            page.wait_for_url(re.compile(r"/intake/u[^/]+$"))
            server.run("browser_cases:work")
            visit.go(page.url.removeprefix(server.url))
            visit.look("months-2-preview")
            press(page, "确认写入", "Confirm and write", lang)
            page.get_by_role("status").first.wait_for()
            visit.go(address)
            press(page, "提交", "Submit", lang)
            page.get_by_role("status").first.wait_for()
            visit.ready()
            visit.look("months-3-submitted")
        with Visit(browser, server, "bh-approver", lang) as visit:
            page = visit.go(address)
            press(page, "审批通过", "Approve", lang)
            page.get_by_role("status").first.wait_for()
        with Visit(browser, server, "planner", lang) as visit:
            page = visit.go("/months/")
            assert page.locator("main td .mark.bad").count() == 1
            visit.look("months-4-after")
            page.locator("main tbody a").first.click()
            page.wait_for_url(re.compile(r"/months/indicators/output"))
            visit.ready()
            page.locator("figure .chart svg, figure .chart canvas").first.wait_for()
            visit.look("months-5-course")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_chain_its_map_and_a_proposal(tmp_path: Path, browser: Any, lang: str) -> None:
    with server_of(tmp_path / "office", "chain_seeds:board") as server, Visit(browser, server, "chief", lang) as visit:
        page = visit.go(f"/chains/{server.seeded}")
        page.locator("figure .chart svg, figure .chart canvas").first.wait_for()
        visit.look("chains-1-board")
        page = visit.go(f"/chains/{server.seeded}/proposals")
        visit.look("chains-2-proposals")
        page.locator("main tbody a").first.click()
        page.wait_for_url(re.compile(r"/chains/proposals/"))
        press(page, "采纳，列入清单", "Take over", lang)
        page.wait_for_url(re.compile(r"/chains/items/"))
        visit.ready()
        visit.look("chains-3-item")
        press(page, "登记为重大问题", "Make it a problem", lang)
        page.wait_for_url(re.compile(r"/problems/"))
        visit.ready()
        visit.go("/chains/changes")
        visit.look("chains-4-changes")
