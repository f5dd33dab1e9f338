"""Lists that come in row by row: each row is one object, made and changed by the services that the pages use.

What is wrong with a row is what those services say when they are tried, in a transaction that is taken back. What stood
before an upload is kept on it, so that the upload can be undone and done again.
"""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, cast

import pandas as pd
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models, transaction
from django.db.models import QuerySet

from haihe.messages import Findings, HaiheError, Lang, Text
from haihe.region.cells import dtype_of
from haihe.region.draft import Draft
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import TableSpec, code, text
from haihe.region.template import sheets_bytes
from haihe.workspace.audit.chain import record
from haihe.workspace.intake.models import CONFIRMED, Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.units.models import Owned, Person, Unit

Row = dict[str, Any]
CODE = code(
    "code", "代码", "code", ("字母、数字、- 与 _；定了不可再改", "Letters, digits, - and _; it stays."), key=True
)
NAMES = (
    text("name_zh", "中文名", "name in Chinese", ("名称", "Its name."), required=True),
    text("name_en", "英文名", "name in English", ("可空", "May be empty.")),
)
MOST_ROWS = 2000
"""Rows that one workbook may change: each is tried and put while others wait for the database."""
NAMED = 5
"""Rows that are named where an upload cannot be undone."""


def typed(spec: TableSpec, rows: list[Row]) -> pd.DataFrame:
    """Give rows as a table typed as its declaration says."""
    types: dict[str, Any] = {column.name: dtype_of(column) for column in spec.columns}
    return pd.DataFrame([[row.get(name) for name in spec.names] for row in rows], columns=spec.names).astype(types)


def plain(frame: pd.DataFrame) -> list[Row]:
    """Give a typed table as rows that JSON keeps; missing as ``None``."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): cell.item() if hasattr(cell, "item") else cell for name, cell in row.items()} for row in rows]


def codes_of(said: str | None) -> list[str]:
    """Give the codes that a cell joins by ``;``."""
    return [each for each in (said or "").split(";") if each]


def those_named(said: str | None, among: "QuerySet[Any]", column: str, by: str = "code") -> list[Any]:
    """Give the objects of a cell's codes; ``E-INT-11`` for one that is not among those that may stand there."""
    wanted = codes_of(said)
    found = {getattr(each, by): each for each in among.filter(**{f"{by}__in": wanted})}
    for each in wanted:
        if each not in found:
            raise HaiheError("E-INT-11", column=column, value=each)
    return [found[each] for each in wanted]


def one_named(said: str | None, among: "QuerySet[Any]", column: str, by: str = "code") -> Any:
    """Give the object of a cell's code; nothing for an empty cell, ``E-INT-11`` as `those_named`."""
    found = those_named(said, among, column, by)
    return found[0] if found else None


def day_of(said: str | None) -> date | None:
    """Give the day of a cell."""
    return date.fromisoformat(said) if said else None


class RowsTarget(Target):
    """A list of objects, a row each, under one key.

    ``model`` is the kind of the objects; ``table`` declares their rows, its key one column; ``takes_new`` says whether a
    workbook may bring rows that are not there.
    """

    model: ClassVar[type[Owned]]
    table: ClassVar[TableSpec]
    takes_new: ClassVar[bool] = True
    replaces: ClassVar[bool] = False

    def spec(self, thing: Owned) -> TableSpec:
        """Give the one table; where its columns depend on the thing, say so here in place of ``table``."""
        del thing
        return self.table

    @abstractmethod
    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the objects that the unit's workbook holds, each with its key, in the order of the list."""

    @abstractmethod
    def row(self, each: Any) -> Row:
        """Give an object as a row."""

    @abstractmethod
    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Make what a row says (``each`` is ``None``) or change it so, by the room's services; gives the object."""

    def take_out(self, person: Person, each: Any, reason: str) -> None:
        """Take away what an upload had made."""
        record(person.actor(self.confirm_action, "import"), "delete", each.kind(), each.code,
               before=each.snapshot(), reason=reason)  # fmt: skip
        each.delete()

    def used(self, each: Any) -> bool:
        """Whether something stands on an object, so that it cannot be taken away."""
        return any(
            field.related_model._base_manager.filter(**{field.field.name: each}).exists()
            for field in each._meta.get_fields(include_hidden=True)
            if isinstance(field, models.ManyToOneRel) and not field.related_model._meta.auto_created
        )

    def agree(self, thing: Owned, unit: Unit) -> None:
        """Raise where rows that were all put do not agree with each other; by default each stands for itself."""
        del thing, unit

    def offered(self, thing: Owned) -> Mapping[str, Iterable[str]]:
        """Give codes that the template offers for columns that refer to another table, by ``table.column``."""
        del thing
        return {}

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the one table."""
        spec = self.spec(thing)
        return {spec.name: spec}

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the objects as rows."""
        spec = self.spec(thing)
        return {spec.name: typed(spec, [self.row(each) for _, each in self.there(thing, unit)])}

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the objects by their editions."""
        said = json.dumps(sorted((key, each.edition) for key, each in self.there(thing, unit)))
        return hashlib.sha256(said.encode()).hexdigest()

    def template(self, thing: Owned, unit: Unit, lang: Lang, names: list[str]) -> bytes:
        """Give the rows as they stand, to be changed and added to."""
        del names
        return sheets_bytes([self.spec(thing)], lang, tables=self.current(thing, unit), lists=self.offered(thing))

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, and what the room's services refuse."""
        found, spec = list(draft.issues), self.spec(thing)
        if spec.name in draft.tables and not draft.findings.errors:
            found += self._tried(thing, upload, spec, draft.tables[spec.name])
        return to_findings(found, draft.origins)

    def _tried(self, thing: Owned, upload: Upload, spec: TableSpec, frame: pd.DataFrame) -> list[Issue]:
        """Try every row that differs, and take it all back."""
        person = Person.objects.get(username=upload.created_by)
        found: list[Issue] = []
        if len(frame) > MOST_ROWS and len(self._changed(thing, upload.unit, frame)) > MOST_ROWS:
            return [Issue("E-INT-14", spec.name, values={"count": len(frame), "most": MOST_ROWS})]
        with transaction.atomic():
            fresh = type(thing)._default_manager.get(pk=thing.pk)
            there, stood = dict(self.there(fresh, upload.unit)), self._stood(fresh, upload.unit)
            for at, row in enumerate(plain(frame)):
                key = str(row[spec.key[0]])
                if stood.get(key) == row:
                    continue
                long = list(self._long(spec, row, at))
                found += long or self._tried_row(person, fresh, there.get(key), row, at, spec)
            if not found:
                found += _said(lambda: self.agree(fresh, upload.unit), spec, None)
            transaction.set_rollback(True)
        return found

    def _changed(self, thing: Owned, unit: Unit, frame: pd.DataFrame) -> list[Row]:
        """Give the rows that differ from what stands."""
        key, stood = self.spec(thing).key[0], self._stood(thing, unit)
        return [row for row in plain(frame) if stood.get(str(row[key])) != row]

    def _tried_row(
        self, person: Person, thing: Owned, each: Owned | None, row: Row, at: int, spec: TableSpec
    ) -> list[Issue]:
        if each is None and not self.takes_new:
            return [Issue("E-INT-12", spec.name, at, spec.key[0], {"value": row[spec.key[0]]})]

        def put() -> None:
            with transaction.atomic():
                self.put(person, thing, each, row)

        try:
            return _said(put, spec, at)
        except PermissionDenied:
            return [Issue("E-INT-13", spec.name, at, spec.key[0], {"value": row[spec.key[0]]})]

    def _long(self, spec: TableSpec, row: Row, at: int) -> Iterator[Issue]:
        """Give the cells that are longer than what is kept of them."""
        for name, cell in row.items():
            try:
                most = getattr(self.model._meta.get_field(name), "max_length", None)
            except FieldDoesNotExist:
                continue
            if most and isinstance(cell, str) and len(cell) > most:
                yield Issue("E-INT-10", spec.name, at, name, {"count": len(cell), "most": most})

    def _stood(self, thing: Owned, unit: Unit) -> dict[str, Row]:
        """Give the rows as they stand, by key, in the form in which workbooks are read."""
        spec = self.spec(thing)
        return {str(row[spec.key[0]]): row for row in plain(self.current(thing, unit)[spec.name])}

    def apply(self, person: Person, thing: Owned, tables: Mapping[str, pd.DataFrame], upload: Upload) -> str:
        """Make and change what differs; what stood before is kept."""
        spec = self.spec(thing)
        there, stood = dict(self.there(thing, upload.unit)), self._stood(thing, upload.unit)
        kept = []
        for row in plain(tables[spec.name]):
            key = str(row[spec.key[0]])
            if stood.get(key) == row:
                continue
            made = self.put(person, thing, there.get(key), row)
            kept.append({"key": key, "before": stood.get(key), "after": row, "edition": made.edition})
        self.agree(thing, upload.unit)
        upload.kept = kept
        return thing.code

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Give every row back what it said before, and take away what was new; called again, do it all again."""
        there = dict(self.there(thing, upload.unit))
        for entry in reversed(upload.kept) if upload.state == CONFIRMED else upload.kept:
            said, each = entry[_turn(upload)], there.get(entry["key"])
            if said is None:
                self.take_out(person, each, reason)
                entry["edition"] = None
            else:
                entry["edition"] = self.put(person, thing, each, said).edition
        self.agree(thing, upload.unit)
        return thing.code

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Name the rows that were changed since, and the new ones on which something stands."""
        there = dict(self.there(thing, upload.unit))
        later = [
            entry["key"]
            for entry in upload.kept
            if (there[entry["key"]].edition if entry["key"] in there else None) != entry["edition"]
            or (entry[_turn(upload)] is None and self.used(there[entry["key"]]))
        ]
        return Text("、".join(later[:NAMED]), ", ".join(later[:NAMED])) if later else None


class OfficeTarget(RowsTarget):
    """A list that an office keeps: sent in for the office itself."""

    kind: ClassVar[Any] = Unit

    def title(self, thing: Owned) -> Text:
        """Give the office and the list."""
        name = office(thing).name
        return Text(f"{name.zh}：{self.name.zh}", f"{name.en}: {self.name.en}")

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the office, where the person keeps the list there."""
        unit = office(thing)
        return [unit] if person.may(self.upload_action, unit) else []

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the office's own objects by code."""
        del unit
        kept = self.model._default_manager.filter(unit=office(thing)).select_related("unit").order_by("code")
        return [(each.code, each) for each in kept]

    def things(self, person: Person) -> Iterable[Any]:
        """Give the offices in which a person holds a post that keeps the list."""
        posts = (post.unit for post in person.held())
        return {unit.pk: unit for unit in posts if person.may(self.upload_action, unit)}.values()


def office(thing: Any) -> Unit:
    """Give the office that an office's list is sent in for."""
    return cast("Unit", thing)


def _turn(upload: Upload) -> str:
    """Say which side of a kept row is put next: what stood before, or again what came."""
    return "before" if upload.state == CONFIRMED else "after"


def _said(do: Any, spec: TableSpec, at: int | None) -> list[Issue]:
    """Do something; give what it raised as issues of a row."""
    try:
        do()
    except HaiheError as error:
        return [
            Issue(each.code, spec.name, at, each.column if each.column in spec.names else None, each.values)
            for each in error.findings
        ]
    return []
