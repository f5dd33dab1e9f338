"""In a real browser, all by clicks: a round from its call to the award, and one award from its money back to the article.

Ten people take part; each reads and does what is theirs. `round_browser_cases` makes the city in which they work.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browsing import LANGUAGES, Server, Visit, server_of
from printed_text import printed_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WINNER, LOSER = ("虚构技改项目甲", "Made-up upgrade A"), ("虚构技改项目乙", "Made-up upgrade B")
CRITERIA = "tech|技术水平|technology|60|100\ngain|效益|gain|40|50"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One office for the stories of both languages."""
    with server_of(tmp_path_factory.mktemp("rounds") / "office", "round_browser_cases:seed") as server:
        yield server


def rows(visit: Visit) -> list[str]:
    """Give the lines of the list that is shown."""
    return [str(each) for each in visit.page.locator("main table.list tbody tr").all_inner_texts()]


def main(visit: Visit) -> str:
    """Give what the page says."""
    return str(visit.page.locator("main").inner_text())


def wait_for(visit: Visit) -> None:
    """Wait on a job's page until it is done, and go on to what it is about."""
    visit.page.locator("main .progress .mark:is(.good, .bad)").wait_for(timeout=120_000)
    assert visit.page.locator("main .progress .mark.good").count(), main(visit)
    visit.page.get_by_role("link", name=visit.say("查看结果", "See the result")).wait_for()
    visit.ready()
    visit.follow("查看结果", "See the result")


class Story:
    """One round by its people, each step by whoever does it."""

    def __init__(self, browser: Any, server: Server, lang: str, folder: Path) -> None:
        self.browser, self.server, self.lang, self.folder = browser, server, lang, folder
        at = 0 if lang == "zh" else 1
        self.round = ("技改示例批次", "Example round")[at]
        self.winner, self.loser = WINNER[at], LOSER[at]

    def visit(self, who: str) -> Visit:
        """Begin at somebody's start page."""
        visit = Visit(self.browser, self.server, who, self.lang)
        visit.go("/")
        return visit

    def call(self) -> None:
        """The office prepares a call from a scheme file and publishes it."""
        names = ("技改示例批次", "First example round") if self.lang == "zh" else ("技改示例批次二", "Example round")
        file, today = self.folder / "our-fund.yaml", date.today()
        file.write_text(self.server.seeded["scheme"], encoding="utf-8")
        with self.visit("planner") as visit:
            visit.menu("申报批次", "Rounds")
            visit.follow("新建批次", "New round")
            visit.page.locator("main [name=rules_file]").set_input_files(file)
            visit.fill(
                name_zh=names[0], name_en=names[1], day="2026-06-30",
                fund="OUR", year=2026, budget=160, opens=today.isoformat(), closes=(today + timedelta(days=9)).isoformat(),
                open_to="TJ", figures=self.server.seeded["figures"], needs_promise=True, criteria=CRITERIA, payer="FIN",
                illustrative=True, note="虚构通知：请于期内申报。",
            )  # fmt: skip
            visit.look("round-01-new")
            visit.save()
            visit.look("round-02-draft")
            visit.press("发布", "Publish the call")
            visit.follow("条款与办法文件", "articles and scheme file")
            assert "虚构示例〔2026〕1号 第五条" in main(visit)
            visit.look("round-03-articles")

    def apply(self, who: str, title: str, cost: str, equipment: str) -> None:
        """A firm fills in the form, attaches a document and hands it in."""
        paper = self.folder / f"{who}.csv"
        paper.write_text("设备,万元\n示例,1000\n", encoding="utf-8")
        with self.visit(who) as visit:
            visit.menu("申报批次", "Rounds")
            visit.follow(self.round, self.round)
            visit.follow("填写申报", "Apply")
            visit.fill(application_title=title, cost=cost, equipment=equipment, honest="True")
            if who == "f1":
                visit.look("round-04-apply")
            visit.save()
            visit.follow("附上材料", "Attach a paper")
            visit.page.locator("main [name=file]").set_input_files(paper)
            visit.fill(title=visit.say("设备清单（虚构）", "list of equipment (made up)"))
            visit.save()
            assert visit.say("设备清单（虚构）", "list of equipment (made up)") in main(visit)
            if who == "f1":
                visit.look("round-05-application")
            visit.press("提交", "Hand in")
            assert visit.say("已提交，待区推荐", "handed in, waits for the district") in main(visit)

    def recommend(self) -> None:
        """The district recommends with its matching, and cannot promise more than it has."""
        with self.visit("bh-approver") as visit:
            for title, rank, promise in ((self.winner, 1, 100), (self.loser, 2, 120)):
                visit.go("/")
                self._turn(visit, f"推荐 {3 - rank} 份申报：", f"Recommend {3 - rank} applications: ")
                visit.follow(title, title)
                visit.follow("区级推荐意见", "What the district says")
                visit.fill(recommended="yes", rank=rank, promise=promise, remark=visit.say("同意推荐", "agreed"))
                if rank == 1:
                    visit.save()
            visit.save(refused=True)
            assert visit.say("尚可承诺 100 万元", "1,000,000 yuan is left") in main(visit)
            visit.look("round-06-beyond-its-means")
            visit.fill(promise=80)
            visit.save()

    def review(self) -> None:
        """Eligibility by the rules; experts, of whom one may not and one will not; marks."""
        with self.visit("planner") as visit:
            visit.menu("申报批次", "Rounds")
            visit.follow(self.round, self.round)
            visit.press("截止申报", "Close applications")
            visit.press("资格审核", "Check eligibility")
            wait_for(visit)
            visit.follow("分派专家", "Assign experts")
            self._assign(visit, "r1", "r4")
            visit.page.locator("main .progress .mark.bad").wait_for(timeout=120_000)
            visit.page.locator("main section.failure").wait_for()
            assert visit.say("无利益关系的专家", "without a conflict") in main(visit)
            visit.look("round-07-conflict-refused")
            visit.page.go_back()
            visit.ready()
            self._assign(visit, "r1", "r2")
            wait_for(visit)
            assert len([each for each in rows(visit) if self.round in each]) == 4
        self._mark("r2", (self.winner, "88", "40"), (self.loser, "", ""))
        with self.visit("planner") as visit:
            visit.menu("申报批次", "Rounds")
            visit.follow(self.round, self.round)
            visit.follow("分派专家", "Assign experts")
            self._assign(visit, "r1", "r2", "r3")
            wait_for(visit)
            visit.look("round-09-reviews")
        self._mark("r3", (self.loser, "70", "41"))
        self._mark("r1", (self.winner, "90", "45"), (self.loser, "80", "40"))

    def _assign(self, visit: Visit, *experts: str) -> None:
        for box in visit.page.locator("main [name=experts]").all():
            box.set_checked(box.get_attribute("value") in experts)
        visit.fill(each_to=2)
        visit.save()

    def _mark(self, who: str, *marks: tuple[str, str, str]) -> None:
        with self.visit(who) as visit:
            self._turn(visit, f"评审 {len(marks)} 份申报：", f"Review {len(marks)} applications: ")
            mine = visit.page.url.removeprefix(self.server.url)
            for title, tech, gain in marks:
                visit.go(mine)
                visit.follow(title, title)
                if tech:
                    visit.fill(tech=tech, gain=gain, review_words=visit.say("材料齐全", "complete"))
                    visit.save()
                    continue
                visit.look("round-08-review")
                visit.press("申请回避", "Stand back", reason=visit.say("曾任该企业顾问", "was an adviser of the firm"))
                assert "1999.99" not in main(visit)

    def publish(self) -> None:
        """The office compares its experts, ranks and publishes; the list is printed."""
        with self.visit("planner") as visit:
            self._turn(visit, "审核、评审并排序：", "Check, have reviewed and rank: ")
            visit.follow("宽严比较", "Leniency")
            assert visit.say("专家乙", "Expert B") in main(visit)
            visit.look("round-10-leniency")
            visit.page.go_back()
            visit.ready()
            visit.press("排序", "Rank")
            wait_for(visit)
            visit.look("round-11-ranked")
            visit.press("公示名单", "Publish the list")
            visit.follow("公示名单", "the list")
            assert [self.winner in each for each in rows(visit)] == [True]
            visit.look("round-12-published")
            pdf = visit.page.pdf(format="A4", path=visit.shot("round-12-published").with_suffix(".pdf"))
            visit.page.emulate_media(media="print")
            visit.page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots an inch
            visit.shot("round-13-printed")
            told = printed_text(pdf)
            assert all("".join(each.split()) in told for each in (self.winner, visit.say("公示期", "Published")))
            assert not any(each in told for each in ("CSV", "Excel", self.loser.replace(" ", "")))

    def object_and_answer(self) -> None:
        """The firm that is not on the list reads why, and objects; the office answers."""
        with self.visit("f2") as visit:
            visit.menu("申报", "Applications")
            visit.page.locator("main table.list a", has_text=self.loser).first.wait_for()
            assert {("虚构企业2号" in each) for each in rows(visit)} == {True}
            visit.follow(self.loser, self.loser)
            why = main(visit)
            for each in ("批次预算", "budget of the batch"), ("即可立项", "would be funded"):
                assert visit.say(*each) in why
            assert "虚构示例〔2026〕1号 第五条" in why
            assert not any(each in why for each in ("专家甲", "Expert A", self.winner))
            visit.look("round-14-why-not")
            visit.follow("提出异议", "Object to the result")
            visit.fill(remark=visit.say("设备投资额请复核（虚构）", "Please check the equipment again (made up)"))
            visit.save()
            assert visit.say("待答复", "to be answered") in main(visit)
            visit.look("round-15-objection")
        with self.visit("planner") as visit:
            self._turn(visit, "答复异议：", "Answer an objection: ")
            visit.follow("答复", "Answer")
            visit.fill(effect="kept", remark=visit.say("经复核无误（虚构）", "Checked; it is right (made up)"))
            visit.save()
            visit.look("round-16-answer")

    def award(self) -> None:
        """Who ranked does not award; somebody else does. Each firm then sees its own alone."""
        self.server.run("round_browser_cases:end_publicity")
        with self.visit("planner") as visit:
            visit.menu("申报批次", "Rounds")
            visit.follow(self.round, self.round)
            assert visit.say("排序人不得决定立项", "Who ranked does not award") in main(visit)
            assert not visit.page.locator("main form[action$='/award']").count()
        with self.visit("second") as visit:
            self._turn(visit, "决定立项：", "Award: ")
            visit.press("决定立项", "Award")
            visit.look("round-17-awarded")
        with self.visit("f1") as visit:
            visit.menu("立项", "Awards")
            assert {("虚构企业1号" in each) for each in rows(visit)} == {True}
            visit.follow(self.winner, self.winner)
            assert visit.say("追溯", "Trail") not in main(visit)
            visit.look("round-18-own-award")
            own = visit.page.url
        with self.visit("f2") as visit:
            visit.menu("立项", "Awards")
            assert not rows(visit)
            assert visit.page.context.request.get(own).status == 404

    def pay(self) -> None:
        """The finance bureau pays the first instalment."""
        with self.visit("finance") as visit:
            visit.menu("立项", "Awards")
            visit.follow(self.winner, self.winner)
            visit.follow("登记拨付", "Book a payment")
            visit.page.locator("main [name=share]").select_option(index=0)
            visit.fill(amount="60", document="津财示例〔2026〕1号")
            visit.look("round-19-pay")
            visit.save()
            visit.look("round-20-ledger")

    def follow_the_money(self) -> None:
        """The auditor goes from the payment to the article, the data and who approved, by links."""
        with self.visit("auditor") as visit:
            page = visit.page
            visit.menu("资金台账", "Ledger")
            visit.look("round-21-entries")
            paid = page.locator("main tbody tr", has_text="津财示例〔2026〕1号").filter(has_text=self.winner)
            visit.leave(paid.get_by_role("link").first)
            visit.follow("追溯", "Trail")
            visit.look("round-22-trail")
            trail = page.url
            found = page.locator("ol.followed a").all()
            links = {str(each.get_attribute("href")): each for each in found}
            read: dict[str, str] = {}
            for href in links:
                way = page.locator(f"ol.followed a[href='{href}']").first
                if "/papers/" in href:
                    with page.expect_download():
                        way.click()
                    continue
                visit.leave(way)
                read[urlsplit(href).path] = main(visit)
                if any(each in href for each in ("/runs/", "/data/", "/history/rounds.entry/")):
                    visit.look(f"round-23-{href.split('/')[1]}-{href.split('/')[2].split('.')[0]}")
                page.go_back()
                visit.ready()
                assert page.url == trail

            def of(part: str) -> str:
                return "".join(text for path, text in read.items() if part in path)

            people = {
                "/history/rounds.entry/": ("钱会计", "Qian, finance"),
                "/data/versions/": ("周规划", "Zhou, planner"),
                "/runs/": ("周规划", "Zhou, planner"),
            }
            for part, name in people.items():
                assert visit.say(*name) in of(part), (part, list(read))
            assert visit.say("郑区长", "Zheng, district") in of("/data/versions/")
            assert visit.say("吴复核", "Wu, second planner") in main(visit)
            assert "虚构示例〔2026〕1号 第五条" in of("/articles")
            assert self.winner in of("/rounds/applications/")
            assert any("/papers/" in href for href in links)
            visit.follow("批次资金与绩效", "Money of the round")
            visit.look("round-24-money")

    def _turn(self, visit: Visit, zh: str, en: str) -> None:
        visit.follow(zh + self.round, en + self.round)


@LANGUAGES
def test_a_round_from_its_call_to_the_trail_of_its_money(
    browser: Any, office: Server, lang: str, tmp_path: Path
) -> None:
    story = Story(browser, office, lang, tmp_path)
    story.call()
    story.apply("f1", story.winner, "4000", "3000")
    story.apply("f2", story.loser, "2500", "1999.99")
    story.recommend()
    story.review()
    story.publish()
    story.object_and_answer()
    story.award()
    story.pay()
    story.follow_the_money()
