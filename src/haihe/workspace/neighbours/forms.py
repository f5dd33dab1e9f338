"""Forms of the room: page of a member, offer, interest, transfer list and item, ledger and firm, joint target."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import timezone

from haihe.messages import QUALITY_NAMES, HaiheError, Text
from haihe.workspace.duties.forms import area, offer, offer_named, unit_field
from haihe.workspace.duties.models import SENSES
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import KEEP
from haihe.workspace.neighbours.ledger_models import AFTER, BEFORE, LED
from haihe.workspace.neighbours.library import FACTS, FIRST
from haihe.workspace.neighbours.models import LEVELS, RANKS, STEPS, JointTarget
from haihe.workspace.neighbours.profiles import CONTACT
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Person, Unit

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 6, "required": False}
PARTS = {
    "who": Text("姓名", "name"), "post": Text("职务", "post"), "phone": Text("电话", "telephone"),
    "mail": Text("邮箱", "mail"),
}  # fmt: skip


def choices(said: dict[str, Text]) -> list[tuple[str, Any]]:
    """Give choices in the page's language."""
    return [(code, words(name)) for code, name in said.items()]


def name_fields(title: str = "名称", title_en: str = "Name") -> tuple[forms.CharField, forms.CharField]:
    """Declare the fields of a name in both languages."""
    return (
        forms.CharField(label=words(f"中文{title}", f"{title_en} in Chinese"), max_length=200),
        forms.CharField(label=words(f"英文{title}", f"{title_en} in English"), max_length=200, required=False),
    )


def quality_field() -> forms.ChoiceField:
    """Declare the choice of a quality."""
    return forms.ChoiceField(
        label=words("质量", "Quality"), choices=[(code, words(name)) for code, name in QUALITY_NAMES.items()]
    )


class AgreedForm(OfficeForm):
    """What everything has that members agree on: in whose name, names, with whom, a note."""

    unit = unit_field("编制单位", "In the name of", empty_label=None)
    name_zh, name_en = name_fields()
    members = forms.ModelMultipleChoiceField(
        label=words("涉及的其他成员", "Other members that it concerns"),
        help_text=words("须每一方同意才生效", "it binds once each of them has consented"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    quality = quality_field()
    note = forms.CharField(label=words("说明", "Note"), widget=area(), required=False, max_length=2000)

    def offer_to(self, person: Person, own: Unit | None = None) -> None:
        """Offer the members for which a person acts, and the others."""
        there = [unit.pk for unit in agreeing.members()]
        if own is None:
            offer(self.fields["unit"], person.units(KEEP).filter(pk__in=there))
        else:
            del self.fields["unit"]
            there = [pk for pk in there if pk != own.pk]
        if "members" in self.fields:
            offer(self.fields["members"], Unit.objects.filter(pk__in=there))


class LedgerForm(AgreedForm):
    """A settlement ledger."""

    day = forms.DateField(
        label=words("适用办法的日期", "Day of the law"),
        help_text=words("按当日有效的税收分享办法测算", "the sharing of tax in force on that day is applied"),
        initial=timezone.localdate,
    )
    what_if = forms.BooleanField(
        label=words(
            "一并测算市场主导的迁移（现行办法之外，须各方另行约定）",
            "settle moves led by the market too (beyond today's rule: the members agree on it)",
        ),
        required=False,
    )
    study = forms.ModelChoiceField(
        label=words("协同收益分配测算", "Study of a split"),
        help_text=words(
            "不选则按迁移企业测算；选定后，收付取自该测算的结算表",
            "empty: from moved firms; otherwise payments come from the study's settlement",
        ),
        queryset=Study.objects.none(),
        to_field_name="code",
        required=False,
    )
    field_order = ("unit", "name_zh", "name_en", "members", "day", "what_if", "study", "quality", "note")

    def offer_to(self, person: Person, own: Unit | None = None) -> None:
        """Offer the share studies that the person sees too; what a ledger rests on stays."""
        super().offer_to(person, own)
        if own is None:
            offer_named(self.fields["study"], Study.objects.visible_to(person).filter(kind_code="share"))
        else:
            del self.fields["study"]


class FirmForm(OfficeForm):
    """A moved firm with its taxes."""

    name_zh, name_en = name_fields("企业名称", "Name of the firm")
    origin = unit_field("迁出地", "Origin")
    destination = unit_field("迁入地", "Destination")
    moved = forms.IntegerField(label=words("迁移年份", "Year of the move"), min_value=1990, max_value=2100)
    led_by = forms.ChoiceField(label=words("主导方", "Led by"), choices=choices(LED))
    fits_layout = forms.BooleanField(
        label=words("符合迁入地产业布局", "Fits the destination's layout"), required=False, initial=True
    )
    listed_by_origin = forms.BooleanField(
        label=words("列入迁出地确认名单", "On the origin's list"), required=False, initial=True
    )
    listed_by_destination = forms.BooleanField(
        label=words("列入迁入地确认名单", "On the destination's list"), required=False, initial=True
    )
    registered = forms.DateField(label=words("变更登记日期", "Registered"), required=False, widget=forms.DateInput)
    producing = forms.DateField(label=words("达产日期", "Producing"), required=False, widget=forms.DateInput)
    before3 = forms.DecimalField(label=words("迁移前第三年（万元）", "Three years before (10,000 yuan)"), **MONEY)
    before2 = forms.DecimalField(label=words("迁移前第二年（万元）", "Two years before (10,000 yuan)"), **MONEY)
    before1 = forms.DecimalField(label=words("迁移前一年（万元）", "The year before (10,000 yuan)"), **MONEY)
    year1 = forms.DecimalField(label=words("分享第一年（万元）", "Shared year 1 (10,000 yuan)"), **MONEY)
    year2 = forms.DecimalField(label=words("分享第二年（万元）", "Shared year 2 (10,000 yuan)"), **MONEY)
    year3 = forms.DecimalField(label=words("分享第三年（万元）", "Shared year 3 (10,000 yuan)"), **MONEY)
    year4 = forms.DecimalField(label=words("分享第四年（万元）", "Shared year 4 (10,000 yuan)"), **MONEY)
    year5 = forms.DecimalField(label=words("分享第五年（万元）", "Shared year 5 (10,000 yuan)"), **MONEY)
    groups = ((Text("三税净入库税额，缺失留空", "Net taxes; empty where not known"), (*BEFORE, *AFTER)),)


class TransferForm(AgreedForm):
    """A transfer list of two members."""

    members = unit_field("对方", "The other member")

    def values(self) -> dict[str, Any]:
        """Give what was entered, the other member apart."""
        said = super().values()
        return said | {"other": said.pop("members", None)}


class ItemForm(OfficeForm):
    """An item of a transfer list."""

    rank = forms.ChoiceField(label=words("层级", "Level"), choices=choices(RANKS))
    name_zh, name_en = name_fields()
    giver = unit_field("转出地", "From")
    taker = unit_field("承接地", "To")
    place = forms.CharField(label=words("承接载体", "Place"), max_length=200, required=False)
    chain = forms.CharField(label=words("产业链", "Chain"), max_length=64, required=False)
    step = forms.ChoiceField(label=words("进度", "Step"), choices=choices(STEPS))
    due = forms.DateField(label=words("期限", "Due"), required=False, widget=forms.DateInput)
    contact = forms.CharField(label=words("联系人", "Contact"), max_length=200, required=False)
    note = forms.CharField(label=words("说明", "Note"), widget=area(), required=False, max_length=2000)


class JointForm(AgreedForm):
    """A joint target, with a part for every member."""

    counted_in = forms.CharField(label=words("计量单位", "Unit of measure"), max_length=40)
    year = forms.IntegerField(label=words("年份", "Year"), min_value=2000, max_value=2100)
    value = forms.DecimalField(label=words("共同目标", "Joint value"), max_digits=20, decimal_places=6)
    sense = forms.ChoiceField(label=words("方向", "Sense"), choices=choices(SENSES))
    slack = forms.DecimalField(
        label=words("黄灯允许差距", "What may be missing for yellow"), max_digits=20, decimal_places=6, min_value=0,
        initial=0,
    )  # fmt: skip
    adds = forms.BooleanField(
        label=words("各方部分相加等于共同目标", "The parts add up to it"), required=False, initial=True
    )
    divided = forms.CharField(
        label=words("各方部分", "Part of each member"),
        help_text=words(
            "每行一方：单位名称或代码，空格，数值", "one a line: name or code of the member, a space, the figure"
        ),
        widget=area(4),
        max_length=2000,
    )
    field_order = ("unit", "name_zh", "name_en", "members", "counted_in", "year", "value", "sense", "slack", "adds",
                   "divided", "quality", "note")  # fmt: skip

    def clean_divided(self) -> dict[str, Decimal]:
        """Read the parts; a line that names no member or no figure is refused."""
        units = agreeing.members()
        known = {name.strip().lower(): unit.code for unit in units for name in (unit.code, unit.name_zh, unit.name_en)}
        found: dict[str, Decimal] = {}
        for line in self.cleaned_data["divided"].splitlines():
            name, _, figure = line.strip().rpartition(" ")
            if not line.strip():
                continue
            try:
                found[known[name.strip().lower()]] = Decimal(figure.replace(",", ""))
            except (KeyError, InvalidOperation):
                text = HaiheError("E-NBR-19", column="divided", value=line[:80]).findings[0].text
                raise forms.ValidationError(words(text("zh"), text("en"))) from None
        return found


def parts_said(thing: JointTarget) -> str:
    """Write the parts of a joint target as the form reads them."""
    return "\n".join(f"{unit.code} {thing.shares.get(unit.code, '')}" for unit in thing.concerned())


class OfferForm(OfficeForm):
    """A project to be offered: what it is called there, which facts are shown, to whom."""

    title_zh, title_en = name_fields("对外名称", "Name shown")
    facts = forms.MultipleChoiceField(
        label=words("对外展示的内容", "What the members see"),
        help_text=words("未勾选的一律不展示", "what is not ticked is not shown"),
        choices=[(code, words(title)) for code, (title, _) in FACTS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=list(FIRST),
    )
    readers = forms.ModelMultipleChoiceField(
        label=words("向哪些成员展示", "Shown to"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    wanted = forms.CharField(
        label=words("希望对接什么", "What is looked for"), widget=area(), required=False, max_length=2000
    )


class InterestForm(OfficeForm):
    """The interest of a member in a project."""

    unit = unit_field("意向单位", "In the name of", empty_label=None)
    words = forms.CharField(label=words("意向说明", "What is offered"), widget=area(), max_length=2000)


class ProfileForm(OfficeForm):
    """What a member says of itself, and its contacts at three levels."""

    unit = unit_field("地区", "Member", empty_label=None)
    about_zh = forms.CharField(
        label=words("中文介绍", "About it, in Chinese"), widget=area(), required=False, max_length=4000
    )
    about_en = forms.CharField(
        label=words("英文介绍", "About it, in English"), widget=area(), required=False, max_length=4000
    )
    quality = quality_field()

    groups = tuple((title, tuple(f"{level}_{part}" for part in CONTACT)) for level, title in LEVELS.items())

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for level in LEVELS:
            for part, title in PARTS.items():
                kind = forms.EmailField if part == "mail" else forms.CharField
                self.fields[f"{level}_{part}"] = kind(label=words(title), required=False, max_length=100)
