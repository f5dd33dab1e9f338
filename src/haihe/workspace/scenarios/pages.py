"""Pages of scenarios: the list, one scenario with all that it changes, a new one, its names, its copy, its sharing."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import QUALITY_NAMES, Text
from haihe.region.tables import TABLES
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.frame.access import Request, act, acts_on, find, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.register import links_on
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.scenarios import editing
from haihe.workspace.scenarios.actions import EDIT, READ
from haihe.workspace.scenarios.cells import Base
from haihe.workspace.scenarios.differing import changes_table
from haihe.workspace.scenarios.editing import OWN, place
from haihe.workspace.scenarios.forms import MadeForm, NamesForm, NewForm
from haihe.workspace.scenarios.lists import SCENARIOS, listing, shown_to
from haihe.workspace.scenarios.models import Scenario

NEW = Text("新建情景", "New scenario")
COPY = Text("复制情景", "Copy the scenario")
ILLUSTRATIVE = QUALITY_NAMES["illustrative"]
WHOLE = "*"
"""Stands for the column where a whole record is taken back."""
FIRST = (
    "limits",
    "links",
    "endowments",
    "budgets",
    "parameters",
    "expansions",
    "transfers",
    "projects",
    "technologies",
)
"""Tables that scenarios change most, offered first."""


def trail(scenario: Scenario, *more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a scenario's page."""
    address = scenario.get_absolute_url() if more else ""
    return [(SCENARIOS, reverse("scenarios:list")), (scenario.name, address), *more]


def printed(scenario: Scenario) -> Text:
    """Give the line that paper bears: data version, hash of the changes, draft or shared."""
    state, version = shown_to(scenario), scenario.version
    return Text(
        f"数据版本 {version.code} · {version.sha256[:12]} · 情景 {scenario.sha256[:12]} · {state.zh}",
        f"data version {version.code} · {version.sha256[:12]} · scenario {scenario.sha256[:12]} · {state.en}",
    )


@page(READ)
def scenarios(request: Request) -> HttpResponse:
    """List the scenarios that the person sees."""
    there = Scenario.objects.visible_to(request.user).select_related("unit", "version__dataset")
    datasets = Dataset.objects.visible_to(request.user)
    more = {"makes": request.user.may(EDIT), "taken": _takable(request)}
    return listing(datasets).answer(request, there, "scenarios/list.html", **more)


def _takable(request: Request) -> list[Version]:
    """Give the versions in force that hold scenarios of their own."""
    seen = Dataset.objects.visible_to(request.user).filter(current__isnull=False).select_related("current__dataset")
    return [each.current for each in seen if OWN in each.current.tables] if request.user.may(EDIT) else []


@page(READ, of=Scenario)
def scenario(request: Request, thing: Scenario) -> HttpResponse:
    """Show a scenario: on what it stands and all that it changes; as a file where one is asked for."""
    table = changes_table(thing)
    wanted = request.GET.get("as", "")
    if wanted in FORMS:
        return table_file(request, [table], f"scenario-{thing.code}", wanted)
    edits = acts_on(request.user, thing, EDIT)
    base = Base(thing.version)
    rows = [
        {
            "said": said,
            "table": edit[0],
            "key": edit[1],
            "reason": edit[4],
            "at": at,
            "column": edit[2] if base.has(edit[0], edit[1]) else WHOLE,
            "again": at > 0 and thing.edits[at - 1][:2] == edit[:2] and not base.has(edit[0], edit[1]),
        }
        for at, (edit, said) in enumerate(zip(thing.edits, table.frame.to_dict("records"), strict=True))
    ]
    counts: dict[str, int] = {}
    for edit in thing.edits:
        counts[edit[0]] = counts.get(edit[0], 0) + 1
    newer = thing.dataset.current
    more = {
        "thing": thing,
        "rows": rows,
        "state": shown_to(thing),
        "illustrative": any(row["said"]["quality"] == ILLUSTRATIVE for row in rows),
        "edits": edits,
        "into": "scenarios:grid" if edits else "scenarios:table",
        "makes": request.user.may(EDIT),
        "tables": _tables(thing.version, counts),
        "newer": newer if newer is not None and newer.pk != thing.version_id else None,
        "links": links_on(request.user, thing),
        "trail": trail(thing),
        "printed": printed(thing),
    }
    return render(request, "scenarios/scenario.html", more)


def _tables(version: Version, counts: Mapping[str, int]) -> list[tuple[Text, list[dict[str, Any]]]]:
    """Give the tables to edit, those that scenarios change most first, each with its rows and how much is changed."""

    def rows(names: Any) -> list[dict[str, Any]]:
        kept = version.tables
        return [
            {"spec": TABLES[name], "rows": kept.get(name, {}).get("rows"), "changed": counts.get(name)}
            for name in names
        ]

    rest = [name for name in TABLES if name not in FIRST and name != OWN]
    return [
        (Text("常改的表", "Changed most"), rows(FIRST)),
        (Text("其余有数据的表", "Other tables with data"), rows(name for name in rest if name in version.tables)),
        (Text("没有数据的表", "Tables without data"), rows(name for name in rest if name not in version.tables)),
    ]


@form(EDIT)
def new(request: Request) -> HttpResponse:
    """Make a scenario."""
    form = NewForm.of(request, initial={"version": request.GET.get("version", "")})
    form.for_person(request.user)
    made: list[Scenario] = []

    def make() -> None:
        said = form.values()
        names = said["name_zh"], said["name_en"], said["about"]
        made.append(editing.new(request.user, said["unit"], said["version"], said["code"], *names))

    if form.done(make):
        tell(request, Text("情景已建立；请选一张表修改", "The scenario stands; choose a table to change"), "success")
        return redirect(made[0])
    back = reverse("scenarios:list")
    return form.page(request, NEW, back=back, trail=[(SCENARIOS, back), (NEW, "")])


@form(EDIT, of=Scenario)
def edit(request: Request, thing: Scenario) -> HttpResponse:
    """Change what a scenario is called and what is said of it."""
    form = NamesForm.of(request, thing)

    def change() -> None:
        said = form.values()
        editing.describe(request.user, thing, said["name_zh"], said["name_en"], said["about"], form.seen)

    if form.done(change):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect(thing)
    title = Text("修改名称与说明", "Change name and description")
    return form.page(request, title, back=thing.get_absolute_url(), trail=trail(thing, (title, "")))


@form(EDIT)
def copy(request: Request, code: str) -> HttpResponse:
    """Copy a scenario that one sees into a unit where one makes scenarios."""
    thing: Scenario = find(request.user, Scenario, code, READ)
    name = thing.name
    initial = {
        "code": editing.free_code(thing.code),
        "name_zh": f"{name.zh}（副本）",
        "name_en": f"{name.en} (copy)",
    }
    form = MadeForm.of(request, initial=initial)
    form.for_person(request.user)
    made: list[Scenario] = []

    def make() -> None:
        said = form.values()
        made.append(editing.copy(request.user, thing, said["unit"], said["code"], said["name_zh"], said["name_en"]))

    if form.done(make):
        tell(request, Text("已复制", "Copied"), "success")
        return redirect(made[0])
    return form.page(request, COPY, button=COPY, back=thing.get_absolute_url(), trail=trail(thing, (COPY, "")))


def _done(request: Request, thing: Scenario, said: Text) -> HttpResponse:
    tell(request, said, "success")
    return redirect(thing)


@act(EDIT, of=Scenario)
def share(request: Request, thing: Scenario) -> HttpResponse:
    """Show a scenario to all who see the dataset."""
    editing.share(request.user, thing, edition_of(request))
    said = Text("已共享：能查看数据集的单位都能查看此情景", "Shared: all who see the dataset see the scenario")
    return _done(request, thing, said)


@act(EDIT, of=Scenario)
def withdraw(request: Request, thing: Scenario) -> HttpResponse:
    """Show a scenario to its unit alone again."""
    editing.withdraw(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已改为草稿，仅本单位可见", "A draft again: its own unit alone sees it"))


@act(EDIT, of=Scenario)
def delete(request: Request, thing: Scenario) -> HttpResponse:
    """Delete a scenario on which nothing rests."""
    editing.delete(request.user, thing)
    tell(request, Text("情景已删除", "The scenario is deleted"), "success")
    return redirect("scenarios:list")


@act(EDIT, of=Scenario)
def explain(request: Request, thing: Scenario) -> HttpResponse:
    """Keep the reasons that were typed beside the changes, or take one change back where its button was pressed."""
    edition, taken = edition_of(request), request.POST.get("take", "")
    if taken:
        table, _, rest = taken.partition(" ")
        column, _, key = rest.partition(" ")
        editing.take_back(request.user, thing, [(table, key, "" if column == WHOLE else column)], edition)
        return _done(request, thing, Text("已撤去修改", "The change is taken back"))
    said = {place(each): request.POST.get(f"r{at}", each[4]) for at, each in enumerate(thing.edits)}
    editing.explain(request.user, thing, said, edition)
    return _done(request, thing, Text("理由已保存", "The reasons are saved"))
