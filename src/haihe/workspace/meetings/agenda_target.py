"""The agenda of a meeting and its minutes come in by workbook: items, decisions wanted, what was said and decided."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, text
from haihe.region.spec import date as day
from haihe.workspace.duties.assigning import owners
from haihe.workspace.intake.rows_target import Row, RowsTarget, day_of, one_named
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.actions import PREPARE
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.units.models import Owned, Person, Unit

SPEC = TableSpec(
    "agenda",
    Text("议题与决定", "agenda and decisions"),
    Text("一行一个议题；会后填写记录与决定", "One item a row; minutes and decisions are filled in after the session."),
    (
        code("item", "编号", "item", ("本次会议内唯一", "Once within the meeting."), key=True),
        text("title_zh", "议题", "item in Chinese", ("议题名称", "What it deals with."), required=True),
        text("title_en", "英文名称", "item in English", ("可空", "May be empty.")),
        code("presents", "汇报单位", "presented by", ("单位代码，可空", "Code of a unit; may be empty."), ref="departments.department"),
        text("wanted", "请会议决定", "decision wanted", ("可空", "May be empty.")),
        text("minutes", "会议记录", "minutes", ("会后填写", "After the session.")),
        text("decision", "决定事项", "decision", ("第一行将成为职责名称；须写责任单位", "Its first line names the duty; it needs an owner.")),
        code("owner", "责任单位", "owner", ("单位代码", "Code of a unit."), ref="departments.department"),
        day("due", "期限", "due", ("可空", "May be empty.")),
    ),
    Text("会议", "meetings"),
)  # fmt: skip
WORDS = ("title_zh", "title_en", "wanted")
MINUTED = ("minutes", "decision", "owner", "due")


class AgendaTarget(RowsTarget):
    """The items of a meeting, in the order of the agenda."""

    code: ClassVar[str] = "agenda"
    name: ClassVar[Text] = Text("会议议程与纪要", "agenda and minutes of a meeting")
    kind: ClassVar[type[Owned]] = Meeting
    model: ClassVar[type[Owned]] = Item
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = PREPARE
    confirm_action: ClassVar[str] = PREPARE

    def title(self, thing: Owned) -> Text:
        """Give the meeting's title."""
        name = _meeting(thing).name
        return Text(f"{name.zh}：议程与纪要", f"{name.en}: agenda and minutes")

    def offered(self, thing: Owned) -> Mapping[str, Iterable[str]]:
        """Offer the units to which the meeting's office may assign duties."""
        return {"departments.department": owners(_meeting(thing).unit).order_by("path").values_list("code", flat=True)}

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the items that stand on the agenda by number."""
        del unit
        return [(number_of(each), each) for each in agenda.items_of(_meeting(thing))]

    def row(self, each: Any) -> Row:
        """Give an item as a row."""
        said = {name: getattr(each, name) or None for name in (*WORDS, "minutes", "decision")}
        return said | {
            "item": number_of(each),
            "presents": each.presents.code if each.presents else None,
            "owner": each.owner.code if each.owner else None,
            "due": each.due.isoformat() if each.due else None,
        }

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Put an item on the agenda or change it, and write what was said and decided of it."""
        meeting = _meeting(thing)
        offices = owners(meeting.unit) | Unit.objects.filter(parent__isnull=True)
        fields: dict[str, Any] = {name: row[name] or "" for name in WORDS}
        fields["presents"] = one_named(row["presents"], offices, "presents")
        said: dict[str, Any] = {name: row[name] or "" for name in ("minutes", "decision")}
        said |= {"owner": one_named(row["owner"], owners(meeting.unit), "owner"), "due": day_of(row["due"])}
        item: Item | None = each or meeting.items.filter(code=f"{meeting.code}-{row['item']}", struck=True).first()
        if item is None:
            item = agenda.add(person, meeting, fields, "import", row["item"])
        else:
            if item.struck:
                agenda.put_back(person, item, "import")
            if any(getattr(item, name) != value for name, value in fields.items()):
                agenda.edit(person, item, fields, channel="import")
        if any((getattr(item, name) or None) != (said[name] or None) for name in MINUTED):
            minutes.minute(person, item, said, channel="import")
        return item

    def take_out(self, person: Person, each: Any, reason: str) -> None:
        """Take an item off the agenda; what was recorded stays."""
        del reason
        agenda.strike(person, each, channel="import")

    def used(self, each: Any) -> bool:
        """Whether a duty came of it."""
        return bool(each.duty)


def number_of(item: Any) -> str:
    """Give what workbooks call an item: its code without the meeting's."""
    return str(item.code).removeprefix(f"{item.meeting.code}-")


def _meeting(thing: Owned) -> Meeting:
    return cast("Meeting", thing)
