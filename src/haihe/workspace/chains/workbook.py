"""The three lists come in and go out by one workbook, a sheet each: findings, preview, confirmation, undoing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, cast

import pandas as pd
from django.utils import timezone

from haihe.messages import Findings, HaiheError, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import Column, TableSpec, choice, code, names, text
from haihe.region.spec import date as day
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.chains.actions import KEEP
from haihe.workspace.chains.models import KINDS, LIVE, STATES, Board, Item
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.units.codes import SLUG
from haihe.workspace.units.models import Owned, Person, Unit
from haihe.workspace.units.roles import ALLOWED

Records = list[dict[str, Any]]
QUALITY = TABLES["chains"].column("quality")


def _columns() -> tuple[Column, ...]:
    return (
        code("item", "编号", "item", ("本链内唯一", "Unique within the chain."), key=True),
        code("stage", "环节", "stage", ("所在环节代码，可空", "Code of its stage; may be empty.")),
        *names(),
        text("evidence", "依据", "evidence", ("依据与说明", "Evidence in words.")),
        code("owner", "责任单位", "owner", ("单位代码，可空", "Code of the unit that owns it; may be empty.")),
        choice("state", "状态", "state", ("进展状态", "How it goes."), {key: said.zh for key, said in STATES.items()}, default="open"),
        text("words", "进展说明", "remark", ("最近进展；办结或移出时须填", "What was last said; needed where it ends.")),
        day("opened", "列入日期", "opened", ("列入清单的日期，空则为当天", "Day on which it was listed; today where empty.")),
        code("source", "来源", "source", ("来源代码，可空", "Code of its source; may be empty.")),
        QUALITY,
    )  # fmt: skip


SPECS = {
    f"chain_{kind}": TableSpec(
        f"chain_{kind}",
        said,
        Text(f"产业链{said.zh}的事项。", f"Items of a chain: {said.en}."),
        _columns(),
        Text("产业链清单", "lists of a chain"),
    )
    for kind, said in KINDS.items()
}
"""A table for each list, by name."""


def items_of(board: Board) -> "list[Item]":
    """Give the items of a board that stand."""
    return list(Item.objects.filter(board=board, withdrawn=False).select_related("unit", "owner", "board"))


def records_of(board: Board) -> dict[str, Records]:
    """Give the rows of every list as they stand, as JSON."""
    tables: dict[str, Records] = {name: [] for name in SPECS}
    for item in items_of(board):
        tables[f"chain_{item.kind_of}"].append(
            {
                "item": item.number,
                "stage": item.stage or None,
                "name_zh": item.name_zh,
                "name_en": item.name_en or item.name_zh,
                "evidence": item.evidence or None,
                "owner": item.owner.code if item.owner else None,
                "state": item.state,
                "words": item.words or None,
                "opened": item.opened.isoformat(),
                "source": item.source or None,
                "quality": item.quality,
            }
        )
    return tables


def frame_of(spec: TableSpec, records: Records) -> pd.DataFrame:
    """Give rows as a typed table."""
    types: dict[str, Any] = {column.name: dtype_of(column) for column in spec.columns}
    return pd.DataFrame([[row[name] for name in spec.names] for row in records], columns=spec.names).astype(types)


def plain(frame: pd.DataFrame) -> Records:
    """Give a typed table as rows that JSON keeps; missing as ``None``."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


class ItemsTarget(Target):
    """The three lists of a chain."""

    code: ClassVar[str] = "chain-items"
    name: ClassVar[Text] = Text("产业链三张清单", "the three lists of a chain")
    kind: ClassVar[type[Owned]] = Board
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the chain's name."""
        name = cast("Board", thing).name
        return Text(f"{name.zh}：三张清单", f"{name.en}: the three lists")

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the offices of the person that answer for the task force: an upload is seen where it was sent."""
        posts = [post for post in person.held() if KEEP in ALLOWED[post.role] and post.covers(thing.unit)]
        return list({post.unit.pk: post.unit for post in posts}.values())

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give a table for each list."""
        del thing
        return SPECS

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the lists as they stand."""
        del unit
        return {name: frame_of(SPECS[name], rows) for name, rows in records_of(cast("Board", thing)).items()}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the items and their editions."""
        del unit
        said = sorted((item.code, item.edition) for item in items_of(cast("Board", thing)))
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Find owners that are no units, numbers that cannot stand in addresses or stand on two lists, ends without a word."""
        del upload
        board = cast("Board", thing)
        lists = {item.number: f"chain_{item.kind_of}" for item in items_of(board)}
        gone = set(Item.objects.filter(board=board, withdrawn=True).values_list("number", flat=True))
        units = set(Unit.objects.exclude(kind_of="firm").values_list("code", flat=True))
        found = list(draft.issues)
        for name, frame in draft.tables.items():
            for at, row in enumerate(plain(frame)):
                found += [
                    Issue(error, name, at, column, {"value": row[column]}) for error, column in _wrong(row, units)
                ]
                there = lists.setdefault(row["item"], name) if row["item"] else name
                if there != name or row["item"] in gone:
                    found.append(Issue("E-CHN-04", name, at, "item", {"value": row["item"]}))
        return to_findings(found, draft.origins)

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Make and change items; what stood before is kept for undoing."""
        board = cast("Board", thing)
        before = records_of(board)
        after = {name: plain(frame) for name, frame in tables.items()}
        put(person.actor(KEEP, "import"), board, after)
        now = records_of(board)  # with the days on which items were listed, which a workbook may leave out
        stood = {name: before[name] for name in after}
        board.kept = [
            *board.kept,
            {"upload": upload.code, "before": stood, "after": {name: now[name] for name in after}},
        ]
        store(person.actor(KEEP, "import"), "import", board)
        return board.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Give the lists back what they said before; called again, what was uploaded."""
        board = cast("Board", thing)
        kept = next(each for each in reversed(board.kept) if each["upload"] == upload.code)
        put(person.actor(KEEP, "import"), board, kept["before"], reason)
        turned = {"upload": kept["upload"], "before": kept["after"], "after": kept["before"]}
        board.kept = [*board.kept[:-1], turned]
        store(person.actor(KEEP, "import"), "undo", board, reason=reason)
        return board.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the later upload, or the later change of an item, that stands on this one."""
        board = cast("Board", thing)
        kept = board.kept[-1] if board.kept else None
        if kept is None or kept["upload"] != upload.code:
            later = kept["upload"] if kept else "—"
            return Text("其后的上传 {u}", "the later upload {u}").format(u=later)
        now = records_of(board)
        if any(_sorted(now[name]) != _sorted(rows) for name, rows in kept["after"].items()):
            return Text("其后对清单的修改", "later changes of the lists")
        return None


def _sorted(rows: Records) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)


def _wrong(row: dict[str, Any], units: set[str]) -> list[tuple[str, str]]:
    found = []
    if row["item"] and (SLUG.fullmatch(row["item"]) is None or len(row["item"]) > 40):
        found.append(("E-CHN-08", "item"))
    if row["owner"] and row["owner"] not in units:
        found.append(("E-CHN-09", "owner"))
    if row["state"] not in LIVE and not row["words"]:
        found.append(("E-CHN-05", "words"))
    return found


def put(actor: Actor, board: Board, tables: Mapping[str, Records], reason: str = "") -> None:
    """Make the lists of some tables exactly what the rows say; what is not among them is withdrawn."""
    units = {unit.code: unit for unit in Unit.objects.exclude(kind_of="firm")}
    there = {item.number: item for item in Item.objects.filter(board=board).select_related("unit", "owner", "board")}
    for name, rows in tables.items():
        kind = name.removeprefix("chain_")
        for row in rows:
            item = there.get(row["item"]) or Item(
                code=f"{board.code}-{row['item']}",
                board=board,
                unit=board.unit,
                number=row["item"],
                created_by=actor.name,
            )
            if _filled(item, kind, row, units):
                store(actor, "create" if item.pk is None else "edit", item, reason=reason)
        kept = {row["item"] for row in rows}
        for item in there.values():
            if item.kind_of == kind and item.number not in kept and not item.withdrawn:
                item.withdrawn = True
                store(actor, "undo", item, reason=reason)


def _filled(item: Item, kind: str, row: dict[str, Any], units: Mapping[str, Unit]) -> bool:
    """Fill an item from a row; says whether anything differs."""
    opened = row["opened"] or (item.opened if item.pk else timezone.localdate()).isoformat()
    said = {
        "kind_of": kind,
        "stage": row["stage"] or "",
        "name_zh": row["name_zh"],
        "name_en": row["name_en"] or "",
        "evidence": row["evidence"] or "",
        "owner": units.get(row["owner"] or ""),
        "state": row["state"],
        "words": row["words"] or "",
        "opened": date.fromisoformat(opened),
        "source": row["source"] or "",
        "quality": row["quality"],
        "withdrawn": False,
    }
    if item.pk is not None and all(getattr(item, name) == value for name, value in said.items()):
        return False
    ended = row["state"] not in LIVE
    item.closed = (item.closed or timezone.localdate()) if ended else None
    for name, value in said.items():
        setattr(item, name, value)
    if item.closed is not None and item.closed < item.opened:
        raise HaiheError("E-CHN-10", table=f"chain_{kind}", value=item.number)
    return True
