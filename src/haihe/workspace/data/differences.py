"""What differs between two versions of a dataset, and where a row came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.core.cache import cache

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import table_of
from haihe.workspace.frame.shown import number
from haihe.workspace.intake.changes import Changes, changes
from haihe.workspace.units.models import Person

NEW, CHANGED, GONE = "new", "changed", "gone"
WORDS = {NEW: Text("新增", "new"), CHANGED: Text("修改", "changed"), GONE: Text("删除", "gone")}
MARKS = {NEW: "good", CHANGED: "warn", GONE: "bad"}
KEPT_SECONDS = 7 * 24 * 3600
LONGEST = 100
"""Versions looked through for the history of a row."""

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that differs: what became of it, and each cell before and after."""

    what: str
    table: str
    key: tuple[Any, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    cells: tuple[str, ...]

    @property
    def word(self) -> Text:
        """What became of it, in words."""
        return WORDS[self.what]

    @property
    def mark(self) -> str:
        """What became of it, as a mark."""
        return MARKS[self.what]

    @property
    def lines(self) -> list[tuple[Text, Any, Any]]:
        """Name of each cell that differs, with what it was and is."""
        spec = TABLES[self.table]
        old, now = self.before or {}, self.after or {}
        columns = [spec.column(name) for name in self.cells]
        return [(each.title, shown(each, old.get(each.name)), shown(each, now.get(each.name))) for each in columns]


def shown(column: Column, value: Any) -> Any:
    """Give what a cell says to people: choices in words, numbers in groups of thousands, years without."""
    if column.kind == "choice" and value in column.word_of:
        return column.word_of[value]
    return number(value) if column.kind in ("number", "integer") and value is not None else value


def differing(old: Version | None, new: Version | None) -> list[str]:
    """Give the tables whose content differs."""
    was, is_now = (old.tables if old else {}), (new.tables if new else {})
    return [name for name in TABLES if was.get(name, {}).get("sha256") != is_now.get(name, {}).get("sha256")]


def weight(old: Version | None, new: Version | None) -> int:
    """Give the rows of the tables that differ: what a comparison has to read."""
    sides = (old.tables if old else {}), (new.tables if new else {})
    return sum(int(side[name]["rows"]) for side in sides for name in differing(old, new) if name in side)


def between(old: Version | None, new: Version | None, name: str) -> Changes:
    """Give what turns a table of one version into that of another."""
    return changes(table_of(old, name), table_of(new, name), TABLES[name], replace=True)


def counts(old: Version | None, new: Version | None) -> Counts:
    """Give how many rows are new, changed and gone, by table. Versions never change, so it is counted once."""
    if old is not None and new is not None and new.parent_id == old.pk and new.changed is not None:
        return dict(new.changed)
    key = f"haihe-counts-{old.sha256 if old else ''}-{new.sha256 if new else ''}"
    found: Counts | None = cache.get(key)
    if found is None:
        found = {}
        for name in differing(old, new):
            said = between(old, new, name).counts
            found[name] = {what: said[what] for what in (NEW, CHANGED, GONE)}
        cache.set(key, found, KEPT_SECONDS)
    return found


def against_parent(version: Version) -> Text:
    """Say what a version changed."""
    if version.parent is None:
        return Text("首个版本", "the first version")
    return in_words(counts(version.parent, version))


def in_words(said: Counts) -> Text:
    """Say counts in one line; the first tables by name, the rest as a number."""
    if not said:
        return Text("内容相同", "the same content")
    zh, en = [], []
    for name, numbers in list(said.items())[:3]:
        parts = [(WORDS[what], number) for what, number in numbers.items() if number]
        title = TABLES[name].title
        zh.append(f"{title.zh}：" + "、".join(f"{word.zh} {number} 行" for word, number in parts))
        en.append(f"{title.en}: " + ", ".join(f"{number} {word.en}" for word, number in parts))
    if len(said) > 3:
        zh.append(f"另有 {len(said) - 3} 张表")
        en.append(f"{len(said) - 3} more tables")
    return Text("；".join(zh), "; ".join(en))


def rows(old: Version | None, new: Version | None, name: str) -> list[Difference]:
    """Give every row of a table that differs: changed ones first, then new ones, then those that went."""
    said, spec = between(old, new, name), TABLES[name]
    changed = [
        Difference(CHANGED, name, _key(spec, after), before, after, tuple(column for column, on in cells.items() if on))
        for before, after, cells in zip(_plain(said.old), _plain(said.changed), _plain(said.cells), strict=True)
    ]
    others = tuple(column for column in spec.names if column not in spec.key)
    new_rows = [Difference(NEW, name, _key(spec, after), None, after, others) for after in _plain(said.new)]
    gone = [Difference(GONE, name, _key(spec, before), before, None, others) for before in _plain(said.gone)]
    return [*changed, *new_rows, *gone]


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def _key(spec: TableSpec, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in spec.key)


@dataclass(frozen=True, slots=True)
class Step:
    """One version in the life of a row: what became of it there."""

    version: Version
    what: Text
    mark: str
    cells: list[tuple[Text, Any, Any]]
    source: str


def life(person: Person, version: Version, name: str, key: Sequence[str]) -> list[Step]:
    """Give the versions up to this one that made or changed a row, newest first: where its figures come from.

    Parameters
    ----------
    person : Person
        Only versions that they may see are looked through.
    key : sequence of str
        The row's key, each part as text.
    """
    spec = TABLES[name]
    chain: list[Version] = []
    known = {
        other.pk: other
        for other in Version.objects.visible_to(person).filter(dataset=version.dataset_id).select_related("unit")
    }
    at = known.get(version.pk)
    while at is not None and len(chain) < LONGEST:
        chain.append(at)
        at = known.get(at.parent_id)
    steps, row, seen, sha = [], None, {}, None
    for each in reversed(chain):
        now_sha = each.tables.get(name, {}).get("sha256")
        if now_sha == sha:
            continue
        if now_sha not in seen:
            seen[now_sha] = _row(each, spec, key)
        now, sha = seen[now_sha], now_sha
        if now != row:
            steps.append(_step(spec, each, row, now))
        row = now
    return steps[::-1]


def _row(version: Version, spec: TableSpec, key: Sequence[str]) -> dict[str, Any] | None:
    frame = table_of(version, spec.name)
    hits = pd.Series(True, index=frame.index)
    for column, said in zip(spec.key, key, strict=True):
        hits &= frame[column].astype(object).map(str) == said
    found = _plain(frame[hits])
    return found[0] if found else None


def _step(spec: TableSpec, version: Version, before: dict[str, Any] | None, now: dict[str, Any] | None) -> Step:
    what = NEW if before is None else GONE if now is None else CHANGED
    old, new = before or {}, now or {}
    cells = [
        (column.title, shown(column, old.get(column.name)), shown(column, new.get(column.name)))
        for column in spec.columns
        if not column.key and old.get(column.name) != new.get(column.name)
    ]
    return Step(version, WORDS[what], MARKS[what], cells, str(new.get("source") or ""))
