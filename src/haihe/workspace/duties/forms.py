"""Forms of the room: document, target, duty, report, note."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils import timezone

from haihe.messages import QUALITY_NAMES, Text
from haihe.region.units import typed
from haihe.workspace.duties import periods
from haihe.workspace.duties.models import SENSES, Duty, PlanDocument, Target
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.units.models import Person, Unit


def offer(field: forms.Field, units: Any) -> None:
    """Offer offices in a field, by name; firms only apply for funds."""
    chosen = cast("forms.ModelChoiceField[Unit]", field)
    chosen.queryset = units.exclude(kind_of="firm").order_by("path")
    chosen.label_from_instance = lambda each: str(words(each.name))  # type: ignore[method-assign,assignment]


def offer_named(field: forms.Field, things: Any) -> None:
    """Offer named things in a field, with their codes."""
    chosen = cast("forms.ModelChoiceField[Any]", field)
    chosen.queryset = things
    chosen.label_from_instance = lambda each: f"{words(each.name)} ({each.code})"  # type: ignore[method-assign,assignment]


def area(rows: int = 3) -> forms.Textarea:
    """Give a field for several lines."""
    return forms.Textarea(attrs={"rows": rows})


def unit_field(zh: str, en: str, **more: Any) -> Any:
    """Declare a choice of one unit."""
    return forms.ModelChoiceField(label=words(zh, en), queryset=Unit.objects.none(), to_field_name="code", **more)


class NamedForm(OfficeForm):
    """Code and names."""

    code = forms.CharField(
        label=words("代码", "Code"), help_text=words("字母、数字、- 与 _", "letters, digits, - and _"), max_length=40
    )
    name_zh = forms.CharField(label=words("中文名", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名", "Name in English"), max_length=200, required=False)


class SourcedForm(NamedForm):
    """Where it comes from, and how good that is."""

    source = forms.CharField(label=words("来源", "Source"), max_length=64, required=False)
    quality = forms.ChoiceField(
        label=words("质量", "Quality"), choices=[(code, words(name)) for code, name in QUALITY_NAMES.items()]
    )
    confirmed = forms.BooleanField(
        label=words("已与原文核对确认", "Confirmed against the document"), required=False, initial=True
    )
    note = forms.CharField(label=words("说明", "Note"), required=False, max_length=2000, widget=area())


class DocumentForm(SourcedForm):
    """A plan document."""

    unit = unit_field("发布单位", "Issued by", empty_label=None)
    number = forms.CharField(label=words("文号", "Number"), max_length=100, required=False)
    issued = forms.DateField(label=words("发布日期", "Issued"), required=False, widget=forms.DateInput())
    valid_from = forms.DateField(label=words("有效期起", "Valid from"), required=False, widget=forms.DateInput())
    valid_to = forms.DateField(label=words("有效期止", "Valid to"), required=False, widget=forms.DateInput())
    link = forms.URLField(
        label=words("链接", "Link"),
        help_text=words("原文网址；没有的可在文件页附上原文", "address of the text; a file can be attached instead"),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
    groups = (
        (Text("文件", "the document"), ("unit", "number", "issued", "valid_from", "valid_to", "link")),
        (Text("依据", "evidence"), ("source", "quality", "confirmed", "note")),
    )


FIGURE: dict[str, Any] = {"max_digits": 20, "decimal_places": 6}


class TargetForm(SourcedForm):
    """A target, and the rule of its colour."""

    issuer = unit_field("设定单位", "Set by", empty_label=None)
    unit = unit_field("报告单位", "Reported by", empty_label=None)
    document: Any = forms.ModelChoiceField(
        label=words("计划文件", "Document"), queryset=PlanDocument.objects.none(), to_field_name="code", required=False
    )
    year = forms.IntegerField(label=words("年份", "Year"), min_value=1900, max_value=2100)
    sense = forms.ChoiceField(
        label=words("方向", "Sense"), choices=[(code, words(name)) for code, name in SENSES.items()]
    )
    value = forms.DecimalField(label=words("目标值", "Value"), **FIGURE)
    counted_in = forms.CharField(label=words("计量单位", "Unit of measure"), max_length=40)
    slack = forms.DecimalField(
        label=words("黄灯容许差距", "Missing at most for yellow"),
        help_text=words(
            "与目标值同一计量单位；差距更大为红。新建时留空则取目标值的 5%",
            "in the target's unit; red where more is missing. Left empty when new: 5 % of the value",
        ),
        required=False,
        min_value=Decimal(0),
        **FIGURE,
    )
    base_year = forms.IntegerField(
        label=words("基年", "Base year"),
        help_text=words("填写基年与基年值后，年中按直线进度评灯", "with its value: judged along the straight line"),
        required=False,
        min_value=1900,
        max_value=2100,
    )
    base_value = forms.DecimalField(label=words("基年值", "Value of the base year"), required=False, **FIGURE)
    indicator = forms.CharField(
        label=words("指标代码", "Indicator"),
        help_text=words("与月度指标或方案指标对应的代码", "code of the monthly or plan indicator it stands for"),
        required=False,
        max_length=100,
    )
    region = forms.CharField(label=words("地区代码", "Region"), required=False, max_length=64)
    chain = forms.CharField(label=words("产业链代码", "Chain"), required=False, max_length=64)
    groups = (
        (Text("谁设定、谁报告", "who sets, who reports"), ("issuer", "unit", "document")),
        (
            Text("达到多少、如何评灯", "what is to be reached, and its colour"),
            ("year", "sense", "value", "counted_in", "slack", "base_year", "base_value"),
        ),
        (Text("对应的指标", "what it counts"), ("indicator", "region", "chain")),
        (Text("依据", "evidence"), ("source", "quality", "confirmed", "note")),
    )

    def said(self) -> dict[str, Any]:
        """Give what a target holds; a slack left empty is left to the service."""
        said = self.values()
        if said["slack"] is None:
            del said["slack"]
        return said


class DutyForm(SourcedForm):
    """A duty: who, with whom, what, by when, shown by what."""

    issuer = unit_field("交办单位", "Assigned by", empty_label=None)
    unit = unit_field("责任单位", "Owner")
    helpers: Any = forms.ModelMultipleChoiceField(
        label=words("配合单位", "Helpers"),
        help_text=words("按住 Ctrl 可多选；配合单位可查看并留言", "hold Ctrl for several; they see it and add notes"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    due = forms.DateField(label=words("期限", "Due"), required=False, widget=forms.DateInput())
    evidence = forms.CharField(
        label=words("佐证要求", "Evidence wanted"), required=False, max_length=2000, widget=area(2)
    )
    every = forms.ChoiceField(
        label=words("报告周期", "Reported"),
        choices=[(code, words(name)) for code, name in periods.EVERY.items()],
        required=False,
    )
    document: Any = forms.ModelChoiceField(
        label=words("计划文件", "Document"), queryset=PlanDocument.objects.none(), to_field_name="code", required=False
    )
    target: Any = forms.ModelChoiceField(
        label=words("所服务的目标", "Target it serves"),
        queryset=Target.objects.none(),
        to_field_name="code",
        required=False,
    )
    parent: Any = forms.ModelChoiceField(
        label=words("上级职责", "Duty above it"), queryset=Duty.objects.none(), to_field_name="code", required=False
    )
    groups = (
        (Text("谁来办", "who does it"), ("issuer", "unit", "helpers")),
        (Text("何时办成、如何证明", "by when, and how it is shown"), ("due", "every", "evidence")),
        (Text("出自何处", "where it comes from"), ("document", "target", "parent")),
        (Text("依据", "evidence"), ("source", "quality", "confirmed", "note")),
    )

    def offer_to(self, person: Person, units: Any) -> None:
        """Offer what a person may choose from."""
        offer(self.fields["unit"], units)
        offer(self.fields["helpers"], Unit.objects.exclude(kind_of="firm"))
        offer_named(self.fields["document"], PlanDocument.objects.visible_to(person))
        offer_named(self.fields["target"], Target.objects.visible_to(person))
        offer_named(self.fields["parent"], Duty.objects.visible_to(person))


class ReportForm(OfficeForm):
    """Progress in a period."""

    period = forms.ChoiceField(label=words("期间", "Period"))
    share = forms.IntegerField(label=words("已完成（%）", "Done (%)"), min_value=0, max_value=100)
    value = forms.DecimalField(label=words("数值", "Figure"), **FIGURE)
    words = forms.CharField(
        label=words("进展、困难与下一步", "Progress, difficulties, next steps"),
        required=False,
        max_length=5000,
        widget=area(5),
    )

    def fit(self, item: Duty | Target, period: str = "") -> None:
        """Ask for what the item is reported by, for the periods that can be reported on, or for one alone."""
        del self.fields["value" if isinstance(item, Duty) else "share"]
        if isinstance(item, Target):
            self.fields["value"].label = words(Text("数值（{u}）", "Figure ({u})").format(u=typed(item.counted_in)))
        chosen = cast("forms.ChoiceField", self.fields["period"])
        chosen.choices = [(code, words(periods.words(code))) for code in ([period] if period else offered(item))]


def offered(item: Duty | Target) -> list[str]:
    """Give the periods that a report can be made for: months, quarters or years of late."""
    today = timezone.localdate()
    if isinstance(item, Duty):
        return periods.recent(item.every or periods.MONTH, today)
    lengths = ((periods.MONTH, 13), (periods.QUARTER, 5), (periods.YEAR, 6))
    return [period for every, number in lengths for period in periods.recent(every, today, number)]


class NoteForm(OfficeForm):
    """A note on a duty."""

    unit = unit_field("留言单位", "In the name of", empty_label=None)
    words = forms.CharField(label=words("内容", "What you say"), max_length=2000, widget=area())
