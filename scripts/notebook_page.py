"""Write the analysts' notebook as a page of the docs, with what its cells show: docs/tutorials/analysts.md.

    python scripts/notebook_page.py        # runs the notebook, about half a minute of one processor; needs Chromium

Tables stand in the page; a figure, which in a notebook is a live chart, becomes a picture docs/images/notebook-<n>.png.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from html import unescape
from typing import Any

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import sync_playwright

from pictures import FLAGS, IMAGES, ROOT, chromium, shrink

FOLDER = ROOT / "docs" / "tutorials"
NOTEBOOK = FOLDER / "analysts.ipynb"
PAGE = FOLDER / "analysts.md"
WIDTH, HEIGHT = 760, 460
INTRO = (
    "This page is the notebook [analysts.ipynb](analysts.ipynb) with what its cells show; `scripts/notebook_page.py` ran it. "
    "Open the notebook itself in Jupyter (`pip install 'haihe[notebook]'`, then `jupyter lab`) or in any editor that knows "
    "notebooks: there charts answer to the pointer."
)
APART = "<!-- not run by the test: the notebook of this page is run as a whole -->\n"


def page(notebook: nbformat.NotebookNode) -> str:
    """Give the page of a notebook that has been run."""
    title, *rest = [cell for cell in notebook.cells if cell.source.strip()]
    head, _, text = title.source.partition("\n")
    parts = [head, INTRO, text.strip()]
    for number, cell in enumerate(rest, start=1):
        if cell.cell_type == "markdown":
            parts.append(cell.source.strip())
        else:
            parts.append(f"{APART}```python\n{cell.source.strip()}\n```")
            parts += [shown(output, number) for output in cell.get("outputs", []) if "data" in output]
    return "\n\n".join(parts) + "\n"


def shown(output: Any, number: int) -> str:
    """Give what a cell shows: a picture, a table or a line of text."""
    html = output.data.get("text/html", "")
    if "<iframe" in html:
        return f"![{alternative(html)}](../images/notebook-{number}.png)"
    if "<table" in html:
        table = re.sub(r"<style.*?</style>", "", html, flags=re.S)
        return "".join(line.strip() for line in table.splitlines()).replace(' border="1" class="dataframe"', "")
    return f"```text\n{output.data['text/plain'].strip()}\n```"


def alternative(frame: str) -> str:
    """Give the title of the chart in a frame."""
    found = re.search(r"<title>(.*?)</title>", unescape(re.sub(r'.*srcdoc="(.*?)".*', r"\1", frame, flags=re.S)))
    return found[1] if found else "Figure"


def frames(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, str]]:
    """Give the charts of a notebook: the number in its picture's name, and its page."""
    for number, cell in enumerate([cell for cell in notebook.cells if cell.source.strip()]):
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            if "<iframe" in html:
                yield number, unescape(re.sub(r'.*srcdoc="(.*?)".*', r"\1", html, flags=re.S))


def main() -> None:
    os.environ["HAIHE_LANG"] = "en"
    with tempfile.TemporaryDirectory() as folder:
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        done = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}).execute()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for number, html in frames(done):
            chart = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
            chart.set_content(html)
            chart.wait_for_timeout(1200)
            picture = IMAGES / f"notebook-{number}.png"
            chart.screenshot(path=picture, full_page=True)
            print(f"{picture.relative_to(ROOT)}  {shrink(picture) / 1000:.0f} kB")
        browser.close()
    PAGE.write_text(page(done), encoding="utf-8")


if __name__ == "__main__":
    main()
