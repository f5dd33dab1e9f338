"""What every diagnosis gives: tables and figures by key, a workbook, and what they rest on."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from haihe.figures import Column, Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Quality, Text, worst_quality
from haihe.region import Region


class Result(InSheets):
    """Base of every result of a diagnosis.

    A result says in `shown` which tables and figures it has; the rest follows. Each `Table` and `Figure` carries
    ``.cite()``: method, data, years and quality in one paragraph.
    """

    @abstractmethod
    def shown(self) -> Iterable[Table | Figure]:
        """Give the tables and figures in the order in which they are read."""

    @cached_property
    def _parts(self) -> tuple[Table | Figure, ...]:
        return tuple(self.shown())

    @property
    def tables(self) -> dict[str, Table]:
        """Every table by key, those of the figures included."""
        tables = (part.table if isinstance(part, Figure) else part for part in self._parts)
        return {table.key: table for table in tables}

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure by key."""
        return {part.key: part for part in self._parts if isinstance(part, Figure)}


@dataclass(frozen=True)
class Basis:
    """What the figures of a result rest on.

    Attributes
    ----------
    source : Text
        Publishers and titles of the data.
    quality : {"official", "estimated", "illustrative"}
        Worst mark of the data.
    years : tuple of int
        Years of the data.
    names : mapping of str to Text
        Names of region and sector codes.
    notes : tuple of Text
        What a reader of any of its tables must know.
    """

    source: Text
    quality: Quality
    years: tuple[int, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()

    def table(
        self,
        key: str,
        title: Text,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        method: Text,
        *notes: Text,
    ) -> Table:
        """Make a table that names its source, mark, method and years."""
        return Table(
            frame,
            columns,
            key=key,
            title=title,
            source=self.source,
            quality=self.quality,
            method=method,
            years=self.years,
            notes=[*notes, *self.notes],
        )

    def name(self, code: str) -> Text:
        """Name of a region or sector; an unnamed code stays as it is."""
        return self.names.get(code, Text(code, code))

    def place(self, key: str = "region", title: Text | None = None) -> Column:
        """A column of region or sector codes, shown by name."""
        titles = {"sector": Text("行业", "Sector")}
        return Column(key, title or titles.get(key, Text("地区", "Region")), labels=self.names)


def between(then: int, now: int, title: Text) -> Text:
    """Put the two years that are compared behind a title."""
    return Text(f"{title.zh}，{then}—{now} 年", f"{title.en}, {then}-{now}")


GIVEN = Basis(Text("调用者提供的数据", "data given by the caller"), "illustrative")
"""Basis of results made from bare frames, whose origin nobody declared."""


def basis_of(region: Region, *tables: str, years: Sequence[int] = ()) -> Basis:
    """Find what results made from some tables of a region rest on.

    Parameters
    ----------
    region : Region
        The region.
    *tables : str
        Names of the tables used, e.g. ``"accounts"``; those that are absent do not count.
    years : sequence of int
        Keep the records of these years where a table has years; all years where none is given.

    Returns
    -------
    Basis
        The source names every publisher behind the records used; without a source the region itself is named.
    """
    codes: list[str] = []
    marks: set[str] = set()
    for name in (name for name in tables if region.has(name)):
        frame = region[name]
        if years and "year" in frame:
            frame = frame[frame["year"].isin(list(years))]
        codes += list(frame["source"].dropna().unique()) if "source" in frame else []
        marks |= set(frame["quality"].dropna()) if "quality" in frame else set()
    return Basis(
        source_line(region, list(dict.fromkeys(codes))),
        worst_quality(marks) or "illustrative",
        tuple(sorted(years)),
        names_of(region),
    )


def names_of(region: Region) -> dict[str, Text]:
    """Names of regions and sectors by code; regions come first where a code stands for both."""
    found: dict[str, Text] = {}
    for table, key in (("sectors", "sector"), ("regions", "region")):
        rows = region[table][[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
        found |= {code: Text(zh, en) for code, zh, en in rows}
    return found


def source_line(region: Region, codes: Sequence[str]) -> Text:
    """Publishers and titles of some sources, in the order of the table of sources."""
    if not codes or not region.has("sources"):
        return region.meta.title
    about = region["sources"]
    about = about[about["source"].isin(codes)]
    zh = [f"{who}《{what}》" for who, what in zip(about["publisher_zh"], about["title_zh"], strict=True)]
    en = [f"{who}: {what}" for who, what in zip(about["publisher_en"], about["title_en"], strict=True)]
    return Text("；".join(zh), "; ".join(en))
