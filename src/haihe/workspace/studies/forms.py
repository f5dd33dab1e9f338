"""Forms: which kind on which data, and what every study is asked beside the settings of its kind."""

from typing import cast

from django import forms
from django.db.models import QuerySet

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import spoken, words
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies.actions import ASK
from haihe.workspace.studies.kinds import kinds
from haihe.workspace.units.models import Person, Unit


def versions(person: Person) -> "QuerySet[Version]":
    """Give the data versions that a person sees, those in force first."""
    seen: QuerySet[Version] = Version.objects.visible_to(person).select_related("dataset")
    return seen.order_by("dataset__code", "-number")


def version_name(version: Version) -> str:
    """Say which version it is, and whether it is in force."""
    now = version.dataset.current_id == version.pk
    name = version.name(spoken())
    return name if not now else f"{name}{Text('（生效）', ' (in force)')(spoken())}"


class ChooseForm(OfficeForm):
    """What to run on what: asked first, because the settings depend on it."""

    kind = forms.ChoiceField(label=words("测算种类", "Kind of study"), choices=())
    version = forms.ModelChoiceField(
        label=words("数据版本", "Data version"), queryset=Version.objects.none(), to_field_name="code", empty_label=None
    )

    def offer(self, person: Person) -> None:
        """Offer the kinds and the versions."""
        kind, version = self.fields["kind"], self.fields["version"]
        cast("forms.ChoiceField", kind).choices = [
            (each.code, words(each.name)) for each in kinds() if not each.asked_apart
        ]
        choice = cast("forms.ModelChoiceField[Version]", version)
        choice.queryset = versions(person)
        choice.label_from_instance = version_name  # type: ignore[method-assign,assignment]


class AskForm(OfficeForm):
    """What every study is asked: for which office, with which scenario, and what it is called."""

    unit = forms.ModelChoiceField(
        label=words("单位", "Office"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    scenario = forms.ModelChoiceField(
        label=words("情景", "Scenario"),
        queryset=Scenario.objects.none(),
        to_field_name="code",
        required=False,
        empty_label="—",
        help_text=words("不选则按数据版本原样测算", "without one, the data version as it is"),
    )
    name_zh = forms.CharField(
        label=words("名称（中文）", "Name, in Chinese"),
        help_text=words("不填则按种类、版本和情景命名", "empty: named after kind, version and scenario"),
        max_length=200,
        required=False,
    )
    name_en = forms.CharField(label=words("名称（英文）", "Name, in English"), max_length=200, required=False)

    def offer(self, person: Person, version: Version) -> None:
        """Offer the offices for which a person may ask, and the scenarios of the dataset that they see."""
        unit = cast("forms.ModelChoiceField[Unit]", self.fields["unit"])
        unit.queryset = person.units(ASK).exclude(kind_of="firm").order_by("path")
        scenario = cast("forms.ModelChoiceField[Scenario]", self.fields["scenario"])
        scenario.queryset = Scenario.objects.visible_to(person).filter(dataset=version.dataset_id)

    @property
    def title(self) -> Text | None:
        """What was said that it is called."""
        said = self.cleaned_data
        name = said["name_zh"].strip() or said["name_en"].strip()
        return Text(name, said["name_en"].strip() or name) if name else None
