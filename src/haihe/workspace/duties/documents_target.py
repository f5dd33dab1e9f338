"""The plan documents of an office come in by workbook; their targets and duties come in on each document's own."""

from typing import Any, ClassVar

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, text
from haihe.region.spec import date as day_column
from haihe.region.tables import TABLES
from haihe.workspace.duties import documents
from haihe.workspace.duties.actions import KEEP
from haihe.workspace.duties.models import PlanDocument
from haihe.workspace.intake.rows_target import CODE, NAMES, OfficeTarget, Row, day_of, office
from haihe.workspace.units.models import Owned, Person

SPEC = TableSpec(
    "documents",
    Text("计划文件表", "plan documents"),
    Text("一行一份文件", "One document a row."),
    (
        CODE,
        *NAMES,
        text("number", "文号", "number", ("发文字号", "Number under which it was issued.")),
        day_column("issued", "发布日期", "issued", ("可空", "May be empty.")),
        day_column("valid_from", "有效期自", "valid from", ("可空", "May be empty.")),
        day_column("valid_to", "有效期至", "valid to", ("可空", "May be empty.")),
        text("link", "链接", "link", ("公开发布的网址", "Where it is published.")),
        code("source", "来源", "source", ("来源代码，可空", "Code of its source; may be empty.")),
        TABLES["chains"].column("quality"),
        text("note", "说明", "note", ("可空", "May be empty.")),
    ),
    Text("职责", "duties"),
)  # fmt: skip
DAYS = ("issued", "valid_from", "valid_to")


class DocumentsTarget(OfficeTarget):
    """The plan documents that an office issued."""

    code: ClassVar[str] = "documents"
    name: ClassVar[Text] = Text("计划文件表", "plan documents")
    model: ClassVar[type[Owned]] = PlanDocument
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP

    def row(self, each: Any) -> Row:
        """Give a document as a row."""
        said = {name: getattr(each, name) or None for name in SPEC.names}
        return said | {name: day.isoformat() if (day := said[name]) else None for name in DAYS}

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Make or change a document."""
        fields = {name: row[name] or "" for name in SPEC.names if name not in (*DAYS, "code")}
        fields |= {name: day_of(row[name]) for name in DAYS}
        if each is None:
            return documents.new_document(person, office(thing), row["code"], fields, channel="import")
        documents.change(person, each, fields, channel="import")
        return each  # type: ignore[no-any-return]
