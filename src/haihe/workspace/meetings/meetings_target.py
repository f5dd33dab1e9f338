"""The meetings of an office come in by workbook: day, title, place, who is invited. Agendas come in on each meeting's own."""

from collections.abc import Iterable
from typing import Any, ClassVar

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, codes, note, text
from haihe.region.spec import date as day
from haihe.workspace.intake.rows_target import CODE, OfficeTarget, Row, day_of, office, those_named
from haihe.workspace.meetings import agenda
from haihe.workspace.meetings.actions import PREPARE
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.papers.services import of as papers_of
from haihe.workspace.units.models import Owned, Person, Unit

SPEC = TableSpec(
    "meetings",
    Text("会议表", "meetings"),
    Text("一行一次会议", "One meeting a row."),
    (
        CODE,
        day("day", "日期", "day", ("召开日期", "Day of the session."), required=True),
        text("title", "会议名称", "title", ("全称", "Its full title."), required=True),
        text("place", "地点", "place", ("可空", "May be empty.")),
        codes("invited", "参会单位", "invited", ("单位代码", "Codes of units.")),
        code("version", "数据版本", "data version", ("会议所依据的数据版本编号，可空", "Code of the version that it rests on.")),
        note(),
    ),
    Text("会议", "meetings"),
)  # fmt: skip
SAME = ("title", "place", "version", "note")


class MeetingsTarget(OfficeTarget):
    """The meetings that an office calls."""

    code: ClassVar[str] = "meetings"
    name: ClassVar[Text] = Text("会议表", "meetings")
    model: ClassVar[type[Owned]] = Meeting
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = PREPARE
    confirm_action: ClassVar[str] = PREPARE

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the office's meetings by code, by day."""
        del unit
        kept = Meeting.objects.filter(unit=office(thing)).select_related("unit").order_by("day", "code")
        return [(each.code, each) for each in kept]

    def row(self, each: Any) -> Row:
        """Give a meeting as a row."""
        said = {name: getattr(each, name) or None for name in SAME}
        invited = ";".join(each.inviting) or None
        return said | {"code": each.code, "day": each.day.isoformat(), "invited": invited}

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Prepare a meeting or change one, until its minutes are handed in."""
        fields: dict[str, Any] = {name: row[name] or "" for name in SAME} | {"day": day_of(row["day"])}
        invited = those_named(row["invited"], Unit.objects.exclude(kind_of="firm"), "invited")
        if each is None:
            return agenda.new(person, office(thing), fields, invited, "import", code=row["code"])
        agenda.change(person, each, fields, invited, channel="import")
        return each  # type: ignore[no-any-return]

    def used(self, each: Any) -> bool:
        """Whether its agenda was sent, or items or papers stand on it."""
        return each.convened is not None or bool(papers_of(each)) or super().used(each)
