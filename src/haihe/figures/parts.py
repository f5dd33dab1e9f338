"""What several kinds of chart share: axes, legends, series from long tables, words for the description."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures.figure import Figure, Option
from haihe.figures.numbers import is_missing
from haihe.figures.palette import INK, LINE, SOFT
from haihe.figures.table import Column, Table
from haihe.messages import HaiheError, Lang, Quality, Text

GRID: Option = {"left": 12, "right": 28, "top": 46, "bottom": 12, "containLabel": True}
AXIS_LINE: Option = {"lineStyle": {"color": "#8a97a3"}}
AXIS_LABEL: Option = {"color": INK, "fontSize": 12, "hideOverlap": True}
SPLIT_LINE: Option = {"lineStyle": {"color": LINE}}
LEGEND: Option = {"type": "scroll", "top": 4, "left": 8, "itemGap": 18, "textStyle": {"color": INK, "fontSize": 13}}


@dataclass(frozen=True)
class Block:
    """Values of one measure over two keys.

    ``values`` and ``quality`` have one row a series (``groups``) and one column a place on the axis (``places``).
    ``group_words`` is empty where the table has a single series.
    """

    places: list[Any]
    groups: list[Any]
    values: np.ndarray
    quality: np.ndarray
    place_words: list[Text]
    group_words: list[Text]


def numbers(table: Table, key: str) -> np.ndarray:
    """One column as floats, missing as NaN; ``E-FIG-04`` where it holds no numbers."""
    if not table.column(key).numeric:
        raise HaiheError("E-FIG-04", key=table.key, column=key)
    return table.frame[key].to_numpy(dtype=float, na_value=np.nan)


def block(table: Table, place: str, value: str, group: str | None) -> Block:
    """Turn a long table into series over an axis, in the order in which the keys first appear.

    Raises
    ------
    HaiheError
        ``E-FIG-03`` where a combination of the keys stands twice.
    """
    column_of_places = table.column(place)
    place_code, places = _codes(table, place)
    group_code, groups = _codes(table, group) if group else (np.zeros(len(table), dtype=int), [None])
    cell = group_code * len(places) + place_code
    doubled = pd.Series(cell).duplicated().to_numpy()
    if doubled.any():
        at = int(np.flatnonzero(doubled)[0])
        words = [str(table.frame[k].iloc[at]) for k in (group, place) if k]
        raise HaiheError("E-FIG-03", key=table.key, value=" · ".join(words))
    values = np.full(len(groups) * len(places), np.nan)
    quality = np.full(len(groups) * len(places), table.quality, dtype=object)
    values[cell] = numbers(table, value)
    quality[cell] = table.row_quality()
    shape = (len(groups), len(places))
    return Block(
        places,
        groups,
        values.reshape(shape),
        quality.reshape(shape),
        [column_of_places.show(p) for p in places],
        [table.column(group).show(g) for g in groups] if group else [],
    )


def _codes(table: Table, key: str) -> tuple[np.ndarray, list[Any]]:
    """Position of each row's key among the distinct keys, and those keys in order of appearance."""
    table.column(key)
    codes, distinct = pd.factorize(table.frame[key], use_na_sentinel=False)
    return codes, list(distinct)


def is_illustrative(mark: Quality) -> bool:
    """True for marks that are shown hatched or dashed."""
    return mark == "illustrative"


def item(value: float, text: str, **more: Any) -> Option:
    """One mark of a chart: its value (null where missing) and the words the pointer shows for it."""
    return {"value": None if is_missing(value) else float(value), "text": text, **more}


def value_axis(column: Column, name: str | None = None, **more: Any) -> Option:
    """An axis of a column's numbers; ``haihe`` tells ``figures.js`` to write shares as percentages."""
    named = {"name": name, "nameTextStyle": {"color": SOFT, "fontSize": 12}} if name else {}
    share = {"share": column.kind == "share"}
    return {"type": "value", "axisLabel": AXIS_LABEL, "splitLine": SPLIT_LINE, "haihe": share, **named, **more}


def category_axis(words: list[Text], lang: Lang, **more: Any) -> Option:
    """An axis of names."""
    label = {**AXIS_LABEL, **more.pop("axisLabel", {})}
    return {
        "type": "category",
        "data": [word(lang) for word in words],
        "axisLabel": label,
        "axisLine": AXIS_LINE,
        "axisTick": {"show": False},
        **more,
    }


def legend(words: list[Text], lang: Lang) -> Option:
    """A legend of the named series only."""
    return {**LEGEND, "show": bool(words), "data": [word(lang) for word in words]}


EXTREMES = Text(
    "{kind}：{title}。共{n}个数值；最大的是{top}，{high}；最小的是{bottom}，{low}。",
    "{kind}: {title}. Values: {n}; the largest is {top}, {high}; the smallest is {bottom}, {low}.",
)
NO_VALUES = Text("{kind}：{title}。没有数值。", "{kind}: {title}. No values.")


def extremes(kind: Text, table: Table, value: str, keys: list[str], title: Text | None = None) -> Text:
    """Describe a chart by its size, its largest and its smallest value."""
    values, column, title = numbers(table, value), table.column(value), title or table.title
    if not np.isfinite(values).any():
        return NO_VALUES.format(kind=kind, title=title)
    top, bottom = int(np.nanargmax(values)), int(np.nanargmin(values))
    return EXTREMES.format(
        kind=kind,
        title=title,
        n=int(np.isfinite(values).sum()),
        top=_place(table, keys, top),
        high=column.with_unit(values[top]),
        bottom=_place(table, keys, bottom),
        low=column.with_unit(values[bottom]),
    )


def _place(table: Table, keys: list[str], row: int) -> Text:
    """Names of one record's keys."""
    words = [table.column(key).show(table.frame[key].iloc[row]) for key in keys]
    return Text(" · ".join(w.zh for w in words), " · ".join(w.en for w in words))


def pointer_text(column: Column, value: float, group: Text | None, lang: Lang, mark: Quality, band: str = "") -> str:
    """What the pointer shows for one mark: series, value with unit, band, and the quality where it is not official."""
    from_group = "" if group is None else f"{group(lang)}{'：' if lang == 'zh' else ': '}"
    from_mark = "" if mark == "official" else f"  {Column('', Text('', ''), kind='quality').show(mark)(lang)}"
    return f"{from_group}{column.with_unit(value)(lang)}{band}{from_mark}"


def make_figure(
    table: Table,
    option: Any,
    *,
    unit: Text | None,
    description: Text,
    height: int,
    title: Text | None = None,
    key: str | None = None,
    maps: dict[str, Any] | None = None,
) -> Figure:
    """Bind a chart to its table: key, title, source, quality and notes are the table's unless given."""
    return Figure(
        key=key or table.key,
        title=title or table.title,
        option=option,
        description=description,
        table=table,
        unit=unit,
        source=table.source,
        quality=table.mark,
        notes=table.notes,
        height=height,
        maps=maps or {},
    )
