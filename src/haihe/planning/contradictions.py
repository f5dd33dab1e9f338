"""Limits and targets that contradict each other on paper, found before anything is solved."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings
from haihe.planning.program import Floats
from haihe.region import Region
from haihe.region.units import compatible, factor

SHARE = "share of reference"
THING = ["resource", "indicator"]


def contradictions(region: Region) -> Findings:
    """Find floors above a cap on the same or a wider set, and targets that ask for more than another allows.

    A floor on some regions and sectors contradicts a cap on a set that contains them, in a year in which both hold:
    both move in straight lines between their years and stay after the last. Shares of the reference are compared only
    on the same set, and amounts only in units that convert. Hard targets are compared with hard targets of the same
    indicator, region, sectors, measure and year.

    Parameters
    ----------
    region : Region
        Its tables ``limits`` and ``targets`` are read.

    Returns
    -------
    Findings
        An ``E-PLN-67`` a contradiction, at the floor's row.
    """
    parts = (("limits", _of_limits), ("targets", _of_targets))
    return Findings([finding for name, of in parts if region.has(name) for finding in of(region.frame(name))])


def _of_limits(table: pd.DataFrame) -> list[Finding]:
    rows = table.assign(at=np.arange(len(table)) + 2)
    things = [name for name in THING if name in rows]
    found = []
    for _, group in rows.groupby(rows[things].fillna("").agg("|".join, axis=1), sort=False):
        floors, caps = (
            [limit.sort_values("year") for _, limit in group[group["sense"] == sense].groupby("limit", sort=False)]
            for sense in ("floor", "cap")
        )
        for floor, cap in product(floors, caps):
            finding = _crossing(floor, cap)
            found += [finding] if finding else []
    return found


def _crossing(floor: pd.DataFrame, cap: pd.DataFrame) -> Finding | None:
    """The first year in which a floor lies above a cap that covers it; None where there is none."""
    same = all(_codes(floor, part) == _codes(cap, part) for part in ("regions", "sectors"))
    covered = all(_covers(_codes(cap, part), _codes(floor, part)) for part in ("regions", "sectors"))
    units = {*floor["unit"], *cap["unit"]}
    shares = units == {SHARE}
    to = str(floor["unit"].iloc[0])
    if not (same if shares else covered) or (not shares and not all(_converts(unit, to) for unit in units)):
        return None
    first = max(floor["year"].min(), cap["year"].min())
    years = sorted({int(year) for year in (*floor["year"], *cap["year"]) if year >= first})
    low, high = (_at(limit, years, to) for limit in (floor, cap))
    crossed = np.flatnonzero(low > high * (1 + 1e-9))
    if not crossed.size:
        return None
    at = int(crossed[0])
    row = floor[floor["year"] <= years[at]].to_dict("records")[-1]
    values = {
        "year": years[at],
        "value": row["limit"],
        "low": f"{low[at]:.6g} {to}",
        "other": cap["limit"].iloc[0],
        "high": f"{high[at]:.6g} {to}",
    }
    return Finding("E-PLN-67", table="limits", row=int(row["at"]), column="value", values=values)


def _of_targets(table: pd.DataFrame) -> list[Finding]:
    if "indicator" not in table:
        return []
    rows = table.assign(at=np.arange(len(table)) + 2)
    rows = rows[rows["indicator"].notna() & (rows["kind"] == "hard")]
    keys = [name for name in ("indicator", "region", "sectors", "measure", "base_year", "year") if name in rows]
    found = []
    for _, group in rows.groupby(keys, sort=False, dropna=False):
        least, most = (group[group["sense"] == sense] for sense in ("at_least", "at_most"))
        for low, high in product(least.to_dict("records"), most.to_dict("records")):
            unit = low["unit"]
            if not _converts(high["unit"], unit):
                continue
            limit = high["value"] * (1.0 if high["unit"] == unit else factor(high["unit"], unit))
            if low["value"] > limit + 1e-9 * abs(limit):
                values = {
                    "year": low["year"],
                    "value": low["target"],
                    "low": f"{low['value']:.6g} {unit}",
                    "other": high["target"],
                    "high": f"{limit:.6g} {unit}",
                }
                found.append(Finding("E-PLN-67", table="targets", row=int(low["at"]), column="value", values=values))
    return found


def _codes(limit: pd.DataFrame, column: str) -> frozenset[str]:
    return frozenset(code.strip() for code in str(limit[column].iloc[0]).split(";"))


def _covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    return "*" in wide or ("*" not in narrow and narrow <= wide)


def _converts(unit: str, to: str) -> bool:
    return unit == to or (SHARE not in (unit, to) and compatible(unit, to))


def _at(limit: pd.DataFrame, years: Sequence[int], to: str) -> Floats:
    amounts = [
        value * (1.0 if unit == to else factor(unit, to))
        for value, unit in zip(limit["value"], limit["unit"], strict=True)
    ]
    return np.interp(
        np.asarray(years, dtype=np.float64),
        limit["year"].to_numpy(dtype=np.float64),
        np.asarray(amounts, dtype=np.float64),
    )
