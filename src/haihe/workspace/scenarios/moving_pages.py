"""Pages: taking scenarios over from a version's table, moving one to another version, what differs between several."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.planning.scenarios import scenarios_of, title_of
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Version
from haihe.workspace.data.version_pages import trail_of as version_trail
from haihe.workspace.data.versions import region_of
from haihe.workspace.frame.access import Request, find, form, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.scenarios import editing, moving
from haihe.workspace.scenarios.actions import EDIT, READ
from haihe.workspace.scenarios.differing import MOST, inputs_table
from haihe.workspace.scenarios.forms import MoveForm, TakenForm, versions_for
from haihe.workspace.scenarios.lists import SCENARIOS
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.scenarios.pages import printed, trail
from haihe.workspace.units.approval import APPROVED

TAKE = Text("从情景表取用", "Take over from the table of scenarios")
MOVE = Text("移到其他数据版本", "Move to another data version")
COMPARE = Text("比较输入", "Compare inputs")


@form(EDIT)
def take(request: Request, code: str) -> HttpResponse:
    """Take scenarios of a version's own table over as one that can be edited."""
    version: Version = find(request.user, Version, code, DATA_READ)
    if version.state != APPROVED:
        raise Http404
    there, lang = scenarios_of(region_of(version)), language_of(request)
    form = TakenForm.of(request)
    form.for_person(request.user)
    form.fields["names"].choices = [  # type: ignore[attr-defined]
        (name, f"{title_of(name, [edit.reason for edit in edits])(lang)} · {name}") for name, edits in there.items()
    ]
    made: list[Scenario] = []

    def make() -> None:
        said = form.values()
        edits = [edit for name in said["names"] for edit in there[name]]
        names = said["name_zh"], said["name_en"], ""
        made.append(editing.new(request.user, said["unit"], version, said["code"], *names, edits))

    if form.done(make):
        tell(request, Text("已取用；可继续修改", "Taken over; go on editing"), "success")
        return redirect(made[0])
    return form.page(
        request, TAKE, button=TAKE, back=reverse("scenarios:list"), trail=version_trail(version, (TAKE, ""))
    )


@form(EDIT, of=Scenario)
def move(request: Request, thing: Scenario) -> HttpResponse:
    """Show what becomes of each cell on another version of the dataset, then let the scenario stand there."""
    others = versions_for(request.user).filter(dataset=thing.dataset_id).exclude(pk=thing.version_id)
    chosen = others.filter(code=request.GET.get("version") or getattr(thing.dataset.current, "code", "")).first()
    chosen = chosen or others.first()
    form = MoveForm.of(request, initial={"version": chosen.code if chosen else "", "edition": thing.edition})
    form.fields["version"].queryset = others  # type: ignore[attr-defined]
    done: list[Any] = []
    if form.done(lambda: done.extend(moving.move(request.user, thing, form.values()["version"], form.seen))):
        tell(request, _told(done), "success")
        return redirect(thing)
    more = {
        "thing": thing,
        "chosen": chosen,
        "offered": others,
        "rows": moving.carried(thing, chosen) if chosen else [],
        "trail": trail(thing, (MOVE, "")),
        "printed": printed(thing),
    }
    return form.page(request, MOVE, "scenarios/move.html", button=MOVE, back=thing.get_absolute_url(), **more)


def _told(done: list[moving.Carried]) -> Text:
    """Say what became of the cells; those whose record is gone by name."""
    said = Text("已移到新版本", "It stands on the other version now")
    gone = moving.lost(done)
    lost = Text("；已没有的记录：{w}", "; records that are gone: {w}").format(w=gone) if gone.zh else Text("", "")
    return Text(said.zh + lost.zh, said.en + lost.en)


@page(READ)
def compare(request: Request) -> HttpResponse:
    """Show in which inputs two to four scenarios differ; the address names them and brings the page back."""
    wanted = list(dict.fromkeys(code for code in request.GET.getlist("with") if code))[:MOST]
    seen = Scenario.objects.visible_to(request.user).select_related("unit", "version__dataset")
    there = {each.code: each for each in seen.filter(code__in=wanted)}
    chosen = [there[code] for code in wanted if code in there]
    table = inputs_table(chosen) if len(chosen) > 1 else None
    form = request.GET.get("as", "")
    if table is not None and form in FORMS:
        return table_file(request, [table], "scenario-inputs", form)
    more = {
        "chosen": chosen,
        "places": [each.code for each in chosen] + [""] * (MOST - len(chosen)),
        "offered": seen.order_by("code")[:200],
        "same": table is not None and not len(table),
        "table": table,
        "trail": [(SCENARIOS, reverse("scenarios:list")), (COMPARE, "")],
        **(drawn([part_of(table)]) if table is not None and len(table) else {}),
    }
    return render(request, "scenarios/compare.html", more)
