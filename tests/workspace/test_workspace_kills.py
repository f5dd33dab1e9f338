"""kill -9 of server and workers at random moments under load: nothing half done, no acknowledged write lost, no job lost.

Three kills in the ordinary tests; ``HAIHE_KILLS`` says how many, and the long runs stand in docs/evidence/kills.md.
"""

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import browsing
import pytest
from browsing import _answers, _environment, _free_port, office_in
from intake_cases import uses_of, workbook

from postgres_server import postgres
from workspace_cases import PASSWORD

pytestmark = [pytest.mark.slow]
SEED = 20261122
PATIENCE = 1200.0
"""Seconds that the queue may take to become empty in the end."""
READ_SECONDS = 90.0
"""After so long an upload is waited for no more."""
MOST_WAITING = 2
"""Uploads of one person that are not confirmed."""


@dataclass
class Told:
    """What the server acknowledged."""

    units: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    cut: int = 0


class Browser:
    """A person's browser without a page: cookies, CSRF, posts. Raises OSError or HTTPException where the server is gone."""

    def __init__(self, port: int, username: str) -> None:
        self.port, self.username = port, username
        self.cookies: dict[str, str] = {}
        self.waiting: dict[str, float] = {}

    def sign_in(self) -> None:
        status, _, _ = self.post("/sign-in", {"username": self.username, "password": PASSWORD, "next": "/"})
        assert status == 302, status

    def get(self, path: str) -> tuple[int, str, str]:
        return self._ask("GET", path)

    def post(self, path: str, values: dict[str, str], file: tuple[str, bytes] | None = None) -> tuple[int, str, str]:
        self._ask("GET", "/sign-in" if not self.cookies.get("sessionid") else "/me")
        said = values | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        if file is None:
            return self._ask("POST", path, urlencode(said).encode(), "application/x-www-form-urlencoded")
        line = "haihe-line"
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in said.items()
        ]
        head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'.encode()
        body = b"".join([*parts, head, file[1], f"\r\n--{line}--\r\n".encode()])
        return self._ask("POST", path, body, f"multipart/form-data; boundary={line}")

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if kind:
            headers |= {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self.port}"}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.split(";")[0]
            return answer.status, answer.getheader("Location") or "", text
        finally:
            line.close()


class Load:
    """People at work: units made, workbooks sent and confirmed, until told to stop; they go on when a server is back."""

    def __init__(self, port: int) -> None:
        self.told, self.stop, self.count = Told(), threading.Event(), 0
        self.lock = threading.Lock()
        self.wrong: list[str] = []
        admin, editor, planner = (Browser(port, name) for name in ("admin", "bh-editor", "planner"))
        for each in (admin, editor, planner):
            each.sign_in()
        jobs = ((self._unit, admin), (self._upload, editor), (self._upload, planner))
        self.threads = [threading.Thread(target=self._work, args=each, daemon=True) for each in jobs]
        for each in self.threads:
            each.start()

    def _work(self, step: Callable[[Browser], None], browser: Browser) -> None:
        while not self.stop.is_set():
            try:
                step(browser)
            except (OSError, http.client.HTTPException):
                self.told.cut += 1
                time.sleep(0.3)
            except Exception as error:
                self.wrong.append(repr(error))
                raise

    def _number(self) -> int:
        with self.lock:
            self.count += 1
            return self.count

    def _unit(self, browser: Browser) -> None:
        code = f"K{self._number()}"
        said = {"code": code, "name_zh": code, "name_en": code, "kind_of": "department", "parent": "TJ"}
        status, _, text = browser.post("/units/new", said)
        if status == 302:
            self.told.units.append(code)
        else:
            self._other(status, text)

    def _upload(self, browser: Browser) -> None:
        """Confirm what is read, and send another workbook where not too many wait."""
        self._confirm(browser)
        if len(browser.waiting) >= MOST_WAITING:
            time.sleep(0.3)
            return
        n = self._number()
        file = workbook({"uses": uses_of("north" if browser.username == "bh-editor" else "south", value=10.0 + n)})
        status, where, text = browser.post("/intake/new/dataset/small", {"way": "add"}, (f"n{n}.xlsx", file))
        if status != 302:
            self._other(status, text)
            return
        self.told.uploads.append(where.rsplit("/", 1)[-1])
        browser.waiting[self.told.uploads[-1]] = time.monotonic()

    def _confirm(self, browser: Browser) -> None:
        """Confirm what was sent and is read by now; what stands on something older meanwhile is let go."""
        for code, since in list(browser.waiting.items()):
            status, _, text = browser.get(f"/intake/{code}")
            form = re.search(rf'action="/intake/{code}/confirm".*?name="edition" value="(\d+)"', text, re.DOTALL)
            if status == 200 and form is None and time.monotonic() - since < READ_SECONDS:
                continue  # it waits to be read
            if form is None:
                del browser.waiting[code]
                continue
            status, _, text = browser.post(f"/intake/{code}/confirm", {"edition": form[1]})
            del browser.waiting[code]
            if status == 302:
                self.told.confirmed.append(code)
            else:
                self._other(status, text)

    def _other(self, status: int, text: str) -> None:
        """An answer that did not do it: said with a code (conflict, quota), or an error of ours."""
        codes = re.findall(r"\b[EW]-[A-Z]{3}-\d+", text)
        self.told.refused.append(f"{status} {codes[:1]}")
        if status >= 500 or not codes:
            self.wrong.append(f"{status}: {re.sub(r'<[^>]+>', ' ', text)[-600:]}")
        time.sleep(0.5)

    def end(self) -> None:
        self.stop.set()
        for each in self.threads:
            each.join(70)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the queue grow as long as the kills make it, and wait for a server where the machine is busy."""
    monkeypatch.setenv("HAIHE_JOBS_PER_UNIT", "1000")
    monkeypatch.setattr(browsing, "SECONDS", 600)


@contextmanager
def started(home: Path, port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start ``haihe serve`` in a session of its own; whatever of it is left at the end is killed."""
    script = Path(__file__).resolve().parents[1] / "workspace_serving.py"
    command = [sys.executable, str(script), "serve", str(home), "--port", str(port)]
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=_environment(home), stdout=out, stderr=out)
    try:
        _answers(f"http://127.0.0.1:{port}", process)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def below(pid: int) -> list[int]:
    """Processes that a process started, and those that they started."""
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    own = [int(each) for each in found.stdout.split()]
    return own + [each for one in own for each in below(one)]


def strike(process: "subprocess.Popen[bytes]", chance: random.Random) -> str:
    """Kill -9 something of a server: itself, what it started, or all at once. Gives what."""
    what = chance.choice(["server", "worker", "all"])
    others = below(process.pid)
    victims = {"server": [process.pid], "worker": others[:3], "all": [process.pid, *others]}[what]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if what != "worker":
        process.wait()
    return what


def endure(home: Path, kills: int, log: Path) -> dict[str, object]:
    """Kill so many times under load; gives what was seen, after every kill checked."""
    chance, port = random.Random(SEED), _free_port()
    office = office_in(home, f"http://127.0.0.1:{port}")
    office.run("workspace_kills:seed")
    load, struck, turn = None, [], 0
    while len(struck) < kills:
        with started(home, port, log) as process:
            load = load or Load(port)
            office.run("workspace_kills:ask", turn, 3)
            turn += 1
            time.sleep(chance.uniform(0.2, 4.0))
            struck.append(strike(process, chance))
            if process.poll() is None and len(struck) < kills:  # only workers died: the server is hit too
                time.sleep(chance.uniform(0.5, 3.0))
                process.kill()
                process.wait()
                struck.append("server")
        assert not load.wrong, load.wrong
        faults = office.run("workspace_kills:faults", *_so_far(load.told))
        assert not faults, (len(struck), struck[-1], faults)
        sys.stdout.write(f"{len(struck)} kills, nothing wrong\n")
        sys.stdout.flush()
    assert load is not None
    load.end()
    with started(home, port, log):
        until = time.monotonic() + PATIENCE
        while (states := office.run("workspace_kills:pending")) and (states.get("queued") or states.get("running")):
            assert time.monotonic() < until, states
            time.sleep(1)
    faults = office.run("workspace_kills:faults", *_so_far(load.told))
    assert not faults, faults
    assert not load.wrong, load.wrong
    assert set(states) <= {"done", "asked again"}, states
    told = load.told
    assert told.units
    assert told.uploads
    counts = {name: struck.count(name) for name in ("server", "worker", "all")}
    writes = {"units": len(told.units), "uploads": len(told.uploads), "confirmed": len(told.confirmed)}
    return {"kills": counts, "written": writes, "refused": sorted(set(told.refused)), "cut": told.cut, "jobs": states}


def _so_far(told: Told) -> tuple[list[str], list[str], list[str]]:
    return list(told.units), list(told.uploads), list(told.confirmed)


@pytest.mark.timeout(7200)
def test_kills_on_sqlite(tmp_path: Path) -> None:
    found = endure(tmp_path / "office", int(os.environ.get("HAIHE_KILLS", "3")), tmp_path / "server.log")
    sys.stdout.write(f"\n{found}\n")


@pytest.mark.endure
@pytest.mark.postgres
@pytest.mark.timeout(7200)
def test_kills_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres() as url:
        monkeypatch.setenv("HAIHE_DATABASE_URL", url)
        found = endure(tmp_path / "office", int(os.environ.get("HAIHE_KILLS", "10")), tmp_path / "server.log")
        sys.stdout.write(f"\n{found}\n")
