"""Reasons of a selection as frames and tables, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from haihe.figures import Column, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Quality, Text
from haihe.planning.reason_levers import LEVERS
from haihe.planning.reason_words import Names, called, listed, said_change, said_reason
from haihe.planning.reasons import VERDICTS, Reason
from haihe.planning.views import YI

FLAT = (
    "project", "built", "verdict", "loss", "low", "verified", "displaced", "moved", "added", "site", "start", "cause",
    "of", "hint",
)  # fmt: skip
FORCED = Text(
    "损失由强制改选后再选得出，没有重新求解方案的以“损失至少”为准，那是已证明的损失。“约值”按价格计算，只供参考。",
    "The loss comes from choosing again with the project forced; where the plan was not solved again go by “at least”, a "
    "loss that is proved. “Value, about” goes by prices and is only a hint.",
)
ALONE = Text(
    "其他条件不变，每次只调整一项；两侧均重新求解复核。预算也惠及其他项目，所示边界未必是唯一的一个。",
    "One lever at a time, all else as it is; both sides were solved again. A budget serves others, too: its border need not "
    "be the only one.",
)


@dataclass(frozen=True)
class Reasons(InSheets):
    """Reasons of several projects.

    Attributes
    ----------
    reasons : sequence of Reason
    names : mapping of code to Text
        Names of projects, regions, resources and funds.
    source : Text
    quality : Quality
    """

    reasons: Sequence[Reason]
    names: Names
    source: Text
    quality: Quality

    def says(self, project: str) -> list[Text]:
        """The reason of one project and the changes that would alter it."""
        own = [reason for reason in self.reasons if reason.project == project]
        return [text for reason in own for text in said_all(reason, self.names)]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a project: the fields of `Reason` (lists joined by ;) and ``says`` (`Text`); money in 亿元."""
        rows = []
        for reason in self.reasons:
            values = asdict(reason)
            row = {name: ";".join(v) if isinstance(v := values[name], (tuple, list)) else v for name in FLAT}
            rows.append({**row, "says": said_reason(reason, self.names)})
        return pd.DataFrame(rows, columns=[*FLAT, "says"])

    @property
    def changes(self) -> pd.DataFrame:
        """One row a project and lever: the fields of `Change` and ``says`` (`Text`)."""
        names = ["lever", "of", "unit", "now", "most", "below", "at", "held"]
        rows = [
            {"project": reason.project, **asdict(change), "says": said_change(change, reason, self.names)}
            for reason in self.reasons
            for change in reason.changes
        ]
        return pd.DataFrame(rows, columns=["project", *names, "says"])

    @property
    def tables(self) -> Mapping[str, Table]:
        """Reasons and smallest changes, by key."""
        made = (self._reasons(), self._changes())
        return {table.key: table for table in made if len(table)}

    @property
    def _called(self) -> Mapping[object, Text]:
        return {reason.project: called(reason.project, self.names) for reason in self.reasons}

    def _reasons(self) -> Table:
        lists = ["displaced", "moved", "added"]
        frame = self.frame
        for name in lists:
            said = [listed(codes, self.names) if (codes := getattr(r, name)) else None for r in self.reasons]
            frame[name] = pd.Series(said, index=frame.index, dtype=object)
        columns = [
            Column("project", Text("项目", "Project"), labels=self._called),
            Column("verdict", Text("结论", "Verdict"), labels=VERDICTS),
            Column("loss", Text("强制改选的损失", "Loss when forced"), unit=YI, digits=3),
            Column("low", Text("损失至少", "At least"), unit=YI, digits=3),
            Column("hint", Text("约值", "Value, about"), unit=YI, digits=2, signed=True),
            Column("displaced", Text("放弃", "Given up")),
            Column("moved", Text("改址改期", "Moved")),
            Column("added", Text("增补入选", "Built instead")),
            Column("says", Text("原因", "Reason")),
        ]
        return self._table(
            "reasons", Text("项目建与不建的原因", "Why projects are built or not"), frame, columns, FORCED
        )

    def _changes(self) -> Table:
        columns = [
            Column("project", Text("项目", "Project"), labels=self._called),
            Column("lever", Text("可调整项", "Lever"), labels=LEVERS),
            Column("says", Text("改变结果的最小调整", "Smallest change that alters the outcome")),
        ]
        title = Text("改变结果的最小调整", "Smallest changes that alter the outcome")
        return self._table("changes", title, self.changes, columns, ALONE)

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], note: Text) -> Table:
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=(note,))


def said_all(reason: Reason, names: Names) -> list[Text]:
    """The reason and each change found, one line each."""
    found = [said_change(change, reason, names) for change in reason.changes if change.found]
    return [said_reason(reason, names), *found]
