"""The chains of an office and its task forces come in by workbook: chief, task force, department in the lead, dataset."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied

from haihe.messages import Text
from haihe.region.spec import TableSpec, code, note
from haihe.workspace.chains import items
from haihe.workspace.chains.actions import KEEP
from haihe.workspace.chains.models import Board
from haihe.workspace.data.models import Dataset
from haihe.workspace.intake.rows_target import NAMES, OfficeTarget, Row, office, one_named
from haihe.workspace.units.models import Owned, Person, Post, Unit

SPEC = TableSpec(
    "chain_boards",
    Text("产业链表", "chains"),
    Text("一行一条产业链", "One chain a row."),
    (
        code("chain", "产业链代码", "chain", ("与数据集“产业链”表一致，定了不可再改", "As in the data's table of chains; it stays."), key=True),
        *NAMES,
        code("task_force", "专班", "task force", ("单位代码，定了不可再改", "Code of its unit; it stays."), required=True),
        code("chief", "链长", "chief", ("链长的登录名，可空", "Name of sign-in of the chief; may be empty.")),
        code("lead", "牵头部门", "lead department", ("单位代码，可空", "Code of the department; may be empty.")),
        code("dataset", "诊断所用数据集", "dataset", ("您可查看的数据集的代码，可空", "Code of a dataset that you see; may be empty.")),
        code("home", "诊断立足的地区", "home", ("留空则为数据的本地区", "Empty: the data's own region.")),
        note(),
    ),
    Text("产业链", "chains"),
)  # fmt: skip


class ChainsTarget(OfficeTarget):
    """The boards of chains in an office and below it."""

    code: ClassVar[str] = "chains"
    name: ClassVar[Text] = Text("产业链表", "chains")
    model: ClassVar[type[Owned]] = Board
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the boards of the office and of the units below it by chain."""
        del unit
        kept = Board.objects.filter(unit__path__startswith=office(thing).path).order_by("chain")
        return [(each.chain, each) for each in kept.select_related("unit", "chief", "lead", "dataset")]

    def row(self, each: Any) -> Row:
        """Give a board as a row."""
        return {
            "chain": each.chain,
            "name_zh": each.name_zh,
            "name_en": each.name_en or None,
            "task_force": each.unit.code,
            "chief": each.chief.username if each.chief else None,
            "lead": each.lead.code if each.lead else None,
            "dataset": each.dataset.code if each.dataset else None,
            "home": each.home or None,
            "note": each.note or None,
        }

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Make or change a board in a unit where the person keeps boards; what stood already may stand."""
        del thing
        force = one_named(row["task_force"], Unit.objects.exclude(kind_of="firm"), "task_force")
        if not person.may(KEEP, force) or (each is not None and force.pk != each.unit_id):
            raise PermissionDenied
        stood = self.row(each) if each is not None else dict.fromkeys(SPEC.names)
        leads = Unit.objects.filter(kind_of__in=("department", "task_force", "city"))
        posts = Post.objects.filter(role__in=("chief", "planner"), active=True, unit__in=person.units(KEEP))
        chiefs = Person.objects.filter(pk__in=posts.values("person"))
        datasets = Dataset.objects.visible_to(person)
        offered = {"chief": (chiefs, "username"), "lead": (leads, "code"), "dataset": (datasets, "code")}
        said = {name: row[name] or "" for name in ("name_zh", "name_en", "home", "note")}
        for name, (query, by) in offered.items():
            same = row[name] == stood[name]
            said[name] = getattr(each, name, None) if same else one_named(row[name], query, name, by)
        if each is None:
            return items.make_board(person, force, row["chain"], said, channel="import")
        items.change_board(person, each, said, channel="import")
        return each  # type: ignore[no-any-return]
