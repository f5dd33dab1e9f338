"""In a real browser, in both languages: a study is published as a plan, numbers become targets and duties, reality leaves it."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = {"zh": "先进制造业行动方案", "en": "Action plan for manufacturing"}
MONTHS = {"zh": "2019-12", "en": "2021-12"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One office for both languages."""
    with server_of(tmp_path_factory.mktemp("plans") / "office", "plan_browser_cases:office") as server:
        yield server


def code_of(visit: Visit) -> str:
    return str(visit.page.url).rsplit("/plans/", 1)[-1].split("/")[0].split("#")[0]


@LANGUAGES
def test_from_a_study_to_where_reality_left_the_plan(city: Server, browser: Any, lang: str) -> None:
    plan = prepared(city, browser, lang)
    published(city, browser, lang, plan)
    derived(city, browser, lang, plan)
    left(city, browser, lang, plan)


def prepared(city: Server, browser: Any, lang: str) -> str:
    """The planner prepares a plan from the study's page, waits until its numbers are read, and hands it in."""
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go(city.seeded["study"])
        visit.follow("拟定为规划方案", "Prepare a plan of it")
        page.locator("input[name=name_zh]").fill(NAMES["zh"])
        page.locator("input[name=name_en]").fill(NAMES["en"])
        visit.save()
        visit.worked()
        assert NAMES[lang] in page.locator("h1").inner_text()
        visit.look("plans/01-draft")
        visit.press("提交审批", "Hand in")
        assert not page.locator("form[action$='/approve']").count(), "who prepared it does not publish it"
        return code_of(visit)


def published(city: Server, browser: Any, lang: str, plan: str) -> None:
    """The chief finds it on the start page and publishes it; its page says all that it rests on."""
    with Visit(browser, city, "chief", lang) as visit:
        page = visit.go("/")
        visit.leave(page.locator(f"main a[href='/plans/{plan}']").first)
        visit.press("审批发布", "Publish")
        main = page.locator("main").inner_text()
        assert visit.say("已发布，现行", "published, in force") in main
        assert main.count("SHA-256") >= 1
        visit.shot("plans/02-published")


def derived(city: Server, browser: Any, lang: str, plan: str) -> None:
    """Nothing is made before the ticks; then a target, a cap with its duty, a project's duty and a problem are."""
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go(f"/plans/{plan}")
        visit.follow("由方案生成目标、职责、问题", "Derive targets, duties, problems")
        wanted = ("target|value_added|north|", "cap|cap|north|", "project|P1", "problem|")
        for start in wanted:
            page.locator(f"input[name=tick][value^='{start}']").first.check()
        visit.look("plans/03-numbers")
        visit.press("生成勾选的项", "Make what is ticked")
        assert page.locator("#made + div tbody tr").count() == len(wanted)
        visit.look("plans/04-made")
        visit.leave(page.locator("#made + div tbody tr").first.locator("td:nth-child(2) a").first)
        assert page.locator(f"main a[href^='/plans/{plan}']").count(), "the target leads back to the plan's number"


def left(city: Server, browser: Any, lang: str, plan: str) -> None:
    """A month's return comes in below the path: the page shows what was planned, what came, and since when it is off."""
    came = city.run("plan_browser_cases:come_in", plan, MONTHS[lang], "0.8")
    with Visit(browser, city, "planner", lang) as visit:
        page = visit.go(f"/plans/{plan}")
        visit.follow("方案与实际", "Where reality left the plan")
        line = page.locator("#courses ~ div tbody tr").filter(has_text=MONTHS[lang]).first
        said = line.inner_text()
        assert came["value"] in said
        assert came["planned"] in said
        assert line.locator(".mark.bad").count() == 1
        assert page.locator("main canvas, main svg").count()
        visit.look("plans/05-reality")
        with page.expect_download() as file:
            page.locator("a[href$='/reality/courses/csv']").click()
        assert file.value.suggested_filename.endswith(".csv")
