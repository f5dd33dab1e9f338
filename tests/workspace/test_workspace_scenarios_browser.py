"""In a real browser: a planner edits a scenario in a grid, runs two plans in the background and compares them.

In `make test` on the small region, in `make endure` on the demonstration with its own accounts; in both languages, in one
office for each. Pictures stay in ``out/screens/scenarios``.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import LANGUAGES, WORK, Server, Visit, server_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASTE = """([id, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.getElementById(id).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
TOO_MUCH = {"zh": "很多", "en": "a lot"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An office on the small region."""
    with server_of(tmp_path_factory.mktemp("scenarios") / "office", "scenario_browser_cases:small") as server:
        yield server


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration."""
    folder = tmp_path_factory.mktemp("demonstration") / "office"
    with server_of(folder, "scenario_browser_cases:demonstration") as server:
        yield server


@LANGUAGES
def test_a_planner_edits_runs_two_and_compares(small: Server, browser: Any, lang: str) -> None:
    story(small, browser, lang, "scenarios")


@pytest.mark.endure
@LANGUAGES
def test_the_same_on_the_demonstration(demonstration: Server, browser: Any, lang: str) -> None:
    story(demonstration, browser, lang, "scenarios/demonstration")


def story(server: Server, browser: Any, lang: str, folder: str) -> None:
    """Make a scenario, edit it, run a plan without and with it, compare the two."""
    with Visit(browser, server, server.seeded["who"], lang) as visit:
        scenario = made(visit, folder)
        edited(visit, folder, scenario)
        added(visit, folder, scenario)
        plans = [ran(visit, ""), ran(visit, scenario)]
        compared(visit, folder, plans)


def made(visit: Visit, folder: str) -> str:
    """A scenario on the version in force; gives its code."""
    seeded, code = visit.server.seeded, f"story-{visit.lang}"
    visit.go("/scenarios/")
    visit.follow("新建情景", "New scenario")
    visit.fill(
        code=code, name_zh=f"上限收紧、加一条通道（{visit.lang}）", version=seeded["version"], unit=seeded["unit"]
    )
    visit.fill(name_en=f"A tighter cap and one more link ({visit.lang})")
    visit.save()
    visit.look(f"{folder}/01-scenario")
    return code


def edited(visit: Visit, folder: str, scenario: str) -> None:
    """A cell is typed wrong and kept in its field, then typed right; the grid shows old and new."""
    seeded = visit.server.seeded
    page = visit.go(f"/scenarios/{scenario}/tables/limits/edit")
    cell = page.locator(f"tr:has(th:has-text('{seeded['record']}')) input[value='{seeded['old']}']")
    name = cell.get_attribute("id")
    cell.fill(TOO_MUCH[visit.lang])
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") != name  # at the end of the text it goes to the next cell
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == name
    assert page.locator("#typed").inner_text().strip().endswith("1")
    page.evaluate(PASTE, [name, f"0.1\t{TOO_MUCH[visit.lang]}"])
    assert cell_after(page, name).input_value() == TOO_MUCH[visit.lang]
    page.reload()
    visit.ready()
    page.locator(f"#{name}").fill(TOO_MUCH[visit.lang])
    visit.leave(_save(visit), refused=True)
    assert page.locator(f"#{name}").input_value() == TOO_MUCH[visit.lang]
    assert page.locator(f"#{name}").get_attribute("aria-invalid") == "true"
    visit.look(f"{folder}/02-refused")
    page.locator(f"#{name}").fill(seeded["new"])
    page.locator("input[name=reason]").fill(visit.say("国家下达的上限收紧", "The national cap is tightened"))
    visit.leave(_save(visit))
    row = page.locator(f"tr:has(#{name})")
    assert row.locator("del").first.inner_text() == seeded["old"]
    assert page.locator(f"#{name}").input_value() == seeded["new"]
    visit.look(f"{folder}/03-grid")


def cell_after(page: Any, name: str) -> Any:
    """The field of the next cell of the row."""
    row, column = name.split("_")
    return page.locator(f"#{row}_{int(column) + 1}")


def _save(visit: Visit) -> Any:
    return visit.page.get_by_role("button", name=visit.say("保存修改", "Save the changes"), exact=True)


def added(visit: Visit, folder: str, scenario: str) -> None:
    """A record that is not there yet, begun from one like it; then all changes in a list."""
    seeded = visit.server.seeded
    page = visit.go(f"/scenarios/{scenario}/tables/links/edit?q={seeded['like'].split('|')[0]}")
    visit.leave(page.locator(f"a[href*='like={seeded['like'].replace('|', '%7C')}']"))
    visit.fill(link=seeded["link"], capacity=seeded["capacity"], reason=visit.say("第二条通道", "A second link"))
    visit.look(f"{folder}/04-record")
    visit.save()
    assert page.locator("tr.added").count() == 1
    page = visit.go(f"/scenarios/{scenario}")
    assert seeded["link"] in page.locator("main table.list").first.inner_text()
    assert page.locator("main ins").first.inner_text() == seeded["new"]
    visit.look(f"{folder}/05-changes")


def ran(visit: Visit, scenario: str) -> str:
    """A plan in the background, with the scenario or without; gives the study's code."""
    seeded = visit.server.seeded
    if scenario:
        visit.go(f"/scenarios/{scenario}")
        visit.follow("发起测算", "Run a study")
        visit.fill(kind="plan")
        visit.leave(visit.page.locator("main form.fields button"))
        assert visit.page.locator("select[name=scenario]").input_value() == scenario
    else:
        visit.go(f"/studies/new?kind=plan&version={seeded['version']}")
    projects = visit.page.locator("input[name=projects]")
    if projects.count():
        projects.uncheck()
    visit.save()
    address = str(visit.page.url)
    visit.page.locator("main .progress[hx-get]").wait_for(state="detached", timeout=WORK)
    visit.go(address.removeprefix(visit.server.url))
    assert visit.page.locator("#lines").count() == 1, visit.page.locator("main").inner_text()
    return address.rstrip("/").rsplit("/", 1)[-1]


def compared(visit: Visit, folder: str, plans: list[str]) -> None:
    """The two side by side: what differs in the inputs stands there, and the address brings the page back."""
    seeded = visit.server.seeded
    page = visit.go(f"/studies/new?kind=comparison&version={seeded['version']}")
    for code in plans:
        page.locator(f"input[name=studies][value='{code}']").check()
    visit.look(f"{folder}/06-choose")
    visit.save()
    address = str(page.url).removeprefix(visit.server.url)
    page.locator("main .progress[hx-get]").wait_for(state="detached", timeout=WORK)
    visit.go(f"{address}?group=all")
    assert seeded["new"] in page.locator("main").inner_text()
    visit.look(f"{folder}/07-comparison")
