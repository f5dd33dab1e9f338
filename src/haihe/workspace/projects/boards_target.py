"""The project boards of an office come in by workbook: names, dataset, who opens projects on them and who reads them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, codes
from haihe.workspace.data.models import Dataset
from haihe.workspace.intake.rows_target import CODE, NAMES, OfficeTarget, Row, office, one_named, those_named
from haihe.workspace.projects import keeping
from haihe.workspace.projects.actions import KEEP
from haihe.workspace.projects.models import Board
from haihe.workspace.units.models import Owned, Person, Unit

SPEC = TableSpec(
    "boards",
    Text("项目看板表", "project boards"),
    Text("一行一个看板", "One board a row."),
    (
        CODE,
        *NAMES,
        code("dataset", "数据集", "dataset", ("您可查看的数据集的代码，可空", "Code of a dataset that you see; may be empty.")),
        codes("shared", "填报单位", "units that open projects", ("单位代码", "Codes of units.")),
        codes("readers", "可查看全部项目的单位", "units that read every project", ("单位代码", "Codes of units.")),
    ),
    Text("项目", "projects"),
)  # fmt: skip


class BoardsTarget(OfficeTarget):
    """The boards that an office keeps."""

    code: ClassVar[str] = "boards"
    name: ClassVar[Text] = Text("项目看板表", "project boards")
    model: ClassVar[type[Owned]] = Board
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the office's boards by code."""
        del unit
        kept = Board.objects.filter(unit=office(thing)).select_related("unit", "dataset").order_by("code")
        return [(each.code, each) for each in kept.prefetch_related("shared", "readers")]

    def row(self, each: Any) -> Row:
        """Give a board as a row."""
        return {
            "code": each.code,
            "name_zh": each.name_zh,
            "name_en": each.name_en or None,
            "dataset": each.dataset.code if each.dataset else None,
            "shared": _codes(each.shared),
            "readers": _codes(each.readers),
        }

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Make or change a board and who is on it; the dataset is one that the person sees, or that stands already."""
        dataset = each.dataset if each is not None else None
        if row["dataset"] != (dataset.code if dataset else None):
            dataset = one_named(row["dataset"], Dataset.objects.visible_to(person), "dataset")
        offices = Unit.objects.exclude(pk=office(thing).pk).exclude(kind_of="firm")
        shared, readers = (those_named(row[name], offices, name) for name in ("shared", "readers"))
        said = {"name_zh": row["name_zh"], "name_en": row["name_en"] or "", "dataset": dataset}
        board = each or keeping.new_board(person, office(thing), row["code"], **said, channel="import")
        keeping.change_board(person, board, said, shared, readers, channel="import")
        return board


def _codes(units: Any) -> str | None:
    return ";".join(sorted(unit.code for unit in units.all())) or None
