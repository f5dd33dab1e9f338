"""The form with which a file comes in."""

from typing import Any

from django import forms

from haihe.messages import Text
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.intake.arriving import SUFFIXES
from haihe.workspace.intake.models import ADD, WAYS
from haihe.workspace.units.models import Unit


class UploadForm(OfficeForm):
    """File, way, and the unit for which it is sent where a person may send for several."""

    file = forms.FileField(
        label=words("文件", "file"),
        allow_empty_file=True,  # the door refuses it by code, and the audit says so
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    way = forms.ChoiceField(
        label=words("方式", "way"),
        choices=[(code, words(name)) for code, name in WAYS.items()],
        initial=ADD,
        widget=forms.RadioSelect,
    )
    unit = forms.ChoiceField(label=words("报送单位", "sent for"), required=False)

    def __init__(self, *args: Any, units: list[Unit], replaces: bool, most_mb: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.units = {unit.code: unit for unit in units}
        chosen = self.fields["unit"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(unit.code, words(unit.name)) for unit in units]
        self.fields["file"].help_text = words(
            f".xlsx、.csv、.parquet，或它们的 .zip；不超过 {most_mb} MB；不接受含宏的文件",
            f".xlsx, .csv, .parquet or a .zip of them; {most_mb} MB at most; no files with macros",
        )
        if len(units) == 1:
            chosen.widget = forms.HiddenInput()
        if not replaces:
            self.fields["way"].required, self.fields["way"].widget = False, forms.HiddenInput()

    def chosen(self) -> Unit:
        """Give the unit for which the file is sent."""
        return self.units.get(self.cleaned_data["unit"]) or next(iter(self.units.values()))


BUTTON = Text("上传并检查", "Upload and check")
