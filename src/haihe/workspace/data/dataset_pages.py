"""Pages of datasets: the list, one dataset with its versions, a new one, whom it is shared with."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data import versions
from haihe.workspace.data.actions import ASK, KEEP, READ, SUBMIT
from haihe.workspace.data.differences import against_parent
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who
from haihe.workspace.frame.words import words
from haihe.workspace.units.approval import MARKS, STATES
from haihe.workspace.units.models import Unit

DATASETS = Text("数据集", "Datasets")
NEW = Text("新建数据集", "New dataset")

LIST = Listing(
    DATASETS,
    (
        Column(
            Text("数据集", "Dataset"),
            lambda each: each.name,
            sort="name_zh",
            url=lambda each: reverse("data:dataset", args=[each.code]),
        ),
        Column(Text("代码", "Code"), lambda each: each.code, sort="code"),
        Column(Text("维护单位", "Kept by"), lambda each: each.unit.name, sort="unit__path"),
        Column(
            Text("生效版本", "Version in force"),
            lambda each: each.current.code if each.current else None,
            sort="current",
        ),
        Column(Text("生效时间", "Since"), lambda each: each.current.created if each.current else None),
        Column(Text("行数", "Rows"), lambda each: each.current.rows if each.current else None),
        Column(Text("内容散列", "Content hash"), lambda each: each.current.sha256[:12] if each.current else None),
    ),
    search=("name_zh", "name_en", "code", "pinyin"),
    empty=Text(
        "还没有您可查看的数据集。规划人员可新建数据集并上传工作簿。",
        "No dataset that is yours to see. A planner makes one and uploads a workbook.",
    ),
    file="datasets",
    comes_in=Text(
        "数据集由维护单位逐个建立，其内容以工作簿填报",
        "datasets are made one by one; their content comes in by workbook",
    ),
)

VERSIONS = Listing(
    Text("版本", "Versions"),
    (
        Column(
            Text("版本", "Version"),
            lambda each: each.code,
            sort="number",
            url=lambda each: reverse("data:version", args=[each.code]),
        ),
        Column(
            Text("状态", "State"), lambda each: STATES[each.state], sort="state", mark=lambda each: MARKS[each.state]
        ),
        Column(Text("提交单位", "Made by"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("经办人", "Author"), who("created_by"), sort="created_by"),
        Column(Text("时间", "Time"), lambda each: each.created, sort="created"),
        Column(Text("与上一版相比", "Against the one before"), against_parent),
        Column(Text("说明", "Note"), lambda each: each.note or None),
    ),
    search=("code", "created_by", "note"),
    choices=(Choice("state", Text("状态", "State"), tuple(STATES.items())),),
    empty=Text("还没有版本：请上传一个工作簿。", "No version yet: upload a workbook."),
    file="versions",
    comes_in="dataset",
)


class DatasetForm(OfficeForm):
    """A new dataset."""

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


class ShareForm(OfficeForm):
    """Whom a dataset is shared with."""

    shared = forms.ModelMultipleChoiceField(
        label=words("共享单位", "Shared with"),
        help_text=words(
            "这些单位可查看数据集，并可上传本地区的行",
            "these units see the dataset and may upload the rows of their regions",
        ),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def named(field: "forms.ModelChoiceField[Unit]") -> None:
    """Show units by their names in the page's language."""
    field.label_from_instance = lambda unit: str(words(unit.name))  # type: ignore[method-assign,assignment]


@page(READ)
def datasets(request: Request) -> HttpResponse:
    """List the datasets that the person may see."""
    there = Dataset.objects.visible_to(request.user).select_related("unit", "current")
    return LIST.answer(request, there, "data/datasets.html", makes=request.user.may(KEEP))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Make a dataset; its first version comes by an upload."""
    form = DatasetForm.of(request)
    units: forms.ModelChoiceField[Unit] = form.fields["unit"]  # type: ignore[assignment]
    units.queryset = request.user.units(KEEP).exclude(kind_of="firm")
    named(units)
    made: list[Dataset] = []

    def make() -> None:
        said = form.values()
        made.append(versions.create(request.user, said["unit"], said["code"], said["name_zh"], said["name_en"]))

    if form.done(make):
        tell(request, Text("数据集已建立，请上传第一个版本", "The dataset stands; upload its first version"), "success")
        return redirect("data:dataset", made[0].code)
    trail = [(DATASETS, reverse("data:datasets")), (NEW, "")]
    return form.page(request, NEW, back=reverse("data:datasets"), trail=trail)


@page(READ, of=Dataset)
def dataset(request: Request, thing: Dataset) -> HttpResponse:
    """Show a dataset and its versions."""
    there = Version.objects.visible_to(request.user).filter(dataset=thing).select_related("unit", "parent")
    more = {
        "thing": thing,
        "shared": thing.shared.all(),
        "uploads": acts_on(request.user, thing, SUBMIT),
        "keeps": acts_on(request.user, thing, KEEP),
        "asks": acts_on(request.user, thing, ASK),
        "trail": [(DATASETS, reverse("data:datasets")), (thing.name, "")],
    }
    return VERSIONS.answer(request, there, "data/dataset.html", **more)


@form(KEEP, of=Dataset)
def share(request: Request, thing: Dataset) -> HttpResponse:
    """Choose the units that see a dataset."""
    form = ShareForm.of(request, initial={"shared": [unit.code for unit in thing.shared.all()]})
    units: forms.ModelMultipleChoiceField[Unit] = form.fields["shared"]  # type: ignore[assignment]
    kept = Unit.objects.addressable(request.user, KEEP) | Unit.objects.filter(pk__in=thing.shared.all())
    units.queryset = kept.exclude(pk=thing.unit_id).exclude(kind_of="firm")
    named(units)
    back = reverse("data:dataset", args=[thing.code])
    if form.done(lambda: versions.shared_with(request.user, thing, form.values()["shared"])):
        tell(request, Text("已保存共享单位", "Saved whom it is shared with"), "success")
        return redirect(back)
    title = Text("共享数据集", "Share the dataset")
    trail = [(DATASETS, reverse("data:datasets")), (thing.name, back), (title, "")]
    return form.page(request, title, back=back, trail=trail)
