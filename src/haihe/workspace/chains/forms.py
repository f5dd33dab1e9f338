"""Forms of the room: board, item, how it goes, whom it is shared with."""

from django import forms

from haihe.messages import QUALITY_NAMES, Text
from haihe.workspace.chains.models import KINDS, STATES
from haihe.workspace.data.models import Dataset
from haihe.workspace.duties.forms import area, unit_field
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.units.models import Person, Unit


class NameForm(OfficeForm):
    """Names in both languages."""

    name_zh = forms.CharField(label=words("中文名", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名", "Name in English"), max_length=200, required=False)


class BoardForm(NameForm):
    """What is said of a board."""

    chief = forms.ModelChoiceField(
        label=words("链长", "Chief"), queryset=Person.objects.none(), to_field_name="username", required=False
    )
    lead = unit_field("牵头部门", "Lead department", required=False)
    dataset = forms.ModelChoiceField(
        label=words("诊断所用数据集", "Dataset of the diagnosis"),
        help_text=words("诊断总用其生效版本", "the diagnosis uses its version in force"),
        queryset=Dataset.objects.none(),
        to_field_name="code",
        required=False,
    )
    home = forms.CharField(
        label=words("诊断立足的地区", "Region the diagnosis looks from"),
        help_text=words(
            "数据中的地区代码，留空则为数据的本地区", "code of a region of the data; empty: the data's own"
        ),
        max_length=64,
        required=False,
    )
    note = forms.CharField(label=words("说明", "Note"), required=False, max_length=2000, widget=area())


class NewBoardForm(BoardForm):
    """A new board: its chain and task force besides."""

    chain = forms.CharField(
        label=words("产业链代码", "Code of the chain"),
        help_text=words("与数据集“产业链”表一致，不可再改", "as in the data's table of chains; it stays"),
        max_length=64,
    )
    unit = unit_field("专班", "Task force", empty_label=None)
    field_order = ("chain", "name_zh", "name_en", "unit")


class ItemForm(NameForm):
    """What is said of an item."""

    kind_of = forms.ChoiceField(
        label=words("清单", "List"), choices=[(code, words(name)) for code, name in KINDS.items()]
    )
    stage = forms.ChoiceField(label=words("环节", "Stage"), required=False)
    evidence = forms.CharField(label=words("依据", "Evidence"), required=False, max_length=4000, widget=area(4))
    owner = unit_field("责任单位", "Owner", required=False)
    opened = forms.DateField(label=words("列入日期", "Listed on"), widget=forms.DateInput())
    source = forms.CharField(label=words("来源", "Source"), max_length=64, required=False)
    quality = forms.ChoiceField(
        label=words("质量", "Quality"), choices=[(code, words(name)) for code, name in QUALITY_NAMES.items()]
    )
    groups = ((Text("依据", "evidence"), ("evidence", "source", "quality")),)


class StateForm(OfficeForm):
    """How an item goes."""

    state = forms.ChoiceField(
        label=words("状态", "State"), choices=[(code, words(name)) for code, name in STATES.items()]
    )
    words = forms.CharField(
        label=words("进展说明", "What is said of it"),
        help_text=words("解决、移出、重新列入时必填", "needed where it is solved, taken off, or opened again"),
        required=False,
        max_length=2000,
        widget=area(),
    )


class ShareForm(OfficeForm):
    """Whom an item is shared with."""

    shared = forms.ModelMultipleChoiceField(
        label=words("共享单位", "Shared with"),
        help_text=words(
            "这些单位只看到本事项，看不到专班的其他内容", "these units see this item and nothing else of the task force"
        ),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
