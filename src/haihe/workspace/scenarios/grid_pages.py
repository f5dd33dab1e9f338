"""The grid of one table of a scenario, and the form by which a record is added."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import describe
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.failures import status_of
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.scenarios import editing
from haihe.workspace.scenarios.actions import EDIT, READ
from haihe.workspace.scenarios.cells import Base, key_of, plain, shown
from haihe.workspace.scenarios.editing import LONGEST_REASON, OWN
from haihe.workspace.scenarios.forms import RecordForm
from haihe.workspace.scenarios.grid import Grid, Typed, changes_in, faults, grid_of, refused, typed_into
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.scenarios.pages import printed, trail

ADD = Text("新增记录", "Add a record")


def spec_of(table: str) -> TableSpec:
    """Give the declaration of a table that scenarios change; 404 for any other."""
    if table not in TABLES or table == OWN:
        raise Http404
    return TABLES[table]


@page(READ, of=Scenario)
def table(request: Request, thing: Scenario, table: str) -> HttpResponse:
    """Show a page of a table as the scenario has it; who may change the scenario goes on to the grid."""
    spec = spec_of(table)
    if acts_on(request.user, thing, EDIT):
        address, asked = reverse("scenarios:grid", args=[thing.code, table]), request.GET.urlencode()
        return redirect(f"{address}?{asked}" if asked else address)
    found = grid_of(thing, spec, request.GET.dict(), language_of(request), editable=False)
    return _page(request, thing, found, {"edits": False, "beside": [], "reason": ""})


@form(EDIT, of=Scenario)
def grid(request: Request, thing: Scenario, table: str) -> HttpResponse:
    """Show a page of a table in a grid, and take what was typed into it: all of it, or nothing where something is wrong."""
    spec, lang = spec_of(table), language_of(request)
    found = grid_of(thing, spec, request.GET.dict(), lang)
    beside: list[str] = []
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if request.method == "POST":
        typed = typed_into(found, request.POST.dict(), reason, thing.edits, lang)
        if not faults(found):
            beside = _saved(request, thing, found, typed)
            if not (beside or faults(found)):
                return redirect(request.get_full_path())
    return _page(request, thing, found, {"edits": True, "beside": beside, "reason": reason})


def _saved(request: Request, thing: Scenario, found: Grid, typed: Typed) -> list[str]:
    """Keep what was typed; mark the cells, and give the words, of what is wrong with it."""
    if not typed:
        tell(request, Text("没有改动", "Nothing was changed"))
        return []
    stood = thing.edits
    try:
        editing.put(request.user, thing, typed.put, typed.back, edition_of(request))
    except HaiheError as error:
        if status_of(error) != 422:
            raise
        thing.edits = stood
        return refused(found, error, typed, language_of(request))
    said = Text("已保存：修改 {n} 处，撤去 {m} 处", "Saved: {n} cells changed, {m} taken back")
    tell(request, said.format(n=len(typed.put), m=len(typed.back)), "success")
    return []


def _page(request: Request, thing: Scenario, found: Grid, said: dict[str, Any]) -> HttpResponse:
    spec, lang, rows = found.spec, language_of(request), found.page
    wrong = faults(found)
    more = {
        "thing": thing,
        "spec": spec,
        "grid": found,
        "found": rows,
        "filters": [(each, [(value, shown(each.column, value)) for value in each.values]) for each in rows.filters],
        "heads": [(column, describe(column, lang)) for column in (*found.keys, *found.columns)],
        "wrong": wrong,
        "illustrative": "illustrative" in rows.qualities,
        "illustrative_name": QUALITY_NAMES["illustrative"],
        "tables": [TABLES[name] for name in TABLES if name in thing.version.tables and name != OWN],
        "trail": trail(thing, (spec.title, "")),
        "printed": printed(thing),
        **said,
    }
    failed = wrong or said["beside"]
    return render(request, "scenarios/grid.html", more, status=422 if failed else 200)


@form(EDIT, of=Scenario)
def add(request: Request, thing: Scenario, table: str) -> HttpResponse:
    """Add a record that a table does not have; ``like`` in the address names one to begin from."""
    spec = spec_of(table)
    initial = {"edition": thing.edition, **_like(thing, spec, request.GET.get("like", ""))}
    form = RecordForm.of(request, spec=spec, initial=initial)
    back = reverse("scenarios:grid", args=[thing.code, table])

    def put() -> None:
        said = form.record()
        reason = form.values()["reason"]
        key = key_of([said[name] for name in spec.key])
        if Base(thing.version).has(table, key) or key in changes_in(thing.edits, table):
            raise HaiheError("E-SCN-27", column=spec.key[0], value=key)
        cells = [[table, key, name, value, reason] for name, value in said.items() if name not in spec.key]
        stood = thing.edits
        try:
            editing.put(
                request.user, thing, cells or [[table, key, spec.key[0], said[spec.key[0]], reason]], (), form.seen
            )
        except HaiheError as error:
            thing.edits = stood
            raise _by_column(error, said) from error

    if form.done(put):
        tell(request, Text("记录已新增", "The record is added"), "success")
        return redirect(back)
    title = Text(f"{spec.title.zh}：新增记录", f"{spec.title.en}: add a record")
    return form.page(request, title, button=ADD, back=back, trail=trail(thing, (spec.title, back), (ADD, "")))


def _like(thing: Scenario, spec: TableSpec, key: str) -> dict[str, str]:
    """Give the cells of a record, as the scenario has it, to begin a new one from."""
    record = Base(thing.version).record(spec.name, key) or {}
    said = {name: plain(spec.column(name), value) for name, value in record.items()}
    return said | changes_in(thing.edits, spec.name).get(key, {})


def _by_column(error: HaiheError, said: dict[str, str]) -> HaiheError:
    """Give an error whose findings stand at the column that was typed, where they speak of a value."""
    by_value = {value: name for name, value in said.items()}
    for finding in error.findings:
        if finding.column == "value":
            object.__setattr__(finding, "column", by_value.get(str(finding.values.get("value")), finding.column))
    return error
