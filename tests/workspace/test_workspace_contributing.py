"""The worked examples of CONTRIBUTING run as they stand, and each is short."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from haihe.region import TABLES
from workspace_cases import City

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = dict(
    re.findall(
        r"^## Add an? (table|family|rule|page)\b.*?```python\n(.*?)```",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        flags=re.S | re.M,
    )
)


def run(name: str) -> dict[str, Any]:
    """Run the example of a part and give its names."""
    names: dict[str, Any] = {}
    exec(compile(BLOCKS[name], f"CONTRIBUTING, {name}", "exec"), names)
    return names


@pytest.mark.parametrize("name", ["table", "family", "rule", "page"])
def test_an_example_is_under_forty_lines(name: str) -> None:
    assert len(BLOCKS[name].splitlines()) < 40


@pytest.fixture
def own_tables() -> Any:
    """Take what an example declares away again."""
    before = dict(TABLES)
    yield
    TABLES.clear()
    TABLES.update(before)


@pytest.mark.parametrize("name", ["table", "family", "rule"])
def test_the_examples_of_the_library_hold(name: str, own_tables: None) -> None:
    assert "assert " in BLOCKS[name]
    run(name)


@pytest.mark.django_db
def test_the_page_of_the_example_answers_who_may_see_it(city: City) -> None:
    request = RequestFactory().get("/late")
    request.user = city.people["planner"]
    request.LANGUAGE_CODE = "en"
    answer = run("page")["late"](request)
    assert answer.status_code == 200
    assert b"Problems that are overdue" in answer.content
