"""A list page declared by its columns: search, sort, pages, and the same rows as CSV or workbook.

A list of 10,000 rows is paged, sorted and searched by the database; a download holds every row that the person may see.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

import xlsxwriter
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from haihe.files import safe_text
from haihe.messages import HaiheError, Lang, Text
from haihe.region.units import said as said_unit
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.names import Called
from haihe.workspace.frame.register import way_in
from haihe.workspace.frame.shown import number, said, stamp
from haihe.workspace.units import limits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 50
MOST_WIDE = 60
LONG = 10
"""Characters (of Chinese) from which a column is kept so wide that its words stay readable."""
CHUNK = 2000
"""Rows of a download that are read at once."""
SHARED = 2000
"""Objects up to which those of a related kind are read once for many rows of a download, and not joined to each."""
SAMPLED = 200
"""Rows of a workbook by which the widths of its columns are set."""
LATIN = 0x2E7F
"""Letters up to here are of ordinary width."""
MOST_ROWS = 50_000
"""Rows of a workbook that is written while the reader waits."""
MOST_LINES = 200_000
"""Rows of a CSV file that is written while the reader waits."""
MINUTE = 60
NUMERIC = ' class="n"'


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Parameters
    ----------
    title : Text
        Header.
    value : callable
        Gives the cell from the object: text, `Text`, number, date or ``None``.
    sort : str
        Field that the column is sorted by; "" where it cannot be sorted.
    url : callable, optional
        Gives the address that the cell leads to.
    unit : str
        Unit of the numbers, shown in the header.
    mark : callable, optional
        Gives a status word (a CSS class) that the cell is marked with beside its text.
    """

    title: Text
    value: Callable[[Any], Any]
    sort: str = ""
    url: Callable[[Any], str] | None = None
    unit: str = ""
    mark: Callable[[Any], str] | None = None

    @property
    def counted_in(self) -> Text:
        """The unit in words."""
        return said_unit(self.unit)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of a list: a parameter of the address, its name, its choices, and the field that it compares.

    ``choices`` may be a function, for choices that are known only when the list is shown.
    """

    name: str
    title: Text
    choices: Sequence[tuple[str, Text]] | Callable[[], Iterable[tuple[str, Text]]]
    field: str = ""

    @property
    def offered(self) -> list[tuple[str, Text]]:
        """The choices now."""
        return list(self.choices() if callable(self.choices) else self.choices)

    def where(self, said: str) -> Q | None:
        """Give the condition of what was chosen; ``None`` where it is no choice."""
        return Q(**{self.field or self.name: said}) if said in {code for code, _ in self.offered} else None


@dataclass(frozen=True, slots=True)
class Stages(Choice):
    """A filter each of whose choices has a condition of its own, such as stages that no single field keeps."""

    conditions: Mapping[str, Q] = field(default_factory=dict)

    def where(self, said: str) -> Q | None:
        """Give the condition of what was chosen."""
        return self.conditions.get(said)


@dataclass(frozen=True, slots=True)
class Typed:
    """A filter that is typed: a parameter of the address, its name, the look-up that compares it, ``text`` or ``date``."""

    name: str
    title: Text
    field: str
    type: Literal["text", "date"] = "text"

    def where(self, said: str) -> Q | None:
        """Give the condition of what was typed; ``None`` where it cannot be read."""
        if self.type == "date":
            try:
                return Q(**{self.field: date.fromisoformat(said)})
            except ValueError:
                return None
        return Q(**{self.field: said}) if "\0" not in said else None


@dataclass(frozen=True)
class Listing:
    """A list: what it is called, its columns, what a search looks into, its filters, and what to do where it is empty."""

    title: Text
    columns: Sequence[Column]
    search: Sequence[str] = ()
    choices: Sequence[Choice] = ()
    typed: Sequence[Typed] = ()
    empty: Text = Text("暂无内容", "Nothing here yet")  # noqa: RUF009 - a Text never changes
    file: str = "list"
    comes_in: str | tuple[str, ...] | Text = field(kw_only=True)
    """What its rows come in by: codes of targets of uploads, or why people do not write it in a workbook."""

    def select(self, request: HttpRequest, query: "QuerySet[Any]") -> "QuerySet[Any]":
        """Apply the search, the filters and the order of the address."""
        wanted = request.GET.get("q", "").replace("\0", "").strip()
        if wanted and self.search:
            where = Q()
            for name in self.search:
                where |= Q(**{f"{name}__icontains": wanted})
            query = query.filter(where)
        for choice, chosen in self.filters(request):
            condition = choice.where(chosen) if chosen else None
            if condition is not None:
                query = query.filter(condition)
        order = request.GET.get("sort", "")
        if order.removeprefix("-") in {column.sort for column in self.columns if column.sort}:
            query = query.order_by(order, "pk")
        return query

    @property
    def targets(self) -> tuple[str, ...]:
        """The codes of the targets by which it comes in."""
        if isinstance(self.comes_in, Text):
            return ()
        return (self.comes_in,) if isinstance(self.comes_in, str) else self.comes_in

    def filters(self, request: HttpRequest) -> list[tuple[Choice | Typed, str]]:
        """Give the filters with what the address says of each."""
        every: list[Choice | Typed] = [*self.choices, *self.typed]
        return [(each, request.GET.get(each.name, "").strip()) for each in every]

    def answer(
        self, request: HttpRequest, query: "QuerySet[Any]", template: str = "frame/list.html", **more: Any
    ) -> HttpResponse:
        """Answer a request for the list: a page, or a file where ``as=csv`` or ``as=xlsx`` is asked for."""
        chosen = self.select(request, query)
        form = request.GET.get("as", "")
        if form in ("csv", "xlsx"):
            heavy(request)
        if form == "csv":
            return self._csv(request, chosen)
        if form == "xlsx":
            return self._xlsx(request, chosen)
        page = Paginator(chosen.all(), PAGE).get_page(request.GET.get("page"))  # a query that was read gives lists
        lang = language_of(request)
        rows = [[_cell(column, thing, lang) for column in self.columns] for thing in self._learned(_read(chosen, page))]
        sort = request.GET.get("sort", "")
        said = {"listing": self, "page": page, "rows": rows, "sort": sort, "filters": self.filters(request)}
        numeric = [any(row[place].numeric for row in rows) for place in range(len(self.columns))]
        wide = [any(row[place].wide for row in rows) for place in range(len(self.columns))]
        said["way_in"] = next(filter(None, (way_in(request.user, code) for code in self.targets)), "")
        said["heads"] = list(zip(self.columns, numeric, wide, strict=True))
        return render(request, template, said | more)

    def table(self, request: HttpRequest, things: Iterable[Any]) -> Iterator[list[Any]]:
        """Give header and rows in the page's language."""
        lang = language_of(request)
        yield [
            f"{column.title(lang)} ({column.counted_in(lang)})" if column.unit else column.title(lang)
            for column in self.columns
        ]
        every = iter(things)
        while some := self._learned(islice(every, CHUNK)):
            for thing in some:
                yield [_plain(column.value(thing), lang) for column in self.columns]

    def _learned(self, things: Iterable[Any]) -> list[Any]:
        """Read the names that some rows need, each kind in one query; give the rows."""
        some = list(things)
        for column in self.columns:
            if isinstance(column.value, Called):
                column.value.learn(some)
        return some

    def _csv(self, request: HttpRequest, query: "QuerySet[Any]") -> HttpResponse:
        if query.all()[MOST_LINES:].exists():
            raise HaiheError("E-WEB-75", most=MOST_LINES)
        return csv_file(self.table(request, _every(query)), f"{self.file}.csv")

    def _xlsx(self, request: HttpRequest, query: "QuerySet[Any]") -> HttpResponse:
        if query.all()[MOST_ROWS:].exists():  # a query that was read already gives its slices as lists
            raise HaiheError("E-WEB-74", most=MOST_ROWS)
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet(self.file[:31])
        widths = [0] * len(self.columns)
        for line, row in enumerate(self.table(request, _every(query))):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                elif cell is not None:
                    sheet.write(line, place, cell)
                if line < SAMPLED and cell is not None:
                    widths[place] = max(widths[place], _letters(str(cell)))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(width + 1, MOST_WIDE))
        sheet.freeze_panes(1, 0)
        book.close()
        return attachment(out.getvalue(), f"{self.file}.xlsx", XLSX)


def _letters(text: str) -> int:
    """Give the width of a text in letters; a Chinese character takes two."""
    return sum(2 if ord(letter) > LATIN else 1 for letter in text)


def _every(query: "QuerySet[Any]") -> Iterator[Any]:
    """Read all rows for a download: what many rows share, such as their unit, is made once a chunk and not once a row."""
    joined = query.query.select_related
    if isinstance(joined, dict):
        shared = {name for name, beyond in joined.items() if not beyond and _few(query.model, name)}
        rest = set(_paths({name: beyond for name, beyond in joined.items() if name not in shared}))
        query = query.select_related(None).select_related(*rest) if rest else query.select_related(None)
        query = query.prefetch_related(*shared)
    return query.iterator(chunk_size=CHUNK)


def _few(model: type[Model], name: str) -> bool:
    """Whether a relation leads to so few objects that many rows share each."""
    there: Any = model._meta.get_field(name).related_model
    return bool(there._base_manager.count() <= SHARED)


def _paths(joined: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Give the look-ups of a tree of joined relations."""
    for name, beyond in joined.items():
        yield before + name
        yield from _paths(beyond, f"{before}{name}__")


def _read(query: "QuerySet[Any]", page: Page[Any]) -> list[Any]:
    """Read the rows of a page: first their keys, so that the database sorts keys, not whole rows."""
    keys = list(page.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]  # a part of a query
    there = query.order_by().in_bulk(keys)
    return [there[key] for key in keys if key in there]


class Cell(NamedTuple):
    """A cell of a page: its element, and whether it holds a number or many words."""

    html: SafeString
    numeric: bool
    wide: bool


def _cell(column: Column, thing: Any, lang: Lang) -> Cell:
    """Draw a cell here and not in the template, which would take four times as long for the thousands of a page."""
    value = column.value(thing)
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    drawn = stamp(value) if isinstance(value, date) else escape(number(value) if numeric else said(value, lang))
    if column.url and (url := column.url(thing)):
        drawn = SafeString(f'<a href="{escape(url)}">{drawn}</a>')
    if column.mark and (mark := column.mark(thing)):
        drawn = SafeString(f'<span class="mark {escape(mark)}">{drawn}</span>')
    wide = isinstance(value, (str, Text)) and len(value.zh if isinstance(value, Text) else value) > LONG
    return Cell(SafeString(f"<td{NUMERIC if numeric else ''}>{drawn}</td>"), numeric, wide)


def _plain(value: Any, lang: Any) -> Any:
    if isinstance(value, Text):
        return value(lang)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value


def heavy(request: HttpRequest) -> None:
    """Count what takes long while its reader waits; ``E-WEB-23`` (429) where one person asks for too much of it."""
    limits.spend("heavy", f"person-{request.user.pk}", settings.OFFICE["DOWNLOADS_PER_MINUTE"], MINUTE)


def csv_file(rows: Iterable[Iterable[Any]], name: str) -> HttpResponse:
    """Answer with rows as a CSV file that spreadsheets read, and take no text of for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return attachment(("\ufeff" + out.getvalue()).encode(), name, "text/csv; charset=utf-8")


def attachment(data: bytes, name: str, kind: str) -> HttpResponse:
    """Answer with a file that the browser saves and never runs."""
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
