"""A list page declared by its columns: search, sort, pages, and the same rows as CSV or workbook.

A list of 10,000 rows is paged, sorted and searched by the database; a download holds every row that the person may see.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

import xlsxwriter
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from haihe.files import safe_text
from haihe.messages import HaiheError, Text
from haihe.region.units import said as said_unit
from haihe.workspace.frame.layout import language_of
from haihe.workspace.frame.names import Called
from haihe.workspace.frame.register import way_in
from haihe.workspace.units import limits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = 50
MOST_WIDE = 60
LONG = 10
"""Characters (of Chinese) from which a column is kept so wide that its words stay readable."""
CHUNK = 2000
"""Rows of a download that are read at once."""
MOST_ROWS = 50_000
"""Rows of a workbook that is written while the reader waits."""
MOST_LINES = 200_000
"""Rows of a CSV file that is written while the reader waits."""
MINUTE = 60


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
        page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
        things = self._learned(page)
        rows = [(thing, [(column, _cell(column, thing)) for column in self.columns]) for thing in things]
        sort = request.GET.get("sort", "")
        said = {"listing": self, "page": page, "rows": rows, "sort": sort, "filters": self.filters(request)}
        numeric = [
            bool(rows) and any(cells[place][1]["numeric"] for _, cells in rows) for place in range(len(self.columns))
        ]
        wide = [any(cells[place][1]["wide"] for _, cells in rows) for place in range(len(self.columns))]
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
        return csv_file(self.table(request, query.iterator(chunk_size=CHUNK)), f"{self.file}.csv")

    def _xlsx(self, request: HttpRequest, query: "QuerySet[Any]") -> HttpResponse:
        if query.all()[MOST_ROWS:].exists():  # a query that was read already gives its slices as lists
            raise HaiheError("E-WEB-74", most=MOST_ROWS)
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet(self.file[:31])
        for index, row in enumerate(self.table(request, query.iterator(chunk_size=CHUNK))):
            sheet.write_row(index, 0, row)
        sheet.freeze_panes(1, 0)
        sheet.autofit(MOST_WIDE * 7)
        book.close()
        return attachment(out.getvalue(), f"{self.file}.xlsx", XLSX)


def _cell(column: Column, thing: Any) -> dict[str, Any]:
    value = column.value(thing)
    return {
        "value": value,
        "url": column.url(thing) if column.url else "",
        "mark": column.mark(thing) if column.mark else "",
        "numeric": isinstance(value, (int, float)) and not isinstance(value, bool),
        "moment": isinstance(value, date),
        "wide": isinstance(value, (str, Text)) and len(value.zh if isinstance(value, Text) else value) > LONG,
    }


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
