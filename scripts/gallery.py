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
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from haihe.messages import LANGUAGES, Lang, Text
from pictures import FLAGS, HEIGHT, IMAGES, LARGEST, PATIENCE, ROOT, WIDTH, chromium, shrink
from shots import PARTS, SHOTS, Part, Shot

FILES: dict[Lang, str] = {"en": "gallery.md", "zh": "gallery.zh.md"}
TITLE = Text("画廊", "Gallery")
INTRO = Text(
    "本页图片由脚本从运行中的演示工作区（`scripts/gallery.py`）和示例地区的报告（`scripts/pictures.py`）截取，没有修饰。"
    "演示用真实的地区核算，项目、资金批次和人员为虚构，画面上均有标注。",
    "The pictures on this page are taken by scripts from the running demonstration (`scripts/gallery.py`) and from the report on the "
    "example region (`scripts/pictures.py`), without any touch. The accounts of the region are real; projects, rounds and people are made "
    "up, and marked so on the pictures.",
)
SCREENS, REPORT = Text("工作区", "The workspace"), Text("示例地区的报告", "The report on the example region")
LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en-GB"}
MARGIN = 72
"""Pixels left above what a picture begins with: the head of the page stays in place."""


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
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale=LOCALES[lang])
    page.set_default_timeout(PATIENCE)
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
    for link in shot.clicks:
        page.locator(link).first.click()
        page.wait_for_load_state()
    if shot.at:
        page.locator(shot.at).first.evaluate(f"element => scrollBy(0, element.getBoundingClientRect().top - {MARGIN})")
    page.wait_for_timeout(800)  # charts are drawn with a short movement
    file = IMAGES / f"{shot.name}-{lang}.png"
    page.screenshot(path=file)
    return file


def written(lang: Lang, shots: tuple[Shot, ...] = SHOTS, parts: tuple[Part, ...] = PARTS) -> str:
    """Write the page in a language."""
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), ""]
    for head, shown in ((SCREENS, shots), (REPORT, parts)):
        lines += [f"## {head(lang)}", ""]
        for each in shown:
            lines += [f"### {each.shows(lang)}", "", f"![{each.shows(lang)}](images/{each.name}-{lang}.png)", ""]
    return "\n".join(lines)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "office") as (address, passwords),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
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
        (ROOT / "docs" / FILES[lang]).write_text(written(lang), encoding="utf-8")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s")
