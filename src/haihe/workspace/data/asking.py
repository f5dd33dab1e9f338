"""What is asked of whom: the rows of a table that an addressee answers for, and what is known of them already.

Nothing here knows a database: tables in, tables out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from haihe.region.cells import dtype_of
from haihe.region.draft import empty_table
from haihe.region.spec import TableSpec
from haihe.workspace.intake.scope import region_columns

SOURCE = "REQ-"
"""How the codes of sources begin that stand for requests for data."""
EVIDENCE = ("unit", "source", "quality")
"""What travels with every figure."""
FRESH = ("source", "quality", "note")
"""What a figure of an earlier year does not say about this year's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One table that is asked: which columns, and of which year (None where the table has no years)."""

    table: str
    columns: tuple[str, ...]
    year: int | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Asked":
        """Read it from what `plain` gave."""
        return cls(said["table"], tuple(said["columns"]), said.get("year"))

    def plain(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {"table": self.table, "columns": list(self.columns), "year": self.year}


def home_of(spec: TableSpec) -> str | None:
    """Give the column that says whose row it is; None where a row is several regions' or nobody's."""
    homes = region_columns(spec)
    return homes[0] if len(homes) == 1 and spec.column(homes[0]).kind == "code" else None


def can_be_asked(spec: TableSpec) -> tuple[str, ...]:
    """Give the columns that a request may ask for; none where no row of the table belongs to one region."""
    home = home_of(spec)
    return tuple(each.name for each in spec.columns if not each.key and each.name != home) if home else ()


def narrowed(spec: TableSpec, columns: Collection[str]) -> TableSpec:
    """Give the table with its key, what every row needs, where it belongs, and the columns asked."""
    wanted = {*columns, home_of(spec)}
    kept = tuple(each for each in spec.columns if each.key or each.required or each.name in wanted)
    return replace(spec, columns=kept)


def asked_columns(spec: TableSpec, columns: Collection[str]) -> list[str]:
    """Give the columns whose cells are asked: those named, and unit, source and quality of the figures."""
    return [each.name for each in spec.columns if not each.key and each.name in {*columns, *EVIDENCE}]


def shared_out(regions: pd.DataFrame, addressees: Iterable[str]) -> dict[str, set[str]]:
    """Give the regions that each addressee answers for: its own and those below, each with the nearest addressee above.

    Parameters
    ----------
    regions : DataFrame
        Columns ``region`` and ``parent``.
    addressees : iterable of str
        Regions of the addressees.
    """
    shares: dict[str, set[str]] = {each: set() for each in addressees}
    parents = dict(zip(regions["region"], regions["parent"].where(regions["parent"].notna(), None), strict=True))
    for region in parents:
        at, seen = region, set()
        while at is not None and at not in shares and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at in shares:
            shares[at].add(region)
    return shares


def rows_asked(
    spec: TableSpec, frame: pd.DataFrame, main: str, own: Collection[str], all_asked: Collection[str], year: int | None
) -> pd.DataFrame:
    """Give the keys of the rows that one addressee is asked for.

    The rows it has, brought to the year asked; where it has none, the rows that the other addressees have, for its own
    region ``main``.
    """
    home = home_of(spec)
    mine = frame[frame[home].isin(list(own))]
    if home not in spec.key:
        return mine[spec.key].reset_index(drop=True)
    rest = [name for name in spec.key if name not in (home, "year")]
    if mine.empty:
        rows = frame.loc[frame[home].isin(list(all_asked)), rest].drop_duplicates().assign(**{home: main})
    else:
        rows = mine[[home, *rest]].drop_duplicates()
    if not rest and mine.empty:
        rows = pd.DataFrame({home: [main]})
    if "year" in spec.key:
        rows = rows.assign(year=year)
    types = {column.name: dtype_of(column) for column in spec.columns if column.key}
    return rows[spec.key].astype(types).sort_values(spec.key, ignore_index=True)


def known_rows(spec: TableSpec, frame: pd.DataFrame, rows: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """Give the rows asked with what is known of them; of a row that is new, what its last year says of unit and names."""
    narrow = narrowed(spec, columns)
    known = rows.merge(frame[narrow.names], how="left", on=spec.key, indicator="there")
    fresh = known["there"] == "left_only"
    rest = [name for name in spec.key if name != "year"]
    carried = [
        each.name for each in narrow.columns if not each.key and each.name not in columns and each.name not in FRESH
    ]
    if fresh.any() and "year" in spec.key and carried:
        last = frame.sort_values("year", kind="stable").drop_duplicates(rest, keep="last")[[*rest, *carried]]
        earlier = known.loc[fresh, rest].merge(last, how="left", on=rest)
        for name in carried:
            known.loc[fresh, name] = earlier[name].to_numpy()
    types = {column.name: dtype_of(column) for column in narrow.columns}
    return known[narrow.names].astype(types)


def asked_cells(spec: TableSpec, known: pd.DataFrame, asked: Asked, struck: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Give which cells are asked: all of the columns asked but those that were struck.

    Parameters
    ----------
    struck : iterable of tuple
        ``(table, *key, column)`` of every figure that need not be given.
    """
    marks = pd.DataFrame(False, index=known.index, columns=known.columns)
    keys = keys_of(known, spec)
    out = {each[1:] for each in struck if each[0] == asked.table}
    for name in asked.columns:
        marks[name] = [(*key, name) not in out for key in keys]
    any_asked = marks.any(axis=1)
    for name in asked_columns(spec, asked.columns):
        if name not in asked.columns:
            marks[name] = any_asked
    return marks


def keys_of(frame: pd.DataFrame, spec: TableSpec) -> list[tuple[Any, ...]]:
    """Give the key of each row, as JSON would hold it."""
    plain = [[_plain(value) for value in frame[name].tolist()] for name in spec.key]
    return list(zip(*plain, strict=True)) if len(frame) else []


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def frame_or_empty(tables: Mapping[str, pd.DataFrame], spec: TableSpec) -> pd.DataFrame:
    """Give a table, empty where there is none."""
    return tables[spec.name] if spec.name in tables else empty_table(spec)
