"""Take the pictures of the gallery from the running product: the workspace of the demonstration, zh and en.

    python scripts/gallery.py            # serves a demonstration in a folder of its own, about five minutes

Writes docs/images/<name>-<lang>.png, docs/gallery.md and docs/gallery.zh.md. Needs Chromium.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from haihe.messages import LANGUAGES, Lang, Text
from pictures import FLAGS, HEIGHT, IMAGES, LARGEST, ROOT, WIDTH, chromium, shrink

LONG = 900_000
"""Milliseconds that a study may take."""
FILES: dict[Lang, str] = {"en": "gallery.md", "zh": "gallery.zh.md"}
TITLE = Text("画廊", "Gallery")
INTRO = Text(
    "本页图片由 `scripts/gallery.py` 从运行中的演示工作区截取，没有修饰。演示用真实的地区核算，项目、资金批次和人员为虚构，画面上均有标注。",
    "The pictures on this page are taken by `scripts/gallery.py` from the running demonstration, without any touch. Its accounts of the "
    "region are real; projects, rounds and people are made up, and marked so on the screens.",
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, who looks, at which address, what it shows, and what to click before."""

    name: str
    who: str
    path: str
    shows: Text
    click: str = ""
    """Selector of a link that is followed first."""


SHOTS = (
    Shot("start", "wang", "/", Text("起始页：等我办理的事", "The start page: what waits for me")),
    Shot("dashboard", "wang", "/dashboards/", Text("看板：按角色给出的图表", "The dashboard of a role")),
    Shot(
        "documents", "wang", "/duties/documents", Text("规划文件与目标树", "Plan documents and their trees of targets")
    ),
    Shot("matrix", "wang", "/duties/matrix", Text("职责矩阵：谁在何时之前做什么", "Who does what by when")),
    Shot("months", "wang", "/months/", Text("月度运行：红黄绿灯及其规则", "The month: lights, with the rule of each")),
    Shot("problems", "wang", "/problems/board", Text("重大问题看板", "The board of major problems")),
    Shot("chains", "wang", "/chains/", Text("产业链看板", "Chain boards"), "table.list tbody a"),
    Shot(
        "projects",
        "wang",
        "/projects/boards",
        Text("项目看板：从接洽到投产", "Projects from contact to production"),
        "table.list tbody a",
    ),
    Shot(
        "requests",
        "wang",
        "/data/requests",
        Text("向各区收集数据", "Asking the districts for data"),
        "table.list tbody a",
    ),
    Shot("rounds", "wang", "/rounds/", Text("资金批次", "Rounds of a fund"), "table.list tbody a"),
    Shot(
        "money",
        "wang",
        "/rounds/awards",
        Text("资金去向：从条款到拨付", "Where the money went, back to its article"),
        "table.list tbody a",
    ),
    Shot("meetings", "wang", "/meetings/", Text("领导小组会议", "Sessions of the leading group"), "table.list tbody a"),
    Shot("scenarios", "wang", "/scenarios/", Text("情景", "Scenarios")),
    Shot("neighbours", "wang", "/neighbours/", Text("京津冀协同", "Beijing, Tianjin and Hebei as equals")),
    Shot("history", "sun", "/audit", Text("审计：每一次改动", "The audit: every change")),
)


@contextmanager
def served(home: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the demonstration; gives its address and the passwords by user."""
    words = [
        sys.executable,
        "-c",
        "from haihe.cli import main; main()",
        "serve",
        str(home),
        "--demo",
        "--port",
        "0",
        "--json",
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=kept) as server:
        try:
            said = json.loads("".join(_object(server)))
            yield said["address"], {username: password for username, password, *_ in said["accounts"]}
        finally:
            server.terminate()
            server.wait(30)


def _object(server: "subprocess.Popen[str]") -> Iterator[str]:
    """Read the lines of the first JSON object that is printed."""
    assert server.stdout is not None
    for line in server.stdout:
        yield line
        if line.rstrip() == "}":
            return


def sign_in(browser: Browser, address: str, who: str, password: str, lang: Lang) -> Page:
    """Sign in by the form, in a language."""
    locale = {"zh": "zh-CN", "en": "en-GB"}[lang]
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale=locale)
    page.goto(address)
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    if page.locator("html").get_attribute("lang") != lang:
        page.locator("form[action*=language] button").first.click()
        page.wait_for_load_state()
    return page


def take(page: Page, address: str, shot: Shot, lang: Lang) -> Path:
    """Take one picture."""
    answer = page.goto(address.rstrip("/") + shot.path)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{shot.path} answers {answer and answer.status} to {shot.who}")
    if shot.click:
        page.locator(shot.click).first.click()
        page.wait_for_load_state()
    page.wait_for_timeout(800)  # charts are drawn with a short movement
    file = IMAGES / f"{shot.name}-{lang}.png"
    page.screenshot(path=file)
    return file


def written(lang: Lang, shots: tuple[Shot, ...]) -> str:
    """Write the page in a language."""
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), ""]
    for shot in shots:
        lines += [f"## {shot.shows(lang)}", "", f"![{shot.shows(lang)}](images/{shot.name}-{lang}.png)", ""]
    return "\n".join(lines)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "office") as (address, passwords),
        sync_playwright() as playwright,
    ):
        browser: Any = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for lang in LANGUAGES:
            pages = {
                who: sign_in(browser, address, who, passwords[who], lang) for who in dict.fromkeys(s.who for s in SHOTS)
            }
            for shot in SHOTS:
                file = take(pages[shot.who], address, shot, lang)
                if (size := shrink(file)) >= LARGEST:
                    raise SystemExit(f"{file.name} has {size:,} bytes, more than {LARGEST:,}")
                print(f"{file.relative_to(ROOT)}  {size / 1000:.0f} kB")
        browser.close()
    for lang in LANGUAGES:
        (ROOT / "docs" / FILES[lang]).write_text(written(lang, SHOTS), encoding="utf-8")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s")
