"""What comes in by workbook: the firms of a settlement ledger, and the items of a transfer list."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, cast

from haihe.messages import Text
from haihe.region.spec import TableSpec, choice, code, flag, number, text
from haihe.region.spec import date as day_column
from haihe.workspace.intake.rows_target import CODE, NAMES, Row, RowsTarget, day_of, one_named
from haihe.workspace.neighbours import ledgers, transfers
from haihe.workspace.neighbours.actions import KEEP
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.ledger_models import AFTER, BEFORE, LED, Ledger, MovedFirm
from haihe.workspace.neighbours.models import RANKS, STEPS, TransferItem, TransferList
from haihe.workspace.units.codes import checked
from haihe.workspace.units.models import Owned, Person, Unit

FLAGS = ("fits_layout", "listed_by_origin", "listed_by_destination")
PLACES = Decimal("0.000001")


def _tax(name: str, zh: str, en: str) -> Any:
    about = ("三税地方分成部分净入库数，缺失留空", "Net local part of the three taxes; empty where it is not known.")
    return number(name, zh, en, about, "万元")


FIRMS = TableSpec(
    "moved_firms",
    Text("迁移企业表", "moved firms"),
    Text(
        "一行一家迁移企业。迁移前三年与各分享年的税额为三税地方分成部分的净入库数。",
        "One moved firm a row. Taxes are net, of the three taxes, in the three years before the move and in the shared years.",
    ),
    (
        CODE,
        *NAMES,
        code("origin", "迁出地", "origin", ("单位代码", "Code of a member."), required=True),
        code("destination", "迁入地", "destination", ("单位代码", "Code of a member."), required=True),
        number("moved", "迁移年份", "year of the move", ("变更登记的年份", "Year in which it moved."), "year", required=True),
        choice("led_by", "主导方", "led by", ("由谁主导迁移", "Who led the move."), {k: v.zh for k, v in LED.items()},
               required=True),
        flag("fits_layout", "符合迁入地布局", "fits the layout", ("是或否", "Yes or no."), default=True),
        flag("listed_by_origin", "列入迁出地名单", "listed by the origin", ("是或否", "Yes or no."), default=True),
        flag("listed_by_destination", "列入迁入地名单", "listed by the destination", ("是或否", "Yes or no."), default=True),
        day_column("registered", "变更登记日期", "registered", ("可空", "May be empty.")),
        day_column("producing", "达产日期", "producing", ("可空：尚未达产", "Empty: not yet.")),
        _tax("before3", "迁移前第三年税额", "tax three years before"),
        _tax("before2", "迁移前第二年税额", "tax two years before"),
        _tax("before1", "迁移前一年税额", "tax in the year before"),
        *(_tax(name, f"分享第{at}年税额", f"tax of shared year {at}") for at, name in zip("一二三四五", AFTER, strict=True)),
    ),
    Text("区域协同", "members"),
)  # fmt: skip

ITEMS = TableSpec(
    "transfer_items",
    Text("转移承接清单", "transfer list"),
    Text("一行一项：产业、承接平台或项目。", "One line a row: an industry, a receiving platform or a project."),
    (
        CODE,
        choice("rank", "层级", "level", ("三级清单的层级", "Level of the list."), {k: v.zh for k, v in RANKS.items()},
               required=True),
        *NAMES,
        code("giver", "转出地", "from", ("单位代码", "Code of a member."), required=True),
        code("taker", "承接地", "to", ("单位代码", "Code of a member."), required=True),
        text("place", "承接载体", "place", ("园区、平台或地块", "Park, platform or plot.")),
        code("chain", "产业链", "chain", ("产业链代码，可空", "Code of a chain; may be empty.")),
        choice("step", "进度", "step", ("办理进度", "How far it is."), {k: v.zh for k, v in STEPS.items()}, required=True),
        day_column("due", "期限", "due", ("可空", "May be empty.")),
        text("contact", "联系人", "contact", ("双方联系人，可空", "Whom to turn to; may be empty.")),
        text("note", "说明", "note", ("可空", "May be empty.")),
    ),
    Text("区域协同", "members"),
)  # fmt: skip


class PartsTarget(RowsTarget):
    """Rows of something that members agree on, called within it by the end of their codes."""

    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP

    def title(self, thing: Owned) -> Text:
        """Give the name of the ledger or list."""
        return cast("Agreed", thing).name

    def key(self, thing: Owned, each: Owned) -> str:
        """Give what a row is called within its thing."""
        return each.code.removeprefix(f"{thing.code}-")

    def row(self, each: Any) -> Row:
        """Give a row as it stands."""
        raise NotImplementedError


class FirmsTarget(PartsTarget):
    """The moved firms of a ledger."""

    code: ClassVar[str] = "moved-firms"
    name: ClassVar[Text] = Text("迁移企业表", "moved firms")
    kind: ClassVar[Any] = Ledger
    model: ClassVar[type[Owned]] = MovedFirm
    table: ClassVar[TableSpec] = FIRMS

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the firms by code."""
        del unit
        firms = MovedFirm.objects.filter(ledger__code=thing.code).select_related(
            "unit", "origin", "destination", "ledger"
        )
        return [(self.key(thing, each), each) for each in firms]

    def row(self, each: Any) -> Row:
        """Give a firm as a row."""
        said: Row = {name: getattr(each, name) for name in ("led_by", *FLAGS)}
        said |= {name: getattr(each, name) or None for name in ("name_zh", "name_en")}
        said |= {"code": self.key(each.ledger, each), "moved": float(each.moved)}
        said |= {"origin": each.origin.code, "destination": each.destination.code}
        said |= {
            name: day.isoformat() if (day := getattr(each, name)) else None for name in ("registered", "producing")
        }
        taxes = {name: getattr(each, name) for name in (*BEFORE, *AFTER)}
        return said | {name: None if value is None else float(value) for name, value in taxes.items()}

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Add or change a firm; the ledger is settled again."""
        ledger = cast("Ledger", thing)
        said: dict[str, Any] = {name: row[name] or "" for name in ("name_zh", "name_en", "led_by")}
        said |= {name: True if row[name] is None else bool(row[name]) for name in FLAGS}
        said |= {name: one_named(row[name], Unit.objects.all(), name) for name in ("origin", "destination")}
        said |= {name: day_of(row[name]) for name in ("registered", "producing")} | {"moved": int(row["moved"])}
        said |= {
            name: None if row[name] is None else Decimal(str(row[name])).quantize(PLACES) for name in (*BEFORE, *AFTER)
        }
        return ledgers.put_firm(
            person, ledger, each, f"{ledger.code}-{checked(str(row['code']))}", said, channel="import"
        )

    def take_out(self, person: Person, each: Any, reason: str) -> None:
        """Take a firm out again, and settle."""
        ledgers.take_out(person, each, "import", reason)


class ItemsTarget(PartsTarget):
    """The items of a transfer list."""

    code: ClassVar[str] = "transfer-items"
    name: ClassVar[Text] = Text("转移承接清单", "transfer list")
    kind: ClassVar[Any] = TransferList
    model: ClassVar[type[Owned]] = TransferItem
    table: ClassVar[TableSpec] = ITEMS

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the items by code."""
        del unit
        items = TransferItem.objects.filter(list__code=thing.code).select_related("unit", "giver", "taker", "list")
        return [(self.key(thing, each), each) for each in items]

    def row(self, each: Any) -> Row:
        """Give an item as a row."""
        said: Row = {name: getattr(each, name) or None for name in transfers.ITEM if name != "due"}
        said |= {"code": self.key(each.list, each), "giver": each.giver.code, "taker": each.taker.code}
        return said | {"due": each.due.isoformat() if each.due else None}

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Add or change an item."""
        said: dict[str, Any] = {name: row[name] or "" for name in transfers.ITEM if name != "due"}
        said |= {name: one_named(row[name], Unit.objects.all(), name) for name in ("giver", "taker")}
        code_ = f"{thing.code}-{checked(str(row['code']))}"
        said["due"] = day_of(row["due"])
        return transfers.put_item(person, cast("TransferList", thing), each, code_, said, channel="import")

    def take_out(self, person: Person, each: Any, reason: str) -> None:
        """Take an item out again."""
        transfers.take_out(person, each, "import", reason)
