"""The pages are sound: generated ones up to date, links lead somewhere, nothing of the machine they were written on."""

import inspect
import pkgutil
import re
import runpy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import haihe
import haihe.planning
from haihe.messages import CATALOG, LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SHOWN = [ROOT / name for name in ("README.md", "README.zh.md", "CHANGELOG.md", "CONTRIBUTING.md")]
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.])/(work|tmp|home|root|usr|opt|Users)/|[A-Z]:\\|file://")


def pages() -> list[Path]:
    """Every page of ours that people read."""
    return [*sorted(DOCS.rglob("*.md")), *(page for page in SHOWN if page.is_file())]


def targets(text: str) -> Iterator[str]:
    """Give the targets of links outside code that lead into the project."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    for link in LINK.finditer(prose):
        if not re.match(r"[a-z]+:", link["target"]):
            yield link["target"]


def anchors(text: str) -> set[str]:
    """Give the addresses of a page's headings, as mkdocs and GitHub make them for plain words."""
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    heads = re.findall(r"^#+ +(.+?) *$", prose, flags=re.M)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


def broken(page: Path, text: str) -> list[str]:
    """Links of a page that lead nowhere."""
    lost = []
    for target in targets(text):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file.read_text("utf-8"))):
            lost.append(target)
    return lost


def test_every_link_leads_somewhere() -> None:
    lost = {
        f"{page.relative_to(ROOT)}: {target}" for page in pages() for target in broken(page, page.read_text("utf-8"))
    }
    assert not lost


def test_a_broken_link_is_noticed() -> None:
    page = DOCS / "index.md"
    text = "[a](start.md) [b](nowhere.md) [c](start.md#nothing) [d](https://example.org/x) `[e](no.md)`"
    assert broken(page, text) == ["nowhere.md", "start.md#nothing"]


def test_no_page_names_a_path_of_a_machine() -> None:
    found = {
        f"{page.relative_to(ROOT)}: {line.strip()}"
        for page in pages()
        for line in page.read_text("utf-8").splitlines()
        if MACHINE.search(line)
    }
    assert not found
    assert MACHINE.search("see /home/me/x")
    assert not MACHINE.search("docs/work/x and CO2/tmp")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_message_pages_are_up_to_date(lang: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "message_page.py"))
    written = (DOCS / "reference" / script["FILES"][lang]).read_text("utf-8")
    assert written == script["page"](lang), "run scripts/message_page.py"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_its_place_with_cause_and_mend(lang: str) -> None:
    """Read from the page itself, as a user would look a code up."""
    page = (DOCS / "reference" / ("messages.md" if lang == "en" else "messages.zh.md")).read_text("utf-8")
    rows = re.findall(r'^\| <a id="([^"]+)"></a>`([^`]+)` \| (.+) \| (.+) \|$', page, flags=re.M)
    assert {code for _, code, _, _ in rows} == set(CATALOG)
    assert all(place == code.lower() and cause.strip() and mend.strip() for place, code, cause, mend in rows)


def test_command_line_page_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "cli_page.py"))
    for lang, name in script["FILES"].items():
        written = (DOCS / "reference" / name).read_text("utf-8")
        assert written == script["page"](lang), "run scripts/cli_page.py"


def test_every_family_of_the_plan_stands_on_the_page_of_its_mathematics() -> None:
    page = (DOCS / "reference" / "mathematics.md").read_text("utf-8")
    rooms = [import_module(f"haihe.planning.{module.name}") for module in pkgutil.iter_modules(haihe.planning.__path__)]
    families = {
        name
        for room in rooms
        for name, member in inspect.getmembers(room, inspect.isfunction)
        if name.startswith("define_")
    }
    assert len(families) >= 20
    assert not {name for name in families if f"### `{name}`" not in page}


def test_the_page_of_mathematics_is_what_the_code_says() -> None:
    pytest.importorskip("latex2mathml", reason="latex2mathml stands in the extras docs and dev")
    script = runpy.run_path(str(ROOT / "scripts" / "maths_page.py"))
    assert (DOCS / "reference" / "mathematics.md").read_text("utf-8") == script["page"](), "run scripts/maths_page.py"


def test_every_public_name_stands_on_the_python_page() -> None:
    page = (DOCS / "reference" / "python.md").read_text("utf-8")
    assert not {name for name in haihe.__all__ if name != "__version__" and not re.search(rf"\b{name}\b", page)}


def test_every_page_is_in_the_navigation() -> None:
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    listed = re.findall(r":\s+(\S+\.md)$", settings, flags=re.M)
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_pictures_are_small() -> None:
    for name in ("report-zh", "report-en", "front-zh", "front-en"):
        assert (DOCS / "images" / f"{name}.png").stat().st_size < 300_000
