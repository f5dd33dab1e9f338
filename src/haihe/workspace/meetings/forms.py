"""Forms of meetings."""

from django import forms
from django.db.models import QuerySet

from haihe.workspace.duties.assigning import owners
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.words import words
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.problems.forms import named
from haihe.workspace.units.models import Unit


class MeetingForm(OfficeForm):
    """When, where, with whom, on which data."""

    unit = forms.ModelChoiceField(
        label=words("召集单位", "Called by"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )
    title = forms.CharField(label=words("会议名称", "Title"), max_length=200)
    day = forms.DateField(label=words("日期", "Day"), widget=forms.DateInput())
    place = forms.CharField(label=words("地点", "Place"), max_length=200, required=False)
    invited = forms.ModelMultipleChoiceField(
        label=words("参会单位", "Invited"),
        help_text=words("议程发出后，参会单位可见本会议", "they see the meeting once the agenda is sent"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.CharField(
        label=words("数据版本", "Data version"),
        help_text=words(
            "会议所依据的数据版本编号，印在每页页眉",
            "code of the version that the session rests on; printed on every page",
        ),
        max_length=128,
        required=False,
    )
    note = forms.CharField(
        label=words("说明", "Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def offer(self, offices: "QuerySet[Unit]", versions: list[str]) -> None:
        """Offer the offices that may call it and everybody of their trees and beside; the newest version first."""
        named(self.fields["unit"], offices)
        tops = {path.split("/")[0] for path in offices.values_list("path", flat=True)}
        units = Unit.objects.filter(parent__isnull=True)
        for top in sorted(tops):
            units |= Unit.objects.filter(path__startswith=f"{top}/")
        named(self.fields["invited"], units.exclude(kind_of="firm"))
        self.initial.setdefault("version", versions[0] if versions else "")

    def settle(self, meeting: Meeting) -> None:
        """Take the office away, which never changes, and mark who is invited."""
        del self.fields["unit"]
        self.initial["invited"] = meeting.inviting


class ItemForm(OfficeForm):
    """An item of the agenda."""

    title_zh = forms.CharField(label=words("议题（中文）", "Item, in Chinese"), max_length=200)
    title_en = forms.CharField(label=words("议题（英文）", "Item, in English"), max_length=200, required=False)
    presents = forms.ModelChoiceField(
        label=words("汇报单位", "Presented by"), queryset=Unit.objects.none(), to_field_name="code", required=False
    )
    wanted = forms.CharField(
        label=words("请会议决定", "Decision wanted"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def offer(self, meeting: Meeting, presents: Unit | None = None) -> None:
        """Offer who may present."""
        top = meeting.unit.path.split("/")[0]
        units = Unit.objects.filter(path__startswith=f"{top}/") | Unit.objects.filter(parent__isnull=True)
        named(self.fields["presents"], units)
        self.initial["presents"] = presents.code if presents else None


class MinuteForm(OfficeForm):
    """What was said and decided of an item."""

    minutes = forms.CharField(
        label=words("会议记录", "Minutes"), max_length=10000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    decision = forms.CharField(
        label=words("决定事项", "Decision"),
        help_text=words("第一行将成为职责名称", "its first line names the duty"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner = forms.ModelChoiceField(
        label=words("责任单位", "Owner"), queryset=Unit.objects.none(), to_field_name="code", required=False
    )
    due = forms.DateField(label=words("期限", "Due"), required=False, widget=forms.DateInput())

    def offer(self, meeting: Meeting, owner: Unit | None = None) -> None:
        """Offer the offices to which the meeting's office may assign duties."""
        named(self.fields["owner"], owners(meeting.unit))
        self.initial["owner"] = owner.code if owner else None
