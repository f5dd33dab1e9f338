"""The pack of a meeting: agenda, decisions, changes since the last meeting, open problems and overdue duties.

The same grids are the printed page, the Word document and nothing else: what a person does not see is in none of them.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from django.utils import timezone

from haihe.figures import Column, Table
from haihe.figures.word import Word
from haihe.messages import Lang, Text
from haihe.workspace.frame import wording
from haihe.workspace.meetings import agenda, changes
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.problems.agenda import CHANGES, SOURCES
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.states import OPEN
from haihe.workspace.problems.suggestions import PROBLEMS
from haihe.workspace.units.models import Person, Unit

MISSING = Text("—", "—")
A_KIND = 15
"""Changes of one kind that are named; the others are counted, so that many of one kind hide no other."""
MORE = Text("另有 {n} 项", "{n} more")
LONG = 200
"""Rows of a grid; the lists in the workspace have all."""
DRAFT_MARK = Text("草案（纪要未经审批）", "DRAFT (minutes not approved)")
APPROVED_MARK = Text("已审批", "APPROVED")
SOURCE = Text("本单位工作区记录", "Records of the workspace")
NO_ITEM = Text("议程尚无议题。", "Nothing stands on the agenda yet.")
NO_DECISION = Text("尚无记录。", "Nothing is minuted yet.")
NO_CHANGE = Text("自上次会议以来没有变动。", "Nothing changed since the last meeting.")
FIRST = Text(
    "这是首次会议，没有可比的上次会议。", "This is the first meeting; there is none before it to compare with."
)
NONE = Text("没有。", "None.")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the pack: key, title, heads, rows, and what is said where it has none."""

    key: str
    title: Text
    heads: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    empty: Text = NONE

    def table(self) -> Table:
        """Give it as a table of the library."""
        names = [f"c{at}" for at in range(len(self.heads))]
        frame = pd.DataFrame([list(row) for row in self.rows], columns=names, dtype=object)
        columns = [Column(name, head) for name, head in zip(names, self.heads, strict=True)]
        return Table(frame, columns, key=self.key, title=self.title, source=SOURCE, quality=None)


@dataclass(frozen=True, slots=True)
class Pack:
    """What the pack of a meeting says to one person."""

    meeting: Meeting
    facts: Sequence[tuple[Text, Text]]
    grids: Sequence[Grid]

    @property
    def mark(self) -> Text:
        """Draft or approved."""
        return DRAFT_MARK if self.meeting.draft else APPROVED_MARK

    @property
    def line(self) -> Text:
        """What stands on every printed page: day, data version, mark."""
        version = self.meeting.version or "—"
        words = Text("{day} · 数据版本 {v} · {m}", "{day} · data version {v} · {m}")
        return words.format(day=self.meeting.day.isoformat(), v=version, m=self.mark)


def pack_of(person: Person, meeting: Meeting) -> Pack:
    """Give the pack of a meeting as a person sees it."""
    before = agenda.previous(person, meeting)
    last = before.day if before else None
    there = agenda.items_of(meeting)
    grids = [
        _agenda(there),
        _decisions(there),
        _changes(person, last),
        _problems(person),
        *_sources(person, meeting, last),
    ]
    return Pack(meeting, _facts(meeting, last), grids)


def _facts(meeting: Meeting, last: date | None) -> list[tuple[Text, Text]]:
    invited = list(meeting.invited.order_by("path"))
    return [
        (Text("日期", "Day"), _day(meeting.day)),
        (Text("地点", "Place"), _same(meeting.place)),
        (Text("召集单位", "Called by"), meeting.unit.name),
        (Text("参会单位", "Invited"), _units(invited)),
        (Text("数据版本", "Data version"), _same(meeting.version)),
        (Text("上次会议", "Last meeting"), _day(last)),
        (Text("状态", "State"), meeting.state_name),
    ]


def _agenda(items: list[Item]) -> Grid:
    heads = [
        Text("序号", "No."),
        Text("议题", "Item"),
        Text("缘由", "Why now"),
        Text("汇报单位", "Presented by"),
        Text("请会议决定", "Decision wanted"),
    ]
    rows = [
        [_same(str(at)), item.name, _said(item.why), _unit(item.presents), _same(item.wanted)]
        for at, item in enumerate(items, 1)
    ]
    return Grid("agenda", Text("议程", "Agenda"), heads, rows, NO_ITEM)


def _decisions(items: list[Item]) -> Grid:
    heads = [
        Text("议题", "Item"),
        Text("会议记录", "Minutes"),
        Text("决定", "Decision"),
        Text("责任单位", "Owner"),
        Text("期限", "Due"),
        Text("交办职责", "Duty"),
    ]
    rows = [
        [item.name, _same(item.minutes), _same(item.decision), _unit(item.owner), _day(item.due), _same(item.duty)]
        for item in items
        if item.minutes or item.decision
    ]
    return Grid("decisions", Text("会议记录与决定", "Minutes and decisions"), heads, rows, NO_DECISION)


def _changes(person: Person, last: date | None) -> Grid:
    heads = [
        Text("类型", "Kind"),
        Text("对象", "What"),
        Text("变动", "What was done"),
        Text("最近办理", "Last by"),
        Text("时间", "When"),
    ]
    of_kind: dict[Text, list[changes.Change]] = {wording.kind(code): [] for code in CHANGES}
    for each in changes.since(person, last):
        of_kind[each.kind].append(each)
    rows = [row for kind, found in of_kind.items() for row in _changed(kind, found)]
    title = Text("自上次会议以来的变动", "Changes since the last meeting")
    return Grid("changes", title, heads, rows, FIRST if last is None else NO_CHANGE)


def _changed(kind: Text, found: list[changes.Change]) -> list[list[Text]]:
    """Give the rows of one kind: the last changes, and how many more there are."""
    rows = [[kind, each.name, each.done, each.by, _moment(each.at)] for each in found[:A_KIND]]
    if len(found) > A_KIND:
        rows.append([kind, MORE.format(n=len(found) - A_KIND), MISSING, MISSING, MISSING])
    return rows


def _problems(person: Person) -> Grid:
    heads = [
        Text("编号", "Number"),
        Text("重大问题", "Problem"),
        Text("程度", "Severity"),
        Text("状态", "State"),
        Text("责任单位", "Owner"),
        Text("期限", "Due"),
        Text("数据", "Facts"),
    ]
    there = Problem.objects.visible_to(person).filter(state__in=OPEN).select_related("owner").order_by("due", "raised")
    rows = [
        [
            _same(each.code),
            each.name,
            each.severity_name,
            _late(each.state_name) if each.overdue() else each.state_name,
            _unit(each.owner),
            _day(each.due),
            Text("示例", "illustrative") if each.illustrative else MISSING,
        ]
        for each in there[:LONG]
    ]
    return Grid("problems", Text("在办重大问题", "Open problems"), heads, rows)


def _sources(person: Person, meeting: Meeting, last: date | None) -> list[Grid]:
    """Give what the other rooms suggest, a grid for each: overdue duties, lights of the month, changes of chains."""
    heads = [Text("事项", "What"), Text("缘由", "Why"), Text("单位", "Office")]
    grids = []
    for source in SOURCES:
        if source.code != PROBLEMS:
            found = list(source.find(person, meeting.unit, last))[:LONG]
            rows = [[each.title, each.why, _unit(each.unit)] for each in found]
            grids.append(Grid(f"source-{source.code}", source.name, heads, rows))
    return grids


def word(pack: Pack, lang: Lang) -> bytes:
    """Give the pack as a Word document; ``E-WORLD-03`` without the package python-docx."""
    meeting = pack.meeting
    document = Word(meeting.name, lang)
    document.heading(meeting.name, 0)
    document.paragraph(pack.line, strong=True)
    if meeting.illustrative:
        document.paragraph(Text("示例数据，并非实际会议。", "Illustrative data; no real meeting."), strong=True)
    for name, value in pack.facts:
        document.paragraph(Text(f"{name.zh}：{value.zh}", f"{name.en}: {value.en}"), small=True)
    for grid in pack.grids:
        if grid.rows:
            document.table(grid.table(), level=1)
        else:
            document.heading(grid.title, 1)
            document.paragraph(grid.empty)
    with tempfile.TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / "pack.docx"
        document.save(path)
        return path.read_bytes()


def _same(words: str) -> Text:
    return Text(words, words) if words else MISSING


def _said(words: Text) -> Text:
    return words if words.zh else MISSING


def _day(day: date | None) -> Text:
    return _same(day.isoformat()) if day else MISSING


def _moment(at: datetime) -> Text:
    return _same(timezone.localtime(at).strftime("%Y-%m-%d %H:%M"))


def _unit(unit: Unit | None) -> Text:
    return unit.name if unit else MISSING


def _units(units: Sequence[Unit]) -> Text:
    names = [unit.name for unit in units]
    return Text("、".join(each.zh for each in names), ", ".join(each.en for each in names)) if names else MISSING


def _late(state: Text) -> Text:
    return Text(f"{state.zh}（逾期）", f"{state.en} (overdue)")
