"""Applications come in by workbook: one row each of a firm's own drafts, by the columns that the round's scheme declares."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd

from haihe.messages import Findings, HaiheError, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft
from haihe.region.spec import Column, Kind, TableSpec
from haihe.rules.form import FormColumn
from haihe.workspace.audit.chain import store
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.rounds import applying
from haihe.workspace.rounds.actions import APPLY
from haihe.workspace.rounds.lines import hash_of
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.rules import columns_of
from haihe.workspace.rounds.states import DRAFT, WITHDRAWN
from haihe.workspace.units.models import Owned, Person, Unit

TABLE = "applications"
KINDS: dict[str, Kind] = {"choice": "choice", "flag": "flag", "date": "date"}
"""Kinds of cells by type of field; numbers stay text, which the rules read exactly."""
OWN = (
    Column("row", "code", Text("序号", "row"), Text("本单位自编，不重复", "Your own code of the row, once only."), key=True),
    Column("title", "text", Text("项目名称", "project"), Text("项目全称", "Full name of the project."), required=True),
    Column("articles", "codes", Text("申报条款", "articles"), Text("条款代码，用分号隔开；留空即全部", "Codes joined by ;, empty for all.")),
)  # fmt: skip


def spec_of(round_: Round) -> TableSpec:
    """Give the declaration of the round's table."""
    return TableSpec(
        TABLE,
        Text("申报", "applications"),
        Text("一行一份申报", "One application a row."),
        (*OWN, *(_column(each) for each in columns_of(round_) if each.name not in {own.name for own in OWN})),
        Text("申报批次", "rounds"),
    )


def _column(each: FormColumn) -> Column:
    unit = each.unit
    title = Text(f"{each.title.zh}（{unit.zh}）", f"{each.title.en} ({unit.en})") if unit else each.title
    kind = KINDS.get(each.kind, "text")
    if kind == "choice" and each.declared is not None:
        choices = each.declared.choices
        return Column(each.name, kind, title, each.note, choices=tuple(choices), words=tuple(choices.values()))
    return Column(each.name, kind, title, each.note)


class ApplicationsTarget(Target):
    """The drafts of a firm in a round."""

    code: ClassVar[str] = "applications"
    name: ClassVar[Text] = Text("批次申报", "applications of a round")
    kind: ClassVar[type[Owned]] = Round
    upload_action: ClassVar[str] = APPLY
    confirm_action: ClassVar[str] = APPLY
    replaces: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the round's name."""
        return cast("Round", thing).name

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the firms for which a person may apply."""
        return cast("Round", thing).firms(person)

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the one table."""
        return {TABLE: spec_of(cast("Round", thing))}

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the firm's drafts."""
        round_ = cast("Round", thing)
        spec = spec_of(round_)
        rows = [_row(each, spec) for each in _drafts(round_, unit)]
        frame = pd.DataFrame(rows, columns=spec.names)
        return {TABLE: frame.astype({column.name: dtype_of(column) for column in spec.columns})}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the drafts by their editions."""
        return hash_of([[each.code, each.edition] for each in _drafts(cast("Round", thing), unit)])

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, and every value that the rules cannot read."""
        round_ = cast("Round", thing)
        frame = draft.tables.get(TABLE)
        found = Findings(draft.findings)
        if frame is None or found.errors:
            return found
        for row in frame.to_dict("records"):
            given = _plain(_said(row, spec_of(round_)))
            trial = Application(code=f"row-{row['row']}", round=round_, unit=upload.unit, **given)
            try:
                applying.check(round_, trial)
            except HaiheError as error:
                found.extend(error.findings)
        return found

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Make or change the drafts; rows are found again by the firm's own code."""
        round_ = cast("Round", thing)
        spec = spec_of(round_)
        there = {each.own_code: each for each in _drafts(round_, upload.unit)}
        fresh = []
        for row in tables[TABLE].to_dict("records"):
            given = _said(row, spec)
            each = there.get(str(row["row"]))
            if each is None:
                made = {"upload": upload.code, "before": None, "edition": 1}
                fresh.append((person, upload.unit, given | {"own_code": str(row["row"]), "came": made}))
            elif _plain(given) != _content(each):
                came = {"upload": upload.code, "before": _content(each), "edition": each.edition + 1}
                applying.change(person, each, given | {"came": came}, channel="import")
        applying.new_all(round_, fresh, channel="import")
        return round_.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Take what the upload made out again, and give what it changed its content back; called again, it is redone."""
        for each in _of(thing, upload):
            before, now = each.came["before"], _content(each)
            if before is None:
                each.state = WITHDRAWN if each.state == DRAFT else DRAFT
            else:
                each.title, each.wanted, each.fields = before["title"], before["wanted"], before["fields"]
            each.came = each.came | {"before": None if before is None else now, "edition": each.edition + 1}
            store(person.actor(APPLY, "import"), "undo", each, reason=reason)
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the first application that was changed or handed in since."""
        for each in _of(thing, upload):
            if each.edition != each.came["edition"]:
                return Text("申报“{t}”其后的改动", "later changes of “{t}”").format(t=each.title)
        return None


def _drafts(round_: Round, unit: Unit) -> list[Application]:
    """Give the drafts of a firm that came by workbook, in the order of the firm's own codes."""
    found = Application.objects.filter(round=round_, unit=unit, state=DRAFT).exclude(own_code="")
    return list(found.select_related("unit", "round__rules", "district").order_by("own_code", "pk"))


def _of(thing: Owned, upload: Upload) -> list[Application]:
    found = Application.objects.filter(round__code=thing.code, unit=upload.unit, came__upload=upload.code)
    return list(found.select_related("unit", "round__rules", "district").order_by("pk"))


def _content(each: Application) -> dict[str, Any]:
    return {"title": each.title, "wanted": each.wanted, "fields": each.fields}


def _row(each: Application, spec: TableSpec) -> dict[str, Any]:
    """Give a draft as a row of the table."""
    own = {"row": each.own_code, "title": each.title, "articles": ";".join(each.wanted) or None}
    return {name: own.get(name, each.fields.get(name)) for name in spec.names}


def _said(row: Mapping[Any, Any], spec: TableSpec) -> dict[str, Any]:
    """Give a row as `applying.new` takes it."""
    cells = {str(name): None if pd.isna(value) else value for name, value in row.items()}
    wanted = [part for part in str(cells["articles"] or "").split(";") if part]
    fields = {name: _cell(cells.get(name)) for name in spec.names[len(OWN) :]}
    return {"title": str(cells["title"] or ""), "wanted": wanted, "fields": fields}


def _cell(value: Any) -> Any:
    return value.date() if isinstance(value, pd.Timestamp) else bool(value) if isinstance(value, np.bool_) else value


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: applying.plain(value) for name, value in given["fields"].items()}
    return {**given, "fields": {name: value for name, value in fields.items() if value is not None}}
