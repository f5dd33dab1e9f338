"""Walk a tutorial of the workspace: serve the demonstration as the page says, and do in a browser what its tables say."""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutorial_clicks import Hands, Turn, turns

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
SERVE = re.compile(r"^haihe serve (?P<home>\S+).*$", re.M)
FILE = re.compile(r"^```yaml\n# (?P<name>\S+)\n(?P<body>.*?)^```$", re.M | re.S)
WAIT = 600
"""Seconds that the workspace has to answer."""


def files(page: str) -> dict[str, str]:
    """Give the files that a page says to save, by name: blocks whose first line is a name."""
    return {file["name"]: file["body"] for file in FILE.finditer(page)}


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def passwords(home: Path) -> dict[str, str]:
    """Read who can sign in from the file that the page names."""
    lines = (home / "people.txt").read_text("utf-8-sig").splitlines()
    return dict(line.split("\t")[:2] for line in lines if "\t" in line)


@contextlib.contextmanager
def served(page: str, desk: Path, variables: dict[str, str]) -> Iterator[tuple[str, Path]]:
    """Type the page's command, on a free port; give the address that it prints and the folder. It is stopped as by Ctrl-C."""
    command = SERVE.search(page)
    assert command is not None, "the page does not serve"
    words = [*shlex.split(command[0]), "--port", str(free_port())]
    log = desk / "serve.log"
    with log.open("w") as out:
        server = subprocess.Popen(words, cwd=desk, env=variables, stdout=out, stderr=out, start_new_session=True)
        try:
            end = time.monotonic() + WAIT
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text("utf-8"))):
                assert server.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < end, log.read_text("utf-8")
                time.sleep(0.1)
            yield found[0], desk / command["home"]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


@contextlib.contextmanager
def browser_page(lang: str) -> Iterator[Any]:
    """Give an empty browser in a language, without anybody signed in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser.new_context(locale=LOCALES[lang]).new_page()
        browser.close()


def walk_office(page: str, lang: str, desk: Path, variables: dict[str, str]) -> Iterator[tuple[str, int, float, bool]]:
    """Serve, then let each person do the own turn: what was done, how many rows, its seconds, whether all went as the page says.

    A turn that fails ends the walk: the next ones build on it.
    """
    for name, body in files(page).items():
        (desk / name).write_text(body, encoding="utf-8")
    began = time.monotonic()
    with served(page, desk, variables) as (address, home), browser_page(lang) as at:
        yield "haihe serve", 1, time.monotonic() - began, True
        hands = Hands(at, address, passwords(home), desk)
        for turn in turns(page):
            seconds, faults = timed(hands, turn)
            sys.stderr.writelines(f"{fault}\n" for fault in faults)
            yield turn.title, len(turn.clicks), seconds, not faults
            if faults:
                return


def timed(hands: Hands, turn: Turn) -> tuple[float, list[str]]:
    """Do one turn; give its seconds and what went wrong."""
    began = time.monotonic()
    faults = list(hands.take(turn))
    return time.monotonic() - began, faults


if __name__ == "__main__":  # one page with the haihe of this shell, to try it while it is written
    text = Path(sys.argv[1]).read_text("utf-8")
    where = Path(sys.argv[2])
    where.mkdir(parents=True)
    for step in walk_office(text, "zh" if ".zh." in sys.argv[1] else "en", where, dict(os.environ)):
        print(*step)
