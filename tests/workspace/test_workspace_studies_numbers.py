"""Every number on the pages of a study is the library's to the last shown digit; its files hold the library's raw values."""

import csv
import io
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from study_cases import found, version_of

import haihe as hh
from haihe.diagnosis import diagnose
from haihe.figures import Figure, Table
from haihe.messages import LANGUAGES, Lang
from haihe.planning import plan
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import create, region_of
from haihe.workspace.studies.models import Study
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
MISSING = "—"


class Tables(HTMLParser):
    """Reads the tables of figures off a page: rows of cells in one language, by the key of the figure."""

    def __init__(self, lang: Lang) -> None:
        super().__init__()
        self.lang, self.found = lang, dict[str, list[list[str]]]()
        self.key, self.cell, self.hidden, self.body = "", None, 0, False

    key: str
    cell: list[str] | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "figure":
            self.key = said.get("data-key") or ""
            self.found[self.key] = []
        elif tag == "tbody" and self.key:
            self.body = True
        elif tag == "tr" and self.body:
            self.found[self.key].append([])
        elif tag in ("td", "th") and self.body:
            self.cell = []
        elif tag == "span" and self.cell is not None:
            self.hidden += bool(self.hidden or said.get("lang") not in (None, self.lang))

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self.cell is not None and self.hidden:
            self.hidden -= 1
        elif tag in ("td", "th") and self.cell is not None:
            self.found[self.key][-1].append("".join(self.cell).strip())
            self.cell = None
        elif tag == "tbody":
            self.body = False
        elif tag == "figure":
            self.key = ""

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.hidden:
            self.cell.append(data)


def read(page: str, lang: Lang) -> dict[str, list[list[str]]]:
    reader = Tables(lang)
    reader.feed(page)
    return reader.found


def said(table: Table, lang: Lang) -> list[list[str]]:
    """Give what the library shows: `Column.show` of every value."""
    return [
        [
            table.row_columns(column)[at].show(value)(lang).strip()
            for column, value in zip(table.columns, row, strict=True)
        ]
        for at, row in enumerate(zip(*(table.frame[column.key] for column in table.columns), strict=True))
    ]


def of_library(region: Region, kind: str) -> dict[str, Table]:
    """Give the tables of the library by the key of what shows them on the page."""
    if kind == "plan":
        made = plan(region, band=False)
        charted = {figure.table.key for figure in made.figures.values()}
        alone = {key: table for key, table in made.tables.items() if key not in charted}
        return {key: figure.table for key, figure in made.figures.items()} | alone
    return {shown.key: shown.table if isinstance(shown, Figure) else shown for shown in diagnose(region).shown()}


def compare(client: Client, study: Study, tables: dict[str, Table]) -> int:
    """Compare pages and files of a study with the library; give how many cells were compared."""
    cells = 0
    for lang in LANGUAGES:
        client.cookies["haihe-language"] = lang
        page = client.get(f"{study.get_absolute_url()}?group=all").content.decode()
        shown = read(page, lang)
        assert shown.keys() == tables.keys()
        for key, table in tables.items():
            assert shown[key] == said(table, lang), key
            cells += len(table) * len(table.columns)
    return cells


def files(client: Client, study: Study, tables: dict[str, Table], lang: Lang) -> Iterator[tuple[Any, Any]]:
    """Give each value of the files beside the library's."""
    client.cookies["haihe-language"] = lang
    for key, table in tables.items():
        address = f"{study.get_absolute_url()}/figures/{key}"
        rows = list(csv.reader(io.StringIO(client.get(f"{address}/csv").content.decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}/xlsx").content)).active
        assert rows[0] == [column.heading(lang) for column in table.columns]
        for at, raw in enumerate(table.raw_rows(lang)):
            for place, value in enumerate(raw):
                in_csv, in_book = rows[1 + at][place], book.cell(4 + at, place + 1).value
                if isinstance(value, (int, float)):
                    yield float(in_csv), value
                    yield in_book, value
                else:
                    yield in_csv.lstrip("'"), str(value or "").lstrip("'")
                    assert value is not None or in_book == MISSING


def all_of(city: City, signed: Signed, region: Region, kind: str, lang: Lang) -> int:
    study, tables = found(city, kind), of_library(region, kind)
    client = signed("planner")
    cells = compare(client, study, tables)
    some = dict(list(tables.items())[::4])
    for ours, theirs in files(client, study, some, lang):
        assert ours == (pytest.approx(theirs, rel=1e-15) if isinstance(theirs, float) else theirs)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{study.get_absolute_url()}/workbook").content))
    assert len(book.sheetnames) == len(tables)
    return cells


@pytest.fixture(autouse=True)
def many_downloads(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.OFFICE.values, "DOWNLOADS_PER_MINUTE", 1000)


@pytest.mark.parametrize(("kind", "lang"), [("plan", "zh"), ("diagnosis", "en")])
def test_numbers_of_the_small_region(city: City, signed: Signed, kind: str, lang: Lang) -> None:
    assert all_of(city, signed, region_of(version_of(city)), kind, lang) > 100


@pytest.mark.endure
@pytest.mark.parametrize(("kind", "lang"), [("plan", "en"), ("diagnosis", "zh")])
def test_numbers_of_the_example(city: City, signed: Signed, kind: str, lang: Lang) -> None:
    made = create(city.people["planner"], city.units["TJ"], "small", "京津冀", "Jing-Jin-Ji", hh.example("jing-jin-ji"))
    assert isinstance(made.current, Version)
    cells = all_of(city, signed, region_of(made.current), kind, lang)
    print(f"{kind}: {cells} cells on pages compared")
    assert cells > 2000
