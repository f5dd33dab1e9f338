"""Pages: the list of studies, and asking for one."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.region import TABLES
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.frame.access import Request, find, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import reader, who
from haihe.workspace.jobs.models import STATES
from haihe.workspace.studies.actions import ASK, READ
from haihe.workspace.studies.asking import ask
from haihe.workspace.studies.forms import AskForm, ChooseForm
from haihe.workspace.studies.kinds import KINDS, Kind, KindForm, kinds
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person

STUDIES = Text("测算", "Studies")
NEW = Text("发起测算", "Run a study")
RUN = Text("开始测算", "Run")


def _kinds() -> list[tuple[str, Text]]:
    return [(kind.code, kind.name) for kind in kinds()]


def _datasets() -> list[tuple[str, Text]]:
    person = reader()
    return [(each.code, each.name) for each in Dataset.objects.visible_to(person)] if person else []


LIST = Listing(
    STUDIES,
    (
        Column(Text("测算", "Study"), lambda each: each.name, sort="name_zh", url=lambda each: each.get_absolute_url()),
        Column(Text("种类", "Kind"), lambda each: each.kind_name, sort="kind_code"),
        Column(Text("数据集", "Dataset"), lambda each: each.version.dataset.name, sort="version__dataset__code"),
        Column(Text("版本", "Version"), lambda each: each.version.number, sort="version__number"),
        Column(Text("情景", "Scenario"), lambda each: each.scenario.name if each.scenario else None),
        Column(
            Text("状态", "State"), lambda each: each.state_name, sort="job__state", mark=lambda each: each.state_mark
        ),
        Column(Text("单位", "Office"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("发起人", "Asked by"), who("created_by"), sort="created_by"),
        Column(Text("发起时间", "Asked"), lambda each: each.created, sort="created"),
        Column(Text("完成时间", "Done"), lambda each: each.job.ended if each.job else None, sort="job__ended"),
    ),
    search=("name_zh", "name_en", "pinyin", "code"),
    choices=(
        Choice("kind", Text("种类", "Kind"), _kinds, "kind_code"),
        Choice("state", Text("状态", "State"), tuple(STATES.items()), "job__state"),
        Choice("dataset", Text("数据集", "Dataset"), _datasets, "version__dataset__code"),
    ),
    empty=Text(
        "还没有测算。点“发起测算”，选数据版本和种类即可；结果完成后在此查看。",
        "No study yet. Press “Run a study”, choose a data version and a kind; what it finds stands here once it is done.",
    ),
    file="studies",
    comes_in=Text("测算由系统按所选数据和设置得出", "studies are computed from the data and settings that are chosen"),
)


def seen_by(person: Person) -> "QuerySet[Study]":
    """Give the studies that a person sees, with what lists show."""
    there: QuerySet[Study] = Study.objects.visible_to(person)
    return there.select_related("unit", "version__dataset", "scenario", "job")


@page(READ)
def studies(request: Request) -> HttpResponse:
    """List the studies."""
    return LIST.answer(request, seen_by(request.user), "studies/studies.html", asks=request.user.may(ASK))


def _trail(*more: Text) -> list[tuple[Text, str]]:
    return [(STUDIES, reverse("studies:list")), *((each, "") for each in more)]


@form(ASK)
def new(request: Request) -> HttpResponse:
    """Ask for a study: first which kind on which data, then its settings."""
    said = request.GET
    version = None
    if said.get("version"):
        version = find(request.user, Version, said["version"], DATA_READ)
    kind = KINDS.get(said.get("kind", ""))
    if version is None or kind is None:
        return _choose(request, version)
    if lacking := kind.lacking(version.tables):
        return _lacks(request, kind, version, lacking)
    return _settings(request, kind, version, said.get("scenario", ""))


def _choose(request: Request, version: Version | None) -> HttpResponse:
    """Ask which kind on which data."""
    asked = ChooseForm(initial={"version": version.code if version else "", "kind": request.GET.get("kind", "")})
    asked.offer(request.user)
    more = {
        "form": asked,
        "title": NEW,
        "trail": _trail(NEW),
        "kinds": [each for each in kinds() if not each.asked_apart],
        "scenario": request.GET.get("scenario", ""),
        "there": Version.objects.visible_to(request.user).exists(),
    }
    return render(request, "studies/choose.html", more)


def _lacks(request: Request, kind: Kind, version: Version, lacking: list[str]) -> HttpResponse:
    """Say which tables a kind needs that the version does not have; a scenario may bring them."""
    more = {
        "kind": kind,
        "version": version,
        "lacking": [TABLES[name].title for name in lacking],
        "title": NEW,
        "trail": _trail(NEW, kind.name),
    }
    return render(request, "studies/lacking.html", more, status=422)


def _settings(request: Request, kind: Kind, version: Version, scenario: str) -> HttpResponse:
    """Ask for the settings, and for the study."""
    person = request.user
    asked = AskForm.of(request, initial={"scenario": scenario})
    asked.offer(person, version)
    own_form = kind.form or KindForm
    own = own_form.of(
        request, initial={name: value for name, value in request.GET.items() if name in own_form.base_fields}
    )
    own.offer(person, version)
    made: list[Study] = []

    def run() -> None:
        told = asked.values()
        made.append(
            ask(
                person,
                told["unit"],
                version,
                kind.code,
                scenario=told["scenario"],
                settings=own.settings(),
                title=asked.title,
            )
        )

    fits = request.method == "POST" and own.is_valid()
    if fits and asked.done(run):
        tell(request, Text("已提交，正在后台测算", "Asked for; it is being done in the background"))
        return redirect(made[0])
    back = f"{reverse('studies:new')}?version={version.code}"
    more: Mapping[str, Any] = {"own": own, "kind": kind, "version": version, "trail": _trail(NEW, kind.name)}
    response = asked.page(request, NEW, "studies/new.html", RUN, back, **more)
    if own.is_bound and own.errors:
        response.status_code = 422
    return response
