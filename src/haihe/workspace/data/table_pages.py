"""Pages of one table of a version, and of the life of one row: where a figure comes from."""

from itertools import chain
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from haihe.files import file_name
from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import describe
from haihe.region.workbook import words_of
from haihe.workspace.data import vocabulary
from haihe.workspace.data.actions import READ
from haihe.workspace.data.browsing_rows import page_of
from haihe.workspace.data.differences import life
from haihe.workspace.data.models import Version
from haihe.workspace.data.version_pages import printed, trail_of
from haihe.workspace.data.versions import table_of
from haihe.workspace.frame.access import Request, page
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.lists import MOST_LINES, csv_file, heavy

ILLUSTRATIVE = "illustrative"


def spec_in(version: Version, table: str) -> TableSpec:
    """Give the declaration of a table that a version has; 404 where it has none."""
    if table not in TABLES or table not in version.tables:
        raise Http404
    return TABLES[table]


def titles_of(version: Version) -> dict[str, Text]:
    """Give the title of every source of a version, by code."""
    frame = table_of(version, "sources")
    rows = zip(frame["source"], frame["title_zh"], frame["title_en"], strict=True)
    return {code: Text(str(zh), str(en)) for code, zh, en in rows}


@page(READ, of=Version)
def table(request: Request, thing: Version, table: str) -> HttpResponse:
    """Show the rows of a table: each figure with unit, year, source and quality."""
    spec = spec_in(thing, table)
    if request.GET.get("as") == "csv":
        return _csv(request, thing, spec)
    kept = thing.tables[table]
    found = page_of(kept, spec, request.GET.dict())
    titles = titles_of(thing)
    rows = [_row(thing, spec, row, titles) for row in found.rows]
    title = spec.title
    more = {
        "thing": thing,
        "spec": spec,
        "filters": [(each, [(value, _offered(each.column, value)) for value in each.values]) for each in found.filters],
        "heads": [(column, describe(column, language_of(request))) for column in spec.columns],
        "found": found,
        "rows": rows,
        "illustrative": ILLUSTRATIVE in found.qualities,
        "illustrative_name": QUALITY_NAMES["illustrative"],
        "tables": [TABLES[name] for name in thing.tables if name in TABLES],
        "trail": trail_of(thing, (title, "")),
        "printed": printed(thing),
    }
    return render(request, "data/table.html", more)


def _offered(column: Column, value: str) -> Text:
    """Say a value that rows can be chosen by."""
    return column.word_of.get(value) or vocabulary.beside(column, value) or Text(value, value)


def _row(version: Version, spec: TableSpec, row: tuple[Any, ...], titles: dict[str, Text]) -> dict[str, Any]:
    said = dict(zip(spec.names, row, strict=True))
    cells = [_cell(column, said[column.name], said, titles) for column in spec.columns]
    address = reverse("data:row", args=[version.code, spec.name])
    key = urlencode([("key", str(said[name])) for name in spec.key])
    return {"cells": cells, "url": f"{address}?{key}", "name": " ".join(str(said[name]) for name in spec.key)}


def _cell(column: Column, value: Any, row: dict[str, Any], titles: dict[str, Text]) -> dict[str, Any]:
    """Give what a cell shows: words of choices, numbers with their unit, sources by title."""
    numeric = column.kind == "number" or column.kind == "integer"
    unit = str(row.get("unit") or "") if column.unit == "@unit" else column.unit or ""
    shown: Any = value
    if column.kind == "choice" and value in column.word_of:
        shown = column.word_of[value]
    elif column.kind == "flag" and value is not None:
        shown = Text("是", "yes") if value else Text("否", "no")
    elif column.ref == "sources.source" and value in titles:
        shown = titles[value]
    elif (name := vocabulary.beside(column, value)) is not None:
        shown = name
    quality = str(value) if column.name == "quality" and value else ""
    return {"value": shown, "numeric": numeric, "unit": unit if numeric else "", "quality": quality}


def _csv(request: Request, version: Version, spec: TableSpec) -> HttpResponse:
    if version.tables[spec.name]["rows"] > MOST_LINES:
        raise HaiheError("E-WEB-75", most=MOST_LINES)
    heavy(request)
    lang, frame = language_of(request), table_of(version, spec.name)
    columns = [words_of(frame[column.name], column, lang) for column in spec.columns]
    name = f"{file_name(version.dataset.code)}-v{version.number}-{version.sha256[:12]}-{spec.name}.csv"
    return csv_file(chain([[column.title(lang) for column in spec.columns]], zip(*columns, strict=True)), name)


@page(READ, of=Version)
def row(request: Request, thing: Version, table: str) -> HttpResponse:
    """Show the life of a row: which version made or changed it, when, by whom, by which upload, from which source."""
    spec = spec_in(thing, table)
    key = request.GET.getlist("key")
    if len(key) != len(spec.key):
        raise Http404
    heavy(request)
    steps = life(request.user, thing, table, key)
    if not steps:
        raise Http404
    titles = titles_of(thing)
    name = " · ".join(key)
    address = reverse("data:table", args=[thing.code, table])
    more = {
        "thing": thing,
        "spec": spec,
        "name": name,
        "key": [(spec.column(column).title, said) for column, said in zip(spec.key, key, strict=True)],
        "steps": [(step, titles.get(step.source, step.source)) for step in steps],
        "trail": trail_of(thing, (spec.title, address), (Text(name, name), "")),
        "printed": printed(thing),
    }
    return render(request, "data/row.html", more)
