"""Forms of the room: preparing a plan, planning again."""

from typing import Any

from django import forms

from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.plans.actions import PREPARE
from haihe.workspace.plans.publishing import fit
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

RECENT = 200


class WordsForm(OfficeForm):
    """What a plan is called, and what it says of itself."""

    name_zh = forms.CharField(label=words("方案中文名", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("方案英文名", "Name in English"), max_length=200, required=False)
    about = forms.CharField(
        label=words("说明", "What it says of itself"),
        help_text=words("用途、依据和须注意之处", "what it is for, what it rests on, what to bear in mind"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
    )


class PlanForm(WordsForm):
    """From which study, in whose name."""

    study = forms.ModelChoiceField(
        Study.objects.none(),
        to_field_name="code",
        label=words("测算", "Study"),
        help_text=words("已完成且得出方案的测算", "studies that are done and found a plan"),
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), to_field_name="code", label=words("发布单位", "Published by"))
    field_order = ("study", "unit", "name_zh", "name_en", "about")

    def offer(self, person: Person) -> None:
        """Offer what the person may choose."""
        seen = Study.objects.visible_to(person).filter(kind_code__in=("plan", "replan")).select_related("job")
        there = [study.pk for study in seen[:RECENT] if fit(study)]
        studies: Any = self.fields["study"]
        studies.queryset = Study.objects.filter(pk__in=there)
        units: Any = self.fields["unit"]
        units.queryset = person.units(PREPARE).exclude(kind_of="firm")
        chosen = self.initial.get("study", "")
        first = Study.objects.filter(pk__in=there, code=chosen, unit__in=units.queryset).select_related("unit").first()
        self.initial.setdefault("unit", first.unit.code if first else "")


class AgainForm(OfficeForm):
    """Until when decisions stand."""

    until = forms.TypedChoiceField(
        label=words("已定到哪一年", "Decided until"),
        help_text=words(
            "该年及以前的投资与项目按方案和实际固定，其后重新选择",
            "investment and projects up to that year stay as planned or as they really went; what follows is chosen anew",
        ),
        coerce=int,
    )

    def offer(self, years: list[int]) -> None:
        """Offer the milestones before the last."""
        until: Any = self.fields["until"]
        until.choices = [(year, str(year)) for year in years[:-1]]
