"""Answers come in by workbook as everything else does: findings, preview, confirmation, undoing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

import pandas as pd

from haihe.messages import Findings, Lang, Text
from haihe.region.cells import dtype_of
from haihe.region.check import CHECKS
from haihe.region.checks.facts import Facts
from haihe.region.draft import Draft, empty_table
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.data import answers
from haihe.workspace.data.actions import ANSWER
from haihe.workspace.data.merges import with_source
from haihe.workspace.data.requests import Answer
from haihe.workspace.data.versions import meta_of, tables_of
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.units.models import Owned, Person, Unit


class AnswerTarget(Target):
    """A unit's answer to a request for data."""

    code: ClassVar[str] = "answer"
    name: ClassVar[Text] = Text("数据收集的填报", "answer to a request")
    kind: ClassVar[type[Owned]] = Answer
    upload_action: ClassVar[str] = ANSWER
    confirm_action: ClassVar[str] = ANSWER

    def title(self, thing: Owned) -> Text:
        """Give the request's title and the unit."""
        answer = cast("Answer", thing)
        return Text("{title}（{unit}）", "{title} ({unit})").format(title=answer.request.title, unit=answer.unit.name)

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the tables asked, with the columns that travel."""
        return answers.specs_of(cast("Answer", thing))

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give what the answer holds."""
        del unit
        return answers.contents(cast("Answer", thing))

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name what the answer holds."""
        del unit
        return answers.mark_of(cast("Answer", thing))

    def scope(self, thing: Owned, unit: Unit) -> frozenset[str] | None:
        """Give the regions that the addressee answers for."""
        del unit
        return answers.scope_of(cast("Answer", thing))

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, and where the rows do not agree with the dataset that they are for."""
        del upload
        return to_findings([*draft.issues, *_disagreements(cast("Answer", thing), draft)], draft.origins)

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Put the tables into the answer."""
        answers.made_by_upload(person, cast("Answer", thing), tables, upload.code)
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Give the answer back what it held before, or again what was uploaded."""
        answers.undone(person, cast("Answer", thing), upload.code, reason)
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Give the later upload that stands on this one."""
        kept = cast("Answer", thing).kept
        if kept and kept[-1]["upload"] == upload.code:
            return None
        later = kept[-1]["upload"] if kept else "—"
        return Text("其后的上传 {u}", "the later upload {u}").format(u=later)

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give the workbook to fill in."""
        del unit, names
        return answers.workbook(cast("Answer", thing), lang)


def _disagreements(answer: Answer, draft: Draft) -> list[Issue]:
    """Check the rows sent as part of the dataset; what the dataset itself has wrong is not the sender's."""
    version = answer.request.base
    if version is None:
        return []
    there = tables_of(version)
    sent = {name: frame for name, frame in draft.tables.items() if name in TABLES}
    sources = with_source(answer.request, version, sent)
    whole = there | ({"sources": sources} if sources is not None else {})
    whole |= {name: _together(TABLES[name], frame, there.get(name)) for name, frame in sent.items()}
    bad = {name: _bad(TABLES[name], draft.bad[name], whole[name]) for name in sent}
    facts = Facts(
        replace(draft, tables={name: whole[name] for name in TABLES if name in whole}, bad=bad, meta=meta_of(version))
    )
    found = (issue for check in CHECKS for issue in check(facts))
    return [each for each in found if each.table in sent and each.at is not None and each.at < len(sent[each.table])]


def _together(spec: TableSpec, sent: pd.DataFrame, there: pd.DataFrame | None) -> pd.DataFrame:
    """Give the rows sent, with what the dataset says in the columns that do not travel, then its other rows."""
    there = there if there is not None else empty_table(spec)
    silent = [name for name in spec.names if name not in sent]
    once = there.drop_duplicates(spec.key)
    rows = sent.merge(once[[*spec.key, *silent]], how="left", on=spec.key)[spec.names]
    keys = pd.MultiIndex.from_frame(sent[spec.key])
    others = there[~pd.MultiIndex.from_frame(there[spec.key]).isin(keys)]
    types: dict[str, Any] = {column.name: dtype_of(column) for column in spec.columns}
    return pd.concat([rows.astype(types), others], ignore_index=True)


def _bad(spec: TableSpec, bad: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """Give which cells of the rows sent could not be read; all others could."""
    rest = pd.DataFrame(False, index=range(len(whole) - len(bad)), columns=spec.names)
    wide = bad.reindex(columns=spec.names, fill_value=False)
    return pd.concat([wide, rest], ignore_index=True).astype(bool)
