"""The monthly indicators of an office come in by workbook: what is counted, for which places, by whom."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec, codes, flag, note, number, text
from haihe.workspace.intake.rows_target import CODE, NAMES, OfficeTarget, Row, codes_of, office, those_named
from haihe.workspace.months import returns
from haihe.workspace.months.actions import KEEP
from haihe.workspace.months.models import MEASURES, PACES, SCOPES, SENSES, Indicator
from haihe.workspace.units.models import Owned, Person


def _choice(name: str, zh: str, en: str, named: Mapping[str, Text]) -> Column:
    words = tuple(named.values())
    return Column(name, "choice", Text(zh, en), Text("从中选一", "One of these."), choices=tuple(named), words=words,
                  default=next(iter(named)))  # fmt: skip


SPEC = TableSpec(
    "indicators",
    Text("月度指标表", "monthly indicators"),
    Text("一行一个指标", "One indicator a row."),
    (
        CODE,
        *NAMES,
        text("counted_in", "计量单位", "counted in", ("如亿元、%", "For example 亿元, %."), required=True),
        _choice("sense", "方向", "sense", SENSES),
        _choice("measure", "口径", "measure", MEASURES),
        _choice("scope", "范围", "scope", SCOPES),
        codes("places", "地区、链或行业", "places", ("留空则为填报单位自己的地区或产业链", "Empty: the reporting unit's own.")),
        _choice("pace", "进度", "pace", PACES),
        number("slack", "黄灯容许差距", "missing for yellow", ("占应达数的百分比", "Of what is due."), "%", minimum=0,
               maximum=9999, default=5.0),
        codes("reporters", "填报单位", "reporters", ("单位代码", "Codes of units.")),
        flag("active", "启用", "in use", ("停用的指标不再填报", "One that is not in use is not reported."), default=True),
        note(),
    ),
    Text("月度运行", "monthly operation"),
)  # fmt: skip
SAME = ("name_zh", "name_en", "counted_in", "sense", "measure", "scope", "pace", "note")
"""Columns that are fields of an indicator, as they are."""


class IndicatorsTarget(OfficeTarget):
    """The indicators that an office keeps."""

    code: ClassVar[str] = "indicators"
    name: ClassVar[Text] = Text("月度指标表", "monthly indicators")
    model: ClassVar[type[Owned]] = Indicator
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP

    def row(self, each: Any) -> Row:
        """Give an indicator as a row."""
        said = {name: getattr(each, name) or None for name in SAME}
        places, slack = ";".join(codes_of(each.places)) or None, float(each.slack)
        return said | {
            "code": each.code,
            "places": places,
            "slack": slack,
            "reporters": ";".join(each.reporting) or None,
            "active": each.active,
        }

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Make or change an indicator; its reporters are offices of the person's reach."""
        fields: dict[str, Any] = {name: row[name] or "" for name in SAME}
        fields |= {"places": row["places"] or "", "slack": Decimal(str(row["slack"])), "active": row["active"]}
        reporters = those_named(row["reporters"], person.units(KEEP).exclude(kind_of="firm"), "reporters")
        if each is None:
            return returns.make_indicator(person, office(thing), row["code"], fields, reporters, channel="import")
        returns.change_indicator(person, each, fields, reporters, channel="import")
        return each  # type: ignore[no-any-return]
