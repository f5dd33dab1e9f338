"""In a real browser, in both languages: people of Beijing, Tianjin and Hebei settle, share and agree as equals.

A ledger is settled from a moved firm, each of the three consents by two people, it is frozen; a district offers a project and
takes up the interest of another member; a transfer list is confirmed by both.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of
from neighbour_cases import CASE, PAIRS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One office for both languages."""
    with server_of(tmp_path_factory.mktemp("neighbours") / "office", "neighbour_cases:office", worker=False) as server:
        yield server


def seen(visit: Visit, name: str) -> None:
    """Keep a picture; axe is asked in one language, since the sweep over all pages asks in both."""
    (visit.look if visit.lang == "zh" else visit.shot)(f"neighbours/{name}")


def address(visit: Visit) -> str:
    return str(visit.page.url).removeprefix(visit.server.url)


@LANGUAGES
def test_three_members_settle_and_freeze(three: Server, browser: Any, lang: str) -> None:
    with Visit(browser, three, "planner", lang) as visit:
        visit.go("/neighbours/ledgers")
        visit.follow("新建结算台账", "New settlement ledger")
        page = visit.page
        visit.fill(name_zh="三地结算台账", name_en="Ledger of the three", day="2025-06-30", quality="illustrative")
        for code in ("BJ", "HE"):
            page.locator(f"input[name=members][value={code}]").check()
        visit.save()
        ledger = address(visit)
        visit.follow("新增迁移企业", "Add a moved firm")
        visit.fill(name_zh="示例迁移企业", name_en="Example moved firm", origin="BJ", destination="TJ", moved=2019,
                   registered="2019-06-30", producing="2019-12-01", **CASE)  # fmt: skip
        seen(visit, "01-firm")
        visit.save()
        assert "1,500.00" in page.locator("main").inner_text()
        assert page.locator("main canvas, main svg").count(), "the balances are drawn"
        seen(visit, "02-simulated")
        with page.expect_download() as file:
            page.locator("a[href*='part=payments'][href*='file=csv']").click()
        assert "1500" in file.value.path().read_text(encoding="utf-8-sig")
    with Visit(browser, three, "bj-planner", lang) as visit:
        visit.go("/neighbours/ledgers")
        assert not visit.page.locator(f"main a[href='{ledger}']").count(), "no member sees the draft of another"
    with Visit(browser, three, "planner", lang) as visit:
        visit.go(ledger)
        visit.press("提请各方同意", "Put to the members")
    for planner, approver in PAIRS.values():
        if planner != "planner":
            pressed(three, browser, lang, planner, ledger, ("初核通过", "Looked over"))
        pressed(three, browser, lang, approver, ledger, ("同意", "Consent"))
    with Visit(browser, three, "he-planner", lang) as visit:
        page = visit.go(ledger)
        words = page.locator("main").inner_text()
        assert visit.say("内容已冻结", "It is frozen") in words
        assert page.locator("main form.act button", has_text=visit.say("收回", "Take back")).count() == 0
        assert re.search(r"[0-9a-f]{64}", words)
        seen(visit, "03-frozen")


def pressed(three: Server, browser: Any, lang: str, who: str, url: str, button: tuple[str, str]) -> None:
    """Let somebody open a page from what waits and press a button on it."""
    with Visit(browser, three, who, lang) as visit:
        page = visit.go("/")
        assert page.locator("main a[href^='/neighbours/consents/']").count(), "it waits on the start page"
        visit.go(url)
        visit.press(*button)


@LANGUAGES
def test_a_project_is_offered_and_taken_interest_in(three: Server, browser: Any, lang: str) -> None:
    with Visit(browser, three, "bh-approver", lang) as visit:
        visit.go("/neighbours/library")
        visit.leave(visit.page.locator(f"main a[href='/neighbours/library/offer/{three.seeded['project']}']"))
        visit.fill(title_zh="某产线项目", title_en="A line", wanted="x")
        visit.page.locator("input[name=facts][value=investment]").check()
        seen(visit, "04-offer")
        visit.save()
        offer = address(visit)
    with Visit(browser, three, "bj-planner", lang) as visit:
        page = visit.go(offer)
        words = page.locator("main").inner_text()
        assert "1,000.00" in words
        assert visit.say("保密项目名", "Secret name") not in words
        visit.follow("表达意向", "Say interest")
        visit.fill(words=visit.say("可提供研发", "research"))
        visit.save()
        seen(visit, "05-interest")
    with Visit(browser, three, "he-planner", lang) as visit:
        page = visit.go(offer)
        assert visit.say("可提供研发", "research") not in page.locator("main").inner_text()
    with Visit(browser, three, "bh-approver", lang) as visit:
        visit.go(offer)
        visit.press("同意对接", "Accept")
        seen(visit, "06-accepted")
        visit.press("撤回", "Withdraw")


@LANGUAGES
def test_a_transfer_list_is_confirmed_by_both(three: Server, browser: Any, lang: str) -> None:
    with Visit(browser, three, "bj-planner", lang) as visit:
        visit.go("/neighbours/transfers/new")
        visit.fill(name_zh="京津承接清单", name_en="List of the two", members="TJ", quality="illustrative")
        visit.save()
        url = address(visit)
        visit.follow("新增事项", "Add an item")
        visit.fill(rank="platform", name_zh="示例平台", name_en="Example platform", giver="BJ", taker="TJ")
        visit.save()
        seen(visit, "07-list")
        visit.press("提请各方同意", "Put to the members")
    pressed(three, browser, lang, "bj-approver", url, ("同意", "Consent"))
    pressed(three, browser, lang, "planner", url, ("初核通过", "Looked over"))
    pressed(three, browser, lang, "tj-approver", url, ("同意", "Consent"))
    with Visit(browser, three, "planner", lang) as visit:
        page = visit.go(url)
        assert visit.say("内容已冻结", "It is frozen") in page.locator("main").inner_text()
        assert not page.get_by_role("link", name=visit.say("新增事项", "Add an item"), exact=True).count()
        seen(visit, "08-confirmed")
