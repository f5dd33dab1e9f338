"""Forms of boards, projects and moves."""

from typing import Any

from django import forms
from django.utils import timezone

from haihe.messages import Text
from haihe.planning.pipeline_inputs import NAMES, STAGES
from haihe.workspace.data.models import Dataset
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.projects.holdings import Ground
from haihe.workspace.projects.lists import OWNERSHIP
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.rows import AMOUNTS, Said
from haihe.workspace.projects.stages import STATES
from haihe.workspace.units.models import Unit

NONE = ("", "—")


def named(field: forms.Field, things: Any) -> None:
    """Let a field choose among things with names, shown in the page's language."""
    field.queryset = things  # type: ignore[attr-defined]
    field.label_from_instance = lambda thing: str(words(thing.name))  # type: ignore[attr-defined]


class BoardForm(OfficeForm):
    """A board."""

    code = forms.CharField(
        label=words("代码", "Code"),
        help_text=words("字母、数字、- 和 _，用于网址，不可再改", "letters, digits, - and _; used in addresses; stays"),
        max_length=64,
    )
    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200, required=False)
    unit = forms.ModelChoiceField(
        label=words("维护单位", "Kept by"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    dataset = forms.ModelChoiceField(
        label=words("数据集", "Dataset"),
        help_text=words(
            "各地留给新项目的要素、各阶段占用比例与名称取自其生效版本",
            "what sites have for new projects, what stages hold and what things are called, as its version in force says",
        ),
        queryset=Dataset.objects.none(),
        to_field_name="code",
        required=False,
    )


class ChangeBoardForm(OfficeForm):
    """A board's names, dataset and who is on it."""

    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200, required=False)
    dataset = forms.ModelChoiceField(
        label=words("数据集", "Dataset"), queryset=Dataset.objects.none(), to_field_name="code", required=False
    )
    shared = forms.ModelMultipleChoiceField(
        label=words("填报单位", "Units that open projects"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    readers = forms.ModelMultipleChoiceField(
        label=words("可查看全部项目的单位", "Units that read every project"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ShareForm(OfficeForm):
    """Whom a project is shared with."""

    shared = forms.ModelMultipleChoiceField(
        label=words("共享单位", "Shared with"),
        help_text=words(
            "这些单位在联合项目库中可查看本项目，不能修改",
            "these units see the project in the joint library and change nothing",
        ),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _amount(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=20, decimal_places=6, min_value=0, **more)


def _planned(stage: str) -> forms.DateField:
    return forms.DateField(label=words(STAGES[stage]), required=False, widget=forms.DateInput())


class ProjectForm(OfficeForm):
    """What a project is, what it needs, and the days planned."""

    groups = (
        (Text("金额（万元）", "Amounts (万元)"), AMOUNTS),
        (Text("计划日期", "Planned days"), tuple(f"day_{stage}" for stage in NAMES)),
    )

    code = forms.CharField(label=words("项目代码", "Project code"), max_length=64)
    unit = forms.ModelChoiceField(
        label=words("单位", "Unit"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200, required=False)
    region = forms.ChoiceField(label=words("选址", "Site"))
    chain = forms.ChoiceField(label=words("产业链", "Chain"), required=False)
    sector = forms.ChoiceField(label=words("行业", "Sector"))
    ownership = forms.ChoiceField(label=words("所有制", "Ownership"), required=False)
    investment = _amount(words("总投资", "Investment"))
    output = _amount(words("达产产值", "Output at capacity"))
    need = _amount(
        words("所需支持", "Support needed"),
        required=False,
        help_text=words("空缺：按办法可得；0：没有支持也建", "empty: what the rules give; 0: built anyway"),
    )
    start = forms.IntegerField(label=words("开工年份", "Start year"), min_value=1900, max_value=2100)
    construction = forms.DecimalField(
        label=words("建设期（年）", "Construction (years)"), min_value=1, max_value=20, initial=2
    )
    day_contact = _planned("contact")
    day_signed = _planned("signed")
    day_started = _planned("started")
    day_built = _planned("built")
    day_producing = _planned("producing")
    applications = forms.CharField(
        label=words("申报代码", "Applications"),
        help_text=words("多个代码用空格隔开", "codes, separated by blanks"),
        required=False,
        max_length=500,
    )
    note = forms.CharField(label=words("说明", "Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, ground: Ground, **more: Any) -> None:
        super().__init__(*args, **more)
        self.ground = ground
        for field, table in (("region", "regions"), ("chain", "chains"), ("sector", "sectors")):
            offered = [(code, words(name)) for code, name in ground.names.get(table, {}).items()]
            self.fields[field].choices = [NONE, *offered]  # type: ignore[attr-defined]
        self.fields["ownership"].choices = [NONE, *((code, words(name)) for code, name in OWNERSHIP.items())]  # type: ignore[attr-defined]
        for name, unit in ground.units.items():
            label = words(ground.name("resources", name) or Text(name, name))
            self.fields[f"need_{name}"] = forms.DecimalField(
                label=label, required=False, min_value=0, help_text=unit, max_digits=20, decimal_places=6
            )

    def said(self, before: Project | None = None) -> Said:
        """Give what was entered as what tables would say; what the form does not ask stays."""
        given = self.values()
        facts = dict(before.facts if before else {}) | {name: str(given[name]) for name in ("start", "construction")}
        own = {name: given[name] for name in ("name_zh", "name_en", "chain", "sector", "ownership", "note", *AMOUNTS)}
        own |= {"source": before.source if before else "", "quality": before.quality if before else "estimated"}
        own |= {"stage": before.stage if before else NAMES[0], "facts": facts}
        own["applications"] = sorted(set(given["applications"].split()))
        evidence = {"source": own["source"], "quality": own["quality"]}
        first = {"region": given["region"], **evidence}
        others = before.sites if before else []
        sites = [next((row for row in others if row["region"] == given["region"]), first)]
        sites += [row for row in others if row["region"] != given["region"]]
        days = {stage: given[f"day_{stage}"].isoformat() for stage in NAMES if given[f"day_{stage}"]}
        return Said(
            given.get("code") or (before.code if before else ""), own, sites, self._needs(before, evidence), days
        )

    def _needs(self, before: Project | None, evidence: dict[str, str]) -> list[dict[str, str]]:
        given, there = self.values(), before.needs if before else []
        asked = {name: given[f"need_{name}"] for name in self.ground.units}
        kept = [row for row in there if row["resource"] not in asked]
        was = {row["resource"]: row for row in there}
        for name, value in asked.items():
            if value is not None:
                more = was.get(name, evidence)
                kept.append(
                    more | {"resource": name, "value": f"{value.normalize():f}", "unit": self.ground.units[name]}
                )
        return kept


class MoveForm(OfficeForm):
    """A stage, the day on which it was reached, and why."""

    to_stage = forms.ChoiceField(label=words("阶段", "Stage"))
    day = forms.DateField(label=words("到达日期", "Reached on"), initial=timezone.localdate, widget=forms.DateInput())
    why = forms.CharField(label=words("理由", "Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, stage: str, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = [(code, words(name)) for code, name in STATES.items() if code != stage]
        self.fields["to_stage"].choices = offered  # type: ignore[attr-defined]
