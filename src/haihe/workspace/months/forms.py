"""Forms of the room: an indicator, a month to begin, a cause."""

from typing import cast

from django import forms
from django.core.validators import MinValueValidator

from haihe.messages import Text
from haihe.workspace.duties.forms import area, unit_field
from haihe.workspace.duties.periods import words as period_words
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.months.models import MEASURES, PACES, SCOPES, SENSES, Indicator
from haihe.workspace.months.returns import recent_months
from haihe.workspace.units.models import Unit


def _choices(named: dict[str, Text]) -> list[tuple[str, object]]:
    return [(code, words(name)) for code, name in named.items()]


class IndicatorForm(OfficeForm):
    """What is said of an indicator."""

    name_zh = forms.CharField(label=words("中文名", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名", "Name in English"), max_length=200, required=False)
    counted_in = forms.CharField(label=words("计量单位", "Counted in"), max_length=40)
    sense = forms.ChoiceField(label=words("方向", "Sense"), choices=_choices(SENSES))
    measure = forms.ChoiceField(label=words("口径", "Measure"), choices=_choices(MEASURES))
    scope = forms.ChoiceField(label=words("范围", "Scope"), choices=_choices(SCOPES))
    places = forms.CharField(
        label=words("地区、链或行业", "Places"),
        help_text=words(
            "代码以 ; 分隔；留空则为填报单位自己的地区或产业链",
            "codes joined by ; — empty: the reporting unit's own region or chain",
        ),
        required=False,
        max_length=2000,
    )
    pace = forms.ChoiceField(label=words("进度", "Pace"), choices=_choices(PACES))
    slack = forms.DecimalField(
        label=words("黄灯容许差距", "Missing at most for yellow"),
        help_text=words(
            "占应达数的百分比；目标自有规定的从目标",
            "per cent of what is due; where the target says its own, that counts",
        ),
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    reporters = forms.ModelMultipleChoiceField(
        label=words("填报单位", "Reported by"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    active = forms.BooleanField(label=words("启用", "In use"), required=False, initial=True)
    note = forms.CharField(label=words("说明", "Note"), required=False, max_length=2000, widget=area())


class NewIndicatorForm(IndicatorForm):
    """A new indicator: its code and office besides."""

    code = forms.CharField(
        label=words("代码", "Code"),
        help_text=words(
            "与目标的“指标”一致时，进度按该目标计算",
            "where a target names the same indicator, the pace is measured against it",
        ),
        max_length=64,
    )
    unit = unit_field("维护单位", "Kept by", empty_label=None)
    field_order = ("code", "unit", "name_zh", "name_en")


class BeginForm(OfficeForm):
    """A unit and a month."""

    unit = unit_field("填报单位", "Unit", empty_label=None)
    month = forms.ChoiceField(label=words("月份", "Month"))

    def offer_months(self) -> None:
        """Offer the running month and the twelve before it."""
        months = recent_months()
        field = cast("forms.ChoiceField", self.fields["month"])
        field.choices = [(month, words(period_words(month))) for month in months]
        field.initial = months[1]


class CauseForm(OfficeForm):
    """Why an indicator is off."""

    what = forms.ChoiceField(label=words("指标", "Indicator"))
    words = forms.CharField(label=words("原因", "Cause"), max_length=2000, widget=area())

    def offer_rows(self, keys: list[tuple[str, str]]) -> None:
        """Offer the figures of a return."""
        names = {each.code: each.name for each in Indicator.objects.filter(code__in={code for code, _ in keys})}
        field = cast("forms.ChoiceField", self.fields["what"])
        field.choices = [
            (f"{code} {place}", words(_titled(names.get(code, Text(code, code)), place))) for code, place in keys
        ]


def _titled(name: Text, place: str) -> Text:
    return Text(f"{name.zh}（{place}）", f"{name.en} ({place})")
