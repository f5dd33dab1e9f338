"""Take the pictures of README and docs: the report's first page and the cost curve, in both languages.

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

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out" / "jing-jin-ji"
IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1366, 768
LARGEST = 300_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--hide-scrollbars"]


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


def take(page: Page, lang: str) -> list[Path]:
    """Take the pictures in one language."""
    if page.locator("html").get_attribute("lang") != lang:
        page.locator(f"button[data-lang={lang}]").click()
    page.locator(f"html[data-ready={lang}]").wait_for()
    page.evaluate("scrollTo(0, 0)")
    first, front = IMAGES / f"report-{lang}.png", IMAGES / f"front-{lang}.png"
    page.screenshot(path=first)
    figure = page.locator("#figure-front")
    figure.evaluate("figure => figure.querySelectorAll('button').forEach(button => button.style.display = 'none')")
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(1200)  # the curve is drawn with a short movement
    figure.screenshot(path=front)
    return [first, front]


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
        page.goto(address)
        taken = [picture for lang in ("en", "zh") for picture in take(page, lang)]
        browser.close()
    for picture in taken:
        size = shrink(picture)
        if size >= LARGEST:
            raise SystemExit(f"{picture.name} has {size:,} bytes, more than {LARGEST:,}")
        print(f"{picture.relative_to(ROOT)}  {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
