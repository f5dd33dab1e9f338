"""Names of regions, chains, sectors and resources where objects keep their codes: as the datasets that one sees say."""

from collections.abc import Collection
from functools import lru_cache, partial
from typing import Any

from django.db.models import Q

from haihe.messages import Text
from haihe.region.spec import Column
from haihe.workspace.data import store
from haihe.workspace.data.models import Dataset
from haihe.workspace.frame import names
from haihe.workspace.units.models import Person, Unit

KEYS = {
    "regions": ("region",),
    "chains": ("chain",),
    "chain_stages": ("chain", "stage"),
    "sectors": ("sector",),
    "resources": ("resource",),
}
"""Tables that name codes, and the columns of the code: a stage is called by ``chain/stage``."""
ANSWERS = {"regions": "region", "chains": "chain"}
"""What a unit may answer for: the field of units that keeps the code."""


@lru_cache(maxsize=64)
def _named(home: str, sha: str, table: str) -> dict[str, Text]:
    del home  # content of the same hash is the same everywhere, but it may stand in one place alone
    rows = store.get(sha, table)[[*KEYS[table], "name_zh", "name_en"]].itertuples(index=False, name=None)
    return {"/".join(map(str, code)): Text(str(zh), str(en)) for *code, zh, en in rows}


def offered(person: Person | None, table: str) -> dict[str, Text]:
    """Give the names by code of the datasets in force that a person sees; where two name a code, the older one's."""
    if person is None:
        return {}
    seen = Dataset.objects.visible_to(person).filter(current__isnull=False).select_related("current").order_by("-pk")
    home = str(store.store().folder)
    found: dict[str, Text] = {}
    for dataset in seen:
        kept = dataset.current.tables.get(table)
        if kept:
            found |= _named(home, str(kept["sha256"]), table)
    return found


def _read(table: str, codes: Collection[str]) -> dict[str, Text]:
    there = offered(names.reader(), table)
    found = {code: there[code] for code in codes if code in there}
    missing = [code for code in codes if code not in found]
    if missing and table in ANSWERS:
        found |= _units_for(ANSWERS[table], missing)
    return found


def _units_for(field: str, codes: Collection[str]) -> dict[str, Text]:
    """Give the names of the units that answer for regions or chains."""
    units = Unit.objects.filter(Q(**{f"{field}__in": codes})).exclude(kind_of="firm").order_by("-path")
    return {getattr(unit, field): unit.name for unit in units}


def beside(column: Column, code: Any) -> Text | None:
    """Give the name with its code, where a column of a table refers to one of `KEYS`; ``None`` of other columns."""
    table = (column.ref or "").partition(".")[0]
    if table not in KEYS or not code:
        return None
    name = names.names_of(table, [str(code)])[str(code)]
    return name if name.zh == code else Text(f"{name.zh}（{code}）", f"{name.en} ({code})")


def register() -> None:
    """Let pages, lists and the record ask for these names."""
    names.SOURCES.update({table: partial(_read, table) for table in KEYS})
    names.OFFERED.update({table: partial(_offered, table) for table in KEYS})


def _offered(table: str) -> dict[str, Text]:
    return offered(names.reader(), table)
