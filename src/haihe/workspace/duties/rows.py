"""Targets and duties of a document as rows of the tables ``targets`` and ``duties``, and rows as targets and duties."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.region.cells import dtype_of
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import record, store
from haihe.workspace.duties import assigning
from haihe.workspace.duties.actions import KEEP
from haihe.workspace.duties.documents import SLACK, free
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.units.models import Person, Unit

Row = dict[str, Any]


def _by_hand(spec: TableSpec) -> TableSpec:
    """Let the source be empty, as it may be in what was entered on a page."""
    return replace(spec, columns=tuple(replace(c, required=False) if c.name == "source" else c for c in spec.columns))


SPECS: dict[str, TableSpec] = {name: _by_hand(TABLES[name]) for name in ("targets", "duties")}
"""The workbook's tables; targets come before the duties that serve them."""
KINDS: dict[str, type[Target] | type[Duty]] = {"targets": Target, "duties": Duty}
WHATS = {
    "owner": Text("责任单位", "owner"),
    "helpers": Text("配合单位", "helper"),
    "target": Text("目标", "target"),
}


def typed(spec: TableSpec, rows: list[Row]) -> pd.DataFrame:
    """Give rows as a table typed as its declaration says."""
    types: dict[str, Any] = {column.name: dtype_of(column) for column in spec.columns}
    return pd.DataFrame(rows, columns=spec.names).astype(types)


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """Give the rows of a table as JSON can hold them; what is missing is ``None``."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value.item() if hasattr(value, "item") else value


def target_row(target: Target) -> Row:
    """Give the row of a target."""
    return {
        "target": target.code,
        "name_zh": target.name_zh,
        "name_en": target.name_en or target.name_zh,
        "region": target.region or None,
        "chain": target.chain or None,
        "year": target.year,
        "sense": target.sense,
        "value": float(target.value),
        "indicator": target.indicator or None,
        "sectors": target.sectors or "*",
        "measure": target.measure,
        "base_year": target.base_year,
        "kind": target.binding,
        "penalty": None if target.penalty is None else float(target.penalty),
        "unit": target.counted_in,
        "source": target.source or None,
        "quality": target.quality,
        "note": target.note or None,
    }


def duty_row(duty: Duty) -> Row:
    """Give the row of a duty; its helpers by code, in order."""
    return {
        "duty": duty.code,
        "name_zh": duty.name_zh,
        "name_en": duty.name_en or duty.name_zh,
        "owner": duty.unit.code,
        "helpers": ";".join(duty.helping) or None,
        "target": duty.target.code if duty.target else None,
        "due": duty.due.isoformat() if duty.due else None,
        "source": duty.source or None,
        "quality": duty.quality,
        "note": duty.note or None,
    }


def rows_of(document: PlanDocument) -> dict[str, list[Row]]:
    """Give the rows of a document's targets and duties."""
    targets = Target.objects.filter(document=document).order_by("code")
    duties = Duty.objects.filter(document=document).select_related("unit", "target").order_by("code")
    return {"targets": [target_row(each) for each in targets], "duties": [duty_row(each) for each in duties]}


def editions_of(document: PlanDocument) -> dict[str, dict[str, int]]:
    """Give the editions of a document's targets and duties, by table and code."""
    return {
        name: dict(kind.objects.filter(document=document).values_list("code", "edition"))
        for name, kind in KINDS.items()
    }


def put(person: Person, document: PlanDocument, name: str, row: Row) -> None:
    """Make or change what a row says, in the running transaction.

    Raises
    ------
    HaiheError
        ``E-DUT-10`` for an owner, helper or target that is not there; as `assigning.assign` and `documents.free`.
    """
    if name == "targets":
        _put_target(person, document, row)
    else:
        _put_duty(person, document, row)


def _put_target(person: Person, document: PlanDocument, row: Row) -> None:
    fields = {
        "name_zh": row["name_zh"],
        "name_en": row["name_en"] or "",
        "region": row["region"] or "",
        "chain": row["chain"] or "",
        "year": row["year"],
        "sense": row["sense"],
        "value": _decimal(row["value"]),
        "indicator": row["indicator"] or "",
        "sectors": row["sectors"] or "*",
        "measure": row["measure"] or "level",
        "base_year": row["base_year"],
        "binding": row["kind"] or "watch",
        "penalty": None if row["penalty"] is None else _decimal(row["penalty"]),
        "counted_in": row["unit"],
        "source": row["source"] or "",
        "quality": row["quality"],
        "note": row["note"] or "",
    }
    target = Target.objects.filter(code=row["target"], document=document).first()
    verb = "edit"
    if target is None:
        verb = "create"
        target = Target(code=free(row["target"], Target), unit=document.unit, issuer=document.unit, document=document)
        target.created_by = person.username
        target.slack = (abs(fields["value"]) * SLACK).quantize(Decimal("0.000001"))
    for field, value in fields.items():
        setattr(target, field, value)
    store(person.actor(KEEP, "import"), verb, target)


def _put_duty(person: Person, document: PlanDocument, row: Row) -> None:
    owner = named(row["owner"], "owner", lambda code: assigning.owners(document.unit).filter(code=code).first())
    helpers = [
        named(code, "helpers", lambda each: Unit.objects.filter(code=each).exclude(kind_of="firm").first())
        for code in (row["helpers"] or "").split(";")
        if code
    ]
    target = None
    if row["target"]:
        target = named(row["target"], "target", lambda code: document.targets.filter(code=code).first())
    fields = {
        "name_zh": row["name_zh"],
        "name_en": row["name_en"] or "",
        "due": date.fromisoformat(row["due"]) if row["due"] else None,
        "target": target,
        "source": row["source"] or "",
        "quality": row["quality"],
        "note": row["note"] or "",
    }
    duty = Duty.objects.filter(code=row["duty"], document=document).select_related("issuer", "unit").first()
    if duty is None:
        assigning.assign(
            person,
            document.unit,
            owner,
            code=row["duty"],
            helpers=helpers,
            document=document,
            channel="import",
            **fields,
        )
    else:
        assigning.change(person, duty, fields | {"unit": owner, "helpers": helpers}, channel="import")


def named(code: str, what: str, find: Callable[[str], Any]) -> Any:
    """Give what a code names; ``E-DUT-10`` where it is not there."""
    found = find(code)
    if found is None:
        raise HaiheError("E-DUT-10", column=what, value=code, what=WHATS[what])
    return found


def take_out(person: Person, document: PlanDocument, name: str, code: str) -> None:
    """Delete what an upload had made, in the running transaction."""
    thing = KINDS[name].objects.get(code=code, document=document)
    record(person.actor(KEEP, "import"), "delete", thing.kind(), code, before=thing.snapshot())
    thing.delete()


def exchange(person: Person, document: PlanDocument, wanted: Mapping[str, Mapping[str, Row | None]]) -> dict[str, Any]:
    """Bring rows about (``None``: the row goes); gives what stood before, in the same form."""
    keys = {name: spec.key[0] for name, spec in SPECS.items()}
    there = {name: {row[keys[name]]: row for row in rows} for name, rows in rows_of(document).items()}
    before = {name: {code: there[name].get(code) for code in rows} for name, rows in wanted.items()}
    for name in ("targets", "duties"):
        for row in wanted.get(name, {}).values():
            if row is not None:
                put(person, document, name, row)
    for name in ("duties", "targets"):
        for code, row in wanted.get(name, {}).items():
            if row is None:
                take_out(person, document, name, code)
    return before


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal("0.000001"))
