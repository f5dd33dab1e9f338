"""The examples in docstrings of the library run, and print what stands under them."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"


def modules(holding: str) -> list[str]:
    """Give the modules of the library in whose text something stands; the workspace has pages and no examples."""
    files = (file for file in (SOURCE / "haihe").rglob("*.py") if holding in file.read_text("utf-8"))
    found = (file.relative_to(SOURCE).with_suffix("").parts for file in files if "workspace" not in file.parts)
    return sorted(".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in found)


SHOWN = modules(">>> ")
LONG = [name for name in modules("doctest: +SKIP") if name != "haihe.region.region"]  # whose `region` is any
"""Modules with examples that solve for minutes; `make endure` runs those without comparing what they show."""


def test_there_are_examples():
    assert len(SHOWN) >= 30
    assert "haihe" in SHOWN


@pytest.mark.parametrize("name", SHOWN)
def test_examples_print_what_they_say(name):
    module = import_module(name)
    examples = [each for test in doctest.DocTestFinder(exclude_empty=True).find(module, name) for each in test.examples]
    done = doctest.testmod(module)
    assert done.failed == 0
    assert len(examples) > 0
    skipped = sum(doctest.SKIP in each.options for each in examples)
    assert done.attempted in (len(examples) - skipped, len(examples))  # Python 3.13 counts the skipped


@pytest.mark.endure
@pytest.mark.parametrize("name", LONG)
def test_long_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = 0
    for test in doctest.DocTestFinder(exclude_empty=True).find(import_module(name), name):
        names = dict(test.globs)
        if any(doctest.SKIP in each.options for each in test.examples):
            for each in test.examples:
                exec(compile(each.source, test.name, "single"), names)
                ran += 1
    assert ran
