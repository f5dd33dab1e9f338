"""Counts of the workspace as the library's tables and figures: source, quality, state of the record said with each."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from django.utils import timezone

from haihe.figures import Column, Figure, Table, bars
from haihe.figures.quality import worst
from haihe.messages import QUALITIES, Quality, Text
from haihe.workspace.audit import chain

MOST = 15
"""Names along an axis; what is left is added up under one."""
REST = "+"
ITEMS = Text("件", "items")
RECORD = Text(
    "数据状态：截至 {day}，审计记录第 {n} 条；只含本人可查看的内容",
    "state of the data: {day}, record entry {n}; only what the reader may see",
)


def state_of_record(*versions: str) -> Text:
    """Say at which state of the record, and with which data versions, a figure was made."""
    said = RECORD.format(day=f"{timezone.localtime():%Y-%m-%d %H:%M}", n=chain.end().number)
    if not versions:
        return said
    listed = ", ".join(versions)
    return Text(f"{said.zh}；数据版本 {listed}", f"{said.en}; data version {listed}")


def quality_of(marks: Iterable[str]) -> Quality:
    """Give the worst of some marks; what says nothing of itself is an office's own record."""
    return worst(["official", *(mark for mark in set(marks) if mark in QUALITIES)])


def table_of(
    key: str,
    title: Text,
    columns: Sequence[Column],
    rows: Sequence[tuple[object, ...]],
    source: Text,
    quality: Quality,
    notes: Sequence[Text] = (),
    extra: Sequence[str] = (),
    versions: Sequence[str] = (),
) -> Table:
    """Make a table of what the workspace holds; ``extra`` are columns of the rows that are not shown."""
    frame = pd.DataFrame(list(rows), columns=[*(each.key for each in columns), *extra])
    notes = (*notes, state_of_record(*versions))
    return Table(frame, columns, key=key, title=title, source=source, quality=quality, notes=notes)


def counted(
    key: str,
    title: Text,
    counts: Mapping[tuple[str, str], float],
    along: tuple[Text, Mapping[str, Text]],
    series: tuple[Text, Mapping[str, Text]],
    value: Column,
    source: Text,
    quality: Quality,
    notes: Sequence[Text] = (),
    most: int = MOST,
) -> Figure | Table:
    """Draw counts by two things as stacked bars, those with most first.

    Parameters
    ----------
    counts : mapping
        By name along the axis and series; what is not there is counted as none.
    along, series : (Text, mapping of str to Text)
        What each is called, and the words of its codes; series stand in the order of theirs.
    value : Column
        What is counted, with its unit; its key is ``n``.
    most : int
        Names along the axis that are shown by themselves.

    Returns
    -------
    Figure or Table
        The empty table where there is nothing to count.
    """
    whole: dict[str, float] = {}
    for (name, _), count in counts.items():
        whole[name] = whole.get(name, 0) + count
    ordered = sorted(whole, key=lambda name: (-whole[name], name))
    shown = ordered[:most] if len(ordered) > most else ordered
    left = set(ordered) - set(shown)
    used = [code for code in series[1] if any(of == code for _, of in counts)]
    rows: list[tuple[object, ...]] = [
        (name, code, float(counts.get((name, code), 0))) for name in shown for code in used
    ]
    if left:
        rest = [sum(n for (name, of), n in counts.items() if name in left and of == code) for code in used]
        rows += [(REST, code, float(n)) for code, n in zip(used, rest, strict=True)]
    labels = {**along[1], REST: Text(f"其余 {len(left)} 个", f"{len(left)} others")}
    columns = [Column("name", along[0], labels=labels), Column("of", series[0], labels=series[1]), value]
    table = table_of(key, title, columns, rows, source, quality, notes)
    return bars(table, "name", "n", by="of", stacked=True, horizontal=True) if rows else table
