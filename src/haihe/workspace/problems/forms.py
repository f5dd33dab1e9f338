"""Forms of problems."""

from typing import cast

from django import forms
from django.db.models import QuerySet

from haihe.messages import Text
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.states import OPEN
from haihe.workspace.units.models import Person, Unit

LONG = {"rows": 4}


def named(field: forms.Field, units: "QuerySet[Unit]") -> None:
    """Offer offices by their names in the page's language; firms only apply for funds."""
    choice = cast("forms.ModelChoiceField[Unit]", field)
    choice.queryset = units.exclude(kind_of="firm")
    choice.label_from_instance = lambda unit: str(words(unit.name))  # type: ignore[method-assign,assignment]


def offices_beside(problem: Problem) -> "QuerySet[Unit]":
    """Give the units that may own a problem or help: every office of the tree it was raised in, and neighbours."""
    top = problem.unit.path.split("/")[0]
    own = Unit.objects.filter(path__startswith=f"{top}/")
    return (own | Unit.objects.filter(parent__isnull=True)).exclude(kind_of="firm")


class ProblemForm(OfficeForm):
    """What is said of a problem."""

    groups = (
        (Text("问题", "the problem"), ("name_zh", "name_en", "evidence")),
        (Text("涉及什么", "what it is about"), ("region", "chain", "resource", "due", "note")),
    )

    unit = forms.ModelChoiceField(
        label=words("提出单位", "Raised by"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    name_zh = forms.CharField(label=words("问题（中文）", "Problem, in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("问题（英文）", "Problem, in English"), max_length=200, required=False)
    evidence = forms.CharField(
        label=words("依据", "Evidence"),
        help_text=words(
            "事实、数据及出处；文件可在保存后附上",
            "facts and figures with their source; files can be attached once it is saved",
        ),
        widget=forms.Textarea(attrs=LONG),
        max_length=5000,
    )
    region = forms.CharField(
        label=words("地区", "Region"),
        help_text=words(
            "填代码；输入时列出所见数据集中的名称", "its code; names of the datasets you see are offered as you type"
        ),
        required=False,
        max_length=64,
    )
    chain = forms.CharField(label=words("产业链", "Chain"), required=False, max_length=64)
    resource = forms.CharField(
        label=words("要素", "Resource"),
        help_text=words("稀缺的是什么，如 energy（能源）、land（土地）", "what is scarce, such as energy or land"),
        required=False,
        max_length=64,
    )
    due = forms.DateField(label=words("建议期限", "Wanted by"), required=False, widget=forms.DateInput())
    note = forms.CharField(
        label=words("说明", "Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def offer(self, units: "QuerySet[Unit]") -> None:
        """Offer the offices in which the person may raise problems."""
        named(self.fields["unit"], units)

    def settled(self) -> None:
        """Take the office away: it never changes."""
        del self.fields["unit"]


class AcceptForm(OfficeForm):
    """Who answers for a problem, who helps, until when."""

    owner = forms.ModelChoiceField(
        label=words("责任单位", "Owner"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    helpers = forms.ModelMultipleChoiceField(
        label=words("配合单位", "Helpers"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    due = forms.DateField(label=words("期限", "Due"), required=False, widget=forms.DateInput())

    def offer(self, problem: Problem) -> None:
        """Offer the units of the problem's tree; the region's own unit is suggested."""
        units = offices_beside(problem)
        for name in ("owner", "helpers"):
            named(self.fields[name], units)
        self.initial["helpers"] = [unit.code for unit in problem.helpers.all()]
        owner = problem.owner or units.filter(region=problem.region).exclude(region="").first()
        self.initial["owner"] = owner.code if owner else None


class DecideForm(AcceptForm):
    """What was decided, by whom to be done, until when."""

    field_order = ("decision", "owner", "helpers", "due", "edition")

    decision = forms.CharField(label=words("决定事项", "Decision"), max_length=5000, widget=forms.Textarea(attrs=LONG))


class ResultForm(OfficeForm):
    """What came of it."""

    result = forms.CharField(
        label=words("办理结果", "Result"),
        help_text=words(
            "写明做了什么、达到什么效果；由另一人确认后办结",
            "what was done and what came of it; somebody else confirms it",
        ),
        max_length=5000,
        widget=forms.Textarea(attrs=LONG),
    )


class MergeForm(OfficeForm):
    """Into which problem, and why."""

    into = forms.ModelChoiceField(
        label=words("并入", "Merge into"), queryset=Problem.objects.none(), to_field_name="code", empty_label=None
    )
    reason = forms.CharField(label=words("理由", "Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def offer(self, person: Person, problem: Problem) -> None:
        """Offer the other open problems that the person sees."""
        field = cast("forms.ModelChoiceField[Problem]", self.fields["into"])
        field.queryset = Problem.objects.visible_to(person).filter(state__in=OPEN).exclude(pk=problem.pk)
        field.label_from_instance = lambda obj: f"{obj.code} {words(obj.name)}"  # type: ignore[method-assign]
