"""In a real browser: ten faults from upload to undoing; a request to sixteen districts and who is late."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import LANGUAGES, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(page: Any, zh: str, en: str, lang: str) -> None:
    page.get_by_role("button", name=zh if lang == "zh" else en, exact=True).last.click()


@LANGUAGES
def test_ten_faults(tmp_path: Path, browser: Any, lang: str) -> None:
    from browser_cases import faulty, mended, with_ten_faults

    (tmp_path / "faults.xlsx").write_bytes(faulty())
    (tmp_path / "mended.xlsx").write_bytes(mended())
    with (
        server_of(tmp_path / "office", "browser_cases:small") as server,
        Visit(browser, server, "bh-editor", lang) as visit,
    ):
        page = visit.go("/intake/new/dataset/small")
        page.locator("input[type=file]").set_input_files(tmp_path / "faults.xlsx")
        visit.look("data-1-upload")
        page.locator("main form.fields button").first.click()
        page.wait_for_url(re.compile(r"/intake/[^/]+$"))
        visit.worked()
        visit.look("data-2-findings")
        cells = page.locator("table.findings tbody tr").all_inner_texts()
        rows = {line.split("\t")[3].strip() for line in cells}
        assert {str(row) for row, _ in with_ten_faults()} <= rows, cells
        assert page.locator("table.findings .mark.bad").count() >= 10
        page.locator("a[href$='marked.xlsx'], a[href*='marked']").first.click()
        page.wait_for_url(re.compile(r"/jobs/[^/]+$"))
        visit.worked()
        with page.expect_download() as marked:
            page.locator("a[href$='marked.xlsx']").first.click()
        assert Path(marked.value.path()).stat().st_size > 1000

        page = visit.go("/intake/new/dataset/small")
        page.locator("input[type=file]").set_input_files(tmp_path / "mended.xlsx")
        page.locator("main form.fields button").first.click()
        page.wait_for_url(re.compile(r"/intake/[^/]+$"))
        visit.worked()
        visit.look("data-3-preview")
        assert page.locator("ins", has_text="2601").or_(page.locator("ins", has_text="2,601")).count()
        press(page, "确认写入", "Confirm and write", lang)
        page.locator("details.act").first.wait_for()
        visit.ready()
        visit.look("data-4-confirmed")
        page.locator("details.act summary").first.click()
        page.locator("details.act textarea").first.fill("传错了文件")
        page.locator("details.act form button").first.click()
        page.get_by_text("已撤销" if lang == "zh" else "undone", exact=False).first.wait_for()
        visit.ready()
        visit.look("data-5-undone")


@LANGUAGES
def test_a_request_to_sixteen_districts(tmp_path: Path, browser: Any, lang: str) -> None:
    with (
        server_of(tmp_path / "office", "browser_cases:sixteen") as server,
        Visit(browser, server, "planner", lang) as visit,
    ):
        assert len(server.seeded) == 16
        page = visit.go("/data/requests/new?dataset=base")
        assert page.locator("input[name=addressees]:checked").count() == 16
        page.locator("input[name=title]").fill("2026年资源底数" if lang == "zh" else "Resources of 2026")
        page.locator("select[name=tables]").select_option("endowments")
        page.locator("input[name=year]").fill("2026")
        page.locator("input[name=due]").fill((date.today() + timedelta(days=4)).isoformat())
        visit.look("data-6-ask")
        page.locator("main form.fields button").first.click()
        page.wait_for_url(re.compile(r"/data/requests/\d"))
        visit.ready()
        assert page.locator("table.list tbody tr").count() == 16
        visit.look("data-7-prepared")
        press(page, "发出", "Send", lang)
        page.get_by_role("status").first.wait_for()
        visit.ready()
        assert page.locator("table.list tbody tr").count() == 16
        late = server.run("browser_cases:friday")["late"]
        address = page.url.removeprefix(server.url)
        visit.go(address)
        visit.look("data-8-late")
        assert page.locator("table.list .mark.bad").count() == late
        press(page, "催办未完成的单位", "Remind those who have not answered", lang)
        page.get_by_role("status").first.wait_for()
        visit.ready()
        visit.look("data-9-reminded")
        with Visit(browser, server, "xq-editor", lang) as district:
            start = district.go("/")
            assert start.get_by_text("催办" if lang == "zh" else "Reminder").count()
            district.go(start.locator("main a[href^='/data/requests/answers/']").first.get_attribute("href"))
            district.look("data-10-answer")
            with start.expect_download() as workbook:
                start.locator("a[href$='/workbook']").first.click()
            assert workbook.value.suggested_filename.endswith(".xlsx")
