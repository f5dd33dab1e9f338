"""Maps of the workspace: own tiles, or the office's own boundaries with source, review number and coordinates under them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from haihe.figures import Column, Figure, Table, bars, shape_map, tile_map
from haihe.messages import Quality, Text
from haihe.workspace.dashboards.boundaries import boundaries_for, features_of
from haihe.workspace.dashboards.counting import table_of
from haihe.workspace.data import store
from haihe.workspace.data.models import Dataset
from haihe.workspace.units.models import Person

OWN = Text("方格图为自绘示意，不表示边界", "own schematic of tiles, which shows no boundary")
LACKING = Text(
    "底图没有 {names} 的图形，故画方格图", "the boundaries have no shape for {names}; tiles are drawn instead"
)


@dataclass(frozen=True)
class Place:
    """A place of a region's table: its parent, code of GB/T 2260 and tile; and the data version that says so."""

    parent: str
    national: str
    tile: tuple[int, int] | None
    version: str


@lru_cache(maxsize=32)
def _placed(home: str, sha: str) -> dict[str, tuple[str, str, tuple[int, int] | None]]:
    del home
    rows = store.get(sha, "regions").reindex(columns=["region", "parent", "gbt2260", "tile_x", "tile_y"])
    return {
        str(code): (_word(parent), _word(national), None if pd.isna(x) or pd.isna(y) else (int(x), int(y)))
        for code, parent, national, x, y in rows.itertuples(index=False, name=None)
    }


def _word(value: object) -> str:
    return "" if value is None or value != value else str(value)  # the last is true of a NaN alone


def places_of(person: Person) -> dict[str, Place]:
    """Give the places of the datasets in force that a person sees; where two name one, the older dataset's."""
    seen = Dataset.objects.visible_to(person).filter(current__isnull=False).select_related("current").order_by("-pk")
    home, found = str(store.store().folder), dict[str, Place]()
    for dataset in seen:
        kept = dataset.current.tables.get("regions")
        for code, said in (_placed(home, str(kept["sha256"])) if kept else {}).items():
            found[code] = Place(*said, dataset.current.code)
    return found


def map_of(
    person: Person,
    key: str,
    title: Text,
    columns: Sequence[Column],
    rows: Mapping[str, tuple[object, ...]],
    source: Text,
    quality: Quality,
) -> Figure | Table:
    """Draw values of places as a map; of places that do not lie side by side, those that are most.

    Parameters
    ----------
    columns : sequence of Column
        The first is the place, the second what the colour shows.
    rows : mapping
        By place, the other columns' values.

    Returns
    -------
    Figure or Table
        With the office's boundaries where it gave some that have all places, else own tiles; bars where no place has a
        tile; the table where there is nothing.
    """
    known = places_of(person)
    beside = Counter(known[code].parent for code in rows if code in known and known[code].tile is not None)
    shown = [code for code in rows if code in known and beside and known[code].parent == beside.most_common(1)[0][0]]
    shown = [code for code in shown if known[code].tile is not None]
    versions = sorted({known[code].version for code in shown})
    place, value = columns[0].key, columns[1].key

    def made(codes: Sequence[str], *notes: Text, extra: Sequence[str] = ()) -> Table:
        lines = [(code, *rows[code], *((known[code].tile or ()) if extra else ())) for code in codes]
        return table_of(key, title, columns, lines, source, quality, notes, extra, versions)

    if not shown:
        table = made(list(rows))
        return bars(table, place, value, horizontal=True) if rows else table
    notes = [] if len(shown) == len(rows) else [_left([code for code in rows if code not in shown], columns, rows)]
    bounds = boundaries_for(person)
    if bounds is not None:
        by_code = {known[code].national or code: code for code in shown} | {code: code for code in shown}
        features = [
            {**each, "properties": {"code": by_code[each["properties"]["code"]]}}
            for each in features_of(bounds)
            if each["properties"]["code"] in by_code
        ]
        lacking = set(shown) - {each["properties"]["code"] for each in features}
        if not lacking:
            shapes = {"type": "FeatureCollection", "features": features}
            return shape_map(made(shown, *notes, bounds.said), place, value, shapes, code_property="code")
        labels = [columns[0].labels.get(code, Text(code, code)) for code in sorted(lacking)]
        said = Text("、".join(each.zh for each in labels), ", ".join(each.en for each in labels))
        notes.append(LACKING.format(names=said))
    return tile_map(made(shown, *notes, OWN, extra=("tile_x", "tile_y")), place, value)


def _left(codes: Sequence[str], columns: Sequence[Column], rows: Mapping[str, tuple[object, ...]]) -> Text:
    """Say what stands beside the map, with its value: nothing that was counted is left out."""
    each = [(columns[0].labels.get(code, Text(code, code)), rows[code][0]) for code in codes]
    said = Text("、".join(f"{n.zh} {v:g}" for n, v in each), ", ".join(f"{n.en} {v:g}" for n, v in each))
    return Text("未在图上的地区：{said}", "not on the map: {said}").format(said=said)
