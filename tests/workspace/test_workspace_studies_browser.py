"""In a real browser: a point of a front is picked and planned at, a bottleneck becomes a problem, a district reads its card.

In both languages, in one office; pictures stay in ``out/screens/kinds``.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PNG = b"\x89PNG"
PLACE = """number => { const radio = document.querySelector(`input[name=point][value="${number}"]`);
  const box = document.querySelector('figure[data-key="front"] .chart'); box.scrollIntoView({ block: "center" });
  const [x, y] = echarts.getInstanceByDom(box).convertToPixel({ seriesIndex: 0 },
    [Number(radio.dataset.x), Number(radio.dataset.y)]);
  const at = box.getBoundingClientRect(); return [at.x + x, at.y + y]; }"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_of(tmp_path_factory.mktemp("kinds") / "office", "kind_browser_cases:seed") as server:
        yield server


def run(visit: Visit, kind: str, more: str = "", **settings: Any) -> str:
    """Ask for a study and wait for it; gives its address."""
    visit.go(f"/studies/new?kind={kind}&version={visit.server.seeded['version']}{more}")
    visit.fill(**settings)
    visit.save()
    visit.worked()
    return str(visit.page.url.removeprefix(visit.server.url).split("?")[0])


def every_file(visit: Visit, address: str) -> None:
    """Every figure and table of a study comes as CSV and Excel, every chart as a picture, on its own address."""
    page = visit.go(f"{address}?group=all")
    files = [each.get_attribute("href") for each in page.locator("nav.contents a[href*='/figures/']").all()]
    ask = visit.context.request
    assert files
    for file in files:
        answer = ask.get(visit.server.url + file)
        assert answer.ok, file
        assert file.endswith(("csv", "xlsx")) == ("attachment" in answer.headers.get("content-disposition", "")), file
    assert {file.rsplit("/", 1)[-1] for file in files} >= {"csv", "xlsx"}
    for figure in page.locator("figure.charted").all():
        with page.expect_download() as got:
            figure.locator("button[data-do=png]").click()
        assert got.value.path().read_bytes().startswith(PNG)


@LANGUAGES
def test_a_point_is_picked_on_the_front_and_planned_at(browser: Any, office: Server, lang: str) -> None:
    with Visit(browser, office, "planner", lang) as visit:
        address = run(visit, "front", points="4")
        page = visit.page
        visit.look("kinds/front")
        page.locator("form[data-listens]").wait_for(state="attached")
        across, up = page.evaluate(PLACE, 3)
        with page.expect_navigation():
            page.mouse.click(across, up)
        visit.ready()
        assert page.url.endswith("?point=3"), "a click on the chart chooses the point"
        assert page.locator("#table-front-3-sectors tbody tr").count() > 3
        visit.look("kinds/front-point")
        changed = page.locator("#table-front-3-members").inner_text()
        page.locator("input[name=point][value='2']").check()
        visit.press("看这一点改变什么", "Show what this point changes")
        assert page.locator("#table-front-2-sectors").count() == 1, "the table chooses as well"
        visit.press("按此点重新求解", "Plan at this point")
        visit.worked()
        visit.look("kinds/front-plan")
        assert page.locator("main figure.charted").count() >= 1
        every_file(visit, address)
    with Visit(browser, office, "chief", lang) as other:
        page = other.go(f"{address}?point=3")
        assert page.locator("input[name=point]:checked").get_attribute("value") == "3"
        assert page.locator("#table-front-3-members").inner_text() == changed, "the address restores what was looked at"


@LANGUAGES
def test_a_bottleneck_of_a_study_becomes_a_problem(browser: Any, office: Server, lang: str) -> None:
    with Visit(browser, office, "planner", lang) as visit:
        address = run(visit, "bottlenecks", top="3")
        page = visit.page
        visit.look("kinds/bottlenecks")
        visit.follow("登记为问题", "Make problems of them")
        line = page.locator("main tbody tr").first
        price = line.locator("td").nth(2).inner_text()
        if line.locator("form.act").count():
            visit.look("kinds/bottlenecks-raise")
            visit.leave(line.locator("form.act button"))
        else:
            visit.leave(line.locator("td a"))  # the other language raised it
        assert price in page.locator("main").inner_text(), "the price stands in the problem"
        visit.look("kinds/problem")
        every_file(visit, address)


@LANGUAGES
def test_a_district_opens_the_card_of_its_project(browser: Any, office: Server, lang: str) -> None:
    project = {"zh": "P1", "en": "P2"}[lang]
    with Visit(browser, office, "bh-editor", lang) as visit:
        page = visit.go("/projects/")
        visit.leave(page.locator("main table.list a", has_text=project).first)
        visit.look("kinds/project")
        visit.follow("规划为什么选或不选", "Why the plan takes it or not")
        assert page.locator("select[name=project]").input_value() == project, "the form knows which project"
        visit.save()
        visit.worked()
        visit.look("kinds/card-study")
        assert project in page.locator("#lines + ol").inner_text()
        address = page.url.removeprefix(office.url).split("?")[0]
        visit.follow("一页卡片（供打印）", "One-page card, for print")
        visit.look("kinds/card")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4"))) == 1, "it prints on one sheet"
        for name in ("Word", "Excel"):
            with page.expect_download() as got:
                page.get_by_role("link", name=name, exact=True).click()
            assert got.value.path().read_bytes().startswith(b"PK")
        visit.go("/projects/")
        visit.leave(page.locator("main table.list a", has_text=project).first)
        visit.follow("规划怎么说：项目卡片", "What the plan says: its card")
        assert page.url.endswith(address), "the project leads to its card"
