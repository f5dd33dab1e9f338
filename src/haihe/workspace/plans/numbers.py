"""The numbers of a plan as they are kept: read back only where they are what was written."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError, Text
from haihe.region.units import compatible, known, parse
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.reading import Row

NUMBERS = "numbers.json"
PLACES = Decimal("0.000001")
"""What targets keep of a number."""
TITLED = {"target": "indicators", "cap": "limits", "project": "projects", "transfer": "resources"}


@dataclass(frozen=True)
class Numbers:
    """What was read of a plan."""

    years: tuple[int, ...]
    price_base: int
    places: Mapping[str, list[str]]
    titles: Mapping[str, list[str]]
    rows: tuple[Row, ...]

    @cached_property
    def by_key(self) -> dict[str, Row]:
        """The rows by key."""
        return {row["key"]: row for row in self.rows}

    def of(self, kind: str) -> list[Row]:
        """Give the rows of a kind."""
        return [row for row in self.rows if row["kind"] == kind]

    def path(self, what: str, region: str, kind: str = "target") -> dict[int, str]:
        """Give where the plan leads an indicator (or a cap) of a place: value by milestone."""
        return {
            row["year"]: row["value"]
            for row in self.rows
            if row["kind"] == kind and row["what"] == what and row["region"] == region
        }

    def place(self, code: str) -> Text:
        """Name a place."""
        return Text(*self.places.get(code, [code, code]))

    def title(self, row: Row) -> Text:
        """Name what a row is about."""
        if "title" in row:
            return Text(*row["title"])
        return Text(*self.titles.get(f"{TITLED[row['kind']]}|{row['what']}", [row["what"], row["what"]]))

    def where(self, row: Row) -> Text:
        """Name where a row holds."""
        return Text(*row["where"]) if "where" in row else self.place(row["region"])


def numbers_of(plan: Plan) -> Numbers:
    """Give the numbers of a plan; ``E-PUB-02`` while they are not read, ``E-STU-05`` where their file is not what was written."""
    if not plan.figures:
        raise HaiheError("E-PUB-02", value=plan.name)
    return _read(plan.folder / NUMBERS, plan.figures)


@lru_cache(maxsize=16)
def _read(path: Path, sha256: str) -> Numbers:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HaiheError("E-STU-05", value=path.name) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise HaiheError("E-STU-05", value=path.name)
    said: dict[str, Any] = json.loads(data)
    return Numbers(tuple(said["years"]), said["price_base"], said["places"], said["titles"], tuple(said["rows"]))


def written(said: Mapping[str, Any]) -> bytes:
    """Write what was read of a plan: equal numbers give equal bytes."""
    return json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def into(value: str, unit: str, to: str) -> Decimal:
    """Give a number of a plan in another unit, as targets keep it; units that do not fit leave it in its own."""
    number = Decimal(value)
    if unit != to and fits(unit, to):
        by = parse(unit).factor / parse(to).factor
        number = number * by.numerator / by.denominator
    return number.quantize(PLACES, rounding=ROUND_HALF_EVEN)


def fits(unit: str, to: str) -> bool:
    """Whether a number in one unit can be given in another."""
    return known(unit) and known(to) and compatible(unit, to)
