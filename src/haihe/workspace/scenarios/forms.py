"""Forms of scenarios: a new one, one taken over from a dataset, its names, a copy, a record that is added."""

from typing import Any

from django import forms

from haihe.messages import Lang, Text
from haihe.region.spec import Column, TableSpec
from haihe.region.template import describe
from haihe.workspace.data.models import Version
from haihe.workspace.frame import names
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import spoken, words
from haihe.workspace.scenarios.actions import EDIT
from haihe.workspace.scenarios.cells import FLAGS
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.codes import MOST
from haihe.workspace.units.models import Person, Unit

CODE_HELP = words("字母、数字、- 和 _，用于网址，不可再改", "letters, digits, - and _; used in addresses; stays")
ABOUT = words("说明", "About")
NONE = ("", "—")


def _code() -> forms.CharField:
    return forms.CharField(label=words("代码", "Code"), help_text=CODE_HELP, max_length=MOST)


def _unit() -> "forms.ModelChoiceField[Unit]":
    return forms.ModelChoiceField(
        label=words("单位", "Unit"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )


def _about() -> forms.CharField:
    return forms.CharField(label=ABOUT, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class NamesForm(OfficeForm):
    """What a scenario is called and what is said of it."""

    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200, required=False)
    about = _about()


class MadeForm(OfficeForm):
    """Base of forms that make a scenario: its code and the unit that it belongs to."""

    code = _code()
    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200, required=False)
    unit = _unit()

    def for_person(self, person: Person) -> None:
        """Offer the units where a person makes scenarios."""
        self.fields["unit"].queryset = person.units(EDIT).exclude(kind_of="firm")  # type: ignore[attr-defined]


class NewForm(MadeForm):
    """A new scenario."""

    version = forms.ModelChoiceField(
        label=words("数据版本", "Data version"),
        help_text=words(
            "情景在此版本之上修改；之后可移到新版本", "the scenario changes this version; it can move to a newer one"
        ),
        queryset=Version.objects.none(),
        to_field_name="code",
        empty_label=None,
    )
    about = _about()

    def for_person(self, person: Person) -> None:
        """Offer the versions that a person sees and that are or were in force, those in force first."""
        super().for_person(person)
        self.fields["version"].queryset = versions_for(person)  # type: ignore[attr-defined]


class TakenForm(MadeForm):
    """Scenarios of a dataset's own table, taken over as one."""

    names = forms.MultipleChoiceField(
        label=words("情景表中的情景", "Scenarios of the table"),
        help_text=words(
            "选多个时合为一个；同一单元格以排在后面的为准",
            "several become one; of two that set the same cell the later one counts",
        ),
        widget=forms.CheckboxSelectMultiple,
    )


class MoveForm(OfficeForm):
    """The version to which a scenario goes."""

    version = forms.ModelChoiceField(
        label=words("数据版本", "Data version"),
        queryset=Version.objects.none(),
        to_field_name="code",
        empty_label=None,
    )


def versions_for(person: Person) -> Any:
    """Give the versions on which a person makes scenarios: approved ones that they see, each dataset's newest first."""
    seen = Version.objects.visible_to(person).filter(state=APPROVED).select_related("dataset")
    return seen.order_by("dataset__code", "-number")


class RecordForm(OfficeForm):
    """A record that a scenario adds to a table: a field for each column."""

    def __init__(self, *args: Any, spec: TableSpec, **more: Any) -> None:
        super().__init__(*args, **more)
        lang = spoken()
        said = forms.CharField(label=words("理由", "Reason"), required=False, max_length=2000)
        self.fields = {column.name: _field(column, lang) for column in spec.columns} | {"reason": said, **self.fields}
        for column in spec.columns:
            self._offer(column)

    def _offer(self, column: Column) -> None:
        """Offer the names of the codes that a column refers to."""
        offered = names.OFFERED.get((column.ref or "").partition(".")[0])
        field = self.fields[column.name]
        if offered is not None and isinstance(field.widget, forms.TextInput):
            field.widget.attrs["list"] = f"offered-{column.name}"
            field.offered = offered  # type: ignore[attr-defined]

    def record(self) -> dict[str, str]:
        """Give what was entered: text by column, without what was left empty."""
        return {name: said for name, said in self.values().items() if name != "reason" and said}


def _field(column: Column, lang: Lang) -> forms.Field:
    """Give the field of a column."""
    unit = f"（{column.unit}）" if column.unit and column.unit != "@unit" else ""
    title = Text(f"{column.title.zh}{unit}", f"{column.title.en}{f' ({column.unit})' if unit else ''}")
    more: dict[str, Any] = {
        "label": title(lang),
        "required": column.filled,
        "help_text": " · ".join(describe(column, lang).splitlines()[1:]),
    }
    if column.kind == "choice":
        return forms.ChoiceField(choices=[NONE, *((code, word(lang)) for code, word in column.word_of.items())], **more)
    if column.kind == "flag":
        said = [("true" if value else "false", word(lang)) for value, word in FLAGS.items()]
        return forms.ChoiceField(choices=[NONE, *said], **more)
    return forms.CharField(max_length=4000, **more)
