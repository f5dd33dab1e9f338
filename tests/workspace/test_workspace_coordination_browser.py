"""In a real browser: the coordination in one story for each language, then the chain board and the pipeline board.

What binds in the plan becomes a problem; a chief assigns a duty; a district reports with evidence; the city
accepts and locks, then un-approves with a reason; the month's workbook comes in and a light turns red; the leading
group's pack is made of all this and printed; the month is un-approved and its upload undone, and the light is green.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of
from chain_cases import fill
from printed_text import printed_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = {"zh": "领导小组第二次专题会", "en": "Second session of the leading group"}
DECISION = {"zh": "工信局两周内提出调剂办法", "en": "The bureau proposes a swap within two weeks"}
WHY = {"zh": "附件与口径不符", "en": "The paper counts something else"}
PAPER = b"%PDF-1.4 made up"
"""Milliseconds that a job may take on a busy machine."""
A4 = {"width": 688, "height": 1000}
"""What a sheet of A4 holds between its margins, in CSS pixels."""
CUT = """() => [...document.querySelectorAll("main *")].filter((each) => each.offsetParent
    && (each.getBoundingClientRect().right > innerWidth + 1
      || each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== "visible"))
  .map((each) => each.outerHTML.slice(0, 150))"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One office for all stories of the file."""
    with server_of(tmp_path_factory.mktemp("coordination") / "office", "coordination_cases:office") as server:
        yield server


def seen(visit: Visit, name: str) -> None:
    """Keep a picture; axe is asked in one language, since the sweep over all pages asks in both."""
    (visit.look if visit.lang == "zh" else visit.shot)(f"coordination/{name}")


def address(visit: Visit) -> str:
    return str(visit.page.url).removeprefix(visit.server.url)


@LANGUAGES
def test_from_a_price_to_a_printed_pack(city: Server, browser: Any, tmp_path: Path, lang: str) -> None:
    problem, name = raised(city, browser, lang)
    duty = assigned(city, browser, lang, problem, name)
    report = reported(city, browser, lang, duty, tmp_path)
    locked(city, browser, lang, report)
    month = come_in(city, browser, lang, tmp_path)
    met(city, browser, lang, problem, name)
    undone(city, browser, lang, *month)


def raised(city: Server, browser: Any, lang: str) -> tuple[str, str]:
    """A price becomes a problem in one click; gives the problem's address and name."""
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go(f"/problems/bottlenecks/{city.seeded['version']}")
        line = page.locator("main tbody tr").filter(has=page.locator("form.act")).first
        price = line.locator("td").nth(2).inner_text()
        seen(visit, "01-bottlenecks")
        visit.leave(line.locator("form.act button"))
        assert price in page.locator("main").inner_text()
        seen(visit, "02-problem")
        return address(visit), page.locator("h1").inner_text()


def assigned(city: Server, browser: Any, lang: str, problem: str, name: str) -> str:
    """The chief takes the problem up and assigns a duty from it; the decision is left to the leading group."""
    due = city.seeded["due"]
    with Visit(browser, city, "chief", lang) as visit:
        page = visit.go(problem)
        visit.follow("受理", "Take up")
        page.locator("select[name=owner]").select_option("TJ-BH")
        visit.save()
        visit.follow("交办职责", "Assign a duty")
        assert page.locator("input[name=name_zh]").input_value()
        page.locator("select[name=issuer]").select_option("TJ")
        page.locator("select[name=unit]").select_option("TJ-BH")
        page.locator("select[name=helpers]").select_option(["FIN"])
        page.locator("input[name=due]").fill(due)
        page.locator("select[name=every]").select_option("month")
        page.locator("textarea[name=evidence]").fill(visit.say("能耗置换方案", "Plan of the savings"))
        seen(visit, "03-assign")
        visit.save()
        duty = address(visit)
        assert re.match(r"/duties/D\d", duty)
        assert page.locator(f"main a[href='{problem}']").inner_text() == name
        seen(visit, "04-duty")
        visit.go(problem)
        assert due in page.locator("main table.list").inner_text()
        seen(visit, "05-problem-with-duty")
    return duty


def reported(city: Server, browser: Any, lang: str, duty: str, folder: Path) -> str:
    """The district's editor reports with a paper, its approver vouches; gives the report's address."""
    paper = folder / "方案.pdf"
    paper.write_bytes(PAPER)
    with Visit(browser, city, "bh-editor", lang) as visit:
        page = visit.go(duty)
        visit.follow("报告进展", "Report progress")
        page.locator("select[name=period]").select_option(city.seeded["period"])
        page.locator("input[name=share]").fill("35")
        page.locator("textarea[name=words]").fill(visit.say("已报置换方案", "The plan is handed in"))
        seen(visit, "06-report")
        visit.save()
        report = address(visit)
        visit.follow("附上材料", "Attach a paper")
        page.locator("input[type=file]").set_input_files(paper)
        visit.save()
        assert paper.name in page.locator("ul.papers").inner_text()
        visit.press("提交", "Hand in")
        seen(visit, "07-handed-in")
        assert not page.locator("form[action$='/approve']").count(), "who entered it does not approve it"
    with Visit(browser, city, "bh-approver", lang) as visit:
        page = visit.go("/")
        visit.leave(page.locator(f"main a[href='{report}']").first)
        visit.press("审批通过", "Approve")
    return report


def locked(city: Server, browser: Any, lang: str, report: str) -> None:
    """The city accepts and locks the report, reads its paper, and un-approves with a reason that the district reads."""
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go(report)
        visit.press("接收并锁定", "Accept and lock")
        assert page.locator("main .mark.good").count()
        seen(visit, "08-locked")
        with page.expect_download() as paper:
            page.locator("main ul.papers a[href$='/file']").first.click()
        assert Path(paper.value.path()).read_bytes() == PAPER
        visit.press("撤销审批并退回", "Un-approve and return", WHY[lang])
    with Visit(browser, city, "bh-editor", lang) as visit:
        page = visit.go("/")
        visit.leave(page.locator(f"main a[href='{report}']").first)
        assert WHY[lang] in page.locator("main .message.warning").inner_text()
        seen(visit, "09-returned")


def light(visit: Visit) -> str:
    """Give the colour of the one light that there is."""
    marks = visit.go("/months/").locator("main tbody td .mark")
    assert marks.count() == 1
    return str(marks.first.get_attribute("class")).removeprefix("mark ")


def come_in(city: Server, browser: Any, lang: str, folder: Path) -> tuple[str, str]:
    """The monthly workbook comes in, the light turns red; gives the addresses of return and upload."""
    with Visit(browser, city, "planner", lang) as visit:
        assert light(visit) == "good"
        seen(visit, "10-lights-before")
    with Visit(browser, city, "bh-editor", lang) as visit:
        page = visit.go("/months/returns/new")
        page.locator("select[name=month]").select_option(city.seeded["month"])
        visit.save()
        month = address(visit)
        visit.follow("下载模板、上传工作簿", "Template and upload")
        with page.expect_download() as template:
            page.locator("form[action*='/intake/template/'] button").first.click()
        heads = ("当月数值", "质量", "示例") if lang == "zh" else ("value", "quality", "illustrative")
        cells: dict[tuple[str, str], Any] = {("output", heads[0]): 300, ("output", heads[1]): heads[2]}
        book = folder / "month.xlsx"
        book.write_bytes(fill(Path(template.value.path()).read_bytes(), 1, cells))
        page.locator("input[type=file]").set_input_files(book)
        visit.save()
        upload = address(visit)
        visit.worked()
        assert page.locator("form[action$='/confirm']").count(), page.locator("main").inner_text()
        seen(visit, "11-preview")
        visit.press("确认写入", "Confirm and write")
        visit.go(month)
        visit.press("提交", "Submit")
        seen(visit, "12-month")
    with Visit(browser, city, "bh-approver", lang) as visit:
        visit.go(month)
        visit.press("审批通过", "Approve")
    with Visit(browser, city, "planner", lang) as visit:
        assert light(visit) == "bad"
        seen(visit, "13-lights-after")
        page = visit.page
        visit.leave(page.locator("main tbody td a").first)
        page.locator("figure .chart svg, figure .chart canvas").first.wait_for()
        seen(visit, "14-course")
    return month, upload


def met(city: Server, browser: Any, lang: str, problem: str, name: str) -> None:
    """A session of the leading group: agenda from what the rooms suggest, minutes, pack, approval, decisions issued."""
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go("/meetings/new")
        page.locator("input[name=title]").fill(TITLE[lang])
        page.locator("input[name=day]").fill(city.seeded["today"])
        page.locator("input[name=version]").fill(city.seeded["version"])
        page.locator("input[name=invited][value=TJ-BH]").check()
        visit.save()
        meeting = address(visit)
        visit.follow("从问题、职责等选取议题", "Choose from problems and duties")
        page.locator(f"input[name=take][value$=':{problem.rpartition('/')[2]}']").check()
        page.locator("input[name=take][value^='months.']").first.check()
        seen(visit, "15-suggestions")
        visit.press("列入议程", "Put on the agenda")
        visit.press("发出议程", "Send the agenda")
        visit.follow("记录与决定 1", "Minutes and decision 1")
        page.locator("textarea[name=decision]").fill(DECISION[lang])
        page.locator("select[name=owner]").select_option("IIB")
        page.locator("input[name=due]").fill(city.seeded["due"])
        visit.save()
        seen(visit, "16-minuted")
        visit.follow("会议材料（打印）", "Pack, to be printed")
        seen(visit, "17-pack")
        printed(visit, name)
        with page.expect_download() as word:
            page.locator("main").get_by_role("link", name=visit.say("下载 Word", "Word document")).click()
        assert Path(word.value.path()).read_bytes()[:2] == b"PK"
        visit.go(meeting)
        visit.press("提交纪要审批", "Hand in the minutes")
    with Visit(browser, city, "chief", lang) as visit:
        page = visit.go(meeting)
        visit.press("审批纪要", "Approve the minutes")
        visit.press("交办决定", "Issue the decisions")
        seen(visit, "19-issued")
        page = visit.go(f"{meeting}/pack")
        approved = printed_text(page.pdf(format="A4", prefer_css_page_size=True))
        assert visit.say("已审批", "APPROVED") in approved
        assert DECISION[lang] in visit.go(problem).locator("main dl.facts").first.inner_text()
        seen(visit, "20-problem-decided")


def bare(said: str) -> str:
    """Letters and figures alone: a printer's fonts do not tell brackets and stops reliably."""
    return "".join(each for each in said if each.isalnum())


def printed(visit: Visit, name: str) -> None:
    """The pack on paper: nothing is cut off, and it tells agenda, changes since the last session, and decisions."""
    page, lang = visit.page, visit.lang
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    assert page.evaluate(CUT) == []
    file = visit.shot("coordination/18-printed")
    pdf = page.pdf(format="A4", path=file.with_suffix(".pdf"), prefer_css_page_size=True)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1366, "height": 768})
    told = printed_text(pdf)
    words = {
        "zh": ("议程", "自上次会议以来的变动", "请会议决定", "草案", "数据版本", "受理", "交办", "红灯"),
        "en": (
            "Agenda",
            "Changes since the last meeting",
            "Decision wanted",
            "DRAFT",
            "data version",
            "taken up",
            "red:",
        ),
    }[lang]
    due, version = visit.server.seeded["due"], visit.server.seeded["version"]
    plain = [bare(each) for each in (*words, TITLE[lang], DECISION[lang], name, due, version)]
    assert [each for each in plain if each not in bare(told)] == [], told[:3000]
    assert ("议程" in told) == (lang == "zh"), "one language at a time"


def undone(city: Server, browser: Any, lang: str, month: str, upload: str) -> None:
    """The district un-approves its month with a reason and undoes the upload; the light is as it was."""
    with Visit(browser, city, "bh-approver", lang) as visit:
        visit.go(month)
        visit.press("撤销审批", "Un-approve", WHY[lang])
    with Visit(browser, city, "bh-editor", lang) as visit:
        visit.go(upload)
        visit.press("撤销这次上传", "Undo this upload", WHY[lang])
        seen(visit, "21-upload-undone")
    with Visit(browser, city, "planner", lang) as visit:
        assert light(visit) == "good"


def test_the_chain_board(city: Server, browser: Any) -> None:
    """The diagnosis proposes, people decide and move an item, and the board says what changed since the last session."""
    said, board = "已签攻关合同（示例）", f"/chains/{city.seeded['chain']}"
    with Visit(browser, city, "chief", "zh") as visit:
        page = visit.go(f"{board}/proposals")
        visit.press("用生效版本运行诊断", "Run the diagnosis")
        visit.worked()
        visit.look("coordination/22-proposals")
        visit.leave(page.locator("main tbody a").first)
        visit.press("采纳，列入清单", "Take over")
        visit.look("coordination/23-taken-over")
        visit.go(f"/chains/items/{city.seeded['item']}")
        visit.follow("更新进展", "How it goes")
        page.locator("select[name=state]").select_option("work")
        page.locator("textarea[name=words]").fill(said)
        visit.save()
        page = visit.go(board)
        assert page.locator(".lane").count() == 3
        assert "处理中" in page.locator(".lane").first.inner_text()
        assert said in page.locator("ul.news").inner_text()
        page.locator("figure .chart svg, figure .chart canvas").first.wait_for()
        visit.look("coordination/24-chain-board")


def test_the_pipeline_board(city: Server, browser: Any) -> None:
    """A move that takes what is scarce waits; its approver confirms it with the caps in view, and the board follows."""
    board, moved = f"/projects/boards/{city.seeded['projects']}", city.seeded["moved"]
    with Visit(browser, city, "bh-approver", "en") as visit:
        page = visit.go(board)
        lanes = page.locator(".lane")
        assert moved in lanes.nth(0).inner_text()
        visit.look("coordination/25-pipeline")
        visit.leave(page.locator(".lane .card a", has_text=moved))
        visit.look("coordination/26-project")
        visit.leave(page.locator("main ul.news a").first)
        visit.look("coordination/27-move")
        visit.press("核准", "Confirm")
        page = visit.go(board)
        assert moved not in lanes.nth(0).inner_text()
        assert moved in lanes.nth(1).inner_text()
        visit.shot("coordination/28-pipeline-after")
