"""Take the pictures of README and docs from the report on the example: its first page and the parts that `shots.py` names.

    python scripts/pictures.py              # all of them
    python scripts/pictures.py bottlenecks  # only these parts

Uses ``out/jing-jin-ji/report.html`` where it is there, else makes it. Needs Chromium; where the environment variable
``HAIHE_CHROMIUM`` does not name it, it is looked for on the path.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from shots import PARTS

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out" / "jing-jin-ji"
IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1366, 768
LARGEST = 150_000
PATIENCE = 180_000
"""Milliseconds: the machine may be busy with other things."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--hide-scrollbars"]

BARE = """figure => {
    figure.querySelectorAll("button").forEach(button => button.style.display = "none");
    figure.querySelectorAll(".scroll").forEach(box => { box.style.maxHeight = "none"; });
    figure.querySelectorAll(".count").forEach(line => { line.style.display = "none"; });
    figure.style.padding = "12px";
}"""
"""A part as it is printed: without buttons, tables in full, with a margin."""


def report() -> Path:
    """Give the report of the example, made where it is missing."""
    page = OUT / "report.html"
    if not page.is_file():
        subprocess.run([sys.executable, "-c", "from haihe.cli import main; main()", "demo", "-o", str(OUT)], check=True)
    return page


def chromium() -> str:
    """Give the path of Chromium."""
    found = os.environ.get("HAIHE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise SystemExit("Chromium was not found; name it in HAIHE_CHROMIUM (Debian: apt-get install chromium)")
    return found


def take(page: Page, lang: str, only: list[str]) -> list[Path]:
    """Take the pictures in one language, or only some parts by name."""
    if page.locator("html").get_attribute("lang") != lang:
        page.locator(f"button[data-lang={lang}]").click()
    page.locator(f"html[data-ready={lang}]").wait_for()
    page.evaluate("scrollTo(0, 0)")
    taken = []
    if not only:
        taken.append(IMAGES / f"report-{lang}.png")
        page.screenshot(path=taken[0])
    for part in (part for part in PARTS if not only or part.name in only):
        figure = page.locator(f"[id='{part.mark}']")
        figure.evaluate(BARE)
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(1200)  # curves and bars are drawn with a short movement
        taken.append(IMAGES / f"{part.name}-{lang}.png")
        figure.screenshot(path=taken[-1])
    return taken


def shrink(picture: Path) -> int:
    """Keep 128 colours, which is plenty for text and lines; give the size in bytes."""
    with Image.open(picture) as full:
        small = full.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)
    return picture.stat().st_size


def main() -> None:
    address = report().as_uri()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        taken = [picture for lang in ("en", "zh") for picture in take(page, lang, sys.argv[1:])]
        browser.close()
    for picture in taken:
        size = shrink(picture)
        if size >= LARGEST:
            raise SystemExit(f"{picture.name} has {size:,} bytes, more than {LARGEST:,}")
        print(f"{picture.relative_to(ROOT)}  {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
