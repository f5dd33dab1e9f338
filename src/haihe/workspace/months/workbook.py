"""The monthly workbook: a unit's indicators and places with last month's figures beside; checked, previewed, undone."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar, cast

import pandas as pd
from django.db.models import Q

from haihe.messages import Findings, Lang, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import Column, TableSpec, code, note, text
from haihe.region.tables import TABLES
from haihe.region.template import sheets_bytes
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import SHOWN, Target
from haihe.workspace.months import pace
from haihe.workspace.months.actions import FILL
from haihe.workspace.months.models import Return
from haihe.workspace.months.returns import (
    Row,
    decimal,
    earlier,
    expected,
    filled,
    keyed,
    month_before,
    turned,
    year_before,
)
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Owned, Person, Unit


def _number(name: str, zh: str, en: str, about: tuple[str, str], unit: str | None = None) -> Column:
    return Column(name, "number", Text(zh, en), Text(*about), unit=unit)


SPEC = TableSpec(
    "monthly",
    Text("月度指标", "monthly indicators"),
    Text("本单位当月的指标；上月与去年同期仅供对照。", "The unit's indicators of the month; last month's and last year's stand beside."),
    (
        code("indicator", "指标", "indicator", ("指标代码", "Code of the indicator."), key=True),
        code("place", "地区、链或行业", "place", ("所报地区、产业链或行业的代码", "Code of the region, chain or sector."), key=True),
        text("title", "指标名称", "title", ("仅供对照", "For reading only.")),
        text("counted_in", "计量单位", "counted in", ("须与指标一致", "As the indicator says.")),
        _number("value", "当月数值", "value", ("当月数值；没有则留空，不要填 0", "Of the month; leave empty where there is none, never 0.")),
        _number("growth", "同比增速", "growth", ("与去年同月相比，%", "On the same month of last year, %."), "%"),
        _number("previous", "上月", "last month", ("仅供对照", "For reading only.")),
        _number("year_ago", "去年同月", "a year ago", ("仅供对照", "For reading only.")),
        code("source", "来源", "source", ("来源代码，可空", "Code of its source; may be empty.")),
        replace(TABLES["chains"].column("quality"), required=False),
        note(),
    ),
    Text("月度运行", "monthly operation"),
)  # fmt: skip
GIVEN = ("value", "growth")


def answering(places: set[str]) -> dict[str, Text]:
    """Give the units that answer for places by the places' codes: the same for whoever asks, page or worker."""
    names = {code: Text(code, code) for code in places}
    for unit in (
        Unit.objects.filter(Q(region__in=places) | Q(chain__in=places)).exclude(kind_of="firm").order_by("-path")
    ):
        names |= {code: unit.name for code in (unit.region, unit.chain) if code in places}
    return names


def rows_of(thing: Return) -> list[Row]:
    """Give the rows of a return with those still to be filled in, with the figures that stand beside."""
    given, last, ago = (
        keyed(thing.rows),
        earlier(thing, month_before(thing.month)),
        earlier(thing, year_before(thing.month)),
    )
    asked = {(indicator.code, place): indicator for indicator, place in expected(thing.unit)}
    names = answering({place for _, place in asked})
    rows = []
    for (indicator, place), one in asked.items():
        row = given.get((indicator, place), {})
        title = f"{one.name_zh}（{names[place].zh}）"
        beside = {
            "previous": last.get((indicator, place), {}).get("value"),
            "year_ago": ago.get((indicator, place), {}).get("value"),
        }
        said = {name: row.get(name) for name in ("value", "growth", "source", "note")}
        rows.append(
            {"indicator": indicator, "place": place, "title": title, "counted_in": one.counted_in, **said, **beside}
        )
        rows[-1]["quality"] = row.get("quality")
    return rows


def frame_of(rows: list[Row]) -> pd.DataFrame:
    """Give rows as a typed table."""
    types: dict[str, Any] = {column.name: dtype_of(column) for column in SPEC.columns}
    numbers = {column.name for column in SPEC.columns if column.kind == "number"}

    def cell(row: Row, name: str) -> Any:
        said = row.get(name)
        return float(said) if name in numbers and said is not None else said

    return pd.DataFrame([[cell(row, name) for name in SPEC.names] for row in rows], columns=SPEC.names).astype(types)


def plain(frame: pd.DataFrame) -> list[Row]:
    """Give a table as rows that are kept: figures written out, rows without any left out."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    kept = ("indicator", "place", "value", "growth", "source", "quality", "note")
    return [
        {name: _written(row[name]) if name in GIVEN else row[name] for name in kept}
        for row in rows
        if any(row[name] is not None for name in GIVEN)
    ]


def _written(value: Any) -> str | None:
    """Write a figure in the 15 digits that spreadsheets keep."""
    return None if value is None else f"{Decimal(f'{value:.15g}'):f}"


class ReturnTarget(Target):
    """The return of a unit and month."""

    code: ClassVar[str] = "month"
    name: ClassVar[Text] = Text("月度报表", "monthly return")
    kind: ClassVar[type[Owned]] = Return
    upload_action: ClassVar[str] = FILL
    confirm_action: ClassVar[str] = FILL
    replaces: ClassVar[bool] = False

    def things(self, person: Person) -> Iterable[Any]:
        """Give the months that are open: what was handed in or approved takes no file."""
        return Return.objects.visible_to(person).filter(state=DRAFT).select_related("unit")[:SHOWN]

    def title(self, thing: Owned) -> Text:
        """Give unit and month."""
        return cast("Return", thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the one table."""
        del thing
        return {SPEC.name: SPEC}

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what stands and what is still to be filled in."""
        del unit
        return {SPEC.name: frame_of(rows_of(cast("Return", thing)))}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the rows that stand."""
        del unit
        said = json.dumps([thing.code, thing.edition, rows_of(cast("Return", thing))], sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Find rows that the unit does not report, other units of measure, and growth that the figures contradict."""
        del upload
        month = cast("Return", thing)
        asked = {(indicator.code, place): indicator for indicator, place in expected(month.unit)}
        ago = earlier(month, year_before(month.month))
        found = list(draft.issues)
        frame = draft.tables.get(SPEC.name)
        for at, row in enumerate(plain_all(frame) if frame is not None else []):
            indicator = asked.get((row["indicator"], row["place"]))
            if indicator is None:
                found.append(
                    Issue("E-MON-03", SPEC.name, at, "indicator", {"value": f"{row['indicator']} {row['place']}"})
                )
                continue
            if row["counted_in"] not in (None, indicator.counted_in):
                values = {"value": row["counted_in"], "unit": indicator.counted_in}
                found.append(Issue("E-MON-04", SPEC.name, at, "counted_in", values))
            if row["quality"] is None and any(row[name] is not None for name in GIVEN):
                found.append(Issue("E-MON-05", SPEC.name, at, "quality", {"value": row["indicator"]}))
            beside = ago.get((row["indicator"], row["place"]), {}) if indicator.measure != pace.RATE else {}
            last = decimal(beside.get("value"))
            value, growth = decimal(_written(row["value"])), decimal(_written(row["growth"]))
            if pace.contradicts(growth, value, last):
                worked_out = pace.growth_of(value, last)
                values = {"value": f"{growth:.1f}", "other": f"{worked_out:.1f}"}
                found.append(Issue("W-MON-01", SPEC.name, at, "growth", values))
        return to_findings(found, draft.origins)

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Put the rows into the draft."""
        filled(person, cast("Return", thing), plain(tables[SPEC.name]), upload.code)
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Give the draft back what stood before, or again what was uploaded."""
        turned(person, cast("Return", thing), upload.code, reason)
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the later upload that stands on this one, or that the month is handed in."""
        month = cast("Return", thing)
        if not month.kept or month.kept[-1]["upload"] != upload.code:
            later = month.kept[-1]["upload"] if month.kept else "—"
            return Text("其后的上传 {u}", "the later upload {u}").format(u=later)
        return None

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give the workbook to fill in: the unit's indicators, with what is asked in yellow."""
        del unit, names
        month = cast("Return", thing)
        frame = frame_of(rows_of(month))
        asked = pd.DataFrame(False, index=frame.index, columns=frame.columns)
        asked[[*GIVEN, "quality"]] = True
        step = Text(f"月度报表：{month.name.zh}。", f"Monthly return: {month.name.en}.")
        return sheets_bytes([SPEC], lang, tables={SPEC.name: frame}, asked={SPEC.name: asked}, steps=[step])


def plain_all(frame: pd.DataFrame) -> list[Row]:
    """Give every row of a table; missing as ``None``."""
    return [
        {str(k): v for k, v in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
