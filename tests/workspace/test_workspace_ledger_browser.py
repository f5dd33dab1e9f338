"""In a real browser: why an applicant is not on the list, an objection, its answer, the award, the payment, the trail."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def published(tmp_path: Any) -> Iterator[Server]:
    with server_of(tmp_path / "office", "ledger_browser_cases:seed") as server:
        yield server


def sent(visit: Visit, name: str) -> None:
    """Press a button and wait for the page."""
    visit.page.get_by_role("button", name=name, exact=True).first.click()
    visit.ready()


WORDS = {
    "zh": {"why": "结果的原因", "object": "提交异议", "answer": "保存", "award": "立项", "pay": "登记拨付", "trail": "追溯", "booked": "已登记拨付"},
    "en": {"why": "Why it came out so", "object": "Hand the objection in", "answer": "Save", "award": "Award",
           "pay": "Book a payment", "trail": "Trail", "booked": "The payment is booked"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_list_to_the_trail(browser: Any, published: Server, lang: str) -> None:
    said, codes = WORDS[lang], published.seeded
    loser = codes["loser_unit"].lower()
    with Visit(browser, published, loser, lang) as visit:
        page = visit.go(f"/rounds/applications/{codes['loser']}")
        assert said["why"] in page.content()
        visit.look("round-why-not")
        winner = page.context.request.get(f"{published.url}/rounds/applications/{codes['winner']}")
        assert winner.status == 404
        visit.go(f"/rounds/{codes['round']}/object?about={codes['winner']}")
        page.locator("main textarea").first.fill("设备投资额存疑（虚构）")
        sent(visit, said["object"])
        objection = page.url.rsplit("/", 1)[1]
        visit.look("round-objection")
    assert published.run("ledger_browser_cases:state_of", codes["winner"]) == "objected"
    with Visit(browser, published, "planner", lang) as visit:
        page = visit.go(f"/rounds/objections/{objection}/answer")
        page.locator("main textarea").first.fill("经核实，投资额与发票一致（虚构）")
        page.locator("main select[name=effect]").select_option("kept")
        sent(visit, said["answer"])
        visit.look("round-answer")
    published.run("ledger_browser_cases:end_publicity", codes["round"])
    with Visit(browser, published, "second", lang) as visit:
        page = visit.go(f"/rounds/{codes['round']}")
        page.locator(f"form[action$='/{codes['round']}/award'] button").first.click()
        visit.ready()
        visit.look("round-awarded")
    award = published.run("ledger_browser_cases:award_of", codes["winner"])
    with Visit(browser, published, "finance", lang) as visit:
        page = visit.go(f"/rounds/awards/{award}/pay")
        page.locator("select[name=share]").select_option(index=0)
        page.locator("input[name=amount]").fill("1.5")
        sent(visit, said["pay"])
        assert said["booked"] in page.content()
        visit.look("round-award-ledger")
    with Visit(browser, published, "auditor", lang) as visit:
        page = visit.go(f"/rounds/awards/{award}")
        page.get_by_role("link", name=said["trail"], exact=True).click()
        visit.ready()
        text = page.content()
        for expected in ("虚构示例〔2026〕1号", "second", "planner", "finance", "our-fund/upgrade"):
            assert expected in text
        visit.look("round-trail")
        links = page.locator("ol.followed a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
        kinds = (
            "/history/rounds.entry/",
            "/rounds/awards/",
            "/rounds/runs/",
            "/rounds/applications/",
            "/rules",
            "/papers/",
        )
        assert all(any(kind in link for link in links) for kind in kinds), links
        for link in links:
            assert page.context.request.get(published.url + link).status == 200, link
        visit.go(f"/rounds/{codes['round']}/money")
        visit.look("round-money")
