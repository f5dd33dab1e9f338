"""Performance targets come in by workbook: one row each, by award and key, for a whole round."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, cast

import pandas as pd

from haihe.messages import Findings, HaiheError, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft
from haihe.region.spec import Column, TableSpec, code, number, text
from haihe.workspace.audit.chain import store
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.rounds import acceptance
from haihe.workspace.rounds.actions import KEEP
from haihe.workspace.rounds.ledger_models import SENSES, Goal
from haihe.workspace.rounds.lines import hash_of
from haihe.workspace.rounds.models import Award, Round
from haihe.workspace.units.models import Owned, Person, Unit

TABLE = "performance"
FIELDS = ("name_zh", "name_en", "sense", "value", "counted_in", "year", "note")
SPEC = TableSpec(
    TABLE,
    Text("项目绩效目标表", "performance targets"),
    Text("一行一项绩效目标", "One performance target a row."),
    (
        code("award", "立项编号", "award", ("立项页面上的编号", "Code on the award's page."), key=True),
        code("key", "指标编号", "key", ("项目内不重复", "Once within the award."), key=True),
        text("name_zh", "绩效指标", "name in Chinese", ("指标名称", "Name of the target."), required=True),
        text("name_en", "英文名称", "name in English", ("可空", "May be empty.")),
        Column("sense", "choice", Text("方向", "sense"), Text("不低于或不高于目标值", "At least or at most the value."),
               default="at_least", choices=tuple(SENSES), words=tuple(SENSES.values())),
        number("value", "目标值", "value", ("大于零", "Above zero."), "@counted_in", required=True, above=0),
        text("counted_in", "计量单位", "unit of measure", ("如万元、吨标准煤", "For example 10,000 yuan."), required=True),
        Column("year", "year", Text("完成年度", "by the year"), Text("在该年度内完成", "Reached within this year."), required=True),
        text("note", "备注", "note", ("可空", "May be empty.")),
    ),
    Text("绩效验收", "acceptance"),
)  # fmt: skip


class PerformanceTarget(Target):
    """The performance targets of a round's awards."""

    code: ClassVar[str] = "performance"
    name: ClassVar[Text] = Text("项目绩效目标表", "performance targets of a round")
    kind: ClassVar[type[Owned]] = Round
    upload_action: ClassVar[str] = KEEP
    confirm_action: ClassVar[str] = KEEP
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the round's name."""
        return cast("Round", thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the one table."""
        del thing
        return {TABLE: SPEC}

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the targets that stand."""
        del unit
        rows = [{"award": each.award.code, "key": each.key, **_said(each)} for each in _goals(thing)]
        for row in rows:
            row |= {"value": float(row["value"]), "name_en": row["name_en"] or None, "note": row["note"] or None}
        frame = pd.DataFrame(rows, columns=SPEC.names)
        return {TABLE: frame.astype({column.name: dtype_of(column) for column in SPEC.columns})}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the targets by their editions."""
        del unit
        return hash_of([[each.code, each.edition] for each in _goals(thing)])

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, awards that are not of the round, and targets that are locked."""
        del upload
        found, frame = Findings(draft.findings), draft.tables.get(TABLE)
        if frame is None or found.errors:
            return found
        awards = _awards(thing)
        for given in sorted(set(frame["award"].astype(str))):
            try:
                if given not in awards:
                    raise HaiheError("E-RND-63", column="award", value=given)
                acceptance.goals_open(awards[given])
            except HaiheError as error:
                found.extend(error.findings)
        return found

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Set or change the targets that differ."""
        awards = _awards(thing)
        there = {(each.award.code, each.key): each for each in _goals(thing)}
        for row in tables[TABLE].to_dict("records"):
            each = there.get((str(row["award"]), str(row["key"])))
            given: dict[str, Any] = {name: None if pd.isna(row[name]) else row[name] for name in FIELDS}
            given |= {name: given[name] or "" for name in ("name_en", "note")}
            given |= {"value": Decimal(str(given["value"])), "year": int(given["year"])}
            if each is not None and _said(each) == given:
                continue
            before = None if each is None else _plain(_said(each))
            came = {"upload": upload.code, "before": before, "edition": 1 if each is None else each.edition + 1}
            award = awards[str(row["award"])]
            acceptance.set_goal(
                person, award, str(row["key"]), given | {"came": came, "dropped": False}, channel="import"
            )
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Take new targets out and give changed ones their old content back; called again, it is redone."""
        for each in _of(thing, upload):
            acceptance.goals_open(each.award)
            before, now = each.came["before"], _plain(_said(each))
            if before is None:
                each.dropped = not each.dropped
            else:
                for name in FIELDS:
                    setattr(each, name, Decimal(before[name]) if name == "value" else before[name])
            each.came = each.came | {"before": None if before is None else now, "edition": each.edition + 1}
            store(person.actor(KEEP, "import"), "undo", each, reason=reason)
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the first target that was changed since."""
        for each in _of(thing, upload):
            if each.edition != each.came["edition"]:
                return Text("绩效目标“{t}”其后的改动", "later changes of the target “{t}”").format(t=each.name)
        return None


def _awards(thing: Owned) -> dict[str, Award]:
    return {each.code: each for each in Award.objects.filter(round__code=thing.code).select_related("unit", "round")}


def _goals(thing: Owned) -> list[Goal]:
    query = Goal.objects.filter(award__round__code=thing.code, dropped=False)
    return list(query.select_related("unit", "award").order_by("award__code", "key"))


def _of(thing: Owned, upload: Upload) -> list[Goal]:
    query = Goal.objects.filter(award__round__code=thing.code, came__upload=upload.code)
    return list(query.select_related("unit", "award").order_by("pk"))


def _said(each: Goal) -> dict[str, Any]:
    return {name: getattr(each, name) for name in FIELDS}


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name == "value" else value for name, value in said.items()}
