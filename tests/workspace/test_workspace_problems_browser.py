"""In a real browser: what binds becomes a problem, a duty is assigned from it, and a meeting's pack is printed."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, server_of
from printed_text import printed_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = {"zh": "领导小组第二次专题会", "en": "Second session of the leading group"}


def link(visit: Visit, zh: str, en: str) -> None:
    visit.page.locator("main").get_by_role("link", name=zh if visit.lang == "zh" else en, exact=True).first.click()
    visit.ready()


def press(visit: Visit, zh: str, en: str) -> None:
    button = visit.page.locator("main").get_by_role("button", name=re.compile(f"^{zh if visit.lang == 'zh' else en}"))
    before = visit.page.url
    button.first.click()
    visit.page.wait_for_load_state("load")
    visit.ready()
    assert visit.page.locator("h1").count() == 1, before


def save(visit: Visit) -> None:
    visit.page.locator("main form.fields button").first.click()
    visit.page.wait_for_load_state("load")
    visit.ready()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_a_price_to_a_printed_pack(tmp_path: Path, browser: Any, lang: str) -> None:
    soon = (date.today() + timedelta(days=30)).isoformat()
    with server_of(tmp_path / "office", "problem_cases:browser_seed") as server:
        with Visit(browser, server, "planner", lang) as visit:
            page = visit.go(f"/problems/bottlenecks/{server.seeded}")
            visit.look("problems-1-bottlenecks")
            press(visit, "登记为问题", "Make it a problem")
            url = page.url.removeprefix(server.url)
            assert "/problems/p/" in url
            visit.look("problems-2-raised")
            assert "12.19" in page.locator("main").inner_text()
            visit.go("/problems/board")
            visit.look("problems-3-board")
            visit.go("/problems/")
            visit.look("problems-4-list")
        with Visit(browser, server, "chief", lang) as visit:
            page = visit.go(url)
            link(visit, "受理", "Take up")
            page.locator("select[name=owner]").select_option("TJ-BH")
            visit.look("problems-5-take-up")
            save(visit)
            link(visit, "作出决定", "Decide")
            page.locator("textarea[name=decision]").fill("滨海挖潜一成，市里调剂一成")
            save(visit)
            link(visit, "交办职责", "Assign a duty")
            visit.look("problems-6-assign")
            page.locator("select[name=unit]").select_option("TJ-BH")
            page.locator("input[name=due]").fill(soon)
            save(visit)
            visit.go(url)
            visit.look("problems-7-with-duty")
            assert soon in page.locator("main table.list").inner_text()
        with Visit(browser, server, "planner", lang) as visit:
            page = visit.go("/meetings/new")
            page.locator("input[name=title]").fill(TITLE[lang])
            page.locator("input[name=day]").fill(date.today().isoformat())
            page.locator("input[name=invited][value=TJ-BH]").check()
            visit.look("meetings-1-new")
            save(visit)
            meeting = page.url.removeprefix(server.url)
            visit.go(f"{meeting}/add")
            page.locator("input[name=title_zh]").fill("滨海能源紧缺")
            page.locator("input[name=title_en]").fill("Binhai is short of energy")
            page.locator("textarea[name=wanted]").fill("是否市内调剂")
            save(visit)
            visit.go(f"{meeting}/suggestions")
            visit.look("meetings-2-suggestions")
            visit.go(meeting)
            press(visit, "发出议程", "Send the agenda")
            link(visit, "记录与决定 1", "Minutes and decision 1")
            page.locator("textarea[name=decision]").fill("发改委两周内提出调剂办法")
            page.locator("select[name=owner]").select_option("IIB")
            page.locator("input[name=due]").fill(soon)
            visit.look("meetings-3-minute")
            save(visit)
            visit.look("meetings-4-minuted")
            page = visit.go(f"{meeting}/pack")
            visit.look("meetings-5-pack")
            pdf = page.pdf(
                format="A4", path=visit.shot("meetings-6-pack").with_suffix(".pdf"), prefer_css_page_size=True
            )
            told = printed_text(pdf)
            words = {
                "zh": ("领导小组第二次专题会", "议程", "自上次会议以来的变动", "请会议决定", "草案", "数据版本", "作出决定", "能源消费"),
                "en": ("Secondsessionoftheleadinggroup", "Agenda", "Changessincethelastmeeting", "Decisionwanted", "DRAFT",
                       "dataversion", "decided", "Energyuse"),
            }[lang]  # fmt: skip
            missing = [word for word in (*words, soon, server.seeded, "调剂办法") if word not in told]
            assert not missing, (missing, told[:3000])
            assert ("议程" in told) == (lang == "zh"), "one language at a time"
            with page.expect_download() as word:
                link_name = "下载 Word" if lang == "zh" else "Word document"
                page.locator("main").get_by_role("link", name=link_name).click()
            assert Path(word.value.path()).read_bytes()[:2] == b"PK"
            visit.go(meeting)
            press(visit, "提交纪要审批", "Hand in the minutes")
        with Visit(browser, server, "chief", lang) as visit:
            visit.go(meeting)
            press(visit, "审批纪要", "Approve the minutes")
            press(visit, "交办决定", "Issue the decisions")
            visit.look("meetings-7-issued")
            page = visit.go(f"{meeting}/pack")
            pdf = page.pdf(format="A4", path=visit.shot("meetings-8-approved").with_suffix(".pdf"))
            assert ("已审批" if lang == "zh" else "APPROVED") in printed_text(pdf)
