"""In a real browser: a duty from a problem, a district's report, acceptance and lock, un-approval with a reason."""

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.endure]  # not seen green yet: issue 11 is open


def act(page: Any, visit: Visit, words: str, reason: str = "") -> None:
    """Press a button of the page; with a reason, open its field first."""
    if reason:
        opened = page.locator("main details.act").filter(has=page.locator("summary", has_text=words)).first
        opened.locator("summary").click()
        opened.locator("textarea").fill(reason)
        visit.look(f"duties-reason-{visit.lang}")
        opened.locator("form button").click()
    else:
        page.locator("main").get_by_role("button", name=words, exact=True).first.click()
    page.get_by_role("status").first.wait_for()
    visit.ready()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_a_problem_to_an_unapproved_report(tmp_path: Path, browser: Any, lang: str) -> None:
    say = (lambda zh, _en: zh) if lang == "zh" else (lambda _zh, en: en)
    with server_of(tmp_path / "office", "duties_cases:seed") as server:
        start = server.seeded
        with Visit(browser, server, "chief", lang) as visit:
            page = visit.go(start["problem"])
            page.locator("main a[href^='/duties/new']").first.click()
            page.wait_for_url(re.compile(r"/duties/new"))
            visit.ready()
            assert page.locator("input[name=name_zh]").input_value() == "滨海能耗指标不足（示例）"
            page.locator("select[name=issuer]").select_option("TJ")
            page.locator("select[name=unit]").select_option("TJ-BH")
            page.locator("select[name=helpers]").select_option(["FIN"])
            page.locator("input[name=due]").fill(start["due"])
            page.locator("select[name=every]").select_option("month")
            page.locator("textarea[name=evidence]").fill("能耗置换方案 / plan")
            visit.look("duties-1-assign")
            page.locator("main form.fields button").first.click()
            page.wait_for_url(re.compile(r"/duties/D\d"))
            visit.ready()
            visit.look("duties-2-duty")
            address = page.url.removeprefix(server.url)
            assert page.locator(f"main a[href='{start['problem']}']").count()
        assert server.run("duties_cases:state")["about"] == "problems.problem"
        with Visit(browser, server, "bh-editor", lang) as visit:
            page = visit.go(address)
            page.locator("main a[href^='/duties/reports/on/duty/']").first.click()
            page.locator("select[name=period]").select_option(start["period"])
            page.locator("input[name=share]").fill("35")
            page.locator("textarea[name=words]").fill("已报置换方案")
            visit.look("duties-3-report")
            page.locator("main form.fields button").first.click()
            page.wait_for_url(re.compile(r"/duties/reports/d-"))
            page.locator("main a[href^='/papers/to/']").click()
            (tmp_path / "方案.pdf").write_bytes(b"%PDF-1.4 made up")
            page.locator("input[type=file]").set_input_files(tmp_path / "方案.pdf")
            visit.look("duties-4-paper")
            page.locator("main form.fields button").first.click()
            page.wait_for_url(re.compile(r"/duties/reports/d-"))
            report = page.url.removeprefix(server.url)
            act(page, visit, say("提交", "Hand in"))
        with Visit(browser, server, "bh-approver", lang) as visit:
            page = visit.go("/")
            page.locator(f"main a[href='{report}']").first.click()
            act(page, visit, say("审批通过", "Approve"))
        with Visit(browser, server, "planner", lang) as visit:
            page = visit.go(report)
            act(page, visit, say("接收并锁定", "Accept and lock"))
            visit.look("duties-5-locked")
            assert page.locator("main .mark.good").count()
            assert server.run("duties_cases:state")["stage"] == "accepted"
            with page.expect_download() as paper:
                page.locator("main ul.papers a[href$='/file']").first.click()
            assert Path(paper.value.path()).read_bytes() == b"%PDF-1.4 made up"
            visit.go(report)
            act(page, visit, say("撤销审批并退回", "Un-approve and return"), "附件与口径不符")
            for name, path in (
                ("6-duty", address),
                ("7-list", "/duties/"),
                ("8-matrix", "/duties/matrix"),
                ("9-overdue", "/duties/overdue"),
                ("10-changes", "/duties/changes"),
                ("11-document", "/duties/documents/PLAN"),
                ("12-targets", "/duties/targets"),
                ("13-papers", "/papers/"),
            ):
                visit.go(path)
                visit.look(f"duties-{name}")
        state = server.run("duties_cases:state")
        assert (state["stage"], state["returned"]) == ("draft", "附件与口径不符")
        with Visit(browser, server, "bh-editor", lang) as visit:
            page = visit.go("/")
            assert page.locator(f"main a[href='{report}']").count()
            visit.go(report)
            assert page.get_by_text("附件与口径不符").count()
            visit.look("duties-14-returned")
