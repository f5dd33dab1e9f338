"""Every page in a real browser, in both languages: nothing fails, nothing leaves the host, axe and the keyboard agree.

The pages are those of the table of addresses, so that a new one is looked at as soon as it stands. Pictures are kept in
out/screens.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit, server_of
from printed_text import printed_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUS = """() => { const at = document.activeElement; if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect(); at.dataset.reached = "yes";
  return {name: at.outerHTML.slice(0, 120), wide: box.width, outline: getComputedStyle(at).outlineStyle}; }"""
UNREACHED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((each) => each.offsetParent !== null && !each.disabled && !each.dataset.reached && each.type !== "radio")
  .map((each) => each.outerHTML.slice(0, 120))"""
POSTED = """() => { const button = document.createElement("button"); button.id = "posts-by-htmx"; button.type = "button";
  button.setAttribute("hx-post", "/language"); button.setAttribute("hx-swap", "none");
  button.setAttribute("hx-vals", JSON.stringify({lang: document.documentElement.lang}));
  document.querySelector("main").append(button); htmx.process(button); button.click(); }"""
MOST_TABS = 400


@dataclass(frozen=True)
class Pages:
    """A server with every page (name, address, who opens it) and every address that shows no page."""

    server: Server
    pages: list[list[str]]
    others: list[list[str]]


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A full office on a real server."""
    with server_of(tmp_path_factory.mktemp("pages") / "office", "page_cases:office", worker=False) as server:
        yield Pages(server, server.seeded["pages"], server.seeded["others"])


@pytest.fixture
def visits(every: Pages, browser: Any) -> Iterator[Any]:
    """Give one visit for each person; what any of them noted fails the test."""
    opened: dict[tuple[str, str], Visit] = {}

    def visit(who: str, lang: str) -> Visit:
        if (who, lang) not in opened:
            opened[who, lang] = Visit(browser, every.server, who, lang)
        return opened[who, lang]

    yield visit
    faults = [fault for each in opened.values() for fault in each.close()]
    assert not faults, "\n".join(faults)


def test_no_address_breaks_for_anybody(every: Pages) -> None:
    assert [each for each in every.others if each[3].startswith("5")] == []


@LANGUAGES
def test_every_page_is_sound(every: Pages, visits: Any, lang: str) -> None:
    assert {name.split(":")[0] for name, _, _ in every.pages} >= {"office", "jobs", "intake", "data"}
    assert len(every.pages) > 25
    rooms = set()
    for name, url, who in every.pages:
        visit = visits(who, lang)
        page = visit.go(url)
        visit.look(f"pages/{name.replace(':', '-')}")
        forms_carry_the_token(page, name)
        if (room := name.split(":")[0]) not in rooms:
            htmx_sends_the_token(page, name)
        rooms.add(room)
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1, url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{url} is wider than the window"


def forms_carry_the_token(page: Any, name: str) -> None:
    for form in page.locator("form[method=post]").all():
        token = form.locator("input[name=csrfmiddlewaretoken]")
        assert token.count() == 1, f"a form of {name}"
        assert len(token.get_attribute("value")) > 30


def htmx_sends_the_token(page: Any, name: str) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/language")) as answered:
        page.evaluate(POSTED)
    assert answered.value.status == 302, f"{name}: htmx posted without the token"
    page.wait_for_load_state("networkidle")


@pytest.mark.endure
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_on_any_page(every: Pages, visits: Any, lang: str) -> None:
    for _, url, who in every.pages:
        visit = visits(who, lang)
        visit.go(url)
        assert visit.axe() == [], url


@pytest.mark.endure
def test_a_page_of_each_room_prints_with_its_title_and_state(every: Pages, visits: Any) -> None:
    """On paper: the heading and the line that says what it is and when; no menu. In English: a PDF's text has some Chinese
    characters as their radicals."""
    printed = set()
    for name, url, who in every.pages:
        room = name.split(":")[0]
        if room in printed or not who:
            continue
        printed.add(room)
        page = visits(who, "en").go(url)
        told = printed_text(page.pdf(format="A4"))
        title = "".join(unicodedata.normalize("NFKC", page.locator("h1").inner_text()).split())
        assert title in told, f"{url}: the heading is not on paper"
        assert "haihe" in told, f"{url}: nothing says what printed it"
        page.emulate_media(media="print")
        line = page.locator(".printed")
        assert line.count() == 1, url
        assert line.is_visible(), url
        assert not page.locator(".menu").is_visible(), url
        page.emulate_media(media="screen")
    assert printed >= {"office", "dashboards", "studies", "plans", "duties", "problems", "projects", "rounds", "months"}


def test_the_keyboard_reaches_everything(every: Pages, visits: Any) -> None:
    for name, url, who in every.pages:
        if name not in {"office:start", "office:audit", "office:person-new", "office:history", "office:sign-in"}:
            continue
        page = visits(who, "zh").go(url)
        page.evaluate("document.activeElement.blur()")
        rounds = 0
        for _ in range(MOST_TABS):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUS)
            rounds += focused is None
            if rounds > 1:
                break  # round twice, since a page may begin with a field in its middle
            if focused is None:
                continue
            assert focused["outline"] != "none", f"{url}: no visible focus on {focused['name']}"
        assert page.evaluate(UNREACHED) == [], url


def test_the_skip_link_leads_past_the_menu(every: Pages, visits: Any) -> None:
    page = visits("auditor", "zh").go("/audit")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("each => each === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_language_switch_keeps_the_page_and_its_filters(every: Pages, visits: Any) -> None:
    visit = visits("auditor", "zh")
    page = visit.go("/audit?verb=create&sort=-number")
    page.get_by_role("button", name="English").click()
    visit.ready()
    assert page.url.endswith("/audit?verb=create&sort=-number")
    assert page.locator("h1").inner_text() == "Audit"
    page.get_by_role("button", name="中文").click()
    visit.ready()
    assert page.locator("h1").inner_text() == "审计记录"


def test_without_scripts_the_pages_still_work(every: Pages, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies(every.server.cookies_of("auditor", browser))
    page = context.new_page()
    page.goto(f"{every.server.url}/audit")
    page.locator("select[name=verb]").select_option("create")
    page.locator("form.filters button").click()
    assert "verb=create" in page.url
    assert page.locator("tbody tr").count() == 50
    page.get_by_role("link", name="下一页").click()
    assert page.locator("tbody tr").count() >= 1
    context.close()


@pytest.mark.parametrize("size", [(400, 800), (1920, 1080)])
def test_other_sizes_fit(every: Pages, browser: Any, size: tuple[int, int]) -> None:
    width, height = size
    with Visit(browser, every.server, "auditor", "zh", {"width": width, "height": height}) as visit:
        for name in ("/", "/audit", "/history/units.unit/TJ-BH", "/settings"):
            page = visit.go(name)
            visit.look(f"sizes{name.replace('/', '-')}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_an_auditor_reads_the_history_of_an_object(every: Pages, browser: Any) -> None:
    for lang in ("zh", "en"):
        with Visit(browser, every.server, "auditor", lang) as visit:
            page = visit.go("/search?q=bhxq")
            assert page.locator("tbody tr").first.locator("code").inner_text() == "TJ-BH"
            page = visit.go("/audit?q=TJ-BH&verb=edit")
            page.locator("tbody a").first.click()
            visit.ready()
            visit.look("auditor-history")
            shown = page.locator("ol.history > li").first.inner_text()
            for word in ("admin", "更正英文名", "Binhai New Area"):
                assert word in shown
            page = visit.go("/audit/proof")
            page.locator("main form button").click()
            visit.ready()
            assert page.locator(".message.success").count() == 1
            visit.look("auditor-proof")


def test_the_history_prints_on_a4(every: Pages, visits: Any) -> None:
    visit = visits("auditor", "zh")
    page = visit.go("/audit")
    printed = page.pdf(format="A4", path=visit.shot("print").with_suffix(".pdf"))
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator(".printed").is_visible()
    assert not page.locator(".menu").is_visible()
    assert not page.locator("form.filters").is_visible()
    visit.shot("print-look")
    page.emulate_media(media="screen")


def test_what_is_watched_would_be_seen(every: Pages, browser: Any) -> None:
    visit = Visit(browser, every.server, "auditor", "zh")
    page = visit.go("/audit")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"><img src=\"http://elsewhere.invalid/x.png\"></p>')"
    )
    page.evaluate("console.error('said')")
    visit.look("watched")
    faults = "\n".join(visit.close())
    for word in ("asked http://elsewhere", "policy: ", "console: said", "axe on"):
        assert word in faults, faults
