"""A real server, a real Chromium, and watching eyes: what browser tests of the workspace share.

``server_of(folder, seed)`` starts the workspace on a folder of its own; ``Visit`` is one person's browser, which notes
every error in the console, request off the host, violation of the content security policy, answer of 500 and above, and
missing file. `Visit.look` keeps a screenshot and asks axe about the page. ``out/screens`` keeps the pictures.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import warm

from workspace_cases import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "out" / "screens"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
]
SIZE = {"width": 1366, "height": 768}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
GRAVE = {"serious", "critical"}
SECONDS = 60
WORK = 120_000
REFUSED = 400
_ASKED: set[str] = set()
"""Pages that axe was asked about in this process."""
VIOLATIONS = """window.violations = []; document.addEventListener("securitypolicyviolation",
  (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


LANGUAGES = pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.endure)])
"""A story in both languages: the second one in `make endure`, to keep `make test` under its half hour."""


def _environment(home: Path) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "workspace"), str(ROOT / "src")])
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    ours = {"HAIHE_HOME": str(home), "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "haihe.workspace.settings"}
    return os.environ | threads | ours


@dataclass
class Server:
    """A workspace that runs: its address and folder."""

    url: str
    home: Path
    seeded: Any = None
    """What the seed gave."""
    cookies: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    pid: int = 0
    """The process that answers."""

    def run(self, what: str, *inputs: Any) -> Any:
        """Run ``module:function`` on the workspace in a process of its own; give what it gives, through JSON."""
        said = [json.dumps(each) for each in inputs]
        command = [str(Path(__file__).with_name("browsing_run.py")), str(self.home), what, *said]
        done = warm.run(command, _environment(self.home))
        if done.returncode:
            raise AssertionError(f"{what} failed\n{done.stderr}")
        return json.loads(done.stdout)

    def cookies_of(self, who: str, browser: Any) -> list[dict[str, Any]]:
        """Give the cookies of somebody who is signed in."""
        if (self.url, who) not in self.cookies:
            Visit(browser, self, who).close()
        return self.cookies[self.url, who]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{url}/sign-in", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer at {url}")


@cache
def _ready() -> TemporaryDirectory[str]:
    """Make an empty office once for all servers of this process: a copy saves each of them its migrations."""
    made = TemporaryDirectory()
    home = Path(made.name) / "office"
    done = warm.run(["-c", "from haihe.workspace.start import prepare; prepare()"], _environment(home))
    assert not done.returncode, done.stderr
    return made


def office_in(home: Path, url: str = "") -> Server:
    """Make an empty office ready in a folder: a copy, or on PostgreSQL a database of its own."""
    server = Server(url, home)
    if os.environ.get("HAIHE_DATABASE_URL"):
        server.run("haihe.workspace.start:prepare")
    else:
        copytree(Path(_ready().name) / "office", home, dirs_exist_ok=True)
    return server


@contextmanager
def server_of(home: Path, seed: str = "workspace_cases:small_city", *, worker: bool = True) -> Iterator[Server]:
    """Start ``haihe serve`` on a folder that a function ``module:function`` filled; it is stopped at the end.

    Without a worker nothing is done in the background: a story that leaves no work there saves its two processes' start.
    """
    port = _free_port()
    server = office_in(home, f"http://127.0.0.1:{port}")
    server.seeded = server.run(seed)
    command = [sys.executable, "-c", "from haihe.cli import main; main()", "serve", str(home), "--port", str(port)]
    command += [] if worker else ["--no-worker"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log)
        server.pid = process.pid
        try:
            _answers(server.url, process)
            yield server
        finally:
            process.terminate()
            process.wait(SECONDS)
    said = (home / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "ERROR django" not in said, said


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser, or skip with the reason."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs {CHROMIUM}")
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One person's browser. Use it in a ``with``: at its end, whatever went wrong fails the test."""

    def __init__(
        self,
        browser: Any,
        server: Server,
        who: str = "",
        lang: str = "zh",
        size: dict[str, int] | None = None,
        **more: Any,
    ) -> None:
        self.server, self.lang, self.who = server, lang, who
        self.faults: list[str] = []
        more.setdefault("locale", LOCALES.get(lang, lang))
        self.context = browser.new_context(viewport=size or SIZE, accept_downloads=True, **more)
        self.context.add_cookies([{"name": "haihe-language", "value": lang, "url": server.url}])
        self.context.add_init_script(VIOLATIONS)
        self.page = self.context.new_page()
        self._watch(self.page)
        if who:
            self.sign_in(who)

    def __enter__(self) -> "Visit":
        """Begin."""
        return self

    def __exit__(self, kind: Any, *more: Any) -> None:
        """Close the browser; fail on what was noted, where nothing else failed."""
        faults = self.close()
        assert kind is not None or not faults, "\n".join(faults)

    def close(self) -> list[str]:
        """Close the browser; give what was noted."""
        self._violations()
        self.context.close()
        return self.faults

    def _watch(self, page: Any) -> None:
        host = urlsplit(self.server.url).netloc

        def asked(request: Any) -> None:
            if urlsplit(request.url).netloc != host and not request.url.startswith(("data:", "blob:")):
                self.faults.append(f"asked {request.url}")

        def answered(response: Any) -> None:
            file = response.request.resource_type in {"script", "stylesheet", "image", "font"}
            if response.status >= 500 or (file and response.status >= 400):
                self.faults.append(f"{response.status} {response.url}")

        def said(message: Any) -> None:
            refused = message.text.startswith("Failed to load resource")  # an answer of 4xx; `answered` judges it
            if message.type in {"error", "warning"} and not refused:
                self.faults.append(f"console: {message.text}")

        page.on("request", asked)
        page.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _violations(self) -> None:
        self.faults += [f"policy: {each}" for each in self.page.evaluate("window.violations ?? []")]

    def sign_in(self, who: str, password: str = PASSWORD) -> None:
        """Sign in by the form; a second visit of the same person reuses the first one's session."""
        kept = self.server.cookies.get((self.server.url, who))
        if kept:
            self.context.add_cookies(kept)
            return
        self.go("/sign-in")
        self.page.locator("input[name=username]").fill(who)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main form button").first.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.server.cookies[self.server.url, who] = [
            each for each in self.context.cookies() if each["name"] in {"sessionid", "csrftoken"}
        ]

    def go(self, path: str) -> Any:
        """Open an address and wait until its scripts have run; gives the page."""
        if self.page.url.startswith(self.server.url):
            self._violations()
        self.page.goto(self.server.url + path)
        self.ready()
        return self.page

    def ready(self) -> None:
        """Wait until the page's scripts have run."""
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def worked(self) -> None:
        """Wait until the server's worker has done what the page waits for, and open the page anew."""
        self.page.locator("main .progress[hx-get]").wait_for(state="detached", timeout=WORK)
        self.go(self.page.url.removeprefix(self.server.url))

    def say(self, zh: str, en: str) -> str:
        """Give the words in the visit's language."""
        return zh if self.lang == "zh" else en

    def leave(self, way: Any, refused: bool = False) -> None:
        """Click what leads to another page, and wait until that page's scripts have run; whether it is refused is checked."""
        self._violations()
        with self.page.expect_navigation() as moved:
            way.click()
        self.ready()
        assert (moved.value.status >= REFUSED) == refused, f"{self.page.url}: {self.page.locator('main').inner_text()}"

    def follow(self, zh: str, en: str) -> None:
        """Follow the page's link that is called so."""
        self.leave(self.page.locator("main").get_by_role("link", name=self.say(zh, en), exact=True).first)

    def press(self, zh: str, en: str, reason: str = "") -> None:
        """Press the page's button that is called so; with a reason, open the button's form first."""
        main = self.page.locator("main")
        if reason:
            opened = main.locator("details.act").filter(has=self.page.locator("summary", has_text=self.say(zh, en)))
            opened.first.locator("summary").click()
            opened.first.locator("textarea").fill(reason)
            self.leave(opened.first.locator("form button"))
        else:
            self.leave(main.get_by_role("button", name=self.say(zh, en), exact=True).first)

    def save(self, refused: bool = False) -> None:
        """Send the page's form; that it is refused, or else taken, is checked."""
        self.leave(self.page.locator("main form.fields > .actions button").first, refused)
        said = self.page.locator("main form .failure").all_inner_texts()
        assert bool(said) == refused, said

    def menu(self, zh: str, en: str) -> None:
        """Open a page from the menu."""
        self.leave(self.page.locator("nav.menu").get_by_role("link", name=self.say(zh, en), exact=True))

    def fill(self, **values: Any) -> None:
        """Fill fields of a form by their names: text, choices, and ``True`` for a tick."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]")
            if value is True:
                field.check()
            elif field.first.evaluate("each => each.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(str(value))

    def shot(self, name: str, whole: bool = True) -> Path:
        """Keep a picture of the page as ``out/screens/<name>-<lang>-<width>.png``."""
        file = SCREENS / f"{name}-{self.lang}-{self.page.viewport_size['width']}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.evaluate("scrollTo(0, 0)")  # else what sticks to the window stands in the middle of the picture
        self.page.screenshot(path=file, full_page=whole)
        return file

    def axe(self) -> list[str]:
        """Give the serious and critical violations that axe finds on the page."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {', '.join(str(node['target']) for node in each['nodes'][:5])}"
            for each in found
            if each["impact"] in GRAVE
        ]

    def look(self, name: str) -> None:
        """Keep a picture, ask axe the first time that this page is looked at, and note what it finds.

        In the other language the elements are the same; `make endure` asks axe about every page in both.
        """
        self.shot(name)
        if name in _ASKED:
            return
        _ASKED.add(name)
        self.faults += [f"axe on {self.page.url}: {each}" for each in self.axe()]
