"""Every list of the workspace goes out as a workbook, and comes in by one unless the table here says why people do not write it.

The lists are read from the source: whoever declares one says how it comes in.
"""

import ast
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from samples import SAMPLES

import haihe.workspace
from haihe.workspace.frame.checks import access_of, addresses
from haihe.workspace.intake.targets import TARGETS
from haihe.workspace.units.models import Owned
from workspace_cases import City

ROOMS = Path(haihe.workspace.__file__).parent
NOT_WRITTEN = {
    ("chains", "proposals"): "the diagnosis computes them; people decide",
    ("dashboards", "map-boundaries"): "a GeoJSON file, sent in on its page",
    ("data", "datasets"): "made one by one; their content comes in by workbook",
    ("data", "requests"): "made on their page; their answers come in by workbook",
    ("duties", "changes"): "read from the audit",
    ("intake", "uploads"): "the workbooks themselves",
    ("jobs", "jobs"): "booked by the office itself",
    ("neighbours", "consents"): "each member's own two people give them",
    ("neighbours", "joint-targets"): "few, each negotiated by all members",
    ("neighbours", "library"): "what is shown of each project is chosen one by one",
    ("neighbours", "members"): "one page a member",
    ("office", "audit"): "written by the office alone",
    ("office", "people"): "accounts are given one by one by an administrator",
    ("papers", "papers"): "files, attached to what they prove",
    ("plans", "plans"): "made of studies and published by two people",
    ("rounds", "awards"): "follow from the published list",
    ("rounds", "clawbacks"): "computed or decided one by one, by two people",
    ("rounds", "ledger"): "booked once with a voucher, never changed or taken back",
    ("rounds", "lines"): "computed by the rules",
    ("rounds", "objections"): "made and answered one by one",
    ("rounds", "published"): "follows from the ranking",
    ("rounds", "reviews"): "the expert's alone; an upload would be seen in the whole office",
    ("rounds", "rounds"): "made from a scheme file, which comes in on its page",
    ("studies", "studies"): "computed from the data and settings that are chosen",
}
"""The lists that people do not write by workbook, by room and file, each with its reason."""


def declared() -> Iterator[tuple[str, str, ast.expr]]:
    """Room, file and ``comes_in`` of every list in the source."""
    for path in sorted(ROOMS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Listing":
                said = {each.arg: each.value for each in node.keywords}
                file = said["file"]
                assert isinstance(file, ast.Constant), path
                yield path.relative_to(ROOMS).parts[0], str(file.value), said["comes_in"]


LISTS = {(room, file): said for room, file, said in declared()}


def codes(said: ast.expr) -> set[str]:
    """The codes of targets that a list names; none where it gives a reason."""
    return (
        {str(each.value) for each in ast.walk(said) if isinstance(each, ast.Constant)}
        if not isinstance(said, ast.Call)
        else set()
    )


def test_every_list_comes_in_by_a_target_or_stands_in_the_table() -> None:
    assert len(LISTS) == len(list(declared())), "two lists of a room have one file name"
    assert {at for at, said in LISTS.items() if not codes(said)} == set(NOT_WRITTEN)
    for at, said in LISTS.items():
        assert codes(said) <= set(TARGETS), at


def test_every_target_belongs_to_a_list() -> None:
    told = set[str]().union(*map(codes, LISTS.values()))
    assert set(TARGETS) - told == {"agenda"}  # the items of one meeting stand on its page, not in a list


PAGES = sorted(
    {f"{pattern.callback.__module__.split('.')[2]}:{pattern.name}" for _, pattern in addresses()
     if (access := access_of(pattern.callback)) and access.methods == ("GET", "HEAD") and not pattern.pattern.converters}
)  # fmt: skip


@pytest.mark.django_db
def test_every_list_page_gives_its_rows_as_workbook(city: City, signed: Callable[[str], Client]) -> None:
    for kind, make in SAMPLES.items():
        if issubclass(kind, Owned):
            make(city, "TJ")
    client, found = signed("planner"), 0
    for name in PAGES:
        page = client.get(reverse(name))
        if page.status_code != 200 or "as=xlsx" not in page.content.decode():
            continue
        answer = client.get(reverse(name), {"as": "xlsx"})
        assert answer["Content-Type"].endswith("spreadsheetml.sheet"), name
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet.max_row >= 2, name
        assert all(cell.value for cell in sheet[1]), name
        found += 1
    assert found >= 20


@pytest.mark.django_db
def test_a_list_leads_its_keepers_to_its_workbook(city: City, signed: Callable[[str], Client]) -> None:
    way = "/intake/?for=indicators"
    assert way in signed("planner").get("/months/indicators/").content.decode()
    assert "/intake/new/indicators/TJ" in signed("planner").get(way).content.decode()
    assert way not in signed("auditor").get("/months/indicators/").content.decode()
    assert "/intake/new/indicators/" not in signed("bh-editor").get(way).content.decode()
