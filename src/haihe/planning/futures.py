"""What may come: futures of a region, from its scenarios, from a sweep over cells, or drawn from what nobody knows."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from haihe.messages import HaiheError, Text
from haihe.planning.drawing import Dimension, Method, dimensions_of, drawn_region, places
from haihe.planning.scenarios import Edit, edit_of, scenario, scenarios_of, title_of
from haihe.region import TABLES, Region
from haihe.region.nearest import suggest

AS_IS = "as-is"
"""Names the tables as they stand, without any scenario."""
DRAWN, SET = "drawn:", "set:"
"""What stands before the name of a column that says what was drawn (a place from 0 to 1), or set (a value)."""
Given = Sequence[str] | Mapping[str, str | Sequence[object]]
Sweep = Mapping[str, Sequence[object]]


@dataclass(frozen=True)
class Future:
    """One future: a region with some cells changed, or with parameters at a place between their low and high.

    Attributes
    ----------
    name : str
        Name among the futures of one ensemble.
    title : Text
    edits : tuple of Edit
    place : tuple of float
        Place of every dimension that is drawn; empty where none is.
    told : mapping of str to float
        What it is made of, as columns of a table: ``drawn:<what>`` and ``set:<cell>``.
    """

    name: str
    title: Text
    edits: tuple[Edit, ...] = ()
    place: tuple[float, ...] = ()
    told: Mapping[str, float] = field(default_factory=dict)

    @property
    def ident(self) -> str:
        """Name with a mark of what it changes: the same only where the future is the same."""
        parts = [(e.table, e.key, e.column, str(e.value)) for e in self.edits]
        text = json.dumps([parts, list(self.place)], ensure_ascii=False)
        return f"{self.name}#{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def region(self, region: Region, dimensions: Sequence[Dimension] = ()) -> tuple[Region, set[str]]:
        """Put the future into force: the changed region, and the tables that it changes.

        Raises
        ------
        HaiheError
            As `haihe.planning.scenarios.scenario`.
        """
        if self.place:
            return drawn_region(region, dimensions, self.place)[0], {"parameters", "flows"}
        return scenario(region, edits=self.edits), {edit.table for edit in self.edits}


@dataclass(frozen=True)
class Futures:
    """Futures of one region; ``dimensions`` says what was drawn, where anything was."""

    futures: tuple[Future, ...]
    dimensions: tuple[Dimension, ...] = ()

    def __post_init__(self) -> None:
        names = [future.name for future in self.futures]
        twice = {name for name in names if names.count(name) > 1}
        if not names or twice:
            what = (min(twice), min(twice)) if twice else ("没有任何未来", "there is no future")
            raise HaiheError("E-PLN-100", reason=Text(*what))


def scenario_futures(region: Region, scenarios: Given) -> Futures:
    """Futures from scenarios.

    Parameters
    ----------
    region : Region
    scenarios : sequence of str, or mapping
        Names of the table ``scenarios``, ``as-is`` for the tables as they stand; or names of your own with a scenario's
        name, or with edits (`haihe.planning.scenarios.Edit` or (table, record, column, value)).

    Raises
    ------
    HaiheError
        ``E-PLN-68`` for an unknown scenario, ``E-SCN-06`` for an edit that lacks a part, ``E-PLN-100`` without any.
    """
    given = scenarios if isinstance(scenarios, Mapping) else {name: name for name in scenarios}
    known = scenarios_of(region)
    return Futures(tuple(_scenario(name, what, known) for name, what in given.items()))


def sweep_futures(sweep: Sweep) -> Futures:
    """Futures from a sweep: every combination of the values of some cells.

    Parameters
    ----------
    sweep : mapping
        ``table:record:column`` with the values it takes; key values of the record joined by ``|``, as in
        ``limits:CARBON|2030:value``.

    Raises
    ------
    HaiheError
        ``E-PLN-102`` for a cell that is not written so, or without values.
    """
    cells = [_cell(name, values) for name, values in sweep.items()]
    combined = product(*(sweep[name] for name in sweep)) if cells else ()
    return Futures(tuple(_combination(list(sweep), cells, values) for values in combined))


def draw_futures(region: Region, n: int, *, seed: int = 0, together: bool = True, method: Method = "sobol") -> Futures:
    """Futures drawn from the parameters' low to high, and the flows within their band.

    Parameters
    ----------
    region : Region
    n : int
        Number of draws; a Sobol sequence with a larger n begins with the same draws.
    seed, together, method
        As of `haihe.planning.draws.draws`.

    Raises
    ------
    HaiheError
        As `haihe.planning.drawing.dimensions_of`; ``E-PLN-100`` for fewer than one draw.
    """
    dimensions = dimensions_of(region, together=together)
    at = places(len(dimensions), n, seed, method) if n > 0 else ()
    return Futures(
        tuple(
            Future(
                f"draw-{k + 1:04d}",
                Text(f"抽样 {k + 1}", f"Draw {k + 1}"),
                place=tuple(map(float, place)),
                told={f"{DRAWN}{d.name}": float(x) for d, x in zip(dimensions, place, strict=True)},
            )
            for k, place in enumerate(at)
        ),
        tuple(dimensions),
    )


def _scenario(name: str, what: str | Sequence[object], known: Mapping[str, tuple[Edit, ...]]) -> Future:
    if not isinstance(what, str):
        edits = tuple(part if isinstance(part, Edit) else edit_of(_parts(part)) for part in what)
        return Future(name, title_of(name, [edit.reason for edit in edits]), edits)
    if what == AS_IS:
        return Future(name, Text("表格原样", "Tables as they stand") if name == AS_IS else Text(name, name))
    if what not in known:
        raise HaiheError("E-PLN-68", table="scenarios", column="scenario", value=what, near=suggest(what, known))
    title = title_of(name, [edit.reason for edit in known[what]]) if name == what else Text(name, name)
    return Future(name, title, known[what])


def _parts(part: object) -> Sequence[object]:
    """Parts of an edit; one that is no sequence is a single part."""
    return list(part) if isinstance(part, Iterable) and not isinstance(part, str) else [part]


def cell_of(name: str) -> tuple[str, str, str]:
    """Table, record and column of a cell that is written ``table:record:column``; ``E-PLN-102`` where it is not."""
    table, *record = name.split(":")
    if len(record) < 2 or not all((table, *record)):
        raise HaiheError("E-PLN-102", value=name)
    return table, ":".join(record[:-1]), record[-1]


def _cell(name: str, values: Sequence[object]) -> tuple[str, str, str]:
    """The cell of a sweep, which must have values."""
    if isinstance(values, str) or not len(values):
        raise HaiheError("E-PLN-102", value=name)
    return cell_of(name)


def _combination(names: Sequence[str], cells: Sequence[tuple[str, str, str]], values: Sequence[object]) -> Future:
    name = ", ".join(f"{cell}={value}" for cell, value in zip(names, values, strict=True))
    edits = tuple(Edit(*cell, value) for cell, value in zip(cells, values, strict=True))
    numbers = {f"{SET}{cell}": float(value) for cell, value in zip(names, values, strict=True) if _is_number(value)}  # type: ignore[arg-type]
    said = [(cell_said(*cell), value) for cell, value in zip(cells, values, strict=True)]
    title = Text("，".join(f"{t.zh}＝{v}" for t, v in said), ", ".join(f"{t.en} = {v}" for t, v in said))
    return Future(name, title, edits, told=numbers)


def cell_said(table: str, record: str, column: str) -> Text:
    """A cell in words: names of the table and the column where they are declared, and the key values."""
    spec, keys = TABLES.get(table), record.replace("|", " ")
    if spec is None or column not in spec.names:
        return Text(f"{table} {keys} {column}", f"{table} {keys} {column}")
    title = spec.column(column).title
    return Text(f"{spec.title.zh} {keys} {title.zh}", f"{spec.title.en} {keys} {title.en}")


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)
