"""The analysts' notebook runs from top to bottom, in a kernel of its own, and its figures are drawn by our own scripts."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "tutorials" / "analysts.ipynb"


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run it in an empty folder."""
    return NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()


def test_every_cell_runs_and_shows_what_it_ends_with(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "keep it without outputs"
    done = run(notebook, tmp_path)
    cells = [cell for cell in done.cells if cell.cell_type == "code"]
    shown = ["".join(out.get("data", {}).get("text/html", "")) for cell in cells for out in cell.outputs]
    assert len(cells) >= 8
    assert any("<iframe" in html or "<figure" in html for html in shown)
    assert not any(re.search(r'(src|href)=["\']?https?:', html) for html in shown)


def test_the_page_shows_every_cell_of_the_notebook():
    """What cells show is written by scripts/notebook_page.py, which runs them; here only that the page is not of another notebook."""
    page = NOTEBOOK.with_suffix(".md").read_text("utf-8")
    title, *rest = [cell.source.strip() for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.source.strip()]
    places = [page.find(part) for part in (*title.splitlines()[:1], *rest)]
    assert -1 not in places, "run scripts/notebook_page.py"
    assert places == sorted(places)
    pictures = re.findall(r"!\[.+\]\((.+?)\)", page)
    assert pictures
    assert all((NOTEBOOK.parent / picture).is_file() for picture in pictures)


def test_a_claim_that_does_not_hold_is_noticed(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 == 2")])
    with pytest.raises(CellExecutionError):
        run(notebook, tmp_path)
